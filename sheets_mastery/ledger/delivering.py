"""What a delivery does with letters, as rows: inside the caller's transaction, as in `post`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, func, select

from sheets_mastery.afterwards import COMES_BACK
from sheets_mastery.ledger import history, moves, optouts, post, returned
from sheets_mastery.ledger.tables import install, notice
from sheets_mastery.notices import UNWANTED, Notice, NoticeState

#: The states from which a delivery may take a letter, and from which it is given up when its time is over.
_SENDABLE = (NoticeState.HOLD, NoticeState.READY)


def due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a letter may leave now."""
    return notice.c.state.in_(_SENDABLE), notice.c.not_before <= now, notice.c.expires > now


def expire(connection: Connection, now: datetime) -> int:
    """Give up the letters whose time is over; answers how many. What they would have said may be said by others."""
    given_up = {"state": NoticeState.CANCELLED, "reason": "expired"}
    over = (notice.c.state.in_(_SENDABLE), notice.c.expires <= now)
    done = 0
    for key in post.keys(connection, *over):
        if post.change(connection, key, given_up, now, *over):
            post.free_items(connection, key)
            history.note(connection, "deliver", NoticeState.CANCELLED, key, "expired", now)
            done += 1
    return done


def claim(
    connection: Connection,
    key: str,
    version: int,
    *,
    now: datetime,
    lease_owner: str,
    lease_seconds: int,
    content: str,
) -> Notice | None:
    """Take a letter that is due, as it was seen with this version; None where another was faster or it changed."""
    taken = {
        "state": NoticeState.SENDING,
        "attempt": notice.c.attempt + 1,
        "content_hash": content,
        # A draft of an earlier attempt says nothing about this one.
        "draft_id": "",
        "lease_owner": lease_owner,
        "lease_no": notice.c.lease_no + 1,
        "lease_until": now + timedelta(seconds=lease_seconds),
    }
    still_due = (notice.c.version == version, *due(now))
    return moves.step(connection, key, taken, still_due, who=lease_owner, what=NoticeState.SENDING, now=now)


def look(connection: Connection, claimed: Notice, now: datetime) -> tuple[bool, str, str]:
    """Whether a claim still counts, why no letter may leave, and why its reader is not written to."""
    counts = notice.c.key == claimed.key, *moves.as_seen(claimed), notice.c.lease_until > now
    unwanted = optouts.standing(claimed.gradebook, claimed.guardian, claimed.kind)
    row = connection.execute(
        select(
            install.c.stopped,
            exists().where(*counts).label("counts"),
            exists().where(*unwanted).label("unwanted"),
            exists().where(*returned.suppresses(claimed.guardian)).label("in_vain"),
        )
    ).one()
    return bool(row.counts), row.stopped, UNWANTED if row.unwanted else COMES_BACK if row.in_vain else ""


def take_over(connection: Connection, now: datetime, ask_after: timedelta) -> int:
    """Take every letter that is being sent from whoever has claimed it; answers how many."""
    taken = 0
    for row in connection.execute(
        select(notice.c.key, notice.c.version, notice.c.changed)
        .where(notice.c.state == NoticeState.SENDING)
        .order_by(notice.c.key)
    ).all():
        # A clock that was put back must not keep the question for days.
        asked = min(max(now, row.changed + ask_after), now + ask_after)
        values = {
            "state": NoticeState.UNKNOWN,
            "reason": "interrupted while it was sent",
            "not_before": asked,
            **moves.NO_LEASE,
        }
        still = (notice.c.state == NoticeState.SENDING, notice.c.version == row.version)
        if post.change(connection, row.key, values, now, *still):
            history.note(connection, "deliver", NoticeState.UNKNOWN, row.key, "interrupted while it was sent", now)
            taken += 1
    return taken


def postpone(connection: Connection, until: datetime, now: datetime) -> int:
    """Let no letter that may leave do so before a moment; answers how many had to wait for it."""
    earlier = (notice.c.state.in_(_SENDABLE), notice.c.not_before < until)
    moved = 0
    for key in post.keys(connection, *earlier):
        moved += post.change(connection, key, {"not_before": until}, now, *earlier)
    return moved


def left_since(connection: Connection, moment: datetime) -> int:
    """How many letters have left since a moment, those that may have left included, of all gradebooks."""
    away = (NoticeState.SENDING, NoticeState.SENT, NoticeState.UNKNOWN, NoticeState.NEEDS_REVIEW)
    counted = select(func.count()).where(notice.c.state.in_(away), notice.c.changed > moment)
    return int(connection.execute(counted).scalar_one())
