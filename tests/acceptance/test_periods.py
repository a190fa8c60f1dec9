"""A document with a tab for each class period: one gradebook, one Mastery tab, one request to read and to write."""

from __future__ import annotations

from collections.abc import Callable

from schools import School, gradebook

HEADER = ["Student ID", "Student", "Level", "Guardian Email", "May Write"]
FIRST = [
    [*HEADER, "Quiz 1", "Essay"],
    ["", "Points", "", "", "", 50, 20],
    ["", "Due", "", "", "", "2026-10-01", "2026-10-02"],
    ["101", "Ana Diaz", 86, "diaz@example.org", "yes", 40, 20],
    ["102", "Bo Kim", 86, "kim@example.org", "yes", 50, 18],
    ["103", "Cy Obi", 76, "obi@example.org", "yes", 45, 19],
]
#: The second period has its columns in another order, another maximum, and a poster that the first one has not.
SECOND = [
    ["", "Mr. Lee, period 2"],
    [*HEADER, "Essay", "Poster", "Quiz 1"],
    ["", "Points", "", "", "", 40, 10, 50],
    ["", "Due", "", "", "", "2026-10-02", "2026-10-05", "2026-10-01"],
    ["201", "Di Ito", 76, "ito@example.org", "yes", 30, 10, 44],
    ["202", "El Ray", 93, "ray@example.org", "yes", 38, 9, 50],
]


def test_each_period_is_judged_by_its_own_columns_and_shown_on_one_tab(make_school: Callable[..., School]) -> None:
    school = make_school({"Period 1": FIRST, "Period 2": SECOND}, more="[guard]\nletters_least = 1000\n")
    service = school.service()
    school.sheet_requests()

    plan = service.sync(gradebook(service), "sync")

    assert [tab.title for tab in plan.gradebook.tabs] == ["Period 1", "Period 2"]
    assert [each["method"] for each in school.sheet_requests()] == ["GET", "POST"]
    assert school.spreadsheet.worksheet("Mastery").get("A1:G6") == [
        ["Student ID", "Student", "Level", "Missing", "Quiz 1", "Essay", "Poster"],
        ["101", "Ana Diaz", "86", "1", "missing (retake)", "mastered", "not assigned"],
        ["102", "Bo Kim", "86", "0", "mastered", "mastered", "not assigned"],
        ["103", "Cy Obi", "76", "0", "mastered", "mastered", "not assigned"],
        ["201", "Di Ito", "76", "1", "mastered", "missing (retake)", "mastered"],
        ["202", "El Ray", "93", "1", "mastered", "mastered", "missing (retake)"],
    ]
    notes = {
        tab["properties"]["title"]: [
            (row, column)
            for row, line in enumerate(tab["data"][0].get("rowData", ()))
            for column, cell in enumerate(line.get("values", ()))
            if cell.get("note")
        ]
        for tab in school.document()["sheets"]
    }
    assert (notes["Period 1"], notes["Period 2"]) == ([(3, 5)], [(4, 5), (5, 6)])
    assert {name: fills(school, name) for name in ("Period 1", "Period 2")} == {
        "Period 1": {"F4": "retake", "G4": "mastered", "F5": "mastered", "G5": "mastered", "F6": "mastered"}
        | {"G6": "mastered"},
        "Period 2": {"F5": "retake", "G5": "mastered", "H5": "mastered", "F6": "mastered", "G6": "retake"}
        | {"H6": "mastered"},
    }

    school.sheet_requests()
    service.sync(gradebook(service), "sync")
    assert [each["method"] for each in school.sheet_requests()] == ["GET"]
    assert dict(service.deliver((gradebook(service),)).counts) == {"sent": 3}


def fills(school: School, title: str) -> dict[str, str]:
    """The coloured cells of a tab, by the word for their colour."""
    words = {(0xCD, 0xEB, 0xE0): "mastered", (0xFF, 0xDD, 0xB0): "retake"}
    (tab,) = [each for each in school.document()["sheets"] if each["properties"]["title"] == title]
    found = {}
    for row, line in enumerate(tab["data"][0].get("rowData", ())):
        for column, cell in enumerate(line.get("values", ())):
            colour = cell.get("effectiveFormat", {}).get("backgroundColor", {})
            rgb = tuple(round(colour.get(part, 0) * 255) for part in ("red", "green", "blue"))
            if rgb in words:
                found[f"{'ABCDEFGHIJ'[column]}{row + 1}"] = words[rgb]
    return found


def test_the_same_id_in_two_periods_blocks_that_student_alone(make_school: Callable[..., School]) -> None:
    twice = [*SECOND, ["102", "Bo Kim", 86, "kim@example.org", "yes", 10, 1, 1]]
    named = 'marks_tabs = ["Period 1", "Period 2"]'
    school = make_school(
        {"Period 1": FIRST, "Period 2": twice}, more="[guard]\nletters_least = 1000\n", gradebook=named
    )
    service = school.service()

    plan = service.sync(gradebook(service), "sync")

    assert [student.id for student in plan.gradebook.students if student.blocked] == ["102", "102"]
    assert {str(problem.place) for problem in plan.problems} == {"'Period 1'!A5", "'Period 2'!A7"}
    assert dict(service.deliver((gradebook(service),)).counts) == {"sent": 3}
