"""Which letters are owed, held back and withdrawn.

One letter is about one student and goes to one guardian. It is said once per event: an episode is announced to a
guardian once, whatever happens to the mark afterwards, and a letter whose reason is gone before it left is withdrawn.
Every state is final, before a person, or found by a sweep of the outbox; the ledger keeps them, the outbox moves them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sheets_mastery.config import Letters, School
from sheets_mastery.gradebook import Student
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Standing, add_school_days
from sheets_mastery.remediation import Owed, Remediation

#: The kind of a letter about newly missing work.
MISSING = "missing"


class NoticeState(StrEnum):
    """Where a letter is on its way."""

    #: Decided, waiting until it may leave.
    HOLD = "hold"
    #: May leave (again) now.
    READY = "ready"
    #: Claimed by a delivery; the next thing that happens is the network.
    SENDING = "sending"
    #: Taken over by the mail service.
    SENT = "sent"
    #: Withdrawn, with a reason.
    CANCELLED = "cancelled"
    #: Refused for good, with a reason; a person decides.
    FAILED = "failed"
    #: May or may not have been taken over; the mail service is asked when its moment has come.
    UNKNOWN = "unknown"
    #: May or may not have been taken over, and no machine can tell; a person decides.
    NEEDS_REVIEW = "needs review"
    #: Stopped by a guard; a person decides.
    BLOCKED = "blocked"

    @property
    def final(self) -> bool:
        """Nothing more happens to it by itself or by a person."""
        return self in {NoticeState.SENT, NoticeState.CANCELLED}

    @property
    def for_a_person(self) -> bool:
        """Nothing more happens to it until a person has decided."""
        return self in {NoticeState.NEEDS_REVIEW, NoticeState.BLOCKED, NoticeState.FAILED}

    @property
    def waiting(self) -> bool:
        """It has not been handed to anything outside and may still be withdrawn or added to."""
        return self in {NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A letter owed. It holds no name, no address and no mark: those are read when it leaves."""

    #: The identity: an HMAC over gradebook, student, guardian, kind and slot, in hexadecimal.
    key: str
    #: The gradebook's name in the settings.
    gradebook: str
    #: What the letter is about: `MISSING`.
    kind: str
    #: The student's key.
    student: str
    #: The guardian's digest (`guardian_digest`).
    guardian: str
    #: The school's day for which it was decided: one letter a day, student, guardian and kind.
    slot: date
    #: The first moment at which it may leave; while it is UNKNOWN, at which the mail service is asked about it.
    not_before: datetime
    #: The moment at which it is given up.
    expires: datetime
    #: The episodes it announces.
    episodes: tuple[str, ...]
    state: NoticeState = NoticeState.HOLD
    #: Counts every move; a move names the version it starts from.
    version: int = 0
    #: How many times it was tried.
    attempt: int = 0
    #: Why it is where it is, in words without personal data.
    reason: str = ""
    #: Gmail's draft, the fencing token of a send.
    draft_id: str = ""
    #: What the mail service called it when it took it.
    provider_id: str = ""


class HeldBack(StrEnum):
    """Why missing work leads to no letter, or to one letter less."""

    NO_CONTRACT = "no contract"
    NO_ADDRESS = "no guardian address"
    NOT_PERMITTED = "may not be written to"
    IN_DOUBT = "the student's row is in doubt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterbox:
    """One person whom a letter about a student may go to."""

    #: The digest by which the ledger knows the person.
    digest: str
    #: The bare address.
    address: str
    #: The name as in the sheet, "" where there is none.
    name: str
    #: The language code, "" for the school's usual one.
    language: str
    #: Whether this is the student's own letterbox.
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LettersOwed:
    """What a sync decides about letters."""

    #: Letters that did not exist.
    new: tuple[Notice, ...]
    #: Episodes that join a letter still waiting: (the letter's key, episodes).
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    #: Letters withdrawn: (the letter's key, why).
    withdrawn: tuple[tuple[str, str], ...]
    #: Letters not written: (student's key, why), one a person or student.
    held_back: tuple[tuple[str, HeldBack], ...]


def digest(secret: bytes, *parts: str) -> str:
    """A keyed digest of some words, in hexadecimal: ids and addresses can be guessed, a plain hash would tell them."""
    text = json.dumps([1, *parts], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(secret, text.encode("ascii"), hashlib.sha256).hexdigest()


def letterboxes(
    student: Student, letters: Letters, secret: bytes
) -> tuple[tuple[Letterbox, ...], tuple[HeldBack, ...]]:
    """Everyone a letter about this student may go to, and why it goes to nobody else."""
    if student.blocked:
        return (), (HeldBack.IN_DOUBT,)
    boxes = [
        Letterbox(
            digest=digest(secret, "guardian", each.address.casefold()),
            address=each.address,
            name=each.name,
            language=each.language or letters.language,
        )
        for each in student.guardians
        if each.may_receive
    ]
    refused = {each.address.casefold() for each in student.guardians if not each.may_receive}
    held = [HeldBack.NOT_PERMITTED for _ in refused]
    if not student.guardians:
        held.append(HeldBack.NO_ADDRESS)
    own = student.address.casefold()
    if letters.to_students and own and own not in refused and all(box.address.casefold() != own for box in boxes):
        boxes.append(
            Letterbox(
                digest=digest(secret, "student", own),
                address=student.address,
                name=student.name,
                language=student.language or letters.language,
                own=True,
            )
        )
    return tuple(boxes), tuple(held)


def letters_owed(
    standings: Iterable[Standing],
    owed: Owed,
    *,
    gradebook: str,
    known: Mapping[str, Notice],
    announced: frozenset[tuple[str, str]],
    letters: Letters,
    school: School,
    secret: bytes,
    now: datetime,
) -> LettersOwed:
    """Decide about letters.

    `known` are the gradebook's letters by key that are not final or belong to today or later; `announced` holds
    (episode, guardian) for everything that a letter has announced or is about to, withdrawn letters left out. While a
    student's row is in doubt, nothing new is said about that student and nothing waiting is withdrawn.
    """
    today = now.astimezone(school.zone).date()
    new: dict[str, Notice] = {}
    joined: dict[str, tuple[str, ...]] = {}
    held: list[tuple[str, HeldBack]] = []
    boxes_of: dict[str, frozenset[str] | None] = {}
    waiting = {(each.student, each.guardian): each for each in known.values() if each.state.waiting}
    open_of: dict[str, list[Remediation]] = {}
    for episode in owed.open.values():
        open_of.setdefault(episode.work[0], []).append(episode)
    for standing in standings:
        student = key(standing.student.id)
        boxes, why_not = letterboxes(standing.student, letters, secret)
        boxes_of[student] = None if standing.student.blocked else frozenset(box.digest for box in boxes)
        episodes = open_of.get(student, [])
        if standing.contract is None and not standing.student.blocked:
            held.append((student, HeldBack.NO_CONTRACT))
        elif episodes or standing.student.blocked:
            held += [(student, why) for why in why_not]
        for box in boxes:
            unsaid = tuple(sorted(episode.id for episode in episodes if (episode.id, box.digest) not in announced))
            if not unsaid:
                continue
            if still_here := waiting.get((student, box.digest)):
                joined[still_here.key] = unsaid
                continue
            slot = first = _school_day(today, school)
            while (
                identity := digest(secret, "notice", gradebook, student, box.digest, MISSING, slot.isoformat())
            ) in known:
                # Today's letter has left already: what is new since goes with the next school day's.
                slot = _school_day(slot + timedelta(days=1), school)
            first_moment = now if slot == first else datetime.combine(slot, school.hours.start, tzinfo=school.zone)
            not_before = first_moment + timedelta(hours=float(letters.hold_hours))
            new[identity] = Notice(
                key=identity,
                gradebook=gradebook,
                kind=MISSING,
                student=student,
                guardian=box.digest,
                slot=slot,
                not_before=not_before,
                expires=expiry(not_before, letters, school),
                episodes=unsaid,
            )
    withdrawn = tuple(_withdrawn(known.values(), owed, joined, boxes_of))
    return LettersOwed(
        new=tuple(new.values()), joined=tuple(joined.items()), withdrawn=withdrawn, held_back=tuple(held)
    )


def _school_day(day: date, school: School) -> date:
    """The first day from this one on on which there is school."""
    while not school.open_on(day):
        day += timedelta(days=1)
    return day


def expiry(not_before: datetime, letters: Letters, school: School) -> datetime:
    """When a letter that may leave from a moment on lapses: school days later, so that none lapses in the holidays."""
    local = not_before.astimezone(school.zone)
    last = add_school_days(local.date(), letters.expires_after_days, school)
    return datetime.combine(last, local.timetz())


def _withdrawn(
    known: Iterable[Notice],
    owed: Owed,
    joined: Mapping[str, tuple[str, ...]],
    boxes_of: Mapping[str, frozenset[str] | None],
) -> Iterable[tuple[str, str]]:
    """The waiting letters that have lost their reason or their reader; those about a student in doubt wait on."""
    still = {episode.id for episode in owed.open.values()}
    for notice in known:
        if not notice.state.waiting:
            continue
        if notice.student not in boxes_of:
            yield notice.key, "the student is no longer in the gradebook"
        elif (boxes := boxes_of[notice.student]) is None:
            continue
        elif notice.guardian not in boxes:
            yield notice.key, "this person is no longer to be written to"
        elif notice.key not in joined and not still.intersection(notice.episodes):
            yield notice.key, "put right before it left"
