"""An independent judge of colours: LibreOffice opens the spreadsheet and says what colour each cell has.

The spreadsheet is written as xlsx with its values and with the formulas of our rules; nothing of the local Google's own
evaluation goes along.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import shown
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

Json = dict[str, Any]
#: What Excel's files call functions that are younger than the format.
_YOUNGER = re.compile(r"\b(SWITCH|IFS|TEXTJOIN|CONCAT)\(")


def written(document: Json, path: Path) -> None:
    """A document, as `spreadsheets.get` answers it, as an xlsx file. Its formulas must part arguments by commas."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new workbook has a sheet
    sheets = {sheet["properties"]["sheetId"]: sheet for sheet in document["sheets"]}
    pages = {sheet_id: book.create_sheet(sheet["properties"]["title"]) for sheet_id, sheet in sheets.items()}
    for (sheet_id, row, column), cell in shown.cells(document).items():
        value = cell.get("effectiveValue", {})
        there = pages[sheet_id].cell(row + 1, column + 1)
        if "errorValue" in value:
            there.value, there.data_type = "#N/A", "e"
        elif value:
            there.value = next(iter(value.values()))
            there.data_type = "s" if "stringValue" in value else there.data_type
    for sheet_id, sheet in sheets.items():
        rules = sheet.get("conditionalFormats", [])
        for rule in (rules[index] for index in shown.our_rules(sheet)):
            boolean = rule["booleanRule"]
            look = boolean["format"].get("backgroundColorStyle")
            formula = boolean["condition"]["values"][0]["userEnteredValue"].removeprefix("=")
            colour = shown.hexadecimal(look["rgbColor"]).removeprefix("#") if look else None
            pages[sheet_id].conditional_formatting.add(
                " ".join(_a1(each) for each in rule["ranges"]),
                FormulaRule(  # type: ignore[no-untyped-call]  # the stubs of openpyxl leave it open
                    formula=[_YOUNGER.sub(r"_xlfn.\1(", formula)],
                    fill=PatternFill(bgColor=colour) if colour else None,
                ),
            )
    book.save(path)


def colours(program: str, paths: list[Path], folder: Path) -> Sequence[Mapping[str, Mapping[tuple[int, int], str]]]:
    """For each file: tab -> (row, column) -> `#RRGGBB` of every cell that LibreOffice fills."""
    profile = (folder / "profile").resolve().as_uri()
    subprocess.run(
        [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "html", "--outdir", folder, *paths],
        check=True,
        capture_output=True,
        timeout=240,
    )
    result = []
    for path in paths:
        page = _Page()
        page.feed((folder / path.with_suffix(".html").name).read_text("utf-8"))
        page.close()
        result.append(page.tabs)
    return result


def _a1(where: Json) -> str:
    first = f"{get_column_letter(where['startColumnIndex'] + 1)}{where['startRowIndex'] + 1}"
    return f"{first}:{get_column_letter(where['endColumnIndex'])}{where['endRowIndex']}"


class _Page(HTMLParser):
    """LibreOffice's page of a workbook: for each tab its title in `<h1>Sheet 1: <em>…</em></h1>`, and then a table."""

    def __init__(self) -> None:
        super().__init__()
        self.tabs: dict[str, dict[tuple[int, int], str]] = {}
        self._title = ""
        self._in_title = False
        self._row = self._column = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "em":
            self._title, self._in_title = "", True
        elif tag == "table":
            self._row = -1
            self.tabs[self._title] = {}
        elif tag == "tr":
            self._row, self._column = self._row + 1, -1
        elif tag == "td":
            self._column += 1
            if colour := dict(attrs).get("bgcolor"):
                self.tabs[self._title][self._row, self._column] = colour.upper()

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "em"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._title += data
