"""How a tab of ours is known, among the teacher's and whatever was done to it."""

from __future__ import annotations

from collections.abc import Sequence

from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Reading, Tab

#: In so many rows the labels are looked for: a teacher may have put some above them.
_LABELS_WITHIN = 20


def present(reading: Reading, sheet_id: int, title: str) -> Tab | None:
    """A tab of ours in a reading: by its id, and by its title where it came back from a copy under another id."""
    return next((tab for tab in reading if tab.sheet_id == sheet_id), None) or reading.tab(title)


def is_empty(tab: Tab) -> bool:
    """Whether nothing stands in any cell."""
    return all(content.blank and content.error is None for row in tab.cells for content in row)


def find_labels(tab: Tab, labels: Sequence[str], *, once: bool = False) -> tuple[int, dict[str, int]] | None:
    """The row in which all our labels stand, and the column of each; None where there is no such row.

    Of two columns of one name the left one counts, and with `once` none: which one is meant cannot be told.
    """
    for row in range(min(_LABELS_WITHIN, len(tab.cells))):
        columns: dict[str, int] = {}
        for column, content in enumerate(tab.row(row)):
            label = next((each for each in labels if key(each) == key(content.text)), None)
            if label in columns and once:
                return None
            if label is not None:
                columns.setdefault(label, column)
        if len(columns) == len(labels):
            return row, columns
    return None
