"""Ends a quarantine by a person's word: a copied spreadsheet is claimed, a ledger put back learns what has left.

Nothing here is decided by a machine alone: what cannot be found out becomes a letter that a person looks at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.errors import LedgerError, MailUnknown, SettingsError, SheetError
from sheets_mastery.notices import PERSON, Notice, NoticeState, letter_key
from sheets_mastery.outbox.edges import Sheets
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp, Suspicion, stamping

#: A ledger that was put back is as old as its last stamp, or, where it never wrote one, not older than this.
_OLDEST = timedelta(days=60)
#: The last stamp is looked for so long before the quarantine: one that did not arrive may have caused it.
_BEFORE = timedelta(minutes=10)
_FOUND = "found among the sent mail after the ledger was put back"
_ADDED_TO = "it is among the sent mail, and more was added to it since: look whether it says all of it"
_ALIKE = "another letter of this kind to this person left while the ledger did not know of it"
_NOBODY_TO_ASK = "it may have left before the ledger was put back, and a mail server cannot be asked"
_SAID_SENT = "a person says that it had left before the ledger was put back"


class Word(StrEnum):
    """What a person says about the letters that this ledger holds as not sent."""

    #: Look where sent mail is; what cannot be found out is for a person to settle, letter by letter.
    LOOK = "look"
    #: They have all left.
    SENT = "sent"
    #: None of them has.
    NOT_SENT = "not sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """What became of the letters of one gradebook."""

    gradebook: str
    #: Letters that had left.
    sent: int
    #: Letters that a person has to settle.
    to_look_at: int
    #: Letters that have not left, and may.
    to_leave: int


class Event(Protocol):
    """One thing that has happened to a letter."""

    @property
    def at(self) -> datetime: ...
    @property
    def what(self) -> str: ...


class Install(Protocol):
    """What the ledger knows about itself."""

    @property
    def secret(self) -> bytes: ...


class Ledger(Protocol):
    """The record of what has happened, as far as a quarantine goes."""

    def install(self) -> Install: ...
    def examine(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None: ...
    def quarantined(self, spreadsheet: str) -> Quarantine | None: ...
    def last_stamped(self, spreadsheet: str, *, before: datetime) -> datetime | None: ...
    def intend_stamp(self, spreadsheet: str, now: datetime) -> Stamp: ...
    def release(self, held: Quarantine, *, now: datetime, who: str) -> bool: ...
    def sole_deliverer(self) -> AbstractContextManager[None]: ...
    def waiting(self, gradebook: str | None = None) -> tuple[Notice, ...]: ...
    def history(self, key: str) -> Sequence[Event]: ...
    def find(self, beginning: str) -> tuple[Notice, ...]: ...
    def move(
        self, notice: Notice, to: NoticeState, *, now: datetime, reason: str = "", who: str = "deliver"
    ) -> Notice | None: ...


class SentMail(Protocol):
    """A place where sent mail is."""

    def among_sent(self, keys: Iterable[str]) -> bool:
        """Whether one of these letters is there. Raises MailUnknown where that cannot be told, MailLater."""
        ...


class Installation(Protocol):
    """One installation, connected as its settings say."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def sheets(self) -> Sheets: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def sent_mail(self) -> SentMail | None: ...
    def chosen(self, name: str | None) -> tuple[GradebookSettings, ...]: ...
    def sync(self, gradebook: GradebookSettings, command: str) -> object: ...


#: Where a letter belongs and why, by what may have left since a moment; None for no answer. Raises MailUnknown.
Says = Callable[[Installation, Notice, datetime], tuple[NoticeState, str] | None]


def held(service: Installation, gradebook: str | None) -> tuple[tuple[str, Quarantine], ...]:
    """The gradebooks in quarantine, as far as is known without looking at the sheets."""
    return tuple(
        (each.name, known)
        for each in service.chosen(gradebook)
        if (known := service.ledger.quarantined(each.spreadsheet)) is not None
    )


def claim(service: Installation, gradebook: str | None) -> tuple[str, ...]:
    """Let letters leave about spreadsheets that are copies or had another installation; answers which gradebooks'.

    SettingsError for one whose ledger was put back: that is for `reconcile`.
    """
    claimed = []
    for each, reading, found in _found(service, gradebook):
        if found.why is Suspicion.BEHIND:
            raise SettingsError(f"{each.name}: {found.why.sentence}.")
        with service.ledger.sole_deliverer():
            _release(service, reading, found)
        claimed.append(each.name)
    return tuple(claimed)


def reconcile(service: Installation, gradebook: str | None, word: Word) -> tuple[Reconciled, ...]:
    """Find out which letters have left that a ledger which was put back holds as not sent, and let the rest leave.

    A sync comes in between, so that everything that is owed is on the table; it stops for its guard as any other.
    SettingsError for a spreadsheet that is to be claimed.
    """
    done = []
    for each, _, found in _found(service, gradebook):
        if found.why is not Suspicion.BEHIND:
            raise SettingsError(f"{each.name}: {found.why.sentence}.")
        sent = to_look_at = 0
        if word is Word.LOOK:
            # Before the sync: what it finds newly missing must not join a letter that has left already.
            with service.ledger.sole_deliverer():
                before = _settle(service, each, found, (_this_one,))
            sent, to_look_at = before.sent, before.to_look_at
        service.sync(each, "reconcile")
        with service.ledger.sole_deliverer():
            settled = _settle(service, each, found, _SAYS[word])
            _release(service, service.sheets.read(each.spreadsheet), found)
        done.append(replace(settled, sent=settled.sent + sent, to_look_at=settled.to_look_at + to_look_at))
    return tuple(done)


def _found(service: Installation, gradebook: str | None) -> Iterator[tuple[GradebookSettings, Reading, Quarantine]]:
    """The gradebooks in quarantine, each after a look at its sheet."""
    for each in service.chosen(gradebook):
        reading = service.sheets.read(each.spreadsheet)
        found = service.ledger.examine(reading.spreadsheet_id, reading.stamps, service.clock())
        if found is not None:
            yield each, reading, found


def _settle(service: Installation, gradebook: GradebookSettings, found: Quarantine, says: Iterable[Says]) -> Reconciled:
    """What became of each letter that waits to leave by itself: the first answer counts."""
    ledger, counts = service.ledger, Counter[NoticeState]()
    stamped = ledger.last_stamped(found.spreadsheet, before=found.since - _BEFORE)
    since = max(stamped or found.since - _OLDEST, service.clock() - _OLDEST)
    for notice in ledger.waiting(gradebook.name):
        if notice.state not in {NoticeState.HOLD, NoticeState.READY}:
            continue
        try:
            answers = (each(service, notice, since) for each in says)
            to, why = next((answer for answer in answers if answer is not None), (notice.state, ""))
        except MailUnknown as problem:
            to, why = NoticeState.NEEDS_REVIEW, str(problem)
        counts[to] += 1
        if to is not notice.state:
            _move(service, notice, to, why)
    return Reconciled(
        gradebook=gradebook.name,
        sent=counts[NoticeState.SENT],
        to_look_at=counts[NoticeState.NEEDS_REVIEW],
        to_leave=counts[NoticeState.HOLD] + counts[NoticeState.READY],
    )


def _this_one(service: Installation, notice: Notice, since: datetime) -> tuple[NoticeState, str] | None:
    """Whether this very letter is among the sent mail. What was added to it since, it may have said or not."""
    if not _among_sent(service, [notice.key]):
        return None
    added = any(event.what == "joined" and event.at > since for event in service.ledger.history(notice.key))
    return (NoticeState.NEEDS_REVIEW, _ADDED_TO) if added else (NoticeState.SENT, _FOUND)


def _among_sent(service: Installation, keys: Iterable[str]) -> bool:
    """Whether one of these letters is where sent mail is. Raises MailUnknown where that cannot be told, MailLater."""
    if service.sent_mail is None:
        raise MailUnknown(_NOBODY_TO_ASK)
    return service.sent_mail.among_sent(keys)


def _one_like_it(service: Installation, notice: Notice, since: datetime) -> tuple[NoticeState, str] | None:
    """Whether the same may have been said by a letter that this ledger never knew.

    It was decided, on a day of its own, after the copy was made; its key follows from that day.
    """
    zone, secret = service.settings.school.zone, service.ledger.install().secret
    first, last = since.astimezone(zone).date(), service.clock().astimezone(zone).date()
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    about = (notice.gradebook, notice.student, notice.guardian, notice.kind)
    keys = [letter_key(secret, *about, day) for day in days]
    unknown = [key for key in keys if not service.ledger.find(key)]
    if unknown and _among_sent(service, unknown):
        return NoticeState.NEEDS_REVIEW, _ALIKE
    return None


def _somebody_says_so(_service: Installation, _notice: Notice, _since: datetime) -> tuple[NoticeState, str]:
    return NoticeState.SENT, _SAID_SENT


_SAYS: Mapping[Word, tuple[Says, ...]] = {
    Word.LOOK: (_this_one, _one_like_it),
    Word.SENT: (_somebody_says_so,),
    Word.NOT_SENT: (),
}


def _move(service: Installation, notice: Notice, to: NoticeState, why: str) -> None:
    """By way of what a person looks at: whatever dies on the way, nothing leaves."""
    moved: Notice | None = notice
    for state in dict.fromkeys((NoticeState.NEEDS_REVIEW, to)):
        moved = moved and service.ledger.move(moved, state, now=service.clock(), reason=why, who=PERSON)
    if moved is None:
        raise LedgerError("A letter has moved on in this moment: say it again.")


def _release(service: Installation, reading: Reading, found: Quarantine) -> None:
    """Put this ledger's own stamp in the place of the one that was found, then let letters leave.

    Whoever wrote the other one, if it is still at work, will find ours, and stop.
    """
    stamp = service.ledger.intend_stamp(reading.spreadsheet_id, service.clock())
    there = service.sheets.stamp(reading.spreadsheet_id, stamping(reading.stamps, stamp))
    if [each.text for each in there] != [stamp.text()]:
        raise SheetError("somebody else wrote into the spreadsheet in this very moment: say it again.")
    service.ledger.release(found, now=service.clock(), who=PERSON)
