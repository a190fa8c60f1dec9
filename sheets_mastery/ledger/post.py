"""Letters owed, as rows: adding, adding to, withdrawing and changing them, each inside the caller's transaction.

Every change is one UPDATE that names what it starts from, and the number of rows tells whether it happened. A change
that happened leaves a row in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, insert, select, update

from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.tables import notice, notice_item
from sheets_mastery.notices import WEEKLY, Notice, NoticeState

#: `notice_item.reminder_no` where a letter announces an episode, and where it says that it has been made good.
ANNOUNCED, PRAISED = 0, -1
#: `audit.who` where a sync has decided, and `audit.what` where it has added to a letter.
BY_A_SYNC, JOINED = "sync", "joined"
#: What a row has of a letter under the same name.
_KEPT = (
    "key", "gradebook", "student", "guardian", "kind", "slot", "state", "version", "attempt", "not_before", "expires",
    "draft_id", "provider_id", "about", "approved", "reason",
)  # fmt: skip
#: The states in which a letter waits, and may be changed or withdrawn by a sync.
WAITING = tuple(state for state in NoticeState if state.waiting)


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


def keys(connection: Connection, *where: ColumnElement[bool]) -> Sequence[str]:
    """The keys of the letters that fit, in the one order in which everybody locks several letters."""
    return connection.execute(select(notice.c.key).where(*where).order_by(notice.c.key)).scalars().all()


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
    note(connection, BY_A_SYNC, letter.state, letter.key, letter.reason, now)


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
    if unsaid and change(connection, key, anew, now, notice.c.state.in_(WAITING)):
        _add_items(connection, key, row.gradebook, row.guardian, unsaid)
        note(connection, BY_A_SYNC, JOINED, key, f"{len(unsaid)} more", now)


def withdraw(connection: Connection, key: str, why: str, *, now: datetime, who: str = BY_A_SYNC) -> bool:
    """Cancel a letter that still waits; one that has left, or is leaving, stays as it is. Whether it did wait."""
    cancelled = {"state": NoticeState.CANCELLED, "reason": why}
    if not change(connection, key, cancelled, now, notice.c.state.in_(WAITING)):
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
