"""Which letters are owed, added to and withdrawn: what gives occasion for each kind of them.

A thing is said once to each person: that work is missing, that it is missing still for the first, second and third
time, that it has been made good, that a contract is in force. Nothing is said that is no longer so, and no family hears
more often than the school wants; what is too much waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sheets_mastery.afterwards import COMES_BACK
from sheets_mastery.config import Letters, School
from sheets_mastery.corrections import untold
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Standing, Verdict, add_school_days
from sheets_mastery.newaddresses import Addresses, address_wait
from sheets_mastery.notices import (
    ABOUT_WORK,
    CONTRACT,
    DIGEST,
    MADE_GOOD,
    MISSING,
    NEWS_DAYS,
    REMINDER,
    UNWANTED,
    WEEKLY,
    WELCOME,
    Earlier,
    HeldBack,
    History,
    Letterbox,
    LettersOwed,
    Notice,
    NoticeState,
    Said,
    digest,
    expiry,
    letter_key,
    letterboxes,
    school_day,
    teachers_box,
)
from sheets_mastery.remediation import Closed, Owed, Remediation, Work

#: A signature is asked for at most once in so many days, and so many times a level.
_SIGNATURE_DAYS, _SIGNATURES_MOST = 14, 3
#: A weekly letter that no sync decided about in time is made up for within so many days; after that it is skipped.
_WEEKLY_LATE_DAYS = 3
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOTHING = Said()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Occasion:
    """A letter that could be written to one person now."""

    kind: str
    episodes: tuple[str, ...] = ()
    reminds: tuple[tuple[str, int], ...] = ()
    praises: tuple[str, ...] = ()
    about: str = ""

    @property
    def says_something(self) -> bool:
        # What a weekly letter says is gathered when it leaves, and it is an occasion only where there is something.
        return self.kind == WEEKLY or bool(self.episodes or self.reminds or self.praises or self.about)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """One sync deciding about letters: what it knows, and what it has decided so far."""

    gradebook: str
    known: Mapping[str, Notice]
    announced: frozenset[tuple[str, str]]
    history: History
    letters: Letters
    school: School
    secret: bytes
    now: datetime
    #: The guardians' addresses, as of this reading.
    addresses: Addresses
    #: The letters that wait, by (student, person, kind), the oldest of each.
    waiting: dict[tuple[str, str, str], Notice]
    new: dict[str, Notice] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    praises_joined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.day(self.now)

    def day(self, moment: datetime) -> date:
        """The school's day of a moment."""
        return moment.astimezone(self.school.zone).date()

    def told(self, episode: Remediation, box: Letterbox) -> Said:
        return self.history.told.get((episode.id, box.digest), _NOTHING)

    def earlier(self, student: str, box: Letterbox) -> tuple[Earlier, ...]:
        return self.history.earlier.get((student, box.digest), ())

    def take(self, student: str, box: Letterbox, occasion: _Occasion) -> None:
        """Add to the letter of this kind that waits, or write a new one."""
        if box.digest in self.history.suppressed or (box.digest, occasion.kind) in self.history.opted_out:
            return
        waiting = self.waiting.get((student, box.digest, occasion.kind))
        if waiting is None:
            self._write(student, box, occasion)
            return
        # A weekly letter leaves on its day with what it was decided about; what is seen after that has a hold of its
        # own, and goes with the next.
        if occasion.episodes and occasion.kind != WEEKLY:
            self.joined[waiting.key] = occasion.episodes
        if occasion.praises:
            self.praises_joined[waiting.key] = occasion.praises

    def _write(self, student: str, box: Letterbox, occasion: _Occasion) -> None:
        slot = self.today if occasion.kind == DIGEST else school_day(self.today, self.school)
        if occasion.kind == WEEKLY:
            week = self.week()
            if week is None:
                return
            slot = week
        while (identity := self._identity(student, box, occasion.kind, slot)) in self.known:
            if occasion.kind in {WEEKLY, DIGEST}:
                return
            # Today's letter has left already: what is new since goes with the next school day's.
            slot = school_day(slot + timedelta(days=1), self.school)
        not_before = self._not_before(student, box, occasion.kind, slot)
        address = self.addresses.get((student, box.digest))
        wait = None if address is None else address_wait(address, self.letters, self.school, self.now)
        if wait is not None and wait.until is not None:
            not_before = max(not_before, wait.until)
        self.new[identity] = Notice(
            key=identity,
            gradebook=self.gradebook,
            kind=occasion.kind,
            student=student,
            guardian=box.digest,
            slot=slot,
            not_before=not_before,
            expires=expiry(not_before, self.letters, self.school),
            episodes=occasion.episodes,
            reminds=occasion.reminds,
            praises=occasion.praises,
            about=occasion.about,
            reason="" if wait is None else wait.reason,
        )

    def _identity(self, student: str, box: Letterbox, kind: str, slot: date) -> str:
        return letter_key(self.secret, self.gradebook, student, box.digest, kind, slot)

    def _not_before(self, student: str, box: Letterbox, kind: str, slot: date) -> datetime:
        """After the hours in which a mark may still be put right, on a day on which the family may hear again."""
        if kind == DIGEST:
            return max(self.now, datetime.combine(slot, self.letters.digest_at, tzinfo=self.school.zone))
        held = self.now + timedelta(hours=float(self.letters.hold_hours))
        if kind == WEEKLY:
            return max(held, datetime.combine(slot, self._opening, tzinfo=self.school.zone))
        if slot > school_day(self.today, self.school):
            opens = datetime.combine(slot, self.school.hours.start, tzinfo=self.school.zone)
            held = opens + timedelta(hours=float(self.letters.hold_hours))
        first = self.day(held)
        taken = [self.day(each.at) for each in self.earlier(student, box) if each.counts]
        taken += [
            self.day(each.not_before)
            for each in (*self.waiting.values(), *self.new.values())
            if (each.student, each.guardian) == (student, box.digest)
        ]
        day = free_day(first, taken, self.letters)
        return held if day == first else datetime.combine(day, self._opening, tzinfo=self.school.zone)

    @property
    def _opening(self) -> time:
        return (self.letters.window or self.school.hours).start

    def last_week(self) -> date | None:
        """The last day of weekly letters for which it is too late now; None where there was school long ago."""
        late = timedelta(days=_WEEKLY_LATE_DAYS)
        days = (self._weekly_day(self.today - timedelta(days=back)) for back in range(15))
        opens = ((day, datetime.combine(day, self._opening, tzinfo=self.school.zone)) for day in days)
        return next((day for day, opening in opens if opening + late <= self.now), None)

    def week(self) -> date | None:
        """The day for whose weekly letters it is time now; None between two weeks."""
        held = timedelta(hours=float(self.letters.hold_hours))
        for back in range(-7, 8):
            day = self._weekly_day(self.today - timedelta(days=back))
            opens = datetime.combine(day, self._opening, tzinfo=self.school.zone)
            if opens - held <= self.now < opens + timedelta(days=_WEEKLY_LATE_DAYS):
                return day
        return None

    def _weekly_day(self, about: date) -> date:
        """The day on which the weekly letters of a day's week leave."""
        day = about + timedelta(days=_WEEKDAYS.index(self.letters.weekly_on) - about.weekday())
        return day if self.school.open_on(day) else add_school_days(day, 1, self.school)


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
    history: History | None = None,
    judged_as: Mapping[Work, Verdict] | None = None,
    problems: Sequence[str] = (),
    addresses: Addresses | None = None,
    corrected: bool = False,
    out_of_sight: Collection[str] = (),
) -> LettersOwed:
    """Decide about letters.

    `known` are the gradebook's letters by key that are not final or belong to today or later; `announced` holds
    (episode, guardian) for everything that a letter has announced or is about to, withdrawn letters left out.
    `judged_as` tells how the work of ended episodes is judged now; `problems` are those of the sheet, in sentences;
    `addresses` are the guardians' addresses as of this reading: a letter to a new one waits longer.
    `corrected` is whether something was put right after a letter about it had left that this sync is the first to see.
    `out_of_sight` are students whose row cannot be found just now, though they may not have gone.
    While a student's row is in doubt, nothing new is said about that student and nothing waiting is withdrawn.
    """
    history = history or History()
    desk = _Desk(
        gradebook=gradebook,
        known=known,
        announced=announced,
        history=history,
        letters=letters,
        school=school,
        secret=secret,
        now=now,
        addresses=addresses or {},
        waiting=_waiting(known.values()),
    )
    ended = _ended(owed, history)
    praiseworthy = {
        each.id: each
        for each in ended.values()
        if (judged_as or {}).get(each.work) is Verdict.MASTERED and each.work not in owed.open
    }
    open_of, praised_of = _by_student(owed.open.values()), _by_student(praiseworthy.values())
    held: list[tuple[str, HeldBack]] = []
    missed = 0
    people: dict[str, _Person | None] = dict.fromkeys(out_of_sight)
    for standing in standings:
        student = key(standing.student.id)
        boxes, why_not = letterboxes(standing.student, letters, secret)
        episodes = open_of.get(student, [])
        if standing.contract is None and not standing.student.blocked:
            held.append((student, HeldBack.NO_CONTRACT))
        elif episodes or standing.student.blocked:
            held += [(student, why) for why in why_not]
            held += [(student, HeldBack.COMES_BACK) for box in boxes if box.digest in history.suppressed]
        blocked = bool(standing.student.blocked)
        people[student] = (
            None if blocked else _Person(standing=standing, boxes={box.digest: box for box in boxes}, letters=letters)
        )
        for box in boxes:
            missed += box.weekly and WEEKLY in letters.kinds and _was_missed(desk, student, box, episodes)
            for occasion in _occasions(desk, standing, student, box, episodes, praised_of.get(student, [])):
                if occasion.kind in letters.kinds and occasion.says_something:
                    desk.take(student, box, occasion)
    if DIGEST in letters.kinds and school.open_on(desk.today):
        box = teachers_box(letters, school.reply_to, school.teacher, secret)
        news = corrected or bool(untold(history, box.digest, now))
        for occasion in _for_the_teacher(desk, box, owed, praiseworthy, problems, corrected=news):
            desk.take("", box, occasion)
    doubtful = {work for work, verdict in (judged_as or {}).items() if verdict is Verdict.CHECK}
    still_good = praiseworthy.keys() | {each.id for each in ended.values() if each.work in doubtful}
    withdrawn = tuple(_withdrawn(desk, {each.id for each in owed.open.values()}, still_good, people))
    return LettersOwed(
        new=tuple(desk.new.values()),
        joined=tuple(desk.joined.items()),
        withdrawn=withdrawn,
        held_back=tuple(held),
        praises_joined=tuple(desk.praises_joined.items()),
        weekly_missed=missed,
    )


def free_day(first: date, taken: Sequence[date], letters: Letters) -> date:
    """The first day from one on, on which a person may get one more letter; `taken` are the days of the others."""
    day = first
    while sum(each == day for each in taken) >= letters.per_day or any(
        sum(start <= each < start + timedelta(days=7) for each in taken) >= letters.per_week
        for start in (day - timedelta(days=back) for back in range(7))
    ):
        day += timedelta(days=1)
    return day


def enough(days: Sequence[date], today: date, letters: Letters) -> bool:
    """Whether letters on these days are as many as one person should have about one student for now."""
    in_a_week = sum(timedelta(0) <= today - each < timedelta(days=7) for each in days)
    return days.count(today) >= letters.per_day or in_a_week >= letters.per_week


def unsigned(standing: Standing) -> bool:
    """Whether there is a level, and a column for who signed with nothing in it."""
    cells = standing.student.contract
    return standing.contract is not None and cells.signature_asked and not standing.contract.signed_by.strip()


def level_of(standing: Standing) -> str:
    """A student's level as `Notice.about` holds it, such as "86"; "" without a contract."""
    return str(Fraction(standing.contract.tier.pass_mark)) if standing.contract else ""


def _occasions(
    desk: _Desk,
    standing: Standing,
    student: str,
    box: Letterbox,
    episodes: Sequence[Remediation],
    praiseworthy: Sequence[Remediation],
) -> Iterator[_Occasion]:
    """What there is to say to one person about one student, the most urgent first."""
    unsaid = tuple(sorted(each.id for each in episodes if (each.id, box.digest) not in desk.announced))
    praises = tuple(
        sorted(each.id for each in praiseworthy if (said := desk.told(each, box)).first and not said.praised)
    )
    begun, level = desk.history.begun.get(student), level_of(standing)
    news = begun is not None and bool(level) and desk.today - desk.day(begun.at) < timedelta(days=NEWS_DAYS)
    raised = news and begun is not None and begun.before is not None and Fraction(level) > begun.before
    raised = raised and MADE_GOOD in desk.letters.kinds
    kinds_of_news = (MADE_GOOD, WEEKLY) if raised else (WELCOME,)
    if begun is not None and _said_of_level(desk, student, box, kinds_of_news, level, desk.day(begun.at)):
        news = raised = False
    about = level if raised else ""
    if box.weekly:
        if episodes or praises or raised:
            yield _Occasion(kind=WEEKLY, episodes=unsaid, praises=praises, about=about)
    else:
        yield _Occasion(kind=MISSING, episodes=unsaid)
    if news and not raised:
        yield _Occasion(kind=WELCOME, about=level)
    elif unsigned(standing) and not box.own and _signature_is_due(desk, student, box, level):
        yield _Occasion(kind=CONTRACT, about=level)
    if not box.weekly:
        if not unsaid:
            yield _Occasion(kind=REMINDER, reminds=_due_again(desk, student, box, episodes))
        yield _Occasion(kind=MADE_GOOD, praises=praises, about=about)


def _was_missed(desk: _Desk, student: str, box: Letterbox, episodes: Sequence[Remediation]) -> bool:
    """Whether there should have been a letter last week that said of work that it is missing, and there was none."""
    unsaid = [each.opened for each in episodes if (each.id, box.digest) not in desk.announced]
    unwanted = box.digest in desk.history.suppressed or (box.digest, WEEKLY) in desk.history.opted_out
    if not unsaid or unwanted or desk.week() or (day := desk.last_week()) is None:
        return False
    written = any((each.kind, each.slot) == (WEEKLY, day) for each in desk.earlier(student, box))
    return min(unsaid) < day and not written and (student, box.digest, WEEKLY) not in desk.waiting


def _said_of_level(desk: _Desk, student: str, box: Letterbox, kinds: tuple[str, ...], level: str, since: date) -> bool:
    """Whether a letter speaks, or has spoken, of a level that is in force since a day."""
    if any((each := desk.waiting.get((student, box.digest, kind))) and each.about == level for kind in kinds):
        return True
    return any(
        each.kind in kinds and each.about == level and each.slot >= since and each.state is not NoticeState.CANCELLED
        for each in desk.earlier(student, box)
    )


def _signature_is_due(desk: _Desk, student: str, box: Letterbox, level: str) -> bool:
    if (student, box.digest, CONTRACT) in desk.waiting or (student, box.digest, WELCOME) in desk.waiting:
        return False
    earlier = [each for each in desk.earlier(student, box) if each.kind in {CONTRACT, WELCOME} and each.counts]
    asked = sum(each.kind == CONTRACT and each.about == level for each in earlier)
    last = max((desk.day(each.at) for each in earlier), default=None)
    return asked < _SIGNATURES_MOST and (last is None or (desk.today - last).days >= _SIGNATURE_DAYS)


def _due_again(
    desk: _Desk, student: str, box: Letterbox, episodes: Sequence[Remediation]
) -> tuple[tuple[str, int], ...]:
    """The open episodes that are to be spoken of again: (episode, for the how manieth time).

    Every letter about work names all that is open, so the days count from the last one of any kind.
    """
    if any((student, box.digest, kind) in desk.waiting for kind in ABOUT_WORK):
        return ()
    spoken = (desk.day(each.at) for each in desk.earlier(student, box) if each.kind in ABOUT_WORK and each.counts)
    last = max(spoken, default=None)
    if last is None or (desk.today - last).days < desk.letters.reminder_after_days:
        return ()
    said = ((each.id, desk.told(each, box)) for each in episodes)
    return tuple(
        sorted(
            (episode, each.reminders + 1)
            for episode, each in said
            if each.first and each.reminders < desk.letters.reminders_most
        )
    )


def _for_the_teacher(
    desk: _Desk,
    box: Letterbox,
    owed: Owed,
    praiseworthy: Mapping[str, Remediation],
    problems: Sequence[str],
    *,
    corrected: bool,
) -> Iterator[_Occasion]:
    """The digest: what the teacher has not been told of yet."""
    fresh = tuple(sorted(each.id for each in owed.open.values() if (each.id, box.digest) not in desk.announced))
    today = {each.id for each in owed.ended}
    good = tuple(
        sorted(
            each.id
            for each in praiseworthy.values()
            if not desk.told(each, box).praised and (each.id in today or desk.told(each, box).first)
        )
    )
    about = digest(desk.secret, "problems", *sorted(problems))[:16] if problems else ""
    last = next((each for each in reversed(desk.earlier("", box)) if each.kind == DIGEST and each.counts), None)
    if fresh or good or corrected or (about and about != (last.about if last else "")):
        yield _Occasion(kind=DIGEST, episodes=fresh, praises=good, about=about or ("corrected" if corrected else ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Person:
    """A student who is not in doubt, and who may be written to about that student."""

    standing: Standing
    boxes: Mapping[str, Letterbox]
    letters: Letters


def _withdrawn(
    desk: _Desk, still_open: set[str], still_good: set[str], people: Mapping[str, _Person | None]
) -> Iterator[tuple[str, str]]:
    """The waiting letters that have lost their reason or their reader; those about a student in doubt wait on."""
    for notice in desk.known.values():
        if not notice.state.waiting:
            continue
        if notice.kind not in desk.letters.kinds:
            yield notice.key, "letters of this kind are no longer written"
        elif notice.kind == DIGEST:
            continue
        elif notice.student not in people:
            yield notice.key, "the student is no longer in the gradebook"
        elif (person := people[notice.student]) is None:
            continue
        elif (box := person.boxes.get(notice.guardian)) is None:
            yield notice.key, "this person is no longer to be written to"
        elif notice.guardian in desk.history.suppressed:
            yield notice.key, COMES_BACK
        elif (notice.guardian, notice.kind) in desk.history.opted_out:
            yield notice.key, UNWANTED
        elif box.weekly and notice.kind in {MISSING, REMINDER, MADE_GOOD}:
            yield notice.key, "this person now gets one letter a week"
        elif not box.weekly and notice.kind == WEEKLY:
            yield notice.key, "this person no longer gets one letter a week"
        elif why := _no_longer_so(notice, desk, person.standing, still_open, still_good):
            yield notice.key, why


def _no_longer_so(notice: Notice, desk: _Desk, standing: Standing, still_open: set[str], still_good: set[str]) -> str:
    """Why a letter has lost its reason; "" where it has not."""
    mentioned = {*notice.episodes, *(episode for episode, _ in notice.reminds)}
    level = level_of(standing)
    match notice.kind:
        case "missing" | "reminder":
            still_so = notice.key in desk.joined or bool(still_open & mentioned)
            return "" if still_so else "put right before it left"
        case "made_good":
            still_so = notice.key in desk.praises_joined or bool(still_good.intersection(notice.praises))
            return "" if still_so or (notice.about and notice.about == level) else "no longer so"
        case "welcome":
            return "" if notice.about == level else "the contract is another one now"
        case "contract":
            return "" if notice.about == level and unsigned(standing) else "signed, or another contract now"
        case _:
            # What a weekly letter says is gathered when it leaves.
            return ""


def _waiting(known: Iterable[Notice]) -> dict[tuple[str, str, str], Notice]:
    waiting: dict[tuple[str, str, str], Notice] = {}
    for each in known:
        if each.state.waiting:
            waiting.setdefault((each.student, each.guardian, each.kind), each)
    return waiting


def _ended(owed: Owed, history: History) -> dict[str, Remediation]:
    """The episodes made good of late, by id; one that was opened again is none."""
    return {each.id: each for each in (*history.ended, *owed.ended) if each.why is Closed.MADE_GOOD}


def _by_student(episodes: Iterable[Remediation]) -> dict[str, list[Remediation]]:
    found: dict[str, list[Remediation]] = {}
    for each in episodes:
        found.setdefault(each.work[0], []).append(each)
    return found
