"""A letter's moves from state to state, as rows: inside the caller's transaction, as in `post`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, update

from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.installation import count_sent
from sheets_mastery.ledger.post import change, free_items, letters
from sheets_mastery.ledger.tables import guardian_address, notice
from sheets_mastery.newaddresses import asks_for_a_yes
from sheets_mastery.notices import Decided, Notice, NoticeState

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
#: What may change of a letter that is shown to others.
_SHOWN = {"state", "not_before", "expires", "reason", "draft_id", "provider_id", "approved"}
#: What a letter has that nobody is sending.
NO_LEASE: Mapping[str, Any] = {"lease_owner": "", "lease_until": None}


def as_seen(seen: Notice) -> tuple[ColumnElement[bool], ...]:
    """That a letter is as it was seen."""
    return notice.c.state == seen.state, notice.c.version == seen.version


def step(
    connection: Connection,
    key: str,
    values: Mapping[str, Any],
    where: tuple[ColumnElement[bool], ...],
    *,
    who: str,
    what: str,
    now: datetime,
    seen: Notice | None = None,
    for_good: bool = False,
) -> Notice | None:
    """One move with all that belongs to it: the letter as it is afterwards, or None where `where` did not hold.

    `seen` is the letter as it was, where `where` demands that it is just so.
    """
    if not change(connection, key, values, now, *where):
        return None
    if values.get("state") is NoticeState.CANCELLED and not for_good:
        free_items(connection, key)
    if values.get("state") is NoticeState.SENT:
        count_sent(connection)
    if seen is not None and values.get("approved"):
        _trust(connection, seen, now)
    note(connection, who, what, key, values.get("reason", ""), now)
    if seen is not None:
        shown = {name: value for name, value in values.items() if name in _SHOWN}
        return replace(seen, version=seen.version + 1, **shown)
    (changed,) = letters(connection, notice.c.key == key)
    return changed


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
    done = change(connection, seen.key, values, now, *as_seen(seen))
    if done:
        note(connection, who, after.state, seen.key, after.reason, now)
        if after.approved is not None:
            _trust(connection, seen, now)
    return done


def _trust(connection: Connection, letter: Notice, now: datetime) -> None:
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
