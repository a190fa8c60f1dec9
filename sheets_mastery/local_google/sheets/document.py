"""A spreadsheet's state: its tabs, their cells, and what hangs on them.

Cells are Google's ``CellData`` without what is computed (``userEnteredValue``, ``userEnteredFormat``, ``note``, …).
A cell is never changed in place, only replaced, so that a copy of a document shares its cells and costs little: an edit
works on a copy, which is kept whole or thrown away.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator
from typing import Any, Self

import orjson

from sheets_mastery.local_google.store import clock, random_id

from .a1 import Box, grid_box
from .defaults import COLUMNS, ROWS
from .locales import Locale, locale

#: A cell's record, or None for a cell with nothing in it.
Cell = dict[str, Any]
#: Lists that a tab carries beside its cells, named as in the API.
PARTS = ("merges", "conditionalFormats", "protectedRanges", "rowGroups", "columnGroups", "bandedRanges", "charts")


@functools.lru_cache(maxsize=1 << 16, typed=True)
def plain(kind: str, value: float | str | bool) -> Cell:  # noqa: FBT001  a value like the others
    """Return the cell with just a value. Equal ones are one object, since none is ever changed in place."""
    return {"userEnteredValue": {kind: value}}


def plain_copy(value: Any) -> Any:
    """Return a deep copy of a JSON value."""
    return orjson.loads(orjson.dumps(value))


class Tab:
    """One sheet. ``rows`` and each row in it end where their last cell does."""

    def __init__(self, properties: dict[str, Any]) -> None:
        self.properties = properties
        self.rows: list[list[Cell | None]] = []
        #: DimensionProperties by line, as far as somebody set them.
        self.lines: dict[str, list[dict[str, Any]]] = {"ROWS": [], "COLUMNS": []}
        #: The lists named in PARTS. Every range in them says its sheetId.
        self.parts: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
        self.basic_filter: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        """The sheetId."""
        sheet_id: int = self.properties["sheetId"]
        return sheet_id

    @property
    def title(self) -> str:
        """The title as written."""
        title: str = self.properties["title"]
        return title

    @property
    def row_count(self) -> int:
        """How many rows the grid has."""
        count: int = self.properties["gridProperties"]["rowCount"]
        return count

    @property
    def column_count(self) -> int:
        """How many columns the grid has."""
        count: int = self.properties["gridProperties"]["columnCount"]
        return count

    def count(self, dimension: str) -> int:
        """How many lines the grid has in a dimension."""
        return self.row_count if dimension == "ROWS" else self.column_count

    @property
    def grid(self) -> Box:
        """The whole grid."""
        return Box(0, self.row_count, 0, self.column_count)

    def size(self, rows: int, columns: int) -> None:
        """Set the grid's size, without looking at what lies outside."""
        properties = self.properties["gridProperties"]
        self.properties["gridProperties"] = {**properties, "rowCount": rows, "columnCount": columns}

    def grow(self, dimension: str, count: int) -> None:
        """Let the grid have so many lines more, or less."""
        rows = dimension == "ROWS"
        self.size(self.row_count + count * rows, self.column_count + count * (not rows))

    def band(self, dimension: str, start: int, end: int) -> Box:
        """Return the box of whole lines."""
        span = {"top": start, "bottom": end} if dimension == "ROWS" else {"left": start, "right": end}
        return self.grid._replace(**span)

    def box(self, grid_range: dict[str, Any]) -> Box:
        """Return a GridRange's box, cut to the grid."""
        return grid_box(grid_range, self.row_count, self.column_count).meets(self.grid)

    def cell(self, row: int, column: int) -> Cell | None:
        """Return a cell, None where there is nothing."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return None

    def put(self, row: int, column: int, cell: Cell | None) -> None:
        """Replace a cell; a record without anything in it is no cell."""
        if not cell:
            if self.cell(row, column) is not None:
                line = self.rows[row]
                line[column] = None
                while line and not line[-1]:
                    line.pop()
                self._trim()
            return
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        if len(line) <= column:
            line.extend([None] * (column + 1 - len(line)))
        line[column] = cell

    def share(self) -> None:
        """Let equal plain cells be one object: a large tab then takes a tenth of the memory and is shown faster."""
        for line in self.rows:
            line[:] = [_shared(cell) for cell in line]

    def cells(self, box: Box) -> Iterator[tuple[int, int, Cell]]:
        """Yield the cells in a box that have something in them, row by row."""
        for row in range(box.top, min(box.bottom, len(self.rows))):
            line = self.rows[row]
            for column in range(box.left, min(box.right, len(line))):
                cell = line[column]
                if cell:
                    yield row, column, cell

    def tidy(self) -> None:
        """Cut off what is empty at the ends of rows and below the last one, and what lies outside the grid."""
        del self.rows[self.row_count :]
        for line in self.rows:
            del line[self.column_count :]
            while line and not line[-1]:
                line.pop()
        self._trim()
        del self.lines["ROWS"][self.row_count :]
        del self.lines["COLUMNS"][self.column_count :]

    def _trim(self) -> None:
        while self.rows and not self.rows[-1]:
            self.rows.pop()

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON that ``from_json`` reads."""
        return {
            "properties": self.properties,
            "rows": self.rows,
            "lines": self.lines,
            "parts": self.parts,
            "basicFilter": self.basic_filter,
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """Return the tab that ``to_json`` described."""
        tab = cls(state["properties"])
        tab.rows = [list(line) for line in state["rows"]]
        tab.lines = plain_copy(state["lines"])
        tab.parts |= plain_copy(state["parts"])
        tab.basic_filter = plain_copy(state["basicFilter"])
        return tab


def _shared(cell: Cell | None) -> Cell | None:
    if cell is None or len(cell) > 1 or "userEnteredValue" not in cell:
        return cell
    return plain(*next(iter(cell["userEnteredValue"].items())))


class Document:
    """One spreadsheet."""

    def __init__(self, spreadsheet_id: str, properties: dict[str, Any], stamp: str) -> None:
        self.id = spreadsheet_id
        self.properties = properties
        self.tabs: list[Tab] = []
        self.named_ranges: list[dict[str, Any]] = []
        self.metadata: list[dict[str, Any]] = []
        #: RFC 3339.
        self.created = stamp
        self.modified = stamp
        self.version = 1
        #: The address of the account that made it.
        self.owner = ""
        #: Whether protected ranges keep us out too, and the address of the account that we act for.
        self.protected_against_us = False
        self.account = ""
        #: The clock, and a source of ids: both the store's.
        self.now = clock
        self.new_id = random_id
        #: What others worked out from this state, by what they call it. Whoever changes the state empties it.
        self.kept: dict[Any, Any] = {}

    @property
    def habits(self) -> Locale:
        """How its locale writes numbers and dates."""
        return locale(self.properties["locale"])

    def number(self) -> int:
        """Return a fresh positive int32 for a tab, a protected range or a piece of metadata."""
        return zlib.crc32(self.new_id().encode()) & 0x7FFFFFFF or 1

    def tab(self, sheet_id: int) -> Tab | None:
        """Return the tab with an id."""
        return next((tab for tab in self.tabs if tab.id == sheet_id), None)

    def tab_titled(self, title: str) -> Tab | None:
        """Return the tab with a title; capitals do not matter."""
        folded = title.casefold()
        return next((tab for tab in self.tabs if tab.title.casefold() == folded), None)

    def copy(self) -> Self:
        """Return a copy to change. Cells are shared, since they are never changed in place."""
        twin = type(self).from_json(self.to_json())
        twin.now, twin.new_id = self.now, self.new_id
        twin.protected_against_us, twin.account = self.protected_against_us, self.account
        return twin

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON that ``from_json`` reads."""
        return {
            "spreadsheetId": self.id,
            "properties": self.properties,
            "tabs": [tab.to_json() for tab in self.tabs],
            "namedRanges": self.named_ranges,
            "developerMetadata": self.metadata,
            "created": self.created,
            "modified": self.modified,
            "version": self.version,
            "owner": self.owner,
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """Return the document that ``to_json`` described; the two share their cells and nothing that changes."""
        document = cls(state["spreadsheetId"], dict(state["properties"]), state["created"])
        document.tabs = [Tab.from_json({**tab, "properties": dict(tab["properties"])}) for tab in state["tabs"]]
        document.named_ranges = plain_copy(state["namedRanges"])
        document.metadata = plain_copy(state["developerMetadata"])
        document.modified = state["modified"]
        document.version = state["version"]
        document.owner = state.get("owner", "")
        return document


def new_tab(properties: dict[str, Any], sheet_id: int) -> Tab:
    """Return an empty tab with the given SheetProperties over Google's defaults."""
    grid = {"rowCount": ROWS, "columnCount": COLUMNS, **properties.get("gridProperties", {})}
    known = {"sheetId": sheet_id, "title": "", "index": 0, "sheetType": "GRID", "gridProperties": grid}
    return Tab({**known, **{name: value for name, value in properties.items() if name not in known}})
