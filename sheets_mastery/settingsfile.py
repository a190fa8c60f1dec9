"""Writing into a settings file: what was answered goes in, and every other byte stays as it was.

The file belongs to the school, with its comments and its order. Each change is made with tomlkit, which keeps both, and
the result is read again with `tomllib` and compared with what was meant: a file that it would harm is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, InlineTable, Item, Table, Whitespace

from sheets_mastery.config import spreadsheet_id
from sheets_mastery.errors import SettingsError
from sheets_mastery.gradebook.findings import Sort
from sheets_mastery.gradebook.records import key as same

#: What can stand behind a key.
Value = str | Decimal | Sequence[str] | Mapping[str, Decimal]
#: A key of the settings, table by table: ("school", "name").
Path = tuple[str, ...]

#: Tables of a gradebook whose keys are words of the teacher, and compared as such.
_WORDS = frozenset({"codes", "assignments", "worth"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Basics:
    """What only the school knows, and no sheet says."""

    #: The school's and the teacher's names as families read them.
    school: str
    teacher: str
    #: Where answers go, and where letters come from.
    reply_to: str
    sender: str
    #: The IANA name of the school's time zone.
    time_zone: str


def fresh(basics: Basics, google: Mapping[str, str]) -> str:
    """A new file for a school: short, and with a word about everything in it. Gradebooks are added afterwards.

    `google` is the table of that name.
    """
    school = {
        "name": basics.school,
        "teacher": basics.teacher,
        "reply_to": basics.reply_to,
        "time_zone": basics.time_zone,
    }
    mail = {"transport": "maildir", "sender": basics.sender}
    tables = (
        ("school", "Names as families read them, in every letter; reply_to is where their answers go.", school),
        ("google", 'How Google is reached: a "service_account", your own account ("oauth"), or "local".', google),
        ("mail", 'Letters go into the folder "outbox" and nowhere else, until transport is "smtp" or "gmail".', mail),
    )
    document = tomlkit.document()
    document.add(tomlkit.comment("The settings of Sheets Mastery. config/mastery.example.toml explains every key that"))
    document.add(tomlkit.comment("there is; what is not said here has the default that is told there."))
    for name, comment, values in tables:
        document.add(tomlkit.nl())
        table = tomlkit.table()
        table.add(tomlkit.comment(comment))
        for each, value in values.items():
            table.add(each, value)
        document.add(name, table)
    return tomlkit.dumps(document)


def with_gradebook(text: str, name: str, spreadsheet: str) -> str:
    """The file with one more gradebook, behind those that are there. Raises SettingsError."""
    document = _document(text)
    table = tomlkit.table()
    table.add(tomlkit.comment("A name of your own for the command line and the ledger; do not change it later."))
    table.add("name", name)
    table.add("spreadsheet", spreadsheet)
    listed = document.get("gradebooks")
    if listed is None:
        array = tomlkit.aot()
        array.append(table)
        if document.body:
            document.add(tomlkit.nl())
        document.add("gradebooks", array)
    elif isinstance(listed, AoT):
        body = _last_body(listed.body[-1])
        after = _cut(body)
        body.append((None, Whitespace("\n")))
        listed.append(table)
        table.value.body.extend(after)
    else:
        raise SettingsError("gradebooks: is written as a list in one piece; write [[gradebooks]] tables instead.")
    wanted = tomllib.loads(text)
    wanted.setdefault("gradebooks", []).append({"name": name, "spreadsheet": spreadsheet})
    return _checked(document, wanted, "gradebooks")


def gradebook_at(text: str, spreadsheet: str) -> int | None:
    """Which gradebook of the file, from 0, is the one with a spreadsheet's id; None for none of them."""
    for number, each in enumerate(tomllib.loads(text).get("gradebooks", ())):
        try:
            if spreadsheet_id(str(each.get("spreadsheet", ""))) == spreadsheet:
                return number
        except ValueError:
            continue
    return None


def with_value(text: str, path: Path, value: Value, *, gradebook: int | None = None) -> str:
    """The file with a key set; the same text where it says so already.

    `path` counts from the top of the file, or from the table of the gradebook with this number. A new key goes behind
    the others of its table, a new table behind the others of its parent. Raises SettingsError where the file is written
    in a way that this would harm.
    """
    wanted = tomllib.loads(text, parse_float=Decimal)
    place: Any = wanted if gradebook is None else wanted["gradebooks"][gradebook]
    path = _as_written(place, path)
    for part in path[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise SettingsError(f"{'.'.join(path)}: {part} is no table in the settings file.")
    if path[-1] in place and _plain(place[path[-1]]) == _plain(value):
        return text
    place[path[-1]] = _plain(value)
    document = _document(text)
    table: Any = document if gradebook is None else document["gradebooks"][gradebook]
    _set(table, path, value)
    return _checked(document, wanted, ".".join(path))


def read_answer(text: str, sort: Sort, choices: Sequence[str] = ()) -> Value:
    """What a person typed, as it goes into the settings. Raises ValueError with a sentence for what cannot be."""
    said = text.strip()
    if not said:
        raise ValueError("an answer is needed.")
    if choices:
        found = next((choice for choice in choices if same(choice) == same(said)), None)
        if found is None:
            raise ValueError(f"it is one of: {', '.join(f'“{choice}”' for choice in choices)}.")
        said = found
    match sort:
        case Sort.TEXT:
            return said
        case Sort.TEXTS:
            return (said,)
        case Sort.NUMBER:
            return _number(said)
        case Sort.PERCENTAGES:
            return _percentages(said)


def written(value: Value) -> str:
    """A value as a person would type it: what `read_answer` takes."""
    match value:
        case Decimal() | int():
            return f"{value:f}"
        case str():
            return value
        case Mapping():
            return ", ".join(f"{word} = {worth:f}" for word, worth in value.items())
        case _:
            return ", ".join(value)


def _number(said: str) -> Decimal:
    try:
        number = Decimal(said.replace(",", "."))
    except InvalidOperation:
        raise ValueError("it is a number, such as 20.") from None
    if not number.is_finite() or number <= 0:
        raise ValueError("it is a number above zero.")
    return number


def _percentages(said: str) -> dict[str, Decimal]:
    pairs: dict[str, Decimal] = {}
    for part in said.replace(";", ",").split(","):
        word, equals, worth = (piece.strip() for piece in part.rpartition("="))
        try:
            percent = Decimal(worth.removesuffix("%").strip())
        except InvalidOperation:
            percent = Decimal("NaN")
        if not (word and equals and percent.is_finite() and 0 <= percent <= 150):
            raise ValueError('it is a percentage for each word, such as "4 = 100, 3 = 90".')
        pairs[word.strip("\"'")] = percent
    return pairs


def _as_written(place: Any, path: Path) -> Path:
    """A path with the teacher's words as the file has them: a code, and a title, is the same in capitals."""
    if path[0] in _WORDS and len(path) > 1 and isinstance(place.get(path[0]), dict):
        there = next((word for word in place[path[0]] if same(word) == same(path[1])), path[1])
        return (path[0], there, *path[2:])
    return path


def _plain(value: Any) -> Any:
    """A value as `tomllib` reads it, for comparing."""
    if isinstance(value, Mapping):
        return {word: _plain(each) for word, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as problem:
        raise SettingsError(f"The settings are not valid TOML: {problem}.") from None


def _checked(document: tomlkit.TOMLDocument, wanted: Any, what: str) -> str:
    text = tomlkit.dumps(document)
    try:
        if _plain(tomllib.loads(text, parse_float=Decimal)) == _plain(wanted):
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise SettingsError(f"{what}: the settings file is written in a way that nothing can be added to; add it by hand.")


def _item(value: Value) -> Item:
    match value:
        case Decimal():
            return tomlkit.value(f"{_plain(value)}" if value == value.to_integral_value() else f"{value:f}")
        case str():
            return tomlkit.string(value)
        case Mapping():
            table = tomlkit.inline_table()
            for word, worth in value.items():
                table[word] = _item(worth)
            return table
        case _:
            array = tomlkit.array()
            for each in value:
                array.append(each)
            return array


def _set(table: Any, path: Path, value: Value) -> None:
    """Set a key below a table, making the tables on the way."""
    for depth, part in enumerate(path[:-1]):
        if part not in table:
            if isinstance(table, InlineTable):
                table[part] = tomlkit.inline_table()
            else:
                _add_table(table, path[depth:], value)
                return
        table = table[part]
    name, item = path[-1], _item(value)
    if name in table or isinstance(table, InlineTable):
        table[name] = item
    else:
        _add_key(table, name, item)


def _add_key(table: Any, name: str, item: Item) -> None:
    """Put a key behind the last one of its own table, or behind the line that shows how it would be written."""
    body = _body(table)
    keys = [at for at, (each, there) in enumerate(body) if each is not None and not isinstance(there, Table | AoT)]
    first_table = next((at for at, (_, there) in enumerate(body) if isinstance(there, Table | AoT)), len(body))
    begin = keys[-1] + 1 if keys else 0
    shown = (
        at + 1
        for at in range(begin, first_table)
        if isinstance(there := body[at][1], Comment) and there.as_string().lstrip("# ").startswith(f"{name} =")
    )
    comments = begin
    if not keys:  # a table that holds nothing but comments: they are about it, as far as they go
        while comments < first_table and isinstance(body[comments][1], Comment):
            comments += 1
    at = next(shown, comments)
    tables, after = body[first_table:], body[at:first_table]
    if tables:
        # Whatever comes behind the place is put back behind the key; tomlkit itself keeps an index of the keys only,
        # so the tables are left where they are and the key is written before them.
        _insert_before_tables(table, at, name, item)
        return
    del body[at:]
    table.add(name, item)
    body.extend(after)


def _insert_before_tables(table: Any, at: int, name: str, item: Item) -> None:
    container = table if isinstance(table, Container) else table.value
    container._insert_at(at, name, item)  # noqa: SLF001 - tomlkit's own way to a place; `append` puts it behind comments


def _add_table(table: Any, path: Path, value: Value) -> None:
    """Put a table behind everything in its parent, before the comments that belong to what follows."""
    fresh_table = tomlkit.table(is_super_table=len(path) > 2)
    inner = fresh_table
    for depth, part in enumerate(path[1:-1], 1):
        below = tomlkit.table(is_super_table=depth < len(path) - 2)
        inner.add(part, below)
        inner = below
    inner.add(path[-1], _item(value))
    after = _cut(_last_body(table))
    table.add(tomlkit.nl()) if not isinstance(table, Container) else None
    table.add(path[0], fresh_table)
    inner.value.body.extend(after)


def _body(table: Any) -> list[Any]:
    container = table if isinstance(table, Container) else table.value
    body: list[Any] = container.body
    return body


def _last_body(table: Any) -> list[Any]:
    """The body of the table that ends last in a table."""
    body = _body(table)
    while body:
        last = body[-1][1]
        if isinstance(last, AoT):
            last = last.body[-1]
        if not isinstance(last, Table):
            break
        body = last.value.body
    return body


def _cut(body: list[Any]) -> list[Any]:
    """Take what belongs to the next table off the end of a body: from the first blank line behind its last key."""
    keys = [at for at, (each, _) in enumerate(body) if each is not None]
    begin = keys[-1] + 1 if keys else 0
    blank = next(
        (at for at in range(begin, len(body)) if isinstance(body[at][1], Whitespace) and "\n" in body[at][1].s),
        len(body),
    )
    after = body[blank:]
    del body[blank:]
    return after
