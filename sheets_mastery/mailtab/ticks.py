"""The tab as the teacher left it: which boxes are ticked, and which letters that is about.

A tick is about the letter whose reference stands in its row, and only while the row also names that letter's student,
reader, subject and state: whatever is sorted, inserted, typed over or pasted, a row that is not whole approves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sheets_mastery.mailtab.lines import Line
from sheets_mastery.newaddresses import asks_for_a_yes
from sheets_mastery.notices import Decision, Notice, NoticeState
from sheets_mastery.ourtabs import find_labels, is_empty, present
from sheets_mastery.reading import Content, Reading, Tab

#: The tab: its id, its title at birth, and the labels of its columns.
MAIL_ID = 768_693_004
MAIL_TITLE = "Mastery Mail"
MAIL_LABELS = ("Approve", "Skip", "Leaves", "Student ID", "Student", "To", "About", "State", "Why", "Reference")
#: What the box decides about a letter that was held back or refused. What may have left is no matter of a tick.
_APPROVE: Mapping[NoticeState, Decision] = {
    NoticeState.BLOCKED: Decision.APPROVE,
    NoticeState.FAILED: Decision.AGAIN,
}
_SKIP = frozenset({NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED, NoticeState.FAILED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the tab that may be about a letter."""

    #: From 0.
    row: int
    reference: str
    approve: bool
    skip: bool
    #: Student ID, Student, To, About and State, as they stand there.
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The tab as it was found."""

    tab: Tab
    #: The row with the labels, from 0.
    header_row: int
    #: The columns by label.
    columns: Mapping[str, int]
    rows: tuple[Row, ...]
    #: Whether the box that approves all is ticked.
    all: bool

    def at(self, row: int, label: str) -> Content:
        """What is in a row under a label."""
        return self.tab.at(row, self.columns[label])


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """What a person has decided about a letter by a tick."""

    #: The letter as it was when the tick was read: a letter that has moved on since is not decided about.
    notice: Notice
    decision: Decision

    @property
    def reason(self) -> str:
        """Why, for the audit and for whoever looks at the letter."""
        return "skipped on the tab" if self.decision is Decision.CANCEL else "approved on the tab"


def mail_tab(reading: Reading) -> Tab | None:
    """The tab, by its id, and by its title where it came back from a copy under another id."""
    return present(reading, MAIL_ID, MAIL_TITLE)


def is_ours_or_free(tab: Tab) -> bool:
    """Whether a tab of this name is ours or empty; any other one belongs to the teacher."""
    return tab.sheet_id == MAIL_ID or is_empty(tab) or find_labels(tab, MAIL_LABELS, once=True) is not None


def read(tab: Tab) -> Page | None:
    """The tab with its columns and rows told apart; None where they cannot be told, and then nothing is ticked."""
    found = find_labels(tab, MAIL_LABELS, once=True)
    if found is None:
        return None
    header_row, columns = found

    def text(row: int, label: str) -> str:
        value = tab.at(row, columns[label]).value
        return value if isinstance(value, str) else ""

    rows = tuple(
        Row(
            row=row,
            reference=text(row, "Reference"),
            approve=_is_ticked(tab.at(row, columns["Approve"])),
            skip=_is_ticked(tab.at(row, columns["Skip"])),
            words=tuple(text(row, label) for label in ("Student ID", "Student", "To", "About", "State")),
        )
        for row in range(header_row + 1, len(tab.cells))
        if text(row, "Reference")
    )
    every = header_row > 0 and _is_ticked(tab.at(header_row - 1, columns["Approve"]))
    return Page(tab=tab, header_row=header_row, columns=columns, rows=rows, all=every)


def ticked(page: Page | None, lines: Mapping[str, Line]) -> tuple[Ticked, ...]:
    """What is decided by the boxes: `lines` are the letters that wait, by reference.

    Skip wins over Approve. The box for all means the letters on this page that wait to leave, and never one that was
    held back or refused, nor one to a new address: at that somebody has to look.
    """
    if page is None:
        return ()
    times = Counter(row.reference for row in page.rows)
    found: list[Ticked] = []
    for row in page.rows:
        line = lines.get(row.reference)
        if line is None or times[row.reference] > 1 or row.words != words_of(line):
            continue
        state = line.notice.state
        decision: Decision | None = None
        if row.skip:
            decision = Decision.CANCEL if state in _SKIP else None
        elif row.approve:
            # What somebody has approved before is not approved again.
            decision = Decision.APPROVE if line.notice.awaits_a_yes else _APPROVE.get(state)
        elif page.all and line.notice.awaits_a_yes and not asks_for_a_yes(line.notice):
            decision = Decision.APPROVE
        if decision is not None:
            found.append(Ticked(notice=line.notice, decision=decision))
    return tuple(found)


def words_of(line: Line) -> tuple[str, ...]:
    """What has to stand in a letter's row."""
    return (line.student_id, line.student, line.to, line.about, line.state)


def _is_ticked(content: Content) -> bool:
    """A box that a person has ticked: TRUE, and no formula that happens to give it."""
    return content.value is True and content.formula is None
