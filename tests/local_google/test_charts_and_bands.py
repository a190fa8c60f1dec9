"""Charts, alternating colours and closed groups: kept, told, and carried along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

RED, GREEN, BLUE, GREY = ({"red": 1}, {"green": 1}, {"blue": 1}, {"red": 0.5, "green": 0.5, "blue": 0.5})


def box(top: int, bottom: int, left: int, right: int, sheet_id: int = 0) -> dict[str, int]:
    """Return a GridRange."""
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": sheet_id, **rows, "startColumnIndex": left, "endColumnIndex": right}


def banding(place: dict[str, int], number: int = 7, **properties: Any) -> dict[str, Any]:
    """Return an addBanding request."""
    return {"addBanding": {"bandedRange": {"bandedRangeId": number, "range": place, **properties}}}


def test_rows_and_columns_are_banded_and_heads_and_feet_win(book: Any) -> None:
    rows = {"headerColor": RED, "firstBandColor": GREEN, "secondBandColor": BLUE, "footerColor": GREY}
    book.batch(banding(box(0, 5, 0, 2), rowProperties=rows))
    assert book.fills("A1:B6") == [["ff0000"] * 2, ["00ff00"] * 2, ["0000ff"] * 2, ["00ff00"] * 2, ["808080"] * 2]
    columns = {"firstBandColor": RED, "secondBandColor": BLUE}
    book.batch(banding(box(6, 8, 0, 2), 8, rowProperties={"secondBandColor": GREEN}, columnProperties=columns))
    assert book.fills("A7:B8") == [["ff0000", "0000ff"], ["ff0000", "00ff00"]]


def test_a_fill_of_ones_own_and_a_rule_stand_over_a_band(book: Any) -> None:
    book.type("A1", [["1"], ["2"], ["3"]])
    fill = {"userEnteredFormat": {"backgroundColor": BLUE}}
    condition = {"type": "NUMBER_EQ", "values": [{"userEnteredValue": "3"}]}
    rule = {"ranges": [box(0, 3, 0, 1)], "booleanRule": {"condition": condition, "format": {"backgroundColor": GREEN}}}
    book.batch(
        banding(box(0, 3, 0, 1), rowProperties={"firstBandColor": RED, "secondBandColor": RED}),
        {"repeatCell": {"range": box(1, 3, 0, 1), "cell": fill, "fields": "userEnteredFormat.backgroundColor"}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
    )
    assert book.fills("A1:A3") == [["ff0000"], ["0000ff"], ["00ff00"]]


def test_a_band_follows_its_rows_and_is_changed_and_deleted(book: Any) -> None:
    (reply,) = book.batch(banding(box(2, 4, 0, 2), rowProperties={"firstBandColor": RED, "secondBandColor": BLUE}))
    colours = {"firstBandColor": RED, "firstBandColorStyle": {"rgbColor": RED}}
    colours |= {"secondBandColor": BLUE, "secondBandColorStyle": {"rgbColor": BLUE}}
    place = {name: bound for name, bound in box(2, 4, 0, 2).items() if name != "sheetId"}
    band = {"bandedRangeId": 7, "range": place, "rowProperties": colours}
    assert reply == {"addBanding": {"bandedRange": band}}
    book.batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 3}}})
    moved = {**band, "range": {**place, "startRowIndex": 5, "endRowIndex": 7}}
    assert book.get("sheets.bandedRanges")["sheets"] == [{"bandedRanges": [moved]}]
    new = {"bandedRangeId": 7, "rowProperties": {"firstBandColor": GREEN}}
    book.batch({"updateBanding": {"bandedRange": new, "fields": "rowProperties.firstBandColorStyle"}})
    assert book.fills("A6:B7") == [["00ff00"] * 2, ["0000ff"] * 2]
    again = banding(box(6, 9, 1, 3), 8, rowProperties={"firstBandColor": RED})
    assert book.refused(again) == (
        "Invalid requests[0].addBanding: You cannot add alternating background colors to a range that already has "
        "alternating background colors."
    )
    book.batch({"deleteBanding": {"bandedRangeId": 7}})
    assert book.get("sheets.bandedRanges") == {"sheets": [{}]}


def chart(number: int, *sources: dict[str, int], anchor: tuple[int, int, int] = (0, 4, 3)) -> dict[str, Any]:
    """Return an addChart request for a column chart anchored at (sheetId, row, column)."""
    series = [{"series": {"sourceRange": {"sources": [each]}}, "targetAxis": "LEFT_AXIS"} for each in sources]
    spec = {"title": f"Chart {number}", "basicChart": {"chartType": "COLUMN", "headerCount": 1, "series": series}}
    cell = {"sheetId": anchor[0], "rowIndex": anchor[1], "columnIndex": anchor[2]}
    return {
        "addChart": {"chart": {"chartId": number, "spec": spec, "position": {"overlayPosition": {"anchorCell": cell}}}}
    }


def sources(told: dict[str, Any]) -> list[list[dict[str, int]]]:
    """Return the source ranges of a chart's series."""
    return [each["series"]["sourceRange"]["sources"] for each in told["spec"]["basicChart"]["series"]]


def charts(book: Any) -> list[list[dict[str, Any]]]:
    """Return the charts of each tab."""
    return [sheet.get("charts", []) for sheet in book.get("sheets.charts")["sheets"]]


def test_a_chart_and_what_it_shows_follow_rows_and_columns(new_book: Callable[..., Any]) -> None:
    book = new_book("One", "Two")
    (reply,) = book.batch(chart(5, box(0, 4, 1, 2), box(0, 4, 0, 1, sheet_id=1)))
    told = reply["addChart"]["chart"]
    assert told["position"] == {
        "overlayPosition": {"anchorCell": {"rowIndex": 4, "columnIndex": 3}, "widthPixels": 600, "heightPixels": 371}
    }
    assert charts(book) == [[told], []]
    rows = {"dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    book.batch(
        {"insertDimension": {"range": {"sheetId": 0, **rows}}},
        {"deleteDimension": {"range": {"sheetId": 1, **rows}}},
    )
    ((moved,), _) = charts(book)
    assert moved["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 6, "columnIndex": 3}
    one = {name: bound for name, bound in box(0, 6, 1, 2).items() if name != "sheetId"}
    assert sources(moved) == [[one], [box(0, 2, 0, 1, sheet_id=1)]]
    book.batch({"deleteSheet": {"sheetId": 1}})
    (((left,),)) = charts(book)
    assert sources(left) == [[one], []]


def test_a_chart_is_changed_moved_and_deleted_and_its_copy_has_its_own_number(new_book: Callable[..., Any]) -> None:
    book = new_book("One", "Two")
    book.batch(
        chart(5, box(0, 4, 1, 2)), {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 2}}
    )
    first, _, (copied,) = charts(book)
    assert copied["chartId"] != 5
    assert sources(copied) == [[box(0, 4, 1, 2, sheet_id=9)]]
    spec = {"title": "Other", "pieChart": {"legendPosition": "LEFT_LEGEND"}}
    place = {"overlayPosition": {"anchorCell": {"sheetId": 1, "rowIndex": 2}, "widthPixels": 100}}
    move = {"objectId": 5, "newPosition": place, "fields": "anchorCell,widthPixels"}
    replies = book.batch({"updateChartSpec": {"chartId": 5, "spec": spec}}, {"updateEmbeddedObjectPosition": move})
    overlay = {**place["overlayPosition"], "heightPixels": 371}
    assert replies == [{}, {"updateEmbeddedObjectPosition": {"position": {"overlayPosition": overlay}}}]
    assert charts(book)[:2] == [
        [],
        [
            {
                "chartId": 5,
                "spec": {**spec, "hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS"},
                "position": {"overlayPosition": overlay},
            }
        ],
    ]
    book.batch({"deleteEmbeddedObject": {"objectId": 5}})
    assert charts(book) == [[], [], [copied]]
    assert first[0]["chartId"] == 5


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (chart(5, box(0, 1, 0, 1)), "addChart: An embedded object with id 5 already exists."),
        (chart(6, box(0, 1, 0, 1, sheet_id=3)), "addChart: No grid with id: 3"),
        (
            chart(6, box(0, 1, 0, 1), anchor=(0, 100, 0)),
            ("addChart: Range (Sheet1!A101) exceeds grid limits. Max rows: 100, max columns: 26"),
        ),
        ({"updateChartSpec": {"chartId": 6, "spec": {"title": "x"}}}, "updateChartSpec: No embedded object with id: 6"),
        ({"deleteEmbeddedObject": {}}, "deleteEmbeddedObject: No embedded object with id: 0"),
        ({"deleteBanding": {"bandedRangeId": 1}}, "deleteBanding: No banded range with id: 1"),
        (
            banding(box(0, 2, 0, 2)),
            "addBanding: At least one of rowProperties and columnProperties must be set.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(book: Any, request_: Any, said: str) -> None:
    book.batch(chart(5, box(0, 4, 1, 2)))
    assert book.refused(request_) == f"Invalid requests[0].{said}"


def test_a_closed_group_hides_its_lines(book: Any) -> None:
    lines = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    group = {"range": lines, "depth": 1, "collapsed": True}
    book.batch(
        {"addDimensionGroup": {"range": lines}},
        {"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}},
    )
    (sheet,) = book.get("sheets(rowGroups.collapsed,data.rowMetadata.hiddenByUser)", "A1:A4")["sheets"]
    assert sheet == {
        "rowGroups": [{"collapsed": True}],
        "data": [{"rowMetadata": [{}, {"hiddenByUser": True}, {"hiddenByUser": True}, {}]}],
    }
    book.batch({"updateDimensionGroup": {"dimensionGroup": {**group, "collapsed": False}, "fields": "*"}})
    (sheet,) = book.get("sheets(rowGroups.collapsed,data.rowMetadata.hiddenByUser)", "A1:A4")["sheets"]
    assert sheet == {"rowGroups": [{}], "data": [{"rowMetadata": [{}, {}, {}, {}]}]}
    wrong = {"updateDimensionGroup": {"dimensionGroup": {**group, "depth": 2}, "fields": "collapsed"}}
    assert book.refused(wrong).endswith("There is no group over exactly this range and depth.")
