"""Finding one's way on a tab: the row with the student labels, the row with the titles, the rows about assignments.

Everything is found by labels and by what stands in the cells, nothing by position. A label about guardians may carry a
number ("Guardian 2 Email"), which tells several columns of one sort apart. The titles may stand in the row of the
student labels, above it or below it, with a row of categories or of standards' codes beside them; merged cells are
filled to the right, but never across the student columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Labels
from sheets_mastery.gradebook.marks import EPOCH, month_first
from sheets_mastery.gradebook.records import key
from sheets_mastery.gradebook.titles import is_code
from sheets_mastery.gradebook.words import SUBTITLES, TITLES, is_summary, label, labels_of
from sheets_mastery.reading import Content, Tab

_HEADER_WITHIN = 30
#: How many rows above the student labels may belong to the header.
_ABOVE = 8
_NUMBER = re.compile(r"\b(\d{1,2})\b")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_THREE = re.compile(r"(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})")

#: The columns that say something about a student, in the words of `Labels`, and the two halves of a name.
STUDENT_COLUMNS = (
    "id",
    "name",
    "first_name",
    "last_name",
    "section",
    "level",
    "signed_by",
    "signed_on",
    "student_email",
    "guardian_name",
    "guardian_email",
    "language",
    "may_write",
    "rights",
    "frequency",
)
#: Those that make a row the one with the student labels.
_TELLING = frozenset({"id", "name", "first_name", "last_name", "student_email"})
#: Those of which there may be several, told apart by a number. "Class 3" and "Level 2" are titles of assignments.
NUMBERED_COLUMNS = frozenset({"guardian_name", "guardian_email", "language", "may_write", "frequency"})
#: The rows that say something about an assignment.
ASSIGNMENT_ROWS = ("points", "due", "graded", "kind")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The student columns of one tab."""

    #: The row of their labels, from 0.
    header_row: int
    #: Where each sort of column stands: sort -> {number in the label, 0 for none: column}.
    places: Mapping[str, Mapping[int, int]]
    #: Every column that bears a label about the student, those too that a better label of the same sort outdoes.
    taken: frozenset[int]

    def one(self, sort: str) -> int | None:
        """The first column of a sort."""
        found = self.places.get(sort)
        return found[min(found)] if found else None

    def numbered(self, sort: str, number: int) -> int | None:
        """The column of a sort with a number; one without a number speaks for all of them, and 1 for the first."""
        found = self.places.get(sort, {})
        if number == 0:
            return found.get(0, found.get(1))
        return found.get(number, found.get(0))

    @property
    def id(self) -> int:
        """The column with the student ids."""
        found = self.places["id"]
        return found[min(found)]

    @property
    def name(self) -> int | None:
        """The column with the names, or with the first half of them."""
        return next((at for sort in ("name", "last_name", "first_name") if (at := self.one(sort)) is not None), None)

    def name_of(self, tab: Tab, row: int) -> str:
        """The name in a row, put together from two columns where it stands in two."""
        first, last = self.one("first_name"), self.one("last_name")
        whole = self.one("name")
        if first is None and last is not None and whole is not None:
            first, whole = whole, None  # "Nombre" is a first name where "Apellidos" stands beside it
        if whole is not None:
            return tab.at(row, whole).text
        return " ".join(text for at in (first, last) if at is not None and (text := tab.at(row, at).text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The header of a table of marks: which row says what."""

    #: The row with the titles.
    titles: int
    #: The row above it with what several columns have in common; None where there is none.
    parents: int | None
    #: The row below it with what tells columns under one title apart; None where there is none.
    subtitles: int | None
    #: The labelled rows: sort -> row.
    rows: Mapping[str, int]
    #: What is said once for the whole tab, as in a score template: sort -> the cell with it.
    meta: Mapping[str, Cell] = field(default_factory=dict)
    #: The row from which on students stand.
    first: int = 0

    def about(self) -> frozenset[int]:
        """Every row of the header that a student id could not stand in."""
        return frozenset(
            {self.titles, *self.rows.values(), *(each for each in (self.parents, self.subtitles) if each is not None)}
        )


def find_columns(tab: Tab, labels: Labels, *, sorts: frozenset[str] = frozenset({"id"})) -> Columns | None:
    """The student columns, by the first row that has a label of one of some sorts, and company; None for no such row.

    Where several labels of one sort are there, the one that stands first in the settings wins.
    """
    best: tuple[int, int, dict[int, str]] | None = None
    for row in range(min(_HEADER_WITHIN, len(tab.cells))):
        words = {column: label(content.text) for column, content in enumerate(tab.row(row)) if not content.blank}
        if len(words) < 2:
            continue
        there = {sort for sort in STUDENT_COLUMNS if any(_labelled(sort, words, labels_of(labels, sort)))}
        if there & sorts:
            weight = len(there)
            if best is None or weight > best[0]:
                best = (weight, row, words)
            if sorts == {"id"}:
                break
    if best is None:
        return None
    _, row, words = best
    found = {sort: list(_labelled(sort, words, labels_of(labels, sort))) for sort in STUDENT_COLUMNS}
    return Columns(
        header_row=row,
        places={sort: _best(columns) for sort, columns in found.items()},
        taken=frozenset(column for columns in found.values() for _, _, column in columns),
    )


def find_people(tab: Tab, labels: Labels) -> Columns | None:
    """The student columns of a tab whose students may have no id: by the row with the most labels about them."""
    return find_columns(tab, labels) or find_columns(tab, labels, sorts=_TELLING)


def _labelled(sort: str, words: Mapping[int, str], ranked: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
    """The columns of a sort: (number in the label, rank of the label in the settings, column)."""
    for column, word in words.items():
        if word in ranked:
            yield 0, ranked[word], column
        elif sort in NUMBERED_COLUMNS and (found := _NUMBER.search(word)):
            bare = key(_NUMBER.sub(" ", word, count=1))
            if bare in ranked:
                yield int(found[1]), ranked[bare], column


def _best(columns: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """One column a number: the one whose label stands first in the settings, else the leftmost."""
    best: dict[int, int] = {}
    for number, _, column in sorted(columns):
        best.setdefault(number, column)
    return best


def find_rows(tab: Tab, columns: Columns, labels: Labels) -> dict[str, int]:
    """The rows about assignments: sort -> row. Their label stands in a student column, left of them, or in a column
    without a header.

    Below the header a row with a student id is that student's, whatever else it says: a student may be called Max. A
    computed row below the students is about them: the highest mark of the class is no maximum.
    """
    header = tab.row(columns.header_row)
    bare = {column for column in range(len(header)) if header[column].blank}
    label_columns = sorted(columns.taken | set(range(max(columns.taken, default=0))) | bare)
    identity = columns.one("id")
    rows: dict[str, int] = {}
    anybody = False
    wanted = {word: sort for sort in reversed(ASSIGNMENT_ROWS) for word in labels_of(labels, sort)}
    for row in range(min(_HEADER_WITHIN, len(tab.cells))):
        if row == columns.header_row:
            continue
        below = row > columns.header_row
        somebodys = below and identity is not None and not tab.at(row, identity).blank
        for column in [identity] if somebodys and identity is not None else label_columns:
            sort = wanted.get(label(tab.at(row, column).text))
            if sort is not None:
                if not (anybody and any(content.formula is not None for content in tab.row(row))):
                    rows.setdefault(sort, row)
                break
        else:
            anybody = anybody or somebodys
    return rows


def find_head(tab: Tab, columns: Columns, labels: Labels) -> Head:
    """The header of a table whose student columns are known."""
    rows = find_rows(tab, columns, labels)
    width = max((len(row) for row in tab.cells), default=0)
    free = [column for column in range(width) if column not in columns.taken]
    meta = dict(_meta(tab, columns, labels, free))
    rows = {sort: row for sort, row in rows.items() if sort not in meta}
    first = _first_student(tab, columns, rows)
    block = [row for row in range(max(0, columns.header_row - _ABOVE), first) if row not in rows.values()]
    texts = {row: sum(_is_text(tab.at(row, column)) for column in free) for row in block}
    titles = _titles_row(tab, columns, texts)
    if titles != columns.header_row:
        texts.pop(columns.header_row, None)
    above = [row for row in block if row < titles and texts.get(row)]
    kind = rows.get("kind")
    if kind is not None and kind < titles and not (above and above[-1] > kind):
        above.append(kind)
    below = [row for row in block if row > titles and texts.get(row)]
    return Head(
        titles=titles,
        parents=above[-1] if above else None,
        subtitles=below[0] if below else None,
        rows=rows,
        meta=meta,
        first=first,
    )


def filled(tab: Tab, row: int | None, columns: Columns, width: int) -> list[str]:
    """The texts of a row of merged labels, each carried on to the right until the next one or a student column."""
    texts: list[str] = []
    last = ""
    for column in range(width if row is not None else 0):
        if column in columns.taken:
            last = ""
        elif row is not None and not tab.at(row, column).blank:
            last = tab.at(row, column).text
        texts.append(last)
    return texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """What stands over one column of the work."""

    #: The title, put together from two rows where it stands in two; "" for none.
    title: str
    #: Where the title stands, or would.
    row: int
    #: The text of the header cell where that cell alone is the title, else "".
    header: str
    #: The title of the whole group of columns and the column's own, where it stands in two rows.
    parent: str = ""
    own: str = ""


def headings(tab: Tab, columns: Columns, head: Head, width: int) -> list[Heading]:
    """What stands over every column, student columns included."""
    own = [tab.at(head.titles, column) for column in range(width)]
    free = [column for column in range(width) if column not in columns.taken]
    parents = filled(tab, head.parents, columns, width)
    titled = [column for column in free if not own[column].blank]
    coded = sum(is_code(own[column].text) for column in titled)
    counts: dict[str, int] = {}
    for column in titled:
        counts[key(own[column].text)] = counts.get(key(own[column].text), 0) + 1
    found = [Heading(title=each.text, row=head.titles, header=each.text) for each in own]
    for column in titled:
        text = own[column].text
        shared = is_code(text) if coded * 2 > len(titled) else counts[key(text)] > 1
        if shared and parents[column : column + 1] != [""] and parents:
            found[column] = _two(parents[column], text, head.titles)
    if head.subtitles is not None:
        _under_one_title(tab, head, columns, found, width)
    return found


def _under_one_title(tab: Tab, head: Head, columns: Columns, found: list[Heading], width: int) -> None:
    """Columns that share a title, merged or repeated, and are told apart by the row below."""
    if head.subtitles is None:
        return
    groups: list[tuple[str, list[int]]] = []
    for column in range(width):
        title, own = tab.at(head.titles, column), tab.at(head.subtitles, column).text
        if column in columns.taken:
            groups.append(("", []))
        elif not title.blank:
            if not groups or key(groups[-1][0]) != key(title.text):
                groups.append((title.text, []))
            groups[-1][1].extend([column] if own else [])
        elif own and groups and groups[-1][0] and groups[-1][1]:
            groups[-1][1].append(column)
    # A title may be repeated anywhere, where columns were moved.
    together: dict[str, list[int]] = {}
    for said, members in groups:
        together.setdefault(key(said), []).extend(members)
    for said, members in groups:
        if said and len(together[key(said)]) > 1:
            for column in members:
                found[column] = _two(said, tab.at(head.subtitles, column).text, head.subtitles)


def _two(parent: str, own: str, row: int) -> Heading:
    return Heading(title=f"{parent}: {own}", row=row, header="", parent=parent, own=own)


def _first_student(tab: Tab, columns: Columns, rows: Mapping[str, int]) -> int:
    """The first row below the labels with somebody in it; the row after the last one where there is nobody."""
    identity, name = columns.one("id"), columns.name
    telling = identity if identity is not None else name
    for row in range(columns.header_row + 1, len(tab.cells)):
        if row in rows.values() or telling is None:
            continue
        text = tab.at(row, telling).text
        if text and label(text) not in SUBTITLES | TITLES and not is_summary(text):
            return row
    return min(len(tab.cells), columns.header_row + 1)


def _titles_row(tab: Tab, columns: Columns, texts: Mapping[int, int]) -> int:
    """The row with the titles: that of the student labels, unless another has the label of titles or far more texts."""
    own = texts.get(columns.header_row, 0)
    labelled = [
        row
        for row, count in texts.items()
        if count and row != columns.header_row and any(label(tab.at(row, at).text) in TITLES for at in columns.taken)
    ]
    if labelled:
        return labelled[-1]
    name = columns.name
    others = [
        row
        for row in texts
        if row != columns.header_row and (row < columns.header_row or name is None or tab.at(row, name).blank)
    ]
    best = max(others, key=lambda row: (texts[row], row), default=None)
    return best if best is not None and texts[best] > 2 * own else columns.header_row


def _meta(tab: Tab, columns: Columns, labels: Labels, free: list[int]) -> Iterator[tuple[str, Cell]]:
    """What rows above the labels say once for the whole tab: a label, and its value beside it, and nothing else."""
    wanted = {word: sort for sort in ("points", "due", "kind") for word in labels_of(labels, sort)}
    once = {"assignment name": "title", "assignment": "title", "class": "section", "score type": "scale"}
    titled = [column for column in free if not tab.at(columns.header_row, column).blank]
    for row in range(columns.header_row if titled else 0):
        line = tab.row(row)
        said = [column for column, content in enumerate(line) if not content.blank]
        if len(said) != 2:
            continue
        for at, other in (said, reversed(said)):
            word = label(line[at].text)
            sort = once.get(word) or (wanted.get(word) if other not in titled else None)
            if sort is not None:
                yield sort, Cell(row, other)
                break


def _is_text(content: Content) -> bool:
    return isinstance(content.value, str) and not content.blank and content.error is None


def read_day(content: Content, locale: str) -> date | None:
    """The day in a cell: a date of the sheet, or text like 2026-09-18 or in the locale's own order; None for no day."""
    value = content.value
    if isinstance(value, Decimal):
        if content.format not in {"DATE", "DATE_TIME"} or not 0 < value < 200_000:
            return None
        return EPOCH + timedelta(days=int(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _THREE.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        # Nobody who writes dots begins with the month.
        month, day = (first, second) if month_first(locale) and found[2] != "." else (second, first)
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
