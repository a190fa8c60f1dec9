"""Places in a sheet, and A1 notation both ways.

Rows and columns count from 0, as in the Sheets API; A1 notation counts from 1, as on the screen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]*)")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOKS_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")


def column_letters(column: int) -> str:
    """The letters of a column: 0 -> "A", 25 -> "Z", 26 -> "AA"."""
    if column < 0:
        raise ValueError(f"a column counts from 0, not {column}")
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The column of some letters: "A" -> 0, "AA" -> 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def quoted(title: str) -> str:
    """A tab's title as it stands before the `!`: quoted where Sheets wants quotes."""
    if _PLAIN_TITLE.fullmatch(title) and not _LOOKS_LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One place on a tab."""

    #: Row, from 0.
    row: int
    #: Column, from 0.
    column: int

    def __str__(self) -> str:
        return f"{column_letters(self.column)}{self.row + 1}"

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Read "C4" or "$C$4"; ValueError for anything else."""
        found = _CELL.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no cell in A1 notation")
        return cls(int(found[2]) - 1, column_number(found[1]))

    def on(self, tab: str) -> str:
        """The place with its tab: `Marks!C4`."""
        return f"{quoted(tab)}!{self}"


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """A rectangle of cells on one tab; the ends are left out, as in a GridRange."""

    #: First row, from 0.
    row: int
    #: First column, from 0.
    column: int
    #: The row after the last one.
    end_row: int
    #: The column after the last one.
    end_column: int

    def __str__(self) -> str:
        return f"{Cell(self.row, self.column)}:{Cell(self.end_row - 1, self.end_column - 1)}"

    def absolute(self) -> str:
        """The rectangle with every row and column locked: `$A$2:$C$9`."""
        first, last = column_letters(self.column), column_letters(self.end_column - 1)
        return f"${first}${self.row + 1}:${last}${self.end_row}"

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies inside."""
        return self.row <= row < self.end_row and self.column <= column < self.end_column
