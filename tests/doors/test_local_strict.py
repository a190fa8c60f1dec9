"""`local serve --auth strict` as it is typed: whose bearer it is, what it was granted, and whose file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import google.auth.transport.requests
import pytest
import requests
from google.oauth2 import service_account

SHEETS = "https://www.googleapis.com/auth/spreadsheets"
DRIVE = "https://www.googleapis.com/auth/drive"
GMAIL = "https://www.googleapis.com/auth/gmail.send"
#: google-auth types it only in part: as Any it may be called from typed code.
RobotCredentials: Any = service_account.Credentials


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[str]:
    """The address of a local Google that was started so."""
    words = ["local", "serve", "google", "--port", "0", "--auth", "strict"]
    server = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "sheets_mastery", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    found = re.search(r"http://[\d.:]+", server.stdout.readline())
    assert found is not None
    try:
        yield found[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
        assert server.returncode == 0


@pytest.fixture
def bearer(strict: str) -> Callable[..., dict[str, str]]:
    """Signs somebody in for some scopes, through a service account that may act for anyone; returns the header."""
    said = {"email": "robot@local-google.iam.gserviceaccount.com", "delegatedScopes": [SHEETS, DRIVE, GMAIL]}
    key = requests.post(f"{strict}/_local/oauth/serviceAccounts", json=said, timeout=10).json()

    def sign_in(account: str, *scopes: str) -> dict[str, str]:
        credentials = RobotCredentials.from_service_account_info(key, scopes=scopes, subject=account)
        with requests.Session() as session:
            credentials.refresh(google.auth.transport.requests.Request(session))
        return {"Authorization": f"Bearer {credentials.token}"}

    return sign_in


def ask(url: str, headers: dict[str, str], method: str = "GET", body: Any = None) -> tuple[int, str]:
    """Send a request; return the status, and what an error says."""
    answer = requests.request(method, url, headers=headers, json=body, timeout=10)
    return answer.status_code, answer.json()["error"]["message"] if answer.status_code >= 400 else ""


def test_a_bearer_that_nobody_issued_is_a_401(strict: str) -> None:
    for headers in ({}, {"Authorization": "Bearer made-up"}):
        for path in ("/v4/spreadsheets/x", "/drive/v3/files", "/gmail/v1/users/me/profile"):
            status, said = ask(strict + path, headers)
            assert (status, "authentication credential" in said) == (401, True)


def test_a_scope_that_does_not_open_the_method_is_a_403(strict: str, bearer: Callable[..., dict[str, str]]) -> None:
    for path, scope in (
        ("/v4/spreadsheets/x", GMAIL),
        ("/drive/v3/files", SHEETS),
        ("/gmail/v1/users/me/profile", DRIVE),
    ):
        answer = ask(strict + path, bearer("ana@school.example", scope))
        assert answer == (403, "Request had insufficient authentication scopes.")


def test_another_persons_file_is_a_403_in_sheets_and_a_404_in_drive(
    strict: str, bearer: Callable[..., dict[str, str]]
) -> None:
    ana, bo = (bearer(f"{name}@school.example", SHEETS, DRIVE) for name in ("ana", "bo"))
    key = requests.post(f"{strict}/v4/spreadsheets", headers=ana, json={}, timeout=10).json()["spreadsheetId"]
    sheet, file = f"{strict}/v4/spreadsheets/{key}", f"{strict}/drive/v3/files/{key}"
    cell = f"{sheet}/values/A1?valueInputOption=RAW"
    assert ask(sheet, ana) == (200, "")
    assert ask(sheet, bo) == (403, "The caller does not have permission")
    assert ask(cell, bo, "PUT", {"values": [[1]]}) == (403, "The caller does not have permission")
    assert ask(file, bo) == (404, f"File not found: {key}.")
    assert requests.get(f"{strict}/drive/v3/files", headers=bo, timeout=10).json()["files"] == []
    assert ask(f"{strict}/v4/spreadsheets/none", bo) == (404, "Requested entity was not found.")

    reader = {"type": "user", "role": "reader", "emailAddress": "Bo@school.example"}
    assert ask(f"{file}/permissions", ana, "POST", reader) == (200, "")
    assert (ask(sheet, bo), ask(file, bo)) == ((200, ""), (200, ""))
    assert ask(cell, bo, "PUT", {"values": [[1]]}) == (403, "The caller does not have permission")
    refused = ask(file, bo, "PATCH", {"name": "mine"})
    assert refused == (403, "The user does not have sufficient permissions for this file.")

    assert ask(f"{file}/permissions", ana, "POST", reader | {"role": "writer"}) == (200, "")
    assert ask(cell, bo, "PUT", {"values": [[1]]}) == (200, "")
