"""Gradebooks drawn as tables: what stands in a test's docstring becomes a `Reading`.

    Marks:
    Student ID | Student  | Level | Quiz 1
    Points     |          |       | 50
    101        | Ana Diaz | 86    | 43

A line that ends with a colon begins a tab, a line with bars is a row, every other line is prose. In a cell stand

    43, -1.5        a number                    7:10            a time of day
    85%             a number as a percentage    TRUE            a ticked box
    2026-09-18      a date                      #N/A            an error
    'text           text, whatever it looks     =A1+1 -> 43     a formula and what it gives
    EX              text                        43 [so good]    a note in brackets behind
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from inspect import cleandoc

from sheets_mastery import config
from sheets_mastery.reading import EMPTY, Content, Protection, Reading, Rule, Tab

EPOCH = date(1899, 12, 30)
ERRORS = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
    "Loading...": "LOADING",
}
NOTE = re.compile(r"(.*?)\s*\[(.*)\]")
SETTINGS = """
[school]
name = "Rosa Parks Middle School"
teacher = "Ms. Lopez"
reply_to = "lopez@school.example"
time_zone = "America/Chicago"
{school}
[google]
credentials = "local"
endpoint = "http://127.0.0.1:8787"
[mail]
sender = "letters@school.example"
mode = "send"
[[gradebooks]]
name = "Period 1"
spreadsheet = "abcdefgh"
codes = {{ M = "not in", ABS = "absent", "-" = "handed in" }}
{gradebook}
{more}
"""


def content(text: str) -> Content:
    """One cell of a table."""
    text = text.strip()
    if found := NOTE.fullmatch(text):
        return replace(content(found[1]), note=found[2])
    if text.startswith("="):
        formula, _, value = text.partition(" -> ")
        return replace(content(value), formula=formula)
    if not text:
        return EMPTY
    if text.startswith("'"):
        return Content(value=text[1:], shown=text[1:])
    if text in ERRORS:
        return Content(error=ERRORS[text], shown=text)
    if text in {"TRUE", "FALSE"}:
        return Content(value=text == "TRUE", shown=text)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Content(value=Decimal(text), shown=text)
    if re.fullmatch(r"-?\d+(\.\d+)?%", text):
        return Content(value=Decimal(text[:-1]) / 100, shown=text, format="PERCENT")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        days = (date.fromisoformat(text) - EPOCH).days
        return Content(value=Decimal(days), shown=text, format="DATE")
    if found := re.fullmatch(r"(\d{1,2}):(\d{2})", text):
        at = time(int(found[1]), int(found[2]))
        return Content(value=Decimal(at.hour * 60 + at.minute) / 1440, shown=text, format="TIME")
    return Content(value=text, shown=text)


def trimmed(rows: Iterable[Sequence[Content]]) -> tuple[tuple[Content, ...], ...]:
    """Rows as a reading holds them: each ends where its content ends, and so does the tab."""
    kept: list[tuple[Content, ...]] = []
    for row in rows:
        end = max((column + 1 for column, each in enumerate(row) if each != EMPTY), default=0)
        kept.append(tuple(row[:end]))
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def reading(
    text: str,
    *,
    locale: str = "en_US",
    rules: tuple[Rule | None, ...] = (),
    protections: tuple[Protection, ...] = (),
) -> Reading:
    """The document drawn in a text; `rules` and `protections` are those of its first tab."""
    titles: list[str] = []
    tables: list[list[list[Content]]] = []
    for line in cleandoc(text).splitlines():
        if "|" in line:
            if not tables:
                titles.append("Marks")
                tables.append([])
            tables[-1].append([content(cell) for cell in line.split("|")])
        elif line.endswith(":") and line[:1] not in {"", " "}:
            titles.append(line[:-1])
            tables.append([])
    tabs = [
        Tab(sheet_id=number * 11, title=title, index=number, rows=1000, columns=26, cells=trimmed(table))
        for number, (title, table) in enumerate(zip(titles, tables, strict=True))
    ]
    tabs[0] = replace(tabs[0], rules=rules, protections=protections)
    return Reading(spreadsheet_id="abcdefgh", locale=locale, time_zone="America/Chicago", tabs=tuple(tabs))


def settings(more: str = "", *, school: str = "", gradebook: str = "") -> config.Settings:
    """Settings with one gradebook, and more TOML behind them."""
    return config.parse(SETTINGS.format(more=cleandoc(more), school=cleandoc(school), gradebook=cleandoc(gradebook)))


def book(gradebook: str = "") -> config.GradebookSettings:
    """The settings of one gradebook, with some keys of their own."""
    return settings(gradebook=gradebook).gradebooks[0]
