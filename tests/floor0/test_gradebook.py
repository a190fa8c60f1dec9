"""A reading of the spreadsheet to a gradebook: what is understood, and what is said about the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Codes, GradebookSettings, Marking
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import Assignment, Gradebook, Guardian, MarkKind, Place, Problem, read_gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import EMPTY, Content, Reading, Tab


def understood(reading: Reading, settings: GradebookSettings | None = None) -> Gradebook:
    return read_gradebook(reading, settings or drawn.book(), Marking())


def said(gradebook: Gradebook) -> list[str]:
    return [str(problem) for problem in gradebook.problems]


def shares(gradebook: Gradebook) -> list[list[str]]:
    """The marks in words: a share for a score, the kind for everything else."""
    return [[str(mark.share) if mark.share is not None else str(mark.kind) for mark in row] for row in gradebook.marks]


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


# The roster


def test_the_roster_completes_the_students_of_the_marks_tab(reading: Reading) -> None:
    """
    Marks:
    ID  | Student   | Quiz 1
    Max |           | 50
    102 | Bo Kim    | 43
    101 | Diaz, Ana | 42
    Roster:
    Student ID | Name     | Period | Level | Guardian Email | Language | Student Email
    101        | Ana Diaz | 1      | 86    | r@x.org        | es       | ana@s.example
    102        | Bo Kim   | 2      | 93    |                |          |
    """
    gradebook = understood(reading)
    bo, ana = gradebook.students
    assert (ana.id, ana.name, ana.section, ana.row, ana.blocked) == ("101", "Diaz, Ana", "1", 3, "")
    assert (ana.address, ana.language) == ("ana@s.example", "es")
    assert ana.guardians == (Guardian(name="", address="r@x.org", language="es", may_receive=True),)
    assert ana.contract.level.value == Decimal(86)
    assert ana.contract.place == Place(tab="Roster", cell=Cell.parse("D2"))
    assert (bo.guardians, bo.contract.level.value) == ((), Decimal(93))
    assert gradebook.problems == ()


def test_the_roster_may_have_another_name(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Families:
    ID  | Level
    101 | 86
    Roster:
    ID  | Level
    101 | 93
    """
    (student,) = understood(reading, drawn.book('roster_tab = "families"')).students
    assert student.contract.level.value == Decimal(86)


def test_marks_and_roster_may_be_one_tab(reading: Reading) -> None:
    """
    Roster:
    ID  | Level | Quiz 1
    101 | 86    | 85%
    """
    (student,) = understood(reading, drawn.book('marks_tab = "Roster"')).students
    assert student.contract.level.value == Decimal(86)


def test_a_level_on_the_marks_tab_counts_where_the_roster_has_none(reading: Reading) -> None:
    """
    Marks:
    ID  | Level | Quiz 1 | Section | Guardian Email
    101 | 86    | 85%    | 3       | m@x.org
    102 | 86    | 85%    | 3       | m@x.org
    Roster:
    ID  | Level
    101 |
    102 | 93
    """
    ana, bo = understood(reading).students
    assert ana.contract.place == Place(tab="Marks", cell=Cell.parse("B2"))
    assert bo.contract.place == Place(tab="Roster", cell=Cell.parse("B3"))
    assert (ana.section, [each.address for each in ana.guardians]) == ("3", ["m@x.org"])


@pytest.mark.parametrize(
    ("marks", "roster"),
    [
        ("ID | Quiz 1 | Guardian Email\n101 | 85% | m@x.org", "ID | May Write\n101 | no"),
        ("ID | Quiz 1 | Guardian Email\n101 | 85% | m@x.org", "ID | Guardian Email | May Write\n101 | | no"),
        ("ID | Quiz 1 | Guardian Email | May Write\n101 | 85% | M@x.org | no", "ID | Guardian Email\n101 | m@x.org"),
        ("ID | Quiz 1 | May Write\n101 | 85% |", "ID | Guardian Email\n101 | m@x.org"),
        ("ID | Quiz 1\n101 | 85%", "ID | Guardian Email | May Write\n101 | m@x.org | no"),
    ],
)
def test_a_refusal_counts_wherever_it_stands(marks: str, roster: str) -> None:
    (student,) = understood(drawn.reading(f"Marks:\n{marks}\nRoster:\n{roster}")).students
    assert [each.may_receive for each in student.guardians] == [False]


@pytest.mark.parametrize(
    ("marks", "roster"),
    [
        ("ID | Quiz 1\n101 | 85%", "ID | Guardian Email | May Write | Rights With Student\n101 | m@x.org | yes | yes"),
        ("ID | Quiz 1 | 18 or over\n101 | 85% | yes", "ID | Guardian Email\n101 | m@x.org"),
        ("ID | Quiz 1 | 18 or over\n101 | 85% | yes", "ID | Guardian Email | 18 or over\n101 | m@x.org | no"),
        ("ID | Quiz 1 | Guardian Email\n101 | 85% | m@x.org", "ID | 18 or over\n101 | yes"),
    ],
)
def test_rights_are_the_student_s_wherever_that_stands(marks: str, roster: str) -> None:
    (student,) = understood(drawn.reading(f"Marks:\n{marks}\nRoster:\n{roster}")).students
    assert ([each.may_receive for each in student.guardians], student.rights_asked) == ([False], True)
    (other,) = understood(drawn.reading(f"Marks:\n{marks}\nRoster:\n{roster}".replace("yes", "no"))).students
    # A no, or nothing, gives nobody a permission that another column refuses.
    assert [each.may_receive for each in other.guardians] == ["May Write" not in roster]


def test_a_permission_on_one_tab_does_not_need_another_on_the_other(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1 | May Write
    101 | 85%    | yes
    Roster:
    ID  | Guardian Email
    101 | m@x.org
    """
    (student,) = understood(reading).students
    assert [each.may_receive for each in student.guardians] == [True]


def test_an_id_that_is_there_twice_blocks_both_rows_and_nobody_else(reading: Reading) -> None:
    """
    ID   | Student | Level | Quiz 1
    101  | Ana     | 86    | 85%
    102  | Bo      | 86    | 85%
    '101 | Cy      | 86    | 85%
    """
    gradebook = understood(reading)
    assert [student.blocked for student in gradebook.students] == [
        "the id is there twice",
        "",
        "the id is there twice",
    ]
    assert [student.contract.level.blank for student in gradebook.students] == [True, False, True]
    twice = "more than one of the rows claims this student id, so none of them is judged or written about."
    assert said(gradebook) == [
        f"Marks!A2: {twice} Give each student an id of their own.",
        f"Marks!A4: {twice} Give each student an id of their own.",
    ]


def test_students_of_one_name_are_told_apart_by_their_ids(reading: Reading) -> None:
    """
    ID    | Student  | Level | Quiz 1
    '0101 | Ana Diaz | 86    | 85%
    101   | Ana Diaz | 93    | 90%
    """
    gradebook = understood(reading)
    assert [(each.id, each.blocked) for each in gradebook.students] == [("0101", ""), ("101", "")]
    assert gradebook.problems == ()


def test_marks_and_roster_that_do_not_fit_are_said(reading: Reading) -> None:
    """
    Marks:
    ID  | Student | Quiz 1
    101 | Ana     | 85%
    102 | Bo      | 85%
    103 | Cy      | 85%
    104 | Di      | 85%
    Roster:
    ID  | Name | Level
    101 | Bo   | 86
    103 | Cy   | 86
    103 | Cy   | 93
    999 | Zoe  | 86
    104 | Di   | 86
    """
    gradebook = understood(reading)
    assert [(each.id, each.blocked, each.contract.level.blank) for each in gradebook.students] == [
        ("101", "the roster has another name for this id", True),
        ("102", "", True),
        ("103", "the id is on the roster twice", True),
        ("104", "", False),
    ]
    twice = "more than one of the roster rows claims this student id, so none of them is judged or written about."
    assert said(gradebook) == [
        f"Roster!A3: {twice} Give each student an id of their own.",
        f"Roster!A4: {twice} Give each student an id of their own.",
        "Roster!A5: this student has no row on the tab Marks. Add the row there, or take the student off the roster.",
        (
            "Marks!A2: the roster has another name for this id, so this student is left alone. "
            "Look which of the two rows is right; perhaps only one column was sorted."
        ),
        (
            "Marks!A3: this student is not on the roster, so no more is known than what stands here. "
            "Add a row with this id on the tab Roster."
        ),
    ]


# Links


def test_links_to_help_stand_on_a_tab_of_their_own(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Link                 | Assignment | Help
    https://v.example/1  | Quiz  1    | Video
    https://v.example/2  | quiz 1     |
    https://v.example/3  | Essay      | one-to-one
                         | Quiz 1     | practice
    https://v.example/4  |            | practice
    """
    gradebook = understood(reading)
    assert gradebook.links == {
        ("quiz 1", "video"): "https://v.example/1",
        ("quiz 1", ""): "https://v.example/2",
        ("essay", "one_to_one"): "https://v.example/3",
    }
    assert gradebook.problems == ()


def test_a_link_for_every_kind_of_help_needs_no_column_for_the_kind(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Assignment | Link
    Quiz 1     | https://v.example/1
    """
    assert understood(reading).links == {("quiz 1", ""): "https://v.example/1"}


def test_what_is_no_link_and_no_help_is_said(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Assignment | Help   | Link
    Quiz 1     | video  | javascript:alert(1)
    Quiz 1     | video  | https://x.example/a b
    Quiz 1     | prayer | https://x.example/a
    """
    gradebook = understood(reading)
    assert gradebook.links == {}
    no_address = "this is not a web address, so it is not put into letters."
    assert said(gradebook) == [
        f"Remediation!C2: {no_address} Type the whole address with https:// in front.",
        f"Remediation!C3: {no_address} Type the whole address with https:// in front.",
        (
            "Remediation!B4: this kind of help is not known. "
            "Type video, practice, peer tutoring, small group, one-to-one or class time."
        ),
    ]


def test_a_tab_of_links_without_labels_is_said(reading: Reading) -> None:
    """
    Marks:
    ID  | Quiz 1
    101 | 85%
    Remediation:
    Quiz 1 | https://v.example/1
    """
    assert understood(reading).problems == (
        Problem(
            place=Place(tab="Remediation", cell=Cell(0, 0)),
            what="the first row needs the labels Assignment, Help and Link, so no links are used.",
            remedy="Type these labels into row 1.",
        ),
    )


# Whatever stands in the cells

# fmt: off
LABELS = st.sampled_from([
    "Student ID", "ID", "Student", "Level", "Section", "Guardian Email", "Guardian 2 Email", "May Write", "Language",
    "Signed On", "Points", "Due", "Graded", "Kind", "Average", "Quiz 1", "Essay", "Missing", "Assignment", "Link",
])
# fmt: on
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.integers(-5, 120).map(Decimal)
FORMATS = st.sampled_from(["", "NUMBER", "PERCENT", "DATE", "DATE_TIME", "TIME", "DURATION", "CURRENCY", "TEXT"])
CELLS = st.one_of(
    st.just(EMPTY),
    LABELS.map(lambda text: Content(value=text, shown=text)),
    st.sampled_from(["EX", "M", "ABS", "-", "17/20", "85%", "5/0", "a@x.org", "yes", "no", "86"]).map(
        lambda text: Content(value=text, shown=text)
    ),
    st.text(max_size=8).map(lambda text: Content(value=text, shown=text)),
    st.builds(Content, value=NUMBERS | st.booleans(), format=FORMATS, shown=st.text(max_size=4)),
    st.builds(Content, error=st.sampled_from(["N_A", "REF", "LOADING", "ERROR"]), shown=st.just("#N/A")),
)
TABLES = st.lists(st.lists(CELLS, max_size=7), max_size=9)


def document(marks: list[list[Content]], roster: list[list[Content]]) -> Reading:
    tabs = tuple(
        Tab(sheet_id=number, title=title, rows=100, columns=26, cells=drawn.trimmed(table))
        for number, (title, table) in enumerate((("Marks", marks), ("Roster", roster), ("Remediation", roster)))
    )
    return Reading(spreadsheet_id="abcdefgh", locale="en_US", time_zone="UTC", tabs=tabs)


@given(TABLES, TABLES)
def test_no_document_is_too_strange_to_be_read(marks: list[list[Content]], roster: list[list[Content]]) -> None:
    try:
        gradebook = understood(document(marks, roster), drawn.book('flag_column = "Missing"'))
    except LayoutError:
        return
    assert [len(row) for row in gradebook.marks] == [len(gradebook.assignments)] * len(gradebook.students)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_a_student_s_marks_are_all_there_and_nothing_unreadable_is_missing(cells: list[list[Content]]) -> None:
    header = [[drawn.content(word) for word in row] for row in (["ID", "Quiz 1", "Essay"], ["Points", "50", "20"])]
    body = [[drawn.content(str(101 + number)), *row] for number, row in enumerate(cells)]
    gradebook = understood(document([*header, *body], [[drawn.content("ID"), drawn.content("Level")]]))
    assert [student.id for student in gradebook.students] == [str(101 + number) for number in range(len(cells))]
    assert [assignment.title for assignment in gradebook.assignments] == ["Quiz 1", "Essay"]
    doubtful = {problem.place.cell for problem in gradebook.problems if problem.place.tab == "Marks"}
    for number, row in enumerate(cells):
        for column, content in enumerate(row):
            mark = gradebook.marks[number][column]
            cell = Cell(number + 2, column + 1)
            said_not_in = isinstance(content.value, str) and key(content.value) in {"m", "missing"}
            assert (mark.kind is MarkKind.NOT_IN) == said_not_in
            assert (mark.kind is MarkKind.BLANK) == content.blank
            assert (mark.kind is MarkKind.UNREADABLE) == (cell in doubtful)
            if content.error is not None or isinstance(content.value, bool):
                assert mark.kind is MarkKind.UNREADABLE
