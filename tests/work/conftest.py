"""A class whose every student can be told by a word, and the work on it with the real ledger and local Google."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from schools import Rows, School, google, gradebook, make_school, teacher
from settingstab import Panel

from sheets_mastery.config import GradebookSettings
from sheets_mastery.notices import NoticeState
from sheets_mastery.plan import Plan
from sheets_mastery.wiring import Service

__all__ = ["google", "make_school", "teacher"]

#: Ana owes the essay, Ben the essay and the quiz, Cho the quiz; nobody may be written to about Dee, who owes both.
CLASS = (
    ("Student ID", "Student", "Level", "Guardian", "Guardian Email", "May Be Written To", "Missing", "Quiz", "Essay"),
    ("Points", "", "", "", "", "", "", "20", "50"),
    ("Due", "", "", "", "", "", "", "2026-10-09", "2026-10-16"),
    ("anaid7", "Quillfeather, Ana", "93", "Mo Quillfeather", "quill@example.org", "yes", "", "20", "41.25"),
    ("benid8", "Oxenstierna, Ben", "86", "Pa Oxenstierna", "oxen@example.org", "yes", "", "M", "40.75"),
    ("choid9", "Zubizarreta, Cho", "76", "Ma Zubizarreta", "zubi@example.org", "yes", "", "7.25", "50"),
    ("deeid5", "Yarborough, Dee", "86", "Un Yarborough", "yarb@example.org", "no", "", "M", "M"),
)
#: The words by which each student can be told, wherever they turn up.
CANARIES: dict[str, tuple[str, ...]] = {
    "Ana": ("Quillfeather", "quill@", "anaid7"),
    "Ben": ("Oxenstierna", "oxen@", "benid8"),
    "Cho": ("Zubizarreta", "zubi@", "choid9"),
    "Dee": ("Yarborough", "yarb@", "deeid5"),
}
FRIDAY = "2026-10-30T16:30"


@dataclass(kw_only=True)
class Class:
    """The class, and the service that works on it."""

    school: School
    service: Service

    @property
    def gradebook(self) -> GradebookSettings:
        return gradebook(self.service)

    def at(self, moment: str) -> None:
        """Let it be another moment of the school's time, also where letters really leave."""
        then = datetime.fromisoformat(moment).replace(tzinfo=self.service.settings.school.zone)
        self.service.clock = lambda: then

    def change(self, old: str, new: str) -> None:
        """Change a line of the settings and load them anew."""
        text = self.school.settings_file.read_text("utf-8")
        assert old in text
        self.school.settings_file.write_text(text.replace(old, new), "utf-8")
        self.service.close()
        self.service = Service.load(self.school.settings_file, {}, clock=self.service.clock)

    def sync(self) -> Plan:
        return self.service.sync(self.gradebook, "sync")

    def deliver(self) -> dict[str, int]:
        """Deliver; how many letters by outcome."""
        return dict(self.service.deliver((self.gradebook,)).counts)

    def type(self, cell: str, text: str) -> None:
        """The teacher types something into a cell of the marks."""
        self.school.spreadsheet.worksheet("Marks").update([[text]], cell, raw=False)

    def letters(self) -> dict[str, bytes]:
        """The letters in the maildir, by the student whose word is in them."""
        return {about(path.read_bytes()): path.read_bytes() for path in self.school.letters()}

    def states(self) -> dict[NoticeState, int]:
        """How many letters are in each state."""
        return {state: count for state, count in self.service.ledger.counts(self.gradebook.name).items() if count}

    def ledger_files(self) -> list[Path]:
        """The files of the ledger, with what SQLite keeps beside it."""
        return sorted(self.school.folder.glob("mastery.sqlite*"))


def about(letter: bytes) -> str:
    """The one student whose words are in a letter."""
    (only,) = {name for name, words in CANARIES.items() for word in words if word.encode() in letter}
    return only


@pytest.fixture
def open_class(make_school: Callable[..., School]) -> Iterator[Callable[..., Class]]:
    """Opens a class on a Friday afternoon: open_class(rows of marks, **more for make_school)."""
    opened: list[Class] = []

    def open_one(rows: Rows = CLASS, **more: str) -> Class:
        school = make_school({"Marks": rows}, gradebook='flag_column = "Missing"', **more)
        service = Service.load(school.settings_file, {}, clock=datetime.now)
        opened.append(Class(school=school, service=service))
        opened[-1].at(FRIDAY)
        return opened[-1]

    yield open_one
    for each in opened:
        each.service.close()


@pytest.fixture
def algebra(open_class: Callable[..., Class]) -> Class:
    """The usual class."""
    return open_class()


@pytest.fixture
def panel(algebra: Class) -> Panel:
    """The tab Mastery Settings of the usual class, after its first sync."""
    algebra.sync()
    return Panel(algebra)


@pytest.fixture
def canaries() -> dict[str, tuple[str, ...]]:
    """The words by which each student can be told."""
    return CANARIES
