"""Letters to the school's mail server: one recipient and one transaction each, many of them over one connection.

Up to the dot that ends a letter nothing has been taken over; from the answer to it on everything has. Only the moment
in between is in doubt. A connection is used again only after a letter that was taken, and it says nothing of the next
one until the server has shown that it still listens.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, NoReturn

from sheets_mastery.bounces import unknown_address
from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailError, MailLater, MailNoAddress, MailRefused, MailUnknown

_BARE_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")
_QUEUED_AS = re.compile(r"queued as ([0-9A-Za-z.-]+)", re.IGNORECASE)
#: "Log in first", said in many ways: it is the school's account that is refused, and every letter would be.
_ACCOUNT_TROUBLE = {530, 534, 535, 538}
#: What is committed before the final dot of a letter: from here on a silence is in doubt.
_DOT_COMES = "the dot comes next"
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
#: So many letters go over one connection; there are servers that take no more than fifty or a hundred.
_LETTERS_A_CONNECTION = 50
#: A connection that was not used for so many seconds is given up unasked: servers hang up after a minute or more.
_IDLE_SECONDS = 30.0
#: So many seconds are enough to say that a connection still stands, and to say goodbye.
_SHORT_SECONDS = 10.0


class SmtpMailer:
    """The school's mail server: one recipient and one transaction a letter.

    A connection is kept for the next letter, until `close`; it is used again while it is young and well.
    """

    #: There is nobody to ask, so there is nothing to wait for.
    ask_after = timedelta()

    def __init__(
        self,
        settings: Smtp,
        password: str | None,
        *,
        timeout: float = 120,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        connect: Callable[..., PatientSmtp] | None = None,
        spend: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`timeout` is for a whole letter, in seconds; `tls` says whom to trust, if not whom the system trusts.

        `connect` opens a conversation that is not encrypted from the start, as `PatientSmtp` does. `spend` is told of
        every letter that was begun: 1.
        """
        self._settings = settings
        self._password = password
        self._timeout = timeout
        self._tls = tls
        self._patience = _Patience(monotonic)
        self._connect = connect or PatientSmtp
        self._spend = spend
        #: The conversation that is open, with the domain that it greeted the server by.
        self._kept: tuple[_Conversation, str] | None = None

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,  # noqa: ARG002 - SMTP cannot be told
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Hand one letter to the server; answers its name in the server's queue, or "accepted" where it tells none.

        SMTP has no drafts; what `on_draft` commits when all but the final dot has been sent is that the dot comes next.
        Raises MailLater, MailRefused or MailUnknown.
        """
        for address in (sender, recipient):
            if not _BARE_ADDRESS.fullmatch(address):
                raise MailRefused("An address of the letter is not one bare address; nothing was sent.")
        self._patience.give(self._timeout)
        try:
            server = self._addressed(letter, sender, recipient)
            server.body(letter)
            on_draft(_DOT_COMES)
            last_look()
            answer = server.dot()
        except BaseException:
            # Whatever it was, the two ends may no longer agree about whose turn it is.
            self._hang_up()
            raise
        finally:
            self._spend(1)
        queued = _QUEUED_AS.search(answer)
        return queued[1] if queued else "accepted"

    def check(self, sender: str) -> None:
        """Connect, encrypt, log in and say goodbye, as for a letter of this sender. MailLater where that fails."""
        self._patience.give(self._timeout)
        self._opened(_domain(sender)).close()

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - SMTP cannot be asked
        """None for a letter that was interrupted before its dot; MailUnknown for all others, as nothing can tell."""
        if not draft_id:
            return None
        raise MailUnknown("The letter may have reached the mail server or not; look in its log before sending again.")

    def close(self) -> None:
        """Say goodbye, where a connection is open. The mailer may be used again."""
        self._patience.give(_SHORT_SECONDS)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._kept is not None:
            kept, _ = self._kept
            self._kept = None
            kept.close()

    def _addressed(self, letter: bytes, sender: str, recipient: str) -> _Conversation:
        """A conversation in which the server waits for this letter. MailLater, MailRefused."""
        me = _domain(sender)
        if self._kept is not None and (self._kept[1] != me or not self._kept[0].young):
            self._hang_up()
        if self._kept is not None:
            server, _ = self._kept
            try:
                server.again()
                server.sender(letter, sender, recipient)
            except MailError:
                # It hung up, has had enough of us, or says what nobody asked. Nothing was said of this letter but its
                # sender, so the letter may be begun once more where both know what was said.
                self._hang_up()
        if self._kept is None:
            server = self._opened(me)
            self._kept = server, me
            server.sender(letter, sender, recipient)
        server.recipient(recipient)
        return server

    def _opened(self, me: str) -> _Conversation:
        """Connect, encrypt and log in. Whatever goes wrong here is no fault of the letter: MailLater."""
        host, port, security = self._settings.host, self._settings.port, self._settings.security
        with _before_the_dot("does not answer"):
            context = (self._tls or ssl.create_default_context()) if security == "tls" else None
            left = self._patience.left
            patience = left()
            if patience <= 0:
                raise TimeoutError
            if context is not None:
                smtp: PatientSmtp = _PatientSmtpTls(host, port, me, timeout=patience, context=context, left=left)
            else:
                smtp = self._connect(host, port, me, timeout=patience, left=left)
        server = _Conversation(smtp, self._patience)
        try:
            server.greet()
            if security == "starttls":
                server.encrypt(self._tls or ssl.create_default_context())
            if self._settings.user:
                server.log_in(self._settings.user, self._password or "")
        except BaseException:
            server.close()
            raise
        return server


def _domain(sender: str) -> str:
    """What the server is greeted by."""
    me = sender.rpartition("@")[2]
    return me if me.isascii() else "localhost"


class _Patience:
    """How long there is still time, by a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.now = monotonic
        self._end = 0.0

    def give(self, seconds: float) -> None:
        """There is so much time from now on."""
        self._end = self.now() + seconds

    def left(self) -> float:
        """Seconds that are left, below zero once it is over."""
        return self._end - self.now()

    @contextmanager
    def short(self) -> Iterator[None]:
        """For what is not worth waiting for: no more than a few seconds of it."""
        end = self._end
        self._end = min(end, self.now() + _SHORT_SECONDS)
        try:
            yield
        finally:
            self._end = end


class PatientSmtp(smtplib.SMTP):
    """smtplib's conversation, whose answers have to be there in time as a whole.

    smtplib gives every single byte the whole timeout, so a server that drips could hold a letter for days.
    """

    def __init__(self, *where: Any, left: Callable[[], float], **how: Any) -> None:
        """As `smtplib.SMTP`; `left` says how many seconds are left."""
        self._left = left
        super().__init__(*where, **how)

    def _get_socket(self, *where: Any) -> Any:
        # The dot goes out at once, and not only when the other end has acknowledged the letter before it.
        opened = super()._get_socket(*where)  # type: ignore[misc]  # smtplib's own, which its hints leave out
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's. Raises SMTPServerDisconnected for an answer that is not whole in time."""
        if self.file is None:
            self.file = _Answers(self.sock, self._left)
        return super().getreply()

    def unasked(self) -> bool:
        """Whether the server has said something that nobody asked for, or has hung up. OSError, too, for the latter."""
        return self.sock is None or (isinstance(self.file, _Answers) and self.file.unread())


class _PatientSmtpTls(PatientSmtp, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


class _Answers:
    """What a server says, line by line, as the file that smtplib reads from."""

    def __init__(self, sock: Any, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left
        self._heard = b""

    def readline(self, most: int) -> bytes:
        """One line; nothing where the line breaks off before its end, as half a line says nothing. TimeoutError."""
        while b"\n" not in self._heard and len(self._heard) < most:
            left = self._left()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            piece = self._sock.recv(4096)
            if not piece:
                return b""
            self._heard += piece
        end = min(self._heard.find(b"\n") + 1 or most, most)
        line, self._heard = self._heard[:end], self._heard[end:]
        return line

    def unread(self) -> bool:
        """Whether there is something to read, or an end; nothing is waited for."""
        if not self._heard:
            self._sock.settimeout(0)
            try:
                self._heard = self._sock.recv(4096)
            except (BlockingIOError, ssl.SSLWantReadError):
                return False
        return True

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class _Conversation:
    """One SMTP conversation, phase by phase, within the time that there is."""

    def __init__(self, smtp: PatientSmtp, patience: _Patience) -> None:
        self._smtp = smtp
        self._time = patience
        self._in_letter = False
        self._letters = 0
        self._used = 0.0

    @property
    def young(self) -> bool:
        """Whether it may carry one more letter, as far as one can tell without asking."""
        return self._letters < _LETTERS_A_CONNECTION and self._time.now() - self._used < _IDLE_SECONDS

    def again(self) -> None:
        """Make sure that the server listens and knows of no letter that has begun. MailLater where it does not."""
        with self._time.short(), _before_the_dot("has hung up"):
            self._patience()
            code, _ = self._smtp.rset()
        if code != 250:
            _refuse(code, "another letter")

    def greet(self) -> None:
        """Ask what the server can do."""
        with _before_the_dot("does not answer"):
            self._patience()
            self._smtp.ehlo_or_helo_if_needed()

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Go on in encrypted form, or not at all."""
        if not self._smtp.has_extn("starttls"):
            raise MailLater("The mail server offers no encryption, or somebody in between hides it; nothing was sent.")
        with _before_the_dot("could not be spoken to in encrypted form"):
            self._patience()
            self._smtp.starttls(context=tls)
            self._smtp.ehlo()

    def log_in(self, user: str, password: str) -> None:
        """Say who the school is."""
        with _before_the_dot("does not accept the account in mail.smtp.user, or its password"):
            self._patience()
            self._smtp.login(user, password)

    def sender(self, letter: bytes, sender: str, recipient: str) -> None:
        """Say that a letter begins, and what the server has to be able to do for it."""
        options = [f"SIZE={len(letter)}"] if self._smtp.has_extn("size") else []
        if not letter.isascii():
            options.append(self._needed("8bitmime", "BODY=8BITMIME"))
        if not (sender + recipient).isascii():
            options.append(self._needed("smtputf8", "SMTPUTF8"))
        self._smtp.command_encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        self._command("MAIL", " ".join([f"FROM:<{sender}>", *options]), {250}, "the sender")

    def recipient(self, recipient: str) -> None:
        """Say to whom, and ask for leave to send the letter itself."""
        code, said = self._asked("RCPT", f"TO:<{recipient}>")
        if 500 <= code < 600 and (status := unknown_address(said)):
            unknown = MailNoAddress(f"The mail server says that there is no such address (code {code}, {status}).")
            unknown.status = status
            raise unknown
        if code not in {250, 251}:
            _refuse(code, "the recipient")
        self._command("DATA", "", {354}, "the letter")
        self._in_letter = True

    def body(self, letter: bytes) -> None:
        """Send everything but the dot: without it the server may take nothing over, however much has arrived."""
        lines = _END_OF_LINE.sub(b"\r\n", letter)
        stuffed = _LEADING_DOT.sub(b"..", lines)
        with _before_the_dot("broke off while the letter was sent"):
            self._patience()
            self._smtp.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")

    def dot(self) -> str:
        """End the letter; answers what the server said. No answer means that nobody knows."""
        with _before_the_dot("is too slow"):
            self._patience()
        try:
            self._smtp.send(b".\r\n")
            code, said = self._smtp.getreply()
            self._in_letter = False
        except (OSError, smtplib.SMTPException) as silence:
            raise MailUnknown(
                "The mail server has the whole letter and did not say whether it took it; look in its log."
            ) from silence
        if 400 <= code < 600:
            _refuse(code, "the letter")
        if not 200 <= code < 300:
            raise MailUnknown(f"The mail server answered the letter with a code that says nothing ({code}).")
        self._letters += 1
        self._used = self._time.now()
        return said.decode("ascii", "replace")

    def close(self) -> None:
        """Say goodbye. The letter's fate is settled before, so it does not matter how this ends."""
        if not self._in_letter:  # within the letter a goodbye would be one more line of it
            with self._time.short(), suppress(OSError, smtplib.SMTPException):
                self._patience()
                self._smtp.quit()
        self._smtp.close()

    def _command(self, verb: str, words: str, well: set[int], what: str) -> None:
        code, _ = self._asked(verb, words)
        if code not in well:
            _refuse(code, what)

    def _asked(self, verb: str, words: str) -> tuple[int, str]:
        """What the server answers: its code, and its words, which may hold the address."""
        with _before_the_dot("broke off"):
            self._patience()
            code, said = self._smtp.docmd(verb, words)
        return code, said.decode("ascii", "replace")

    def _needed(self, extension: str, option: str) -> str:
        if not self._smtp.has_extn(extension):
            raise MailRefused(f"The mail server cannot carry this letter (it has no {extension.upper()}).")
        return option

    def _patience(self) -> None:
        """Give the next step the time that is left. TimeoutError where none is, SMTPServerDisconnected out of turn.

        Whoever reads an answer that belongs to no question takes all later ones for answers to something else.
        """
        if self._smtp.unasked():
            raise smtplib.SMTPServerDisconnected("an answer without a question, or an end")
        left = self._time.left()
        if left <= 0:
            raise TimeoutError
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(left)


@contextmanager
def _before_the_dot(what: str) -> Iterator[None]:
    """Whatever breaks before the dot has left nothing behind."""
    try:
        yield
    except (OSError, smtplib.SMTPException, UnicodeError) as problem:
        raise MailLater(f"The mail server {what}; nothing was taken over.") from problem


def _refuse(code: int, what: str) -> NoReturn:
    """Raise what a server's no means. Its words are not passed on, since they may hold the address."""
    if 500 <= code < 600 and code not in _ACCOUNT_TROUBLE:
        raise MailRefused(f"The mail server refuses {what} (code {code}).")
    raise MailLater(f"The mail server does not take {what} just now (code {code}).")
