"""A file out of another system: imported as it is, set up, synced, and judged as a teacher would.

No export tells which level a student has signed for, so the teacher puts a tab Roster beside it, with levels and
nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gspread
import pytest
from gspread.utils import ValueRenderOption

from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from tests.doors.conftest import Answer

EXPORTS = Path(__file__).parent / "exports"
BASICS = ("--school", "Lakeview", "--teacher", "Ms. Rivera", "--reply-to", "rivera@example.edu", "--time-zone", "UTC")
TODAY = "2026-10-30T16:30"


@dataclass(frozen=True, kw_only=True)
class Export:
    """One file, what a teacher says about it, and what comes of it."""

    file: str
    #: The system that it is known to come from, "" for none.
    known_as: str
    #: The label and the students' ids on the teacher's tab Roster; all have signed for 76 but the first one for 86.
    roster: tuple[str, str, str, str]
    #: What is asked, key and proposal, from the first question on.
    asked: tuple[tuple[str, str], ...]
    #: The tab Mastery, row by row.
    mastery: tuple[tuple[Any, ...], ...]
    #: What has no proposal, as it is answered on the command line.
    answers: tuple[str, ...] = ()
    #: Whether the file has no ids, so that the teacher lets new ones be put in.
    without_ids: bool = False


CASES = (
    Export(
        file="canvas.csv",
        known_as="canvas",
        roster=("ID", "102", "101", "103"),
        asked=(),
        mastery=(
            ("Student ID", "Student", "Level", "Missing", "Quiz 1 (87568490)", "Essay (87568491)"),
            ("102", "Diaz, Ana", 86, 1, "missing (retake)", "excused"),
            ("101", "Kim, Bo", 76, 1, "missing (retake)", "mastered"),
            ("103", "Obi, Cy", 76, 0, "pending", "not assigned"),
        ),
    ),
    Export(
        file="moodle.csv",
        known_as="moodle",
        roster=("Email address", "anne@school.example", "ben@school.example", "cleo@school.example"),
        asked=(("labels.id", "Email address"), ("scale", "percent")),
        mastery=(
            ("Student ID", "Student", "Level", "Missing", "Assignment: Essay 1", "Quiz: Unit 1"),
            ("anne@school.example", "Anne Able", 86, 1, "missing (retake)", "pending"),
            ("ben@school.example", "Ben Baker", 76, 0, "mastered", "mastered"),
            ("cleo@school.example", "Cleo Chan", 76, 0, "pending", "mastered"),
        ),
    ),
    Export(
        file="sakai.csv",
        known_as="sakai",
        roster=("Student ID", "adiaz", "bkim", "cobi"),
        asked=(),
        mastery=(
            ("Student ID", "Student", "Level", "Missing", "Quiz 1 [100]", "Essay [50]"),
            ("adiaz", "Diaz, Ana", 86, 1, "mastered", "missing (retake)"),
            ("bkim", "Kim, Bo", 76, 0, "mastered", "pending"),
            ("cobi", "Obi, Cy", 76, 1, "missing (retake)", "mastered"),
        ),
    ),
    Export(
        file="blackboard.csv",
        known_as="blackboard",
        roster=("Student ID", "a417", "a418", "a419"),
        asked=(('codes."In Progress"', ""),),
        answers=('codes."In Progress"=still to come',),
        mastery=(
            (
                "Student ID",
                "Student",
                "Level",
                "Missing",
                "Quiz 1 [Total Pts: 10 Score] |1281892",
                "Lab Report [Total Pts: 25 Score] |1281893",
            ),
            ("a417", "Ana Diaz", 86, 2, "missing (retake)", "missing (retake)"),
            ("a418", "Bo Kim", 76, 0, "pending", "pending"),
            ("a419", "Cy Obi", 76, 1, "missing (retake)", "mastered"),
        ),
    ),
    Export(
        file="powerschool.csv",
        known_as="powerschool",
        roster=("Student Num", "30017", "30246", "30250"),
        asked=(),
        mastery=(
            ("Student ID", "Student", "Level", "Missing", "Unit 1 Formative Assessment"),
            ("30017", "Ana DIAZ", 86, 1, "missing (retake)"),
            ("30246", "Kim, Bo", 76, 1, "missing (not in)"),
            ("30250", "Cy OBI", 76, 1, "missing (retake)"),
        ),
    ),
    Export(
        file="classroom.csv",
        known_as="",
        roster=("Student ID", "S001", "S002", "S003"),
        asked=(("labels.id", ""),),
        without_ids=True,
        mastery=(
            ("Student ID", "Student", "Level", "Missing", "Unit 1 Quiz [20]", "Lab [10]"),
            ("S001", "Ana Diaz", 86, 1, "mastered", "missing (retake)"),
            ("S002", "Bo Kim", 76, 1, "missing (not in)", "pending"),
            ("S003", "Cy Obi", 76, 0, "mastered", "excused"),
        ),
    ),
)


def spreadsheet(url: str, wire: Wire, identity: str) -> gspread.Spreadsheet:
    """The imported document in a teacher's hands."""

    class Hands(SheetsTransport):
        def __init__(self, auth: object, session: object = None) -> None:
            super().__init__(wire, whoami="the teacher")

    client = gspread.Client(auth=LocalCredentials(), session=wire.session, http_client=Hands)
    return client.open_by_key(identity)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_an_export_is_imported_set_up_synced_and_judged(
    case: Export, run_in: Callable[..., Answer], tmp_path: Path
) -> None:
    imported = run_in(tmp_path, "local", "import", "google", str(EXPORTS / case.file))
    assert (imported.code, imported.err) == (0, "")
    identity = imported.out.split()[0]
    with LocalGoogle(tmp_path / "google") as server, Wire(LocalCredentials(), endpoint=server.url) as wire:
        book = spreadsheet(server.url, wire, identity)
        exported = book.sheet1.get_all_values()
        set_up = ("setup", identity, "--credentials", "local", "--endpoint", server.url, *BASICS)

        asked = json.loads(run_in(tmp_path, *set_up, "--json").out)
        questions = [(each["key"], each["proposal"]) for each in asked["layout"]["questions"]]
        assert questions == list(case.asked[: len(questions)])
        assert bool(questions) == bool(case.asked)

        given = [word for answer in case.answers for word in ("--answer", answer)]
        if case.without_ids:
            assert run_in(tmp_path, *set_up, "--yes", "--add-ids", *given).code == 0
            assert [row[1:] for row in book.sheet1.get_all_values()] == exported
        label, first, *others = case.roster
        roster = book.add_worksheet("Roster", 10, 4)
        levels: list[list[Any]] = [[label, "Level"], [first, 86], *([each, 76] for each in others)]
        roster.update(levels, "A1", raw=False)

        done = run_in(tmp_path, *set_up, "--yes", *given, "--json")
        assert (done.code, done.err) == (0, "")
        said = json.loads(done.out)
        assert (said["layout"]["questions"], said["layout"]["unknown_codes"]) == ([], [])
        assert said["layout"]["export"] == case.known_as
        if not case.without_ids:
            assert list(said["answered"]) == [key for key, _ in case.asked]
        synced = run_in(tmp_path, "sync", "--now", TODAY)
        assert (synced.code, synced.err) == (0, "")
        mastery = book.worksheet("Mastery").get_all_values(value_render_option=ValueRenderOption.unformatted)
        rows = [tuple(row[: len(case.mastery[0])]) for row in mastery if any(row)]
        assert rows == list(case.mastery)
        after = book.sheet1.get_all_values()
        assert [row[1:] if case.without_ids else row for row in after] == exported
