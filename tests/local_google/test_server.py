"""The server itself: what it remembers, logs, refuses, and how it fails on order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from pathlib import Path


def test_it_listens_on_loopback_only(google: LocalGoogle) -> None:
    assert google.url.startswith("http://127.0.0.1:")


def test_what_was_written_is_there_after_a_restart(tmp_path: Path, session: requests.Session) -> None:
    with LocalGoogle(tmp_path) as first:
        made = session.post(f"{first.url}/v4/spreadsheets", json={"properties": {"title": "Kept"}}).json()
        path = f"/v4/spreadsheets/{made['spreadsheetId']}"
        session.put(
            f"{first.url}{path}/values/B2",
            params={"valueInputOption": "USER_ENTERED"},
            json={"values": [["=1+1", "7/10"]]},
        ).raise_for_status()
        before = session.get(f"{first.url}{path}", params={"includeGridData": "true"}).json()
    with LocalGoogle(tmp_path) as second:
        assert session.get(f"{second.url}{path}", params={"includeGridData": "true"}).json() == before


def test_every_request_is_logged_with_its_status_and_its_bytes(google: LocalGoogle, session: requests.Session) -> None:
    sent = session.post(f"{google.url}/v4/spreadsheets", json={})
    missing = session.get(f"{google.url}/v4/spreadsheets/none?fields=properties.title")
    assert session.get(f"{google.url}/_local/requests").json() == {
        "requests": [
            {
                "method": "POST",
                "path": "/v4/spreadsheets",
                "status": 200,
                "requestBytes": 2,
                "responseBytes": len(sent.content),
            },
            {
                "method": "GET",
                "path": "/v4/spreadsheets/none?fields=properties.title",
                "status": 404,
                "requestBytes": 0,
                "responseBytes": len(missing.content),
            },
        ]
    }
    session.post(f"{google.url}/_local/requests:clear")
    assert session.get(f"{google.url}/_local/requests").json() == {"requests": []}


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/v5/anything", "GET /v5/anything"),
        ("DELETE", "/v4/spreadsheets/x", "DELETE /v4/spreadsheets/x"),
        ("GET", "/drive/v3/drives", "drive.drives.list"),
        ("GET", "/_local/nothing", "GET /_local/nothing"),
    ],
)
def test_what_it_does_not_speak_is_a_501_that_names_it(
    google: LocalGoogle, session: requests.Session, method: str, path: str, named: str
) -> None:
    response = session.request(method, google.url + path)
    assert (response.status_code, response.json()["error"]["message"]) == (
        501,
        f"The local Google does not speak {named}.",
    )


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        (
            {"requests": [{"addShet": {}}]},
            "requests[0]",
            "Invalid JSON payload received. Unknown name \"addShet\" at 'requests[0]': Cannot find field.",
        ),
        (
            {"requests": [{"deleteSheet": {"sheetId": "first"}}]},
            "requests[0].deleteSheet.sheetId",
            "Invalid value at 'requests[0].deleteSheet.sheetId' (TYPE_INT32), \"first\"",
        ),
        (
            {"requests": [{"mergeCells": {"mergeType": "MERGE_SOME"}}]},
            "requests[0].mergeCells.mergeType",
            "Invalid value at 'requests[0].mergeCells.mergeType' (TYPE_ENUM), \"MERGE_SOME\"",
        ),
    ],
)
def test_a_request_that_googles_description_does_not_know_is_refused_as_google_refuses_it(
    google: LocalGoogle, session: requests.Session, body: Any, field: str, said: str
) -> None:
    made = session.post(f"{google.url}/v4/spreadsheets", json={}).json()
    response = session.post(f"{google.url}/v4/spreadsheets/{made['spreadsheetId']}:batchUpdate", json=body)
    assert response.json() == {
        "error": {
            "code": 400,
            "message": said,
            "status": "INVALID_ARGUMENT",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [{"field": field, "description": said}],
                }
            ],
        }
    }


def test_an_unknown_query_parameter_is_refused(google: LocalGoogle, session: requests.Session) -> None:
    response = session.get(f"{google.url}/v4/spreadsheets/x", params={"colour": "red"})
    assert (response.status_code, response.json()["error"]["message"]) == (
        400,
        (
            'Invalid JSON payload received. Unknown name "colour": Cannot bind query parameter. '
            "Field 'colour' could not be found in request message."
        ),
    )


def test_a_scripted_answer_is_given_as_often_as_ordered_and_nothing_is_done(
    google: LocalGoogle, session: requests.Session
) -> None:
    order: dict[str, Any] = {"method": "POST", "path": "/v4/spreadsheets", "status": 503, "times": 2}
    session.post(f"{google.url}/_local/faults", json=order)
    statuses = [session.post(f"{google.url}/v4/spreadsheets", json={}).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert session.get(f"{google.url}/_local/faults").json() == {
        "faults": [{**order, "left": 0}],
        "allUsed": True,
    }


@pytest.mark.parametrize(("cut", "title"), [("before", "old"), ("after", "new")])
def test_a_cut_connection_leaves_the_write_undone_or_done_as_ordered(
    google: LocalGoogle, session: requests.Session, cut: str, title: str
) -> None:
    made = session.post(f"{google.url}/v4/spreadsheets", json={"properties": {"title": "old"}}).json()
    path = f"{google.url}/v4/spreadsheets/{made['spreadsheetId']}"
    session.post(f"{google.url}/_local/faults", json={"regex": ":batchUpdate$", "cut": cut})
    rename = {"updateSpreadsheetProperties": {"properties": {"title": "new"}, "fields": "title"}}
    with pytest.raises(requests.ConnectionError):
        session.post(f"{path}:batchUpdate", json={"requests": [rename]})
    assert session.get(path, params={"fields": "properties.title"}).json() == {"properties": {"title": title}}


def test_an_order_that_makes_no_sense_is_refused(google: LocalGoogle, session: requests.Session) -> None:
    orders: list[Any] = [
        {"path": "/v4"},
        {"cut": "sometimes"},
        {"status": 503, "colour": "red"},
        {"status": 503, "regex": "("},
        {"drip": [0.5, 1]},
        {"delay_ms": {"normal": [40, 1]}},
        {"delay_ms": {"uniform": [40]}},
        {"delay_ms": {"uniform": [1, 2], "seed": "x"}},
        "503",
    ]
    statuses = [session.post(f"{google.url}/_local/faults", json=order).status_code for order in orders]
    assert statuses == [400] * len(orders)
    assert session.get(f"{google.url}/_local/faults").json() == {"faults": [], "allUsed": True}


@pytest.mark.parametrize(("role", "read", "write"), [("none", 403, 403), ("reader", 200, 403), ("writer", 200, 200)])
def test_an_unshared_spreadsheet_is_refused_and_a_read_only_one_may_only_be_read(
    google: LocalGoogle, session: requests.Session, role: str, read: int, write: int
) -> None:
    made = session.post(f"{google.url}/v4/spreadsheets", json={}).json()["spreadsheetId"]
    session.post(f"{google.url}/_local/access", json={"spreadsheetId": made, "role": role}).raise_for_status()
    path = f"{google.url}/v4/spreadsheets/{made}"
    reading = session.get(path)
    writing = session.put(f"{path}/values/A1", params={"valueInputOption": "RAW"}, json={"values": [[1]]})
    assert (reading.status_code, writing.status_code) == (read, write)
    refusal = {"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}
    assert [each.json() for each in (reading, writing) if each.status_code == 403] == [refusal] * (
        [read, write].count(403)
    )


def test_stopping_twice_and_asking_a_stopped_server_for_its_address_are_harmless(tmp_path: Path) -> None:
    google = LocalGoogle(tmp_path).start()
    google.stop()
    google.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = google.url
