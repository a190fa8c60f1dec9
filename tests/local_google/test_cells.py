"""Requests that change cells, and what a read under a mask then shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING = "sheets.data.rowData.values(userEnteredValue,userEnteredFormat,note,dataValidation)"


def box(top: int, bottom: int, left: int, right: int, sheet_id: int = 0) -> dict[str, int]:
    """Return a GridRange."""
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": sheet_id, **rows, "startColumnIndex": left, "endColumnIndex": right}


def row_of(*cells: dict[str, Any]) -> dict[str, Any]:
    """Return a RowData."""
    return {"values": list(cells)}


def rows_of(book: Any, fields: str = EVERYTHING, *ranges: str) -> Any:
    """Return the rowData of the first tab under a mask."""
    return book.get(fields, *ranges)["sheets"][0]["data"][0].get("rowData", [])


def number(value: float) -> dict[str, Any]:
    """Return the value of a number."""
    return {"userEnteredValue": {"numberValue": value}}


def text(value: str) -> dict[str, Any]:
    """Return the value of a text."""
    return {"userEnteredValue": {"stringValue": value}}


def test_a_write_over_a_range_clears_the_masked_fields_that_its_rows_do_not_cover(book: Any) -> None:
    cells = [row_of(number(1) | {"note": "a"}, number(2) | {"note": "b"}), row_of(number(3) | {"note": "c"})]
    book.batch({"updateCells": {"start": {"sheetId": 0}, "rows": cells, "fields": "userEnteredValue,note"}})
    book.batch({"updateCells": {"range": box(0, 2, 0, 2), "rows": [row_of({"note": "new"})], "fields": "note"}})
    assert rows_of(book) == [row_of(number(1) | {"note": "new"}, number(2)), row_of(number(3))]


def test_a_write_from_a_start_leaves_alone_what_its_rows_do_not_cover(book: Any) -> None:
    book.put("A1", [[1, 2], [3, 4]])
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 0}
    book.batch({"updateCells": {"start": start, "rows": [row_of(text("=1+1"))], "fields": "userEnteredValue"}})
    assert rows_of(book) == [row_of(number(1), number(2)), row_of(text("=1+1"), number(4))]


def test_a_format_is_merged_and_colours_come_back_in_both_spellings(book: Any) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    fill = {"userEnteredFormat": {"backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0.5}}}}
    book.batch(
        {"repeatCell": {"range": box(0, 1, 0, 1), "cell": bold, "fields": "userEnteredFormat(textFormat/bold)"}},
        {"repeatCell": {"range": box(0, 1, 0, 1), "cell": fill, "fields": "userEnteredFormat.backgroundColorStyle"}},
    )
    orange = {"red": 1, "green": 0.5019608}
    assert rows_of(book, "sheets.data.rowData.values.userEnteredFormat") == [
        row_of(
            {
                "userEnteredFormat": {
                    "textFormat": {"bold": True},
                    "backgroundColor": orange,
                    "backgroundColorStyle": {"rgbColor": orange},
                }
            }
        )
    ]


def test_a_repeated_formula_turns_with_each_cell(book: Any) -> None:
    cell = {"userEnteredValue": {"formulaValue": "=A1*$A$1"}}
    book.put("A1", [[2], [3], [4]])
    book.batch({"repeatCell": {"range": box(0, 3, 1, 2), "cell": cell, "fields": "userEnteredValue"}})
    assert book.formulas("B1:B3") == [["=A1*$A$1"], ["=A2*$A$1"], ["=A3*$A$1"]]
    assert book.values("B1:B3") == [["4"], ["6"], ["8"]]


def test_appended_cells_go_below_everything_and_the_grid_grows(new_book: Callable[..., Any]) -> None:
    book = new_book(rows=2, columns=2)
    book.put("A1", [[], [1]])
    book.batch({"appendCells": {"sheetId": 0, "rows": [row_of(number(7), number(8))], "fields": "userEnteredValue"}})
    assert book.values("A1:B3") == [[], ["1"], ["7", "8"]]


@pytest.mark.parametrize(
    ("kind", "merges", "left"),
    [
        ("MERGE_ALL", [(0, 2, 0, 2)], [["1"]]),
        ("MERGE_ROWS", [(0, 1, 0, 2), (1, 2, 0, 2)], [["1"], ["3"]]),
        ("MERGE_COLUMNS", [(0, 2, 0, 1), (0, 2, 1, 2)], [["1", "2"]]),
    ],
)
def test_a_merge_keeps_the_value_of_its_first_cell(
    book: Any, kind: str, merges: list[tuple[int, int, int, int]], left: list[list[str]]
) -> None:
    book.put("A1", [[1, 2], [3, 4]])
    book.batch({"mergeCells": {"range": box(0, 2, 0, 2), "mergeType": kind}})
    shown = [{name: bound for name, bound in box(*merge).items() if name != "sheetId"} for merge in merges]
    assert (book.get("sheets.merges")["sheets"][0]["merges"], book.values("A1:B2")) == (shown, left)
    book.batch({"unmergeCells": {"range": box(0, 2, 0, 2)}})
    assert book.get("sheets.merges") == {"sheets": [{}]}


def test_half_of_a_merge_can_be_neither_merged_nor_unmerged(book: Any) -> None:
    book.batch({"mergeCells": {"range": box(0, 2, 0, 2)}})
    said = "You must select all cells in a merged range to merge or unmerge them."
    assert book.refused({"unmergeCells": {"range": box(0, 1, 0, 1)}}) == f"Invalid requests[0].unmergeCells: {said}"


def test_found_texts_are_replaced_and_counted(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks", "Other")
    book.type("Marks!A1", [["Bo", "bob"], ["=1+1", "x"]])
    book.put("Other!A1", [["BO"]])
    reply = book.batch({"findReplace": {"find": "bo", "replacement": "7", "allSheets": True}})
    counts = {"valuesChanged": 3, "rowsChanged": 2, "sheetsChanged": 2, "occurrencesChanged": 3}
    assert reply == [{"findReplace": counts}]
    assert book.values("Marks!A1:B2", "UNFORMATTED_VALUE") == [[7, "7b"], [2, "x"]]


def test_validation_and_borders_are_kept_with_the_cell(book: Any) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "76"}]}, "strict": True}
    solid = {"style": "SOLID"}
    book.batch(
        {"setDataValidation": {"range": box(0, 1, 0, 1), "rule": rule}},
        {"updateBorders": {"range": box(0, 1, 0, 2), "top": solid, "innerVertical": solid}},
    )
    assert rows_of(book) == [
        row_of(
            {"userEnteredFormat": {"borders": {"top": solid, "right": solid}}, "dataValidation": rule},
            {"userEnteredFormat": {"borders": {"top": solid, "left": solid}}},
        )
    ]
    book.batch({"setDataValidation": {"range": box(0, 1, 0, 1)}})
    assert "dataValidation" not in rows_of(book)[0]["values"][0]


def test_values_alone_may_be_pasted(book: Any) -> None:
    book.type("A1", [["1", "=A1+1"]])
    paste = {"source": box(0, 1, 0, 2), "destination": box(1, 3, 0, 1), "pasteType": "PASTE_VALUES"}
    book.batch({"copyPaste": {**paste, "pasteOrientation": "TRANSPOSE"}})
    assert book.formulas("A1:B3") == [[1, "=A1+1"], [1], [2]]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            {"updateCells": {"range": box(0, 1, 0, 1), "rows": [row_of(), row_of()], "fields": "note"}},
            "updateCells: Attempting to write row: 1, beyond the last requested row of: 0",
        ),
        (
            {"updateCells": {"range": box(0, 1, 0, 1), "rows": []}},
            "updateCells: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        (
            {"updateCells": {"range": box(0, 1, 0, 1), "fields": "colour"}},
            "updateCells: Invalid field: colour",
        ),
        (
            {"repeatCell": {"range": box(100, 101, 0, 2), "cell": {}, "fields": "note"}},
            "repeatCell: Range (Sheet1!A101:B101) exceeds grid limits. Max rows: 100, max columns: 26",
        ),
        ({"deleteSheet": {"sheetId": 0}}, "deleteSheet: You can't remove all the visible sheets in a document."),
        ({"deleteSheet": {"sheetId": 9}}, "deleteSheet: No grid with id: 9"),
        (
            {"addSheet": {"properties": {"title": "sheet1"}}},
            'addSheet: A sheet with the name "sheet1" already exists. Please enter another name.',
        ),
        (
            {"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}},
            "updateSheetProperties: You can't hide all the sheets in a document.",
        ),
    ],
)
def test_a_refusal_names_the_request_and_leaves_everything_as_it_was(book: Any, request_: Any, said: str) -> None:
    before = book.get("*")
    first = {"updateSpreadsheetProperties": {"properties": {"title": "changed"}, "fields": "title"}}
    assert book.refused(first, request_) == f"Invalid requests[1].{said}"
    assert book.get("*") == before


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"addSlicer": {"slicer": {}}}, "the batchUpdate request addSlicer (requests[0])"),
        ({"addTable": {"table": {}}}, "the batchUpdate request addTable (requests[0])"),
        ({"updateCells": {"range": box(0, 1, 0, 1), "fields": "pivotTable"}}, "CellData.pivotTable"),
        ({"addSheet": {"properties": {"sheetType": "OBJECT"}}}, "addSheet of type OBJECT"),
    ],
)
def test_a_request_that_is_not_known_here_is_a_501_that_names_it(book: Any, request_: Any, named: str) -> None:
    assert book.refused(request_, status=501) == f"The local Google does not speak {named}."


def test_a_protected_range_keeps_us_out_when_it_is_scripted_to(book: Any) -> None:
    protect = {"addProtectedRange": {"protectedRange": {"range": box(0, 1, 0, 2), "protectedRangeId": 5}}}
    warn = {"addProtectedRange": {"protectedRange": {"range": box(2, 3, 0, 2), "warningOnly": True}}}
    note = {"fields": "note", "rows": [row_of({"note": "x"})]}
    book.batch(protect, warn, {"updateCells": {"start": {"sheetId": 0}, **note}})
    book.ask("POST", "/_local/access", {"spreadsheetId": book.id, "protectedAgainstUs": True})
    said = (
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
        "if you need to edit."
    )
    refused = book.refused({"updateCells": {"start": {"sheetId": 0, "columnIndex": 1}, **note}})
    assert refused == f"Invalid requests[0].updateCells: {said}"
    body = {"values": [[1]]}
    refusal = book.ask("PUT", f"{book.path}/values/A1", body, 400, valueInputOption="RAW")
    assert refusal["error"]["message"] == said
    book.put("A2", [[1], [2]])
    shown = book.get("sheets.protectedRanges.requestingUserCanEdit")["sheets"][0]["protectedRanges"]
    assert shown == [{}, {"requestingUserCanEdit": True}]


def test_a_spreadsheet_may_be_created_with_all_that_is_in_it(book: Any) -> None:
    data = [{"startRow": 1, "startColumn": 1, "rowData": [row_of(text("x") | {"note": "n"})]}]
    rule = {
        "ranges": [box(0, 1, 0, 1, 7)],
        "booleanRule": {"condition": {"type": "BLANK"}, "format": {"textFormat": {"bold": True}}},
    }
    sheet = {"properties": {"title": "Marks", "sheetId": 7}, "data": data, "conditionalFormats": [rule]}
    body = {"properties": {"title": "Made", "locale": "fr_FR"}, "sheets": [sheet, {"properties": {"title": "Two"}}]}
    made = book.ask("POST", "/v4/spreadsheets", body)["spreadsheetId"]
    fields = "properties(title,locale),sheets(properties(sheetId,title),conditionalFormats.ranges,data.rowData)"
    found = book.ask("GET", f"/v4/spreadsheets/{made}", fields=fields, ranges=["Marks!B2"])
    shown = found["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert (shown["userEnteredValue"], shown["note"]) == ({"stringValue": "x"}, "n")
    assert found["properties"] == {"title": "Made", "locale": "fr_FR"}
    assert [each["properties"] for each in found["sheets"]] == [{"sheetId": 7, "title": "Marks"}]
    assert found["sheets"][0]["conditionalFormats"] == [{"ranges": [box(0, 1, 0, 1, 7)]}]


def test_a_tab_is_copied_to_another_spreadsheet_with_its_rules(new_book: Callable[..., Any]) -> None:
    source, target = new_book("Marks"), new_book("Copy of Marks")
    rule = {"ranges": [box(0, 1, 0, 1)], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    source.put("A1", [["x"]])
    source.batch({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    made = source.ask("POST", f"{source.path}/sheets/0:copyTo", {"destinationSpreadsheetId": target.id})
    ranges = target.get("sheets.conditionalFormats.ranges.sheetId")["sheets"][1]["conditionalFormats"][0]["ranges"]
    assert (made["title"], made["index"], ranges) == ("Copy of Marks 2", 1, [{"sheetId": made["sheetId"]}])
    assert target.values("Copy of Marks 2!A1") == [["x"]]


def test_the_answer_to_a_batch_may_carry_the_spreadsheet(book: Any) -> None:
    body = {
        "requests": [{"repeatCell": {"range": box(0, 2, 0, 1), "cell": number(1), "fields": "userEnteredValue"}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["A2:B2"],
        "responseIncludeGridData": True,
    }
    fields = "updatedSpreadsheet.sheets.data.rowData.values.effectiveValue"
    found = book.ask("POST", f"{book.path}:batchUpdate", body, fields=fields)
    shown = {"sheets": [{"data": [{"rowData": [{"values": [{"effectiveValue": {"numberValue": 1}}]}]}]}]}
    assert found == {"updatedSpreadsheet": shown}


def test_a_mask_that_google_does_not_know_is_refused(book: Any) -> None:
    said = book.ask("GET", book.path, status=400, fields="sheets(properties(sheetId,colour))")
    assert said["error"]["details"][0]["fieldViolations"] == [
        {
            "field": "sheets.properties.colour",
            "description": (
                "Error expanding 'fields' parameter. Cannot find matching fields for path 'sheets.properties.colour'."
            ),
        }
    ]


def test_grid_data_is_shown_when_asked_for_in_either_way_and_else_not(book: Any) -> None:
    book.put("B2", [["x"]])
    assert "data" not in book.ask("GET", book.path)["sheets"][0]
    whole = book.ask("GET", book.path, includeGridData="true", ranges=["B2:C3"])["sheets"][0]["data"][0]
    assert (whole["startRow"], whole["startColumn"], len(whole["rowMetadata"])) == (1, 1, 2)
    cell = whole["rowData"][0]["values"][0]
    assert {name: cell[name] for name in ("userEnteredValue", "effectiveValue", "formattedValue")} == {
        "userEnteredValue": {"stringValue": "x"},
        "effectiveValue": {"stringValue": "x"},
        "formattedValue": "x",
    }
    assert (cell["effectiveFormat"]["horizontalAlignment"], cell["effectiveFormat"]["textFormat"]["fontSize"]) == (
        "LEFT",
        10,
    )
    masked = rows_of(book, "sheets/data/rowData/values/effectiveValue", "A1:C3")
    assert masked == [{}, row_of({}, {"effectiveValue": {"stringValue": "x"}})]


def test_metadata_is_found_changed_and_deleted_by_its_key(book: Any) -> None:
    said = {"metadataKey": "k", "visibility": "PROJECT", "location": {"sheetId": 0}, "metadataValue": "1"}
    lookup = {"developerMetadataLookup": {"metadataKey": "k"}}
    change = {"dataFilters": [lookup], "developerMetadata": {"metadataValue": "2"}, "fields": "metadataValue"}
    book.batch({"createDeveloperMetadata": {"developerMetadata": said}}, {"updateDeveloperMetadata": change})
    shown = book.get("sheets.developerMetadata(metadataValue,location)")["sheets"][0]["developerMetadata"]
    assert shown == [{"metadataValue": "2", "location": {"locationType": "SHEET", "sheetId": 0}}]
    reply = book.batch({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    deleted = reply[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]
    assert [item["metadataKey"] for item in deleted] == ["k"]
    assert book.get("sheets.developerMetadata") == {"sheets": [{}]}


def test_a_link_in_a_format_comes_back(book: Any) -> None:
    link = {"userEnteredFormat": {"textFormat": {"link": {"uri": "https://school.example/help?unit=3"}}}}
    fields = "userEnteredFormat.textFormat.link"
    book.batch({"repeatCell": {"range": box(0, 1, 0, 1), "cell": link, "fields": fields}})
    book.batch({"updateCells": {"start": {"sheetId": 0}, "rows": [row_of(text("Help"))], "fields": "userEnteredValue"}})
    assert rows_of(book) == [row_of(text("Help") | link)]
    assert rows_of(book, f"sheets.data.rowData.values.{fields}.uri") == [row_of(link)]


def test_people_chips_come_back_until_the_value_is_written_anew(book: Any) -> None:
    person = {"personProperties": {"email": "ana@school.example", "displayFormat": "LAST_NAME_COMMA_FIRST_NAME"}}
    chips = {"chipRuns": [{"startIndex": 0, "chip": person}]}
    write = {"rows": [row_of(text("@") | chips)], "fields": "userEnteredValue,chipRuns"}
    book.batch({"updateCells": {"start": {"sheetId": 0}, **write}})
    email = "sheets.data.rowData.values.chipRuns.chip.personProperties.email"
    assert rows_of(book, "sheets.data.rowData.values(chipRuns)") == [row_of(chips)]
    assert rows_of(book, email) == [
        row_of({"chipRuns": [{"chip": {"personProperties": {"email": "ana@school.example"}}}]})
    ]
    book.batch({"updateCells": {"start": {"sheetId": 0}, "rows": [row_of({"note": "new"})], "fields": "note"}})
    assert rows_of(book, "sheets.data.rowData.values(chipRuns)") == [row_of(chips)]
    book.batch({"updateCells": {"start": {"sheetId": 0}, "rows": [row_of(text("Ana"))], "fields": "userEnteredValue"}})
    assert rows_of(book, "sheets.data.rowData.values(userEnteredValue,chipRuns)") == [row_of(text("Ana"))]


def test_checkboxes_and_lists_of_choices_come_back_under_a_mask(book: Any) -> None:
    tick = {"condition": {"type": "BOOLEAN"}, "showCustomUi": True}
    choices = [{"userEnteredValue": "76"}, {"userEnteredValue": "86"}, {"userEnteredValue": "93"}]
    level = {"condition": {"type": "ONE_OF_LIST", "values": choices}, "strict": True, "showCustomUi": True}
    book.put("A1", [[True, "86"]])
    book.batch(
        {"setDataValidation": {"range": box(0, 1, 0, 1), "rule": tick}},
        {
            "updateCells": {
                "start": {"sheetId": 0, "columnIndex": 1},
                "rows": [row_of({"dataValidation": level})],
                "fields": "dataValidation",
            }
        },
    )
    shown = [row_of({"dataValidation": tick}, {"dataValidation": level})]
    assert rows_of(book, "sheets.data.rowData.values.dataValidation") == shown
    kinds = [row_of(*({"dataValidation": {"condition": {"type": kind}}} for kind in ("BOOLEAN", "ONE_OF_LIST")))]
    assert rows_of(book, "sheets.data.rowData.values.dataValidation.condition.type") == kinds
    assert rows_of(book, "sheets.data.rowData.values.effectiveValue.boolValue")[0]["values"][0] == {
        "effectiveValue": {"boolValue": True}
    }
