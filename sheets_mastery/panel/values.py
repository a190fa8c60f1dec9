"""What a person types into a choice, and how a value is said in a cell: one `Sort` for each sort of value.

A sort reads what is there as generously as a person would, and leaves the judging to the models of `config`: what it
cannot read at all is a ValueError in the words that the settings file would be answered with. What `text` says, `read`
takes back in any locale: the ledger remembers choices as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args

from sheets_mastery.config import MailMode, Meaning, Tier, Window
from sheets_mastery.edits import Value
from sheets_mastery.gradebook.layout import read_day
from sheets_mastery.gradebook.marks import MOMENTS, decimal_comma
from sheets_mastery.gradebook.records import key
from sheets_mastery.presets import PRESETS
from sheets_mastery.reading import Content

_NUMBER = re.compile(r"(\d{1,6})(?:([.,])(\d{1,4}))?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|h|uhr)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_OF_KIND = re.compile(r"(.*[^\s:=])[\s:=]+([\d.,]+)\s*%?")
_WEEK = {
    "mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday", "sat": "saturday",
    "sun": "sunday",
}  # fmt: skip
_YES = {"yes", "y", "true", "on", "x", "✓", "ja", "oui", "sí", "si"}
_NO = {"no", "n", "false", "off", "nein", "non"}
#: The languages that letters come in, as the drop-down says them.
LANGUAGES: Mapping[str, str] = {
    "English": "en",
    "Spanish": "es",
    "French": "fr",
    "Vietnamese": "vi",
    "Chinese": "zh",
    "Arabic": "ar",
}
HELP: Mapping[str, str] = {
    "class time": "class_time",
    "video": "video",
    "practice": "practice",
    "peer tutoring": "peer_tutoring",
    "small group": "small_group",
    "one-to-one": "one_to_one",
}
#: What ends a ladder before its rung, and what takes a level away.
NO_HELP, OFF = "no help", "off"
_MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """One sort of value."""

    #: What is in a cell of a document of some locale → the value; ValueError, without a full stop, where it is none.
    read: Callable[[Content, str], Any]
    #: The value as text.
    text: Callable[[Any], str]
    #: What a drop-down offers, if there is one.
    words: tuple[str, ...] = ()
    #: Whether it is a box to tick. An empty box says nothing, as a blank does.
    checkbox: bool = False

    def typed(self, content: Content, locale: str) -> Any:
        """The value in a cell that is not blank."""
        if content.error is not None:
            raise ValueError("the formula here shows an error")
        return self.read(content, locale)

    def remembered(self, text: str) -> Any:
        """The value of a text that `text` made."""
        if self.checkbox:
            return True
        return self.typed(Content(value=text, shown=text), "en_US")

    def cell(self, value: Any) -> Value:
        """The value as it is put into a cell: a number where it is one, so that no locale can misread it."""
        if self.checkbox:
            return True
        return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else self.text(value)


def _number(content: Content, locale: str) -> Decimal | None:
    """The number in a cell; None for anything else. 86 % is 86 here, whether typed or formatted."""
    value = content.value
    if isinstance(value, Decimal):
        if content.format in MOMENTS:
            return None
        return value * 100 if content.format == "PERCENT" else value
    return _plain(content.text.removesuffix("%").strip(), locale) if isinstance(value, str) else None


def _plain(text: str, locale: str) -> Decimal | None:
    found = _NUMBER.fullmatch(text)
    if not found or not text.isascii():
        return None
    whole, sign, rest = found.groups()
    if not sign:
        return Decimal(whole)
    # With a decimal comma, 1.000 is a thousand more often than one.
    if (sign == ",") != decimal_comma(locale) and (sign == "," or len(rest) == 3):
        return None
    return Decimal(f"{whole}.{rest}")


def _said(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _whole(content: Content, locale: str) -> int | Decimal:
    number = None if content.format == "PERCENT" or content.text.endswith("%") else _number(content, locale)
    if number is None:
        raise ValueError("must be a whole number")
    return int(number) if number == number.to_integral_value() else number


def _decimal(content: Content, locale: str) -> Decimal:
    number = _number(content, locale)
    if number is None:
        raise ValueError("must be a number")
    return number


def _hours(content: Content, locale: str) -> Decimal:
    """Hours: 18, or a time such as 18:00, which Sheets keeps as a part of a day."""
    if isinstance(content.value, Decimal) and content.format in {"TIME", "DURATION"}:
        return (content.value * 24).quantize(Decimal("0.01"))
    if found := re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::00)?", content.text):
        return Decimal(found[1]) + (Decimal(found[2]) / 60).quantize(Decimal("0.01"))
    return _decimal(content, locale)


def _share(content: Content, locale: str) -> Decimal:
    """A share of a whole: 50 %, 50 or 0.5."""
    number = _decimal(content, locale)
    percent = content.format == "PERCENT" or content.text.endswith("%") or number > 1
    return number / 100 if percent else number


def _yes_no(content: Content, _locale: str) -> bool:
    word = key(content.text)
    if isinstance(content.value, bool):
        return content.value
    if word not in _YES | _NO:
        raise ValueError("must be yes or no")
    return word in _YES


def _ticked(content: Content, locale: str) -> bool | None:
    """TRUE, or None for an empty box."""
    try:
        return _yes_no(content, locale) or None
    except ValueError:
        raise ValueError("must be ticked or not") from None


def one_of(words: Mapping[str, Any], also: Callable[[str], Any] = lambda _text: None) -> Sort:
    """One of some words. `also` may take what is none of them."""
    by_key = {key(word): value for word, value in words.items()}
    names = {value: word for word, value in words.items()}
    listed = [f"“{word}”" for word in words]
    must = f"must be {', '.join(listed[:-1])} or {listed[-1]}"

    def read(content: Content, _locale: str) -> Any:
        value = by_key.get(key(content.text), also(content.text))
        if value is None:
            raise ValueError(must)
        return value

    return Sort(read=read, text=lambda value: names.get(value, str(value)), words=tuple(words))


def _span(content: Content, _locale: str) -> str:
    """A span of the day as the settings file writes it; what cannot be one goes on as it is, to be refused there."""
    if content.format in MOMENTS:
        raise ValueError('is no span of the day; write it like "07:30-18:00"')
    ends = re.split(r"\s*(?:-|–|—|\bto\b|\bbis\b)\s*", content.text.strip(), flags=re.IGNORECASE)
    found = [_CLOCK.fullmatch(each) for each in ends]
    if len(found) != 2:
        return content.text
    said = []
    for each in found:
        if each is None:
            return content.text
        hour, minute, half = int(each[1]), each[2] or "00", (each[3] or "").casefold().replace(".", "")
        if half in {"am", "pm"}:
            if not 1 <= hour <= 12:
                return content.text
            hour = hour % 12 + (12 if half == "pm" else 0)
        said.append(f"{hour:02d}:{minute}")
    return "-".join(said)


def _span_text(value: Any) -> str:
    return f"{value.start:%H:%M}-{value.end:%H:%M}" if isinstance(value, Window) else str(value)


def _days(content: Content, _locale: str) -> tuple[str, ...]:
    """Days of the week: "Mon, Tue", "Monday to Friday"."""
    must = 'must be days such as "Mon, Tue, Wed" or "Mon-Fri"'
    order = list(_WEEK)
    days: list[str] = []
    for part in re.split(r"[,;/\n]|\band\b", key(content.text)):
        if not part.strip():
            continue
        ends = [_weekday(each) for each in re.split(r"-|–|—|\bto\b", part)]
        if None in ends or len(ends) > 2:
            raise ValueError(must)
        first, last = order.index(str(ends[0])), order.index(str(ends[-1]))
        days += order[first : last + 1] if first <= last else [*order[first:], *order[: last + 1]]
    if not days:
        raise ValueError(must)
    return tuple(sorted(set(days), key=order.index))


def _weekday(text: str) -> str | None:
    word = text.strip().rstrip(".")
    if len(word) < 2:
        return None
    found = [short for short, name in _WEEK.items() if name.startswith(word) or word in {short + "s", name + "s"}]
    return found[0] if len(found) == 1 else None


def _dates(content: Content, locale: str) -> tuple[date, ...]:
    """Days and spans of days, parted by commas or new lines."""
    must = 'must be days such as "2026-11-26, 2026-12-21 to 2027-01-01"'
    if isinstance(content.value, Decimal):
        day = read_day(content, locale)
        if day is None:
            raise ValueError(must)
        return (day,)
    days: set[date] = set()
    for part in re.split(r"[,;\n]", content.text):
        if not part.strip():
            continue
        ends = [
            read_day(Content(value=each.strip(), shown=each), locale) for each in re.split(r"\bto\b|–|—|\bbis\b", part)
        ]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2:
            raise ValueError(must)
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise ValueError("has a span of days that ends before it begins, or is longer than a year")
        days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    if not days:
        raise ValueError(must)
    return tuple(sorted(days))


def _dates_text(value: Any) -> str:
    """Days in a row as a span."""
    runs: list[list[date]] = []
    for day in sorted(value):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _link(content: Content, _locale: str) -> str:
    text = content.text
    if not re.fullmatch(r"https?://[^\s<>\"']{3,2000}", text):
        raise ValueError("must be a whole web address, with https:// in front")
    return text


def _level(content: Content, locale: str) -> dict[str, Any] | None:
    """A pass mark, and others for some kinds of work: "86; quiz 80". None takes the level away."""
    if key(content.text) == OFF:
        return None
    if isinstance(content.value, Decimal):
        return {"pass_mark": _decimal(content, locale)}
    first, *others = (part.strip() for part in content.text.split(";"))
    pass_mark = _plain(first.removesuffix("%").strip(), locale)
    if pass_mark is None:
        raise ValueError('must be a pass mark in percent such as 86, "86; quiz 80" or "off"')
    level: dict[str, Any] = {"pass_mark": pass_mark}
    for other in filter(None, others):
        found = _OF_KIND.fullmatch(other)
        mark = _plain(found[2], locale) if found else None
        if found is None or mark is None:
            raise ValueError('must have other pass marks like this: "86; quiz 80; project 70"')
        level.setdefault("by_kind", {})[found[1]] = mark
    return level


def _level_text(value: Any) -> str:
    if value is None:
        return OFF
    others = (f"{kind} {_said(mark)}" for kind, mark in value.get("by_kind", {}).items())
    return "; ".join((_said(value["pass_mark"]), *others))


def level_in_force(tier: Tier) -> str:
    """A level as it is said under "In force"."""
    others = (f"{kind} {_said(mark)} %" for kind, mark in tier.by_kind.items())
    return "; ".join((f"{_said(tier.pass_mark)} %", *others))


def _words(of: type[StrEnum]) -> dict[str, StrEnum]:
    return {each.value: each for each in of}


WHOLE = Sort(read=_whole, text=str)
NUMBER = Sort(read=_decimal, text=_said)
HOURS = Sort(read=_hours, text=_said)
SHARE = Sort(read=_share, text=lambda share: f"{_said(share * 100)} %")
YES_NO = Sort(read=_yes_no, text=lambda value: "yes" if value else "no", words=("yes", "no"))
TICK = Sort(read=_ticked, text=lambda value: "yes" if value else "no", checkbox=True)
SPAN = Sort(read=_span, text=_span_text)
DAYS = Sort(read=_days, text=lambda days: ", ".join(day.capitalize() for day in days))
DATES = Sort(read=_dates, text=_dates_text)
LINK = Sort(read=_link, text=str)
LEVEL = Sort(read=_level, text=_level_text)
ROUNDING = one_of({"none": "none", "whole": "whole"})
MODE = one_of({mode: mode for mode in get_args(MailMode)})
KIND_OF_HELP = one_of(HELP)
RUNG = one_of({**HELP, NO_HELP: NO_HELP})
LANGUAGE = one_of(LANGUAGES, also=lambda text: text if _LANGUAGE.fullmatch(text) else None)
MEANING = one_of(_words(Meaning))
PRESET = one_of({name: name for name in PRESETS})
