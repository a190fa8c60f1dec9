"""Schools for tests: a real spreadsheet at the local Google over HTTP, and the real service beside it.

The fixtures are for the `conftest.py` of whoever wants them: `from schools import google, make_school, teacher`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests

from sheets_mastery.config import GradebookSettings
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.wiring import Service

#: What a test's settings say; a test adds to it where it needs more.
SETTINGS = """
[school]
name = "Lincoln School"
teacher = "Ms Rivera"
reply_to = "rivera@school.example"
time_zone = "America/Chicago"

[google]
credentials = "local"
endpoint = "{endpoint}"

[mail]
sender = "rivera@school.example"
{mode}
{mail}

[letters]
hold_hours = 0
quiet_hours = 0
marking_share = 0
second_look_minutes = 0

{more}

[[gradebooks]]
name = "Algebra 1"
spreadsheet = "{spreadsheet}"
codes = {{ M = "not in", ABS = "absent", "-" = "handed in" }}
{gradebook}
"""
Rows = Sequence[Sequence[Any]]


@dataclass(kw_only=True)
class School:
    """One spreadsheet, its settings file, and the services that were opened on it."""

    url: str
    folder: Path
    spreadsheet: gspread.Spreadsheet
    client: requests.Session
    services: list[Service]

    @property
    def settings_file(self) -> Path:
        return self.folder / "mastery.toml"

    def service(self, now: str = "2026-10-30T16:30") -> Service:
        """The real service at a pretended moment of the school's time."""
        service = Service.load(self.settings_file, {}, clock=lambda: datetime.now(UTC))
        service.pretend(now)
        self.services.append(service)
        return service

    def get(self, path: str, **params: Any) -> Any:
        """Anything the local Google answers, parsed."""
        answer = self.client.get(self.url + path, params=params, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        """The same for a POST."""
        answer = self.client.post(self.url + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def document(self, fields: str | None = None) -> dict[str, Any]:
        """The whole spreadsheet as the local Google tells it, with its grids."""
        params = {"fields": fields} if fields else {"includeGridData": "true"}
        found: dict[str, Any] = self.get(f"/v4/spreadsheets/{self.spreadsheet.id}", **params)
        return found

    def sheet_requests(self) -> list[dict[str, Any]]:
        """The requests to Sheets since the last clearing, and clear."""
        seen = self.get("/_local/requests")["requests"]
        self.post("/_local/requests:clear", {})
        return [each for each in seen if each["path"].startswith("/v4/")]

    def letters(self) -> list[Path]:
        """The letters in the maildir, oldest name first."""
        folder = self.folder / "outbox"
        return sorted(path for room in ("new", "cur") for path in (folder / room).glob("*"))


def gradebook(service: Service) -> GradebookSettings:
    """The only gradebook of a service."""
    (only,) = service.settings.gradebooks
    return only


@pytest.fixture(scope="session")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGoogle]:
    """One local Google for all tests here."""
    with LocalGoogle(tmp_path_factory.mktemp("google")) as server:
        yield server


@pytest.fixture(scope="session")
def teacher(google: LocalGoogle) -> Iterator[gspread.Client]:
    """The teacher's hands: the real gspread."""
    with Wire(LocalCredentials(), endpoint=google.url) as wire:

        class Hands(SheetsTransport):
            def __init__(self, auth: object, session: object = None) -> None:
                super().__init__(wire, whoami="the teacher")

        yield gspread.Client(auth=LocalCredentials(), session=wire.session, http_client=Hands)


@pytest.fixture
def make_school(
    google: LocalGoogle, teacher: gspread.Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., School]]:
    """A function that makes a school: tabs as rows of what the teacher types (USER_ENTERED), and more settings."""
    made: list[School] = []

    def make(
        tabs: Mapping[str, Rows],
        *,
        gradebook: str = "",
        more: str = "",
        mail: str = "",
        mode: str = "send",
        locale: str | None = None,
    ) -> School:
        spreadsheet = teacher.create("Algebra 1")
        if locale:
            spreadsheet.update_locale(locale)
        for number, (title, rows) in enumerate(tabs.items()):
            width = max(map(len, rows))
            sheet = spreadsheet.sheet1 if number == 0 else spreadsheet.add_worksheet(title, len(rows) + 20, width + 6)
            if number == 0:
                sheet.update_title(title)
                sheet.resize(len(rows) + 20, width + 6)
            sheet.update([[*row, *[""] * (width - len(row))] for row in rows], "A1", raw=False)
        folder = tmp_path_factory.mktemp("school")
        text = SETTINGS.format(
            endpoint=google.url,
            spreadsheet=spreadsheet.id,
            gradebook=gradebook,
            more=more,
            mode=f'mode = "{mode}"' if mode else "",
            mail=mail,
        )
        (folder / "mastery.toml").write_text(text, "utf-8")
        school = School(
            url=google.url,
            folder=folder,
            spreadsheet=spreadsheet,
            client=spreadsheet.client.session,
            services=[],
        )
        school.post("/_local/requests:clear", {})
        made.append(school)
        return school

    yield make
    for school in made:
        for service in school.services:
            service.close()
