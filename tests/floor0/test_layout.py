"""Finding one's way on a tab by its labels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.config import Labels
from sheets_mastery.gradebook.layout import Columns, find_columns, find_rows, read_day
from sheets_mastery.reading import Content, Reading


def columns_of(reading: Reading, labels: Labels | None = None) -> Columns:
    columns = find_columns(reading.tabs[0], labels or Labels())
    assert columns is not None
    return columns


def test_the_header_is_the_first_row_with_an_id_label_and_company(reading: Reading) -> None:
    """
    Ms. Lopez, algebra |            |         |
    id                 |            |         |
                       | student id | Student | Quiz 1
    """
    columns = columns_of(reading)
    assert columns.header_row == 2
    assert columns.id == 1
    assert columns.one("name") == 2
    assert columns.one("level") is None
    assert columns.taken == {1, 2}


def test_a_tab_without_an_id_label_has_no_columns(reading: Reading) -> None:
    """
    Student | Quiz 1
    Ana     | 43
    """
    assert find_columns(reading.tabs[0], Labels()) is None


def test_the_header_is_looked_for_in_thirty_rows() -> None:
    header = "Student ID | Quiz 1"
    assert find_columns(drawn.reading("\n".join(["x |"] * 29 + [header])).tabs[0], Labels()) is not None
    assert find_columns(drawn.reading("\n".join(["x |"] * 30 + [header])).tabs[0], Labels()) is None


def test_the_label_that_stands_first_in_the_settings_wins_and_the_other_is_no_assignment(reading: Reading) -> None:
    """
    Student  | ID  | SIS User ID | Section | Quiz 1
    Diaz, Ana| 101 | 9001        | 1       | 43
    """
    columns = columns_of(reading)
    assert columns.id == 1
    assert columns.taken == {0, 1, 2, 3}
    assert columns_of(reading, Labels(id=("SIS User ID",))).id == 2


def test_of_two_equal_labels_the_left_one_counts_and_neither_is_an_assignment(reading: Reading) -> None:
    """
    ID | Name | Name
    """
    columns = columns_of(reading)
    assert columns.one("name") == 1
    assert columns.taken == {0, 1, 2}


def test_guardians_are_told_apart_by_a_number(reading: Reading) -> None:
    """
    ID | Guardian 2 Email | Guardian 1 Email | Parent Email 3 | Guardian 2 Language | Language
    """
    columns = columns_of(reading)
    assert columns.places["guardian_email"] == {1: 2, 2: 1, 3: 3}
    assert columns.numbered("language", 2) == 4
    assert columns.numbered("language", 1) == 5
    assert columns.numbered("may_write", 1) is None


def test_a_label_without_a_number_is_the_first_guardian_s(reading: Reading) -> None:
    """
    ID | Guardian Email | Guardian 2 Email | Guardian 1 May Be Written To | Guardian 2 May Be Written To
    """
    columns = columns_of(reading)
    assert columns.places["guardian_email"] == {0: 1, 2: 2}
    assert columns.numbered("may_write", 0) == 3
    assert columns.numbered("may_write", 2) == 4


def test_an_assignment_may_be_called_level_2_or_class_3(reading: Reading) -> None:
    """
    ID | Level 2 | Class 3 | Name 1 | Level
    """
    columns = columns_of(reading)
    assert columns.one("level") == 4
    assert columns.taken == {0, 4}


@pytest.mark.parametrize(
    "table",
    [
        """
        Student ID | Student  | Quiz 1
        Points     |          | 50
        Due Date:  |          | 2026-09-18
                   | Category | quiz
        101        | Ana      | 43
        """,
        """
                   | Points   | 50
        Due :      |          | 2026-09-18
                   | kind     | quiz
        Student ID | Student  | Quiz 1
        101        | Ana      | 43
        """,
        """
        Student ID | Student  | Quiz 1
        101        | Ana      | 43
                   | Max      | 50
                   | due      | 2026-09-18
                   | Type     | quiz
        """,
    ],
    ids=["below the header", "above the header", "below the students"],
)
def test_rows_about_assignments_are_found_wherever_they_stand(table: str) -> None:
    reading = drawn.reading(table)
    tab = reading.tabs[0]
    rows = find_rows(tab, columns_of(reading), Labels())
    assert {sort: tab.at(row, 2).text for sort, row in rows.items()} == {
        "points": "50",
        "due": "2026-09-18",
        "kind": "quiz",
    }


def test_a_student_may_be_called_max_and_be_marked_graded(reading: Reading) -> None:
    """
    Student ID | Student | Quiz 1 | Guardian Email
    101        | Max     | 43     | a@x.org
    102        | Ana     | Graded | b@x.org
    """
    assert find_rows(reading.tabs[0], columns_of(reading), Labels()) == {}


def test_of_two_rows_of_one_sort_the_upper_one_counts(reading: Reading) -> None:
    """
    Points     |         | 50
    Student ID | Student | Quiz 1
    Points     |         | 40
    """
    assert find_rows(reading.tabs[0], columns_of(reading), Labels()) == {"points": 0}


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("2026-09-18", "en_US", date(2026, 9, 18)),
        ("'2026-9-8", "de_DE", date(2026, 9, 8)),
        ("'9/18/2026", "en_US", date(2026, 9, 18)),
        ("'9/8/26", "en_US", date(2026, 9, 8)),
        ("'9/8/26", "en_GB", date(2026, 8, 9)),
        ("'18.09.2026", "de_DE", date(2026, 9, 18)),
        ("'18/9/2026", "en_US", None),
        ("'2026-02-30", "en_US", None),
        ("'0000-01-01", "en_US", None),
        ("'next Friday", "en_US", None),
        ("'", "en_US", None),
        ("46283", "en_US", None),
        ("TRUE", "en_US", None),
        ("#N/A", "en_US", None),
        ("10:30", "en_US", None),
    ],
)
def test_a_day_is_a_date_or_a_text_in_the_document_s_order(text: str, locale: str, day: date | None) -> None:
    assert read_day(drawn.content(text), locale) == day


def test_a_moment_is_the_day_it_is_in() -> None:
    assert read_day(Content(value=Decimal("46283.75"), format="DATE_TIME"), "en_US") == date(2026, 9, 18)


@given(st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=12), st.sampled_from(["en_US", "de_DE"]))
def test_no_cell_is_too_strange_to_be_asked_for_its_day(number: Decimal, text: str, locale: str) -> None:
    for content in (Content(value=number, format="DATE"), Content(value=text)):
        day = read_day(content, locale)
        assert day is None or isinstance(day, date)
