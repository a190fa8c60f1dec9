"""Hostile names, titles, marks and codes through a whole sync: what would be written into the teacher's document.

The edits of a plan become the very requests that Google would get, and each of those is looked at: what stands in a
cell may be text, a number or a ticked box, never a formula; a rule's formula may hold the functions of any other class,
and a word of the teacher's only as a code, in quotation marks.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import drawn

from sheets_mastery.config import GradebookSettings, Meaning, Settings
from sheets_mastery.errors import LayoutError
from sheets_mastery.google.requests import requests
from sheets_mastery.past import Past
from sheets_mastery.plan import decide
from sheets_mastery.reading import EMPTY, Content, Reading, Tab

NOW = datetime(2026, 10, 30, 21, 30, tzinfo=UTC)
PAST = Past(
    secret=bytes(32),
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
)
HEADERS = ("Student ID", "Student", "Level", "Guardian", "Guardian Email", "May Be Written To", "Missing")
LITERAL = re.compile(r'"((?:[^"]|"")*)"')
#: What stands in a formula outside of texts: names of functions, and nothing else that has letters and no number.
NAMES = re.compile(r"[^\W\d][\w.]*(?=\()")
CELLS = re.compile(r"\$?[A-Z]{1,3}\$?\d+")
SIGNS = re.compile(r'(?:TRUE|FALSE|[\d()=<>+\-*/,.&" ])*')
LINK = re.compile(r"#gid=\d+&range=[A-Z]+\d+")


class Sheet:
    """Makes classes of hostile words, and says what is wrong with what would be written about them."""

    def __init__(self) -> None:
        self.settings: Settings = drawn.settings(gradebook='flag_column = "Missing"')
        self.book: GradebookSettings = self.settings.gradebooks[0]
        words = [f"{number}" for number in range(8)]
        plain = self._requests(random.Random(0), words, words, words, codes={})
        #: The functions in the rules of a class with plain words, and its texts with their numbers left out.
        self.functions = {name for formula in _formulas(plain) for name in NAMES.findall(LITERAL.sub('""', formula))}
        self.texts = {_masked(text) for formula in _formulas(plain) for text in LITERAL.findall(formula)}
        self.offered = {str(each) for each in _offered(plain)}

    def wrong(
        self, draw: random.Random, names: Sequence[str], guardians: Sequence[str], titles: Sequence[str]
    ) -> Iterator[str]:
        """What is wrong with one class; "sheets not read" and "names in sheets" only count."""
        codes = {_code(title): draw.choice(list(Meaning)) for title in titles[:3] if _code(title)}
        try:
            written = self._requests(draw, names, guardians, titles, codes)
        except LayoutError:
            # The whole class waits, and its teacher is told. Nothing is written.
            yield "sheets not read"
            return
        yield from self.look(written, codes)
        texts = {value.get("stringValue", "") for value in _values(written)}
        yield from ("names in sheets" for name in names if name.strip() and name.strip() in texts)

    def look(self, written: Any, codes: Iterable[str] = ()) -> Iterator[str]:
        """What is wrong with the requests of one sync; `codes` may stand in the rules."""
        if any(not set(value) <= {"stringValue", "numberValue", "boolValue"} for value in _values(written)):
            yield "a formula in a cell"
        known = {_code_read(code) for code in codes}
        for formula in _formulas(written):
            bare = LITERAL.sub('""', formula)
            if not set(NAMES.findall(bare)) <= self.functions or bare.replace('""', "").count('"'):
                yield "another function in a rule"
            rest = CELLS.sub("", NAMES.sub("", bare))
            if not SIGNS.fullmatch(rest):
                yield "something else in a rule"
            for text in LITERAL.findall(formula):
                if _masked(text) not in self.texts and _code_read(text.replace('""', '"')) not in known:
                    yield "a word of a cell in a rule"
        if any(link and not LINK.fullmatch(link) for link in _links(written)):
            yield "a link that leads elsewhere"
        if not {str(each) for each in _offered(written)} <= self.offered:
            yield "a word of a cell among choices"

    def _requests(
        self,
        draw: random.Random,
        names: Sequence[str],
        guardians: Sequence[str],
        titles: Sequence[str],
        codes: dict[str, Meaning],
    ) -> list[dict[str, Any]]:
        reading = _class(draw, names, guardians, titles)
        book = self.book.model_copy(update={"codes": {**self.book.codes, **codes}})
        return requests(decide(reading, PAST, self.settings, book, NOW).edits)


def _class(draw: random.Random, names: Sequence[str], guardians: Sequence[str], titles: Sequence[str]) -> Reading:
    """A row for each name and a column for each title; now and then one of the words where something else belongs."""
    rows: list[list[Content]] = [
        [_cell(each) for each in (*HEADERS, *titles)],
        [_cell("Points"), *[EMPTY] * (len(HEADERS) - 1), *[drawn.content("20")] * len(titles)],
    ]
    for number, (name, guardian) in enumerate(zip(names, guardians, strict=True)):
        level = _cell(guardian) if draw.random() < 0.05 else drawn.content(draw.choice(("76", "86", "93")))
        address = guardian if draw.random() < 0.1 else f"p{number}@example.org"
        marks = [
            _cell(draw.choice(titles)) if draw.random() < 0.1 else drawn.content(str(draw.randrange(21)))
            for _ in titles
        ]
        who = [_cell(f"{700 + number}x"), _cell(name), level, _cell(guardian), _cell(address), _cell("yes"), EMPTY]
        rows.append([*who, *marks])
    tab = Tab(sheet_id=0, title="Marks", rows=1000, columns=60, cells=drawn.trimmed(rows))
    return Reading(spreadsheet_id="abcdefgh", locale="en_US", time_zone="America/Chicago", tabs=(tab,))


def _cell(text: str) -> Content:
    """A text, as it comes from Google: it holds no half characters."""
    clean = text.encode("utf-8", "replace").decode()
    return Content(value=clean, shown=clean) if clean else EMPTY


def _code(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()


def _code_read(text: str) -> str:
    """A code as the program compares codes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _masked(text: str) -> str:
    return re.sub(r"\d+|\$?[A-Z]{1,3}(?=\$)", "0", text)


def _values(found: Any) -> Iterator[dict[str, Any]]:
    """Every value of a cell."""
    for each in _dicts(found):
        if isinstance(each.get("userEnteredValue"), dict):
            yield each["userEnteredValue"]


def _formulas(found: Any) -> Iterator[str]:
    """The formula of every rule."""
    for each in _dicts(found):
        if each.get("type") == "CUSTOM_FORMULA":
            yield from (value["userEnteredValue"] for value in each["values"])


def _offered(found: Any) -> Iterator[str]:
    """Every word of a drop-down list."""
    for each in _dicts(found):
        if each.get("type") == "ONE_OF_LIST":
            yield from (value["userEnteredValue"] for value in each["values"])


def _links(found: Any) -> Iterator[str]:
    """Every link of a cell."""
    return (each["uri"] for each in _dicts(found) if "uri" in each)


def _dicts(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    for each in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _dicts(each)
