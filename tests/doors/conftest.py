"""The doors as their users meet them: the real command line in a process of its own, at a real local Google."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest
from schools import School, google, make_school, teacher

__all__ = ["CLASS", "FRIDAY", "Answer", "google", "make_school", "teacher"]

#: Two owe something: Ben a retake of the essay, Cho the quiz.
CLASS = (
    ("Student ID", "Student", "Level", "Guardian Email", "May Be Written To", "Quiz 1", "Essay"),
    ("Points", "", "", "", "", "20", "50"),
    ("Due", "", "", "", "", "2026-10-09", "2026-10-16"),
    ("00101", "Ana Quillfeather", "93", "ana.mum@example.org", "yes", "20", "48"),
    ("00102", "Ben Oxenstierna", "86", "ben.mum@example.org", "yes", "19", "41.5"),
    ("00103", "Cho Zubizarreta", "76", "cho.dad@example.org", "yes", "M", "50"),
)
FRIDAY = "2026-10-30T16:30"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command has answered."""

    code: int
    out: str
    err: str


def command_line(
    folder: Path, *words: str, limit: Callable[[], None] | None = None, typed: str = "", **environment: str
) -> Answer:
    """Run `sheets-mastery` with these words in a folder; `limit` is called in the process before it begins.

    `typed` is what somebody types; then the input ends.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "sheets_mastery", *words],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SHEETS_MASTERY_")} | environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    return Answer(code=done.returncode, out=done.stdout, err=done.stderr)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A school and the terminal in front of its settings."""

    school: School

    def run(self, *words: str, limit: Callable[[], None] | None = None, typed: str = "", **environment: str) -> Answer:
        """Run a command in the folder of the settings; `typed` is what somebody types."""
        return command_line(self.school.folder, *words, limit=limit, typed=typed, **environment)

    def change(self, old: str, new: str) -> None:
        """Change a line of the settings."""
        text = self.school.settings_file.read_text("utf-8")
        assert old in text
        self.school.settings_file.write_text(text.replace(old, new), "utf-8")

    def add(self, text: str) -> None:
        """Write something behind the settings."""
        with self.school.settings_file.open("a", encoding="utf-8") as file:
            file.write(text)

    def access(self, role: str) -> None:
        """Let the service be writer or reader of the spreadsheet, or nobody."""
        self.school.post("/_local/access", {"spreadsheetId": self.school.spreadsheet.id, "role": role})


@pytest.fixture
def run_in() -> Callable[..., Answer]:
    """Runs the command line in a folder without a school: run_in(folder, *words)."""
    return command_line


@pytest.fixture
def open_office(make_school: Callable[..., School]) -> Callable[..., Office]:
    """Opens an office: open_office(rows of the tab Marks, **more for make_school)."""

    def open_one(rows: Any = CLASS, **more: Any) -> Office:
        return Office(school=make_school({"Marks": rows}, **more))

    return open_one


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    """The usual one, at the usual class."""
    return open_office()


@pytest.fixture
def usual_class() -> tuple[tuple[str, ...], ...]:
    """The rows of the tab Marks."""
    return CLASS


class Terminal:
    """A real terminal with a command in it, and a person who reads and types."""

    def __init__(self, folder: Path, words: tuple[str, ...]) -> None:
        self.child = pexpect.spawn(
            sys.executable,
            ["-W", "error", "-m", "sheets_mastery", *words],
            cwd=str(folder),
            # A terminal without colours, so that what is read is what is meant.
            env={name: value for name, value in os.environ.items() if not name.startswith("SHEETS_MASTERY_")}
            | {"TERM": "dumb"},
            encoding="utf-8",
            dimensions=(60, 100),
            timeout=90,
            echo=False,
        )

    def asked(self) -> str:
        """What is on the screen when it waits for an answer, since the last one."""
        self.child.expect_exact("   > ")
        return str(self.child.before).replace("\r\n", "\n")

    def type(self, said: str) -> None:
        """Type an answer, and Enter."""
        self.child.sendline(said)

    def converse(self, *answers: str) -> list[str]:
        """Answer one question after the other; what was on the screen before each of them."""
        seen = []
        for said in answers:
            seen.append(self.asked())
            self.type(said)
        return seen

    def ended(self) -> tuple[int, str]:
        """The exit code, and what was printed since the last answer."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None
        return self.child.exitstatus, str(self.child.before).replace("\r\n", "\n")


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Terminal]]:
    """Opens a terminal: open_terminal(folder, *words of the command)."""
    opened: list[Terminal] = []

    def open_one(folder: Path, *words: str) -> Terminal:
        opened.append(Terminal(folder, words))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.child.close(force=True)
