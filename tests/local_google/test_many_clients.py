"""Two hundred clients at once, each on a connection of its own: no write is lost and every answer is well formed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import requests

from sheets_mastery.local_google.server import LocalGoogle

CLIENTS = 200


def test_two_hundred_clients_at_once_lose_nothing(google: LocalGoogle, new_book: Any) -> None:
    book = new_book("Cells", "Rows", "Rules", rows=CLIENTS + 10)
    together = Barrier(CLIENTS)

    def write(number: int) -> list[Any]:
        """A cell by values.update, a row by values.append, and a name and a note by one batchUpdate."""
        cell = {"sheetId": 2, "startRowIndex": number, "endRowIndex": number + 1}
        names = {"name": f"client_{number}", "range": {**cell, "startColumnIndex": 0, "endColumnIndex": 1}}
        note = {"rows": [{"values": [{"note": f"note {number}"}]}], "fields": "note"}
        orders: list[tuple[str, str, Any]] = [
            ("PUT", f"/values/Cells!A{number + 1}?valueInputOption=RAW", {"values": [[f"cell {number}"]]}),
            ("POST", "/values/Rows!A1:append?valueInputOption=RAW", {"values": [[f"row {number}"]]}),
            (
                "POST",
                ":batchUpdate",
                {
                    "requests": [
                        {"addNamedRange": {"namedRange": names}},
                        {"updateCells": {"start": {"sheetId": 2, "rowIndex": number}, **note}},
                    ]
                },
            ),
        ]
        with requests.Session() as session:
            together.wait(timeout=60)
            answers = [
                session.request(method, google.url + book.path + path, json=body, timeout=120)
                for method, path, body in orders
            ]
        return [(answer.status_code, json.loads(answer.content)["spreadsheetId"]) for answer in answers]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(write, range(CLIENTS)))

    assert answers == [[(200, book.id)] * 3] * CLIENTS
    assert book.values("Cells!A:A") == [[f"cell {number}"] for number in range(CLIENTS)]
    assert sorted(book.values("Rows!A:A")) == sorted([f"row {number}"] for number in range(CLIENTS))
    shown = book.get("namedRanges(name,range.startRowIndex),sheets.data.rowData.values.note", "Rules!A1:A300")
    named = {each["name"]: each["range"].get("startRowIndex", 0) for each in shown["namedRanges"]}
    assert named == {f"client_{number}": number for number in range(CLIENTS)}
    notes = [row["values"][0]["note"] for row in shown["sheets"][0]["data"][0]["rowData"]]
    assert notes == [f"note {number}" for number in range(CLIENTS)]
