"""Recorded exchanges with the real service, replayed in order: the local Google answers as Google did.

The recordings lie beside the repository (``../shared/recorded-google``); without them there is nothing to compare with.
Ids and times differ from day to day: an id is mapped to the one that was dealt out here, everything else must be equal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).parents[3] / "shared" / "recorded-google"
#: The share of answers that must be equal to Google's: status, keys and every determined value.
FLOOR = 0.99
#: Fields that hold an id, by which later requests name the thing.
IDS = {"id", "spreadsheetId", "sheetId", "namedRangeId", "protectedRangeId"}
#: Fields that nobody can foretell.
UNTOLD = IDS | {"spreadsheetUrl", "createdTime", "modifiedTime"}
#: Whose account the recordings were made with.
ACCOUNT = "service@example.iam.gserviceaccount.com"
SHEETS, FILES = "/v4/spreadsheets/", "/drive/v3/files"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")
def test_recorded_exchanges_come_out_as_google_answered_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unequal: list[str] = []
    total = 0
    with requests.Session() as session:
        for recording in sorted(RECORDED.glob("*.json")):
            exchanges = json.loads(recording.read_text("utf-8"))
            with LocalGoogle(tmp_path / recording.stem) as google:
                ids = _furnish(google, session, exchanges)
                for number, exchange in enumerate(exchanges):
                    total += 1
                    difference = next(_differences(exchange, *_ask(google, session, exchange, ids)), None)
                    if difference is not None:
                        unequal.append(f"{recording.stem}[{number}] {exchange['method']}: {difference}")
    equal = total - len(unequal)
    with capsys.disabled():
        print(f"\nrecorded exchanges: {equal} of {total} equal", *unequal, sep="\n  ")
    assert equal >= FLOOR * total


def _furnish(google: LocalGoogle, session: requests.Session, exchanges: list[Any]) -> dict[str, str]:
    """Make what was there before the recording began, and return its recorded ids with ours."""
    made = {exchange["response"]["id"] for exchange in exchanges if _creates(exchange)}
    before: dict[str, dict[str, Any]] = {}
    private = set()
    for exchange in exchanges:
        path, response = exchange["path"], exchange["response"]
        for file in response.get("files", []) if isinstance(response, dict) else []:
            before.setdefault(file["id"], {"properties": {"title": file["name"]}})
        if exchange["method"] == "GET" and path.startswith(SHEETS) and exchange["status"] in (200, 403):
            spreadsheet_id = path.removeprefix(SHEETS).split("/")[0]
            if exchange["status"] == 403:
                private.add(spreadsheet_id)
                before[spreadsheet_id] = {}
            elif "properties" in response:
                sheets = [{"properties": sheet["properties"]} for sheet in response["sheets"]]
                before[spreadsheet_id] = {"properties": response["properties"], "sheets": sheets}
    session.post(f"{google.url}/_local/oauth/consent", json={"account": ACCOUNT}).raise_for_status()
    ids = {}
    for spreadsheet_id, body in reversed(before.items()):  # a list of files begins with the newest
        if spreadsheet_id not in made:
            made_here = session.post(f"{google.url}/v4/spreadsheets", json=body)
            assert made_here.status_code == 200, made_here.text
            ids[spreadsheet_id] = made_here.json()["spreadsheetId"]
    for spreadsheet_id in private:
        refused = {"spreadsheetId": ids[spreadsheet_id], "role": "none"}
        session.post(f"{google.url}/_local/access", json=refused).raise_for_status()
    return ids


def _creates(exchange: dict[str, Any]) -> bool:
    return (exchange["method"], exchange["path"]) == ("POST", FILES)


def _ask(google: LocalGoogle, session: requests.Session, exchange: Any, ids: dict[str, str]) -> tuple[int, Any]:
    """Send a recorded request to our server, in our ids, and learn what it deals out."""

    def ours(text: str) -> str:
        for recorded, here in ids.items():
            text = text.replace(recorded, here)
        return text

    response = session.request(
        exchange["method"],
        google.url + quote(ours(exchange["path"]), safe="/:!'"),
        params=[(name, ours(value)) for name, value in exchange["query"]],
        json=None if exchange["body"] is None else json.loads(ours(json.dumps(exchange["body"]))),
    )
    is_json = response.headers.get("content-type", "").startswith("application/json")
    answer = response.json() if response.content and is_json else response.text or None
    _learn(exchange["response"], answer, ids)
    return response.status_code, answer


def _learn(recorded: Any, here: Any, ids: dict[str, str]) -> None:
    if isinstance(recorded, dict) and isinstance(here, dict):
        for name in recorded.keys() & here.keys():
            if name in IDS and recorded[name] != 0:
                ids.setdefault(str(recorded[name]), str(here[name]))
            else:
                _learn(recorded[name], here[name], ids)
    elif isinstance(recorded, list) and isinstance(here, list):
        for one, other in zip(recorded, here, strict=False):
            _learn(one, other, ids)


def _differences(exchange: Any, status: int, answer: Any) -> Iterator[str]:
    if status != exchange["status"]:
        yield f"status {exchange['status']}, here {status}"
    yield from _unequal(exchange["response"], answer, "")


def _unequal(recorded: Any, here: Any, path: str) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(here, dict):
        for name in recorded.keys() | here.keys():
            if name not in recorded or name not in here:
                yield f"{path}.{name} only {'here' if name in here else 'recorded'}"
            elif name not in UNTOLD:
                yield from _unequal(recorded[name], here[name], f"{path}.{name}")
    elif isinstance(recorded, list) and isinstance(here, list):
        if len(recorded) != len(here):
            yield f"{path}: {len(recorded)} items, here {len(here)}"
        for index, (one, other) in enumerate(zip(recorded, here, strict=False)):
            yield from _unequal(one, other, f"{path}[{index}]")
    elif recorded != here:
        yield f"{path}: {recorded!r}, here {here!r}"
