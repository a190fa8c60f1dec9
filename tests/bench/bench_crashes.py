"""How many letters are lost, sent twice or untrue, by three ways to send: the table behind the tests in `crashes/`.

    python tests/bench/bench_crashes.py 1000000

plays so many schedules of one and two faults, drawn by lot, on a SQLite ledger, with as many processes as there are
cores. `mark, then send` and `send, then mark` are played on a tenth of them. `--from N` begins with another schedule.
`--returns` plays schedules in which letters come back instead (`drawing/returning.py`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent / "drawing"))

from returning import ReturnLab, by_lot, played_returns
from schedules import TRANSPORTS, WAYS, Lab, Tally, drawn_by_lot, played, quick_folder

#: Schedules that one process plays before it tells.
PORTION = 200
WRONG = ("lost", "duplicate", "untrue", "sent though cancelled", "wrong reader", "stuck")
ENDS = ("sent", "withdrawn", "expired", "for a person")

#: This process's own labs.
LABS: list[Lab] = []
RETURN_LABS: list[ReturnLab] = []


def portion(what: tuple[str, str, int, int]) -> tuple[str, str, Tally]:
    """Play some schedules of one transport in one way."""
    way, transport, start, end = what
    if not LABS:
        folder = own_folder()
        LABS.append(Lab.open(f"sqlite:///{folder}/mastery.sqlite", folder))
    schedules = (drawn_by_lot(number, transport) for number in range(start, end))
    return way, transport, played(LABS[0], schedules, WAYS[way])


def own_folder() -> Path:
    """A folder that goes with this process."""
    folder = Path(quick_folder())
    multiprocessing.util.Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=1)
    return folder


def returning(which: tuple[int, int]) -> Tally:
    """Play a portion of the schedules in which letters come back."""
    if not RETURN_LABS:
        folder = own_folder()
        RETURN_LABS.append(ReturnLab.at(f"sqlite:///{folder}/mastery.sqlite", folder))
    return played_returns(RETURN_LABS[0], (by_lot(number) for number in range(*which)))


def portions(start: int, schedules: int) -> Iterator[tuple[str, str, int, int]]:
    """All the work, in portions."""
    for way in WAYS:
        each = schedules // len(TRANSPORTS) // (1 if way == "the outbox" else 10)
        for transport in TRANSPORTS:
            for first in range(start, start + each, PORTION):
                yield way, transport, first, min(first + PORTION, start + each)


def table(tallies: dict[tuple[str, str], Tally]) -> Table:
    """What came of it."""
    shown = Table(title="Letters by what became of them", title_justify="left")
    for column in ("way", "by", "schedules", "letters", *ENDS, *WRONG, "drafts left"):
        shown.add_column(column, justify="left" if column in {"way", "by"} else "right")
    for (way, transport), tally in tallies.items():
        numbers = [tally.schedules, tally.letters, *(tally.ends[end] for end in ENDS)]
        numbers += [*(tally.wrong[what] for what in WRONG), tally.drafts]
        shown.add_row(way, transport, *(f"{number:,}" for number in numbers))
    return shown


def main() -> int:
    """Play, print, and answer 1 where the outbox did anything wrong."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("schedules", type=int, nargs="?", default=9000)
    asked.add_argument("--from", dest="start", type=int, default=0)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--returns", action="store_true")
    options = asked.parse_args()
    if options.returns:
        return play_returns(options.start, options.schedules, options.jobs)
    tallies = {(way, transport): Tally() for way in WAYS for transport in TRANSPORTS}
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for way, transport, tally in pool.imap_unordered(portion, portions(options.start, options.schedules)):
            tallies[way, transport].merge(tally)
        pool.close()
        pool.join()
    console = Console(width=200)
    console.print(table(tallies))
    console.print(f"{time.monotonic() - began:.0f} s")
    ours = [tally for (way, _), tally in tallies.items() if way == "the outbox"]
    for tally in ours:
        for schedule, outcome in tally.worst:
            console.print(schedule, outcome)
    return int(any(tally.wrong for tally in ours))


def play_returns(start: int, schedules: int, jobs: int) -> int:
    """Play schedules in which letters come back, print what became of them, and answer 1 where anything was wrong."""
    whole = Tally()
    end = start + schedules
    work = [(first, min(first + PORTION, end)) for first in range(start, end, PORTION)]
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for tally in pool.imap_unordered(returning, work):
            whole.merge(tally)
        pool.close()
        pool.join()
    console = Console(width=200)
    console.print(
        f"{whole.schedules:,} schedules, {whole.letters:,} letters:", dict(whole.ends), "wrong:", dict(whole.wrong)
    )
    for schedule, ended in whole.worst:
        console.print(schedule, ended)
    return int(bool(whole.wrong))


if __name__ == "__main__":
    sys.exit(main())
