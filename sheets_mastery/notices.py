"""What a letter is before it has any words: its kind, its states, whom it may go to, and what was said before.

One letter is about one student and goes to one guardian; `occasions` decides which are owed. Every state is final,
before a person, or found by a sweep of the outbox; the ledger keeps them, the outbox moves them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sheets_mastery.afterwards import Since
from sheets_mastery.config import Letters, School
from sheets_mastery.gradebook import Student
from sheets_mastery.mastery import add_school_days
from sheets_mastery.remediation import Remediation

#: The kinds of letter, as the settings call them: newly missing work,
MISSING = "missing"
#: work that is still missing,
REMINDER = "reminder"
#: work that was announced as missing and is at the level now, or a student who went up a level,
MADE_GOOD = "made_good"
#: everything of a week in one letter,
WEEKLY = "weekly"
#: a contract that has come into force,
WELCOME = "welcome"
#: a contract without a signature,
CONTRACT = "contract"
#: and the teacher's own, about the whole gradebook: its `Notice.student` is "".
DIGEST = "digest"
#: Why a letter is withdrawn whose reader has used the link in an earlier one.
UNWANTED = "this person has stopped letters of this kind"
#: How it begins to be said that a letter did not leave because of a mistake in the program itself.
PROGRAM_ERROR = "an error in the program"
#: Those that speak of work to be done.
ABOUT_WORK = frozenset({MISSING, REMINDER, WEEKLY})
#: News is told so many days after it happened, or not at all.
NEWS_DAYS = 14


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
    #: Laid into the drafts of a mailbox, from which a person sends it; the mail service is asked whether that happened.
    DRAFTED = "in drafts"
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


#: Who has decided, in the audit.
PERSON = "a person"


class Decision(StrEnum):
    """What a person can decide about a letter."""

    #: It may leave at the next delivery, without waiting any longer.
    APPROVE = "approve"
    #: It does not leave, and what it would have said is not said by another letter.
    CANCEL = "cancel"
    #: It has left: it was found where sent mail is.
    SENT = "settle --sent"
    #: It has not left, or shall be tried once more.
    AGAIN = "settle --again"


#: From which states a decision leads where.
MAY: Mapping[Decision, tuple[NoticeState, frozenset[NoticeState]]] = {
    Decision.APPROVE: (NoticeState.READY, frozenset(each for each in NoticeState if each.waiting)),
    Decision.CANCEL: (
        NoticeState.CANCELLED,
        frozenset(each for each in NoticeState if each.waiting or each.for_a_person),
    ),
    Decision.SENT: (NoticeState.SENT, frozenset({NoticeState.NEEDS_REVIEW})),
    Decision.AGAIN: (NoticeState.READY, frozenset({NoticeState.NEEDS_REVIEW, NoticeState.FAILED})),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A letter owed. It holds no name, no address and no mark: those are read when it leaves."""

    #: The identity: an HMAC over gradebook, student, guardian, kind and slot, in hexadecimal.
    key: str
    #: The gradebook's name in the settings.
    gradebook: str
    #: What the letter is about: `MISSING` or another of the kinds.
    kind: str
    #: The student's key; "" for the teacher's digest.
    student: str
    #: The guardian's digest (`Letterbox.digest`).
    guardian: str
    #: The school's day for which it was decided: one letter a day, student, guardian and kind.
    slot: date
    #: The first moment at which it may leave; while it is UNKNOWN, at which the mail service is asked about it.
    not_before: datetime
    #: The moment at which it is given up.
    expires: datetime
    #: The episodes it announces.
    episodes: tuple[str, ...]
    #: The episodes it speaks of again: (episode, for the how manieth time).
    reminds: tuple[tuple[str, int], ...] = ()
    #: The episodes that it says have been made good.
    praises: tuple[str, ...] = ()
    #: What it is about besides: the level for WELCOME, CONTRACT and a level raised, the problems' digest for DIGEST.
    about: str = ""
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
    #: When a person let it leave as it is: then it waits for no quiet hours. None where nobody has.
    approved: datetime | None = None
    #: When a sync decided about it; None before the ledger has it.
    created: datetime | None = field(default=None, compare=False, repr=False)

    @property
    def awaits_a_yes(self) -> bool:
        """Whether it is to leave and nobody has approved it as it is, so that a person's yes would change something."""
        return self.state is NoticeState.HOLD or (self.state is NoticeState.READY and self.approved is None)


def with_more(notice: Notice, which: str, more: tuple[str, ...]) -> Notice:
    """A letter that waits, with more in it: `which` are its "episodes" or its "praises".

    One that a person has approved is no longer what was approved, so it waits once more.
    """
    held = NoticeState.HOLD if notice.state is NoticeState.READY else notice.state
    changes: dict[str, Any] = {which: (*getattr(notice, which), *more), "state": held}
    return replace(notice, **changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What a person has decided about a letter, as it is carried out."""

    #: The letter as it was when the person saw it: one that has moved on since is not decided about.
    notice: Notice
    decision: Decision
    #: Why, for the audit.
    reason: str
    #: The letter as it is afterwards, but for its version.
    after: Notice

    @classmethod
    def of(
        cls, notice: Notice, decision: Decision, reason: str, *, now: datetime, letters: Letters, school: School
    ) -> Decided:
        """A decision about a letter. One that may leave does so at once, and has as much time for it as a new one."""
        to, _ = MAY[decision]
        again = to is NoticeState.READY
        after = replace(
            notice,
            state=to,
            reason=reason,
            not_before=now if again else notice.not_before,
            expires=max(notice.expires, expiry(now, letters, school)) if again else notice.expires,
            approved=now if again else None,
        )
        return cls(notice=notice, decision=decision, reason=reason, after=after)


class HeldBack(StrEnum):
    """Why missing work leads to no letter, or to one letter less."""

    NO_CONTRACT = "no contract"
    NO_ADDRESS = "no guardian address"
    NOT_PERMITTED = "may not be written to"
    NOT_WANTED = "wants no letters"
    IN_DOUBT = "the student's row is in doubt"
    COMES_BACK = "letters come back"


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
    #: Whether everything is said here in one letter a week.
    weekly: bool = False


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
    #: Episodes made good that join a letter still waiting: (the letter's key, episodes).
    praises_joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: How many weekly letters with something new in them no sync has decided about in time.
    weekly_missed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What one person has been told about one episode by letters that were not withdrawn."""

    #: The key of the letter that announced it, once that has left; "" before.
    first: str = ""
    #: How many times it was spoken of again, letters still waiting included.
    reminders: int = 0
    #: Whether it was said, or is about to be, that it has been made good.
    praised: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A letter that waits no more: it has left, may have left, was refused, or was withdrawn of late."""

    key: str
    kind: str
    slot: date
    #: When it came to where it is.
    at: datetime
    state: NoticeState
    about: str = ""
    #: Whether it came back for good.
    came_back: bool = False

    @property
    def counts(self) -> bool:
        """Whether the family has it, or may have it."""
        return not self.came_back and self.state not in {NoticeState.CANCELLED, NoticeState.FAILED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """Since when a student's contract is what it is."""

    #: When it was first seen.
    at: datetime
    #: The pass mark before in percent; None for no contract.
    before: Fraction | None


def begins(before: Fraction | None, since: date | None, at: datetime, *, known: bool) -> Begun | None:
    """A contract first seen at a moment, as news; None where it was in force long before its student was first seen.

    `known` is whether the student was there before, `since` the day that the sheet says.
    """
    fresh = known or since is None or at.date() - since < timedelta(days=NEWS_DAYS)
    return Begun(at=at, before=before) if fresh else None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What was said to whom, and what happened of late."""

    #: By (episode, the person's digest).
    told: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    #: By (student's key, the person's digest), oldest first; the teacher's digests are under "".
    earlier: Mapping[tuple[str, str], tuple[Earlier, ...]] = field(default_factory=dict)
    #: The episodes made good within `NEWS_DAYS`.
    ended: tuple[Remediation, ...] = ()
    #: By student's key, for each contract that is in the ledger.
    begun: Mapping[str, Begun] = field(default_factory=dict)
    #: Who has stopped which kind of letter by the link in it: (the person's digest, kind).
    opted_out: frozenset[tuple[str, str]] = frozenset()
    #: Who is not written to because letters came back, and why: by the person's digest, for every gradebook.
    suppressed: Mapping[str, str] = field(default_factory=dict)
    #: What has happened to letters since they left, by key; only those to which something has.
    since: Mapping[str, Since] = field(default_factory=dict)
    #: What ticks on the tab Mastery Mail have decided within `NEWS_DAYS`: when, and what became of a letter by it.
    ticked: tuple[tuple[datetime, NoticeState], ...] = ()


def digest(secret: bytes, *parts: str) -> str:
    """A keyed digest of some words, in hexadecimal: ids and addresses can be guessed, a plain hash would tell them."""
    text = json.dumps([1, *parts], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(secret, text.encode("ascii"), hashlib.sha256).hexdigest()


def letter_key(secret: bytes, gradebook: str, student: str, guardian: str, kind: str, slot: date) -> str:
    """The identity of a letter: who hears what about whom in which gradebook, and on which day that was decided."""
    return digest(secret, "notice", gradebook, student, guardian, kind, slot.isoformat())


def person_digest(secret: bytes, person: str, address: str) -> str:
    """The digest by which the ledger knows somebody: a "guardian", "student" or "teacher" with an address."""
    return digest(secret, person, address.casefold())


def letterboxes(
    student: Student, letters: Letters, secret: bytes
) -> tuple[tuple[Letterbox, ...], tuple[HeldBack, ...]]:
    """Everyone a letter about this student may go to, and why it goes to nobody else."""
    if student.blocked:
        return (), (HeldBack.IN_DOUBT,)
    boxes = [
        Letterbox(
            digest=person_digest(secret, "guardian", each.address),
            address=each.address,
            name=each.name,
            language=each.language or letters.language,
            weekly=_weekly(each.frequency, letters),
        )
        for each in student.guardians
        if each.may_receive and each.frequency != "never"
    ]
    refused = {each.address.casefold() for each in student.guardians if not each.may_receive}
    unwanted = {each.address.casefold() for each in student.guardians if each.frequency == "never"}
    held = [HeldBack.NOT_PERMITTED for _ in refused]
    held += [HeldBack.NOT_WANTED for each in student.guardians if each.may_receive and each.frequency == "never"]
    if not student.guardians:
        held.append(HeldBack.NO_ADDRESS)
    own = student.address.casefold()
    theirs = refused | unwanted | {box.address.casefold() for box in boxes}
    if letters.to_students and own and own not in theirs:
        boxes.append(
            Letterbox(
                digest=person_digest(secret, "student", student.address),
                address=student.address,
                name=student.name,
                language=student.language or letters.language,
                own=True,
                weekly=_weekly("", letters),
            )
        )
    return tuple(boxes), tuple(held)


def teachers_box(letters: Letters, reply_to: str, name: str, secret: bytes) -> Letterbox:
    """Where the digest goes: the teacher's own address in the settings, and no other."""
    return Letterbox(
        digest=person_digest(secret, "teacher", reply_to), address=reply_to, name=name, language=letters.language
    )


def _weekly(frequency: str, letters: Letters) -> bool:
    return WEEKLY in letters.kinds and (frequency or letters.frequency) == "weekly"


def school_day(day: date, school: School) -> date:
    """The first day from this one on on which there is school."""
    while not school.open_on(day):
        day += timedelta(days=1)
    return day


def expiry(not_before: datetime, letters: Letters, school: School) -> datetime:
    """When a letter that may leave from a moment on lapses: school days later, so that none lapses in the holidays."""
    local = not_before.astimezone(school.zone)
    last = add_school_days(local.date(), letters.expires_after_days, school)
    return datetime.combine(last, local.timetz())
