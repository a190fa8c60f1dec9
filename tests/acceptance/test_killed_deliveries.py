"""Real SIGKILLs at real moments, in the middle of real deliveries: no letter twice, none lost, none out of sight.

A process that delivers is killed and the next one begins, over and over, until every letter is settled. By Gmail, by a
mail server and into a maildir.
"""

from __future__ import annotations

import base64
import json
import random
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sheets_mastery.envelope import token
from sheets_mastery.ledger import open_ledger
from sheets_mastery.notices import NoticeState
from sheets_mastery.reading import STAMP_KEY

if TYPE_CHECKING:
    from schools import School

STUDENTS = 40
#: Processes that are killed, for each way to send.
KILLS = 70
FRIDAY = datetime(2026, 10, 30, 16, 30, tzinfo=ZoneInfo("America/Chicago"))
#: Between two deliveries: after so long Gmail can be asked about a letter whose answer was lost.
PAUSE = timedelta(minutes=16)
#: A school that never sleeps, so that there is time for many deliveries.
ALWAYS = """days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
hours = "00:00-23:59"
"""
#: Letters that are owed are found by this line.
NOTICE = re.compile(rb"^X-SM-Notice: ([a-z0-9]{26})\r?$", re.MULTILINE)


class Runner:
    """`doomed_delivery.py` at work."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("doomed_delivery.py")
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, now: datetime, **how: Any) -> dict[str, Any]:
        """Deliver there once; what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "now": now.isoformat(), **how}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def end(self) -> None:
        """Let it go."""
        with self._process:
            pass


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    started = Runner()
    yield started
    started.end()


class Postman:
    """A mail server that takes every letter."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 2.0.0 Ok: queued as 4XyZ"


@pytest.fixture
def postman() -> Iterator[tuple[Postman, int]]:
    """A mail server on this machine, and its port."""
    taking = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(taking, hostname="127.0.0.1", port=port)
    controller.start()
    yield taking, port
    controller.stop()


@dataclass(frozen=True, kw_only=True)
class Way:
    """A school that sends in one way."""

    school: School
    #: Every message that has been taken, also those of earlier rounds.
    taken: Callable[[], list[bytes]]
    #: Seconds within which a killed process dies after its first claim.
    within: float
    #: Whether a person may be needed after a kill.
    doubts: bool


@pytest.fixture(params=["gmail", "smtp", "maildir"])
def way(request: pytest.FixtureRequest, make_school: Callable[..., School], postman: tuple[Postman, int]) -> Way:
    """Each of the three."""
    rows = [
        ["Student ID", "Student", "Level", "Guardian Email", "May Be Written To", "Essay"],
        ["Points", "", "", "", "", "50"],
        ["Due", "", "", "", "", "2026-10-16"],
        *(
            [f"id{number}", f"Student {number}", "93", f"guardian{number}@example.org", "yes", "41"]
            for number in range(STUDENTS)
        ),
    ]
    taking, port = postman
    mail = {"gmail": 'transport = "gmail"', "smtp": 'transport = "smtp"', "maildir": ""}[request.param]
    more = f'[mail.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n' if request.param == "smtp" else ""
    school = make_school(
        {"Marks": rows}, mail=mail, more=f"expires_after_days = 60\n[guard]\nletters_share = 1\n{more}"
    )
    settings = school.settings_file.read_text("utf-8")
    school.settings_file.write_text(settings.replace("[google]", f"{ALWAYS}\n[google]", 1), "utf-8")
    if request.param == "gmail":
        known: dict[str, bytes] = {}

        def sent() -> list[bytes]:
            listed = school.get("/gmail/v1/users/me/messages", labelIds="SENT", maxResults=500)
            for each in listed.get("messages", []):
                if each["id"] not in known:
                    raw = school.get(f"/gmail/v1/users/me/messages/{each['id']}", format="raw")["raw"]
                    known[each["id"]] = base64.urlsafe_b64decode(raw)
            return list(known.values())

        return Way(school=school, taken=sent, within=0.12, doubts=True)
    if request.param == "smtp":
        return Way(school=school, taken=lambda: taking.taken, within=0.05, doubts=True)

    def files() -> list[bytes]:
        return [path.read_bytes() for path in (school.folder / "outbox" / "new").glob("*")]

    return Way(school=school, taken=files, within=0.03, doubts=False)


def test_deliveries_killed_at_any_moment_send_each_letter_once_or_ask_a_person(way: Way, runner: Runner) -> None:
    school = way.school
    settings = school.settings_file.read_text("utf-8")
    # Only into a maildir one may deliver at a pretended moment; the sync that owes the letters sends nothing.
    school.settings_file.write_text(settings.replace("\ntransport", "\n#transport"), "utf-8")
    service = school.service()
    service.sync(service.settings.gradebooks[0], "sync")
    service.close()
    school.settings_file.write_text(settings, "utf-8")
    fresh = school.folder / "mastery.sqlite"
    kept = school.folder / "after-the-sync.sqlite"
    shutil.copy(fresh, kept)
    chance = random.Random(20261030)
    kills = rounds = for_a_person = 0
    while kills < KILLS:
        rounds += 1
        for path in school.folder.glob("mastery.sqlite*"):
            path.unlink()
        shutil.copy(kept, fresh)
        # The ledger is put back, and no letter would leave: so the sheet is put back as well.
        stamp = {"dataFilter": {"developerMetadataLookup": {"metadataKey": STAMP_KEY}}}
        school.spreadsheet.batch_update({"requests": [{"deleteDeveloperMetadata": stamp}]})
        shutil.rmtree(school.folder / "outbox", ignore_errors=True)
        before = Counter(way.taken())
        now = FRIDAY
        while kills < KILLS:
            how = {"after": chance.uniform(0, way.within), "early": chance.random() < 0.1}
            answer = runner.run(school.folder, now, **how)
            kills += answer["killed"]
            now += PAUSE
            if not answer["killed"]:
                break
        # Two more that are left in peace: one clears up, and nothing is left for the other.
        runner.run(school.folder, now)
        last = runner.run(school.folder, now + PAUSE)
        assert last == {"killed": False, "counts": {}}

        taken = Counter(NOTICE.findall(raw)[0].decode() for raw in (Counter(way.taken()) - before).elements())
        states = states_of(school)
        assert len(states) == STUDENTS
        assert set(taken) <= {token(key) for key in states}
        assert max(taken.values()) == 1
        for key, state in states.items():
            if state is NoticeState.SENT:
                assert taken[token(key)] == 1, "told as sent, and it never left"
            else:
                # Whether it has left or not, a person is asked.
                assert state is NoticeState.NEEDS_REVIEW
                for_a_person += 1
    assert kills == KILLS
    assert (for_a_person > 0) <= way.doubts
    assert for_a_person <= kills


def states_of(school: School) -> dict[str, NoticeState]:
    """Every letter's state by its key, read by a service that sends nothing."""
    with open_ledger(f"sqlite:///{school.folder / 'mastery.sqlite'}", now=FRIDAY) as ledger:
        return {letter.key: state for state in NoticeState for letter in ledger.in_state(state)}
