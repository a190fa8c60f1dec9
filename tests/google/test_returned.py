"""What has come back to a Gmail mailbox: each mail is read once, whatever breaks, and nothing in it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import returns

from sheets_mastery.bounces import Report, read_mail
from sheets_mastery.errors import CredentialsError, MailboxUnread
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.returned import GmailReturns
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

TEACHER = "rivera@school.example"
MESSAGES = "/gmail/v1/users/me/messages"
NOW = datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
Arrange = Callable[..., Any]


@pytest.fixture
def moments() -> list[datetime]:
    """The time at the local Google, the last one counts."""
    return [NOW]


@pytest.fixture
def google(tmp_path: Path, moments: list[datetime]) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path / "google", now=lambda: moments[-1]) as running:
        yield running


@pytest.fixture
def mailbox(google: LocalGoogle) -> Iterator[GmailReturns]:
    opened = GmailReturns(Wire(LocalCredentials(), endpoint=google.url))
    yield opened
    opened.close()


@pytest.fixture
def sent(google: LocalGoogle) -> None:
    """A letter to each of three families has left."""
    mailer = GmailMailer(Wire(LocalCredentials(), endpoint=google.url))
    for family in range(3):
        to = f"mum{family}@home.example"
        head = f"From: {TEACHER}\r\nTo: {to}\r\nSubject: x\r\nX-SM-Notice: {returns.WORD}\r\n"
        letter = f"{head}Message-ID: <sm1.{returns.WORD}@school.example>\r\n\r\nHello\r\n".encode()
        mailer.send(letter, sender=TEACHER, recipient=to, key="", on_draft=lambda _: None, last_look=lambda: None)
    mailer.close()


def asked(arrange: Arrange) -> list[str]:
    """The requests since one asked last: what was listed or got."""
    seen = [each["path"] for each in arrange("requests")["requests"] if each["path"].startswith(MESSAGES)]
    arrange("requests:clear", {})
    return ["list" if path.partition("?")[0] == MESSAGES else "get" for path in seen]


def back(arrange: Arrange, family: int) -> None:
    arrange("gmail/bounces", {"address": f"mum{family}@home.example"})


def whom(batch: Any) -> list[str]:
    found = []
    for raw in batch.mails:
        mail = read_mail(raw)
        assert isinstance(mail, Report)
        assert mail.marks == (returns.WORD,)
        found += [each.address for each in mail.failures]
    return found


def test_each_mail_is_read_once_with_one_request_for_each(sent: None, mailbox: GmailReturns, arrange: Arrange) -> None:
    back(arrange, 0)
    back(arrange, 1)
    arrange("requests:clear", {})

    first = mailbox.read("", NOW)
    assert (whom(first), asked(arrange)) == (["mum0@home.example", "mum1@home.example"], ["list", "get", "get"])
    # Where nothing is new the bookmark stays where it is.
    assert (mailbox.read(first.mark, NOW).mark, asked(arrange)) == (first.mark, ["list"])
    back(arrange, 2)
    assert (whom(mailbox.read(first.mark, NOW)), asked(arrange)) == (["mum2@home.example"], ["list", "get"])
    mailbox.check()
    seen = requests.get(
        f"{mailbox._wire.endpoint}{MESSAGES}",
        params={"q": "from:mailer-daemon is:unread"},
        headers={"Authorization": "Bearer local"},
        timeout=10,
    )
    assert len(seen.json()["messages"]) == 3


def test_a_mail_that_gmail_finds_late_is_not_passed_over_and_old_ones_are_forgotten(
    sent: None, mailbox: GmailReturns, arrange: Arrange, moments: list[datetime]
) -> None:
    back(arrange, 0)
    mark = mailbox.read("", NOW).mark
    # Found only after two hours, and meanwhile a later one has been read.
    arrange("gmail", {"searchDelay": 7200})
    back(arrange, 1)
    mark = mailbox.read(mark, NOW).mark
    moments.append(NOW + timedelta(hours=3))
    late = mailbox.read(mark, moments[-1])
    assert whom(late) == ["mum1@home.example"]

    moments.append(NOW + timedelta(days=20))
    forgotten = mailbox.read(late.mark, moments[-1])
    assert (forgotten.mails, json.loads(forgotten.mark)["read"]) == ((), {})
    assert mailbox.read(forgotten.mark, moments[-1]).mails == ()


def test_a_mail_that_cannot_be_got_now_is_got_next_time_and_one_that_has_gone_is_not(
    sent: None, mailbox: GmailReturns, arrange: Arrange
) -> None:
    for family in range(3):
        back(arrange, family)
    arrange("faults", {"path": f"{MESSAGES}/", "status": 404})
    arrange("faults", {"regex": "messages/[0-9a-f]+.*format=raw", "status": 503, "times": 1})

    first = mailbox.read("", NOW)

    # The first has gone, the second was not to be had: what was read counts.
    assert (first.mails, first.trouble) == ((), "Gmail did not answer, so what has come back is read next time.")
    second = mailbox.read(first.mark, NOW)
    assert (whom(second), second.trouble) == (["mum1@home.example", "mum2@home.example"], "")


@pytest.mark.parametrize("mark", ["nonsense", "[]", '{"after": "x", "read": {}}', '{"after": 1, "read": []}'])
def test_a_bookmark_that_is_none_begins_anew(sent: None, mailbox: GmailReturns, arrange: Arrange, mark: str) -> None:
    back(arrange, 0)
    assert whom(mailbox.read(mark, NOW)) == ["mum0@home.example"]


def test_who_may_not_read_is_told_what_to_do(mailbox: GmailReturns, arrange: Arrange) -> None:
    said = {
        "error": {
            "code": 403,
            "message": "Request had insufficient authentication scopes.",
            "errors": [{"domain": "global", "reason": "insufficientPermissions", "message": "Insufficient Permission"}],
            "status": "PERMISSION_DENIED",
        }
    }
    arrange("faults", {"path": MESSAGES, "status": 403, "body": said, "times": 2})
    for ask in (mailbox.check, lambda: mailbox.read("", NOW)):
        with pytest.raises(CredentialsError, match=r"needs the scope gmail\.readonly; run `sign-in` again"):
            ask()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 503}, "Gmail did not answer, so what has come back is read next time."),
        ({"cut": "before"}, "Gmail did not answer, so what has come back is read next time."),
        ({"status": 400}, "Gmail refuses to be searched for what has come back (status 400)."),
    ],
)
def test_what_cannot_be_searched_now_is_said(
    mailbox: GmailReturns, arrange: Arrange, fault: dict[str, Any], said: str
) -> None:
    arrange("faults", {"path": MESSAGES, **fault})
    with pytest.raises(MailboxUnread) as silent:
        mailbox.read("", NOW)
    assert str(silent.value) == said
