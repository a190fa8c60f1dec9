"""Schedules of faults, the ways to send that are put through them, and what must hold afterwards."""

from __future__ import annotations

import base64
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import drawn
from sqlalchemy import insert, select
from world import (
    CLOCKS,
    DELAYS,
    KINDS,
    Book,
    Died,
    Fault,
    Gmail,
    GmailWire,
    Message,
    Sheet,
    Watched,
    World,
    gmail_mailers,
    lines_of,
    smtp_over,
)

from sheets_mastery import outbox
from sheets_mastery.config import Settings, Smtp
from sheets_mastery.envelope import reference, seal, token
from sheets_mastery.errors import MailError, SheetError, SheetsMasteryError
from sheets_mastery.freshlook import View
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.ledger.tables import notice, notice_item
from sheets_mastery.letters import Digest, Letter, LetterPress, NotNow, Rendered, what_it_says
from sheets_mastery.mail import MaildirMailer, SmtpMailer
from sheets_mastery.notices import Notice, NoticeState, letterboxes
from sheets_mastery.outbox import Mailer
from sheets_mastery.plan import decide
from sheets_mastery.reading import Reading
from sheets_mastery.wiring import packaged

#: Ana and Ben owe the essay; each has one guardian, and words by which a letter about them is told.
CLASS = """
Marks:
Student ID | Student           | Level | Guardian Email    | May Be Written To | Essay
Points     |                   |       |                   |                   | 50
Due        |                   |       |                   |                   | 2026-10-16
anaid7     | Quillfeather, Ana | 93    | quill@example.org | yes               | 41
benid8     | Oxenstierna, Ben  | 86    | oxen@example.org  | {permission}      | {mark}
"""
BEFORE = drawn.reading(CLASS.format(permission="yes", mark="40"))
#: What the teacher may do: put Ben's mark right, or forbid writing to his guardian.
ACTS: Mapping[str, Reading] = {
    "put right": drawn.reading(CLASS.format(permission="yes", mark="50")),
    "forbidden": drawn.reading(CLASS.format(permission="no", mark="40")),
}
#: Who may receive what is written about whom: the canary of a letter and its only recipient.
STUDENTS = {"anaid7": ("Ana", "quill@example.org"), "benid8": ("Ben", "oxen@example.org")}
#: Friday, 16:30 in Chicago.
START = datetime(2026, 10, 30, 21, 30, tzinfo=UTC)
#: When the sync decided: long enough before for the second look.
SYNCED = START - timedelta(minutes=10)
#: The seconds at which a delivery is begun, however the last one ended: half the afternoon, the evening, then every
#: school day until the letters' time is over.
TURNS = (0, 300, 1800, 3600, 5100, *(hours * 3600 for hours in (6, 62.6, 64, 72, 90, 114, 138, 162, 186)))
#: A mark that was put right so long before a letter was sent must not be told.
FRESH = 120.0
#: The seconds at which the teacher acts; None for never.
MOMENTS = (None, None, -130.0, 0.4, 2.0, 20.0, 60.0, 119.0, 250.0, 1000.0, 2000.0)
TRANSPORTS = ("gmail", "gmail, send only", "gmail, send + metadata", "smtp", "maildir")


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One course of events."""

    transport: str
    faults: tuple[Fault, ...]
    #: What the teacher does, and when.
    act: str = "put right"
    moment: float | None = None
    #: Whether there is a letter about Ana as well; the one about Ben is always there.
    both: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the letters of one schedule."""

    #: How many letters ended "sent", "withdrawn", "expired" or "for a person".
    ends: Counter[str]
    #: What must not be: "lost", "duplicate", "untrue", "stuck", "wrong reader" and "sent though cancelled", counted.
    wrong: Counter[str]
    #: Deliveries that were begun.
    turns: int
    #: Drafts that lie in the mailbox, unsent, after everything.
    drafts: int
    #: What happened on the way: (step, where, what).
    happened: tuple[tuple[int, str, str], ...]


#: A way to deliver: (book, sheet, mailer, world, lab) → nothing.
Deliver = Callable[["Book", Sheet, Watched, World, "Lab"], None]


class Press(LetterPress):
    """The real press, which sets the same letter only once."""

    def __init__(self) -> None:
        super().__init__(packaged("letters"))
        self._set: dict[tuple[Letter | Digest, str], Rendered] = {}
        self._sealed: dict[tuple[str, str, str], bytes] = {}

    def render(self, letter: Letter | Digest, language: str) -> Rendered:
        if (letter, language) not in self._set:
            self._set[letter, language] = super().render(letter, language)
        return self._set[letter, language]

    def seal(self, rendered: Rendered, notice: Notice, *, recipient: str, **others: Any) -> bytes:
        """The real envelope; the date on it is that of the first."""
        which = notice.key, recipient, rendered.text
        if which not in self._sealed:
            self._sealed[which] = seal(rendered, notice, recipient=recipient, **others)
        return self._sealed[which]


@dataclass(kw_only=True)
class Lab:
    """Where schedules are played: one ledger that is put back after each, one press, one client of Gmail."""

    ledger: Ledger
    folder: Path
    settings: Settings
    press: Press = field(default_factory=Press)
    wire: GmailWire = field(default_factory=GmailWire)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    letters: tuple[Notice, ...] = ()

    @classmethod
    def open(cls, url: str, folder: Path, before: Reading = BEFORE) -> Self:
        """A ledger after the first sync of a class."""
        settings = drawn.settings(
            "[letters]\nhold_hours = 0\nquiet_hours = 0\nmarking_share = 0\n[guard]\nletters_share = 1"
        )
        ledger = open_ledger(url, now=SYNCED, new_secret=bytes)
        (book,) = settings.gradebooks
        past = ledger.past(book.name, SYNCED.date())
        ledger.record(book.name, decide(before, past, settings, book, SYNCED).facts, now=SYNCED)
        lab = cls(ledger=ledger, folder=folder, settings=settings, letters=ledger.waiting())
        with ledger._database.reading() as connection:
            for table in (notice, notice_item):
                lab.rows[table.name] = [dict(row) for row in connection.execute(select(table)).mappings()]
        lab.gmail_mailers = gmail_mailers(lab.wire)
        return lab

    def __post_init__(self) -> None:
        self.gmail_mailers: dict[str, Mailer] = {}
        self._insert = {table.name: insert(table) for table in (notice, notice_item)}

    def close(self) -> None:
        self.ledger.close()

    def put_back(self, *, both: bool = True) -> None:
        """Let nothing have been sent; without Ana's letter, unless both are wanted."""
        bens = {each.key for each in self.letters if both or each.student == "benid8"}
        with self.ledger._database.writing() as connection:
            for table in ("audit", "notice_item", "notice"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
            for rows, column in ((notice, "key"), (notice_item, "notice")):
                wanted = [row for row in self.rows[rows.name] if row[column] in bens]
                connection.execute(self._insert[rows.name], wanted)
            connection.exec_driver_sql("UPDATE install SET send_seq = 0, stopped = ''")
        shutil.rmtree(self.folder / "outbox", ignore_errors=True)

    def play(self, schedule: Schedule, deliver: Deliver) -> Outcome:
        """Play one schedule to its end."""
        self.put_back(both=schedule.both)
        world = World(start=START, faults=schedule.faults)
        sheet = Sheet(world, BEFORE, ACTS[schedule.act], schedule.moment)
        gmail = Gmail(world)
        self.wire.world, self.wire.gmail = world, gmail
        book = Book(self.ledger, world)

        def turn() -> None:
            # Each is a process of its own: what another one had in memory or on the line is gone.
            mailer = self._mailer(schedule.transport, world)
            try:
                deliver(book, sheet, mailer, world, self)
            except (Died, SheetsMasteryError):
                return

        world.another = turn
        turns = 0
        for second in TURNS:
            world.pass_time(max(0.0, second - world.real))
            if not self._open() and not world.late:
                break
            turn()
            turns += 1
        world.pass_time(7200)
        return self._judged(schedule, world, gmail, turns)

    def steps_of(self, schedule: Schedule, deliver: Deliver) -> tuple[str, ...]:
        """The kinds of the steps of a schedule, in order."""
        self.play(schedule, deliver)
        return tuple(self.wire.world.kinds)

    def _mailer(self, transport: str, world: World) -> Watched:
        if transport in self.gmail_mailers:
            return Watched(self.gmail_mailers[transport], world)
        if transport == "smtp":
            peer = Smtp(host="127.0.0.1", port=25, security="none")
            return Watched(SmtpMailer(peer, None, monotonic=world.monotonic, connect=smtp_over(world)), world)

        def file_taken(key: str) -> None:
            world.files[key] = world.real

        return Watched(MaildirMailer(self.folder / "outbox"), world, file_taken=file_taken)

    def _open(self) -> bool:
        """Whether some letter is neither at its end nor before a person."""
        return any(not state.final and not state.for_a_person for state, _ in self._states().values())

    def _states(self) -> dict[str, tuple[NoticeState, str]]:
        """The letters' states and reasons, by key."""
        with self.ledger._database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT key, state, reason FROM notice").all()
        return {key: (NoticeState(state), reason) for key, state, reason in rows}

    def _judged(self, schedule: Schedule, world: World, gmail: Gmail, turns: int) -> Outcome:
        taken = list(self._taken(world))
        ends: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        states = self._states()
        for letter in self.letters:
            if letter.key not in states:
                continue
            state, reason = states[letter.key]
            mine = [each for each in taken if f"X-SM-Notice: {token(letter.key)}" in lines_of(each.raw)]
            taken = [each for each in taken if each not in mine]
            name, address = STUDENTS[letter.student]
            others = [other for other, _ in STUDENTS.values() if other != name]
            for each in mine:
                wrong["wrong reader"] += f"To: {address}" not in lines_of(each.raw)
                wrong["wrong reader"] += name.encode() not in each.raw or others[0].encode() in each.raw
                late = schedule.moment is not None and each.asked - schedule.moment >= FRESH
                wrong["untrue"] += late and letter.student == "benid8"
            wrong["duplicate"] += len(mine) > 1
            if state is NoticeState.SENT:
                ends["sent"] += 1
                wrong["lost"] += not mine
            elif state is NoticeState.CANCELLED:
                ends["expired" if reason == "expired" else "withdrawn"] += 1
                wrong["sent though cancelled"] += bool(mine)
            elif state.for_a_person:
                ends["for a person"] += 1
            else:
                wrong["stuck"] += 1
        wrong["wrong reader"] += len(taken)
        return Outcome(ends=ends, wrong=+wrong, turns=turns, drafts=len(gmail.drafts), happened=tuple(world.happened))

    def _taken(self, world: World) -> Iterator[Message]:
        yield from world.taken
        for path in (self.folder / "outbox" / "new").glob("*"):
            yield Message(raw=path.read_bytes(), asked=world.files[path.name.partition(".")[0]])


# The ways to send


def by_the_outbox(book: Book, sheet: Sheet, mailer: Watched, world: World, lab: Lab) -> None:
    """The outbox as it is."""
    outbox.deliver(
        sheet,
        book,
        mailer,
        lab.press,
        lab.settings,
        lab.settings.gradebooks,
        clock=world.now,
        lease_owner=f"{world.steps}",
        envelope=lab.press.seal,
    )


def mark_then_send(book: Book, sheet: Sheet, mailer: Watched, world: World, lab: Lab) -> None:
    """What many programs do: note that a letter is sent, and send it. Whatever fails in between loses it."""
    for letter, raw, address in _written(book, sheet, world, lab):
        claimed = book.claim(letter.key, letter.version, now=world.now(), lease_owner="x", lease_seconds=600)
        if claimed is not None and book.move(claimed, NoticeState.SENT, now=world.now()) is not None:
            _at_once(mailer, lab, raw, address, letter.key)


def send_then_mark(book: Book, sheet: Sheet, mailer: Watched, world: World, lab: Lab) -> None:
    """What other programs do: send a letter, and note that it is sent. Whatever fails in between sends it again."""
    for letter, raw, address in _written(book, sheet, world, lab):
        if _at_once(mailer, lab, raw, address, letter.key):
            claimed = book.claim(letter.key, letter.version, now=world.now(), lease_owner="x", lease_seconds=600)
            if claimed is not None:
                book.move(claimed, NoticeState.SENT, now=world.now())


WAYS: Mapping[str, Deliver] = {
    "the outbox": by_the_outbox,
    "mark, then send": mark_then_send,
    "send, then mark": send_then_mark,
}


def _written(book: Book, sheet: Sheet, world: World, lab: Lab) -> Iterator[tuple[Notice, bytes, str]]:
    """The letters that are due, written from one reading, as the outbox writes them."""
    now = world.now()
    book.expire(now)
    due = book.due(now)
    if not due:
        return
    (gradebook,) = lab.settings.gradebooks
    try:
        reading = sheet.read(gradebook.spreadsheet)
    except SheetError:
        return
    past = book.past(gradebook.name, now.astimezone(lab.settings.school.zone).date())
    view = View.of(reading, past, lab.settings, gradebook, now)
    for letter in due:
        standing = view.standings[letter.student]
        boxes, _ = letterboxes(standing.student, lab.settings.letters, view.past.secret)
        words = (
            what_it_says(letter, view.of_one(standing, letter), boxes[0], lab.settings, reference(letter.key))
            if boxes
            else NotNow(why="may not be written to")
        )
        if isinstance(words, NotNow):
            book.move(letter, NoticeState.CANCELLED, now=world.now(), reason=words.why)
            continue
        sealed = lab.press.seal(
            lab.press.render(words, boxes[0].language),
            letter,
            sender=lab.settings.mail.sender,
            recipient=boxes[0].address,
            reply_to=lab.settings.school.reply_to,
            now=now,
        )
        yield letter, sealed, boxes[0].address


def _at_once(mailer: Watched, lab: Lab, raw: bytes, address: str, key: str) -> bool:
    """Send without drafts or last looks; whether the mail service said that it took it."""
    if mailer._mailer in lab.gmail_mailers.values():
        return _in_one_request(lab, raw)
    try:
        mailer.send(
            raw,
            sender=lab.settings.mail.sender,
            recipient=address,
            key=key,
            on_draft=lambda _: None,
            last_look=lambda: None,
        )
    except MailError:
        return False
    return True


def _in_one_request(lab: Lab, raw: bytes) -> bool:
    """By Gmail's `messages.send`."""
    body = json.dumps({"raw": base64.urlsafe_b64encode(raw).decode()}).encode()
    try:
        answer = lab.wire.send(
            "POST", "https://gmail.googleapis.com/gmail/v1/users/me/messages/send", body=body, deadline=0
        )
    except SheetError:
        return False
    return answer.ok


# The schedules


def single_faults(lab: Lab, transport: str) -> Iterator[Schedule]:
    """Every fault that there can be at any step of a delivery without faults, alone."""
    # By SMTP the second letter goes over the connection of the first, so there are two.
    plain = Schedule(transport=transport, faults=(), both=transport == "smtp")
    for step, kind in enumerate(lab.steps_of(plain, by_the_outbox)):
        for number, what in enumerate(KINDS[kind]):
            amounts = {"clock": CLOCKS, "freeze": DELAYS, "late": DELAYS, "thaw": DELAYS, "quota": DELAYS}.get(
                what, (0,)
            )
            for amount in range(len(amounts)):
                yield replace(plain, faults=(Fault(step=step, kind=number, amount=amount),))


#: About as many steps as a delivery of one letter has without faults.
STEPS = {"gmail": 18, "gmail, send only": 15, "gmail, send + metadata": 16, "smtp": 21, "maildir": 14}


def drawn_by_lot(number: int, transport: str = "") -> Schedule:
    """Schedule number so and so of as many as anybody wants: two faults, or one, and perhaps a teacher who acts."""
    chance = random.Random(number)
    transport = transport or chance.choice(TRANSPORTS)
    first = chance.randrange(STEPS[transport])
    second = first + 1 + chance.randrange(20)
    return Schedule(
        transport=transport,
        faults=tuple(
            Fault(step=step, kind=chance.randrange(720720), amount=chance.randrange(12))
            for step in ((first,) if chance.random() < 0.1 else (first, second))
        ),
        act=chance.choice(tuple(ACTS)),
        moment=chance.choice(MOMENTS),
        both=chance.random() < 0.25,
    )


@dataclass
class Tally:
    """What came of many schedules."""

    schedules: int = 0
    letters: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    #: Those of them that nothing excuses. A frozen process that has been taken for dead may still make a draft, of a
    #: letter that nobody asks about any more, and be killed before it throws the draft away; and where Gmail makes a
    #: draft minutes late, a clock that was put on meanwhile lets us look for it too early.
    strays: int = 0
    #: The first schedules with something wrong.
    worst: list[tuple[Schedule, Outcome]] = field(default_factory=list)

    def add(self, schedule: Schedule, outcome: Outcome) -> None:
        self.schedules += 1
        self.letters += 1 + schedule.both
        self.ends += outcome.ends
        self.wrong += outcome.wrong
        self.drafts += outcome.drafts
        kinds = {what.split()[0] for _, _, what in outcome.happened}
        excused = kinds & {"freeze", "thaw"} or kinds >= {"late", "clock"}
        self.strays += 0 if excused else outcome.drafts
        if outcome.wrong and len(self.worst) < 5:
            self.worst.append((schedule, outcome))

    def merge(self, other: Tally) -> None:
        self.schedules += other.schedules
        self.letters += other.letters
        self.ends += other.ends
        self.wrong += other.wrong
        self.drafts += other.drafts
        self.strays += other.strays
        self.worst = (self.worst + other.worst)[:5]


def played(lab: Lab, schedules: Iterable[Schedule], deliver: Deliver) -> Tally:
    """Play schedules, one after the other."""
    tally = Tally()
    for schedule in schedules:
        tally.add(schedule, lab.play(schedule, deliver))
    return tally


def quick_folder() -> str:
    """Where files need not outlive a power cut: in memory, if the machine has room for files there."""
    memory = Path("/dev/shm")
    return tempfile.mkdtemp(prefix="sm-crashes-", dir=memory if memory.is_dir() else None)
