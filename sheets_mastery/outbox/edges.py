"""What the outbox asks of the world: where spreadsheets are, the letters in the ledger, ways for letters to leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.notices import Decided, Notice, NoticeState
from sheets_mastery.past import Past
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp


class Sheets(Protocol):
    """A place where spreadsheets are."""

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole document as the service wants it, by one request."""
        ...

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        """Put the service's stamp into the document by one request; answers the stamps that are there afterwards."""
        ...


class Noted(Protocol):
    """What follows from an address that is none."""

    @property
    def stopped(self) -> str:
        """Why all letters have been stopped; "" where they have not."""
        ...


class Outbox(Protocol):
    """The letters in the ledger."""

    def past(self, gradebook: str, today: date) -> Past: ...
    def sole_deliverer(self) -> AbstractContextManager[None]:
        """Held while delivering; raises LedgerError where another delivery holds it."""
        ...

    def examine(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None: ...
    def quarantined(self, spreadsheet: str) -> Quarantine | None: ...
    def intend_stamp(self, spreadsheet: str, now: datetime) -> Stamp: ...
    def expire(self, now: datetime) -> int: ...
    def take_over(self, now: datetime, *, ask_after: timedelta) -> int: ...
    def unknown(self, now: datetime) -> tuple[Notice, ...]: ...
    def drafted(self, now: datetime) -> tuple[Notice, ...]: ...
    def due(self, now: datetime) -> tuple[Notice, ...]: ...
    def left_since(self, moment: datetime) -> int: ...
    def refused_in_a_row(self) -> frozenset[str]: ...
    def waiting(self) -> tuple[Notice, ...]: ...
    def decide(self, decided: Decided, *, now: datetime, who: str) -> Notice | None: ...
    def stopped(self) -> str: ...
    def stop(self, why: str, *, now: datetime, who: str) -> bool: ...
    def look(self, claimed: Notice, now: datetime) -> tuple[bool, str, str]: ...
    def postpone(self, until: datetime, now: datetime) -> int: ...
    def claim(
        self, key: str, version: int, *, now: datetime, lease_owner: str, lease_seconds: int, content: str = ""
    ) -> Notice | None: ...
    def turned_away(self, notice: Notice, status: str, *, reason: str, now: datetime) -> Noted | None: ...
    def note_draft(self, notice: Notice, draft_id: str, now: datetime) -> Notice | None: ...
    def move(
        self,
        notice: Notice,
        to: NoticeState,
        *,
        now: datetime,
        reason: str = "",
        not_before: datetime | None = None,
        expires: datetime | None = None,
        draft_id: str | None = None,
        provider_id: str | None = None,
    ) -> Notice | None: ...


class Mailer(Protocol):
    """A way for letters to leave."""

    @property
    def ask_after(self) -> timedelta:
        """How long after a lost answer `recover` can be relied upon."""
        ...

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
        """Hand one letter over; answers what the mail service calls it. Raises a MailError where it did not go.

        `on_draft` is told the name of a draft, where there is one. `last_look` is called right before the step from
        which there is no way back; whatever either raises comes out again, and then nothing has left.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...

    def recover(self, key: str, draft_id: str) -> str | None:
        """The service's name for a letter that went, None for one that did not and never will.

        Raises MailUnknown where a person has to look, MailLater where the service cannot be asked just now.
        """
        ...


class Drafts(Mailer, Protocol):
    """A mailbox into whose drafts letters are laid; its `send` lays one there, and nothing is sent."""

    def look(self, draft_id: str, word: str) -> str | None:
        """None while a draft lies there, the service's name for the letter once a person has sent it.

        `word` is the letter's reference. Raises MailUnknown where it is gone without a trace, MailLater where the
        service cannot be asked just now.
        """
        ...


#: Puts a rendered letter into its envelope, as `envelope.seal` does.
Envelope = Callable[..., bytes]
