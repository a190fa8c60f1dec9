"""What a reading did not show: cells whose formula was still at work, or shows an error in place of a value.

Nothing is decided about what hangs on such a cell: a mark is "check", and a student whose level or id it is stays as at
the last sync. Everybody else's work goes on; that it was not the whole sheet is said, and kept with the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook import Gradebook, Place, Problem
from sheets_mastery.reading import Reading, Tab


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """The cells that showed no value, in reading order."""

    #: Those whose formula was still at work ("Loading…").
    computing: tuple[Place, ...] = ()
    #: The others.
    failing: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.computing or self.failing)

    def __str__(self) -> str:
        """The same in a few words with the first cells, "" where every cell showed its value."""
        return "; ".join(
            f"{len(places)} {'cell' if len(places) == 1 else 'cells'} {what} ({_listed(places)})"
            for places, what in (
                (self.computing, "still being computed"),
                (self.failing, "with an error in place of a value"),
            )
            if places
        )


def unread(reading: Reading, gradebook: Gradebook) -> Unread:
    """What a gradebook hangs on and a reading did not show: ids, levels, titles, maxima and marks."""
    seen = dict.fromkeys(_read_cells(reading, gradebook))
    return _sorted_out(reading, seen)


def at_work(reading: Reading) -> Unread:
    """The cells of the whole document whose formula was still at work."""
    everywhere = (
        Place(tab=tab.title, cell=Cell(row, column))
        for tab in reading
        for row, contents in enumerate(tab.cells)
        for column, content in enumerate(contents)
        if content.computing
    )
    return Unread(computing=tuple(everywhere))


def in_the_sheet(found: Unread) -> Iterator[Problem]:
    """What the teacher is told beside the single cells: that they may show their value by themselves."""
    if found.computing:
        yield Problem(
            place=Place(tab=found.computing[0].tab),
            what=f"this sheet was read before all of it was there: {Unread(computing=found.computing)}.",
            remedy="Nothing is decided about them. The next sync looks again; if they stay so, mend their formulas.",
        )


def _read_cells(reading: Reading, gradebook: Gradebook) -> Iterator[Place]:
    tabs = {tab.sheet_id: tab for tab in reading}
    for page in gradebook.tabs:
        tab = tabs[page.sheet_id]
        marks = [column for assignment in page.assignments for column in assignment.columns]
        rows = {page.header_row, *(student.row for student in page.students)}
        rows |= set() if page.points_row is None else {page.points_row}
        for row in sorted(rows):
            yield from _failed(tab, row, (page.id_column, *marks))
        for row in gradebook.unread_ids.get(page.sheet_id, ()):
            yield from _failed(tab, row, (page.id_column,))
    for student in gradebook.students:
        if student.contract.level.error is not None:
            yield student.contract.place


def _failed(tab: Tab, row: int, columns: tuple[int, ...]) -> Iterator[Place]:
    return (Place(tab=tab.title, cell=Cell(row, each)) for each in columns if tab.at(row, each).error is not None)


def _sorted_out(reading: Reading, places: dict[Place, None]) -> Unread:
    titles = {tab.title: tab for tab in reading}
    computing: list[Place] = []
    failing: list[Place] = []
    for place in places:
        if place.cell is not None:
            content = titles[place.tab].at(place.cell.row, place.cell.column)
            (computing if content.computing else failing).append(place)
    return Unread(computing=tuple(computing), failing=tuple(failing))


def _listed(places: tuple[Place, ...]) -> str:
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{places[0]}{more}"
