"""No more letters than a provider takes: by the day as the ledger counts, by the minute with a wait before the look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sheets_mastery.notices import NoticeState
from sheets_mastery.pace import Pace

if TYPE_CHECKING:
    from tests.work.conftest import Class


def test_what_is_over_the_days_cap_stays_where_it_is_and_leaves_the_next_day(open_class: Callable[..., Class]) -> None:
    algebra = open_class(mail="daily_most = 2")
    algebra.sync()
    assert (algebra.deliver(), algebra.states()) == (
        {"sent": 2, "enough for today": 1},
        {NoticeState.SENT: 2, NoticeState.HOLD: 1},
    )
    # Another process, later: the ledger has counted.
    other = algebra.school.service("2026-10-30T17:00")
    assert dict(other.deliver((algebra.gradebook,)).counts) == {"enough for today": 1}
    algebra.at("2026-11-02T07:00")
    assert (algebra.deliver(), algebra.states()) == ({"sent": 1}, {NoticeState.SENT: 3})


def test_a_letter_that_may_have_left_counts_as_one_that_has(algebra: Class) -> None:
    algebra.sync()
    ledger, now = algebra.service.ledger, algebra.service.clock()
    one, two, _ = ledger.due(now)
    for letter, then in ((one, NoticeState.UNKNOWN), (two, NoticeState.SENT)):
        claimed = ledger.claim(letter.key, letter.version, now=now, lease_owner="x", lease_seconds=600)
        assert claimed is not None
        ledger.move(claimed, then, now=now)
    day = timedelta(hours=24)
    assert [ledger.left_since(now - day), ledger.left_since(now), ledger.left_since(now + day)] == [2, 0, 0]


def test_the_wait_for_the_next_minute_comes_before_the_sheet_is_read_and_the_letter_claimed(algebra: Class) -> None:
    algebra.sync()
    start, seen = algebra.service.clock(), list[str]()
    algebra.service.clock = lambda: start + timedelta(seconds=passed[0])
    passed = [0.0]

    def sleep(seconds: float) -> None:
        seen.append(f"{len(algebra.service.ledger.sending())} claimed, {len(algebra.school.letters())} sent")
        passed[0] += seconds
        # Whoever's letter is still here has made everything good meanwhile.
        for cell, mark in (("H5", "20"), ("H6", "20"), ("I4", "50"), ("I5", "50")):
            algebra.type(cell, mark)

    pace = Pace(2, monotonic=lambda: passed[0], sleep=sleep)
    algebra.service.pace = pace
    mailer = algebra.service.mailer
    send = mailer.send

    def counted(letter: bytes, **how: object) -> str:
        pace.spend(1)
        return send(letter, **how)  # type: ignore[arg-type]  # as it was called

    mailer.send = counted  # type: ignore[method-assign]  # a folder is in no hurry, so it counts nothing of its own
    outcome = algebra.deliver()
    assert seen == ["0 claimed, 2 sent"]
    assert (outcome, len(algebra.letters())) == ({"sent": 2, "withdrawn": 1}, 2)
