"""Lines inserted, deleted and moved, and cells shifted: what becomes of everything that names a row or a column."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import Invalid

from .a1 import Box, grid_box
from .document import Document, Tab
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
        span = self.span(line, line + 1)
        return None if span is None else span[0]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a run of lines is afterwards; None when nothing is left of it."""
        count = self.end - self.start
        if self.kind == "insert":
            return (start + count if start >= self.start else start), (end + count if end > self.start else end)
        if self.kind == "delete":
            low = start - max(0, min(start, self.end) - self.start)
            high = end - max(0, min(end, self.end) - self.start)
            return (low, high) if low < high else None
        to = self.to - count if self.to > self.start else self.to
        if self.start <= start and end <= self.end:
            return start - self.start + to, end - self.start + to
        if start <= self.start and self.end <= end and start <= self.to <= end:
            return start, end  # lines moved within the run leave it as it is
        taken = dataclasses.replace(self, kind="delete").span(start, end)
        return taken and dataclasses.replace(self, kind="insert", start=to, end=to + count).span(*taken)

    def reference(self, ref: Reference) -> Reference | None:
        """Return where a formula's reference to the tab points afterwards; None when what it named is gone."""
        axis = 0 if self.dimension == "ROWS" else 1
        corners = [(ref.row, ref.column), *([ref.to] if ref.to else [])]
        along, across = [corner[axis] for corner in corners], [corner[1 - axis] for corner in corners]
        if self.band is not None and not all(line and self.band[0] <= line.at < self.band[1] for line in across):
            return ref
        if not any(along):
            return ref
        first, last = along[0], along[-1]
        turned = first is not None and last is not None and first.at > last.at
        if turned:
            first, last = last, first
        span = self.span(first.at if first else 0, last.at + 1 if last else FAR)
        if span is None:
            return None
        moved = [first and Line(span[0], first.held), last and Line(span[1] - 1, last.held)]
        pairs = zip(reversed(moved) if turned else moved, across, strict=False)
        result = [(line, other) if axis == 0 else (other, line) for line, other in pairs]
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

    def place(self, place: dict[str, Any]) -> dict[str, Any] | None:
        """Return where anything is afterwards that says its sheetId: a range, lines or a cell; None when it is gone."""
        if place["sheetId"] != self.sheet_id:
            return place
        if "dimension" in place:
            if place["dimension"] != self.dimension or self.band is not None:
                return place
            span = self.span(place["startIndex"], place["endIndex"])
            return span and {**place, "startIndex": span[0], "endIndex": span[1]}
        if "rowIndex" not in place and "columnIndex" not in place:
            return self.grid_range(place)
        if self.band is not None:
            return place
        name = "rowIndex" if self.dimension == "ROWS" else "columnIndex"
        index = self.index(place.get(name, 0))  # what hangs on a cell whose line is gone stays where that was
        return {**place, name: self.start if index is None else index}


def insert_lines(document: Document, tab: Tab, dimension: str, start: int, count: int, *, inherit_before: bool) -> None:
    """Insert empty lines, which take the formats of their neighbour before or after."""
    guard(document, tab, tab.band(dimension, start, start + 1))
    if inherit_before and start == 0:
        raise Invalid("inheritFromBefore cannot be true when inserting at the beginning.")
    model = start - 1 if inherit_before else start
    for lines in _runs(tab, dimension):
        pattern = _format_only(lines[model]) if model < len(lines) else None
        if start < len(lines) or pattern:
            lines.extend(_empty(dimension) for _ in range(start - len(lines)))
            lines[start:start] = [_format_only(pattern) or _empty(dimension) for _ in range(count)]
    known = tab.lines[dimension]
    if start < len(known):
        known[start:start] = [dict(known[model]) if model < len(known) else {} for _ in range(count)]
    tab.grow(dimension, count)
    follow(document, Shift(sheet_id=tab.id, dimension=dimension, start=start, end=start + count, kind="insert"))


def delete_lines(document: Document, tab: Tab, dimension: str, start: int, end: int) -> None:
    """Delete lines with all that is in them."""
    guard(document, tab, tab.band(dimension, start, end))
    if end - start >= tab.count(dimension):
        raise Invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
    for lines in (*_runs(tab, dimension), tab.lines[dimension]):
        del lines[start:end]
    tab.grow(dimension, start - end)
    follow(document, Shift(sheet_id=tab.id, dimension=dimension, start=start, end=end, kind="delete"))


def move_lines(document: Document, tab: Tab, dimension: str, start: int, end: int, to: int) -> None:
    """Move lines before the line ``to``, counted as they stand."""
    guard(document, tab, tab.band(dimension, start, end))
    for lines in _runs(tab, dimension):
        _move(lines, start, end, to, lambda: _empty(dimension))
    _move(tab.lines[dimension], start, end, to, dict)
    follow(document, Shift(sheet_id=tab.id, dimension=dimension, start=start, end=end, kind="move", to=to))


def _runs(tab: Tab, dimension: str) -> list[list[Any]]:
    """Return the lists in which the lines of a dimension stand: the one of rows, or each row's of cells."""
    return [tab.rows] if dimension == "ROWS" else list(tab.rows)


def _empty(dimension: str) -> list[Any] | None:
    return [] if dimension == "ROWS" else None


def _format_only(line: Any) -> Any:
    """Return a row or a cell with nothing but what a new neighbour inherits; None where that is nothing."""
    if isinstance(line, list):
        cells = [_format_only(cell) for cell in line]
        return cells if any(cells) else None
    return {name: line[name] for name in ("userEnteredFormat", "dataValidation") if line and name in line} or None


def _move(lines: list[Any], start: int, end: int, to: int, empty: Callable[[], Any]) -> None:
    lines.extend(empty() for _ in range(max(end, to) - len(lines)))
    taken = lines[start:end]
    del lines[start:end]
    at = to - (end - start) if to > start else to
    lines[at:at] = taken


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
    owner.tidy()
    for tab in document.tabs:
        change = _reference_change(shift, tab, owner)
        rewrite_formulas(tab, functools.partial(rewritten, change=change, decimal=decimal))
    for rule in owner.parts["conditionalFormats"]:
        _shift_rule(rule, shift, decimal)
    follow_places(document, shift.place)
    owner.parts["merges"] = [place for place in owner.parts["merges"] if not _single(place)]


def follow_places(document: Document, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Let every range, line and cell that anything in a document names be as ``change`` says; None is gone."""
    for tab in document.tabs:
        tab.parts = with_places(tab.parts, change)
        tab.parts["conditionalFormats"] = [rule for rule in tab.parts["conditionalFormats"] if rule["ranges"]]
        tab.basic_filter = with_places(tab.basic_filter, change)
    document.named_ranges = with_places(document.named_ranges, change)
    document.metadata = with_places(document.metadata, change)


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


def _single(place: dict[str, Any]) -> bool:
    box = grid_box(place, FAR, FAR)
    return box.bottom - box.top == 1 and box.right - box.left == 1
