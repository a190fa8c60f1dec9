"""What the command line of `setup` says, and how it is read: an address, answers by key, and words about the school."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sheets_mastery import config, settingsfile
from sheets_mastery.errors import SettingsError
from sheets_mastery.gradebook import Sort
from sheets_mastery.settingsfile import Value

_FACE = re.compile(r"/face/sheets/([A-Za-z0-9_-]+)")
_KEY_AND_VALUE = re.compile(r'\s*((?:"[^"]*"|[^="])+?)\s*=\s*(.*)', re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What was said on the command line."""

    #: The settings file.
    file: Path
    #: Whether proposals are taken without asking, but for what some marks mean or are out of.
    yes: bool = False
    #: Whether a column with ids is put into a sheet that has none.
    add_ids: bool = False
    #: Answers to questions: key -> what was typed.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: The gradebook's name, "" for the document's title.
    name: str = ""
    #: What only the school knows, "" where it was not said.
    school: str = ""
    teacher: str = ""
    reply_to: str = ""
    time_zone: str = ""
    sender: str = ""
    #: How Google is reached, "" where it was not said.
    credentials: str = ""
    key_file: str = ""
    endpoint: str = ""


def given_answers(texts: Iterable[str]) -> dict[str, str]:
    """Answers on the command line, KEY=VALUE each. Raises SettingsError."""
    answers: dict[str, str] = {}
    for text in texts:
        found = _KEY_AND_VALUE.fullmatch(text)
        if not found:
            raise SettingsError(f'--answer: "{text}" is no KEY=VALUE, such as codes.M="not in".')
        answers[found[1]] = found[2]
    return answers


def find_spreadsheet(address: str) -> tuple[str, str]:
    """The spreadsheet's id in an address, and the local Google's own address where it is a page of that, else "".

    Raises SettingsError.
    """
    page = _FACE.search(address)
    if page and address.startswith("http://"):
        parts = urlsplit(address)
        return page[1], f"{parts.scheme}://{parts.netloc}"
    try:
        return config.spreadsheet_id(address), ""
    except ValueError as problem:
        raise SettingsError(f'"{address}" {problem}.') from None


def given(key: str, said: str, sort: Sort, choices: tuple[str, ...]) -> Value:
    try:
        return settingsfile.read_answer(said, sort, choices)
    except ValueError as problem:
        raise SettingsError(f"--answer {key}: {problem}") from None


def path_of(key: str) -> settingsfile.Path:
    """A key of a gradebook's table, as TOML writes it; a code may stand there without quotes."""
    try:
        tree: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        head, dot, word = key.partition(".")
        if not dot:
            raise SettingsError(f'--answer: "{key}" is no key of the settings.') from None
        return head, word
    path: list[str] = []
    while isinstance(tree, dict):
        ((part, tree),) = tree.items()
        path.append(part)
    return tuple(path)


def sort_of(path: settingsfile.Path) -> Sort:
    """What an answer is, by the key that it goes to."""
    if path[0] in {"labels", "marks_tabs"}:
        return Sort.TEXTS
    if path[-1] == "points" and path[0] in {"points", "assignments"}:
        return Sort.NUMBER
    return Sort.PERCENTAGES if path == ("worth",) else Sort.TEXT


def at_path(table: Any, path: settingsfile.Path) -> Value | None:
    """What a table of the settings says under a path; None for nothing."""
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return None
        table = table[part]
    return Decimal(table) if isinstance(table, int) else table


def put_at(table: dict[str, Any], path: settingsfile.Path, value: Value | None) -> None:
    """Let a table of the settings say something under a path; None for nothing new."""
    if value is None:
        return
    for part in path[:-1]:
        table[part] = table = dict(table.get(part, {}))
    table[path[-1]] = value


def key_of(path: settingsfile.Path) -> str:
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_]+", part) else f'"{part}"' for part in path)
