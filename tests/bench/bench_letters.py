"""How many letters leave in a second by a mail server, and how much of Gmail's quota is used.

    .venv/bin/python tests/bench/bench_letters.py smtp [LETTERS]
    .venv/bin/python tests/bench/bench_letters.py gmail [MINUTES]

The real service delivers from a ledger in SQLite, with readings of the local Google. `smtp`: to aiosmtpd, a mail server
of another house; it and the local Google run in processes of their own. `gmail`: to the local Google's Gmail while it
enforces Gmail's own quota of units a minute and user, for so many minutes of real time; a refusal ends it with 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import gspread
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import event

from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.wiring import Service

SETTINGS = """
[school]
name = "Lincoln School"
teacher = "Ms Rivera"
reply_to = "rivera@school.example"
time_zone = "UTC"
[google]
credentials = "local"
endpoint = "{endpoint}"
[mail]
sender = "rivera@school.example"
transport = "{transport}"
mode = "send"
daily_most = 100000
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[letters]
hold_hours = 0
quiet_hours = 0
marking_share = 0
second_look_minutes = 0
[guard]
letters_share = 1
[[gradebooks]]
name = "Algebra 1"
spreadsheet = "{spreadsheet}"
"""
#: A school day in the afternoon.
START = datetime.fromisoformat("2026-10-30T14:00:00+00:00")
#: Gmail's own quota (local_google/quotas.py).
UNITS = 6_000
#: How much of it has to be used.
SHARE = 0.95


class Postman:
    """Takes every letter and counts."""

    taken = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - theirs
        self.taken += 1
        return f"250 2.0.0 Ok: queued as {self.taken}"


def answer_as_google(folder: str, line: Connection) -> None:
    """A local Google, until the line is closed."""
    with LocalGoogle(Path(folder)) as google, suppress(EOFError):
        line.send(google.url)
        line.recv()


def take_letters(line: Connection) -> None:
    """A mail server, until the line is closed; asked anything, it says how many letters it has taken."""
    postman = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    line.send(port)
    with suppress(EOFError):
        while True:
            line.recv()
            line.send(postman.taken)
    controller.stop()


def class_of(students: int) -> list[list[Any]]:
    """Everybody owes three pieces of work out of ten."""
    works = range(10)
    return [
        ["Student ID", "Student", "Level", "Guardian Email", *(f"Work {work + 1}" for work in works)],
        ["Due", "", "", "", *("2026-10-16" for _ in works)],
        ["Points", "", "", "", *(100 for _ in works)],
        *(
            [
                10_001 + number,
                f"Student {number}",
                86,
                f"family.{number}@homes.example",
                *(70 if work < 3 else 95 for work in works),
            ]
            for number in range(students)
        ),
    ]


def owed(folder: Path, url: str, transport: str, port: int, letters: int) -> Service:
    """A service that owes so many letters."""
    transport_ = SheetsTransport(Wire(LocalCredentials(), endpoint=url), whoami="bench")
    client = gspread.Client(None, http_client=lambda *_, **__: transport_)  # type: ignore[arg-type]  # as in google/
    spreadsheet = client.create("Algebra 1")
    rows = class_of(letters)
    spreadsheet.sheet1.resize(len(rows) + 5, len(rows[0]) + 5)
    spreadsheet.sheet1.update(rows, "A1", raw=False)
    text = SETTINGS.format(endpoint=url, transport=transport, port=port, spreadsheet=spreadsheet.id)
    (folder / "mastery.toml").write_text(text, "utf-8")
    service = Service.load(folder / "mastery.toml", {}, clock=lambda: START)
    service.sync(service.settings.gradebooks[0], "sync")
    assert len(service.ledger.waiting()) == letters
    return service


def moving() -> Callable[[], datetime]:
    """A clock that goes on from START."""
    began = time.time()
    return lambda: datetime.fromtimestamp(START.timestamp() + time.time() - began, START.tzinfo)


def commits_of(service: Service) -> list[int]:
    """Counts the transactions that write, each of which SQLite puts on the disk before it answers."""
    counted = [0]

    def count(connection: Any) -> None:
        counted[0] += bool(connection.get_execution_options().get("writes"))

    event.listen(service.ledger._database.engine, "commit", count)
    return counted


def by_smtp(service: Service, letters: int, peer: Connection) -> int:
    """Deliver so many letters to the mail server."""
    commits = commits_of(service)
    service.clock = moving()
    cpu, began = time.process_time(), time.perf_counter()
    delivery = service.deliver(service.settings.gradebooks)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    peer.send("how many?")
    taken = peer.recv()
    print(f"{taken} letters in {took:.2f} s: {letters / took:.0f} letters/s")
    print(f"a letter: {1000 * cpu / letters:.2f} ms of CPU, {commits[0] / letters:.2f} commits")
    return int((dict(delivery.counts), taken) != ({"sent": letters}, letters))


def by_gmail(service: Service, letters: int, minutes: int, url: str) -> int:
    """Deliver more letters than Gmail takes in so many minutes."""
    requests.post(f"{url}/_local/quotas", json={"GmailUnitsPerMinutePerUser": None}, timeout=10).raise_for_status()
    service.clock = moving()
    spent: list[tuple[float, int]] = []
    count, began = service.pace.spend, time.perf_counter()

    def spend(units: int) -> None:
        spent.append((time.perf_counter() - began, units))
        count(units)

    service.pace.spend = spend  # type: ignore[method-assign]  # to see what it is told
    delivery = service.deliver(service.settings.gradebooks)
    took = time.perf_counter() - began
    used = sum(units for when, units in spent if when <= 60 * minutes)
    share = used / (UNITS * minutes)
    answers = Counter(
        each["status"]
        for each in requests.get(f"{url}/_local/requests", timeout=60).json()["requests"]
        if "/gmail/" in each["path"]
    )
    print(f"{dict(delivery.counts)} in {took:.0f} s; answers by status: {dict(answers)}")
    print(f"{share:.1%} of the quota was used in {minutes} minutes")
    return int(share < SHARE or set(answers) - {200} != set() or dict(delivery.counts) != {"sent": letters})


def main() -> int:
    """Measure and print; 1 where something was refused or too little was used."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("transport", choices=["smtp", "gmail"])
    asked.add_argument("amount", type=int, nargs="?")
    options = asked.parse_args()
    smtp, spawn = options.transport == "smtp", multiprocessing.get_context("spawn")
    minutes = options.amount or 3
    letters = (options.amount or 1000) if smtp else 50 * minutes
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder, lines = Path(name), []
        for work, *more in ((answer_as_google, f"{folder}/google"), (take_letters,)):
            here, there = spawn.Pipe()
            process = spawn.Process(target=work, args=(*more, there), daemon=True)
            process.start()
            there.close()
            running.callback(process.join)
            running.callback(here.close)
            lines.append(here)
        url, port = lines[0].recv(), lines[1].recv()
        service = owed(folder, url, options.transport, port, letters)
        running.callback(service.close)
        _ = service.press, service.ledger  # connected before anything is measured
        return by_smtp(service, letters, lines[1]) if smtp else by_gmail(service, letters, minutes, url)


if __name__ == "__main__":
    sys.exit(main())
