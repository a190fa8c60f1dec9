"""Random batches of edits to a sheet's structure and values, held against a simple model of what must come of them.

The model knows one small sheet: what stands in each cell, and what names cells: formulas, rules with a formula each,
merges, named and protected ranges. Where lines go is found by counting: a list of all lines is edited, and looked
through.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Place = tuple[int, int]
#: Rows from, rows to, columns from, columns to.
Span = tuple[int, int, int, int]
#: What a batch that fails holds somewhere: each is refused when it is its turn.
WRONG: list[dict[str, Any]] = [
    {"deleteNamedRange": {"namedRangeId": "none"}},
    {"deleteSheet": {"sheetId": 77}},
    {"updateCells": {"start": {"sheetId": 0, "rowIndex": 900}, "rows": [{"values": [{}]}], "fields": "note"}},
    {"mergeCells": {}},
    {"deleteConditionalFormatRule": {"sheetId": 0, "index": 99}},
    {"addTable": {}},
]


def a1(row: int, column: int) -> str:
    """Return a cell's name; the sheet never has more than 26 columns here."""
    return f"{chr(65 + column)}{row + 1}"


class Model:
    """One sheet. Every edit returns the request that asks the server for the same, or None where it makes no sense."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.values: dict[Place, int] = {}
        #: Where a formula ``=REF*2`` stands -> the cell it names, None once that is gone.
        self.formulas: dict[Place, Place | None] = {}
        #: Name -> range; id -> range; and the rules, the first one first: range and the cell its formula names.
        self.names: dict[str, Span] = {}
        self.protected: dict[int, Span] = {}
        self.rules: list[tuple[Span, Place | None]] = []
        self.merges: list[Span] = []
        self._number = 0

    # --- where things go

    def _moved(self, lines: list[int | None], start: int, end: int) -> tuple[int, int] | None:
        """Return where a run of lines is, given all lines by their old numbers, new ones being None."""
        left = [at for at, old in enumerate(lines) if old is not None and start <= old < end]
        return (left[0], left[-1] + 1) if left else None

    def _follow(self, rows: bool, where: Callable[[int, int], tuple[int, int] | None], band: range | None) -> None:
        """Let all that names cells follow along one dimension; with a band only what lies wholly within it."""

        def span(old: Span) -> Span | None:
            along, across = (old[:2], old[2:]) if rows else (old[2:], old[:2])
            if band is not None and not (band.start <= across[0] and across[1] <= band.stop):
                return old
            new = where(*along)
            return None if new is None else (*new, *across) if rows else (*across, *new)

        def cell(old: Place | None) -> Place | None:
            new = None if old is None else span((old[0], old[0] + 1, old[1], old[1] + 1))
            return None if new is None else (new[0], new[2])

        self.values = {at: value for old, value in self.values.items() if (at := cell(old)) is not None}
        self.formulas = {at: cell(ref) for old, ref in self.formulas.items() if (at := cell(old)) is not None}
        self.names = {name: box for name, old in self.names.items() if (box := span(old)) is not None}
        self.protected = {number: box for number, old in self.protected.items() if (box := span(old)) is not None}
        self.rules = [(box, cell(ref)) for old, ref in self.rules if (box := span(old)) is not None]
        moved = [box for old in self.merges if (box := span(old)) is not None]
        self.merges = [each for each in moved if (each[1] - each[0]) * (each[3] - each[2]) > 1]

    def _resize(self, rows: bool, count: int) -> None:
        self.rows, self.columns = self.rows + count * rows, self.columns + count * (not rows)

    def _lines(self, rows: bool) -> list[int | None]:
        return list(range(self.rows if rows else self.columns))

    # --- edits

    def insert(self, draw: random.Random) -> Any:
        rows = draw.random() < 0.5
        lines = self._lines(rows)
        at, count = draw.randrange(len(lines)), draw.randint(1, 2)
        if len(lines) > 14:
            return None
        lines[at:at] = [None] * count
        self._follow(rows, lambda start, end: self._moved(lines, start, end), None)
        self._resize(rows, count)
        return {"insertDimension": {"range": _dimension(rows, at, at + count)}}

    def append(self, draw: random.Random) -> Any:
        self._resize(rows=True, count=1)
        return {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 1}}

    def delete(self, draw: random.Random) -> Any:
        rows = draw.random() < 0.5
        lines = self._lines(rows)
        at, count = draw.randrange(len(lines)), draw.randint(1, 2)
        if at + count > len(lines) or len(lines) < 5:
            return None
        del lines[at : at + count]
        self._follow(rows, lambda start, end: self._moved(lines, start, end), None)
        self._resize(rows, -count)
        return {"deleteDimension": {"range": _dimension(rows, at, at + count)}}

    def move(self, draw: random.Random) -> Any:
        rows = draw.random() < 0.5
        lines = self._lines(rows)
        first, to = draw.randrange(len(lines)), draw.randint(0, len(lines))
        last = min(first + draw.randint(1, 2), len(lines))
        if first < to < last:
            return None
        block = lines[first:last]
        rest = lines[:first] + lines[last:]
        at = to if to <= first else to - len(block)

        def where(start: int, end: int) -> tuple[int, int] | None:
            if first <= start and end <= last:  # it goes along
                return at + start - first, at + end - first
            if start <= first and last <= end and start <= to <= end:  # moved within it
                return start, end
            return self._moved([*rest[:at], *[None] * len(block), *rest[at:]], start, end)

        self._follow(rows, where, None)
        return {"moveDimension": {"source": _dimension(rows, first, last), "destinationIndex": to}}

    def shift(self, draw: random.Random) -> Any:
        """Insert or delete a range of cells: those beyond it in its band move."""
        box, rows, inserted = self._box(draw), draw.random() < 0.5, draw.random() < 0.5
        lines = self._lines(rows)
        start, end, band = (*box[:2], range(*box[2:])) if rows else (*box[2:], range(*box[:2]))
        if inserted:
            edge = len(lines) - (end - start)
            if any(place[not rows] >= edge and place[rows] in band for place in (*self.values, *self.formulas)):
                return None  # a value would be pushed off the grid, which then grows
            lines[start:start] = [None] * (end - start)
        else:
            del lines[start:end]
        self._follow(rows, lambda low, high: self._moved(lines, low, high), band)
        kind = "insertRange" if inserted else "deleteRange"
        return {kind: {"range": _range(box), "shiftDimension": "ROWS" if rows else "COLUMNS"}}

    def cut(self, draw: random.Random) -> Any:
        top, bottom, left, right = box = self._box(draw)
        to = draw.randint(0, self.rows - (bottom - top)), draw.randint(0, self.columns - (right - left))
        down, across = to[0] - top, to[1] - left

        def within(place: Place | None) -> bool:
            return place is not None and top <= place[0] < bottom and left <= place[1] < right

        def cell(place: Place | None) -> Place | None:
            return (place[0] + down, place[1] + across) if place is not None and within(place) else place

        target = {(row + down, column + across) for row in range(top, bottom) for column in range(left, right)}

        def carried(cells: dict[Place, Any]) -> dict[Place, Any]:
            kept = {at: said for at, said in cells.items() if at not in target and not within(at)}
            return kept | {(at[0] + down, at[1] + across): said for at, said in cells.items() if within(at)}

        self.values = carried(self.values)
        self.formulas = {at: cell(ref) for at, ref in carried(self.formulas).items()}
        return {
            "cutPaste": {
                "source": _range(box),
                "destination": {"sheetId": 0, "rowIndex": to[0], "columnIndex": to[1]},
                "pasteType": "PASTE_NORMAL",
            }
        }

    def sort(self, draw: random.Random) -> Any:
        top, bottom, left, right = box = self._box(draw)
        if any(_meet(box, merge) for merge in self.merges):
            return None
        if any(_meet(box, (row, row + 1, column, column + 1)) for row, column in self.formulas):
            return None  # a formula that moves reads otherwise; another test's matter
        by, down = draw.randrange(left, right), draw.random() < 0.5
        filled = [row for row in range(top, bottom) if (row, by) in self.values]
        filled.sort(key=lambda row: self.values[row, by], reverse=down)
        order = filled + [row for row in range(top, bottom) if (row, by) not in self.values]
        columns = range(left, right)
        taken = {(row, column): self.values.pop((row, column), None) for row in order for column in columns}
        for row, source in enumerate(order, top):
            for column in columns:
                value = taken[source, column]
                if value is not None:
                    self.values[row, column] = value
        spec = {"dimensionIndex": by, "sortOrder": "DESCENDING" if down else "ASCENDING"}
        return {"sortRange": {"range": _range(box), "sortSpecs": [spec]}}

    def merge(self, draw: random.Random) -> Any:
        box = self._box(draw)
        if not self._whole_merges(box) or (box[1] - box[0]) * (box[3] - box[2]) == 1:
            return None
        self.merges = [*(each for each in self.merges if not _meet(each, box)), box]
        corner = (box[0], box[2])
        for cells in (self.values, self.formulas):
            for place in list(cells):
                if _meet(box, (place[0], place[0] + 1, place[1], place[1] + 1)) and place != corner:
                    del cells[place]
        return {"mergeCells": {"range": _range(box), "mergeType": "MERGE_ALL"}}

    def unmerge(self, draw: random.Random) -> Any:
        box = self._box(draw)
        if not self._whole_merges(box):
            return None
        self.merges = [each for each in self.merges if not _meet(each, box)]
        return {"unmergeCells": {"range": _range(box)}}

    def write(self, draw: random.Random) -> Any:
        row, column = draw.randrange(self.rows), draw.randrange(self.columns)
        self._number += 1
        self.formulas.pop((row, column), None)
        self.values[row, column] = self._number
        return _entered(row, column, {"numberValue": self._number})

    def refer(self, draw: random.Random) -> Any:
        row, column = draw.randrange(self.rows), draw.randrange(self.columns)
        ref = draw.randrange(self.rows), draw.randrange(self.columns)
        self.values.pop((row, column), None)
        self.formulas[row, column] = ref
        return _entered(row, column, {"formulaValue": f"={a1(*ref)}*2"})

    def name(self, draw: random.Random) -> Any:
        self._number += 1
        self.names[f"name_{self._number}"] = box = self._box(draw)
        named = {"namedRangeId": f"id {self._number}", "name": f"name_{self._number}", "range": _range(box)}
        return {"addNamedRange": {"namedRange": named}}

    def protect(self, draw: random.Random) -> Any:
        self._number += 1
        self.protected[self._number] = box = self._box(draw)
        return {"addProtectedRange": {"protectedRange": {"protectedRangeId": self._number, "range": _range(box)}}}

    def rule(self, draw: random.Random) -> Any:
        box, ref = self._box(draw), (draw.randrange(self.rows), draw.randrange(self.columns))
        self.rules.insert(0, (box, ref))
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": f"={_held(ref)}>5"}]}
        rule = {"ranges": [_range(box)], "booleanRule": {"condition": condition, "format": {}}}
        return {"addConditionalFormatRule": {"rule": rule, "index": 0}}

    def _box(self, draw: random.Random) -> Span:
        top, left = draw.randrange(self.rows), draw.randrange(self.columns)
        return top, min(top + draw.randint(1, 3), self.rows), left, min(left + draw.randint(1, 3), self.columns)

    def _whole_merges(self, box: Span) -> bool:
        """Tell whether no merge lies in the box by half."""
        inside = [
            box[0] <= each[0] and each[1] <= box[1] and box[2] <= each[2] and each[3] <= box[3]
            for each in self.merges
            if _meet(each, box)
        ]
        return all(inside)

    def shown(self) -> dict[str, Any]:
        """Return the state as ``seen`` returns the server's."""
        texts: dict[Place, Any] = dict(self.values) | {
            at: f"={'#REF!' if ref is None else a1(*ref)}*2" for at, ref in self.formulas.items()
        }
        return {
            "size": (self.rows, self.columns),
            "cells": texts,
            "names": self.names,
            "protected": self.protected,
            "rules": [(span, f"={'#REF!' if ref is None else _held(ref)}>5") for span, ref in self.rules],
            "merges": sorted(self.merges),
        }


def _held(ref: Place) -> str:
    return f"${a1(*ref)[0]}${ref[0] + 1}"


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _dimension(rows: bool, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 0, "dimension": "ROWS" if rows else "COLUMNS", "startIndex": start, "endIndex": end}


def _range(box: Span) -> dict[str, int]:
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return {"sheetId": 0, **dict(zip(names, box, strict=True))}


def _span(said: dict[str, int]) -> Span:
    return (
        said.get("startRowIndex", 0),
        said["endRowIndex"],
        said.get("startColumnIndex", 0),
        said["endColumnIndex"],
    )


def _entered(row: int, column: int, value: dict[str, Any]) -> dict[str, Any]:
    start = {"sheetId": 0, "rowIndex": row, "columnIndex": column}
    rows = [{"values": [{"userEnteredValue": value}]}]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def seen(book: Any) -> dict[str, Any]:
    """Return the server's state in the model's words."""
    (sheet,) = (shown := everything(book))["sheets"]
    grid = sheet["properties"]["gridProperties"]
    cells = {
        (row, column): next(iter(cell["userEnteredValue"].values()))
        for row, line in enumerate(sheet["data"][0].get("rowData", []))
        for column, cell in enumerate(line.get("values", []))
        if "userEnteredValue" in cell
    }
    rules = [
        (_span(rule["ranges"][0]), rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"])
        for rule in sheet.get("conditionalFormats", [])
    ]
    return {
        "size": (grid["rowCount"], grid["columnCount"]),
        "cells": cells,
        "names": {each["name"]: _span(each["range"]) for each in shown.get("namedRanges", [])},
        "protected": {each["protectedRangeId"]: _span(each["range"]) for each in sheet.get("protectedRanges", [])},
        "rules": rules,
        "merges": sorted(_span(each) for each in sheet.get("merges", [])),
    }


def everything(book: Any) -> Any:
    """Return the whole document as it is kept, but for what its rules come to."""
    fields = (
        "properties,namedRanges,developerMetadata,sheets(properties,merges,conditionalFormats,protectedRanges,"
        "data(rowMetadata,columnMetadata,rowData.values(userEnteredValue,userEnteredFormat,note)))"
    )
    return book.get(fields)


EDITS = [
    Model.insert,
    Model.delete,
    Model.move,
    Model.append,
    Model.shift,
    Model.cut,
    Model.sort,
    Model.merge,
    Model.unmerge,
    Model.write,
    Model.write,
    Model.refer,
    Model.name,
    Model.protect,
    Model.rule,
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    batches=st.lists(st.lists(st.sampled_from(EDITS), min_size=1, max_size=8), min_size=1, max_size=5),
    seed=st.integers(0, 2**32),
)
def test_ids_ranges_rules_and_formulas_stay_what_a_simple_model_says(
    new_book: Any, batches: list[list[Any]], seed: int
) -> None:
    draw = random.Random(seed)
    book, model = new_book("Marks", rows=8, columns=6), Model(8, 6)
    for edits in batches:
        requests = [request for edit in edits if (request := edit(model, draw)) is not None]
        if requests:
            book.batch(*requests)
        assert seen(book) == model.shown()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    before=st.lists(st.sampled_from(EDITS), min_size=5, max_size=15),
    edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=8),
    wrong=st.sampled_from(WRONG),
    seed=st.integers(0, 2**32),
)
def test_a_batch_that_fails_anywhere_leaves_no_trace(
    new_book: Any, before: list[Any], edits: list[Any], wrong: dict[str, Any], seed: int
) -> None:
    draw = random.Random(seed)
    book, model = new_book("Marks", rows=8, columns=6), Model(8, 6)
    book.batch(_entered(0, 0, {"numberValue": 1}), *(each for edit in before if (each := edit(model, draw))))
    was = everything(book)
    requests = [request for edit in edits if (request := edit(model, draw)) is not None]
    at = draw.randint(0, len(requests))
    requests[at:at] = [wrong]
    said = book.refused(*requests, status=501 if "addTable" in wrong else 400)
    assert f"requests[{at}]" in said
    assert everything(book) == was
