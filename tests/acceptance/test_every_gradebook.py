"""What holds for every gradebook: the teacher's cells stay, every mark shows its colour, order does not matter.

Each example is a spreadsheet of its own at the local Google, and beside it a twin: a copy that is never synced. What
the teacher does later is done to both, so the twin always shows what the document would be without this program.

The examples are the same on every run. `SHEETS_MASTERY_EXAMPLES=2000 pytest tests/acceptance/test_every_gradebook.py`
looks at so many new ones instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import shown
from anyclass import AnyClass, any_class, teachers_drags, teachers_moves
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schools import School, gradebook

from sheets_mastery.liverules import PALETTE
from sheets_mastery.mastery import Verdict
from sheets_mastery.plan import Plan
from sheets_mastery.tabs import MASTERY_ID
from sheets_mastery.wiring import Service

MORE = os.environ.get("SHEETS_MASTERY_EXAMPLES", "")
#: `make_school` makes a new spreadsheet whenever it is called, so that examples do not touch each other.
for_every_class = settings(
    max_examples=int(MORE or 35),
    derandomize=not MORE,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
MakeSchool = Callable[..., School]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A gradebook and its twin that is never synced."""

    school: School
    service: Service
    #: The twin's spreadsheet id.
    twin: str

    def move(self, requests: list[dict[str, Any]]) -> None:
        """The teacher does something to the document, and the same to the twin."""
        for spreadsheet in (self.school.spreadsheet.id, self.twin):
            self.school.post(f"/v4/spreadsheets/{spreadsheet}:batchUpdate", {"requests": requests})

    def sync(self) -> Plan:
        """One sync, as the schedule does it."""
        return self.service.sync(gradebook(self.service), "sync")

    def document(self) -> dict[str, Any]:
        return self.school.document(shown.FIELDS)

    def untouched(self) -> dict[str, Any]:
        """The twin."""
        found: dict[str, Any] = self.school.get(f"/v4/spreadsheets/{self.twin}", fields=shown.FIELDS)
        return found


@contextmanager
def at_google(make_school: MakeSchool, any_one: AnyClass) -> Iterator[Pair]:
    """The class as a spreadsheet, dressed by its teacher, with its twin."""
    school = make_school(any_one.tabs, gradebook=any_one.gradebook, more=any_one.more, locale=any_one.locale)
    if any_one.dressing:
        school.spreadsheet.batch_update({"requests": list(any_one.dressing)})
    twin = school.post(f"/drive/v3/files/{school.spreadsheet.id}/copy", {"name": "Algebra 1"})["id"]
    service = school.service()
    yield Pair(school=school, service=service, twin=twin)
    service.close()


def verdicts_in(document: dict[str, Any], plan: Plan) -> dict[shown.Place, Verdict]:
    """Where each judged mark stands in a document now, found by the student's id and the assignment's title alone."""
    cells = {place[1:]: shown.text(cell) for place, cell in shown.cells(document).items() if place[0] == 0}
    header_row, id_column = next(place for place, text in cells.items() if text == "Student ID")
    by_name = {
        (standing.student.id, assignment.title): judged.verdict
        for standing in plan.standings
        for assignment, judged in zip(plan.gradebook.assignments, standing.judged, strict=True)
    }
    titles = {column: text for (row, column), text in cells.items() if row == header_row}
    return {
        (0, row, column): by_name[student, title]
        for (row, at), student in cells.items()
        if at == id_column and row > header_row
        for column, title in titles.items()
        if (student, title) in by_name
    }


def assert_shows(pair: Pair, verdicts: dict[shown.Place, Verdict]) -> None:
    """Every mark shows its verdict's colour, and everything else is as in the twin."""
    document = pair.document()
    cells = shown.cells(document)
    coloured = {place: verdict for place, verdict in verdicts.items() if verdict in PALETTE}
    there = {place: (shown.fill(cells.get(place, {})), shown.ink(cells.get(place, {}))) for place in coloured}
    assert there == {place: (PALETTE[verdict].fill, PALETTE[verdict].ink) for place, verdict in coloured.items()}
    assert shown.teachers(document, coloured) == shown.teachers(pair.untouched(), coloured)


def assert_words(pair: Pair, plan: Plan) -> None:
    """The `Mastery` tab holds the words of the verdicts, each in its colour."""
    cells = shown.cells(pair.document())
    words = {place: cell for place, cell in cells.items() if place[0] == MASTERY_ID and place[1] >= 1 and place[2] >= 4}
    assert {place: shown.text(cell) for place, cell in words.items()} == {
        (MASTERY_ID, row, column): judged.verdict.value
        for row, standing in enumerate(plan.standings, 1)
        for column, judged in enumerate(standing.judged, 4)
    }
    assert [place for place, cell in words.items() if not shown.painted(cell, shown.WORDS[shown.text(cell)])] == []


def assert_settled(pair: Pair) -> None:
    """Another sync plans nothing and asks once."""
    pair.school.sheet_requests()
    again = pair.sync()
    assert (again.edits, again.changes_anything) == ((), False)
    assert [each["method"] for each in pair.school.sheet_requests()] == ["GET"]


@for_every_class
@given(any_one=any_class())
def test_a_sync_colours_every_mark_by_its_verdict_touches_nothing_of_the_teacher_and_is_then_done(
    make_school: MakeSchool, any_one: AnyClass
) -> None:
    with at_google(make_school, any_one) as pair:
        plan = pair.sync()
        verdicts = verdicts_in(pair.document(), plan)
        assert len(verdicts) == sum(len(standing.judged) for standing in plan.standings)
        assert_shows(pair, verdicts)
        assert_words(pair, plan)
        assert_settled(pair)


@for_every_class
@given(data=st.data(), any_one=any_class())
def test_after_sorts_and_insertions_no_mark_shows_another_ones_colour_and_the_next_sync_heals_the_notes(
    make_school: MakeSchool, data: st.DataObject, any_one: AnyClass
) -> None:
    with at_google(make_school, any_one) as pair:
        plan = pair.sync()
        pair.move(data.draw(teachers_moves(any_one)))
        verdicts = verdicts_in(pair.document(), plan)
        assert len(verdicts) == sum(len(standing.judged) for standing in plan.standings)
        assert_shows(pair, verdicts)
        plan = pair.sync()
        document = pair.document()
        verdicts = verdicts_in(document, plan)
        assert_shows(pair, verdicts)
        own = {place for place, cell in shown.cells(pair.untouched()).items() if cell.get("note")}
        missing = {place for place, verdict in verdicts.items() if verdict.missing}
        assert set(shown.our_notes(document)) == missing - own
        assert_settled(pair)


@settings(for_every_class, max_examples=int(MORE or 12))
@given(data=st.data(), any_one=any_class())
def test_a_dragged_row_or_column_may_lose_its_colours_but_never_takes_another_ones(
    make_school: MakeSchool, data: st.DataObject, any_one: AnyClass
) -> None:
    """A column dragged out of the block of marks leaves our rules behind; the next sync brings them to it."""
    with at_google(make_school, any_one) as pair:
        plan = pair.sync()
        pair.move(data.draw(teachers_drags(any_one)))
        document, twin = pair.document(), shown.cells(pair.untouched())
        verdicts = verdicts_in(document, plan)
        ours = {
            place: shown.fill(cell)
            for place, cell in shown.cells(document).items()
            if place[0] == 0 and shown.fill(cell) != shown.fill(twin.get(place, {}))
        }
        assert ours == {place: PALETTE[verdicts[place]].fill for place in ours}
        plan = pair.sync()
        assert_shows(pair, verdicts_in(pair.document(), plan))
        assert_settled(pair)
