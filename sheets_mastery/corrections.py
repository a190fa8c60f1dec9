"""Which letters said of a mark what was put right after they had left.

A sync cannot see why a mark has changed. What only a teacher can do (excusing, taking a mark or a due date back, a slip
of the keys put right on its own day) is a correction for a day after the letter. A better score is the student's own
work, made good, and no correction, unless it was typed while the letter left: nobody reads a letter, does the work
again and has it marked within the hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from sheets_mastery.notices import ABOUT_WORK, Earlier, History, NoticeState
from sheets_mastery.remediation import Attempt, AttemptKind, Closed, Remediation

#: How long after a letter that which only a teacher can have done counts as a correction.
BY_THE_TEACHER = timedelta(hours=24)
#: How long after a letter a better score was typed while it left.
CROSSING = timedelta(hours=1)


def corrected_since(
    ended: Iterable[Remediation],
    attempts: Iterable[Attempt],
    *,
    other_levels: Collection[str],
    here: Collection[str],
    history: History,
    now: datetime,
) -> tuple[tuple[str, str], ...]:
    """The letters that spoke of work as missing which is no longer so, as far as it was put right: (key, episode).

    `ended` are the episodes that this sync ends and `attempts` those that it has found; `other_levels` are the keys of
    the students whose level is another one now, `here` of those who are in the gradebook: who changes the level or
    leaves has corrected nothing.
    """
    slips = {each.work for each in attempts if each.kind is AttemptKind.CORRECTION}
    found = []
    for episode in ended:
        student, _ = episode.work
        if student in other_levels or student not in here:
            continue
        done = episode.why is Closed.MADE_GOOD and episode.work not in slips
        span = CROSSING if done else BY_THE_TEACHER
        found += [(letter.key, episode.id) for letter in _told(episode, history) if letter.at <= now < letter.at + span]
    return tuple(sorted(set(found)))


def _told(episode: Remediation, history: History) -> Iterator[Earlier]:
    """The letters in which somebody has read of an episode: the first and later ones, as each names all open work."""
    for (student, person), letters in history.earlier.items():
        said = history.told.get((episode.id, person))
        if student != episode.work[0] or said is None or not said.first:
            continue
        reached = False
        for letter in letters:
            reached = reached or letter.key == said.first
            if reached and letter.kind in ABOUT_WORK and letter.state is NoticeState.SENT and not letter.came_back:
                yield letter


def untold(history: History, teacher: str, now: datetime) -> frozenset[str]:
    """The keys of the letters of whose correction the teacher has had no digest; `teacher` is the teacher's digest."""
    since = last_digest(history, teacher, now)
    return frozenset(each.key for each in history.since.values() if each.corrected and since < each.corrected <= now)


def last_digest(history: History, teacher: str, now: datetime) -> datetime:
    """Since when the teacher has had no digest: what happened then and later is to be told in the next one."""
    last = max((each.at for each in history.earlier.get(("", teacher), ()) if each.counts), default=None)
    return now - _REMEMBERED if last is None else last


#: Where there was no digest yet, what is older is left in the past.
_REMEMBERED = timedelta(days=14)
