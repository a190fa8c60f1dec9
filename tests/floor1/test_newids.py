"""Ids for a class that has none."""

from __future__ import annotations

import drawn

from sheets_mastery.config import Marking
from sheets_mastery.gradebook import ColumnRole, Layout, RowRole, find_layout
from sheets_mastery.newids import NewColumn, new_ids, supposed
from sheets_mastery.reading import Reading

SETTINGS = drawn.settings().gradebooks[0]


def looked(text: str) -> tuple[Reading, Layout]:
    """A document and how it is understood."""
    reading = drawn.reading(text)
    return reading, find_layout(reading, SETTINGS, Marking())


NAMES = """
    Marks:
    Term 1   |        |        |
    Period   | Name   | Quiz 1 | Essay
    Points   |        | 20     | 50
    1        | Ana D. | 18     | 43
    1        | Bo K.  | 19     | 41
             |        |        |
    2        | Cy O.  | 17     | 50
    """


def test_a_class_without_ids_is_looked_at_as_if_its_names_told_who_is_who() -> None:
    reading, layout = looked(NAMES)
    assert (layout.stopped != "", layout.tabs[0].columns) == (True, ())
    (tab,) = supposed(reading, layout, SETTINGS, Marking()).tabs
    assert tab.columns == (ColumnRole.SECTION, ColumnRole.NAME, ColumnRole.ASSIGNMENT, ColumnRole.ASSIGNMENT)
    assert [row for row, role in enumerate(tab.rows) if role is RowRole.STUDENT] == [3, 4, 6]


def test_the_new_column_stands_left_of_the_names_and_has_an_id_for_each_student_and_nothing_else() -> None:
    reading, layout = looked(NAMES)
    assert new_ids(reading, supposed(reading, layout, SETTINGS, Marking())) == (
        NewColumn(
            sheet_id=0,
            title="Marks",
            column=1,
            values=(None, "Student ID", None, "S001", "S002", None, "S003"),
        ),
    )


def test_where_a_roster_has_its_own_tab_nothing_is_offered() -> None:
    reading, layout = looked(
        """
        Marks:
        Student ID | Name     | Quiz 1
        101        | Ana Diaz | 18
        102        | Bo Kim   | 19
        Roster:
        Student ID | Name     | Level
        101        | Ana Diaz | 86
        102        | Bo Kim   | 76
        """
    )
    assert layout.stopped == ""
    assert new_ids(reading, layout) == ()


def test_a_document_that_is_understood_is_looked_at_as_it_is() -> None:
    reading, layout = looked(
        """
        Marks:
        Student ID | Name     | Quiz 1 [20]
        101        | Ana Diaz | 18
        """
    )
    assert supposed(reading, layout, SETTINGS, Marking()) is layout
