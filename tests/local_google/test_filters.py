"""Cells and developer metadata found by data filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def tag(number: int, key: str, **location: Any) -> dict[str, Any]:
    """Return a createDeveloperMetadata request."""
    said = {"metadataId": number, "metadataKey": key, "visibility": "DOCUMENT", "location": location}
    return {"createDeveloperMetadata": {"developerMetadata": said}}


def line(dimension: str, start: int, sheet_id: int = 0) -> dict[str, Any]:
    """Return a DimensionRange of one row or column."""
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": start + 1}


def lookup(**said: Any) -> dict[str, Any]:
    """Return a data filter that looks metadata up."""
    return {"developerMetadataLookup": said}


@pytest.fixture
def marked(new_book: Callable[..., Any]) -> Any:
    """A book of two tabs, with metadata on the book, the second tab, and row 3 and column B of the first."""
    book = new_book("One", "Two", rows=5, columns=3)
    book.type("One!A1", [["a1", "b1", "c1"], ["a2", "b2"], ["a3", "b3", "c3"]])
    book.type("Two!A1", [["x"], ["y"]])
    book.batch(
        tag(1, "book", spreadsheet=True),
        tag(2, "tab", sheetId=1),
        tag(3, "row", dimensionRange=line("ROWS", 2)),
        tag(4, "column", dimensionRange=line("COLUMNS", 1)),
    )
    return book


def found(book: Any, *filters: Any) -> list[int]:
    """Return the ids of the metadata that a search finds."""
    said = book.ask("POST", f"{book.path}/developerMetadata:search", {"dataFilters": list(filters)})
    return [each["developerMetadata"]["metadataId"] for each in said.get("matchedDeveloperMetadata", [])]


@pytest.mark.parametrize(
    ("data_filter", "ids"),
    [
        (lookup(metadataKey="row"), [3]),
        (lookup(metadataId=2), [2]),
        (lookup(locationType="COLUMN"), [4]),
        (lookup(visibility="DOCUMENT", metadataKey="none"), []),
        (lookup(metadataLocation={"dimensionRange": line("ROWS", 2)}), [1, 3, 4]),
        (
            lookup(
                metadataLocation={"dimensionRange": line("ROWS", 2)},
                locationMatchingStrategy="EXACT_LOCATION",
            ),
            [3],
        ),
        (lookup(metadataLocation={"sheetId": 1}), [1, 2]),
        (lookup(metadataLocation={"sheetId": 1}, locationMatchingStrategy="EXACT_LOCATION"), [2]),
        ({"a1Range": "One!A1:A2"}, [1]),
        ({"a1Range": "One!B1"}, [1, 4]),
        ({"gridRange": {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 3}}, [1, 3, 4]),
        ({"gridRange": {"sheetId": 1}}, [1, 2]),
    ],
)
def test_metadata_is_found_by_what_it_says_and_where_it_is(marked: Any, data_filter: Any, ids: list[int]) -> None:
    assert found(marked, data_filter) == ids


def test_what_several_filters_find_is_told_once_with_all_of_them(marked: Any) -> None:
    one, other = lookup(metadataKey="row"), lookup(metadataId=3)
    said = marked.ask("POST", f"{marked.path}/developerMetadata:search", {"dataFilters": [one, other]})
    (match,) = said["matchedDeveloperMetadata"]
    assert match["dataFilters"] == [one, other]
    assert match["developerMetadata"] == marked.ask("GET", f"{marked.path}/developerMetadata/3")
    assert marked.ask("GET", f"{marked.path}/developerMetadata/9", status=404)["error"]["status"] == "NOT_FOUND"


def test_values_are_read_written_and_cleared_by_filters(marked: Any) -> None:
    row, column = lookup(metadataKey="row"), lookup(metadataId=4)
    path = f"{marked.path}/values:batchGetByDataFilter"
    said = marked.ask("POST", path, {"dataFilters": [row, {"a1Range": "Two"}, {"a1Range": "One!3:3"}]})
    assert said["valueRanges"] == [
        {
            "valueRange": {"range": "One!A3:C3", "majorDimension": "ROWS", "values": [["a3", "b3", "c3"]]},
            "dataFilters": [row, {"a1Range": "One!3:3"}],
        },
        {
            "valueRange": {"range": "Two!A1:C5", "majorDimension": "ROWS", "values": [["x"], ["y"]]},
            "dataFilters": [{"a1Range": "Two"}],
        },
    ]
    data = [
        {"dataFilter": row, "values": [["=1+1", None, "7"]]},
        {"dataFilter": column, "majorDimension": "COLUMNS", "values": [["over"]]},
    ]
    body = {"valueInputOption": "USER_ENTERED", "data": data, "includeValuesInResponse": True}
    said = marked.ask("POST", f"{marked.path}/values:batchUpdateByDataFilter", body)
    assert said == {
        "spreadsheetId": marked.id,
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 4,
        "totalUpdatedCells": 3,
        "totalUpdatedSheets": 1,
        "responses": [
            {
                "updatedRange": "One!A3:C3",
                "updatedRows": 1,
                "updatedColumns": 3,
                "updatedCells": 2,
                "dataFilter": row,
                "updatedData": {"range": "One!A3:C3", "majorDimension": "ROWS", "values": [["2", "b3", "7"]]},
            },
            {
                "updatedRange": "One!B1",
                "updatedRows": 1,
                "updatedColumns": 1,
                "updatedCells": 1,
                "dataFilter": column,
                "updatedData": {"range": "One!B1", "majorDimension": "ROWS", "values": [["over"]]},
            },
        ],
    }
    said = marked.ask("POST", f"{marked.path}/values:batchClearByDataFilter", {"dataFilters": [column, row]})
    assert said == {"spreadsheetId": marked.id, "clearedRanges": ["One!B1:B5", "One!A3:C3"]}
    assert marked.values("One") == [["a1", "", "c1"], ["a2"]]


def test_a_spreadsheet_is_got_by_filters_and_follows_its_mask(marked: Any) -> None:
    path = f"{marked.path}:getByDataFilter"
    said = marked.ask("POST", path, {"dataFilters": [lookup(metadataKey="tab")], "includeGridData": False})
    assert [each["properties"]["title"] for each in said["sheets"]] == ["Two"]
    fields = "sheets(properties.title,data(startRow,rowData.values.formattedValue))"
    said = marked.ask("POST", path, {"dataFilters": [lookup(metadataKey="row")]}, fields=fields)
    cells = [{"formattedValue": text} for text in ("a3", "b3", "c3")]
    data = [{"startRow": 2, "rowData": [{"values": cells}]}]
    assert said == {"sheets": [{"properties": {"title": "One"}, "data": data}]}
    assert len(marked.ask("POST", path, {})["sheets"]) == 2


def test_a_filter_that_says_nothing_or_a_place_that_is_not_there_is_refused(marked: Any) -> None:
    path = f"{marked.path}/values:batchGetByDataFilter"
    for data_filter, said in (
        ({}, "A data filter needs an a1Range, a gridRange or a developerMetadataLookup."),
        ({"gridRange": {"sheetId": 9}}, "No grid with id: 9"),
        ({"a1Range": "Three!A1"}, "Unable to parse range: Three!A1"),
    ):
        refused = marked.ask("POST", path, {"dataFilters": [data_filter]}, status=400)
        assert refused["error"]["message"] == said
