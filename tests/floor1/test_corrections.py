"""Which letters said what was put right after they had left: a correction is one, work made good is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from sheets_mastery.afterwards import Since
from sheets_mastery.corrections import corrected_since, untold
from sheets_mastery.notices import MADE_GOOD, MISSING, REMINDER, Earlier, History, NoticeState, Said
from sheets_mastery.remediation import Attempt, AttemptKind, Closed, Remediation

NOW = datetime(2026, 10, 30, 16, 0, tzinfo=UTC)
TODAY = NOW.date()
WORK = ("ana", "essay")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def letter(ago: timedelta, key: str = "k1", **more: Any) -> Earlier:
    usual = Earlier(key=key, kind=MISSING, slot=TODAY, at=NOW - ago, state=NoticeState.SENT)
    return replace(usual, **more)


def ended(why: Closed) -> Remediation:
    return Remediation(
        id="e1",
        work=WORK,
        opened=date(2026, 10, 28),
        help="video",
        due=TODAY,
        attempts=1,
        closed=TODAY,
        why=why,
    )


def scored(kind: AttemptKind) -> Attempt:
    return Attempt(work=WORK, number=1, kind=kind, share=Fraction(1), on=TODAY)


def found(
    why: Closed, *letters: Earlier, attempt: AttemptKind | None = None, first: str = "k1", **more: Any
) -> tuple[tuple[str, str], ...]:
    history = History(told={("e1", "mum"): Said(first=first)}, earlier={("ana", "mum"): letters})
    usual: dict[str, Any] = {"other_levels": (), "here": {"ana"}, "history": history, "now": NOW}
    return corrected_since([ended(why)], [scored(attempt)] if attempt else [], **(usual | more))


@pytest.mark.parametrize(
    ("why", "attempt", "ago", "corrected"),
    [
        # Typed in the minute in which the letter left, whatever it looks like.
        (Closed.MADE_GOOD, AttemptKind.RETAKE, MINUTE, True),
        (Closed.MADE_GOOD, AttemptKind.ORIGINAL, 59 * MINUTE, True),
        (Closed.MADE_GOOD, None, 59 * MINUTE, True),
        # A better score later that day is a retake, and what comes in at last was handed in.
        (Closed.MADE_GOOD, AttemptKind.RETAKE, HOUR, False),
        (Closed.MADE_GOOD, AttemptKind.ORIGINAL, 3 * HOUR, False),
        # A slip of the keys, put right on its own day.
        (Closed.MADE_GOOD, AttemptKind.CORRECTION, 23 * HOUR, True),
        (Closed.MADE_GOOD, AttemptKind.CORRECTION, 24 * HOUR, False),
        # Nobody but the teacher excuses, or takes a mark or a due date back.
        (Closed.EXCUSED, None, 23 * HOUR, True),
        (Closed.WAIVED, None, 23 * HOUR, True),
        (Closed.WAIVED, None, 24 * HOUR, False),
        # A clock that was put back.
        (Closed.EXCUSED, None, -MINUTE, False),
    ],
)
def test_what_only_a_teacher_can_have_done_is_a_correction_and_work_done_again_is_none(
    why: Closed, attempt: AttemptKind | None, ago: timedelta, corrected: bool
) -> None:
    assert found(why, letter(ago), attempt=attempt) == ((("k1", "e1"),) if corrected else ())


def test_who_has_another_level_or_has_left_was_not_corrected() -> None:
    assert found(Closed.WAIVED, letter(HOUR), other_levels={"ana"}) == ()
    assert found(Closed.WAIVED, letter(HOUR), here={"ben"}) == ()


def test_every_letter_that_named_the_work_is_meant_and_no_other() -> None:
    first, again = letter(30 * HOUR), letter(2 * HOUR, "k2", kind=REMINDER)
    before = letter(40 * HOUR, "k0")
    others = (
        letter(HOUR, "k3", kind=MADE_GOOD),
        letter(HOUR, "k4", state=NoticeState.FAILED),
        letter(HOUR, "k5", came_back=True),
    )
    assert found(Closed.EXCUSED, before, first, again, *others) == (("k2", "e1"),)
    # What was not announced to this person by a letter that has left was not read.
    assert found(Closed.EXCUSED, letter(HOUR), first="") == ()


def test_the_teacher_is_told_of_a_correction_by_one_digest() -> None:
    since = {
        key: Since(key=key, corrected=NOW - ago)
        for key, ago in {"old": 20 * 24 * HOUR, "told": 5 * HOUR, "new": HOUR}.items()
    } | {"back": Since(key="back", came_back=NOW)}
    digest = letter(2 * HOUR, "digest")

    assert untold(History(since=since), "me", NOW) == {"told", "new"}
    assert untold(History(since=since, earlier={("", "me"): (digest,)}), "me", NOW) == {"new"}
