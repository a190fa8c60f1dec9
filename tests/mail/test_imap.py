"""What has come back to an IMAP mailbox: read once, from a real server, which is left as it is; and from bad ones."""

from __future__ import annotations

import imaplib
import importlib.util
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import returns

from sheets_mastery.bounces import LARGEST, Report, read_mail
from sheets_mastery.config import Imap
from sheets_mastery.errors import CredentialsError, MailboxUnread
from sheets_mastery.imap import ImapReturns

NOW = datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
USER, PASSWORD = "demouser", "demopass"
Open = Callable[..., ImapReturns]


@dataclass(kw_only=True)
class Server:
    """pymap, an IMAP server, and the hands of a person with the mailbox open."""

    port: int

    @contextmanager
    def hands(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port) as opened:
            opened.login(USER, PASSWORD)
            opened.select("INBOX")
            yield opened

    def put(self, *mails: bytes) -> None:
        with self.hands() as hands:
            for mail in mails:
                hands.append("INBOX", "", imaplib.Time2Internaldate(NOW.timestamp()), mail)

    def unread(self) -> int:
        with self.hands() as hands:
            return len(hands.search(None, "UNSEEN")[1][0].split())


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    if importlib.util.find_spec("pymap") is None:
        pytest.skip("no IMAP server: install pymap")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    where = ["--host", "127.0.0.1", "--port", str(port), "--cert", str(certificate), "--key", str(certificate)]
    with subprocess.Popen(
        [sys.executable, "-c", "from pymap.main import main; main()", *where, "dict"], stderr=subprocess.DEVNULL
    ) as process:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield Server(port=port)
        process.terminate()


@pytest.fixture
def mailbox(server: Server, trust: ssl.SSLContext) -> Open:
    """Opens the mailbox of that server, over STARTTLS."""

    def opened(password: str = PASSWORD, **more: Any) -> ImapReturns:
        settings = Imap(host="127.0.0.1", port=server.port, security="starttls", user=USER, **more)
        return ImapReturns(settings, password, tls=trust)

    return opened


def whom(batch: Any) -> list[str]:
    return [each.failures[0].address for raw in batch.mails if isinstance(each := read_mail(raw), Report)]


def test_each_mail_of_a_mail_server_is_read_once_and_the_mailbox_stays_as_it_is(server: Server, mailbox: Open) -> None:
    ordinary = b"From: mum@home.example\r\nSubject: Thank you\r\n\r\nHello\r\n"
    server.put(returns.postfix("one@x.example"), ordinary, returns.gmail("two@x.example"))
    place = mailbox()

    first = place.read("", NOW)

    assert (whom(first), len(first.mails)) == (["one@x.example", "two@x.example"], 2)
    assert place.read(first.mark, NOW).mails == ()
    server.put(returns.exchange("three@x.example") + b"x" * 2 * LARGEST, ordinary)
    second = place.read(first.mark, NOW)
    assert whom(second) == ["three@x.example"]
    assert [len(raw) for raw in second.mails] == [LARGEST]
    assert place.read(second.mark, NOW) == place.read(second.mark, NOW)
    assert server.unread() == 5
    # The mailbox was made anew, or it is another one: what is in it is looked at from the beginning.
    assert len(place.read("1:999999", NOW).mails) == 3


def test_who_is_not_let_in_is_told_which_setting_to_look_at(mailbox: Open) -> None:
    with pytest.raises(CredentialsError, match=r"^mail\.bounces\.imap\.user: the mail server does not accept"):
        mailbox(password="wrong").check()
    with pytest.raises(MailboxUnread, match=r"^mail\.bounces\.imap\.folder: the mail server has no such folder"):
        mailbox(folder="No such").check()


@dataclass
class Bad:
    """A server for one conversation, over TLS from the start where it has a key.

    `answers` replaces the usual answer to a command; None hangs up, and "drip" never comes to an end.
    """

    tls: ssl.SSLContext | None = None
    answers: dict[str, bytes | None] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=self._serve, args=(listening,), daemon=True)
            thread.start()
            yield listening.getsockname()[1]
            thread.join(5)

    def _serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                connection.sendall(self.answers.get("greeting", b"* OK ready\r\n") or b"")
                for line in lines:
                    tag, verb, *_ = line.decode().split()
                    verb = line.decode().split()[2] if verb == "UID" else verb
                    self.heard.append(verb)
                    answer = self.answers.get(verb, USUAL.get(verb, b""))
                    if answer is None:
                        return
                    if answer == b"drip":
                        while True:
                            connection.sendall(b"*")
                            time.sleep(0.01)
                    connection.sendall(answer if answer.endswith(b"!") else answer + tag.encode() + b" OK done\r\n")
                    if verb == "LOGOUT":
                        return


USUAL = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 6] x\r\n",
    "SEARCH": b"* SEARCH 5\r\n",
    "FETCH": b"* 1 FETCH (UID 5 BODY[]<0> {5}\r\nHello)\r\n",
    "LOGOUT": b"* BYE\r\n",
}


def test_a_server_that_speaks_tls_from_the_start_is_read_over_it(
    server_tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    bad = Bad(server_tls)
    with bad.serving() as port:
        place = ImapReturns(Imap(host="127.0.0.1", port=port, user=USER), PASSWORD, tls=trust)
        batch = place.read("7:3", NOW)
    assert (batch.mails, batch.mark) == ((b"Hello",), "7:5")
    assert bad.heard == ["CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"]


LATER = (
    "mail.bounces.imap: the mail server does not answer, or not as it should, so what has come back is read next time."
)


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("greeting", b"* BYE no\r\n"),
        ("greeting", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("CAPABILITY", None),
        ("LOGIN", None),
        ("EXAMINE", None),
        ("SEARCH", b"drip"),
        ("SEARCH", b"* SEARCH " + b"1 " * 10**6),
        ("FETCH", b"* 1 FETCH (UID 5 BODY[]<0> {99999999999}\r\nHello!"),
        ("FETCH", None),
    ],
    ids=["unwilling", "no IMAP", "silent", "cut", "cut later", "drip", "endless line", "endless mail", "cut last"],
)
def test_a_server_that_breaks_off_or_never_ends_is_left_in_time(verb: str, answer: bytes | None) -> None:
    with Bad(answers={verb: answer}).serving() as port:
        settings = Imap(host="127.0.0.1", port=port, user=USER, security="none")
        with pytest.raises(MailboxUnread) as left:
            ImapReturns(settings, PASSWORD, timeout=0.5).read("7:3", NOW)
    assert str(left.value) == LATER


def test_nothing_is_said_to_a_server_that_hides_its_encryption_or_is_not_trusted(
    server_tls: ssl.SSLContext,
) -> None:
    for bad, security in ((Bad(), "starttls"), (Bad(server_tls), "tls")):
        with bad.serving() as port:
            settings = Imap.model_validate({"host": "127.0.0.1", "port": port, "user": USER, "security": security})
            with pytest.raises(MailboxUnread):
                ImapReturns(settings, PASSWORD).read("", NOW)
        assert "LOGIN" not in bad.heard
