"""What the header of a column of marks says: the clean title, a maximum, which attempt, and which of several twins.

The forms are those of the exports (Sakai's `[100]`, Blackboard's `[Total Pts: 10 Score] |123`, Brightspace's
`<Numeric MaxPoints:10>`, Canvas's `(87568490)`) and what teachers type themselves (`out of 20`, `(20 pts)`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sheets_mastery.gradebook.records import key

_NUMBER = r"(\d{1,5}(?:[.,]\d{1,3})?)"
_PTS = r"(?:points?|pts?|marks?|punkte|pkt|puntos|p)\.?"
#: A maximum at the end of a title, each with the number in its first group.
_MAXIMA = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\s*\[\s*{_NUMBER}\s*(?:{_PTS})?\s*\]$",
        rf"\s*\[\s*total\s+pts:\s*(?:up\s+to\s+)?{_NUMBER}\b[^\]]*\](?:\s*\|\s*\d+)?$",
        rf"\s*(?:points\s+grade\s*)?<[^<>]*\bmax\s?points:\s*{_NUMBER}[^<>]*>$",
        rf"\s*[(\[]?\s*max\s?points:\s*{_NUMBER}\s*[)\]]?$",
        rf"\s*[(\[,–-]?\s*\bout\s+of\s+{_NUMBER}(?:\s*{_PTS})?\s*[)\]]?$",
        rf"\s*[(\[]\s*/\s*{_NUMBER}\s*(?:{_PTS})?\s*[)\]]$",
        rf"(?<=[^\W\d_])\s+/\s?{_NUMBER}$",
        rf"\s*[(\[]\s*{_NUMBER}\s*{_PTS}\s*[)\]]$",
        rf"\s*[(\[]\s*max\.?\s*{_NUMBER}\s*(?:{_PTS})?\s*[)\]]$",
        rf"\s*[-–:,]\s*{_NUMBER}\s*{_PTS}$",
    )
)
#: The number of a column in the system that it was exported from.
_SERIAL = re.compile(r"\s*(?:\(\d{4,}\)|\|\s*\d{4,})$")
_TWIN = re.compile(
    r"\s*\((real|percentage|letter|points|percent|prozentsatz|punkte|pourcentage|porcentaje)\)$", re.IGNORECASE
)
_AGAIN = (
    r"(?:re-?\s?takes?|re-?\s?do|re-?\s?tests?|re-?\s?assess(?:ment)?|resubmi(?:ssion|t)|make-?\s?up"
    r"|(?:2nd|second)\s(?:try|attempt))"
)
_BEHIND = re.compile(rf"(?P<base>.*?\S)\s*[-–:,(]?\s*\b{_AGAIN}\s*#?(?P<number>\d)?\)?", re.IGNORECASE)
_BEFORE = re.compile(rf"{_AGAIN}(?:\s+of)?\s*[-–:]?\s+(?P<base>\S.*)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<base>.*?\S)\s*[-–:,(]?\s*\b(?:attempt|try)\s*#?(?P<number>\d)\)?", re.IGNORECASE)
_ALONE = re.compile(rf"{_AGAIN}\s*#?\d?|(?:attempt|try)\s*#?\d", re.IGNORECASE)
#: The code of a standard: P.1, N.5, DCI.1, HS-PS1-2, 6.NS.1.
_CODE = re.compile(r"(?=.*[.\-])(?=.*\d)[A-Z0-9]{1,8}(?:[.\-][A-Z0-9]{1,5})+[a-z]?")


class Twin(StrEnum):
    """Which of several columns about the same work one is."""

    ONLY = ""
    POINTS = "points"
    PERCENT = "percent"
    LETTER = "letter"


_TWINS = {
    "real": Twin.POINTS,
    "points": Twin.POINTS,
    "punkte": Twin.POINTS,
    "letter": Twin.LETTER,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """A header, taken apart."""

    #: The title alone: "Quiz 1" for "Quiz 1 [20]".
    clean: str
    #: The maximum; None where the header has none.
    points: Fraction | None = None
    twin: Twin = Twin.ONLY
    #: For a further attempt: the title of the work, as far as the header tells it, and which attempt it is.
    base: str = ""
    attempt: int = 1


def read_title(header: str) -> Title:
    """Take a header apart. Whatever is not surely a form of a maximum or an attempt stays in the title."""
    clean, points, twin = " ".join(header.split()), None, Twin.ONLY
    if found := _TWIN.search(clean):
        clean, twin = clean[: found.start()], _TWINS.get(found[1].casefold(), Twin.PERCENT)
    for form in _MAXIMA:
        found = form.search(clean)
        if found and found.start() > 0 and (number := Fraction(found[1].replace(",", "."))) > 0:
            clean, points = clean[: found.start()], number
            break
    else:
        if (found := _SERIAL.search(clean)) and found.start() > 0:
            clean = clean[: found.start()]
    clean = clean.strip()
    base, attempt = _attempt(clean)
    return Title(clean=clean, points=points, twin=twin, base=base, attempt=attempt)


def says_only_again(header: str) -> bool:
    """Whether a header says that a column is a further attempt, and not of what."""
    return bool(_ALONE.fullmatch(key(header).strip(" :()")))


def is_code(text: str) -> bool:
    """Whether a header is the code of a standard, which several assignments may share."""
    return bool(_CODE.fullmatch(text.strip()))


def _attempt(clean: str) -> tuple[str, int]:
    if found := _NUMBERED.fullmatch(clean):
        return found["base"].strip(" -–:,("), int(found["number"])
    if found := _BEHIND.fullmatch(clean):
        return found["base"].strip(" -–:,("), int(found["number"] or 1) + 1
    if found := _BEFORE.fullmatch(clean):
        return found["base"].strip(), 2
    return "", 1
