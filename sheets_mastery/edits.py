"""Everything that can be written into a document, one record an edit.

The words between what is decided and what the Sheets API is asked for: `google/requests.py` turns each into a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sheets_mastery.reading import Content, Look, Rule, SeenStamp

#: What may be put into a cell: text stays text and is never a formula; True ticks a box; None empties it.
Value = str | int | Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddTab:
    """A new tab of ours."""

    #: The id that the tab gets: chosen here, so that a repeated request fails loudly instead of making a second tab.
    sheet_id: int
    title: str
    rows: int
    columns: int
    #: How many rows and columns stay in view.
    frozen: tuple[int, int]
    #: The place among the tabs, from 0; None for the right end.
    index: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResizeTab:
    """Another size for a tab of ours."""

    sheet_id: int
    rows: int
    columns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Freeze:
    """How many rows of a tab of ours stay in view."""

    sheet_id: int
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InsertRows:
    """New rows on a tab of ours; what is below moves down."""

    sheet_id: int
    #: The first new row, from 0: not beyond the last row of the grid.
    row: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteRows:
    """Rows of a tab of ours go; what is below moves up."""

    sheet_id: int
    #: The first row that goes, from 0.
    row: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteTab:
    """A tab of ours goes."""

    sheet_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PutValues:
    """A rectangle of values; text stays text and is never a formula. None empties a cell."""

    sheet_id: int
    #: The top left cell, from 0.
    row: int
    column: int
    #: Rows of equal length.
    values: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PutBack:
    """What a teacher had typed into a cell, after a flag of ours fell on it because columns moved while we wrote."""

    sheet_id: int
    row: int
    column: int
    #: What stood there: its formula where it has one, else its value.
    entered: Content


@dataclass(frozen=True, kw_only=True, slots=True)
class InsertColumn:
    """A new column on a tab of the teacher's, who has asked for it; what was there moves one to the right."""

    sheet_id: int
    #: The column that it becomes, from 0.
    column: int
    #: Its cells from row 1 on; text stays text, None is blank.
    values: tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PutNote:
    """The note of one cell; "" takes it away. Nothing else of the cell changes."""

    sheet_id: int
    row: int
    column: int
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PutLook:
    """The look of a rectangle on a tab of ours."""

    sheet_id: int
    row: int
    column: int
    end_row: int
    end_column: int
    look: Look
    #: Whether long text goes on in a new line.
    wrap: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PutLinks:
    """Where the cells of a column lead, from one cell down; "" for nowhere. The text of a cell stays as it is."""

    sheet_id: int
    row: int
    column: int
    links: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What can be chosen in a rectangle on a tab of ours: words, a box to tick, or (neither) anything."""

    sheet_id: int
    row: int
    column: int
    end_row: int
    end_column: int
    #: The words of a drop-down list, which Sheets takes nothing else than.
    words: tuple[str, ...] = ()
    checkbox: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetWidths:
    """Widths of columns on a tab of ours, in pixels, from column A on."""

    sheet_id: int
    widths: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteRule:
    """One of our rules goes. The edits of a plan name the highest index first."""

    sheet_id: int
    #: The place in the tab's list at the time when this edit is reached.
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AddRule:
    """A rule of ours, put at a place in the tab's list."""

    sheet_id: int
    index: int
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Protect:
    """A whole tab of ours can be written to by a few alone."""

    sheet_id: int
    description: str
    #: The addresses of those who may, besides the account that the service runs as.
    editors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unprotect:
    """A protection of ours goes."""

    #: Google's number for it.
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PutStamp:
    """The service's stamp in the document, which no cell shows."""

    text: str
    #: The stamp whose place it takes, and only if that still has this text; None where there was none.
    instead: SeenStamp | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DropStamp:
    """A stamp of the service goes."""

    stamp: SeenStamp


Edit = (
    AddTab
    | ResizeTab
    | Freeze
    | InsertRows
    | DeleteRows
    | DeleteTab
    | PutValues
    | PutBack
    | InsertColumn
    | PutNote
    | PutLook
    | PutLinks
    | Offer
    | SetWidths
    | DeleteRule
    | AddRule
    | Protect
    | Unprotect
    | PutStamp
    | DropStamp
)


def shows(content: Content, value: Value) -> bool:
    """Whether a cell already holds a value of ours as a plain value."""
    if content.error is not None or content.formula is not None:
        return False
    if value is None or value == "":
        return content.value is None or content.value == ""
    if isinstance(value, bool):
        return content.value is value
    if isinstance(value, int):
        return isinstance(content.value, Decimal) and content.value == value
    return type(content.value) is type(value) and content.value == value
