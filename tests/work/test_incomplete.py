"""A sheet that does not show everything: what hangs on that is not decided, and the run says that it was not whole.

Google answers "Loading" for a formula that is still at work, such as an import from another document. The local Google
works its formulas out at once, so here its own answer is given once with some of the cells put back into that state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from sheets_mastery.a1 import Cell
from sheets_mastery.errors import StillComputing
from sheets_mastery.google.readings import MASK
from sheets_mastery.ledger import Run
from sheets_mastery.notices import NoticeState
from sheets_mastery.status import Report, report
from sheets_mastery.wiring import COMPUTING

if TYPE_CHECKING:
    from tests.work.conftest import Class

LOADING = {"effectiveValue": {"errorValue": {"type": "LOADING"}}, "formattedValue": "Loading..."}
EVERYBODY = {NoticeState.HOLD: 3}


def is_loading(algebra: Class, cells: Iterable[str], *, alone: bool = False, times: int = 1) -> None:
    """Let the next readings show these cells of the marks as still loading, and with `alone` nothing else there."""
    answer = algebra.school.document(MASK)
    (marks,) = (sheet for sheet in answer["sheets"] if sheet["properties"]["title"] == "Marks")
    rows: list[dict[str, Any]] = marks["data"][0]["rowData"]
    if alone:
        rows[:] = [{}] * len(rows)
    for name in cells:
        cell = Cell.parse(name)
        values = rows[cell.row].get("values", [])
        values = [*values, *[{}] * (cell.column + 1 - len(values))]
        values[cell.column] = {**LOADING, "userEnteredValue": {"formulaValue": '=IMPORTRANGE("1x", "Q!A1")'}}
        rows[cell.row] = {"values": values}
    where = re.escape(f"/v4/spreadsheets/{algebra.school.spreadsheet.id}?")
    fault = {"method": "GET", "regex": where, "status": 200, "body": answer, "times": times}
    algebra.school.post("/_local/faults", fault)


def last(algebra: Class) -> Run:
    return algebra.service.ledger.last_runs(algebra.gradebook.name, limit=1)[0]


def said(algebra: Class) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What `status` says of what was incomplete, of what waits for a person, and of what has failed."""
    found: Report = report(algebra.service, None)
    return found.incomplete, found.waiting, found.failed


def trouble(algebra: Class) -> list[list[str]]:
    """The rows of the tab Mastery Trouble, if it is there."""
    tabs = {tab.title: tab for tab in algebra.school.spreadsheet.worksheets()}
    return tabs["Mastery Trouble"].get_all_values()[1:] if "Mastery Trouble" in tabs else []


def test_a_formula_that_shows_an_error_makes_the_run_incomplete_and_holds_up_nobody_else(algebra: Class) -> None:
    algebra.type("I4", "=NA()")  # Ana's essay, the only work that she owes

    plan = algebra.sync()

    few = "1 cell with an error in place of a value (Marks!I4)"
    assert (last(algebra).outcome, last(algebra).why, last(algebra).fingerprint) == (
        "incomplete",
        few,
        plan.fingerprint,
    )
    # It stays so until the teacher mends it: nobody has to be called for that.
    assert said(algebra) == ((f"Algebra 1: {few}",), (), ())
    assert [row[0] for row in trouble(algebra)] == ["Marks!I4"]
    assert algebra.deliver() == {"sent": 2}
    assert sorted(algebra.letters()) == ["Ben", "Cho"]
    algebra.type("I4", "41.25")
    algebra.sync()
    assert (last(algebra).outcome, last(algebra).why, said(algebra)) == ("done", "", ((), (), ()))
    assert algebra.deliver() == {"sent": 1}


def test_cells_that_are_still_loading_are_no_decision_and_the_next_sync_decides(algebra: Class) -> None:
    algebra.sync()
    assert (algebra.states(), last(algebra).outcome) == (EVERYBODY, "done")
    is_loading(algebra, ["H5", "I4", "I5"])

    algebra.sync()

    few = "3 cells still being computed (Marks!I4 and 2 more)"
    assert (last(algebra).outcome, last(algebra).why, last(algebra).counts[COMPUTING]) == ("incomplete", few, 3)
    assert said(algebra) == ((f"Algebra 1: {few}",), (), ())
    first, *cells = trouble(algebra)
    assert (first[0], first[2]) == ("tab Marks", f"this sheet was read before all of it was there: {few}.")
    assert [row[0] for row in cells] == ["Marks!I4", "Marks!H5", "Marks!I5"]
    assert algebra.states() == EVERYBODY
    plan = algebra.sync()
    assert (plan.facts.new_notices, plan.facts.withdrawn, algebra.states()) == ((), (), EVERYBODY)
    assert (last(algebra).outcome, said(algebra)[0]) == ("done", ())
    assert [row[2] for row in trouble(algebra)] == ["Nothing to mend."]


@pytest.mark.parametrize("cell", ["A5", "C5"], ids=["id", "level"])
def test_a_student_whose_id_or_level_is_still_loading_is_neither_gone_nor_without_contract(
    algebra: Class, cell: str
) -> None:
    algebra.sync()
    is_loading(algebra, [cell])
    algebra.sync()
    # Not even the look before a letter leaves takes it for gone.
    assert (algebra.states(), last(algebra).outcome) == (EVERYBODY, "incomplete")
    is_loading(algebra, [cell])
    assert algebra.deliver() == {"sent": 2, "unreadable": 1}

    plan = algebra.sync()

    assert (plan.facts.new_notices, plan.facts.withdrawn, plan.facts.episodes) == ((), (), ())
    assert algebra.deliver() == {"sent": 1}
    assert sorted(algebra.letters()) == ["Ana", "Ben", "Cho"]


def test_a_sheet_of_which_only_the_first_cell_is_there_yet_is_not_acted_upon(algebra: Class) -> None:
    algebra.sync()
    before = algebra.school.document()
    is_loading(algebra, ["A1"], alone=True)

    with pytest.raises(StillComputing) as early:
        algebra.sync()

    assert str(early.value).startswith(
        "the sheet was read before all of it was there, so nothing was done: 1 cell still being computed (Marks!A1). "
        "The next sync reads it again. As it was then: "
    )
    assert (last(algebra).outcome, last(algebra).why) == ("failed", str(early.value))
    assert algebra.school.document() == before
    # No letter leaves about a sheet that was not understood.
    assert (algebra.deliver(), algebra.school.letters()) == ({}, [])
    algebra.sync()
    assert (algebra.states(), algebra.deliver()) == (EVERYBODY, {"sent": 3})


def test_what_a_sheet_does_not_show_yet_asks_nobody_to_approve_that_it_has_gone(algebra: Class) -> None:
    algebra.sync()
    is_loading(algebra, ["H1", "I1", "H2"])  # two titles: the columns seem to have gone

    with pytest.raises(StillComputing, match=r"3 cells still being computed [(].* there is no column .* `apply --plan"):
        algebra.sync()

    assert said(algebra)[1] == ()
    assert (algebra.sync().objections, algebra.states()) == ((), EVERYBODY)


def test_a_sheet_that_never_comes_to_an_end_waits_for_a_person(algebra: Class) -> None:
    algebra.sync()
    ledger, now = algebra.service.ledger, algebra.service.clock()
    for _ in range(12):
        assert said(algebra)[1] == ()
        run = ledger.start_run(algebra.gradebook.name, "sync", now=now)
        ledger.finish_run(run, "incomplete", now=now, requests=1, counts={COMPUTING: 2}, why="2 cells")

    assert said(algebra)[1] == (
        "Algebra 1: the sheet has not come to an end of computing since 2026-10-30 16:30; mend its formulas",
    )
    algebra.sync()
    assert said(algebra) == ((), (), ())
