"""Who wants no more letters of a kind, as rows: inside the caller's transaction, as in `post`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, distinct, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.tables import audit, opt_out

#: Who stands in the audit where the link in a letter was used, and what.
_READER, _STOPPED, _WANTED = "its reader", "letters stopped", "letters wanted again"


def add(connection: Connection, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
    """Note that a person wants no letters of a kind; the moment of the first time stays."""
    try:
        with connection.begin_nested():
            connection.execute(insert(opt_out).values(gradebook=gradebook, guardian=guardian, kind=kind, at=now))
    except IntegrityError:
        return  # it was noted before, perhaps this very moment: mail programs like to ask twice
    note(connection, _READER, _STOPPED, guardian, _said(gradebook, kind), now)


def take_back(connection: Connection, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
    """Let a person have letters of a kind again. That they were stopped, and when, stays in the audit."""
    row = standing(gradebook, guardian, kind)
    since = connection.execute(select(opt_out.c.at).where(*row)).scalar_one_or_none()
    if since is None or not connection.execute(delete(opt_out).where(*row)).rowcount:
        return
    there = exists().where(audited(gradebook, guardian, kind), audit.c.what == _STOPPED, audit.c.at >= since)
    if not connection.execute(select(there)).scalar():
        # It was stopped before the audit told of such things, or its row is no longer kept.
        note(connection, _READER, _STOPPED, guardian, _said(gradebook, kind), since)
    note(connection, _READER, _WANTED, guardian, _said(gradebook, kind), now)


def audited(gradebook: str, guardian: str, kind: str) -> ColumnElement[bool]:
    """What the audit has of a person who stopped letters of a kind: the person stands there in a letter's place."""
    return and_(audit.c.key == guardian, audit.c.detail == _said(gradebook, kind))


def _said(gradebook: str, kind: str) -> str:
    return f"{gradebook}: {kind}"


def standing(gradebook: str, guardian: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    """The row that says that a person wants no letters of a kind."""
    return opt_out.c.gradebook == gradebook, opt_out.c.guardian == guardian, opt_out.c.kind == kind


def has(connection: Connection, gradebook: str, guardian: str, kind: str) -> bool:
    """Whether a person wants no letters of a kind about a gradebook."""
    return bool(connection.execute(select(exists().where(*standing(gradebook, guardian, kind)))).scalar())


def people(connection: Connection, gradebook: str) -> int:
    """How many people have stopped a kind of letter, or several, about a gradebook."""
    counted = select(func.count(distinct(opt_out.c.guardian))).where(opt_out.c.gradebook == gradebook)
    return int(connection.execute(counted).scalar_one())
