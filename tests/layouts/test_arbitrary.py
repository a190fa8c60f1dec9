"""On whatever stands in the cells: no exception but the one that says it cannot be read, and nobody in trouble."""

from __future__ import annotations

from datetime import date

import drawn
import pytest
from anycells import NUMBERS, cells, table_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import SHEETS
from tables import Example, gradebook_settings, grid, with_first

from sheets_mastery.config import Marking, School, Tier
from sheets_mastery.contracts import contracts_in_force
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import Gradebook, find_layout, read_gradebook
from sheets_mastery.gradebook.layout import find_people
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import standings
from sheets_mastery.reading import Content, Reading, Tab

PLAIN = gradebook_settings("")
SCHOOL = drawn.settings().school
TIERS = drawn.settings().tiers
#: A day on which everything that has a date is long overdue.
LATER = date(2038, 1, 19)
# fmt: off
LABELS = st.sampled_from([
    "Student ID", "ID", "Student", "Name:", "First Name", "Surname", "Email", "Student Email", "Level", "Section",
    "Period 1", "Block A (B2)", "Points Possible", "Out of", "Due Date", "Category", "Standards", "Assignment",
    "Assignment Name:", "Average", "Total", "Class average", "Quiz 1", "Quiz 1 [20]", "Quiz 1 Retake", "Retake", "P.1",
    "P.2", "Essay (out of 50)", "Essay (Percentage)", "Essay (Real)", "* Quiz 1", "Quiz 1 - Max Points", "Attempt 1",
    "    Points Possible", "(read only)", "Recipient", "Goal", "الاسم", "رقم الطالب",
])
MARKS = st.sampled_from([
    "EX", "M", "Missing", "-", "17/20", "85%", "5/0", "Late: 18", "68>88", "→", "B+", "✓", "✓+", "met", "not yet",
    "ana@x.org", "Diaz, Ana", "18 out of 20", "86", "101", "0042",
])
# fmt: on
CELLS = cells(
    LABELS,
    MARKS,
    st.builds(Content, value=st.text(max_size=6), chip=st.sampled_from(["ana@x.org", "bo@x.org"])),
    st.builds(Content, value=NUMBERS, formula=st.just("=A1"), shown=st.text(max_size=4)),
)
TABLES = table_of(CELLS)
LOCALES = st.sampled_from(["en_US", "de_DE", "fr_FR", "ar_EG", "", "xx"])
CHOICES = st.sampled_from(
    [
        "",
        'scale = "percent"',
        'scale = "rubric"',
        'scale = "letters"',
        "points = 20",
        'checkboxes = "marks"',
        'attempts = "best"',
        'labels = { id = ["Email"] }',
        'codes = { M = "not in", "0" = "excused" }',
        'marks_tab = "Tab 1"',
        'marks_tabs = ["Tab 1", "Tab 2"]',
        'roster_tab = "Tab 2"',
    ]
)


def document(tables: list[list[list[Content]]], locale: str = "en_US") -> Reading:
    tabs = tuple(
        Tab(sheet_id=number, title=f"Tab {number + 1}", rows=100, columns=26, cells=drawn.trimmed(table))
        for number, table in enumerate(tables)
    )
    return Reading(spreadsheet_id="abcdefgh", locale=locale, time_zone="UTC", tabs=tabs)


def missing(book: Gradebook, school: School, tiers: tuple[Tier, ...]) -> list[tuple[str, str]]:
    """Who is said to have missing work, and which."""
    contracts, _ = contracts_in_force(book, tiers, LATER)
    return [
        (key(standing.student.id), assignment.id)
        for standing in standings(book, contracts, Marking(), school, LATER)
        for assignment, judged in zip(book.assignments, standing.judged, strict=True)
        if judged.verdict.missing
    ]


@settings(max_examples=400)
@given(st.lists(TABLES, min_size=1, max_size=3), LOCALES, CHOICES)
def test_no_document_is_too_strange(tables: list[list[list[Content]]], locale: str, choice: str) -> None:
    reading, chosen = document(tables, locale), gradebook_settings(choice)
    layout = find_layout(reading, chosen, Marking())
    assert len(layout.tabs) == len(reading.tabs)
    if layout.stopped:
        with pytest.raises(LayoutError) as stopped:
            read_gradebook(reading, chosen, Marking())
        assert str(stopped.value) == layout.stopped
        return
    book = read_gradebook(reading, chosen, Marking())
    assert [len(row) for row in book.marks] == [len(book.assignments)] * len(book.students)
    assert len({assignment.id for assignment in book.assignments}) == len(book.assignments)
    for tab in book.tabs:
        columns = [column for assignment in tab.assignments for column in assignment.columns]
        assert len(columns) == len(set(columns))
        assert tab.id_column not in columns


@settings(max_examples=400)
@given(TABLES)
def test_nobody_is_in_trouble_without_an_id_and_a_level_that_the_sheet_labels(table: list[list[Content]]) -> None:
    reading = document([table])
    try:
        book = read_gradebook(reading, PLAIN, Marking())
    except LayoutError:
        return
    if not missing(book, SCHOOL, TIERS):
        return
    (tab,) = book.tabs
    columns = find_people(reading.tabs[0], PLAIN.labels)
    assert columns is not None
    level = columns.one("level")
    assert level is not None
    for identity, work in missing(book, SCHOOL, TIERS):
        (student,) = [each for each in tab.students if key(each.id) == identity]
        (assignment,) = [each for each in tab.assignments if each.id == work]
        assert not reading.tabs[0].at(student.row, tab.id_column).blank
        assert not reading.tabs[0].at(student.row, level).blank
        typed = [reading.tabs[0].at(student.row, column) for column in assignment.columns]
        # Only a score or a word for it says so at once; a blank needs a day that has passed.
        assert assignment.due is not None or any(not content.blank for content in typed)


WITH_LEVELS = [
    each for each in SHEETS if each.name in {"attempts side by side", "people chips", "ids twice and nowhere"}
]


@settings(max_examples=300)
@given(st.data(), st.sampled_from(WITH_LEVELS))
def test_rubbish_in_one_student_s_row_is_no_trouble_for_another(data: st.DataObject, example: Example) -> None:
    chosen = example.settings(answered=True)
    before = read_gradebook(example.reading, chosen, Marking())
    victim = data.draw(st.sampled_from(before.tabs[0].students))
    table = grid(example.reading.tabs[0])
    for _ in range(data.draw(st.integers(1, 3))):
        table[victim.row][data.draw(st.integers(0, len(table[0]) - 1))] = data.draw(CELLS)
    try:
        after = read_gradebook(with_first(example.reading, table), chosen, Marking())
    except LayoutError:
        return
    here = {key(student.id) for student in after.students if student.row == victim.row}
    newly = set(missing(after, SCHOOL, TIERS)) - set(missing(before, SCHOOL, TIERS))
    # Whose id was there twice is certain again when the other row has another id.
    here |= {key(student.id) for student in before.students if student.blocked}
    assert {identity for identity, _ in newly} <= here
