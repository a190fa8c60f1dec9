"""The ledger's knowledge of one gradebook: what it is before a sync, with the changes that a sync makes to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from sheets_mastery.mastery import Verdict
from sheets_mastery.newaddresses import Addresses, KnownAddress
from sheets_mastery.notices import Decided, History, Notice
from sheets_mastery.panel import Choice
from sheets_mastery.quiet import MarksSeen
from sheets_mastery.remediation import Attempt, Remediation, Work
from sheets_mastery.shape import Shape

#: For so many weeks it is kept in mind how many students letters are usually about in one day.
WEEKS = 4
#: What a run counts whose plan a person has approved.
APPROVED = "plans that a person approved"


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenAbout:
    """About whom there was something new to say within `WEEKS`, and since when nobody has looked."""

    #: When a letter home was decided or added to, with the student's key. Weekly ones, reminders and letters asking for
    #: a signature are left out, for they say again what was said, and so is what was withdrawn.
    letters: tuple[tuple[datetime, str], ...] = ()
    #: When work went missing, with the student's key: the school's day, and the moment of the sync that last saw a
    #: change in it (None where that was not kept). It is then that a weekly letter is owed, not when it is written.
    missing: tuple[tuple[date, datetime | None, str], ...] = ()
    #: When a person last approved a plan today or the day before; None where nobody has.
    approved: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What the ledger knows about one gradebook before a sync."""

    #: The installation's secret, the key of every digest.
    secret: bytes = field(repr=False)
    #: The students of the last reading: key -> digest of who they are. None before the first sync.
    students: Mapping[str, str] | None
    #: The last verdict of each piece of work.
    verdicts: Mapping[Work, Verdict]
    #: The last attempt of each piece of work.
    attempts: Mapping[Work, Attempt]
    #: The pass mark of each student's contract in force, in percent; None for a student seen without one.
    levels: Mapping[str, Fraction | None]
    #: The open episodes.
    episodes: Mapping[Work, Remediation]
    #: Letters by key: all that are not final, and the final ones whose slot is today or later.
    notices: Mapping[str, Notice]
    #: (episode, guardian digest) for everything announced by a letter that was not withdrawn.
    announced: frozenset[tuple[str, str]]
    #: The layout of the last reading; None before the first sync.
    shape: Shape | None = None
    #: The choices of the tab Mastery Settings that were in force, by the settings' ids.
    choices: Mapping[str, Choice] = field(default_factory=dict)
    #: What was said to whom, and what happened of late.
    history: History = field(default_factory=History)
    #: Of which kind each mark was; None before it was kept.
    marks: MarksSeen | None = None
    #: The marks that were changed of late, with when a sync saw it.
    edited: Mapping[Work, datetime] = field(default_factory=dict)
    #: The guardians' addresses beside each student; None before they were kept.
    addresses: Addresses | None = None
    #: When a student of the gradebook was first seen; None before the first sync.
    first_sync: datetime | None = None
    #: The students who have left of late: key -> digest of who they were.
    left: Mapping[str, str] = field(default_factory=dict)
    #: The last episode of each piece of work that has ended of late, for whatever reason, and is owed no more.
    ended: Mapping[Work, Remediation] = field(default_factory=dict)
    #: About whom there were letters of late.
    written: WrittenAbout = field(default_factory=WrittenAbout)
    #: The installation, as it signs its stamps.
    install: str = ""
    #: The names of all gradebooks that the ledger knows.
    gradebooks: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictChange:
    """A verdict that is not what it was."""

    work: Work
    #: None where there was none.
    before: Verdict | None
    #: None where the student or the assignment is gone.
    after: Verdict | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelChange:
    """A student's contract that is not what it was."""

    student: str
    #: The pass mark in percent; None for no contract.
    before: Fraction | None
    after: Fraction | None
    #: Who signed and from when, as the sheet says.
    signed_by: str
    since: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the ledger should know after a sync, as changes to what it knows."""

    #: The fingerprint of the reading.
    reading: str
    #: The layout; None when it is that of the last reading.
    shape: Shape | None
    #: The students of this reading: key -> digest of who they are. None when they are those of the last reading.
    students: Mapping[str, str] | None
    verdicts: tuple[VerdictChange, ...]
    levels: tuple[LevelChange, ...]
    attempts: tuple[Attempt, ...]
    #: Episodes opened, moved on to other help, or ended, as they are afterwards.
    episodes: tuple[Remediation, ...]
    #: Letters that did not exist.
    new_notices: tuple[Notice, ...]
    #: Episodes that join a waiting letter: (key, episodes).
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    #: Letters withdrawn: (key, why).
    withdrawn: tuple[tuple[str, str], ...]
    #: The choices of the tab Mastery Settings that are in force. None when they are those of the last reading.
    choices: Mapping[str, Choice] | None = None
    #: Episodes made good that join a waiting letter: (key, episodes).
    praises_joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: Of which kind each mark is. None when they are those of the last reading.
    marks: MarksSeen | None = None
    #: The marks that are not what they were at the last reading.
    edited: tuple[Work, ...] = ()
    #: The guardians' addresses that came, went or came back, as they are afterwards.
    addresses: tuple[KnownAddress, ...] = ()
    #: What was decided about letters by ticks on the tab Mastery Mail. It comes before everything else about letters.
    decided: tuple[Decided, ...] = ()
    #: Letters that have left and said what was put right since: (the letter's key, the episode).
    corrected: tuple[tuple[str, str], ...] = ()
