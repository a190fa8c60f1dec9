"""Deliver what is owed.

Sending is apart from marking: it starts from the ledger, so an outage of the mail never stops a sync. A letter holds
nothing until it leaves: it is rendered from one fresh reading of the gradebook, and only if that reading still says so.

Everything a letter goes through is one conditional UPDATE that counts its rows, so a delivery that was taken for dead
can move nothing any more; and right before the step from which there is no way back it is asked once again whether the
letter is still its to send. A letter that may have left is UNKNOWN until the mail service has been asked about it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sheets_mastery.afterwards import COMES_BACK
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.corrections import untold
from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.envelope import reference, seal
from sheets_mastery.errors import (
    CredentialsError,
    MailError,
    MailLater,
    MailNotAllowed,
    MailNotAsMeant,
    MailRefused,
    MailUnknown,
    SheetError,
)
from sheets_mastery.freshlook import BRAKE, QUARANTINE, View, why_all_wait
from sheets_mastery.leaving import UNAPPROVED, mode_in_force, unapproved
from sheets_mastery.letters import Digest, Letter, LetterPress, NotNow, digest_of, what_it_says
from sheets_mastery.mailtab import MAIL_TITLE
from sheets_mastery.notices import (
    DIGEST,
    UNWANTED,
    Decided,
    Letterbox,
    Notice,
    NoticeState,
    letterboxes,
    teachers_box,
)
from sheets_mastery.optout import Wish, sign
from sheets_mastery.panel import remembered
from sheets_mastery.plan import Past
from sheets_mastery.quiet import Wait
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp, stamping

_log = logging.getLogger("sheets_mastery")

#: A claim is good for this long; the mailers' own deadlines are shorter.
LEASE_SECONDS = 600
#: A letter is written from a reading that is no older than this …
_READ_AGAIN_AFTER = timedelta(seconds=60)
#: … and leaves no later after it than this, or it is written anew: a mark put right two minutes ago is never told.
_FRESH = timedelta(seconds=110)
#: After so many letters in a row that could not be handed over, the rest waits for the next run.
_GIVE_UP_AFTER = 3
#: After so many letters in a row that were refused for good, something is wrong that is no matter of one letter.
_BREAK_AFTER = 3
#: A mail service counts what it is given over so long.
_DAY = timedelta(hours=24)
#: What has left, or may have.
_AWAY = {"sent", "not yet known", "needs review"}
#: What is said of a letter that lies in the drafts, and of one whose draft is gone while it is looked for.
_LAID = "its draft lies in Gmail"
_GONE = "its draft is gone; it is looked for among what was sent"
_NO_DRAFTS = 'mail.mode: "drafts" needs transport = "gmail", and nothing is sent meanwhile.'
#: So long after it was sent a letter is found by Gmail's search.
_SETTLED = timedelta(minutes=30)
#: Minutes until the next try, by the number of tries so far.
_BACKOFF = (5, 15, 60, 240)


class Sheets(Protocol):
    """A place where spreadsheets are."""

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole document as the service wants it, by one request."""
        ...

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        """Put the service's stamp into the document by one request; answers the stamps that are there afterwards."""
        ...


class Outbox(Protocol):
    """The letters in the ledger."""

    def past(self, gradebook: str, today: date) -> Past: ...
    def sole_deliverer(self) -> AbstractContextManager[None]:
        """Held while delivering; raises LedgerError where another delivery holds it."""
        ...

    def examine(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None: ...
    def quarantined(self, spreadsheet: str) -> Quarantine | None: ...
    def intend_stamp(self, spreadsheet: str, now: datetime) -> Stamp: ...
    def expire(self, now: datetime) -> int: ...
    def take_over(self, now: datetime, *, ask_after: timedelta) -> int: ...
    def unknown(self, now: datetime) -> tuple[Notice, ...]: ...
    def drafted(self, now: datetime) -> tuple[Notice, ...]: ...
    def due(self, now: datetime) -> tuple[Notice, ...]: ...
    def left_since(self, moment: datetime) -> int: ...
    def waiting(self) -> tuple[Notice, ...]: ...
    def decide(self, decided: Decided, *, now: datetime, who: str) -> Notice | None: ...
    def stopped(self) -> str: ...
    def stop(self, why: str, *, now: datetime, who: str) -> bool: ...
    def look(self, claimed: Notice, now: datetime) -> tuple[bool, str, bool]: ...
    def postpone(self, until: datetime, now: datetime) -> int: ...
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
        draft_id: str | None = None,
        provider_id: str | None = None,
    ) -> Notice | None: ...


class Mailer(Protocol):
    """A way for letters to leave."""

    @property
    def ask_after(self) -> timedelta:
        """How long after a lost answer `recover` can be relied upon."""
        ...

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Hand one letter over; answers what the mail service calls it. Raises a MailError where it did not go.

        `on_draft` is told the name of a draft, where there is one. `last_look` is called right before the step from
        which there is no way back; whatever either raises comes out again, and then nothing has left.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...

    def recover(self, key: str, draft_id: str) -> str | None:
        """The service's name for a letter that went, None for one that did not and never will.

        Raises MailUnknown where a person has to look, MailLater where the service cannot be asked just now.
        """
        ...


class Drafts(Mailer, Protocol):
    """A mailbox into whose drafts letters are laid; its `send` lays one there, and nothing is sent."""

    def look(self, draft_id: str, word: str) -> str | None:
        """None while a draft lies there, the service's name for the letter once a person has sent it.

        `word` is the letter's reference. Raises MailUnknown where it is gone without a trace, MailLater where the
        service cannot be asked just now.
        """
        ...


#: Puts a rendered letter into its envelope, as `envelope.seal` does.
Envelope = Callable[..., bytes]


@dataclass(kw_only=True)
class Delivery:
    """What one delivery has done: how many letters by outcome."""

    #: "sent", "withdrawn", "later", "refused", "blocked", "not yet known", "needs review", "expired", "outside hours",
    #: "unreadable", "changed since the last sync", "not on mail.only_to", "taken by another", "stopped",
    #: "waits for approval", "enough for now", "enough for today", "marks were changed", "second look", "new address",
    #: "skipped", "in quarantine", "laid into the drafts", "sent from the drafts". And what has come back before it:
    #: "came back for good", "came back", "not delivered yet"; of mails that were read "answered by itself" and "about
    #: no letter".
    counts: Counter[str] = field(default_factory=Counter)
    #: What kept letters from leaving that should have left, each in a sentence and once.
    troubles: list[str] = field(default_factory=list)
    #: Why the letters of whole gradebooks wait for a person, each in a sentence and once.
    quarantined: list[str] = field(default_factory=list)

    @property
    def for_a_person(self) -> tuple[str, ...]:
        """What a person should look at, in sentences."""
        said = {
            "needs review": "may or may not have left",
            "refused": "were refused for good",
            "blocked": "are not what was meant and were held back",
            "came back for good": "came back because there is no such address; the sheet shows where to correct it",
            "expired": "could not leave in time and were given up; the next sync decides about them anew",
        }
        counted = (f"{self.counts[word]} letters {what}" for word, what in said.items() if self.counts[word])
        return (*self.quarantined, *counted)

    def hold(self, gradebook: str, why: Quarantine, letters: int) -> None:
        """Count letters that wait because of what stands in their spreadsheet."""
        self.counts[QUARANTINE] += letters
        sentence = f"{gradebook}: {why.why.sentence}"
        if sentence not in self.quarantined:
            self.quarantined.append(sentence)

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
    #: Whether all other letters have to wait as well.
    for_all: bool = False
    #: Why all letters are to be stopped until a person lets them go; "" where they are not.
    alarm: str = ""


class _TakenOver(MailLater):
    """Another delivery has taken the letter over. Nothing was taken by the mail service, and nothing is left to do."""


class _Stopped(MailLater):
    """A person has stopped all letters."""


class _Unwanted(MailLater):
    """Its reader has stopped letters of its kind a moment ago."""


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
    envelope: Envelope = seal,
    drafts: Drafts | None = None,
    await_turn: Callable[[], None] = lambda: None,
) -> Delivery:
    """Send every letter that is due, each from a fresh reading of its gradebook.

    `drafts` is where letters are laid that a person sends; None where there is no such mailbox. `await_turn` waits, for
    a minute or two at most, until the mail service may be asked about one more letter. It is called before the sheet is
    read and the letter claimed, so that neither grows old meanwhile.
    """
    delivery = Delivery()
    with outbox.sole_deliverer():
        now = clock()
        # Whatever else is not to be done now: what was interrupted is cleared up, and no letter lapses unseen.
        outbox.take_over(now, ask_after=mailer.ask_after)
        _settle(outbox, mailer, delivery, now, await_turn)
        _ask_about_drafts(outbox, drafts, delivery, now)
        delivery.counts["expired"] += outbox.expire(now)
        wanted = {each.name: each for each in gradebooks}
        due = [notice for notice in outbox.due(now) if notice.gradebook in wanted]
        laid = [] if drafts is None else [each for each in outbox.drafted(now) if each.gradebook in wanted]
        # A tick on the tab Mastery Mail may end the hold of a letter that is not due yet.
        held = [each for each in outbox.waiting() if each.state is NoticeState.HOLD and each.kind != DIGEST]
        may_tick = {each.gradebook for each in held if each.gradebook in wanted and wanted[each.gradebook].mail_tab}
        if (due or may_tick) and (why := outbox.stopped()):
            delivery.counts["stopped"] += len(due)
            if due:
                delivery.trouble(said_of_stop(why))
            due, laid, may_tick = [], [], set()
        rounds = _Rounds(
            sheets=sheets,
            outbox=outbox,
            mailer=mailer,
            press=press,
            file=settings,
            clock=clock,
            lease_owner=lease_owner,
            envelope=envelope,
            drafts=drafts,
        )
        room = float("inf") if settings.mail.most_a_day is None else settings.mail.most_a_day
        if due and room < float("inf"):
            room -= outbox.left_since(now - _DAY)
        done = troubles = refused = 0
        for name in dict.fromkeys((*(notice.gradebook for notice in (*due, *laid)), *sorted(may_tick))):
            of_this = [notice for notice in due if notice.gradebook == name]
            if (suspected := outbox.quarantined(wanted[name].spreadsheet)) is not None:
                if of_this:
                    delivery.hold(name, suspected, len(of_this))
                continue
            known = outbox.past(name, now.astimezone(settings.school.zone).date())
            told = remembered(settings, wanted[name], known.choices).settings
            wait = why_all_wait(told, now)
            mode = mode_in_force(told, known.first_sync, now)
            look = name in may_tick or any(notice.gradebook == name for notice in laid)
            if not wait and not look and all(unapproved(notice, mode) for notice in of_this):
                wait = UNAPPROVED
            if wait and wait != BRAKE:
                # As far as the ledger knows nothing may leave, so the sheet need not be asked; only the brake can be
                # let go of by the sheet alone.
                delivery.counts[wait] += len(of_this)
                continue
            if look:
                try:
                    view = rounds.view(wanted[name])
                    of_this = rounds.decide(view, of_this, delivery)
                    rounds.take_back(view, [notice for notice in laid if notice.gradebook == name], delivery)
                except SheetError as problem:
                    delivery.trouble(f"{name}: {problem}")
                    continue
            for notice in of_this:
                if troubles >= _GIVE_UP_AFTER:
                    delivery.counts["later"] += 1
                    continue
                if room <= 0:
                    # What the provider would refuse is not tried. Nothing has become of these letters; tomorrow they
                    # are due still, or their time is over, as for any other reason.
                    delivery.counts["enough for today"] += 1
                    continue
                await_turn()
                try:
                    view = rounds.view(wanted[name])
                except SheetError as problem:
                    delivery.trouble(f"{name}: {problem}")
                    break
                if wait := view.why_all_wait(clock()):
                    if wait == QUARANTINE and view.quarantine is not None:
                        delivery.hold(name, view.quarantine, 1)
                        continue
                    delivery.counts[wait] += 1
                    if view.moved:
                        moved = "; ".join(view.moved)
                        delivery.trouble(f"{name}: {moved}; no letter leaves until a sync has looked.")
                    continue
                if unapproved(notice, view.mode):
                    delivery.counts[UNAPPROVED] += 1
                    continue
                if (skipped := view.skipped(notice)) is not None:
                    # Ticked while this delivery was under way.
                    if outbox.decide(skipped, now=clock(), who=MAIL_TITLE) is not None:
                        delivery.counts["skipped"] += 1
                    continue
                outcome = rounds.one(notice, view)
                delivery.counts[outcome.word] += 1
                room -= outcome.word in _AWAY
                refused = refused + 1 if outcome.word in {"refused", "blocked"} else 0
                alarm = outcome.alarm
                if refused >= _BREAK_AFTER:
                    alarm = f"{refused} letters in a row were refused for good"
                if alarm and outbox.stop(alarm, now=clock(), who="deliver"):
                    outcome = replace(outcome, trouble=said_of_stop(alarm), for_all=True)
                if outcome.trouble:
                    delivery.trouble(outcome.trouble)
                broken = outcome.trouble or outcome.word == "not yet known"
                troubles = 0 if not broken else _GIVE_UP_AFTER if outcome.for_all else troubles + 1
                done += 1
                progress(done, len(due))
                _log.info("letter key=%s outcome=%s", notice.key[:12], outcome.word)
        # What can be asked about without waiting is asked at once; a person should not have to wait for the next run.
        _settle(outbox, mailer, delivery, clock(), await_turn)
    delivery.counts += Counter()
    return delivery


def _settle(outbox: Outbox, mailer: Mailer, delivery: Delivery, now: datetime, await_turn: Callable[[], None]) -> None:
    """Ask the mail service about the letters that may have left."""
    for notice in outbox.unknown(now):
        await_turn()
        if delivery.counts["not yet known"]:
            delivery.counts["not yet known"] -= 1
        try:
            provider_id = mailer.recover(notice.key, notice.draft_id)
        except MailUnknown as problem:
            outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=str(problem))
            delivery.counts["needs review"] += 1
            continue
        except MailLater as problem:
            delivery.trouble(str(problem))
            if now >= notice.expires:
                # It has been silent for days: somebody should know, and look.
                why = "The mail service could not be asked whether it left until its time was over."
                outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=why)
                delivery.counts["needs review"] += 1
            else:
                later, noted = _next_try(notice, problem, now), problem.noted
                outbox.move(notice, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=later, draft_id=noted)
                delivery.counts["not yet known"] += 1
            continue
        if provider_id is None:
            outbox.move(notice, NoticeState.READY, now=now, reason="interrupted before it left")
        else:
            outbox.move(
                notice, NoticeState.SENT, now=now, provider_id=provider_id, reason="found after an interruption"
            )
            delivery.counts["sent"] += 1


def _ask_about_drafts(outbox: Outbox, drafts: Drafts | None, delivery: Delivery, now: datetime) -> None:
    """Ask the mailbox what a person has done with the drafts."""
    for notice in outbox.drafted(now):
        if drafts is None:
            why = "Its draft lies in Gmail, which the settings no longer name: only a person can tell whether it left."
            outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=why)
            delivery.counts["needs review"] += 1
            continue
        try:
            provider_id = drafts.look(notice.draft_id, reference(notice.key))
        except (MailLater, CredentialsError) as problem:
            delivery.trouble(str(problem))
            break
        except MailUnknown as problem:
            # What was sent a moment ago may not be found yet.
            if notice.reason != _GONE:
                later = now + _SETTLED
                outbox.move(notice, NoticeState.DRAFTED, now=now, reason=_GONE, not_before=later)
            else:
                outbox.move(notice, NoticeState.NEEDS_REVIEW, now=now, reason=str(problem))
                delivery.counts["needs review"] += 1
            continue
        if provider_id is not None:
            outbox.move(
                notice, NoticeState.SENT, now=now, provider_id=provider_id, reason="sent from Gmail by a person"
            )
            delivery.counts["sent from the drafts"] += 1
        elif notice.reason == _GONE:
            outbox.move(notice, NoticeState.DRAFTED, now=now, reason=_LAID, not_before=now)


def _next_try(notice: Notice, problem: MailError, now: datetime) -> datetime:
    """When something that did not work is tried again: later each time, and not before the mail service wants it."""
    wait = timedelta(minutes=_BACKOFF[min(max(notice.attempt, 1), len(_BACKOFF)) - 1])
    asked = problem.not_before if isinstance(problem, MailLater) else None
    return max(now + wait, asked or now)


def said_of_stop(why: str) -> str:
    """That no letter leaves, and what to do."""
    return f"All letters are stopped ({why}); `outbox go` lets them leave again."


@dataclass(frozen=True, kw_only=True)
class _Rounds:
    """One delivery on its rounds: what it works with."""

    sheets: Sheets
    outbox: Outbox
    mailer: Mailer
    press: LetterPress
    #: The settings of the file; a view has those in force.
    file: Settings
    clock: Callable[[], datetime]
    lease_owner: str
    envelope: Envelope
    #: Where letters are laid that a person sends.
    drafts: Drafts | None
    #: The last view of each gradebook.
    views: dict[str, View] = field(default_factory=dict)
    #: The spreadsheets that this delivery has put its stamp into.
    stamped: set[str] = field(default_factory=set)

    def view(self, gradebook: GradebookSettings) -> View:
        """The gradebook as it is, read again where the last reading is no longer young."""
        now = self.clock()
        view = self.views.get(gradebook.name)
        if view is None or not view.younger_than(_READ_AGAIN_AFTER, now):
            today = now.astimezone(self.file.school.zone).date()
            reading, past = self.sheets.read(gradebook.spreadsheet), self.outbox.past(gradebook.name, today)
            held = self.outbox.examine(reading.spreadsheet_id, reading.stamps, now)
            view = replace(View.of(reading, past, self.file, gradebook, now), quarantine=held)
            self.views[gradebook.name] = view
        return view

    def _stamp(self, view: View) -> bool:
        """Put a new stamp into the spreadsheet before the first letter about it leaves; whether it is there.

        From then on every ledger that does not know this delivery, because it was put back or copied before, will find
        a word that it has never written. Of two that try at the same moment only one succeeds.
        """
        spreadsheet = view.reading.spreadsheet_id
        if spreadsheet in self.stamped:
            return True
        stamp = self.outbox.intend_stamp(spreadsheet, self.clock())
        there = self.sheets.stamp(spreadsheet, stamping(view.reading.stamps, stamp))
        if [each.text for each in there] == [stamp.text()]:
            self.stamped.add(spreadsheet)
            return True
        # Somebody was there in between: whether it was one of us, the next reading tells.
        del self.views[view.gradebook.name]
        return False

    def decide(self, view: View, due: list[Notice], delivery: Delivery) -> list[Notice]:
        """Carry out what ticks decide, and answer which letters are due then.

        Nothing is decided while no letter may leave: what stands on the tab may not be what it seems.
        """
        now = self.clock()
        if not view.decided or view.why_all_wait(now):
            return due
        for each in view.decided:
            moved = self.outbox.decide(each, now=now, who=MAIL_TITLE)
            if moved is not None and moved.state is NoticeState.CANCELLED:
                delivery.counts["skipped"] += 1
        gradebook = view.decided[0].notice.gradebook
        return [notice for notice in self.outbox.due(now) if notice.gradebook == gradebook]

    def take_back(self, view: View, laid: list[Notice], delivery: Delivery) -> None:
        """Take the drafts of letters away that are no longer so; one that a person has changed is that person's."""
        now, settings = self.clock(), view.settings
        if self.drafts is None or view.why_all_wait(now):
            return
        for notice in laid:
            standing = view.standings.get(notice.student)
            if standing is None or standing.student.blocked or not view.as_known(standing):
                continue
            boxes, _ = letterboxes(standing.student, settings.letters, view.past.secret)
            box = next((each for each in boxes if each.digest == notice.guardian), None)
            if box is None:
                why = "this person is no longer to be written to"
            elif (notice.guardian, notice.kind) in view.past.history.opted_out:
                why = UNWANTED
            else:
                said = what_it_says(notice, view.of_one(standing), box, settings, reference(notice.key))
                why = said.why if isinstance(said, NotNow) else ""
            if not why:
                continue
            try:
                self.drafts.recover(notice.key, notice.draft_id)
            except (MailUnknown, MailLater):
                continue  # changed, gone or out of reach: the next delivery asks again
            if self.outbox.move(notice, NoticeState.CANCELLED, now=now, reason=why) is not None:
                delivery.counts["withdrawn"] += 1

    def one(self, notice: Notice, view: View) -> _Outcome:
        """Send one letter, or say why not."""
        now, settings = self.clock(), view.settings
        if notice.kind == DIGEST:
            return self._to_the_teacher(notice, view, now)
        standing = view.standings.get(notice.student)
        if standing is None:
            return self._withdraw(notice, "the student is no longer in the gradebook", now)
        if standing.student.blocked:
            # Whose row this is cannot be told just now; the letter waits until it can, or expires.
            return _Outcome(word="unreadable")
        boxes, _ = letterboxes(standing.student, settings.letters, view.past.secret)
        box = next((each for each in boxes if each.digest == notice.guardian), None)
        if box is None:
            return self._withdraw(notice, "this person is no longer to be written to", now)
        if notice.guardian in view.past.history.suppressed:
            return self._withdraw(notice, COMES_BACK, now)
        if (notice.guardian, notice.kind) in view.past.history.opted_out:
            return self._withdraw(notice, UNWANTED, now)
        if not view.as_known(standing):
            # Another name or another guardian stands beside this id than at the last sync, perhaps because a column was
            # sorted alone. The next sync, with its guard, says which; until then nothing is said about anybody here.
            return _Outcome(word="changed since the last sync")
        if view.enough(notice, settings, now.astimezone(settings.school.zone).date()):
            return _Outcome(word="enough for now")
        opt_out = _opt_out(notice, view.past.secret, settings)
        letter = what_it_says(notice, view.of_one(standing), box, settings, reference(notice.key), opt_out=opt_out)
        if isinstance(letter, NotNow):
            return self._withdraw(notice, letter.why, now) if letter.why else _Outcome(word="unreadable")
        if wait := view.wait(notice, standing, box):
            return self._put_off(notice, wait, now)
        outcome = self._leave(notice, letter, box, view, now, opt_out=opt_out)
        if outcome.word in {*_AWAY, "laid into the drafts"}:
            view.written_to.append((notice.student, notice.guardian))
        return outcome

    def _to_the_teacher(self, notice: Notice, view: View, now: datetime) -> _Outcome:
        """Send the teacher's digest, to the teacher's own address in the settings and to no other."""
        school = view.settings.school
        box = teachers_box(view.settings.letters, school.reply_to, school.teacher, view.past.secret)
        if box.digest != notice.guardian:
            return self._withdraw(notice, "the teacher has another address now", now)
        if notice.guardian in view.past.history.suppressed:
            return self._withdraw(notice, COMES_BACK, now)
        letters = [each for each in view.past.notices.values() if each.kind != DIGEST]
        letter = digest_of(
            notice,
            view.gradebook,
            view.standings.values(),
            episodes=view.episodes,
            ended=view.past.history.ended,
            problems=view.problems,
            waiting=sum(
                each.state in {NoticeState.HOLD, NoticeState.READY} and not unapproved(each, view.mode)
                for each in letters
            ),
            to_decide=sum(each.state.for_a_person or unapproved(each, view.mode) for each in letters),
            stopped=len({person for person, _ in view.past.history.opted_out}),
            corrected=len(untold(view.past.history, box.digest, now)),
            school=school,
            reference=reference(notice.key),
        )
        if letter is None:
            return self._withdraw(notice, "nothing to say any more", now)
        return self._leave(notice, letter, box, view, now)

    def _leave(
        self, notice: Notice, letter: Letter | Digest, box: Letterbox, view: View, now: datetime, *, opt_out: str = ""
    ) -> _Outcome:
        """Set a letter, claim it, and hand it over."""
        press, settings = self.press, view.settings
        # A language without a catalogue is said by `doctor`; meanwhile the school's usual one is written, and where the
        # settings tab names one without a catalogue too, that of the file, which was held against the catalogues.
        wanted = (box.language, settings.letters.language)
        language = next(filter(press.speaks, wanted), self.file.letters.language)
        try:
            sealed = self.envelope(
                press.render(letter, language),
                notice,
                sender=settings.mail.sender,
                recipient=box.address,
                reply_to=settings.school.reply_to,
                now=now,
                thread=view.thread(notice),
                opt_out=opt_out,
            )
        except MailRefused as problem:
            claimed = self._claim(notice, now)
            if claimed is None:
                return _Outcome(word="taken by another")
            meant = not isinstance(problem, MailNotAsMeant)
            back = NoticeState.FAILED if meant else NoticeState.BLOCKED
            self.outbox.move(claimed, back, now=now, reason=str(problem))
            return _Outcome(word="refused" if meant else "blocked")
        try:
            if not self._stamp(view):
                return _Outcome(word="later")
        except SheetError as problem:
            return _Outcome(word="later", trouble=f"{view.gradebook.name}: {problem}")
        # The claim is committed before the mail is touched: whoever dies from here on leaves a trace.
        claimed = self._claim(notice, now)
        if claimed is None:
            return _Outcome(word="taken by another")
        return self._hand_over(claimed, sealed, box, view)

    def _claim(self, notice: Notice, now: datetime) -> Notice | None:
        return self.outbox.claim(
            notice.key, notice.version, now=now, lease_owner=self.lease_owner, lease_seconds=LEASE_SECONDS
        )

    def _withdraw(self, notice: Notice, why: str, now: datetime) -> _Outcome:
        moved = self.outbox.move(notice, NoticeState.CANCELLED, now=now, reason=why)
        return _Outcome(word="withdrawn" if moved is not None else "taken by another")

    def _put_off(self, notice: Notice, wait: Wait, now: datetime) -> _Outcome:
        """Let a letter wait where it is, and say so on it; what is said already is not said again."""
        if wait.reason == notice.reason and wait.until is None:
            return _Outcome(word=wait.word)
        moved = self.outbox.move(notice, notice.state, now=now, reason=wait.reason, not_before=wait.until)
        return _Outcome(word=wait.word if moved is not None else "taken by another")

    def _hand_over(self, claimed: Notice, letter: bytes, box: Letterbox, view: View) -> _Outcome:
        outbox, clock = self.outbox, self.clock
        current = claimed
        # What is written to the teacher always leaves.
        by_hand = view.mode.word == "drafts" and claimed.kind != DIGEST
        mailer = self.drafts if by_hand else self.mailer
        if mailer is None:
            outbox.move(current, NoticeState.READY, now=clock(), reason=_NO_DRAFTS)
            return _Outcome(word="later", trouble=_NO_DRAFTS, for_all=True)

        def on_draft(draft_id: str) -> None:
            nonlocal current
            noted = outbox.note_draft(current, draft_id, clock())
            if noted is None:
                raise _TakenOver("another delivery has taken this letter over")
            current = noted

        def last_look() -> None:
            ours, why, unwanted = outbox.look(current, clock())
            if why:
                raise _Stopped(said_of_stop(why))
            if not ours:
                raise _TakenOver("another delivery has taken this letter over")
            if unwanted:
                raise _Unwanted(UNWANTED)
            # The clock is asked last: looking into the ledger may itself have taken any length of time.
            if not view.younger_than(_FRESH, clock()):
                raise MailLater("Handing the letter over took so long that the sheet is read again first.")

        try:
            provider_id = mailer.send(
                letter,
                sender=view.settings.mail.sender,
                recipient=box.address,
                key=claimed.key,
                on_draft=on_draft,
                last_look=last_look,
            )
        except _TakenOver as problem:
            # Where only the lease is over and nobody has taken the letter, it is still ours to give back.
            now = clock()
            back = NoticeState.UNKNOWN if problem.draft_left and current.draft_id else NoticeState.READY
            outbox.move(current, back, now=now, reason=str(problem), not_before=now)
            return _Outcome(word="taken by another")
        except MailLater as problem:
            now = clock()
            ours = isinstance(problem, _Stopped | _Unwanted)
            not_before = now if ours else _next_try(current, problem, now)
            if problem.draft_left and not current.draft_id:
                # Whether there is a draft cannot be said before its making would be done, if it was done at all.
                not_before = max(not_before, now + self.mailer.ask_after)
            back = NoticeState.UNKNOWN if problem.draft_left else NoticeState.READY
            moved = outbox.move(current, back, now=now, reason=str(problem), not_before=not_before)
            if isinstance(problem, _Unwanted):
                # Where a draft of it was left behind, it is withdrawn once that is cleared away.
                there = moved if back is NoticeState.READY else None
                return _Outcome(word="later") if there is None else self._withdraw(there, UNWANTED, now)
            if problem.for_all:
                # Whoever asks again too early is told to wait longer (Gmail): no other letter tries before that.
                outbox.postpone(not_before, now)
            word = "stopped" if isinstance(problem, _Stopped) else "later"
            for_all = problem.for_all or isinstance(problem, _Stopped)
            return _Outcome(word=word, trouble=str(problem), for_all=for_all)
        except CredentialsError as problem:
            # No fault of this letter, and no other letter will leave either. A draft that was made is still there.
            now = clock()
            if current.draft_id:
                outbox.move(current, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=now)
            else:
                outbox.move(current, NoticeState.READY, now=now, reason=str(problem))
            raise
        except MailUnknown as problem:
            now = clock()
            asked = now + self.mailer.ask_after
            outbox.move(current, NoticeState.UNKNOWN, now=now, reason=str(problem), not_before=asked)
            return _Outcome(word="not yet known")
        except MailNotAllowed as problem:
            # Trying things out must not use the letters up.
            outbox.move(current, NoticeState.READY, now=clock(), reason=str(problem))
            return _Outcome(word="not on mail.only_to")
        except MailNotAsMeant as problem:
            # It was as meant when it was written. Nothing may leave by a way on which letters become other letters.
            outbox.move(current, NoticeState.BLOCKED, now=clock(), reason=str(problem))
            return _Outcome(word="blocked", alarm=str(problem).rstrip("."))
        except MailError as problem:
            outbox.move(current, NoticeState.FAILED, now=clock(), reason=str(problem))
            return _Outcome(word="refused")
        if by_hand:
            moved = outbox.move(current, NoticeState.DRAFTED, now=clock(), reason=_LAID, not_before=clock())
            return _Outcome(word="laid into the drafts" if moved is not None else "taken by another")
        moved = outbox.move(current, NoticeState.SENT, now=clock(), provider_id=provider_id)
        return _Outcome(word="sent" if moved is not None else "taken by another")


def _opt_out(notice: Notice, secret: bytes, settings: Settings) -> str:
    """The web address at which this person can stop letters of this kind; "" where the school has none."""
    if not settings.letters.opt_out_url:
        return ""
    wish = Wish(guardian=notice.guardian, gradebook=notice.gradebook, kind=notice.kind)
    return f"{settings.letters.opt_out_url}?t={sign(wish, secret, settings.letters.opt_out_key)}"
