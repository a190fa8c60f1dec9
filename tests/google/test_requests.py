"""Edits, and the requests that carry them out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.a1 import Range
from sheets_mastery.edits import (
    AddRule,
    AddTab,
    DeleteRule,
    DeleteTab,
    Edit,
    Freeze,
    InsertColumn,
    InsertRows,
    Offer,
    Protect,
    PutLinks,
    PutLook,
    PutNote,
    PutValues,
    ResizeTab,
    SetWidths,
    Unprotect,
)
from sheets_mastery.google.requests import requests
from sheets_mastery.reading import Look, Rule

COLUMN_B = {"sheetId": 7, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            AddTab(sheet_id=7, title="Mastery", rows=90, columns=30, frozen=(1, 2)),
            {
                "addSheet": {
                    "properties": {
                        "sheetId": 7,
                        "title": "Mastery",
                        "gridProperties": {
                            "rowCount": 90,
                            "columnCount": 30,
                            "frozenRowCount": 1,
                            "frozenColumnCount": 2,
                        },
                    }
                }
            },
        ),
        (
            ResizeTab(sheet_id=7, rows=91, columns=31),
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 7, "gridProperties": {"rowCount": 91, "columnCount": 31}},
                    "fields": "gridProperties(rowCount,columnCount)",
                }
            },
        ),
        (
            Freeze(sheet_id=7, rows=2),
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 7, "gridProperties": {"frozenRowCount": 2}},
                    "fields": "gridProperties.frozenRowCount",
                }
            },
        ),
        (Unprotect(id=12), {"deleteProtectedRange": {"protectedRangeId": 12}}),
        (DeleteTab(sheet_id=7), {"deleteSheet": {"sheetId": 7}}),
        (
            AddTab(sheet_id=7, title="Mastery Settings", rows=9, columns=5, frozen=(1, 1), index=3),
            {
                "addSheet": {
                    "properties": {
                        "sheetId": 7,
                        "title": "Mastery Settings",
                        "gridProperties": {
                            "rowCount": 9,
                            "columnCount": 5,
                            "frozenRowCount": 1,
                            "frozenColumnCount": 1,
                        },
                        "index": 3,
                    }
                }
            },
        ),
        (
            InsertRows(sheet_id=7, row=4, count=2),
            {
                "insertDimension": {
                    "range": {"sheetId": 7, "dimension": "ROWS", "startIndex": 4, "endIndex": 6},
                    "inheritFromBefore": False,
                }
            },
        ),
        (
            PutLinks(sheet_id=7, row=1, column=0, links=("#gid=3&range=C7", "")),
            {
                "updateCells": {
                    "start": {"sheetId": 7, "rowIndex": 1, "columnIndex": 0},
                    "rows": [
                        {"values": [{"userEnteredFormat": {"textFormat": {"link": {"uri": "#gid=3&range=C7"}}}}]},
                        {"values": [{}]},
                    ],
                    "fields": "userEnteredFormat.textFormat.link",
                }
            },
        ),
        (
            Offer(sheet_id=7, row=1, column=1, end_row=3, end_column=2, words=("none", "whole")),
            {
                "setDataValidation": {
                    "range": COLUMN_B,
                    "rule": {
                        "condition": {
                            "type": "ONE_OF_LIST",
                            "values": [{"userEnteredValue": "none"}, {"userEnteredValue": "whole"}],
                        },
                        "strict": True,
                        "showCustomUi": True,
                    },
                }
            },
        ),
        (
            Offer(sheet_id=7, row=1, column=1, end_row=3, end_column=2, checkbox=True),
            {
                "setDataValidation": {
                    "range": COLUMN_B,
                    "rule": {"condition": {"type": "BOOLEAN"}, "strict": True},
                }
            },
        ),
        (
            Offer(sheet_id=7, row=1, column=1, end_row=3, end_column=2),
            {"setDataValidation": {"range": COLUMN_B}},
        ),
        (
            PutValues(sheet_id=7, row=1, column=2, values=((True, 1),)),
            {
                "updateCells": {
                    "start": {"sheetId": 7, "rowIndex": 1, "columnIndex": 2},
                    "rows": [
                        {
                            "values": [
                                {"userEnteredValue": {"boolValue": True}},
                                {"userEnteredValue": {"numberValue": 1}},
                            ]
                        }
                    ],
                    "fields": "userEnteredValue",
                }
            },
        ),
        (
            PutValues(sheet_id=7, row=1, column=2, values=(("=A1", 3), ("'x", None), ("", Decimal("0.1")))),
            {
                "updateCells": {
                    "start": {"sheetId": 7, "rowIndex": 1, "columnIndex": 2},
                    "rows": [
                        {
                            "values": [
                                {"userEnteredValue": {"stringValue": "=A1"}},
                                {"userEnteredValue": {"numberValue": 3}},
                            ]
                        },
                        {"values": [{"userEnteredValue": {"stringValue": "'x"}}, {}]},
                        {"values": [{}, {"userEnteredValue": {"numberValue": 0.1}}]},
                    ],
                    "fields": "userEnteredValue",
                }
            },
        ),
        (
            PutLook(
                sheet_id=7, row=0, column=0, end_row=1, end_column=4, look=Look(fill="#FF0000", bold=True), wrap=True
            ),
            {
                "repeatCell": {
                    "range": {
                        "sheetId": 7,
                        "startRowIndex": 0,
                        "endRowIndex": 1,
                        "startColumnIndex": 0,
                        "endColumnIndex": 4,
                    },
                    "cell": {
                        "userEnteredFormat": {
                            "textFormat": {"bold": True},
                            "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0, "blue": 0}},
                            "wrapStrategy": "WRAP",
                        }
                    },
                    "fields": "userEnteredFormat("
                    "backgroundColorStyle,textFormat(foregroundColorStyle,bold,italic),wrapStrategy)",
                }
            },
        ),
        (
            DeleteRule(sheet_id=7, index=3),
            {"deleteConditionalFormatRule": {"sheetId": 7, "index": 3}},
        ),
        (
            AddRule(
                sheet_id=7,
                index=3,
                rule=Rule(ranges=(Range(3, 2, 9, 5),), formula="=TRUE", look=Look(ink="#0000FF", italic=True)),
            ),
            {
                "addConditionalFormatRule": {
                    "index": 3,
                    "rule": {
                        "ranges": [
                            {
                                "sheetId": 7,
                                "startRowIndex": 3,
                                "endRowIndex": 9,
                                "startColumnIndex": 2,
                                "endColumnIndex": 5,
                            }
                        ],
                        "booleanRule": {
                            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=TRUE"}]},
                            "format": {
                                "textFormat": {
                                    "italic": True,
                                    "foregroundColorStyle": {"rgbColor": {"red": 0, "green": 0, "blue": 1}},
                                }
                            },
                        },
                    },
                }
            },
        ),
    ],
)
def test_an_edit_becomes_the_request_that_changes_just_that(edit: Edit, expected: dict[str, Any]) -> None:
    assert requests((edit,)) == [expected]


def test_widths_are_set_for_columns_of_one_width_at_a_time() -> None:
    batch = requests((SetWidths(sheet_id=7, widths=(90, 90, 200, 90)),))
    assert [
        (
            each["updateDimensionProperties"]["range"]["startIndex"],
            each["updateDimensionProperties"]["range"]["endIndex"],
            each["updateDimensionProperties"]["properties"]["pixelSize"],
        )
        for each in batch
    ] == [(0, 2, 90), (2, 3, 200), (3, 4, 90)]


def note(row: int, column: int, text: str = "x", sheet_id: int = 0) -> PutNote:
    return PutNote(sheet_id=sheet_id, row=row, column=column, note=text)


def _notes_at(batch: list[dict[str, Any]]) -> list[tuple[int, int, int, list[str]]]:
    return [
        (
            each["updateCells"]["start"]["sheetId"],
            each["updateCells"]["start"]["columnIndex"],
            each["updateCells"]["start"]["rowIndex"],
            [row["values"][0]["note"] for row in each["updateCells"]["rows"]],
        )
        for each in batch
        if each["updateCells"]["fields"] == "note"
    ]


def test_notes_below_each_other_go_in_one_request() -> None:
    notes = (note(4, 3, "b"), note(3, 3, "a"), note(6, 3, "d"), note(5, 2, "e"), note(6, 2, ""), note(4, 3, "f", 9))
    assert _notes_at(requests(notes)) == [
        (0, 2, 5, ["e", ""]),
        (0, 3, 3, ["a", "b"]),
        (0, 3, 6, ["d"]),
        (9, 3, 4, ["f"]),
    ]


def test_other_edits_between_notes_keep_their_turn() -> None:
    batch = requests((note(1, 1), DeleteTab(sheet_id=4), note(2, 1)))
    assert [next(iter(each)) for each in batch] == ["updateCells", "deleteSheet", "updateCells"]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.sampled_from("abc"))))
def test_every_cell_gets_the_last_note_that_was_meant_for_it(said: list[tuple[int, int, str]]) -> None:
    batch = _notes_at(requests([note(row, column, text) for row, column, text in said]))
    written = [((row + down, column), text) for _, column, row, texts in batch for down, text in enumerate(texts)]
    assert sorted(written) == sorted({(row, column): text for row, column, text in said}.items())


def test_a_new_column_moves_what_is_there_to_the_right_and_is_filled_from_its_first_row_on() -> None:
    assert requests([InsertColumn(sheet_id=7, column=2, values=(None, "Student ID", "=S001"))]) == [
        {
            "insertDimension": {
                "range": {"sheetId": 7, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3},
                "inheritFromBefore": False,
            }
        },
        {
            "updateCells": {
                "start": {"sheetId": 7, "rowIndex": 0, "columnIndex": 2},
                "rows": [
                    {"values": [{}]},
                    {"values": [{"userEnteredValue": {"stringValue": "Student ID"}}]},
                    {"values": [{"userEnteredValue": {"stringValue": "=S001"}}]},
                ],
                "fields": "userEnteredValue",
            }
        },
    ]


@pytest.mark.parametrize(("account", "users"), [("robot@x.org", ["a@x.org", "robot@x.org"]), ("", ["a@x.org"])])
def test_whoever_protects_a_tab_is_among_its_editors(account: str, users: list[str]) -> None:
    protect = Protect(sheet_id=7, description="who may", editors=("a@x.org",))
    assert requests((protect,), account) == [
        {
            "addProtectedRange": {
                "protectedRange": {
                    "range": {"sheetId": 7},
                    "description": "who may",
                    "warningOnly": False,
                    "editors": {"users": users, "groups": [], "domainUsersCanEdit": False},
                }
            }
        }
    ]
