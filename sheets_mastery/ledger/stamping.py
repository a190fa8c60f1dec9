"""The stamps that this ledger has put into spreadsheets, and the spreadsheets in quarantine, inside transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from sheets_mastery.ledger.history import note
from sheets_mastery.ledger.tables import install, quarantine, stamp
from sheets_mastery.reading import SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp, suspect, words_of


def quarantined(connection: Connection, spreadsheet: str) -> Quarantine | None:
    """Why no letter about a spreadsheet may leave; None where nothing is known against it."""
    row = connection.execute(select(quarantine).where(quarantine.c.spreadsheet == spreadsheet)).one_or_none()
    if row is None:
        return None
    return Quarantine(spreadsheet=row.spreadsheet, why=row.why, since=row.since, send_seq=row.send_seq)


def judge(connection: Connection, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None:
    """What the stamps that were seen in a spreadsheet give reason to suspect."""
    if not seen:
        return None
    ours = connection.execute(select(install.c.id, install.c.send_seq)).one()
    written = select(stamp.c.word).where(stamp.c.spreadsheet == spreadsheet, stamp.c.word.in_(words_of(seen)))
    words = frozenset(connection.execute(written).scalars())
    found = suspect(seen, spreadsheet, install=ours.id, send_seq=ours.send_seq, words=words)
    if found is None:
        return None
    why, send_seq = found
    return Quarantine(spreadsheet=spreadsheet, why=why, since=now, send_seq=send_seq)


def put_in_quarantine(connection: Connection, found: Quarantine) -> None:
    """Remember it until a person has said something; whoever noticed it first is believed."""
    if quarantined(connection, found.spreadsheet) is None:
        connection.execute(
            insert(quarantine),
            {
                "spreadsheet": found.spreadsheet,
                "why": found.why,
                "since": found.since,
                "send_seq": found.send_seq,
            },
        )
        note(connection, "quarantine", "quarantine", "", found.why, found.since)


def intend(connection: Connection, spreadsheet: str, word: str, now: datetime) -> Stamp:
    """A new stamp for a spreadsheet, known to this ledger from now on: it may be written, or may not arrive."""
    ours = connection.execute(select(install.c.id, install.c.send_seq)).one()
    new = Stamp(spreadsheet=spreadsheet, install=ours.id, send_seq=ours.send_seq, word=word)
    connection.execute(insert(stamp), {"spreadsheet": spreadsheet, "word": word, "at": now})
    return new


def last_stamped(connection: Connection, spreadsheet: str, before: datetime) -> datetime | None:
    """When this ledger was about to stamp a spreadsheet for the last time before a moment."""
    found: datetime | None = connection.execute(
        select(func.max(stamp.c.at)).where(stamp.c.spreadsheet == spreadsheet, stamp.c.at < before)
    ).scalar_one()
    return found


def release(connection: Connection, held: Quarantine, *, now: datetime, who: str) -> bool:
    """Let letters about a spreadsheet leave again; whether they did not. So many letters have left as was seen."""
    gone = connection.execute(delete(quarantine).where(quarantine.c.spreadsheet == held.spreadsheet)).rowcount == 1
    if gone:
        behind = update(install).where(install.c.send_seq < held.send_seq)
        connection.execute(behind.values(send_seq=held.send_seq))
        note(connection, who, "released", "", held.why, now)
    return gone
