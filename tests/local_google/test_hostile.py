"""Requests that nobody who means well sends: each is refused in Google's words, or kept as harmless text."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from sheets_mastery.local_google.server import LocalGoogle


def test_a_body_of_fifty_megabytes_is_refused_and_the_next_request_is_answered(google: LocalGoogle, book: Any) -> None:
    large = b'{"values": [["' + b"x" * 50_000_000 + b'"]]}'
    where = f"{google.url}{book.path}/values/A1?valueInputOption=RAW"
    refused = requests.put(where, data=large, headers={"Content-Type": "application/json"}, timeout=120)
    assert (refused.status_code, refused.json()["error"]["message"]) == (413, "Request Entity Too Large")
    assert book.values("A1") == []


def test_a_body_that_never_ends_is_cut_off_at_the_same_size(google: LocalGoogle, book: Any) -> None:
    place = urlsplit(google.url)
    with socket.create_connection((place.hostname, place.port), timeout=60) as wire:
        head = f"PUT {book.path}/values/A1?valueInputOption=RAW HTTP/1.1\r\nHost: {place.netloc}\r\n"
        wire.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        for _ in range(60):
            wire.sendall(chunk)
        wire.sendall(b"0\r\n\r\n")
        assert wire.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize("body", [b"{", b"[1,", b'{"values": [[NaN]]}', b"\xff\xfe", b'"text"', b"[]", b"7"])
def test_broken_json_is_a_400_and_nothing_is_written(google: LocalGoogle, book: Any, body: bytes) -> None:
    for method, path in (
        ("PUT", "/values/A1?valueInputOption=RAW"),
        ("POST", ":batchUpdate"),
        ("POST", "/values:batchClear"),
    ):
        refused = requests.request(method, google.url + book.path + path, data=body, timeout=10)
        assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert book.values("A1:Z100") == []


@pytest.mark.parametrize("path", ["/gmail/v1/users/me/messages/send", "/drive/v3/files", "/_local/faults"])
def test_broken_json_is_a_400_on_every_floor(google: LocalGoogle, path: str) -> None:
    refused = requests.post(google.url + path, data=b"{", timeout=10)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 400)


@pytest.mark.parametrize("mask", ["nothing", "sheets.nothing", "sheets(", ")", "sheets.properties.title.x", "a b", ","])
def test_a_mask_that_names_nothing_is_a_400(google: LocalGoogle, book: Any, mask: str) -> None:
    refused = requests.get(google.url + book.path, params={"fields": mask}, timeout=10)
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Request contains an invalid argument.")


def test_a_write_under_a_mask_that_names_nothing_is_not_done(google: LocalGoogle, book: Any) -> None:
    where = f"{google.url}{book.path}/values/A1"
    asked = {"valueInputOption": "RAW", "fields": "nothing"}
    assert requests.put(where, json={"values": [[1]]}, params=asked, timeout=10).status_code == 400
    assert book.values("A1") == []


@pytest.mark.parametrize("place", ["A101", "AB1", "Sheet1!ZZZ1", "A1000000", "A0", "None!A1", "A1:B", "'", "!A1"])
def test_a_range_off_the_grid_is_a_400_and_nothing_is_written(google: LocalGoogle, book: Any, place: str) -> None:
    path = f"{google.url}{book.path}/values/{quote(place, safe='')}"
    refused = requests.put(path, json={"values": [["x"] * 30]}, params={"valueInputOption": "RAW"}, timeout=10)
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert book.values("A1:Z100") == []


@pytest.mark.parametrize(
    "path",
    [
        "/v4/spreadsheets/..%2F..%2Fetc%2Fpasswd",
        "/v4/spreadsheets/%2e%2e%2foauth%2fkeys%2fsigning",
        "/drive/v3/files/..%2F..%2Fetc%2Fpasswd",
        "/gmail/v1/users/me/messages/..%2f..%2fx",
        "/gmail/v1/users/..%2F..%2Fx/profile",
        "/face/sheets/..%2F..%2Fetc%2Fpasswd/0",
        "/face/letters/folder/..%2F../x",
        "/face/assets/..%2F..%2Fpages.py",
        "/face/..%2f..%2fstore.py",
    ],
)
def test_a_trick_with_paths_finds_nothing(google: LocalGoogle, path: str) -> None:
    refused = requests.get(google.url + path, timeout=10)
    assert refused.status_code in (400, 403, 404)
    assert b"root:" not in refused.content
    assert b"PRIVATE KEY" not in refused.content


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v4/spreadsheets", "{}"),
        ("POST", "/_local/faults", '{"status": 500}'),
        ("POST", "/gmail/v1/users/me/messages/send", "{}"),
        ("DELETE", "/drive/v3/files/x", ""),
    ],
)
def test_a_page_of_another_origin_changes_nothing(google: LocalGoogle, method: str, path: str, body: str) -> None:
    for stranger in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        refused = requests.request(method, google.url + path, data=body, headers=stranger, timeout=10)
        assert (refused.status_code, refused.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert requests.get(f"{google.url}/drive/v3/files", timeout=10).json()["files"] == []


def test_html_in_a_cell_a_note_and_a_title_stays_text(google: LocalGoogle, new_book: Any) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    book = new_book(evil[:90])
    book.put("A1", [[evil]])
    book.batch(
        {
            "updateCells": {
                "start": {"sheetId": 0, "rowIndex": 1},
                "rows": [{"values": [{"note": evil}]}],
                "fields": "note",
            }
        }
    )
    page = requests.get(f"{google.url}/face/sheets/{book.id}/0", timeout=10).text
    assert book.values("A1") == [[evil]]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (page.count("<script>alert"), page.count("<img src=x")) == (0, 0)
