"""Ids for a class that has none: a new column to the left of the names, with one id a student.

The ids say nothing and only count on, so that a teacher who adds a student knows what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheets_mastery.gradebook import ColumnRole, Layout, RowRole, TabRole
from sheets_mastery.reading import Reading
from sheets_mastery.writeback import InsertColumn

#: The heading of the new column: one of the labels that are known without being told.
NEW_ID = "Student ID"
_NAMES = (ColumnRole.NAME, ColumnRole.LAST_NAME, ColumnRole.FIRST_NAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewColumn:
    """One column to put in."""

    sheet_id: int
    #: The tab's title.
    title: str
    #: The column that it becomes, from 0.
    column: int
    #: Its cells from row 1 on; None for a blank one.
    values: tuple[str | None, ...]

    @property
    def edit(self) -> InsertColumn:
        """The column as something to write."""
        return InsertColumn(sheet_id=self.sheet_id, column=self.column, values=self.values)


def new_ids(reading: Reading, layout: Layout) -> tuple[NewColumn, ...]:
    """A column for each tab with marks; none where that would not help.

    A roster on a tab of its own tells its students from those of the marks by their ids, and only a person can match
    them: then nothing is offered.
    """
    if any(tab.role is TabRole.ROSTER for tab in layout.tabs):
        return ()
    columns: list[NewColumn] = []
    given = 0
    for tab in (each for each in layout.tabs if each.role is TabRole.MARKS):
        named = [at for at, role in enumerate(tab.columns) if role in _NAMES]
        heading = next((at for role in (RowRole.LABELS, RowRole.TITLES) for at in _rows(tab.rows, role)), None)
        students = _rows(tab.rows, RowRole.STUDENT)
        there = next((each for each in reading if each.sheet_id == tab.sheet_id), None)
        if not named or heading is None or not students or there is None:
            return ()
        values: list[str | None] = [None] * (max(*students, heading) + 1)
        values[heading] = NEW_ID
        for row in students:
            given += 1
            values[row] = f"S{given:03d}"
        columns.append(NewColumn(sheet_id=tab.sheet_id, title=there.title, column=named[0], values=tuple(values)))
    return tuple(columns)


def _rows(rows: tuple[RowRole, ...], wanted: RowRole) -> list[int]:
    return [at for at, role in enumerate(rows) if role is wanted]
