"""One student's open work, and the press that ships with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheets_mastery import config
from sheets_mastery.contracts import Contract
from sheets_mastery.envelope import reference
from sheets_mastery.gradebook import Assignment, ContractCells, Place, Student
from sheets_mastery.gradebook.records import key
from sheets_mastery.letters import Letter, LetterPress, missing_letter
from sheets_mastery.mastery import Judged, Standing, Verdict
from sheets_mastery.notices import Letterbox, Notice
from sheets_mastery.remediation import Remediation

KEY = "ab" * 32
NOW = datetime(2026, 10, 30, 16, 30, tzinfo=ZoneInfo("America/Chicago"))
SETTINGS = """
[school]
name = "Lincoln Middle School"
teacher = "Ms. Rivera"
reply_to = "rivera@lincoln.example.edu"
time_zone = "America/Chicago"
[google]
credentials = "local"
endpoint = "http://127.0.0.1:8787"
[mail]
sender = "mastery@lincoln.example.edu"
[[gradebooks]]
name = "Math 7"
spreadsheet = "sheet-of-math-7"
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One assignment of the student as a test tells it."""

    title: str
    verdict: Verdict = Verdict.RETAKE
    needed: str = "86"
    got: str | None = "72.5"
    help: str = "video"
    due: date = date(2026, 11, 6)
    #: "new", "known", or "" where no sync has seen it missing yet.
    episode: str = "new"


Gather = Callable[..., Letter]


@pytest.fixture(scope="session")
def work() -> type[Work]:
    return Work


@pytest.fixture(scope="session")
def letter_files() -> dict[str, str]:
    """The templates and catalogues that ship with the program."""
    folder = Path(__file__).parents[2] / "config" / "letters"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.fixture(scope="session")
def press(letter_files: dict[str, str]) -> LetterPress:
    return LetterPress(letter_files)


@pytest.fixture(scope="session")
def gather() -> Gather:
    """`missing_letter` for one student, told in a few words."""

    def gathered(
        *pieces: Work,
        name: str = "José Luis Peña",
        guardian: str = "Rosa Peña",
        own: bool = False,
        links: Mapping[tuple[str, str], str] | None = None,
        settings: str = "",
    ) -> Letter:
        student = Student(
            id="00417",
            name=name,
            section="1",
            guardians=(),
            address="",
            language="",
            contract=ContractCells(place=Place(tab="Roster")),
            row=3,
        )
        tier = config.Tier(name="86", pass_mark=Decimal(86))
        standing = Standing(
            student=student,
            contract=Contract(student=student.id, tier=tier, signed_by="", since=None),
            judged=tuple(
                Judged(
                    verdict=each.verdict,
                    needed=Fraction(each.needed),
                    got=Fraction(each.got) if each.got is not None else None,
                )
                for each in pieces
            ),
        )
        episodes = {
            (student.id, key(each.title)): Remediation(
                id=f"{each.episode} {number}",
                work=(student.id, key(each.title)),
                opened=date(2026, 10, 30),
                help=each.help,
                due=each.due,
                attempts=1,
            )
            for number, each in enumerate(pieces)
            if each.episode
        }
        return missing_letter(
            standing,
            tuple(Assignment(title=each.title, column=5, points=None) for each in pieces),
            episodes,
            links or {},
            Letterbox(digest="d", address="rosa@example.org", name=guardian, language="", own=own),
            config.parse(SETTINGS + settings),
            reference(KEY),
            announced=frozenset(each.id for each in episodes.values() if each.id.startswith("new")),
        )

    return gathered


@pytest.fixture(scope="session")
def usual(gather: Gather) -> Letter:
    """A letter with something of everything."""
    return gather(
        Work(title="Project 2: scale drawing", got="85.99", help="small_group", due=date(2026, 11, 3), episode="known"),
        Work(title="Unit 4 quiz"),
        Work(title="Homework 11", verdict=Verdict.NOT_IN, got=None, help="class_time"),
        links={("unit 4 quiz", "video"): "https://school.example/ratios?unit=4&part=1"},
    )


@pytest.fixture(scope="session")
def notice() -> Notice:
    return Notice(
        key=KEY,
        gradebook="Math 7",
        kind="missing",
        student="00417",
        guardian="d",
        slot=NOW.date(),
        not_before=NOW,
        expires=NOW,
        episodes=("new 1", "new 2"),
    )


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW
