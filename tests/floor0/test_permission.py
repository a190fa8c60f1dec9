"""A column that may be a prohibition under another name: nobody is written to until it is named."""

from __future__ import annotations

import drawn
import pytest

from sheets_mastery.gradebook import Gradebook, read_gradebook

CLASS = """
    ID  | Student  | Level | Guardian Email | {label} | Quiz 1
    Max |          |       |                |         | 50
    101 | Ana Diaz | 86    | a@x.org        | {ana}   | 42
    102 | Bo Kim   | 93    | b@x.org        | {bo}    | 50
    """


def read(label: str, ana: str, bo: str, gradebook: str = "") -> Gradebook:
    settings = drawn.settings(gradebook=gradebook)
    reading = drawn.reading(CLASS.format(label=label, ana=ana, bo=bo))
    return read_gradebook(reading, settings.gradebooks[0], settings.marking)


def permitted(gradebook: Gradebook) -> list[list[bool]]:
    return [[each.may_receive for each in student.guardians] for student in gradebook.students]


@pytest.mark.parametrize(
    ("label", "ana", "bo"),
    [
        ("No Contact", "x", ""),
        ("Do not write home", "yes", "no"),
        ("Contact allowed?", "no", "yes"),
        ("Court order: no letters", "TRUE", "FALSE"),
        ("Email permission", "n", "y"),
        ("Opt-out", "yes", ""),
    ],
)
def test_a_column_of_permissions_under_an_unknown_label_lets_nobody_be_written_to(
    label: str, ana: str, bo: str
) -> None:
    gradebook = read(label, ana, bo)
    assert permitted(gradebook) == [[False], [False]]
    (problem,) = gradebook.problems
    assert str(problem) == (
        "Marks!E1: this column seems to say who may be written to, but its label is not known, so nobody here is. "
        "Call it May Be Written To (yes or no), or name it under labels.may_write or labels.ignore."
    )


@pytest.mark.parametrize("label", ["May Be Written To", "Guardian 1 May Write", "OK to contact", "Guardian May Write"])
def test_a_known_label_is_believed_for_each_guardian(label: str) -> None:
    assert permitted(read(label, "yes", "no")) == [[True], [False]]


@pytest.mark.parametrize(
    ("label", "ana", "bo"),
    [
        ("Never late", "8", "9"),
        ("May 5: write an e-mail", "40", "EX"),
        ("Has a locker", "yes", "no"),
        ("No Contact", "", ""),
    ],
)
def test_marks_and_other_columns_are_no_permissions(label: str, ana: str, bo: str) -> None:
    assert permitted(read(label, ana, bo)) == [[True], [True]]


def test_a_column_that_the_settings_pass_over_is_no_permission() -> None:
    ignore = '[gradebooks.labels]\nignore = ["No Contact"]'
    assert permitted(read("No Contact", "x", "", ignore)) == [[True], [True]]
