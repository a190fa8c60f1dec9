"""What stands where, from one sync to the next: inserts are ordinary, everything that has moved is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.gradebook import Gradebook, MarkKind, read_gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Attempt, AttemptKind, Work
from sheets_mastery.shape import Shape, moved, pasted_over, shape_of

SETTINGS = drawn.settings()
Table = list[list[str]]
CLASS = """
    ID  | Student  | Level | Quiz 1 | Essay | Quiz 2
    Max |          |       | 50     | 50    | 50
    101 | Ana Diaz | 86    | 42     | 20    | 11
    102 | Bo Kim   | 93    | 50     | 31    | 12
    103 | Cy Obi   | 76    | 38     | 44    | 13
    104 | Di Ito   | 76    | 44     | 47    | 14
    105 | El Ray   | 86    | 49     | 50    | 15
    """


def table() -> Table:
    """The class as rows of cells."""
    return [[cell.strip() for cell in line.split("|")] for line in CLASS.splitlines() if "|" in line]


def understood(rows: Table) -> tuple[Reading, Gradebook]:
    reading = drawn.reading("\n".join(" | ".join(row) for row in rows))
    return reading, read_gradebook(reading, SETTINGS.gradebooks[0], SETTINGS.marking)


def shape(rows: Table) -> Shape:
    return shape_of(*understood(rows))


def known(gradebook: Gradebook) -> dict[Work, Attempt]:
    """The marks of a gradebook as the last attempts of a ledger."""
    return {
        work: Attempt(work=work, number=1, kind=AttemptKind.ORIGINAL, share=mark.share, on=date(2026, 9, 1))
        for student, row in zip(gradebook.students, gradebook.marks, strict=True)
        for assignment, mark in zip(gradebook.assignments, row, strict=True)
        if mark.kind is MarkKind.SCORE and mark.share is not None
        for work in [(key(student.id), assignment.id)]
    }


def said(now: Table, before: Table | None = None) -> list[str]:
    """Everything that has moved from one drawing, or from the class, to another."""
    earlier = before or table()
    reading, here = understood(now)
    return [*moved(shape(earlier), shape_of(reading, here)), *pasted_over(here, known(understood(earlier)[1]))]


def test_nothing_has_moved_before_the_first_sync_and_when_nothing_changed() -> None:
    assert list(moved(None, shape(table()))) == []
    assert said(table()) == []


def test_an_inserted_student_is_ordinary() -> None:
    rows = table()
    rows.insert(3, ["117", "Flo Ng", "76", "41", "39", "12"])
    assert said(rows) == []


def test_an_inserted_assignment_is_ordinary() -> None:
    rows = table()
    for row, cell in zip(rows, ["Poster", "10", "3", "4", "5", "6", "7"], strict=True):
        row.insert(4, cell)
    assert said(rows) == []


def test_rows_above_sorted_students_and_moved_columns_are_ordinary() -> None:
    header, maxima, *students = table()
    rows = [["", "Algebra, autumn"], header, maxima, *sorted(students, key=lambda row: row[3])]
    assert said([[*row[:3], *reversed(row[3:])] if len(row) > 2 else row for row in rows]) == []


def test_two_of_five_retakes_are_ordinary() -> None:
    rows = table()
    rows[2][3], rows[4][3] = "48", "45"
    assert said(rows) == []


def test_an_assignment_that_has_gone_is_said_with_what_is_new_there() -> None:
    rows = table()
    rows[0][4] = "Aufsatz"
    assert said(rows) == ["on the tab Marks there is no column “essay” any more; new there: “aufsatz”"]
    assert said([[*row[:4], *row[5:]] for row in table()]) == ["on the tab Marks there is no column “essay” any more"]


def test_ids_and_names_under_another_label_are_said() -> None:
    rows = table()
    rows[0][:2] = ["Student ID", "Name"]
    assert said(rows) == [
        "on the tab Marks the student ids stood under “ID” and now stand under “Student ID”",
        "on the tab Marks the names stood under “Student” and now stand under “Name”",
    ]


def test_a_tab_that_is_called_otherwise_or_has_gone_is_said() -> None:
    (tab,) = shape(table())
    assert list(moved((tab,), (replace(tab, title="Period 1"),))) == ["the tab Marks is now called Period 1"]
    assert list(moved((tab,), (replace(tab, sheet_id=7),))) == ["the tab Marks is no longer among the tabs with marks"]


def test_a_column_pasted_one_place_to_the_left_is_said() -> None:
    rows = table()
    for row in rows[2:]:
        row[3] = row[4]
    assert said(rows) == ["under “Quiz 1” now stand the marks that stood under “Essay”"]


@pytest.mark.parametrize(("down", "word"), [(1, "lower"), (-1, "higher")])
def test_marks_pasted_one_row_off_are_said(down: int, word: str) -> None:
    rows = table()
    marks = [row[5] for row in rows[2:]]
    shifted = [marks[0], *marks[:-1]] if down == 1 else [*marks[1:], marks[-1]]
    for row, mark in zip(rows[2:], shifted, strict=True):
        row[5] = mark
    assert said(rows) == [f"the marks of “Quiz 2” stand one student {word} than before"]


def test_full_marks_for_everybody_are_no_pattern() -> None:
    before, now = table(), table()
    for row in before[2:]:
        row[5] = "50"
    for row in now[2:]:
        row[3] = row[5] = "50"
    assert said(now, before) == []


MARKS = st.lists(st.integers(0, 50), min_size=6, max_size=12)


@given(before=MARKS, data=st.data())
def test_marks_that_change_in_fewer_than_half_of_the_cells_never_stop_a_class(
    before: list[int], data: st.DataObject
) -> None:
    now = list(before)
    places = st.lists(st.integers(0, len(before) - 1), max_size=(len(before) - 1) // 2, unique=True)
    for place in data.draw(places):
        now[place] = data.draw(st.integers(0, 50))

    def drawing(marks: list[int]) -> Table:
        rows = [[str(100 + number), str(mark), str(50 - mark)] for number, mark in enumerate(marks)]
        return [["ID", "Quiz", "Test"], ["Max", "50", "50"], *rows]

    assert said(drawing(now), drawing(before)) == []
