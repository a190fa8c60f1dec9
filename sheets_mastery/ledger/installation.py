"""This installation, as the one row about it: inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.tables import install

#: What the audit says where a person lets letters leave again.
GOING_ON = "going on"
#: What every letter needs, put together once.
_ONE_MORE = update(install).values(send_seq=install.c.send_seq + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Install:
    """This installation."""

    #: Names the installation; a copied ledger has the same.
    id: str
    #: The key of every digest.
    secret: bytes = field(repr=False)
    #: How many letters have left. It only grows: a lower number than one seen before tells of a ledger put back.
    send_seq: int
    #: When the ledger was made.
    created: datetime


def is_there(connection: Connection) -> bool:
    """Whether the ledger has been made."""
    return connection.execute(select(install.c.one)).first() is not None


def make(connection: Connection, now: datetime, new_secret: Callable[[int], bytes]) -> None:
    """Make the installation, unless somebody else has just done so: then theirs counts."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(install).values(one=1, id=new_secret(16).hex(), secret=new_secret(32), send_seq=0, created=now)
            )
    except IntegrityError:
        pass


def ours(connection: Connection) -> Install:
    """Which installation this is, and how many letters it has sent."""
    row = connection.execute(select(install)).one()
    return Install(id=row.id, secret=row.secret, send_seq=row.send_seq, created=row.created)


def count_sent(connection: Connection) -> None:
    """Count one more letter that has left."""
    connection.execute(_ONE_MORE)


def stopped(connection: Connection) -> str:
    """Why no letter may leave, "" where letters leave."""
    return str(connection.execute(select(install.c.stopped)).scalar_one())


def stop(connection: Connection, why: str, *, now: datetime, who: str) -> bool:
    """Let no letter leave; whether it was not so before."""
    return _set_stopped(connection, why, install.c.stopped == "", "stopped", now=now, who=who)


def go_on(connection: Connection, *, now: datetime, who: str) -> bool:
    """Let letters leave again; whether they were stopped."""
    return _set_stopped(connection, "", install.c.stopped != "", GOING_ON, now=now, who=who)


def _set_stopped(
    connection: Connection, why: str, where: ColumnElement[bool], what: str, *, now: datetime, who: str
) -> bool:
    changed = connection.execute(update(install).where(where).values(stopped=why)).rowcount == 1
    if changed:
        note(connection, who, what, "", why, now)
    return changed
