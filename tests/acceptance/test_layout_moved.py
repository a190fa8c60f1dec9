"""The layout changes under a gradebook: nothing is written, nobody is written to, and what has moved is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest
from schools import School, gradebook

from sheets_mastery.errors import LayoutError, WaitingForPerson

MARKS = [
    ["Student ID", "Student", "Level", "Guardian Email", "Quiz 1", "Essay", "Quiz 2"],
    ["", "Points", "", "", 50, 50, 50],
    ["", "Due", "", "", "2026-10-01", "2026-10-02", "2026-10-05"],
    ["101", "Ana Diaz", 86, "diaz@example.org", 40, 50, 44],
    ["102", "Bo Kim", 86, "kim@example.org", 50, 44, 45],
    ["103", "Cy Obi", 86, "obi@example.org", 45, 45, 46],
    ["104", "Di Ito", 76, "ito@example.org", 39, 46, 47],
    ["105", "El Ray", 76, "ray@example.org", 44, 47, 49],
]
GUARD = "[guard]\nletters_least = 1000\nletters_share = 1\nverdicts_share = 1\n"


def _paste_one_place_left(sheet: gspread.Worksheet) -> None:
    sheet.update(sheet.get("F4:F8"), "E4:E8", raw=False)


def _rename_an_assignment(sheet: gspread.Worksheet) -> None:
    sheet.update([["Composition"]], "F1")


def _delete_an_assignment(sheet: gspread.Worksheet) -> None:
    sheet.delete_columns(6)


def _halve_the_roster(sheet: gspread.Worksheet) -> None:
    sheet.delete_rows(6, 8)


def _shift_names_against_ids(sheet: gspread.Worksheet) -> None:
    names = sheet.get("B4:B8")
    sheet.update([names[-1], *names[:-1]], "B4:B8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_paste_one_place_left, "under “Quiz 1” now stand the marks that stood under “Essay”"),
        (_rename_an_assignment, "there is no column “essay” any more; new there: “composition”"),
        (_delete_an_assignment, "there is no column “essay” any more"),
        (_halve_the_roster, "3 of 5 students are no longer in the sheet"),
        (_shift_names_against_ids, "5 students have another name"),
    ],
)
def test_a_changed_layout_stops_the_sync_and_the_letters_and_says_what_moved(
    make_school: Callable[..., School], change: Callable[[gspread.Worksheet], Any], said: str
) -> None:
    school = make_school({"Marks": MARKS}, more=GUARD)
    service = school.service()
    service.sync(gradebook(service), "sync")
    sheet = school.spreadsheet.worksheet("Marks")
    change(sheet)
    before = school.document()

    counts = service.deliver((gradebook(service),)).counts
    with pytest.raises(WaitingForPerson, match=said) as waiting:
        service.sync(gradebook(service), "sync")

    assert school.document() == before
    assert counts == {"changed since the last sync": 1}
    assert school.letters() == []
    # Once a person has agreed, the new layout is the known one.
    service.sync(gradebook(service), "apply", approved=waiting.value.fingerprint)
    service.sync(gradebook(service), "sync")


@pytest.mark.parametrize(
    ("named", "said"),
    [("", "the tab Marks is now called Period 1"), ('marks_tab = "Marks"', 'no tab called "Marks"')],
)
def test_a_renamed_tab_stops_the_sync_and_the_letters(
    make_school: Callable[..., School], named: str, said: str
) -> None:
    school = make_school({"Marks": MARKS}, more=GUARD, gradebook=named)
    service = school.service()
    service.sync(gradebook(service), "sync")
    school.spreadsheet.worksheet("Marks").update_title("Period 1")
    before = school.document()

    assert service.deliver((gradebook(service),)).counts["sent"] == 0
    with pytest.raises((WaitingForPerson, LayoutError), match=said):
        service.sync(gradebook(service), "sync")
    assert school.document() == before


def test_an_inserted_student_and_an_inserted_assignment_go_on(make_school: Callable[..., School]) -> None:
    school = make_school({"Marks": MARKS}, more=GUARD)
    service = school.service()
    service.sync(gradebook(service), "sync")
    sheet = school.spreadsheet.worksheet("Marks")
    sheet.insert_row(["117", "Flo Ng", 86, "ng@example.org", 50, 50, 50], 5)
    sheet.insert_cols([["Poster", 10, "2026-10-02", 9, 9, 9, 9, 9, 9]], 5)

    plan = service.sync(gradebook(service), "sync")

    assert [student.name for student in plan.gradebook.students].count("Flo Ng") == 1
    assert [assignment.title for assignment in plan.gradebook.assignments] == ["Poster", "Quiz 1", "Essay", "Quiz 2"]
