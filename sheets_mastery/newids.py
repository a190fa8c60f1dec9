"""Ids for a class that has none: a new column to the left of the names, with one id a student.

The ids say nothing and only count on, so that a teacher who adds a student knows what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sheets_mastery.config import GradebookSettings, Labels, Marking
from sheets_mastery.edits import InsertColumn
from sheets_mastery.gradebook import ColumnRole, Layout, RowRole, TabLayout, TabRole, find_layout
from sheets_mastery.reading import Reading

#: The heading of the new column: one of the labels that are known without being told.
NEW_ID = "Student ID"
#: The key of the question who a student is.
ID_LABEL = ("labels", "id")
#: The columns by which a person knows a student; the new one comes to the left of the first of them.
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


def supposed(reading: Reading, layout: Layout, settings: GradebookSettings, marking: Marking) -> Layout:
    """A document in which nothing tells who a student is, as it would be if the likeliest column, or the names, did.

    Only to be looked at: its parts are marked, and no student in it is anybody. The same layout where that is not what
    stops it.
    """
    question = next((each for each in layout.questions if each.paths[0] == ID_LABEL), None)
    if not layout.stopped or question is None or question.place.cell is None:
        return layout
    tab = reading.tab(question.place.tab)
    heading = question.proposal or (tab.at(question.place.cell.row, question.place.cell.column).text if tab else "")
    if not heading:
        return layout
    labels = settings.labels.model_copy(update={"id": (heading,)})
    labels = Labels.model_validate(labels.model_dump(include=settings.labels.model_fields_set | {"id"}))
    found = find_layout(reading, settings.model_copy(update={"labels": labels}), marking)
    return found if question.proposal else replace(found, tabs=tuple(map(_named, found.tabs)))


def _named(tab: TabLayout) -> TabLayout:
    """A tab with its names called names again."""
    roles = (ColumnRole.NAME if role is ColumnRole.ID else role for role in tab.columns)
    return replace(tab, columns=tuple(roles))


def _rows(rows: tuple[RowRole, ...], wanted: RowRole) -> list[int]:
    return [at for at, role in enumerate(rows) if role is wanted]
