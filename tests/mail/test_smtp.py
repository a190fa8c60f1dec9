"""The school's mail server, and what is known about a letter when it breaks off."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailError, MailLater, MailRefused, MailUnknown
from sheets_mastery.mail import SmtpMailer

KEY = "ab" * 32
OnDraft = Callable[[str], None]


def plain(port: int) -> Smtp:
    return Smtp(host="127.0.0.1", port=port, security="none")


def send(mailer: SmtpMailer, letter: bytes, on_draft: OnDraft) -> str:
    return mailer.send(
        letter,
        sender="teacher@school.example",
        recipient="parent@example.org",
        key=KEY,
        on_draft=on_draft,
        last_look=lambda: None,
    )


def outcome(mailer: SmtpMailer, letter: bytes, on_draft: OnDraft) -> type[MailError] | str:
    try:
        return send(mailer, letter, on_draft)
    except MailError as problem:
        return type(problem)


def test_a_letter_arrives_byte_for_byte_under_the_envelope_that_was_meant(
    peer: Any, letter: bytes, no_draft: OnDraft
) -> None:
    with peer() as server:
        assert send(SmtpMailer(plain(server.port), None), letter, no_draft) == "4XyZ"
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
    peer: Any, letter: bytes, no_draft: OnDraft, phase: str
) -> None:
    with peer(cut=phase) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) is MailLater


def test_a_server_that_hangs_up_within_the_letter_has_taken_nothing(
    peer: Any, letter: bytes, no_draft: OnDraft
) -> None:
    with peer(cut="body") as server:
        long = letter + b"a line of the letter\r\n" * 1_000_000
        assert outcome(SmtpMailer(plain(server.port), None), long, no_draft) is MailLater


def test_silence_after_the_dot_leaves_it_to_a_person(peer: Any, letter: bytes, no_draft: OnDraft) -> None:
    with peer(cut="dot") as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) is MailUnknown
    assert server.letter == letter


def test_an_answer_to_the_dot_that_means_nothing_leaves_it_to_a_person(
    peer: Any, letter: bytes, no_draft: OnDraft
) -> None:
    with peer(answers={"dot": "199 hm"}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) is MailUnknown


@pytest.mark.parametrize("ending", [{"cut": "QUIT"}, {"answers": {"QUIT": "500 no"}}])
def test_what_happens_at_the_goodbye_changes_nothing(
    peer: Any, letter: bytes, no_draft: OnDraft, ending: dict[str, Any]
) -> None:
    with peer(**ending) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) == "4XyZ"


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
    peer: Any, letter: bytes, no_draft: OnDraft, phase: str, answer: str, expected: type[MailError]
) -> None:
    with peer(answers={phase: answer}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) is expected


def test_a_server_that_does_not_want_to_talk_to_anybody_is_no_fault_of_the_letter(
    peer: Any, letter: bytes, no_draft: OnDraft
) -> None:
    with peer(answers={"greeting": "554 no service"}) as server:
        assert outcome(SmtpMailer(plain(server.port), None), letter, no_draft) is MailLater


def test_a_server_that_is_not_there_is_tried_again(letter: bytes, no_draft: OnDraft) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert outcome(SmtpMailer(plain(port), None), letter, no_draft) is MailLater


def test_a_letter_whose_time_is_up_before_the_dot_has_not_gone(peer: Any, letter: bytes, no_draft: OnDraft) -> None:
    # The clock is asked once at the start and then before each step: connect, EHLO, MAIL, RCPT, DATA, letter, dot.
    for steps in range(1, 7):
        moments = iter([0.0] * (1 + steps) + [121.0] * 9)
        with peer() as server:
            mailer = SmtpMailer(plain(server.port), None, monotonic=moments.__next__)
            assert outcome(mailer, letter, no_draft) is MailLater
        assert server.heard[-1:] != ["QUIT"]


def test_hidden_encryption_is_refused_before_anything_is_said(peer: Any, letter: bytes, no_draft: OnDraft) -> None:
    with peer() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="starttls", user="teacher")
        assert outcome(SmtpMailer(settings, "secret"), letter, no_draft) is MailLater
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
def test_only_bare_addresses_get_into_the_envelope(
    letter: bytes, no_draft: OnDraft, sender: str, recipient: str
) -> None:
    mailer = SmtpMailer(plain(9), None)
    with pytest.raises(MailRefused):
        mailer.send(letter, sender=sender, recipient=recipient, key=KEY, on_draft=no_draft, last_look=lambda: None)


def test_a_line_end_of_another_kind_does_not_end_the_letter_early(peer: Any, no_draft: OnDraft) -> None:
    smuggled = b"Subject: x\r\n\r\nfirst\n.\nMAIL FROM:<evil@example.net>\r.\rlast"
    with peer() as server:
        send(SmtpMailer(plain(server.port), None), smuggled, no_draft)
    assert server.letter == b"Subject: x\r\n\r\nfirst\r\n.\r\nMAIL FROM:<evil@example.net>\r\n.\r\nlast\r\n"
    assert [line.split()[0] for line in server.heard] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_letters_beyond_ascii_go_only_to_a_server_that_carries_them(peer: Any, no_draft: OnDraft) -> None:
    spanish = "Subject: x\r\n\r\nMañana\r\n".encode()
    with peer() as server:
        send(SmtpMailer(plain(server.port), None), spanish, no_draft)
    assert server.heard[1] == "MAIL FROM:<teacher@school.example> SIZE=23 BODY=8BITMIME"
    with peer(offers=()) as server:
        assert outcome(SmtpMailer(plain(server.port), None), spanish, no_draft) is MailRefused
    assert server.heard == ["EHLO school.example", "QUIT"]


def test_an_address_beyond_ascii_goes_only_to_a_server_that_carries_it(
    peer: Any, letter: bytes, no_draft: OnDraft
) -> None:
    with peer(offers=("SMTPUTF8",)) as server:
        SmtpMailer(plain(server.port), None).send(
            letter,
            sender="teacher@school.example",
            recipient="josé@example.org",
            key=KEY,
            on_draft=no_draft,
            last_look=lambda: None,
        )
    assert server.heard[2] == "RCPT TO:<josé@example.org>"
    with peer() as server, pytest.raises(MailRefused):
        SmtpMailer(plain(server.port), None).send(
            letter,
            sender="teacher@school.example",
            recipient="josé@example.org",
            key=KEY,
            on_draft=no_draft,
            last_look=lambda: None,
        )


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
    letter: bytes, no_draft: OnDraft, server_tls: ssl.SSLContext, trust: ssl.SSLContext, security: str
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
        assert send(SmtpMailer(settings, "secret", tls=trust), letter, no_draft) == "77"
        assert outcome(SmtpMailer(settings, "wrong", tls=trust), letter, no_draft) is MailLater
        assert outcome(SmtpMailer(settings, "sécret", tls=trust), letter, no_draft) is MailLater
        # A server that somebody else vouches for is not the school's.
        assert outcome(SmtpMailer(settings, "secret"), letter, no_draft) is MailLater
    finally:
        server.stop()
    assert box.taken == [("teacher@school.example", ["parent@example.org"], letter)]


def test_an_interrupted_letter_cannot_be_looked_up() -> None:
    with pytest.raises(MailUnknown):
        SmtpMailer(plain(9), None).recover(KEY, "")
