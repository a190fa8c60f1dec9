"""Lines inserted, deleted, moved and sorted: everything that names a row or a column follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

if TYPE_CHECKING:
    from collections.abc import Callable


def lines(dimension: str, start: int, end: int) -> dict[str, Any]:
    """Return a DimensionRange on the first tab."""
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


def box(top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    """Return a GridRange on the first tab."""
    return {
        "sheetId": 0,
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def insert(dimension: str, start: int, end: int, *, inherit: bool = False) -> dict[str, Any]:
    """Return an insertDimension request."""
    return {"insertDimension": {"range": lines(dimension, start, end), "inheritFromBefore": inherit}}


def delete(dimension: str, start: int, end: int) -> dict[str, Any]:
    """Return a deleteDimension request."""
    return {"deleteDimension": {"range": lines(dimension, start, end)}}


def sort_by(column: int, order: str) -> dict[str, Any]:
    """Return a sortRange request over A1:C3."""
    return {"sortRange": {"range": box(0, 3, 0, 3), "sortSpecs": [{"dimensionIndex": column, "sortOrder": order}]}}


def move(dimension: str, start: int, end: int, to: int) -> dict[str, Any]:
    """Return a moveDimension request."""
    return {"moveDimension": {"source": lines(dimension, start, end), "destinationIndex": to}}


@pytest.mark.parametrize(
    ("formula", "request_", "after"),
    [
        ("=A2", insert("ROWS", 1, 3), "=A4"),
        ("=A2", insert("ROWS", 2, 3), "=A2"),
        ("=$A$2", insert("COLUMNS", 0, 1), "=$B$2"),
        ("=SUM(A2:A5)", insert("ROWS", 3, 5), "=SUM(A2:A7)"),
        ("=SUM(A2:A5)", insert("ROWS", 5, 6), "=SUM(A2:A5)"),
        ("=SUM(A2:A5)", delete("ROWS", 2, 4), "=SUM(A2:A3)"),
        ("=SUM(A2:A5)", delete("ROWS", 0, 3), "=SUM(A1:A2)"),
        ("=SUM(A2:A5)+A9", delete("ROWS", 1, 5), "=SUM(#REF!)+A5"),
        ("=COUNTA(A2:A)", insert("ROWS", 0, 1), "=COUNTA(A3:A)"),
        ("=COUNTA(B:C)", delete("COLUMNS", 1, 2), "=COUNTA(B:B)"),
        ("=SUM(3:4)", insert("ROWS", 0, 2), "=SUM(5:6)"),
        ("=\"A2\"&'Sheet1'!A2", insert("ROWS", 0, 1), "=\"A2\"&'Sheet1'!A3"),
        ("=A2+Other!A2", insert("ROWS", 0, 1), "=A3+Other!A2"),
        ("=A2", move("ROWS", 1, 2, 5), "=A5"),
        ("=A4", move("ROWS", 1, 2, 5), "=A3"),
        ("=B1+C1", move("COLUMNS", 2, 3, 1), "=C1+B1"),
        ("=SUM(A2:A5)", move("ROWS", 2, 3, 5), "=SUM(A2:A5)"),
        ("=LOG10(A2)", insert("ROWS", 0, 1), "=LOG10(A3)"),
    ],
)
def test_a_formula_follows_what_it_names(
    new_book: Callable[..., Any], formula: str, request_: dict[str, Any], after: str
) -> None:
    book = new_book("Sheet1", "Other")
    book.type("Other!Z9", [[formula.replace("A", "Sheet1!A", 1) if "Sheet1" not in formula else formula]])
    book.type("Sheet1!Z50", [[formula]])
    book.batch(request_)
    kept = [cell for row in book.formulas("Sheet1") for cell in row if isinstance(cell, str) and cell.startswith("=")]
    assert kept == [after]


def test_a_formula_on_another_tab_follows_too(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks 1", "Mastery")
    book.type("Mastery!A1", [["='Marks 1'!B2", "=B2", "=marks_!B2"]])
    book.batch(insert("ROWS", 0, 1), {"updateSheetProperties": {"properties": {"title": "Marks"}, "fields": "title"}})
    assert book.formulas("Mastery!A1:C1") == [["=Marks!B3", "=B2", "=marks_!B2"]]


def test_a_deleted_tab_leaves_ref_errors_behind(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks", "Mastery")
    book.type("Mastery!A1", [["=Marks!B2+1", "=B9"]])
    book.batch({"deleteSheet": {"sheetId": 0}})
    assert book.formulas("Mastery!A1:B1") == [["=#REF!+1", "=B9"]]
    assert book.values("Mastery!A1:B1") == [["#REF!"]]


def test_rules_merges_names_protections_filters_and_metadata_follow_an_insertion(book: Any) -> None:
    formula = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=AND(C4>B$2,$A4<>D5)"}]}
    book.batch(
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {
                    "ranges": [box(3, 9, 2, 4)],
                    "booleanRule": {"condition": formula, "format": {"textFormat": {"bold": True}}},
                },
            }
        },
        {"mergeCells": {"range": box(0, 1, 2, 4), "mergeType": "MERGE_ALL"}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "marks", "range": box(3, 9, 2, 4)}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 7, "range": box(0, 99, 3, 4)}}},
        {"setBasicFilter": {"filter": {"range": box(2, 9, 0, 4)}}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": 5,
                    "metadataKey": "assignment",
                    "metadataValue": "Essay",
                    "visibility": "DOCUMENT",
                    "location": {"dimensionRange": lines("COLUMNS", 3, 4)},
                }
            }
        },
    )
    book.batch(insert("COLUMNS", 2, 3), insert("ROWS", 4, 6), delete("ROWS", 3, 4))
    lists = "conditionalFormats,merges,protectedRanges.range,basicFilter,data.columnMetadata.developerMetadata"
    found = book.get(f"namedRanges.range,sheets({lists})")
    sheet = found["sheets"][0]
    rule = sheet["conditionalFormats"][0]

    def without_id(place: dict[str, int]) -> dict[str, int]:
        return {name: bound for name, bound in place.items() if name != "sheetId"}

    assert found["namedRanges"] == [{"range": without_id(box(3, 10, 3, 5))}]
    assert rule["ranges"] == [without_id(box(3, 10, 3, 5))]
    assert rule["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=AND(D4>B$2,$A4<>E6)"}]
    assert sheet["merges"] == [without_id(box(0, 1, 3, 5))]
    assert sheet["protectedRanges"] == [{"range": without_id(box(0, 100, 4, 5))}]
    assert sheet["basicFilter"] == {"range": without_id(box(2, 10, 0, 5))}
    columns = sheet["data"][0]["columnMetadata"]
    assert [[item["metadataValue"] for item in column.get("developerMetadata", [])] for column in columns[:6]] == [
        [],
        [],
        [],
        [],
        ["Essay"],
        [],
    ]


def test_deleting_all_that_they_name_takes_rules_merges_names_and_metadata_away(book: Any) -> None:
    condition = {"type": "NOT_BLANK"}
    rule = {"ranges": [box(3, 5, 2, 4)], "booleanRule": {"condition": condition, "format": {"backgroundColor": {}}}}
    book.batch(
        {"addConditionalFormatRule": {"index": 0, "rule": rule}},
        {"mergeCells": {"range": box(3, 5, 2, 4)}},
        {"addNamedRange": {"namedRange": {"name": "marks", "range": box(3, 5, 2, 4)}}},
        delete("ROWS", 3, 5),
    )
    assert book.get("namedRanges,sheets(conditionalFormats,merges)") == {"sheets": [{}]}


def test_inserted_lines_take_the_format_of_the_neighbour_asked_for(book: Any) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    repeat = {"cell": bold, "fields": "userEnteredFormat.textFormat.bold"}
    book.batch({"repeatCell": {"range": box(0, 1, 0, 2), **repeat}})
    book.put("A1", [["x", "y"], ["z"]])
    book.batch(insert("ROWS", 1, 2, inherit=True), insert("ROWS", 2, 3))
    rows = book.get("sheets.data.rowData.values.userEnteredFormat.textFormat.bold")["sheets"][0]["data"][0]["rowData"]
    assert [[cell != {} for cell in row.get("values", [])] for row in rows] == [[True, True], [True, True]]
    assert book.values("A1:B4") == [["x", "y"], [], [], ["z"]]


def test_sorting_takes_whole_cells_along_and_turns_relative_references(book: Any) -> None:
    book.type("A1", [["c", 3, "=B1*2"], ["a", "", "=B$2&B1"], ["B", 2, "=SUM(B3:B4)"]])
    note = {"rows": [{"values": [{"note": "of c"}]}], "fields": "note"}
    book.batch({"updateCells": {"range": box(0, 1, 0, 1), **note}})
    book.batch(
        {"sortRange": {"range": box(0, 3, 0, 3), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}
    )
    assert book.formulas("A1:C3") == [["a", "", "=B$2&#REF!"], ["B", 2, "=SUM(B2:B3)"], ["c", 3, "=B3*2"]]
    notes = book.get("sheets.data.rowData.values.note")["sheets"][0]["data"][0]["rowData"]
    assert notes == [{}, {}, {"values": [{"note": "of c"}]}]
    book.batch(
        {"sortRange": {"range": box(0, 3, 0, 3), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}}
    )
    assert [row[:2] for row in book.values("A1:B3", "UNFORMATTED_VALUE")] == [["c", 3], ["B", 2], ["a"]]


def test_copied_formulas_turn_and_cut_ones_stay_while_what_named_them_follows(book: Any) -> None:
    book.type("A1", [[1, "=A1+$A$1"], ["=B1"]])
    book.batch({"copyPaste": {"source": box(0, 1, 1, 2), "destination": box(1, 3, 1, 3)}})
    assert book.formulas("A1:C3") == [[1, "=A1+$A$1"], ["=B1", "=A2+$A$1", "=B2+$A$1"], ["", "=A3+$A$1", "=B3+$A$1"]]
    book.batch(
        {"cutPaste": {"source": box(0, 1, 1, 2), "destination": {"sheetId": 0, "rowIndex": 9, "columnIndex": 3}}}
    )
    assert (book.formulas("A2"), book.formulas("B1:D10")[-1]) == ([["=D10"]], ["", "", "=A1+$A$1"])


def test_cells_pushed_and_pulled_within_a_band_leave_their_neighbours_alone(book: Any) -> None:
    book.type("A1", [[1, 10, "=A2"], [2, 20, "=B2"], [3, 30]])
    book.batch({"insertRange": {"range": box(1, 2, 0, 1), "shiftDimension": "ROWS"}})
    assert book.formulas("A1:C4") == [[1, 10, "=A3"], ["", 20, "=B2"], [2, 30], [3]]
    book.batch({"deleteRange": {"range": box(0, 2, 0, 1), "shiftDimension": "ROWS"}})
    assert book.formulas("A1:C4") == [[2, 10, "=A1"], [3, 20, "=B2"], ["", 30]]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    dimension=strategies.sampled_from(["ROWS", "COLUMNS"]),
    start=strategies.integers(0, 6),
    count=strategies.integers(1, 3),
    to=strategies.integers(0, 9),
)
def test_lines_inserted_and_deleted_or_moved_and_moved_back_leave_the_sheet_as_it_was(
    new_book: Callable[..., Any], dimension: str, start: int, count: int, to: int
) -> None:
    book = new_book(rows=10, columns=10)
    book.type("A1", [[f"=SUM($B$2:D4)+{'ABCDEFGHIJ'[column]}{row + 1}" for column in range(5, 8)] for row in range(7)])
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=AND(C3>2,$B$2<D9)"}]}
    rule = {"ranges": [box(2, 6, 2, 6)], "booleanRule": {"condition": condition, "format": {"backgroundColor": {}}}}
    book.batch({"addConditionalFormatRule": {"index": 0, "rule": rule}}, {"mergeCells": {"range": box(8, 10, 8, 10)}})
    fields = "sheets(merges,conditionalFormats,data.rowData.values.userEnteredValue)"
    before = book.get(fields)
    book.batch(insert(dimension, start, start + count), delete(dimension, start, start + count))
    assert book.get(fields) == before
    single = new_book(rows=10, columns=10)
    single.type("A1", [[f"={'ABCDEFGHIJ'[column]}{row + 1}" for column in range(7)] for row in range(7)])
    cells = single.formulas("A1:J10")
    if to <= start:
        single.batch(move(dimension, start, start + count, to), move(dimension, to, to + count, start + count))
    elif to >= start + count:
        single.batch(move(dimension, start, start + count, to), move(dimension, to - count, to, start))
    assert single.formulas("A1:J10") == cells
