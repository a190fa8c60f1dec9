"""What has come back to an IMAP mailbox: the mails of mail servers, each read once (RFC 3501).

The mailbox is only examined and its mails are only peeked at, so nothing in it is moved, deleted or marked as read.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from sheets_mastery.bounces import LARGEST, Batch
from sheets_mastery.config import Imap
from sheets_mastery.errors import CredentialsError, MailboxUnread

#: The first look goes back so far.
_FIRST = timedelta(days=14)
#: So many mails are read at once.
_MOST = 100
#: A line or a literal of a server may be no longer than this.
_LONGEST = 2 * LARGEST
#: Who writes such mails, and what they are.
_WANTED = 'OR HEADER Content-Type "multipart/report" OR FROM "mailer-daemon" FROM "postmaster"'
_MARK = re.compile(r"(\d{1,10}):(\d{1,10})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapReturns:
    """One mailbox of a mail server."""

    name = "imap"

    def __init__(
        self,
        settings: Imap,
        password: str | None,
        *,
        timeout: float = 60,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout` is for a whole reading, in seconds; `tls` says whom to trust, if not whom the system trusts."""
        self._settings = settings
        self._password = password
        self._timeout = timeout
        self._tls = tls
        self._monotonic = monotonic

    def read(self, mark: str, now: datetime) -> Batch:
        """The mails since `mark`. Raises MailboxUnread, or CredentialsError where the account is not accepted."""
        with self._mailbox() as (server, validity, following):
            known = _MARK.fullmatch(mark)
            # Other numbers than before: the mailbox was made anew, and what was read before is looked at once more.
            last = int(known[2]) if known and int(known[1]) == validity else None
            if last is not None and following == last + 1:
                return Batch(mails=(), mark=mark)
            since = "SINCE " + _day(now - _FIRST) if last is None else f"UID {last + 1}:*"
            answer = _said(server.uid("SEARCH", f"{since} {_WANTED}"))
            found = sorted({int(number) for part in answer for number in (part or b"").split() if number.isdigit()})
            fresh = [number for number in found if number > (last or 0)]
            mails = [_fetched(server, number) for number in fresh[:_MOST]]
        # "n:*" means the last mail as well where there is none after n, and a mail may have come since the first look.
        read_to = fresh[_MOST - 1] if len(fresh) > _MOST else max([following - 1, last or 0, *fresh])
        return Batch(mails=tuple(filter(None, mails)), mark=f"{validity}:{read_to}")

    def check(self) -> None:
        """Open the mailbox, to see whether one may. Raises as `read`."""
        with self._mailbox():
            pass

    def close(self) -> None:
        """Nothing is held open between two readings."""

    @contextmanager
    def _mailbox(self) -> Iterator[tuple[imaplib.IMAP4, int, int]]:
        """The mailbox, opened for reading alone: the conversation, UIDVALIDITY and UIDNEXT."""
        deadline = self._monotonic() + self._timeout
        with _plainly():
            server = self._connected(lambda: deadline - self._monotonic())
            try:
                try:
                    server.login(self._settings.user, self._password or "")
                except imaplib.IMAP4.abort:
                    raise
                except imaplib.IMAP4.error:
                    raise CredentialsError(
                        "mail.bounces.imap.user: the mail server does not accept the account, or its password in "
                        "SHEETS_MASTERY_IMAP_PASSWORD."
                    ) from None
                try:
                    _said(server.select(_quoted(self._settings.folder), readonly=True))
                except imaplib.IMAP4.abort:
                    raise
                except imaplib.IMAP4.error:
                    raise MailboxUnread(
                        "mail.bounces.imap.folder: the mail server has no such folder, or does not let it be read."
                    ) from None
                yield server, _number(server, "UIDVALIDITY"), _number(server, "UIDNEXT")
            finally:
                # Not `close`: in a mailbox that is open for more than reading, that would delete.
                with suppress(OSError, imaplib.IMAP4.error):
                    server.logout()
                with suppress(OSError):
                    server.shutdown()

    def _connected(self, left: Callable[[], float]) -> imaplib.IMAP4:
        host, port, security = self._settings.host, self._settings.port, self._settings.security
        context = self._tls or ssl.create_default_context()
        if security == "tls":
            return _PatientTls(host, port, ssl_context=context, timeout=max(left(), 0.001), left=left)
        server = _Patient(host, port, timeout=max(left(), 0.001), left=left)
        if security == "starttls":
            try:
                server.starttls(context)
            except BaseException:
                server.shutdown()
                raise
        return server


class _Patient(imaplib.IMAP4):
    """imaplib's conversation, whose answers have to be there in time as a whole, and no longer than they may be."""

    def __init__(self, *where: Any, left: Callable[[], float], **how: Any) -> None:
        self._left = left
        self._heard = b""
        super().__init__(*where, **how)

    def read(self, size: int) -> bytes:
        """So many bytes. Raises TimeoutError, or `abort` for more than a mail may have."""
        if size > _LONGEST:
            raise self.abort("too long")
        while len(self._heard) < size:
            self._more()
        said, self._heard = self._heard[:size], self._heard[size:]
        return said

    def readline(self) -> bytes:
        """One line, as `read`."""
        while b"\n" not in self._heard:
            if len(self._heard) > _LONGEST:
                raise self.abort("too long")
            self._more()
        line, end, self._heard = self._heard.partition(b"\n")
        return line + end

    def send(self, data: Any) -> None:
        """Say something, in the time that is left."""
        self._patience()
        super().send(data)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Go on in encrypted form; what somebody in between has said before does not count any more."""
        answer = super().starttls(ssl_context)
        if self._heard:
            raise self.abort("said before it was encrypted")
        return answer

    def _more(self) -> None:
        self._patience()
        piece = self.sock.recv(65536)
        if not piece:
            raise self.abort("hung up")
        self._heard += piece

    def _patience(self) -> None:
        left = self._left()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)


class _PatientTls(_Patient, imaplib.IMAP4_SSL):
    """The same, encrypted from the start."""


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in a sentence what went wrong. The server's words are left out: they may hold an address."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, UnicodeError, ValueError) as problem:
        untrusted = isinstance(problem, ssl.SSLError)
        why = "cannot be spoken to in encrypted form" if untrusted else "does not answer, or not as it should"
        raise MailboxUnread(
            f"mail.bounces.imap: the mail server {why}, so what has come back is read next time."
        ) from None


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    """What a server has answered. Raises IMAP4.error for a no."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("no")
    return answer[1]


def _fetched(server: imaplib.IMAP4, number: int) -> bytes:
    """The beginning of a mail; nothing where it has gone meanwhile."""
    answer = _said(server.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)"))
    return next((part[1] for part in answer if isinstance(part, tuple) and len(part) == 2), b"")


def _number(server: imaplib.IMAP4, name: str) -> int:
    """A number that a server says of a mailbox that it opens; 0 where it does not."""
    said = server.untagged_responses.get(name) or [b""]
    return int(said[-1]) if isinstance(said[-1], bytes) and said[-1].isdigit() else 0


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(moment: datetime) -> str:
    """As IMAP writes a day, whatever the language of this machine."""
    return f"{moment.day:02}-{_MONTHS[moment.month - 1]}-{moment.year}"
