"""What a cell shows: a value under its number format (developers.google.com/workspace/sheets/api/guides/formats)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .locales import Locale
from .typed import EPOCH, MONTH_NAMES

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DATES = ("DATE", "TIME", "DATE_TIME")
PATTERNS = {"NUMBER": "#,##0.00", "PERCENT": "0.00%", "TIME": "h:mm:ss am/pm", "SCIENTIFIC": "0.00E+00"}
NUMBER_TOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|[#0?,.]+(?:[eE][-+][0#?]+)?|.', re.DOTALL)
DATE_TOKEN = re.compile(r'"[^"]*"|\\.|\[[hms]+\]|am/pm|a/p|y+|m+|d+|h+|s+(?:\.0+)?|.', re.DOTALL | re.IGNORECASE)


def shown(value: float | str | bool, number_format: Mapping[str, str] | None, habits: Locale) -> str:  # noqa: FBT001  a cell may hold a truth
    """Return the text that a cell with this value and number format shows."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    kind = (number_format or {}).get("type", "")
    if not number_format or kind in ("", "TEXT", "NUMBER_FORMAT_TYPE_UNSPECIFIED"):
        return general(value, habits)
    pattern = pattern_of(number_format, habits)
    if kind in DATES:
        return moment(value, pattern)
    if re.fullmatch(r"(?i)general|@", pattern):
        return general(value, habits)
    sections = _sections(pattern)
    if len(sections) > 2 and value == 0:
        return _number(0, sections[2], habits)
    if len(sections) > 1 and value < 0:
        return _number(-value, sections[1], habits)
    return _number(value, sections[0], habits)


def pattern_of(number_format: Mapping[str, str], habits: Locale) -> str:
    """Return the pattern of a number format: its own, or what its type means in a locale."""
    if number_format.get("pattern"):
        return number_format["pattern"]
    day, time = habits.date_pattern, PATTERNS["TIME"] if habits.order == "mdy" else "h:mm:ss"
    meant = PATTERNS | {"DATE": day, "TIME": time, "DATE_TIME": f"{day} h:mm:ss"}
    return meant.get(number_format["type"]) or f'"{habits.currency}"#,##0.00'


def general(value: float, habits: Locale) -> str:
    """Return a number as a cell without a format shows it: ten significant digits, all of a whole number's."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10g}"
    if "e" in text and 1e-9 < abs(value) < 1:
        text = f"{Decimal(text):f}"
    mantissa, _, power = text.partition("e")
    return mantissa.replace(".", habits.decimal) + (f"E{power}" if power else "")


def moment(value: float, pattern: str) -> str:
    """Return a serial number as a date or time."""
    day = int(value // 1)
    seconds = round((value - day) * 86400, 3)
    if seconds >= 86400:
        day, seconds = day + 1, 0
    try:
        calendar = date.fromordinal(EPOCH + day)
    except ValueError:
        return str(value)
    whole = timedelta(days=value)
    tokens = DATE_TOKEN.findall(pattern)
    lower = [token.lower() for token in tokens]
    half = any(token in ("am/pm", "a/p") for token in lower)
    hour = int(seconds // 3600)
    minute, second = int(seconds // 60) % 60, int(seconds % 60)
    text = ""
    for index, token in enumerate(lower):
        if token[0] == "m" and _is_minute(lower, index):
            text += f"{minute:0{min(len(token), 2)}d}"
        elif token[0] == "[" and token[1] in "hms":
            unit = {"h": 3600, "m": 60, "s": 1}[token[1]]
            text += f"{int(whole.total_seconds() // unit):0{len(token) - 2}d}"
        elif token in ("am/pm", "a/p"):
            text += ("AM" if hour < 12 else "PM")[: len(token) // 2]
        elif token[0] == "h":
            text += f"{(hour % 12 or 12) if half else hour:0{min(len(token), 2)}d}"
        elif token[0] == "s":
            text += f"{second:0{min(len(token.split('.')[0]), 2)}d}"
            if "." in token:
                text += f"{seconds % 1:.{len(token.split('.')[1])}f}"[1:]
        elif token[0] in "ymd" and token.strip("ymd") == "":
            text += _calendar(calendar, token)
        else:
            text += _literal(tokens[index])
    return text


def _is_minute(tokens: list[str], index: int) -> bool:
    """Tell whether an ``m`` means minutes: it follows hours, or seconds follow it."""
    before = next((token for token in reversed(tokens[:index]) if token.strip("[")[0] in "ymdhs"), "")
    after = next((token for token in tokens[index + 1 :] if token.strip("[")[0] in "ymdhs"), "")
    return before.strip("[").startswith("h") or after.strip("[").startswith("s")


def _calendar(day: date, token: str) -> str:
    month = MONTH_NAMES[day.month - 1].capitalize()
    words = {
        "yy": f"{day.year % 100:02d}",
        "m": str(day.month),
        "mm": f"{day.month:02d}",
        "mmm": month[:3],
        "mmmm": month,
        "mmmmm": month[0],
        "d": str(day.day),
        "dd": f"{day.day:02d}",
        "ddd": DAYS[day.weekday()][:3],
        "dddd": DAYS[day.weekday()],
    }
    return words.get(token, f"{day.year:04d}" if token[0] == "y" else words.get(token[:4], ""))


def _number(value: float, section: str, habits: Locale) -> str:
    tokens = NUMBER_TOKEN.findall(section)
    places = [
        index
        for index, token in enumerate(tokens)
        if re.fullmatch(r"[#0?,.]+(?:[eE][-+][0#?]+)?", token) and re.search("[#0?]", token)
    ]
    percents = tokens.count("%")
    number = Decimal(repr(value)).scaleb(2 * percents)
    text = ""
    for index, token in enumerate(tokens):
        if places and index == places[0]:
            text += _digits(number, token, habits)
        elif index not in places:
            text += _literal(token)
    return text


def _digits(number: Decimal, pattern: str, habits: Locale) -> str:
    mantissa, power_sign, power = re.fullmatch(r"([^eE]*)(?:[eE]([-+])(.*))?", pattern).groups()  # type: ignore[union-attr]  # matches any text
    whole, _, part = mantissa.partition(".")
    scaled = whole.rstrip(",")
    number = number.scaleb(-3 * (len(whole) - len(scaled)))
    exponent = number.adjusted() if power and number else 0
    number = number.scaleb(-exponent)
    number = number.quantize(Decimal(1).scaleb(-len(part)), rounding=ROUND_HALF_UP)
    sign, digits = ("-" if number < 0 else ""), f"{abs(number):f}"
    left, _, right = digits.partition(".")
    least = sum(place in "0?" for place in whole)
    left = left.lstrip("0").rjust(least, "0")
    if "," in scaled:
        left = re.sub(r"(?<=\d)(?=(\d{3})+$)", lambda _: habits.group, left)
    kept = len(part.rstrip("#"))
    right = right[:kept] + right[kept:].rstrip("0")
    text = sign + left + (habits.decimal + right if right or (part == "" and "." in mantissa) else "")
    if power:
        text += "E" + ("-" if exponent < 0 else "+" if power_sign == "+" else "") + str(abs(exponent)).zfill(len(power))
    return text


def _literal(token: str) -> str:
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    return " " if token[0] == "_" else "" if token[0] in "[*" else token


@functools.lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(r'((?:"[^"]*"|\\.|[^;])*)(?:;|$)', pattern))[: pattern.count(";") + 1]
