"""What stands on the tabs of ours: `Mastery` with one row a student, `Mastery Trouble` with what should be mended.

`Mastery Settings` is the teacher's as much as ours, and on `Mastery Mail` a tick is a decision: they have rooms of
their own, `panel` and `mailtab`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sheets_mastery.edits import Value
from sheets_mastery.gradebook import Gradebook, Place, Problem
from sheets_mastery.mailtab import MAIL_ID, MAIL_LABELS, MAIL_TITLE
from sheets_mastery.mastery import Standing
from sheets_mastery.ourtabs import is_empty
from sheets_mastery.panel import SETTINGS_ID, SETTINGS_LABELS, SETTINGS_TITLE
from sheets_mastery.reading import Reading, Tab

#: Ids chosen by us, so that a request that is sent twice fails loudly instead of making a second tab, and so that the
#: tabs are known when a teacher renames them.
MASTERY_ID = 768_693_001
TROUBLE_ID = 768_693_002
MASTERY_TITLE = "Mastery"
TROUBLE_TITLE = "Mastery Trouble"
MASTERY_LABELS = ("Student ID", "Student", "Level", "Missing")
TROUBLE_LABELS = ("Where", "What was seen", "What is wrong", "What to do")
#: The tabs that hold what was found: id, title at birth, labels of the first row.
FOUND = ((MASTERY_ID, MASTERY_TITLE, MASTERY_LABELS), (TROUBLE_ID, TROUBLE_TITLE, TROUBLE_LABELS))
#: All tabs of ours.
OURS = (*FOUND, (SETTINGS_ID, SETTINGS_TITLE, SETTINGS_LABELS), (MAIL_ID, MAIL_TITLE, MAIL_LABELS))
LEVEL_COLUMN = MASTERY_LABELS.index("Level")
_ROWS_AT_A_TIME = 50
_COLUMNS_AT_A_TIME = 10
_SEEN_LENGTH = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A tab of ours as it should be."""

    sheet_id: int
    #: The title it gets when it is made; a teacher may change it afterwards.
    title: str
    #: Rows from A1 on, all of one length.
    values: tuple[tuple[Value, ...], ...]
    #: The size of the grid: never smaller, sometimes larger.
    rows: int
    columns: int
    #: How many rows and columns stay in view.
    frozen: tuple[int, int]
    #: Widths in pixels from column A on.
    widths: tuple[int, ...]
    #: Whether it says anything: a tab that says nothing is not made.
    something: bool = True
    #: Where each row's first cell leads, "" for nowhere.
    links: tuple[str, ...] = ()


def mastery_table(gradebook: Gradebook, standings: Iterable[Standing]) -> Table:
    """One row a student in the gradebook's order: id, name, level, how many are missing, a word an assignment."""
    header = (*MASTERY_LABELS, *(assignment.header or assignment.title for assignment in gradebook.assignments))
    body = tuple(
        (
            standing.student.id,
            standing.student.name,
            _number(standing.contract.tier.pass_mark) if standing.contract else None,
            standing.missing,
            *(judged.verdict.value for judged in standing.judged),
        )
        for standing in standings
    )
    before = len(MASTERY_LABELS)
    return Table(
        sheet_id=MASTERY_ID,
        title=MASTERY_TITLE,
        values=(header, *body),
        rows=_rounded_up(len(body) + 1, _ROWS_AT_A_TIME),
        columns=before + _rounded_up(len(gradebook.assignments), _COLUMNS_AT_A_TIME),
        frozen=(1, before),
        widths=(90, 180, 60, 70, *(130 for _ in gradebook.assignments)),
    )


def trouble_table(problems: Iterable[Problem], reading: Reading) -> Table:
    """One row a problem, in reading order: where, with a link to the cell, what is there, what is wrong, what to do."""
    listed = tuple(problems)
    body: tuple[tuple[Value, ...], ...] = tuple(
        (str(each.place), _seen(each.place, reading), each.what, each.remedy) for each in listed
    )
    values = (TROUBLE_LABELS, *(body or (("", "", "Nothing to mend.", ""),)))
    return Table(
        sheet_id=TROUBLE_ID,
        title=TROUBLE_TITLE,
        values=values,
        rows=_rounded_up(len(values), _ROWS_AT_A_TIME),
        columns=len(TROUBLE_LABELS),
        frozen=(1, 0),
        widths=(140, 160, 480, 420),
        something=bool(body),
        links=("", *(_link(each.place, reading) for each in listed)),
    )


def _link(place: Place, reading: Reading) -> str:
    """The address of a cell within its document; "" for a tab that is not there."""
    tab = reading.tab(place.tab)
    if tab is None:
        return ""
    return f"#gid={tab.sheet_id}" + (f"&range={place.cell}" if place.cell else "")


def _seen(place: Place, reading: Reading) -> str:
    """What stands in a cell, as plain text and not at any length."""
    tab = reading.tab(place.tab)
    if tab is None or place.cell is None:
        return ""
    content = tab.at(place.cell.row, place.cell.column)
    text = " ".join((content.shown or content.text).split())
    return text if len(text) <= _SEEN_LENGTH else text[: _SEEN_LENGTH - 1] + "…"


def is_ours_to_take_away(tab: Tab, labels: tuple[str, ...]) -> bool:
    """Whether we surely made this tab: an empty one of this name may be the teacher's."""
    # `Mastery Mail` has a line above its labels.
    begins = any(tuple(tab.at(row, column).text for column in range(len(labels))) == labels for row in (0, 1))
    return tab.sheet_id in {sheet_id for sheet_id, _, _ in OURS} or begins


def is_ours(tab: Tab, labels: tuple[str, ...]) -> bool:
    """Whether a tab of this name is free for us: we made it, or it is empty."""
    return is_empty(tab) or is_ours_to_take_away(tab, labels)


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _rounded_up(count: int, step: int) -> int:
    return max(-(-count // step), 1) * step
