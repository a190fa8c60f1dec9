"""One gradebook, once: read, decide, write."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Protocol

from sheets_mastery.a1 import Cell, Range
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.edits import DeleteTab, DropStamp, Edit, PutStamp
from sheets_mastery.errors import LayoutError, PlanChanged, SheetError, StillComputing, WaitingForPerson
from sheets_mastery.gradebook import read_gradebook
from sheets_mastery.past import Facts, Past
from sheets_mastery.plan import Plan, decide
from sheets_mastery.reading import Reading, SeenStamp, Watched
from sheets_mastery.stamps import Quarantine, Stamp, stamping
from sheets_mastery.unread import Unread, at_work
from sheets_mastery.writeback import put_back, removal

_log = logging.getLogger("sheets_mastery")

#: A cell to look at where nothing is to be seen.
_CORNER = Range(0, 0, 1, 1)
#: How often a sync looks again when rows moved while it wrote.
_LOOK_AGAIN = 2


class Sheets(Protocol):
    """A place where spreadsheets are."""

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole document as the service wants it, by one request."""
        ...

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: tuple[Watched, ...]) -> tuple[str, ...]:
        """Write by one atomic request; answers the texts that the watched rectangles show afterwards, row by row."""
        ...


class Ledger(Protocol):
    """The record of what has happened."""

    def past(self, gradebook: str, today: date) -> Past:
        """What is known about a gradebook."""
        ...

    def record(self, gradebook: str, facts: Facts, *, now: datetime) -> None:
        """Learn the facts of a plan, all or none."""
        ...

    def examine(self, spreadsheet: str, seen: Sequence[SeenStamp], now: datetime) -> Quarantine | None:
        """Why no letter about a spreadsheet may leave, by the stamps that were seen there."""
        ...

    def intend_stamp(self, spreadsheet: str, now: datetime) -> Stamp:
        """A new stamp to put into a spreadsheet."""
        ...


def make_plan(
    sheets: Sheets, ledger: Ledger, settings: Settings, gradebook: GradebookSettings, now: datetime
) -> tuple[Plan, Reading]:
    """What a sync would do now. Nothing is written anywhere.

    Raises LayoutError where there is nothing to go by, StillComputing where that may pass by itself.
    """
    reading = sheets.read(gradebook.spreadsheet)
    past = ledger.past(gradebook.name, now.astimezone(settings.school.zone).date())
    try:
        return decide(reading, past, settings, gradebook, now), reading
    except LayoutError as problem:
        if computing := at_work(reading):
            raise _too_early(computing, str(problem)) from None
        raise


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile.

    A sync of a large class makes millions of records, keeps nearly all of them to its end and leaves next to no
    circles: to look through them again and again took a third of its time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_without_collecting()
def sync(
    sheets: Sheets,
    ledger: Ledger,
    settings: Settings,
    gradebook: GradebookSettings,
    now: datetime,
    *,
    approved: str | None = None,
) -> Plan:
    """Read, decide, write; answers the plan that was carried out.

    Raises WaitingForPerson when the guard objects and nobody has approved (StillComputing where what it objects to may
    pass by itself), PlanChanged when `approved` is not the
    fingerprint of what would be done now: then nothing at all has happened. Raises SheetError when rows were moved
    during every write.
    """
    plan, reading = make_plan(sheets, ledger, settings, gradebook, now)
    if approved is not None and approved != plan.fingerprint:
        raise PlanChanged(
            f"the plan {approved} is not what would be done now; that is {plan.fingerprint}. "
            "Look at it with `plan` and approve it anew."
        )
    if approved is None and plan.objections:
        raise _waiting(plan, reading)
    done = plan
    looked_again = 0
    while True:
        ledger.record(gradebook.name, plan.facts, now=now)
        stamp = _stamp(reading, ledger, plan, now)
        if not plan.edits and not stamp:
            break
        # Notes and flags are written by place. If the teacher sorted or inserted between our read and our write, they
        # now lie beside the wrong child: the answer to the write tells, and the next look puts it right.
        ids, headers = _watched(plan)
        letters = tuple(area for area, _ in plan.watched)
        found = sheets.apply(gradebook.spreadsheet, (*plan.edits, *stamp), (*letters, *ids, *headers))
        said = tuple(text for _, texts in plan.watched for text in texts)
        if found == (*said, *_expected(reading, (*ids, *headers))):
            break
        expected = _expected(reading, headers)
        if found[-len(expected) :] != expected:
            _give_back(plan, reading, sheets, settings, gradebook)
        if looked_again == _LOOK_AGAIN:
            raise SheetError(
                "rows or columns were moved in the sheet each time it was written to, so notes may lie beside another "
                "student; the next sync puts them right."
            )
        looked_again += 1
        _log.warning("sync gradebook=%s rows or columns moved while writing, looking again", gradebook.name)
        plan, reading = make_plan(sheets, ledger, settings, gradebook, now)
        if plan.objections:
            raise _waiting(plan, reading)
    _log.info(
        "sync gradebook=%s plan=%s edits=%d verdicts=%d letters=%d",
        gradebook.name,
        plan.fingerprint,
        len(plan.edits),
        len(plan.facts.verdicts),
        len(plan.facts.new_notices),
    )
    return done


def _stamp(reading: Reading, ledger: Ledger, plan: Plan, now: datetime) -> tuple[PutStamp | DropStamp, ...]:
    """The ledger's new stamp, where something is written anyway or none is there yet.

    What gives reason to suspect this ledger stays as it is, for whoever has to look. The marks are looked after all the
    same: what the sheet shows follows from the sheet, and whoever else writes into it would write the same.
    """
    if held := ledger.examine(reading.spreadsheet_id, reading.stamps, now):
        _log.warning("sync gradebook=%s no letter leaves: %s", plan.gradebook.name, held.why)
        return ()
    if reading.stamps and not plan.edits:
        return ()
    return stamping(reading.stamps, ledger.intend_stamp(reading.spreadsheet_id, now))


def _too_early(computing: Unread, seen: str) -> StillComputing:
    early = StillComputing(
        f"the sheet was read before all of it was there, so nothing was done: {computing}. The next sync reads it "
        f"again. As it was then: {seen}"
    )
    early.cells = len(computing.computing)
    return early


def _waiting(plan: Plan, reading: Reading) -> WaitingForPerson | StillComputing:
    """What keeps a plan from being carried out: a person, or that the sheet may be another one in a moment."""
    seen, look = "; ".join(plan.objections), f"ook with `plan`, then `apply --plan {plan.fingerprint}`."
    if computing := at_work(reading):
        return _too_early(computing, f"{seen}. If it stays so, l{look}")
    waiting = WaitingForPerson(f"{seen}. L{look}")
    waiting.fingerprint = plan.fingerprint
    return waiting


def remove(sheets: Sheets, settings: Settings, gradebook: GradebookSettings) -> int:
    """Take everything of ours out of the document again; answers how many edits that took."""
    reading = sheets.read(gradebook.spreadsheet)
    try:
        understood = read_gradebook(reading, gradebook, settings.marking)
    except LayoutError:
        # Without a layout there is no flag column to empty; rules, notes and tabs are known without it.
        understood = None
    edits = removal(reading, understood)
    if edits:
        gone = {edit.sheet_id for edit in edits if isinstance(edit, DeleteTab)}
        stays = next((tab for tab in reading if tab.sheet_id not in gone), None)
        if stays is None:
            raise SheetError("only our own tabs are left in the document, and a document cannot be without any.")
        sheets.apply(gradebook.spreadsheet, edits, ((stays.title, _CORNER),))
    _log.info("remove gradebook=%s edits=%d", gradebook.name, len(edits))
    return len(edits)


def _give_back(plan: Plan, reading: Reading, sheets: Sheets, settings: Settings, gradebook: GradebookSettings) -> None:
    """Undo what fell on the teacher's own cells. Raises SheetError where a formula was among them."""
    if all(tab.flag_column is None for tab in plan.gradebook.tabs):
        return
    after = sheets.read(gradebook.spreadsheet)
    now = read_gradebook(after, gradebook, settings.marking)
    edits = put_back(reading, after, plan.gradebook, now)
    if not edits:
        return
    titles = {tab.sheet_id: tab.title for tab in now.tabs}
    sheets.apply(gradebook.spreadsheet, edits, ((now.tabs[0].title, _CORNER),))
    formulas = [(titles[edit.sheet_id], edit) for edit in edits if edit.entered.formula is not None]
    if formulas:
        places = ", ".join(Cell(edit.row, edit.column).on(tab) for tab, edit in formulas[:5])
        raise SheetError(
            f"columns were moved while the flags were written, and the formulas in {places} were put back as they had "
            "been: look whether they still count the right columns. The next sync does the rest."
        )


def _watched(plan: Plan) -> tuple[tuple[Watched, ...], tuple[Watched, ...]]:
    """The columns of student ids and the header's rows, to look at after the write."""
    ids, headers = [], []
    for tab in plan.gradebook.tabs:
        ids.append((tab.title, Range(tab.header_row, tab.id_column, tab.end_row, tab.id_column + 1)))
        # A move matters up to the last column that is read or written by place.
        columns = (column for assignment in tab.assignments for column in assignment.columns)
        width = 1 + max(tab.id_column, tab.flag_column or 0, *columns, 0)
        headers.append((tab.title, Range(tab.header_row, 0, tab.header_row + 1, width)))
    return tuple(ids), tuple(headers)


def _expected(reading: Reading, watched: tuple[Watched, ...]) -> tuple[str, ...]:
    """What should stand there if nothing has moved."""
    texts: list[str] = []
    for title, area in watched:
        tab = next(each for each in reading if each.title == title)
        for row in range(area.row, area.end_row):
            texts += (tab.at(row, column).shown for column in range(area.column, area.end_column))
    return tuple(texts)
