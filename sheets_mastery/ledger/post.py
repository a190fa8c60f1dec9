"""Letters owed, as rows: adding, adding to, withdrawing and moving them, each inside the caller's transaction.

Every change is one UPDATE that names what it starts from, and the number of rows tells whether it happened. A change
that happened leaves a row in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from sheets_mastery.ledger.tables import audit, guardian_address, install, notice, notice_item, opt_out
from sheets_mastery.newaddresses import asks_for_a_yes
from sheets_mastery.notices import WEEKLY, Decided, Notice, NoticeState

#: From a state in which a letter waits by itself. NEEDS_REVIEW: after the ledger was put back it may have left already.
_FROM_WAITING = frozenset(
    {NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED, NoticeState.CANCELLED, NoticeState.NEEDS_REVIEW}
)
#: Where a letter may go from where it is. SENDING is reached by `claim` alone.
MOVES: Mapping[NoticeState, frozenset[NoticeState]] = {
    NoticeState.HOLD: _FROM_WAITING,
    NoticeState.READY: _FROM_WAITING,
    NoticeState.BLOCKED: frozenset({NoticeState.READY, NoticeState.CANCELLED}),
    NoticeState.SENDING: frozenset(
        {
            NoticeState.READY,
            NoticeState.BLOCKED,
            NoticeState.SENT,
            NoticeState.DRAFTED,
            NoticeState.FAILED,
            NoticeState.UNKNOWN,
        }
    ),
    NoticeState.DRAFTED: frozenset(
        {NoticeState.DRAFTED, NoticeState.SENT, NoticeState.NEEDS_REVIEW, NoticeState.CANCELLED}
    ),
    NoticeState.UNKNOWN: frozenset(
        {NoticeState.UNKNOWN, NoticeState.READY, NoticeState.SENT, NoticeState.NEEDS_REVIEW}
    ),
    NoticeState.NEEDS_REVIEW: frozenset({NoticeState.READY, NoticeState.SENT, NoticeState.CANCELLED}),
    NoticeState.FAILED: frozenset({NoticeState.READY, NoticeState.CANCELLED}),
    NoticeState.SENT: frozenset(),
    NoticeState.CANCELLED: frozenset(),
}
#: The states from which a delivery may take a letter, and from which it is given up when its time is over.
SENDABLE = (NoticeState.HOLD, NoticeState.READY)
#: `notice_item.reminder_no` where a letter announces an episode, and where it says that it has been made good.
ANNOUNCED, PRAISED = 0, -1
#: Who stands in the audit where the link in a letter was used, and what.
_READER, _STOPPED = "its reader", "letters stopped"
#: What every letter needs several times, put together once.
_NOTE, _ONE_MORE = insert(audit), update(install).values(send_seq=install.c.send_seq + 1)
#: What a row has of a letter under the same name.
_KEPT = (
    "key", "gradebook", "student", "guardian", "kind", "slot", "state", "version", "attempt", "not_before", "expires",
    "draft_id", "provider_id", "about", "approved", "reason",
)  # fmt: skip
_WAITING = tuple(state for state in NoticeState if state.waiting)


def letters(connection: Connection, *where: ColumnElement[bool]) -> tuple[Notice, ...]:
    """The letters that fit, oldest first."""
    rows = connection.execute(
        select(notice, notice_item.c.episode, notice_item.c.reminder_no)
        .outerjoin(notice_item, notice_item.c.notice == notice.c.key)
        .where(*where)
        .order_by(notice.c.not_before, notice.c.key, notice_item.c.id)
    ).mappings()
    found = []
    for _, of_one in groupby(rows, key=lambda row: row["key"]):
        items = list(of_one)
        found.append(_letter(items))
    return tuple(found)


def _letter(items: Sequence[RowMapping]) -> Notice:
    row = items[0]
    said = [(item["episode"], item["reminder_no"]) for item in items if item["episode"] is not None]
    return Notice(
        key=row["key"],
        gradebook=row["gradebook"],
        kind=row["kind"],
        student=row["student"],
        guardian=row["guardian"],
        slot=row["slot"],
        not_before=row["not_before"],
        expires=row["expires"],
        episodes=tuple(episode for episode, number in said if number == ANNOUNCED),
        reminds=tuple((episode, number) for episode, number in said if number > ANNOUNCED),
        praises=tuple(episode for episode, number in said if number == PRAISED),
        about=row["about"],
        state=row["state"],
        version=row["version"],
        attempt=row["attempt"],
        reason=row["reason"],
        draft_id=row["draft_id"],
        provider_id=row["provider_id"],
        approved=row["approved"],
        created=row["created"],
    )


def add(connection: Connection, letter: Notice, *, snapshot: str, now: datetime) -> None:
    """Write a letter down, unless it is there already or everything in it has been said by another."""
    if connection.execute(select(notice.c.key).where(notice.c.key == letter.key)).first() is not None:
        return
    mentioned = [(each, ANNOUNCED) for each in letter.episodes]
    mentioned += [*letter.reminds, *((each, PRAISED) for each in letter.praises)]
    unsaid = _unsaid(connection, letter.gradebook, letter.guardian, mentioned)
    # A letter about a week or a contract may have nothing in it that is said once; the others are nothing without.
    if mentioned and not unsaid and not letter.about and letter.kind != WEEKLY:
        return
    shown = {name: getattr(letter, name) for name in _KEPT}
    rest = {"lease_owner": "", "lease_no": 0, "snapshot": snapshot, "content_hash": "", "created": now, "changed": now}
    connection.execute(insert(notice), shown | rest)
    _add_items(connection, letter.key, letter.gradebook, letter.guardian, unsaid)
    note(connection, "sync", letter.state, letter.key, letter.reason, now)


def join(
    connection: Connection,
    key: str,
    episodes: Iterable[str],
    *,
    snapshot: str,
    now: datetime,
    praises: Iterable[str] = (),
) -> None:
    """Add episodes to a letter that still waits; one that has left, or is leaving, stays as it is."""
    row = connection.execute(select(notice.c.gradebook, notice.c.guardian).where(notice.c.key == key)).first()
    if row is None:
        return
    mentioned = [(each, ANNOUNCED) for each in episodes] + [(each, PRAISED) for each in praises]
    unsaid = _unsaid(connection, row.gradebook, row.guardian, mentioned)
    # A new version, so that a letter that was looked at with less in it is neither claimed nor approved.
    # One that a person has approved is no longer what was approved, so it waits once more.
    approved = and_(notice.c.approved.is_not(None), notice.c.state == NoticeState.READY)
    anew = {
        "snapshot": snapshot,
        "approved": None,
        "state": case((notice.c.state == NoticeState.READY, NoticeState.HOLD), else_=notice.c.state),
        "reason": case((approved, "more was added after a person had approved it"), else_=notice.c.reason),
    }
    if unsaid and change(connection, key, anew, now, notice.c.state.in_(_WAITING)):
        _add_items(connection, key, row.gradebook, row.guardian, unsaid)
        note(connection, "sync", "joined", key, f"{len(unsaid)} more", now)


def decide(connection: Connection, decided: Decided, *, who: str, now: datetime) -> bool:
    """Carry out what a person has decided about a letter, if it is as the person saw it; whether it was so."""
    seen, after = decided.notice, decided.after
    values = {
        "state": after.state,
        "reason": after.reason,
        "not_before": after.not_before,
        "expires": after.expires,
        "approved": after.approved,
    }
    done = change(connection, seen.key, values, now, notice.c.state == seen.state, notice.c.version == seen.version)
    if done:
        note(connection, who, after.state, seen.key, after.reason, now)
        if after.approved is not None:
            trust(connection, seen, now)
    return done


def withdraw(connection: Connection, key: str, why: str, *, now: datetime, who: str = "sync") -> bool:
    """Cancel a letter that still waits; one that has left, or is leaving, stays as it is. Whether it did wait."""
    cancelled = {"state": NoticeState.CANCELLED, "reason": why}
    if not change(connection, key, cancelled, now, notice.c.state.in_(_WAITING)):
        return False
    free_items(connection, key)
    note(connection, who, NoticeState.CANCELLED, key, why, now)
    return True


def change(
    connection: Connection, key: str, values: Mapping[str, Any], now: datetime, *where: ColumnElement[bool]
) -> bool:
    """Change a letter if it is as `where` says, and count its version up; whether it was so."""
    result = connection.execute(
        update(notice)
        .where(notice.c.key == key, *where)
        .values({**values, "version": notice.c.version + 1, "changed": now})
    )
    return result.rowcount == 1


def free_items(connection: Connection, key: str) -> None:
    """Let what a withdrawn letter would have said be said by another."""
    connection.execute(update(notice_item).where(notice_item.c.notice == key).values(withdrawn=True))


def trust(connection: Connection, letter: Notice, now: datetime) -> None:
    """Let the address that a letter goes to be one that nobody has to be asked about any more."""
    whose = {"gradebook": letter.gradebook, "student": letter.student, "guardian": letter.guardian}
    known = update(guardian_address).where(*(guardian_address.c[name] == value for name, value in whose.items()))
    if not connection.execute(known.where(~guardian_address.c.trusted).values(trusted=True)).rowcount:
        return
    # The other letters that wait for it need not wait for a person any more.
    here = *(notice.c[name] == value for name, value in whose.items()), notice.c.state == NoticeState.HOLD
    for other in letters(connection, *here):
        if asks_for_a_yes(other):
            change(connection, other.key, {"reason": ""}, now, notice.c.version == other.version)


def count_sent(connection: Connection) -> None:
    """Count one more letter that has left."""
    connection.execute(_ONE_MORE)


def note(connection: Connection, who: str, what: str, key: str, detail: str, now: datetime) -> None:
    """Write a row into the audit."""
    connection.execute(_NOTE, {"at": now, "who": who, "what": what, "key": key, "detail": detail})


def opt_out_of(connection: Connection, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
    """Note that a person wants no letters of a kind; the moment of the first time stays."""
    try:
        with connection.begin_nested():
            connection.execute(insert(opt_out).values(gradebook=gradebook, guardian=guardian, kind=kind, at=now))
    except IntegrityError:
        return  # it was noted before, perhaps this very moment: mail programs like to ask twice
    note(connection, _READER, _STOPPED, guardian, f"{gradebook}: {kind}", now)


def opt_in_to(connection: Connection, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
    """Let a person have letters of a kind again. That they were stopped, and when, stays in the audit."""
    row = opted_out(gradebook, guardian, kind)
    since = connection.execute(select(opt_out.c.at).where(*row)).scalar_one_or_none()
    if since is None or not connection.execute(delete(opt_out).where(*row)).rowcount:
        return
    said = f"{gradebook}: {kind}"
    there = exists().where(wishes(gradebook, guardian, kind), audit.c.what == _STOPPED, audit.c.at >= since)
    if not connection.execute(select(there)).scalar():
        # It was stopped before the audit told of such things, or its row is no longer kept.
        note(connection, _READER, _STOPPED, guardian, said, since)
    note(connection, _READER, "letters wanted again", guardian, said, now)


def wishes(gradebook: str, guardian: str, kind: str) -> ColumnElement[bool]:
    """What the audit has of a person who stopped letters of a kind: no letter's key stands there, but the person's."""
    return and_(audit.c.key == guardian, audit.c.detail == f"{gradebook}: {kind}")


def opted_out(gradebook: str, guardian: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    """The row that says that a person wants no letters of a kind."""
    return opt_out.c.gradebook == gradebook, opt_out.c.guardian == guardian, opt_out.c.kind == kind


def _unsaid(
    connection: Connection, gradebook: str, guardian: str, mentioned: Sequence[tuple[str, int]]
) -> tuple[tuple[str, int], ...]:
    """What no standing letter says to this person: (episode, `notice_item.reminder_no`)."""
    wanted = tuple(mentioned)
    said = {
        (row.episode, row.reminder_no)
        for row in connection.execute(
            select(notice_item.c.episode, notice_item.c.reminder_no).where(
                notice_item.c.gradebook == gradebook,
                notice_item.c.guardian == guardian,
                notice_item.c.episode.in_(episode for episode, _ in wanted),
                ~notice_item.c.withdrawn,
            )
        )
    }
    return tuple(each for each in wanted if each not in said)


def _add_items(
    connection: Connection, key: str, gradebook: str, guardian: str, mentioned: Sequence[tuple[str, int]]
) -> None:
    if not mentioned:
        return
    connection.execute(
        insert(notice_item),
        [
            {
                "notice": key,
                "gradebook": gradebook,
                "episode": episode,
                "guardian": guardian,
                "reminder_no": number,
                "withdrawn": False,
            }
            for episode, number in mentioned
        ],
    )
