"""Every request of a batchUpdate that Google describes: it changes something here, or it is a 501 by its name.

Never is one of them an answer that says yes and does nothing. The same for methods: what a response carries is known.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import requests
from googleapiclient.discovery_cache import get_static_doc

from sheets_mastery.local_google.discovery import find_method
from sheets_mastery.local_google.errors import GoogleError
from sheets_mastery.local_google.methods import call_of, carried_out
from sheets_mastery.local_google.oauth import Caller
from sheets_mastery.local_google.server import LocalGoogle

SHEETS = orjson.loads(get_static_doc("sheets", "v4"))
KINDS = sorted(SHEETS["schemas"]["Request"]["properties"])


def box(top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    """Return a range of the first tab."""
    rows = {"sheetId": 0, "startRowIndex": top, "endRowIndex": bottom}
    return {**rows, "startColumnIndex": left, "endColumnIndex": right}


def lines(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    """Return lines of the first tab."""
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


AREA = box(0, 3, 0, 2)
GREEN = {"green": 1}
RULE = {
    "ranges": [AREA],
    "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": GREEN}},
}
CHART: dict[str, Any] = {
    "spec": {"title": "Marks", "basicChart": {"chartType": "COLUMN"}},
    "position": {"overlayPosition": {"anchorCell": {"sheetId": 0}}},
}
GROUP = {"range": lines(5, 7), "depth": 1}
LOOKUP = {"developerMetadataLookup": {"metadataId": 14}}

#: What lies in the spreadsheet before each request.
FURNITURE: list[dict[str, Any]] = [
    {"addSheet": {"properties": {"sheetId": 9, "title": "Other"}}},
    {"addNamedRange": {"namedRange": {"namedRangeId": "11", "name": "marks", "range": AREA}}},
    {"addProtectedRange": {"protectedRange": {"protectedRangeId": 12, "range": AREA}}},
    {"addBanding": {"bandedRange": {"bandedRangeId": 13, "range": AREA, "rowProperties": {"headerColor": GREEN}}}},
    {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": 14,
                "metadataKey": "key",
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    },
    {"addChart": {"chart": {**CHART, "chartId": 15}}},
    {"addConditionalFormatRule": {"rule": RULE}},
    {"addConditionalFormatRule": {"rule": {**RULE, "ranges": [box(0, 1, 0, 1)]}}},
    {"addDimensionGroup": {"range": lines(5, 7)}},
    {"mergeCells": {"range": box(10, 12, 0, 2)}},
    {"setBasicFilter": {"filter": {"range": AREA}}},
]

#: One request of each kind that is carried out. Each changes what ``spreadsheets.get`` shows.
CARRIED_OUT: dict[str, dict[str, Any]] = {
    "addBanding": {"bandedRange": {"range": box(5, 9, 0, 2), "rowProperties": {"firstBandColor": GREEN}}},
    "addChart": {"chart": CHART},
    "addConditionalFormatRule": {"rule": RULE, "index": 1},
    "addDimensionGroup": {"range": lines(20, 22)},
    "addNamedRange": {"namedRange": {"name": "names", "range": AREA}},
    "addProtectedRange": {"protectedRange": {"range": box(5, 6, 0, 1)}},
    "addSheet": {"properties": {"title": "New"}},
    "appendCells": {"sheetId": 0, "rows": [{"values": [{"note": "x"}]}], "fields": "note"},
    "appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 1},
    "autoResizeDimensions": {"dimensions": lines(0, 1, "COLUMNS")},
    "clearBasicFilter": {"sheetId": 0},
    "copyPaste": {"source": AREA, "destination": box(20, 23, 0, 2)},
    "createDeveloperMetadata": {
        "developerMetadata": {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"sheetId": 0}}
    },
    "cutPaste": {"source": AREA, "destination": {"sheetId": 0, "rowIndex": 20}},
    "deleteBanding": {"bandedRangeId": 13},
    "deleteConditionalFormatRule": {"sheetId": 0, "index": 0},
    "deleteDeveloperMetadata": {"dataFilter": LOOKUP},
    "deleteDimension": {"range": lines(0, 1)},
    "deleteDimensionGroup": {"range": lines(5, 7)},
    "deleteEmbeddedObject": {"objectId": 15},
    "deleteNamedRange": {"namedRangeId": "11"},
    "deleteProtectedRange": {"protectedRangeId": 12},
    "deleteRange": {"range": box(0, 1, 0, 1), "shiftDimension": "ROWS"},
    "deleteSheet": {"sheetId": 9},
    "duplicateSheet": {"sourceSheetId": 0},
    "findReplace": {"find": "Ada", "replacement": "Bo", "sheetId": 0},
    "insertDimension": {"range": lines(1, 2)},
    "insertRange": {"range": box(0, 1, 0, 1), "shiftDimension": "COLUMNS"},
    "mergeCells": {"range": box(20, 22, 0, 2)},
    "moveDimension": {"source": lines(0, 1), "destinationIndex": 3},
    "repeatCell": {"range": AREA, "cell": {"note": "x"}, "fields": "note"},
    "setBasicFilter": {"filter": {"range": box(0, 2, 0, 1)}},
    "setDataValidation": {"range": AREA, "rule": {"condition": {"type": "BOOLEAN"}}},
    "sortRange": {"range": AREA, "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]},
    "unmergeCells": {"range": box(10, 12, 0, 2)},
    "updateBanding": {
        "bandedRange": {"bandedRangeId": 13, "rowProperties": {"headerColor": {"red": 1}}},
        "fields": "rowProperties",
    },
    "updateBorders": {"range": AREA, "top": {"style": "SOLID"}},
    "updateCells": {"range": AREA, "rows": [], "fields": "userEnteredValue"},
    "updateChartSpec": {"chartId": 15, "spec": {**CHART["spec"], "title": "Other"}},
    "updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 1},
    "updateDeveloperMetadata": {
        "dataFilters": [LOOKUP],
        "developerMetadata": {"metadataValue": "v"},
        "fields": "metadataValue",
    },
    "updateDimensionGroup": {"dimensionGroup": {**GROUP, "collapsed": True}, "fields": "collapsed"},
    "updateDimensionProperties": {"range": lines(0, 1), "properties": {"pixelSize": 50}, "fields": "pixelSize"},
    "updateEmbeddedObjectPosition": {
        "objectId": 15,
        "newPosition": {"overlayPosition": {"offsetXPixels": 5}},
        "fields": "offsetXPixels",
    },
    "updateNamedRange": {"namedRange": {"namedRangeId": "11", "name": "points"}, "fields": "name"},
    "updateProtectedRange": {"protectedRange": {"protectedRangeId": 12, "description": "d"}, "fields": "description"},
    "updateSheetProperties": {"properties": {"sheetId": 0, "title": "Renamed"}, "fields": "title"},
    "updateSpreadsheetProperties": {"properties": {"title": "Renamed"}, "fields": "title"},
}


def everything(book: Any) -> Any:
    """Return all that ``spreadsheets.get`` shows."""
    return book.ask("GET", book.path, includeGridData=True)


@pytest.fixture
def furnished(book: Any) -> Any:
    """A spreadsheet with something of everything in it."""
    book.put("A1", [["Ada", 1], ["Bea", 2], ["Cy", 3]])
    book.batch(*FURNITURE)
    return book


def test_the_table_names_no_kind_that_google_has_not() -> None:
    assert sorted(set(CARRIED_OUT) - set(KINDS)) == []


@pytest.mark.parametrize("kind", sorted(CARRIED_OUT))
def test_a_request_that_is_carried_out_changes_what_is_shown(furnished: Any, kind: str) -> None:
    before = everything(furnished)
    replies = furnished.batch({kind: CARRIED_OUT[kind]})
    assert [set(reply) <= {kind} for reply in replies] == [True]
    assert everything(furnished) != before


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(CARRIED_OUT)))
def test_any_other_request_is_a_501_that_names_it_and_does_nothing(furnished: Any, kind: str) -> None:
    before = everything(furnished)
    message = furnished.refused({"addSheet": {}}, {kind: {}}, status=501)
    assert message == f"The local Google does not speak the batchUpdate request {kind} (requests[1])."
    assert everything(furnished) == before


#: Requests that mean something without a word more: the first tab, the first rule.
CLEAR_BY_THEMSELVES = {"addSheet", "clearBasicFilter", "deleteConditionalFormatRule", "deleteSheet", "duplicateSheet"}


@pytest.mark.parametrize("kind", sorted(set(CARRIED_OUT) - CLEAR_BY_THEMSELVES))
def test_a_request_that_says_nothing_is_refused_and_does_nothing(furnished: Any, kind: str) -> None:
    before = everything(furnished)
    message = furnished.refused({kind: {}})
    assert message.startswith(f"Invalid requests[0].{kind}: ")
    assert everything(furnished) == before


# --- held against the description


@pytest.mark.parametrize(
    ("api", "path", "body"),
    [
        ("sheets", "/v4/spreadsheets", {"properties": {"titel": "x"}}),
        ("sheets", "/v4/spreadsheets/x:batchUpdate", {"requests": [{"addSheet": {"title": "x"}}]}),
        ("sheets", "/v4/spreadsheets/x/values:batchUpdate", {"data": [{"value": []}]}),
        ("gmail", "/gmail/v1/users/me/messages/send", {"rawr": "x"}),
        ("gmail", "/gmail/v1/users/me/drafts", {"message": {"raww": "x"}}),
    ],
)
def test_an_unknown_field_in_a_request_is_googles_400(google: LocalGoogle, api: str, path: str, body: Any) -> None:
    response = requests.post(google.url + path, json=body, timeout=10)
    assert (response.status_code, "Unknown name" in response.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(
    ("http_method", "path", "value"),
    [
        ("GET", "/v4/spreadsheets/x", {"sheets": [{"properties": {"titel": "x"}}]}),
        ("GET", "/v4/spreadsheets/x", {"sheets": [{"data": [{"rowData": [{"values": [{"effectivValue": {}}]}]}]}]}),
        ("GET", "/v4/spreadsheets/x/values/A1", {"value": []}),
        ("GET", "/drive/v3/files", {"files": [{"nam": "x"}]}),
        ("GET", "/gmail/v1/users/me/messages/1", {"payload": {"parts": [{"mime": "x"}]}}),
        ("GET", "/gmail/v1/users/me/profile", {"messagesTotal": "many"}),
    ],
)
def test_an_answer_that_googles_description_does_not_know_never_leaves(
    http_method: str, path: str, value: dict[str, Any]
) -> None:
    method = find_method(http_method, path)
    assert method is not None
    caller = Caller(email="teacher@school.example", scopes=None, robot=False)
    call = call_of(method, caller, path, "", {}, b"")
    with pytest.raises(GoogleError) as refused:
        carried_out({method.id: lambda _call: value}, call)
    assert (refused.value.status, f"answered {method.id} with" in refused.value.body["error"]["message"]) == (500, True)
