"""Letters through a Gmail that makes no drafts: one request each, and what is known when its answer does not come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sheets_mastery.envelope import token
from sheets_mastery.errors import CredentialsError, MailLater, MailRefused, MailUnknown, SheetsMasteryError
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.sending import LookingMailer, SendingMailer
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

TEACHER, PARENT = "teacher@school.example", "parent@example.org"
KEY, OTHER = "ab" * 32, "cd" * 32
SEND = "/gmail/v1/users/me/messages/send"
Arrange = Callable[..., Any]


def letter(key: str = KEY) -> bytes:
    return (
        f"From: {TEACHER}\r\nTo: {PARENT}\r\nSubject: Next step\r\nX-SM-Notice: {token(key)}\r\n\r\nGo on.\r\n".encode()
    )


@pytest.fixture
def wire(google: LocalGoogle) -> Iterator[Wire]:
    with Wire(LocalCredentials(), endpoint=google.url) as opened:
        yield opened


@pytest.fixture(params=[SendingMailer, LookingMailer])
def mailer(request: pytest.FixtureRequest, wire: Wire) -> SendingMailer:
    made: SendingMailer = request.param(wire)
    return made


def send(mailer: SendingMailer, noted: list[str], key: str = KEY) -> str:
    return mailer.send(
        letter(key), sender=TEACHER, recipient=PARENT, key=key, on_draft=noted.append, last_look=lambda: None
    )


def asked(arrange: Arrange) -> list[tuple[str, str]]:
    """The requests so far."""
    return [(each["method"], each["path"].partition("?")[0]) for each in arrange("requests")["requests"]]


def fault(status: int, reason: str) -> dict[str, Any]:
    errors = [{"message": "no", "domain": "usageLimits", "reason": reason}]
    return {"status": status, "body": {"error": {"code": status, "message": "no", "errors": errors}}}


def test_a_letter_is_one_request_and_what_it_is_looked_for_by_is_noted_before(
    mailer: SendingMailer, arrange: Arrange
) -> None:
    noted: list[str] = []
    message, thread = send(mailer, noted).split("/")
    assert (message, thread) == (thread, message)  # the first of its thread
    before = [("GET", "/gmail/v1/users/me/messages")] if isinstance(mailer, LookingMailer) else []
    assert (asked(arrange), len(noted)) == ([*before, ("POST", SEND)], 1)


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (fault(403, "rateLimitExceeded"), MailLater),
        (fault(429, "rateLimitExceeded"), MailLater),
        (fault(403, "dailyLimitExceeded"), MailLater),
        (fault(400, "invalidArgument"), MailRefused),
        (fault(403, "insufficientPermissions"), CredentialsError),
        (fault(503, "backendError"), MailUnknown),
        ({"cut": "before"}, MailUnknown),
        ({"cut": "after"}, MailUnknown),
        ({"status": 200, "body": "<html>"}, MailUnknown),
    ],
)
def test_trouble_says_what_is_known_and_nothing_is_repeated_in_secret(
    mailer: SendingMailer, arrange: Arrange, scene: dict[str, Any], expected: type[SheetsMasteryError]
) -> None:
    arrange("faults", {"method": "POST", "path": SEND, "times": 9} | scene)
    noted: list[str] = []
    with pytest.raises(expected) as said:
        send(mailer, noted)
    assert asked(arrange).count(("POST", SEND)) == 1
    # Where the account is turned away, nothing is in doubt, and the note is taken back.
    assert noted[1:] == ([""] if expected is CredentialsError else [])
    if isinstance(said.value, MailLater):
        assert (said.value.for_all, said.value.draft_left) == (True, False)


def test_without_a_look_only_a_person_can_tell_what_became_of_an_interrupted_letter(wire: Wire) -> None:
    mailer, noted = SendingMailer(wire), list[str]()
    send(mailer, noted)
    assert mailer.recover(KEY, "") is None
    with pytest.raises(MailUnknown, match="Gmail did not say"):
        mailer.recover(KEY, noted[0])


def test_a_letter_whose_answer_was_lost_is_found_in_sent_among_those_after_the_newest_before_it(
    wire: Wire, arrange: Arrange
) -> None:
    mailer, noted = LookingMailer(wire), list[str]()
    send(mailer, [], OTHER)
    arrange("faults", {"method": "POST", "path": SEND, "cut": "after"})
    with pytest.raises(MailUnknown):
        send(mailer, noted)
    send(mailer, [], "ef" * 32)
    listed = json.loads(wire.send("GET", f"{wire.endpoint}/gmail/v1/users/me/messages", deadline=wire.deadline()).body)
    arrange("requests:clear", {})
    # It is the one between the other two, and what was sent before it is not looked at.
    between = listed["messages"][1]
    assert mailer.recover(KEY, noted[0]) == f"{between['id']}/{between['threadId']}"
    messages = "/gmail/v1/users/me/messages"
    assert asked(arrange) == [
        ("GET", messages),
        *(("GET", f"{messages}/{each['id']}") for each in listed["messages"][:2]),
    ]
    assert mailer.recover(KEY, "") is None


def test_a_letter_that_is_not_in_sent_is_tried_again_only_after_it_was_twice_not_there(wire: Wire) -> None:
    mailer, now = LookingMailer(wire), datetime.now(UTC)

    def ago(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    def noted(mark: str) -> str | None:
        with pytest.raises(MailLater, match="looked for again") as said:
            mailer.recover(KEY, mark)
        return said.value.noted

    # Gmail may still be at it …
    assert noted(f"@{ago(31)}") == f"@{ago(31)}"
    # … and then it has not been there once …
    once = noted(f"@{ago(33)}")
    assert once is not None
    assert once.startswith(f"@{ago(33)}@")
    # … which says too little, until some minutes later it is not there again.
    assert noted(once) == once
    assert noted(f"@{ago(39)}@{ago(4)}") == f"@{ago(39)}@{ago(4)}"
    assert mailer.recover(KEY, f"@{ago(39)}@{ago(6)}") is None


def test_a_sent_folder_in_which_one_cannot_find_ones_way_is_left_to_a_person(wire: Wire) -> None:
    mailer = LookingMailer(wire)
    # Nor can what was begun in another way, before something else was granted, be looked for.
    for mark in ("the request comes next", "r-1/m-1"):
        with pytest.raises(MailUnknown):
            mailer.recover(KEY, mark)
    with pytest.raises(MailUnknown):
        mailer.recover(KEY, f"deadbeef@{datetime.now(UTC).isoformat()}")


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (fault(403, "rateLimitExceeded"), MailLater),
        (fault(503, "backendError"), MailLater),
        ({"cut": "after"}, MailLater),
        (fault(403, "insufficientPermissions"), CredentialsError),
    ],
)
def test_a_sent_folder_that_cannot_be_looked_into_is_looked_into_later_and_nothing_is_sent_before(
    wire: Wire, arrange: Arrange, scene: dict[str, Any], expected: type[SheetsMasteryError]
) -> None:
    mailer = LookingMailer(wire)
    arrange("faults", {"method": "GET", "path": "/gmail/v1/users/me/messages", "times": 2} | scene)
    with pytest.raises(expected):
        send(mailer, [])
    with pytest.raises(expected):
        mailer.recover(KEY, f"@{datetime.now(UTC).isoformat()}")
    assert ("POST", SEND) not in asked(arrange)
