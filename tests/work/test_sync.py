"""A sync against a teacher who moves rows while it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest

from sheets_mastery.edits import Edit
from sheets_mastery.errors import SheetError
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.reading import Reading, Watched
from sheets_mastery.sync import make_plan

if TYPE_CHECKING:
    from tests.work.conftest import Class

FIRST_ROW, LAST_ROW = 4, 7
Order = Literal["asc", "des"]


class Interrupted:
    """Sheets in which the teacher does something between every reading and its write, as long as there is something."""

    def __init__(self, sheets: GoogleSheets, moves: list[Callable[[], Any]]) -> None:
        self._sheets = sheets
        self._moves = moves
        self.traffic = sheets.traffic

    def read(self, spreadsheet_id: str) -> Reading:
        return self._sheets.read(spreadsheet_id)

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: tuple[Watched, ...]) -> tuple[str, ...]:
        if self._moves:
            self._moves.pop(0)()
        return self._sheets.apply(spreadsheet_id, edits, watch)

    def close(self) -> None:
        self._sheets.close()


def interrupt(algebra: Class, *moves: Callable[[], Any]) -> None:
    """Let the teacher do these things during the next writes."""
    interrupted = Interrupted(algebra.service.sheets, list(moves))
    algebra.service.sheets = cast(GoogleSheets, interrupted)


def sort_by_name(algebra: Class, order: Order = "asc") -> None:
    """As a teacher sorts: whole rows, by name, through gspread."""
    algebra.school.spreadsheet.worksheet("Marks").sort((2, order), range=f"A{FIRST_ROW}:I{LAST_ROW}")


def beside(algebra: Class) -> dict[str, tuple[str, list[bool]]]:
    """What stands in each student's row: the flag, and on which marks there is a note of ours."""
    fields = "sheets(properties.title,data.rowData.values(formattedValue,note))"
    sheets = algebra.school.document(fields)["sheets"]
    (rows,) = (sheet["data"][0]["rowData"] for sheet in sheets if sheet["properties"]["title"] == "Marks")
    table = [row.get("values", []) for row in rows[FIRST_ROW - 1 : LAST_ROW]]
    return {
        cells[0]["formattedValue"]: (
            cells[6].get("formattedValue", ""),
            ["note" in cell and cell["note"].startswith("[Mastery]") for cell in cells[7:9]],
        )
        for cells in table
    }


RIGHT = {
    "anaid7": ("missing: Essay", [False, True]),
    "benid8": ("missing: Quiz; Essay", [True, True]),
    "choid9": ("missing: Quiz", [True, False]),
    "deeid5": ("missing: Quiz; Essay", [True, True]),
}


def requests_of(algebra: Class) -> list[str]:
    """The requests of the service, by method; the teacher's own are left out by their kind."""
    seen = algebra.school.sheet_requests()
    return [each["method"] for each in seen if "fields=" in each["path"]]


def test_without_a_teacher_in_between_a_sync_is_one_reading_and_one_write(algebra: Class) -> None:
    algebra.sync()
    assert (beside(algebra), requests_of(algebra)[:2]) == (RIGHT, ["GET", "POST"])


@pytest.mark.parametrize("order", ["asc", "des"])
def test_rows_sorted_between_reading_and_writing_are_put_right_at_once(algebra: Class, order: Order) -> None:
    interrupt(algebra, lambda: sort_by_name(algebra, order))
    algebra.sync()
    assert requests_of(algebra) == ["GET", "POST", "GET", "POST"]
    assert beside(algebra) == RIGHT
    again, _ = make_plan(
        algebra.service.sheets,
        algebra.service.ledger,
        algebra.service.settings,
        algebra.gradebook,
        algebra.service.clock(),
    )
    assert (again.edits, again.changes_anything) == ((), False)


def test_a_row_put_in_between_reading_and_writing_is_seen_at_once(algebra: Class) -> None:
    newcomer = ["eveid4", "Eve Adler", "93", "", "", "no", "", "20", "50"]
    marks = algebra.school.spreadsheet.worksheet("Marks")
    interrupt(algebra, lambda: marks.insert_row(newcomer, FIRST_ROW))
    algebra.sync()
    names = algebra.school.spreadsheet.worksheet("Mastery").col_values(1)
    assert names == ["Student ID", "eveid4", "anaid7", "benid8", "choid9", "deeid5"]
    there = {name: found for name, found in beside(algebra).items() if name != "eveid4"}
    assert there == {name: found for name, found in RIGHT.items() if name != "deeid5"}


def test_rows_that_never_rest_are_said_and_the_next_sync_puts_them_right(algebra: Class) -> None:
    def restless(order: Order) -> Callable[[], None]:
        return lambda: sort_by_name(algebra, order)

    interrupt(algebra, restless("asc"), restless("des"), restless("asc"))
    with pytest.raises(SheetError) as raised:
        algebra.sync()
    assert str(raised.value) == (
        "rows or columns were moved in the sheet each time it was written to, so notes may lie beside another student; "
        "the next sync puts them right."
    )
    assert beside(algebra) != RIGHT
    algebra.sync()
    assert beside(algebra) == RIGHT


def test_a_mark_typed_between_reading_and_writing_is_judged_by_the_next_sync(algebra: Class) -> None:
    interrupt(algebra, lambda: algebra.type("H5", "20"))
    algebra.sync()
    assert beside(algebra) == RIGHT
    assert algebra.school.spreadsheet.worksheet("Marks").acell("H5").value == "20"
    algebra.sync()
    assert beside(algebra) == {**RIGHT, "benid8": ("missing: Essay", [False, True])}
