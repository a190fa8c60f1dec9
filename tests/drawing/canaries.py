"""Classes in which everything can be told by whose it is, and letters about them, looked at one by one.

    python tests/drawing/canaries.py 1000000

makes so many letters and counts those that hold a word or a mark of another student, or go to somebody who may not be
written to about that student at that moment. Students of one name, siblings with one guardian, rows sorted, swapped and
copied, one column sorted alone, guardians changed and permissions taken back between a sync and the delivery are all in
play, the more of them the larger a class is. The ledger is the real one, and so is everything between a reading and the
bytes. A second number says how many processes do it; without one, as many as there are cores.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import compat32
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from stamped import StampPlace

from sheets_mastery import config
from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.letters import LetterPress
from sheets_mastery.outbox import deliver
from sheets_mastery.plan import decide
from sheets_mastery.reading import EMPTY, Content, Reading, SeenStamp, Tab

ZONE = ZoneInfo("America/Chicago")
#: A Thursday, the day before the weekly letters.
START = datetime(2026, 10, 1, 13, 30, tzinfo=ZONE)
WORKS = ("Fractions", "Essay", "Project")
LANGUAGES = ("en", "es", "fr", "vi", "zh", "ar")
SETTINGS = """
[school]
name = "Lincoln Middle School"
teacher = "Ms. Rivera"
reply_to = "rivera@lincoln.example.edu"
time_zone = "America/Chicago"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
hours = "00:00-23:59"
[google]
credentials = "local"
endpoint = "http://127.0.0.1:8787"
[mail]
sender = "mastery@lincoln.example.edu"
mode = "send"
[letters]
hold_hours = 0
quiet_hours = 0
marking_share = 0
second_look_minutes = 0
per_day = 5
per_week = 20
reminder_after_days = 3
kinds = ["missing", "reminder", "made_good", "weekly", "welcome", "contract"]
opt_out_url = "https://letters.school.example/stop"
[[gradebooks]]
name = "{name}"
spreadsheet = "{spreadsheet}"
"""
HEAD = ("ID", "Student", "Level", "Signed By", *WORKS)
GUARDIAN = (
    "Guardian {}",
    "Guardian {} Email",
    "Guardian {} Language",
    "Guardian {} May Be Written To",
    "Guardian {} How Often",
)
#: Words made of a number, such as "Qaabq": no word of a letter in any language, and none part of another.
_WORD = re.compile(r"[QXZ][a-j]{5}q")
_PERCENT = re.compile(r"(\d+)[.,](\d)\s?%")


def word(letter: str, number: int) -> str:
    return letter + "".join("abcdefghij"[int(digit)] for digit in f"{number:05}") + "q"


@dataclass
class Parent:
    """A guardian of one student, as one row has it."""

    name: str
    address: str
    language: str
    may: str
    often: str


@dataclass
class Pupil:
    """A student: who it is, what is in the row."""

    id: str
    first: str
    level: str
    signed: str
    marks: list[int | str]
    parents: list[Parent]
    #: Every mark this student has ever had, in tenths of a percent.
    had: set[int] = field(default_factory=set)

    def cells(self) -> list[str | int]:
        row: list[str | int] = [self.id, self.first, self.level, self.signed, *self.marks]
        for parent in (*self.parents, Parent("", "", "", "", ""))[:2]:
            row += [parent.name, parent.address, parent.language, parent.may, parent.often]
        return row


class Classroom:
    """One gradebook in memory, with a teacher who does things to it."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.name = f"spreadsheet-of-class-{seed}"
        self.place = StampPlace()
        self.numbers = iter(self.draw.sample(range(10_000, 99_999), 2000))
        # Tenths of a percent, never whole percents, so that a mark is never mistaken for a level.
        self.scores = iter(self.draw.sample([each for each in range(301, 999) if each % 10], 600))
        self.pupils = [self.pupil() for _ in range(self.draw.randint(8, 32))]
        #: How often something happens that happens once among seven students.
        self.often = max(1, len(self.pupils) // 7)
        for _ in range(self.often):
            first, second = self.draw.sample(self.pupils, 2)
            second.first = first.first
            elder, younger = self.draw.sample(self.pupils, 2)
            younger.parents[0] = Parent(**vars(elder.parents[0]))
        #: Rows as they stand in the sheet just now.
        self.rows = [pupil.cells() for pupil in self.pupils]

    def score(self) -> int:
        return next(self.scores)

    def pupil(self) -> Pupil:
        draw = self.draw
        marks: list[int | str] = [self.score() if draw.random() < 0.5 else draw.choice(["M", ""]) for _ in WORKS]
        parents = [self.parent() for _ in range(draw.randint(1, 2))]
        made = Pupil(
            id=f"id{next(self.numbers)}",
            first=word("Q", next(self.numbers)),
            level=draw.choice(["76", "86", "93"]),
            signed=draw.choice(["yes", ""]),
            marks=marks,
            parents=parents,
        )
        made.had = {mark for mark in marks if isinstance(mark, int)}
        return made

    def parent(self) -> Parent:
        name = word("X", next(self.numbers))
        return Parent(
            name=name,
            address=f"{name.lower()}@{self.draw.choice(['home', 'work'])}.example.org",
            language=self.draw.choice(LANGUAGES),
            may=self.draw.choice(["yes", "yes", "yes", "no", ""]),
            often=self.draw.choice(["", "", "each", "weekly", "never"]),
        )

    def read(self, _spreadsheet: str) -> Reading:
        """The sheet as it is."""
        numbered = [label.format(number) for number in (1, 2) for label in GUARDIAN]
        points: list[str | int] = ["Points", "", "", "", 1000, 1000, 1000]
        due: list[str | int] = ["Due", "", "", "", "2026-09-14", "2026-09-14", "2026-09-14"]
        head: list[str | int] = [*HEAD, *numbered]
        table = [head, points, due, *self.rows]
        cells = tuple(tuple(_content(each) for each in row) for row in table)
        tab = Tab(sheet_id=0, title="Marks", rows=100, columns=26, cells=cells)
        return Reading(
            spreadsheet_id=self.name,
            locale="en_US",
            time_zone="America/Chicago",
            tabs=(tab,),
            stamps=self.place.there,
        )

    def stamp(self, _spreadsheet: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        return self.place.carry_out(edits)

    def marking(self) -> None:
        """Some marks change, and some are made good."""
        for pupil in self.pupils:
            for number in range(len(WORKS)):
                if self.draw.random() < 0.3:
                    pupil.marks[number] = self.score()
                    pupil.had.add(int(pupil.marks[number]))
        self.tidy()

    def tidy(self) -> None:
        self.rows = [pupil.cells() for pupil in self.pupils]

    def mischief(self) -> None:
        """What happens to a sheet between a sync and a delivery."""
        for _ in range(self.draw.randint(1, self.often)):
            self.trick()

    def trick(self) -> None:
        draw = self.draw
        match draw.randrange(8):
            case 0:
                draw.shuffle(self.rows)
            case 1:
                one, other = draw.sample(range(len(self.rows)), 2)
                self.rows[one], self.rows[other] = self.rows[other], self.rows[one]
            case 2:
                self.rows.insert(draw.randrange(len(self.rows)), list(draw.choice(self.rows)))
            case 3:
                self.column_alone(draw.choice([0, 1, 7, 8]), draw.randint(2, len(self.rows)))
            case 4:
                who = draw.choice(self.pupils)
                who.parents[0].may = draw.choice(["no", "yes", ""])
                self.tidy()
            case 5:
                who = draw.choice(self.pupils)
                who.parents[0] = self.parent()
                self.tidy()
            case 6:
                self.rows.pop(draw.randrange(len(self.rows)))
            case _:
                self.marking()

    def column_alone(self, column: int, many: int) -> None:
        """One column moves and the rest of the rows does not."""
        rows = self.rows[:many]
        moved = [row[column] for row in rows]
        for row, value in zip(rows, [*moved[1:], moved[0]], strict=True):
            row[column] = value

    def wrong(self, letter: bytes, recipient: str) -> Iterator[str]:
        """What is wrong with a letter that has left just now."""
        # Another policy than the one that the letter was checked with before it left.
        message = message_from_bytes(letter, policy=compat32)
        if message.get_all("To") != [recipient] or "Cc" in message or "Bcc" in message:
            yield "recipients"
        parts = [bytes(part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()]
        said = "\n".join(part.decode("utf-8") for part in parts)
        words = set(_WORD.findall(said))
        marks = {int(whole) * 10 + int(tenth) for whole, tenth in _PERCENT.findall(said)}
        permitted = [pupil for pupil in self.pupils if recipient in self.allowed(pupil)]
        if not permitted:
            yield "nobody may be written to there"
        if not any(
            words <= {pupil.first, *(each.name for each in pupil.parents)} and marks <= pupil.had for pupil in permitted
        ):
            yield "words or marks of another student"
        if not words and "Dear" not in said:
            yield "no canary at all"
        if _WORD.search(letter.partition(b"\r\n\r\n")[0].decode("ascii").replace(recipient, "")):
            yield "a word of a cell in a header"

    def allowed(self, pupil: Pupil) -> set[str]:
        """Who may be written to about a student, by what the rows with that id say just now."""
        rows = [row for row in self.rows if row[0] == pupil.id]
        refused = {
            row[start + 1] for row in rows for start in (7, 12) if row[start + 3] != "yes" or row[start + 4] == "never"
        }
        if len(rows) != 1:
            return set()
        return {str(rows[0][start + 1]) for start in (7, 12) if rows[0][start + 1]} - {str(each) for each in refused}


class Box:
    """A mailer that keeps what it is given."""

    def __init__(self, look: Callable[[bytes, str], None]) -> None:
        self.look = look

    def send(self, letter: bytes, *, sender: str, recipient: str, key: str, **_more: object) -> str:
        self.look(letter, recipient)
        return key

    def close(self) -> None:
        pass

    def recover(self, key: str, draft_id: str) -> str | None:
        return None

    @property
    def ask_after(self) -> timedelta:
        return timedelta(0)


def _content(value: str | int) -> Content:
    if value == "":
        return EMPTY
    return Content(value=Decimal(value) if isinstance(value, int) else value, shown=str(value))


def _at(moment: datetime) -> datetime:
    return moment


def term(seed: int, ledger: Ledger, press: LetterPress) -> tuple[Counter[str], Counter[str]]:
    """Some weeks of one class; how many letters of each kind left, and what was wrong with how many."""
    room = Classroom(seed)
    settings = config.parse(SETTINGS.format(name=f"Class {seed}", spreadsheet=room.name))
    (gradebook,) = settings.gradebooks
    sent: Counter[str] = Counter()
    wrong: Counter[str] = Counter()

    def look(letter: bytes, recipient: str) -> None:
        sent["letters"] += 1
        wrong.update(room.wrong(letter, recipient))

    for step in range(8):
        now = START + timedelta(days=step * 3 + (step % 2))
        room.tidy()
        past = ledger.past(gradebook.name, now.date())
        plan = decide(room.read(""), past, settings, gradebook, now)
        ledger.record(gradebook.name, plan.facts, now=now)
        sent.update(each.kind for each in plan.letters.new)
        later = now + timedelta(hours=30)
        room.mischief()
        done = deliver(
            room,
            ledger,
            Box(look),
            press,
            settings,
            settings.gradebooks,
            clock=partial(_at, later),
            lease_owner="flood",
        )
        sent.update({f"outcome: {name}": count for name, count in done.counts.items()})
        room.marking()
    return sent, wrong


def flood(first_seed: int, letters: int, files: dict[str, str]) -> tuple[Counter[str], Counter[str]]:
    """So many letters at least, of classes from one seed on."""
    press = LetterPress(files)
    sent: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    seed = first_seed
    while sent["letters"] < letters:
        # A new ledger now and then: it grows, and the classes do not need one another.
        with (
            tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder,
            open_ledger(f"sqlite:///{folder}/ledger.sqlite", now=START, new_secret=bytes) as kept,
        ):
            for _ in range(25):
                more, bad = term(seed, kept, press)
                sent += more
                wrong += bad
                seed += 1
                if sent["letters"] >= letters:
                    break
    return sent, wrong


def floods(
    letters: int, files: dict[str, str], *, processes: int, told: Callable[[str], None] = lambda _: None
) -> tuple[Counter[str], Counter[str]]:
    """The same, by several processes; `told` hears now and then how far they are."""
    shares = [min(10_000, -(-letters // processes))]
    while (rest := letters - sum(shares)) > 0:
        shares.append(min(shares[0], rest))
    sent: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    with ProcessPoolExecutor(processes) as pool:
        for more, bad in pool.map(flood, range(0, len(shares) * 10**6, 10**6), shares, [files] * len(shares)):
            sent += more
            wrong += bad
            told(f"{sent['letters']} letters, wrong: {dict(wrong)}")
    return sent, wrong


if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "config" / "letters"
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    cores = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    found, bad = floods(int(sys.argv[1]), texts, processes=cores, told=partial(print, flush=True))
    print(dict(found), "wrong:", dict(bad))
    sys.exit(bool(bad))
