"""A reading of the spreadsheet to a gradebook: what is understood, and what is said about the rest."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import drawn
import pytest
from asread import said, shares, understood

from sheets_mastery.config import Codes, Marking
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import Assignment, read_gradebook
from sheets_mastery.reading import Reading

# Layouts


def test_one_header_row_is_enough(reading: Reading) -> None:
    """
    Student ID | Student  | Level | Quiz 1 | Essay
    101        | Ana Diaz | 86    | 85%    | '17/20
    102        | Bo Kim   | 93    | EX     |
    """
    gradebook = understood(reading)
    assert gradebook.assignments == (
        Assignment(title="Quiz 1", header="Quiz 1", column=3, points=None),
        Assignment(title="Essay", header="Essay", column=4, points=None),
    )
    assert shares(gradebook) == [["17/20", "17/20"], ["excused", "blank"]]
    assert [student.name for student in gradebook.students] == ["Ana Diaz", "Bo Kim"]
    assert (gradebook.tabs[0].first_row, gradebook.tabs[0].end_row) == (1, 3)
    assert (gradebook.tabs[0].header_row, gradebook.tabs[0].id_column, gradebook.tabs[0].name_column) == (0, 0, 1)
    assert (gradebook.tabs[0].points_row, gradebook.tabs[0].flag_column, gradebook.problems) == (None, None, ())


def test_rows_say_what_an_assignment_is_worth_when_it_is_due_and_what_kind_it_is(reading: Reading) -> None:
    """
    Student ID | Student  | Quiz 1     | Essay      | Average
    Points     |          | 50         | 20         |
    Due        |          | 2026-09-18 | 2026-10-02 |
    Graded     |          | 2026-09-21 |            |
    Kind       |          | quiz       |            |
    101        | Ana Diaz | 43         | 17         | =AVERAGE(C6:D6) -> 30
    """
    gradebook = understood(reading)
    assert gradebook.assignments == (
        Assignment(
            title="Quiz 1",
            header="Quiz 1",
            column=2,
            points=Fraction(50),
            kind="quiz",
            due=date(2026, 9, 18),
            graded=date(2026, 9, 21),
            points_in_sheet=True,
        ),
        Assignment(
            title="Essay",
            header="Essay",
            column=3,
            points=Fraction(20),
            kind="",
            due=date(2026, 10, 2),
            points_in_sheet=True,
        ),
    )
    assert shares(gradebook) == [["43/50", "17/20"]]
    assert (gradebook.tabs[0].points_row, gradebook.tabs[0].first_row) == (1, 5)
    assert gradebook.problems == ()


def test_the_settings_say_what_the_sheet_does_not(reading: Reading) -> None:
    """
    ID  | Quiz 1     | Essay | Poster
    Due | 2026-09-18 |       |
    101 | 17         | 43    | 5
    """
    settings = drawn.book(
        """
        points = 50
        [gradebooks.assignments."quiz  1"]
        points = 20
        due = 2026-01-01
        graded = 2026-09-20
        kind = "quiz"
        [gradebooks.assignments.Essay]
        due = 2026-10-02
        """
    )
    gradebook = understood(reading, settings)
    assert gradebook.assignments == (
        Assignment(
            title="Quiz 1",
            header="Quiz 1",
            column=1,
            points=Fraction(20),
            kind="quiz",
            due=date(2026, 9, 18),
            graded=date(2026, 9, 20),
        ),
        Assignment(title="Essay", header="Essay", column=2, points=Fraction(50), due=date(2026, 10, 2)),
        Assignment(title="Poster", header="Poster", column=3, points=Fraction(50)),
    )
    assert shares(gradebook) == [["17/20", "43/50", "1/10"]]


def test_a_title_in_the_settings_that_no_column_has_is_said(reading: Reading) -> None:
    """
    ID  | Quiz 1
    101 | 85%
    """
    assert said(understood(reading, drawn.book('[gradebooks.assignments."Quiz 2"]\npoints = 5'))) == [
        (
            "tab Marks: the settings speak of “Quiz 2”, but no column has this title. "
            "Correct the title under gradebooks.assignments in the settings, or take it out."
        )
    ]


def test_every_cell_a_percentage_makes_a_column_of_percentages(reading: Reading) -> None:
    """
    ID  | Quiz 1 | Quiz 2
    Max | 50     | 50
    101 | 85%    | 85%
    102 | 90%    | 45
    """
    gradebook = understood(reading)
    assert [each.percent for each in gradebook.assignments] == [True, False]
    assert shares(gradebook) == [["17/20", "17/20"], ["9/10", "9/10"]]


def test_the_labels_are_the_school_s_own(reading: Reading) -> None:
    """
    Matrikel | Wer | Arbeit 1
    Punkte   |     | 50
    101      | Ana | 43
    """
    settings = drawn.book('labels = { id = ["Matrikel"], name = ["Wer"], points = ["Punkte"] }')
    assert shares(understood(reading, settings)) == [["43/50"]]


def test_a_document_with_the_decimal_comma_is_read_with_it() -> None:
    gradebook = understood(drawn.reading("ID | Quiz 1\nMax | 50\n101 | '42,5\nBo | '42.5", locale="de_DE"))
    assert shares(gradebook) == [["17/20"], ["unreadable"]]


def test_a_gradebook_without_students_is_empty_and_no_trouble(reading: Reading) -> None:
    """
    Student ID | Quiz 1
    Points     | 50
    """
    gradebook = understood(reading)
    assert (gradebook.students, gradebook.marks, gradebook.problems) == ((), (), ())
    assert (gradebook.tabs[0].first_row, gradebook.tabs[0].end_row) == (1, 1)


# Where there is nothing to go by


@pytest.mark.parametrize(
    ("table", "settings", "sentence"),
    [
        (
            "Sheet1:\nID | Quiz 1",
            "",
            'There is no tab called "Marks" among the 1 of the document (gradebooks.marks_tab of Period 1).',
        ),
        (
            "Student | Quiz 1",
            'labels = { id = ["Matrikel", "ID"] }',
            (
                "The tab Marks has no header row with a student id "
                '(looked for "Matrikel", "ID" in the first 30 rows). Name yours under gradebooks.labels.id.'
            ),
        ),
        (
            "Marks:\n|",
            'labels = { id = ["ID"] }',
            (
                "The tab Marks has no header row with a student id "
                '(looked for "ID" in the first 30 rows). Name yours under gradebooks.labels.id.'
            ),
        ),
        (
            "ID | Quiz 1",
            'roster_tab = "Families"',
            'There is no tab called "Families" among the 1 of the document (gradebooks.roster_tab of Period 1).',
        ),
        (
            "ID | Quiz 1\nRoster:\nStudent | Level",
            'labels = { id = ["ID"] }',
            'The tab Roster has no header row with a student id (looked for "ID").',
        ),
    ],
)
def test_without_a_tab_or_an_id_column_it_stops_with_a_sentence(table: str, settings: str, sentence: str) -> None:
    with pytest.raises(LayoutError) as stopped:
        understood(drawn.reading(table), drawn.book(settings))
    assert str(stopped.value) == sentence


# Assignments that cannot be judged


def test_a_column_that_cannot_be_judged_is_said_and_stands_in_nobody_s_way(reading: Reading) -> None:
    """
    ID  | Quiz 1 | Quiz 2 | 2026-09-18 | Quiz 4 | Quiz 5 | quiz 5 | Remark  | #REF! | Quiz 6     | Seen       | Speech
    Max | many   |        | 50         | -5     | 50     | 50     |         | 50    | 50         |            |
    Due |        |        |            |        | soon   |        |         |       | 2026-09-18 |            |
    101 | 43     | 43     | 43         | 43     | 43     | 43     | got 85% | 43    | 43         | 2026-09-18 | M
    102 |        |        |            |        |        |        | 85%!    |       |            |            | '85%?
    """
    gradebook = understood(reading)
    assert [each.title for each in gradebook.assignments] == ["Quiz 6"]
    assert said(gradebook) == [
        "Marks!B2: this is no maximum, so the column is not judged. Type a number above zero.",
        (
            "Marks!C1: this column has marks but no maximum, so it is not judged. "
            "Fill in the row of maxima, say points in the settings, or ignore it by labels.ignore."
        ),
        (
            "Marks!D1: the title of this column is a number or a date, so its marks are not judged. "
            "Type the title as text, for example with an apostrophe in front."
        ),
        "Marks!E2: this is no maximum, so the column is not judged. Type a number above zero.",
        "Marks!F3: this is not a date, so the column is treated as one without it. Type the date like 2026-09-18.",
        (
            "Marks!I1: the title of this column is a number or a date, so its marks are not judged. "
            "Type the title as text, for example with an apostrophe in front."
        ),
        (
            "Marks!L1: this column has marks but no maximum, so it is not judged. "
            "Fill in the row of maxima, say points in the settings, or ignore it by labels.ignore."
        ),
        (
            "Marks!F1: more than one column is called “Quiz 5”, so none of them is judged. "
            "Give each assignment a title of its own."
        ),
        (
            "Marks!G1: more than one column is called “quiz 5”, so none of them is judged. "
            "Give each assignment a title of its own."
        ),
    ]


def test_a_second_id_or_name_column_is_no_assignment(reading: Reading) -> None:
    """
    Student  | ID  | SIS User ID | Section | Quiz 1
    Ana Diaz | 101 | 9001        | 1       | 43
    """
    gradebook = understood(reading, drawn.book("points = 50"))
    assert [each.title for each in gradebook.assignments] == ["Quiz 1"]
    assert gradebook.problems == ()


# The flag column


def test_the_flag_column_is_the_one_that_the_settings_name(reading: Reading) -> None:
    """
    ID  | missing | Quiz 1
    Max |         | 50
    101 |         | 43
    """
    gradebook = understood(reading, drawn.book('flag_column = "Missing"'))
    assert (gradebook.tabs[0].flag_column, gradebook.problems) == (1, ())
    assert [each.title for each in gradebook.assignments] == ["Quiz 1"]


@pytest.mark.parametrize(
    ("header", "cell", "what"),
    [
        ("ID | Name | Quiz 1", "A1", "there is no column called “Flags”"),
        ("ID | Flags | flags", "B1", "more than one column is called “Flags”"),
        ("ID | Flags | Quiz 1", "B1", "the column “Flags” is about the students themselves"),
    ],
)
def test_a_flag_column_that_is_in_doubt_is_not_used(header: str, cell: str, what: str) -> None:
    section = '\nlabels = { section = ["Flags"] }' if "themselves" in what else ""
    settings = drawn.book(f'flag_column = "Flags"\npoints = 50{section}')
    gradebook = understood(drawn.reading(f"{header}\n101 | x | 43"), settings)
    assert gradebook.tabs[0].flag_column is None
    assert [each.title for each in gradebook.assignments if each.title != "Quiz 1"] == []
    assert said(gradebook)[0] == (
        f"Marks!{cell}: {what}, so no titles of missing work are written into it. "
        "Add exactly one such column, or take flag_column out of the settings."
    )


# Marks


def test_what_cannot_be_read_is_said_with_its_cell(reading: Reading) -> None:
    """
    ID  | Student | Quiz 1     | Quiz 2
    Max |         | 50         | 50
    101 | Ana     | 2026-07-10 | #N/A
    102 | Bo      | B+         | 43
    """
    gradebook = understood(reading)
    assert shares(gradebook) == [["unreadable", "unreadable"], ["unreadable", "43/50"]]
    assert [str(problem.place) for problem in gradebook.problems] == ["Marks!C3", "Marks!D3", "Marks!C4"]


def test_codes_are_the_school_s_own(reading: Reading) -> None:
    """
    ID  | Quiz 1
    Max | 50
    1   | NHI
    2   | krank
    3   | EX
    """
    marking = Marking(codes=Codes(excused=("krank",), not_in=("NHI",)))
    gradebook = read_gradebook(reading, drawn.book(), marking)
    assert shares(gradebook) == [["not in"], ["excused"], ["unreadable"]]
