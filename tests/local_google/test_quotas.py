"""Quotas: Google's refusals word for word, when they end, and how our own clients bear them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_mastery.errors import MailLater, Unreachable
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.google.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sheets_mastery.local_google.server import LocalGoogle

TEACHER, PARENT = "teacher@school.example", "parent@example.org"
LETTER = f"From: {TEACHER}\r\nTo: {PARENT}\r\nSubject: Next step\r\n\r\nGood morning\r\n".encode()
PROJECT = "104729000000"


@pytest.fixture
def allow(google: LocalGoogle, session: requests.Session) -> Callable[..., Any]:
    """Puts limits in force and returns what is told of them."""

    def said(status: int = 200, **quotas: Any) -> Any:
        answer = session.post(f"{google.url}/_local/quotas", json=quotas)
        assert answer.status_code == status
        return answer.json()

    return said


@pytest.fixture
def mailer(google: LocalGoogle) -> Iterator[GmailMailer]:
    """Our own client of Gmail."""
    opened = GmailMailer(Wire(LocalCredentials(), endpoint=google.url))
    yield opened
    opened.close()


def send(mailer: GmailMailer) -> str:
    return mailer.send(
        LETTER, sender=TEACHER, recipient=PARENT, key="k", on_draft=lambda _name: None, last_look=lambda: None
    )


def test_a_read_too_many_is_googles_429_and_a_minute_later_it_is_not(
    book: Any, allow: Callable[..., Any], advance: Callable[..., None]
) -> None:
    allow(ReadRequestsPerMinutePerUser=2)
    book.get("properties.title")
    advance(seconds=20)
    book.get("properties.title")
    refused = book.ask("GET", book.path, status=429)
    assert refused == {
        "error": {
            "code": 429,
            "message": (
                "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' "
                f"of service 'sheets.googleapis.com' for consumer 'project_number:{PROJECT}'."
            ),
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "RATE_LIMIT_EXCEEDED",
                    "domain": "googleapis.com",
                    "metadata": {
                        "service": "sheets.googleapis.com",
                        "consumer": f"projects/{PROJECT}",
                        "quota_metric": "sheets.googleapis.com/read_requests",
                        "quota_limit": "ReadRequestsPerMinutePerUser",
                        "quota_limit_value": "2",
                        "quota_location": "global",
                        "quota_unit": "1/min/{project}/{user}",
                    },
                },
                {
                    "@type": "type.googleapis.com/google.rpc.Help",
                    "links": [
                        {
                            "description": "Request a higher quota limit.",
                            "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                        }
                    ],
                },
            ],
        }
    }
    advance(seconds=39)
    book.ask("GET", book.path, status=429)
    advance(seconds=1)
    book.get("properties.title")
    book.ask("GET", book.path, status=429)


def test_reads_and_writes_are_counted_apart_and_a_refused_write_is_not_carried_out(
    book: Any, allow: Callable[..., Any]
) -> None:
    allow(ReadRequestsPerMinutePerUser=1, WriteRequestsPerMinutePerProject=1)
    book.put("A1", [["first"]])
    body = {"values": [["second"]]}
    refused = book.ask("PUT", f"{book.path}/values/A1", body, 429, valueInputOption="RAW")
    assert refused["error"]["details"][0]["metadata"] == {
        "service": "sheets.googleapis.com",
        "consumer": f"projects/{PROJECT}",
        "quota_metric": "sheets.googleapis.com/write_requests",
        "quota_limit": "WriteRequestsPerMinutePerProject",
        "quota_limit_value": "1",
        "quota_location": "global",
        "quota_unit": "1/min/{project}",
    }
    assert book.values("A1") == [["first"]]


def test_each_user_has_an_allowance_and_all_share_the_projects(
    book: Any, google: LocalGoogle, session: requests.Session, allow: Callable[..., Any]
) -> None:
    def read_as(account: str) -> tuple[int, str]:
        session.post(f"{google.url}/_local/oauth/consent", json={"account": account}).raise_for_status()
        said = session.get(google.url + book.path)
        details = said.json().get("error", {}).get("details", [{"metadata": {"quota_limit": ""}}])
        return said.status_code, details[0]["metadata"]["quota_limit"]

    allow(ReadRequestsPerMinutePerUser=2, ReadRequestsPerMinutePerProject=3)
    assert [read_as(f"{name}@school.example") for name in ("ada", "ada", "ada", "bo", "bo")] == [
        (200, ""),
        (200, ""),
        (429, "ReadRequestsPerMinutePerUser"),
        (200, ""),
        (429, "ReadRequestsPerMinutePerProject"),
    ]


def test_our_client_waits_for_the_minute_to_pass_and_repeats_a_read_and_a_write(
    book: Any, google: LocalGoogle, allow: Callable[..., Any], advance: Callable[..., None]
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        advance(seconds=seconds)

    allow(ReadRequestsPerMinutePerUser=1)
    with GoogleSheets(LocalCredentials(), endpoint=google.url, sleep=sleep, uniform=lambda _low, high: high) as sheets:
        first, second = sheets.read(book.id), sheets.read(book.id)
    assert (first == second, pauses) == (True, [1, 2, 4, 8, 16, 32])


def test_our_client_gives_up_on_a_quota_that_never_ends(
    book: Any, google: LocalGoogle, allow: Callable[..., Any]
) -> None:
    allow(ReadRequestsPerMinutePerUser=0)
    with (
        GoogleSheets(LocalCredentials(), endpoint=google.url, timeout=0.5, uniform=lambda _low, high: high) as sheets,
        pytest.raises(Unreachable, match="the quota for requests is used up"),
    ):
        sheets.read(book.id)


def test_gmail_says_in_its_text_when_to_come_back_and_our_mailer_remembers(
    google: LocalGoogle,
    session: requests.Session,
    mailer: GmailMailer,
    allow: Callable[..., Any],
    advance: Callable[..., None],
    clock: Callable[[], datetime],
) -> None:
    start = clock()
    allow(GmailUnitsPerMinutePerUser=135)
    send(mailer)  # 10 for the draft, 20 to look at it, 100 to send it
    advance(seconds=10)
    again = (start + timedelta(seconds=60)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    url = f"{google.url}/gmail/v1/users/me/drafts"
    assert session.post(url, json={"message": {"raw": "QQ=="}}).json() == {
        "error": {
            "code": 403,
            "message": f"User-rate limit exceeded.  Retry after {again}",
            "errors": [
                {"message": "User-rate limit exceeded.", "domain": "usageLimits", "reason": "rateLimitExceeded"}
            ],
            "status": "PERMISSION_DENIED",
        }
    }
    with pytest.raises(MailLater, match="Gmail asks to wait") as later:
        send(mailer)
    assert later.value.not_before == start + timedelta(seconds=60)
    advance(seconds=50)
    drafts = session.get(url).json()
    assert (drafts, "error" in session.post(url, json={"message": {"raw": "QQ=="}}).json()) == (
        {"resultSizeEstimate": 0},
        False,
    )


def test_asking_gmail_too_early_makes_the_wait_longer(
    google: LocalGoogle,
    session: requests.Session,
    allow: Callable[..., Any],
    advance: Callable[..., None],
    clock: Callable[[], datetime],
) -> None:
    def until() -> str:
        said = session.get(f"{google.url}/gmail/v1/users/me/messages")
        return str(said.json().get("error", {}).get("message", "")).rpartition(" ")[2]

    def stamp(seconds: int) -> str:
        return (start + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    start = clock()
    allow(GmailUnitsPerMinutePerUser=5)
    assert until() == ""
    advance(seconds=30)
    assert until() == stamp(90)
    advance(seconds=50)
    assert until() == stamp(140)
    advance(seconds=60)
    assert until() == ""


def test_a_day_used_up_is_said_without_a_time(
    mailer: GmailMailer, google: LocalGoogle, session: requests.Session, allow: Callable[..., Any]
) -> None:
    allow(GmailUnitsPerDayPerProject=9)
    said = session.post(f"{google.url}/gmail/v1/users/me/drafts", json={"message": {"raw": "QQ=="}})
    daily = "Daily Limit Exceeded"
    item = {"message": daily, "domain": "usageLimits", "reason": "dailyLimitExceeded"}
    assert (said.status_code, said.json()) == (403, {"error": {"code": 403, "message": daily, "errors": [item]}})
    with pytest.raises(MailLater) as later:
        send(mailer)
    assert later.value.not_before is None


def test_a_limit_without_a_number_is_googles_own_and_an_empty_order_lifts_them_all(
    allow: Callable[..., Any],
) -> None:
    assert allow(ReadRequestsPerMinutePerUser=None, GmailUnitsPerMinutePerUser=None) == {
        "quotas": {"ReadRequestsPerMinutePerUser": 60, "GmailUnitsPerMinutePerUser": 6000}
    }
    assert allow() == {"quotas": {}}
    assert "error" in allow(400, ReadsPerMinute=3)
    assert "error" in allow(400, ReadRequestsPerMinutePerUser="many")
