"""A local Google that runs for one test, with a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def times() -> list[datetime]:
    """What the clock has shown, the last being the time now. It begins with real time, to the millisecond.

    Real, because google-auth signs with the machine's own clock.
    """
    now = datetime.now(UTC)
    return [now.replace(microsecond=now.microsecond // 1000 * 1000)]


@pytest.fixture
def clock(times: list[datetime]) -> Callable[[], datetime]:
    """Tells the time; it stands still."""
    return lambda: times[-1]


@pytest.fixture
def advance(times: list[datetime]) -> Callable[..., None]:
    """Moves the clock on by a ``timedelta`` of the same arguments."""
    return lambda **span: times.append(times[-1] + timedelta(**span))


@pytest.fixture
def google(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[LocalGoogle]:
    """A fresh Google that takes any bearer."""
    with LocalGoogle(tmp_path / "google", now=clock) as running:
        yield running


@pytest.fixture
def strict_google(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[LocalGoogle]:
    """A fresh Google that takes only bearers which it issued itself."""
    with LocalGoogle(tmp_path / "strict", now=clock, strict_auth=True) as running:
        yield running


class Book:
    """A spreadsheet on the local Google, spoken to in plain HTTP."""

    def __init__(self, google: LocalGoogle, session: requests.Session, body: dict[str, Any]) -> None:
        self._url = google.url
        self._session = session
        self.id: str = self.ask("POST", "/v4/spreadsheets", body)["spreadsheetId"]
        self.path = f"/v4/spreadsheets/{self.id}"

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Send a request, see that its status is as expected, and return the answer's JSON."""
        response = self._session.request(method, self._url + path, json=body, params=query)
        assert (response.status_code, response.json() if response.status_code != status else None) == (status, None)
        return response.json()

    def batch(self, *requests: Any) -> list[Any]:
        """Send a batchUpdate and return its replies."""
        replies: list[Any] = self.ask("POST", f"{self.path}:batchUpdate", {"requests": list(requests)})["replies"]
        return replies

    def refused(self, *requests: Any, status: int = 400) -> str:
        """Send a batchUpdate that must be refused, and return the reason."""
        said = self.ask("POST", f"{self.path}:batchUpdate", {"requests": list(requests)}, status)
        message: str = said["error"]["message"]
        return message

    def get(self, fields: str, *ranges: str) -> Any:
        """Return the spreadsheet under a mask."""
        return self.ask("GET", self.path, fields=fields, ranges=ranges)

    def type(self, place: str, rows: list[list[Any]]) -> None:
        """Enter values as a person types them."""
        self._write(place, rows, "USER_ENTERED")

    def put(self, place: str, rows: list[list[Any]]) -> None:
        """Enter values as they are."""
        self._write(place, rows, "RAW")

    def _write(self, place: str, rows: list[list[Any]], option: str) -> None:
        self.ask("PUT", f"{self.path}/values/{quote(place, safe='')}", {"values": rows}, valueInputOption=option)

    def values(self, place: str, render: str = "FORMATTED_VALUE") -> list[list[Any]]:
        """Return the values of a range."""
        found = self.ask("GET", f"{self.path}/values/{quote(place, safe='')}", valueRenderOption=render)
        rows: list[list[Any]] = found.get("values", [])
        return rows

    def formulas(self, place: str) -> list[list[Any]]:
        """Return the formulas of a range, or values where there is none."""
        return self.values(place, "FORMULA")

    def fills(self, place: str) -> list[list[str]]:
        """Return the fill that each cell of a range shows, as ``rrggbb``; "" for white."""
        data = self.get("sheets.data.rowData.values.effectiveFormat.backgroundColor", place)["sheets"][0]["data"][0]
        return [
            [_hex(cell.get("effectiveFormat", {}).get("backgroundColor")) for cell in row.get("values", [])]
            for row in data.get("rowData", [])
        ]


def _hex(colour: dict[str, float] | None) -> str:
    if colour is None:
        return ""
    text = "".join(f"{round(colour.get(name, 0) * 255):02x}" for name in ("red", "green", "blue"))
    return "" if text == "ffffff" else text


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """One HTTP connection for the test."""
    with requests.Session() as opened:
        yield opened


@pytest.fixture
def new_book(google: LocalGoogle, session: requests.Session) -> Callable[..., Book]:
    """Makes a spreadsheet with tabs of the given titles, in a locale."""

    def make(*titles: str, locale: str = "en_US", rows: int = 100, columns: int = 26) -> Book:
        grid = {"rowCount": rows, "columnCount": columns}
        sheets = [
            {"properties": {"sheetId": number, "title": title, "gridProperties": grid}}
            for number, title in enumerate(titles or ("Sheet1",))
        ]
        return Book(google, session, {"properties": {"title": "A book", "locale": locale}, "sheets": sheets})

    return make


@pytest.fixture
def book(new_book: Callable[..., Book]) -> Book:
    """A spreadsheet with one empty tab, Sheet1, of 100 rows and 26 columns."""
    return new_book()
