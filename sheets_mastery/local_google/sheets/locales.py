"""How a spreadsheet's locale writes numbers and dates."""

from __future__ import annotations

import dataclasses
import functools


@dataclasses.dataclass(frozen=True, kw_only=True)
class Locale:
    """A locale's habits, as far as typing and showing a cell needs them."""

    #: The decimal sign; where it is a comma, arguments in formulas are parted by ``;``.
    decimal: str
    #: What stands between thousands.
    group: str
    #: The order of day, month and year in a date: "mdy", "dmy" or "ymd".
    order: str
    #: The pattern a full date gets when it is typed with its year.
    date_pattern: str
    #: The pattern of a day and month without a year.
    short_pattern: str
    #: The currency sign.
    currency: str


NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
#: Language -> decimal, group, order, full date, short date, currency; a whole locale comes before its language.
HABITS = {
    "en_US": (".", ",", "mdy", "M/d/yyyy", "M/d", "$"),
    "en_CA": (".", ",", "ymd", "yyyy-MM-dd", "MM-dd", "$"),
    "en_ZA": (",", "\N{NO-BREAK SPACE}", "ymd", "yyyy/MM/dd", "MM/dd", "R"),
    "en_GB": (".", ",", "dmy", "dd/MM/yyyy", "dd/MM", "£"),
    "en": (".", ",", "dmy", "dd/MM/yyyy", "dd/MM", "$"),
    "es_MX": (".", ",", "dmy", "d/M/yyyy", "d/M", "$"),
    "de_CH": (".", "’", "dmy", "dd.MM.yyyy", "dd.MM.", "CHF"),
    "de": (",", ".", "dmy", "dd.MM.yyyy", "dd.MM.", "€"),
    "fr": (",", NARROW_SPACE, "dmy", "dd/MM/yyyy", "dd/MM", "€"),
    "es": (",", ".", "dmy", "d/M/yyyy", "d/M", "€"),
    "it": (",", ".", "dmy", "dd/MM/yyyy", "dd/MM", "€"),
    "pt": (",", ".", "dmy", "dd/MM/yyyy", "dd/MM", "R$"),
    "nl": (",", ".", "dmy", "d-M-yyyy", "d-M", "€"),
    "da": (",", ".", "dmy", "dd.MM.yyyy", "dd.MM", "kr"),
    "nb": (",", "\N{NO-BREAK SPACE}", "dmy", "dd.MM.yyyy", "dd.MM", "kr"),
    "no": (",", "\N{NO-BREAK SPACE}", "dmy", "dd.MM.yyyy", "dd.MM", "kr"),
    "sv": (",", "\N{NO-BREAK SPACE}", "ymd", "yyyy-MM-dd", "MM-dd", "kr"),
    "fi": (",", "\N{NO-BREAK SPACE}", "dmy", "d.M.yyyy", "d.M.", "€"),
    "pl": (",", "\N{NO-BREAK SPACE}", "dmy", "d.MM.yyyy", "d.MM", "zł"),
    "cs": (",", "\N{NO-BREAK SPACE}", "dmy", "d. M. yyyy", "d. M.", "Kč"),
    "ru": (",", "\N{NO-BREAK SPACE}", "dmy", "dd.MM.yyyy", "dd.MM", "₽"),
    "tr": (",", ".", "dmy", "dd.MM.yyyy", "dd.MM", "₺"),
    "ja": (".", ",", "ymd", "yyyy/MM/dd", "MM/dd", "¥"),
    "zh": (".", ",", "ymd", "yyyy/M/d", "M/d", "¥"),
    "ko": (".", ",", "ymd", "yyyy. M. d", "M. d", "₩"),
    "he": (".", ",", "dmy", "dd/MM/yyyy", "dd/MM", "₪"),
}


@functools.cache
def locale(name: str) -> Locale:
    """Return the habits of ``en_US``, ``de_DE``, ``fr`` …; KeyError for a locale that is not known here."""
    habits = HABITS.get(name) or HABITS[name.replace("-", "_").split("_")[0]]
    names = (field.name for field in dataclasses.fields(Locale))
    return Locale(**dict(zip(names, habits, strict=True)))
