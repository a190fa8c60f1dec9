"""Read what has come back, and note it: each mail once, and how far the place was read together with what it said."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sheets_mastery.afterwards import CameBack
from sheets_mastery.bounces import AutoReply, Batch, Report, read_mail
from sheets_mastery.envelope import beginning, token
from sheets_mastery.errors import SheetsMasteryError
from sheets_mastery.notices import Notice, digest

_log = logging.getLogger("sheets_mastery")


class Place(Protocol):
    """A place to which letters come back."""

    @property
    def name(self) -> str:
        """Its name in the ledger."""
        ...

    def read(self, mark: str, now: datetime) -> Batch:
        """The mails since `mark`, which is "" at the first look. Raises MailboxUnread or CredentialsError."""
        ...

    def check(self) -> None:
        """Look whether it can be read, and raise as `read`."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class Noted(Protocol):
    """What was new in what has come back."""

    @property
    def hard(self) -> int: ...
    @property
    def soft(self) -> int: ...
    @property
    def delayed(self) -> int: ...
    @property
    def settled(self) -> int: ...
    @property
    def withdrawn(self) -> int: ...
    @property
    def stopped(self) -> str: ...


class Ledger(Protocol):
    """The record of what has happened."""

    def bookmark(self, source: str) -> str: ...
    def find(self, beginning: str) -> tuple[Notice, ...]: ...
    def came_back(
        self, came: Iterable[CameBack], *, source: str, before: str, after: str, now: datetime
    ) -> Noted | None: ...


@dataclass(kw_only=True)
class Found:
    """What a look has brought."""

    #: Letters by "came back for good", "came back", "not delivered yet", "withdrawn", and "sent" for those of which
    #: nobody knew before; mails by "answered by itself" and "about no letter".
    counts: Counter[str] = field(default_factory=Counter)
    #: What went wrong, each in a sentence. Letters leave all the same.
    troubles: list[str] = field(default_factory=list)
    #: Why all letters have been stopped; "" where they have not.
    stopped: str = ""


def read_comebacks(place: Place, ledger: Ledger, secret: bytes, now: datetime) -> Found:
    """Read a place on from where it was read to. `secret` is the installation's. LedgerError where that fails."""
    found = Found()
    before = ledger.bookmark(place.name)
    try:
        batch = place.read(before, now)
    except SheetsMasteryError as problem:
        found.troubles.append(str(problem))
        return found
    came = []
    for raw in batch.mails:
        mail = read_mail(raw)
        meant = _meant(mail, ledger, secret, raw) if isinstance(mail, Report) else None
        if meant is not None:
            came.append(meant)
        else:
            found.counts["answered by itself" if isinstance(mail, AutoReply) else "about no letter"] += 1
    if batch.trouble:
        found.troubles.append(batch.trouble)
    if came or batch.mark != before:
        noted = ledger.came_back(came, source=place.name, before=before, after=batch.mark, now=now)
        if noted is None:
            # Another reading went first and has noted the same.
            return Found(troubles=found.troubles)
        found.counts["came back for good"] += noted.hard
        found.counts["came back"] += noted.soft
        found.counts["not delivered yet"] += noted.delayed
        found.counts["sent"] += noted.settled
        found.counts["withdrawn"] += noted.withdrawn
        found.stopped = noted.stopped
    found.counts += Counter()
    if batch.mails:
        _log.info("came back place=%s mails=%d letters=%d", place.name, len(batch.mails), len(came))
    return found


def _meant(mail: Report, ledger: Ledger, secret: bytes, raw: bytes) -> CameBack | None:
    """The letter that a mail is about, and how it came back; None for no letter of ours."""
    for mark in mail.marks:
        for letter in ledger.find(beginning(mark)):
            failure = mail.about(letter.guardian, secret) if token(letter.key).startswith(mark) else None
            if failure is not None:
                return CameBack(
                    key=letter.key,
                    bounce=failure.bounce,
                    status=failure.status,
                    mail=digest(secret, "mail", hashlib.sha256(raw).hexdigest())[:32],
                    proves=mark == token(letter.key),
                )
    return None
