"""Told to stop in the middle: what is in hand is finished, and nothing else is begun. Real processes, real signals."""

from __future__ import annotations

import asyncio
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.notices import NoticeState

if TYPE_CHECKING:
    from tests.doors.conftest import Office

STOPPED = 143
LETTERS = 6
ALWAYS = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nhours = "00:00-23:59"'
NOTICE = re.compile(rb"^X-SM-Notice: ([a-z0-9]{26})\r?$", re.MULTILINE)


class SlowPostman:
    """A mail server that takes its time, and tells when it has a letter in hand."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.in_hand: queue.SimpleQueue[int] = queue.SimpleQueue()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        self.in_hand.put(len(self.taken))
        await asyncio.sleep(0.3)
        self.taken.append(envelope.content)
        return "250 2.0.0 Ok"


@pytest.fixture
def postman() -> Iterator[tuple[SlowPostman, int]]:
    """A slow mail server on this machine, and its port."""
    taking = SlowPostman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(taking, hostname="127.0.0.1", port=port)
    controller.start()
    yield taking, port
    controller.stop()


@pytest.fixture
def awake(open_office: Callable[..., Office], postman: tuple[SlowPostman, int]) -> Office:
    """A school that is open at this very moment and owes a letter about each of its students."""
    rows = [
        ("Student ID", "Student", "Level", "Guardian Email", "May Be Written To", "Essay"),
        ("Points", "", "", "", "", "50"),
        *((f"id{n}", f"Student {n}", "93", f"guardian{n}@example.org", "yes", "41") for n in range(LETTERS)),
    ]
    more = f'[guard]\nletters_share = 1\n[mail.smtp]\nhost = "127.0.0.1"\nport = {postman[1]}\nsecurity = "none"'
    office = open_office(rows, mail='transport = "smtp"', more=more)
    zone = "Etc/UTC" if 1 <= datetime.now(UTC).hour < 22 else "Asia/Tokyo"
    office.change('time_zone = "America/Chicago"', f'time_zone = "{zone}"\n{ALWAYS}')
    return office


def begin(office: Office, *words: str) -> subprocess.Popen[str]:
    """`sheets-mastery …` in the folder of the settings."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "sheets_mastery", *words],
        cwd=office.school.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SHEETS_MASTERY_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ledger(office: Office) -> Ledger:
    """The ledger, to look at."""
    return open_ledger(f"sqlite:///{office.school.folder / 'mastery.sqlite'}", now=datetime.now(UTC))


def states(office: Office) -> Counter[str]:
    """How many letters are in each state."""
    with ledger(office) as opened:
        return Counter({str(state): count for state, count in opened.counts("Algebra 1").items() if count})


def test_deliveries_that_are_told_to_stop_again_and_again_send_every_letter_once(
    awake: Office, postman: tuple[SlowPostman, int]
) -> None:
    taking, _ = postman
    assert awake.run("sync").code == 0
    deploys = 0
    while states(awake)[NoticeState.SENT] < LETTERS:
        before = len(taking.taken)
        words = ("run", "--once") if deploys == 1 else ("deliver",)
        with begin(awake, *words) as job:
            # In the middle of the second letter of each process.
            while taking.in_hand.get(timeout=60) < min(before + 1, LETTERS - 1):
                pass
            job.send_signal(signal.SIGINT if deploys == 0 else signal.SIGTERM)
            out, err = job.communicate(timeout=60)
        deploys += 1
        left = LETTERS - len(taking.taken)
        assert job.returncode == (STOPPED if left else 0)
        assert [line for line in err.splitlines() if not line.startswith("Algebra 1: plan ")] == []
        assert out.split()[:3] == ["Letters", "sent", str(len(taking.taken) - before)]
        assert states(awake) == Counter({"sent": LETTERS - left, "hold": left}) + Counter()
    assert deploys == LETTERS // 2
    assert max(Counter(NOTICE.findall(raw)[0] for raw in taking.taken).values()) == 1
    assert len(taking.taken) == LETTERS
    with ledger(awake) as opened:
        assert opened.last_runs(limit=2)[1].why == "told to stop; the rest leaves at the next delivery"


def test_a_sync_that_is_told_to_stop_finishes_the_gradebook_in_hand_and_begins_no_other(office: Office) -> None:
    office.add('[[gradebooks]]\nname = "Algebra 2"\nspreadsheet = "not-the-id-of-anything"\n')
    office.school.post("/_local/faults", {"method": "POST", "regex": ":batchUpdate", "delay_ms": 700})
    with begin(office, "sync", "--now", "2026-10-30T16:30") as job:
        while office.school.get("/_local/faults")["faults"][-1]["left"]:
            assert job.poll() is None
            time.sleep(0.02)
        job.send_signal(signal.SIGTERM)
        out, err = job.communicate(timeout=60)
    assert (job.returncode, err) == (STOPPED, "")
    assert "Algebra 1" in out
    tabs = [tab.title for tab in office.school.spreadsheet.worksheets()]
    assert tabs == ["Marks", "Mastery", "Mastery Settings", "Mastery Mail"]
    with ledger(office) as opened:
        (run,) = opened.last_runs(limit=5)
    assert (run.gradebook, run.outcome) == ("Algebra 1", "done")
