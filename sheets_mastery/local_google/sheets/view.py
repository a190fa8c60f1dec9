"""A spreadsheet as ``spreadsheets.get`` shows it, under a field mask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sheets_mastery.local_google.masks import Mask, inside, masked, wants

from .a1 import Box
from .bands import fills
from .calculation import Failure, Results, Value, calculated
from .defaults import PIXELS
from .document import Cell, Document, Tab
from .formats import RULE_FIELDS, effective, over
from .numberformat import shown
from .places import locate, may_edit, without_zero
from .rules import Matches, matches

URL = "https://docs.google.com/spreadsheets/d/{}/edit"
#: What of a cell is kept and shown as it is.
KEPT = ("userEnteredValue", "userEnteredFormat", "hyperlink", "note", "textFormatRuns", "dataValidation", "chipRuns")
#: What of a cell a formula's result decides about.
WORKED_OUT = ("effectiveValue", "formattedValue", "effectiveFormat")
DATA = ("sheets", "data")
VALUES = (*DATA, "rowData", "values")


def spreadsheet(document: Document, mask: Mask, ranges: Sequence[str], *, grid_data: bool) -> dict[str, Any]:
    """Return the ``Spreadsheet`` resource, or with ``ranges`` only their tabs and cells.

    ``grid_data`` counts only where no mask is given; a mask that names a field under ``sheets.data`` asks for it.
    400 for a range that cannot be read.
    """
    places = [locate(document, text, whole=True) for text in ranges]
    return part(document, mask, places or [(tab, tab.grid) for tab in document.tabs], grid_data=grid_data)


def part(document: Document, mask: Mask, places: Sequence[tuple[Tab, Box]], *, grid_data: bool) -> dict[str, Any]:
    """Return the ``Spreadsheet`` resource with these cells, and no tab but theirs."""
    chosen = [tab for tab in document.tabs if any(tab is place[0] for place in places)]
    with_data = grid_data if mask is None else wants(mask, *DATA)
    result: dict[str, Any] = {"spreadsheetId": document.id, "properties": document.properties}
    result["sheets"] = [
        _sheet(document, tab, mask, [box for each, box in places if each is tab], with_data=with_data) for tab in chosen
    ]
    if document.named_ranges:
        result["namedRanges"] = without_zero(document.named_ranges)
    result["spreadsheetUrl"] = URL.format(document.id)
    everywhere = [
        shown_metadata(item) for item in document.metadata if item["location"]["locationType"] == "SPREADSHEET"
    ]
    if everywhere:
        result["developerMetadata"] = everywhere
    whole = dict(result)
    sheets = whole.pop("sheets")
    seen: dict[str, Any] = masked(whole, mask)
    if wants(mask, "sheets"):
        seen["sheets"] = sheets
    return seen


def properties(document: Document, tab: Tab) -> dict[str, Any]:
    """Return a tab's SheetProperties with its place among the tabs."""
    known = dict(tab.properties)
    known["index"] = document.tabs.index(tab)
    return known


def shown_metadata(item: dict[str, Any]) -> dict[str, Any]:
    """Return a piece of developer metadata as it is printed."""
    place = item["location"]
    return item if "sheetId" in place else {**item, "location": without_zero(place)}


def shown_protection(
    document: Document, protected: dict[str, Any], *, fresh: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a protected range as it is printed to us; ``fresh`` is the request that has just made it."""
    result: dict[str, Any] = without_zero({name: value for name, value in protected.items() if name != "editors"})
    if may_edit(document, protected):
        result["requestingUserCanEdit"] = True
        editors = protected.get("editors", {})
        if fresh is not None:
            # whoever protects a range may edit it; the answer to the request itself does not say so yet
            result["editors"] = {name: value for name, value in fresh.get("editors", {}).items() if value}
        else:
            users = list(dict.fromkeys([*editors.get("users", []), document.account]))
            result["editors"] = {**editors, "users": users}
    return result


def _sheet(document: Document, tab: Tab, mask: Mask, boxes: list[Box], *, with_data: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"properties": properties(document, tab)}
    parts: dict[str, list[Any]] = without_zero(tab.parts) | {
        "protectedRanges": [shown_protection(document, each) for each in tab.parts["protectedRanges"]],
        "developerMetadata": [
            shown_metadata(item)
            for item in document.metadata
            if item["location"].get("sheetId") == tab.id and item["location"]["locationType"] == "SHEET"
        ],
    }
    result |= {name: items for name, items in parts.items() if items}
    if tab.basic_filter is not None:
        result["basicFilter"] = without_zero(tab.basic_filter)
    seen: dict[str, Any] = masked(result, inside(mask, "sheets") if wants(mask, "sheets") else {})
    if with_data:
        data_mask = inside(mask, *DATA)
        seen["data"] = [_grid_data(document, tab, data_mask, box) for box in boxes]
    return seen


def _grid_data(document: Document, tab: Tab, mask: Mask, box: Box) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if wants(mask, "startRow") and box.top:
        result["startRow"] = box.top
    if wants(mask, "startColumn") and box.left:
        result["startColumn"] = box.left
    if wants(mask, "rowData"):
        rows = _row_data(document, tab, inside(mask, "rowData"), box)
        if rows:
            result["rowData"] = rows
    for name, dimension, start, end in (
        ("rowMetadata", "ROWS", box.top, box.bottom),
        ("columnMetadata", "COLUMNS", box.left, box.right),
    ):
        if wants(mask, name):
            lines = tab.lines[dimension]
            plain: dict[str, Any] = {"pixelSize": PIXELS[dimension]}
            metadata = [plain | lines[index] if index < len(lines) else plain for index in range(start, end)]
            for index, item in _lines_metadata(document, tab, dimension):
                if start <= index < end:
                    known = metadata[index - start]
                    items: list[Any] = known.get("developerMetadata", [])
                    metadata[index - start] = known | {"developerMetadata": [*items, item]}
            result[name] = masked(metadata, inside(mask, name))
    return result


def _lines_metadata(document: Document, tab: Tab, dimension: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for item in document.metadata:
        place = item["location"].get("dimensionRange")
        if place is not None and place["sheetId"] == tab.id and place["dimension"] == dimension:
            yield place["startIndex"], shown_metadata(item)


def _row_data(document: Document, tab: Tab, mask: Mask, box: Box) -> list[dict[str, Any]]:
    if not wants(mask, "values"):
        return [{} for _ in range(box.top, min(box.bottom, len(tab.rows)))]
    cell_mask = inside(mask, "values")
    # whoever asks for the number format alone never sees a rule, and to evaluate them takes by far the longest
    ruled = any(wants(cell_mask, "effectiveFormat", name) for name in RULE_FIELDS)
    found = matches(document, calculated(document), tab, box) if ruled else {}
    banded = fills(tab, box) if ruled else {}
    results = calculated(document).results(tab) if any(wants(cell_mask, name) for name in WORKED_OUT) else {}
    # of all other cells nothing but themselves decides how they are shown, and equal ones are one object
    special = {*found, *results, *banded}
    show = _cell_view(document, cell_mask, found, banded, results)
    #: Plain cells as they are shown, by their identity.
    known: dict[int, Cell] = {id(None): {}}

    def shown_alike(row: int, column: int, cell: Cell | None) -> Cell:
        if (row, column) in special:
            return show((row, column), cell or {})
        if id(cell) not in known:
            known[id(cell)] = show((row, column), cell or {})
        return known[id(cell)]

    ends = {row: len(tab.rows[row]) for row in range(box.top, min(box.bottom, len(tab.rows)))}
    for row, column in special:
        if box.top <= row < box.bottom and column >= ends.get(row, 0):
            ends[row] = column + 1
    mixed = {row for row, _ in special}
    rows: list[dict[str, Any]] = []
    for row in range(box.top, max(ends, default=box.top - 1) + 1):
        line = tab.rows[row][box.left : box.right] if row < len(tab.rows) else []
        if row in mixed:
            line = line + [None] * (min(box.right, ends[row]) - box.left - len(line))
            cells = [shown_alike(row, column, cell) for column, cell in enumerate(line, box.left)]
        else:
            cells = [known.get(id(cell)) or shown_alike(row, -1, cell) for cell in line]
        while cells and not cells[-1]:
            cells.pop()
        rows.append({"values": cells} if cells else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell_view(
    document: Document, mask: Mask, found: Matches, banded: dict[tuple[int, int], dict[str, Any]], results: Results
) -> Callable[[tuple[int, int], Cell], Cell]:
    """Return the function that shows a cell under a mask; what the mask asks is worked out once."""
    kept = [(name, inside(mask, name)) for name in KEPT if wants(mask, name)]
    with_value, value_mask = wants(mask, "effectiveValue"), inside_or_all(mask, "effectiveValue")
    with_text = wants(mask, "formattedValue")
    with_format, format_mask = wants(mask, "effectiveFormat"), inside_or_all(mask, "effectiveFormat")
    habits = document.habits
    formats: dict[tuple[int, int, int, str], dict[str, Any]] = {}

    def show(place: tuple[int, int], cell: Cell) -> Cell:
        result: Cell = {}
        for name, inner in kept:
            if name in cell:
                result[name] = cell[name] if inner is None else masked(cell[name], inner)
        entered = cell.get("userEnteredValue")
        value: Value | Failure
        if entered and "formulaValue" not in entered:
            value = next(iter(entered.values()))
            said = entered
        else:
            value = results.get(place)
            said = extended(value)
        if value is not None and with_value:
            result["effectiveValue"] = said if value_mask is None else masked(said, value_mask)
        user_format = cell.get("userEnteredFormat")
        if value is not None and with_text:
            result["formattedValue"] = (
                value.shown()
                if isinstance(value, Failure)
                else shown(value, user_format.get("numberFormat") if user_format else None, habits)
            )
        if with_format:
            matching, band = found.get(place, ()), banded.get(place)
            key = (id(user_format), id(matching), id(band), type(value).__name__)
            if key not in formats:
                entered_format = over(band, user_format or {}) if band else user_format
                formats[key] = masked(effective(entered_format, matching, _alignment(value)), format_mask)
            result["effectiveFormat"] = formats[key]
        return result

    return show


def inside_or_all(mask: Mask, name: str) -> Mask:
    """Return the part of a mask under a field; all of it where the mask does not ask for the field."""
    return inside(mask, name) if wants(mask, name) else None


def extended(value: Value | Failure) -> dict[str, Any]:
    """Return a value as an ExtendedValue."""
    if isinstance(value, Failure):
        return {"errorValue": value.error_value()}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {} if value is None else {"numberValue": value}


def _alignment(value: Value | Failure) -> str:
    if isinstance(value, bool | Failure):
        return "CENTER"
    return "RIGHT" if isinstance(value, int | float) else "LEFT"
