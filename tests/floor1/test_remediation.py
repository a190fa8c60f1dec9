"""Episodes of owed work, and the ladder of help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import drawn
import pytest

from sheets_mastery.config import Help, RemediationSettings
from sheets_mastery.gradebook import Assignment, ContractCells, Mark, MarkKind, Place, Student
from sheets_mastery.mastery import Judged, Standing, Verdict
from sheets_mastery.remediation import (
    Attempt,
    AttemptKind,
    Closed,
    Owed,
    Remediation,
    Work,
    attempts,
    link_for,
    next_help,
    owed,
)

FRIDAY, MONDAY, TUESDAY = date(2026, 9, 18), date(2026, 9, 21), date(2026, 9, 22)
WORK = ("101", "quiz 1")
QUIZ = Assignment(title="Quiz 1", column=2, points=Fraction(50))
SCHOOL = drawn.settings().school
LADDER = RemediationSettings()
#: The episode that a first score below the level opens on the Friday: the video, five school days.
EPISODE = Remediation(
    id="episode of 2026-09-18", work=WORK, opened=FRIDAY, help="video", due=date(2026, 9, 25), attempts=1
)


def student(identity: str = "101") -> Student:
    return Student(
        id=identity,
        name="",
        section="",
        guardians=(),
        address="",
        language="",
        contract=ContractCells(place=Place(tab="Marks")),
        row=1,
    )


def retake(got: int, needed: int = 86) -> Judged:
    return Judged(verdict=Verdict.RETAKE, needed=Fraction(needed), got=Fraction(got))


def after(
    judged: Judged | None,
    *,
    before: Remediation | None = None,
    attempts_so_far: int = 0,
    today: date = FRIDAY,
    settings: RemediationSettings = LADDER,
    ended: Remediation | None = None,
) -> Owed:
    """What has become of one piece of work of one student; None for a student who is gone."""
    standing = None if judged is None else Standing(student=student(), contract=None, judged=(judged,))
    return owed(
        [standing] if standing else [],
        (QUIZ,),
        before={} if before is None else {WORK: before},
        attempt_numbers={WORK: attempts_so_far},
        settings=settings,
        school=SCHOOL,
        today=today,
        new_id=lambda _, day: f"episode of {day}",
        of_late=None if ended is None else {WORK: ended},
    )


# Attempts


def seen(
    share: str | None, known: Mapping[Work, Attempt], today: date, kind: MarkKind = MarkKind.SCORE
) -> list[Attempt]:
    mark = Mark(kind=kind, share=None if share is None else Fraction(share))
    return list(attempts([(WORK, mark)], known, today))


def attempt(number: int, kind: AttemptKind, share: str, on: date) -> Attempt:
    return Attempt(work=WORK, number=number, kind=kind, share=Fraction(share), on=on)


def test_the_first_score_is_the_original() -> None:
    assert seen("3/5", {}, FRIDAY) == [attempt(1, AttemptKind.ORIGINAL, "3/5", FRIDAY)]


def test_the_same_score_is_no_new_attempt() -> None:
    assert seen("3/5", {WORK: attempt(1, AttemptKind.ORIGINAL, "3/5", FRIDAY)}, MONDAY) == []


def test_another_score_on_a_later_day_is_a_retake_and_on_the_same_day_a_slip_put_right() -> None:
    original = attempt(1, AttemptKind.ORIGINAL, "3/5", FRIDAY)
    second = attempt(2, AttemptKind.RETAKE, "4/5", MONDAY)
    assert seen("4/5", {WORK: original}, FRIDAY) == [attempt(1, AttemptKind.CORRECTION, "4/5", FRIDAY)]
    assert seen("4/5", {WORK: original}, MONDAY) == [second]
    assert seen("9/10", {WORK: second}, MONDAY) == [attempt(2, AttemptKind.CORRECTION, "9/10", MONDAY)]
    assert seen("9/10", {WORK: second}, TUESDAY) == [attempt(3, AttemptKind.RETAKE, "9/10", TUESDAY)]


@pytest.mark.parametrize("kind", [kind for kind in MarkKind if kind is not MarkKind.SCORE])
def test_what_is_no_score_is_no_attempt(kind: MarkKind) -> None:
    assert seen(None, {WORK: attempt(1, AttemptKind.ORIGINAL, "3/5", FRIDAY)}, MONDAY, kind) == []


# The ladder


@pytest.mark.parametrize(
    ("so_far", "got", "kind"),
    [
        (0, 70, "video"),
        (1, 70, "video"),
        (2, 70, "practice"),
        (3, 70, "peer_tutoring"),
        (4, 70, "small_group"),
        (5, 70, "one_to_one"),
        (9, 70, "one_to_one"),
        (1, 67, "video"),
        (1, 66, "practice"),
        (2, 0, "peer_tutoring"),
        (5, 0, "one_to_one"),
    ],
)
def test_every_attempt_goes_one_rung_up_and_a_wide_gap_one_more(so_far: int, got: int, kind: str) -> None:
    assert next_help(retake(got), so_far, LADDER).help == kind


def test_work_that_is_not_in_gets_its_own_kind_of_help() -> None:
    assert next_help(Judged(verdict=Verdict.NOT_IN, needed=Fraction(86)), 3, LADDER) == LADDER.not_in


def test_the_school_decides_how_wide_a_gap_skips_a_rung() -> None:
    settings = RemediationSettings(skip_rung_at_gap=Decimal("0.5"))
    assert next_help(retake(85), 1, settings).help == "practice"


def test_the_link_is_the_assignment_s_own_before_the_ladder_s() -> None:
    settings = RemediationSettings(
        ladder=(Help(help="video", link="https://ladder.example"), Help(help="practice")),
        not_in=Help(help="class_time", link="https://room.example"),
    )
    links = {("quiz 1", "video"): "https://video.example", ("quiz 1", ""): "https://any.example"}
    assert link_for(links, "quiz 1", "video", settings) == "https://video.example"
    assert link_for(links, "quiz 1", "practice", settings) == "https://any.example"
    assert link_for(links, "essay", "video", settings) == "https://ladder.example"
    assert link_for(links, "essay", "class_time", settings) == "https://room.example"
    assert link_for(links, "essay", "practice", settings) == ""


# Episodes


def test_an_episode_opens_when_work_becomes_missing() -> None:
    assert after(retake(70), attempts_so_far=1) == Owed(open={WORK: EPISODE}, newly=(EPISODE,), moved_on=(), ended=())
    (not_in,) = after(Judged(verdict=Verdict.NOT_IN, needed=Fraction(86))).newly
    assert (not_in.help, not_in.due, not_in.attempts) == ("class_time", date(2026, 9, 25), 0)


def test_an_episode_goes_on_while_nothing_changes() -> None:
    assert after(retake(70), before=EPISODE, attempts_so_far=1, today=TUESDAY) == Owed(
        open={WORK: EPISODE}, newly=(), moved_on=(), ended=()
    )


def test_a_retake_below_the_level_moves_on_to_other_help_with_another_day() -> None:
    moved = replace(EPISODE, help="practice", due=date(2026, 9, 29), attempts=2)
    assert after(retake(80), before=EPISODE, attempts_so_far=2, today=TUESDAY) == Owed(
        open={WORK: moved}, newly=(), moved_on=(moved,), ended=()
    )


def test_work_that_is_handed_in_below_the_level_moves_on_from_class_time() -> None:
    not_in = replace(EPISODE, help="class_time", attempts=0)
    moved = replace(EPISODE, help="video", due=date(2026, 9, 28), attempts=1)
    assert after(retake(80), before=not_in, attempts_so_far=1, today=MONDAY).moved_on == (moved,)


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (Verdict.MASTERED, Closed.MADE_GOOD),
        (Verdict.EXCUSED, Closed.EXCUSED),
        (Verdict.PENDING, Closed.WAIVED),
        (Verdict.NO_CONTRACT, Closed.WAIVED),
    ],
)
def test_an_episode_ends_when_the_work_is_no_longer_missing(verdict: Verdict, why: Closed) -> None:
    assert after(Judged(verdict=verdict), before=EPISODE, today=MONDAY) == Owed(
        open={}, newly=(), moved_on=(), ended=(replace(EPISODE, closed=MONDAY, why=why),)
    )


def test_an_episode_of_a_student_who_is_gone_is_waived() -> None:
    assert after(None, before=EPISODE, today=MONDAY) == Owed(
        open={}, newly=(), moved_on=(), ended=(replace(EPISODE, closed=MONDAY, why=Closed.WAIVED),)
    )


def test_what_cannot_be_read_neither_opens_nor_closes_anything() -> None:
    check = Judged(verdict=Verdict.CHECK)
    assert after(check) == Owed(open={}, newly=(), moved_on=(), ended=())
    assert after(check, before=EPISODE, attempts_so_far=1, today=MONDAY) == Owed(
        open={WORK: EPISODE}, newly=(), moved_on=(), ended=()
    )


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.missing])
def test_what_is_not_missing_opens_nothing(verdict: Verdict) -> None:
    assert after(Judged(verdict=verdict)) == Owed(open={}, newly=(), moved_on=(), ended=())


def test_work_that_is_missing_again_is_another_episode() -> None:
    again = replace(EPISODE, id="episode of 2026-09-22", opened=TUESDAY, due=date(2026, 9, 29))
    assert after(retake(70), attempts_so_far=1, today=TUESDAY).newly == (again,)


def test_work_that_is_missing_again_after_a_short_end_is_the_same_episode() -> None:
    ended = replace(EPISODE, closed=MONDAY, why=Closed.WAIVED)
    assert after(retake(70), attempts_so_far=1, today=TUESDAY, ended=ended) == Owed(
        open={WORK: EPISODE}, newly=(), moved_on=(EPISODE,), ended=()
    )
    moved = replace(EPISODE, help="practice", due=date(2026, 9, 29), attempts=2)
    assert after(retake(80), attempts_so_far=2, today=TUESDAY, ended=ended).moved_on == (moved,)
    # The day by which it was expected is over.
    late = date(2026, 9, 28)
    anew = replace(EPISODE, due=date(2026, 10, 5))
    assert after(retake(70), attempts_so_far=1, today=late, ended=ended).moved_on == (anew,)
    assert after(Judged(verdict=Verdict.MASTERED), today=TUESDAY, ended=ended) == Owed(
        open={}, newly=(), moved_on=(), ended=()
    )
