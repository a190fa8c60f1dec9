"""Many letters over one connection: the second is as safe as the first, whatever has become of the line meanwhile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailError, MailLater, MailRefused, MailUnknown
from sheets_mastery.mail import SmtpMailer

Said = type[MailError] | str


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Box:
    """What a real mail server of another house has taken, and over which lines."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.transports: list[Any] = []

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        self.transports.append(server.transport)
        return "250 2.0.0 Ok: queued as 77"


def opened(port: int, **how: Any) -> SmtpMailer:
    return SmtpMailer(Smtp(host="127.0.0.1", port=port, security="none"), None, **how)


def send(
    mailer: SmtpMailer, letter: bytes, recipient: str = "parent@example.org", noted: list[str] | None = None
) -> Said:
    """One letter: its name at the server, or what is known of it instead."""
    try:
        return mailer.send(
            letter,
            sender="teacher@school.example",
            recipient=recipient,
            key="ab" * 32,
            on_draft=([] if noted is None else noted).append,
            last_look=lambda: None,
        )
    except MailError as problem:
        return type(problem)


def verbs(server: Any) -> str:
    return " ".join(line.split()[0] for line in server.heard)


ONE = "MAIL RCPT DATA"


def test_letters_follow_each_other_over_one_connection_one_recipient_and_one_transaction_each(
    peer: Any, letter: bytes
) -> None:
    with peer() as server, closing(opened(server.port)) as mailer:
        assert [send(mailer, letter, f"{name}@example.org") for name in ("one", "two", "six")] == ["4XyZ"] * 3
    assert verbs(server) == f"EHLO {ONE} RSET {ONE} RSET {ONE} QUIT"
    assert [line for line in server.heard if line.startswith("RCPT")] == [
        f"RCPT TO:<{name}@example.org>" for name in ("one", "two", "six")
    ]
    assert server.letter == letter * 3


@pytest.mark.parametrize("phase", ["RSET", "MAIL"])
@pytest.mark.parametrize(
    "fault", ["cut", "421 closing", "452 too many letters in one connection", "503 what", "250 fine\r\n250 fine"]
)
def test_a_server_that_has_enough_of_a_connection_gets_the_letter_over_another_one(
    peer: Any, letter: bytes, phase: str, fault: str
) -> None:
    how = {"cut": phase} if fault == "cut" else {"answers": {phase: fault}}
    # A fault at RSET comes with every second letter, one at MAIL would come on every connection: it comes once.
    with peer(**how, after=1, once=True, conversations=2) as server, closing(opened(server.port)) as mailer:
        said = [send(mailer, letter), send(mailer, letter)]
        if fault.startswith("250"):
            # One answer too many: whose answer is whose is found out before the letter is sent, at the latest.
            assert (said[0], said[1] in {"4XyZ", MailLater}) == ("4XyZ", True)
        else:
            assert said == ["4XyZ", "4XyZ"]
    assert server.letter == letter * said.count("4XyZ")


@pytest.mark.parametrize(
    ("how", "expected", "whole"),
    [
        ({"cut": "RCPT"}, MailLater, 1),
        ({"cut": "DATA"}, MailLater, 1),
        ({"cut": "body"}, MailLater, 1),
        ({"cut": "dot"}, MailUnknown, 2),
        ({"answers": {"RCPT": "421 closing"}}, MailLater, 1),
        ({"answers": {"DATA": "451 later"}}, MailLater, 1),
        ({"answers": {"RCPT": "550 no"}}, MailRefused, 1),
        ({"answers": {"dot": "421 closing"}}, MailLater, 2),
        ({"answers": {"dot": "552 too big"}}, MailRefused, 2),
        ({"answers": {"dot": "199 hm"}}, MailUnknown, 2),
    ],
)
def test_what_is_known_of_a_second_letter_is_what_would_be_known_of_a_first(
    peer: Any, letter: bytes, how: dict[str, Any], expected: type[MailError], whole: int
) -> None:
    long, noted = (letter + b"a line of the letter\r\n" * 200_000 if how.get("cut") == "body" else letter), list[str]()
    with peer(**how, after=1, once=True, conversations=2) as server, closing(opened(server.port)) as mailer:
        assert (send(mailer, letter), send(mailer, long, noted=noted)) == ("4XyZ", expected)
        assert (noted == ["the dot comes next"]) == (whole == 2)
        # And the third one goes over a connection of its own.
        assert send(mailer, letter) == "4XyZ"
    assert verbs(server).count("EHLO") == 2
    if how.get("cut") != "body":
        assert server.letter == letter * (whole + 1)


@pytest.mark.parametrize("goodbye", ["", "421 idle for too long\r\n"])
def test_a_server_that_hung_up_between_two_letters_is_called_again_and_nothing_is_in_doubt(
    letter: bytes, goodbye: str
) -> None:
    """A real one: it says goodbye of its own, or not even that."""
    box = Box()
    with server_with(box) as (controller, port), closing(opened(port)) as mailer:
        for _ in range(3):
            assert send(mailer, letter) == "77"
            gone = threading.Event()

            def hang_up(gone: threading.Event = gone) -> None:
                transport = box.transports[-1]
                transport.write(goodbye.encode())
                transport.close()
                controller.loop.call_later(0.05, gone.set)

            controller.loop.call_soon_threadsafe(hang_up)
            assert gone.wait(10)
    assert (box.taken, len(set(map(id, box.transports)))) == ([letter] * 3, 3)


@contextmanager
def server_with(box: Any, **how: Any) -> Iterator[tuple[Controller, int]]:
    """A real server of another house, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield controller, port
    finally:
        controller.stop()


def test_a_connection_is_given_up_after_fifty_letters_or_half_a_minute_or_for_another_sender(
    peer: Any, letter: bytes
) -> None:
    clock = Clock()
    with peer(conversations=4) as server, closing(opened(server.port, monotonic=clock)) as mailer:
        assert {send(mailer, letter) for _ in range(51)} == {"4XyZ"}
        assert verbs(server).count("EHLO") == 2
        clock.now += 29
        send(mailer, letter)
        assert verbs(server).count("EHLO") == 2
        clock.now += 30
        send(mailer, letter)
        assert verbs(server).count("EHLO") == 3
        mailer.send(
            letter,
            sender="head@other.example",
            recipient="parent@example.org",
            key="ab" * 32,
            on_draft=lambda _: None,
            last_look=lambda: None,
        )
        assert [line for line in server.heard if "EHLO" in line] == ["EHLO school.example"] * 3 + ["EHLO other.example"]


def test_a_closed_mailer_opens_again(peer: Any, letter: bytes) -> None:
    with peer(conversations=2) as server:
        mailer = opened(server.port)
        for _ in range(2):
            assert send(mailer, letter) == "4XyZ"
            mailer.close()
    assert verbs(server) == f"EHLO {ONE} QUIT EHLO {ONE} QUIT"


def test_a_letter_that_is_larger_than_the_server_takes_is_refused_and_the_next_one_goes(letter: bytes) -> None:
    box = Box()
    with server_with(box, data_size_limit=1000) as (_, port), closing(opened(port)) as mailer:
        noted: list[str] = []
        assert send(mailer, letter + b"a line of the letter\r\n" * 100, noted=noted) is MailRefused
        # The server says so when it hears the size, before anything of the letter is sent.
        assert noted == []
        assert send(mailer, letter) == "77"
    assert box.taken == [letter]
