"""One gradebook, once: read, decide, write."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Protocol

from sheets_mastery.a1 import Cell, Range, quoted
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.errors import LayoutError, PlanChanged, SheetError, WaitingForPerson
from sheets_mastery.gradebook import read_gradebook
from sheets_mastery.plan import Facts, Past, Plan, decide
from sheets_mastery.reading import Reading
from sheets_mastery.writeback import DeleteTab, Edit, put_back, removal

_log = logging.getLogger("sheets_mastery")

#: How often a sync looks again when rows moved while it wrote.
_LOOK_AGAIN = 2


class Sheets(Protocol):
    """A place where spreadsheets are."""

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole document as the service wants it, by one request."""
        ...

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: str, across: str = "") -> tuple[str, ...]:
        """Write by one atomic request; answers what the watched column and then the row show afterwards."""
        ...


class Ledger(Protocol):
    """The record of what has happened."""

    def past(self, gradebook: str, today: date) -> Past:
        """What is known about a gradebook."""
        ...

    def record(self, gradebook: str, facts: Facts, *, now: datetime) -> None:
        """Learn the facts of a plan, all or none."""
        ...


def make_plan(
    sheets: Sheets, ledger: Ledger, settings: Settings, gradebook: GradebookSettings, now: datetime
) -> tuple[Plan, Reading]:
    """What a sync would do now. Nothing is written anywhere."""
    reading = sheets.read(gradebook.spreadsheet)
    past = ledger.past(gradebook.name, now.astimezone(settings.school.zone).date())
    return decide(reading, past, settings, gradebook, now), reading


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

    Raises WaitingForPerson when the guard objects and nobody has approved, PlanChanged when `approved` is not the
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
        raise _waiting(plan)
    done = plan
    looked_again = 0
    while True:
        ledger.record(gradebook.name, plan.facts, now=now)
        if not plan.edits:
            break
        # Notes and flags are written by place. If the teacher sorted or inserted between our read and our write, they
        # now lie beside the wrong child: the answer to the write tells, and the next look puts it right.
        found, expected = sheets.apply(gradebook.spreadsheet, plan.edits, *_watched(plan)), _expected(plan, reading)
        if found == expected:
            break
        if found[-_width(plan) :] != expected[-_width(plan) :]:
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
            raise _waiting(plan)
    _log.info(
        "sync gradebook=%s plan=%s edits=%d verdicts=%d letters=%d",
        gradebook.name,
        plan.fingerprint,
        len(plan.edits),
        len(plan.facts.verdicts),
        len(plan.facts.new_notices),
    )
    return done


def _waiting(plan: Plan) -> WaitingForPerson:
    waiting = WaitingForPerson(
        f"{'; '.join(plan.objections)}. Look with `plan`, then `apply --plan {plan.fingerprint}`."
    )
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
        sheets.apply(gradebook.spreadsheet, edits, f"{quoted(stays.title)}!A1:A1")
    _log.info("remove gradebook=%s edits=%d", gradebook.name, len(edits))
    return len(edits)


def _give_back(plan: Plan, reading: Reading, sheets: Sheets, settings: Settings, gradebook: GradebookSettings) -> None:
    """Undo what fell on the teacher's own cells. Raises SheetError where a formula was among them."""
    if plan.gradebook.flag_column is None:
        return
    after = sheets.read(gradebook.spreadsheet)
    now = read_gradebook(after, gradebook, settings.marking)
    edits = put_back(reading, after, plan.gradebook, now)
    if not edits:
        return
    tab = next(each.title for each in after if each.sheet_id == now.sheet_id)
    sheets.apply(gradebook.spreadsheet, edits, f"{quoted(tab)}!A1:A1")
    formulas = [Cell(edit.row, edit.column) for edit in edits if edit.entered.formula is not None]
    if formulas:
        places = ", ".join(cell.on(tab) for cell in formulas[:5])
        raise SheetError(
            f"columns were moved while the flags were written, and the formulas in {places} were put back as they had "
            "been: look whether they still count the right columns. The next sync does the rest."
        )


def _watched(plan: Plan) -> tuple[str, str]:
    """The column of student ids and the header's row, to look at after the write."""
    book = plan.gradebook
    ids = Range(book.header_row, book.id_column, book.end_row, book.id_column + 1)
    header = Range(book.header_row, 0, book.header_row + 1, _width(plan))
    return f"{quoted(book.tab)}!{ids}", f"{quoted(book.tab)}!{header}"


def _expected(plan: Plan, reading: Reading) -> tuple[str, ...]:
    """What should stand there if nothing has moved."""
    book = plan.gradebook
    tab = next(each for each in reading if each.sheet_id == book.sheet_id)
    ids = (tab.at(row, book.id_column).shown for row in range(book.header_row, book.end_row))
    return (*ids, *(tab.at(book.header_row, column).shown for column in range(_width(plan))))


def _width(plan: Plan) -> int:
    """How many columns a move of which would matter: up to the last one that is read or written by place."""
    book = plan.gradebook
    return 1 + max(book.id_column, book.flag_column or 0, *(each.column for each in book.assignments), 0)
