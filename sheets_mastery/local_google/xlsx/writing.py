"""A spreadsheet written as an Excel workbook."""

from __future__ import annotations

import io
import re
from copy import copy
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.comments import Comment
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from sheets_mastery.local_google.sheets.a1 import Box, letters
from sheets_mastery.local_google.sheets.bands import fills
from sheets_mastery.local_google.sheets.calculation import Failure, Value, calculated
from sheets_mastery.local_google.sheets.document import Cell, Document, Tab
from sheets_mastery.local_google.sheets.formats import over
from sheets_mastery.local_google.sheets.formulas import copied, renamed
from sheets_mastery.local_google.sheets.locales import Locale

from .conditions import written_rule, written_validation
from .dialect import dummy, only_in_sheets, to_excel
from .looks import dress, hexadecimal, rgb

#: What a sheet's title in Excel may not have in it, and how long it may be.
FORBIDDEN, LONGEST = re.compile(r"[\[\]:*?/\\]"), 31
#: A column's width where nobody said, in Excel's characters of 7 pixels.
USUAL_WIDTH = 100 / 7


def workbook_of(document: Document) -> bytes:
    """Return a spreadsheet as an xlsx file. Charts, protections and metadata stay behind; bands become fills."""
    habits = document.habits
    book = Workbook()
    book.remove(book.worksheets[0])
    titles = _titles(document)
    for tab in document.tabs:
        _Page(document, tab, book.create_sheet(titles[tab.id]), habits, titles).write()
    book.active = next(number for number, tab in enumerate(document.tabs) if not tab.properties.get("hidden"))
    for named in document.named_ranges:
        home = document.tab(named["range"]["sheetId"])
        if home is not None:
            box = home.box(named["range"])
            where = f"${letters(box.left)}${box.top + 1}:${letters(box.right - 1)}${box.bottom}"
            place = f"{quote_sheetname(titles[home.id])}!{where}"
            book.defined_names[named["name"]] = DefinedName(named["name"], attr_text=place)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _titles(document: Document) -> dict[int, str]:
    """Return each tab's title as Excel allows it: shorter, without its signs, and no two alike."""
    found: dict[int, str] = {}
    for tab in document.tabs:
        plain = FORBIDDEN.sub("_", tab.title).strip("'")[:LONGEST] or "Sheet"
        title, number = plain, 1
        while title.casefold() in {each.casefold() for each in found.values()}:
            number += 1
            title = f"{plain[: LONGEST - 1 - len(str(number))]} {number}"
        found[tab.id] = title
    return found


class _Page:
    """One tab on its way into a worksheet."""

    def __init__(self, document: Document, tab: Tab, page: Worksheet, habits: Locale, titles: dict[int, str]) -> None:
        self.tab = tab
        self.page = page
        self.habits = habits
        self._renamed = {each.title: titles[each.id] for each in document.tabs if each.title != titles[each.id]}
        #: The first cell of each look.
        self._dressed: dict[bytes, Written | MergedCell] = {}
        self._results = calculated(document).results(tab)

    def write(self) -> None:
        """Write everything."""
        self._properties()
        self._cells()
        for place in self.tab.parts["merges"]:
            self.page.merge_cells(self.tab.box(place).a1())
        self._rules()
        if self.tab.basic_filter is not None:
            self.page.auto_filter.ref = self.tab.box(self.tab.basic_filter["range"]).a1()

    def _properties(self) -> None:
        said, page = self.tab.properties, self.page
        grid = said["gridProperties"]
        frozen = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
        if any(frozen):
            page.freeze_panes = f"{letters(frozen[1])}{frozen[0] + 1}"
        page.sheet_state = "hidden" if said.get("hidden") else "visible"
        page.sheet_view.showGridLines = not grid.get("hideGridlines")
        page.sheet_view.rightToLeft = said.get("rightToLeft")
        colour = rgb(said, "tabColor")
        if colour is not None:
            page.sheet_properties.tabColor = hexadecimal(colour)
        page.sheet_format.defaultColWidth = USUAL_WIDTH
        for index, line in enumerate(self.tab.lines["COLUMNS"]):
            column = page.column_dimensions[letters(index)] if line else None
            if column is not None:
                column.width = line["pixelSize"] / 7 if "pixelSize" in line else USUAL_WIDTH
                column.hidden = bool(line.get("hiddenByUser"))
        for index, line in enumerate(self.tab.lines["ROWS"], 1):
            if "pixelSize" in line:
                page.row_dimensions[index].height = line["pixelSize"] * 0.75
            if line.get("hiddenByUser"):
                page.row_dimensions[index].hidden = True

    def _cells(self) -> None:
        banded = fills(self.tab, self.tab.grid)
        cells = {(row, column): cell for row, column, cell in self.tab.cells(self.tab.grid)}
        validated: dict[bytes, list[tuple[int, int]]] = {}
        for row, column in sorted({*cells, *banded}):
            cell = cells.get((row, column), {})
            look = over(banded.get((row, column), {}), cell.get("userEnteredFormat", {}))
            if set(cell) - {"dataValidation"} or look:
                there = self.page.cell(row + 1, column + 1)
                self._value(there, cell, self._results.get((row, column)))
                self._dress(there, look)
                if "note" in cell:
                    there.comment = Comment(cell["note"], "")
            if "dataValidation" in cell:
                rule = orjson.dumps(cell["dataValidation"], option=orjson.OPT_SORT_KEYS)
                validated.setdefault(rule, []).append((row, column))
        for rule, places in validated.items():
            validation = written_validation(orjson.loads(rule), self.habits)
            if validation is not None:
                for box in _boxes(places):
                    validation.add(box.a1())
                self.page.add_data_validation(validation)

    def _dress(self, there: Written | MergedCell, look: dict[str, Any]) -> None:
        key = orjson.dumps(look, option=orjson.OPT_SORT_KEYS)
        if key in self._dressed:
            there._style = copy(self._dressed[key]._style)  # type: ignore[union-attr]  # noqa: SLF001  copying by number halves the time of a large export
        else:
            dress(there, look, self.habits)
            self._dressed[key] = there

    def _value(self, there: Written | MergedCell, cell: Cell, result: Value | Failure) -> None:
        entered = cell.get("userEnteredValue")
        if not entered:
            return
        (value,) = entered.values()
        if "formulaValue" not in entered:
            there.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            if isinstance(value, str):
                there.data_type = "s"  # or openpyxl takes what begins with = for a formula
        elif only_in_sheets(value, self.habits):
            there.value = dummy(value, self.habits, _literal(result))
        else:
            there.value = "=" + to_excel(self._here(value), self.habits)

    def _here(self, formula: str) -> str:
        """Return a formula with the tabs' titles as they are in the workbook."""
        for old, new in self._renamed.items():
            formula = renamed(formula, old, quote_sheetname(new) + "!", self.habits.decimal)
        return formula

    def _rules(self) -> None:
        priority = 0
        for rule in self.tab.parts["conditionalFormats"]:
            first = self.tab.box(rule["ranges"][0])
            boxes = [self.tab.box(place) for place in rule["ranges"]]
            # Excel counts from the corner that is leftmost and uppermost, Sheets from that of the first range
            corner = min(box.top for box in boxes), min(box.left for box in boxes)
            lead = [box for box in boxes if (box.top, box.left) == corner]
            groups = [[*lead, *(box for box in boxes if box not in lead)]] if lead else [[box] for box in boxes]
            for group in groups:
                priority += 1
                moved = _moved(rule, group[0].top - first.top, group[0].left - first.left, self.habits.decimal)
                cell = f"{letters(group[0].left)}{group[0].top + 1}"
                written = written_rule(moved, cell, priority, self.habits)
                self.page.conditional_formatting.add(" ".join(box.a1() for box in group), written)


def _moved(rule: dict[str, Any], rows: int, columns: int, decimal: str) -> dict[str, Any]:
    """Return a rule whose formulas are said of a cell so many rows below and columns to the right."""
    if "booleanRule" not in rule or not (rows or columns):
        return rule
    condition = rule["booleanRule"]["condition"]
    values = [
        {**each, "userEnteredValue": copied(each["userEnteredValue"], rows, columns, decimal)}
        if each.get("userEnteredValue", "")[:1] == "="
        else each
        for each in condition.get("values", [])
    ]
    return {**rule, "booleanRule": {**rule["booleanRule"], "condition": {**condition, "values": values}}}


def _literal(result: Value | Failure) -> str:
    """Return a result as it is written in a formula."""
    if isinstance(result, Failure):
        return result.shown()
    if isinstance(result, bool):
        return "TRUE" if result else "FALSE"
    if isinstance(result, str) or result is None:
        return '"' + (result or "").replace('"', '""') + '"'
    return repr(result)


def _boxes(places: list[tuple[int, int]]) -> list[Box]:
    """Return rectangles that hold exactly these cells, given row by row."""
    runs: dict[tuple[int, int], list[Box]] = {}
    row_runs: list[Box] = []
    for row, column in places:
        last = row_runs[-1] if row_runs else None
        if last is not None and last.top == row and last.right == column:
            row_runs[-1] = last._replace(right=column + 1)
        else:
            row_runs.append(Box(row, row + 1, column, column + 1))
    for run in row_runs:
        stack = runs.setdefault((run.left, run.right), [])
        if stack and stack[-1].bottom == run.top:
            stack[-1] = stack[-1]._replace(bottom=run.bottom)
        else:
            stack.append(run)
    return [box for stack in runs.values() for box in stack]
