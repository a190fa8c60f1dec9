"""One column sorted alone, after the sync has decided about letters and before they leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from schools import School, gradebook

from sheets_mastery.errors import WaitingForPerson

MARKS = [
    ["Student ID", "Student", "Level", "Guardian Email", "Quiz 1"],
    ["", "Points", "", "", 50],
    ["", "Due", "", "", "2026-10-01"],
    ["101", "Ana Diaz", 86, "diaz@example.org", 40],
    ["102", "Bo Kim", 86, "kim@example.org", 41],
    ["103", "Cy Obi", 86, "obi@example.org", 42],
]


@pytest.mark.parametrize("column", ["B", "D"])
def test_no_letter_leaves_while_names_or_guardians_have_moved_alone(
    make_school: Callable[..., School], column: str
) -> None:
    school = make_school({"Marks": MARKS})
    service = school.service()
    service.sync(gradebook(service), "sync")
    sheet = school.spreadsheet.worksheet("Marks")
    (first,), (second,) = sheet.get(f"{column}4:{column}5")
    sheet.update([[second], [first]], f"{column}4:{column}5")

    assert dict(service.deliver((gradebook(service),)).counts) == {"changed since the last sync": 3}
    assert school.letters() == []
    with pytest.raises(WaitingForPerson, match="2 students have another name or other guardians than before"):
        service.sync(gradebook(service), "sync")


def test_no_letter_leaves_about_a_student_whose_level_has_moved_alone(make_school: Callable[..., School]) -> None:
    school = make_school({"Marks": [*MARKS[:3], ["101", "Ana Diaz", 93, "diaz@example.org", 40], *MARKS[4:]]})
    service = school.service()
    service.sync(gradebook(service), "sync")
    school.spreadsheet.worksheet("Marks").update([[86], [93]], "C4:C5")

    assert dict(service.deliver((gradebook(service),)).counts) == {"changed since the last sync": 2, "sent": 1}


def test_once_the_column_is_put_right_the_letters_leave(make_school: Callable[..., School]) -> None:
    school = make_school({"Marks": MARKS})
    service = school.service()
    service.sync(gradebook(service), "sync")
    sheet = school.spreadsheet.worksheet("Marks")
    sheet.update([["Bo Kim"], ["Ana Diaz"]], "B4:B5")
    service.deliver((gradebook(service),))
    sheet.update([["Ana Diaz"], ["Bo Kim"]], "B4:B5")

    assert dict(service.deliver((gradebook(service),)).counts) == {"sent": 3}
    assert len(school.letters()) == 3
