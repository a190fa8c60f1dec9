"""What has happened to letters since they left, as rows: inside the caller's transaction, as in `post`.

Marks are only ever added. The same mail, read twice, is one row, and only a new row has consequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, true, update

from sheets_mastery.afterwards import (
    BREAKER_LAST,
    COMES_BACK,
    Bounce,
    CameBack,
    Since,
    Suppressed,
    alarm,
    in_brackets,
    verdict_on,
)
from sheets_mastery.ledger import installation, moves, post
from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.tables import (
    audit,
    bookmark,
    bounce,
    correction,
    notice,
    notice_item,
    of_gradebook,
    suppressed,
    upsert,
)
from sheets_mastery.notices import PROGRAM_ERROR, Notice, NoticeState

#: Who stands in the audit.
_READER = "bounces"
#: So many mails about one letter are noted: whoever has got it can write as many as there is patience for.
_MAILS_MOST = 20
#: So many of the last refusals are looked through for people.
_LAST = 100
_HOLDS = suppressed.c.lifted.is_(None)
_COUNTING = tuple(each for each in Bounce if each.counts)
#: Why a letter is SENT of which nobody knew.
_LEFT = "it came back, so it had left"
_FINAL = tuple(state for state in NoticeState if state.final)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What was new in what has come back."""

    #: How many letters came back, by how.
    hard: int = 0
    soft: int = 0
    delayed: int = 0
    elsewhere: int = 0
    #: Of how many of them nobody knew before that they had left.
    settled: int = 0
    #: How many people are written to no more.
    people: int = 0
    #: How many waiting letters to them were withdrawn.
    withdrawn: int = 0
    #: Why all letters have been stopped; "" where they have not.
    stopped: str = ""


def mark_of(connection: Connection, source: str) -> str:
    """How far a place was read; "" for not at all."""
    found = connection.execute(select(bookmark.c.mark).where(bookmark.c.source == source)).scalar_one_or_none()
    return found or ""


def turn(connection: Connection, source: str, before: str, after: str, now: datetime) -> bool:
    """Move a bookmark on from where it was; whether it was there."""
    if not before:
        return _add(connection, bookmark, source=source, mark=after, at=now)
    moved = update(bookmark).where(bookmark.c.source == source, bookmark.c.mark == before)
    return connection.execute(moved.values(mark=after, at=now)).rowcount == 1


def record(connection: Connection, came: Iterable[CameBack], *, now: datetime) -> Recorded:
    """Note letters that came back, and what follows: whom not to write to, and whether anybody is."""
    so_far, people = Recorded(), set()
    for each in sorted(came, key=lambda each: (each.key, each.mail)):
        letter = connection.execute(
            select(notice.c.guardian, notice.c.gradebook, notice.c.state, notice.c.attempt).where(
                notice.c.key == each.key, true() if each.proves else notice.c.attempt > 0
            )
        ).one_or_none()
        if letter is None or not _note(connection, each, letter.guardian, now):
            continue
        if each.proves and _settle(connection, each.key, letter.state, letter.attempt, now):
            so_far = replace(so_far, settled=so_far.settled + 1)
        so_far = replace(so_far, **{each.bounce.value: getattr(so_far, each.bounce.value) + 1})
        why = verdict_on(each.bounce, each.status, _soft_before(connection, letter.guardian, each.key), now)
        if why and _suppress(connection, letter.guardian, letter.gradebook, each, why, now):
            people.add(letter.guardian)
    withdrawn = 0
    if people:
        for key in post.keys(connection, notice.c.guardian.in_(people), notice.c.state.in_(post.WAITING)):
            withdrawn += post.withdraw(connection, key, COMES_BACK, now=now, who=_READER)
    stopped = _breaker(connection, now) if so_far.hard or so_far.soft else ""
    return replace(so_far, people=len(people), withdrawn=withdrawn, stopped=stopped)


def turned_away(connection: Connection, letter: Notice, status: str, *, now: datetime) -> Recorded:
    """What follows where a letter was refused because there is no such address: the same as if it had come back."""
    # No two attempts at a letter are the same refusal.
    mail = f"refused at once, attempt {letter.attempt}"
    done = record(connection, [CameBack(key=letter.key, bounce=Bounce.HARD, status=status, mail=mail)], now=now)
    withdrawn = {"state": NoticeState.CANCELLED, "reason": COMES_BACK}
    if post.change(connection, letter.key, withdrawn, now, notice.c.state == NoticeState.FAILED):
        post.free_items(connection, letter.key)
        note(connection, _READER, NoticeState.CANCELLED, letter.key, COMES_BACK, now)
    return done


def since(connection: Connection, gradebook: str | None = None) -> dict[str, Since]:
    """What has happened to letters since they left, by key; only those to which something has."""
    found: dict[str, Since] = {}
    backs = connection.execute(
        select(bounce.c.letter, bounce.c.bounce, bounce.c.status, bounce.c.at)
        .join(notice, notice.c.key == bounce.c.letter)
        .where(of_gradebook(notice.c.gradebook, gradebook))
        .order_by(bounce.c.id)
    )
    for row in backs:
        known = found.get(row.letter, Since(key=row.letter))
        if known.bounce is None or row.bounce.weight > known.bounce.weight:
            found[row.letter] = replace(known, bounce=row.bounce, status=row.status, came_back=row.at)
    put_right = connection.execute(
        select(correction.c.letter, func.min(correction.c.at).label("at"))
        .join(notice, notice.c.key == correction.c.letter)
        .where(of_gradebook(notice.c.gradebook, gradebook))
        .group_by(correction.c.letter)
    )
    for fixed in put_right:
        found[fixed.letter] = replace(found.get(fixed.letter, Since(key=fixed.letter)), corrected=fixed.at)
    return found


def holding(connection: Connection, *where: ColumnElement[bool]) -> tuple[Suppressed, ...]:
    """Who is not written to because letters came back, the longest first."""
    rows = connection.execute(select(suppressed).where(_HOLDS, *where).order_by(suppressed.c.id))
    return tuple(
        Suppressed(
            guardian=row.guardian,
            gradebook=row.gradebook,
            key=row.letter,
            since=row.since,
            status=row.status,
            why=row.why,
        )
        for row in rows
    )


def suppresses(guardian: str) -> tuple[ColumnElement[bool], ...]:
    """The row that says that a person is not written to, because letters came back."""
    return _HOLDS, suppressed.c.guardian == guardian


def lift(connection: Connection, guardian: str, *, now: datetime, who: str) -> bool:
    """Write to a person again, and let be said what only letters said that came back; whether it was not so before."""
    which = connection.execute(select(suppressed.c.letter).where(_HOLDS, suppressed.c.guardian == guardian)).first()
    lifted = update(suppressed).where(_HOLDS, suppressed.c.guardian == guardian).values(lifted=now)
    if which is None or connection.execute(lifted).rowcount != 1:
        return False
    note(connection, who, "address written to again", which.letter, "", now)
    came_back = set(
        connection.execute(
            select(bounce.c.letter).where(bounce.c.guardian == guardian, bounce.c.bounce.in_(_COUNTING))
        ).scalars()
    )
    items = connection.execute(
        select(notice_item.c.id, notice_item.c.notice, notice_item.c.gradebook, notice_item.c.episode).where(
            notice_item.c.guardian == guardian, ~notice_item.c.withdrawn
        )
    ).all()
    arrived = {(row.gradebook, row.episode) for row in items if row.notice not in came_back}
    free = [row.id for row in items if row.notice in came_back and (row.gradebook, row.episode) not in arrived]
    if free:
        connection.execute(update(notice_item).where(notice_item.c.id.in_(free)).values(withdrawn=True))
    return True


def correct(connection: Connection, corrected: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Note that what a letter said of an episode was put right since: (the letter's key, episode). Twice is once."""
    for letter, episode in sorted(corrected):
        if _add(connection, correction, letter=letter, episode=episode, at=now):
            note(connection, "sync", "corrected since", letter, "", now)


def _settle(connection: Connection, key: str, state: NoticeState, attempt: int, now: datetime) -> bool:
    """Note that a letter has left, of which the ledger does not know; whether it did not.

    It may have been interrupted, or be tried for the second time this moment (then whoever has claimed it finds at the
    last look that it is no longer theirs), or have left before the ledger was put back from a copy.
    """
    left = {"state": NoticeState.SENT, "reason": _LEFT, **moves.NO_LEASE}
    unsettled = (notice.c.state.not_in(_FINAL),)
    if moves.step(connection, key, left, unsettled, who=_READER, what=NoticeState.SENT, now=now) is None:
        return False
    if attempt and state is NoticeState.HOLD:
        # More was added to it after it had been tried: that has not been said, and nobody can tell which it was.
        post.free_items(connection, key)
    return True


def _note(connection: Connection, each: CameBack, guardian: str, now: datetime) -> bool:
    """Write one mail down; whether it was not there yet."""
    there = select(func.count()).select_from(bounce).where(bounce.c.letter == each.key)
    if connection.execute(there).scalar_one() >= _MAILS_MOST:
        return False
    told = {"bounce": each.bounce, "status": each.status, "mail": each.mail}
    if not _add(connection, bounce, letter=each.key, guardian=guardian, at=now, **told):
        return False
    what = "came back" if each.bounce.counts else "not delivered"
    note(connection, _READER, what, each.key, f"{each.bounce}{in_brackets(each.status)}", now)
    return True


def _soft_before(connection: Connection, guardian: str, but: str) -> list[datetime]:
    """When other letters to a person came back softly, each once, since the person was last written to again."""
    lifted = connection.execute(
        select(func.max(suppressed.c.lifted)).where(suppressed.c.guardian == guardian)
    ).scalar_one_or_none()
    rows = connection.execute(
        select(func.max(bounce.c.at).label("at"))
        .where(
            bounce.c.guardian == guardian,
            bounce.c.letter != but,
            bounce.c.bounce == Bounce.SOFT,
            true() if lifted is None else bounce.c.at > lifted,
        )
        .group_by(bounce.c.letter)
    )
    return [row.at for row in rows]


def _suppress(connection: Connection, guardian: str, gradebook: str, each: CameBack, why: str, now: datetime) -> bool:
    told = {"gradebook": gradebook, "letter": each.key, "status": each.status, "why": why}
    if not _add(connection, suppressed, guardian=guardian, since=now, **told):
        return False
    note(connection, _READER, "address no longer written to", each.key, why, now)
    return True


def refused_in_a_row(connection: Connection) -> frozenset[str]:
    """Whose letters were refused for good since one was last taken, or since a person let letters leave again."""
    no, yes = (NoticeState.FAILED, NoticeState.BLOCKED), (NoticeState.SENT, NoticeState.DRAFTED)
    # What a sync blocks is no refusal, and an error in the program has a count of its own.
    counts = audit.c.what.in_((installation.GOING_ON, *yes)) | and_(
        audit.c.what.in_(no), audit.c.who == "deliver", ~audit.c.detail.startswith(PROGRAM_ERROR)
    )
    last = connection.execute(
        select(audit.c.what, notice.c.guardian)
        .outerjoin(notice, notice.c.key == audit.c.key)
        .where(counts)
        .order_by(audit.c.id.desc())
        .limit(_LAST)
    )
    return frozenset(row.guardian for row in takewhile(lambda row: row.what in no, last))


def _breaker(connection: Connection, now: datetime) -> str:
    """Stop all letters where too many of the last ones came back; why, "" where they are not stopped by this."""
    let_go = connection.execute(
        select(func.max(audit.c.at)).where(audit.c.what == installation.GOING_ON)
    ).scalar_one_or_none()
    came_back = set(
        connection.execute(
            select(bounce.c.letter).where(
                bounce.c.bounce.in_(_COUNTING), true() if let_go is None else bounce.c.at > let_go
            )
        ).scalars()
    )
    last = connection.execute(
        select(notice.c.key, notice.c.guardian)
        .where(notice.c.state == NoticeState.SENT)
        .order_by(notice.c.changed.desc(), notice.c.key)
        .limit(BREAKER_LAST)
    ).all()
    why = alarm([row.guardian if row.key in came_back else None for row in last])
    return why if why and installation.stop(connection, why, now=now, who=_READER) else ""


def _add(connection: Connection, table: Table, **values: Any) -> bool:
    """Add a row, unless there is one like it; whether there was none."""
    # How many rows an INSERT has added is not known on every database; the row itself is.
    fresh = upsert(connection, table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(fresh).first() is not None
