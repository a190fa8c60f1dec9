"""The answer to `spreadsheets.get` → `Reading`.

Google leaves out of its JSON whatever is zero, false or empty, and cuts rows and tabs where their content ends. All
that is put back here: a range without ends reaches to the ends of its grid, a rule that is no formula keeps its place
in the list, and every number becomes the decimal that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from sheets_mastery.a1 import Range
from sheets_mastery.reading import EMPTY, STAMP_KEY, Content, Look, Protection, Reading, Rule, SeenStamp, Tab

#: What is asked for: everything below reads, and nothing else.
#: The number format is the *effective* one, since only that holds the format which a formula's result takes on (the
#: average of percentages shows as a percentage, and its userEnteredFormat is empty). Conditional formats cannot change
#: it.
STAMPS = "developerMetadata(metadataId,metadataKey,metadataValue)"
MASK = (
    f"properties(title,locale,timeZone),{STAMPS},"
    "sheets("
    "properties(sheetId,title,index,sheetType,gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount)),"
    "conditionalFormats(ranges,booleanRule),"
    "protectedRanges(protectedRangeId,range,description,requestingUserCanEdit,warningOnly,unprotectedRanges,"
    "editors(domainUsersCanEdit)),"
    "data(startRow,startColumn,rowData(values("
    "userEnteredValue(formulaValue),effectiveValue,formattedValue,effectiveFormat(numberFormat(type)),note,"
    "chipRuns(chip(personProperties(email)))))))"
)

#: Doubles hold whole numbers exactly up to here.
_EXACT = 2**53

Json = dict[str, Any]


def reading(spreadsheet_id: str, answer: Json) -> Reading:
    """The spreadsheet in an answer to `spreadsheets.get` with MASK. Tabs without a grid (charts, data sources) are
    left out.

    Raises KeyError, TypeError or ValueError where the answer is none of Google's.
    """
    properties = answer["properties"]
    content = _contents()
    return Reading(
        spreadsheet_id=spreadsheet_id,
        title=properties.get("title", ""),
        locale=properties.get("locale", "en_US"),
        time_zone=properties.get("timeZone", "Etc/GMT"),
        tabs=tuple(
            _tab(sheet, content) for sheet in answer["sheets"] if sheet["properties"].get("sheetType", "GRID") == "GRID"
        ),
        stamps=stamps(answer),
    )


def stamps(answer: Json) -> tuple[SeenStamp, ...]:
    """The service's own stamps among a spreadsheet's developer metadata."""
    return tuple(
        SeenStamp(id=each["metadataId"], text=each.get("metadataValue", ""))
        for each in answer.get("developerMetadata", ())
        if each.get("metadataKey") == STAMP_KEY
    )


def _tab(sheet: Json, content: Callable[[Json], Content]) -> Tab:
    properties = sheet["properties"]
    grid = properties["gridProperties"]
    rows, columns = grid["rowCount"], grid["columnCount"]
    return Tab(
        sheet_id=properties.get("sheetId", 0),
        title=properties["title"],
        index=properties.get("index", 0),
        rows=rows,
        columns=columns,
        cells=_cells(sheet.get("data", ()), content),
        rules=tuple(_rule(each, rows, columns) for each in sheet.get("conditionalFormats", ())),
        protections=tuple(
            protection for each in sheet.get("protectedRanges", ()) for protection in _protections(each, rows, columns)
        ),
        frozen=(grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)),
    )


def _cells(blocks: list[Json], content: Callable[[Json], Content]) -> tuple[tuple[Content, ...], ...]:
    """The cells from A1 on. A whole tab comes as one block; where it starts elsewhere, blanks fill the way."""
    cells: list[tuple[Content, ...]] = []
    for block in blocks:
        margin = (EMPTY,) * block.get("startColumn", 0)
        cells += [()] * (block.get("startRow", 0) - len(cells))
        for row in block.get("rowData", ()):
            values = row.get("values")
            cells.append(_trimmed([*margin, *map(content, values)]) if values else ())
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _trimmed(contents: list[Content]) -> tuple[Content, ...]:
    while contents and contents[-1] is EMPTY:
        contents.pop()
    return tuple(contents)


def _contents() -> Callable[[Json], Content]:
    """A reader of cells that makes one `Content` for all cells alike: most of a gradebook is the same few marks."""
    texts: dict[tuple[str, str, str], Content] = {}
    numbers: dict[tuple[int | float, str, str], Content] = {}
    blanks: dict[str, Content] = {"": EMPTY}

    def content(cell: Json) -> Content:
        if not cell:
            return EMPTY
        effective: Json = cell.get("effectiveValue") or {}
        shown: str = cell.get("formattedValue", "")
        look = cell.get("effectiveFormat")
        format_: str = look.get("numberFormat", {}).get("type", "") if look else ""
        formula = (cell.get("userEnteredValue") or {}).get("formulaValue")
        note = cell.get("note", "")
        chip = _person(cell["chipRuns"]) if "chipRuns" in cell else ""
        if formula is not None or note or chip or "boolValue" in effective or "errorValue" in effective:
            value, error = _value(effective)
            return Content(value=value, error=error, formula=formula, format=format_, shown=shown, note=note, chip=chip)
        if "numberValue" in effective:
            number = effective["numberValue"]
            known = numbers.get((number, shown, format_))
            if known is None:
                value, error = _value(effective)
                known = Content(value=value, error=error, format=format_, shown=shown)
                numbers[number, shown, format_] = known
            return known
        if "stringValue" in effective:
            text = effective["stringValue"]
            known = texts.get((text, shown, format_))
            if known is None:
                known = texts[text, shown, format_] = Content(value=text, format=format_, shown=shown)
            return known
        known = blanks.get(format_)
        if known is None:
            known = blanks[format_] = Content(format=format_)
        return known

    return content


def _person(runs: list[Json]) -> str:
    """The address of the people chip that a cell holds, "" for none or several."""
    people = [
        run["chip"]["personProperties"].get("email", "") for run in runs if "personProperties" in run.get("chip", {})
    ]
    return people[0] if len(people) == 1 else ""


def _value(effective: Json) -> tuple[str | Decimal | bool | None, str | None]:
    """The value of an ExtendedValue, and its error."""
    if "numberValue" in effective:
        return _exact(effective["numberValue"])
    if "errorValue" in effective:
        return None, effective["errorValue"].get("type", "ERROR")
    return effective.get("stringValue", effective.get("boolValue")), None


def _exact(number: float | str) -> tuple[Decimal | None, str | None]:
    """The decimal that was typed for a double of Google's: the shortest one that is this double."""
    if isinstance(number, str):  # JSON has no numbers for these: "NaN", "Infinity"
        return None, "NUM"
    if isinstance(number, float) and not (number.is_integer() and abs(number) <= _EXACT):
        return Decimal(repr(number)), None
    return Decimal(int(number)), None


def _range(said: Json, rows: int, columns: int) -> Range:
    """A GridRange with its open ends filled from the grid."""
    return Range(
        said.get("startRowIndex", 0),
        said.get("startColumnIndex", 0),
        said.get("endRowIndex", rows),
        said.get("endColumnIndex", columns),
    )


def _rule(said: Json, rows: int, columns: int) -> Rule | None:
    boolean = said.get("booleanRule")
    if boolean is None or boolean["condition"].get("type") != "CUSTOM_FORMULA":
        return None
    look = boolean.get("format", {})
    text = look.get("textFormat", {})
    return Rule(
        ranges=tuple(_range(each, rows, columns) for each in said.get("ranges", ())),
        formula=boolean["condition"]["values"][0].get("userEnteredValue", ""),
        look=Look(
            fill=_colour(look, "backgroundColor"),
            ink=_colour(text, "foregroundColor"),
            bold=text.get("bold", False),
            italic=text.get("italic", False),
        ),
    )


def _colour(format_: Json, name: str) -> str:
    """A colour as `#RRGGBB`. Google sends it twice, and …Style holds; "" for none or for one of the theme."""
    style = format_.get(f"{name}Style")
    colour = format_.get(name) if style is None else style.get("rgbColor")
    if colour is None:
        return ""
    return "#" + "".join(f"{round(colour.get(part, 0) * 255):02X}" for part in ("red", "green", "blue"))


def _protections(said: Json, rows: int, columns: int) -> Iterator[Protection]:
    """A protected range less its holes. One that only warns is ours to edit: it warns people at a screen."""
    ours = bool(said.get("requestingUserCanEdit") or said.get("warningOnly"))
    kept = [_range(said.get("range", {}), rows, columns)]
    for each in said.get("unprotectedRanges", ()):
        hole = _range(each, rows, columns)
        kept = [piece for whole in kept for piece in _around(whole, hole)]
    for piece in kept:
        yield Protection(
            range=piece,
            ours_to_edit=ours,
            id=said.get("protectedRangeId", 0),
            description=said.get("description", ""),
            warns=bool(said.get("warningOnly")),
            for_domain=bool(said.get("editors", {}).get("domainUsersCanEdit")),
        )


def _around(whole: Range, hole: Range) -> Iterator[Range]:
    """What is left of a rectangle when another is cut out: at most four rectangles."""
    top, bottom = max(whole.row, hole.row), min(whole.end_row, hole.end_row)
    left, right = max(whole.column, hole.column), min(whole.end_column, hole.end_column)
    if top >= bottom or left >= right:
        yield whole
        return
    pieces = (
        Range(whole.row, whole.column, top, whole.end_column),
        Range(bottom, whole.column, whole.end_row, whole.end_column),
        Range(top, whole.column, bottom, left),
        Range(top, right, bottom, whole.end_column),
    )
    for piece in pieces:
        if piece.row < piece.end_row and piece.column < piece.end_column:
            yield piece
