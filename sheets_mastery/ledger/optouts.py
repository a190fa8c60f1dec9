"""Who wants no more letters of a kind, as rows: inside the caller's transaction, as in `post`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, distinct, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from sheets_mastery.ledger.tables import opt_out


def add(connection: Connection, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
    """Note that a person wants no letters of a kind; the moment of the first time stays."""
    try:
        with connection.begin_nested():
            connection.execute(insert(opt_out).values(gradebook=gradebook, guardian=guardian, kind=kind, at=now))
    except IntegrityError:
        pass  # it was noted before, perhaps this very moment: mail programs like to ask twice


def take_back(connection: Connection, gradebook: str, guardian: str, kind: str) -> None:
    """Let a person have letters of a kind again."""
    connection.execute(delete(opt_out).where(*standing(gradebook, guardian, kind)))


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
