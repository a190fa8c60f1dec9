"""Words and numbers from a sheet, made fit to be read in a letter."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale
from babel.numbers import format_percent

NAME_LENGTH = 80
TITLE_LENGTH = 120
_LINK_LENGTH = 2000


def one_line(text: str, longest: int) -> str:
    """A text from a cell as words in one line, cut with "…" after so many characters.

    Line breaks and control characters become spaces. Marks that turn the direction of writing or take no room are left
    out, because they make a line read as something else; the joiners that Persian and the languages of India need stay.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp", "Zs"}:
            kept.append(" ")
        elif category not in {"Cf", "Cs"} or character in "\u200c\u200d":
            kept.append(character)
    words = " ".join("".join(kept).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def first_name(name: str) -> str:
    """What the student is called: "José" for "José Luis Peña" and for "Peña, José Luis"."""
    family, comma, given = one_line(name, NAME_LENGTH).partition(",")
    words = given.split() if comma and given.strip() else family.split()
    return words[0] if words else ""


def web_address(text: str) -> str:
    """The text where it is a web address that may stand in a letter, else ""."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname)
    except ValueError:
        return ""
    clean = text == one_line(text, _LINK_LENGTH) and not any(character in " <>\"'`\\" for character in text)
    return text if clean and named and parts.scheme in {"http", "https"} else ""


@lru_cache(maxsize=4096)
def percent(value: Fraction, locale: Locale, decimals: int = 2) -> str:
    """A percentage to be read, in the manner of a locale: never rounded up, for 85.999 is not the 86 that it missed.

    A pass mark is asked for with four decimals, which is all that the settings allow, and so is always exact.
    """
    steps = 10**decimals
    shown = Decimal(value.numerator * steps // value.denominator) / steps
    return format_percent(shown / 100, locale=locale, decimal_quantization=False)
