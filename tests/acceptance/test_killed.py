"""Killing the program at any moment and running it again ends where the run ends that was never killed.

Every case begins from a copy of the same spreadsheet, ledger and maildir. The ledger's secret is copied with it, so
that letters and episodes have the same names everywhere and can be compared.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import NullPool, create_engine, select

from sheets_mastery.ledger.tables import metadata
from sheets_mastery.reading import STAMP_KEY

if TYPE_CHECKING:
    from schools import School

FRIDAY, MONDAY = "2026-10-30T16:30", "2026-11-02T16:30"
CLASS = [
    ["Student ID", "Student", "Level", "Guardian Email", "May Be Written To", "Missing", "Quiz 1", "Essay", "Project"],
    ["Points", "", "", "", "", "", "20", "50", "10"],
    ["Due", "", "", "", "", "", "2026-10-09", "2026-10-16", "2026-10-27"],
    ["00101", "Ana Diaz", "93", "ana.mum@example.org", "yes", "", "18", "50", "10"],
    ["00102", "Ben Okoro", "86", "ben.mum@example.org", "yes", "", "20", "42.9", "9"],
    ["00103", "Cho Kim", "76", "cho.dad@example.org", "yes", "", "20", "50", ""],
    ["00104", "Dee Moss", "86", "dee.mum@example.org", "no", "", "3", "50", "10"],
]
#: What the teacher does between the two runs: Ana makes one thing good and owes another, Cho likewise.
CORRECTIONS = [("G4", 20), ("H4", 1), ("I6", 10), ("H6", 3), ("H7", 7)]
#: What may differ when a run was interrupted: how often it was tried and by whom, and what tells the tale of it.
TOLD = {"version", "attempt", "lease_owner", "lease_no", "lease_until", "reason", "id"}
#: Letters that leave in a run, and writing calls it takes: ten for runs, expiring and stamps, three for each letter.
LETTERS = {FRIDAY: 3, MONDAY: 2}
WRITES = {now: 10 + 3 * letters for now, letters in LETTERS.items()}
#: Other moments at which each run is killed, and pairs of writes at which it is killed twice; all dealt from a seed.
MOMENTS, PAIRS = 18, 8


class Runner:
    """`doomed.py` at work."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("doomed.py")
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, now: str, death: tuple[str, int] | None = None) -> dict[str, Any]:
        """Run a school there once; what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"folder": str(folder), "now": now, **({"death": death} if death else {})}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def end(self) -> None:
        """Let it go."""
        with self._process:
            pass


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where all cases begin."""

    school: School
    #: A folder with a ledger and a maildir to copy.
    folder: Path
    #: The spreadsheet to copy.
    spreadsheet: str
    #: The pretended moment of the runs.
    now: str
    runner: Runner

    def copy(self, name: str) -> Case:
        """The same once more."""
        folder = self.folder.with_name(f"{self.folder.name}-{name}")
        shutil.copytree(self.folder, folder)
        copied = self.school.post(f"/drive/v3/files/{self.spreadsheet}/copy", {"name": "Algebra 1"})["id"]
        settings = folder / "mastery.toml"
        settings.write_text(settings.read_text("utf-8").replace(self.spreadsheet, copied), "utf-8")
        # To the program a copied document is one that a person has to claim; one that has lost its stamp is not.
        every = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": STAMP_KEY}}]}
        stamped = self.school.post(f"/v4/spreadsheets/{copied}/developerMetadata:search", every)
        if stamped:
            requests = [{"deleteDeveloperMetadata": {"dataFilter": every["dataFilters"][0]}}]
            self.school.post(f"/v4/spreadsheets/{copied}:batchUpdate", {"requests": requests})
        return Case(start=self, folder=folder, spreadsheet=copied)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One copy."""

    start: Start
    folder: Path
    spreadsheet: str

    def run(self, death: tuple[str, int] | None = None) -> dict[str, Any]:
        return self.start.runner.run(self.folder, self.start.now, death)

    def state(self) -> dict[str, Any]:
        """The document, the ledger and the maildir, once one more run has told the document which letters have left."""
        assert self.run()["killed"] is False
        answer = self.start.school.get(f"/v4/spreadsheets/{self.spreadsheet}", includeGridData="true")
        return {
            "document": {name: answer[name] for name in ("properties", "sheets")},
            "ledger": known(self.folder / "mastery.sqlite"),
            "letters": {path.relative_to(self.folder): path.read_bytes() for path in mail_in(self.folder)},
        }


def mail_in(folder: Path) -> Iterator[Path]:
    """Every file of the maildir, half-written ones too."""
    return (path for path in (folder / "outbox").rglob("*") if path.is_file())


def known(ledger: Path) -> dict[str, list[Any]]:
    """What the ledger knows, but for its runs, audit and stamps, which tell what happened on the way."""
    engine = create_engine(f"sqlite:///{ledger}", poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table.name: sorted(
                repr({name: value for name, value in row._mapping.items() if name not in TOLD} | _install(row))
                for row in connection.execute(select(table))
            )
            for table in metadata.sorted_tables
            if table.name not in {"run", "audit", "stamp"}
        }


def _install(row: Any) -> dict[str, Any]:
    return {"id": row.id} if "secret" in row._mapping else {}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    started = Runner()
    yield started
    started.end()


@pytest.fixture
def first(make_school: Callable[..., School], runner: Runner) -> Start:
    """A school before its first sync; the ledger is there and empty."""
    school = make_school({"Marks": CLASS}, gradebook='flag_column = "Missing"')
    service = school.service(FRIDAY)
    assert service.ledger.last_runs() == ()
    service.close()
    return Start(school=school, folder=school.folder, spreadsheet=school.spreadsheet.id, now=FRIDAY, runner=runner)


@pytest.fixture
def later(first: Start) -> Start:
    """A school after its first sync and delivery, in which the teacher has put some marks right and found others."""
    case = first.copy("later")
    assert case.run()["killed"] is False
    body = {
        "valueInputOption": "USER_ENTERED",
        "data": [{"range": f"Marks!{cell}", "values": [[mark]]} for cell, mark in CORRECTIONS],
    }
    first.school.post(f"/v4/spreadsheets/{case.spreadsheet}/values:batchUpdate", body)
    return Start(school=first.school, folder=case.folder, spreadsheet=case.spreadsheet, now=MONDAY, runner=first.runner)


@pytest.fixture(params=["first", "later"])
def start(request: pytest.FixtureRequest) -> Start:
    """Both."""
    found: Start = request.getfixturevalue(request.param)
    return found


def test_a_run_killed_before_or_after_any_write_is_made_whole_by_the_next_one(start: Start) -> None:
    unharmed = start.copy("unharmed")
    writes = unharmed.run()["writes"]
    wanted = unharmed.state()
    assert (writes, len(wanted["letters"]) - len(list(mail_in(start.folder)))) == (
        WRITES[start.now],
        LETTERS[start.now],
    )
    for when in ("before", "after"):
        for number in count(1):
            case = start.copy(f"{when}-{number}")
            if not case.run((when, number))["killed"]:
                break
            assert case.run()["killed"] is False
            assert case.state() == wanted, f"killed {when} write {number}"
        assert number == writes + 1


def test_a_run_killed_and_killed_again_on_its_way_back_is_made_whole_by_the_third(start: Start) -> None:
    unharmed = start.copy("unharmed")
    writes = unharmed.run()["writes"]
    wanted = unharmed.state()
    chance = random.Random(20261030)
    for number in chance.sample(range(1, writes + 1), PAIRS):
        case = start.copy(f"twice-{number}")
        assert case.run((chance.choice(["before", "after"]), number))["killed"] is True
        case.run((chance.choice(["before", "after"]), chance.randint(1, writes)))
        assert case.run()["killed"] is False
        assert case.state() == wanted, f"killed first at write {number}"


def test_a_run_killed_at_any_moment_at_all_is_made_whole_by_the_next_one(start: Start) -> None:
    unharmed = start.copy("unharmed")
    calls = unharmed.run(("during", -1))["calls"]
    wanted = unharmed.state()
    chance = random.Random(20261102)
    for number in range(MOMENTS):
        case = start.copy(f"moment-{number}")
        moment = chance.randint(1, calls * 9 // 10)
        assert case.run(("during", moment))["killed"] is True
        assert case.run()["killed"] is False
        assert case.state() == wanted, f"killed at call {moment} of {calls}"
