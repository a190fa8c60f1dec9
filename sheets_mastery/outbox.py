"""Deliver what is owed.

Sending is apart from marking: it starts from the ledger, so an outage of the mail never stops a sync. A letter holds
nothing until it leaves: it is rendered from one fresh reading of the gradebook, and only if that reading still says so.
Everything a letter goes through is one conditional UPDATE that counts its rows.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.envelope import reference, seal
from sheets_mastery.errors import (
    CredentialsError,
    MailError,
    MailLater,
    MailNotAllowed,
    MailRefused,
    MailUnknown,
    SheetError,
)
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.letters import Digest, Letter, LetterPress, NotNow, StudentView, digest_of, what_it_says
from sheets_mastery.mastery import Standing
from sheets_mastery.notices import DIGEST, REMINDER, Earlier, Letterbox, Notice, NoticeState, letterboxes, teachers_box
from sheets_mastery.occasions import enough
from sheets_mastery.optout import Wish, sign
from sheets_mastery.panel import judging, remembered, settings_in_force
from sheets_mastery.plan import Past, judge_reading, layout_changes, owed_now, who_is
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Remediation, Work

_log = logging.getLogger("sheets_mastery")

#: A claim is good for this long; the mailers' own deadlines are shorter.
LEASE_SECONDS = 600
#: After so many letters in a row that could not be handed over, the rest waits for the next run.
_GIVE_UP_AFTER = 3
#: The brake is on.
_STOPPED = "stopped"
#: Minutes until the next try, by the number of tries so far.
_BACKOFF = (5, 15, 60, 240)


class Sheets(Protocol):
    """A place where spreadsheets are."""

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole document as the service wants it, by one request."""
        ...


class Outbox(Protocol):
    """The letters in the ledger."""

    def past(self, gradebook: str, today: date) -> Past: ...
    def sole_deliverer(self) -> AbstractContextManager[None]:
        """Held while delivering; raises LedgerError where another delivery holds it."""
        ...

    def expire(self, now: datetime) -> int: ...
    def sending(self) -> tuple[Notice, ...]: ...
    def due(self, now: datetime) -> tuple[Notice, ...]: ...
    def claim(
        self, key: str, version: int, *, now: datetime, lease_owner: str, lease_seconds: int
    ) -> Notice | None: ...
    def note_draft(self, notice: Notice, draft_id: str, now: datetime) -> Notice | None: ...
    def move(
        self,
        notice: Notice,
        to: NoticeState,
        *,
        now: datetime,
        reason: str = "",
        not_before: datetime | None = None,
        provider_id: str | None = None,
    ) -> Notice | None: ...


class Mailer(Protocol):
    """A way for letters to leave."""

    def send(self, letter: bytes, *, sender: str, recipient: str, key: str, on_draft: Callable[[str], None]) -> str:
        """Hand one letter over; answers what the mail service calls it. Raises a MailError where it did not go."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...

    def recover(self, key: str, draft_id: str) -> str | None:
        """After a crash: the service's name for a letter that went, None for one that did not; else MailUnknown."""
        ...


@dataclass(kw_only=True)
class Delivery:
    """What one delivery has done: how many letters by outcome."""

    #: "sent", "withdrawn", "later", "refused", "needs review", "expired", "outside hours", "unreadable",
    #: "changed since the last sync", "not on mail.only_to", "stopped", "waits for approval", "enough for now".
    counts: Counter[str] = field(default_factory=Counter)
    #: What kept letters from leaving that should have left, each in a sentence and once.
    troubles: list[str] = field(default_factory=list)

    @property
    def for_a_person(self) -> tuple[str, ...]:
        """What a person should look at, in sentences."""
        said = {
            "needs review": "may or may not have left",
            "refused": "were refused for good",
            "expired": "could not leave in time and were given up; the next sync decides about them anew",
        }
        return tuple(f"{self.counts[word]} letters {what}" for word, what in said.items() if self.counts[word])

    def trouble(self, sentence: str) -> None:
        """Add a sentence, unless it was said before: a full disk is the same for every letter."""
        if sentence not in self.troubles:
            self.troubles.append(sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """What became of one letter."""

    #: One of the words that `Delivery.counts` counts.
    word: str
    #: What kept it from leaving, where that is no matter of the letter; "" otherwise.
    trouble: str = ""


def deliver(
    sheets: Sheets,
    outbox: Outbox,
    mailer: Mailer,
    press: LetterPress,
    settings: Settings,
    gradebooks: Iterable[GradebookSettings],
    *,
    clock: Callable[[], datetime],
    lease_owner: str,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Delivery:
    """Send every letter that is due, after one fresh reading of each gradebook that has any."""
    delivery = Delivery()
    with outbox.sole_deliverer():
        now = clock()
        delivery.counts["expired"] += outbox.expire(now)
        _settle(outbox, mailer, delivery, now)
        wanted = {each.name: each for each in gradebooks}
        due = [notice for notice in outbox.due(now) if notice.gradebook in wanted]
        done = troubles = 0
        for name in dict.fromkeys(notice.gradebook for notice in due):
            of_this = [notice for notice in due if notice.gradebook == name]
            known = outbox.past(name, now.astimezone(settings.school.zone).date()).choices
            wait = _why_all_wait(remembered(settings, wanted[name], known).settings, now)
            try:
                # As far as the ledger knows nothing may leave: then the sheet need not be asked, except for the brake,
                # which only the sheet can let go of.
                view = None if wait and wait != _STOPPED else _View.read(sheets, outbox, settings, wanted[name], now)
            except SheetError as problem:
                delivery.trouble(f"{name}: {problem}")
                continue
            if view is None or (wait := _why_all_wait(view.settings, now)):
                delivery.counts[wait] += len(of_this)
                continue
            if view.undecided:
                # A level or a code has been changed on the settings tab; a sync, with its guard, says what comes of it.
                delivery.counts["changed since the last sync"] += len(of_this)
                continue
            if view.moved:
                # What stands where is not what the letters were decided from; a sync, with its guard, says what it is.
                delivery.counts["changed since the last sync"] += len(of_this)
                delivery.trouble(f"{name}: {'; '.join(view.moved)}; no letter leaves until a sync has looked.")
                continue
            for notice in of_this:
                if troubles >= _GIVE_UP_AFTER:
                    delivery.counts["later"] += 1
                    continue
                outcome = _one(notice, view, outbox, mailer, press, clock, lease_owner)
                delivery.counts[outcome.word] += 1
                if outcome.trouble:
                    delivery.trouble(outcome.trouble)
                troubles = troubles + 1 if outcome.trouble else 0
                done += 1
                progress(done, len(due))
                _log.info("letter key=%s outcome=%s", notice.key[:12], outcome.word)
    delivery.counts += Counter()
    return delivery


def _settle(outbox: Outbox, mailer: Mailer, delivery: Delivery, now: datetime) -> None:
    """Letters that a delivery claimed and did not finish: it died in between, for nobody else delivers now."""
    for notice in outbox.sending():
        try:
            provider_id = mailer.recover(notice.key, notice.draft_id)
        except MailUnknown as problem:
            outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=str(problem))
            delivery.counts["needs review"] += 1
            continue
        except MailLater as problem:
            # The mail service cannot be asked just now: the letter stays claimed until it can.
            delivery.counts["later"] += 1
            delivery.trouble(str(problem))
            continue
        if provider_id is None:
            outbox.move(notice, NoticeState.READY, now=now, reason="interrupted before it left")
        else:
            outbox.move(
                notice, NoticeState.SENT, now=now, provider_id=provider_id, reason="found after an interruption"
            )
            delivery.counts["sent"] += 1


def _why_all_wait(settings: Settings, now: datetime) -> str:
    """Why no letter of a gradebook with these settings may leave now; "" where nothing stands against it."""
    if settings.letters.stop:
        return _STOPPED
    if not _in_window(settings, now):
        return "outside hours"
    return "waits for approval" if settings.letters.approval else ""


def _in_window(settings: Settings, now: datetime) -> bool:
    local = now.astimezone(settings.school.zone)
    window = settings.letters.window or settings.school.hours
    return settings.school.open_on(local.date()) and window.holds(local.time())


@dataclass(frozen=True, kw_only=True)
class _View:
    """One gradebook as it is at the moment of sending."""

    gradebook: Gradebook
    #: The settings in force: what the document's own tab says at this moment, over those of the file.
    settings: Settings
    standings: dict[str, Standing]
    past: Past
    #: The open episodes that the ledger knows, with the help that comes next as of this reading.
    episodes: dict[Work, Remediation]
    #: What is to be mended in the sheet, a sentence each.
    problems: tuple[str, ...]
    #: What is not where it was at the last sync, a sentence each.
    moved: tuple[str, ...]
    #: Whether marks are judged by other choices of the settings tab than at the last sync.
    undecided: bool
    #: Who has had a letter about whom since: (student's key, the person's digest).
    written_to: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, sheets: Sheets, outbox: Outbox, file: Settings, gradebook: GradebookSettings, now: datetime) -> _View:
        today = now.astimezone(file.school.zone).date()
        reading = sheets.read(gradebook.spreadsheet)
        past = outbox.past(gradebook.name, today)
        in_force = settings_in_force(file, gradebook, reading, past.choices)
        understood, _, judged, problems = judge_reading(reading, in_force.settings, in_force.gradebook, today)
        known = {each.id for each in past.episodes.values()}
        _, owed = owed_now(understood, judged, past, in_force.settings, today)
        return cls(
            gradebook=understood,
            settings=in_force.settings,
            standings={key(each.student.id): each for each in judged},
            past=past,
            episodes={work: each for work, each in owed.open.items() if each.id in known},
            problems=tuple(map(str, problems)),
            moved=tuple(layout_changes(reading, understood, past, file.guard)),
            undecided=judging(in_force.choices) != judging(past.choices),
        )

    def as_known(self, standing: Standing) -> bool:
        """Whether the student is the one that the last sync knew by this id."""
        known = (self.past.students or {}).get(key(standing.student.id))
        return known == who_is(standing.student, self.past.secret)

    def of_one(self, standing: Standing) -> StudentView:
        """All that a letter about one student may be written from."""
        return StudentView.of(
            standing,
            self.gradebook.assignments,
            episodes=self.episodes,
            ended=self.past.history.ended,
            links=self.gradebook.links,
        )

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


def _one(
    notice: Notice,
    view: _View,
    outbox: Outbox,
    mailer: Mailer,
    press: LetterPress,
    clock: Callable[[], datetime],
    lease_owner: str,
) -> _Outcome:
    """Send one letter, or say why not."""
    now, settings = clock(), view.settings
    if notice.kind == DIGEST:
        return _to_the_teacher(notice, view, outbox, mailer, press, settings, clock, lease_owner)
    standing = view.standings.get(notice.student)
    if standing is None:
        return _withdraw(outbox, notice, "the student is no longer in the gradebook", now)
    if standing.student.blocked:
        # Whose row this is cannot be told just now; the letter waits until it can, or expires.
        return _Outcome(word="unreadable")
    boxes, _ = letterboxes(standing.student, settings.letters, view.past.secret)
    box = next((each for each in boxes if each.digest == notice.guardian), None)
    if box is None:
        return _withdraw(outbox, notice, "this person is no longer to be written to", now)
    if (notice.guardian, notice.kind) in view.past.history.opted_out:
        return _withdraw(outbox, notice, "this person has stopped letters of this kind", now)
    if not view.as_known(standing):
        # Another name or another guardian stands beside this id than at the last sync, perhaps because one column was
        # sorted alone. The next sync, with its guard, says which; until then nothing is said about anybody here.
        return _Outcome(word="changed since the last sync")
    if view.enough(notice, settings, now.astimezone(settings.school.zone).date()):
        return _Outcome(word="enough for now")
    opt_out = _opt_out(notice, view.past.secret, settings)
    letter = what_it_says(notice, view.of_one(standing), box, settings, reference(notice.key), opt_out=opt_out)
    if isinstance(letter, NotNow):
        return _withdraw(outbox, notice, letter.why, now) if letter.why else _Outcome(word="unreadable")
    outcome = _leave(
        notice,
        letter,
        box,
        view,
        outbox=outbox,
        mailer=mailer,
        press=press,
        settings=settings,
        clock=clock,
        lease_owner=lease_owner,
        opt_out=opt_out,
    )
    if outcome.word in {"sent", "needs review"}:
        view.written_to.append((notice.student, notice.guardian))
    return outcome


def _to_the_teacher(
    notice: Notice,
    view: _View,
    outbox: Outbox,
    mailer: Mailer,
    press: LetterPress,
    settings: Settings,
    clock: Callable[[], datetime],
    lease_owner: str,
) -> _Outcome:
    """Send the teacher's digest, to the teacher's own address in the settings and to no other."""
    now = clock()
    school = settings.school
    box = teachers_box(settings.letters, school.reply_to, school.teacher, view.past.secret)
    if box.digest != notice.guardian:
        return _withdraw(outbox, notice, "the teacher has another address now", now)
    letters = [each for each in view.past.notices.values() if each.kind != DIGEST]
    letter = digest_of(
        notice,
        view.gradebook,
        view.standings.values(),
        episodes=view.episodes,
        ended=view.past.history.ended,
        problems=view.problems,
        waiting=sum(each.state in {NoticeState.HOLD, NoticeState.READY} for each in letters),
        to_decide=sum(each.state in {NoticeState.BLOCKED, NoticeState.NEEDS_REVIEW} for each in letters),
        school=school,
        reference=reference(notice.key),
    )
    if letter is None:
        return _withdraw(outbox, notice, "nothing to say any more", now)
    return _leave(
        notice,
        letter,
        box,
        view,
        outbox=outbox,
        mailer=mailer,
        press=press,
        settings=settings,
        clock=clock,
        lease_owner=lease_owner,
    )


def _leave(
    notice: Notice,
    letter: Letter | Digest,
    box: Letterbox,
    view: _View,
    *,
    outbox: Outbox,
    mailer: Mailer,
    press: LetterPress,
    settings: Settings,
    clock: Callable[[], datetime],
    lease_owner: str,
    opt_out: str = "",
) -> _Outcome:
    """Set a letter, claim it, and hand it over."""
    now = clock()
    try:
        sealed = seal(
            # A language without a catalogue is said by `doctor`; meanwhile the school's usual one is written.
            press.render(letter, box.language if press.speaks(box.language) else settings.letters.language),
            notice,
            sender=settings.mail.sender,
            recipient=box.address,
            reply_to=settings.school.reply_to,
            now=now,
            thread=view.thread(notice),
            opt_out=opt_out,
        )
    except MailRefused as problem:
        claimed = outbox.claim(
            notice.key, notice.version, now=now, lease_owner=lease_owner, lease_seconds=LEASE_SECONDS
        )
        if claimed is not None:
            outbox.move(claimed, NoticeState.FAILED, now=now, reason=str(problem))
        return _Outcome(word="refused")
    # The claim is committed before the network is touched: whoever dies from here on leaves a trace.
    claimed = outbox.claim(notice.key, notice.version, now=now, lease_owner=lease_owner, lease_seconds=LEASE_SECONDS)
    if claimed is None:
        return _Outcome(word="taken by another")
    return _hand_over(claimed, sealed, box, outbox, mailer, settings, clock)


def _opt_out(notice: Notice, secret: bytes, settings: Settings) -> str:
    """The web address at which this person can stop letters of this kind; "" where the school has none."""
    if not settings.letters.opt_out_url:
        return ""
    wish = Wish(guardian=notice.guardian, gradebook=notice.gradebook, kind=notice.kind)
    return f"{settings.letters.opt_out_url}?t={sign(wish, secret, settings.letters.opt_out_key)}"


def _hand_over(
    claimed: Notice,
    letter: bytes,
    box: Letterbox,
    outbox: Outbox,
    mailer: Mailer,
    settings: Settings,
    clock: Callable[[], datetime],
) -> _Outcome:
    current = claimed

    def on_draft(draft_id: str) -> None:
        nonlocal current
        noted = outbox.note_draft(current, draft_id, clock())
        if noted is None:
            raise MailUnknown("another delivery has taken this letter over")
        current = noted

    try:
        provider_id = mailer.send(
            letter, sender=settings.mail.sender, recipient=box.address, key=claimed.key, on_draft=on_draft
        )
    except MailLater as problem:
        wait = timedelta(minutes=_BACKOFF[min(current.attempt, len(_BACKOFF)) - 1])
        not_before = max(clock() + wait, problem.not_before or clock())
        outbox.move(current, NoticeState.READY, now=clock(), reason=str(problem), not_before=not_before)
        return _Outcome(word="later", trouble=str(problem))
    except CredentialsError as problem:
        # No fault of this letter, and no other letter will leave either.
        outbox.move(current, NoticeState.READY, now=clock(), reason=str(problem))
        raise
    except MailUnknown as problem:
        outbox.move(current, NoticeState.NEEDS_REVIEW, now=clock(), reason=str(problem))
        return _Outcome(word="needs review")
    except MailNotAllowed as problem:
        # Trying things out must not use the letters up.
        outbox.move(current, NoticeState.READY, now=clock(), reason=str(problem))
        return _Outcome(word="not on mail.only_to")
    except MailError as problem:
        outbox.move(current, NoticeState.FAILED, now=clock(), reason=str(problem))
        return _Outcome(word="refused")
    outbox.move(current, NoticeState.SENT, now=clock(), provider_id=provider_id)
    return _Outcome(word="sent")


def _withdraw(outbox: Outbox, notice: Notice, why: str, now: datetime) -> _Outcome:
    outbox.move(notice, NoticeState.CANCELLED, now=now, reason=why)
    return _Outcome(word="withdrawn")
