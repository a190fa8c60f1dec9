"""What a column of work is worth: its maximum, from wherever the sheet or the settings say it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from sheets_mastery.a1 import Cell
from sheets_mastery.config import AssignmentSettings, GradebookSettings
from sheets_mastery.gradebook.columns import Column
from sheets_mastery.gradebook.layout import Head
from sheets_mastery.gradebook.marks import MOMENTS, Remembered
from sheets_mastery.gradebook.records import MarkKind, Place, Problem
from sheets_mastery.gradebook.titles import Twin
from sheets_mastery.reading import Tab


def points_of(
    tab: Tab, each: Column, head: Head, says: AssignmentSettings | None, settings: GradebookSettings
) -> tuple[Fraction | None, bool, list[Problem]]:
    """The maximum of a column, and whether it stands in the sheet's own row.

    The row of maxima comes first, then the header, then the settings. A gradebook of percentages needs none of them.
    """
    if settings.scale == "percent":
        return _percent(tab, each, head, says, settings)
    if "points" in head.rows:
        content = tab.at(head.rows["points"], each.number)
        if isinstance(content.value, Decimal) and content.value > 0 and content.format not in {"PERCENT", *MOMENTS}:
            return Fraction(content.value), True, []
        if not content.blank:
            wrong = Problem(
                place=Place(tab=tab.title, cell=Cell(head.rows["points"], each.number)),
                what="this is no maximum, so the column is not judged.",
                remedy="Type a number above zero.",
            )
            return None, False, [wrong]
    if each.title.points is not None:
        return each.title.points, False, []
    if "points" in head.meta:
        cell = head.meta["points"]
        content = tab.at(cell.row, cell.column)
        if isinstance(content.value, Decimal) and content.value > 0:
            return Fraction(content.value), False, []
    if says is not None and says.points is not None:
        return Fraction(says.points), False, []
    if each.title.twin is Twin.PERCENT:
        return Fraction(100), False, []
    if settings.points is not None and "points" not in head.rows and settings.scale != "rubric":
        return Fraction(settings.points), False, []
    return None, False, []


def _percent(
    tab: Tab, each: Column, head: Head, says: AssignmentSettings | None, settings: GradebookSettings
) -> tuple[Fraction | None, bool, list[Problem]]:
    """The maximum in a gradebook of percentages: 100, unless the sheet says one that every number keeps to.

    Then 18 may be 18 of 20 after all, and taken as 18 % it would be somebody's trouble.
    """
    if says is not None and says.points is not None:
        return Fraction(says.points), False, []
    said, _, _ = points_of(tab, each, head, None, settings.model_copy(update={"scale": "points", "points": None}))
    if said is None or said >= 100 or not each.numbers or max(number for number, _ in each.numbers) > said:
        return Fraction(100), False, []
    wrong = Problem(
        place=Place(tab=tab.title, cell=Cell(each.heading.row, each.number)),
        what="every mark in this column keeps to its maximum, so these may be points and no percentages; "
        "it is not judged.",
        remedy="Say points = 100 for it under assignments in the settings, or its maximum where these are points.",
    )
    return None, False, [wrong]


def tells_shares(each: Column, reader: Remembered) -> bool:
    """Whether a column can be read without a maximum: by percentages or letters, or as most of it is like 17/20."""
    if any(content.format == "PERCENT" for content, _ in each.filled):
        return True
    kinds: Counter[MarkKind] = Counter()
    for content, count in each.filled:
        kinds[reader.kind(content, None)] += count
    return kinds[MarkKind.SCORE] + kinds[MarkKind.MASTERED] > kinds[MarkKind.UNREADABLE]


def too_high(each: Column, points: Fraction, reader: Remembered) -> bool:
    """Whether most numbers of a column are no points of this maximum."""
    high = high_numbers(each, points, reader)
    return high >= 3 and 2 * high > sum(count for _, count in each.numbers)


def high_numbers(each: Column, points: Fraction, reader: Remembered) -> int:
    most = points * reader.reader.highest
    limit = Decimal(most.numerator) / Decimal(most.denominator)
    return sum(count for number, count in each.numbers if number > limit)
