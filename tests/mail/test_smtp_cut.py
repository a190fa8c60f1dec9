"""Lines to a real mail server that are cut at any byte, drip, or are meddled with: what is said of a letter is so."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailError, MailLater, MailUnknown
from sheets_mastery.mail import SmtpMailer

#: Bytes at which lines are cut, each way; dealt from a seed.
CUTS = 150


class Box:
    """What a real mail server of another house has taken."""

    def __init__(self) -> None:
        #: How many letters to each address.
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        self.taken.update(map(str, envelope.rcpt_tos))
        return "250 2.0.0 Ok: queued as 77"


@pytest.fixture
def real() -> Iterator[tuple[Box, int]]:
    """A real server and its port."""
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def opened(port: int, **how: Any) -> SmtpMailer:
    return SmtpMailer(Smtp(host="127.0.0.1", port=port, security="none"), None, **how)


def reader(number: int) -> str:
    """An address; all are of the same length."""
    return f"reader{number:06}@example.org"


def said(mailer: SmtpMailer, letter: bytes, noted: list[str], number: int = 0) -> type[MailError] | str:
    """What is said of one letter to a reader."""
    try:
        return mailer.send(
            letter,
            sender="teacher@school.example",
            recipient=reader(number),
            key="ab" * 32,
            on_draft=noted.append,
            last_look=lambda: None,
        )
    except MailError as problem:
        return type(problem)


@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("earlier", [0, 1])
def test_wherever_the_line_breaks_what_is_said_of_the_letter_is_so(
    real: tuple[Box, int], letter: bytes, breaking: Any, way: str, earlier: int
) -> None:
    """The letter, and one that comes after another over the same connection."""
    box, port = real
    whole = breaking(to=port)
    start = 0
    with whole.open() as near, closing(opened(near)) as mailer:
        for _ in range(earlier + 1):
            start = whole.passed[way]
            assert said(mailer, letter, []) == "77"
    length = whole.passed[way]
    chance = random.Random(20261030)
    often = CUTS // (1 + earlier)
    start += earlier  # where the line breaks at the very end of the first letter, nobody hears what became of it
    cuts = sorted({start, length - 7, length - 6, length - 1, *(chance.randrange(start, length) for _ in range(often))})
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for cut in cuts:
        noted = list[str]()
        line = breaking(to=port, there=cut) if way == "there" else breaking(to=port, back=cut)
        with line.open() as near, closing(opened(near)) as mailer:
            assert [said(mailer, letter, []) for _ in range(earlier)] == ["77"] * earlier
            # Each letter has a reader of its own: of one that is in doubt the server may hear the end at any time.
            last = said(mailer, letter, noted, cut + 1)
        if last is MailUnknown:
            assert noted == ["the dot comes next"], cut
        else:
            assert (last, box.taken[reader(cut + 1)]) in {(MailLater, 0), ("77", 1)}, cut
        seen["unknown" if last is MailUnknown else "later" if last is MailLater else "sent"].append(cut)
    assert set(seen) == {"later", "unknown", "sent"}
    # Later: nothing was taken, nor has been since.
    assert [cut for cut in seen["later"] if box.taken[reader(cut + 1)]] == []
    assert [cut for cut in seen["sent"] if box.taken[reader(cut + 1)] != 1] == []


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes], int]]:
    """Starts servers that say something for ever, a byte every hundredth of a second; answers the port."""
    ended = threading.Event()
    threads = []

    def start(words: bytes) -> int:
        near = socket.create_server(("127.0.0.1", 0))

        def drip() -> None:
            with near, near.accept()[0] as connection, suppress(OSError):
                while not ended.wait(0.01):
                    connection.sendall(words)

        threads.append(threading.Thread(target=drip))
        threads[-1].start()
        port: int = near.getsockname()[1]
        return port

    yield start
    ended.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("words", [b"2", b"220-wait\r\n"])
def test_a_server_that_drips_is_not_listened_to_for_ever(
    dripping: Callable[[bytes], int], letter: bytes, words: bytes
) -> None:
    began = time.monotonic()
    assert said(opened(dripping(words), timeout=0.5), letter, []) is MailLater
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("answer", ["454 not now", "502 no such thing", "220 go on\r\n250 SMUGGLED", "hm"])
def test_encryption_that_is_promised_and_not_kept_is_refused_before_anything_is_said(
    peer: Any, letter: bytes, noted: list[str], trust: ssl.SSLContext, answer: str
) -> None:
    with peer(answers={"STARTTLS": answer}, offers=("STARTTLS",)) as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="starttls", user="teacher")
        with pytest.raises(MailLater):
            SmtpMailer(settings, "secret", tls=trust, timeout=2).send(
                letter,
                sender="teacher@school.example",
                recipient="parent@example.org",
                key="ab" * 32,
                on_draft=noted.append,
                last_look=lambda: None,
            )
    assert [line.split()[0] for line in server.heard if line.split()[0] in {"AUTH", "MAIL", "RCPT", "DATA"}] == []
    assert noted == []


def test_a_recipient_who_is_refused_takes_no_letter_of_another_along(
    peer: Any, letter: bytes, noted: list[str]
) -> None:
    """One recipient a transaction: no server can take a letter for some and refuse it for others."""
    outcomes = []
    for address, answer in (
        ("one@example.org", "250 fine"),
        ("two@example.org", "550 no"),
        ("six@example.org", "250 fine"),
    ):
        with (
            peer(answers={"RCPT": answer}) as server,
            closing(SmtpMailer(Smtp(host="127.0.0.1", port=server.port, security="none"), None)) as mailer,
        ):
            try:
                mailer.send(
                    letter,
                    sender="teacher@school.example",
                    recipient=address,
                    key="ab" * 32,
                    on_draft=noted.append,
                    last_look=lambda: None,
                )
            except MailError as problem:
                outcomes.append(type(problem).__name__)
            else:
                outcomes.append("sent")
        assert [line for line in server.heard if line.startswith("RCPT")] == [f"RCPT TO:<{address}>"]
    assert outcomes == ["sent", "MailRefused", "sent"]
