"""Whether marks, and the level they are held against, have been left alone for long enough to write home about them.

An edit is seen by comparing two readings and counts from the later one: when in between it was made, nobody can tell.
What a mark means is compared, never how it is written, and a mark that cannot be read just now says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil

from sheets_mastery.config import Letters, School
from sheets_mastery.gradebook import Gradebook, MarkKind
from sheets_mastery.gradebook.records import key
from sheets_mastery.remediation import Attempt, Work

#: A column counts as being marked where so many of its marks were changed within this time.
MARKING = timedelta(hours=2)
#: Edits are remembered for so long; no setting asks for more.
REMEMBERED = timedelta(hours=24)
#: One sign for each kind of mark. A score's share is the attempt's matter.
_SIGNS: Mapping[MarkKind, str] = {
    MarkKind.SCORE: "s",
    MarkKind.NOT_IN: "n",
    MarkKind.ABSENT: "a",
    MarkKind.PENDING: "p",
    MarkKind.EXCUSED: "e",
    MarkKind.MASTERED: "m",
    MarkKind.BELOW: "b",
    MarkKind.NOT_ASSIGNED: "x",
    MarkKind.BLANK: ".",
    MarkKind.UNREADABLE: "?",
}
_LEVEL = "the level was changed"
_BLANK, _UNREADABLE = _SIGNS[MarkKind.BLANK], _SIGNS[MarkKind.UNREADABLE]


@dataclass(frozen=True, kw_only=True, slots=True)
class MarksSeen:
    """Of which kind each mark was when it was last read: one sign a mark, from `_SIGNS`."""

    #: The assignments' ids, in the order of the signs.
    assignments: tuple[str, ...]
    #: The signs by student's key.
    rows: Mapping[str, str]

    def in_order(self, assignments: tuple[str, ...]) -> Mapping[str, str]:
        """The rows with their signs in the order of these assignments; one that was not there was blank."""
        if assignments == self.assignments:
            return self.rows
        stood = {assignment: index for index, assignment in enumerate(self.assignments)}
        places = [stood.get(assignment) for assignment in assignments]
        return {
            student: "".join(_BLANK if place is None else row[place] for place in places)
            for student, row in self.rows.items()
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Why a letter does not leave yet, though what it says is still so."""

    #: The word that a delivery counts it under.
    word: str
    #: The reason, in words without personal data.
    reason: str
    #: Until when; None where it waits for a person.
    until: datetime | None


def marks_seen(gradebook: Gradebook, before: MarksSeen | None) -> MarksSeen:
    """What a reading shows. What cannot be read just now, or whose row is in doubt, is still what it was before."""
    assignments = tuple(assignment.id for assignment in gradebook.assignments)
    known = {} if before is None else before.in_order(assignments)
    rows = {}
    for student, marks in zip(gradebook.students, gradebook.marks, strict=True):
        identity = key(student.id)
        if student.blocked:
            if identity in known:
                rows[identity] = known[identity]
            continue
        row = "".join([_SIGNS[mark.kind] for mark in marks])
        if _UNREADABLE in row:
            last = known.get(identity, _BLANK * len(row))
            row = "".join(was if sign == _UNREADABLE else sign for sign, was in zip(row, last, strict=True))
        rows[identity] = row
    if gradebook.unread_ids:
        rows = {**known, **rows}
    return MarksSeen(assignments=assignments, rows=rows)


def edited(now: MarksSeen, before: MarksSeen | None, new_attempts: Iterable[Attempt]) -> tuple[Work, ...]:
    """The marks that are not what they were at the last reading; what was not there was blank."""
    found = {attempt.work for attempt in new_attempts}
    known = None if before is None else before.in_order(now.assignments)
    if known is not None:
        blank = _BLANK * len(now.assignments)
        for student, row in now.rows.items():
            last = known.get(student, blank)
            if row != last:
                of_row = zip(now.assignments, row, last, strict=True)
                found.update((student, work) for work, sign, was in of_row if sign != was)
    return tuple(sorted(found))


def over(since: datetime, span: timedelta, now: datetime) -> datetime | None:
    """When a span that began at a moment is over, in UTC; None where it is.

    A moment in the future was written before the clock was put back: within a span it counts as now, beyond that it
    would keep for days and does not count.
    """
    since, now = since.astimezone(UTC), now.astimezone(UTC)
    if since - now > span:
        return None
    until = min(since, now) + span
    return until if until > now else None


def time_of(moment: datetime, now: datetime, school: School) -> str:
    """A moment as the school's clock shows it; with its day where that is not today."""
    local = moment.astimezone(school.zone)
    today = local.date() == now.astimezone(school.zone).date()
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


def hours(number: Decimal) -> timedelta:
    """So many hours."""
    return timedelta(hours=float(number))


def still_held(
    seen: Iterable[datetime | None], created: datetime | None, letters: Letters, school: School, now: datetime
) -> Wait | None:
    """Why a letter waits for the hold of what has joined it since it was decided; None where that is over.

    `seen` are the moments at which a sync first saw what the letter announces, `created` is when it was decided. Twice
    the hold is the most: who owes something new every day must hear of it all the same.
    """
    span = hours(letters.hold_hours)
    found = [(until, at) for at in seen if at is not None and (until := over(at, span, now))]
    if not found:
        return None
    until, at = max(found)
    if created is not None:
        until = min(until, created + 2 * span)
    if until <= now:
        return None
    reason = f"first seen at {time_of(at, now, school)}; waits until {time_of(until, now, school)}"
    return Wait(word="still held", reason=reason, until=until)


@dataclass(frozen=True, kw_only=True)
class Edits:
    """The marks of one gradebook that were changed of late."""

    #: When each of them was last seen changed.
    marks: Mapping[Work, datetime]
    #: How many students there are.
    students: int
    #: When each student's level was last seen changed, by student's key.
    levels: Mapping[str, datetime] = field(default_factory=dict)
    #: The last edit of each student's row.
    rows: dict[str, datetime] = field(default_factory=dict)
    #: The edits of each assignment's column, the last first.
    columns: dict[str, list[datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (student, assignment), at in self.marks.items():
            self.rows[student] = max(at, self.rows.get(student, at))
            self.columns.setdefault(assignment, []).append(at)
        for moments in self.columns.values():
            moments.sort(reverse=True)

    def unquiet(
        self, student: str, works: Iterable[Work], letters: Letters, school: School, now: datetime
    ) -> Wait | None:
        """Why a letter that speaks of some of a student's work has to wait for quiet; the longest of the reasons.

        Every letter says what the student's level is, or what it asks for.
        """
        span = hours(letters.quiet_hours)
        assignments = sorted({assignment for _, assignment in works})
        found = [*self._changed(_LEVEL, [self.levels[student]] if student in self.levels else [], span, now)]
        if assignments and student in self.rows:
            found += self._changed("marks in this row were changed", [self.rows[student]], span, now)
        for assignment in assignments:
            moments = self.columns.get(assignment, [])
            found += self._being_marked(moments, letters, now)
            found += self._changed("marks in a column that it speaks of were changed", moments[:1], span, now)
        if not found:
            return None
        until, at, what = max(found, key=lambda each: each[0])
        reason = f"{what} at {time_of(at, now, school)}; waits until {time_of(until, now, school)}"
        return Wait(word=what if what is _LEVEL else "marks were changed", reason=reason, until=until)

    def _changed(
        self, what: str, moments: list[datetime], span: timedelta, now: datetime
    ) -> Iterator[tuple[datetime, datetime, str]]:
        for at in moments:
            if until := over(at, span, now):
                yield until, at, what

    def _being_marked(
        self, moments: list[datetime], letters: Letters, now: datetime
    ) -> Iterator[tuple[datetime, datetime, str]]:
        """Whether so many marks of a column were changed of late that marking is going on, and until when it counts."""
        enough = max(1, ceil(letters.marking_share * self.students))
        if not letters.marking_share or len(moments) < enough:
            return
        if until := over(moments[enough - 1], MARKING, now):
            share = f"{len(moments)} of {self.students} marks changed"
            yield until, moments[0], f"a column that it speaks of is being marked ({share}), last"

    def second_look(
        self,
        student: str,
        works: Mapping[Work, datetime | None],
        created: datetime | None,
        letters: Letters,
        school: School,
        now: datetime,
    ) -> Wait | None:
        """Why a letter about a student waits for what it says to be read a second time.

        `works` are what it speaks of, each with when a sync first saw it so; `created` is when the letter was decided.
        """
        span = timedelta(minutes=letters.second_look_minutes)
        moments = [created, self.levels.get(student), *works.values(), *(self.marks.get(work) for work in works)]
        found = [(until, at) for at in moments if at is not None and (until := over(at, span, now))]
        if not found:
            return None
        until, at = max(found)
        reason = f"first seen at {time_of(at, now, school)}; a second look follows at {time_of(until, now, school)}"
        return Wait(word="second look", reason=reason, until=until)
