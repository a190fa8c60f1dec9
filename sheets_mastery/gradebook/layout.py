"""Finding one's way on a tab: the header row, its columns, and the rows that speak about assignments.

Everything is found by the labels in the settings, nothing by position. A label about guardians may carry a number
("Guardian 2 Email"), which tells several columns of one sort apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sheets_mastery.config import Labels
from sheets_mastery.gradebook.marks import EPOCH, month_first
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Content, Tab

_HEADER_WITHIN = 30
_NUMBER = re.compile(r"\b(\d{1,2})\b")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_THREE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")

#: The columns that say something about a student, in the words of `Labels`.
STUDENT_COLUMNS = (
    "id",
    "name",
    "section",
    "level",
    "signed_by",
    "signed_on",
    "student_email",
    "guardian_name",
    "guardian_email",
    "language",
    "may_write",
    "frequency",
)
#: Those of which there may be several, told apart by a number. "Class 3" and "Level 2" are titles of assignments.
NUMBERED_COLUMNS = frozenset({"guardian_name", "guardian_email", "language", "may_write", "frequency"})
#: The rows that say something about an assignment.
ASSIGNMENT_ROWS = ("points", "due", "graded", "kind")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The student columns of one tab."""

    #: The header's row, from 0.
    header_row: int
    #: Where each sort of column stands: sort -> {number in the label, 0 for none: column}.
    places: dict[str, dict[int, int]]
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


def find_columns(tab: Tab, labels: Labels) -> Columns | None:
    """The student columns, by the first row that has an id label; None where there is no such row.

    Where several labels of one sort are there, the one that stands first in the settings wins.
    """
    wanted_ids = [key(label) for label in labels.id]
    for row in range(min(_HEADER_WITHIN, len(tab.cells))):
        words = {column: key(content.text) for column, content in enumerate(tab.row(row)) if not content.blank}
        if len(words) >= 2 and any(word in wanted_ids for word in words.values()):
            found = {sort: list(_labelled(sort, words, getattr(labels, sort))) for sort in STUDENT_COLUMNS}
            return Columns(
                header_row=row,
                places={sort: _best(columns) for sort, columns in found.items()},
                taken=frozenset(column for columns in found.values() for _, _, column in columns),
            )
    return None


def _labelled(sort: str, words: dict[int, str], labels: tuple[str, ...]) -> Iterator[tuple[int, int, int]]:
    """The columns of a sort: (number in the label, rank of the label in the settings, column)."""
    ranked = {key(label): rank for rank, label in reversed(list(enumerate(labels)))}
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
    """The rows about assignments: sort -> row. Their label stands in one of the student columns or left of them.

    Below the header a row with a student id is that student's, whatever else it says: a student may be called Max.
    """
    label_columns = columns.taken | set(range(max(columns.taken, default=0)))
    rows: dict[str, int] = {}
    wanted = {key(label): sort for sort in reversed(ASSIGNMENT_ROWS) for label in getattr(labels, sort)}
    for row in range(min(_HEADER_WITHIN, len(tab.cells))):
        if row == columns.header_row:
            continue
        somebodys = row > columns.header_row and not tab.at(row, columns.id).blank
        for column in [columns.id] if somebodys else sorted(label_columns):
            sort = wanted.get(key(tab.at(row, column).text).rstrip(": "))
            if sort is not None:
                rows.setdefault(sort, row)
                break
    return rows


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
        first, second, year = (int(part) for part in found.groups())
        month, day = (first, second) if month_first(locale) else (second, first)
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
