"""Which work is newly owed, made good or waived, and which kind of help comes next.

An episode opens when a piece of work becomes missing and closes when it no longer is. Every further attempt below the
level goes one rung up the school's ladder: the help must change its kind, not only its date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from sheets_mastery.config import Help, RemediationSettings, School
from sheets_mastery.gradebook import Assignment, Mark, MarkKind
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Judged, Standing, Verdict, add_school_days

#: A student's key and an assignment's key: the identity of a mark.
Work = tuple[str, str]


class AttemptKind(StrEnum):
    """What a changed mark was."""

    #: The first score.
    ORIGINAL = "original"
    #: Another score on a later day.
    RETAKE = "retake"
    #: Another score on the same day, while marking: the slip of a key, not a second try.
    CORRECTION = "correction"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One typed change of a mark."""

    #: Whose, and of what.
    work: Work
    #: 1 for the original; a correction keeps the number of what it corrects.
    number: int
    kind: AttemptKind
    #: The share of the maximum.
    share: Fraction
    #: The school's day on which it was first seen.
    on: date


class Closed(StrEnum):
    """Why an episode ended."""

    MADE_GOOD = "made good"
    EXCUSED = "excused"
    #: The mark is gone, the due date moved, the level changed or the contract ended.
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remediation:
    """One episode of owed work."""

    #: The episode's id: stable, and it tells nothing about the student.
    id: str
    work: Work
    #: The school's day on which it was first seen missing.
    opened: date
    #: The kind of help that comes next, one of `Help.help`.
    help: str
    #: The day by which the work is expected.
    due: date
    #: How many attempts below the level lie behind.
    attempts: int
    #: The day it ended; None while it is owed.
    closed: date | None = None
    #: Why it ended.
    why: Closed | None = None
    #: When a sync first saw it so: opened, with another help, or ended. None before a sync has recorded it.
    seen: datetime | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What has become of the owed work since the last sync."""

    #: Everything that is owed now.
    open: dict[Work, Remediation]
    #: The part of it that was not owed before.
    newly: tuple[Remediation, ...]
    #: Owed before and still, with another help or date because of a new attempt; or once more, after a short end.
    moved_on: tuple[Remediation, ...]
    #: Owed before and no more.
    ended: tuple[Remediation, ...]


def attempts(marks: Iterable[tuple[Work, Mark]], known: Mapping[Work, Attempt], today: date) -> tuple[Attempt, ...]:
    """The attempts that the marks show beyond the last known one of each piece of work."""
    found = []
    for work, mark in marks:
        if mark.kind is not MarkKind.SCORE or mark.share is None:
            continue
        last = known.get(work)
        if last is None:
            found.append(Attempt(work=work, number=1, kind=AttemptKind.ORIGINAL, share=mark.share, on=today))
        elif last.share != mark.share:
            same_day = last.on == today
            found.append(
                Attempt(
                    work=work,
                    number=last.number if same_day else last.number + 1,
                    kind=AttemptKind.CORRECTION if same_day else AttemptKind.RETAKE,
                    share=mark.share,
                    on=today,
                )
            )
    return tuple(found)


def owed(
    all_standings: Iterable[Standing],
    assignments: tuple[Assignment, ...],
    *,
    before: Mapping[Work, Remediation],
    attempt_numbers: Mapping[Work, int],
    settings: RemediationSettings,
    school: School,
    today: date,
    new_id: Callable[[Work, date], str],
    of_late: Mapping[Work, Remediation] | None = None,
) -> Owed:
    """Compare the work that is missing now with the episodes that were open before.

    `of_late` are episodes that ended so short a while ago that they go on where their work is missing again: a mark
    that was cleared for a day is no new occasion. `attempt_numbers` counts the attempts of each piece of work, this
    sync's included. What cannot be read just now (CHECK) neither opens nor closes anything; a student who left the
    gradebook keeps nothing open.
    """
    now: dict[Work, Remediation] = {}
    newly, moved_on, ended = [], [], []
    seen: set[Work] = set()
    titles = [assignment.id for assignment in assignments]
    for standing in all_standings:
        student = key(standing.student.id)
        for title, judged in zip(titles, standing.judged, strict=True):
            work = (student, title)
            earlier = before.get(work)
            seen.add(work)
            if judged.verdict is Verdict.CHECK:
                if earlier is not None:
                    now[work] = earlier
            elif judged.verdict.missing:
                so_far = attempt_numbers.get(work, 0)
                rung = next_help(judged, so_far, settings)
                if earlier is not None and (earlier.attempts, earlier.help) == (so_far, rung.help):
                    now[work] = earlier
                    continue
                due = add_school_days(today, rung.within_days, school)
                if earlier is None and (last := (of_late or {}).get(work)) is not None:
                    as_it_was = (last.attempts, last.help) == (so_far, rung.help) and last.due >= today
                    episode = replace(
                        last,
                        help=rung.help,
                        due=last.due if as_it_was else due,
                        attempts=so_far,
                        closed=None,
                        why=None,
                    )
                    moved_on.append(episode)
                elif earlier is None:
                    episode = Remediation(
                        id=new_id(work, today), work=work, opened=today, help=rung.help, due=due, attempts=so_far
                    )
                    newly.append(episode)
                else:
                    episode = replace(earlier, help=rung.help, due=due, attempts=so_far)
                    moved_on.append(episode)
                now[work] = episode
            elif earlier is not None:
                ended.append(replace(earlier, closed=today, why=_why(judged.verdict)))
    ended += [replace(each, closed=today, why=Closed.WAIVED) for work, each in before.items() if work not in seen]
    return Owed(open=now, newly=tuple(newly), moved_on=tuple(moved_on), ended=tuple(ended))


def next_help(judged: Judged, attempts_so_far: int, settings: RemediationSettings) -> Help:
    """The rung of the ladder for a piece of work: one up for each attempt below the level, one more for a wide gap."""
    if judged.verdict is Verdict.NOT_IN:
        return settings.not_in
    rung = max(attempts_so_far - 1, 0)
    if judged.needed is not None and judged.got is not None:
        rung += judged.needed - judged.got >= Fraction(settings.skip_rung_at_gap)
    return settings.ladder[min(rung, len(settings.ladder) - 1)]


def link_for(
    links: Mapping[tuple[str, str], str], assignment: str, help_kind: str, settings: RemediationSettings
) -> str:
    """Where the help is found: the assignment's own link for it, its link for every kind, the ladder's; else ""."""
    of_ladder = next((rung.link for rung in (*settings.ladder, settings.not_in) if rung.help == help_kind), "")
    return links.get((assignment, help_kind)) or links.get((assignment, "")) or of_ladder


def _why(verdict: Verdict) -> Closed:
    return {Verdict.MASTERED: Closed.MADE_GOOD, Verdict.EXCUSED: Closed.EXCUSED}.get(verdict, Closed.WAIVED)
