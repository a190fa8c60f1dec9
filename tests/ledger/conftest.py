"""One suite, two databases: everything that asks for `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from databases import new_database, postgresql_server, with_driver
from sqlalchemy import NullPool, create_engine, make_url, select

from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.ledger.tables import metadata
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import Notice
from sheets_mastery.past import Facts, LevelChange, VerdictChange
from sheets_mastery.remediation import Attempt, AttemptKind, Remediation
from sheets_mastery.shape import TabShape

__all__ = ["postgresql_server"]

NOW = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
TODAY = date(2026, 10, 30)


@pytest.fixture
def now() -> datetime:
    """Friday afternoon."""
    return NOW


@pytest.fixture
def facts() -> Facts:
    """A first sync: Ana owes an essay, Ben has mastered it, Cem has no contract; one letter to one guardian."""
    return Facts(
        reading="reading 1",
        shape=(
            TabShape(sheet_id=0, title="Marks", id_label="ID", name_label="Student", assignments=("essay", "quiz 1")),
        ),
        students={"ana": "digest of Ana", "ben": "digest of Ben", "cem": "digest of Cem"},
        verdicts=(
            VerdictChange(work=("ana", "essay"), before=None, after=Verdict.RETAKE),
            VerdictChange(work=("ben", "essay"), before=None, after=Verdict.MASTERED),
            VerdictChange(work=("cem", "essay"), before=None, after=Verdict.NO_CONTRACT),
        ),
        levels=(
            LevelChange(student="ana", before=None, after=Fraction(93), signed_by="Rosa Quintanilla", since=TODAY),
            LevelChange(student="ben", before=None, after=Fraction(1721, 20), signed_by="", since=None),
            LevelChange(student="cem", before=None, after=None, signed_by="", since=None),
        ),
        attempts=(
            Attempt(work=("ana", "essay"), number=1, kind=AttemptKind.ORIGINAL, share=Fraction(43, 50), on=TODAY),
            Attempt(work=("ben", "essay"), number=1, kind=AttemptKind.ORIGINAL, share=Fraction(1), on=TODAY),
        ),
        episodes=(episode("ana essay", ("ana", "essay")),),
        new_notices=(letter("key 1", ("ana essay",)),),
        joined=(),
        withdrawn=(),
    )


def episode(name: str, work: tuple[str, str]) -> Remediation:
    """An open episode."""
    return Remediation(id=name, work=work, opened=TODAY, help="video", due=TODAY + timedelta(days=3), attempts=1)


def letter(key: str, episodes: tuple[str, ...], **others: Any) -> Notice:
    """A letter that may leave now and for five days, about Ana to her mother."""
    usual = Notice(
        key=key,
        gradebook="period 1",
        kind="missing",
        student="ana",
        guardian="digest of the mother",
        slot=TODAY,
        not_before=NOW,
        expires=NOW + timedelta(days=5),
        episodes=episodes,
    )
    return replace(usual, **others)


@pytest.fixture
def new_letter() -> Callable[..., Notice]:
    """Makes a letter that may leave now: new_letter(key, episodes, **fields)."""
    return letter


@pytest.fixture
def new_episode() -> Callable[[str, tuple[str, str]], Remediation]:
    """Makes an open episode."""
    return episode


@pytest.fixture
def no_facts() -> Facts:
    """A sync that learnt nothing, to be filled by `replace`."""
    return Facts(
        reading="reading 2",
        shape=None,
        students=None,
        verdicts=(),
        levels=(),
        attempts=(),
        episodes=(),
        new_notices=(),
        joined=(),
        withdrawn=(),
    )


@pytest.fixture
def contents() -> Callable[[str], dict[str, list[tuple[Any, ...]]]]:
    """Reads every row of every table, by a connection of its own."""

    def read(url: str) -> dict[str, list[tuple[Any, ...]]]:
        engine = create_engine(with_driver(url), poolclass=NullPool)
        with engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }

    return read


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An open ledger."""
    with open_ledger(url, now=NOW, new_secret=bytes, wait_seconds=60) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    yield from _database(request, tmp_path, template=None)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger; its tables may be there already."""
    yield from _database(request, tmp_path, template="postgresql_template")


def _database(request: pytest.FixtureRequest, tmp_path: Path, *, template: str | None) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/mastery.sqlite"
        return
    server: str = request.getfixturevalue("postgresql_server")
    source = make_url(request.getfixturevalue(template)).database if template else "template0"
    with new_database(server, f"TEMPLATE {source}") as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """A database to copy: making the tables takes five times as long."""
    with new_database(postgresql_server, "TEMPLATE template0") as address:
        open_ledger(address, now=NOW, new_secret=bytes).close()
        yield address


class Child:
    """`child.py` at work: `go()` lets it begin, `says()` is its next line."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("child.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        """Its next line; "" when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def go(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@pytest.fixture
def child() -> Iterator[Callable[..., Child]]:
    """Starts programs: child(what, url, …)."""
    started: list[Child] = []

    def start(*arguments: str) -> Child:
        started.append(Child(*arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        with each.process:
            pass
