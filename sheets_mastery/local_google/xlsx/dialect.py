"""Formulas in the words of Sheets and in those of Excel's files."""

from __future__ import annotations

import re

from openpyxl.utils import FORMULAE

from sheets_mastery.local_google.sheets.formulas import Line, Reference, canonical, rewritten, tokens
from sheets_mastery.local_google.sheets.locales import Locale

#: The last row and column of Excel's grid, from 0.
LAST = LAST_ROW, LAST_COLUMN = 1048575, 16383
#: What Excel's files put before functions and names that are younger than the format; a text is left alone.
YOUNGER = re.compile(r'("(?:[^"]|"")*")|_xl(?:fn|ws|pm)\.', re.IGNORECASE)
#: Functions that stand in a room of their own among the younger ones.
WORKSHEET = ("FILTER", "SORT")
#: How Google's exports carry a function that only Sheets has: its formula as a text, and what it came to.
DUMMY = re.compile(r'=?IFERROR\(__xludf\.DUMMYFUNCTION\("((?:[^"]|"")*)"\),.*\)$', re.DOTALL | re.IGNORECASE)
SHEETS_ONLY = {
    "ADD", "ARRAYFORMULA", "AVERAGE.WEIGHTED", "COUNTUNIQUE", "COUNTUNIQUEIFS", "DETECTLANGUAGE",
    "DIVIDE", "EQ", "FLATTEN", "GOOGLEFINANCE", "GOOGLETRANSLATE", "GT", "GTE", "IMPORTDATA", "IMPORTFEED",
    "IMPORTHTML", "IMPORTRANGE", "IMPORTXML", "ISBETWEEN", "ISDATE", "ISEMAIL", "ISURL", "JOIN", "LT", "LTE",
    "MINUS", "MULTIPLY", "NE", "POW", "QUERY", "REGEXEXTRACT", "REGEXMATCH", "REGEXREPLACE", "SORTN", "SPARKLINE",
    "SPLIT", "TO_DATE", "TO_DOLLARS", "TO_PERCENT", "TO_PURE_NUMBER", "TO_TEXT", "UMINUS", "UNARY_PERCENT", "UPLUS",
}  # fmt: skip


def from_excel(formula: str) -> str:
    """Return a formula of an Excel file, with or without its ``=``, as Sheets writes it in the United States."""
    dummy = DUMMY.match(formula)
    if dummy is not None:
        return formula[: formula.startswith("=")] + dummy[1].replace('""', '"')
    return rewritten(YOUNGER.sub(lambda found: found[1] or "", formula), _opened)


def to_excel(formula: str, habits: Locale) -> str:
    """Return a formula of a spreadsheet, without its ``=``, as Excel's files write it."""
    parts = tokens(rewritten(canonical(formula, habits.decimal), _closed))
    said = [
        _prefixed(token.text) if token.kind == "name" and after.text == "(" else token.text
        for token, after in zip(parts, (*parts[1:], parts[0]), strict=True)
    ]
    return "".join(said).removeprefix("=")


def only_in_sheets(formula: str, habits: Locale) -> bool:
    """Tell whether a formula calls a function that Excel does not know."""
    return any(token.kind == "name" and token.text.upper() in SHEETS_ONLY for token in tokens(formula, habits.decimal))


def dummy(formula: str, habits: Locale, came_to: str) -> str:
    """Return such a formula as Google's exports carry it; ``came_to`` is its result, written as in a formula."""
    text = canonical(formula, habits.decimal).removeprefix("=").replace('"', '""')
    return f'=IFERROR(__xludf.DUMMYFUNCTION("{text}"),{came_to})'


def _closed(ref: Reference) -> Reference:
    """Return ``A2:A``, which Excel has not, with its end at the last row there is; ``B2:5`` likewise."""
    if ref.to is None or ref.row is None or ref.column is None:
        return ref
    row, column = ref.to
    return ref._replace(to=(row or Line(LAST_ROW, ref.row.held), column or Line(LAST_COLUMN, ref.column.held)))


def _opened(ref: Reference) -> Reference:
    """Return a reference that ends with the last row or column there is as one that is left open."""
    if ref.to is None or ref.row is None or ref.column is None:
        return ref
    row, column = (None if line and line.at == last else line for line, last in zip(ref.to, LAST, strict=True))
    return ref._replace(to=(row, column)) if row or column else ref


def _prefixed(name: str) -> str:
    if name.upper() in FORMULAE:
        return name
    return ("_xlfn._xlws." if name.upper() in WORKSHEET else "_xlfn.") + name
