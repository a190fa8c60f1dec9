"""`[school]`: who writes, and when the school is awake."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from sheets_mastery.config.kinds import Address, Day, DayWindow, Text, TimeZone, Weekday, Window
from sheets_mastery.config.section import Section

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class School(Section):
    """Who writes, and when the school is awake."""

    #: The school's name, for the letters.
    name: Text
    #: The teacher's name as families know it.
    teacher: Text
    #: Where answers go.
    reply_to: Address
    #: The IANA time zone in which days begin and end.
    time_zone: TimeZone
    #: Days on which there is school.
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    #: Days without school.
    holidays: tuple[Day, ...] = ()
    #: The hours in which the scheduled job works.
    hours: DayWindow = Window(start=time(7), end=time(18))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def open_on(self, day: date) -> bool:
        """Whether there is school on a day."""
        return _WEEKDAYS[day.weekday()] in self.days and day not in self.holidays
