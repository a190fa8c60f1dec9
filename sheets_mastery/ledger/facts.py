"""What a sync reads from the ledger (`read_past`) and writes into it (`write_facts`), each inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from sheets_mastery.afterwards import Bounce
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import moves, post, returned
from sheets_mastery.ledger.tables import (
    attempt,
    audit,
    choice,
    contract,
    episode,
    gradebook_state,
    guardian_address,
    install,
    mark_edit,
    notice,
    notice_item,
    opt_out,
    run,
    student_seen,
    upsert,
    verdict,
    verdict_change,
)
from sheets_mastery.mailtab import MAIL_TITLE
from sheets_mastery.mastery import Verdict
from sheets_mastery.newaddresses import KnownAddress
from sheets_mastery.notices import (
    CONTRACT,
    DIGEST,
    NEWS_DAYS,
    REMINDER,
    WEEKLY,
    Begun,
    Earlier,
    History,
    NoticeState,
    Said,
    begins,
    digest,
)
from sheets_mastery.panel import Choice
from sheets_mastery.past import APPROVED, WEEKS, Facts, LevelChange, Past, VerdictChange, WrittenAbout
from sheets_mastery.quiet import REMEMBERED, MarksSeen
from sheets_mastery.remediation import Attempt, Closed, Remediation, Work
from sheets_mastery.shape import Shape, TabShape

_FINAL = tuple(state for state in NoticeState if state.final)


def read_past(connection: Connection, gradebook: str, today: date) -> Past:
    """Everything that the ledger knows about one gradebook, as `Past` says. `today` is the school's day."""
    known = connection.execute(
        select(gradebook_state.c.shape, gradebook_state.c.marks).where(gradebook_state.c.gradebook == gradebook)
    ).one_or_none()
    lately = datetime.combine(today, time(), tzinfo=UTC) - timedelta(days=NEWS_DAYS)
    students = connection.execute(
        select(student_seen.c.student, student_seen.c.name, student_seen.c.gone).where(
            student_seen.c.gradebook == gradebook, or_(student_seen.c.gone.is_(None), student_seen.c.gone > lately)
        )
    ).all()
    episodes = connection.execute(select(episode).where(episode.c.gradebook == gradebook, episode.c.closed.is_(None)))
    said = connection.execute(
        select(notice_item.c.episode, notice_item.c.guardian, notice_item.c.reminder_no, notice.c.key, notice.c.state)
        .join(notice, notice.c.key == notice_item.c.notice)
        .where(notice_item.c.gradebook == gradebook, ~notice_item.c.withdrawn)
        .order_by(notice_item.c.id)
    ).all()
    letters = post.letters(
        connection, notice.c.gradebook == gradebook, or_(notice.c.state.not_in(_FINAL), notice.c.slot >= today)
    )
    since = returned.since(connection, gradebook)
    lost = {key for key, each in since.items() if each.bounce is Bounce.HARD}
    ours = connection.execute(select(install.c.id, install.c.secret)).one()
    ended = _ended(connection, gradebook, today)
    owed = {each.work: each for each in map(_episode, episodes)}
    return Past(
        secret=ours.secret,
        install=ours.id,
        gradebooks=frozenset(connection.execute(select(gradebook_state.c.gradebook)).scalars()),
        students=None if known is None else {row.student: row.name for row in students if row.gone is None},
        left={row.student: row.name for row in students if row.gone is not None},
        first_sync=connection.execute(
            select(func.min(student_seen.c.first_seen)).where(student_seen.c.gradebook == gradebook)
        ).scalar_one(),
        verdicts=_verdicts(connection, gradebook),
        attempts=_last_attempts(connection, gradebook),
        levels={student: row.level for student, row in _last_contracts(connection, gradebook).items()},
        episodes=owed,
        ended={each.work: each for each in ended if each.work not in owed},
        written=_written_about(connection, gradebook, today),
        notices={each.key: each for each in letters},
        announced=frozenset((row.episode, row.guardian) for row in said if row.reminder_no == post.ANNOUNCED),
        choices=_choices(connection, gradebook),
        shape=None if known is None or known.shape is None else _shape(known.shape),
        history=History(
            told=_told(said, lost),
            earlier=_earlier(connection, gradebook, today, lost),
            ended=tuple(each for each in ended if each.why is Closed.MADE_GOOD),
            begun=_begun(connection, gradebook),
            opted_out=frozenset(
                (row.guardian, row.kind)
                for row in connection.execute(
                    select(opt_out.c.guardian, opt_out.c.kind).where(opt_out.c.gradebook == gradebook)
                )
            ),
            suppressed={each.guardian: each.why for each in returned.holding(connection)},
            since=since,
            ticked=_ticked(connection, gradebook, today),
        ),
        marks=None if known is None or known.marks is None else _marks(known.marks),
        edited=_edited(connection, gradebook),
        addresses=None if known is None or known.marks is None else _addresses(connection, gradebook),
    )


def write_facts(connection: Connection, gradebook: str, facts: Facts, *, now: datetime) -> None:
    """Make `facts` true. What the ledger holds already is not written a second time.

    LedgerError when another sync has recorded something else since the past was read from which these facts follow.
    """
    # This row comes first: whoever writes it keeps every other recording of this gradebook waiting until the commit.
    state: dict[str, Any] = {"reading": facts.reading, "recorded": now}
    if facts.shape is not None:
        state["shape"] = [asdict(tab) for tab in facts.shape]
    if facts.marks is not None:
        state["marks"] = {"assignments": list(facts.marks.assignments), "rows": dict(facts.marks.rows)}
    connection.execute(
        upsert(connection, gradebook_state)
        .values(gradebook=gradebook, **state)
        .on_conflict_do_update(index_elements=["gradebook"], set_=state)
    )
    if facts.choices is not None:
        write_choices(connection, gradebook, facts.choices, now)
    if facts.students is not None:
        _write_students(connection, gradebook, facts.students, now)
    if facts.verdicts:
        _write_verdicts(connection, gradebook, facts.verdicts, now)
    if facts.levels:
        _write_levels(connection, gradebook, facts.levels, now)
    if facts.attempts:
        _write_attempts(connection, gradebook, facts.attempts)
    if facts.episodes:
        _write_episodes(connection, gradebook, facts.episodes, now)
    if facts.edited:
        _write_edited(connection, gradebook, facts.edited, now)
    if facts.addresses:
        _write_addresses(connection, gradebook, facts.addresses)
    # One order for everybody who locks several letters, or two of them wait for each other.
    joined, praises, withdrawn = dict(facts.joined), dict(facts.praises_joined), dict(facts.withdrawn)
    decided = {each.notice.key: each for each in facts.decided}
    for key in sorted({*joined, *praises, *withdrawn, *decided}):
        if key in decided:
            moves.decide(connection, decided[key], who=MAIL_TITLE, now=now)
        if key in withdrawn:
            post.withdraw(connection, key, withdrawn[key], now=now)
        elif key in joined or key in praises:
            good = praises.get(key, ())
            post.join(connection, key, joined.get(key, ()), praises=good, snapshot=facts.reading, now=now)
    for letter in facts.new_notices:
        post.add(connection, letter, snapshot=facts.reading, now=now)
    if facts.corrected:
        returned.correct(connection, facts.corrected, now=now)


def write_choices(connection: Connection, gradebook: str, choices: Mapping[str, Choice], now: datetime) -> None:
    """Remember these choices and no others."""
    known = _choices(connection, gradebook)
    gone = [{"which": setting} for setting in known if choices.get(setting) != known[setting]]
    if gone:
        connection.execute(
            delete(choice).where(choice.c.gradebook == gradebook, choice.c.setting == bindparam("which")), gone
        )
    fresh = [
        {"gradebook": gradebook, "setting": setting, "label": each.label, "text": each.text, "since": now}
        for setting, each in choices.items()
        if known.get(setting) != each
    ]
    if fresh:
        connection.execute(insert(choice), fresh)


def _choices(connection: Connection, gradebook: str) -> dict[str, Choice]:
    rows = connection.execute(
        select(choice.c.setting, choice.c.label, choice.c.text)
        .where(choice.c.gradebook == gradebook)
        .order_by(choice.c.setting)
    )
    return {setting: Choice(label=label, text=text) for setting, label, text in rows}


def _told(said: Iterable[Any], lost: Collection[str]) -> dict[tuple[str, str], Said]:
    told: dict[tuple[str, str], Said] = {}
    for row in said:
        so_far = told.get((row.episode, row.guardian), Said())
        if row.reminder_no == post.ANNOUNCED:
            arrived = row.state is NoticeState.SENT and row.key not in lost
            so_far = replace(so_far, first=row.key if arrived else so_far.first)
        elif row.reminder_no == post.PRAISED:
            so_far = replace(so_far, praised=True)
        else:
            so_far = replace(so_far, reminders=max(so_far.reminders, row.reminder_no))
        told[row.episode, row.guardian] = so_far
    return told


def _earlier(
    connection: Connection, gradebook: str, today: date, lost: Collection[str]
) -> dict[tuple[str, str], tuple[Earlier, ...]]:
    """The letters that wait no more, by student and person, oldest first; withdrawn ones only of late."""
    rows = connection.execute(
        select(
            notice.c.key,
            notice.c.student,
            notice.c.guardian,
            notice.c.kind,
            notice.c.slot,
            notice.c.changed,
            notice.c.state,
            notice.c.about,
        )
        .where(
            notice.c.gradebook == gradebook,
            notice.c.state.not_in(post.WAITING),
            or_(notice.c.state != NoticeState.CANCELLED, notice.c.slot >= today - timedelta(days=NEWS_DAYS)),
        )
        .order_by(notice.c.changed, notice.c.key)
    )
    found: dict[tuple[str, str], list[Earlier]] = {}
    for row in rows:
        found.setdefault((row.student, row.guardian), []).append(
            Earlier(
                key=row.key,
                kind=row.kind,
                slot=row.slot,
                at=row.changed,
                state=row.state,
                about=row.about,
                came_back=row.key in lost,
            )
        )
    return {whose: tuple(letters) for whose, letters in found.items()}


def _ticked(connection: Connection, gradebook: str, today: date) -> tuple[tuple[datetime, NoticeState], ...]:
    """What ticks on the tab Mastery Mail have decided of late."""
    since = datetime.combine(today - timedelta(days=NEWS_DAYS), time(), UTC)
    rows = connection.execute(
        select(audit.c.at, audit.c.what)
        .join(notice, notice.c.key == audit.c.key)
        .where(
            notice.c.gradebook == gradebook,
            notice.c.changed >= since,
            audit.c.who == MAIL_TITLE,
            audit.c.at >= since,
        )
        .order_by(audit.c.id)
    )
    return tuple((row.at, NoticeState(row.what)) for row in rows)


def _ended(connection: Connection, gradebook: str, today: date) -> tuple[Remediation, ...]:
    """The episodes that have ended of late, the last ones last."""
    rows = connection.execute(
        select(episode)
        .where(episode.c.gradebook == gradebook, episode.c.closed > today - timedelta(days=NEWS_DAYS))
        .order_by(episode.c.closed, episode.c.opened, episode.c.id)
    )
    return tuple(map(_episode, rows))


def _written_about(connection: Connection, gradebook: str, today: date) -> WrittenAbout:
    first = today - timedelta(weeks=WEEKS)
    after = datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=1)
    letters = connection.execute(
        select(audit.c.at, notice.c.student)
        .join(notice, notice.c.key == audit.c.key)
        .where(
            notice.c.gradebook == gradebook,
            notice.c.changed > after,
            notice.c.state != NoticeState.CANCELLED,
            notice.c.kind.not_in((CONTRACT, DIGEST, REMINDER, WEEKLY)),
            audit.c.at > after,
            audit.c.who == post.BY_A_SYNC,
            audit.c.what.in_((NoticeState.HOLD, post.JOINED)),
        )
        .distinct()
        .order_by(audit.c.at, notice.c.student)
    )
    missing = connection.execute(
        select(episode.c.opened, episode.c.seen, episode.c.student)
        .where(
            episode.c.gradebook == gradebook,
            episode.c.opened >= first,
            # What was put right on its own day was a slip.
            or_(episode.c.closed.is_(None), episode.c.closed > episode.c.opened),
        )
        .order_by(episode.c.opened, episode.c.id)
    )
    yesterday = datetime.combine(today, time(), tzinfo=UTC) - timedelta(days=1)
    runs = connection.execute(
        select(run.c.finished, run.c.counts)
        .where(run.c.gradebook == gradebook, run.c.outcome == "done", run.c.finished > yesterday)
        .order_by(run.c.id.desc())
    )
    return WrittenAbout(
        letters=tuple((row.at, row.student) for row in letters),
        missing=tuple((row.opened, row.seen, row.student) for row in missing),
        approved=next((finished for finished, counts in runs if counts.get(APPROVED)), None),
    )


def _episode(row: Any) -> Remediation:
    return Remediation(
        id=row.id,
        work=(row.student, row.assignment),
        opened=row.opened,
        help=row.help,
        due=row.due,
        attempts=row.attempts,
        closed=row.closed,
        why=row.why,
        seen=row.seen,
    )


def _begun(connection: Connection, gradebook: str) -> dict[str, Begun]:
    """Since when each student's contract is what it is; those that were there at the first look are not news."""
    begun: dict[str, Begun] = {}
    before: dict[str, Fraction | None] = {}
    for row in connection.execute(select(contract).where(contract.c.gradebook == gradebook).order_by(contract.c.id)):
        known = row.student in before
        last = before.get(row.student)
        before[row.student] = row.level
        if known and last == row.level:
            continue
        begun.pop(row.student, None)
        news = begins(last, row.since, row.at, known=known)
        if row.level is not None and news is not None:
            begun[row.student] = news
    return begun


def _shape(kept: list[dict[str, Any]]) -> Shape:
    return tuple(TabShape(**{**tab, "assignments": tuple(tab["assignments"])}) for tab in kept)


def _marks(kept: Mapping[str, Any]) -> MarksSeen:
    return MarksSeen(assignments=tuple(kept["assignments"]), rows=kept["rows"])


def _edited(connection: Connection, gradebook: str) -> dict[Work, datetime]:
    rows = connection.execute(
        select(mark_edit.c.student, mark_edit.c.assignment, mark_edit.c.at).where(mark_edit.c.gradebook == gradebook)
    )
    return {(student, assignment): at for student, assignment, at in rows}


def _write_edited(connection: Connection, gradebook: str, works: Iterable[Work], now: datetime) -> None:
    connection.execute(delete(mark_edit).where(mark_edit.c.gradebook == gradebook, mark_edit.c.at < now - REMEMBERED))
    changed = upsert(connection, mark_edit)
    connection.execute(
        changed.on_conflict_do_update(
            index_elements=["gradebook", "student", "assignment"], set_={"at": changed.excluded.at}
        ),
        [_of(gradebook, work, {"at": now}) for work in works],
    )


def _addresses(connection: Connection, gradebook: str) -> dict[tuple[str, str], KnownAddress]:
    columns = (guardian_address.c.student, guardian_address.c.guardian, guardian_address.c.since)
    rows = connection.execute(
        select(*columns, guardian_address.c.trusted, guardian_address.c.gone).where(
            guardian_address.c.gradebook == gradebook
        )
    )
    return {
        (student, guardian): KnownAddress(student=student, guardian=guardian, since=since, trusted=trusted, gone=gone)
        for student, guardian, since, trusted, gone in rows
    }


def _write_addresses(connection: Connection, gradebook: str, addresses: Iterable[KnownAddress]) -> None:
    changed = upsert(connection, guardian_address)
    moving = ("since", "trusted", "gone")
    connection.execute(
        changed.on_conflict_do_update(
            index_elements=["gradebook", "student", "guardian"], set_={name: changed.excluded[name] for name in moving}
        ),
        [{"gradebook": gradebook, **asdict(each)} for each in addresses],
    )


def _write_students(connection: Connection, gradebook: str, students: Mapping[str, str], now: datetime) -> None:
    known = {
        row.student: row
        for row in connection.execute(select(student_seen).where(student_seen.c.gradebook == gradebook))
    }
    here = [
        {"gradebook": gradebook, "student": student, "name": name, "first_seen": now, "gone": None}
        for student, name in students.items()
        if student not in known or (known[student].name, known[student].gone) != (name, None)
    ]
    if here:
        changed = upsert(connection, student_seen)
        connection.execute(
            changed.on_conflict_do_update(
                index_elements=["gradebook", "student"],
                set_={"name": changed.excluded.name, "gone": changed.excluded.gone},
            ),
            here,
        )
    gone = [{"who": student} for student, row in known.items() if row.gone is None and student not in students]
    if gone:
        connection.execute(
            update(student_seen)
            .where(student_seen.c.gradebook == gradebook, student_seen.c.student == bindparam("who"))
            .values(gone=now),
            gone,
        )


def _write_verdicts(connection: Connection, gradebook: str, changes: Iterable[VerdictChange], now: datetime) -> None:
    current = _verdicts(connection, gradebook)
    fresh = [each for each in changes if current.get(each.work) is not each.after]
    if any(current.get(each.work) is not each.before for each in fresh):
        raise LedgerError(
            f"Another sync of {gradebook} went first, so this one decided from what is no longer so: run it again."
        )
    if not fresh:
        return
    connection.execute(
        insert(verdict_change),
        [_of(gradebook, each.work, {"before": each.before, "after": each.after, "at": now}) for each in fresh],
    )
    there = [_of(gradebook, each.work, {"verdict": each.after, "since": now}) for each in fresh if each.after]
    if there:
        changed = upsert(connection, verdict)
        connection.execute(
            changed.on_conflict_do_update(
                index_elements=["gradebook", "student", "assignment"],
                set_={"verdict": changed.excluded.verdict, "since": changed.excluded.since},
            ),
            there,
        )
    gone = [{"whose": each.work[0], "what": each.work[1]} for each in fresh if each.after is None]
    if gone:
        connection.execute(
            delete(verdict).where(
                verdict.c.gradebook == gradebook,
                verdict.c.student == bindparam("whose"),
                verdict.c.assignment == bindparam("what"),
            ),
            gone,
        )


def _write_levels(connection: Connection, gradebook: str, changes: Iterable[LevelChange], now: datetime) -> None:
    secret = connection.execute(select(install.c.secret)).scalar_one()
    last = _last_contracts(connection, gradebook)
    fresh = []
    for each in changes:
        # Who signed is a name: the digest tells whether it has changed, and nothing else.
        signed_by = digest(secret, "signed", each.signed_by) if each.signed_by else ""
        known = last.get(each.student)
        if known is None or (known.level, known.signed_by, known.since) != (each.after, signed_by, each.since):
            fresh.append(
                {
                    "gradebook": gradebook,
                    "student": each.student,
                    "level": each.after,
                    "signed_by": signed_by,
                    "since": each.since,
                    "at": now,
                }
            )
    if fresh:
        connection.execute(insert(contract), fresh)


def _write_attempts(connection: Connection, gradebook: str, attempts: Iterable[Attempt]) -> None:
    last = _last_attempts(connection, gradebook)
    fresh = [
        _of(gradebook, each.work, {"number": each.number, "kind": each.kind, "share": each.share, "seen_on": each.on})
        for each in attempts
        if last.get(each.work) != each
    ]
    if fresh:
        connection.execute(insert(attempt), fresh)


def _write_episodes(connection: Connection, gradebook: str, episodes: Iterable[Remediation], now: datetime) -> None:
    changed = upsert(connection, episode)
    moving = ("help", "due", "attempts", "closed", "why")
    connection.execute(
        changed.on_conflict_do_update(
            index_elements=["gradebook", "id"], set_={name: changed.excluded[name] for name in (*moving, "seen")}
        ),
        [
            _of(
                gradebook,
                each.work,
                {"id": each.id, "opened": each.opened, "seen": now} | {name: getattr(each, name) for name in moving},
            )
            # Ended ones first: a piece of work has one open episode at a time.
            for each in sorted(episodes, key=lambda each: each.closed is None)
        ],
    )


def _verdicts(connection: Connection, gradebook: str) -> dict[Work, Verdict]:
    """The verdict of each piece of work as of the last recording."""
    rows = connection.execute(
        select(verdict.c.student, verdict.c.assignment, verdict.c.verdict).where(verdict.c.gradebook == gradebook)
    )
    return {(student, assignment): found for student, assignment, found in rows}


def _last_attempts(connection: Connection, gradebook: str) -> dict[tuple[str, str], Attempt]:
    newest = (
        select(func.max(attempt.c.id))
        .where(attempt.c.gradebook == gradebook)
        .group_by(attempt.c.student, attempt.c.assignment)
    )
    columns = (attempt.c.student, attempt.c.assignment, attempt.c.number, attempt.c.kind, attempt.c.share)
    return {
        (student, assignment): Attempt(work=(student, assignment), number=number, kind=kind, share=share, on=on)
        for student, assignment, number, kind, share, on in connection.execute(
            select(*columns, attempt.c.seen_on).where(attempt.c.id.in_(newest))
        )
    }


def _last_contracts(connection: Connection, gradebook: str) -> dict[str, Any]:
    """The last contract row of each student."""
    newest = select(func.max(contract.c.id)).where(contract.c.gradebook == gradebook).group_by(contract.c.student)
    return {row.student: row for row in connection.execute(select(contract).where(contract.c.id.in_(newest)))}


def _of(gradebook: str, work: tuple[str, str], rest: Mapping[str, Any]) -> dict[str, Any]:
    student, assignment = work
    return {"gradebook": gradebook, "student": student, "assignment": assignment, **rest}
