"""Which student holds which level."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import drawn
import pytest

from sheets_mastery.config import Marking, Tier
from sheets_mastery.contracts import Contract, contracts_in_force, read_tier
from sheets_mastery.gradebook import Problem, read_gradebook
from sheets_mastery.reading import Content, Reading

TIERS = tuple(Tier(name=f"Level {number}", pass_mark=Decimal(mark)) for number, mark in ((1, 76), (2, 86), (3, 93)))
BY_NUMBER = tuple(Tier(name=str(number), pass_mark=Decimal(mark)) for number, mark in ((1, 76), (2, "86.5")))


def in_force(reading: Reading, on: date = date(2026, 9, 18)) -> tuple[dict[str, Contract], list[Problem]]:
    return contracts_in_force(read_gradebook(reading, drawn.book(), Marking()), TIERS, on)


@pytest.mark.parametrize(
    "written", ["86", "86%", "'86", "'86 %", "'86%", "'86.0", "'86,00 %", "Level 2", "level  2", "=D2 -> 86"]
)
def test_a_level_is_named_by_its_pass_mark_or_its_name(written: str) -> None:
    assert read_tier(drawn.content(written), TIERS) == TIERS[1]


@pytest.mark.parametrize(
    "written",
    [
        "85",
        "0.86",
        "860",
        "8600%",
        "86.5",
        "Level",
        "'eighty-six",
        "'86 points",
        "'８６",
        "'8_6",
        "'86e0",
        "'-86",
        "TRUE",
        "#N/A",
        "#REF!",
        "1900-03-26",
        "10:30",
        "'",
    ],
)
def test_what_names_no_level_is_no_level(written: str) -> None:
    assert read_tier(drawn.content(written), TIERS) is None


def test_a_number_counts_as_what_it_is_and_not_as_what_is_shown() -> None:
    assert read_tier(Content(value=Decimal("85.6"), shown="86", format="NUMBER"), TIERS) is None
    assert read_tier(Content(value=Decimal("86.0"), shown="86.000"), TIERS) == TIERS[1]
    assert read_tier(Content(value=Decimal("0.865"), shown="87%", format="PERCENT"), BY_NUMBER) == BY_NUMBER[1]


def test_a_level_may_be_called_by_a_number() -> None:
    assert read_tier(drawn.content("1"), BY_NUMBER) == BY_NUMBER[0]
    assert read_tier(drawn.content("'2"), BY_NUMBER) == BY_NUMBER[1]


def test_the_contracts_in_force_are_those_that_the_sheet_says(reading: Reading) -> None:
    """
    ID  | Level | Signed By  | Signed On  | Quiz 1
    a1  | 76    | Mrs. Diaz  | 2026-09-01 | 80%
    102 | 93%   |            |            | 80%
    103 |       |            |            | 80%
    104 | 86    | Mr. Kim    | 2026-09-18 | 80%
    105 | 86    | Mr. Obi    | 2026-09-19 | 80%
    """
    contracts, problems = in_force(reading)
    assert contracts == {
        "a1": Contract(student="a1", tier=TIERS[0], signed_by="Mrs. Diaz", since=date(2026, 9, 1)),
        "102": Contract(student="102", tier=TIERS[2], signed_by="", since=None),
        "104": Contract(student="104", tier=TIERS[1], signed_by="Mr. Kim", since=date(2026, 9, 18)),
    }
    assert problems == []


def test_a_level_that_the_school_does_not_have_is_said_and_is_no_contract(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    101 | 80    | 80%
    102 | gold  | 80%
    103 | 86    | 80%
    """
    contracts, problems = in_force(reading)
    assert list(contracts) == ["103"]
    sentence = "this is none of the school's levels, so the student counts as one without a contract. "
    assert [str(problem) for problem in problems] == [
        f"Marks!B2: {sentence}Type one of 76, 86, 93.",
        f"Marks!B3: {sentence}Type one of 76, 86, 93.",
    ]


def test_a_level_that_a_formula_does_not_show_leaves_the_student_in_doubt(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    101 | #N/A  | 80%
    103 | 86    | 80%
    """
    contracts, problems = in_force(reading)
    assert (list(contracts), problems) == (["103"], [])
    gradebook = read_gradebook(reading, drawn.book(), Marking())
    assert [student.blocked for student in gradebook.students] == ["the level cannot be read", ""]
    (problem,) = gradebook.problems
    assert str(problem) == (
        "Marks!B2: the formula shows #N/A, so this level cannot be read, and nothing is judged. "
        "Mend the formula or type the level."
    )


def test_a_student_in_doubt_has_no_contract(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    101 | 76    | 80%
    101 | nine  | 80%
    """
    assert in_force(reading) == ({}, [])


def test_pass_marks_are_exact() -> None:
    assert Fraction(BY_NUMBER[1].pass_mark) == Fraction(173, 2)
