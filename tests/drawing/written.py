"""A document that takes edits: what a sync would write, put into a `Reading` without any Google.

Strict where Google is strict: an edit that Google would refuse is a ValueError here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import drawn
from stamped import StampPlace

from sheets_mastery import edits as w
from sheets_mastery.notices import NoticeState, with_more
from sheets_mastery.past import Facts, Past
from sheets_mastery.reading import EMPTY, Content, Reading, Rule, Tab
from sheets_mastery.remediation import Closed


@dataclass(kw_only=True)
class Page:
    """One tab while it is written on."""

    tab: Tab
    rows: int
    columns: int
    cells: dict[tuple[int, int], Content]
    rules: list[Rule | None] = field(default_factory=list)

    @classmethod
    def of(cls, tab: Tab) -> Page:
        """A tab as it is before."""
        cells = {(row, column): each for row, line in enumerate(tab.cells) for column, each in enumerate(line)}
        return cls(tab=tab, rows=tab.rows, columns=tab.columns, cells=cells, rules=list(tab.rules))

    def put(self, row: int, column: int, **changes: object) -> None:
        """Change one cell that is inside the grid."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            raise ValueError(f"there is no cell {row}, {column} on a grid of {self.rows} × {self.columns}")
        self.cells[row, column] = replace(self.cells.get((row, column), EMPTY), **changes)  # type: ignore[arg-type]  # replace checks at run time

    def insert(self, row: int, count: int) -> None:
        """Rows that move down what is below."""
        if not 0 <= row < self.rows:
            raise ValueError(f"there is no row {row} on a grid of {self.rows} rows")
        self.rows += count
        self.cells = {(at + count * (at >= row), column): each for (at, column), each in self.cells.items()}

    def delete(self, row: int, count: int) -> None:
        """Rows that go, with all that is in them."""
        if not 0 <= row < row + count <= self.rows or count == self.rows:
            raise ValueError(f"rows {row} to {row + count} cannot go from a grid of {self.rows} rows")
        self.rows -= count
        gone = range(row, row + count)
        self.cells = {
            (at - count * (at >= row), column): each for (at, column), each in self.cells.items() if at not in gone
        }

    def done(self) -> Tab:
        """The tab as it is afterwards."""
        height = max((row + 1 for row, _ in self.cells), default=0)
        width = max((column + 1 for _, column in self.cells), default=0)
        table = [[self.cells.get((row, column), EMPTY) for column in range(width)] for row in range(height)]
        return replace(
            self.tab, rows=self.rows, columns=self.columns, cells=drawn.trimmed(table), rules=tuple(self.rules)
        )


def applied(reading: Reading, edits: tuple[w.Edit, ...]) -> Reading:
    """The reading after the edits, one after the other."""
    pages = {tab.sheet_id: Page.of(tab) for tab in reading}
    place = StampPlace(reading.stamps)
    for edit in edits:
        if isinstance(edit, w.AddTab):
            titles = {page.tab.title.casefold() for page in pages.values()}
            if edit.sheet_id in pages or edit.title.casefold() in titles:
                raise ValueError(f"there is a tab {edit.title} already")
            pages[edit.sheet_id] = Page.of(
                Tab(
                    sheet_id=edit.sheet_id,
                    title=edit.title,
                    rows=edit.rows,
                    columns=edit.columns,
                    frozen=edit.frozen,
                )
            )
            continue
        if isinstance(edit, w.PutStamp | w.DropStamp):
            place.carry_out((edit,))
            continue
        page = pages[edit.sheet_id]
        match edit:
            case w.DeleteTab():
                del pages[edit.sheet_id]
            case w.InsertRows():
                page.insert(edit.row, edit.count)
            case w.DeleteRows():
                page.delete(edit.row, edit.count)
            case w.ResizeTab():
                page.rows, page.columns = edit.rows, edit.columns
            case w.PutValues():
                for down, line in enumerate(edit.values):
                    for right, value in enumerate(line):
                        page.put(edit.row + down, edit.column + right, **_typed(value))
            case w.PutNote():
                page.put(edit.row, edit.column, note=edit.note)
            case w.DeleteRule():
                del page.rules[edit.index]
            case w.AddRule():
                if edit.index > len(page.rules):
                    raise ValueError(f"there is no place {edit.index} among {len(page.rules)} rules")
                page.rules.insert(edit.index, edit.rule)
            case w.PutLook() | w.SetWidths() | w.PutLinks() | w.Offer():
                # The looks of our own tabs are not part of a reading.
                pass
    return replace(reading, tabs=tuple(page.done() for page in pages.values()), stamps=place.there)


def _typed(value: str | int | Decimal | None) -> dict[str, object]:
    """What a cell holds after a plain value was put into it."""
    if isinstance(value, bool):
        return {"value": value, "shown": str(value).upper(), "formula": None, "error": None}
    if value is None or value == "":
        return {"value": None, "shown": "", "formula": None, "error": None}
    if isinstance(value, str):
        return {"value": value, "shown": value, "formula": None, "error": None}
    return {"value": Decimal(value), "shown": f"{value}", "formula": None, "error": None}


def learned(past: Past, facts: Facts) -> Past:
    """What a ledger knows after it has recorded the facts of a plan."""
    verdicts, levels = dict(past.verdicts), dict(past.levels)
    for change in facts.verdicts:
        if change.after is None:
            del verdicts[change.work]
        else:
            verdicts[change.work] = change.after
    levels |= {change.student: change.after for change in facts.levels}
    episodes = dict(past.episodes) | {episode.work: episode for episode in facts.episodes}
    before = dict(past.notices) | {
        each.notice.key: replace(each.after, version=each.notice.version + 1) for each in facts.decided
    }
    notices = before | {notice.key: notice for notice in facts.new_notices}
    for name, joining in facts.joined:
        notices[name] = with_more(notices[name], "episodes", joining)
    for name, why in facts.withdrawn:
        notices[name] = replace(notices[name], state=NoticeState.CANCELLED, reason=why)
    addresses = {(each.student, each.guardian): each for each in facts.addresses}
    students = past.students if facts.students is None else facts.students
    ended = {**past.ended, **{each.work: each for each in facts.episodes if each.closed is not None}}
    open_now = {work: episode for work, episode in episodes.items() if episode.closed is None}
    return replace(
        past,
        left={who: was for who, was in {**past.left, **(past.students or {})}.items() if who not in (students or {})},
        ended={work: each for work, each in ended.items() if work not in open_now},
        marks=past.marks if facts.marks is None else facts.marks,
        addresses=addresses if past.addresses is None else {**past.addresses, **addresses},
        students=students,
        shape=past.shape if facts.shape is None else facts.shape,
        verdicts=verdicts,
        attempts=dict(past.attempts) | {attempt.work: attempt for attempt in facts.attempts},
        levels=levels,
        choices=past.choices if facts.choices is None else facts.choices,
        episodes=open_now,
        notices=notices,
        history=replace(
            past.history,
            ended=(*past.history.ended, *(each for each in facts.episodes if each.why is Closed.MADE_GOOD)),
        ),
        announced=frozenset(
            (episode, notice.guardian)
            for notice in notices.values()
            # What a person has dropped is said by no other letter.
            if notice.state is not NoticeState.CANCELLED or notice.reason == "skipped on the tab"
            for episode in notice.episodes
        ),
    )
