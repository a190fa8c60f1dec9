"""What the words among the marks of one gradebook mean."""

from __future__ import annotations

from fractions import Fraction

import drawn
import pytest

from sheets_mastery.config import Codes, Marking, Meaning
from sheets_mastery.gradebook.codes import (
    LETTERS,
    RUBRIC,
    codes_in_force,
    is_letter,
    marking_in_force,
    might_be_code,
    word,
    worth_in_force,
)

NOTHING_SAID = drawn.book().model_copy(update={"codes": {}})


@pytest.mark.parametrize("code", ["M", "INC", "0", "I", "-", "/", "X", "ABS", "NHI", "T", "L", "N/A"])
def test_no_code_means_anything_by_itself(code: str) -> None:
    assert code.casefold() not in codes_in_force(NOTHING_SAID, Marking())


def test_the_gradebook_s_own_word_wins_over_the_school_s() -> None:
    marking = Marking(codes=Codes(not_in=("M",), excused=("krank",)))
    own = NOTHING_SAID.model_copy(update={"codes": {"m": Meaning.MASTERED}})
    assert codes_in_force(own, marking)["m"] is Meaning.MASTERED
    assert codes_in_force(own, marking)["krank"] is Meaning.EXCUSED
    assert codes_in_force(NOTHING_SAID, marking)["m"] is Meaning.NOT_IN


def test_what_a_system_writes_into_its_own_exports_needs_no_explanation() -> None:
    assert codes_in_force(NOTHING_SAID, Marking(), "canvas")["n/a"] is Meaning.NOT_ASSIGNED
    assert codes_in_force(NOTHING_SAID, Marking(), "moodle")["-"] is Meaning.NOTHING
    own = NOTHING_SAID.model_copy(update={"codes": {"N/A": Meaning.EXCUSED}})
    assert codes_in_force(own, Marking(), "canvas")["n/a"] is Meaning.EXCUSED


def test_the_live_rules_learn_which_codes_are_excused_and_which_are_no_score() -> None:
    own = NOTHING_SAID.model_copy(
        update={"codes": {"ok": Meaning.EXCUSED, "M": Meaning.CLOSED, "ab": Meaning.ABSENT, "t": Meaning.LATE}}
    )
    codes = marking_in_force(own, Marking(codes=Codes(excused=(), not_in=(), absent=(), pending=()))).codes
    assert (codes.excused, codes.not_in, codes.absent, codes.pending) == (("ok",), ("m",), ("ab",), ("t",))


def test_letters_and_rubrics_have_their_usual_worth_only_where_the_gradebook_has_them() -> None:
    assert worth_in_force(drawn.book()) == {}
    letters = worth_in_force(drawn.book('scale = "letters"'))
    assert letters == {letter.casefold(): Fraction(percent, 100) for letter, percent in LETTERS.items()}
    rubric = worth_in_force(drawn.book('scale = "rubric"\nworth = { "3" = 86.5 }'))
    assert rubric == {step: Fraction(percent, 100) for step, percent in RUBRIC.items()} | {"3": Fraction(173, 200)}
    assert worth_in_force(drawn.book("worth = { S = 100, R = 70 }")) == {"s": Fraction(1), "r": Fraction(7, 10)}


def test_a_step_is_a_step_however_it_is_written() -> None:
    assert [word(text) for text in ("3", "3.0", "3.50", " B− ", "b–", "10", "0.0")] == [
        "3",
        "3",
        "3.5",
        "b-",
        "b-",
        "10",
        "0",
    ]


def test_what_may_be_a_code_is_short_and_has_no_number() -> None:
    codes = ["M", "✓+", "-", "/", "*", "not yet", "ABE", "غائب", "\u200fغائب\u200f"]
    others = [
        "",
        "17/20",
        "12:30",
        "see the yellow folder",
        "a@x.org",
        "68>88",
        "=A1",
        "supercalifragilisticexpialidocious",
    ]
    assert [might_be_code(text) for text in codes] == [True] * len(codes)
    assert [might_be_code(text) for text in others] == [False] * len(others)
    assert [is_letter(text) for text in ("A+", "b−", "F", "E", "M", "AB", "")] == [True, True, True] + [False] * 4
