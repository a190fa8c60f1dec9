"""The tab `Mastery Mail` while teacher and sync write at once: a tick is only ever about the letter of its own row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import drawn
import pytest
import written
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_mastery.a1 import Range
from sheets_mastery.config import Settings
from sheets_mastery.edits import AddTab, Edit, Protect, Unprotect
from sheets_mastery.envelope import reference
from sheets_mastery.freshlook import View
from sheets_mastery.mailtab import MAIL_ID, MAIL_LABELS, described, guard_edits
from sheets_mastery.notices import Decided, Earlier, NoticeState
from sheets_mastery.past import Past
from sheets_mastery.plan import decide
from sheets_mastery.reading import EMPTY, Content, Protection, Reading, Tab

NOW = datetime(2026, 9, 21, 16, 0, tzinfo=ZoneInfo("America/Chicago"))
FIRST = Past(
    secret=b"secret",
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
)
CLASS = """
    ID  | Student  | Level | Guardian Email | Quiz 1 | Essay
    Max |          |       |                | 50     | 20
    101 | Ana Diaz | 86    | a@x.org        | {}     | {}
    102 | Bo Kim   | 86    | b@x.org        | {}     | {}
    103 | Cy Obi   | 86    | c@x.org        | {}     | {}
    104 | Di Lee   | 86    | d@x.org        | {}     | {}
    """
SETTINGS = drawn.settings("[guard]\nletters_share = 1\nverdicts_share = 1\n[letters]\nhold_hours = 18")


def reviewed(told: Settings = SETTINGS) -> Settings:
    return told.model_copy(update={"mail": told.mail.model_copy(update={"mode": "review"})})


@dataclass
class World:
    """A document, what the ledger knows, and which letters a person has ever ticked, by what stood in the row then."""

    told: Settings
    sheet: Reading
    past: Past = FIRST
    now: datetime = NOW
    #: Reference and subject of all rows in which Approve was ever ticked, or that were seen while all were approved.
    ticked: set[tuple[str, str]] = field(default_factory=set)
    left: list[str] = field(default_factory=list)

    @property
    def tab(self) -> Tab | None:
        return next((tab for tab in self.sheet if tab.sheet_id == MAIL_ID), None)

    def put(self, tab: Tab) -> None:
        self.sheet = replace(
            self.sheet, tabs=tuple(tab if each.sheet_id == tab.sheet_id else each for each in self.sheet)
        )

    # The teacher

    def mark(self, marks: Sequence[str]) -> None:
        cells = drawn.reading(CLASS.format(*marks)).tabs[0].cells
        self.put(replace(self.sheet.tabs[0], cells=cells))

    def act(self, what: str, one: int, other: int) -> None:
        """Something that a person does on the tab, at places that are drawn."""
        tab = self.tab
        if tab is None or len(tab.cells) < 3:
            return
        rows = [list(row) + [EMPTY] * (tab.columns - len(row)) for row in tab.cells]
        one, other = 2 + one % (len(rows) - 2), 2 + other % (len(rows) - 2)
        labels = {each.shown: number for number, each in reversed(list(enumerate(rows[1])))}
        if set(MAIL_LABELS) - set(labels):
            return
        box = Content(value=True, shown="TRUE")
        columns = tab.columns
        match what:
            case "approve":
                rows[one][labels["Approve"]] = box
                self._saw(rows[one], labels)
            case "skip":
                rows[one][labels["Skip"]] = box
            case "all":
                rows[0][labels["Approve"]] = box
                for row in rows[2:]:
                    self._saw(row, labels)
            case "sort":
                rows[2:] = sorted(rows[2:], key=lambda row: row[(one + other) % columns].shown)
            case "insert":
                rows.insert(one, [EMPTY] * columns)
            case "delete":
                del rows[one]
            case "copy":
                rows[one] = list(rows[other])
            case "reference":
                rows[one][labels["Reference"]] = rows[other][labels["Reference"]]
            case "names":
                for label in ("Student ID", "Student", "To"):
                    rows[one][labels[label]], rows[other][labels[label]] = (
                        rows[other][labels[label]],
                        rows[one][labels[label]],
                    )
            case "column":
                at = one % columns
                rows = [[*row[:at], EMPTY, *row[at:]] for row in rows]
                columns += 1
            case "label":
                rows[1][labels["Student"]] = Content(value="Child", shown="Child")
            case "gone":
                self.sheet = replace(self.sheet, tabs=tuple(each for each in self.sheet if each.sheet_id != MAIL_ID))
                return
        grid = max(tab.rows, len(rows))
        self.put(replace(tab, cells=drawn.trimmed(rows), rows=grid, columns=columns))

    def _saw(self, row: Sequence[Content], labels: dict[str, int]) -> None:
        self.ticked.add((row[labels["Reference"]].shown, row[labels["About"]].shown))

    def click(self, one: int) -> None:
        """A click on a box that is on its way while a sync writes: it goes with its row, or nowhere."""
        tab = self.tab
        if tab is None or len(tab.cells) < 3:
            return
        labels = {each.shown: number for number, each in reversed(list(enumerate(tab.row(1))))}
        if set(MAIL_LABELS) - set(labels):
            return
        at = one % len(tab.cells)
        if at == 1:
            return
        rows = [list(row) + [EMPTY] * (tab.columns - len(row)) for row in tab.cells]
        for row in rows[2:] if at == 0 else [rows[at]]:
            self._saw(row, labels)
        rows[at].append(Content(value=CLICK, shown=CLICK))
        self.put(replace(tab, cells=drawn.trimmed(rows), columns=tab.columns + 1))

    def arrive(self) -> None:
        """The click arrives."""
        tab = self.tab
        if tab is None:
            return
        rows = [list(row) for row in tab.cells]
        labels = [each.shown for each in rows[1]] if len(rows) > 1 else []
        for row in rows:
            if row and row[-1].shown == CLICK:
                row.pop()
                row[labels.index("Approve")] = Content(value=True, shown="TRUE")
        self.put(replace(tab, cells=drawn.trimmed(rows)))

    # The program

    def sync(self, meanwhile: Sequence[tuple[str, int, int]] = (), click: int | None = None) -> None:
        """A sync, with deeds between its reading and its write; it looks again where that shows.

        A click lands after the write, by somebody who has seen what was there before it.
        """
        for deeds in (meanwhile, (), ()):
            plan = decide(self.sheet, self.past, self.told, self.told.gradebooks[0], self.now)
            self._fair(plan.facts.decided)
            self.past = written.learned(self.past, plan.facts)
            for deed in deeds:
                self.act(*deed)
            adds = any(isinstance(edit, AddTab) and edit.sheet_id == MAIL_ID for edit in plan.edits)
            if self.tab is None and not adds and any(getattr(edit, "sheet_id", None) == MAIL_ID for edit in plan.edits):
                continue  # Google refuses to write on a tab that has gone; the next sync looks anew
            if click is not None:
                self.click(click)
            self.sheet = written.applied(self.sheet, plan.edits)
            if click is not None:
                self.arrive()
                click = None
            if all(self._shown(*watched) == texts for watched, texts in plan.watched):
                return
        raise AssertionError("the tab does not come to rest")

    def _shown(self, title: str, area: Any) -> tuple[str, ...]:
        tab = self.sheet.tab(title)
        assert tab is not None
        return tuple(
            tab.at(row, column).shown
            for row in range(area.row, area.end_row)
            for column in range(area.column, area.end_column)
        )

    def deliver(self) -> None:
        """What is approved leaves."""
        view = View.of(self.sheet, self.past, self.told, self.told.gradebooks[0], self.now)
        self._fair(view.decided)
        notices = dict(self.past.notices) | {each.notice.key: each.after for each in view.decided}
        earlier = dict(self.past.history.earlier)
        for each in notices.values():
            if each.state is NoticeState.READY:
                notices[each.key] = replace(each, state=NoticeState.SENT)
                self.left.append(reference(each.key))
                sent = Earlier(key=each.key, kind=each.kind, slot=each.slot, at=self.now, state=NoticeState.SENT)
                whose = (each.student, each.guardian)
                earlier[whose] = (*earlier.get(whose, ()), sent)
        self.past = replace(self.past, notices=notices, history=replace(self.past.history, earlier=earlier))

    def _fair(self, decided: Sequence[Decided]) -> None:
        """Nothing is approved but what somebody has ticked in its own row, which names its student and nobody else."""
        shown = [[content.shown for content in row] for row in self.tab.cells] if self.tab else []
        for each in decided:
            word = reference(each.notice.key)
            (row,) = (row for row in shown if word in row)
            if each.after.state is NoticeState.READY:
                about = next(cell for cell in row if cell.startswith(("newly missing", "made good", "still missing")))
                assert (word, about) in self.ticked
                assert {"101", "102", "103", "104"}.intersection(row) == {each.notice.student}
                assert "TRUE" in row or "TRUE" in shown[0]


#: What marks a row that a click is on its way to.
CLICK = "…click"
MARKS = st.lists(st.sampled_from(["50", "20", "M", ""]), min_size=8, max_size=8)
DEEDS = st.tuples(
    st.sampled_from(
        [
            "approve",
            "approve",
            "skip",
            "all",
            "sort",
            "insert",
            "delete",
            "copy",
            "reference",
            "names",
            "column",
            "label",
            "gone",
        ]
    ),
    st.integers(0, 30),
    st.integers(0, 30),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mark"), MARKS),
        st.tuples(st.just("act"), DEEDS),
        st.tuples(st.just("act"), DEEDS),
        st.tuples(st.just("sync"), st.lists(DEEDS, max_size=2)),
        st.tuples(st.just("click"), st.integers(0, 30)),
        st.tuples(st.just("deliver"), st.none()),
    ),
    max_size=14,
)


@given(MARKS, STEPS)
@settings(max_examples=100, deadline=None)
def test_whatever_is_sorted_typed_and_ticked_no_letter_leaves_whose_own_row_was_not_ticked(
    marks: list[str], steps: list[tuple[str, Any]]
) -> None:
    world = World(told=reviewed(), sheet=drawn.reading(CLASS.format(*marks)))
    world.sync()
    for what, how in steps:
        match what:
            case "mark":
                world.now += timedelta(minutes=20)
                world.mark(how)
            case "act":
                world.act(*how)
            case "sync":
                world.sync(how)
            case "click":
                world.sync(click=how)
            case _:
                world.deliver()
    assert len(world.left) == len(set(world.left))
    # However it was left, it comes to rest: whole rows, empty boxes, one row a letter, and nothing more to write.
    world.sync()
    plan = decide(world.sheet, world.past, world.told, world.told.gradebooks[0], world.now)
    assert (plan.edits, plan.facts.decided) == ((), ())


WHO = ("head@x.org", "Deputy@x.org")
OURS = described(WHO, "this one")
GOOD = Protection(range=Range(0, 0, 9, 5), ours_to_edit=True, id=4, description=OURS)
NEW = Protect(sheet_id=7, description=OURS, editors=WHO)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((), (NEW,)),
        ((GOOD,), ()),
        # Made twice, by two syncs at once.
        ((GOOD, replace(GOOD, id=5)), (Unprotect(id=5),)),
        ((replace(GOOD, description=described(WHO[:1], "this one")),), (Unprotect(id=4), NEW)),
        ((replace(GOOD, description=described(WHO, "what this is a copy of")),), (Unprotect(id=4), NEW)),
        ((replace(GOOD, warns=True),), (Unprotect(id=4), NEW)),
        ((replace(GOOD, for_domain=True),), (Unprotect(id=4), NEW)),
        # With a hole in it: two rectangles of one protection.
        (
            (replace(GOOD, range=Range(0, 0, 9, 1)), replace(GOOD, range=Range(0, 2, 9, 5))),
            (Unprotect(id=4), NEW),
        ),
        # Somebody else's.
        ((replace(GOOD, description="mine"),), (NEW,)),
    ],
)
def test_a_tab_is_protected_once_and_for_those_who_are_named(
    there: tuple[Protection, ...], expected: tuple[Edit, ...]
) -> None:
    tab = Tab(sheet_id=7, title="Mastery Mail", rows=9, columns=5, protections=there)
    assert guard_edits(tab, WHO, "this one") == expected
    ours = {each.id for each in there if each.description != "mine"}
    assert guard_edits(tab, (), "this one") == tuple(Unprotect(id=number) for number in sorted(ours))


def test_who_is_named_in_another_order_or_in_other_letters_is_the_same_and_no_address_is_shown() -> None:
    assert described(("HEAD@x.org", "deputy@x.org", "head@x.org"), "this one") == OURS
    assert "x.org" not in OURS
