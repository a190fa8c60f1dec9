"""One delivery of everything that is due, from clearing up what was interrupted to asking about what is in doubt."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.envelope import seal
from sheets_mastery.errors import SheetError
from sheets_mastery.freshlook import BRAKE, CLOCK, QUARANTINE, View, why_all_wait
from sheets_mastery.leaving import UNAPPROVED, mode_in_force, unapproved
from sheets_mastery.letters import LetterPress
from sheets_mastery.mailtab import MAIL_TITLE
from sheets_mastery.notices import DIGEST, Notice, NoticeState
from sheets_mastery.outbox.counts import AWAY, REFUSED, TAKEN, TOLD_TO_STOP, Delivery, Outcome, said_of_stop
from sheets_mastery.outbox.edges import Drafts, Envelope, Mailer, Outbox, Sheets
from sheets_mastery.outbox.indoubt import ask_about_drafts, settle
from sheets_mastery.outbox.mishaps import said_of
from sheets_mastery.outbox.rounds import Rounds
from sheets_mastery.panel import remembered

_log = logging.getLogger("sheets_mastery")

#: After so many letters in a row that could not be handed over, the rest waits for the next run.
_GIVE_UP_AFTER = 3
#: After so many people in a row whose letters were refused for good, or so many letters in a row that ended in the same
#: error, something is wrong that is no matter of one letter. One family with three children is one person.
_BREAK_AFTER = 3
#: A mail service counts what it is given over so long.
_DAY = timedelta(hours=24)


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
    await_turn: Callable[[], bool] = lambda: True,
    google_time: Callable[[], datetime | None] = lambda: None,
) -> Delivery:
    """Send every letter that is due, each from a fresh reading of its gradebook.

    `drafts` is where letters are laid that a person sends; None where there is no such mailbox. `await_turn` waits, for
    a minute or two at most, until the mail service may be asked about one more letter. It is called before the sheet is
    read and the letter claimed, so that neither grows old meanwhile. It answers whether to go on: where the program was
    told to stop, the letter in hand is the last one, and the others stay where they are.

    `google_time` tells when the sheet has answered last by the clock of whoever gave it, against which ours is held;
    None where it is not to be.
    """
    delivery = Delivery()
    with outbox.sole_deliverer():
        now = clock()
        # Whatever else is not to be done now: what was interrupted is cleared up, and no letter lapses unseen.
        outbox.take_over(now, ask_after=mailer.ask_after)
        settle(outbox, mailer, delivery, now, await_turn)
        ask_about_drafts(outbox, drafts, delivery, now)
        delivery.counts["expired"] += outbox.expire(now)
        wanted = {each.name: each for each in gradebooks}
        due = [notice for notice in outbox.due(now) if notice.gradebook in wanted]
        laid = [] if drafts is None else [each for each in outbox.drafted(now) if each.gradebook in wanted]
        # A tick on the tab Mastery Mail may end the hold of a letter that is not due yet.
        held = [each for each in outbox.waiting() if each.kind != DIGEST and each.awaits_a_yes]
        may_tick = {each.gradebook for each in held if each.gradebook in wanted and wanted[each.gradebook].mail_tab}
        if (due or may_tick) and (why := outbox.stopped()):
            delivery.counts["stopped"] += len(due)
            if due:
                delivery.trouble(said_of_stop(why))
            due, laid, may_tick = [], [], set()
        room = float("inf") if settings.mail.most_a_day is None else settings.mail.most_a_day
        if due and room < float("inf"):
            room -= outbox.left_since(now - _DAY)
        rounds = Rounds(
            sheets=sheets,
            outbox=outbox,
            mailer=mailer,
            press=press,
            file=settings,
            clock=clock,
            lease_owner=lease_owner,
            envelope=envelope,
            drafts=drafts,
            google_time=google_time,
        )
        run = _Run(
            rounds=rounds,
            delivery=delivery,
            room=room,
            due=len(due),
            await_turn=await_turn,
            progress=progress,
            refused=set(outbox.refused_in_a_row()) if due or may_tick else set(),
        )
        for name in dict.fromkeys((*(notice.gradebook for notice in (*due, *laid)), *sorted(may_tick))):
            run.gradebook(
                wanted[name],
                [notice for notice in due if notice.gradebook == name],
                [notice for notice in laid if notice.gradebook == name],
                may_tick=name in may_tick,
                now=now,
            )
        # What can be asked about without waiting is asked at once; a person should not have to wait for the next run.
        settle(outbox, mailer, delivery, clock(), await_turn)
    delivery.counts += Counter()
    return delivery


@dataclass(kw_only=True)
class _Run:
    """The gradebooks and letters of one delivery, one after the other, and what counts across them."""

    rounds: Rounds
    delivery: Delivery
    #: How many more letters may be handed over today.
    room: float
    #: How many letters were due when it began.
    due: int
    await_turn: Callable[[], bool]
    progress: Callable[[int, int], None]
    #: The people (by digest) whose letters were refused for good since one was last taken.
    refused: set[str]
    #: Letters in a row that could not be handed over; those tried.
    troubles: int = 0
    done: int = 0
    #: The kind of the last letter's error in the program, and how many letters in a row have ended in it.
    error: str = ""
    errors: int = 0

    def gradebook(
        self, gradebook: GradebookSettings, due: list[Notice], laid: list[Notice], *, may_tick: bool, now: datetime
    ) -> None:
        """The letters of one gradebook: those that are `due`, those `laid` into the drafts, those that are ticked."""
        rounds, delivery, file = self.rounds, self.delivery, self.rounds.file
        if (suspected := rounds.outbox.quarantined(gradebook.spreadsheet)) is not None:
            if due:
                delivery.hold(gradebook.name, suspected, len(due))
            return
        known = rounds.outbox.past(gradebook.name, now.astimezone(file.school.zone).date())
        told = remembered(file, gradebook, known.choices).settings
        wait = why_all_wait(told, now)
        mode = mode_in_force(told, known.first_sync, now)
        look = may_tick or bool(laid)
        if not wait and not look and all(unapproved(notice, mode) for notice in due):
            wait = UNAPPROVED
        if wait and wait != BRAKE:
            # As far as the ledger knows nothing may leave, so the sheet need not be asked; only the brake can be let go
            # of by the sheet alone.
            delivery.counts[wait] += len(due)
            return
        if look:
            try:
                view = rounds.view(gradebook)
                if view.clock:
                    delivery.trouble(view.clock)
                due = rounds.decide(view, due, delivery)
                rounds.take_back(view, laid, delivery)
            except SheetError as problem:
                delivery.trouble(f"{gradebook.name}: {problem}")
                return
        for notice in due:
            if self.troubles >= _GIVE_UP_AFTER:
                delivery.counts["later"] += 1
                continue
            if self.room <= 0:
                # What the provider would refuse is not tried. Nothing has become of these letters; tomorrow they are
                # due still, or their time is over, as for any other reason.
                delivery.counts["enough for today"] += 1
                continue
            if not self.await_turn():
                delivery.counts[TOLD_TO_STOP] += 1
                continue
            try:
                view = rounds.view(gradebook)
            except SheetError as problem:
                delivery.trouble(f"{gradebook.name}: {problem}")
                return
            self._letter(notice, view)

    def _letter(self, notice: Notice, view: View) -> None:
        """One letter, if it may leave as of this look."""
        rounds, delivery = self.rounds, self.delivery
        name = notice.gradebook
        if wait := view.why_all_wait(rounds.clock()):
            if wait == QUARANTINE and view.quarantine is not None:
                delivery.hold(name, view.quarantine, 1)
                return
            delivery.counts[wait] += 1
            if wait == CLOCK:
                delivery.trouble(view.clock)
            elif view.moved:
                delivery.trouble(f"{name}: {'; '.join(view.moved)}; no letter leaves until a sync has looked.")
            return
        if unapproved(notice, view.mode):
            delivery.counts[UNAPPROVED] += 1
            return
        if (skipped := view.skipped(notice)) is not None:
            # Ticked while this delivery was under way.
            if rounds.outbox.decide(skipped, now=rounds.clock(), who=MAIL_TITLE) is not None:
                view.ticked.append((rounds.clock(), NoticeState.CANCELLED))
                delivery.counts["skipped"] += 1
            return
        self._count(notice, rounds.one(notice, view))

    def _alarm(self, notice: Notice, outcome: Outcome) -> str:
        """Why all letters are to be stopped after this one; "" where they are not."""
        self.errors = 0 if not outcome.error else self.errors + 1 if outcome.error == self.error else 1
        self.error = outcome.error
        if outcome.word in TAKEN:
            self.refused.clear()
        if outcome.word in REFUSED:
            self.refused.add(notice.guardian)
        if self.errors >= _BREAK_AFTER:
            return f"{self.errors} letters in a row ended in {said_of(self.error)}"
        if outcome.word in REFUSED and len(self.refused) >= _BREAK_AFTER:
            return f"letters to {len(self.refused)} people in a row were refused for good"
        return outcome.alarm

    def _count(self, notice: Notice, outcome: Outcome) -> None:
        """Count what became of a letter, and what follows for the others."""
        rounds, delivery = self.rounds, self.delivery
        delivery.counts[outcome.word] += 1
        self.room -= outcome.word in AWAY
        alarm = self._alarm(notice, outcome)
        if alarm and rounds.outbox.stop(alarm, now=rounds.clock(), who="deliver"):
            outcome = replace(outcome, trouble=said_of_stop(alarm), for_all=True)
        if outcome.trouble:
            delivery.trouble(outcome.trouble)
        broken = outcome.trouble or outcome.word == "not yet known"
        self.troubles = 0 if not broken else _GIVE_UP_AFTER if outcome.for_all else self.troubles + 1
        self.done += 1
        self.progress(self.done, self.due)
        _log.info("letter key=%s outcome=%s", notice.key[:12], outcome.word)
