"""Which addresses are new beside a student, and whether they may be written to yet.

A sheet that is shared can be changed by whoever has it open. So an address that comes to stand beside a student who was
there before is left alone for a day, in which somebody may notice, and gets its first letter after a person's yes. One
that the sheet forbids to write to does not stand there: whoever lifts that brings a new address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sheets_mastery.config import Letters, School
from sheets_mastery.gradebook import Place, Problem, Student
from sheets_mastery.gradebook.records import key
from sheets_mastery.notices import Decided, Notice, person_digest
from sheets_mastery.quiet import Wait, hours, over

#: How the reasons of letters that wait for a person's yes to their address begin, and end.
_NEW, _FOR_YES = "new address: ", "for approval"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownAddress:
    """An address that stands, or stood, beside a student."""

    #: The student's key.
    student: str
    #: The person's digest, as in `Letterbox.digest`.
    guardian: str
    #: When it came; None where it stood there when the student was first seen, and so is not new.
    since: datetime | None = None
    #: Whether it may be written to without asking.
    trusted: bool = True
    #: When it was first missed; None while it stands there.
    gone: datetime | None = None


#: By (student's key, the person's digest).
Addresses = Mapping[tuple[str, str], KnownAddress]


def address_changes(
    students: Iterable[Student],
    known: Addresses | None,
    seen_before: Collection[str],
    letters: Letters,
    secret: bytes,
    now: datetime,
    *,
    vouched: bool,
) -> tuple[KnownAddress, ...]:
    """What has become of the addresses: those that came, went or came back, as they are now.

    `known` is None where none were kept so far: then all that stand there are trusted, as those of new students are.
    `seen_before` are the students of the last reading. `vouched`: a person has to approve this very plan because so
    many addresses change, and so need not be asked about each. An address that was away for longer than a new one
    has to wait is a new one when it comes back.
    """
    kept: dict[str, dict[str, KnownAddress]] = {}
    for each in (known or {}).values():
        kept.setdefault(each.student, {})[each.guardian] = each
    changes: list[KnownAddress] = []
    for student in students:
        if student.blocked:
            continue
        identity = key(student.id)
        mine = kept.get(identity, {})
        first_look = known is None or (identity not in seen_before and not mine)
        here = {person for person, _ in _to_write_to(student, secret, own=True)}
        for guardian in sorted(here):
            last = mine.get(guardian)
            if last is None:
                came = KnownAddress(student=identity, guardian=guardian)
                changes.append(came if first_look else replace(came, since=now, trusted=vouched))
            elif last.gone is not None:
                soon = now - last.gone <= hours(letters.new_address_hours)
                back = replace(last, gone=None)
                changes.append(back if soon else replace(back, since=now, trusted=vouched))
        changes += (
            replace(each, gone=now) for each in mine.values() if each.gone is None and each.guardian not in here
        )
    return tuple(changes)


def beside_another_id(
    changes: Iterable[KnownAddress], known: Addresses | None, ids_before: Mapping[str, str], now: datetime
) -> tuple[KnownAddress, ...]:
    """The changes, as far as they are about students who stood here under another id: key -> the key before.

    What stood beside the old id is as well known as it was; anything else is new, though the id is as well.
    """
    as_it_was = {whose: each for whose, each in (known or {}).items() if each.gone is None}
    return tuple(
        each
        if (before := ids_before.get(each.student)) is None
        else replace(as_it_was[before, each.guardian], student=each.student)
        if (before, each.guardian) in as_it_was
        else replace(each, since=now, trusted=False)
        for each in changes
    )


def _to_write_to(student: Student, secret: bytes, *, own: bool) -> Iterator[tuple[str, Place | None]]:
    """Whom the sheet lets be written to about a student: each person's digest, with where the address stands.

    `own` is whether the student counts too.
    """
    for guardian in student.guardians:
        if guardian.may_receive and guardian.frequency != "never":
            yield person_digest(secret, "guardian", guardian.address), guardian.place
    if own and student.address:
        yield person_digest(secret, "student", student.address), student.address_place


def after(
    known: Addresses | None, changes: Iterable[KnownAddress], decided: Iterable[Decided] = ()
) -> dict[tuple[str, str], KnownAddress]:
    """What is known once some changes have been learned, and some letters approved."""
    learned = {**(known or {}), **{(each.student, each.guardian): each for each in changes}}
    for each in decided:
        whose = each.notice.student, each.notice.guardian
        if each.after.approved is not None and whose in learned:
            learned[whose] = replace(learned[whose], trusted=True)
    return learned


def address_wait(address: KnownAddress, letters: Letters, school: School, now: datetime) -> Wait | None:
    """Why no letter leaves for an address yet; None where one may."""
    until = None if address.since is None else over(address.since, hours(letters.new_address_hours), now)
    asks = letters.ask_new_address and not address.trusted
    if until is None and not asks:
        return None
    said = [f"until {until.astimezone(school.zone):%Y-%m-%d %H:%M}"] if until else []
    said += [_FOR_YES] if asks else []
    return Wait(word="new address", reason=f"{_NEW}waits {' and '.join(said)}", until=until)


def asks_for_a_yes(notice: Notice) -> bool:
    """Whether a letter waits for a person because its address is new, as far as its reason says."""
    return notice.reason.startswith(_NEW) and notice.reason.endswith(_FOR_YES)


def address_problems(
    students: Iterable[Student],
    addresses: Addresses | None,
    notices: Iterable[Notice],
    letters: Letters,
    school: School,
    secret: bytes,
    now: datetime,
) -> Iterator[Problem]:
    """The new addresses that the teacher should look at: for as long as they are left alone, or a letter waits."""
    pending = {
        whose: wait
        for whose, each in (addresses or {}).items()
        if each.gone is None and not each.trusted and (wait := address_wait(each, letters, school, now))
    }
    if not pending:
        return
    waiting = {(each.student, each.guardian) for each in notices if each.state.waiting}
    concerned = {student for student, _ in pending}
    for student in students:
        if (identity := key(student.id)) not in concerned or student.blocked:
            continue
        for person, place in _to_write_to(student, secret, own=letters.to_students):
            wait = pending.get((identity, person))
            if wait is None or place is None or (wait.until is None and (identity, person) not in waiting):
                continue
            said = wait.reason.removeprefix(_NEW)
            yield Problem(
                place=place,
                what=f"this address was not here, or was not to be written to, before ({said}).",
                remedy="If it is right, approve the first letter to it; if not, put the right one back.",
            )
