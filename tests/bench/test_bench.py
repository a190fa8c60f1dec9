"""The bench runs: on a class small enough for a test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("bench_sync.py")
LAYOUT = Path(__file__).with_name("bench_layout.py")


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
