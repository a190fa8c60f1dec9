"""Mark × Contract → Verdict: the bar is the student's own level, and it does not move."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import drawn
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheets_mastery.config import Marking, Settings, Tier
from sheets_mastery.contracts import Contract, contracts_in_force
from sheets_mastery.gradebook import Assignment, Mark, MarkKind, read_gradebook
from sheets_mastery.mastery import (
    DECIMALS,
    Judged,
    Standing,
    Verdict,
    add_school_days,
    bar,
    judge,
    meets,
    percent_text,
    rounded,
    standings,
)
from sheets_mastery.reading import Reading

TODAY = date(2026, 9, 21)
QUIZ = Assignment(title="Quiz 1", column=2, points=Fraction(50), due=date(2026, 9, 14))
LEVEL_86 = Contract(student="101", tier=Tier(name="86", pass_mark=Decimal(86)), signed_by="", since=None)
NEEDED = Fraction(86)


def judged(reading: Reading, settings: Settings | None = None, today: date = TODAY) -> list[list[str]]:
    """The words for every student, in order."""
    settings = settings or drawn.settings()
    gradebook = read_gradebook(reading, settings.gradebooks[0], settings.marking)
    contracts, _ = contracts_in_force(gradebook, settings.tiers, today)
    result = standings(gradebook, contracts, settings.marking, settings.school, today)
    return [[str(each.verdict) for each in standing.judged] for standing in result]


def verdict(
    mark: Mark,
    *,
    contract: Contract | None = LEVEL_86,
    assignment: Assignment = QUIZ,
    overdue: bool = True,
    graded: bool = True,
    today: date = TODAY,
) -> Judged:
    return judge(mark, assignment, contract, Marking(), overdue=overdue, graded=graded, today=today)


def score(share: Fraction) -> Mark:
    return Mark(kind=MarkKind.SCORE, share=share)


# The bar


def test_43_of_50_meets_86_and_42_99_does_not() -> None:
    assert verdict(score(Fraction(43, 50))) == Judged(verdict=Verdict.MASTERED, needed=NEEDED, got=Fraction(86))
    assert verdict(score(Fraction("42.99") / 50)) == Judged(
        verdict=Verdict.RETAKE, needed=NEEDED, got=Fraction("85.98")
    )


def test_a_zero_is_a_score_and_a_late_hand_in_keeps_its_own() -> None:
    assert verdict(score(Fraction(0))) == Judged(verdict=Verdict.RETAKE, needed=NEEDED, got=Fraction(0))
    assert verdict(score(Fraction(9, 10)), overdue=True).verdict is Verdict.MASTERED


def in_decimals(got: int, points: int, needed: Decimal, rounding: str) -> bool:
    """The same question answered by decimal arithmetic at fifty digits, as on a long sheet of paper."""
    with localcontext() as paper:
        paper.prec = 50
        percent = Decimal(got) / Decimal(points) * 100
        billionths = percent.quantize(Decimal(10) ** (2 - DECIMALS), rounding=ROUND_HALF_UP)
        if rounding == "whole":
            return billionths.quantize(Decimal(1), rounding=ROUND_HALF_UP) >= needed
        return billionths >= needed


PASS_MARKS = st.sampled_from([Decimal(text) for text in ("76", "86", "93", "85.5", "86.5", "79.99", "100", "1.0001")])


@given(st.integers(0, 100_000), st.integers(1, 100_000), PASS_MARKS, st.sampled_from(["none", "whole"]))
@example(43, 50, Decimal(86), "none")
@example(85_999, 100_000, Decimal(86), "none")
@example(171, 200, Decimal(86), "whole")
@example(85_499, 100_000, Decimal(86), "whole")
@example(6, 7, Decimal(86), "whole")
@example(86_499, 100_000, Decimal("86.5"), "whole")
def test_a_share_meets_the_bar_as_decimals_say(got: int, points: int, needed: Decimal, rounding: str) -> None:
    assert meets(Fraction(got, points), Fraction(needed), rounding) == in_decimals(got, points, needed, rounding)


@given(st.integers(1, 500), st.integers(-3, 3))
def test_around_86_a_single_point_decides(points: int, off: int) -> None:
    got = max(86 * points + off, 0)
    assert meets(Fraction(got, 100 * points), NEEDED, "none") == (got >= 86 * points)


@given(st.integers(0, 150_000), st.integers(1, 1000))
def test_nothing_is_rounded_up_to_the_bar(thousandths: int, points: int) -> None:
    share = Fraction(thousandths, 1000 * points)
    assert meets(share, NEEDED, "none") == (share >= Fraction(86, 100) - Fraction(1, 2 * 10**DECIMALS))


def test_the_only_tolerance_is_half_a_billionth() -> None:
    billionth = Fraction(1, 10**DECIMALS)
    assert meets(Fraction(86, 100) - billionth / 2, NEEDED, "none")
    assert not meets(Fraction(86, 100) - billionth / 2 - Fraction(1, 10**30), NEEDED, "none")
    assert rounded(Fraction(1, 3)) == Fraction(333_333_333, 10**DECIMALS)
    assert rounded(Fraction(2, 3)) == Fraction(666_666_667, 10**DECIMALS)


def test_rounding_to_whole_percent_is_a_bar_half_a_point_lower() -> None:
    assert bar(NEEDED, "none") == Fraction(86, 100)
    assert bar(NEEDED, "whole") == Fraction(855, 1000)
    assert bar(Fraction(173, 2), "whole") == Fraction(865, 1000)
    assert bar(Fraction("86.1"), "whole") == Fraction(865, 1000)


def test_a_kind_of_work_may_have_a_bar_of_its_own() -> None:
    tier = Tier(name="86", pass_mark=Decimal(86), by_kind={"Quiz": Decimal(80)})
    contract = Contract(student="101", tier=tier, signed_by="", since=None)
    quiz = Assignment(title="Quiz 1", column=2, points=Fraction(50), kind="quiz")
    assert verdict(score(Fraction(4, 5)), contract=contract, assignment=quiz) == Judged(
        verdict=Verdict.MASTERED, needed=Fraction(80), got=Fraction(80)
    )
    assert verdict(score(Fraction(4, 5)), contract=contract).verdict is Verdict.RETAKE


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (Fraction(86), "86 %"),
        (Fraction("85.5"), "85.5 %"),
        (Fraction("85.999"), "85.99 %"),
        (Fraction(600, 7), "85.71 %"),
        (Fraction(100), "100 %"),
        (Fraction(0), "0 %"),
        (Fraction("0.05"), "0.05 %"),
    ],
)
def test_a_percentage_is_never_shown_higher_than_it_is(percent: Fraction, text: str) -> None:
    assert percent_text(percent) == text


# Every other mark


@pytest.mark.parametrize(
    ("kind", "overdue", "graded", "expected"),
    [
        (MarkKind.BLANK, True, True, Verdict.NOT_IN),
        (MarkKind.BLANK, True, False, Verdict.PENDING),
        (MarkKind.BLANK, False, True, Verdict.PENDING),
        (MarkKind.NOT_IN, True, False, Verdict.NOT_IN),
        (MarkKind.NOT_IN, False, True, Verdict.PENDING),
        (MarkKind.PENDING, True, True, Verdict.PENDING),
        (MarkKind.EXCUSED, True, True, Verdict.EXCUSED),
        (MarkKind.MASTERED, False, False, Verdict.MASTERED),
        (MarkKind.BELOW, False, False, Verdict.RETAKE),
    ],
)
def test_what_is_no_score_is_judged_by_its_day(kind: MarkKind, overdue: bool, graded: bool, expected: Verdict) -> None:
    assert verdict(Mark(kind=kind), overdue=overdue, graded=graded) == Judged(verdict=expected, needed=NEEDED)


def test_work_without_a_due_date_is_missing_only_when_the_teacher_says_so() -> None:
    whenever = Assignment(title="Quiz 1", column=2, points=Fraction(50))
    assert verdict(Mark(kind=MarkKind.NOT_IN), assignment=whenever, overdue=False).verdict is Verdict.NOT_IN
    assert verdict(Mark(kind=MarkKind.BLANK), assignment=whenever, overdue=False).verdict is Verdict.PENDING
    assert verdict(Mark(kind=MarkKind.ABSENT), assignment=whenever, overdue=False).verdict is Verdict.PENDING


@pytest.mark.parametrize(("day", "expected"), [(21, Verdict.PENDING), (22, Verdict.NOT_IN)])
def test_who_was_absent_has_a_week(day: int, expected: Verdict) -> None:
    assert verdict(Mark(kind=MarkKind.ABSENT), today=date(2026, 9, day)).verdict is expected


@pytest.mark.parametrize("kind", [kind for kind in MarkKind if kind is not MarkKind.UNREADABLE])
def test_without_a_contract_nothing_is_judged(kind: MarkKind) -> None:
    mark = Mark(kind=kind, share=Fraction(1, 10) if kind is MarkKind.SCORE else None)
    assert verdict(mark, contract=None) == Judged(verdict=Verdict.NO_CONTRACT)


@pytest.mark.parametrize("contract", [LEVEL_86, None])
def test_what_cannot_be_read_is_for_a_person(contract: Contract | None) -> None:
    assert verdict(Mark(kind=MarkKind.UNREADABLE), contract=contract) == Judged(verdict=Verdict.CHECK)


def test_only_a_retake_and_work_not_in_are_missing() -> None:
    assert [each for each in Verdict if each.missing] == [Verdict.RETAKE, Verdict.NOT_IN]


# A class


def test_a_class_is_judged_each_by_the_own_level(reading: Reading) -> None:
    """
    ID  | Student | Level | Quiz 1     | Essay      | Poster     | Speech
    Max |         |       | 50         | 20         | 10         | 10
    Due |         |       | 2026-09-14 | 2026-09-14 | 2026-09-28 |
    101 | Ana     | 76    | 42.99      | '17/20     |            |
    102 | Bo      | 86    | 42.99      | 17         |            |
    103 | Cy      | 93    | 46.5       |            | 10         | M
    104 | Di      |       | 46.5       | EX         |            |
    105 | Ed      | 86    | 43         | EX         | #N/A       | Turned in
    """
    assert judged(reading) == [
        ["mastered", "mastered", "pending", "pending"],
        ["missing (retake)", "missing (retake)", "pending", "pending"],
        ["mastered", "missing (not in)", "mastered", "missing (not in)"],
        ["no contract", "no contract", "no contract", "no contract"],
        ["mastered", "excused", "check", "pending"],
    ]


def test_a_student_in_doubt_is_for_a_person(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    101 | 86    | 85%
    101 | 86    | EX
    102 | 86    | 85%
    """
    assert judged(reading) == [["check"], ["check"], ["missing (retake)"]]


def test_grace_is_counted_in_school_days(reading: Reading) -> None:
    """
    ID     | Level | Quiz 1
    Due    |       | 2026-09-18
    Graded |       | 2026-09-18
    101    | 86    |
    Max    |       | 50
    """
    usual = drawn.settings()
    longer = drawn.settings("[marking]\ngrace_days = 0", school="holidays = [2026-09-21]")
    holidays = drawn.settings(school="holidays = [2026-09-21, 2026-09-22]")
    assert judged(reading, usual, date(2026, 9, 21)) == [["pending"]]
    assert judged(reading, usual, date(2026, 9, 22)) == [["missing (not in)"]]
    assert judged(reading, longer, date(2026, 9, 18)) == [["pending"]]
    assert judged(reading, longer, date(2026, 9, 19)) == [["missing (not in)"]]
    assert judged(reading, holidays, date(2026, 9, 23)) == [["pending"]]
    assert judged(reading, holidays, date(2026, 9, 24)) == [["missing (not in)"]]


def test_a_column_is_graded_section_by_section(reading: Reading) -> None:
    """
    ID  | Section | Level | Quiz 1
    Max |         |       | 50
    Due |         |       | 2026-09-14
    101 | 1       | 86    | 45
    102 | 1       | 86    |
    103 | 2       | 86    | 45
    104 | 2       | 86    |
    105 | 2       | 86    |
    """
    assert judged(reading) == [["mastered"], ["missing (not in)"], ["mastered"], ["pending"], ["pending"]]


def test_a_declared_day_makes_a_column_graded_and_only_from_then_on(reading: Reading) -> None:
    """
    ID     | Level | Quiz 1     | Essay
    Max    |       | 50         | 50
    Due    |       | 2026-09-14 | 2026-09-14
    Graded |       | 2026-09-21 | 2026-09-22
    101    | 86    |            | 45
    102    | 86    |            |
    """
    assert judged(reading) == [["missing (not in)", "mastered"], ["missing (not in)", "pending"]]


def test_a_column_without_any_entry_is_not_graded_whatever_the_share(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1
    Max |       | 50
    Due |       | 2026-09-14
    101 | 86    |
    """
    assert judged(reading, drawn.settings("[marking]\ngraded_share = 0")) == [["pending"]]


def test_a_standing_sums_a_student_up(reading: Reading) -> None:
    """
    ID  | Level | Quiz 1 | Quiz 2 | Quiz 3
    101 | 86    | 85%    | 90%    | M
    102 | 86    | 90%    | EX     | -
    103 |       | 90%    | EX     | 10%
    """
    settings = drawn.settings("[marking]\nrounding = 'none'")
    gradebook = read_gradebook(reading, settings.gradebooks[0], settings.marking)
    contracts, _ = contracts_in_force(gradebook, settings.tiers, TODAY)
    ana, bo, cy = standings(gradebook, contracts, settings.marking, settings.school, TODAY)
    assert (ana.missing, ana.on_track, ana.count(Verdict.MASTERED)) == (2, False, 1)
    assert (bo.missing, bo.on_track, bo.count(Verdict.EXCUSED, Verdict.PENDING)) == (0, True, 2)
    assert (cy.missing, cy.on_track) == (0, False)
    assert isinstance(cy, Standing)


def test_school_days_skip_what_is_no_school_day() -> None:
    school = drawn.settings(school="holidays = [2026-09-21]").school
    assert add_school_days(date(2026, 9, 18), 0, school) == date(2026, 9, 18)
    assert add_school_days(date(2026, 9, 18), 1, school) == date(2026, 9, 22)
    assert add_school_days(date(2026, 9, 19), 5, school) == date(2026, 9, 28)
