"""What a typed text becomes (``USER_ENTERED``): a number, a date, a truth, a formula or just the text."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from .locales import Locale

#: Day 0 of a serial number.
EPOCH = date(1899, 12, 30).toordinal()
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
TIME = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?\s*([AaPp][Mm])?$")
ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$")
NUMERIC = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})(?:\s*\2\s*(\d{2}|\d{4}))?\.?$")
NAMED = re.compile(
    r"(?:(?P<m1>[A-Za-z]{3,9})\.?[ -](?P<d1>\d{1,2})|(?P<d2>\d{1,2})[ -](?P<m2>[A-Za-z]{3,9})\.?)"
    r"(?:,?[ -](?P<y>\d{4}|\d{2}))?$"
)

#: A value as Google keeps it, and the number format that typing it gave the cell.
Entered = tuple[dict[str, Any], dict[str, str] | None]


def typed(text: str, habits: Locale, year: int) -> Entered:
    """Return the ExtendedValue that a typed text becomes, and the number format that goes with it, if any.

    ``year`` is the one a date without a year belongs to.
    """
    if text.startswith("'"):
        return {"stringValue": text[1:]}, None
    if text.startswith("=") and len(text) > 1:
        return {"formulaValue": text}, None
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return {"boolValue": bare.upper() == "TRUE"}, None
    found = _number(bare, habits) or _moment(bare, habits, year)
    if found is not None:
        value, number_format = found
        return {"numberValue": tidy(value)}, number_format
    if text.startswith("+") and re.match(r"\+[A-Za-z($]", text):
        return {"formulaValue": "=" + text}, None
    return {"stringValue": text}, None


def tidy(number: float) -> float:
    """Return a whole number as an int, so that it is written ``53`` and not ``53.0``."""
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else float(number)


def serial(day: date) -> int:
    """Return a date's serial number: days since 30 December 1899."""
    return day.toordinal() - EPOCH


def _number(text: str, habits: Locale) -> tuple[float, dict[str, str] | None] | None:
    decimal, group, sign = re.escape(habits.decimal), re.escape(habits.group), re.escape(habits.currency)
    if habits.group.isspace():
        group = r"[\s\u00a0\u202f]"
    shape = (
        rf"(?P<open>\()?(?P<minus>[-+])?\s*(?P<before>{sign})?\s*(?P<minus2>-)?"
        rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)?(?:{decimal}(?P<part>\d*))?(?P<power>[eE][-+]?\d+)?"
        rf"\s*(?P<percent>%)?\s*(?P<after>{sign})?(?P<close>\))?$"
    )
    found = re.match(shape, text)
    if found is None or not (found["whole"] or found["part"]) or bool(found["open"]) != bool(found["close"]):
        return None
    whole = re.sub(r"\D", "", found["whole"] or "0")
    value = float(f"{whole}.{found['part'] or '0'}{found['power'] or ''}")
    if "-" in (found["minus"], found["minus2"]) or found["open"]:
        value = -value
    decimals = "0.00" if found["part"] else "0"
    if found["percent"]:
        # 7 % must be the 0.07 one would write, not 0.07000000000000001
        return float(f"{value!r}e-2") if "e" not in repr(value) else value / 100, _format("PERCENT", decimals + "%")
    if found["before"] or found["after"]:
        return value, _format("CURRENCY", f'"{habits.currency}"#,##{decimals}')
    if found["power"]:
        return value, _format("SCIENTIFIC", "0.00E+00")
    if found["whole"] and not found["whole"].isdigit():
        return value, _format("NUMBER", "#,##" + decimals)
    return value, None


def _moment(text: str, habits: Locale, year: int) -> tuple[float, dict[str, str]] | None:
    day = _date(text, habits, year)
    if day is not None:
        return day[0], _format("DATE", day[1])
    time = _time(text)
    if time is not None:
        return time[0], _format("TIME", time[1])
    for space in re.finditer(r"[ T]", text):
        day, time = _date(text[: space.start()], habits, year), _time(text[space.end() :])
        if day is not None and time is not None:
            return day[0] + time[0], _format("DATE_TIME", f"{day[1]} {time[1]}")
    return None


def _date(text: str, habits: Locale, year: int) -> tuple[int, str] | None:
    if found := ISO.match(text):
        separator = found[2]
        return _serial(int(found[1]), int(found[3]), int(found[4]), separator.join(("yyyy", "mm", "dd")))
    if found := NUMERIC.match(text):
        if found[2] == "." and habits.date_pattern.count(".") < 2:
            return None
        first, second = int(found[1]), int(found[3])
        month, day = (second, first) if habits.order == "dmy" else (first, second)
        full = found[4] is not None
        return _serial(_year(found[4], year), month, day, habits.date_pattern if full else habits.short_pattern)
    if found := NAMED.match(text):
        name = (found["m1"] or found["m2"]).lower()
        if name in MONTHS or name in MONTH_NAMES or name == "sept":
            pattern = "d mmm" if found["d2"] else "mmm d"
            if found["y"]:
                pattern += " yyyy" if found["d2"] else ", yyyy"
            day = int(found["d1"] or found["d2"])
            return _serial(_year(found["y"], year), MONTHS.index(name[:3]) + 1, day, pattern)
    return None


def _year(text: str | None, year: int) -> int:
    if text is None:
        return year
    number = int(text)
    return number if len(text) == 4 else number + (2000 if number < 30 else 1900)


def _serial(year: int, month: int, day: int, pattern: str) -> tuple[int, str] | None:
    try:
        return serial(date(year, month, day)), pattern
    except ValueError:
        return None


def _time(text: str) -> tuple[float, str] | None:
    found = TIME.match(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), float(found[3] or 0)
    half = (found[4] or "").lower()
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    pattern = "h:mm" + (":ss" if found[3] else "") + (" am/pm" if half else "")
    return (hours * 3600 + minutes * 60 + seconds) / 86400, pattern if hours < 24 else "[h]:mm:ss"


def _format(kind: str, pattern: str) -> dict[str, str]:
    return {"type": kind, "pattern": pattern}
