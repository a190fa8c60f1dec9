"""One gradebook as it is at the moment of sending: what a letter may be written from, and whether any may leave.

A letter is decided about by a sync; this is the look that is taken before it leaves. Pure: `outbox` does the reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from sheets_mastery.addresses import coming_back
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.guard import layout_changes
from sheets_mastery.leaving import Mode, in_window, mode_in_force
from sheets_mastery.letters import StudentView
from sheets_mastery.mastery import Standing
from sheets_mastery.newaddresses import address_problems, address_wait
from sheets_mastery.notices import ABOUT_WORK, MISSING, REMINDER, Decided, Earlier, Notice, NoticeState
from sheets_mastery.occasions import enough
from sheets_mastery.panel import judging, settings_in_force
from sheets_mastery.past import Past
from sheets_mastery.plan import judge_reading, owed_now, ticks
from sheets_mastery.quiet import Edits, Wait, edited, marks_seen, still_held
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Remediation, Work
from sheets_mastery.stamps import Quarantine
from sheets_mastery.whoiswho import everybody, out_of_sight, who_is

#: All letters of a gradebook wait because its settings tab says so.
BRAKE = "stopped"
#: All letters of a gradebook wait because what stands there is not what they were decided from.
CHANGED = "changed since the last sync"
#: All letters of a gradebook wait because its spreadsheet says that this ledger may not know what has left.
QUARANTINE = "in quarantine"
#: All letters wait because this machine's clock is wrong, and with it all that hangs on the time.
CLOCK = "clock is off"
_TO_LEAVE = frozenset({NoticeState.HOLD, NoticeState.READY})


def why_all_wait(settings: Settings, now: datetime) -> str:
    """Why no letter of a gradebook with these settings may leave now; "" where nothing stands against it."""
    if settings.letters.stop:
        return BRAKE
    return "" if in_window(settings, now) else "outside hours"


@dataclass(frozen=True, kw_only=True)
class View:
    """One gradebook as it is at the moment of sending."""

    gradebook: Gradebook
    #: The settings in force: what the document's own tab says at this moment, over those of the file.
    settings: Settings
    #: How letters leave.
    mode: Mode
    #: What ticks on the tab Mastery Mail decide about letters that wait to leave. What was held back or refused is let
    #: go by a sync, which takes the tick away in the same breath: it must not be tried again and again.
    decided: tuple[Decided, ...]
    standings: dict[str, Standing]
    past: Past
    #: The open episodes that the ledger knows, with the help that comes next as of this reading.
    episodes: dict[Work, Remediation]
    #: The students who are not in it, but may only not be readable just now.
    out_of_sight: frozenset[str]
    #: What is to be mended in the sheet, a sentence each.
    problems: tuple[str, ...]
    #: What is not where it was at the last sync, a sentence each.
    moved: tuple[str, ...]
    #: Whether marks are judged by other choices of the settings tab than at the last sync.
    undecided: bool
    #: The marks that were changed of late: what syncs have seen, and what this reading shows that none has seen yet.
    edits: Edits
    #: When the sheet was asked.
    read_at: datetime
    #: What it was understood from.
    reading: Reading
    #: Why no letter about this spreadsheet may leave, by the stamps in it; None where nothing is wrong.
    quarantine: Quarantine | None = None
    #: That this machine's clock is not Google's, in a sentence; "" where it is near enough.
    clock: str = ""
    #: Who has had a letter about whom since: (student's key, the person's digest).
    written_to: list[tuple[str, str]] = field(default_factory=list)
    #: What ticks have decided since: when, and what became of a letter by it.
    ticked: list[tuple[datetime, NoticeState]] = field(default_factory=list)

    def younger_than(self, age: timedelta, now: datetime) -> bool:
        """Whether it is so young; a clock that was put back makes it old."""
        return self.read_at <= now < self.read_at + age

    def why_all_wait(self, now: datetime) -> str:
        """Why no letter of this gradebook may leave now; "" where nothing stands against it.

        What has moved or is judged otherwise than at the last sync is for a sync, with its guard, to say.
        """
        if self.clock:
            return CLOCK
        wait = why_all_wait(self.settings, now) or (QUARANTINE if self.quarantine else "")
        return wait or (CHANGED if self.undecided or self.moved else "")

    @classmethod
    def of(cls, reading: Reading, past: Past, file: Settings, gradebook: GradebookSettings, now: datetime) -> View:
        """What a reading that was made at `now` shows, over what the ledger knew then."""
        today = now.astimezone(file.school.zone).date()
        in_force = settings_in_force(file, gradebook, reading, past.choices)
        understood, _, judged, problems = judge_reading(reading, in_force.settings, in_force.gradebook, today)
        known = {each.id for each in past.episodes.values()}
        new_attempts, owed = owed_now(understood, judged, past, in_force.settings, today)
        unseen = edited(marks_seen(understood, past.marks), past.marks, new_attempts)
        told = in_force.settings
        problems = (
            *problems,
            *address_problems(
                understood.students,
                past.addresses,
                past.notices.values(),
                told.letters,
                told.school,
                past.secret,
                now,
            ),
        )
        mode = mode_in_force(in_force.settings, past.first_sync, now)
        decided = ticks(reading, understood, in_force.gradebook, past, in_force.settings, mode, now)
        return cls(
            gradebook=understood,
            settings=in_force.settings,
            mode=mode,
            decided=tuple(each for each in decided if each.notice.state in _TO_LEAVE),
            standings={key(each.student.id): each for each in judged},
            past=past,
            out_of_sight=out_of_sight(understood, past),
            episodes={work: each for work, each in owed.open.items() if each.id in known},
            problems=tuple(map(str, (*problems, *coming_back(understood, past.history, past.secret)))),
            moved=tuple(layout_changes(reading, understood, past, file.guard, everybody(understood, past.secret))),
            undecided=judging(in_force.choices) != judging(past.choices),
            edits=Edits(
                marks={**past.edited, **dict.fromkeys(unseen, now)},
                students=len(understood.students),
                # Where there was none before, what it asks for has a hold of its own.
                levels={student: each.at for student, each in past.history.begun.items() if each.before is not None},
            ),
            read_at=now,
            reading=reading,
        )

    def skipped(self, notice: Notice) -> Decided | None:
        """The decision that a letter is not to leave, where there is one; nothing of it is decided while all wait."""
        mine = (each for each in self.decided if each.notice.key == notice.key)
        return next((each for each in mine if each.after.state is NoticeState.CANCELLED), None)

    def as_known(self, standing: Standing) -> bool:
        """Whether the student is the one that the last sync knew by this id, with the level that it knew."""
        student, contract = key(standing.student.id), standing.contract
        level = Fraction(contract.tier.pass_mark) if contract else None
        same = (self.past.students or {}).get(student) == who_is(standing.student, self.past.secret)
        return same and self.past.levels.get(student) == level

    def of_one(self, standing: Standing, notice: Notice) -> StudentView:
        """All that a letter about one student may be written from.

        Of the open work it is what the letter is about and what its reader has heard of: what is in the hours in which
        it may still be put right, or was skipped by a person, is not told by a letter about something else.
        """
        its_own = {*notice.episodes, *(episode for episode, _ in notice.reminds)}
        told = self.past.history.told
        return StudentView.of(
            standing,
            self.gradebook.assignments,
            episodes={
                work: each
                for work, each in self.episodes.items()
                if each.id in its_own or ((said := told.get((each.id, notice.guardian))) and said.first)
            },
            ended=self.past.history.ended,
            links=self.gradebook.links,
        )

    def wait(self, notice: Notice, standing: Standing) -> Wait | None:
        """Why a letter waits though what it says is so in this reading; None where it may leave.

        A person who has approved it ends its hold and its quiet hours, but neither the look that is taken twice at what
        it says nor the day for which a new address is left alone.
        """
        letters, school = self.settings.letters, self.settings.school
        if self.past.addresses is not None:
            address = self.past.addresses.get((notice.student, notice.guardian))
            if address is None or address.gone is not None:
                return Wait(word=CHANGED, reason="waits until a sync has seen this address", until=None)
            # Who has approved the letter has approved its address, maybe by a tick that this very delivery has seen.
            trusted = address.trusted or notice.approved is not None
            if wait := address_wait(replace(address, trusted=trusted), letters, school, self.read_at):
                return wait
        works = self._speaks_of(notice, standing)
        waits = [self.edits.second_look(notice.student, works, notice.created, letters, school, self.read_at)]
        if notice.approved is None:
            waits.append(self.edits.unquiet(notice.student, works, letters, school, self.read_at))
            if notice.kind == MISSING:
                announced = (each.seen for each in self.episodes.values() if each.id in notice.episodes)
                waits.append(still_held(announced, notice.created, letters, school, self.read_at))
        return max(filter(None, waits), key=lambda wait: wait.until or self.read_at, default=None)

    def _speaks_of(self, notice: Notice, standing: Standing) -> dict[Work, datetime | None]:
        """The work that a letter speaks of, each with when a sync first saw it so."""
        judged = zip(self.gradebook.assignments, standing.judged, strict=True)
        missing = {assignment.id for assignment, each in judged if each.verdict.missing}
        works = {each.work: each.seen for each in self.past.history.ended if each.id in notice.praises}
        if notice.kind in ABOUT_WORK:
            works |= {
                work: each.seen
                for work, each in self.episodes.items()
                if work[0] == notice.student and work[1] in missing
            }
        return works

    def enough(self, notice: Notice, settings: Settings, today: date) -> bool:
        """Whether this person has had as many letters about this student as the school wants for now."""
        whose = (notice.student, notice.guardian)
        days = [each.at.astimezone(settings.school.zone).date() for each in self._had(notice)]
        return enough([*days, *(today for each in self.written_to if each == whose)], today, settings.letters)

    def _had(self, notice: Notice) -> list[Earlier]:
        earlier = self.past.history.earlier.get((notice.student, notice.guardian), ())
        return [each for each in earlier if each.counts]

    def thread(self, notice: Notice) -> tuple[str, ...]:
        """The letters that a reminder comes back to: those that announced its work."""
        if notice.kind != REMINDER:
            return ()
        told = self.past.history.told
        firsts = {told[episode, notice.guardian].first for episode, _ in notice.reminds}
        return tuple(each.key for each in self._had(notice) if each.key in firsts)
