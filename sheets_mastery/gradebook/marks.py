"""One cell to one `Mark`, exactly, or to a sentence about why not.

What may stand in a mark cell: a number (points), a percentage (by number format or as text), "17/20" as text, one of
the school's codes, or nothing. Everything else is UNREADABLE and is said to the teacher, never guessed. A score is kept
as an exact fraction of the maximum.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sheets_mastery.config import Marking, Meaning
from sheets_mastery.gradebook.records import BLANK, Mark, MarkKind, key
from sheets_mastery.reading import Content

#: The number formats of dates and times.
MOMENTS = frozenset({"DATE", "DATE_TIME", "TIME", "DURATION"})
_POINT_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_COMMA_NUMBER = re.compile(r"\d{1,6}(?:,\d{1,6})?")
# fmt: off
_POINT_LANGUAGES = frozenset({
    "am", "bn", "cy", "en", "fil", "ga", "gu", "he", "hi", "iw", "ja", "km", "kn", "ko", "ml", "mn", "mr", "ms", "my",
    "ne", "or", "pa", "si", "sw", "ta", "te", "th", "ur", "zh",
})
# fmt: on
_SPACES = " \t\n\u00a0\u2007\u202f"
_ERRORS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading…",
}
#: The first day of Sheets' calendar: a date is the number of days since then.
EPOCH = date(1899, 12, 30)


def decimal_comma(locale: str) -> bool:
    """Whether a document of this locale writes 0,5 for a half (and separates a formula's arguments by semicolons).

    Sheets' locales are "en_US", "de_DE", …, or a bare language. For one that is not known the answer is the comma: then
    a text like 85.5 is asked about instead of believed.
    """
    language, _, country = locale.partition("_")
    if country in {"CH", "LI"}:
        return language == "fr"
    if language in _POINT_LANGUAGES:
        return country == "ZA"
    american_spanish = {"MX", "US", "PR", "PE", "GT", "HN", "NI", "PA", "SV", "DO"}
    return not (language == "es" and country in american_spanish)


def month_first(locale: str) -> bool:
    """Whether a document of this locale takes a typed 7/10 for the tenth of July."""
    return locale in {"en_US", "en", ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkReader:
    """How the mark cells of one gradebook are read."""

    #: What the codes mean, by `key`.
    codes: dict[str, Meaning]
    #: The highest believable share of the maximum.
    highest: Fraction
    #: Whether texts of this document use the decimal comma.
    comma: bool
    #: Whether its dates begin with the month.
    month_first: bool

    @classmethod
    def of(cls, marking: Marking, locale: str) -> MarkReader:
        """A reader for a document's locale."""
        return cls(
            codes={key(code): meaning for code, meaning in marking.codes.meanings.items()},
            highest=Fraction(marking.highest_percent) / 100,
            comma=decimal_comma(locale),
            month_first=month_first(locale),
        )

    def read(self, content: Content, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        """The mark in a cell of a column with this maximum, and what is wrong with it (what, remedy) if anything is."""
        if content.error is not None:
            shown = _ERRORS.get(content.error, content.error)
            return _unreadable(
                content,
                f"the formula shows {shown}, so this mark cannot be read.",
                "Mend the formula or type the mark.",
            )
        if content.blank:
            return BLANK, None
        value = content.value
        if isinstance(value, bool):
            return _unreadable(content, "there is a checkbox here, not a mark.", "Type a score or a code.")
        if isinstance(value, Decimal):
            return self._number(content, value, points)
        return self._text(content, content.text, points)

    def _number(self, content: Content, value: Decimal, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        if content.format in MOMENTS:
            return _unreadable(
                content, self._moment(content, value), "Type the score alone, such as 7, or '7/10 as text."
            )
        if content.format == "PERCENT":
            return self._score(content, Fraction(value))
        if points is None:
            return _unreadable(content, "there is a number here, but no maximum for the column.", _SAY_THE_MAXIMUM)
        return self._score(content, Fraction(value) / points)

    def _moment(self, content: Content, value: Decimal) -> str:
        if content.format in {"TIME", "DURATION"}:
            return "there is a time of day here, not a mark."
        try:
            day = EPOCH + timedelta(days=int(value))
        except OverflowError:
            return "there is a date here, not a mark."
        typed = f"{day.month}/{day.day}" if self.month_first else f"{day.day}/{day.month}"
        return (
            f"there is the date {day.isoformat()} here; Sheets makes a date of a typed {typed}, "
            "and which score was meant cannot be known."
        )

    def _text(self, content: Content, text: str, points: Fraction | None) -> tuple[Mark, tuple[str, str] | None]:
        if meaning := self.codes.get(key(text)):
            return Mark(kind=_KINDS[meaning], written=content.text), None
        bare = text.strip(_SPACES)
        if bare.endswith("%"):
            number = self._plain(bare[:-1])
            if number is not None:
                return self._score(content, number / 100)
        elif "/" in bare:
            got, _, of = bare.partition("/")
            above, below = self._plain(got), self._plain(of)
            if above is not None and below:
                return self._score(content, above / below)
        else:
            number = self._plain(bare)
            if number is not None:
                if points is None:
                    return _unreadable(
                        content, "there is a number here, but no maximum for the column.", _SAY_THE_MAXIMUM
                    )
                return self._score(content, number / points)
        return _unreadable(
            content,
            f"“{_short(content.text)}” is neither a score nor a code that the settings know.",
            "Type a score, or add the code under marking.codes in the settings.",
        )

    def _plain(self, text: str) -> Fraction | None:
        """An unsigned number in the document's own writing; None for anything else (1e3, nan, ３ and -1 included)."""
        bare = text.strip(_SPACES)
        if self.comma and _COMMA_NUMBER.fullmatch(bare) and bare.isascii():
            return Fraction(bare.replace(",", "."))
        if _POINT_NUMBER.fullmatch(bare) and bare.isascii() and not (self.comma and "." in bare):
            return Fraction(bare)
        return None

    def _score(self, content: Content, share: Fraction) -> tuple[Mark, tuple[str, str] | None]:
        if share < 0:
            return _unreadable(content, "the score is below zero.", "Type the score that was reached.")
        if share > self.highest:
            return _unreadable(
                content,
                f"the score is more than {float(self.highest) * 100:g} % of the maximum.",
                "Look for a slip of the keys, or correct the maximum.",
            )
        return Mark(kind=MarkKind.SCORE, written=content.text, share=share), None


_KINDS = {
    Meaning.EXCUSED: MarkKind.EXCUSED,
    Meaning.NOT_ASSIGNED: MarkKind.EXCUSED,
    Meaning.NOT_IN: MarkKind.NOT_IN,
    Meaning.CLOSED: MarkKind.NOT_IN,
    Meaning.ABSENT: MarkKind.ABSENT,
    Meaning.EXPECTED: MarkKind.BLANK,
    Meaning.HANDED_IN: MarkKind.PENDING,
    Meaning.LATE: MarkKind.PENDING,
    Meaning.INCOMPLETE: MarkKind.PENDING,
    Meaning.MASTERED: MarkKind.MASTERED,
    Meaning.BELOW: MarkKind.BELOW,
    Meaning.NOTHING: MarkKind.BLANK,
}
_SAY_THE_MAXIMUM = "Add a row of maxima, or say points in the settings."


def _unreadable(content: Content, what: str, remedy: str) -> tuple[Mark, tuple[str, str]]:
    return Mark(kind=MarkKind.UNREADABLE, written=content.text), (what, remedy)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else flat[:39] + "…"
