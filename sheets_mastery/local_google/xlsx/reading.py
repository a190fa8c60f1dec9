"""An Excel workbook read as a ``Spreadsheet`` resource, such as ``spreadsheets.create`` takes."""

from __future__ import annotations

import io
import logging
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.utils.units import DEFAULT_COLUMN_WIDTH
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from sheets_mastery.local_google.errors import unreadable
from sheets_mastery.local_google.sheets.a1 import Box
from sheets_mastery.local_google.sheets.defaults import COLUMNS, MOST_CELLS, ROWS
from sheets_mastery.local_google.sheets.formulas import names_another_tab
from sheets_mastery.local_google.sheets.typed import tidy

from .conditions import read_rule, read_validation
from .dialect import LAST_COLUMN, LAST_ROW, from_excel
from .looks import Palette, read_look

Said = dict[str, Any]

log = logging.getLogger(__name__)


def spreadsheet_of(content: bytes, title: str) -> Said:
    """Return a workbook as a ``Spreadsheet`` resource under a title.

    Values, formulas, looks, notes, validation, merges, frozen panes, sizes, hidden lines, conditional formats, names,
    filters and tabs come along. What Sheets has not is left out, as Google leaves it out, and
    logged. Drive's 400 for what is no workbook.
    """
    with warnings.catch_warnings(record=True) as left_out:
        warnings.simplefilter("always")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content))
        except (zipfile.BadZipFile, InvalidFileException, ET.ParseError, KeyError, ValueError, TypeError) as wrong:
            raise unreadable(f"This is no Excel workbook: {wrong}") from wrong
    for each in left_out:
        log.warning("Left out of %s: %s", title, each.message)
    if not book.worksheets:
        raise unreadable("This workbook has no worksheet.")
    palette = Palette(book.loaded_theme)
    sheets = [_sheet(page, number, palette) for number, page in enumerate(book.worksheets)]
    return {"properties": {"title": title}, "sheets": sheets, "namedRanges": _names(book, sheets)}


def _sheet(page: Worksheet, number: int, palette: Palette) -> Said:
    validated = _validations(page)
    places = {(row - 1, column - 1) for row, column in page._cells} | set(validated)  # noqa: SLF001  to iterate rows makes a cell of every gap
    rows = max([ROWS, *(row + 1 for row, _ in places)])
    columns = max([COLUMNS, *(column + 1 for _, column in places)])
    if rows * columns > MOST_CELLS:
        raise unreadable(f"The sheet {page.title} has more than {MOST_CELLS} cells.")
    grid = Box(0, rows, 0, columns)
    data: list[list[Said]] = []
    looks: dict[int, Said] = {}
    for row, column in sorted(places):
        said = _cell(page, row, column, palette, looks)
        said |= {"dataValidation": validated[row, column]} if (row, column) in validated else {}
        if said:
            data.extend([] for _ in range(row + 1 - len(data)))
            data[row].extend({} for _ in range(column - len(data[row])))
            data[row].append(said)
    sheet: Said = {
        "properties": _properties(page, number, rows, columns, palette),
        "data": [
            {
                "rowData": [{"values": cells} for cells in data],
                "rowMetadata": _rows(page, rows),
                "columnMetadata": _columns(page, columns),
            }
        ],
        "merges": [_range(each, number, grid) for each in sorted(each.coord for each in page.merged_cells.ranges)],
        "conditionalFormats": list(_rules(page, number, grid, palette)),
    }
    if page.auto_filter.ref:
        sheet["basicFilter"] = {"range": _range(page.auto_filter.ref, number, grid)}
    return sheet


def _properties(page: Worksheet, number: int, rows: int, columns: int, palette: Palette) -> Said:
    grid: Said = {"rowCount": rows, "columnCount": columns}
    if page.freeze_panes:
        left, top, _, _ = range_boundaries(page.freeze_panes)
        grid |= {"frozenRowCount": (top or 1) - 1, "frozenColumnCount": (left or 1) - 1}
    grid |= {"hideGridlines": page.sheet_view.showGridLines is False}
    said: Said = {"sheetId": number, "title": page.title, "hidden": page.sheet_state != "visible"}
    said |= {"rightToLeft": bool(page.sheet_view.rightToLeft)}
    colour = palette.colour(page.sheet_properties.tabColor)
    plain = {name: value for name, value in said.items() if value is not False}
    plain |= {} if colour is None else {"tabColorStyle": {"rgbColor": colour}}
    return {**plain, "gridProperties": {name: value for name, value in grid.items() if value}}


def _cell(page: Worksheet, row: int, column: int, palette: Palette, looks: dict[int, Said]) -> Said:
    """Return a cell as ``CellData``. ``looks`` holds those read before, by Excel's number of the style."""
    said: Said = {}
    cell = page._cells.get((row + 1, column + 1))  # noqa: SLF001  as above
    if cell is not None and not isinstance(cell, MergedCell):
        entered = _entered(cell.value, cell.data_type)
        said |= {"userEnteredValue": entered} if entered else {}
        if cell.style_id not in looks:
            looks[cell.style_id] = read_look(cell, palette)
        look = looks[cell.style_id] if cell.has_style or entered else {}
        said |= {"userEnteredFormat": look} if look else {}
        said |= {"note": cell.comment.text} if cell.comment is not None and cell.comment.text else {}
    return said


def _entered(value: Any, kind: str) -> Said | None:
    """Return what is in a cell as an ``ExtendedValue``; None for nothing."""
    if isinstance(value, ArrayFormula | DataTableFormula):
        text = getattr(value, "text", None)
        return {"formulaValue": "=" + from_excel(text.removeprefix("="))} if text else None
    if value is None or value == "":
        return None
    if kind == "f":
        return {"formulaValue": from_excel(str(value))}
    if kind == "e":
        return {"formulaValue": f"={value}"}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, datetime | date | time | timedelta):
        value = round(to_excel(value), 10)  # type: ignore[no-untyped-call]  # the stubs of openpyxl leave it open
    return {"numberValue": tidy(value)} if isinstance(value, int | float) else {"stringValue": str(value)}


def _validations(page: Worksheet) -> dict[tuple[int, int], Said]:
    """Return the validation of each cell that has one; below and beside everything it goes no further than the grid."""
    found: dict[tuple[int, int], Said] = {}
    rows, columns = max(ROWS, page.max_row), max(COLUMNS, page.max_column)
    for each in page.data_validations.dataValidation:
        rule = read_validation(each)
        if rule is None:
            log.warning("Left out of the sheet %s: a validation of the kind %s", page.title, each.type)
            continue
        for area in each.sqref.ranges:
            for row in range(area.min_row - 1, min(area.max_row, rows)):
                for column in range(area.min_col - 1, min(area.max_col, columns)):
                    found[row, column] = rule
    return found


def _rows(page: Worksheet, rows: int) -> list[Said]:
    lines: list[Said] = []
    usual = page.sheet_format.defaultRowHeight
    for row, about in sorted(page.row_dimensions.items()):
        said: Said = {"pixelSize": round(about.ht * 4 / 3)} if about.ht and about.ht != usual else {}
        said |= {"hiddenByUser": True} if about.hidden else {}
        if said and row <= rows:
            lines.extend({} for _ in range(row - len(lines)))
            lines[row - 1] = said
    return lines


def _columns(page: Worksheet, columns: int) -> list[Said]:
    lines: list[Said] = []
    for about in page.column_dimensions.values():
        said: Said = {"pixelSize": round(about.width * 7)} if about.width != DEFAULT_COLUMN_WIDTH else {}
        said |= {"hiddenByUser": True} if about.hidden else {}
        last = min(about.max or 0, columns)
        if said and about.min and about.min <= last:
            lines.extend({} for _ in range(last - len(lines)))
            lines[about.min - 1 : last] = [said] * (last - about.min + 1)
    return lines


def _rules(page: Worksheet, number: int, grid: Box, palette: Palette) -> list[Said]:
    """Return the conditional formats in Excel's order of priority, which is Google's order."""
    ranked = [(rule.priority, area, rule) for area in page.conditional_formatting for rule in area.rules]
    found = []
    for _, area, rule in sorted(ranked, key=lambda each: each[0]):
        said = read_rule(rule, palette)
        # openpyxl forgets their order; what a rule says, it says of the leftmost and uppermost
        areas = sorted(area.sqref.ranges, key=lambda each: (each.min_col, each.min_row))
        places = [_range(each.coord, number, grid) for each in areas if each.min_row <= grid.bottom]
        values = [] if said is None else said.get("booleanRule", {}).get("condition", {}).get("values", [])
        formulas = [each["userEnteredValue"] for each in values if each["userEnteredValue"][:1] == "="]
        if said is None or not places:
            log.warning("Left out of the sheet %s: a conditional format of the kind %s", page.title, rule.type)
        elif any(names_another_tab(formula, page.title) for formula in formulas):
            log.warning("Left out of the sheet %s: a conditional format that looks at another sheet", page.title)
        else:
            found.append({"ranges": places, **said})
    return found


def _range(text: str, number: int, grid: Box) -> Said:
    """Return an A1 range as a GridRange; what goes on to Excel's last row or column is left open."""
    left, top, right, bottom = range_boundaries(text)
    box = Box((top or 1) - 1, bottom or LAST_ROW + 1, (left or 1) - 1, right or LAST_COLUMN + 1)
    said: Said = box.grid_range(number)
    if box.bottom > grid.bottom:
        del said["endRowIndex"]
    if box.right > grid.right:
        del said["endColumnIndex"]
    return said


def _names(book: Workbook, sheets: list[Said]) -> list[Said]:
    """Return the names of ranges: the workbook's, and then those of single sheets that are not taken."""
    numbers = {sheet["properties"]["title"]: sheet["properties"]["sheetId"] for sheet in sheets}
    found: dict[str, Said] = {}
    for names in (book.defined_names, *(page.defined_names for page in book.worksheets)):
        for name, about in names.items():
            places = list(about.destinations) if about.type == "RANGE" and not about.hidden else []
            if len(places) != 1 or places[0][0] not in numbers or name.casefold() in found:
                log.warning("Left out of the workbook: the name %s", name)
                continue
            title, place = places[0]
            grid = sheets[numbers[title]]["properties"]["gridProperties"]
            box = Box(0, grid["rowCount"], 0, grid["columnCount"])
            found[name.casefold()] = {"name": name, "range": _range(place, numbers[title], box)}
    return list(found.values())
