"""What a spreadsheet holds, as one request of the service saw it.

Plain facts about cells, tabs and rules, with no idea of students or marks. The names follow the Sheets API v4
(https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets), the numbers are exact: a number
of the API is a double, and `Decimal` of its shortest text is what the teacher typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sheets_mastery.a1 import Range

#: A rectangle to look at right after a write: the tab's title, and where.
Watched = tuple[str, Range]

#: Under this key the service keeps a word of its own in a spreadsheet's developer metadata.
STAMP_KEY = "sheets-mastery.stamp"


#: The error of a cell whose formula is still at work.
_COMPUTING = "LOADING"
#: What Sheets shows for each error.
_ERRORS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading…",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenStamp:
    """What stands in a spreadsheet under `STAMP_KEY`."""

    #: Google's number for it.
    id: int
    #: Its text, as `stamps` writes it, or whatever else.
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What one cell holds."""

    #: The value as computed: text, an exact number, TRUE/FALSE, or None where there is none.
    value: str | Decimal | bool | None = None
    #: The error of a formula, such as "N_A" or "LOADING"; None where there is none.
    error: str | None = None
    #: The formula as entered, with its "="; None where the value was typed.
    formula: str | None = None
    #: The number format's type: "" (automatic), "NUMBER", "PERCENT", "DATE", "TIME", "DATE_TIME", "CURRENCY", …
    format: str = ""
    #: The text on the screen.
    shown: str = ""
    #: The note, "" for none.
    note: str = ""
    #: The e-mail address behind a people chip, "" for none.
    chip: str = ""

    @property
    def blank(self) -> bool:
        """Nothing there: no value, no error, and a text of spaces counts as nothing."""
        return self.error is None and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))

    @property
    def computing(self) -> bool:
        """Its formula is still at work, such as one that imports from another document."""
        return self.error == _COMPUTING

    @property
    def failure(self) -> str:
        """The error as Sheets shows it, "#REF!" or "Loading…"; "" where there is none."""
        return "" if self.error is None else _ERRORS.get(self.error, self.error)

    @property
    def text(self) -> str:
        """The content as text, trimmed: what was typed for a text, what is shown for everything else."""
        return self.value.strip() if isinstance(self.value, str) else self.shown.strip()


EMPTY = Content()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a conditional-format rule paints. Colours are `#RRGGBB`, "" for none."""

    #: The fill behind the text.
    fill: str = ""
    #: The colour of the text.
    ink: str = ""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One conditional-format rule that is decided by a formula."""

    #: Where it paints; relative references in the formula count from the first range's top left cell.
    ranges: tuple[Range, ...]
    #: The formula with its "=".
    formula: str
    #: What it paints.
    look: Look


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """A protected range."""

    #: The rectangle, in the tab's grid.
    range: Range
    #: Whether the account that the service runs as may edit it all the same.
    ours_to_edit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """One tab (a "sheet" in the API)."""

    #: The tab's id, which outlives a renaming.
    sheet_id: int
    #: The title on the tab.
    title: str
    #: Rows and columns of the grid.
    rows: int
    columns: int
    #: The cells, row by row from A1; rows end where their content ends.
    cells: tuple[tuple[Content, ...], ...] = ()
    #: Every rule in the order of the sheet; None for one that is not decided by a formula. The place is the index.
    rules: tuple[Rule | None, ...] = ()
    #: The protected ranges.
    protections: tuple[Protection, ...] = ()
    #: The number of frozen rows and columns.
    frozen: tuple[int, int] = (0, 0)
    #: The place among all tabs, from 0; those without cells, such as charts, count.
    index: int = 0

    def at(self, row: int, column: int) -> Content:
        """The content of a cell; EMPTY beyond what was read."""
        if 0 <= row < len(self.cells) and 0 <= column < len(self.cells[row]):
            return self.cells[row][column]
        return EMPTY

    def row(self, row: int) -> tuple[Content, ...]:
        """The contents of a row, up to its last one."""
        return self.cells[row] if 0 <= row < len(self.cells) else ()

    def editable(self, row: int, column: int) -> bool:
        """Whether no protection keeps us from writing a cell."""
        return all(each.ours_to_edit or not each.range.holds(row, column) for each in self.protections)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A spreadsheet at one moment."""

    #: The spreadsheet's id in its address.
    spreadsheet_id: str
    #: The document's locale, such as "en_US": it decides how formulas are written.
    locale: str
    #: The document's time zone, such as "America/Chicago".
    time_zone: str
    #: The tabs from left to right.
    tabs: tuple[Tab, ...]
    #: The document's title, "" where it has none.
    title: str = ""
    #: What the service has left in the document about itself; usually one stamp or none.
    stamps: tuple[SeenStamp, ...] = ()

    def tab(self, title: str) -> Tab | None:
        """The tab with a title, without regard to case, as Sheets itself compares titles."""
        wanted = title.casefold()
        return next((each for each in self.tabs if each.title.casefold() == wanted), None)

    def __iter__(self) -> Iterator[Tab]:
        return iter(self.tabs)
