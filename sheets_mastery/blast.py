"""About how many students letters would be: too many at once, or in one day, are an objection.

What counts is what says something new. Were it counted by syncs alone, a wrong column would get through that is typed
in within an hour, a few cells a sync.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sheets_mastery.config import Letters, Settings
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.notices import CONTRACT, DIGEST, REMINDER, WEEKLY, History, Notice, letterboxes
from sheets_mastery.past import WEEKS, Facts, Past
from sheets_mastery.remediation import Closed, Owed

#: Fewer school days than these in `WEEKS` do not tell what is usual.
_DAYS_LEAST = 10


def too_many_letters(
    gradebook: Gradebook, facts: Facts, owed: Owed, past: Past, settings: Settings, now: datetime
) -> Iterator[str]:
    """Too many students about whom there is something new to say: by this sync, or by all of a day together."""
    limits, students, zone = settings.guard, len(gradebook.students), settings.school.zone
    today = now.astimezone(zone).date()
    weekly = _read_weekly(gradebook, past, settings.letters)
    fresh = _about(facts, owed, past, weekly, brake=settings.letters.stop)
    most = most_ordinary(limits.letters_least, limits.letters_share, students)
    if len(fresh) > most:
        yield f"letters would be written about {len(fresh)} of {students} students at once"
        return
    # What a person has let through is not held against what comes after it.
    approved = past.written.approved
    earlier = _by_day(past, weekly, settings, since=approved).get(today, set())
    in_all = len(fresh | earlier)
    if in_all == len(earlier):
        return
    if in_all > most:
        lately = " since a plan was approved" if approved and approved.astimezone(zone).date() == today else ""
        yield f"letters would be written about {in_all} of {students} students in one day{lately}, by several syncs"
        return
    usual = _busy_day(_by_day(past, weekly, settings), past, settings, today)
    class_size = max(Counter(key(student.section) for student in gradebook.students).values())
    of_a_class = most_ordinary(limits.letters_least, limits.letters_share, class_size)
    if usual is not None and in_all > max(of_a_class, Decimal(limits.letters_usual * usual)):
        yield (
            f"letters would be written about {in_all} of {students} students in one day, and on a busy day of the "
            f"last {WEEKS} weeks it was {usual}"
        )


def _about(facts: Facts, owed: Owed, past: Past, weekly: Collection[str], *, brake: bool) -> set[str]:
    """The students about whom this sync has something new to say.

    A reminder says what was said, and so does a weekly letter but for what is new in it: that counts as soon as it is
    seen, and not when the day of the weekly letters comes.
    """
    written = {notice.student for notice in facts.new_notices if _is_news(notice, past.history)}
    joined = (past.notices.get(name) for name, _ in (*facts.joined, *facts.praises_joined))
    written |= {notice.student for notice in joined if notice is not None and notice.kind not in {DIGEST, WEEKLY}}
    if brake:
        return written
    told = {episode for episode, _ in past.announced}
    good = (each for each in owed.ended if each.why is Closed.MADE_GOOD and each.id in told)
    again = (each for each in owed.moved_on if each.work not in past.episodes and each.id not in told)
    return written | {each.work[0] for each in (*owed.newly, *again, *good) if each.work[0] in weekly}


def _is_news(notice: Notice, history: History) -> bool:
    """Whether a letter that did not exist says something that was not said before, and not once a week."""
    if notice.kind == CONTRACT:
        earlier = history.earlier.get((notice.student, notice.guardian), ())
        return all((each.kind, each.about) != (CONTRACT, notice.about) for each in earlier)
    return notice.kind not in {DIGEST, REMINDER, WEEKLY}


def _read_weekly(gradebook: Gradebook, past: Past, letters: Letters) -> frozenset[str]:
    """The students about whom somebody has everything in one letter a week."""
    if WEEKLY not in letters.kinds:
        return frozenset()
    unwritten, unwanted = past.history.suppressed, past.history.opted_out
    return frozenset(
        key(student.id)
        for student in gradebook.students
        if letters.frequency == WEEKLY or any(each.frequency == WEEKLY for each in student.guardians)
        for box in letterboxes(student, letters, past.secret)[0]
        if box.weekly and box.digest not in unwritten and (box.digest, WEEKLY) not in unwanted
    )


def _by_day(
    past: Past, weekly: Collection[str], settings: Settings, *, since: datetime | None = None
) -> dict[date, set[str]]:
    """About whom there was something new to say, by the school's days; only what came after a moment."""
    found: dict[date, set[str]] = {}
    for at, student in past.written.letters:
        if since is None or at > since:
            found.setdefault(at.astimezone(settings.school.zone).date(), set()).add(student)
    for day, seen, student in past.written.missing:
        if student in weekly and (since is None or (seen is not None and seen > since)):
            found.setdefault(day, set()).add(student)
    return found


def _busy_day(days_before: Mapping[date, set[str]], past: Past, settings: Settings, today: date) -> int | None:
    """How many students letters are about on a busy day: no more on 19 of 20 school days; None while nobody knows."""
    days = [today - timedelta(days=back) for back in range(1, 7 * WEEKS + 1)]
    begun = past.first_sync is None or past.first_sync.astimezone(settings.school.zone).date() > days[-1]
    found = sorted(len(days_before.get(day, ())) for day in days if settings.school.open_on(day))
    if begun or not settings.guard.letters_usual or len(found) < _DAYS_LEAST:
        return None
    return found[-(-95 * len(found) // 100) - 1]


def most_ordinary(least: int, share: Decimal, whole: int) -> Decimal:
    """The largest number that is still ordinary."""
    return max(Decimal(least), share * whole)
