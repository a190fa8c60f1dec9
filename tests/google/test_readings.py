"""Google's JSON with its gaps, and what is read from it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.a1 import Range
from sheets_mastery.edits import AddRule
from sheets_mastery.google.readings import reading
from sheets_mastery.google.requests import requests
from sheets_mastery.reading import EMPTY, Content, Look, Protection, Reading, Rule, Tab


def read(*sheets: dict[str, Any]) -> Reading:
    properties = {"title": "Algebra", "locale": "en_US", "timeZone": "America/Chicago"}
    answer = {"properties": properties, "sheets": list(sheets)}
    return reading("1AbC", json.loads(json.dumps(answer)))


def sheet(rows: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    properties = {"title": "Marks", "sheetType": "GRID", "gridProperties": {"rowCount": 20, "columnCount": 9}}
    return {"properties": properties, "data": [{} if rows is None else {"rowData": rows}], **more}


def tab(rows: list[Any] | None = None, **more: Any) -> Tab:
    (only,) = read(sheet(rows, **more)).tabs
    return only


def cell(said: dict[str, Any]) -> Content:
    """The one cell of a tab, between two that hold something."""
    guard = {"effectiveValue": {"stringValue": "x"}, "formattedValue": "x"}
    row = tab([{"values": [guard, said, guard]}]).row(0)
    assert row[0] == row[2] == Content(value="x", shown="x")
    return row[1]


def test_a_spreadsheet_is_its_tabs_with_a_grid_from_left_to_right() -> None:
    chart = {"properties": {"sheetId": 5, "title": "Chart", "sheetType": "OBJECT"}}
    second = {
        "properties": {
            "sheetId": 77,
            "title": "Roster",
            "index": 2,
            "gridProperties": {"rowCount": 3, "columnCount": 2, "frozenRowCount": 1, "frozenColumnCount": 2},
        }
    }
    assert read(sheet(), chart, second) == Reading(
        spreadsheet_id="1AbC",
        title="Algebra",
        locale="en_US",
        time_zone="America/Chicago",
        tabs=(
            Tab(sheet_id=0, title="Marks", rows=20, columns=9),
            Tab(sheet_id=77, title="Roster", rows=3, columns=2, frozen=(1, 2), index=2),
        ),
    )


def test_rows_end_where_their_content_ends() -> None:
    mark = {"effectiveValue": {"numberValue": 7}, "formattedValue": "7"}
    seven = Content(value=Decimal(7), shown="7")
    found = tab([{"values": [mark, {}, {}]}, {}, {"values": [{}, mark]}, {"values": [{}, {}]}, {}])
    assert found.cells == ((seven,), (), (EMPTY, seven))
    assert found.at(2, 0) is EMPTY


def test_a_block_that_starts_elsewhere_keeps_its_place() -> None:
    mark = {"effectiveValue": {"numberValue": 7}, "formattedValue": "7"}
    said = sheet()
    said["data"] = [{"startRow": 2, "startColumn": 1, "rowData": [{"values": [mark]}]}]
    (found,) = read(said).tabs
    assert found.cells == ((), (), (EMPTY, Content(value=Decimal(7), shown="7")))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, EMPTY),
        (
            {"effectiveValue": {"numberValue": 42}, "formattedValue": "42"},
            Content(value=Decimal(42), shown="42"),
        ),
        (
            {
                "effectiveValue": {"numberValue": 0.85},
                "formattedValue": "85%",
                "effectiveFormat": {"numberFormat": {"type": "PERCENT"}},
            },
            Content(value=Decimal("0.85"), format="PERCENT", shown="85%"),
        ),
        ({"effectiveValue": {"numberValue": 0}, "formattedValue": "0"}, Content(value=Decimal(0), shown="0")),
        ({"effectiveValue": {"stringValue": "EX"}, "formattedValue": "EX"}, Content(value="EX", shown="EX")),
        ({"effectiveValue": {"stringValue": " "}, "formattedValue": " "}, Content(value=" ", shown=" ")),
        ({"effectiveValue": {"boolValue": True}, "formattedValue": "TRUE"}, Content(value=True, shown="TRUE")),
        ({"effectiveValue": {"boolValue": False}, "formattedValue": "FALSE"}, Content(value=False, shown="FALSE")),
        (
            {
                "userEnteredValue": {"formulaValue": "=AVERAGE(A1:B1)"},
                "effectiveValue": {"numberValue": 0.855},
                "formattedValue": "85.5%",
                "effectiveFormat": {"numberFormat": {"type": "PERCENT"}},
            },
            Content(value=Decimal("0.855"), formula="=AVERAGE(A1:B1)", format="PERCENT", shown="85.5%"),
        ),
        (
            {
                "userEnteredValue": {"formulaValue": "=NA()"},
                "effectiveValue": {"errorValue": {"type": "N_A", "message": "Zoë"}},
                "formattedValue": "#N/A",
            },
            Content(error="N_A", formula="=NA()", shown="#N/A"),
        ),
        (
            {"effectiveValue": {"errorValue": {"type": "LOADING"}}, "formattedValue": "Loading..."},
            Content(error="LOADING", shown="Loading..."),
        ),
        ({"effectiveValue": {"errorValue": {}}, "formattedValue": "#ERROR!"}, Content(error="ERROR", shown="#ERROR!")),
        ({"note": "called home"}, Content(note="called home")),
        (
            {
                "effectiveValue": {"stringValue": "Ana Diaz"},
                "formattedValue": "Ana Diaz",
                "chipRuns": [{"chip": {"personProperties": {"email": "ana@school.example"}}}, {"startIndex": 1}],
            },
            Content(value="Ana Diaz", shown="Ana Diaz", chip="ana@school.example"),
        ),
        (
            {
                "effectiveValue": {"stringValue": "Ana, Bo"},
                "formattedValue": "Ana, Bo",
                "chipRuns": [
                    {"chip": {"personProperties": {"email": "ana@school.example"}}},
                    {"startIndex": 3, "chip": {}},
                    {"startIndex": 5, "chip": {"personProperties": {"email": "bo@school.example"}}},
                ],
            },
            Content(value="Ana, Bo", shown="Ana, Bo"),
        ),
        ({"userEnteredValue": {}, "effectiveFormat": {}}, EMPTY),
        ({"effectiveFormat": {"numberFormat": {}}}, EMPTY),
        ({"userEnteredValue": {}, "effectiveFormat": {"numberFormat": {"type": "PERCENT"}}}, Content(format="PERCENT")),
        ({"effectiveValue": {"numberValue": "NaN"}, "formattedValue": "?"}, Content(error="NUM", shown="?")),
    ],
)
def test_a_cell_is_what_the_teacher_sees_and_what_stands_behind_it(said: dict[str, Any], expected: Content) -> None:
    found = cell(said)
    assert found == expected
    assert type(found.value) is type(expected.value)


@given(st.decimals(min_value=-1000, max_value=1000, places=4))
def test_a_number_is_the_decimal_that_was_typed(typed: Decimal) -> None:
    # Sheets keeps the nearest double, and Google may write a whole one with a point or without.
    found = cell({"effectiveValue": {"numberValue": float(typed)}, "formattedValue": "x"}).value
    assert found == typed
    if typed == int(typed):
        assert cell({"effectiveValue": {"numberValue": int(typed)}, "formattedValue": "x"}).value == typed


def test_equal_cells_of_different_kinds_are_not_confused() -> None:
    one = {"effectiveValue": {"numberValue": 1}, "formattedValue": "1"}
    true = {"effectiveValue": {"boolValue": True}, "formattedValue": "1"}
    text = {"effectiveValue": {"stringValue": "1"}, "formattedValue": "1"}
    percent = {**one, "effectiveFormat": {"numberFormat": {"type": "PERCENT"}}}
    row = tab([{"values": [one, true, text, percent, one]}]).row(0)
    assert [(type(each.value), each.format) for each in row] == [
        (Decimal, ""),
        (bool, ""),
        (str, ""),
        (Decimal, "PERCENT"),
        (Decimal, ""),
    ]
    assert row[0] is row[4]


def rule(kind: str, **more: Any) -> dict[str, Any]:
    return {"booleanRule": {"condition": {"type": kind, **more}}}


def test_a_rule_that_is_no_formula_keeps_its_place_in_the_list() -> None:
    formula = rule("CUSTOM_FORMULA", values=[{"userEnteredValue": "=A1>1"}])
    found = tab(
        conditionalFormats=[
            {"ranges": [{}], **rule("NUMBER_LESS", values=[{"userEnteredValue": "5"}])},
            {"ranges": [{}]},  # a gradient, of which the mask leaves nothing else
            {"ranges": [{"startRowIndex": 3, "endColumnIndex": 5}, {"sheetId": 0, "startColumnIndex": 2}], **formula},
            {"ranges": [{}], **rule("BLANK")},
        ]
    )
    assert found.rules == (
        None,
        None,
        Rule(ranges=(Range(3, 0, 20, 5), Range(0, 2, 20, 9)), formula="=A1>1", look=Look()),
        None,
    )


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ({"backgroundColor": {"red": 1, "green": 0.8, "blue": 0.6}}, Look(fill="#FFCC99")),
        ({"backgroundColor": {}}, Look(fill="#000000")),
        (
            {"backgroundColor": {}, "backgroundColorStyle": {"rgbColor": {"green": 0.95686275}}},
            Look(fill="#00F400"),
        ),
        ({"backgroundColor": {"red": 1}, "backgroundColorStyle": {"themeColor": "ACCENT1"}}, Look()),
        (
            {"textFormat": {"bold": True, "italic": True, "foregroundColorStyle": {"rgbColor": {"blue": 1}}}},
            Look(ink="#0000FF", bold=True, italic=True),
        ),
        ({"textFormat": {"strikethrough": True, "bold": False}}, Look()),
    ],
)
def test_a_look_is_read_from_either_way_of_writing_it(format_: dict[str, Any], expected: Look) -> None:
    said = rule("CUSTOM_FORMULA", values=[{"userEnteredValue": "=TRUE"}])
    said["booleanRule"]["format"] = format_
    (found,) = tab(conditionalFormats=[{"ranges": [{}], **said}]).rules
    assert found is not None
    assert found.look == expected


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


@given(fill=colours | st.just(""), ink=colours | st.just(""), bold=st.booleans(), italic=st.booleans())
def test_a_rule_that_was_written_is_read_as_the_same_rule(fill: str, ink: str, *, bold: bool, italic: bool) -> None:
    ours = Rule(ranges=(Range(3, 2, 20, 9),), formula="=TRUE", look=Look(fill=fill, ink=ink, bold=bold, italic=italic))
    (request,) = requests((AddRule(sheet_id=0, index=0, rule=ours),))
    assert tab(conditionalFormats=[request["addConditionalFormatRule"]["rule"]]).rules == (ours,)


WHOLE = Range(0, 0, 20, 9)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"range": {}}, [Protection(range=WHOLE, ours_to_edit=False)]),
        ({}, [Protection(range=WHOLE, ours_to_edit=False)]),
        ({"range": {"startRowIndex": 4}}, [Protection(range=Range(4, 0, 20, 9), ours_to_edit=False)]),
        ({"range": {}, "requestingUserCanEdit": True}, [Protection(range=WHOLE, ours_to_edit=True)]),
        ({"range": {}, "warningOnly": True}, [Protection(range=WHOLE, ours_to_edit=True, warns=True)]),
        (
            {"range": {}, "protectedRangeId": 4, "description": "d", "editors": {"domainUsersCanEdit": True}},
            [Protection(range=WHOLE, ours_to_edit=False, id=4, description="d", for_domain=True)],
        ),
        (
            {"range": {}, "unprotectedRanges": [{"startRowIndex": 3, "startColumnIndex": 2, "endColumnIndex": 5}]},
            [
                Protection(range=Range(0, 0, 3, 9), ours_to_edit=False),
                Protection(range=Range(3, 0, 20, 2), ours_to_edit=False),
                Protection(range=Range(3, 5, 20, 9), ours_to_edit=False),
            ],
        ),
        ({"range": {}, "unprotectedRanges": [{}]}, []),
    ],
)
def test_a_protection_covers_what_it_covers_for_us(said: dict[str, Any], expected: list[Protection]) -> None:
    assert tab(protectedRanges=[said]).protections == tuple(expected)


def _grid_range(corner: tuple[int, int, int, int]) -> dict[str, int]:
    row, column, rows, columns = corner
    return {
        "startRowIndex": row,
        "startColumnIndex": column,
        "endRowIndex": min(20, row + rows),
        "endColumnIndex": min(9, column + columns),
    }


_ranges = st.tuples(st.integers(0, 19), st.integers(0, 8), st.integers(1, 20), st.integers(1, 9)).map(_grid_range)


def _inside(where: dict[str, int], row: int, column: int) -> bool:
    return (
        where["startRowIndex"] <= row < where["endRowIndex"]
        and where["startColumnIndex"] <= column < where["endColumnIndex"]
    )


@given(whole=_ranges, holes=st.lists(_ranges, max_size=4))
def test_a_cell_is_protected_inside_the_range_and_outside_its_holes(
    whole: dict[str, int], holes: list[dict[str, int]]
) -> None:
    found = tab(protectedRanges=[{"range": whole, "unprotectedRanges": holes}])
    places = [(row, column) for row in range(20) for column in range(9)]
    assert [found.editable(*place) for place in places] == [
        not _inside(whole, *place) or any(_inside(hole, *place) for hole in holes) for place in places
    ]


@pytest.mark.parametrize("answer", [{}, {"properties": {}}, {"properties": {}, "sheets": [{}]}])
def test_an_answer_without_a_spreadsheet_in_it_is_not_read_as_an_empty_one(answer: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        reading("1AbC", answer)
