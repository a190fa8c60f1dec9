"""What it costs to find one's way in a document that nobody has described: no I/O, only the reading.

    .venv/bin/python tests/bench/bench_layout.py [STUDENTSxASSIGNMENTS ...]

"detection" is everything from the reading to the layout with its findings and questions, the marks included, since the
questions come from them; "reading" is what a sync does with the same reading. CPU time, best of several runs.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from rich.console import Console
from rich.table import Table

from sheets_mastery import config
from sheets_mastery.gradebook import find_layout, read_gradebook
from sheets_mastery.reading import EMPTY, Content, Reading, Tab

SIZES = ("150x40", "2000x500")
SETTINGS = """
[school]
name = "Lincoln School"
teacher = "Ms Rivera"
reply_to = "rivera@school.example"
time_zone = "America/Chicago"
[google]
credentials = "local"
endpoint = "http://127.0.0.1:8787"
[mail]
sender = "rivera@school.example"
[[gradebooks]]
name = "Algebra 1"
spreadsheet = "abcdefgh"
"""


def document(students: int, assignments: int) -> Reading:
    """A sheet with categories above the titles, maxima, due dates, sections with banners and averages between them."""
    chance = random.Random(f"{students}x{assignments}")
    known: dict[str, Content] = {"": EMPTY}

    def cell(value: object) -> Content:
        text = str(value)
        if text not in known:
            number = isinstance(value, int)
            known[text] = Content(value=Decimal(text) if number else text, shown=text)
        return known[text]

    works = range(assignments)
    rows: list[list[int | str]] = [
        ["", "", "", *(f"Unit {work // 5 + 1}" if work % 5 == 0 else "" for work in works), "Average"],
        ["Student ID", "Student", "Level", *(f"Work {work + 1}" for work in works), "Average"],
        ["Out of", "", "", *(100 for _ in works), ""],
    ]
    for student in range(students):
        if student % 30 == 0:
            rows.append(["", f"Period {student // 30 + 1}", "", *("" for _ in works), ""])
        marks = [any_mark(chance) for _ in works]
        rows.append([10_001 + student, f"Student {student + 1}", 86, *marks, 90])
    cells = tuple(tuple(cell(value) for value in row) for row in rows)
    tab = Tab(sheet_id=0, title="Gradebook", rows=len(rows) + 20, columns=assignments + 10, cells=cells)
    return Reading(spreadsheet_id="abcdefgh", locale="en_US", time_zone="America/Chicago", tabs=(tab,))


def any_mark(chance: random.Random) -> int | str:
    """What a teacher may have typed; one mark in fifty is a code that nobody has explained."""
    kind = chance.random()
    return chance.randint(60, 100) if kind < 0.9 else "EX" if kind < 0.94 else "M" if kind < 0.96 else ""


def best(work: Callable[[], object], times: int) -> float:
    """The shortest of some runs, in milliseconds."""
    taken = []
    for _ in range(times):
        before = time.process_time()
        work()
        taken.append(time.process_time() - before)
    return 1000 * min(taken)


def main() -> None:
    settings = config.parse(SETTINGS)
    (gradebook,) = settings.gradebooks
    table = Table("students × assignments", "detection, ms", "reading, ms")
    for size in sys.argv[1:] or SIZES:
        students, assignments = map(int, size.split("x"))
        reading = document(students, assignments)
        book = read_gradebook(reading, gradebook, settings.marking)
        if (len(book.students), len(book.assignments)) != (students, assignments):
            raise SystemExit(f"{size}: {len(book.students)} students, {len(book.assignments)} assignments were found.")
        times = 5 if students * assignments < 100_000 else 3
        layout = best(partial(find_layout, reading, gradebook, settings.marking), times)
        read = best(partial(read_gradebook, reading, gradebook, settings.marking), times)
        table.add_row(f"{students} × {assignments}", f"{layout:,.1f}", f"{read:,.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
