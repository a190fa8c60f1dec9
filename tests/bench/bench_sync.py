"""What a sync costs, and what the same job costs a plain gspread script.

    .venv/bin/python tests/bench/bench_sync.py [STUDENTSxASSIGNMENTS ...]

For each class: a first sync, a sync of an unchanged sheet, and one after 1 % of the marks were typed anew (below every
level, so that each of them counts), through the real service. Then, on a sheet of its own, the script below: it reads,
judges, writes the words, colours and notes with gspread's everyday calls. It does not know what has changed, so it
always does everything.

The local Google runs in a process of its own: the CPU seconds are those of the client alone. They are told apart by
who spends them: HTTP (sending, waiting for and reading the socket), JSON (writing and parsing), cells (the document to
and from our records), deciding (everything in between), ledger. Medians where there are several runs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import gspread
import requests
from google.auth.credentials import Credentials
from rich.console import Console
from rich.table import Table

from sheets_mastery.edits import Edit
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import GOOGLE, Answer, Wire
from sheets_mastery.ledger import Ledger
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.past import Facts, Past
from sheets_mastery.reading import Reading, Watched
from sheets_mastery.wiring import Service

CLASSES = ["30x20", "150x40", "1000x200"]
LEVELS = (76, 86, 93)
#: With up to so many marks the script goes cell by cell, beyond that row by row.
CELL_BY_CELL = 1_000
#: With more marks than that a sync is measured once instead of three times, …
LARGE = 10_000
#: … and the script is stopped at the student with whom it has made so many requests; the table says so.
PATIENCE = 200
#: Who spends the CPU seconds of a sync.
PARTS = ("HTTP", "JSON", "cells", "deciding", "ledger")
NOW = "2026-10-30T16:30"
SETTINGS = """
[school]
name = "Lincoln School"
teacher = "Ms Rivera"
reply_to = "rivera@school.example"
time_zone = "America/Chicago"
[google]
credentials = "local"
endpoint = "{endpoint}"
[mail]
sender = "rivera@school.example"
[guard]
letters_share = 1
[[gradebooks]]
name = "Algebra 1"
spreadsheet = "{spreadsheet}"
"""

# The class


def class_of(students: int, assignments: int) -> list[list[Any]]:
    """A gradebook: eight marks in ten reach every level, some do not, a few are blank or excused."""
    chance = random.Random(f"{students}x{assignments}")
    works = range(assignments)
    return [
        ["Student ID", "Student", "Level", "Guardian Email", *(f"Work {work + 1}" for work in works)],
        ["Due", "", "", "", *("2026-09-11" for _ in works)],
        ["Points", "", "", "", *(100 for _ in works)],
        *(
            [
                10_001 + student,
                f"Student {student + 1}",
                LEVELS[student % 3],
                f"family.{student + 1}@homes.example",
                *(any_mark(chance) for _ in works),
            ]
            for student in range(students)
        ),
    ]


def any_mark(chance: random.Random) -> int | str:
    """What a teacher may have typed."""
    kind = chance.random()
    if kind < 0.8:
        return chance.randint(93, 100)
    return chance.randint(60, 92) if kind < 0.94 else "EX" if kind < 0.96 else ""


# The clock


class Stopwatch:
    """CPU and wall seconds of parts that may lie inside each other; what an inner part spends is not the outer's."""

    def __init__(self) -> None:
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self.wall: defaultdict[str, float] = defaultdict(float)
        self._parts = ["deciding"]
        self._since = (time.process_time(), time.perf_counter())

    def restart(self) -> None:
        """Begin at nothing."""
        self._charge()
        self.cpu.clear()
        self.wall.clear()

    def stop(self) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """CPU and wall seconds by part since the start."""
        self._charge()
        return dict(self.cpu), dict(self.wall)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What happens inside belongs to a part."""
        self._charge()
        self._parts.append(name)
        try:
            yield
        finally:
            self._charge()
            self._parts.pop()

    def _charge(self) -> None:
        now = (time.process_time(), time.perf_counter())
        self.cpu[self._parts[-1]] += now[0] - self._since[0]
        self.wall[self._parts[-1]] += now[1] - self._since[1]
        self._since = now


class TimedWire(Wire):
    """The wire, timed."""

    def __init__(self, watch: Stopwatch, credentials: Credentials, endpoint: str) -> None:
        super().__init__(credentials, endpoint=endpoint, timeout_seconds=600)
        self._watch = watch

    def send(self, *args: Any, **kwargs: Any) -> Answer:
        with self._watch.part("HTTP"):
            return super().send(*args, **kwargs)


class TimedSheets(GoogleSheets):
    """Google Sheets on a timed wire."""

    def __init__(self, watch: Stopwatch, credentials: Credentials, endpoint: str) -> None:
        # Not the parent's __init__: it would open a wire of its own.
        self._watch = watch
        self._transport = SheetsTransport(TimedWire(watch, credentials, endpoint), whoami="the bench")

    def read(self, spreadsheet_id: str) -> Reading:
        with self._watch.part("cells"):
            return super().read(spreadsheet_id)

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: tuple[Watched, ...]) -> tuple[str, ...]:
        with self._watch.part("cells"):
            return super().apply(spreadsheet_id, edits, watch)

    def _call(self, method: str, url: str, params: dict[str, Any], body: dict[str, Any] | None) -> dict[str, Any]:
        with self._watch.part("JSON"):
            return super()._call(method, url, params, body)


class TimedLedger(Ledger):
    """The ledger, timed in what a sync asks of it."""

    def __init__(self, watch: Stopwatch, ledger: Ledger) -> None:
        super().__init__(ledger._database)
        self._watch = watch

    def past(self, gradebook: str, today: date) -> Past:
        with self._watch.part("ledger"):
            return super().past(gradebook, today)

    def record(self, gradebook: str, facts: Facts, *, now: datetime) -> None:
        with self._watch.part("ledger"):
            super().record(gradebook, facts, now=now)

    def start_run(self, gradebook: str, command: str, *, now: datetime) -> int:
        with self._watch.part("ledger"):
            return super().start_run(gradebook, command, now=now)

    def finish_run(self, run_id: int, outcome: str, **said: Any) -> None:
        with self._watch.part("ledger"):
            super().finish_run(run_id, outcome, **said)


# The service


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one piece of work cost its client."""

    requests: int
    bytes_out: int
    bytes_in: int
    #: Seconds until it was done.
    wall: float
    #: CPU seconds by part.
    cpu: Mapping[str, float]
    #: Seconds in which nothing was computed here, because the answer was not there yet.
    waiting: float

    @property
    def cpu_seconds(self) -> float:
        return sum(self.cpu.values())


def middle(runs: Sequence[Measured]) -> Measured:
    """The median of some runs, number by number."""
    parts = {part: None for run in runs for part in run.cpu}
    return Measured(
        requests=round(statistics.median(run.requests for run in runs)),
        bytes_out=round(statistics.median(run.bytes_out for run in runs)),
        bytes_in=round(statistics.median(run.bytes_in for run in runs)),
        wall=statistics.median(run.wall for run in runs),
        cpu={part: statistics.median(run.cpu.get(part, 0.0) for run in runs) for part in parts},
        waiting=statistics.median(run.waiting for run in runs),
    )


class Bench:
    """One local Google, and a teacher with gspread in hand."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.plain = PlainHTTP(url)
        self.teacher = gspread.Client(
            auth=LocalCredentials(), session=self.plain.session, http_client=self.plain.client()
        )

    def sheet(self, rows: list[list[Any]]) -> gspread.Spreadsheet:
        """A new document with a marks tab."""
        document = self.teacher.create("Algebra 1")
        document.sheet1.update_title("Marks")
        document.sheet1.resize(len(rows) + 20, len(rows[0]) + 6)
        document.sheet1.update(rows, "A1", raw=False)
        return document

    @contextmanager
    def service(self, document: gspread.Spreadsheet, watch: Stopwatch) -> Iterator[Service]:
        """The service on a document, timed, with a fresh ledger."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        settings = folder / "mastery.toml"
        settings.write_text(SETTINGS.format(endpoint=self.url, spreadsheet=document.id), "utf-8")
        service = Service.load(settings, {}, clock=lambda: datetime.now(UTC))
        service.pretend(NOW)
        service.ledger = TimedLedger(watch, service.ledger)
        service.sheets = TimedSheets(watch, LocalCredentials(), self.url)
        try:
            yield service
        finally:
            service.close()

    def syncs(self, students: int, assignments: int, runs: int) -> dict[str, Measured]:
        """The three sorts of sync of one class."""
        found: defaultdict[str, list[Measured]] = defaultdict(list)
        chance = random.Random(1)
        for _ in range(runs):
            document = self.sheet(class_of(students, assignments))
            watch = Stopwatch()
            with self.service(document, watch) as service:
                found["first sync"].append(timed(service, watch))
                found["unchanged"].append(timed(service, watch))
                cells = chance.sample(range(students * assignments), max(students * assignments // 100, 1))
                document.worksheet("Marks").batch_update(
                    [
                        {
                            "range": gspread.utils.rowcol_to_a1(4 + cell // assignments, 5 + cell % assignments),
                            "values": [[chance.randint(40, 75)]],
                        }
                        for cell in cells
                    ]
                )
                found["1 % changed"].append(timed(service, watch))
        return {kind: middle(each) for kind, each in found.items()}


def timed(service: Service, watch: Stopwatch) -> Measured:
    """One sync."""
    traffic = service.sheets.traffic
    before = (traffic.requests, traffic.bytes_out, traffic.bytes_in)
    watch.restart()
    service.sync(service.settings.gradebooks[0], "sync")
    cpu, wall = watch.stop()
    return Measured(
        requests=traffic.requests - before[0],
        bytes_out=traffic.bytes_out - before[1],
        bytes_in=traffic.bytes_in - before[2],
        wall=sum(wall.values()),
        cpu=cpu,
        waiting=wall["HTTP"] - cpu["HTTP"],
    )


# The plain script


class PlainHTTP:
    """gspread's own HTTP client, sent to the local Google, and counted."""

    def __init__(self, url: str) -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = "Bearer bench"
        self.url = url
        self.requests = self.bytes_out = self.bytes_in = 0

    def client(self) -> type[gspread.HTTPClient]:
        """A class of clients, as gspread asks for one."""
        plain = self

        class Client(gspread.HTTPClient):
            def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
                for google in GOOGLE:
                    endpoint = endpoint.replace(google, f"{plain.url}/")
                response = super().request(method, endpoint, *args, **kwargs)
                plain.requests += 1
                plain.bytes_out += len(response.request.body or b"")
                plain.bytes_in += len(response.content)
                return response

        return Client


RED = {"backgroundColor": {"red": 1, "green": 0.87, "blue": 0.69}}


def word_for(mark: str, level: str, maximum: str) -> str:
    """The verdict as a plain script gives it; every column here is due and marked."""
    if mark == "EX":
        return "excused"
    if not mark:
        return "missing (not in)"
    return "mastered" if Fraction(mark) / Fraction(maximum) >= Fraction(level) / 100 else "missing (retake)"


def note(mark: str, level: str) -> str:
    """What the script says beside a missing mark."""
    return f"Missing: {mark or 'not handed in'}; the level is {level}."


def cell_by_cell(marks: gspread.Worksheet, words: gspread.Worksheet, students: int, assignments: int) -> Iterator[int]:
    """The job as one writes it down first, a request for every cell; yields how many students are done."""
    maxima = [marks.cell(3, 5 + work).value or "" for work in range(assignments)]
    for row in range(4, 4 + students):
        level = marks.cell(row, 3).value or ""
        for column in range(5, 5 + assignments):
            mark = marks.cell(row, column).value or ""
            word = word_for(mark, level, maxima[column - 5])
            words.update_cell(row, column, word)
            if word.startswith("missing"):
                place = gspread.utils.rowcol_to_a1(row, column)
                marks.format(place, RED)
                marks.update_note(place, note(mark, level))
        yield row - 3


def row_by_row(marks: gspread.Worksheet, words: gspread.Worksheet, students: int, assignments: int) -> Iterator[int]:
    """The job by somebody who has met the quota, four requests for every student; yields how many are done."""
    maxima = marks.row_values(3)[4:]
    for row in range(4, 4 + students):
        _, _, level, _, *scores = marks.row_values(row)
        scores += [""] * (assignments - len(scores))
        said = [word_for(score, level, maximum) for score, maximum in zip(scores, maxima, strict=True)]
        words.update([said], gspread.utils.rowcol_to_a1(row, 5))
        missing = {
            gspread.utils.rowcol_to_a1(row, 5 + column): score
            for column, (score, word) in enumerate(zip(scores, said, strict=True))
            if word.startswith("missing")
        }
        if missing:
            marks.batch_format([{"range": place, "format": RED} for place in missing])
            marks.insert_notes({place: note(score, level) for place, score in missing.items()})
        yield row - 3


@dataclass(frozen=True, kw_only=True)
class ScriptRun:
    """The script, run once."""

    #: How it goes about it.
    how: str
    cost: Measured
    #: Students done when it ended or was stopped.
    done: int
    #: Whether it was stopped.
    stopped: bool


def script(bench: Bench, students: int, assignments: int) -> ScriptRun:
    """The script on a sheet of its own. Where it came to an end, its words are held against the service's."""
    how, job = ("cell by cell", cell_by_cell) if students * assignments <= CELL_BY_CELL else ("row by row", row_by_row)
    document = bench.sheet(class_of(students, assignments))
    marks = document.worksheet("Marks")
    words = document.add_worksheet("Words", students + 10, assignments + 10)
    plain, watch, done = bench.plain, Stopwatch(), 0
    before = (plain.requests, plain.bytes_out, plain.bytes_in)
    for student in job(marks, words, students, assignments):
        done = student
        if students * assignments > LARGE and plain.requests - before[0] >= PATIENCE:
            break
    cpu, wall = watch.stop()
    cost = Measured(
        requests=plain.requests - before[0],
        bytes_out=plain.bytes_out - before[1],
        bytes_in=plain.bytes_in - before[2],
        wall=sum(wall.values()),
        cpu=cpu,
        waiting=sum(wall.values()) - sum(cpu.values()),
    )
    if done == students:
        with bench.service(document, Stopwatch()) as service:
            service.sync(service.settings.gradebooks[0], "sync")
        ours = [row[4:] for row in document.worksheet("Mastery").get_all_values()[1:]]
        theirs = [row[4 : 4 + assignments] for row in words.get_all_values()[3:]]
        if ours != theirs:
            raise AssertionError("the script and the service do not agree about the class")
    return ScriptRun(how=how, cost=cost, done=done, stopped=done < students)


# The table


def table(students: int, assignments: int, syncs: Mapping[str, Measured], beside: ScriptRun) -> Table:
    """One class."""
    shown = Table(title=f"{students} students × {assignments} assignments", title_justify="left")
    shown.add_column("", max_width=28)
    for name in ("requests", "kB out", "kB in", "wall s", "waiting", "CPU s", *PARTS):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("script ÷ service", no_wrap=True)
    for kind, sync in syncs.items():
        more = (beside.cost.requests / sync.requests, beside.cost.cpu_seconds / sync.cpu_seconds)
        ratio = "–" if beside.stopped else "{:,.0f} × requests, {:,.1f} × CPU".format(*more)
        shown.add_row(kind, *figures(sync), *(f"{sync.cpu.get(part, 0):.3f}" for part in PARTS), ratio)
    stopped = f", stopped after {beside.done} of {students} students" if beside.stopped else ""
    shown.add_row(f"script, {beside.how}{stopped}", *figures(beside.cost), *("" for _ in PARTS), "")
    return shown


def figures(cost: Measured) -> list[str]:
    return [
        f"{cost.requests:,}",
        f"{cost.bytes_out / 1000:,.1f}",
        f"{cost.bytes_in / 1000:,.1f}",
        f"{cost.wall:.2f}",
        f"{cost.waiting:.2f}",
        f"{cost.cpu_seconds:.3f}",
    ]


def answer_as_google(folder: str, ready: Connection) -> None:
    """The other process."""
    with LocalGoogle(Path(folder)) as google:
        ready.send(google.url)
        threading.Event().wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a sync costs, beside a plain gspread script.")
    parser.add_argument("classes", nargs="*", default=CLASSES, help="such as 30x20")
    sizes = [tuple(int(number) for number in each.split("x")) for each in parser.parse_args().classes]
    console, spawn = Console(width=180), multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        here, there = spawn.Pipe()
        google = spawn.Process(target=answer_as_google, args=(f"{folder}/google", there))
        google.start()
        try:
            bench = Bench(Path(folder), here.recv())
            console.print(
                f"Python {platform.python_version()}, gspread {gspread.__version__}, {os.cpu_count()} cores. "
                "CPU seconds are the client's."
            )
            with Console(stderr=True).status("warming up") as status:
                bench.syncs(3, 2, 1)
                for students, assignments in sizes:
                    status.update(f"{students} × {assignments}")
                    syncs = bench.syncs(students, assignments, 1 if students * assignments > LARGE else 3)
                    console.print(table(students, assignments, syncs, script(bench, students, assignments)))
            bench.plain.session.close()
        finally:
            google.terminate()
            google.join()


if __name__ == "__main__":
    main()
