"""Makes docs/setup.md, a real setup from the first question to the dry run, and docs/doctor.png, what doctor draws.

    .venv/bin/python docs/transcript.py [FOLDER]

The gradebook is made up, the local Google serves it, and somebody types into a real terminal. Needs pexpect and, for
the picture, Chromium; FOLDER is `docs/` by default.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import sys
import tempfile
from pathlib import Path

import pexpect
from pictures import _shoot
from rich import terminal_theme
from rich.console import Console
from rich.text import Text

from sheets_mastery.doctor import examine, shown
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.transfer import import_file
from sheets_mastery.terminal import checks

_FIRST = (
    "Ana", "Ben", "Cho", "Dayo", "Eve", "Fumi", "Gus", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Milo", "Nia", "Omar",
    "Pia", "Quin", "Rosa", "Sami", "Tess", "Uma", "Vic", "Wen", "Xan",
)  # fmt: skip
_LAST = ("Quillfeather", "Oxenstierna", "Zubizarreta", "Adeyemi", "Thistlewood", "Nakagawa", "Lindqvist", "Okonkwo")
_WORK = (
    "Warm-up 1:5", "Quiz 1:20", "Fractions:25", "Essay:50", "Warm-up 2:5", "Quiz 2:20", "Ratios:25", "Unit 1 Test:100",
    "Warm-up 3:5", "Quiz 3:20", "Project:40", "Lab report:30", "Warm-up 4:5", "Unit 2 Test:100",
)  # fmt: skip
#: Places for what is no number: (student, piece of work) -> what stands there.
_CODES = {
    (2, 3): "m",
    (5, 7): "ABE",
    (9, 1): "✓+",
    (13, 3): "m",
    (17, 10): "ABE",
    (20, 8): "✓+",
    (24, 3): "m",
    (26, 7): "m",
}
_INTRODUCTION = """\
# A setup, from the first question to the dry run

This is what `sheets-mastery setup` printed, and what was typed behind each `>`; `docs/transcript.py` makes this page
anew. The gradebook is made up: two periods below each other, three rows of headings, codes of the teacher's own. An
empty line behind a `>` is Enter, which takes what is proposed.

"""


def gradebook() -> list[list[str]]:
    """A teacher's sheet: 27 students in two periods, 14 pieces of work."""
    titles = [each.split(":")[0] for each in _WORK]
    points = [int(each.split(":")[1]) for each in _WORK]
    rows = [
        ["Algebra I, autumn term"],
        ["", "", "", "", "", *(f"Unit {1 + at // 8}" if at % 8 == 0 else "" for at in range(len(_WORK)))],
        ["Student ID", "Student", "Signed for", "Guardian Email", "OK To E-mail", *titles, "Average", "Total"],
        ["", "Points", "", "", "", *map(str, points)],
        ["", "Due", "", "", "", *(f"2026-{9 + at // 7:02d}-{4 + at % 7 * 3:02d}" for at in range(len(_WORK)))],
    ]
    student = 0
    for period, count in (("Period 2", 14), ("Period 4", 13)):
        rows.append(["", period])
        for _ in range(count):
            shares = [
                65 if (4 * student + 3 * at) % 19 == 0 else 94 + (3 * student + 5 * at) % 7 for at in range(len(points))
            ]
            marks = [round(most * share / 100) for most, share in zip(points, shares, strict=True)]
            cells = [_CODES.get((student, at), str(mark)) for at, mark in enumerate(marks)]
            last, first = _LAST[student % len(_LAST)], _FIRST[student % len(_FIRST)]
            level = (76, 86, 93)[student % 3]
            share = f"{round(100 * sum(marks) / sum(points))}%"
            family = f"family{student + 1}@example.org"
            rows.append(
                [f"a{101 + student}", f"{last}, {first}", str(level), family, "yes", *cells, share, str(sum(marks))]
            )
            student += 1
        rows.append(["", "Average", "", "", "", *(str(round(0.84 * most, 1)) for most in points)])
    return rows


def _share(student: int, work: int) -> int:
    """What a student reaches in percent: mostly more than any level, now and then less than each."""
    return 65 if (4 * student + 3 * work) % 19 == 0 else 94 + (3 * student + 5 * work) % 7


def main(folder: Path) -> None:
    """Set up, and write down what was said."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with (place / "Algebra I.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(gradebook())
        identity = import_file(Store(place / "google"), place / "Algebra I.csv")
        with LocalGoogle(place / "google", port=8787) as server:
            words = ["setup", f"{server.url}/face/sheets/{identity}/0"]
            said = _dialogue(place, words, ["", "?", "", "1", "", "Lakeview", "Ms. Rivera", "rivera@example.edu",
                                            "America/Chicago", ""])  # fmt: skip
            settings = (place / "mastery.toml").read_text("utf-8")
            page = (
                f"{_INTRODUCTION}```\n$ sheets-mastery {' '.join(words)}\n{said}```\n\n"
                f"## The file that it wrote\n\n```toml\n{settings}```\n"
            )
            (folder / "setup.md").write_text(page.replace(identity, "1aBcDeFgHiJkLmNoPqRsTuVwXyZ"), "utf-8")
            _picture(place, folder / "doctor.png")


def _dialogue(place: Path, words: list[str], answers: list[str]) -> str:
    """What is on the terminal at the end."""
    terminal = pexpect.spawn(
        # What passes by while one waits is not of interest here.
        "/bin/sh",
        ["-c", 'exec "$@" 2>/dev/null', "sh", sys.executable, "-m", "sheets_mastery", *words],
        cwd=str(place),
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
        encoding="utf-8",
        dimensions=(60, 100),
        timeout=60,
    )
    seen = []
    for answer in answers:
        terminal.expect_exact("   > ")
        seen.append(f"{terminal.before}   > ")
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    text = "".join([*seen, terminal.before]).replace("\r\n", "\n")
    text = text.replace(f"{Path(sys.executable).name} -m sheets_mastery", "sheets-mastery")
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text))


def _picture(place: Path, picture: Path) -> None:
    """What doctor prints about it, in colour."""
    with (place / "printed").open("w") as printed, contextlib.chdir(place):
        console = Console(record=True, width=112, file=printed, force_terminal=True, highlight=False)
        found = examine(Path("mastery.toml"), None, {})
        console.print(checks([(check.what, check.well, check.said) for check in found]))
        for check in found:
            if check.understood is not None:
                console.print()
                console.print(Text(check.what, style="bold"))
                for part in shown(check, console.width):
                    console.print(part)
        page = console.export_html(inline_styles=True, theme=terminal_theme.SVG_EXPORT_THEME)
    (place / "doctor.html").write_text(page, "utf-8")
    _shoot((place / "doctor.html").as_uri(), picture, (1096, 815))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
