"""The values methods: trimming, echoed ranges, what is skipped, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def test_empty_ends_are_trimmed_and_gaps_are_kept(book: Any) -> None:
    book.put("B2", [["a", "", "c"], [], ["", "x", ""], ["", ""]])
    assert book.values("A1:Z99") == [[], ["", "a", "", "c"], [], ["", "", "x"]]
    found = book.ask("GET", f"{book.path}/values/F1:G9")
    assert found == {"range": "Sheet1!F1:G9", "majorDimension": "ROWS"}


@pytest.mark.parametrize(
    ("asked", "echoed"),
    [
        ("Marks 1", "'Marks 1'!A1:Z100"),
        ("'Marks 1'!a1:b2", "'Marks 1'!A1:B2"),
        ("marks 1!D4:A1", "'Marks 1'!A1:D4"),
        ("Other!A:B", "Other!A1:B100"),
        ("Other!A3:3", "Other!A3:Z3"),
        ("Other!B2:D", "Other!B2:D100"),
        ("Other!5:6", "Other!A5:Z6"),
        ("C7", "'Marks 1'!C7"),
        ("Other!A1:ZZ999", "Other!A1:Z100"),
        ("levels", "Other!A1:B2"),
        ("'Other'!levels", "Other!A1:B2"),
        ("'A1'", "'A1'!A1:Z100"),
    ],
)
def test_a_range_is_echoed_in_full(new_book: Callable[..., Any], asked: str, echoed: str) -> None:
    book = new_book("Marks 1", "Other", "A1")
    place = {"sheetId": 1, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    book.batch({"addNamedRange": {"namedRange": {"name": "levels", "range": place}}})
    assert book.ask("GET", f"{book.path}/values/{asked}")["range"] == echoed


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Nowhere!A1", "Unable to parse range: Nowhere!A1"),
        ("no name", "Unable to parse range: no name"),
        ("A0", "Unable to parse range: A0"),
        ("A101:B", "Range (Sheet1!A101:B) exceeds grid limits. Max rows: 100, max columns: 26"),
        ("AA1", "Range (Sheet1!AA1) exceeds grid limits. Max rows: 100, max columns: 26"),
    ],
)
def test_a_range_that_cannot_be_is_refused(book: Any, asked: str, said: str) -> None:
    assert book.ask("GET", f"{book.path}/values/{asked}", status=400)["error"]["message"] == said


def test_null_skips_a_cell_and_an_empty_text_clears_it(book: Any) -> None:
    book.put("A1", [[1, 2, 3]])
    said = book.ask("PUT", f"{book.path}/values/A1:C1", {"values": [[None, "", 9]]}, valueInputOption="RAW")
    assert (said["updatedCells"], book.values("A1:C1", "UNFORMATTED_VALUE")) == (2, [[1, "", 9]])


def test_values_that_do_not_fit_their_range_are_refused_and_nothing_is_written(book: Any) -> None:
    body = {"values": [[1], [2], [3]]}
    said = book.ask("PUT", f"{book.path}/values/A1:A2", body, 400, valueInputOption="RAW")
    assert said["error"]["message"] == "Requested writing within range [Sheet1!A1:A2], but tried writing to row [3]"
    said = book.ask("PUT", f"{book.path}/values/A1:A2", {"values": [[1, 2]]}, 400, valueInputOption="RAW")
    assert said["error"]["message"] == "Requested writing within range [Sheet1!A1:A2], but tried writing to column [B]"
    assert book.values("A1:B9") == []


def test_an_input_option_must_be_given(book: Any) -> None:
    said = book.ask("PUT", f"{book.path}/values/A1", {"values": [[1]]}, 400)
    assert said["error"]["message"] == "'valueInputOption' is required but not specified"


def test_columns_may_be_read_and_written_as_the_outer_list(book: Any) -> None:
    body = {"majorDimension": "COLUMNS", "values": [["a", "b"], ["c"]]}
    book.ask("PUT", f"{book.path}/values/A1:B2", body, valueInputOption="RAW")
    assert book.values("A1:B2") == [["a", "c"], ["b"]]
    found = book.ask("GET", f"{book.path}/values/A1:C9", majorDimension="COLUMNS")
    assert found["values"] == [["a", "b"], ["c"]]


def test_several_ranges_are_read_written_and_cleared_at_once(book: Any) -> None:
    data = [{"range": "A1:B1", "values": [["1", 2]]}, {"range": "D4", "values": [["=A1+B1"]]}]
    body = {"valueInputOption": "USER_ENTERED", "data": data, "includeValuesInResponse": True}
    said = book.ask("POST", f"{book.path}/values:batchUpdate", body)
    counts = {name: count for name, count in said.items() if name.startswith("total")}
    assert counts == {"totalUpdatedRows": 2, "totalUpdatedColumns": 3, "totalUpdatedCells": 3, "totalUpdatedSheets": 1}
    assert said["responses"][1]["updatedData"] == {"range": "Sheet1!D4", "majorDimension": "ROWS", "values": [["3"]]}
    found = book.ask("GET", f"{book.path}/values:batchGet", ranges=["A1:B1", "D4"])
    assert [each["values"] for each in found["valueRanges"]] == [[["1", "2"]], [["3"]]]
    cleared = book.ask("POST", f"{book.path}/values:batchClear", {"ranges": ["A1:B1", "D4"]})
    assert (cleared["clearedRanges"], book.values("A1:Z9")) == (["Sheet1!A1:B1", "Sheet1!D4"], [])


def test_clearing_values_leaves_notes_and_formats(book: Any) -> None:
    rows = [{"values": [{"userEnteredValue": {"numberValue": 1}, "note": "kept"}]}]
    book.batch({"updateCells": {"start": {"sheetId": 0}, "rows": rows, "fields": "userEnteredValue,note"}})
    book.ask("POST", f"{book.path}/values/A1:clear")
    data = book.get("sheets.data.rowData.values(userEnteredValue,note)")["sheets"][0]["data"][0]
    assert data == {"rowData": [{"values": [{"note": "kept"}]}]}


@pytest.mark.parametrize(
    ("asked", "table", "written"),
    [
        ("Sheet1", "Sheet1!B2:C3", "Sheet1!B4:C4"),
        ("B2:C2", "Sheet1!B2:C3", "Sheet1!B4:C4"),
        ("F1", None, "Sheet1!F1:G1"),
    ],
)
def test_appended_values_go_below_the_table_found(book: Any, asked: str, table: str | None, written: str) -> None:
    book.put("B2", [["id", "mark"], ["7", 43]])
    body = {"values": [["8", 41]]}
    said = book.ask("POST", f"{book.path}/values/{asked}:append", body, valueInputOption="RAW")
    assert (said.get("tableRange"), said["updates"]["updatedRange"]) == (table, written)


def test_of_two_tables_that_end_in_one_row_the_right_one_grows(book: Any) -> None:
    book.put("A1", [["7", "", "late"]])
    said = book.ask("POST", f"{book.path}/values/Sheet1:append", {"values": [["8"]]}, valueInputOption="RAW")
    assert (said["tableRange"], said["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2")


def test_a_named_range_behind_another_tabs_title_is_refused(new_book: Callable[..., Any]) -> None:
    book = new_book("Marks", "Other")
    book.batch({"addNamedRange": {"namedRange": {"name": "levels", "range": {"sheetId": 1, "endRowIndex": 2}}}})
    refused = book.ask("GET", f"{book.path}/values/Marks!levels", status=400)
    assert refused["error"]["message"] == "Unable to parse range: Marks!levels"


def test_appending_to_a_full_grid_makes_it_grow(new_book: Callable[..., Any]) -> None:
    book = new_book(rows=2, columns=2)
    book.put("A1", [[1, 2], [3, 4]])
    book.ask("POST", f"{book.path}/values/A1:append", {"values": [[5, 6]]}, valueInputOption="RAW")
    assert book.values("A1:B3") == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_a_typed_number_keeps_the_format_that_its_cell_has(book: Any) -> None:
    book.type("A1", [["50%"]])
    book.type("A1", [["0.25"]])
    text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    book.batch({"repeatCell": {"range": place, "cell": text, "fields": "userEnteredFormat.numberFormat"}})
    book.type("A2", [["007"]])
    assert book.values("A1:A2") == [["25%"], ["007"]]


def test_dates_are_serial_numbers_or_texts_as_asked(book: Any) -> None:
    book.type("A1", [["2026-09-12", "=A1+1"]])
    how = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert book.values("A1:B1", "UNFORMATTED_VALUE") == [[46277, 46278]]
    assert book.ask("GET", f"{book.path}/values/A1", **how)["values"] == [["2026-09-12"]]
