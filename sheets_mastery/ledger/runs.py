"""The runs of commands, as rows: inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sheets_mastery.ledger.tables import of_gradebook, run


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of a command."""

    id: int
    #: The gradebook's name, "" for a command that is about no single one.
    gradebook: str
    command: str
    started: datetime
    #: None where it never said how it ended.
    finished: datetime | None
    #: How it ended, in the command's word; "" where it never said.
    outcome: str
    #: The plan's fingerprint, "" for none.
    fingerprint: str
    #: HTTP requests it took.
    requests: int
    #: What there is to count.
    counts: Mapping[str, int]
    #: Why it did not end well, "" where it did.
    why: str

    @property
    def interrupted(self) -> bool:
        """It never said how it ended: something stopped it, or it is at work this moment."""
        return self.finished is None


def start(connection: Connection, gradebook: str, command: str, *, now: datetime) -> int:
    """Note that a command begins; answers the number to end it by."""
    begun = insert(run).values(
        gradebook=gradebook,
        command=command,
        started=now,
        outcome="",
        fingerprint="",
        requests=0,
        counts={},
        why="",
    )
    number: Any = connection.execute(begun).inserted_primary_key
    return int(number[0])


def finish(connection: Connection, run_id: int, **ended: Any) -> bool:
    """Note how a command ended, by the columns of the table; whether such a run was open."""
    still_open = update(run).where(run.c.id == run_id, run.c.finished.is_(None))
    return connection.execute(still_open.values(**ended)).rowcount == 1


def last(connection: Connection, gradebook: str | None, limit: int) -> tuple[Run, ...]:
    """The last runs, of one gradebook or of all, newest first."""
    rows = connection.execute(
        select(run).where(of_gradebook(run.c.gradebook, gradebook)).order_by(run.c.id.desc()).limit(limit)
    ).mappings()
    return tuple(Run(**row) for row in rows)
