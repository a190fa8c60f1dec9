"""What happens between us and Google when it is busy, silent, or says no."""

from __future__ import annotations

import socket
from itertools import count
from typing import Any

import google.auth.exceptions
import pytest
from google.auth.credentials import Credentials
from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL

from sheets_mastery.errors import (
    CredentialsError,
    ProtectionRefused,
    SheetNotFound,
    SheetNotShared,
    SheetProtected,
    SheetsMasteryError,
    Unreachable,
)
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Traffic, Wire

#: google-auth has no hints for its exceptions.
trouble: Any = google.auth.exceptions

READ = ("get", SPREADSHEET_URL % "1AbC")
WRITE = ("post", SPREADSHEET_BATCH_UPDATE_URL % "1AbC")


def error(code: int, message: str = "no", status: str = "", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, **more}}


QUOTA_429 = error(
    429,
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'",
    "RESOURCE_EXHAUSTED",
    details=[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}],
)
QUOTA_403 = error(
    403, "User rate limit exceeded", errors=[{"domain": "usageLimits", "reason": "userRateLimitExceeded"}]
)


def write(transport: SheetsTransport) -> Any:
    return transport.request(*WRITE, json={"requests": []}).json()


def test_a_read_is_one_request_and_what_it_moves_is_counted(scripted: Any, transport: SheetsTransport) -> None:
    scripted.will(200, {"sheets": []})
    answer = transport.request(*READ, params={"fields": "sheets(a,b)", "includeGridData": True})
    assert answer.json() == {"sheets": []}
    assert scripted.asked == [("GET", "/v4/spreadsheets/1AbC?fields=sheets%28a%2Cb%29&includeGridData=true", b"")]
    assert scripted.headers[0]["authorization"] == "Bearer local"
    assert transport.wire.traffic == Traffic(requests=1, bytes_out=0, bytes_in=14)


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, QUOTA_429), (429, error(429)), (403, QUOTA_403), (500, error(500)), (503, b"<html>Error</html>")],
)
def test_a_read_waits_twice_as_long_each_time_until_google_has_breath(
    scripted: Any, transport: SheetsTransport, clock: Any, status: int, body: Any
) -> None:
    scripted.will(status, body, times=4)
    scripted.will(200, {"sheets": []})
    assert transport.request(*READ).json() == {"sheets": []}
    assert clock.pauses == [1, 2, 4, 8]
    assert transport.wire.traffic.requests == 5


def test_the_pause_is_drawn_from_the_whole_span_down_to_nothing(scripted: Any, wire: Wire, clock: Any) -> None:
    spans: list[tuple[float, float]] = []

    def lowest(start: float, end: float) -> float:
        spans.append((start, end))
        return start

    scripted.will(429, QUOTA_429, times=9)
    scripted.will()
    SheetsTransport(wire, whoami="", sleep=clock.sleep, uniform=lowest).request(*READ)
    assert spans == [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 32), (0, 64), (0, 64), (0, 64)]
    assert clock.pauses == [0] * 9


def test_waiting_ends_before_the_deadline_and_not_after_it(
    scripted: Any, transport: SheetsTransport, clock: Any
) -> None:
    scripted.will(429, QUOTA_429, times=20)
    with pytest.raises(Unreachable, match="quota"):
        transport.request(*READ)
    assert clock.pauses == [1, 2, 4, 8, 16, 32, 64]
    assert transport.wire.traffic.requests == 8


def test_a_time_to_wait_that_google_names_is_kept(scripted: Any, transport: SheetsTransport, clock: Any) -> None:
    scripted.will(429, QUOTA_429, Retry_After="30")
    scripted.will(429, QUOTA_429, Retry_After="soon")
    scripted.will()
    transport.request(*READ)
    assert clock.pauses == [30, 2]
    scripted.will(429, QUOTA_429, Retry_After="3600")
    with pytest.raises(Unreachable):
        transport.request(*READ)
    assert clock.pauses == [30, 2]


@pytest.mark.parametrize(("status", "body"), [(429, QUOTA_429), (403, QUOTA_403)])
def test_a_write_that_was_turned_away_is_tried_again(
    scripted: Any, transport: SheetsTransport, clock: Any, status: int, body: Any
) -> None:
    scripted.will(status, body, times=2)
    scripted.will(200, {"spreadsheetId": "1AbC"})
    assert write(transport) == {"spreadsheetId": "1AbC"}
    assert clock.pauses == [1, 2]
    assert {body for _, _, body in scripted.asked} == {b'{"requests":[]}'}


@pytest.mark.parametrize(
    "answer", [{"status": 500}, {"status": 503}, {"status": 502, "body": b"<html>"}, {"how": "cut"}, {"how": "half"}]
)
def test_a_write_that_may_have_happened_is_never_sent_again(
    scripted: Any, transport: SheetsTransport, answer: dict[str, Any]
) -> None:
    scripted.will(**{"body": {"spreadsheetId": "1AbC"}} | answer)
    with pytest.raises(Unreachable):
        write(transport)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("how", ["cut", "half"])
def test_an_answer_that_breaks_off_is_no_answer(scripted: Any, transport: SheetsTransport, how: str) -> None:
    scripted.will(200, {"sheets": [{}]}, how=how)
    with pytest.raises(Unreachable, match="broke off"):
        transport.request(*READ)


def test_an_answer_that_trickles_in_does_not_hold_the_work_up_for_ever(scripted: Any) -> None:
    seconds = count(0, 10)  # every look at the clock takes ten seconds
    scripted.will(how="trickle")
    with Wire(LocalCredentials(), endpoint=scripted.url, monotonic=lambda: float(next(seconds))) as wire:
        transport = SheetsTransport(wire, whoami="")
        with pytest.raises(Unreachable, match="within 180 seconds"):
            transport.request(*READ)
    assert len(scripted.asked) == 1


def test_a_request_whose_time_is_up_is_not_sent(scripted: Any, wire: Wire, clock: Any) -> None:
    deadline = wire.deadline()
    clock.sleep(180)
    with pytest.raises(Unreachable, match="within 180 seconds"):
        wire.send("GET", f"{scripted.url}/", deadline=deadline)
    assert (scripted.asked, wire.traffic.requests) == ([], 0)


def test_silence_has_an_end(scripted: Any) -> None:
    # The address answers nobody: connections to it are taken by the system and never accepted.
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Wire(LocalCredentials(), endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.05) as wire,
        pytest.raises(Unreachable, match=r"within 0\.05 seconds"),
    ):
        SheetsTransport(wire, whoami="").request(*READ)


def test_nobody_at_the_address_is_said_at_once(clock: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with (
        Wire(LocalCredentials(), endpoint=endpoint, monotonic=clock) as wire,
        pytest.raises(Unreachable, match=f"Nothing listens at {endpoint}, where google.endpoint has the local Google"),
    ):
        SheetsTransport(wire, whoami="", sleep=clock.sleep).request(*READ)
    assert clock.pauses == []


PROTECTED = (
    "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)


@pytest.mark.parametrize(
    ("call", "status", "body", "expected", "says"),
    [
        (READ, 404, error(404, "Requested entity was not found."), SheetNotFound, "no spreadsheet with this id"),
        (
            READ,
            403,
            error(403, "The caller does not have permission", "PERMISSION_DENIED"),
            SheetNotShared,
            "share it with that account as Editor",
        ),
        (
            WRITE,
            403,
            error(403, "The caller does not have permission", "PERMISSION_DENIED"),
            SheetNotShared,
            "robot@project.example may look at the spreadsheet but not change it",
        ),
        (WRITE, 400, error(400, PROTECTED), SheetProtected, "protected; nothing was changed"),
        (
            WRITE,
            400,
            error(400, PROTECTED.replace("updateCells", "deleteProtectedRange")),
            ProtectionRefused,
            "under mail.approvers; nothing was changed",
        ),
        (
            WRITE,
            400,
            error(
                400, "Invalid requests[3].deleteConditionalFormatRule: No conditional format on sheet: 0 at index: 7"
            ),
            Unreachable,
            "a mistake (requests[3].deleteConditionalFormatRule) and did nothing",
        ),
        (
            READ,
            400,
            error(400, "This operation is not supported for this document", "FAILED_PRECONDITION"),
            SheetNotFound,
            "choose File, Save as Google Sheets",
        ),
        (
            READ,
            403,
            error(403, "Daily Limit", errors=[{"reason": "dailyLimitExceeded"}]),
            Unreachable,
            "asks to wait",
        ),
        (
            READ,
            403,
            error(403, "insufficient", details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]),
            CredentialsError,
            "tick every box",
        ),
        (READ, 403, error(403, "off", details=[{"reason": "SERVICE_DISABLED"}]), CredentialsError, "not switched on"),
        (READ, 302, b"", Unreachable, "status 302"),
        (READ, 418, b"<html>teapot</html>", Unreachable, "status 418"),
        (READ, 404, b'["not", "google"]', SheetNotFound, "no spreadsheet"),
    ],
)
def test_every_no_becomes_one_sentence_for_a_teacher(
    scripted: Any,
    transport: SheetsTransport,
    call: tuple[str, str],
    status: int,
    body: Any,
    expected: type[SheetsMasteryError],
    says: str,
) -> None:
    scripted.will(status, body, Location="http://127.0.0.1:1/")
    with pytest.raises(expected) as said:
        transport.request(*call, json=None if call is READ else {})
    assert type(said.value) is expected
    assert says in str(said.value)
    assert len(scripted.asked) == 1


def test_what_google_quotes_from_a_cell_is_not_passed_on(scripted: Any, transport: SheetsTransport) -> None:
    canary = "Zoë Canary 59"
    scripted.will(400, error(400, f"Invalid value at 'requests[0]', \"{canary}\"", details=[{"reason": canary}]))
    with pytest.raises(Unreachable) as said:
        write(transport)
    chain = [said.value, said.value.__cause__, said.value.__context__]
    assert [canary in str(each) for each in chain] == [False, False, False]


def test_nothing_leaves_the_endpoint(scripted: Any, wire: Wire) -> None:
    for url in (
        "https://sheets.googleapis.com/v4/spreadsheets/1AbC",
        f"{scripted.url}0/v4/spreadsheets/1AbC",
        scripted.url.replace("127.0.0.1", "127.0.0.1@example.org"),
        "http://169.254.169.254/",
    ):
        with pytest.raises(RuntimeError, match="was stopped"):
            wire.send("GET", url, deadline=wire.deadline())
    with Wire(LocalCredentials()) as real, pytest.raises(RuntimeError, match="was stopped"):
        real.send("GET", f"{scripted.url}/v4/spreadsheets/1AbC", deadline=real.deadline())
    assert scripted.asked == []


def test_a_redirect_is_not_followed_and_a_proxy_of_the_environment_not_asked(
    scripted: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    scripted.will(307, Location=f"{scripted.url}/elsewhere")
    with Wire(LocalCredentials(), endpoint=scripted.url, monotonic=clock) as wire:
        answer = wire.send("GET", f"{scripted.url}/here", deadline=wire.deadline())
    assert (answer.status, answer.ok) == (307, False)
    assert [path for _, path, _ in scripted.asked] == ["/here"]


class Tokens(Credentials):
    """Credentials whose token can be renewed until the renewals run out."""

    def __init__(self, *renewals: str | Exception) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth has no hints for its base class
        self.renewals = list(renewals)
        self.token: str | None = "old"

    @property
    def expired(self) -> bool:
        return False

    def refresh(self, request: object) -> None:
        renewal = self.renewals.pop(0)
        if isinstance(renewal, Exception):
            raise renewal
        self.token = renewal


def test_a_token_that_ran_out_is_renewed_once_and_the_write_sent_again(scripted: Any) -> None:
    scripted.will(401, error(401))
    scripted.will(200, {"spreadsheetId": "1AbC"})
    with Wire(Tokens("new"), endpoint=scripted.url) as wire:
        assert write(SheetsTransport(wire, whoami="")) == {"spreadsheetId": "1AbC"}
    assert [each["authorization"] for each in scripted.headers] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(
    ("renewal", "expected"),
    [
        ("new", CredentialsError),  # and the new one is refused as well
        (trouble.RefreshError("invalid_grant: secret part"), CredentialsError),
        (trouble.RefreshError("internal_failure", retryable=True), Unreachable),
        (trouble.TransportError("no route"), Unreachable),
    ],
)
def test_no_token_stops_the_work_and_no_answer_about_one_puts_it_off(
    scripted: Any, renewal: str | Exception, expected: type[SheetsMasteryError]
) -> None:
    scripted.will(401, error(401), times=2)
    with Wire(Tokens(renewal), endpoint=scripted.url) as wire, pytest.raises(expected) as said:
        SheetsTransport(wire, whoami="").request(*READ)
    assert type(said.value) is expected
    assert "secret part" not in str(said.value)


def test_no_files_are_sent(transport: SheetsTransport) -> None:
    with pytest.raises(RuntimeError, match="Files are not sent"):
        transport.request("post", SPREADSHEET_URL % "x", files={})
