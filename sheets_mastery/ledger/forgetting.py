"""What the ledger need not know any longer: what is older than a school keeps such things, and students on request.

Forgetting must never make a letter be written again, so some rows outlive their time: what open work was announced by,
what a person was asked three times, whom not to write to. They hold keys and digests. Everything happens inside the
caller's transaction, and the caller is the sole deliverer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Table,
    and_,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    tuple_,
    update,
)

from sheets_mastery.ledger.installation import GOING_ON
from sheets_mastery.ledger.tables import (
    attempt,
    audit,
    bounce,
    contract,
    correction,
    episode,
    gradebook_state,
    guardian_address,
    install,
    mark_edit,
    notice,
    notice_item,
    run,
    student_seen,
    suppressed,
    verdict,
    verdict_change,
)
from sheets_mastery.notices import CONTRACT, DIGEST, NoticeState, digest

#: By what a person calls the rows of these tables.
_WORDS = {
    "student_seen": "students",
    "verdict": "verdicts",
    "verdict_change": "verdicts",
    "attempt": "attempts",
    "contract": "contracts",
    "episode": "episodes of owed work",
    "notice": "letters on record",
    "bounce": "notes about letters",
    "correction": "notes about letters",
    "audit": "notes about letters",
    "suppressed": "notes about letters",
    "mark_edit": "edits and addresses",
    "guardian_address": "edits and addresses",
    "run": "runs",
}
#: Databases take only so many values in one statement.
_AT_ONCE = 500
_FINAL = tuple(state for state in NoticeState if state.final)
_STOPPING = suppressed.c.lifted.is_(None)

#: (gradebook, student's key)
Whose = tuple[str, str]


def older_than(
    connection: Connection, before: datetime, *, gradebooks: Collection[str], lying: Collection[str] = ()
) -> Counter[str]:
    """Forget what is older than a moment, and the students that have been gone for longer; how much, in words.

    `gradebooks` are those in the settings: the students of others are gone. `lying` are the keys of letters that lie
    somewhere as files: their records stay, or nobody could tell any more whose they are.
    """
    counts: Counter[str] = Counter()
    day = before.date()
    gone = [whose for whose in _gone(connection, before, gradebooks) if not unfinished(connection, (whose,))]
    files = set(lying)
    counts += students(connection, [each for each in gone if not files.intersection(_keys(connection, each))])

    counts += _take(connection, verdict_change, verdict_change.c.at < before)
    counts += _attempts(connection, before)
    counts += _contracts(connection, before)
    counts += _take(connection, mark_edit, mark_edit.c.at < before)
    counts += _take(connection, guardian_address, guardian_address.c.gone < before)
    counts += _letters(connection, [key for key in _letters_over(connection, before) if key not in files])
    spoken_of = exists().where(notice_item.c.gradebook == episode.c.gradebook, notice_item.c.episode == episode.c.id)
    counts += _take(connection, episode, episode.c.closed < day, ~spoken_of)
    # Letters that came back before somebody let all of them go again must not stop them once more.
    let_go = select(func.max(audit.c.id)).where(audit.c.what == GOING_ON).scalar_subquery()
    counts += _take(connection, audit, audit.c.at < before, or_(let_go.is_(None), audit.c.id != let_go))
    last_runs = select(func.max(run.c.id)).group_by(run.c.gradebook, run.c.command)
    counts += _take(connection, run, run.c.started < before, run.c.id.not_in(last_runs))
    left = update(gradebook_state).where(
        gradebook_state.c.gradebook.not_in(tuple(gradebooks)), gradebook_state.c.recorded < before
    )
    connection.execute(left.values(shape=null(), marks=null()))
    return counts


def students(connection: Connection, whose: Iterable[Whose]) -> Counter[str]:
    """Forget students with everything about them; how much, in words.

    Of a letter by which somebody is not written to any more the record stays, without the student.
    """
    counts: Counter[str] = Counter()
    secret = connection.execute(select(install.c.secret)).scalar_one()
    stopping = set(connection.execute(select(suppressed.c.letter).where(_STOPPING)).scalars())
    for gradebook, student in whose:
        mine = _keys(connection, (gradebook, student))
        counts += _letters(connection, [key for key in mine if key not in stopping])
        someone = f"forgotten {digest(secret, 'forgotten', gradebook, student)[:12]}"
        for keys in _in_parts([key for key in mine if key in stopping]):
            connection.execute(delete(correction).where(correction.c.letter.in_(keys)))
            connection.execute(update(notice).where(notice.c.key.in_(keys)).values(student=someone))
        theirs = select(episode.c.gradebook, episode.c.id).where(
            episode.c.gradebook == gradebook, episode.c.student == student
        )
        # Also in the teacher's digests.
        connection.execute(
            delete(notice_item).where(tuple_(notice_item.c.gradebook, notice_item.c.episode).in_(theirs))
        )
        for table in (verdict, verdict_change, attempt, contract, mark_edit, guardian_address, episode, student_seen):
            counts += _take(connection, table, table.c.gradebook == gradebook, table.c.student == student)
        _out_of_the_marks(connection, gradebook, student)
    return counts


def known(connection: Connection, student: str, gradebook: str | None) -> tuple[tuple[str, bool], ...]:
    """The gradebooks in which a student is or was, each with whether the last sync has seen the student there."""
    where = [student_seen.c.student == student]
    where += [student_seen.c.gradebook == gradebook] if gradebook is not None else []
    rows = connection.execute(
        select(student_seen.c.gradebook, student_seen.c.gone).where(*where).order_by(student_seen.c.gradebook)
    )
    return tuple((row.gradebook, row.gone is None) for row in rows)


def unfinished(connection: Connection, whose: Iterable[Whose]) -> int:
    """How many letters about some students are not at their end."""
    return sum(
        connection.execute(
            select(func.count()).where(
                notice.c.gradebook == gradebook, notice.c.student == student, notice.c.state.not_in(_FINAL)
            )
        ).scalar_one()
        for gradebook, student in whose
    )


def _gone(connection: Connection, before: datetime, gradebooks: Collection[str]) -> list[Whose]:
    left = and_(gradebook_state.c.gradebook.not_in(tuple(gradebooks)), gradebook_state.c.recorded < before)
    rows = connection.execute(
        select(student_seen.c.gradebook, student_seen.c.student)
        .join(gradebook_state, gradebook_state.c.gradebook == student_seen.c.gradebook)
        .where(or_(student_seen.c.gone < before, left))
        .order_by(student_seen.c.gradebook, student_seen.c.student)
    )
    return [(row.gradebook, row.student) for row in rows]


def _keys(connection: Connection, whose: Whose) -> list[str]:
    gradebook, student = whose
    mine = select(notice.c.key).where(notice.c.gradebook == gradebook, notice.c.student == student)
    return list(connection.execute(mine.order_by(notice.c.key)).scalars())


def _letters_over(connection: Connection, before: datetime) -> list[str]:
    """The letters at their end of which nothing that is still to be decided depends any more."""
    # Work that is owed, or was until of late, has been announced by them; it must not be announced again.
    said = exists().where(
        notice_item.c.notice == notice.c.key,
        ~notice_item.c.withdrawn,
        episode.c.gradebook == notice_item.c.gradebook,
        episode.c.id == notice_item.c.episode,
        or_(episode.c.closed.is_(None), episode.c.closed >= before.date()),
    )
    # A signature is asked for so many times, and a problem told to the teacher once.
    here = exists().where(
        student_seen.c.gradebook == notice.c.gradebook,
        student_seen.c.student == notice.c.student,
        student_seen.c.gone.is_(None),
    )
    asked = and_(notice.c.kind == CONTRACT, notice.c.state == NoticeState.SENT, here)
    newer = notice.alias()
    told_since = exists().where(
        newer.c.kind == DIGEST,
        newer.c.state == NoticeState.SENT,
        newer.c.gradebook == notice.c.gradebook,
        newer.c.guardian == notice.c.guardian,
        newer.c.changed > notice.c.changed,
    )
    last_digest = and_(notice.c.kind == DIGEST, notice.c.state == NoticeState.SENT, ~told_since)
    stops = exists().where(suppressed.c.letter == notice.c.key, _STOPPING)
    over = select(notice.c.key).where(
        notice.c.state.in_(_FINAL), notice.c.changed < before, ~said, ~asked, ~last_digest, ~stops
    )
    return list(connection.execute(over.order_by(notice.c.key)).scalars())


def _letters(connection: Connection, keys: Iterable[str]) -> Counter[str]:
    """Take letters away, with everything that is noted about them."""
    counts: Counter[str] = Counter()
    for some in _in_parts(list(keys)):
        counts += _take(connection, audit, audit.c.key.in_(some))
        for table in (correction, bounce, suppressed):
            counts += _take(connection, table, table.c.letter.in_(some))
        connection.execute(delete(notice_item).where(notice_item.c.notice.in_(some)))
        counts += _take(connection, notice, notice.c.key.in_(some))
    return counts


def _attempts(connection: Connection, before: datetime) -> Counter[str]:
    """All but the last one of each piece of work that is still there: the next score is counted from it."""
    last = select(func.max(attempt.c.id)).group_by(attempt.c.gradebook, attempt.c.student, attempt.c.assignment)
    judged = exists().where(
        verdict.c.gradebook == attempt.c.gradebook,
        verdict.c.student == attempt.c.student,
        verdict.c.assignment == attempt.c.assignment,
    )
    return _take(connection, attempt, attempt.c.seen_on < before.date(), or_(attempt.c.id.not_in(last), ~judged))


def _contracts(connection: Connection, before: datetime) -> Counter[str]:
    """All but what was in force at the moment: what came after it is a change of that."""
    later = contract.alias()
    another = exists().where(
        later.c.gradebook == contract.c.gradebook,
        later.c.student == contract.c.student,
        later.c.at < before,
        later.c.id > contract.c.id,
    )
    over = connection.execute(select(contract.c.id).where(contract.c.at < before, another)).scalars().all()
    counts: Counter[str] = Counter()
    for some in _in_parts(over):
        counts += _take(connection, contract, contract.c.id.in_(some))
    return counts


def _out_of_the_marks(connection: Connection, gradebook: str, student: str) -> None:
    state = gradebook_state.c
    kept = connection.execute(select(state.marks).where(state.gradebook == gradebook)).scalar_one_or_none()
    if kept is not None and student in kept["rows"]:
        rows = {name: row for name, row in kept["rows"].items() if name != student}
        changed = update(gradebook_state).where(state.gradebook == gradebook)
        connection.execute(changed.values(marks={**kept, "rows": rows}))


def _take(connection: Connection, table: Table, *where: ColumnElement[bool]) -> Counter[str]:
    taking: Delete = delete(table).where(*where)
    return Counter({_WORDS[table.name]: connection.execute(taking).rowcount})


def _in_parts(values: Collection[Any]) -> Iterator[list[Any]]:
    every = list(values)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
