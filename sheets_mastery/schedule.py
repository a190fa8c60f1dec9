"""The scheduled job: when the next run is, and the loop that waits for it.

A run missed because the machine slept is caught up once, never as many times as it was missed. Not every school begins
in the first second of the day: many of them may share one project at Google, whose quota is counted by the minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sheets_mastery.config import School, Settings

#: The longest nap in seconds: after a machine has slept, the wall clock is looked at again this soon.
_NAP = 30.0


#: The first runs of a day are spread over so long; over half of the school's hours at most.
_SPREAD = timedelta(minutes=20)


def turn_of(settings: Settings) -> timedelta:
    """How long after the beginning of the school's hours the first run of a day is.

    One service account may ask Sheets 60 times in a minute and a project 300 times, so a thousand gradebooks need some
    twenty minutes. By the id of its first spreadsheet a school has the same turn every day, and nobody hands turns out.
    """
    hours = settings.school.hours
    open_for = timedelta(hours=hours.end.hour - hours.start.hour, minutes=hours.end.minute - hours.start.minute)
    digest = hashlib.sha256(settings.gradebooks[0].spreadsheet.encode()).digest()
    seconds = int(min(_SPREAD, open_for / 2).total_seconds())
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % seconds)


def next_run(now: datetime, last: datetime | None, settings: Settings, turn: timedelta = timedelta()) -> datetime:
    """The first moment from `now` on at which a run is due: so many minutes after the last, in the school's hours.

    `turn` is how long after their beginning the first one is. In UTC, where a difference of two moments is the time in
    between, also on a day on which the clocks change.
    """
    due = now if last is None else max(now, last + timedelta(minutes=settings.schedule.every_minutes))
    return _opening(due, settings.school, turn).astimezone(UTC)


def keep_running(
    work: Callable[[datetime], None],
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], bool],
    waiting: Callable[[datetime], None] = lambda _until: None,
    turn: timedelta = timedelta(),
) -> None:
    """Work whenever a run is due, until `wait` says stop.

    `wait(seconds)` waits at most that long and answers whether to stop; `work` is never interrupted. `waiting` is told
    once about each moment that is waited for. `turn` as for `next_run`.
    """
    last: datetime | None = None
    announced: datetime | None = None
    while not wait(0):
        # Asked anew after every nap: a machine that slept past the hour it waited for may wake up at night.
        now = clock()
        until = next_run(now, last, settings, turn)
        if until <= now:
            last = now
            work(now)
            continue
        if until != announced:
            announced = until
            waiting(until)
        if wait(min((until - now).total_seconds(), _NAP)):
            return


def _opening(moment: datetime, school: School, turn: timedelta) -> datetime:
    """The first moment from this one on at which the school is open, and has been for as long as its turn takes."""
    local = moment.astimezone(school.zone)
    day = local.date() if local.time() < school.hours.end else local.date() + timedelta(days=1)
    while True:
        opening = datetime.combine(day, school.hours.start, tzinfo=school.zone).astimezone(UTC)
        # A day can be missing as a whole, as 2011-12-30 is in Apia: its opening would lie in the next one.
        if school.open_on(day) and opening.astimezone(school.zone).date() == day:
            return max(moment, opening + turn)
        day += timedelta(days=1)
