"""Formulas: what they come to, in Google's dialect, and that what is not known is an error and never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies

from sheets_mastery.local_google.sheets.formulas import canonical, copied, localized, tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:A3)/3", 2),
        ("=AVERAGE(A1:A)", 2),
        ("=COUNTA(A:A)", 4),
        ("=COUNTA(1:1)", 2),
        ('=IF(A1>0,"yes","no")', "yes"),
        ("=A1=1", True),
        ('="ada"=A4', True),
        ('=MATCH("a?a",A1:A4,0)', 4),
        ('=MATCH("a~?a",A1:A4,0)', "#N/A"),
        ('=MATCH(1,{"1",1},0)', 2),
        ("=VLOOKUP(2,A1:B3,2,FALSE)", "two"),
        ("=VLOOKUP(0,C1:D3,2,FALSE)", "#N/A"),
        ("=IFERROR(1/0)", ""),
        ('=IFERROR(1/0,"none")', "none"),
        ("=1/0", "#DIV/0!"),
        ("=A4*2", "#VALUE!"),
        ("=NOSUCH(1)", "#NAME?"),
        ('=IFERROR(QUERY(A1:B3,"select A"),5)', "#NAME?"),
        ("=1+", "#ERROR!"),
        ("=Z1", ""),
        ("=Z1+1", 1),
        ("=Nowhere!A1", "#REF!"),
        ("=A5", "#REF!"),
        ('=INDIRECT("A"&2)', 2),
        ('=COUNTA(INDIRECT("A1:A"))', 4),
        ("=ARRAYFORMULA(SUM(A1:A3*2))", 12),
        ('=REGEXMATCH(A4,"^A")', True),
        ("=marks_*1", 2),
        ("=SUMPRODUCT((A1:A3>1)*A1:A3)", 5),
        ("=ROUND(42.99/50,9)<86/100", True),
        ("=ROUND(43/50,9)<86/100", False),
    ],
)
def test_a_formula_comes_to_what_google_says(book: Any, formula: str, value: Any) -> None:
    book.put("A1", [[1, "one"], [2, "two"], [3, "three"], ["Ada"]])
    book.type("A5", [["=A5"]] if formula == "=A5" else [[""]])
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    book.batch({"addNamedRange": {"namedRange": {"name": "marks_", "range": place}}})
    book.type("E9", [[formula]])
    assert (book.values("E9", "UNFORMATTED_VALUE") or [[""]]) == [[value]]


def test_an_error_says_its_type_and_shows_its_sign(book: Any) -> None:
    book.type("A1", [["=1/0"]])
    cell = book.get("sheets.data.rowData.values(effectiveValue,formattedValue)")["sheets"][0]["data"][0]["rowData"][0]
    message = "Function DIVIDE parameter 2 cannot be zero."
    assert cell["values"] == [
        {"effectiveValue": {"errorValue": {"type": "DIVIDE_BY_ZERO", "message": message}}, "formattedValue": "#DIV/0!"}
    ]


def test_a_formula_across_tabs_with_odd_titles_finds_them(new_book: Callable[..., Any]) -> None:
    titles = ("It's [P1]/2", "A very long title, much longer than thirty-one characters")
    book = new_book("Marks", *titles)
    for number, title in enumerate(titles):
        book.put("'" + title.replace("'", "''") + "'!A1", [[number + 1]])
    quoted = ["'" + title.replace("'", "''") + "'!A1" for title in titles]
    book.type("Marks!A1", [[f"={quoted[0]}*10+{quoted[1]}", f'=INDIRECT("{quoted[1]}")']])
    assert book.values("Marks!A1:B1", "UNFORMATTED_VALUE") == [[12, 2]]


def test_today_is_the_servers_clock_in_the_documents_time_zone(book: Any, times: list[datetime]) -> None:
    book.type("A1", [["=TODAY()"]])
    times.append(times[-1].replace(year=2026, month=9, day=12, hour=23, minute=30))
    assert book.values("A1", "UNFORMATTED_VALUE") == [[46277]]
    zone = {"properties": {"timeZone": "Europe/Berlin"}, "fields": "timeZone"}
    book.batch({"updateSpreadsheetProperties": zone})
    assert book.values("A1", "UNFORMATTED_VALUE") == [[46278]]


def test_a_decimal_comma_parts_arguments_by_semicolons(new_book: Callable[..., Any]) -> None:
    book = new_book(locale="de_DE")
    book.type("A1", [["1,5", "=SUM(A1;2,25)", "=SUM({1\\2;3\\4})", "=SUM(A1,2)"]])
    assert book.values("A1:D1", "UNFORMATTED_VALUE") == [[1.5, 3.75, 10, "#ERROR!"]]
    assert book.values("A1:B1") == [["1,5", "3,75"]]
    book.batch({"updateSpreadsheetProperties": {"properties": {"locale": "en_US"}, "fields": "locale"}})
    assert book.formulas("B1:C1") == [["=SUM(A1,2.25)", "=SUM({1,2;3,4})"]]


def test_many_cells_and_formulas_are_recalculated_after_each_edit(book: Any) -> None:
    book.put("A1", [[row] for row in range(1, 101)])
    book.type("B1", [[f"=SUM(A$1:A{row})"] for row in range(1, 101)])
    assert book.values("B100", "UNFORMATTED_VALUE") == [[5050]]
    book.put("A1", [[101]])
    assert book.values("B100", "UNFORMATTED_VALUE") == [[5150]]


PIECES = strategies.sampled_from(
    ["A1", "$B$2:C", "'My tab'!A1:B2", "Tab!3:4", '"te""xt"', "1.5", "LOG10(", ")", ",", "+", "{1,2;3}", "<=", "x", "%"]
)


@given(strategies.lists(PIECES, max_size=12).map(lambda pieces: "=" + " ".join(pieces)))
def test_a_formula_taken_apart_and_put_together_is_the_same(formula: str) -> None:
    assert "".join(token.text for token in tokens(formula)) == formula
    assert copied(copied(formula, 3, 2), -3, -2) == formula
    assert canonical(localized(formula, ","), ",") == formula
