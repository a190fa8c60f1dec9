"""The requests of a batchUpdate that change cells: write, repeat, sort, paste, merge, and what goes with a cell."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from .a1 import Box
from .calculation import Failure, Value, calculated
from .document import Cell, Document, Tab
from .formats import field_mask, over, tidied
from .formulas import Line, Reference, copied, rewritten
from .numberformat import shown
from .places import area, guard, tab_of
from .structure import AXES, rewrite_formulas, shift_cells
from .typed import tidy, typed
from .values import enter
from .view import extended

Request = dict[str, Any]

#: Fields of a cell that are computed: a write that names them changes nothing.
COMPUTED = ("effectiveValue", "effectiveFormat", "formattedValue", "hyperlink")
#: Fields of a cell that are kept here; a write of any other is refused.
WRITABLE = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns", "chipRuns")
#: Fields that say something of parts of the value: a new value takes them away.
RUNS = ("textFormatRuns", "chipRuns")
#: What a paste brings along: its type -> the fields of the cell.
PASTES = {
    "PASTE_NORMAL": (*WRITABLE, "hyperlink"),
    "PASTE_VALUES": ("userEnteredValue",),
    "PASTE_FORMULA": ("userEnteredValue",),
    "PASTE_FORMAT": ("userEnteredFormat",),
    "PASTE_NO_BORDERS": (*WRITABLE, "hyperlink"),
    "PASTE_DATA_VALIDATION": ("dataValidation",),
    "PASTE_CONDITIONAL_FORMATTING": (),
}


def _cell_mask(request: Request) -> dict[str, Any]:
    mask = field_mask(request, "CellData")
    if "*" in mask:
        return dict.fromkeys(WRITABLE)
    for name in mask:
        if name not in WRITABLE + COMPUTED:
            raise not_implemented(f"CellData.{name}")
    return {name: inner for name, inner in mask.items() if name in WRITABLE}


def _written(old: Cell | None, new: Cell, mask: dict[str, Any]) -> Cell:
    """Return a cell after the masked fields were written."""
    cell = merged(old or {}, new, mask)
    gone = [name for name in RUNS if "userEnteredValue" in mask and name not in mask]
    return {name: value for name, value in cell.items() if name not in gone and (value or name not in WRITABLE)}


def _checked(cell: Cell) -> Cell:
    """Return a cell from a request as it is kept: formats tidied, its value one that may be entered."""
    for name in cell:
        if name not in WRITABLE + COMPUTED:
            raise not_implemented(f"CellData.{name}")
    cell = {name: tidied(value) if name == "userEnteredFormat" else value for name, value in cell.items()}
    entered = cell.get("userEnteredValue")
    if entered:
        if len(entered) > 1:
            raise Invalid("oneof field 'value' is already set.")
        if "errorValue" in entered:
            raise Invalid("An error value cannot be entered.")
        if "numberValue" in entered:
            cell["userEnteredValue"] = {"numberValue": tidy(float(entered["numberValue"]))}
        elif entered.get("stringValue") == "":
            cell["userEnteredValue"] = {}
        elif not entered.get("formulaValue", "=").startswith("="):
            raise Invalid(f"Invalid formula: {entered['formulaValue']}")
    return cell


def _each(document: Document, tab: Tab, box: Box, change: Callable[[int, int, Cell], Cell | None]) -> None:
    """Put in the place of every cell of a box what ``change`` makes of its row, its column and the cell."""
    guard(document, tab, box)
    for row, column in box.places():
        tab.put(row, column, change(row, column, tab.cell(row, column) or {}))
    tab.tidy()


def update_cells(document: Document, request: Request) -> Request:
    """``updateCells``: rows of cells from a start, or over a range whose uncovered cells lose the masked fields."""
    mask = _cell_mask(request)
    rows = [[_checked(cell) for cell in row.get("values", [])] for row in request.get("rows", [])]
    height, width = len(rows), max((len(row) for row in rows), default=0)
    if "start" in request:
        start = request["start"]
        tab = tab_of(document, start.get("sheetId"))
        top, left = int(start.get("rowIndex") or 0), int(start.get("columnIndex") or 0)
        box, limits = Box(top, top + height, left, left + width), tab.grid
    else:
        tab, box = area(document, request.get("range"))
        limits = box
    for what, last, end in (("row", box.top + height, limits.bottom), ("column", box.left + width, limits.right)):
        if last > end:
            raise Invalid(f"Attempting to write {what}: {last - 1}, beyond the last requested {what} of: {end - 1}")

    def written(row: int, column: int, old: Cell) -> Cell:
        given = rows[row - box.top] if row - box.top < height else []
        if column - box.left < len(given):
            return _written(old, given[column - box.left], mask)
        return _written(old, {}, mask) if "range" in request else old

    _each(document, tab, box, written)
    return {}


def repeat_cell(document: Document, request: Request) -> Request:
    """``repeatCell``: one cell's masked fields in every cell of a range; a formula's references go along."""
    mask = _cell_mask(request)
    tab, box = area(document, request.get("range"))
    new, decimal = _checked(request.get("cell", {})), document.habits.decimal

    def repeated(row: int, column: int, old: Cell) -> Cell:
        return _written(old, _carried(new, row - box.top, column - box.left, decimal) or {}, mask)

    _each(document, tab, box, repeated)
    return {}


def append_cells(document: Document, request: Request) -> Request:
    """``appendCells``: rows after the last row of the sheet that has anything in it; the grid grows."""
    if "tableId" in request:
        raise not_implemented("appendCells.tableId")
    mask = _cell_mask(request)
    tab = tab_of(document, request.get("sheetId"))
    rows = request.get("rows", [])
    top, width = len(tab.rows), max((len(row.get("values", [])) for row in rows), default=0)
    guard(document, tab, Box(top, top + len(rows), 0, width))
    tab.size(max(tab.row_count, top + len(rows)), max(tab.column_count, width))
    for row, said in enumerate(rows, top):
        for column, cell in enumerate(said.get("values", [])):
            tab.put(row, column, _written(None, _checked(cell), mask))
    tab.tidy()
    return {}


def sort_range(document: Document, request: Request) -> Request:
    """``sortRange``: rows in a new order, whole cells at a time; a formula's relative references follow its row."""
    tab, box = area(document, request.get("range"))
    guard(document, tab, box)
    if any(not tab.box(merge).meets(box).empty for merge in tab.parts["merges"]):
        raise Invalid("You can't sort a range with merged cells.")
    calculation = calculated(document)
    order = list(range(box.top, box.bottom))
    for spec in reversed(request.get("sortSpecs", [])):
        if set(spec) - {"dimensionIndex", "sortOrder"}:
            raise not_implemented(f"sortRange by {', '.join(sorted(set(spec) - {'dimensionIndex', 'sortOrder'}))}")
        column, down = int(spec.get("dimensionIndex") or 0), spec.get("sortOrder") == "DESCENDING"
        if not box.left <= column < box.right:
            raise Invalid(f"Sort dimension index {column} is outside the range.")
        ranked = {row: _rank(calculation.value(tab, row, column)) for row in order}
        order.sort(key=lambda row, ranked=ranked: ranked[row], reverse=down)  # type: ignore[misc]  # mypy does not type a lambda's default
        order.sort(key=lambda row, ranked=ranked: ranked[row][0] == 9)  # type: ignore[misc]  # blanks stay last either way
    taken = {row: [tab.cell(row, column) for column in range(box.left, box.right)] for row in order}
    decimal = document.habits.decimal
    for row, source in enumerate(order, box.top):
        for column, cell in enumerate(taken[source], box.left):
            tab.put(row, column, _carried(cell, row - source, 0, decimal))
    tab.tidy()
    return {}


def _rank(value: Value | Failure) -> tuple[int, Any]:
    """Return a value's place in an ascending sort: numbers, texts, truths, errors, nothing."""
    if value is None or value == "":
        return 9, 0
    if isinstance(value, Failure):
        return 4, value.text
    if isinstance(value, bool):
        return 3, value
    return (2, value.casefold()) if isinstance(value, str) else (1, value)


def _carried(cell: Cell | None, rows: int, columns: int, decimal: str) -> Cell | None:
    """Return a cell as a copy of it reads elsewhere."""
    formula = (cell or {}).get("userEnteredValue", {}).get("formulaValue")
    if cell is None or formula is None:
        return cell
    return {**cell, "userEnteredValue": {"formulaValue": copied(formula, rows, columns, decimal)}}


def find_replace(document: Document, request: Request) -> Request:
    """``findReplace``: in values, and in formulas where asked; the reply counts what changed."""
    if request.get("allSheets"):
        places = [(tab, tab.grid) for tab in document.tabs]
    elif "range" in request:
        places = [area(document, request["range"])]
    else:
        tab = tab_of(document, request.get("sheetId"))
        places = [(tab, tab.grid)]
    pattern = request.get("find", "") if request.get("searchByRegex") else re.escape(request.get("find", ""))
    if not pattern:
        raise Invalid("find is required")
    finder = re.compile(pattern, 0 if request.get("matchCase") else re.IGNORECASE)
    replacement = request.get("replacement", "")
    new_text = (
        re.sub(r"\$(\d)", r"\\\1", replacement) if request.get("searchByRegex") else replacement.replace("\\", "\\\\")
    )
    habits = document.habits
    counts = dict.fromkeys(
        ("valuesChanged", "formulasChanged", "rowsChanged", "sheetsChanged", "occurrencesChanged"), 0
    )
    for tab, box in places:
        changed_rows = set()
        for row, column, cell in list(tab.cells(box)):
            entered = cell.get("userEnteredValue", {})
            formula = entered.get("formulaValue")
            if not entered or (formula is not None and not request.get("includeFormulas")):
                continue
            number_format = cell.get("userEnteredFormat", {}).get("numberFormat")
            text = formula if formula is not None else shown(next(iter(entered.values())), number_format, habits)
            if request.get("matchEntireCell") and not finder.fullmatch(text):
                continue
            new, count = finder.subn(new_text, text)
            if count:
                guard(document, tab, Box(row, row + 1, column, column + 1))
                value, typed_format = typed(new, habits, calculated(document).year) if new else ({}, None)
                enter(tab, row, column, value, typed_format)
                counts["valuesChanged" if formula is None else "formulasChanged"] += 1
                counts["occurrencesChanged"] += count
                changed_rows.add(row)
        counts["rowsChanged"] += len(changed_rows)
        counts["sheetsChanged"] += bool(changed_rows)
        tab.tidy()
    return {"findReplace": {name: count for name, count in counts.items() if count}}


def copy_paste(document: Document, request: Request) -> Request:
    """``copyPaste``: a range over another, repeated where that is a multiple of it."""
    tab, source = area(document, request.get("source"))
    target_tab, target = area(document, request.get("destination"))
    kind = request.get("pasteType", "PASTE_NORMAL")
    if kind not in PASTES:
        raise not_implemented(f"copyPaste of {kind}")
    across = request.get("pasteOrientation") == "TRANSPOSE"
    height, width = source.bottom - source.top, source.right - source.left
    if across:
        height, width = width, height
    times_down = max((target.bottom - target.top) // height, 1)
    times_right = max((target.right - target.left) // width, 1)
    end = Box(target.top, target.top + height * times_down, target.left, target.left + width * times_right)
    end = end.meets(target_tab.grid)
    guard(document, target_tab, end)
    calculation, decimal = calculated(document), document.habits.decimal
    mask, taken = dict.fromkeys(PASTES[kind]), {}
    for row, column in end.places():
        down, right = (row - end.top) % height, (column - end.left) % width
        down, right = (right, down) if across else (down, right)
        place = (source.top + down, source.left + right)
        cell = dict(tab.cell(*place) or {})
        if kind == "PASTE_VALUES" and "formulaValue" in cell.get("userEnteredValue", {}):
            value = calculation.value(tab, *place)
            cell["userEnteredValue"] = extended(value.shown() if isinstance(value, Failure) else value)
        if kind == "PASTE_NO_BORDERS" and "userEnteredFormat" in cell:
            look = cell["userEnteredFormat"]
            cell["userEnteredFormat"] = {name: inner for name, inner in look.items() if name != "borders"}
        carried = _carried(cell, row - place[0], column - place[1], decimal) or {}
        taken[row, column] = _written(target_tab.cell(row, column), carried, mask)
    if mask:
        for place, pasted in taken.items():
            target_tab.put(*place, pasted)
    if (
        kind in ("PASTE_NORMAL", "PASTE_FORMAT", "PASTE_NO_BORDERS", "PASTE_CONDITIONAL_FORMATTING")
        and tab is target_tab
    ):
        _spread_rules(tab, source, end)
    target_tab.tidy()
    return {}


def _spread_rules(tab: Tab, source: Box, target: Box) -> None:
    """Let the conditional formats of a pasted range hold where it was pasted."""
    for rule in tab.parts["conditionalFormats"]:
        for place in list(rule["ranges"]):
            part = tab.box(place).meets(source)
            if part.empty or tab.box(place).covers(target):
                continue
            down, right = target.top - source.top, target.left - source.left
            moved = Box(part.top + down, part.bottom + down, part.left + right, part.right + right)
            rule["ranges"].append((target if part == source else moved).grid_range(tab.id))


def cut_paste(document: Document, request: Request) -> Request:
    """``cutPaste``: cells moved; formulas that pointed to them follow."""
    if request.get("pasteType", "PASTE_NORMAL") != "PASTE_NORMAL":
        raise not_implemented(f"cutPaste of {request['pasteType']}")
    tab, source = area(document, request.get("source"))
    place = request.get("destination", {})
    target_tab = tab_of(document, place.get("sheetId"))
    down, right = int(place.get("rowIndex") or 0) - source.top, int(place.get("columnIndex") or 0) - source.left
    target = Box(source.top + down, source.bottom + down, source.left + right, source.right + right)
    guard(document, tab, source)
    guard(document, target_tab, target)
    target_tab.size(max(target_tab.row_count, target.bottom), max(target_tab.column_count, target.right))
    moving = list(tab.cells(source))
    for row, column, _ in moving:
        tab.put(row, column, None)
    for row, column, _ in list(target_tab.cells(target)):
        target_tab.put(row, column, None)
    for row, column, cell in moving:
        target_tab.put(row + down, column + right, cell)
    if tab is target_tab:
        decimal = document.habits.decimal
        for each in document.tabs:
            change = _followed(each, tab, source, down, right)
            rewrite_formulas(each, functools.partial(rewritten, change=change, decimal=decimal))
    tab.tidy()
    target_tab.tidy()
    return {}


def _followed(tab: Tab, owner: Tab, source: Box, down: int, right: int) -> Callable[[Reference], Reference]:
    def change(ref: Reference) -> Reference:
        about_owner = tab is owner if ref.title is None else ref.title.casefold() == owner.title.casefold()
        end_row, end_column = ref.to or (ref.row, ref.column)
        if not about_owner or ref.row is None or ref.column is None or end_row is None or end_column is None:
            return ref
        if not source.covers(Box(ref.row.at, end_row.at + 1, ref.column.at, end_column.at + 1)):
            return ref
        first = Line(ref.row.at + down, ref.row.held), Line(ref.column.at + right, ref.column.held)
        last = Line(end_row.at + down, end_row.held), Line(end_column.at + right, end_column.held)
        return Reference(ref.title, *first, last if ref.to else None)

    return change


def merge_cells(document: Document, request: Request) -> Request:
    """``mergeCells``: all in one, by rows or by columns. Only the first cell of each keeps its value."""
    tab, box = area(document, request.get("range"))
    kept = _apart(document, tab, box)
    kind, parts = request.get("mergeType", "MERGE_ALL"), [box]
    if kind == "MERGE_ROWS":
        parts = [box._replace(top=row, bottom=row + 1) for row in range(box.top, box.bottom)]
    elif kind == "MERGE_COLUMNS":
        parts = [box._replace(left=column, right=column + 1) for column in range(box.left, box.right)]
    parts = [part for part in parts if (part.bottom - part.top) * (part.right - part.left) > 1]
    tab.parts["merges"] = kept + [part.grid_range(tab.id) for part in parts]
    for part in parts:
        for row, column, _ in list(tab.cells(part)):
            if (row, column) != (part.top, part.left):
                enter(tab, row, column, {})
    tab.tidy()
    return {}


def unmerge_cells(document: Document, request: Request) -> Request:
    """``unmergeCells``: every merge that lies in the range."""
    tab, box = area(document, request.get("range"))
    tab.parts["merges"] = _apart(document, tab, box)
    return {}


def _apart(document: Document, tab: Tab, box: Box) -> list[Request]:
    """Return a tab's merges that a box does not touch; refuse a box that holds a part of one."""
    guard(document, tab, box)
    touched = [merge for merge in tab.parts["merges"] if not tab.box(merge).meets(box).empty]
    if any(not box.covers(tab.box(merge)) for merge in touched):
        raise Invalid("You must select all cells in a merged range to merge or unmerge them.")
    return [merge for merge in tab.parts["merges"] if merge not in touched]


def update_borders(document: Document, request: Request) -> Request:
    """``updateBorders``: the outer edges of a range and the lines within."""
    tab, box = area(document, request.get("range"))
    borders = {name: tidied(border) for name, border in request.items() if name != "range"}

    def bordered(row: int, column: int, old: Cell) -> Cell:
        sides = {
            "top": "top" if row == box.top else "innerHorizontal",
            "bottom": "bottom" if row == box.bottom - 1 else "innerHorizontal",
            "left": "left" if column == box.left else "innerVertical",
            "right": "right" if column == box.right - 1 else "innerVertical",
        }
        said = {side: borders[name] for side, name in sides.items() if name in borders}
        if not said:
            return old
        look = old.get("userEnteredFormat", {})
        drawn = over(look.get("borders", {}), said)
        kept = {side: border for side, border in drawn.items() if border.get("style") != "NONE"}
        return {**old, "userEnteredFormat": {**look, "borders": kept}}

    _each(document, tab, box, bordered)
    return {}


def set_data_validation(document: Document, request: Request) -> Request:
    """``setDataValidation``: a rule for every cell of a range, or none."""
    tab, box = area(document, request.get("range"))
    rule = {"dataValidation": request["rule"]} if "rule" in request else {}
    mask = {"dataValidation": None}
    _each(document, tab, box, lambda _row, _column, old: _written(old, rule, mask))
    return {}


def insert_range(document: Document, request: Request) -> Request:
    """``insertRange``: empty cells in a range, those there pushed down or to the right."""
    return _shift(document, request, insert=True)


def delete_range(document: Document, request: Request) -> Request:
    """``deleteRange``: the cells of a range taken out, those beyond pulled up or to the left."""
    return _shift(document, request, insert=False)


def _shift(document: Document, request: Request, *, insert: bool) -> Request:
    tab, box = area(document, request.get("range"))
    if request.get("shiftDimension") not in AXES:
        raise Invalid("shiftDimension is required")
    shift_cells(document, tab, box, request["shiftDimension"], insert=insert)
    return {}
