"""One delivery on its rounds: the look at a gradebook that letters leave from, and every single letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sheets_mastery.afterwards import COMES_BACK
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.corrections import last_digest, untold
from sheets_mastery.envelope import content_digest, digest, reference
from sheets_mastery.errors import (
    MailLater,
    MailNotAsMeant,
    MailRefused,
    MailUnknown,
    SheetError,
    SheetsMasteryError,
)
from sheets_mastery.freshlook import View
from sheets_mastery.leaving import left_lying, unapproved
from sheets_mastery.letters import Digest, Letter, LetterPress, NotNow, digest_of, what_it_says
from sheets_mastery.mailtab import MAIL_TITLE
from sheets_mastery.notices import DIGEST, UNWANTED, Letterbox, Notice, NoticeState, letterboxes, teachers_box
from sheets_mastery.optout import Wish, sign
from sheets_mastery.outbox.clocks import apart
from sheets_mastery.outbox.counts import AWAY, NO_ADDRESS, Delivery, Outcome
from sheets_mastery.outbox.edges import Drafts, Envelope, Mailer, Outbox, Sheets
from sheets_mastery.outbox.handover import hand_over, withdrawn
from sheets_mastery.outbox.mishaps import kind_of, said_of
from sheets_mastery.quiet import Wait
from sheets_mastery.stamps import stamping

#: A claim is good for this long; the mailers' own deadlines are shorter.
LEASE_SECONDS = 600
#: A letter is written from a reading that is no older than this; `handover` says how old it may be when it leaves.
_READ_AGAIN_AFTER = timedelta(seconds=60)
_NO_DRAFTS = 'mail.mode: "drafts" needs transport = "gmail", and nothing is sent meanwhile.'


@dataclass(frozen=True, kw_only=True)
class Rounds:
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
    #: When Google has answered last, by its own clock; None where that is not known, or not wanted.
    google_time: Callable[[], datetime | None]
    #: The last view of each gradebook.
    views: dict[str, View] = field(default_factory=dict)
    #: The spreadsheets that this delivery has put its stamp into.
    stamped: set[str] = field(default_factory=set)
    #: The people (by digest) of whom it was told that there is no such address.
    unknown: set[str] = field(default_factory=set)

    def view(self, gradebook: GradebookSettings) -> View:
        """The gradebook as it is, read again where the last reading is no longer young."""
        now = self.clock()
        view = self.views.get(gradebook.name)
        if view is None or not view.younger_than(_READ_AGAIN_AFTER, now):
            today = now.astimezone(self.file.school.zone).date()
            reading = self.sheets.read(gradebook.spreadsheet)
            clock = apart(now, self.google_time(), self.clock())
            past = self.outbox.past(gradebook.name, today)
            held = self.outbox.examine(reading.spreadsheet_id, reading.stamps, now)
            view = replace(View.of(reading, past, self.file, gradebook, now), quarantine=held, clock=clock)
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
            if moved is not None:
                view.ticked.append((now, moved.state))
            if moved is not None and moved.state is NoticeState.CANCELLED:
                delivery.counts["skipped"] += 1
        gradebook = view.decided[0].notice.gradebook
        return [notice for notice in self.outbox.due(now) if notice.gradebook == gradebook]

    def take_back(self, view: View, laid: list[Notice], delivery: Delivery) -> None:
        """Take the drafts of letters away that are no longer so; one that a person has changed is that person's."""
        now = self.clock()
        if self.drafts is None or view.why_all_wait(now):
            return
        for notice in laid:
            try:
                why = self._no_longer_so(notice, view)
                if not why:
                    continue
                self.drafts.recover(notice.key, notice.draft_id)
            except (MailUnknown, MailLater):
                continue  # changed, gone or out of reach: the next delivery asks again
            except SheetsMasteryError:
                raise
            except Exception as error:  # noqa: BLE001 - one letter must not keep the others from leaving
                delivery.trouble(_program_at_fault(view, kind_of(error, notice.key)))
                continue
            if self.outbox.move(notice, NoticeState.CANCELLED, now=now, reason=why) is not None:
                delivery.counts["withdrawn"] += 1

    def _no_longer_so(self, notice: Notice, view: View) -> str:
        """Why a letter should not lie in the drafts any more; "" where it should, or where that cannot be told."""
        settings, history = view.settings, view.past.history
        standing = view.standings.get(notice.student)
        if standing is None or standing.student.blocked or not view.as_known(standing):
            return ""
        boxes, _ = letterboxes(standing.student, settings.letters, view.past.secret)
        box = next((each for each in boxes if each.digest == notice.guardian), None)
        if box is None:
            return "this person is no longer to be written to"
        if notice.guardian in history.suppressed:
            return COMES_BACK
        if (notice.guardian, notice.kind) in history.opted_out:
            return UNWANTED
        said = what_it_says(notice, view.of_one(standing, notice), box, settings, reference(notice.key))
        return said.why if isinstance(said, NotNow) else ""

    def one(self, notice: Notice, view: View) -> Outcome:
        """Send one letter, or say why not.

        An error in the program concerns this letter, which a person then finds among those that failed, and no other.
        """
        try:
            return self._one(notice, view)
        except SheetsMasteryError:
            raise
        except Exception as error:  # noqa: BLE001 - one letter must not keep the others from leaving
            kind, now = kind_of(error, notice.key), self.clock()
            trouble = _program_at_fault(view, kind)
            claimed = self._claim(notice, now)
            if claimed is None:
                # It was claimed already, so it may have left; the next delivery takes it over and asks.
                return Outcome(word="not yet known", trouble=trouble, error=kind)
            self.outbox.move(claimed, NoticeState.FAILED, now=now, reason=said_of(kind))
            return Outcome(word="not written", trouble=trouble, error=kind)

    def _one(self, notice: Notice, view: View) -> Outcome:
        now, settings = self.clock(), view.settings
        if notice.kind == DIGEST:
            return self._to_the_teacher(notice, view, now)
        standing = view.standings.get(notice.student)
        if standing is None and notice.student not in view.out_of_sight:
            return self._withdraw(notice, "the student is no longer in the gradebook", now)
        if standing is None or standing.student.blocked:
            # Whose row this is cannot be told just now; the letter waits until it can, or expires.
            return Outcome(word="unreadable")
        boxes, _ = letterboxes(standing.student, settings.letters, view.past.secret)
        box = next((each for each in boxes if each.digest == notice.guardian), None)
        if box is None:
            return self._withdraw(notice, "this person is no longer to be written to", now)
        if notice.guardian in view.past.history.suppressed:
            return self._withdraw(notice, COMES_BACK, now)
        if notice.guardian in self.unknown:
            # It was withdrawn when this very delivery was told so.
            return Outcome(word="withdrawn")
        if (notice.guardian, notice.kind) in view.past.history.opted_out:
            return self._withdraw(notice, UNWANTED, now)
        if not view.as_known(standing):
            # Another name or another guardian stands beside this id than at the last sync, perhaps because a column was
            # sorted alone. The next sync, with its guard, says which; until then nothing is said about anybody here.
            return Outcome(word="changed since the last sync")
        if view.enough(notice, settings, now.astimezone(settings.school.zone).date()):
            return Outcome(word="enough for now")
        opt_out = _opt_out(notice, view.past.secret, settings)
        letter = what_it_says(
            notice, view.of_one(standing, notice), box, settings, reference(notice.key), opt_out=opt_out
        )
        if isinstance(letter, NotNow):
            return self._withdraw(notice, letter.why, now) if letter.why else Outcome(word="unreadable")
        if wait := view.wait(notice, standing):
            return self._put_off(notice, wait, now)
        outcome = self._leave(notice, letter, box, view, now, opt_out=opt_out)
        if outcome.word in {*AWAY, "laid into the drafts"}:
            view.written_to.append((notice.student, notice.guardian))
        if outcome.word == NO_ADDRESS:
            self.unknown.add(notice.guardian)
        return outcome

    def _to_the_teacher(self, notice: Notice, view: View, now: datetime) -> Outcome:
        """Send the teacher's digest, to the teacher's own address in the settings and to no other."""
        school = view.settings.school
        box = teachers_box(view.settings.letters, school.reply_to, school.teacher, view.past.secret)
        if box.digest != notice.guardian:
            return self._withdraw(notice, "the teacher has another address now", now)
        if notice.guardian in view.past.history.suppressed:
            return self._withdraw(notice, COMES_BACK, now)
        letters = [each for each in view.past.notices.values() if each.kind != DIGEST]
        since = last_digest(view.past.history, box.digest, now)
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
            to_decide=sum(
                each.state.for_a_person or unapproved(each, view.mode) or left_lying(each) for each in letters
            ),
            stopped=len({person for person, _ in view.past.history.opted_out}),
            corrected=len(untold(view.past.history, box.digest, now)),
            ticked=Counter(to for at, to in (*view.past.history.ticked, *view.ticked) if at > since),
            school=school,
            reference=reference(notice.key),
        )
        if letter is None:
            return self._withdraw(notice, "nothing to say any more", now)
        return self._leave(notice, letter, box, view, now)

    def _leave(
        self, notice: Notice, letter: Letter | Digest, box: Letterbox, view: View, now: datetime, *, opt_out: str = ""
    ) -> Outcome:
        """Set a letter, claim it, and hand it over."""
        press, settings = self.press, view.settings
        # A language without a catalogue is said by `doctor`; meanwhile the school's usual one is written, and where the
        # settings tab names one without a catalogue too, that of the file, which was held against the catalogues.
        wanted = (box.language, settings.letters.language)
        language = next(filter(press.speaks, wanted), self.file.letters.language)
        rendered = press.render(letter, language)
        try:
            sealed = self.envelope(
                rendered,
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
                return Outcome(word="taken by another")
            meant = not isinstance(problem, MailNotAsMeant)
            back = NoticeState.FAILED if meant else NoticeState.BLOCKED
            self.outbox.move(claimed, back, now=now, reason=str(problem))
            return Outcome(word="refused" if meant else "blocked")
        try:
            if not self._stamp(view):
                return Outcome(word="later")
        except SheetError as problem:
            return Outcome(word="later", trouble=f"{view.gradebook.name}: {problem}")
        # The claim is committed before the mail is touched: whoever dies from here on leaves a trace, of the words too.
        words = digest(rendered.subject, box.address, rendered.text, rendered.html)
        claimed = self._claim(notice, now, content=content_digest(view.past.secret, words))
        if claimed is None:
            return Outcome(word="taken by another")
        return self._hand_over(claimed, sealed, box, view)

    def _claim(self, notice: Notice, now: datetime, content: str = "") -> Notice | None:
        return self.outbox.claim(
            notice.key,
            notice.version,
            now=now,
            lease_owner=self.lease_owner,
            lease_seconds=LEASE_SECONDS,
            content=content,
        )

    def _withdraw(self, notice: Notice, why: str, now: datetime) -> Outcome:
        return withdrawn(self.outbox, notice, why, now)

    def _put_off(self, notice: Notice, wait: Wait, now: datetime) -> Outcome:
        """Let a letter wait where it is, and say so on it; what is said already is not said again."""
        if wait.reason == notice.reason and wait.until is None:
            return Outcome(word=wait.word)
        moved = self.outbox.move(notice, notice.state, now=now, reason=wait.reason, not_before=wait.until)
        return Outcome(word=wait.word if moved is not None else "taken by another")

    def _hand_over(self, claimed: Notice, letter: bytes, box: Letterbox, view: View) -> Outcome:
        # What is written to the teacher always leaves.
        by_hand = view.mode.word == "drafts" and claimed.kind != DIGEST
        if not by_hand:
            return hand_over(claimed, letter, box, view, outbox=self.outbox, mailer=self.mailer, clock=self.clock)
        if self.drafts is None:
            self.outbox.move(claimed, NoticeState.READY, now=self.clock(), reason=_NO_DRAFTS)
            return Outcome(word="later", trouble=_NO_DRAFTS, for_all=True)
        return hand_over(
            claimed, letter, box, view, outbox=self.outbox, mailer=self.drafts, clock=self.clock, as_draft=True
        )


def _program_at_fault(view: View, kind: str) -> str:
    return f"{view.gradebook.name}: a letter did not leave because of {said_of(kind)}; the log says where."


def _opt_out(notice: Notice, secret: bytes, settings: Settings) -> str:
    """The web address at which this person can stop letters of this kind; "" where the school has none."""
    if not settings.letters.opt_out_url:
        return ""
    wish = Wish(guardian=notice.guardian, gradebook=notice.gradebook, kind=notice.kind)
    return f"{settings.letters.opt_out_url}?t={sign(wish, secret, settings.letters.opt_out_key)}"
