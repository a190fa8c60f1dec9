"""What has happened, as rows of the audit: inside the caller's transaction, as in `post`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from sheets_mastery.ledger.tables import audit

#: What every step needs, put together once.
_NOTE = insert(audit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that has happened to a letter."""

    at: datetime
    #: "sync", "deliver", "a person", or the random name of the delivery that has claimed it.
    who: str
    #: The state that it came into, "draft" or "joined".
    what: str
    #: Why, "" where there is nothing to say.
    why: str


def note(connection: Connection, who: str, what: str, key: str, detail: str, now: datetime) -> None:
    """Write a row into the audit."""
    connection.execute(_NOTE, {"at": now, "who": who, "what": what, "key": key, "detail": detail})


def of_letter(connection: Connection, key: str, *others: ColumnElement[bool]) -> tuple[Event, ...]:
    """Everything that has happened to a letter, oldest first, with what `others` name besides."""
    rows = connection.execute(select(audit).where(or_(audit.c.key == key, *others)).order_by(audit.c.at, audit.c.id))
    return tuple(Event(at=row.at, who=row.who, what=row.what, why=row.detail) for row in rows)
