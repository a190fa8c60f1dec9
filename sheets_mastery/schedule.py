"""The scheduled job: when the next run is, and the loop that waits for it.

A run missed because the machine slept is caught up once, never as many times as it was missed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sheets_mastery.config import School, Settings

#: The longest nap in seconds: after a machine has slept, the wall clock is looked at again this soon.
_NAP = 30.0


def next_run(now: datetime, last: datetime | None, settings: Settings) -> datetime:
    """The first moment from `now` on at which a run is due: so many minutes after the last, in the school's hours.

    In UTC, where a difference of two moments is the time in between, also on a day on which the clocks change.
    """
    due = now if last is None else max(now, last + timedelta(minutes=settings.schedule.every_minutes))
    return _opening(due, settings.school).astimezone(UTC)


def keep_running(
    work: Callable[[datetime], None],
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], bool],
    waiting: Callable[[datetime], None] = lambda _until: None,
) -> None:
    """Work whenever a run is due, until `wait` says stop.

    `wait(seconds)` waits at most that long and answers whether to stop; `work` is never interrupted. `waiting` is told
    once about each moment that is waited for.
    """
    last: datetime | None = None
    announced: datetime | None = None
    while not wait(0):
        # Asked anew after every nap: a machine that slept past the hour it waited for may wake up at night.
        now = clock()
        until = next_run(now, last, settings)
        if until <= now:
            last = now
            work(now)
            continue
        if until != announced:
            announced = until
            waiting(until)
        if wait(min((until - now).total_seconds(), _NAP)):
            return


def _opening(moment: datetime, school: School) -> datetime:
    """The first moment from this one on at which the school is open."""
    local = moment.astimezone(school.zone)
    if school.open_on(local.date()) and school.hours.holds(local.time()):
        return moment
    day = local.date() if local.time() < school.hours.start else local.date() + timedelta(days=1)
    while True:
        opening = datetime.combine(day, school.hours.start, tzinfo=school.zone)
        # A day can be missing as a whole, as 2011-12-30 is in Apia: its opening would lie in the next one.
        if school.open_on(day) and opening.astimezone(UTC).astimezone(school.zone).date() == day:
            return opening
        day += timedelta(days=1)
