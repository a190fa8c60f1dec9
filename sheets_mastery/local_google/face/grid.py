"""A part of a tab as a table: which lines are shown, what stands in each cell, and how it looks.

Values, formats and colours are those that ``spreadsheets.get`` answers; here they are only laid out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sheets_mastery.local_google.errors import error
from sheets_mastery.local_google.masks import query_mask
from sheets_mastery.local_google.sheets.a1 import Box, grid_box, letters, quoted
from sheets_mastery.local_google.sheets.calculation import calculated
from sheets_mastery.local_google.sheets.document import Document, Tab
from sheets_mastery.local_google.sheets.numberformat import general
from sheets_mastery.local_google.sheets.typed import typed
from sheets_mastery.local_google.sheets.view import spreadsheet

from .charts import Chart, charts

#: Rows and columns on one page, beside the frozen ones; and how many lines may stay frozen on it.
ROWS, COLUMNS, FROZEN = 150, 60, 20
#: The least that is shown, and the empty lines after the last one in use.
LEAST = {"ROWS": 12, "COLUMNS": 8}
SPARE = {"ROWS": 5, "COLUMNS": 1}
#: The width of the column of row numbers, in pixels.
NUMBERS_WIDTH = 46
MASK = (
    "sheets(merges,conditionalFormats,charts,data(startRow,startColumn,rowMetadata.hiddenByUser,"
    "columnMetadata(pixelSize,hiddenByUser),rowData.values(formattedValue,userEnteredValue,note,dataValidation,"
    "effectiveFormat(backgroundColor,textFormat,horizontalAlignment,wrapStrategy))))"
)

_PLAIN: dict[str, Any] = {}


class Cell(NamedTuple):
    """One cell of the table; a merged one stands for all the cells under it."""

    #: Its place, such as ``C5``.
    a1: str
    #: What it shows.
    text: str = ""
    #: What a person would type to get it: the formula, or the value.
    entered: str = ""
    #: Its note.
    note: str = ""
    #: Its look as CSS declarations; "" for a plain one.
    style: str = ""
    #: How many rows and columns of the table it takes.
    height: int = 1
    width: int = 1
    #: The column's index.
    column: int = 0


class Column(NamedTuple):
    """One column of the table."""

    #: Its index in the grid.
    number: int
    #: Its letters.
    name: str
    #: Its width in pixels.
    pixels: int
    #: For a frozen one, its distance from the table's left edge in pixels.
    offset: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Window:
    """What of a tab one page shows."""

    #: The document's version when this was seen.
    version: int
    #: The tabs of the document: id, title, and whether hidden.
    tabs: tuple[tuple[int, str, bool], ...]
    #: The columns, frozen ones first.
    columns: tuple[Column, ...]
    #: Frozen rows and the others: each a row's number and its cells.
    head: tuple[tuple[int, tuple[Cell, ...]], ...]
    body: tuple[tuple[int, tuple[Cell, ...]], ...]
    #: Row and column from which a page before and after this one begins, None where there is none.
    turns: dict[str, tuple[int, int] | None]
    #: The tab's conditional formats, first to last: where, under which condition, and the look as CSS.
    rules: tuple[tuple[str, str, str], ...]
    #: The tab's charts with their data.
    charts: tuple[Chart, ...]

    @property
    def cells(self) -> list[Cell]:
        """Every cell."""
        return [cell for _, row in (*self.head, *self.body) for cell in row]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What must be as it was for a page to be brought up to date cell by cell."""
        places = [(cell.a1, cell.height, cell.width) for cell in self.cells]
        return self.tabs, self.columns, places, self.turns, self.rules, [chart.title for chart in self.charts]


class Looks:
    """The windows shown last. They tell what a page does not know yet, whoever changed it."""

    #: How many windows are remembered; a page that falls out loads anew.
    MOST = 8

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int, int, int, int], Window] = {}

    def window(self, document: Document, sheet_id: int, row: int, column: int) -> Window:
        """Return the window that begins at a row and column of a tab. 404 where there is no such tab."""
        key = (document.id, sheet_id, row, column, document.version)
        if key not in self._seen:
            self._seen[key] = _window(document, sheet_id, row, column)
            for old in list(self._seen)[: -self.MOST]:
                del self._seen[old]
        return self._seen[key]

    def changes(self, document: Document, sheet_id: int, row: int, column: int, since: int) -> dict[str, Any] | None:
        """Return the version and the cells that are not as they were at an earlier version; None where that is now.

        ``reload`` in their place says that too much has changed, or that nobody remembers that version; ``charts``
        beside them are all of the tab's, when one has changed.
        """
        if since == document.version:
            return None
        old = self._seen.get((document.id, sheet_id, row, column, since))
        new = self.window(document, sheet_id, row, column)
        if old is None or old.shape != new.shape:
            return {"version": new.version, "reload": True}
        changed = [now for was, now in zip(old.cells, new.cells, strict=True) if was != now]
        found: dict[str, Any] = {"version": new.version, "cells": [cell._asdict() for cell in changed]}
        return found if old.charts == new.charts else found | {"charts": new.charts}


def _window(document: Document, sheet_id: int, row: int, column: int) -> Window:
    tab = document.tab(sheet_id)
    if tab is None:
        raise error(404, f"There is no tab with the id {sheet_id} in this spreadsheet.")
    rows, earlier, later = _lines(tab, "ROWS", row)
    columns, left, right = _lines(tab, "COLUMNS", column)
    places = [Box(*down, *across) for down in rows for across in columns]
    ranges = [f"{quoted(tab.title)}!{box.a1()}" for box in places]
    (sheet,) = spreadsheet(document, query_mask(MASK, "Spreadsheet"), ranges, grid_data=False)["sheets"]
    hidden: dict[str, set[int]] = {"ROWS": set(), "COLUMNS": set()}
    pixels: dict[int, int] = {}
    cells: dict[tuple[int, int], Cell] = {}
    read = _reader(document)
    for data in sheet["data"]:
        top, start = data.get("startRow", 0), data.get("startColumn", 0)
        for dimension, name, first in (("ROWS", "rowMetadata", top), ("COLUMNS", "columnMetadata", start)):
            hidden[dimension] |= {first + at for at, line in enumerate(data[name]) if line.get("hiddenByUser")}
        pixels |= {start + at: line["pixelSize"] for at, line in enumerate(data["columnMetadata"])}
        for at, line in enumerate(data.get("rowData", []), top):
            cells |= {(at, index): read(at, index, cell) for index, cell in enumerate(line.get("values", []), start)}
    frozen = _frozen(tab, "frozenRowCount")
    down = [index for span in rows for index in range(*span) if index not in hidden["ROWS"]]
    across = [index for span in columns for index in range(*span) if index not in hidden["COLUMNS"]]
    merges = [grid_box(each, tab.row_count, tab.column_count) for each in sheet.get("merges", [])]
    head = [index for index in down if index < frozen]
    body = [index for index in down if index >= frozen]
    return Window(
        version=document.version,
        tabs=tuple((each.id, each.title, bool(each.properties.get("hidden"))) for each in document.tabs),
        columns=_columns(across, pixels, _frozen(tab, "frozenColumnCount")),
        head=_laid_out(head, across, merges, cells),
        body=_laid_out(body, across, merges, cells),
        turns={
            "earlier rows": None if earlier is None else (earlier, column),
            "later rows": None if later is None else (later, column),
            "columns to the left": None if left is None else (row, left),
            "columns to the right": None if right is None else (row, right),
        },
        rules=tuple(_rule(tab, rule) for rule in sheet.get("conditionalFormats", [])),
        charts=charts(document, sheet.get("charts", [])),
    )


def _lines(tab: Tab, dimension: str, start: int) -> tuple[list[tuple[int, int]], int | None, int | None]:
    """Return the spans of lines to show, the frozen ones first, and where the pages before and after begin."""
    if dimension == "ROWS":
        count, used, page, name = tab.row_count, len(tab.rows), ROWS, "frozenRowCount"
    else:
        used = max((len(line) for line in tab.rows), default=0)
        count, page, name = tab.column_count, COLUMNS, "frozenColumnCount"
    frozen = _frozen(tab, name)
    end = min(count, max(used + SPARE[dimension], LEAST[dimension], frozen + 1))
    first = max(frozen, min(start, end - 1))
    last = min(first + page, end)
    spans = [(0, last)] if first <= frozen else [(0, frozen), (first, last)]
    earlier = max(frozen, first - page) if first > frozen else None
    return [span for span in spans if span[0] < span[1]], earlier, last if last < end else None


def _frozen(tab: Tab, name: str) -> int:
    count: int = tab.properties["gridProperties"].get(name, 0)
    return min(count, FROZEN)


def _columns(indexes: list[int], pixels: dict[int, int], frozen: int) -> tuple[Column, ...]:
    columns = []
    offset = NUMBERS_WIDTH
    for index in indexes:
        columns.append(Column(index, letters(index), pixels[index], offset if index < frozen else None))
        offset += pixels[index]
    return tuple(columns)


def _laid_out(
    down: list[int], across: list[int], merges: list[Box], cells: dict[tuple[int, int], Cell]
) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    """Return the rows of a section. A merge is cut to the lines shown, and the first cell left stands for it."""
    spans: dict[tuple[int, int], Cell] = {}
    covered: set[tuple[int, int]] = set()
    for box in merges:
        rows = [row for row in down if box.top <= row < box.bottom]
        columns = [column for column in across if box.left <= column < box.right]
        if rows and columns:
            cell = cells.get((box.top, box.left)) or Cell(_a1(box.top, box.left), column=box.left)
            spans[rows[0], columns[0]] = cell._replace(height=len(rows), width=len(columns))
            covered |= {(row, column) for row in rows for column in columns}

    def line(row: int) -> Iterable[Cell]:
        for column in across:
            if (row, column) in spans:
                yield spans[row, column]
            elif (row, column) not in covered:
                yield cells.get((row, column)) or Cell(_a1(row, column), column=column)

    return tuple((row + 1, _running_on(tuple(line(row)))) for row in down)


def _running_on(line: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Let the last text of a line run on over the empty cells beside it, as Sheets does."""
    last = next((at for at in range(len(line) - 1, -1, -1) if line[at].text), None)
    if last is None or last == len(line) - 1:
        return line
    cell = line[last]
    if "white-space" in cell.style or "text-align" in cell.style:
        return line
    runs = ";".join(filter(None, (cell.style, "overflow:visible;z-index:1")))
    return (*line[:last], cell._replace(style=runs), *line[last + 1 :])


def _reader(document: Document) -> Callable[[int, int, dict[str, Any]], Cell]:
    """Return the function that makes a table's cell of a CellData."""
    habits = document.habits
    year = calculated(document).year
    styles: dict[int, str] = {}  # the view hands out one object for all cells of one look

    def to_type(entered: dict[str, Any], text: str) -> str:
        if "numberValue" in entered:
            number: float = entered["numberValue"]
            ways = (text, general(number, habits), repr(number).replace(".", habits.decimal))
            return next((way for way in ways if typed(way, habits, year)[0] == entered), ways[-1])
        value = next(iter(entered.values()), "")
        if "stringValue" in entered:
            return value if typed(value, habits, year)[0] == entered else f"'{value}"
        return str(value).upper() if isinstance(value, bool) else value

    def read(row: int, column: int, data: dict[str, Any]) -> Cell:
        look = data.get("effectiveFormat", _PLAIN)
        if id(look) not in styles:
            styles[id(look)] = style(look)
        text = data.get("formattedValue", "")
        entered = to_type(data.get("userEnteredValue", {}), text)
        if data.get("dataValidation", {}).get("condition", {}).get("type") == "BOOLEAN":
            text = {"TRUE": "☑", "FALSE": "☐", "": "☐"}.get(text, text)
        return Cell(_a1(row, column), text, entered, data.get("note", ""), styles[id(look)], column=column)

    return read


def style(look: dict[str, Any]) -> str:
    """Return a CellFormat as CSS. What is plain is left out, so that the page's own colours stand, light or dark."""
    said = []
    text = look.get("textFormat", {})
    fill, ink = (
        _hex(look.get("backgroundColor", {"red": 1, "green": 1, "blue": 1})),
        _hex(text.get("foregroundColor", {})),
    )
    if (fill, ink) != ("#ffffff", "#000000"):
        said += [f"background-color:{fill}", f"color:{ink}"]
    said += ["font-weight:bold"] if text.get("bold") else []
    said += ["font-style:italic"] if text.get("italic") else []
    lines = [css for name, css in (("underline", "underline"), ("strikethrough", "line-through")) if text.get(name)]
    said += [f"text-decoration:{' '.join(lines)}"] if lines else []
    said += [f"font-size:{int(text['fontSize']) / 10:g}em"] if text.get("fontSize", 10) != 10 else []
    aligned = look.get("horizontalAlignment")
    said += [f"text-align:{aligned.lower()}"] if aligned in ("CENTER", "RIGHT") else []
    said += ["white-space:pre-wrap"] if look.get("wrapStrategy") == "WRAP" else []
    return ";".join(said)


def _rule(tab: Tab, rule: dict[str, Any]) -> tuple[str, str, str]:
    places = ", ".join(tab.box(each).a1() for each in rule["ranges"])
    if "booleanRule" not in rule:
        return places, "a scale of colours by number", ""
    condition = rule["booleanRule"]["condition"]
    values = [value.get("userEnteredValue", value.get("relativeDate", "")) for value in condition.get("values", [])]
    said = values if condition["type"] == "CUSTOM_FORMULA" else [condition["type"].replace("_", " ").lower(), *values]
    return places, " ".join(said), style(rule["booleanRule"].get("format", {}))


def _hex(colour: dict[str, float]) -> str:
    return "#" + "".join(f"{round(colour.get(name, 0) * 255):02x}" for name in ("red", "green", "blue"))


def _a1(row: int, column: int) -> str:
    return f"{letters(column)}{row + 1}"
