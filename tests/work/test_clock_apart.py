"""Nothing leaves by a clock that is wrong: the time of this machine is held against that of Google's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sheets_mastery.notices import NoticeState
from sheets_mastery.outbox.clocks import apart

if TYPE_CHECKING:
    from tests.work.conftest import Class

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
ALWAYS = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nhours = "00:00-23:59"'


def moments(before: float, answered: float | None, after: float) -> tuple[datetime, datetime | None, datetime]:
    """Moments by their minutes past noon."""
    before_, after_ = (NOON + timedelta(minutes=each) for each in (before, after))
    return before_, None if answered is None else NOON + timedelta(minutes=answered), after_


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ((0, 0, 0), ""),
        ((0, None, 0), ""),
        ((0, 5, 0), ""),
        ((0, -5, 0), ""),
        # An answer that took ten minutes may have been given at any moment of them.
        ((0, 12, 10), ""),
        ((0, -3, 10), ""),
        ((0, 16, 10), "6 minutes behind"),
        ((0, -6, 10), "6 minutes ahead of"),
        ((0, 150, 0), "2 hours behind"),
        ((0, -60 * 24, 0), "24 hours ahead of"),
        ((0, -60 * 24 * 27, 0), "27 days ahead of"),
    ],
)
def test_a_clock_may_be_five_minutes_off(minutes: tuple[float, float | None, float], said: str) -> None:
    sentence = f"This machine's clock is {said} Google's, so letters wait: set it right, or let NTP do it."
    assert apart(*moments(*minutes)) == (sentence if said else "")


def test_letters_wait_until_the_clock_is_right(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    # It has to be about now: the local Google has no other time to tell.
    zone = "Etc/UTC" if 1 <= datetime.now(UTC).hour < 22 else "Asia/Tokyo"
    algebra.school.spreadsheet.worksheet("Marks").delete_rows(3)
    algebra.change('time_zone = "America/Chicago"', f'time_zone = "{zone}"\n{ALWAYS}')
    algebra.change('credentials = "local"', 'credentials = "local"\ncheck_clock = true')

    def off(minutes: int) -> None:
        algebra.service.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)

    off(-20)
    algebra.sync()
    for minutes, way in ((-7, "behind"), (7, "ahead of")):
        off(minutes)
        delivery = algebra.service.deliver((algebra.gradebook,))
        assert dict(delivery.counts) == {"clock is off": 3}
        (trouble,) = delivery.troubles
        assert f" minutes {way} Google's, so letters wait: " in trouble
        assert (algebra.states(), algebra.school.letters()) == ({NoticeState.HOLD: 3}, [])
    off(0)
    assert algebra.deliver() == {"sent": 3}


def test_a_pretended_moment_is_held_against_nobodys_clock(algebra: Class) -> None:
    algebra.change('credentials = "local"', 'credentials = "local"\ncheck_clock = true')
    algebra.service.pretend("2026-10-30T16:30")
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
