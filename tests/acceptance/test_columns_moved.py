"""A teacher inserts a column at the very moment at which the flags are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from gspread.utils import ValueRenderOption
from schools import School, gradebook

from sheets_mastery.edits import Edit
from sheets_mastery.errors import SheetError
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.reading import Reading, Watched

MARKS: list[list[Any]] = [
    ["Student ID", "Student", "Level", "Quiz 1", "Essay", "Missing"],
    ["", "Points", "", 50, 50, ""],
    ["", "Due", "", "2026-10-01", "2026-10-02", ""],
    ["101", "Ana Diaz", 86, 40, "=40+1.5", ""],
    ["102", "Bo Kim", 86, 41, 50, ""],
    ["103", "Cy Obi", 86, 50, 49, ""],
]


class Interrupted:
    """The real Google Sheets, with the teacher's hands on the document just before the first write."""

    def __init__(self, sheets: GoogleSheets, teacher: Callable[[], Any]) -> None:
        self._sheets = sheets
        self._teacher: Callable[[], Any] | None = teacher
        self.traffic = sheets.traffic

    def read(self, spreadsheet_id: str) -> Reading:
        return self._sheets.read(spreadsheet_id)

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: tuple[Watched, ...]) -> tuple[str, ...]:
        if self._teacher is not None:
            self._teacher()
            self._teacher = None
        return self._sheets.apply(spreadsheet_id, edits, watch)

    def close(self) -> None:
        self._sheets.close()


def insert_a_column(school: School, at: int) -> None:
    sheet_id = school.spreadsheet.worksheet("Marks").id
    area = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    school.spreadsheet.batch_update({"requests": [{"insertDimension": {"range": area}}]})


def test_marks_that_a_flag_fell_on_are_given_back_and_the_flags_find_their_column(
    make_school: Callable[..., School],
) -> None:
    rows = [[cell if cell != "=40+1.5" else 41.5 for cell in row] for row in MARKS]
    school = make_school({"Marks": rows}, gradebook='flag_column = "Missing"')
    service = school.service()
    real = service.sheets
    service.sheets = cast(GoogleSheets, Interrupted(real, lambda: insert_a_column(school, 3)))
    service.sync(gradebook(service), "sync")

    assert school.spreadsheet.worksheet("Marks").get("A4:G6") == [
        ["101", "Ana Diaz", "86", "", "40", "41.5", "missing: Quiz 1; Essay"],
        ["102", "Bo Kim", "86", "", "41", "50", "missing: Quiz 1"],
        ["103", "Cy Obi", "86", "", "50", "49"],
    ]
    assert not service.sync(gradebook(service), "sync").changes_anything


def test_a_formula_that_a_flag_fell_on_is_given_back_and_a_person_is_told(make_school: Callable[..., School]) -> None:
    school = make_school({"Marks": MARKS}, gradebook='flag_column = "Missing"')
    service = school.service()
    service.sheets = cast(GoogleSheets, Interrupted(service.sheets, lambda: insert_a_column(school, 3)))

    with pytest.raises(SheetError, match=r"the formulas in Marks!F4 were put back as they had been"):
        service.sync(gradebook(service), "sync")
    assert school.spreadsheet.worksheet("Marks").get("F4:F5", value_render_option=ValueRenderOption.formula) == [
        ["=40+1.5"],
        [50],
    ]
