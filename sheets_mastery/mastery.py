"""Mark × Contract → Verdict; a student's verdicts → Standing.

The bar is the student's own level, and it does not move: 43 of 50 meets 86 %, 42.99 does not. The only tolerance is the
billionth at which binary arithmetic stops being exact, the same in the sheet's live formula, so that both always agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache

from sheets_mastery.config import Marking, School, Tier
from sheets_mastery.contracts import Contract
from sheets_mastery.gradebook import Assignment, Gradebook, Mark, MarkKind, Student
from sheets_mastery.gradebook.records import key

#: Shares are compared at this many decimals, in Python and in the sheet (`ROUND(score/maximum, 9)`).
DECIMALS = 9
#: The marks whose verdict has nothing to do with a due date.
_WHATEVER_THE_DAY = frozenset(
    {MarkKind.SCORE, MarkKind.EXCUSED, MarkKind.NOT_ASSIGNED, MarkKind.MASTERED, MarkKind.BELOW, MarkKind.UNREADABLE}
)


class Verdict(StrEnum):
    """One mark, judged; the value is the word that stands in the sheet."""

    #: At or above the student's own level.
    MASTERED = "mastered"
    #: Handed in, but below the student's own level: missing until made good.
    RETAKE = "missing (retake)"
    #: Due and not handed in: missing.
    NOT_IN = "missing (not in)"
    #: Nothing to say yet.
    PENDING = "pending"
    #: Need not be done.
    EXCUSED = "excused"
    #: Was never asked of this student. It has no colour.
    NOT_ASSIGNED = "not assigned"
    #: The cell cannot be read, or the student's id is in doubt: a person looks.
    CHECK = "check"
    #: The student has no contract in force.
    NO_CONTRACT = "no contract"

    @property
    def missing(self) -> bool:
        """Missing in the teacher's sense."""
        return self in {Verdict.RETAKE, Verdict.NOT_IN}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One mark with its verdict."""

    #: The verdict.
    verdict: Verdict
    #: The pass mark for this student and this kind of work, in percent; None without a contract.
    needed: Fraction | None = None
    #: What was reached, in percent; None where there is no score.
    got: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One student, summed up."""

    #: The student.
    student: Student
    #: The contract in force; None for none.
    contract: Contract | None
    #: One entry an assignment, in the gradebook's order.
    judged: tuple[Judged, ...]

    def count(self, *verdicts: Verdict) -> int:
        """How many pieces of work have one of these verdicts."""
        counts = Counter(each.verdict for each in self.judged)
        return sum(counts[verdict] for verdict in verdicts)

    @property
    def missing(self) -> int:
        """How many pieces of work are missing."""
        return self.count(Verdict.RETAKE, Verdict.NOT_IN)

    @property
    def on_track(self) -> bool:
        """A contract in force and nothing missing."""
        return self.contract is not None and self.missing == 0


def standings(
    gradebook: Gradebook, contracts: dict[str, Contract], marking: Marking, school: School, today: date
) -> tuple[Standing, ...]:
    """Every student judged, in the gradebook's order. `today` is the date in the school's time zone."""
    graded = _graded(gradebook, marking, today)
    overdue = [_overdue(assignment, marking.grace_days, school, today) for assignment in gradebook.assignments]
    in_doubt = (Judged(verdict=Verdict.CHECK),) * len(gradebook.assignments)
    needs: dict[str, list[Fraction]] = {}
    # Cells alike are one mark in memory, and a class has few different ones: what does not depend on any date is judged
    # once for each mark and level.
    judged_before: dict[tuple[int, int], Judged] = {}
    result = []
    for student, marks in zip(gradebook.students, gradebook.marks, strict=True):
        contract = contracts.get(key(student.id))
        if student.blocked:
            result.append(Standing(student=student, contract=contract, judged=in_doubt))
            continue
        needed: Sequence[Fraction | None] = [None] * len(marks)
        if contract is not None:
            tier = contract.tier
            if tier.name not in needs:
                needs[tier.name] = [_needed(tier, each.kind) for each in gradebook.assignments]
            needed = needs[tier.name]
        section = key(student.section)
        row = []
        for index, (assignment, mark, own) in enumerate(zip(gradebook.assignments, marks, needed, strict=True)):
            which = (id(mark), id(own))
            known = judged_before.get(which)
            if known is None:
                known = _judged(
                    mark,
                    assignment,
                    own,
                    marking,
                    overdue=overdue[index],
                    graded=(section, index) in graded,
                    today=today,
                )
                if mark.kind in _WHATEVER_THE_DAY:
                    judged_before[which] = known
            row.append(known)
        result.append(Standing(student=student, contract=contract, judged=tuple(row)))
    return tuple(result)


def judge(
    mark: Mark,
    assignment: Assignment,
    contract: Contract | None,
    marking: Marking,
    *,
    overdue: bool,
    graded: bool,
    today: date,
) -> Judged:
    """Judge one mark.

    `overdue`: the due date and the days of grace are over. `graded`: the teacher has marked this column for the
    student's section. A blank is missing only when both are so: before that it says nothing about the child.
    """
    needed = None if contract is None else _needed(contract.tier, assignment.kind)
    return _judged(mark, assignment, needed, marking, overdue=overdue, graded=graded, today=today)


def _judged(
    mark: Mark,
    assignment: Assignment,
    needed: Fraction | None,
    marking: Marking,
    *,
    overdue: bool,
    graded: bool,
    today: date,
) -> Judged:
    """One mark judged against the pass mark in percent; None without a contract."""
    if mark.kind is MarkKind.UNREADABLE:
        return Judged(verdict=Verdict.CHECK)
    if needed is None:
        return Judged(verdict=Verdict.NO_CONTRACT)
    match mark.kind:
        case MarkKind.SCORE:
            share = mark.share or Fraction(0)
            verdict = Verdict.MASTERED if meets(share, needed, marking.rounding) else Verdict.RETAKE
            return Judged(verdict=verdict, needed=needed, got=share * 100)
        case MarkKind.EXCUSED:
            return Judged(verdict=Verdict.EXCUSED, needed=needed)
        case MarkKind.NOT_ASSIGNED:
            return Judged(verdict=Verdict.NOT_ASSIGNED, needed=needed)
        case MarkKind.MASTERED:
            return Judged(verdict=Verdict.MASTERED, needed=needed)
        case MarkKind.BELOW:
            return Judged(verdict=Verdict.RETAKE, needed=needed)
        case MarkKind.NOT_IN:
            # The teacher said so by hand; only a due date still to come speaks against it.
            late = overdue or assignment.due is None
        case MarkKind.ABSENT:
            late = assignment.due is not None and today > assignment.due + timedelta(days=marking.absent_grace_days)
        case MarkKind.BLANK:
            late = overdue and graded
        case _:
            late = False
    return Judged(verdict=Verdict.NOT_IN if late else Verdict.PENDING, needed=needed)


def meets(share: Fraction, needed: Fraction, rounding: str) -> bool:
    """Whether a share of the maximum reaches a pass mark in percent.

    With rounding "whole" a percentage is rounded half up first, which is the same as a bar half a point lower.
    """
    return rounded(share) >= bar(needed, rounding)


@cache
def bar(needed: Fraction, rounding: str) -> Fraction:
    """The share of the maximum that has to be reached for a pass mark in percent."""
    if rounding == "whole":
        # A percentage rounds up to the next whole one from half a point below it on.
        return (Fraction(-(-needed.numerator // needed.denominator)) - Fraction(1, 2)) / 100
    return needed / 100


def rounded(share: Fraction) -> Fraction:
    """A share at `DECIMALS` decimals, half away from zero, as the sheet's ROUND does it. Shares are never negative."""
    # Whole numbers all the way: this is done for every mark of a class, and fractions reduce at each step.
    scale, whole = 10**DECIMALS, share.denominator
    return Fraction((2 * scale * share.numerator + whole) // (2 * whole), scale)


def percent_text(percent: Fraction) -> str:
    """A percentage to be read: at most two decimals, never rounded up, so that 85.999 does not look like 86."""
    hundredths = percent.numerator * 100 // percent.denominator
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


def _needed(tier: Tier, kind: str) -> Fraction:
    """A level's pass mark for a kind of work, in percent."""
    return _fraction(tier.pass_mark_for(kind))


@cache
def _fraction(percent: Decimal) -> Fraction:
    """A pass mark as an exact fraction; a school has a handful of them, and every mark asks for one."""
    return Fraction(percent)


def _graded(gradebook: Gradebook, marking: Marking, today: date) -> set[tuple[str, int]]:
    """The (section's key, index of an assignment) pairs that the teacher has marked.

    Sections are looked at one by one: what is marked for period 1 may still lie in a pile for period 2.
    """
    rows: dict[str, list[tuple[Mark, ...]]] = {}
    for student, marks in zip(gradebook.students, gradebook.marks, strict=True):
        rows.setdefault(key(student.section), []).append(marks)
    result = set()
    for section, table in rows.items():
        for index, assignment in enumerate(gradebook.assignments):
            if assignment.graded is not None:
                done = assignment.graded <= today
            else:
                kinds = Counter(marks[index].kind for marks in table)
                asked = len(table) - kinds[MarkKind.NOT_ASSIGNED]
                entries = asked - kinds[MarkKind.BLANK]
                done = entries > 0 and Fraction(entries, asked) >= Fraction(marking.graded_share)
            if done:
                result.add((section, index))
    return result


def _overdue(assignment: Assignment, grace_days: int, school: School, today: date) -> bool:
    """Whether the due date and so many school days of grace have passed."""
    if assignment.due is None:
        return False
    return today > add_school_days(assignment.due, grace_days, school)


def add_school_days(day: date, days: int, school: School) -> date:
    """The day that comes so many school days after a day."""
    while days > 0:
        day += timedelta(days=1)
        if school.open_on(day):
            days -= 1
    return day
