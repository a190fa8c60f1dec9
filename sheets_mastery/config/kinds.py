"""The kinds of value that a key can have, each with the sentence for a slip."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from sheets_mastery.config.section import Section

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
#: The names of this machine, where an address may go without encryption.
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone; write it like "America/Chicago"') from None
    return name


class Window(Section):
    """A span of the day in the school's time zone."""

    #: First minute inside.
    start: time
    #: First minute after it.
    end: time

    def holds(self, moment: time) -> bool:
        """Whether a time of the day lies inside."""
        return self.start <= moment < self.end


def _window(value: Any) -> Any:
    if isinstance(value, Window):
        return value
    found = _WINDOW.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('is no span of the day; write it like "07:30-18:00"')
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start >= end:
        raise ValueError("ends before it starts")
    return Window(start=start, end=end)


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('is no time of the day; write it like "15:00"')
    return time(int(found[1]), int(found[2]))


def _exact(value: Any) -> Any:
    """TOML numbers are read as `Decimal` already; whole numbers and quoted numbers are taken as well."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic turns a ValueError into a sentence
    return value


def _percent(value: Decimal) -> Decimal:
    """0.86 is a slip for 86: taken as it stands it would let nearly everything pass."""
    if value <= 1:
        raise ValueError(f"is in percent; write 86 for 86 %, not {value:f}")
    return value


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"'()\[\]\\]+\.[A-Za-z0-9-]+", text):
        raise ValueError("is not one bare e-mail address")
    return text


# Numbers, dates and switches are taken as they are written: `true` is no 1, and 20261126 is no day.
Number = Annotated[Decimal, BeforeValidator(_exact)]
Percent = Annotated[Number, AfterValidator(_percent), Field(gt=0, le=100, decimal_places=4)]
Share = Annotated[Number, Field(ge=0, le=1)]
Points = Annotated[Number, Field(gt=0)]
Worth = Annotated[Number, Field(ge=0, le=150)]
Whole = Annotated[int, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Day = Annotated[date, Field(strict=True)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[time, BeforeValidator(_clock_time)]
DayWindow = Annotated[Window, BeforeValidator(_window)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, AfterValidator(_address)]
Text = Annotated[str, AfterValidator(_said)]
