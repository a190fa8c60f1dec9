"""The ledger: the one memory of the service.

A sync reads the past and records facts; a delivery claims letters and moves them on; every command leaves a run behind.
The sheet is the truth about marks, the ledger about what was said to whom: to lose it may be to say a thing twice, so
nothing is answered before it is on the disk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, func, select

from sheets_mastery.afterwards import CameBack, Since, Suppressed
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import (
    delivering,
    forgetting,
    history,
    installation,
    moves,
    optouts,
    post,
    returned,
    runs,
    stamping,
)
from sheets_mastery.ledger.database import Database
from sheets_mastery.ledger.facts import read_past, write_choices, write_facts
from sheets_mastery.ledger.history import Event
from sheets_mastery.ledger.installation import Install
from sheets_mastery.ledger.returned import Recorded
from sheets_mastery.ledger.runs import Run
from sheets_mastery.ledger.tables import notice, of_gradebook
from sheets_mastery.notices import Decided, Notice, NoticeState
from sheets_mastery.panel import Choice
from sheets_mastery.past import Facts, Past
from sheets_mastery.reading import SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp, noted

_UNSENT = tuple(state for state in NoticeState if not state.final and state is not NoticeState.SENDING)


def open_ledger(
    url: str,
    *,
    now: datetime,
    new_secret: Callable[[int], bytes] = secrets.token_bytes,
    wait_seconds: float = 10,
    folder: Path = Path(),
) -> Ledger:
    """Open the ledger at a database address, making and migrating it where needed; any number may do so at once.

    `url`: `sqlite:///path` or `postgresql://user:password@host/database`. `new_secret` gives so many random bytes for
    a new ledger. `wait_seconds`: how long to wait for another program's transaction. LedgerError where there is no
    ledger and none can be made, or where a newer version wrote it. A relative path counts from `folder`.
    """
    database = Database(url, wait_seconds=wait_seconds, folder=folder)
    try:
        with database.reading() as connection:
            known = installation.is_there(connection)
        if not known:
            with database.writing() as connection:
                installation.make(connection, now, new_secret)
    except BaseException:
        database.close()
        raise
    return Ledger(database)


class Ledger:
    """What has happened and what is owed. Safe to share between threads; every call is one transaction of its own.

    Every method raises LedgerError when the database fails, and then nothing of that call has happened. (When a
    connection is lost in the moment of a commit nobody can know; reading again tells, calling again does no harm.)
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def install(self) -> Install:
        """Which installation this is, and how many letters it has sent."""
        with self._database.reading() as connection:
            return installation.ours(connection)

    # A sync

    def past(self, gradebook: str, today: date) -> Past:
        """What is known about a gradebook. `today` is the school's day."""
        with self._database.reading() as connection:
            return read_past(connection, gradebook, today)

    def record(self, gradebook: str, facts: Facts, *, now: datetime) -> None:
        """Learn the facts of a plan, all or none; what is known already is not written twice.

        LedgerError also when another sync of the gradebook went first and these facts follow from what is no longer so,
        and when another version of the program has changed the tables since the ledger was opened.
        """
        with self._database.writing() as connection:
            self._database.ask_version(connection)
            write_facts(connection, gradebook, facts, now=now)

    def choose(self, gradebook: str, choices: Mapping[str, Choice], *, now: datetime) -> None:
        """Let these choices be in force, and no others, as if the teacher had made them on the tab Mastery Settings.

        For whoever sets a gradebook up: the tab, when it is made, holds them as the teacher's own.
        """
        with self._database.writing() as connection:
            write_choices(connection, gradebook, choices, now)

    # A delivery

    @contextmanager
    def sole_deliverer(self) -> Iterator[None]:
        """Held while delivering. Ends with its process.

        LedgerError where another one, in any process, holds it, and where another version of the program has changed
        the tables since the ledger was opened.
        """
        with self._database.alone() as alone:
            if not alone:
                raise LedgerError("Another delivery is at work with this ledger; it will send what is due.")
            yield

    def due(self, now: datetime) -> tuple[Notice, ...]:
        """The letters that may leave now, oldest first."""
        return self._letters(*delivering.due(now))

    def expire(self, now: datetime) -> int:
        """Give up the letters whose time is over; answers how many. What they would have said may be said by others.

        A letter that waits for a person goes on waiting: it must not vanish from under the eyes of whoever looks at it.
        """
        with self._database.writing() as connection:
            return delivering.expire(connection, now)

    def claim(
        self,
        key: str,
        version: int,
        *,
        now: datetime,
        lease_owner: str,
        lease_seconds: int,
        content: str = "",
    ) -> Notice | None:
        """Take a letter that is due, as it was seen with this version; None where another was faster or it changed.

        `content` is the keyed digest of what is about to leave. It is written down now, because nobody may be there to
        do so afterwards.
        """
        lease: dict[str, Any] = {"now": now, "lease_owner": lease_owner, "lease_seconds": lease_seconds}
        with self._database.writing() as connection:
            return delivering.claim(connection, key, version, **lease, content=content)

    def look(self, claimed: Notice, now: datetime) -> tuple[bool, str, str]:
        """Whether a claim still counts, why no letter may leave ("" where letters leave), and why its reader is not
        written to: letters of its kind were stopped, or those to the address come back.

        A claim counts while nobody has taken the letter over and its lease is not over.
        """
        with self._database.reading() as connection:
            return delivering.look(connection, claimed, now)

    def take_over(self, now: datetime, *, ask_after: timedelta) -> int:
        """Take every letter that is being sent from whoever has claimed it; answers how many.

        For the sole deliverer, before it claims any: whoever claimed them is dead, or has lost the right to send and
        will notice. Each is UNKNOWN then, and the mail service may be asked so long after the last that was heard.
        """
        with self._database.writing() as connection:
            return delivering.take_over(connection, now, ask_after)

    def unknown(self, now: datetime) -> tuple[Notice, ...]:
        """The letters about which the mail service is to be asked now, oldest first."""
        return self._letters(notice.c.state == NoticeState.UNKNOWN, notice.c.not_before <= now)

    def drafted(self, now: datetime) -> tuple[Notice, ...]:
        """The letters in the drafts about which the mail service is to be asked now, oldest first."""
        return self._letters(notice.c.state == NoticeState.DRAFTED, notice.c.not_before <= now)

    def postpone(self, until: datetime, now: datetime) -> int:
        """Let no letter that may leave do so before a moment; answers how many had to wait for it."""
        with self._database.writing() as connection:
            return delivering.postpone(connection, until, now)

    def left_since(self, moment: datetime) -> int:
        """How many letters have left since a moment, those that may have left included, of all gradebooks."""
        with self._database.reading() as connection:
            return delivering.left_since(connection, moment)

    def refused_in_a_row(self) -> frozenset[str]:
        """The people (by digest) whose letters were refused for good since one was last taken by the mail service.

        Where a person has let letters leave again since, only those after that.
        """
        with self._database.reading() as connection:
            return returned.refused_in_a_row(connection)

    # A stop for all

    def stopped(self) -> str:
        """Why no letter may leave, "" where letters leave."""
        with self._database.reading() as connection:
            return installation.stopped(connection)

    def stop(self, why: str, *, now: datetime, who: str) -> bool:
        """Let no letter leave; whether it was not so before. `why` holds no personal data."""
        with self._database.writing() as connection:
            return installation.stop(connection, why, now=now, who=who)

    def go_on(self, *, now: datetime, who: str) -> bool:
        """Let letters leave again; whether they were stopped."""
        with self._database.writing() as connection:
            return installation.go_on(connection, now=now, who=who)

    # What the sheets say about this ledger

    def examine(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None:
        """Why no letter about a spreadsheet may leave, by the stamps that were seen there; None where nothing is wrong.

        What was suspected once counts until a person has said otherwise, whatever is seen later.
        """
        with self._database.reading() as connection:
            known = stamping.quarantined(connection, spreadsheet)
            found = known or stamping.judge(connection, spreadsheet, seen, now)
        if found is not None and known is None:
            with self._database.writing() as connection:
                stamping.put_in_quarantine(connection, found)
        elif found is not None and not found.noted and seen:
            found = replace(found, noted=noted(seen))
            with self._database.writing() as connection:
                stamping.learn(connection, found)
        return found

    def suspicion(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None:
        """What `examine` would answer, with nothing remembered."""
        with self._database.reading() as connection:
            known = stamping.quarantined(connection, spreadsheet)
            return known or stamping.judge(connection, spreadsheet, seen, now)

    def quarantined(self, spreadsheet: str) -> Quarantine | None:
        """Why no letter about a spreadsheet may leave, as far as is known without looking."""
        with self._database.reading() as connection:
            return stamping.quarantined(connection, spreadsheet)

    def intend_stamp(self, spreadsheet: str, now: datetime) -> Stamp:
        """A new stamp to put into a spreadsheet, known before it is there: a process may die in between."""
        with self._database.writing() as connection:
            return stamping.intend(connection, spreadsheet, secrets.token_hex(16), now)

    def last_stamped(self, spreadsheet: str, *, before: datetime) -> datetime | None:
        """When a stamp was last put, or was about to be put, into a spreadsheet before a moment; None for never."""
        with self._database.reading() as connection:
            return stamping.last_stamped(connection, spreadsheet, before)

    def release(self, held: Quarantine, *, now: datetime, who: str) -> bool:
        """Let letters about a spreadsheet leave again; whether they did not before."""
        with self._database.writing() as connection:
            return stamping.release(connection, held, now=now, who=who)

    # One letter

    def history(self, key: str) -> tuple[Event, ...]:
        """Everything that has happened to a letter, oldest first, and when its reader stopped letters of its kind."""
        with self._database.reading() as connection:
            letter = post.letters(connection, notice.c.key == key)
            wishes = (optouts.audited(each.gradebook, each.guardian, each.kind) for each in letter)
            return history.of_letter(connection, key, *wishes)

    def content(self, key: str) -> str:
        """The keyed digest of what left, or was about to, under a key; "" where nothing has been tried."""
        with self._database.reading() as connection:
            kept = connection.execute(select(notice.c.content_hash).where(notice.c.key == key)).scalar_one_or_none()
            return kept or ""

    def find(self, beginning: str) -> tuple[Notice, ...]:
        """The letters whose keys begin so."""
        return self._letters(notice.c.key.startswith(beginning, autoescape=True))

    def move(
        self,
        notice: Notice,
        to: NoticeState,
        *,
        now: datetime,
        reason: str = "",
        not_before: datetime | None = None,
        expires: datetime | None = None,
        draft_id: str | None = None,
        provider_id: str | None = None,
        who: str = "deliver",
        for_good: bool = False,
        approved: bool = False,
    ) -> Notice | None:
        """Move a letter on from where it was seen; None where it is no longer there.

        What is None stays as it is, except that a letter made READY may leave at once. `reason` holds no personal data;
        `who` stands in the audit. A cancelled letter's episodes may be announced by another letter, unless it is
        cancelled `for_good`. `approved`: a person lets it leave as it is, without quiet hours, and to this address from
        now on. ValueError for a move that does not exist.
        """
        if to not in moves.MOVES[notice.state]:
            raise ValueError(f"a letter never goes from {notice.state} to {to}")
        if not_before is None and to is NoticeState.READY:
            not_before = now
        given = {
            "not_before": not_before,
            "expires": expires,
            "draft_id": draft_id,
            "provider_id": provider_id,
        }
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        values |= {"state": to, "reason": reason, **moves.NO_LEASE, **({"approved": now} if approved else {})}
        return self._step(notice, values, who=who, what=to, now=now, for_good=for_good)

    def decide(self, decided: Decided, *, now: datetime, who: str) -> Notice | None:
        """Carry out what a person has decided about a letter; None where it is no longer as the person saw it."""
        return self.move(
            decided.notice,
            decided.after.state,
            now=now,
            reason=decided.reason,
            not_before=decided.after.not_before,
            expires=decided.after.expires,
            who=who,
            for_good=True,
            approved=decided.after.approved is not None,
        )

    def note_draft(self, notice: Notice, draft_id: str, now: datetime) -> Notice | None:
        """Keep the draft of a letter that is being sent; None where it is no longer this delivery's."""
        if notice.state is not NoticeState.SENDING:
            raise ValueError(f"a letter that is {notice.state} has no draft")
        return self._step(notice, {"draft_id": draft_id}, who="deliver", what="draft", now=now)

    def turned_away(self, notice: Notice, status: str, *, reason: str, now: datetime) -> Recorded | None:
        """Note of a letter that is being sent that the mail server knows no such address; None where it has moved on.

        What follows is what follows where a letter has come back for good, and the letter itself is withdrawn: what it
        would have said may be said to another address, or to this one once a person has said that it is right.
        """
        with self._database.writing() as connection:
            refused = {"state": NoticeState.FAILED, "reason": reason, **moves.NO_LEASE}
            here = moves.as_seen(notice)
            if not moves.step(connection, notice.key, refused, here, who="deliver", what=NoticeState.FAILED, now=now):
                return None
            return returned.turned_away(connection, notice, status, now=now)

    def sending(self) -> tuple[Notice, ...]:
        """The letters that a delivery has claimed and not yet moved on."""
        return self._letters(notice.c.state == NoticeState.SENDING)

    def waiting(self, gradebook: str | None = None) -> tuple[Notice, ...]:
        """The letters that are not at their end and not on their way this moment."""
        return self._letters(notice.c.state.in_(_UNSENT), of_gradebook(notice.c.gradebook, gradebook))

    def in_state(self, state: NoticeState, gradebook: str | None = None) -> tuple[Notice, ...]:
        """The letters that are in one state."""
        return self._letters(notice.c.state == state, of_gradebook(notice.c.gradebook, gradebook))

    def counts(self, gradebook: str) -> dict[NoticeState, int]:
        """How many letters of a gradebook are in each state; every state is there."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(notice.c.state, func.count().label("letters"))
                .where(notice.c.gradebook == gradebook)
                .group_by(notice.c.state)
            )
            return dict.fromkeys(NoticeState, 0) | {row.state: row.letters for row in found}

    # What happens after a letter has left

    def since(self, gradebook: str | None = None) -> dict[str, Since]:
        """What has happened to letters since they left, by key: that one came back, or was corrected since.

        Only those are there to which something has happened.
        """
        with self._database.reading() as connection:
            return returned.since(connection, gradebook)

    def bookmark(self, source: str) -> str:
        """How far a place was read from which letters come back, in its own words; "" for not at all."""
        with self._database.reading() as connection:
            return returned.mark_of(connection, source)

    def came_back(
        self, came: Iterable[CameBack], *, source: str, before: str, after: str, now: datetime
    ) -> Recorded | None:
        """Note which letters came back and that a place was read on from `before` to `after`, all or none.

        What follows happens with it: a person is written to no more, what waits for that person is withdrawn, or all
        letters are stopped. None, with nothing noted, where another reading of the place went first.
        """
        with self._database.writing() as connection:
            if not returned.turn(connection, source, before, after, now):
                return None
            return returned.record(connection, came, now=now)

    def suppressed(self) -> tuple[Suppressed, ...]:
        """Who is not written to because letters came back, in any gradebook; the longest first."""
        with self._database.reading() as connection:
            return returned.holding(connection)

    def write_again(self, guardian: str, *, now: datetime, who: str) -> bool:
        """Write to a person (by digest) again to whom letters came back; whether nobody had done so before.

        What was said by letters alone that came back, and is still so, is said again by the next sync.
        """
        with self._database.writing() as connection:
            return returned.lift(connection, guardian, now=now, who=who)

    # A family's own wish

    def opt_out(self, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
        """Write no more letters of a kind to a person (by digest) about a gradebook; twice is the same as once."""
        with self._database.writing() as connection:
            optouts.add(connection, gradebook, guardian, kind, now=now)

    def opt_in(self, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None:
        """Take that back; that it was once so stays in the audit."""
        with self._database.writing() as connection:
            optouts.take_back(connection, gradebook, guardian, kind, now=now)

    def has_opted_out(self, gradebook: str, guardian: str, kind: str) -> bool:
        """Whether a person (by digest) wants no letters of a kind about a gradebook."""
        with self._database.reading() as connection:
            return optouts.has(connection, gradebook, guardian, kind)

    def opted_out(self, gradebook: str) -> int:
        """How many people have stopped a kind of letter, or several, about a gradebook."""
        with self._database.reading() as connection:
            return optouts.people(connection, gradebook)

    # Runs

    def start_run(self, gradebook: str, command: str, *, now: datetime) -> int:
        """Note that a command begins; answers the number to end it by."""
        with self._database.writing() as connection:
            return runs.start(connection, gradebook, command, now=now)

    def finish_run(
        self,
        run_id: int,
        outcome: str,
        *,
        now: datetime,
        fingerprint: str = "",
        requests: int = 0,
        counts: Mapping[str, int] | None = None,
        why: str = "",
    ) -> None:
        """Note how a command ended. ValueError where no such run is open."""
        with self._database.writing() as connection:
            if not runs.finish(
                connection,
                run_id,
                finished=now,
                outcome=outcome,
                fingerprint=fingerprint,
                requests=requests,
                counts=dict(counts or {}),
                why=why,
            ):
                raise ValueError(f"no run {run_id} is open")

    def last_runs(self, gradebook: str | None = None, limit: int = 20) -> tuple[Run, ...]:
        """The last runs, of one gradebook or of all, newest first."""
        with self._database.reading() as connection:
            return runs.last(connection, gradebook, limit)

    # What need not be known any longer

    def forget(
        self,
        before: datetime,
        *,
        gradebooks: Collection[str],
        lying: Collection[str] = (),
        now: datetime,
        who: str | None,
    ) -> dict[str, int]:
        """Forget what is older than a moment and all that concerns students that have been gone for longer.

        `gradebooks` are those in the settings, `lying` the keys of letters that lie somewhere as files. Answers how
        much of what, in words; without `who`, for the audit, nothing is done but counting. For the sole deliverer.
        """
        with self._forgetting(f"older than {(now - before).days} days", now, who) as connection:
            return dict(forgetting.older_than(connection, before, gradebooks=gradebooks, lying=lying))

    def forget_student(
        self, student: str, gradebooks: Collection[str], *, now: datetime, who: str | None
    ) -> dict[str, int]:
        """Forget a student of some gradebooks, by key; otherwise as `forget`."""
        with self._forgetting("one student", now, who) as connection:
            return dict(forgetting.students(connection, [(each, student) for each in gradebooks]))

    def student_known(self, student: str, gradebook: str | None) -> tuple[tuple[str, bool], ...]:
        """The gradebooks in which a student (by key) is or was, each with whether the last sync saw the student."""
        with self._database.reading() as connection:
            return forgetting.known(connection, student, gradebook)

    def letters_about(self, student: str, gradebooks: Collection[str]) -> tuple[Notice, ...]:
        """Every letter about a student (by key) of some gradebooks."""
        return self._letters(notice.c.student == student, notice.c.gradebook.in_(tuple(gradebooks)))

    def rewrite(self) -> None:
        """Write the ledger's files anew, without what was forgotten. LedgerError where others hold the ledger."""
        self._database.rewrite()

    @contextmanager
    def _forgetting(self, what: str, now: datetime, who: str | None) -> Iterator[Connection]:
        with self._database.trying() if who is None else self._database.writing() as connection:
            yield connection
            # That something was forgotten is remembered, but not what.
            history.note(connection, who or "", "forgotten", "", what, now)

    def _letters(self, *where: ColumnElement[bool]) -> tuple[Notice, ...]:
        with self._database.reading() as connection:
            return post.letters(connection, *where)

    def _step(
        self, seen: Notice, values: Mapping[str, Any], *, who: str, what: str, now: datetime, for_good: bool = False
    ) -> Notice | None:
        where = moves.as_seen(seen)
        with self._database.writing() as connection:
            return moves.step(
                connection, seen.key, values, where, who=who, what=what, now=now, seen=seen, for_good=for_good
            )
