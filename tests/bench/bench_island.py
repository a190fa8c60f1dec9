"""How fast the local Google is: from start to the first answer, and to read gradebooks under the service's own mask.

    .venv/bin/python tests/bench/bench_island.py [STUDENTSxASSIGNMENTS ...]

The server runs in a process of its own; the seconds are those that a client waits, the memory is the server's largest.
Medians where there are several runs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import requests

from sheets_mastery.google.readings import MASK

SIZES = ["150x40", "2000x500"]
SERVER = """
import sys, threading
from pathlib import Path
from sheets_mastery.local_google.server import LocalGoogle
with LocalGoogle(Path(sys.argv[1])) as google:
    print(google.url, flush=True)
    sys.stdin.read()
"""


def started(folder: str) -> tuple[subprocess.Popen[str], str, float]:
    """Start a server; return it, its address, and the seconds until it answered."""
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    requests.get(f"{url}/v4/spreadsheets/none", timeout=60)
    return server, url, time.perf_counter() - began


def gradebook(url: str, rows: int, columns: int) -> str:
    """Make a gradebook of a size, and return its id."""
    grid = {"rowCount": rows, "columnCount": columns}
    body: dict[str, Any] = {"sheets": [{"properties": {"sheetId": 0, "title": "Marks", "gridProperties": grid}}]}
    key = requests.post(f"{url}/v4/spreadsheets", json=body, timeout=60).json()["spreadsheetId"]
    marks = [
        [f"Student {row}", *((row * 7 + column * 11) % 41 + 60 for column in range(columns - 1))] for row in range(rows)
    ]
    where = f"{url}/v4/spreadsheets/{key}/values/Marks!A1?valueInputOption=RAW"
    requests.put(where, json={"values": marks}, timeout=600).raise_for_status()
    return str(key)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast the local Google is.")
    parser.add_argument("sizes", nargs="*", default=SIZES, help="such as 150x40")
    sizes = [tuple(int(number) for number in each.split("x")) for each in parser.parse_args().sizes]
    with tempfile.TemporaryDirectory() as folder:
        server, url, seconds = started(folder)
        print(f"start to first answer: {seconds:.2f} s")
        try:
            for rows, columns in sizes:
                where, waits, read = f"{url}/v4/spreadsheets/{gradebook(url, rows, columns)}", [], b""
                with requests.Session() as session:
                    for _ in range(9 if rows * columns < 100_000 else 3):
                        began = time.perf_counter()
                        read = session.get(where, params={"fields": MASK}, timeout=600).content
                        waits.append(time.perf_counter() - began)
                print(f"{rows} × {columns}: read in {statistics.median(waits) * 1000:,.0f} ms, {len(read):,} bytes")
        finally:
            server.communicate()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
