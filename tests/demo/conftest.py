"""The demo school's files, and its spreadsheet at a local Google."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sheets_mastery import demo
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.reading import Reading
from sheets_mastery.wiring import packaged

#: When the teacher typed all this.
TYPED = datetime(2026, 10, 30, 21, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def school() -> Path:
    """The folder of the demo school."""
    return Path(__file__).parent.parent.parent / "config" / "demo"


@pytest.fixture(scope="session")
def local_google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGoogle]:
    """A local Google that nobody else writes to."""
    # Sheets completes a typed 7/10 with the year of its own clock.
    with LocalGoogle(tmp_path_factory.mktemp("google"), now=lambda: TYPED) as server:
        yield server


@pytest.fixture(scope="session")
def spreadsheet(local_google: LocalGoogle) -> str:
    """The id of the spreadsheet that `demo.fill` has built there."""
    return demo.fill(local_google.url, packaged("demo"))


@pytest.fixture(scope="session")
def asked(local_google: LocalGoogle, spreadsheet: str) -> tuple[str, ...]:
    """The requests that it took: method and path, without what stands behind the question mark."""
    seen = requests.get(f"{local_google.url}/_local/requests", timeout=60).json()["requests"]
    paths = (each["path"].partition("?")[0].replace(spreadsheet, "ID") for each in seen)
    return tuple(f"{each['method']} {path}" for each, path in zip(seen, paths, strict=True))


@pytest.fixture(scope="session")
def document(local_google: LocalGoogle, spreadsheet: str, asked: tuple[str, ...]) -> dict[str, Any]:
    """The whole document as the local Google tells it, with its grids."""
    answer = requests.get(
        f"{local_google.url}/v4/spreadsheets/{spreadsheet}",
        params={"includeGridData": "true"},
        headers={"Authorization": "Bearer of-a-teacher"},
        timeout=60,
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="session")
def reading(local_google: LocalGoogle, spreadsheet: str, asked: tuple[str, ...]) -> Reading:
    """The document as the service reads it."""
    with GoogleSheets(LocalCredentials(), endpoint=local_google.url) as sheets:
        return sheets.read(spreadsheet)
