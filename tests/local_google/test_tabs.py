"""Tabs, grids, names, protections and groups: changed, refused, and told as Google tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def box(top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    """Return a GridRange on the first tab."""
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": 0, **rows, "startColumnIndex": left, "endColumnIndex": right}


def change(fields: str, **properties: Any) -> dict[str, Any]:
    """Return an updateSheetProperties request for the first tab."""
    return {"updateSheetProperties": {"properties": {"sheetId": 0, **properties}, "fields": fields}}


def test_a_grid_made_smaller_loses_what_lay_outside_and_made_larger_gains_room(book: Any) -> None:
    book.type("A1", [["x", "y", "=SUM(A1:B3)"], ["z"], ["w"]])
    book.batch(change("gridProperties(rowCount,columnCount)", gridProperties={"rowCount": 2, "columnCount": 3}))
    assert book.formulas("Sheet1") == [["x", "y", "=SUM(A1:B2)"], ["z"]]
    book.batch({"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 5}})
    shown = book.get("sheets.properties.gridProperties")["sheets"][0]["properties"]["gridProperties"]
    assert shown == {"rowCount": 7, "columnCount": 3}


def test_what_is_set_to_nothing_is_not_shown(book: Any) -> None:
    fields = "hidden,tabColorStyle,gridProperties.frozenRowCount"
    book.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Two"}}})
    red = {"rgbColor": {"red": 1}}
    book.batch(change(fields, hidden=True, tabColorStyle=red, gridProperties={"frozenRowCount": 2}))
    shown = book.get("sheets.properties(hidden,tabColor,tabColorStyle,gridProperties.frozenRowCount)")["sheets"][0]
    assert shown["properties"] == {
        "hidden": True,
        "tabColor": {"red": 1},
        "tabColorStyle": red,
        "gridProperties": {"frozenRowCount": 2},
    }
    book.batch(change(fields, hidden=False, gridProperties={"frozenRowCount": 0}))
    shown = book.get("sheets.properties(hidden,tabColor,gridProperties)")["sheets"][0]["properties"]
    assert shown == {"gridProperties": {"rowCount": 100, "columnCount": 26}}


def test_a_moved_tab_counts_its_new_place_as_before_the_move(new_book: Callable[..., Any]) -> None:
    book = new_book("One", "Two", "Three")
    book.batch(change("index", index=2))
    assert [each["properties"]["title"] for each in book.get("sheets.properties.title")["sheets"]] == [
        "Two",
        "One",
        "Three",
    ]
    book.batch(change("index", index=0))
    shown = book.get("sheets.properties(title,index)")["sheets"]
    assert [each["properties"] for each in shown] == [
        {"title": "One", "index": 0},
        {"title": "Two", "index": 1},
        {"title": "Three", "index": 2},
    ]


def test_a_duplicate_has_everything_but_its_own_name_and_id(book: Any) -> None:
    book.type("A1", [["x", "=A1"]])
    condition = {"condition": {"type": "NOT_BLANK"}, "format": {"textFormat": {"bold": True}}}
    rule = {"ranges": [box(0, 1, 0, 2)], "booleanRule": condition}
    book.batch(
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"mergeCells": {"range": box(4, 6, 0, 2)}},
        {"setBasicFilter": {"filter": {"range": box(0, 3, 0, 2)}}},
        {"addProtectedRange": {"protectedRange": {"range": box(0, 1, 0, 2), "protectedRangeId": 9}}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 77, "insertSheetIndex": 1}},
    )
    fields = "sheets(properties.title,merges,conditionalFormats,basicFilter,protectedRanges.range)"
    first, second = book.get(fields)["sheets"]
    assert (first["properties"]["title"], second["properties"]["title"]) == ("Sheet1", "Copy of Sheet1")
    assert [each["range"]["sheetId"] for each in second["protectedRanges"]] == [77]
    assert second["basicFilter"]["range"] == {**first["basicFilter"]["range"], "sheetId": 77}
    assert second["merges"] == [{**first["merges"][0], "sheetId": 77}]
    assert [each["ranges"][0]["sheetId"] for each in second["conditionalFormats"]] == [77]
    assert book.formulas("'Copy of Sheet1'!A1:B1") == [["x", "=A1"]]


def test_names_and_protections_are_changed_and_deleted(book: Any) -> None:
    book.batch(
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "marks", "range": box(0, 2, 0, 2)}}},
        {"addProtectedRange": {"protectedRange": {"namedRangeId": "n", "protectedRangeId": 3, "warningOnly": True}}},
        {"updateNamedRange": {"namedRange": {"namedRangeId": "n", "name": "scores"}, "fields": "name"}},
        {
            "updateProtectedRange": {
                "protectedRange": {"protectedRangeId": 3, "description": "ask first"},
                "fields": "description",
            }
        },
    )
    found = book.get("namedRanges(namedRangeId,name),sheets.protectedRanges(protectedRangeId,namedRangeId,description)")
    assert found == {
        "namedRanges": [{"namedRangeId": "n", "name": "scores"}],
        "sheets": [{"protectedRanges": [{"protectedRangeId": 3, "namedRangeId": "n", "description": "ask first"}]}],
    }
    assert book.values("scores") == []
    book.batch({"deleteProtectedRange": {"protectedRangeId": 3}}, {"deleteNamedRange": {"namedRangeId": "n"}})
    assert book.get("namedRanges,sheets.protectedRanges") == {"sheets": [{}]}


def test_a_protection_keeps_out_whom_its_editors_do_not_name(book: Any) -> None:
    def acting_as(name: str) -> None:
        book.ask("POST", "/_local/oauth/consent", {"account": f"{name}@school.example"})

    said = (
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
        "if you need to edit."
    )
    where = {"range": box(0, 2, 0, 2), "editors": {"users": ["Head@school.example"]}}
    refused = book.refused({"addProtectedRange": {"protectedRange": where | {"warningOnly": True}}})
    assert refused == (
        "Invalid requests[0].addProtectedRange: ProtectedRange is warningOnly. Editors cannot be set on it."
    )
    try:
        # Somebody who may write, but does not own the spreadsheet, protects it, and is an editor then.
        acting_as("robot")
        (reply,) = book.batch({"addProtectedRange": {"protectedRange": where | {"protectedRangeId": 4}}})
        assert reply["addProtectedRange"]["protectedRange"]["editors"] == {"users": ["Head@school.example"]}
        write = {"updateCells": {"start": {"sheetId": 0}, "rows": [{"values": [{"note": "x"}]}], "fields": "note"}}
        fields = "sheets.protectedRanges(protectedRangeId,editors,requestingUserCanEdit)"
        for name in ("robot", "head", "teacher"):
            acting_as(name)
            book.batch(write)
            (seen,) = book.get(fields)["sheets"][0]["protectedRanges"]
            assert (seen["requestingUserCanEdit"], seen["editors"]["users"][:2]) == (
                True,
                ["Head@school.example", "robot@school.example"],
            )
        acting_as("aide")
        assert book.refused(write) == f"Invalid requests[0].updateCells: {said}"
        gone = book.refused({"deleteProtectedRange": {"protectedRangeId": 4}})
        assert gone == f"Invalid requests[0].deleteProtectedRange: {said}"
        assert book.get(fields)["sheets"][0]["protectedRanges"] == [{"protectedRangeId": 4}]
        # A copy keeps the protection, and of its editors only whoever has made it.
        copy = book.ask("POST", f"/drive/v3/files/{book.id}/copy", {})["id"]
        (seen,) = book.ask("GET", f"/v4/spreadsheets/{copy}", fields=fields)["sheets"][0]["protectedRanges"]
        assert seen["editors"] == {"users": ["aide@school.example"]}
    finally:
        acting_as("teacher")


def test_sizes_and_groups_of_lines_are_told(book: Any) -> None:
    columns = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 3}
    outer = {**columns, "startIndex": 0, "endIndex": 4}
    book.batch(
        {"updateDimensionProperties": {"range": columns, "properties": {"pixelSize": 30}, "fields": "pixelSize"}},
        {"addDimensionGroup": {"range": columns}},
        {"addDimensionGroup": {"range": outer}},
    )
    found = book.get("sheets(columnGroups,data.columnMetadata.pixelSize)", "A1:D1")["sheets"][0]
    assert [each["pixelSize"] for each in found["data"][0]["columnMetadata"]] == [100, 30, 30, 100]
    groups = [(each["range"]["startIndex"], each["range"]["endIndex"], each["depth"]) for each in found["columnGroups"]]
    assert groups == [(0, 4, 1), (1, 3, 2)]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            {"deleteNamedRange": {"namedRangeId": "none"}},
            "deleteNamedRange: No named range with id: none",
        ),
        (
            {"deleteProtectedRange": {"protectedRangeId": 4}},
            "deleteProtectedRange: No protected range with id: 4",
        ),
        (
            {"addNamedRange": {"namedRange": {"name": "MARKS", "range": box(0, 1, 0, 1)}}},
            'addNamedRange: The name "MARKS" already exists.',
        ),
        (
            {"addSheet": {"properties": {"sheetId": 0}}},
            "addSheet: A sheet with id 0 already exists.",
        ),
        (
            change("gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 100}),
            "updateSheetProperties: You can't freeze all visible rows or columns on the sheet.",
        ),
        (
            {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 100}}},
            "deleteDimension: You can't delete all the rows on the sheet.",
        ),
        (
            {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 99, "endIndex": 101}}},
            "deleteDimension: range.endIndex[101] is after last row in grid[100]",
        ),
        (
            {
                "insertDimension": {
                    "range": {"sheetId": 0, "dimension": "ROWS", "endIndex": 1},
                    "inheritFromBefore": True,
                }
            },
            "insertDimension: inheritFromBefore cannot be true when inserting at the beginning.",
        ),
        (
            {"updateSpreadsheetProperties": {"properties": {"locale": "xx_YY"}, "fields": "locale"}},
            "updateSpreadsheetProperties: Unsupported locale: xx_YY",
        ),
        (
            {"updateSpreadsheetProperties": {"properties": {"timeZone": "Mars/North"}, "fields": "timeZone"}},
            "updateSpreadsheetProperties: Invalid time zone: Mars/North",
        ),
        (
            {"sortRange": {"range": box(0, 2, 0, 2), "sortSpecs": [{"dimensionIndex": 5}]}},
            "sortRange: Sort dimension index 5 is outside the range.",
        ),
        (
            {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400000}},
            (
                "appendDimension: This action would increase the number of cells in the workbook above the limit of "
                "10000000 cells."
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused(book: Any, request_: Any, said: str) -> None:
    book.batch({"addNamedRange": {"namedRange": {"name": "marks", "range": box(0, 1, 0, 1)}}})
    assert book.refused(request_) == f"Invalid requests[0].{said}"


def test_an_empty_batch_or_request_is_refused(book: Any) -> None:
    assert book.refused() == "Must specify at least one request."
    assert book.refused({}) == "Invalid requests[0]: No request set."


def test_a_filter_on_a_whole_tab_tells_the_bounds_of_its_grid(book: Any) -> None:
    book.batch({"setBasicFilter": {"filter": {"range": {"sheetId": 0}}}})
    bounds = {"startRowIndex": 0, "endRowIndex": 100, "startColumnIndex": 0, "endColumnIndex": 26}
    assert book.get("sheets.basicFilter") == {"sheets": [{"basicFilter": {"range": bounds}}]}


def test_formulas_in_cells_and_rules_follow_a_renamed_tab_and_lose_a_deleted_one(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks", "Sums")
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=Marks!$A$1=5"}]}
    rule = {
        "ranges": [{"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1}],
        "booleanRule": {"condition": condition, "format": {"backgroundColor": {"red": 1}}},
    }
    book.type("Marks!A1", [[5]])
    book.type("Sums!A1", [["=Marks!A1*2"]])
    book.batch(
        {"addConditionalFormatRule": {"rule": rule}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "All marks"}, "fields": "title"}},
    )
    assert (book.formulas("Sums!A1"), book.values("Sums!A1")) == ([["='All marks'!A1*2"]], [["10"]])
    kept = book.get("sheets.conditionalFormats.booleanRule.condition.values")["sheets"][0]["conditionalFormats"]
    assert kept[0]["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "='All marks'!$A$1=5"}]
    assert book.fills("'All marks'!A1") == [["ff0000"]]
    book.batch({"deleteSheet": {"sheetId": 0}})
    assert (book.formulas("Sums!A1"), book.values("Sums!A1")) == ([["=#REF!*2"]], [["#REF!"]])
