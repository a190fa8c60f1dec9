"""What Drive tells about a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sheets_mastery.errors import CredentialsError, SheetNotFound, SheetNotShared, SheetsMasteryError, Unreachable
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.drive import DriveFiles
from sheets_mastery.local_google.server import LocalGoogle


@pytest.fixture
def drive(google: LocalGoogle) -> Iterator[DriveFiles]:
    opened = DriveFiles(LocalCredentials(), endpoint=google.url)
    yield opened
    opened.close()


@pytest.fixture
def post(google: LocalGoogle) -> Callable[[str, Any], Any]:
    """Lets a teacher do something in Google Sheets."""

    def done(path: str, body: Any) -> Any:
        answer = requests.post(
            f"{google.url}/v4/spreadsheets{path}", json=body, headers={"Authorization": "Bearer local"}, timeout=10
        )
        answer.raise_for_status()
        return answer.json()

    return done


def test_a_document_has_a_title_and_a_version_that_moves_when_it_is_written(
    drive: DriveFiles, post: Callable[[str, Any], Any]
) -> None:
    before = datetime.now(UTC)
    made = post("", {"properties": {"title": "Period 3"}})["spreadsheetId"]
    assert drive.title(made) == "Period 3"
    version, modified = drive.modified(made)
    assert abs((modified - before).total_seconds()) < 60
    post(f"/{made}:batchUpdate", {"requests": [{"addSheet": {"properties": {"title": "Marks"}}}]})
    assert drive.modified(made)[0] > version


def error(status: int, reason: str) -> dict[str, Any]:
    return {"status": status, "body": {"error": {"code": status, "message": "no", "errors": [{"reason": reason}]}}}


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (None, SheetNotFound),
        (error(403, "insufficientPermissions"), CredentialsError),
        (error(403, "userRateLimitExceeded"), Unreachable),
        (error(500, "backendError"), Unreachable),
        ({"cut": "before"}, Unreachable),
        ({"status": 200, "body": {"version": "many", "modifiedTime": "x"}}, Unreachable),
        ({"status": 200, "body": []}, Unreachable),
        (error(403, "forbidden"), SheetNotShared),
    ],
)
def test_a_drive_that_does_not_answer_says_why(
    drive: DriveFiles, arrange: Callable[..., Any], scene: dict[str, Any] | None, expected: type[SheetsMasteryError]
) -> None:
    if scene is not None:
        arrange("faults", {"path": "/drive/v3/files", "times": 2} | scene)
    for ask in (drive.title, drive.modified):
        with pytest.raises(expected):
            ask("1NoSuchDocument")
