"""Columns and rows that stand among the work and are none."""

from __future__ import annotations

import drawn

from sheets_mastery.gradebook import Gradebook, read_gradebook
from sheets_mastery.reading import Reading


def understood(reading: Reading, gradebook: str = "") -> Gradebook:
    settings = drawn.settings(gradebook=gradebook)
    return read_gradebook(reading, settings.gradebooks[0], settings.marking)


def titles(book: Gradebook) -> list[str]:
    return [assignment.title for assignment in book.assignments]


def test_percentages_that_no_row_about_work_speaks_of_are_reported_and_not_judged(reading: Reading) -> None:
    """
    ID  | Quiz 1     | Attendance | Reading
    Max | 50         |            |
    Due | 2026-09-18 |            | 2026-09-18
    101 | 43         | 60%        | 90%
    102 | 43         | 70%        | 80%
    """
    book = understood(reading)
    assert titles(book) == ["Quiz 1", "Reading"]
    (problem,) = book.problems
    assert (str(problem.place), problem.what) == (
        "Marks!C1",
        "this column has marks but no maximum, so it is not judged.",
    )


def test_the_settings_can_say_that_such_a_column_is_work(reading: Reading) -> None:
    """
    ID  | Quiz 1 | Attendance
    Max | 50     |
    101 | 43     | 60%
    """
    assert titles(understood(reading, "[gradebooks.assignments.Attendance]\ndue = 2026-09-18")) == [
        "Quiz 1",
        "Attendance",
    ]


def test_a_maximum_for_all_makes_no_work_of_addresses_and_remarks(reading: Reading) -> None:
    """
    ID  | Quiz 1 | Phone    | Remarks    | Quiz 2
    101 | 43     | 555-0101 | was ill    |
    102 | 41     | 555-0102 |            |
    """
    book = understood(reading, "points = 50")
    assert titles(book) == ["Quiz 1", "Quiz 2"]
    assert book.problems == ()


def test_the_headings_of_a_second_block_are_no_students(reading: Reading) -> None:
    """
    ID         | Student | Quiz 1
    Points     |         | 50
    101        | Ana     | 43
    Student ID | Student | Quiz 1
    Points     |         | 50
    102        | Bo      | 41
    """
    book = understood(reading)
    assert [student.id for student in book.students] == ["101", "102"]
