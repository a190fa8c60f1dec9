"""gspread as the referee: a client that nobody here wrote reads back what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gspread
import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from gspread.exceptions import APIError
from gspread.utils import ValueInputOption, ValueRenderOption
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_mastery.local_google.server import LocalGoogle


@pytest.fixture
def client(google: LocalGoogle) -> Iterator[gspread.Client]:
    """A gspread client whose every request goes to the local Google."""

    class Redirect(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **said: Any) -> requests.Response:
            request.url = google.url + str(request.path_url)
            return super().send(request, *args, **said)

    with requests.Session() as session:
        session.mount("https://", Redirect())
        yield gspread.Client(AnonymousCredentials(), session)  # type: ignore[no-untyped-call]  # google-auth types it not


@pytest.fixture
def sheet(client: gspread.Client) -> gspread.Spreadsheet:
    """A new spreadsheet."""
    return client.create("Gradebook")


def test_what_is_written_as_typed_reads_back_formatted_plain_and_as_formulas(sheet: gspread.Spreadsheet) -> None:
    tab = sheet.sheet1
    tab.update(
        [["Ada", "43", "=B1/50"], ["Bo", "9/12/2026", "90%"]], "A1", value_input_option=ValueInputOption.user_entered
    )
    assert tab.get_all_values() == [["Ada", "43", "0.86"], ["Bo", "9/12/2026", "90%"]]
    assert tab.get(value_render_option=ValueRenderOption.unformatted) == [["Ada", 43, 0.86], ["Bo", 46277, 0.9]]
    assert tab.get(value_render_option=ValueRenderOption.formula) == [["Ada", 43, "=B1/50"], ["Bo", 46277, 0.9]]


def test_raw_values_stay_what_they_are(sheet: gspread.Spreadsheet) -> None:
    tab = sheet.sheet1
    tab.update([["=1+1", "'007", "9/12", True, 3.5]], "A1")
    assert tab.get(value_render_option=ValueRenderOption.formula) == [["=1+1", "'007", "9/12", True, 3.5]]


def test_records_come_back_as_dictionaries(sheet: gspread.Spreadsheet) -> None:
    sheet.sheet1.update([["id", "name", "mark"], ["7", "Ada", 43], ["8", "Bo"]], "A1")
    assert sheet.sheet1.get_all_records() == [
        {"id": 7, "name": "Ada", "mark": 43},
        {"id": 8, "name": "Bo", "mark": ""},
    ]


def test_tabs_are_added_copied_renamed_moved_and_deleted(sheet: gspread.Spreadsheet) -> None:
    mastery = sheet.add_worksheet("Mastery", rows=5, cols=4)
    sheet.sheet1.update_title("Period 1")
    copy = mastery.duplicate(new_sheet_name="Mastery (old)")
    sheet.reorder_worksheets([mastery, copy, *[tab for tab in sheet.worksheets() if tab.title == "Period 1"]])
    assert [tab.title for tab in sheet.worksheets()] == ["Mastery", "Mastery (old)", "Period 1"]
    sheet.del_worksheet(copy)
    assert [(tab.title, tab.row_count, tab.col_count) for tab in sheet.worksheets()] == [
        ("Mastery", 5, 4),
        ("Period 1", 1000, 26),
    ]


def test_notes_formats_and_cells_found_are_where_they_were_put(sheet: gspread.Spreadsheet) -> None:
    tab = sheet.sheet1
    tab.update([["a", "b"], ["missing", "c"]], "A1")
    tab.insert_note("A2", "Ask about this one")
    tab.format("A2", {"textFormat": {"bold": True}})
    assert tab.get_notes() == [[], ["Ask about this one"]]
    found = tab.find("missing")
    assert found is not None
    assert found.address == "A2"
    assert tab.get_note("A2") == "Ask about this one"


def test_rows_are_inserted_appended_deleted_and_sorted(sheet: gspread.Spreadsheet) -> None:
    tab = sheet.sheet1
    tab.update([["c", 3], ["a", 1]], "A1")
    tab.append_row(["b", 2])
    tab.insert_row(["title", "mark"], 1)
    tab.sort((1, "asc"), range="A2:B4")
    assert tab.get_all_values() == [["title", "mark"], ["a", "1"], ["b", "2"], ["c", "3"]]
    tab.delete_rows(2, 3)
    assert tab.get_all_values() == [["title", "mark"], ["c", "3"]]


def test_a_protected_range_and_a_named_range_are_listed(sheet: gspread.Spreadsheet) -> None:
    tab = sheet.sheet1
    tab.define_named_range("A1:B2", "marks")
    tab.add_protected_range("A1:A9", description="keys", editor_users_emails=["head@school.example"])
    named = [(each["name"], each["range"]["endRowIndex"]) for each in sheet.list_named_ranges()]
    kept = [
        (each["description"], each["editors"]["users"][0], each["requestingUserCanEdit"])
        for each in sheet.list_protected_ranges(tab.id)
    ]
    assert (named, kept) == ([("marks", 2)], [("keys", "head@school.example", True)])


def test_googles_errors_arrive_as_gspreads(client: gspread.Client, sheet: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key("no-such-key")
    with pytest.raises(APIError, match="Unable to parse range: Nowhere!A1"):
        sheet.values_get("Nowhere!A1")
    with pytest.raises(APIError, match=r"Range \(Sheet1!A1001\) exceeds grid limits. Max rows: 1000, max columns: 26"):
        sheet.sheet1.update([[1]], "A1001")


def test_gspread_imports_and_exports_text(client: Any) -> None:
    book = client.create("Class")
    book.add_worksheet("More", 10, 3)
    client.import_csv(book.id, "Name,Mark\nAna,90%\n")
    (only,) = book.worksheets()
    assert only.get_all_values() == [["Name", "Mark"], ["Ana", "90%"]]
    assert book.export(gspread.utils.ExportFormat.CSV) == b"Name,Mark\r\nAna,90%"
    assert book.export(gspread.utils.ExportFormat.EXCEL)[:2] == b"PK"
