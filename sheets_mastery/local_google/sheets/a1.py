"""Places on a grid: boxes of cells, Google's GridRange and A1 notation."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

TITLE = r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))"
PLACE = re.compile(
    rf"(?:{TITLE}!)?\$?(?P<c0>[A-Za-z]{{1,3}})?\$?(?P<r0>\d{{1,8}})?(?::\$?(?P<c1>[A-Za-z]{{1,3}})?\$?(?P<r1>\d{{1,8}})?)?$"
)
WHOLE = re.compile(rf"{TITLE}$")
#: A title that Google prints without quotes.
BARE_TITLE = re.compile(r"(?![A-Za-z]{1,3}\d+$)(?![Rr]\d*[Cc]\d*$)[A-Za-z_][A-Za-z0-9_]*$")


class Box(NamedTuple):
    """A rectangle of cells: rows ``top`` to ``bottom`` and columns ``left`` to ``right``, from 0, ends not included."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def empty(self) -> bool:
        """Whether there is no cell in it."""
        return self.top >= self.bottom or self.left >= self.right

    def meets(self, other: Box) -> Box:
        """Return what both have in common; it may be empty."""
        return Box(
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            max(self.left, other.left),
            min(self.right, other.right),
        )

    def covers(self, other: Box) -> bool:
        """Tell whether the other lies wholly inside."""
        return self.meets(other) == other

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield the row and the column of each of its cells, row by row."""
        return itertools.product(range(self.top, self.bottom), range(self.left, self.right))

    def grid_range(self, sheet_id: int) -> dict[str, int]:
        """Return it as a GridRange with all its bounds."""
        return {
            "sheetId": sheet_id,
            "startRowIndex": self.top,
            "endRowIndex": self.bottom,
            "startColumnIndex": self.left,
            "endColumnIndex": self.right,
        }

    def a1(self) -> str:
        """Return ``B2`` or ``B2:C9``."""
        first = f"{letters(self.left)}{self.top + 1}"
        last = f"{letters(self.right - 1)}{self.bottom}"
        return first if first == last else f"{first}:{last}"


class Place(NamedTuple):
    """What an A1 text says: a tab's title (None: the first tab) and bounds from 0, None where it leaves them open."""

    title: str | None
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None

    def within(self, rows: int, columns: int) -> Box:
        """Return the box meant on a grid of so many rows and columns."""
        return Box(
            self.top or 0,
            rows if self.bottom is None else self.bottom,
            self.left or 0,
            columns if self.right is None else self.right,
        )


def grid_box(grid_range: dict[str, Any], rows: int, columns: int) -> Box:
    """Return a GridRange's box on a grid of so many rows and columns; left out bounds are open."""
    return Box(
        int(grid_range.get("startRowIndex") or 0),
        rows if grid_range.get("endRowIndex") is None else int(grid_range["endRowIndex"]),
        int(grid_range.get("startColumnIndex") or 0),
        columns if grid_range.get("endColumnIndex") is None else int(grid_range["endColumnIndex"]),
    )


@functools.lru_cache(maxsize=4096)
def letters(column: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@functools.lru_cache(maxsize=4096)
def column_index(text: str) -> int:
    """Return the column of some letters: A is 0."""
    index = 0
    for letter in text.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def quoted(title: str) -> str:
    """Return a tab's title as it stands before a ``!``: in quotes only where it needs them."""
    return title if BARE_TITLE.match(title) else "'" + title.replace("'", "''") + "'"


def parse(text: str) -> Place | None:
    """Read A1 notation, or None where it is none. A bare word is left to the caller: a tab or a named range.

    ``D4:A1`` is turned the right way round; ``A3:3`` is row 3 from A on; ``B2:D`` is open below.
    """
    found = PLACE.match(text)
    if found is None:
        return None
    title = _title(found)
    c0, r0, c1, r1 = (found[name] for name in ("c0", "r0", "c1", "r1"))
    ranged = ":" in text[found.end("plain") if found["plain"] else max(found.end("quoted"), 0) :]
    if ranged and (c1 or r1) and (c0 or r0):
        rows = sorted(int(row) for row in (r0, r1) if row)
        columns = sorted(column_index(column) for column in (c0, c1) if column)
        top = rows[0] - 1 if rows else None
        bottom = rows[-1] if len(rows) == 2 else None
        left = columns[0] if columns else None
        right = columns[-1] + 1 if len(columns) == 2 else None
        return Place(title, top, bottom, left, right) if top != -1 else None
    if not ranged and c0 and r0 and r0 != "0":
        row, column = int(r0) - 1, column_index(c0)
        return Place(title, row, row + 1, column, column + 1)
    return None


def whole_tab(text: str) -> str | None:
    """Return the title when the text may be a tab's title alone, quoted or not."""
    found = WHOLE.match(text)
    return None if found is None else _title(found)


def _title(found: re.Match[str]) -> str | None:
    return found["quoted"].replace("''", "'") if found["quoted"] else found["plain"]
