"""Two tabs that speak of the same students: what each of them adds, and where they do not fit."""

from __future__ import annotations

from decimal import Decimal

import drawn
import pytest
from asread import said, understood

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook import Guardian, Place
from sheets_mastery.reading import Reading


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
