"""Places in a sheet, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.a1 import Cell, Range, column_letters, column_number, quoted

#: The last column that Sheets can have is ZZZ.
COLUMNS = st.integers(min_value=0, max_value=18_277)
ROWS = st.integers(min_value=0, max_value=9_999_999)


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered_as_on_the_screen(column: int, letters: str) -> None:
    assert column_letters(column) == letters
    assert column_number(letters) == column
    assert column_number(letters.lower()) == column


def test_there_is_no_column_left_of_the_first() -> None:
    with pytest.raises(ValueError) as refused:
        column_letters(-1)
    assert str(refused.value) == "a column counts from 0, not -1"


@given(ROWS, COLUMNS)
def test_every_cell_survives_the_way_to_text_and_back(row: int, column: int) -> None:
    cell = Cell(row, column)
    assert Cell.parse(str(cell)) == cell
    assert Cell.parse(f"${column_letters(column)}${row + 1}") == cell


@pytest.mark.parametrize("text", ["", "A", "4", "A0", "A-1", "AAAA1", "A1:B2", "Marks!A1", "A1 ", "A١", "É1"])
def test_what_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        Cell.parse(text)
    assert str(refused.value) == f"{text!r} is no cell in A1 notation"


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Marks", "Marks"),
        ("Period_1", "Period_1"),
        ("Period 1", "'Period 1'"),
        ("Ana's class", "'Ana''s class'"),
        ("A1", "'A1'"),
        ("Q4", "'Q4'"),
        ("R1C1", "'R1C1'"),
        ("rc", "'rc'"),
        ("2026", "'2026'"),
        ("Año", "'Año'"),
        ("", "''"),
    ],
)
def test_a_tab_is_quoted_where_sheets_wants_it(title: str, written: str) -> None:
    assert quoted(title) == written
    assert Cell(3, 2).on(title) == f"{written}!C4"


def test_a_range_is_written_with_its_last_cell() -> None:
    area = Range(1, 0, 9, 3)
    assert str(area) == "A2:C9"
    assert area.absolute() == "$A$2:$C$9"


@given(ROWS, COLUMNS, ROWS, COLUMNS)
def test_a_range_holds_its_cells_and_not_the_ends(row: int, column: int, height: int, width: int) -> None:
    area = Range(row, column, row + height + 1, column + width + 1)
    assert area.holds(row, column)
    assert area.holds(row + height, column + width)
    assert not area.holds(row + height + 1, column)
    assert not area.holds(row, column + width + 1)
    assert not area.holds(row - 1, column)
    assert not area.holds(row, column - 1)
