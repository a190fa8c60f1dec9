"""Letters that come back while everything goes wrong: the real reading of what has come back, in a world of faults.

Ana has one guardian; Ben and his sister Bea have the same one. What becomes of Ben's letter after a mail service has
taken it is drawn by lot: it comes back for good, or this time, or is late; somebody forges such a mail. Each delivery
reads what has come back before it sends, as the service does, and every step of that can go wrong as well.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import drawn
import returns
from schedules import START, TURNS, Lab, Tally, by_the_outbox
from sqlalchemy import insert
from world import DELAYS, KINDS, Book, Died, Fault, Gmail, Sheet, World, lines_of

from sheets_mastery.afterwards import Bounce
from sheets_mastery.bounces import Batch
from sheets_mastery.comebacks import Found, read_comebacks
from sheets_mastery.envelope import reference, token
from sheets_mastery.errors import LedgerError, MailboxUnread, SheetsMasteryError
from sheets_mastery.ledger.tables import bounce, notice, notice_item
from sheets_mastery.notices import Notice, NoticeState

CLASS = drawn.reading(
    """
Marks:
Student ID | Student           | Level | Guardian Email    | May Be Written To | Essay
Points     |                   |       |                   |                   | 50
Due        |                   |       |                   |                   | 2026-10-16
anaid7     | Quillfeather, Ana | 93    | quill@example.org | yes               | 41
benid8     | Oxenstierna, Ben  | 86    | oxen@example.org  | yes               | 40
beaid6     | Oxenstierna, Bea  | 86    | oxen@example.org  | yes               | 40
"""
)
ANA, BEN, BEA = "anaid7", "benid8", "beaid6"
ADDRESS = {ANA: "quill@example.org", BEN: "oxen@example.org", BEA: "oxen@example.org"}
#: What comes back, each with the status that a mail server gives: for Ben's letter, or in a forged mail.
RETURNS = {
    "hard": "5.1.1",
    "soft": "4.2.2",
    "delayed": "4.4.1",
    # Whoever got Ana's letter says that Ben's guardian has no mailbox.
    "forged about another": "5.1.1",
    # Somebody who has seen the tab Mastery Mail, where a waiting letter's reference stands.
    "forged by its reference": "4.2.2",
}
WAYS = ("gmail", "gmail, send only", "gmail, send + metadata", "smtp")
#: Seconds after which it comes back.
COMES_AFTER = (0.1, 1.0, 20.0, 100.0, 1000.0, 4000.0, 60_000.0)


@dataclass(frozen=True, kw_only=True)
class Return:
    """One course of events."""

    transport: str
    faults: tuple[Fault, ...]
    #: What comes back: one of RETURNS.
    kind: str
    #: So many seconds after the letter was taken.
    after: float
    #: Whether the same mail comes twice.
    twice: bool
    #: Whether a second delivery finds a frozen one alive: then it reads what has come back, and no more.
    alive: bool = False


@dataclass
class Returning(World):
    """A world in which letters come back."""

    #: What lies in the mailbox, in order.
    mails: list[bytes] = field(default_factory=list)
    #: How many of them the ledger has been told of, with what follows.
    read_to: int = 0
    #: What to do with a letter that a mail service has taken.
    taking: Any = None
    #: The second from which it was in the ledger that nobody is written to at an address.
    suppressed: dict[str, float] = field(default_factory=dict)
    #: What deliveries have said that has come back.
    said: Counter[str] = field(default_factory=Counter)
    alive: bool = False

    def take(self, raw: bytes, asked: float) -> None:
        super().take(raw, asked)
        self.taking(raw)


class Postbox:
    """The mailbox to which letters come back: a `comebacks.Place`."""

    name = "the mailbox"

    def __init__(self, world: Returning) -> None:
        self._world = world

    def read(self, mark: str, _now: datetime) -> Batch:
        wrong, _ = self._world.step("mailbox.read", "sheet")
        if wrong == "error":
            raise MailboxUnread("The mailbox cannot be reached.")
        there = len(self._world.mails)
        return Batch(mails=tuple(self._world.mails[int(mark or 0) :]), mark=str(there) if there else mark)

    def check(self) -> None:
        """It can be read."""

    def close(self) -> None:
        """Nothing is open."""


class Reader(Book):
    """The ledger behind its line, by which is seen from when on nobody is written to at an address."""

    def sole_deliverer(self) -> AbstractContextManager[None]:
        world = self._world
        if isinstance(world, Returning) and world.alive and world.frozen:
            raise LedgerError("Another delivery is at work with this ledger; it will send what is due.")
        return super().sole_deliverer()

    def came_back(self, *args: Any, **named: Any) -> Any:
        world = self._world
        assert isinstance(world, Returning)
        try:
            return super().__getattr__("came_back")(*args, **named)
        finally:
            if self._ledger.suppressed():
                world.suppressed.setdefault(ADDRESS[BEN], world.real)
            world.read_to = int(self._ledger.bookmark(Postbox.name) or 0)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of the letters, as `schedules.Outcome` says it."""

    ends: Counter[str]
    wrong: Counter[str]
    drafts: int
    happened: tuple[tuple[int, str, str], ...]


@dataclass(kw_only=True)
class ReturnLab(Lab):
    """Where they are played."""

    @classmethod
    def at(cls, url: str, folder: Path) -> Self:
        """A ledger after the first sync of the class."""
        return cls.open(url, folder, CLASS)

    def letter(self, student: str) -> Notice:
        (only,) = (each for each in self.letters if each.student == student)
        return only

    def put_back(self, *, both: bool = True) -> None:
        """Let nothing have been sent, and nothing have come back."""
        with self.ledger._database.writing() as connection:
            for table in ("audit", "suppressed", "bounce", "bookmark", "notice_item", "notice"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
            for rows in (notice, notice_item):
                connection.execute(insert(rows), self.rows[rows.name])
            connection.exec_driver_sql("UPDATE install SET send_seq = 0, stopped = ''")

    def play_return(self, schedule: Return) -> tuple[Ended, Returning]:
        """Play one schedule to its end."""
        self.put_back()
        world = Returning(start=START, faults=schedule.faults, alive=schedule.alive)
        sheet = Sheet(world, CLASS, CLASS, None)
        gmail = Gmail(world)
        self.wire.world, self.wire.gmail = world, gmail
        book, place = Reader(self.ledger, world), Postbox(world)
        secret = self.ledger.install().secret

        def comes_back(mail: bytes) -> None:
            for number in range(1 + schedule.twice):
                world.late.append((world.real + schedule.after * (1 + number), lambda: world.mails.append(mail)))

        def taking(raw: bytes) -> None:
            status, about = RETURNS[schedule.kind], BEN
            if schedule.kind == "forged about another":
                about = ANA
            if f"X-SM-Notice: {token(self.letter(about).key)}" not in lines_of(raw):
                return
            if schedule.kind != "forged by its reference":
                action = "delayed" if schedule.kind == "delayed" else "failed"
                comes_back(returns.about(raw, ADDRESS[BEN], status=status, action=action))

        world.taking = taking
        if schedule.kind == "forged by its reference":
            comes_back(returns.postfix(ADDRESS[BEN], reference(self.letter(BEN).key), status=RETURNS[schedule.kind]))

        def turn() -> None:
            mailer = self._mailer(schedule.transport, world)
            try:
                found: Found = read_comebacks(place, book, secret, world.now())
                world.said += found.counts
                by_the_outbox(book, sheet, mailer, world, self)
            except (Died, SheetsMasteryError):
                return

        world.another = turn
        for second in TURNS:
            world.pass_time(max(0.0, second - world.real))
            if not self._open() and not world.late and world.read_to == len(world.mails):
                break
            turn()
        world.pass_time(7200)
        return self._ended(schedule, world, gmail), world

    def _ended(self, schedule: Return, world: Returning, gmail: Gmail) -> Ended:
        ends: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        states = self._states()
        people = {each.guardian for each in self.ledger.suppressed()}
        with self.ledger._database.reading() as connection:
            rows = connection.execute(bounce.select()).all()
        came = {each.key: [row for row in rows if row.letter == each.key] for each in self.letters}
        for letter in self.letters:
            state, reason = states[letter.key]
            mine = [each for each in world.taken if f"X-SM-Notice: {token(letter.key)}" in lines_of(each.raw)]
            wrong["duplicate"] += len(mine) > 1
            address = ADDRESS[letter.student]
            wrong["wrong reader"] += any(f"To: {address}" not in lines_of(each.raw) for each in mine)
            silent = world.suppressed.get(address)
            wrong["sent to nobody"] += silent is not None and any(each.asked > silent for each in mine)
            if state is NoticeState.SENT:
                ends["sent"] += 1
                wrong["lost"] += not mine
            elif state is NoticeState.CANCELLED:
                ends["expired" if reason == "expired" else "withdrawn"] += 1
                wrong["withdrawn for nothing"] += reason != "expired" and letter.guardian not in people
            elif state.for_a_person:
                ends["for a person"] += 1
            else:
                wrong["stuck"] += 1
            # Each mail is one row, however often it came or was read, and shows that the letter has left.
            wrong["counted twice"] += len(came[letter.key]) > 1
            wrong["not settled"] += schedule.kind != "forged by its reference" and bool(
                came[letter.key] and state not in {NoticeState.SENT, NoticeState.CANCELLED}
            )
        wrong["counted twice"] += max(world.said["came back for good"], world.said["came back"]) > 1
        about = self.letter(ANA if schedule.kind == "forged about another" else BEN).key
        wrong["forgotten"] += bool(
            world.mails and schedule.kind != "forged by its reference" and [row.letter for row in rows] != [about]
        )
        wrong["not as it was"] += any(row.bounce is not self._meant(schedule) for row in rows)
        wrong["suppressed for nothing"] += bool(people) and schedule.kind != "hard"
        wrong["not suppressed"] += bool(world.mails) and schedule.kind == "hard" and len(people) != 1
        ends["came back"] += len(rows)
        return Ended(ends=ends, wrong=+wrong, drafts=len(gmail.drafts), happened=tuple(world.happened))

    @staticmethod
    def _meant(schedule: Return) -> Bounce:
        return {
            "hard": Bounce.HARD,
            "delayed": Bounce.DELAYED,
            "forged about another": Bounce.ELSEWHERE,
        }.get(schedule.kind, Bounce.SOFT)


def by_lot(number: int) -> Return:
    """Schedule number so and so of as many as anybody wants, with one fault or two."""
    chance = random.Random(number)
    first = chance.randrange(70)
    second = first + 1 + chance.randrange(40)
    return Return(
        transport=chance.choice(WAYS),
        faults=tuple(
            Fault(step=step, kind=chance.randrange(720720), amount=chance.randrange(12))
            for step in ((first,) if chance.random() < 0.2 else (first, second))
        ),
        kind=chance.choice(tuple(RETURNS)),
        after=chance.choice(COMES_AFTER),
        twice=chance.random() < 0.3,
        alive=chance.random() < 0.5,
    )


def while_in_hand(lab: ReturnLab, transport: str) -> Iterator[Return]:
    """A second delivery reads what has come back at each step of a first one, which may have Bea's letter in hand."""
    plain = Return(transport=transport, faults=(), kind="hard", after=0.1, twice=False, alive=True)
    _, world = lab.play_return(plain)
    for step, kind in enumerate(world.kinds):
        if "freeze" in KINDS[kind]:
            freeze = Fault(step=step, kind=KINDS[kind].index("freeze"), amount=DELAYS.index(1.0))
            yield replace(plain, faults=(freeze,))


def played_returns(lab: ReturnLab, schedules: Iterable[Return]) -> Tally:
    """Play schedules, one after the other."""
    tally = Tally()
    for schedule in schedules:
        ended, _ = lab.play_return(schedule)
        tally.schedules += 1
        tally.letters += len(lab.letters)
        tally.ends += ended.ends
        tally.wrong += ended.wrong
        tally.drafts += ended.drafts
        if ended.wrong and len(tally.worst) < 5:
            tally.worst.append((schedule, ended))  # type: ignore[arg-type]
    return tally
