"""Lines inserted, deleted and moved, and cells shifted: what becomes of everything that names a row or a column."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

from sheets_mastery.local_google.errors import Invalid

from .a1 import Box, grid_box
from .document import Cell, Document, Tab
from .formulas import Line, Reference, rewritten
from .places import guard, with_places

AXES = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}
#: Beyond every grid: where an open range ends.
FAR = 10**8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shift:
    """One change of the lines of one tab. Applied to an index or a span, it tells where they are afterwards."""

    #: The tab's id.
    sheet_id: int
    #: ROWS or COLUMNS.
    dimension: str
    #: The first line concerned.
    start: int
    #: The line after the last one concerned.
    end: int
    #: "insert", "delete" or "move".
    kind: str
    #: For a move: before which line the block goes, counted before the move.
    to: int = 0
    #: The lines of the other dimension that take part, for cells shifted within a band; None for all.
    band: tuple[int, int] | None = None

    def index(self, line: int) -> int | None:
        """Return where a line is afterwards; None when it is deleted."""
        count = self.end - self.start
        if self.kind == "insert":
            return line + count if line >= self.start else line
        if self.kind == "delete":
            return line if line < self.start else None if line < self.end else line - count
        if self.start <= line < self.end:
            return line - self.start + (self.to - count if self.to > self.start else self.to)
        if self.to > line >= self.end:
            return line - count
        return line + count if self.to <= line < self.start else line

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a run of lines is afterwards; None when nothing is left of it."""
        count = self.end - self.start
        if self.kind == "insert":
            return (start + count if start >= self.start else start), (end + count if end > self.start else end)
        if self.kind == "delete":
            low = start - max(0, min(start, self.end) - self.start)
            high = end - max(0, min(end, self.end) - self.start)
            return (low, high) if low < high else None
        if self.start <= start and end <= self.end:
            moved = self.index(start)
            return None if moved is None else (moved, moved + end - start)
        taken = dataclasses.replace(self, kind="delete").span(start, end)
        if taken is None:
            return None
        to = self.to - count if self.to > self.start else self.to
        put = dataclasses.replace(self, kind="insert", start=to, end=to + count)
        if start <= self.start and self.end <= end and start <= self.to <= end:
            return start, end  # lines moved within the run leave it as it is
        return put.span(*taken)

    def reference(self, ref: Reference) -> Reference | None:
        """Return where a formula's reference to the tab points afterwards; None when what it named is gone."""
        rows = self.dimension == "ROWS"
        corners = [(ref.row, ref.column), ref.to] if ref.to else [(ref.row, ref.column)]
        along = [corner[0 if rows else 1] for corner in corners if corner]
        across = [corner[1 if rows else 0] for corner in corners if corner]
        if self.band is not None and not all(line and self.band[0] <= line.at < self.band[1] for line in across):
            return ref
        if all(line is None for line in along):
            return ref
        if ref.to is None:
            line = along[0]
            index = None if line is None else self.index(line.at)
            moved = [None if index is None or line is None else Line(index, line.held)]
            if index is None:
                return None
        else:
            first, last = along[0], along[-1]
            turned = first is not None and last is not None and first.at > last.at
            if turned:
                first, last = last, first
            span = self.span(first.at if first else 0, last.at + 1 if last else FAR)
            if span is None:
                return None
            moved = [
                Line(span[0], first.held) if first else None,
                Line(span[1] - 1, last.held) if last else None,
            ]
            if turned:
                moved.reverse()
        result = [(line, other) if rows else (other, line) for line, other in zip(moved, across, strict=True)]
        return Reference(ref.title, *result[0], result[1] if ref.to else None)

    def grid_range(self, place: dict[str, Any]) -> dict[str, Any] | None:
        """Return where a GridRange of the tab is afterwards; None when nothing is left of it."""
        start_name, end_name = AXES[self.dimension]
        if self.band is not None:
            cross = AXES["COLUMNS" if self.dimension == "ROWS" else "ROWS"]
            if not (self.band[0] <= place.get(cross[0], 0) and place.get(cross[1], FAR) <= self.band[1]):
                return place
        if start_name not in place and end_name not in place:
            return place
        span = self.span(place.get(start_name, 0), place.get(end_name, FAR))
        if span is None:
            return None
        result = dict(place)
        if start_name in place:
            result[start_name] = span[0]
        if end_name in place:
            result[end_name] = span[1]
        return result


def insert_lines(document: Document, tab: Tab, dimension: str, start: int, count: int, *, inherit_before: bool) -> None:
    """Insert empty lines, which take the formats of their neighbour before or after."""
    guard(document, tab, _lines(tab, dimension, start, start + 1))
    if inherit_before and start == 0:
        raise Invalid("inheritFromBefore cannot be true when inserting at the beginning.")
    model = start - 1 if inherit_before else start
    if dimension == "ROWS":
        pattern = [_format_only(cell) for cell in tab.rows[model]] if model < len(tab.rows) else []
        if start < len(tab.rows) or any(pattern):
            tab.rows.extend([] for _ in range(start - len(tab.rows)))
            tab.rows[start:start] = [list(pattern) for _ in range(count)]
        tab.size(tab.row_count + count, tab.column_count)
    else:
        for row in tab.rows:
            inherited = _format_only(row[model]) if model < len(row) else None
            if start < len(row) or inherited:
                row.extend([None] * (start - len(row)))
                row[start:start] = [inherited] * count
        tab.size(tab.row_count, tab.column_count + count)
    lines = tab.lines[dimension]
    if start < len(lines):
        lines[start:start] = [dict(lines[model]) if model < len(lines) else {} for _ in range(count)]
    tab.tidy()
    follow(document, Shift(sheet_id=tab.id, dimension=dimension, start=start, end=start + count, kind="insert"))


def delete_lines(document: Document, tab: Tab, dimension: str, start: int, end: int) -> None:
    """Delete lines with all that is in them."""
    guard(document, tab, _lines(tab, dimension, start, end))
    count = end - start
    if count >= (tab.row_count if dimension == "ROWS" else tab.column_count):
        raise Invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
    if dimension == "ROWS":
        del tab.rows[start:end]
        tab.size(tab.row_count - count, tab.column_count)
    else:
        for row in tab.rows:
            del row[start:end]
        tab.size(tab.row_count, tab.column_count - count)
    del tab.lines[dimension][start:end]
    tab.tidy()
    follow(document, Shift(sheet_id=tab.id, dimension=dimension, start=start, end=end, kind="delete"))


def move_lines(document: Document, tab: Tab, dimension: str, start: int, end: int, to: int) -> None:
    """Move lines before the line ``to``, counted as they stand."""
    guard(document, tab, _lines(tab, dimension, start, end))
    shift = Shift(sheet_id=tab.id, dimension=dimension, start=start, end=end, kind="move", to=to)
    if dimension == "ROWS":
        tab.rows = _moved(tab.rows, shift, list)
    else:
        tab.rows = [_moved(row, shift, lambda: None) for row in tab.rows]
    tab.lines[dimension] = _moved(tab.lines[dimension], shift, dict)
    tab.tidy()
    follow(document, shift)


def shift_cells(document: Document, tab: Tab, box: Box, dimension: str, *, insert: bool) -> None:
    """Insert empty cells (insertRange) or delete cells (deleteRange) and let those beyond move over."""
    rows = dimension == "ROWS"
    start, end = (box.top, box.bottom) if rows else (box.left, box.right)
    band = (box.left, box.right) if rows else (box.top, box.bottom)
    beyond = Box(box.top, tab.row_count, *band) if rows else Box(*band, box.left, tab.column_count)
    guard(document, tab, beyond)
    moving = list(tab.cells(beyond))
    shift = Shift(
        sheet_id=tab.id, dimension=dimension, start=start, end=end, kind="insert" if insert else "delete", band=band
    )
    for row, column, _ in moving:
        tab.put(row, column, None)
    for row, column, cell in moving:
        index = shift.index(row if rows else column)
        if index is None:
            continue
        place = (index, column) if rows else (row, index)
        if "userEnteredValue" in cell:  # the grid grows rather than lose a value
            tab.size(max(tab.row_count, place[0] + 1), max(tab.column_count, place[1] + 1))
        if place[0] < tab.row_count and place[1] < tab.column_count:
            tab.put(*place, cell)
    follow(document, shift)


def follow(document: Document, shift: Shift) -> None:
    """Let everything that names lines follow: formulas, rules, merges, names, protections, filters, metadata."""
    owner = document.tab(shift.sheet_id)
    assert owner is not None  # noqa: S101  the tab was just changed
    decimal = document.habits.decimal
    for tab in document.tabs:
        change = _reference_change(shift, tab, owner)
        rewrite_formulas(tab, functools.partial(rewritten, change=change, decimal=decimal))
        tab.parts["charts"] = with_places(tab.parts["charts"], functools.partial(_follow_place, shift))
    for rule in owner.parts["conditionalFormats"]:
        _shift_rule(rule, shift, decimal)
    for name in ("merges", "conditionalFormats", "protectedRanges", "rowGroups", "columnGroups", "bandedRanges"):
        owner.parts[name] = list(_shifted(owner.parts[name], shift))
    if owner.basic_filter is not None:
        place = shift.grid_range(owner.basic_filter["range"])
        owner.basic_filter = None if place is None else {**owner.basic_filter, "range": place}
    mine = [named["range"].get("sheetId", 0) == shift.sheet_id for named in document.named_ranges]
    document.named_ranges = [
        {**named, "range": place}
        for named, ours in zip(document.named_ranges, mine, strict=True)
        if (place := shift.grid_range(named["range"]) if ours else named["range"]) is not None
    ]
    document.metadata = [item for item in document.metadata if _follow_metadata(item, shift)]


def rewrite_formulas(tab: Tab, change: Callable[[str], str]) -> None:
    """Replace the formula of each cell of a tab by what ``change`` makes of it."""
    for row, column, cell in tab.cells(tab.grid):
        formula = cell.get("userEnteredValue", {}).get("formulaValue")
        if formula is not None:
            new = change(formula)
            if new != formula:
                tab.put(row, column, {**cell, "userEnteredValue": {"formulaValue": new}})


def _reference_change(shift: Shift, tab: Tab, owner: Tab) -> Callable[[Reference], Reference | None]:
    def change(ref: Reference) -> Reference | None:
        about_owner = tab is owner if ref.title is None else ref.title.casefold() == owner.title.casefold()
        return shift.reference(ref) if about_owner else ref

    return change


def _shift_rule(rule: dict[str, Any], shift: Shift, decimal: str) -> None:
    """Rewrite a rule's formulas. What they say relative to the rule's first line goes on being relative to it."""
    first = grid_box(rule["ranges"][0], FAR, FAR)
    places = [place for place in map(shift.grid_range, rule["ranges"]) if place is not None]
    if "booleanRule" not in rule or not places:
        return
    rows = shift.dimension == "ROWS"
    moved_first = grid_box(places[0], FAR, FAR)
    old, new = (first.top, moved_first.top) if rows else (first.left, moved_first.left)

    def line(old_line: Line | None) -> Line | None:
        if old_line is None or old_line.held:
            return old_line
        index = shift.index(old_line.at)
        if old_line.at == old or index is None or shift.kind == "move":
            return Line(old_line.at - old + new, held=False)
        return Line(index, held=False)

    def change(ref: Reference) -> Reference | None:
        along = (ref.row if rows else ref.column, (ref.to[0] if rows else ref.to[1]) if ref.to else None)
        if any(each is not None and each.held for each in along):
            return shift.reference(ref)
        start, end = line(along[0]), line(along[1])
        if rows:
            return Reference(ref.title, start, ref.column, (end, ref.to[1]) if ref.to else None)
        return Reference(ref.title, ref.row, start, (ref.to[0], end) if ref.to else None)

    for value in rule["booleanRule"]["condition"].get("values", []):
        if value.get("userEnteredValue", "").startswith(("=", "+")):
            value["userEnteredValue"] = rewritten(value["userEnteredValue"], change, decimal)


def _shifted(parts: list[dict[str, Any]], shift: Shift) -> Iterator[dict[str, Any]]:
    for part in parts:
        if "ranges" in part:  # a conditional format
            places = [place for place in map(shift.grid_range, part["ranges"]) if place is not None]
            if places:
                yield {**part, "ranges": places}
        elif "startRowIndex" in part or "startColumnIndex" in part:  # a merge
            place = shift.grid_range(part)
            if place is not None and not _single(place):
                yield place
        elif "dimension" in part.get("range", {}):  # a group
            span = part["range"]
            moved = (span["startIndex"], span["endIndex"])
            if span["dimension"] == shift.dimension and shift.band is None:
                moved = shift.span(*moved) or (0, 0)
            if moved[0] < moved[1]:
                yield {**part, "range": {**span, "startIndex": moved[0], "endIndex": moved[1]}}
        else:
            place = shift.grid_range(part["range"]) if "range" in part else {}
            free = [each for each in map(shift.grid_range, part.get("unprotectedRanges", [])) if each is not None]
            if place is not None:
                yield (
                    part | ({"range": place} if "range" in part else {}) | ({"unprotectedRanges": free} if free else {})
                )


def _follow_place(shift: Shift, place: dict[str, Any]) -> dict[str, Any] | None:
    """Return where a chart's data or its anchor is afterwards; None for data that is gone."""
    if place["sheetId"] != shift.sheet_id:
        return place
    name = "rowIndex" if shift.dimension == "ROWS" else "columnIndex"
    if "rowIndex" not in place and "columnIndex" not in place:
        return shift.grid_range(place)
    index = None if shift.band else shift.index(place.get(name, 0))
    if shift.band is None and index is None:  # an anchor whose line is gone stays where that was
        index = shift.start
    return place if index is None else {**place, name: index}


def _single(place: dict[str, Any]) -> bool:
    box = grid_box(place, FAR, FAR)
    return box.bottom - box.top == 1 and box.right - box.left == 1


def _follow_metadata(item: dict[str, Any], shift: Shift) -> bool:
    """Move a piece of metadata with its row or column; False when that is gone."""
    place = item["location"].get("dimensionRange")
    if (
        place is None
        or place.get("sheetId", 0) != shift.sheet_id
        or place["dimension"] != shift.dimension
        or shift.band
    ):
        return True
    index = shift.index(place["startIndex"])
    if index is None:
        return False
    item["location"]["dimensionRange"] = {**place, "startIndex": index, "endIndex": index + 1}
    return True


def _moved(lines: list[Any], shift: Shift, empty: Callable[[], Any]) -> list[Any]:
    result: dict[int, Any] = {}
    for index, line in enumerate(lines):
        to = shift.index(index)
        if to is not None:
            result[to] = line
    return [result[index] if index in result else empty() for index in range(max(result, default=-1) + 1)]


def _format_only(cell: Cell | None) -> Cell | None:
    names = ("userEnteredFormat", "dataValidation")
    kept: Cell = {name: cell[name] for name in names if name in cell} if cell else {}
    return kept or None


def _lines(tab: Tab, dimension: str, start: int, end: int) -> Box:
    return tab.grid._replace(
        **({"top": start, "bottom": end} if dimension == "ROWS" else {"left": start, "right": end})
    )
