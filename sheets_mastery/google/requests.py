"""`Edit`s → the requests of one `batchUpdate`.

Every request names exactly the fields that it is about, so that nothing else of a cell changes. Values go as
`stringValue` and `numberValue`, which Sheets stores and never parses: what came from a cell cannot come back as a
formula. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from sheets_mastery.a1 import Range
from sheets_mastery.edits import (
    AddRule,
    AddTab,
    DeleteRows,
    DeleteRule,
    DeleteTab,
    DropStamp,
    Edit,
    InsertColumn,
    InsertRows,
    Offer,
    PutBack,
    PutLinks,
    PutLook,
    PutNote,
    PutStamp,
    PutValues,
    ResizeTab,
    SetWidths,
    Value,
)
from sheets_mastery.reading import STAMP_KEY, Content, Look, Rule, SeenStamp

Json = dict[str, Any]

_LOOK_FIELDS = "userEnteredFormat(backgroundColorStyle,textFormat(foregroundColorStyle,bold,italic),wrapStrategy)"


def requests(edits: Iterable[Edit]) -> list[Json]:
    """The requests for some edits, in their order; notes that follow each other are joined column by column."""
    batch: list[Json] = []
    notes: list[PutNote] = []
    for edit in edits:
        if isinstance(edit, PutNote):
            notes.append(edit)
            continue
        batch += _notes(notes)
        notes.clear()
        batch += _requests(edit)
    return [*batch, *_notes(notes)]


def _requests(edit: Edit) -> Iterator[Json]:
    match edit:
        case AddTab():
            yield {
                "addSheet": {
                    "properties": {
                        "sheetId": edit.sheet_id,
                        "title": edit.title,
                        "gridProperties": {
                            "rowCount": edit.rows,
                            "columnCount": edit.columns,
                            "frozenRowCount": edit.frozen[0],
                            "frozenColumnCount": edit.frozen[1],
                        },
                    }
                    | ({} if edit.index is None else {"index": edit.index})
                }
            }
        case ResizeTab():
            yield {
                "updateSheetProperties": {
                    "properties": {
                        "sheetId": edit.sheet_id,
                        "gridProperties": {"rowCount": edit.rows, "columnCount": edit.columns},
                    },
                    "fields": "gridProperties(rowCount,columnCount)",
                }
            }
        case InsertRows():
            yield {"insertDimension": {"range": _rows(edit), "inheritFromBefore": False}}
        case PutStamp():
            yield _stamp(edit)
        case DropStamp():
            yield {"deleteDeveloperMetadata": {"dataFilter": _lookup(edit.stamp)}}
        case DeleteRows():
            yield {"deleteDimension": {"range": _rows(edit)}}
        case DeleteTab():
            yield {"deleteSheet": {"sheetId": edit.sheet_id}}
        case PutValues():
            yield {
                "updateCells": {
                    "start": _start(edit.sheet_id, edit.row, edit.column),
                    "rows": [{"values": [_value(value) for value in row]} for row in edit.values],
                    "fields": "userEnteredValue",
                }
            }
        case PutBack():
            yield {
                "updateCells": {
                    "start": _start(edit.sheet_id, edit.row, edit.column),
                    "rows": [{"values": [_entered(edit.entered)]}],
                    "fields": "userEnteredValue",
                }
            }
        case InsertColumn():
            yield {
                "insertDimension": {
                    "range": {
                        "sheetId": edit.sheet_id,
                        "dimension": "COLUMNS",
                        "startIndex": edit.column,
                        "endIndex": edit.column + 1,
                    },
                    "inheritFromBefore": False,
                }
            }
            yield {
                "updateCells": {
                    "start": _start(edit.sheet_id, 0, edit.column),
                    "rows": [{"values": [_value(value)]} for value in edit.values],
                    "fields": "userEnteredValue",
                }
            }
        case PutNote():
            yield from _notes((edit,))
        case PutLinks():
            yield {
                "updateCells": {
                    "start": _start(edit.sheet_id, edit.row, edit.column),
                    "rows": [{"values": [_link(link)]} for link in edit.links],
                    "fields": "userEnteredFormat.textFormat.link",
                }
            }
        case Offer():
            yield _offer(edit)
        case PutLook():
            yield {
                "repeatCell": {
                    "range": _grid_range(edit.sheet_id, Range(edit.row, edit.column, edit.end_row, edit.end_column)),
                    "cell": {"userEnteredFormat": _format(edit.look) | ({"wrapStrategy": "WRAP"} if edit.wrap else {})},
                    "fields": _LOOK_FIELDS,
                }
            }
        case SetWidths():
            yield from _widths(edit)
        case DeleteRule():
            yield {"deleteConditionalFormatRule": {"sheetId": edit.sheet_id, "index": edit.index}}
        case AddRule():
            yield {
                "addConditionalFormatRule": {"index": edit.index, "rule": _rule(edit.sheet_id, edit.rule)},
            }


def _notes(notes: Iterable[PutNote]) -> Iterator[Json]:
    """One request for each unbroken run down a column. For a cell that is named twice, the last note holds."""
    last = {(note.sheet_id, note.column, note.row): note.note for note in notes}
    # Within a run, row less rank stays the same.
    ranked = enumerate(sorted(last))
    for (sheet_id, column, _), run in groupby(ranked, lambda each: (*each[1][:2], each[1][2] - each[0])):
        places = [place for _, place in run]
        yield {
            "updateCells": {
                "start": _start(sheet_id, places[0][2], column),
                "rows": [{"values": [{"note": last[place]}]} for place in places],
                "fields": "note",
            }
        }


def _rows(edit: InsertRows | DeleteRows) -> Json:
    return {
        "sheetId": edit.sheet_id,
        "dimension": "ROWS",
        "startIndex": edit.row,
        "endIndex": edit.row + edit.count,
    }


def _stamp(edit: PutStamp) -> Json:
    """A stamp made or changed. One that has another text by now than the one that was seen is not found, and stays."""
    if edit.instead is not None:
        update = {"developerMetadata": {"metadataValue": edit.text}, "fields": "metadataValue"}
        return {"updateDeveloperMetadata": {"dataFilters": [_lookup(edit.instead)], **update}}
    # For documents, not for projects: an installation with other credentials has to see it as well.
    place = {"location": {"spreadsheet": True}, "visibility": "DOCUMENT"}
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {"metadataKey": STAMP_KEY, "metadataValue": edit.text, **place}
        }
    }


def _lookup(stamp: SeenStamp) -> Json:
    return {"developerMetadataLookup": {"metadataId": stamp.id, "metadataValue": stamp.text}}


def _widths(edit: SetWidths) -> Iterator[Json]:
    """One request for each run of columns of equal width."""
    for width, run in groupby(enumerate(edit.widths), lambda each: each[1]):
        columns = [column for column, _ in run]
        yield {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": edit.sheet_id,
                    "dimension": "COLUMNS",
                    "startIndex": columns[0],
                    "endIndex": columns[-1] + 1,
                },
                "properties": {"pixelSize": width},
                "fields": "pixelSize",
            }
        }


def _link(link: str) -> Json:
    """A cell that leads somewhere; one that leads nowhere is emptied of its link by the request's field mask."""
    return {"userEnteredFormat": {"textFormat": {"link": {"uri": link}}}} if link else {}


def _offer(edit: Offer) -> Json:
    """A data validation, or none, which takes away what was there."""
    where = _grid_range(edit.sheet_id, Range(edit.row, edit.column, edit.end_row, edit.end_column))
    if edit.checkbox:
        rule: Json = {"condition": {"type": "BOOLEAN"}, "strict": True}
    elif edit.words:
        listed = [{"userEnteredValue": word} for word in edit.words]
        rule = {"condition": {"type": "ONE_OF_LIST", "values": listed}, "strict": True, "showCustomUi": True}
    else:
        return {"setDataValidation": {"range": where}}
    return {"setDataValidation": {"range": where, "rule": rule}}


def _value(value: Value) -> Json:
    """A cell with a value; one without a value is emptied by the request's field mask."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case str():
            return {"userEnteredValue": {"stringValue": value}}
        case int():
            return {"userEnteredValue": {"numberValue": value}}
        case Decimal():
            # Sheets keeps doubles; the nearest one reads back as the same decimal.
            return {"userEnteredValue": {"numberValue": float(value)}}


def _rule(sheet_id: int, rule: Rule) -> Json:
    return {
        "ranges": [_grid_range(sheet_id, each) for each in rule.ranges],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": rule.formula}]},
            "format": _format(rule.look),
        },
    }


def _format(look: Look) -> Json:
    """A CellFormat with what the look has; a rule's format may hold nothing else than these."""
    text: Json = {"bold": True} if look.bold else {}
    if look.italic:
        text["italic"] = True
    if look.ink:
        text["foregroundColorStyle"] = _colour(look.ink)
    format_: Json = {"textFormat": text} if text else {}
    if look.fill:
        format_["backgroundColorStyle"] = _colour(look.fill)
    return format_


def _colour(colour: str) -> Json:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), parts, strict=True))}


def _start(sheet_id: int, row: int, column: int) -> Json:
    return {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}


def _entered(content: Content) -> Json:
    """A cell with what was typed into it: a formula, a switch, a number or a text."""
    if content.formula is not None:
        return {"userEnteredValue": {"formulaValue": content.formula}}
    if isinstance(content.value, bool):
        return {"userEnteredValue": {"boolValue": content.value}}
    return _value(content.value)


def _grid_range(sheet_id: int, where: Range) -> Json:
    return {
        "sheetId": sheet_id,
        "startRowIndex": where.row,
        "endRowIndex": where.end_row,
        "startColumnIndex": where.column,
        "endColumnIndex": where.end_column,
    }
