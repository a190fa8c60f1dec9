"""Where a guess could put a child into trouble there is a problem or a question instead, and the work is not judged."""

from __future__ import annotations

from datetime import date

import pytest
from tables import by_identity, gradebook_settings, reading

from sheets_mastery.config import Marking
from sheets_mastery.gradebook import Gradebook, Layout, find_layout, read_gradebook


def read(text: str, settings: str = "") -> Gradebook:
    return read_gradebook(reading(text), gradebook_settings(settings), Marking())


def look(text: str, settings: str = "") -> Layout:
    return find_layout(reading(text), gradebook_settings(settings), Marking())


def titles(book: Gradebook) -> list[str]:
    return [assignment.title for assignment in book.assignments]


def said(book: Gradebook) -> list[tuple[str, str]]:
    return [(str(problem.place.cell), problem.what) for problem in book.problems]


def test_marks_without_a_title_may_be_a_second_try_at_what_stands_left_of_them() -> None:
    table = """
    Marks:
    ID     | Student | Essay | Quiz 1 |    | Test
    Points |         | 50    | 20     |    | 40
    101    | Ana     | 43    | 12     | 18 | 30
    102    | Bo      | 44    | 15     | 19 | 31
    """
    book = read(table)
    assert titles(book) == ["Essay", "Test"]
    assert said(book) == [
        ("E1", "this column has marks but no title, so neither it nor the work left of it is judged.")
    ]


def test_a_stray_number_beside_the_work_takes_nothing_away() -> None:
    table = """
    Marks:
    ID     | Student | Quiz 1 |
    Points |         | 20     |
    101    | Ana     | 12     |
    102    | Bo      | 15     |
    103    | Cy      | 15     | 7
    104    | Di      | 15     |
    105    | Ed      | 15     |
    """
    assert (titles(read(table)), said(read(table))) == (["Quiz 1"], [])


@pytest.mark.parametrize(
    ("header", "judged"),
    [
        ("Quiz 1 | Quiz 1 Retake", ["Quiz 1"]),
        ("Quiz 1 | Retake", []),
        ("Quiz 2 | Quiz 1 Retake", ["Quiz 2"]),
        ("Quiz 1 Attempt 1 | Quiz 1 Attempt 2", ["Quiz 1"]),
        ("Quiz 1 Retake | Quiz 1 Retake", []),
    ],
)
def test_a_further_attempt_counts_only_where_it_is_certain_at_what(header: str, judged: list[str]) -> None:
    book = read(f"Marks:\nID | {header}\nPoints | 20 | 20\n101 | 12 | 18\n102 | 15 |")
    assert titles(book) == judged
    assert bool(book.problems) == (judged != ["Quiz 1"])


def test_the_settings_may_say_that_a_retake_is_work_of_its_own() -> None:
    table = "Marks:\nID | Quiz 1 Retake\n101 | 12"
    assert titles(read(table, 'assignments = { "Quiz 1 Retake" = { points = 20 } }')) == ["Quiz 1 Retake"]


def test_a_retake_has_the_maximum_of_the_first_try_where_it_has_none() -> None:
    book = read("Marks:\nID | Quiz 1 | Quiz 1 Retake\nPoints | 20 |\n101 | 12 | 18")
    assert by_identity(book) == {("101", "quiz 1"): "9/10"}


def test_in_a_gradebook_of_percentages_a_mark_that_keeps_to_a_maximum_is_in_doubt() -> None:
    table = "Marks:\nID | Quiz 1 | Test\nPoints | 20 | 20\n101 | 18 | 85\n102 | 20 | 92"
    book = read(table, 'scale = "percent"')
    assert titles(book) == ["Test"]
    assert [cell for cell, _ in said(book)] == ["B1"]
    assert titles(read(table, 'scale = "percent"\nassignments = { "Quiz 1" = { points = 100 } }')) == ["Quiz 1", "Test"]


def test_one_maximum_that_is_too_low_is_no_scale_for_all() -> None:
    table = """
    Marks:
    ID     | Quiz 1 | Test
    Points | 20     | 10
    101    | 18     | 85
    102    | 20     | 92
    103    | 19     | 77
    """
    assert titles(read(table)) == ["Quiz 1"]
    assert look(table).questions == ()


def test_what_is_not_like_the_other_ids_and_has_no_name_is_no_student() -> None:
    table = """
    Marks:
    Student ID | Student | Quiz 1 [20]
    101        | Ana     | 12
    102        | Bo      | 13
    103        | Cy      | 14
    Weight     |         | 2
    Period 2   |         |
    104        | Di      | 15
    """
    book = read(table)
    assert [(student.id, student.section) for student in book.students] == [
        ("101", ""),
        ("102", ""),
        ("103", ""),
        ("104", "Period 2"),
    ]
    assert [cell for cell, _ in said(book)] == ["A5"]


def test_nobody_is_told_by_a_name_or_a_running_number() -> None:
    table = """
    Grades:
    No. | Student | Quiz 1 [20]
    1   | Ana     | 12
    2   | Bo      | 13
    """
    layout = look(table)
    (question,) = layout.questions
    assert (question.key, question.choices, question.stops) == ("labels.id", (), True)
    assert (
        layout.stopped
        == "The tab Grades has students, but no column that tells who a student is. Add one with their ids."
    )


def test_a_column_of_long_numbers_is_proposed_as_ids() -> None:
    table = """
    Grades:
    Matricule | Student | Quiz 1 [20]
    4711      | Ana     | 12
    4242      | Bo      | 13
    """
    (question,) = look(table).questions
    assert (question.key, question.choices, question.proposal) == ("labels.id", ("Matricule",), "")
    assert [student.id for student in read(table, 'labels = { id = ["Matricule"] }').students] == ["4711", "4242"]


def test_a_tab_that_looks_like_a_roster_is_asked_about_and_not_used() -> None:
    table = """
    Marks:
    ID  | Student | Quiz 1 [20]
    101 | Ana     | 12
    102 | Bo      | 13
    Families 2024:
    ID  | Student | Guardian Email
    101 | Ana     | old@x.org
    102 | Bo      | older@x.org
    """
    (question,) = look(table).questions
    assert (question.key, question.proposal) == ("roster_tab", "Families 2024")
    assert [student.guardians for student in read(table).students] == [(), ()]
    answered = read(table, 'roster_tab = "Families 2024"')
    assert [student.guardians[0].address for student in answered.students] == ["old@x.org", "older@x.org"]


def test_a_tab_of_ours_that_was_renamed_is_no_second_tab_of_marks() -> None:
    table = """
    Grades:
    ID  | Student | Level | Quiz 1 [20]
    101 | Ana     | 86    | 12
    Overview:
    Student ID | Student | Level | Missing | Quiz 1
    101        | Ana     | 86    | 1       | missing (retake)
    """
    assert [tab.title for tab in read(table).tabs] == ["Grades"]


def test_an_id_on_two_tabs_blocks_that_student_alone() -> None:
    table = """
    Period 1:
    ID  | Student | Quiz 1 [20]
    101 | Ana     | 12
    102 | Bo      | 13
    103 | Cy      | 13
    104 | Di      | 13
    105 | Ed      | 13
    Period 2:
    ID  | Student | Quiz 1 [20]
    105 | Ed      | 12
    201 | Flo     | 13
    202 | Gus     | 13
    203 | Hal     | 13
    204 | Ina     | 13
    """
    book = read(table)
    assert [student.id for student in book.students if student.blocked] == ["105", "105"]
    assert [str(problem.place) for problem in book.problems] == ["'Period 1'!A6", "'Period 2'!A2"]


def test_work_that_only_one_period_has_is_not_assigned_to_the_other_unless_a_column_is_in_doubt() -> None:
    two = """
    Period 1:
    ID     | Quiz 1 | {title}
    Points | 20     | 50
    101    | 12     | 44
    102    | 13     | 45
    Period 2:
    ID     | Quiz 1 | Essay
    Points | 20     | 50
    201    | 12     | 44
    """
    marks = by_identity(read(two.format(title="Poster")))
    assert marks["101", "essay"] == "not assigned"
    assert marks["201", "poster"] == "not assigned"
    assert by_identity(read(two.format(title="")))["101", "essay"] == "unreadable"


def test_where_periods_have_different_due_dates_nobody_is_late_too_early() -> None:
    two = """
    Period 1:
    ID     | Quiz 1     | Essay
    Points | 20         | 50
    Due    | 2026-09-18 | 2026-09-18
    101    | 12         | 44
    Period 2:
    ID     | Quiz 1     | Essay
    Points | 20         | 50
    Due    | 2026-09-25 |
    201    | 12         | 44
    """
    assert [assignment.due for assignment in read(two).assignments] == [date(2026, 9, 25), None]


def test_one_title_in_two_writings_is_looked_up_by_its_place() -> None:
    two = """
    Period 1:
    ID  | Quiz 1 [20]
    101 | 12
    Period 2:
    ID  | Quiz 1 (20 pts)
    201 | 12
    """
    book = read(two)
    assert [(each.title, each.header) for each in book.assignments] == [("Quiz 1", "Quiz 1 [20]")]
    assert [[each.header for each in tab.assignments] for tab in book.tabs] == [["Quiz 1 [20]"], [""]]


def test_a_row_of_the_highest_marks_is_no_row_of_maxima() -> None:
    table = """
    Marks:
    ID  | Student | Quiz 1         | Essay
    101 | Ana     | 12             | 40
    102 | Bo      | 15             | 43
        | Max     | =MAX(C2:C3) -> 15 | =MAX(D2:D3) -> 43
    """
    assert titles(read(table)) == []
    assert [question.key for question in look(table).questions] == [
        'assignments."Quiz 1".points',
        "assignments.Essay.points",
    ]


def test_checkboxes_are_asked_about_before_a_tick_is_a_mark() -> None:
    table = "Marks:\nID | Signed | Quiz 1 [20]\n101 | TRUE | 12\n102 | FALSE | 13"
    (question,) = look(table).questions
    assert (question.key, question.choices, question.proposal) == ("checkboxes", ("marks", "ignore"), "")
    assert titles(read(table)) == titles(read(table, 'checkboxes = "ignore"')) == ["Quiz 1"]
    assert by_identity(read(table, 'checkboxes = "marks"'))["101", "signed"] == "mastered"


def test_findings_name_no_student() -> None:
    table = """
    Grades:
    ID  | Student    | Quiz 1 [20] | Average
    101 | Ana Zuloaga | 12         | 60
        | Bo Quirke   | 12         | =60 -> 60
        | Cy Xanthos  |            | =60 -> 60
        | Average     | 12         |
    """
    told = " ".join(finding.what for finding in look(table).findings)
    assert "ignored: Average" in told
    assert not any(name in told for name in ("Zuloaga", "Quirke", "Xanthos"))


def test_days_of_attendance_are_no_marks_and_no_question() -> None:
    table = """
    Marks:
    ID  | Student | 2026-09-14 | 2026-09-15 | 2026-09-16 | Quiz 1 [20]
    101 | Ana     | P          | P          | A          | 12
    102 | Bo      | T          | P          | P          | 13
    103 | Cy      | P          | A          | T          | 14
    """
    layout = look(table)
    assert (layout.questions, layout.unknown_codes, titles(read(table))) == ((), (), ["Quiz 1"])
