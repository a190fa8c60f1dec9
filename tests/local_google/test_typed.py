"""What a typed text becomes, and what a cell then shows, in the United States and where a comma is decimal."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_mastery.local_google.sheets.locales import locale
from sheets_mastery.local_google.sheets.numberformat import shown
from sheets_mastery.local_google.sheets.typed import typed

YEAR = 2026


def entered(text: str, where: str) -> tuple[Any, str | None, str | None, str]:
    """Return a typed text's value, its number format's type and pattern, and what the cell shows."""
    habits = locale(where)
    assert habits is not None
    value, number_format = typed(text, habits, YEAR)
    plain = next(iter(value.values()))
    kind, pattern = (number_format or {}).get("type"), (number_format or {}).get("pattern")
    return plain, kind, pattern, shown(plain, number_format, habits)


@pytest.mark.parametrize(
    ("text", "value", "kind", "pattern", "shows"),
    [
        ("53", 53, None, None, "53"),
        ("0042", 42, None, None, "42"),
        ("-3.50", -3.5, None, None, "-3.5"),
        ("1,234.5", 1234.5, "NUMBER", "#,##0.00", "1,234.50"),
        ("12,34", "12,34", None, None, "12,34"),
        ("90%", 0.9, "PERCENT", "0%", "90%"),
        ("7%", 0.07, "PERCENT", "0%", "7%"),
        ("86.5 %", 0.865, "PERCENT", "0.00%", "86.50%"),
        ("$5.50", 5.5, "CURRENCY", '"$"#,##0.00', "$5.50"),
        ("(5)", -5, None, None, "-5"),
        ("1e5", 100000, "SCIENTIFIC", "0.00E+00", "1.00E+05"),
        ("9/12/2026", 46277, "DATE", "M/d/yyyy", "9/12/2026"),
        ("2026-09-12", 46277, "DATE", "yyyy-mm-dd", "2026-09-12"),
        ("Sep 12, 2026", 46277, "DATE", "mmm d, yyyy", "Sep 12, 2026"),
        ("7/10", 46213, "DATE", "M/d", "7/10"),
        ("17/20", "17/20", None, None, "17/20"),
        ("2/30/2026", "2/30/2026", None, None, "2/30/2026"),
        ("10:30", 0.4375, "TIME", "h:mm", "10:30"),
        ("10:30:15 pm", 81015 / 86400, "TIME", "h:mm:ss am/pm", "10:30:15 PM"),
        ("9/12/2026 6:00", 46277.25, "DATE_TIME", "M/d/yyyy h:mm", "9/12/2026 6:00"),
        ("true", True, None, None, "TRUE"),
        ("'007", "007", None, None, "007"),
        ("'=1+1", "=1+1", None, None, "=1+1"),
        ("=1+1", "=1+1", None, None, "=1+1"),
        ("+A1", "=+A1", None, None, "=+A1"),
        ("ex", "ex", None, None, "ex"),
        ("=", "=", None, None, "="),
    ],
)
def test_a_text_typed_in_the_united_states(
    text: str, value: Any, kind: str | None, pattern: str | None, shows: str
) -> None:
    assert entered(text, "en_US") == (value, kind, pattern, shows)


@pytest.mark.parametrize(
    ("where", "text", "value", "kind", "shows"),
    [
        ("de_DE", "1,5", 1.5, None, "1,5"),
        ("de_DE", "1.234,5", 1234.5, "NUMBER", "1.234,50"),
        ("de_DE", "1,234.5", "1,234.5", None, "1,234.5"),
        ("de_DE", "12.9.2026", 46277, "DATE", "12.09.2026"),
        ("de_DE", "86,5%", 0.865, "PERCENT", "86,50%"),
        ("fr_FR", "12/09/2026", 46277, "DATE", "12/09/2026"),
        ("fr_FR", "1 234,5", 1234.5, "NUMBER", "1\N{NARROW NO-BREAK SPACE}234,50"),
        ("en_GB", "12/9/2026", 46277, "DATE", "12/09/2026"),
    ],
)
def test_a_text_typed_elsewhere(where: str, text: str, value: Any, kind: str | None, shows: str) -> None:
    plain, got_kind, _, got_shows = entered(text, where)
    assert (plain, got_kind, got_shows) == (value, kind, shows)


@pytest.mark.parametrize(
    ("value", "kind", "pattern", "shows"),
    [
        (1 / 3, None, None, "0.3333333333"),
        (1e-7, None, None, "0.0000001"),
        (123456789012, None, None, "123456789012"),
        (1e21, None, None, "1E+21"),
        (-1234.567, "NUMBER", "#,##0.00", "-1,234.57"),
        (2.5, "NUMBER", "0", "3"),
        (0.876, "PERCENT", "0.0%", "87.6%"),
        (0, "NUMBER", "#,##0;(#,##0);none", "none"),
        (-5.4, "NUMBER", "#,##0;(#,##0)", "(5)"),
        (3, "NUMBER", '0" of 5"', "3 of 5"),
        (12345, "SCIENTIFIC", None, "1.23E+04"),
        (3, "CURRENCY", None, "$3.00"),
        (46000.5, "DATE_TIME", "dddd, mmmm d, yyyy h:mm am/pm", "Tuesday, December 9, 2025 12:00 PM"),
        (1.5, "TIME", "[h]:mm", "36:00"),
        (46277, "DATE", None, "9/12/2026"),
    ],
)
def test_a_number_under_its_format(value: float, kind: str | None, pattern: str | None, shows: str) -> None:
    habits = locale("en_US")
    assert habits is not None
    number_format = {name: said for name, said in (("type", kind), ("pattern", pattern)) if said is not None}
    assert shown(value, number_format or None, habits) == shows
