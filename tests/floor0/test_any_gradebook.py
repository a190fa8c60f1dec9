"""Whatever stands in the cells: it is read, or one sentence says why not."""

from __future__ import annotations

import drawn
from anycells import cells, table_of
from asread import understood
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.a1 import Cell
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook import MarkKind
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Content, Reading, Tab

# fmt: off
LABELS = st.sampled_from([
    "Student ID", "ID", "Student", "Level", "Section", "Guardian Email", "Guardian 2 Email", "May Write", "Language",
    "Signed On", "Points", "Due", "Graded", "Kind", "Average", "Quiz 1", "Essay", "Missing", "Assignment", "Link",
])
# fmt: on
MARKS = st.sampled_from(["EX", "M", "ABS", "-", "17/20", "85%", "5/0", "a@x.org", "yes", "no", "86"])
CELLS = cells(LABELS, MARKS)
TABLES = table_of(CELLS)


def document(marks: list[list[Content]], roster: list[list[Content]]) -> Reading:
    tabs = tuple(
        Tab(sheet_id=number, title=title, rows=100, columns=26, cells=drawn.trimmed(table))
        for number, (title, table) in enumerate((("Marks", marks), ("Roster", roster), ("Remediation", roster)))
    )
    return Reading(spreadsheet_id="abcdefgh", locale="en_US", time_zone="UTC", tabs=tabs)


@given(TABLES, TABLES)
def test_no_document_is_too_strange_to_be_read(marks: list[list[Content]], roster: list[list[Content]]) -> None:
    try:
        gradebook = understood(document(marks, roster), drawn.book('flag_column = "Missing"'))
    except LayoutError:
        return
    assert [len(row) for row in gradebook.marks] == [len(gradebook.assignments)] * len(gradebook.students)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_a_student_s_marks_are_all_there_and_nothing_unreadable_is_missing(pairs: list[list[Content]]) -> None:
    header = [[drawn.content(word) for word in row] for row in (["ID", "Quiz 1", "Essay"], ["Points", "50", "20"])]
    body = [[drawn.content(str(101 + number)), *row] for number, row in enumerate(pairs)]
    gradebook = understood(document([*header, *body], [[drawn.content("ID"), drawn.content("Level")]]))
    assert [student.id for student in gradebook.students] == [str(101 + number) for number in range(len(pairs))]
    assert [assignment.title for assignment in gradebook.assignments] == ["Quiz 1", "Essay"]
    doubtful = {problem.place.cell for problem in gradebook.problems if problem.place.tab == "Marks"}
    for number, row in enumerate(pairs):
        for column, content in enumerate(row):
            mark = gradebook.marks[number][column]
            cell = Cell(number + 2, column + 1)
            said_not_in = isinstance(content.value, str) and key(content.value) in {"m", "missing"}
            assert (mark.kind is MarkKind.NOT_IN) == said_not_in
            assert (mark.kind is MarkKind.BLANK) == content.blank
            assert (mark.kind is MarkKind.UNREADABLE) == (cell in doubtful)
            if content.error is not None or isinstance(content.value, bool):
                assert mark.kind is MarkKind.UNREADABLE
