"""The benches run: on a class and on schedules few enough for a test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("bench_sync.py")
LAYOUT = Path(__file__).with_name("bench_layout.py")
CRASHES = Path(__file__).with_name("bench_crashes.py")


def test_the_bench_measures_a_small_class() -> None:
    """Its script and the service agree about every word, or it would end with an error."""
    done = subprocess.run([sys.executable, BENCH, "6x5"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    counted = re.findall(r"│ (first sync|unchanged|1 % changed) +│ +(\d+) │", done.stdout)
    assert counted == [("first sync", "2"), ("unchanged", "1"), ("1 % changed", "2")]


def test_the_bench_of_layouts_finds_every_student_and_assignment_of_a_small_class() -> None:
    done = subprocess.run([sys.executable, LAYOUT, "6x5"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"│ (6 × 5) +│ +[\d.]+ +│ +[\d.]+ +│", done.stdout) == ["6 × 5"]


def test_the_bench_of_the_local_google_measures_a_small_sheet() -> None:
    bench = BENCH.with_name("bench_island.py")
    done = subprocess.run([sys.executable, bench, "6x5"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [re.sub(r"\d+(?:[.,]\d+)*", "N", line) for line in done.stdout.splitlines()]
    assert lines == ["start to first answer: N s", "N × N: read in N ms, N bytes", "most memory: N MB"]


def test_the_bench_of_letters_sends_a_few() -> None:
    bench = BENCH.with_name("bench_letters.py")
    command = [sys.executable, str(bench), "smtp", "4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"4 letters in [\d.]+ s: \d+ letters/s\na letter: [\d.]+ ms of CPU, \d\.\d\d commits\n", done.stdout
    )


def test_the_bench_of_crashes_counts_what_each_way_to_send_loses_and_sends_twice() -> None:
    done = subprocess.run(
        [sys.executable, CRASHES, "500", "--jobs", "1"], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if line[:1] == "│"]
    assert [row[:3] for row in rows] == [
        [way, transport, schedules]
        for way, schedules in (("the outbox", "100"), ("mark, then send", "10"), ("send, then mark", "10"))
        for transport in ("gmail", "gmail, send only", "gmail, send + metadata", "smtp", "maildir")
    ]
    assert [row[8:14] for row in rows[:5]] == [["0"] * 6] * 5
