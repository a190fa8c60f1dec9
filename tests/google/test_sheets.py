"""A gradebook at Google: read by one request, written by one more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests

from sheets_mastery.a1 import Cell, Range
from sheets_mastery.edits import (
    AddRule,
    AddTab,
    DeleteRule,
    DeleteTab,
    DropStamp,
    PutLook,
    PutNote,
    PutStamp,
    PutValues,
    ResizeTab,
    SetWidths,
)
from sheets_mastery.errors import SheetNotFound, SheetNotShared, SheetProtected, Unreachable
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.reading import EMPTY, Content, Look, Protection, Rule, Tab, Watched

Teacher = Callable[..., Any]


@pytest.fixture
def sheets(google: LocalGoogle) -> Iterator[GoogleSheets]:
    def sleep(_seconds: float) -> None:
        """Do not wait: the faults here are over after one."""

    with GoogleSheets(LocalCredentials(), endpoint=google.url, sleep=sleep) as opened:
        yield opened


@pytest.fixture
def teacher(google: LocalGoogle) -> Teacher:
    """Does something in Google Sheets without this program."""

    def done(method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method,
            f"{google.url}/v4/spreadsheets{path}",
            json=body,
            headers={"Authorization": "Bearer local"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return done


@pytest.fixture
def book(teacher: Teacher) -> str:
    """A small gradebook.

    |   | A          | B       | C   | D    | E            |
    | 1 | Student ID | Student | HW1 | Quiz | Average      |
    | 2 |            |         | 10  | 20   |              |
    | 3 | 00417      | Zoë     | 7.5 | 85%  | =C3/C$2      |
    | 4 | 00103      | José    | EX  |      | =C4/C$2      |
    """
    made = teacher(
        "POST",
        "",
        {
            "properties": {"title": "Algebra", "locale": "en_US", "timeZone": "America/Chicago"},
            "sheets": [
                {
                    "properties": {
                        "sheetId": 0,
                        "title": "Marks",
                        "gridProperties": {"rowCount": 30, "columnCount": 8, "frozenRowCount": 2},
                    }
                },
                {"properties": {"sheetId": 5, "title": "Seating", "gridProperties": {"rowCount": 4, "columnCount": 4}}},
            ],
        },
    )["spreadsheetId"]
    teacher(
        "PUT",
        f"/{made}/values/Marks!A1:E4?valueInputOption=USER_ENTERED",
        {
            "values": [
                ["Student ID", "Student", "HW1", "Quiz", "Average"],
                ["", "", "10", "20"],
                ["'00417", "Zoë", "7.5", "85%", "=C3/C$2"],
                ["'00103", "José", "EX", "", "=C4/C$2"],
            ]
        },
    )
    return str(made)


def write(*edits: Any) -> tuple[Any, ...]:
    return edits


def watched(*ranges: str) -> tuple[Watched, ...]:
    """Rectangles such as "Marks!A3:A4"."""
    found = []
    for each in ranges:
        tab, _, corners = each.partition("!")
        first, last = (Cell.parse(corner) for corner in corners.split(":"))
        found.append((tab, Range(first.row, first.column, last.row + 1, last.column + 1)))
    return tuple(found)


def test_a_gradebook_is_read_by_one_request(sheets: GoogleSheets, book: str) -> None:
    reading = sheets.read(book)
    assert sheets.traffic.requests == 1
    assert (reading.spreadsheet_id, reading.locale, reading.time_zone) == (book, "en_US", "America/Chicago")
    assert [(tab.sheet_id, tab.title, tab.rows, tab.columns, tab.frozen) for tab in reading] == [
        (0, "Marks", 30, 8, (2, 0)),
        (5, "Seating", 4, 4, (0, 0)),
    ]
    marks, seating = reading.tabs
    assert seating.cells == ()
    assert [[each.shown for each in row] for row in marks.cells] == [
        ["Student ID", "Student", "HW1", "Quiz", "Average"],
        ["", "", "10", "20"],
        ["00417", "Zoë", "7.5", "85%", "0.75"],
        ["00103", "José", "EX", "", "#VALUE!"],
    ]
    assert marks.at(2, 0) == Content(value="00417", shown="00417")
    assert marks.at(2, 2) == Content(value=Decimal("7.5"), shown="7.5")
    assert marks.at(2, 3) == Content(value=Decimal("0.85"), format="PERCENT", shown="85%")
    assert marks.at(2, 4) == Content(value=Decimal("0.75"), formula="=C3/C$2", shown="0.75")
    assert marks.at(3, 4) == Content(error="VALUE", formula="=C4/C$2", shown="#VALUE!")
    assert marks.at(3, 3) is EMPTY


def test_what_was_written_is_read_back_and_nothing_else_changes(sheets: GoogleSheets, book: str) -> None:
    before = sheets.read(book)
    ours = Rule(
        ranges=(Range(2, 2, 30, 4),),
        formula='=AND(N("sheets-mastery:retake")=0, C3<5)',
        look=Look(fill="#FFDDB0", ink="#4F2C00", bold=True),
    )
    texts = ("=HYPERLINK(1)", "'quoted", "+1", "3/4", "00417", "TRUE", "１２３", "a\nb")
    shown = sheets.apply(
        book,
        write(
            AddTab(sheet_id=99, title="Mastery", rows=10, columns=9, frozen=(1, 2)),
            PutValues(sheet_id=99, row=0, column=0, values=(texts, (7, None, Decimal("0.1"), *[None] * 5))),
            PutLook(sheet_id=99, row=0, column=0, end_row=1, end_column=8, look=Look(fill="#DDE3EA"), wrap=True),
            SetWidths(sheet_id=99, widths=(90, 90, 200)),
            PutNote(sheet_id=0, row=3, column=2, note="Missing: …"),
            PutNote(sheet_id=0, row=2, column=2, note="Missing: 72 %"),
            AddRule(sheet_id=0, index=0, rule=ours),
        ),
        watched("Marks!A3:A6"),
    )
    assert shown == ("00417", "00103", "", "")
    assert sheets.traffic.requests == 2

    after = sheets.read(book)
    marks, seating, mastery = after.tabs
    assert marks.rules == (ours,)
    assert (marks.at(2, 2).note, marks.at(3, 2).note) == ("Missing: 72 %", "Missing: …")
    unnoted = tuple(tuple(replace(each, note="") for each in row) for row in marks.cells)
    assert replace(marks, cells=unnoted, rules=()) == before.tabs[0]
    assert seating == before.tabs[1]
    assert (mastery.title, mastery.rows, mastery.columns, mastery.frozen) == ("Mastery", 10, 9, (1, 2))
    assert [each.value for each in mastery.row(0)] == list(texts)
    assert [each.formula for each in mastery.row(0)] == [None] * len(texts)
    assert [each.value for each in mastery.row(1)] == [Decimal(7), None, Decimal("0.1")]

    sheets.apply(
        book,
        write(
            PutValues(sheet_id=99, row=0, column=0, values=((None, ""),)),
            ResizeTab(sheet_id=99, rows=2, columns=8),
            PutNote(sheet_id=0, row=2, column=2, note=""),
            PutNote(sheet_id=0, row=3, column=2, note=""),
            DeleteRule(sheet_id=0, index=0),
        ),
        watched("Marks!A3:A4"),
    )
    smaller = sheets.read(book).tabs[2]
    assert (smaller.rows, smaller.columns) == (2, 8)
    assert [each.value for each in smaller.row(0)] == [None, None, *texts[2:]]
    sheets.apply(book, write(DeleteTab(sheet_id=99)), watched("Marks!A1:A1"))
    assert sheets.read(book) == before


def test_a_teachers_note_and_format_survive_a_value_and_a_value_survives_a_note(
    sheets: GoogleSheets, book: str, teacher: Teacher
) -> None:
    teacher(
        "POST",
        f"/{book}:batchUpdate",
        {
            "requests": [
                {
                    "updateCells": {
                        "start": {"sheetId": 0, "rowIndex": 2, "columnIndex": 6},
                        "rows": [
                            {"values": [{"note": "called home", "userEnteredFormat": {"textFormat": {"bold": True}}}]}
                        ],
                        "fields": "note,userEnteredFormat.textFormat.bold",
                    }
                }
            ]
        },
    )
    sheets.apply(
        book,
        write(
            PutValues(sheet_id=0, row=2, column=6, values=(("HW1",),)),
            PutNote(sheet_id=0, row=2, column=4, note="n"),
        ),
        watched("Marks!A3:A4"),
    )
    marks = sheets.read(book).tabs[0]
    assert marks.at(2, 6) == Content(value="HW1", shown="HW1", note="called home")
    assert (marks.at(2, 4).formula, marks.at(2, 4).note) == ("=C3/C$2", "n")
    found = teacher(
        "GET", f"/{book}?ranges=Marks!G3&fields=sheets.data.rowData.values.userEnteredFormat.textFormat.bold"
    )
    assert found["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]["textFormat"] == {"bold": True}


def test_nothing_to_write_is_no_request(sheets: GoogleSheets, book: str) -> None:
    assert sheets.apply(book, (), watched("Marks!A3:A4")) == ()
    assert sheets.traffic.requests == 0


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        ("Marks!A3:A4", ("00103", "00417")),
        ("Marks!A2:A7", ("", "00103", "00417", "", "", "")),
        ("Marks!B3:B4", ("José", "Zoë")),
        ("Seating!A1:A2", ("", "")),
        ("Marks!A1:C3", ("Student ID", "Student", "HW1", "", "", "10", "00103", "José", "EX")),
        ("Marks!D3:D4", ("", "85%")),
        ("Marks!H1:H2", ("", "")),
    ],
)
def test_the_answer_to_a_write_tells_whether_rows_were_moved_in_between(
    sheets: GoogleSheets, book: str, teacher: Teacher, watch: str, expected: tuple[str, ...]
) -> None:
    sheets.read(book)
    everything = {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 5}
    sort = {"range": everything, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}
    teacher("POST", f"/{book}:batchUpdate", {"requests": [{"sortRange": sort}]})
    assert sheets.apply(book, write(PutNote(sheet_id=0, row=2, column=2, note="n")), watched(watch)) == expected


def test_rectangles_on_several_tabs_are_watched_at_once_and_answered_in_the_order_asked(
    sheets: GoogleSheets, book: str
) -> None:
    edits = write(
        PutNote(sheet_id=0, row=2, column=2, note="n"),
        PutValues(sheet_id=5, row=0, column=0, values=(("door", None, "window"),)),
    )
    asked = watched("Marks!A3:A5", "Seating!A1:D1", "Marks!A1:C1")
    shown = ("00417", "00103", "", "door", "", "window", "", "Student ID", "Student", "HW1")
    assert sheets.apply(book, edits, asked) == shown


def test_a_batch_with_one_impossible_edit_changes_nothing(sheets: GoogleSheets, book: str) -> None:
    before = sheets.read(book)
    with pytest.raises(Unreachable, match=r"requests\[1\]\.deleteConditionalFormatRule"):
        sheets.apply(
            book,
            write(PutNote(sheet_id=0, row=2, column=2, note="n"), DeleteRule(sheet_id=0, index=3)),
            watched("Marks!A3:A4"),
        )
    assert sheets.read(book) == before


def test_a_lost_answer_to_a_write_leaves_the_next_reading_to_tell(
    sheets: GoogleSheets, book: str, arrange: Callable[..., Any]
) -> None:
    arrange("faults", {"method": "POST", "path": "/v4/spreadsheets", "cut": "after"})
    with pytest.raises(Unreachable):
        sheets.apply(book, write(PutNote(sheet_id=0, row=2, column=2, note="n")), watched("Marks!A3:A4"))
    assert sheets.read(book).tabs[0].at(2, 2).note == "n"
    posts = [each for each in arrange("requests")["requests"] if each["path"].endswith("batchUpdate")]
    assert len(posts) <= 1


def test_a_reading_waits_for_a_google_that_is_busy(
    sheets: GoogleSheets, book: str, arrange: Callable[..., Any]
) -> None:
    arrange("faults", {"method": "GET", "path": "/v4/spreadsheets", "status": 503, "times": 2})
    assert sheets.read(book).tabs[0].title == "Marks"
    assert sheets.traffic.requests == 3


@pytest.mark.parametrize("body", [[], {}, {"properties": {}, "sheets": [{"properties": {}}]}, "text"])
def test_an_answer_that_is_no_spreadsheet_is_not_taken_for_an_empty_one(
    sheets: GoogleSheets, book: str, arrange: Callable[..., Any], body: Any
) -> None:
    arrange("faults", {"path": "/v4/spreadsheets", "status": 200, "body": body, "times": 2})
    with pytest.raises(Unreachable):
        sheets.read(book)
    with pytest.raises(Unreachable):
        sheets.apply(book, write(DeleteTab(sheet_id=5)), watched("Marks!A1:A1"))


@pytest.mark.parametrize("body", [b"<html>Sign in to the school's network</html>", b'{"properties": {"locale', b""])
def test_what_something_in_between_answers_is_no_reading_and_no_write(scripted: Any, body: bytes) -> None:
    scripted.will(200, body, times=2)
    with GoogleSheets(LocalCredentials(), endpoint=scripted.url) as sheets:
        with pytest.raises(Unreachable, match="broke off"):
            sheets.read("1AbC")
        with pytest.raises(Unreachable, match="broke off"):
            sheets.apply("1AbC", write(DeleteTab(sheet_id=5)), watched("Marks!A1:A1"))
    assert len(scripted.asked) == 2


def test_a_sheet_that_is_not_there_or_not_ours_says_so(
    sheets: GoogleSheets, book: str, arrange: Callable[..., Any]
) -> None:
    with pytest.raises(SheetNotFound):
        sheets.read("1NoSuchSpreadsheet")
    arrange("access", {"spreadsheetId": book, "role": "none"})
    with pytest.raises(SheetNotShared, match="not shared with the local account"):
        sheets.read(book)
    arrange("access", {"spreadsheetId": book, "role": "reader"})
    sheets.read(book)
    with pytest.raises(SheetNotShared, match="may look at the spreadsheet but not change it"):
        sheets.apply(book, write(DeleteTab(sheet_id=5)), watched("Marks!A1:A1"))


def protect(teacher: Teacher, book: str, **more: Any) -> None:
    protected = {"range": {"sheetId": 0, "startRowIndex": 2, "endColumnIndex": 4}} | more
    teacher("POST", f"/{book}:batchUpdate", {"requests": [{"addProtectedRange": {"protectedRange": protected}}]})


def test_a_protected_range_is_seen_and_keeps_its_cells(
    sheets: GoogleSheets, book: str, teacher: Teacher, arrange: Callable[..., Any]
) -> None:
    protect(teacher, book)
    arrange("access", {"spreadsheetId": book, "role": "writer", "protectedAgainstUs": True})
    marks = sheets.read(book).tabs[0]
    (only,) = marks.protections
    assert replace(only, id=0) == Protection(range=Range(2, 0, 30, 4), ours_to_edit=False)
    assert [marks.editable(*place) for place in ((1, 2), (2, 3), (2, 4))] == [True, False, True]
    with pytest.raises(SheetProtected):
        sheets.apply(book, write(PutNote(sheet_id=0, row=2, column=3, note="n")), watched("Marks!A3:A4"))
    sheets.apply(book, write(PutNote(sheet_id=0, row=2, column=4, note="n")), watched("Marks!A3:A4"))
    assert [sheets.read(book).tabs[0].at(2, column).note for column in (3, 4)] == ["", "n"]


def test_a_protection_that_only_warns_is_none_for_us(sheets: GoogleSheets, book: str, teacher: Teacher) -> None:
    protect(teacher, book, warningOnly=True)
    marks = sheets.read(book).tabs[0]
    assert marks.editable(2, 3)
    sheets.apply(book, write(PutNote(sheet_id=0, row=2, column=3, note="n")), watched("Marks!A3:A4"))
    assert sheets.read(book).tabs[0].at(2, 3).note == "n"


def test_a_large_grid_is_one_request_too(sheets: GoogleSheets, teacher: Teacher) -> None:
    grid = {"sheetId": 0, "title": "Marks", "gridProperties": {"rowCount": 1000, "columnCount": 50}}
    made = teacher("POST", "", {"sheets": [{"properties": grid}]})["spreadsheetId"]
    sheets.apply(
        made,
        write(
            PutValues(
                sheet_id=0,
                row=0,
                column=0,
                values=tuple(tuple((row * column) % 101 for column in range(50)) for row in range(1000)),
            )
        ),
        watched("Marks!A1:A1000"),
    )
    tab: Tab = sheets.read(made).tabs[0]
    assert sheets.traffic.requests == 2
    assert [[each.value for each in row] for row in tab.cells] == [
        [(row * column) % 101 for column in range(50)] for row in range(1000)
    ]


def test_a_stamp_is_kept_by_the_document_and_read_with_all_else(sheets: GoogleSheets, teacher: Teacher) -> None:
    spreadsheet = teacher("POST", "", {"properties": {"title": "Stamped"}})["spreadsheetId"]
    put = sheets.stamp(spreadsheet, (PutStamp(text="one", instead=None),))
    assert [each.text for each in put] == ["one"]
    assert sheets.read(spreadsheet).stamps == put
    # The next one takes its place, and only its: whoever comes too late finds it gone.
    (second,) = sheets.stamp(spreadsheet, (PutStamp(text="two", instead=put[0]),))
    assert (second.id, second.text) == (put[0].id, "two")
    assert sheets.stamp(spreadsheet, (PutStamp(text="three", instead=put[0]),)) == (second,)
    # What other programs keep there is not ours to read or to change.
    place = {"location": {"spreadsheet": True}, "visibility": "DOCUMENT"}
    other = {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "theirs", "metadataValue": "x", **place}}}
    teacher("POST", f"/{spreadsheet}:batchUpdate", {"requests": [other]})
    assert sheets.read(spreadsheet).stamps == (second,)
    assert sheets.stamp(spreadsheet, (DropStamp(stamp=second),)) == ()
    left = teacher("GET", f"/{spreadsheet}?fields=developerMetadata")["developerMetadata"]
    assert [each["metadataKey"] for each in left] == ["theirs"]
