"""The demo as a newcomer runs it: the real program, and an independent reading of `config/demo/` beside it."""

from __future__ import annotations

import email
import json
import subprocess
import sys
from collections import Counter
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import gspread
import pytest
from expected import expected_recipients, expected_words

from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

_SCHOOL = Path(__file__).parent.parent.parent / "config" / "demo"


def demo(folder: Path) -> dict[str, Any]:
    """What `sheets-mastery demo FOLDER --json` prints; it has to end with 0 and say nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "sheets_mastery", "demo", str(folder), "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "school"


@pytest.fixture(scope="module")
def first(folder: Path) -> dict[str, Any]:
    """The first run."""
    return demo(folder)


@pytest.fixture(scope="module")
def letters(folder: Path, first: dict[str, Any]) -> list[EmailMessage]:
    """Every letter in the maildir, parsed."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((folder / "outbox" / "new").iterdir())
    ]


def tab(folder: Path, title: str) -> list[list[str]]:
    """A tab of the demo's spreadsheet as gspread reads it."""
    with LocalGoogle(folder / "local-google") as google, Wire(LocalCredentials(), endpoint=google.url) as wire:

        class Hands(SheetsTransport):
            def __init__(self, auth: object, session: object = None) -> None:
                super().__init__(wire, whoami="the teacher")

        teacher = gspread.Client(auth=LocalCredentials(), session=wire.session, http_client=Hands)
        (only,) = teacher.list_spreadsheet_files()
        values: list[list[str]] = teacher.open_by_key(only["id"]).worksheet(title).get_all_values()
        return values


def test_the_mastery_tab_has_one_row_a_student_and_each_word_is_that_of_an_independent_reading(
    folder: Path, first: dict[str, Any]
) -> None:
    header, *rows = tab(folder, "Mastery")
    written = [row for row in rows if row[0]]
    words = {row[0]: dict(zip(header[4:], row[4:], strict=True)) for row in written}

    assert len(written) == len(words) == 84
    assert {student: {title: word for title, word in said.items() if title} for student, said in words.items()} == (
        expected_words(_SCHOOL)
    )


def test_the_trouble_tab_names_every_slip_with_its_cell(folder: Path, first: dict[str, Any]) -> None:
    header, *rows = tab(folder, "Mastery Trouble")

    assert header == ["Where", "What was seen", "What is wrong", "What to do"]
    assert [row[0] for row in rows if row[0]] == ["Marks!D9", "Marks!T18", "Marks!I26", "Marks!E55", "Marks!V60"]
    assert [problem.partition(": ")[0] for problem in first["problems"]] == [row[0] for row in rows if row[0]]


def test_each_letter_is_about_one_student_to_one_guardian_who_may_be_written_to(letters: list[EmailMessage]) -> None:
    wanted = expected_recipients(_SCHOOL)

    assert Counter(str(letter["To"]) for letter in letters) == Counter(
        address for addresses in wanted.values() for address in addresses
    )
    assert all(letter.get_all("To") == [str(letter["To"])] and "," not in str(letter["To"]) for letter in letters)
    assert [letter["Cc"] or letter["Bcc"] for letter in letters] == [None] * len(letters)


def test_a_second_demo_in_the_same_folder_reports_no_change(folder: Path, first: dict[str, Any]) -> None:
    before = sorted(path.name for path in (folder / "outbox" / "new").iterdir())
    second = demo(folder)

    assert (first["changed"], second["changed"]) == (True, False)
    assert (second["edits"], second["letters"], second["requests"]) == ({}, {}, 1)
    assert sorted(path.name for path in (folder / "outbox" / "new").iterdir()) == before


def test_the_summary_counts_what_the_settings_and_the_roster_say(first: dict[str, Any]) -> None:
    assert [(name, students) for name, _, students, _ in first["levels"]] == [
        ("76", 9),
        ("86", 42),
        ("93", 30),
        ("no contract", 3),
    ]
    assert first["students"] == 84
    assert first["assignments"] == 24
    assert first["letters"] == {"sent": first["letters_new"]}
    assert first["held_back"] == {"no contract": 3, "no guardian address": 1, "may not be written to": 1}


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sheets_mastery", "demo", str(tmp_path / "file")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"The demo cannot use the folder {tmp_path / 'file'}: File exists.\n"
