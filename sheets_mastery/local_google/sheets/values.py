"""The ``spreadsheets.values`` methods: read, write, append and clear plain grids of values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sheets_mastery.local_google.errors import invalid_argument

from .a1 import Box, letters, quoted
from .calculation import Failure, calculated
from .defaults import MOST_CHARACTERS
from .document import Cell, Document, Tab, plain
from .numberformat import DATES, shown
from .places import beyond, echoed, guard, locate
from .structure import insert_lines
from .typed import tidy, typed

Grid = list[list[Any]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rendering:
    """How values are to be shown (the query parameters of a read, or the ``response…`` ones of a write)."""

    #: FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA.
    values: str = "FORMATTED_VALUE"
    #: SERIAL_NUMBER or FORMATTED_STRING; without meaning for formatted values.
    dates: str = "SERIAL_NUMBER"
    #: ROWS or COLUMNS: what the outer list holds.
    major: str = "ROWS"


def rendering(said: Mapping[str, Any], prefix: str = "") -> Rendering:
    """Read the rendering from parameters, whose names may begin with ``response``."""

    def name(plain: str) -> str:
        return prefix + plain[0].upper() + plain[1:] if prefix else plain

    return Rendering(
        values=said.get(name("valueRenderOption")) or "FORMATTED_VALUE",
        dates=said.get(name("dateTimeRenderOption")) or "SERIAL_NUMBER",
        major=_major(said.get("majorDimension")),
    )


def _major(said: str | None) -> str:
    return "COLUMNS" if said == "COLUMNS" else "ROWS"


def read(document: Document, text: str, how: Rendering) -> dict[str, Any]:
    """Return a ValueRange: the values of a range, without the empty ends of rows and below the last value."""
    tab, box = locate(document, text, whole=True)
    return value_range(document, tab, box, how)


def value_range(document: Document, tab: Tab, box: Box, how: Rendering) -> dict[str, Any]:
    """Return the ValueRange of a box."""
    result: dict[str, Any] = {"range": echoed(tab, box), "majorDimension": how.major}
    rows = _grid(document, tab, box, how)
    if how.major == "COLUMNS":
        width = max((len(row) for row in rows), default=0)
        rows = [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    if rows:
        result["values"] = rows
    return result


def _grid(document: Document, tab: Tab, box: Box, how: Rendering) -> Grid:
    habits = document.habits
    results = calculated(document).results(tab)
    last = max([len(tab.rows), *(row + 1 for row, _ in results)])

    def text(row: int, column: int, cell: Cell | None) -> Any:
        entered = (cell or {}).get("userEnteredValue")
        if entered and "formulaValue" not in entered:
            value = next(iter(entered.values()))
        else:
            if entered and how.values == "FORMULA":
                return entered["formulaValue"]
            value = results.get((row, column))
        if value is None:
            return ""
        if isinstance(value, Failure):
            return value.shown()
        number_format = (cell or {}).get("userEnteredFormat", {}).get("numberFormat")
        if how.values == "FORMATTED_VALUE":
            return shown(value, number_format, habits)
        if how.dates == "FORMATTED_STRING" and (number_format or {}).get("type") in DATES:
            return shown(value, number_format, habits)
        return value

    rows: Grid = []
    for row in range(box.top, min(box.bottom, last)):
        line = tab.rows[row] if row < len(tab.rows) else []
        end = max([len(line), *(column + 1 for at, column in results if at == row)]) if results else len(line)
        rows.append(
            [
                text(row, column, line[column] if column < len(line) else None)
                for column in range(box.left, min(box.right, end))
            ]
        )
    return rows


#: An answer to a write, and where it wrote.
Written = tuple[dict[str, Any], "Tab", Box]


def write(document: Document, tab: Tab, box: Box, body: Mapping[str, Any], option: str) -> Written:
    """Write a grid of values from a range's first cell on; return the UpdateValuesResponse, and where it wrote.

    A null skips its cell and ``""`` empties it. 400 when the values do not fit into the range: a single cell may be
    written beyond, any other range not.
    """
    rows = _by_rows(body)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    single = box.bottom - box.top == 1 and box.right - box.left == 1
    if not single and (box.top + height > box.bottom or box.left + width > box.right):
        where = f"{quoted(tab.title)}!{box.a1()}"
        line = f"row [{box.bottom + 1}]" if box.top + height > box.bottom else f"column [{letters(box.right)}]"
        raise invalid_argument(f"Requested writing within range [{where}], but tried writing to {line}")
    target = Box(box.top, box.top + height, box.left, box.left + width)
    if not target.empty and not tab.grid.covers(target):
        raise invalid_argument(beyond(tab, target.a1()))
    count = put(document, tab, target, rows, option)
    return updated(document, tab, target, count), tab, target


def updated(document: Document, tab: Tab, target: Box, count: int) -> dict[str, Any]:
    """Return an UpdateValuesResponse."""
    if not count:
        place = target if not target.empty else Box(target.top, target.top + 1, target.left, target.left + 1)
        return {"spreadsheetId": document.id, "updatedRange": echoed(tab, place)}
    return {
        "spreadsheetId": document.id,
        "updatedRange": echoed(tab, target),
        "updatedRows": target.bottom - target.top,
        "updatedColumns": target.right - target.left,
        "updatedCells": count,
    }


def put(document: Document, tab: Tab, target: Box, rows: Grid, option: str) -> int:
    """Write values into a box and return how many cells were written."""
    guard(document, tab, target)
    habits = document.habits
    year = calculated(document).year
    count = 0
    for row, values in enumerate(rows, target.top):
        for column, value in enumerate(values, target.left):
            if value is None:
                continue
            count += 1
            number_format = None
            if isinstance(value, bool):
                entered: dict[str, Any] = {"boolValue": value}
            elif isinstance(value, int | float):
                entered = {"numberValue": tidy(value)}
            elif not isinstance(value, str):
                raise invalid_argument(f"Invalid values[{row - target.top}][{column - target.left}]: {_kind(value)}")
            elif value == "":
                entered = {}
            elif option == "USER_ENTERED" and _number_format(tab.cell(row, column)) != "TEXT":
                entered, number_format = typed(value, habits, year)
                bare = number_format is None and abs(entered.get("numberValue", 0)) >= 1
                if bare and _number_format(tab.cell(row, column)) == "PERCENT":
                    # an 85 typed into a cell for percentages is 85 %, as in every spreadsheet
                    entered, number_format = typed(value + "%", habits, year)
            else:
                entered = {"stringValue": value}
            enter(tab, row, column, entered, number_format)
    return count


def enter(
    tab: Tab, row: int, column: int, entered: dict[str, Any], number_format: dict[str, str] | None = None
) -> None:
    """Put a value into a cell; formats and notes stay, runs of format within the old text go.

    ``number_format`` is what typing the value brought along: it yields to a format that the cell has already.
    """
    if len(entered.get("stringValue", "")) > MOST_CHARACTERS:
        raise invalid_argument(
            f"Your input contains more than the maximum of {MOST_CHARACTERS} characters in a single cell."
        )
    cell = {
        name: kept
        for name, kept in (tab.cell(row, column) or {}).items()
        if name not in ("userEnteredValue", "textFormatRuns", "chipRuns", "hyperlink")
    }
    user_format = cell.get("userEnteredFormat", {})
    if number_format is not None and "numberFormat" not in user_format:
        cell["userEnteredFormat"] = {**user_format, "numberFormat": number_format}
    if entered:
        cell = {"userEnteredValue": entered, **cell} if cell else plain(*next(iter(entered.items())))
    tab.put(row, column, cell)


def clear(document: Document, tab: Tab, box: Box) -> str:
    """Empty the values of a range, leaving formats and notes; return the range as cleared."""
    guard(document, tab, box)
    for row, column, cell in list(tab.cells(box)):
        if "userEnteredValue" in cell:
            enter(tab, row, column, {})
    tab.tidy()
    return echoed(tab, box)


def append(document: Document, text: str, body: Mapping[str, Any], option: str, *, insert: bool) -> Written:
    """Write values below the table found in a range; return the AppendValuesResponse, and where it wrote.

    ``insert`` makes room for them by new rows; otherwise what lies there is written over. The grid grows as needed.
    """
    tab, box = locate(document, text, whole=True)
    rows = _by_rows(body)
    table = _table(tab, box)
    top, left = (box.top, box.left) if table is None else (table.bottom, table.left)
    target = Box(top, top + len(rows), left, left + max((len(row) for row in rows), default=0))
    if insert and top < tab.row_count:
        insert_lines(document, tab, "ROWS", top, len(rows), inherit_before=top > 0)
    tab.size(max(tab.row_count, target.bottom), max(tab.column_count, target.right))
    count = put(document, tab, target, rows, option)
    response: dict[str, Any] = {"spreadsheetId": document.id}
    if table is not None:
        response["tableRange"] = echoed(tab, table)
    response["updates"] = updated(document, tab, target, count)
    return response, tab, target


def _table(tab: Tab, box: Box) -> Box | None:
    """Return the block of values that a box's last value belongs to, or None where the box has no value.

    The last is the one furthest right in the lowest row: where a gap parts two tables, the right one grows (recorded).
    """
    filled = {(row, column) for row, column, cell in tab.cells(tab.grid) if "userEnteredValue" in cell}
    inside = [(row, column) for row, column in filled if box.top <= row < box.bottom and box.left <= column < box.right]
    if not inside:
        return None
    row, column = max(inside)
    table = Box(row, row + 1, column, column + 1)
    while True:
        around = Box(table.top - 1, table.bottom + 1, table.left - 1, table.right + 1)
        touching = [place for place in filled if around.covers(Box(place[0], place[0] + 1, place[1], place[1] + 1))]
        grown = Box(
            min(row for row, _ in touching),
            max(row for row, _ in touching) + 1,
            min(column for _, column in touching),
            max(column for _, column in touching) + 1,
        )
        if grown == table:
            return table
        table = grown


def _by_rows(body: Mapping[str, Any]) -> Grid:
    values: Grid = body.get("values") or []
    if _major(body.get("majorDimension")) == "ROWS":
        return values
    height = max((len(column) for column in values), default=0)
    return [[column[row] if row < len(column) else None for column in values] for row in range(height)]


def _number_format(cell: Cell | None) -> str:
    """Return the type of the number format that a cell was given, or ""."""
    kind: str = (cell or {}).get("userEnteredFormat", {}).get("numberFormat", {}).get("type", "")
    return kind


def _kind(value: Any) -> str:
    kind = "list_value" if isinstance(value, list) else "struct_value"
    return f"{kind} {{\n}}"
