"""A mail that somebody has in hand, held against the letter that it claims to be: which one, whose, and its words.

For the day on which a family says that it got another child's letter. The ledger has no letter and no address, but a
keyed digest of what left and of whom it was for, so it can tell whether this mail is that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheets_mastery import terminal
from sheets_mastery.envelope import beginning, content_digest, digest_in, opened, token
from sheets_mastery.errors import SettingsError
from sheets_mastery.notices import Notice, NoticeState, person_digest

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType

    from sheets_mastery.wiring import Service

#: A letter of ours has some ten thousand bytes.
_LARGEST = 1_000_000
_REFERENCE = re.compile(r"\bSM-([A-Z2-7]{10})\b")
_HEADER = re.compile(r"^X-SM-Notice: ?([a-z2-7]{26})\r?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What can be told of one mail."""

    #: The whole key of the letter whose mark it has.
    key: str
    gradebook: str
    kind: str
    #: The student's id, as the ledger knows it; "" for the teacher's digest.
    student: str
    #: One of `NoticeState`.
    state: str
    #: When the letter came into that state; None where the audit no longer knows.
    at: datetime | None
    #: Whether subject, recipient and text are those that left; None where no digest of them was kept.
    as_it_left: bool | None
    #: Whether the address in `To` is the one that the letter was for.
    to_its_reader: bool

    @property
    def in_order(self) -> bool:
        """Whether it is the letter that left, and went to whom it was for."""
        return bool(self.as_it_left) and self.to_its_reader


def examine(service: Service, mail: Path) -> Examined:
    """Hold a mail, saved with all its headers, against the ledger. SettingsError where it is none of its letters."""
    try:
        with mail.open("rb") as file:
            raw = file.read(_LARGEST)
    except OSError as problem:
        raise SettingsError(f"outbox examine: {mail} cannot be read: {problem.strerror}.") from None
    try:
        message = opened(raw)
        words, to = digest_in(message), _address(message)
    except Exception:  # noqa: BLE001 - whatever Python's parser makes of hostile bytes, these are no words of ours
        words, to = "", ""
    notice = next((found for mark in _marks(raw) for found in _letters(service, mark)), None)
    if notice is None:
        raise SettingsError(
            f"outbox examine: {mail} has no mark of a letter that this ledger knows. Save the mail with all its "
            "headers (“show original”, “save as”), not a copy of its text."
        )
    secret, kept = service.ledger.install().secret, service.ledger.content(notice.key)
    came = [event.at for event in service.ledger.history(notice.key) if event.what == notice.state]
    readers = {person_digest(secret, who, to) for who in ("guardian", "student", "teacher")}
    return Examined(
        key=notice.key,
        gradebook=notice.gradebook,
        kind=notice.kind,
        student=notice.student,
        state=notice.state,
        at=came[-1] if came else None,
        as_it_left=content_digest(secret, words) == kept if kept else None,
        to_its_reader=notice.guardian in readers,
    )


def _letters(service: Service, mark: str) -> list[Notice]:
    return [each for each in service.ledger.find(beginning(mark)) if token(each.key).startswith(mark)]


def _marks(raw: bytes) -> tuple[str, ...]:
    """The header's first; where a mail program has taken that off, the reference in the text."""
    said = raw.decode("latin-1")
    found = [*_HEADER.findall(said)[:5], *(word.lower() for word in _REFERENCE.findall(said)[:5])]
    return tuple(dict.fromkeys(found))


def _address(message: EmailMessage) -> str:
    there: tuple[Any, ...] = getattr(message["To"], "addresses", ())
    return str(there[0].addr_spec) if len(there) == 1 else ""


def drawn(found: Examined, zone: tzinfo) -> RenderableType:
    """The same as a table."""
    words = {True: "as they left", False: "not as they left", None: "cannot be told: no digest of them was kept"}
    left = found.state == NoticeState.SENT
    return terminal.facts(
        "A mail in hand",
        {
            "letter": found.key,
            "gradebook": found.gradebook,
            "about": found.kind,
            "student": found.student or "—",
            "state": found.state,
            "left" if left else "since": terminal.moment(found.at, zone),
            "subject, recipient and text": words[found.as_it_left],
            "its address": "the one it was for" if found.to_its_reader else "not the one it was for",
        },
    )
