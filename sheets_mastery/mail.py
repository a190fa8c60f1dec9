"""Letters out of the house, each at most once: into a folder, or to the school's mail server.

Every mailer says of every letter which of three things is true: it was taken over (the answer is the receiver's name
for it), it was not (`MailRefused` for good, `MailLater` for now), or nobody can tell (`MailUnknown`). The third is
kept as small as it can be and is never settled by sending again.
"""

from __future__ import annotations

import os
import re
import secrets
import smtplib
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, Protocol

from sheets_mastery.config import Smtp
from sheets_mastery.errors import MailLater, MailNotAllowed, MailRefused, MailUnknown

_KEY = re.compile(r"[0-9A-Za-z]{8,128}")
_BARE_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")
_QUEUED_AS = re.compile(r"queued as ([0-9A-Za-z.-]+)", re.IGNORECASE)
#: "Log in first", said in many ways: it is the school's account that is refused, and every letter would be.
_ACCOUNT_TROUBLE = {530, 534, 535, 538}
#: What is committed before the final dot of a letter: from here on a silence is in doubt.
_DOT_COMES = "the dot comes next"
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class MaildirMailer:
    """A maildir: every letter a file in `new`, named after its key, where any mail program or gateway finds it.

    The name settles everything: a letter whose file is there (read, answered or filed away by flags) has been
    delivered.
    """

    #: Looking into the folder tells at once.
    ask_after = timedelta()

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(
        self,
        letter: bytes,
        *,
        sender: str,  # noqa: ARG002 - a folder has no envelope
        recipient: str,  # noqa: ARG002 - the same
        key: str,
        on_draft: Callable[[str], None],  # noqa: ARG002 - a file needs no draft
        last_look: Callable[[], None],
    ) -> str:
        """Put a letter into the folder; answers the file's name, also where it was there already.

        `last_look` is called when the file is written and has no name yet.
        Raises MailLater with the folder as it was: a full disk, a folder that is a link or that everybody can read.
        """
        name = _file_name(key)
        try:
            with _opened(self._folder) as (new, cur, tmp):
                if not _there(name, new, cur):
                    _put(letter, name, tmp, new, last_look)
        except OSError as problem:
            raise MailLater(f"The folder for letters (mail.folder) cannot be used: {problem.strerror}.") from problem
        return name

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - there are no drafts
        """The file's name where the letter is in the folder, None where it is not. Raises MailLater."""
        name = _file_name(key)
        try:
            with _opened(self._folder) as (new, cur, _):
                return name if _there(name, new, cur) else None
        except OSError as problem:
            raise MailLater(f"The folder for letters (mail.folder) cannot be used: {problem.strerror}.") from problem

    def close(self) -> None:
        """Nothing is held open between two letters."""


def _file_name(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("a letter's key is made of letters and digits")
    return f"{key}.sheets-mastery"


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[int, int, int]]:
    """The folders `new`, `cur` and `tmp`, made where they are not there yet, as descriptors.

    Nothing is done by path afterwards, so that a link put in the way in between leads nowhere.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    only_folders = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    opened = [os.open(folder, only_folders)]
    try:
        if os.fstat(opened[0]).st_mode & 0o007:
            raise PermissionError(0, "everybody on this machine can look into it; run chmod o= on it")
        for name in ("new", "cur", "tmp"):
            with suppress(FileExistsError):
                os.mkdir(name, mode=0o700, dir_fd=opened[0])
            opened.append(os.open(name, only_folders, dir_fd=opened[0]))
        _, new, cur, tmp = opened
        yield new, cur, tmp
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _there(name: str, *folders: int) -> bool:
    """Whether a letter's file is there, with or without the flags that mail programs add after a colon."""
    return any(found == name or found.startswith(f"{name}:") for folder in folders for found in _names(folder))


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _put(letter: bytes, name: str, tmp: int, new: int, last_look: Callable[[], None]) -> None:
    """Write the file whole, then give it its name; whoever looks into `new` sees all of it or nothing."""
    for found in _names(tmp):
        if found.startswith(f"{name}."):  # what an interrupted try has left behind
            os.unlink(found, dir_fd=tmp)
    beside = f"{name}.{secrets.token_hex(8)}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=tmp)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        last_look()
        # Unlike a renaming, a link never takes the place of a letter that came first.
        with suppress(FileExistsError):
            os.link(beside, name, src_dir_fd=tmp, dst_dir_fd=new)
        os.fsync(new)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=tmp)


class SmtpMailer:
    """The school's mail server: one connection, one recipient and one transaction a letter.

    Up to the dot that ends a letter nothing has been taken over; from the answer to it on everything has. Only the
    moment in between is in doubt.
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
    ) -> None:
        """`timeout` is for a whole letter, in seconds; `tls` says whom to trust, if not whom the system trusts.

        `connect` opens a conversation that is not encrypted from the start, as `PatientSmtp` does.
        """
        self._settings = settings
        self._password = password
        self._timeout = timeout
        self._tls = tls
        self._monotonic = monotonic
        self._connect = connect or PatientSmtp

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
        deadline = self._monotonic() + self._timeout
        with self._conversation(sender.rpartition("@")[2], lambda: deadline - self._monotonic()) as server:
            server.address(letter, sender, recipient)
            server.body(letter)
            on_draft(_DOT_COMES)
            last_look()
            answer = server.dot()
        queued = _QUEUED_AS.search(answer)
        return queued[1] if queued else "accepted"

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - SMTP cannot be asked
        """None for a letter that was interrupted before its dot; MailUnknown for all others, as nothing can tell."""
        if not draft_id:
            return None
        raise MailUnknown("The letter may have reached the mail server or not; look in its log before sending again.")

    def close(self) -> None:
        """Nothing is held open between two letters."""

    @contextmanager
    def _conversation(self, me: str, left: Callable[[], float]) -> Iterator[_Conversation]:
        """Connect, encrypt and log in. Whatever goes wrong here is no fault of the letter: MailLater."""
        host, port, security = self._settings.host, self._settings.port, self._settings.security
        me = me if me.isascii() else "localhost"
        with _before_the_dot("does not answer"):
            context = (self._tls or ssl.create_default_context()) if security == "tls" else None
            patience = left()
            if patience <= 0:
                raise TimeoutError
            if context is not None:
                smtp: PatientSmtp = _PatientSmtpTls(host, port, me, timeout=patience, context=context, left=left)
            else:
                smtp = self._connect(host, port, me, timeout=patience, left=left)
        server = _Conversation(smtp, left)
        try:
            server.greet()
            if security == "starttls":
                server.encrypt(self._tls or ssl.create_default_context())
            if self._settings.user:
                server.log_in(self._settings.user, self._password or "")
            yield server
        finally:
            server.close()


class PatientSmtp(smtplib.SMTP):
    """smtplib's conversation, whose answers have to be there in time as a whole.

    smtplib gives every single byte the whole timeout, so a server that drips could hold a letter for days.
    """

    def __init__(self, *where: Any, left: Callable[[], float], **how: Any) -> None:
        """As `smtplib.SMTP`; `left` says how many seconds are left."""
        self._left = left
        super().__init__(*where, **how)

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's. Raises SMTPServerDisconnected for an answer that is not whole in time."""
        if self.file is None:
            self.file = _Answers(self.sock, self._left)
        return super().getreply()


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

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class _Conversation:
    """One SMTP conversation, phase by phase, within the seconds that `left` says are left."""

    def __init__(self, smtp: smtplib.SMTP, left: Callable[[], float]) -> None:
        self._smtp = smtp
        self._left = left
        self._in_letter = False

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

    def address(self, letter: bytes, sender: str, recipient: str) -> None:
        """Say from whom to whom, and ask for leave to send the letter itself."""
        options = [f"SIZE={len(letter)}"] if self._smtp.has_extn("size") else []
        if not letter.isascii():
            options.append(self._needed("8bitmime", "BODY=8BITMIME"))
        if not (sender + recipient).isascii():
            options.append(self._needed("smtputf8", "SMTPUTF8"))
            self._smtp.command_encoding = "utf-8"
        self._command("MAIL", " ".join([f"FROM:<{sender}>", *options]), {250}, "the sender")
        self._command("RCPT", f"TO:<{recipient}>", {250, 251}, "the recipient")
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
        return said.decode("ascii", "replace")

    def close(self) -> None:
        """Say goodbye. The letter's fate is settled before, so it does not matter how this ends."""
        if not self._in_letter:  # within the letter a goodbye would be one more line of it
            with suppress(OSError, smtplib.SMTPException):
                self._patience()
                self._smtp.quit()
        self._smtp.close()

    def _command(self, verb: str, words: str, well: set[int], what: str) -> None:
        with _before_the_dot("broke off"):
            self._patience()
            code, _ = self._smtp.docmd(verb, words)
        if code not in well:
            _refuse(code, what)

    def _needed(self, extension: str, option: str) -> str:
        if not self._smtp.has_extn(extension):
            raise MailRefused(f"The mail server cannot carry this letter (it has no {extension.upper()}).")
        return option

    def _patience(self) -> None:
        """Give the next step the time that is left. Raises TimeoutError where none is."""
        left = self._left()
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


class _Mailer(Protocol):
    @property
    def ask_after(self) -> timedelta: ...
    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str: ...
    def recover(self, key: str, draft_id: str) -> str | None: ...
    def close(self) -> None: ...


class _Drafts(_Mailer, Protocol):
    def look(self, draft_id: str, word: str) -> str | None: ...


class AllowListMailer:
    """Another mailer that writes to nobody but those listed: an address or "@domain" each. For trying things out."""

    def __init__(self, mailer: _Mailer, only_to: Iterable[str]) -> None:
        self._mailer = mailer
        self._listed = {each.strip().casefold() for each in only_to}

    @property
    def ask_after(self) -> timedelta:
        """As the other mailer's."""
        return self._mailer.ask_after

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """As the other mailer; raises MailNotAllowed for everybody who is not listed."""
        address = recipient.casefold()
        if not {address, f"@{address.rpartition('@')[2]}"} & self._listed:
            raise MailNotAllowed("mail.only_to does not list this recipient; nothing was sent.")
        return self._mailer.send(
            letter, sender=sender, recipient=recipient, key=key, on_draft=on_draft, last_look=last_look
        )

    def recover(self, key: str, draft_id: str) -> str | None:
        """As the other mailer."""
        return self._mailer.recover(key, draft_id)

    def close(self) -> None:
        """Close the other mailer."""
        self._mailer.close()


class AllowListDrafts(AllowListMailer):
    """The same for letters that are laid into the drafts."""

    def __init__(self, drafts: _Drafts, only_to: Iterable[str]) -> None:
        super().__init__(drafts, only_to)
        self._drafts = drafts

    def look(self, draft_id: str, word: str) -> str | None:
        """As the other one."""
        return self._drafts.look(draft_id, word)
