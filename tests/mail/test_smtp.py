"""The school's mail server, and what is known about a letter when it breaks off."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailError, MailLater, MailNoAddress, MailRefused, MailUnknown
from sheets_mastery.mail import SmtpMailer

KEY = "ab" * 32
Noted = list[str]


def plain(port: int) -> Smtp:
    return Smtp(host="127.0.0.1", port=port, security="none")


def send(mailer: SmtpMailer, letter: bytes, noted: Noted, recipient: str = "parent@example.org", **more: Any) -> str:
    """One letter over a connection of its own."""
    said: dict[str, Any] = {"on_draft": noted.append, "last_look": lambda: None} | more
    with closing(mailer):
        return mailer.send(letter, sender="teacher@school.example", recipient=recipient, key=KEY, **said)


def outcome(mailer: SmtpMailer, letter: bytes, noted: Noted) -> type[MailError] | str:
    try:
        return send(mailer, letter, noted)
    except MailError as problem:
        return type(problem)


def test_a_letter_arrives_byte_for_byte_under_the_envelope_that_was_meant(
    peer: Any, letter: bytes, noted: Noted
) -> None:
    with peer() as server:
        assert send(SmtpMailer(plain(server.port), None), letter, noted) == "4XyZ"
    assert server.letter == letter
    assert server.heard == [
        "EHLO school.example",
        f"MAIL FROM:<teacher@school.example> SIZE={len(letter)}",
        "RCPT TO:<parent@example.org>",
        "DATA",
        "QUIT",
    ]


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up_before_the_letter_has_taken_nothing(
    peer: Any, letter: bytes, noted: Noted, phase: str
) -> None:
    with peer(cut=phase) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) is MailLater


def test_a_server_that_hangs_up_within_the_letter_has_taken_nothing(peer: Any, letter: bytes, noted: Noted) -> None:
    with peer(cut="body") as server:
        long = letter + b"a line of the letter\r\n" * 1_000_000
        assert outcome(SmtpMailer(plain(server.port), None), long, noted) is MailLater


def test_silence_after_the_dot_leaves_it_to_a_person(peer: Any, letter: bytes, noted: Noted) -> None:
    with peer(cut="dot") as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) is MailUnknown
    assert server.letter == letter


def test_an_answer_to_the_dot_that_means_nothing_leaves_it_to_a_person(peer: Any, letter: bytes, noted: Noted) -> None:
    with peer(answers={"dot": "199 hm"}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) is MailUnknown


@pytest.mark.parametrize("ending", [{"cut": "QUIT"}, {"answers": {"QUIT": "500 no"}}])
def test_what_happens_at_the_goodbye_changes_nothing(
    peer: Any, letter: bytes, noted: Noted, ending: dict[str, Any]
) -> None:
    with peer(**ending) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) == "4XyZ"


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("421 closing", MailLater),
        ("451 try later", MailLater),
        ("452 full", MailLater),
        ("550 no such user", MailRefused),
        ("552 too big", MailRefused),
        ("554 no", MailRefused),
        ("530 log in first", MailLater),
    ],
)
def test_a_no_for_now_is_tried_again_and_a_no_for_good_is_not(
    peer: Any, letter: bytes, noted: Noted, phase: str, answer: str, expected: type[MailError]
) -> None:
    with peer(answers={phase: answer}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) is expected


@pytest.mark.parametrize(
    ("phase", "answer", "status"),
    [
        ("RCPT", "550 5.1.1 <parent@example.org>: user unknown", "5.1.1"),
        ("RCPT", "550-5.1.1 The account does not exist.\r\n550 5.1.1 Look for typos.", "5.1.1"),
        ("RCPT", "553 5.1.3 bad address syntax", "5.1.3"),
        ("RCPT", "550 5.2.1 the mailbox is disabled", "5.2.1"),
        # What says nothing about the address: no status, a filter, the sender, the way, the words alone.
        ("RCPT", "550 no such user", None),
        ("RCPT", "550 5.7.1 this sender's servers are on a list (5.1.1)", None),
        ("RCPT", "550 5.1.0 <teacher@school.example>: Sender address rejected", None),
        ("RCPT", "550 5.1.8 the sender's domain does not resolve", None),
        ("RCPT", "550 5.4.4 unable to route", None),
        ("RCPT", "552 5.2.2 the mailbox is full", None),
        ("MAIL", "550 5.1.1 user unknown", None),
        ("DATA", "554 5.1.1 no valid recipients", None),
        ("dot", "550 5.1.1 user unknown", None),
    ],
)
def test_only_of_a_recipient_and_by_its_status_a_server_says_that_there_is_no_such_address(
    peer: Any, letter: bytes, noted: Noted, phase: str, answer: str, status: str | None
) -> None:
    with peer(answers={phase: answer}) as server, pytest.raises(MailRefused) as refused:
        send(SmtpMailer(plain(server.port), None), letter, noted)
    assert "parent" not in str(refused.value)
    assert (type(refused.value), getattr(refused.value, "status", None)) == (
        (MailNoAddress if status else MailRefused),
        status,
    )


def test_a_server_that_does_not_want_to_talk_to_anybody_is_no_fault_of_the_letter(
    peer: Any, letter: bytes, noted: Noted
) -> None:
    with peer(answers={"greeting": "554 no service"}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, noted) is MailLater


def test_a_server_that_is_not_there_is_tried_again(letter: bytes, noted: Noted) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert outcome(SmtpMailer(plain(port), None), letter, noted) is MailLater


class Clock:
    """A clock by which the time is up when it has been asked so often."""

    def __init__(self, often: float) -> None:
        self.asked = 0
        self._often = often

    def __call__(self) -> float:
        self.asked += 1
        return 121.0 if self.asked > self._often else 0.0


def test_a_letter_whose_time_is_up_before_the_dot_has_not_gone(peer: Any, letter: bytes, noted: Noted) -> None:
    usual = Clock(often=float("inf"))
    asked: list[int] = []
    with peer() as server:
        mailer = SmtpMailer(plain(server.port), None, monotonic=usual)
        send(mailer, letter, noted, last_look=lambda: asked.append(usual.asked))
    (before_the_dot,) = asked
    assert before_the_dot > 10
    for often in range(1, before_the_dot + 1):
        with peer() as server:
            assert outcome(SmtpMailer(plain(server.port), None, monotonic=Clock(often)), letter, noted) is MailLater


def test_hidden_encryption_is_refused_before_anything_is_said(peer: Any, letter: bytes, noted: Noted) -> None:
    with peer() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="starttls", user="teacher")
        assert outcome(SmtpMailer(settings, "secret"), letter, noted) is MailLater
    assert server.heard == ["EHLO school.example", "QUIT"]


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [
        ("teacher@school.example", "a@x.org, b@y.org"),
        ("teacher@school.example", '"a@b.c" <evil@x.y>'),
        ("teacher@school.example", "a@x.org\r\nRCPT TO:<b@y.org>"),
        ("teacher@school.example> AUTH=<x@y.z", "parent@example.org"),
        ("teacher@school.example", "parent@example.org\n"),
    ],
)
def test_only_bare_addresses_get_into_the_envelope(letter: bytes, noted: Noted, sender: str, recipient: str) -> None:
    mailer = SmtpMailer(plain(9), None)
    with pytest.raises(MailRefused):
        mailer.send(letter, sender=sender, recipient=recipient, key=KEY, on_draft=noted.append, last_look=lambda: None)


def test_a_line_end_of_another_kind_does_not_end_the_letter_early(peer: Any, noted: Noted) -> None:
    smuggled = b"Subject: x\r\n\r\nfirst\n.\nMAIL FROM:<evil@example.net>\r.\rlast"
    with peer() as server:
        send(SmtpMailer(plain(server.port), None), smuggled, noted)
    assert server.letter == b"Subject: x\r\n\r\nfirst\r\n.\r\nMAIL FROM:<evil@example.net>\r\n.\r\nlast\r\n"
    assert [line.split()[0] for line in server.heard] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_letters_beyond_ascii_go_only_to_a_server_that_carries_them(peer: Any, noted: Noted) -> None:
    spanish = "Subject: x\r\n\r\nMañana\r\n".encode()
    with peer() as server:
        send(SmtpMailer(plain(server.port), None), spanish, noted)
    assert server.heard[1] == "MAIL FROM:<teacher@school.example> SIZE=23 BODY=8BITMIME"
    with peer(offers=()) as server:
        assert outcome(SmtpMailer(plain(server.port), None), spanish, noted) is MailRefused
    assert server.heard == ["EHLO school.example", "QUIT"]


def test_an_address_beyond_ascii_goes_only_to_a_server_that_carries_it(peer: Any, letter: bytes, noted: Noted) -> None:
    with peer(offers=("SMTPUTF8",)) as server:
        send(SmtpMailer(plain(server.port), None), letter, noted, "josé@example.org")
    assert server.heard[2] == "RCPT TO:<josé@example.org>"
    with peer() as server, pytest.raises(MailRefused):
        send(SmtpMailer(plain(server.port), None), letter, noted, "josé@example.org")


class Box:
    """What a real mail server of another house has taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[str | None, list[str], bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 Ok: queued as 77"


def log_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
    well = isinstance(given, LoginPassword) and (given.login, given.password) == (b"teacher", b"secret")
    return AuthResult(success=well, handled=False)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_real_server_takes_letters_in_encrypted_form_from_who_knows_the_password(
    letter: bytes, noted: Noted, server_tls: ssl.SSLContext, trust: ssl.SSLContext, security: str
) -> None:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        ssl_context=server_tls if security == "tls" else None,
        tls_context=server_tls if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=log_in,
        auth_required=security == "starttls",
        auth_require_tls=security == "starttls",
    )
    server.start()
    try:
        settings = Smtp.model_validate({"host": "127.0.0.1", "port": port, "security": security, "user": "teacher"})
        assert send(SmtpMailer(settings, "secret", tls=trust), letter, noted) == "77"
        assert outcome(SmtpMailer(settings, "wrong", tls=trust), letter, noted) is MailLater
        assert outcome(SmtpMailer(settings, "sécret", tls=trust), letter, noted) is MailLater
        # A server that somebody else vouches for is not the school's.
        assert outcome(SmtpMailer(settings, "secret"), letter, noted) is MailLater
    finally:
        server.stop()
    assert box.taken == [("teacher@school.example", ["parent@example.org"], letter)]


def test_before_the_dot_it_is_noted_that_it_comes_and_asked_whether_it_may(peer: Any, letter: bytes) -> None:
    seen: list[str] = []
    with peer() as server:
        send(
            SmtpMailer(plain(server.port), None),
            letter,
            [],
            on_draft=lambda name: seen.append(f"{name}, {len(server.heard)} lines"),
            last_look=lambda: seen.append("may it"),
        )
    assert seen == ["the dot comes next, 4 lines", "may it"]


@pytest.mark.parametrize("which", ["on_draft", "last_look"])
def test_a_letter_that_may_no_longer_leave_is_broken_off_before_its_dot(peer: Any, letter: bytes, which: str) -> None:
    def no(*_: str) -> None:
        raise MailLater("all letters are stopped")

    callbacks: dict[str, Any] = {"on_draft": lambda _: None, "last_look": lambda: None} | {which: no}
    with peer() as server, pytest.raises(MailLater, match="are stopped"):
        send(SmtpMailer(plain(server.port), None), letter, [], **callbacks)
    # No goodbye either: within a letter it would be a line of it.
    assert [line.split()[0] for line in server.heard] == ["EHLO", "MAIL", "RCPT", "DATA"]
    assert b"QUIT" not in server.letter


def test_an_interrupted_letter_has_not_gone_unless_its_dot_came_next() -> None:
    mailer = SmtpMailer(plain(9), None)
    assert mailer.recover(KEY, "") is None
    with pytest.raises(MailUnknown):
        mailer.recover(KEY, "the dot comes next")
