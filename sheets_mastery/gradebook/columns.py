"""The columns of a tab that are not about the students: what stands above each of them, and what is in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest

from sheets_mastery.gradebook.layout import Columns, Head, Heading, filled, headings
from sheets_mastery.gradebook.marks import MOMENTS
from sheets_mastery.gradebook.records import key
from sheets_mastery.gradebook.titles import Title, Twin, read_title, says_only_again
from sheets_mastery.reading import EMPTY, Content, Tab

_MAX_POINTS = re.compile(r"(.*\S)\s*[-–:]\s*max(?:imum)?\.?\s+points", re.IGNORECASE)
#: What stands under a merged title for the first attempt.
_FIRST = frozenset({"original", "first", "initial", "first try", "1st try", "1st", "attempt 1", "try 1", "test"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column with the students' cells in it."""

    number: int
    heading: Heading
    title: Title
    #: Each different cell once, with how often it is there.
    cells: tuple[tuple[Content, int], ...]
    #: Whether every cell is formatted as a percentage, blanks included.
    percent: bool

    #: The cells with something in them.
    filled: list[tuple[Content, int]]
    #: The plain numbers: no dates, no percentages.
    numbers: list[tuple[Decimal, int]]

    @classmethod
    def of(cls, number: int, heading: Heading, column: Sequence[Content]) -> Column:
        """A column of cells. Cells alike are one object in a reading, and there may be a million of them."""
        by_identity = dict(zip(map(id, column), column, strict=True))
        counts = Counter(map(id, column))
        cells = tuple((content, counts[identity]) for identity, content in by_identity.items())
        return cls(
            number=number,
            heading=heading,
            title=title_of(heading),
            cells=cells,
            percent=bool(column) and all(content.format == "PERCENT" for content, _ in cells),
            filled=[(content, count) for content, count in cells if not content.blank],
            numbers=[
                (content.value, count)
                for content, count in cells
                if isinstance(content.value, Decimal) and content.format not in MOMENTS and content.format != "PERCENT"
            ],
        )

    @property
    def computed(self) -> bool:
        """Whether there is something, and all of it is the result of formulas."""
        return bool(self.filled) and all(content.formula is not None for content, _ in self.filled)

    @property
    def ticks(self) -> bool:
        """Whether most of what is there are checkboxes."""
        there = sum(count for _, count in self.filled)
        return (
            bool(there) and 2 * sum(count for content, count in self.filled if isinstance(content.value, bool)) > there
        )


def columns_of(tab: Tab, columns: Columns, head: Head, student_rows: Sequence[int]) -> list[Column]:
    """Every column that is not about the students, with its cells counted."""
    rows = [tab.cells[row] for row in student_rows]
    width = max((len(row) for row in tab.cells), default=0)
    over = headings(tab, columns, head, width)
    turned: Iterable[tuple[Content, ...]] = zip_longest(*rows, fillvalue=EMPTY) if rows else ()
    cells = dict(enumerate(turned))
    nothing = (EMPTY,) * len(rows)
    return [
        Column.of(number, over[number], cells.get(number, nothing))
        for number in range(width)
        if number not in columns.taken
    ]


def title_of(heading: Heading) -> Title:
    """A heading taken apart; "Attempt 1" and "Retake" under one merged title are attempts at that."""
    if not heading.parent:
        return read_title(heading.title)
    parent, own = read_title(heading.parent), read_title(heading.own)
    whole = f"{parent.clean}: {own.clean}"
    if key(heading.own) in _FIRST:
        return replace(own, clean=whole, base=parent.clean, attempt=1, points=own.points or parent.points)
    if says_only_again(heading.own):
        again = read_title(f"{parent.clean} {heading.own}")
        return replace(own, clean=whole, base=parent.clean, attempt=again.attempt, points=own.points or parent.points)
    return replace(own, clean=whole, points=own.points or parent.points)


def kinds_of(tab: Tab, columns: Columns, head: Head, everything: list[Column]) -> dict[int, str]:
    """The kind of work of each column: from its own row, or from the merged labels above the titles."""
    row = head.rows.get("kind")
    if row is not None and row > head.titles:
        return {each.number: tab.at(row, each.number).text for each in everything}
    above = row if row is not None else head.parents
    width = max((len(line) for line in tab.cells), default=0)
    texts = filled(tab, above, columns, width)
    return {each.number: texts[each.number] for each in everything if texts and not each.heading.parent}


def twins_of(everything: list[Column]) -> set[int]:
    """The columns that say the same as another one: of points, percentage and letter one is enough.

    Points are best where their maximum is known, else the percentage.
    """
    groups: dict[str, list[Column]] = {}
    for each in everything:
        if each.title.twin is not Twin.ONLY:
            groups.setdefault(key(each.title.clean), []).append(each)
    spare: set[int] = set()
    for group in groups.values():
        order = [Twin.PERCENT, Twin.POINTS, Twin.LETTER]
        best = min(group, key=lambda each: (each.title.points is None, order.index(each.title.twin)))
        spare |= {each.number for each in group if each is not best}
    return spare


def maxima_beside(everything: list[Column]) -> tuple[list[Column], set[int]]:
    """The columns with the maxima that Gradescope puts into a column beside each assignment, and these columns."""
    maxima: dict[str, Fraction] = {}
    spare: set[int] = set()
    for each in everything:
        found = _MAX_POINTS.fullmatch(each.heading.title.strip())
        numbers = {number for number, _ in each.numbers}
        if found and len(numbers) == 1 and min(numbers) > 0:
            maxima[key(found[1])] = Fraction(min(numbers))
            spare.add(each.number)
    return [
        replace(each, title=replace(each.title, points=maxima[key(each.title.clean)]))
        if each.title.points is None and key(each.title.clean) in maxima
        else each
        for each in everything
    ], spare


def with_maxima(tab: Tab, columns: Columns, head: Head, everything: list[Column]) -> Mapping[str, int]:
    """The rows of the header, and as the maxima a row of numbers without a label where it can be nothing else.

    Every titled column has a whole number in it that no mark exceeds: a row of averages has not.
    """
    titled = [each for each in everything if each.heading.title and each.numbers and not each.computed]
    if "points" in head.rows or len(titled) < 2:
        return head.rows
    for row in range(head.first):
        if row in head.about() or row == columns.header_row or any(not tab.at(row, at).blank for at in columns.taken):
            continue
        numbers = [tab.at(row, each.number) for each in titled]
        if all(
            isinstance(content.value, Decimal)
            and content.format not in MOMENTS
            and content.formula is None
            and content.value == content.value.to_integral_value()
            and content.value >= max(number for number, _ in each.numbers)
            and content.value > 0
            for content, each in zip(numbers, titled, strict=True)
        ):
            return {**head.rows, "points": row}
    return head.rows
