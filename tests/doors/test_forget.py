"""Forgetting in the terminal, with the real command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.doors.conftest import Office

FRIDAY = "2026-10-30T16:30"


def test_a_student_is_forgotten_in_the_terminal_after_counting(office: Office) -> None:
    office.run("sync", "--now", FRIDAY)
    office.run("deliver", "--now", FRIDAY)
    office.school.spreadsheet.worksheet("Marks").delete_rows(5)
    office.run("sync", "--now", FRIDAY)

    counted = office.run("forget", "--student", "102", "--sent-on")
    assert (counted.code, "What would be forgotten" in counted.out) == (0, True)
    assert counted.err == "Nothing has been done yet; --yes does it.\n"
    done = office.run("forget", "--student", "102", "--sent-on", "--yes", "--json", SHEETS_MASTERY_LOG="DEBUG")
    found = json.loads(done.out)
    assert (done.code, found["done"], found["counts"]["letters in the folder"]) == (0, True, 1)
    assert [word for word in ("102", "Oxenstierna", "ben.mum") if word in done.out + done.err] == []
    letters = [path.read_bytes() for path in office.school.letters()]
    assert [b"cho.dad" in each for each in letters] == [True]


def test_what_is_to_be_forgotten_has_to_be_said(office: Office) -> None:
    for words in (
        (),
        ("--older-than", "400d", "--student", "00102"),
        ("--older-than", "90d", "--gradebook", "Algebra 1"),
    ):
        answer = office.run("forget", *words)
        assert (answer.code, answer.err.split(";")[0]) == (2, "forget: say one of --older-than and --student")
    old = office.run("forget", "--older-than", "90d", "--json")
    assert (old.code, json.loads(old.out)["counts"]) == (0, {})
