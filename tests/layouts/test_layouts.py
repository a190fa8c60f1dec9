"""Every layout is read as a person reads it, with no more said than what the questions ask."""

from __future__ import annotations

import pytest
from exports import EXPORTS
from sheets import SHEETS
from tables import Example, seen

from sheets_mastery.config import Marking
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import Gradebook, Layout, TabRole, find_layout, read_gradebook

EVERY = (*EXPORTS, *SHEETS)
every_layout = pytest.mark.parametrize("example", EVERY, ids=[example.name for example in EVERY])
every_readable = pytest.mark.parametrize(
    "example",
    [example for example in EVERY if not example.stays_stopped],
    ids=[example.name for example in EVERY if not example.stays_stopped],
)


def read(example: Example, *, answered: bool) -> Gradebook:
    return read_gradebook(example.reading, example.settings(answered=answered), Marking())


def looked(example: Example, *, answered: bool) -> Layout:
    return find_layout(example.reading, example.settings(answered=answered), Marking())


def asked(layout: Layout) -> tuple[str, ...]:
    return tuple(f"{each.key} = {each.proposal}" if each.proposal else each.key for each in layout.questions)


@every_layout
def test_what_cannot_be_known_is_asked_and_nothing_else(example: Example) -> None:
    layout = looked(example, answered=False)
    assert asked(layout) == example.questions
    assert layout.stopped.startswith(example.stopped)
    assert bool(layout.stopped) == bool(example.stopped)


@every_readable
def test_with_these_answers_nothing_more_is_asked(example: Example) -> None:
    layout = looked(example, answered=True)
    assert asked(layout) == example.left
    assert layout.stopped == ""
    told = [finding.what for finding in layout.findings]
    assert [what for what in example.findings if what not in told] == []


@every_readable
def test_students_assignments_maxima_and_marks_are_as_a_person_reads_them(example: Example) -> None:
    book = read(example, answered=True)
    assert [(each.title, each.points) for each in book.assignments] == example.titles
    assert seen(book) == example.rows
    assert tuple(str(problem.place.cell) for problem in book.problems) == example.problems


@every_layout
def test_what_is_not_answered_is_not_judged(example: Example) -> None:
    """Before the answers a mark is either as it is after them, or nobody's trouble."""
    try:
        book = read(example, answered=False)
    except LayoutError:
        assert example.stopped
        return
    rows = {(identity, name): marks for identity, name, _, marks in example.rows}
    titles = [title for title, _ in example.titles]
    for identity, name, _, marks in seen(book):
        for assignment, mark in zip(book.assignments, marks, strict=True):
            assert mark in {rows[identity, name][titles.index(assignment.title)], "unreadable"}


@every_readable
def test_every_row_and_every_column_has_a_part_in_it(example: Example) -> None:
    layout = looked(example, answered=True)
    document = example.reading
    assert [tab.title for tab in layout.tabs] == [tab.title for tab in document]
    for tab, found in zip(document, layout.tabs, strict=True):
        if found.role is TabRole.MARKS:
            assert len(found.rows) == len(tab.cells)
            assert len(found.columns) == max(len(row) for row in tab.cells)
            book = read(example, answered=True)
            (here,) = [each for each in book.tabs if each.sheet_id == tab.sheet_id]
            assert [row for row, role in enumerate(found.rows) if role == "student"] == [
                student.row for student in here.students
            ]
            assert sorted(column for each in here.assignments for column in each.columns) == [
                column for column, role in enumerate(found.columns) if role in {"assignment", "further attempt"}
            ]


@every_readable
def test_a_title_that_a_rule_looks_up_is_the_header_cell_s_own_text(example: Example) -> None:
    document = {tab.sheet_id: tab for tab in example.reading}
    book = read(example, answered=True)
    headers = [each.header or each.title for each in book.assignments]
    assert len({text.casefold() for text in headers}) == len(headers)
    for tab in book.tabs:
        for assignment in tab.assignments:
            if assignment.header:
                cell = document[tab.sheet_id].at(tab.header_row, assignment.column)
                assert cell.value == assignment.header
