"""Letters through Gmail: each at most once, whatever breaks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sheets_mastery.envelope import reference
from sheets_mastery.errors import CredentialsError, MailLater, MailRefused, MailUnknown, SheetsMasteryError
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.sending import SendingMailer
from sheets_mastery.google.sentmail import GmailSent
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

TEACHER, PARENT = "teacher@school.example", "parent@example.org"
KEY = "ab" * 32
LETTER = (
    f"From: {TEACHER}\r\nTo: {PARENT}\r\nSubject: Next step\r\nMessage-ID: <sm1.x@school.example>\r\n"
    "\r\nRef SM-K7Q2\r\n"
).encode()
DRAFTS = "/gmail/v1/users/me/drafts"

Arrange = Callable[..., Any]


@pytest.fixture
def mailer(google: LocalGoogle) -> Iterator[GmailMailer]:
    opened = GmailMailer(Wire(LocalCredentials(), endpoint=google.url))
    yield opened
    opened.close()


@pytest.fixture
def noted() -> list[str]:
    """The drafts whose names were committed, the only thing that outlives a crash."""
    return []


@pytest.fixture
def send(mailer: GmailMailer, noted: list[str]) -> Callable[..., str]:
    def sent(
        letter: bytes = LETTER,
        on_draft: Callable[[str], None] = noted.append,
        last_look: Callable[[], None] = lambda: None,
    ) -> str:
        return mailer.send(letter, sender=TEACHER, recipient=PARENT, key=KEY, on_draft=on_draft, last_look=last_look)

    return sent


@pytest.fixture
def look(google: LocalGoogle) -> Callable[[str], dict[str, Any]]:
    """What a person with the mailbox open sees."""

    def seen(path: str) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(
            f"{google.url}/gmail/v1/users/me/{path}", headers={"Authorization": "Bearer local"}, timeout=10
        ).json()
        return found

    return seen


@pytest.fixture
def mailbox(look: Callable[[str], dict[str, Any]]) -> Callable[[], tuple[int, int]]:
    """How many letters were sent, and how many drafts lie about."""

    def counted() -> tuple[int, int]:
        sent = look("messages?labelIds=SENT").get("messages", [])
        return len(sent), len(look("drafts").get("drafts", []))

    return counted


def fault(status: int, reason: str, message: str = "no", code: str = "") -> dict[str, Any]:
    errors = [{"message": message, "domain": "usageLimits", "reason": reason}]
    return {"status": status, "body": {"error": {"code": status, "message": message, "errors": errors, "status": code}}}


RATE = fault(
    403, "rateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-11-02T20:00:00.000Z", "PERMISSION_DENIED"
)


def test_a_letter_is_a_draft_that_is_noted_and_then_sent(
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
    look: Callable[[str], dict[str, Any]],
) -> None:
    message, _, thread = send().partition("/")
    assert mailbox() == (1, 0)
    found = look(f"messages/{message}?format=raw")
    assert found["threadId"] == thread
    raw = found["raw"]
    assert base64.urlsafe_b64decode(raw).endswith(b"\r\n\r\nRef SM-K7Q2\r\n")
    assert len(noted) == 1
    asked = [
        (each["method"], each["path"].partition("?")[0], each["status"]) for each in arrange("requests")["requests"]
    ]
    draft = f"{DRAFTS}/{noted[0].partition('/')[0]}"
    assert asked[:3] == [("POST", DRAFTS, 200), ("GET", draft, 200), ("POST", f"{DRAFTS}/send", 200)]


def test_nothing_is_sent_before_the_draft_is_noted(
    send: Callable[..., str], mailbox: Callable[[], tuple[int, int]]
) -> None:
    seen: list[tuple[int, int]] = []
    send(on_draft=lambda _draft: seen.append(mailbox()))
    assert seen == [(0, 1)]


def test_a_draft_that_could_not_be_noted_is_thrown_away(
    send: Callable[..., str], mailbox: Callable[[], tuple[int, int]]
) -> None:
    def taken_over(_draft: str) -> None:
        raise MailLater("another delivery has taken this letter over")

    with pytest.raises(MailLater, match="another delivery"):
        send(on_draft=taken_over)
    assert mailbox() == (0, 0)


@pytest.mark.parametrize(
    "headers",
    [
        f"From: {TEACHER}\r\nTo: other@example.org\r\n",
        f"From: {TEACHER}\r\nTo: {PARENT}, other@example.org\r\n",
        f"From: {TEACHER}\r\nTo: {PARENT}\r\nCc: other@example.org\r\n",
        f"From: {TEACHER}\r\nTo: {PARENT}\r\nbcc: other@example.org\r\n",
        f"From: {TEACHER}\r\nTo: {PARENT}\r\nTo: {PARENT}\r\n",
        f"From: {TEACHER}\r\nTo: {PARENT}\r\nResent-To: other@example.org\r\n",
        f"From: other@example.org\r\nTo: {PARENT}\r\n",
        f"From: {TEACHER}\r\n",
    ],
)
def test_a_letter_whose_headers_name_anybody_else_does_not_leave(
    send: Callable[..., str], arrange: Arrange, headers: str
) -> None:
    with pytest.raises(MailRefused, match="somebody else"):
        send((headers + "Subject: x\r\n\r\ntext\r\n").encode())
    assert arrange("requests") == {"requests": []}


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (RATE, MailLater),
        (fault(429, "rateLimitExceeded", "Too many concurrent requests for user"), MailLater),
        (fault(403, "dailyLimitExceeded", "Daily Limit Exceeded"), MailLater),
        (fault(503, "backendError"), MailLater),
        ({"cut": "before"}, MailLater),
        ({"cut": "after"}, MailLater),
        ({"status": 200, "body": {"id": "r-1"}}, MailLater),
        ({"status": 200, "body": "<html>"}, MailLater),
        (fault(400, "invalidArgument", "Invalid To header"), MailRefused),
        (fault(400, "failedPrecondition", "Mail service not enabled"), CredentialsError),
        (fault(403, "insufficientPermissions"), CredentialsError),
        (fault(403, "forbidden", "Delegation denied"), CredentialsError),
        (fault(401, "authError"), CredentialsError),
    ],
)
def test_trouble_with_making_the_draft_leaves_nothing_sent(
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
    scene: dict[str, Any],
    expected: type[SheetsMasteryError],
) -> None:
    arrange("faults", {"method": "POST", "path": DRAFTS, "times": 1 + (expected is CredentialsError)} | scene)
    with pytest.raises(expected):
        send()
    arrange("faults", [])
    assert noted == []
    assert mailbox()[0] == 0


@pytest.mark.parametrize(
    ("scene", "expected", "drafts"),
    [
        # Asking once more, even to delete the draft, would make Gmail want a longer wait.
        (RATE, MailLater, 1),
        (fault(429, "rateLimitExceeded", "Too many concurrent requests for user"), MailLater, 1),
        (fault(403, "dailyLimitExceeded", "Daily Limit Exceeded"), MailLater, 1),
        (fault(400, "invalidArgument", "Recipient address required"), MailRefused, 0),
        # The account is refused, and with it the tidying up: the draft waits for `recover`.
        (fault(403, "insufficientPermissions"), CredentialsError, 1),
        (fault(503, "backendError"), MailUnknown, 1),
        ({"cut": "before"}, MailUnknown, 1),
        ({"status": 200, "body": {}}, MailUnknown, 1),
        ({"status": 200, "body": "<html>"}, MailUnknown, 1),
        (fault(404, "notFound"), MailUnknown, 1),
    ],
)
def test_trouble_with_sending_says_what_is_known(
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
    scene: dict[str, Any],
    expected: type[SheetsMasteryError],
    drafts: int,
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send"} | scene)
    with pytest.raises(expected):
        send()
    assert len(noted) == 1
    assert mailbox() == (0, drafts)


@pytest.mark.parametrize("tidied", [True, False])
def test_a_draft_that_is_not_to_leave_is_thrown_away_or_told_of(
    send: Callable[..., str], noted: list[str], mailer: GmailMailer, arrange: Arrange, mailbox: Any, tidied: bool
) -> None:
    def stopped() -> None:
        raise MailLater("all letters are stopped")

    if not tidied:
        arrange("faults", {"method": "DELETE", "path": DRAFTS, "cut": "before"})
    with pytest.raises(MailLater, match="are stopped") as said:
        send(last_look=stopped)
    assert (said.value.draft_left, mailbox()) == (not tidied, (0, 0 if tidied else 1))
    if not tidied:
        assert (mailer.recover(KEY, noted[0]), mailbox()) == (None, (0, 0))


def test_a_quota_is_for_every_letter_and_its_draft_is_cleared_away_when_gmail_may_be_asked_again(
    send: Callable[..., str],
    noted: list[str],
    mailer: GmailMailer,
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send"} | RATE)
    with pytest.raises(MailLater, match="asks to wait") as said:
        send()
    assert (said.value.for_all, said.value.draft_left, mailbox()) == (True, True, (0, 1))
    assert [each["method"] for each in arrange("requests")["requests"]][:3] == ["POST", "GET", "POST"]
    assert (mailer.recover(KEY, noted[0]), mailbox()) == (None, (0, 0))


def test_a_draft_that_a_person_has_changed_or_taken_away_is_not_sent(
    google: LocalGoogle, send: Callable[..., str], look: Any, mailbox: Callable[[], tuple[int, int]]
) -> None:
    def person(method: str, body: Any = None) -> None:
        (draft,) = look("drafts")["drafts"]
        url, key = f"{google.url}{DRAFTS}/{draft['id']}", {"Authorization": "Bearer local"}
        assert requests.request(method, url, json=body, headers=key, timeout=10).ok

    def changed(_draft: str) -> None:
        person("PUT", {"message": {"raw": base64.urlsafe_b64encode(LETTER + b"And come by!\r\n").decode()}})

    with pytest.raises(MailUnknown, match="changed the letter's draft"):
        send(on_draft=changed)
    assert mailbox() == (0, 1)
    person("DELETE")
    with pytest.raises(MailUnknown, match="sent or deleted"):
        send(on_draft=lambda _draft: person("DELETE"))
    assert mailbox() == (0, 0)


@pytest.mark.parametrize(
    ("scene", "expected"),
    [(RATE, MailLater), (fault(503, "backendError"), MailLater), ({"cut": "after"}, MailLater)],
)
def test_a_draft_that_cannot_be_looked_at_is_not_sent(
    send: Callable[..., str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
    scene: dict[str, Any],
    expected: type[SheetsMasteryError],
) -> None:
    arrange("faults", {"method": "GET", "path": DRAFTS} | scene)
    with pytest.raises(expected):
        send()
    arrange("faults", [])
    assert mailbox()[0] == 0


def test_the_time_that_gmail_names_is_kept(send: Callable[..., str], arrange: Arrange) -> None:
    for path in (f"{DRAFTS}?", f"{DRAFTS}/send"):
        arrange("faults", {"method": "POST", "path": path} | RATE)
        with pytest.raises(MailLater) as said:
            send()
        assert said.value.not_before == datetime(2026, 11, 2, 20, tzinfo=UTC)


def test_an_attempt_is_one_request_a_step_and_none_is_repeated_in_secret(
    send: Callable[..., str], arrange: Arrange
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send", "cut": "after", "times": 9})
    with pytest.raises(MailUnknown):
        send()
    assert [each["method"] for each in arrange("requests")["requests"]] == ["POST", "GET", "POST"]


def test_a_letter_whose_answer_was_lost_is_not_sent_again(
    mailer: GmailMailer,
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send", "cut": "after"})
    with pytest.raises(MailUnknown, match="did not say"):
        send()
    assert mailbox() == (1, 0)
    with pytest.raises(MailUnknown, match="draft is gone"):
        mailer.recover(KEY, noted[0])


def test_a_letter_that_did_not_leave_is_made_sure_of_before_it_is_written_anew(
    mailer: GmailMailer,
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send", "cut": "before"})
    with pytest.raises(MailUnknown):
        send()
    assert mailer.recover(KEY, noted[0]) is None
    # Now not even the program that was only asleep can send it.
    assert mailbox() == (0, 0)
    with pytest.raises(MailUnknown):
        mailer.recover(KEY, noted[0])


def test_an_interruption_before_the_note_left_nothing_that_could_leave(mailer: GmailMailer, arrange: Arrange) -> None:
    assert mailer.recover(KEY, "") is None
    # All that could be there is a draft, and it was looked for.
    assert [(each["method"], each["path"].partition("?")[0]) for each in arrange("requests")["requests"]] == [
        ("GET", DRAFTS)
    ]


def test_a_draft_that_a_person_has_changed_is_theirs(
    google: LocalGoogle,
    mailer: GmailMailer,
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    mailbox: Callable[[], tuple[int, int]],
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send", "cut": "before"})
    with pytest.raises(MailUnknown):
        send()
    changed = requests.put(
        f"{google.url}{DRAFTS}/{noted[0].partition('/')[0]}",
        json={"message": {"raw": base64.urlsafe_b64encode(LETTER + b"And come by!\r\n").decode()}},
        headers={"Authorization": "Bearer local"},
        timeout=10,
    )
    assert changed.status_code == 200
    with pytest.raises(MailUnknown, match="changed"):
        mailer.recover(KEY, noted[0])
    assert mailbox() == (0, 1)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (RATE, MailLater),
        (fault(503, "backendError"), MailLater),
        ({"cut": "before"}, MailLater),
        (fault(403, "insufficientPermissions"), CredentialsError),
    ],
)
def test_a_gmail_that_cannot_be_asked_is_asked_again_later(
    mailer: GmailMailer,
    send: Callable[..., str],
    noted: list[str],
    arrange: Arrange,
    method: str,
    scene: dict[str, Any],
    expected: type[SheetsMasteryError],
) -> None:
    arrange("faults", {"method": "POST", "path": f"{DRAFTS}/send", "cut": "before"})
    with pytest.raises(MailUnknown):
        send()
    arrange("faults", {"method": method, "path": DRAFTS} | scene)
    with pytest.raises(expected):
        mailer.recover(KEY, noted[0])
    assert mailer.recover(KEY, noted[0]) is None


def test_a_letter_among_the_sent_mail_is_found_by_its_reference_and_a_draft_is_not(
    google: LocalGoogle, send: Callable[..., str], arrange: Arrange
) -> None:
    left, kept, never = "cd" * 32, "ce" * 32, "cf" * 32

    def stop() -> None:
        raise LookupError

    def letter(key: str) -> bytes:
        return LETTER.replace(b"SM-K7Q2", reference(key).encode())

    sent = GmailSent(Wire(LocalCredentials(), endpoint=google.url))
    send(letter(left))
    with pytest.raises(LookupError):
        send(letter(kept), last_look=stop)
    found = [sent.among_sent(keys) for keys in ([left], [kept], [never], [never, left])]
    assert found == [True, False, False, True]
    for scene, expected in (
        (fault(403, "insufficientPermissions"), MailUnknown),
        (fault(403, "forbidden", "Metadata scope does not support 'q' parameter"), MailUnknown),
        (RATE, MailLater),
        (fault(503, "backendError"), MailLater),
    ):
        arrange("faults", {"method": "GET", "path": "/gmail/v1/users/me/messages", "times": 1} | scene)
        with pytest.raises(expected):
            sent.among_sent([left])
        arrange("faults", [])
    sent.close()


@pytest.mark.parametrize(
    "broken",
    [b"\xff\xfe{}", b"[" * 200_000, b'{"id": "m2"', b"<html>Sign in</html>", b"[]", b'{"id": 5}', b""],
    ids=["no text", "no end", "half", "a page", "a list", "no name", "nothing"],
)
@pytest.mark.parametrize("way", [GmailMailer, SendingMailer])
def test_a_200_that_is_no_answer_leaves_it_open_whether_the_letter_went(
    scripted: Any, noted: list[str], way: type[GmailMailer | SendingMailer], broken: bytes
) -> None:
    if way is GmailMailer:
        scripted.will(body={"id": "d1", "message": {"id": "m1"}})
        scripted.will(body={"message": {"id": "m1"}})
    scripted.will(body=broken)
    with closing(way(Wire(LocalCredentials(), endpoint=scripted.url))) as mailer, pytest.raises(MailUnknown):
        mailer.send(LETTER, sender=TEACHER, recipient=PARENT, key=KEY, on_draft=noted.append, last_look=lambda: None)
    assert scripted.replies == []
