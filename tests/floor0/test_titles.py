"""Headers of columns, taken apart."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.gradebook.titles import Title, Twin, is_code, read_title, says_only_again


@pytest.mark.parametrize(
    ("header", "clean", "points"),
    [
        ("Quiz 1 [20]", "Quiz 1", 20),
        ("Quiz 1 [20 pts]", "Quiz 1", 20),
        ("Quiz 1 [Total Pts: 10 Score] |1281892", "Quiz 1", 10),
        ("Overall Grade [Total Pts: up to 55 Letter] |1281890", "Overall Grade", 55),
        ("Quiz 1 Points Grade <Numeric MaxPoints:10 Weight:5>", "Quiz 1", 10),
        ("Quiz 1 (MaxPoints: 12.5)", "Quiz 1", Fraction(25, 2)),
        ("Warm-up (Max Points: 5)", "Warm-up", 5),
        ("Essay out of 20", "Essay", 20),
        ("Essay (out of 20)", "Essay", 20),
        ("Essay (20 pts)", "Essay", 20),
        ("Essay (20 points)", "Essay", 20),
        ("Essay - 20 pts", "Essay", 20),
        ("Test /20", "Test", 20),
        ("Contrôle 1 (/20)", "Contrôle 1", 20),
        ("Arbeit 1 (12,5 Punkte)", "Arbeit 1", Fraction(25, 2)),
    ],
)
def test_a_maximum_in_a_header_is_no_part_of_the_title(header: str, clean: str, points: int | Fraction) -> None:
    title = read_title(header)
    assert (title.clean, title.points) == (clean, Fraction(points))


@pytest.mark.parametrize(
    "header",
    [
        "Essay (20)", "What is 3/4?", "Chapter 3/4", "Level 2", "1.1 Intro", "AC: 1.3- The Table", "Quiz 10 points",
        "[20]", "out of 20", "Quiz 1 [0]", "Quiz 1 []", "Take 5 poster", "Route 66", "2026", "Lab (2)", "Redox lab",
    ],
)  # fmt: skip
def test_what_is_not_surely_a_maximum_stays_in_the_title(header: str) -> None:
    assert read_title(header) == Title(clean=header)


def test_the_number_that_canvas_gives_a_column_is_no_part_of_the_title() -> None:
    assert read_title("Quiz 1 (87568490)") == Title(clean="Quiz 1")


@pytest.mark.parametrize(
    ("header", "twin"), [("(Real)", Twin.POINTS), ("(Percentage)", Twin.PERCENT), ("(Letter)", Twin.LETTER)]
)
def test_moodle_says_the_same_in_several_columns(header: str, twin: Twin) -> None:
    assert read_title(f"Quiz: Unit 2 {header}") == Title(clean="Quiz: Unit 2", twin=twin)


@pytest.mark.parametrize(
    ("header", "base", "attempt"),
    [
        ("Quiz 1 Retake", "Quiz 1", 2),
        ("Quiz 1 (Retake 2)", "Quiz 1", 3),
        ("Quiz 1 - Redo", "Quiz 1", 2),
        ("Retake: Quiz 1", "Quiz 1", 2),
        ("Retake of Quiz 1", "Quiz 1", 2),
        ("Quiz 1 attempt 1", "Quiz 1", 1),
        ("Quiz 1 Attempt #2", "Quiz 1", 2),
        ("Quiz 1 2nd try", "Quiz 1", 2),
        ("Quiz 1 Make-up", "Quiz 1", 2),
        ("Quiz 1 Retake [20]", "Quiz 1", 2),
        ("Retake", "", 1),
        ("Quiz 1", "", 1),
    ],
)
def test_a_further_attempt_says_at_what(header: str, base: str, attempt: int) -> None:
    title = read_title(header)
    assert (title.base, title.attempt) == (base, attempt)


def test_a_header_may_say_no_more_than_that_it_is_a_further_attempt() -> None:
    headers = ["Retake", "(Redo)", "Retake 2", "Attempt 2", "Retake Quiz 1", "Quiz 1", ""]
    assert [says_only_again(header) for header in headers] == [True, True, True, True, False, False, False]


def test_the_code_of_a_standard_has_signs_between_its_parts() -> None:
    codes = ["P.1", "N.5", "DCI.1", "HS-PS1-2", "6.NS.1"]
    titles = ["Quiz 1", "Q1", "HW1", "Unit-test", "A.B", "2026-09-18 ", "Essay 1.5"]
    assert [is_code(code) for code in codes] == [True] * len(codes)
    assert [is_code(title) for title in titles if title != "2026-09-18 "] == [False] * (len(titles) - 1)


@given(st.text(max_size=30))
def test_no_header_is_too_strange(header: str) -> None:
    title = read_title(header)
    assert title.points is None or title.points > 0
    assert title.clean == "" if not header.split() else len(title.clean) > 0
