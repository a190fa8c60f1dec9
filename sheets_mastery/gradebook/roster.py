"""The rows of a tab about students: who they are, who may be written to about them.

Deny wins: a guardian gets letters only when the sheet says so wherever it could say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook.findings import RowRole
from sheets_mastery.gradebook.layout import Columns, read_day
from sheets_mastery.gradebook.marks import MOMENTS
from sheets_mastery.gradebook.records import ContractCells, Guardian, Place, Problem, key
from sheets_mastery.gradebook.words import is_section, is_summary, label
from sheets_mastery.reading import Content, Tab

_YES = {"yes", "y", "true", "x", "✓", "1", "ok", "sí", "si", "ja", "oui"}
_NO = {"no", "n", "false", "0", "nein", "non", "do not contact", "no contact", "never", "✗"}
# A bare ASCII address. Not "=" and "?": together they make an encoded word, which in a header may say anything.
_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@.{3,189}$)[A-Za-z0-9!#$%&'*+/^_{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/^_{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
# A double keeps whole numbers of fifteen digits exactly, and Sheets writes no more of them.
_LONGEST_NUMBER = 10**15
_SEPARATORS = re.compile(r"[;,\n]+")
_LANGUAGES = {
    "english": "en",
    "inglés": "en",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
    "french": "fr",
    "français": "fr",
    "vietnamese": "vi",
    "tiếng việt": "vi",
    "chinese": "zh",
    "中文": "zh",
    "arabic": "ar",
    "العربية": "ar",
}
#: How often, from the most letters to none: where two rows differ about one address, the fewer win.
_FREQUENCIES = {
    "": "",
    "each": "each",
    "each time": "each",
    "every time": "each",
    "weekly": "weekly",
    "once a week": "weekly",
    "never": "never",
    "none": "never",
}
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4}){0,2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What one row of one tab says about a student; fields are empty where the tab has no such column."""

    #: The student's id as text.
    id: str
    #: The row, from 0.
    row: int
    name: str
    section: str
    guardians: tuple[Guardian, ...]
    address: str
    language: str
    contract: ContractCells
    #: What the row says about writing home: None without such a column, else whether it says yes wherever it could.
    may_write: bool | None
    #: Whether the rights are the student's own, so that nobody at home is written to: None without such a column.
    rights: bool | None = None
    #: Where the student's own address stands.
    address_place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """The rows of one tab, understood."""

    #: The students from top to bottom.
    entries: tuple[Entry, ...]
    #: What is wrong with the rows.
    problems: tuple[Problem, ...]
    #: What each row below the labels is, as far as it is no student's and not blank.
    roles: Mapping[int, RowRole]


def id_text(content: Content) -> str | None:
    """An id as text: a text as it was typed, the digits of a whole number; None for what cannot be an id.

    The live rules look the id up as `$A4&""`, which gives the same text. So nothing is trimmed here; `key` compares.
    Behind a people chip it is the address.
    """
    value = content.value
    if content.error is not None or isinstance(value, bool) or content.format in MOMENTS:
        return None
    if content.chip:
        return content.chip
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < _LONGEST_NUMBER
        return f"{value.to_integral_value():f}" if whole else None
    return None if content.blank else value


def read_entries(
    tab: Tab, columns: Columns, *, locale: str, skip: frozenset[int] = frozenset(), no_students: frozenset[str]
) -> tuple[list[Entry], list[Problem]]:
    """Every row below the header that has an id, and what is wrong with the rest; see `read_people`."""
    people = read_people(tab, columns, locale=locale, skip=skip, no_students=no_students)
    return list(people.entries), list(people.problems)


def read_people(
    tab: Tab,
    columns: Columns,
    *,
    locale: str,
    skip: frozenset[int] = frozenset(),
    no_students: frozenset[str],
    section: str = "",
) -> People:
    """Every row below the header that has an id, and what is wrong with the rest.

    `skip` holds the rows about assignments, `no_students` the keys of words such as "average" that are no student's.
    `section` is everybody's who has none in a column or in a heading above.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    roles: dict[int, RowRole] = {}
    id_column = columns.id
    rows = [row for row in range(columns.header_row + 1, len(tab.cells)) if row not in skip]
    named = [row for row in rows if columns.name is None or columns.name_of(tab, row)]
    ids = [id_text(tab.at(row, id_column)) or "" for row in named]
    usual = _usual(ids)
    digits_only = 2 * sum(_has_letter(each) for each in ids) < len(ids)
    for row in rows:
        content = tab.at(row, id_column)
        identity = id_text(content)
        if identity is None and content.blank:
            heading = _heading(tab, columns, row)
            if heading is not None:
                roles[row] = RowRole.HEADING
                section = heading if is_section(heading) else section
                continue
        if identity is None:
            wrong = list(_no_id(tab, columns, row, no_students))
            problems += wrong
            if any(not each.blank for each in tab.row(row)):
                roles[row] = RowRole.OTHER if wrong else RowRole.SUMMARY
            continue
        if label(identity) in no_students or (is_summary(identity) and not _has_digit(identity)):
            roles[row] = RowRole.SUMMARY
            continue
        if not columns.name_of(tab, row) and columns.name is not None:
            heading = _heading(tab, columns, row)
            # "Period 2" may stand in the column of the ids as well, where these are numbers.
            counted = heading is not None and is_section(heading) and (digits_only or key(heading) != key(identity))
            if usual(identity) and not counted:
                entry, wrong = _entry(tab, columns, row, identity, locale, section)
                entries.append(entry)
                problems += wrong
                continue
            if heading is not None:
                roles[row] = RowRole.HEADING
                section = heading if is_section(heading) else section
                continue
            roles[row] = RowRole.OTHER
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, id_column)),
                    what="this is not like the other student ids and has no name beside it, so the row is left out.",
                    remedy="Type the student's id and name, or move the words into another column.",
                )
            )
            continue
        entry, wrong = _entry(tab, columns, row, identity, locale, section)
        entries.append(entry)
        problems += wrong
    return People(entries=tuple(entries), problems=tuple(dict.fromkeys(problems)), roles=roles)


def unread_ids(tab: Tab, columns: Columns) -> tuple[int, ...]:
    """The rows that may be a student's and have a formula in place of the id that shows no value just now."""
    return tuple(
        row
        for row in range(columns.header_row + 1, len(tab.cells))
        if tab.at(row, columns.id).error is not None and (columns.name is None or columns.name_of(tab, row))
    )


def _usual(ids: list[str]) -> Callable[[str], bool]:
    """Whether an id is like nearly all the others: an address among addresses, with digits among those with digits."""
    there = [each for each in ids if each]
    for test in (_has_at, _has_digit):
        if len(there) >= 3 and 5 * sum(map(test, there)) >= 4 * len(there):
            return test
    return bool


def _has_at(text: str) -> bool:
    return "@" in text


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _heading(tab: Tab, columns: Columns, row: int) -> str | None:
    """The heading of a section: a text alone in its row, or one like "Period 3" with no more than a head-count."""
    said = [
        (column, content)
        for column, content in enumerate(tab.row(row))
        if not content.blank and not isinstance(content.value, bool)
    ]
    texts = [(column, content.text) for column, content in said if isinstance(content.value, str)]
    if len(texts) != 1 or len(said) > 2 or not all(isinstance(content.value, str | Decimal) for _, content in said):
        return None
    ((column, text),) = texts
    first = columns.name if columns.name is not None else columns.id
    if is_summary(text) or _ADDRESS.fullmatch(text):
        return None
    if len(said) == 1:
        return text if column in columns.taken or column <= max(first, columns.id) else None
    return text if is_section(text) else None


def twice(entries: list[Entry]) -> frozenset[str]:
    """The keys of ids that more than one row claims."""
    return frozenset(each for each, count in Counter(key(entry.id) for entry in entries).items() if count > 1)


def same_person(one: str, other: str) -> bool:
    """Whether two writings of a name can be one person: the same words in any order, or one of them missing.

    A roster often has middle names that a gradebook leaves out, so two words that are both among the other's will do.
    """
    fewer, more = sorted((set(key(name).replace(",", " ").replace("،", " ").split()) for name in (one, other)), key=len)
    return not fewer or fewer == more or (len(fewer) > 1 and fewer <= more)


def _no_id(tab: Tab, columns: Columns, row: int, no_students: frozenset[str]) -> Iterator[Problem]:
    """A row without an id that has a name and something beside it may well be a student: it is said, never dropped."""
    place = Place(tab=tab.title, cell=Cell(row, columns.id))
    name_column = columns.name
    name = columns.name_of(tab, row)
    beside = any(
        not content.blank and content.formula is None
        for column, content in enumerate(tab.row(row))
        if column not in {columns.id, name_column}
    )
    if not tab.at(row, columns.id).blank:
        yield Problem(place=place, what="this cannot be a student id.", remedy="Type the id as text or a whole number.")
    elif name and beside and label(name) not in no_students and not is_summary(name):
        yield Problem(
            place=place,
            what="this row has a name but no student id, so it is left out.",
            remedy="Type the student's id; a heading stands alone in its row.",
        )


def _entry(
    tab: Tab, columns: Columns, row: int, identity: str, locale: str, section: str
) -> tuple[Entry, list[Problem]]:
    def text(sort: str) -> str:
        column = columns.one(sort)
        return "" if column is None else tab.at(row, column).text

    problems: list[Problem] = []
    guardians: list[Guardian] = []
    for number, column in columns.places["guardian_email"].items():
        addresses, wrong = _addresses(tab, row, column)
        problems += wrong
        may, wrong = _may_receive(tab, row, columns, number)
        problems += wrong
        language, wrong = _language(tab, row, columns.numbered("language", number))
        problems += wrong
        frequency, wrong = _frequency(tab, row, columns.numbered("frequency", number))
        problems += wrong
        name_column = columns.numbered("guardian_name", number)
        name = "" if name_column is None else tab.at(row, name_column).text
        guardians += [
            Guardian(
                name=name,
                address=address,
                language=language,
                may_receive=may,
                frequency=frequency,
                place=Place(tab=tab.title, cell=Cell(row, column)),
            )
            for address in addresses
        ]
    address_column = columns.one("student_email")
    own, wrong = ([], []) if address_column is None else _addresses(tab, row, address_column)
    problems += wrong
    language, _ = _language(tab, row, columns.numbered("language", 0))
    rights, wrong = _rights(tab, row, columns.one("rights"))
    problems += wrong
    contract, wrong = _contract_cells(tab, columns, row, locale)
    problems += wrong
    return (
        Entry(
            id=identity,
            row=row,
            name=columns.name_of(tab, row),
            section=text("section") or section,
            guardians=not_permitted(_each_address_once(guardians)) if rights else _each_address_once(guardians),
            address=own[0] if own else "",
            language=language,
            contract=contract,
            may_write=_may_write(tab, row, columns),
            rights=rights,
            address_place=None if address_column is None else Place(tab=tab.title, cell=Cell(row, address_column)),
        ),
        problems,
    )


def _each_address_once(guardians: list[Guardian]) -> tuple[Guardian, ...]:
    """One guardian an address; a refusal anywhere counts for all of its rows."""
    refused = {each.address.casefold() for each in guardians if not each.may_receive}
    order = ("never", "weekly", "each", "")
    kept: dict[str, Guardian] = {}
    for each in guardians:
        folded = each.address.casefold()
        if folded not in kept:
            allowed = each.may_receive and folded not in refused
            said = {other.frequency for other in guardians if other.address.casefold() == folded}
            kept[folded] = replace(each, may_receive=allowed, frequency=min(said, key=order.index))
    return tuple(kept.values())


def _addresses(tab: Tab, row: int, column: int) -> tuple[list[str], list[Problem]]:
    """The bare addresses in a cell. No display names, no groups, no guessing."""
    content = tab.at(row, column)
    if content.blank:
        return [], []
    parts = [part.strip() for part in _SEPARATORS.split(content.chip or content.text)]
    good = [part for part in parts if _ADDRESS.fullmatch(part)]
    if content.error is not None or any(part and part not in good for part in parts):
        return [], [
            Problem(
                place=Place(tab=tab.title, cell=Cell(row, column)),
                what="this is not an e-mail address, so nobody is written to from this cell.",
                remedy="Type the bare address; separate several by a comma.",
            )
        ]
    return good, []


def _may_receive(tab: Tab, row: int, columns: Columns, number: int) -> tuple[bool, list[Problem]]:
    """Whether a guardian may be written to: yes where the tab has no such column, else only where it says yes."""
    if not columns.places["may_write"]:
        return True, []
    column = columns.numbered("may_write", number)
    if column is None:
        beside = columns.places["guardian_email"][number]
        return False, [
            Problem(
                place=Place(tab=tab.title, cell=Cell(columns.header_row, beside)),
                what="no column says whether these guardians may be written to, so they are not.",
                remedy="Add the column with the same number, or one without a number for all.",
            )
        ]
    may = says_yes(tab.at(row, column))
    if may is not None:
        return may, []
    return False, [
        Problem(
            place=Place(tab=tab.title, cell=Cell(row, column)),
            what="this is neither yes nor no, so this guardian is not written to.",
            remedy="Type yes or no.",
        )
    ]


def _may_write(tab: Tab, row: int, columns: Columns) -> bool | None:
    """What a row says about writing home, whoever's address it is; None where the tab has no such column."""
    places = columns.places["may_write"].values()
    return all(says_yes(tab.at(row, column)) is True for column in places) if places else None


def _rights(tab: Tab, row: int, column: int | None) -> tuple[bool | None, list[Problem]]:
    """Whether a student's rights are the student's own; what cannot be read may well say so, so it counts as a yes."""
    if column is None:
        return None, []
    own = says_yes(tab.at(row, column))
    if own is not None:
        return own, []
    return True, [
        Problem(
            place=Place(tab=tab.title, cell=Cell(row, column)),
            what="this is neither yes nor no, so nobody at home is written to about this student.",
            remedy="Type yes where the rights are the student's own, else no.",
        )
    ]


def not_permitted(guardians: tuple[Guardian, ...]) -> tuple[Guardian, ...]:
    """The same guardians, none of whom may be written to."""
    return tuple(replace(each, may_receive=False) for each in guardians)


def says_yes(content: Content) -> bool | None:
    """Whether a cell says yes; nothing in it is a no, and None is neither."""
    if isinstance(content.value, bool):
        return content.value
    word = key(content.text)
    if word in _YES:
        return True
    return False if not word or word in _NO else None


def _language(tab: Tab, row: int, column: int | None) -> tuple[str, list[Problem]]:
    if column is None or tab.at(row, column).blank:
        return "", []
    written = tab.at(row, column).text
    word = key(written)
    if word in _LANGUAGES:
        return _LANGUAGES[word], []
    if _LANGUAGE_CODE.fullmatch(word):
        return word.replace("_", "-").partition("-")[0], []
    return "", [
        Problem(
            place=Place(tab=tab.title, cell=Cell(row, column)),
            what="this language is not known here, so letters are in the school's usual one.",
            remedy='Type a language code such as "en" or "es".',
        )
    ]


def _frequency(tab: Tab, row: int, column: int | None) -> tuple[str, list[Problem]]:
    """How often a guardian wants to hear; what cannot be read may well say "stop", so it counts as never."""
    if column is None:
        return "", []
    content = tab.at(row, column)
    word = key(content.text)
    if content.error is None and word in _FREQUENCIES:
        return _FREQUENCIES[word], []
    return "never", [
        Problem(
            place=Place(tab=tab.title, cell=Cell(row, column)),
            what="this does not say how often to write, so this guardian is not written to.",
            remedy="Type each, weekly or never, or nothing for the school's usual way.",
        )
    ]


def _contract_cells(tab: Tab, columns: Columns, row: int, locale: str) -> tuple[ContractCells, list[Problem]]:
    column = columns.one("level")
    if column is None:
        return ContractCells(place=Place(tab=tab.title, cell=Cell(row, columns.id))), []
    place = Place(tab=tab.title, cell=Cell(row, column))
    problems: list[Problem] = []
    signed_on = None
    on_column = columns.one("signed_on")
    if on_column is not None and not tab.at(row, on_column).blank:
        signed_on = read_day(tab.at(row, on_column), locale)
        if signed_on is None:
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, on_column)),
                    what="this is not a date; the contract is taken to be in force.",
                    remedy="Type the date like 2026-09-01.",
                )
            )
    by_column = columns.one("signed_by")
    signed_by = "" if by_column is None else tab.at(row, by_column).text
    return (
        ContractCells(
            place=place,
            level=tab.at(row, column),
            signed_by=signed_by,
            signature_asked=by_column is not None,
            signed_on=signed_on,
        ),
        problems,
    )
