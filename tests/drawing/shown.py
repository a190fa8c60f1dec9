"""What a spreadsheet shows, as `spreadsheets.get` tells it: the colours, and all that is the teacher's."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from sheets_mastery.liverules import PALETTE, PENDING, SIGNATURE
from sheets_mastery.mastery import Verdict
from sheets_mastery.reading import STAMP_KEY, Look
from sheets_mastery.tabs import OURS
from sheets_mastery.writeback import is_our_note

Json = dict[str, Any]
#: A cell: sheetId, row, column.
Place = tuple[int, int, int]
#: All that has to be asked for.
FIELDS = (
    "properties,namedRanges,developerMetadata,sheets(properties,merges,conditionalFormats,protectedRanges,basicFilter,"
    "rowGroups,columnGroups,developerMetadata,data(rowMetadata,columnMetadata,rowData(values(userEnteredValue,"
    "effectiveValue,formattedValue,userEnteredFormat,note,dataValidation,textFormatRuns,"
    "effectiveFormat(backgroundColorStyle,textFormat)))))"
)
WHITE = {"red": 1, "green": 1, "blue": 1}
WORDS = {verdict.value: look for verdict, look in (*PALETTE.items(), (Verdict.PENDING, PENDING))}


def cells(document: Json) -> dict[Place, Json]:
    """Every cell that has anything."""
    return {
        (sheet["properties"]["sheetId"], row, column): cell
        for sheet in document["sheets"]
        for row, line in enumerate(sheet["data"][0].get("rowData", ()))
        for column, cell in enumerate(line.get("values", ()))
        if cell
    }


def fill(cell: Json) -> str:
    """The colour behind the text of a cell, as `#RRGGBB`."""
    return hexadecimal(cell.get("effectiveFormat", {}).get("backgroundColorStyle", {}).get("rgbColor", WHITE))


def ink(cell: Json) -> str:
    """The colour of the text of a cell, as `#RRGGBB`."""
    return hexadecimal(_text_format(cell).get("foregroundColorStyle", {}).get("rgbColor", {}))


def text(cell: Json) -> str:
    """A text or a whole number as text: what an id or a title reads."""
    value = cell.get("effectiveValue", {})
    return str(value.get("stringValue", value.get("numberValue", "")))


def painted(cell: Json, look: Look) -> bool:
    """Whether a cell shows a look of ours."""
    return (not look.fill or fill(cell) == look.fill) and ink(cell) == look.ink


def is_ours(sheet: Json) -> bool:
    """Whether a tab is of our making."""
    return sheet["properties"]["sheetId"] in {sheet_id for sheet_id, _, _ in OURS}


def our_rules(sheet: Json) -> list[int]:
    """Where our rules stand among the rules of a tab."""
    return [index for index, rule in enumerate(sheet.get("conditionalFormats", ())) if SIGNATURE in str(rule)]


def teachers(document: Json, coloured: Container[Place] = ()) -> Json:
    """All of a document that is the teacher's: no tab, rule, note or stamp of ours, and no look where we `coloured`."""
    whole = {
        name: value for name, value in document.items() if name not in {"sheets", "spreadsheetId", "spreadsheetUrl"}
    }
    others = [each for each in document.get("developerMetadata", ()) if each["metadataKey"] != STAMP_KEY]
    whole = {name: value for name, value in whole.items() if name != "developerMetadata"}
    whole |= {"developerMetadata": others} if others else {}
    whole["sheets"] = [_tab(sheet) for sheet in document["sheets"] if not is_ours(sheet)]
    kept = {tab["properties"]["sheetId"] for tab in whole["sheets"]}
    whole["cells"] = {
        place: left
        for place, cell in cells(document).items()
        if place[0] in kept and (left := _teachers_cell(cell, look=place not in coloured))
    }
    return whole


def our_notes(document: Json) -> dict[Place, str]:
    """The notes of ours."""
    return {place: cell["note"] for place, cell in cells(document).items() if is_our_note(cell.get("note", ""))}


def _tab(sheet: Json) -> Json:
    ours = our_rules(sheet)
    data = {name: value for name, value in sheet["data"][0].items() if name != "rowData"}
    rules = [rule for index, rule in enumerate(sheet.get("conditionalFormats", ())) if index not in ours]
    return {**sheet, "conditionalFormats": rules, "data": data}


def _teachers_cell(cell: Json, *, look: bool) -> Json:
    left = {name: value for name, value in cell.items() if name != "effectiveFormat"}
    if is_our_note(left.get("note", "")):
        del left["note"]
    shown = (
        fill(cell),
        ink(cell),
        *(_text_format(cell).get(each, False) for each in ("bold", "italic", "strikethrough")),
    )
    if look and (left or shown != ("#FFFFFF", "#000000", False, False, False)):
        left["look"] = shown
    return left


def _text_format(cell: Json) -> Json:
    found: Json = cell.get("effectiveFormat", {}).get("textFormat", {})
    return found


def hexadecimal(said: Json) -> str:
    """A colour of the API as `#RRGGBB`."""
    return "#" + "".join(f"{round(said.get(part, 0) * 255):02X}" for part in ("red", "green", "blue"))
