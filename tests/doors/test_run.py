"""The scheduled job as a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.doors.conftest import Office

ALWAYS = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nhours = "00:00-23:59"'
EDITS = ":batchUpdate"


def here() -> str:
    """A time zone in which it is not about midnight, when even a school that is always open is closed for a minute."""
    return "Etc/UTC" if 1 <= datetime.now(UTC).hour < 22 else "Asia/Tokyo"


@pytest.fixture
def awake(open_office: Callable[..., Office], usual_class: tuple[tuple[str, ...], ...]) -> Office:
    """A school that is open at this very moment, with no due dates to compare it with."""
    header, points, _, *students = usual_class
    office = open_office([header, points, *students])
    office.change('time_zone = "America/Chicago"', f'time_zone = "{here()}"\n{ALWAYS}')
    return office


@contextmanager
def running(office: Office) -> Iterator[subprocess.Popen[str]]:
    """`sheets-mastery run` in the folder of the settings."""
    job = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "sheets_mastery", "run"],
        cwd=office.school.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SHEETS_MASTERY_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with job:
        try:
            yield job
        finally:
            job.kill()


def last_run(office: Office) -> tuple[str, str, bool]:
    """The last sync in the ledger: command, outcome, whether it ended. A delivery is a run of its own."""
    service = office.school.service()
    delivered, last = service.ledger.last_runs(limit=2)
    assert (delivered.command, delivered.outcome) == ("deliver", "done")
    service.close()
    return last.command, last.outcome, not last.interrupted


def ours(office: Office) -> list[str]:
    """The titles of the tabs."""
    return [tab.title for tab in office.school.spreadsheet.worksheets()]


def test_the_job_syncs_and_delivers_and_stops_cleanly_while_it_waits(awake: Office) -> None:
    with running(awake) as job:
        assert job.stderr is not None
        synced, waiting = job.stderr.readline(), job.stderr.readline()
        job.send_signal(signal.SIGTERM)
        out, err = job.communicate()
    assert (synced.startswith("Algebra 1: plan "), waiting.startswith("Next run: ")) == (True, True)
    assert (job.returncode, out.split(), err) == (0, ["Letters", "sent", "2"], "")
    assert (ours(awake), len(awake.school.letters())) == (["Marks", "Mastery", "Mastery Settings", "Mastery Mail"], 2)
    assert last_run(awake) == ("run", "done", True)


def test_told_to_stop_in_the_middle_of_a_write_it_finishes_that_and_begins_nothing_else(awake: Office) -> None:
    fault = {"method": "POST", "regex": EDITS, "delay_ms": 700}
    awake.school.post("/_local/faults", fault)
    with running(awake) as job:
        while awake.school.get("/_local/faults")["faults"][-1]["left"]:
            assert job.poll() is None
        job.send_signal(signal.SIGTERM)
        out, _ = job.communicate()
    assert (job.returncode, out.split()) == (0, ["Letters", "told", "to", "stop", "2"])
    assert (ours(awake), len(awake.school.letters())) == (["Marks", "Mastery", "Mastery Settings", "Mastery Mail"], 0)
    assert last_run(awake) == ("run", "done", True)


def test_a_gradebook_that_cannot_be_read_does_not_end_the_job(awake: Office) -> None:
    awake.access("none")
    with running(awake) as job:
        assert job.stderr is not None
        trouble = [job.stderr.readline() for _ in range(3)]
        job.send_signal(signal.SIGTERM)
        job.communicate()
    awake.access("writer")
    sentence = (
        "Algebra 1: The spreadsheet is not shared with the local account; share it with that account as Editor.\n"
    )
    assert (job.returncode, trouble[0], trouble[1]) == (0, sentence, "No letter is due.\n")
    assert last_run(awake) == ("run", "failed", True)


@pytest.mark.parametrize(
    ("now", "shown", "letters"),
    [("2026-10-30T16:30", "Letters sent 2", 2), ("2026-10-30T20:00", "Letters outside hours 2", 0)],
)
def test_once_is_one_sync_and_one_delivery(office: Office, now: str, shown: str, letters: int) -> None:
    answer = office.run("run", "--once", "--now", now)
    assert (answer.code, answer.out.split()) == (0, shown.split())
    assert (ours(office), len(office.school.letters())) == (
        ["Marks", "Mastery", "Mastery Settings", "Mastery Mail"],
        letters,
    )


def test_once_ends_with_the_code_of_its_worst_part(office: Office) -> None:
    office.add("[guard]\nletters_least = 1\n")
    assert office.run("run", "--once", "--now", "2026-10-30T16:30").code == 3
    office.access("none")
    answer = office.run("run", "--once", "--now", "2026-10-30T16:30")
    office.access("writer")
    assert answer.code == 1
