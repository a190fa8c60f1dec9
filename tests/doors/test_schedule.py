"""When the scheduled job works: hours, weekends, holidays, the days on which clocks change, and machines that sleep.

Time is a script here: waiting moves a clock on, and nobody really waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import drawn
import pytest

from sheets_mastery.config import Settings
from sheets_mastery.schedule import keep_running, next_run, turn_of

CHICAGO, LORD_HOWE = "America/Chicago", "Australia/Lord_Howe"


def school(more: str = "", *, zone: str = CHICAGO, every: int = 30) -> Settings:
    """Settings of a school that is open from 7 to 18 unless said otherwise."""
    settings = drawn.settings(f"[schedule]\nevery_minutes = {every}", school=more)
    there = settings.school.model_copy(update={"time_zone": zone})
    return settings.model_copy(update={"school": there})


def moment(text: str, zone: str = CHICAGO) -> datetime:
    """A moment of the school's time, in UTC as the service has it. A second time round has an asterisk behind it."""
    local = datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith("*")))
    return local.astimezone(UTC)


def local(moments: Iterable[datetime], zone: str = CHICAGO) -> list[str]:
    """Moments as the school's clock shows them."""
    return [f"{each.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" for each in moments]


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-10-30T16:30", None, "Fri 2026-10-30 16:30"),  # at once
        ("2026-10-30T06:59", None, "Fri 2026-10-30 07:00"),  # before the school opens
        ("2026-10-30T16:30", "2026-10-30T16:20", "Fri 2026-10-30 16:50"),  # half an hour after the last
        ("2026-10-29T17:45", "2026-10-29T17:40", "Fri 2026-10-30 07:00"),  # overnight
        ("2026-10-29T18:00", None, "Fri 2026-10-30 07:00"),  # the first minute after the last
        ("2026-10-30T17:45", "2026-10-30T17:40", "Mon 2026-11-02 07:00"),  # over the weekend
        ("2026-11-25T18:30", None, "Mon 2026-11-30 07:00"),  # over Thanksgiving
        ("2026-10-30T16:30", "2026-10-28T09:00", "Fri 2026-10-30 16:30"),  # missed since Wednesday
        ("2026-10-30T08:00", "2026-10-30T10:00", "Fri 2026-10-30 10:30"),  # the clock was put back
    ],
)
def test_a_run_is_due_in_the_schools_hours_on_its_days(now: str, last: str | None, due: str) -> None:
    settings = school("holidays = [2026-11-26, 2026-11-27]")
    found = next_run(moment(now), moment(last) if last else None, settings)
    assert local([found]) == [due]


@pytest.mark.parametrize(
    ("zone", "hours", "now", "due"),
    [
        # Chicago, 2026-03-08: 02:00 to 03:00 does not exist; 2026-11-01: 01:00 to 02:00 comes twice.
        (CHICAGO, "02:30-18:00", "2026-03-08T01:10", "Sun 2026-03-08 03:30"),
        (CHICAGO, "01:30-18:00", "2026-11-01T00:10", "Sun 2026-11-01 01:30"),
        (CHICAGO, "07:00-18:00", "2026-03-07T18:10", "Sun 2026-03-08 07:00"),
        (CHICAGO, "07:00-18:00", "2026-10-31T18:10", "Sun 2026-11-01 07:00"),
        # Lord Howe changes by half an hour: 2026-10-04 at 02:00 on, 2026-04-05 at 02:00 back.
        (LORD_HOWE, "02:15-18:00", "2026-10-04T01:10", "Sun 2026-10-04 02:45"),
        (LORD_HOWE, "01:45-18:00", "2026-04-05T01:10", "Sun 2026-04-05 01:45"),
        (LORD_HOWE, "07:00-18:00", "2026-10-03T18:10", "Sun 2026-10-04 07:00"),
    ],
)
def test_a_day_on_which_the_clocks_change_has_one_opening(zone: str, hours: str, now: str, due: str) -> None:
    every_day = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    settings = school(f'{every_day}\nhours = "{hours}"', zone=zone)
    assert local([next_run(moment(now, zone), None, settings)], zone) == [due]


def of_a_teacher(number: int, more: str = "") -> Settings:
    """The settings of one of many teachers."""
    settings = school(more)
    (only,) = settings.gradebooks
    return settings.model_copy(update={"gradebooks": (only.model_copy(update={"spreadsheet": f"sheet {number}"}),)})


def test_five_hundred_teachers_do_not_begin_in_the_same_second() -> None:
    turns = [turn_of(of_a_teacher(number)) for number in range(500)]
    assert turns == [turn_of(of_a_teacher(number)) for number in range(500)]
    minutes = Counter(turn // timedelta(minutes=1) for turn in turns)
    # 25 in each minute, if they were dealt out.
    assert (sorted(minutes), max(minutes.values()) < 50) == (list(range(20)), True)
    # In a school that is open for ten minutes everybody begins in the first half of them.
    short = {turn_of(of_a_teacher(number, 'hours = "08:00-08:10"')) // timedelta(minutes=1) for number in range(500)}
    assert short == set(range(5))


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-10-30T06:59", None, "Fri 2026-10-30 07:12"),
        ("2026-10-30T07:00", None, "Fri 2026-10-30 07:12"),
        ("2026-10-30T07:00", "2026-10-29T17:42", "Fri 2026-10-30 07:12"),
        ("2026-10-30T07:12", None, "Fri 2026-10-30 07:12"),
        ("2026-10-30T07:42", "2026-10-30T07:12", "Fri 2026-10-30 07:42"),
        ("2026-10-30T16:30", None, "Fri 2026-10-30 16:30"),  # started by hand, at once
        ("2026-10-30T17:50", "2026-10-30T17:42", "Mon 2026-11-02 07:12"),
        ("2026-03-07T18:10", None, "Mon 2026-03-09 07:12"),
    ],
)
def test_the_first_run_of_a_day_comes_in_turn_and_the_others_so_many_minutes_after_it(
    now: str, last: str | None, due: str
) -> None:
    found = next_run(moment(now), moment(last) if last else None, school(), timedelta(minutes=12))
    assert local([found]) == [due]


class Script:
    """A clock that waiting moves on, until an end; it may fall asleep while waiting."""

    def __init__(self, start: datetime, end: datetime, *, asleep: tuple[datetime, datetime] | None = None) -> None:
        self.now = start
        self._end = end
        self._asleep = asleep
        self.waits: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> bool:
        if seconds:
            self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        if self._asleep and self._asleep[0] <= self.now < self._asleep[1]:
            self.now = self._asleep[1]
        return self.now >= self._end


def runs(script: Script, settings: Settings, *, minutes: int = 0) -> list[datetime]:
    """The moments at which the job works, each time for so many minutes."""
    done = []

    def work(now: datetime) -> None:
        done.append(now)
        script.now += timedelta(minutes=minutes)

    keep_running(work, settings, clock=script.clock, wait=script.wait)
    return done


def test_a_day_has_a_run_at_every_interval_from_its_first_minute_to_its_last() -> None:
    script = Script(moment("2026-10-29T20:00"), moment("2026-11-02T08:00"))
    friday = [f"Fri 2026-10-30 {hour:02}:00" for hour in range(7, 18)]
    assert local(runs(script, school(every=60))) == [*friday, "Mon 2026-11-02 07:00"]


def test_the_interval_counts_from_the_beginning_of_a_run_and_runs_never_overlap() -> None:
    script = Script(moment("2026-10-30T16:00"), moment("2026-10-30T17:00"))
    times = ["16:00", "16:30"]
    assert local(runs(script, school(), minutes=20)) == [f"Fri 2026-10-30 {time}" for time in times]
    script = Script(moment("2026-10-30T16:00"), moment("2026-10-30T17:50"))
    times = ["16:00", "16:40", "17:20"]
    assert local(runs(script, school(), minutes=40)) == [f"Fri 2026-10-30 {time}" for time in times]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "count"),
    [
        (CHICAGO, "2026-03-08", 23, 23),
        (CHICAGO, "2026-11-01", 25, 25),
        (CHICAGO, "2026-11-08", 24, 24),
        (LORD_HOWE, "2026-10-04", 23.5, 24),
        (LORD_HOWE, "2026-04-05", 24.5, 25),
    ],
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(zone: str, day: str, hours: float, count: int) -> None:
    every_day = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    settings = school(f'{every_day}\nhours = "00:00-23:59"', zone=zone, every=60)
    start = moment(f"{day}T00:00", zone)
    assert len(runs(Script(start, start + timedelta(hours=hours)), settings)) == count


def test_what_was_missed_asleep_is_caught_up_once() -> None:
    asleep = (moment("2026-10-28T09:10"), moment("2026-10-30T10:47"))
    script = Script(moment("2026-10-28T09:00"), moment("2026-10-30T11:30"), asleep=asleep)
    assert local(runs(script, school())) == [
        "Wed 2026-10-28 09:00",
        "Fri 2026-10-30 10:47",
        "Fri 2026-10-30 11:17",
    ]


def test_who_wakes_up_at_night_waits_for_the_morning() -> None:
    asleep = (moment("2026-10-28T09:10"), moment("2026-10-28T23:10"))
    script = Script(moment("2026-10-28T09:00"), moment("2026-10-29T07:20"), asleep=asleep)
    assert local(runs(script, school())) == ["Wed 2026-10-28 09:00", "Thu 2026-10-29 07:00"]


def test_no_nap_is_longer_than_half_a_minute_and_each_wait_is_announced_once() -> None:
    script = Script(moment("2026-10-30T17:40"), moment("2026-11-02T07:40"))
    told: list[datetime] = []
    keep_running(lambda _: None, school(), clock=script.clock, wait=script.wait, waiting=told.append)
    assert max(script.waits) == 30
    assert local(told) == ["Mon 2026-11-02 07:00", "Mon 2026-11-02 07:30", "Mon 2026-11-02 08:00"]


def test_stopped_before_it_began_it_does_nothing() -> None:
    script = Script(moment("2026-10-30T16:00"), moment("2026-10-30T16:00"))
    assert runs(script, school()) == []
