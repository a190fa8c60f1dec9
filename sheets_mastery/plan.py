"""Reading + Past + Settings → Plan: everything a sync would do, before any of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import Notice
from sheets_mastery.remediation import Attempt, Remediation, Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What the ledger knows about one gradebook before a sync."""

    #: The installation's secret, the key of every digest.
    secret: bytes
    #: The students of the last reading: key -> digest of the name. None before the first sync.
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
    #: The students of this reading: key -> digest of the name. None when they are those of the last reading.
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
