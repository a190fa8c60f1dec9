"""The layout of a gradebook from one sync to the next: what stands where, and what has moved.

A student or an assignment that was inserted is ordinary, wherever it stands. What is not: a tab that has gone or bears
another name, a column of ids or names under another label, an assignment that has gone, and marks that now stand under
another assignment or beside another student, because something was pasted one place over. Then nothing is written and
nobody is written to until a person has looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sheets_mastery.gradebook import Gradebook, MarksTab
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Attempt, Work

#: Fewer marks than this show no pattern: two students may well swap a seven and an eight.
_LEAST_MARKS = 4
#: So many different marks are needed, or a class that all got full marks would look like any other.
_LEAST_DIFFERENT = 3
#: At least so much of a column must be what stood elsewhere.
_ALIKE = Fraction(9, 10)
#: And no more than this may still be its own.
_OWN = Fraction(1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class TabShape:
    """One tab with marks, as it was understood."""

    #: The tab's id, which outlives a renaming.
    sheet_id: int
    title: str
    #: The labels over the students' ids and names; "" where there is no such column.
    id_label: str
    name_label: str
    #: The identities of the assignments from left to right.
    assignments: tuple[str, ...]


#: The tabs with marks from left to right.
Shape = tuple[TabShape, ...]


def shape_of(reading: Reading, gradebook: Gradebook) -> Shape:
    """The layout of a gradebook in a reading."""
    return tuple(_tab_shape(reading, tab) for tab in gradebook.tabs)


def _tab_shape(reading: Reading, tab: MarksTab) -> TabShape:
    sheet = next(each for each in reading if each.sheet_id == tab.sheet_id)
    return TabShape(
        sheet_id=tab.sheet_id,
        title=tab.title,
        id_label=sheet.at(tab.header_row, tab.id_column).text,
        name_label="" if tab.name_column is None else sheet.at(tab.header_row, tab.name_column).text,
        assignments=tuple(assignment.id for assignment in tab.assignments),
    )


def moved(before: Shape | None, now: Shape) -> Iterator[str]:
    """What is not where it was, a sentence each. Nothing before the first sync."""
    here = {tab.sheet_id: tab for tab in now}
    for was in before or ():
        tab = here.get(was.sheet_id)
        if tab is None:
            yield f"the tab {was.title} is no longer among the tabs with marks"
            continue
        if tab.title != was.title:
            yield f"the tab {was.title} is now called {tab.title}"
        for what, label, earlier in (
            ("student ids", tab.id_label, was.id_label),
            ("names", tab.name_label, was.name_label),
        ):
            if key(label) != key(earlier):
                yield f"on the tab {tab.title} the {what} stood under “{earlier}” and now stand under “{label}”"
        gone = [title for title in was.assignments if title not in tab.assignments]
        if gone:
            new = [title for title in tab.assignments if title not in was.assignments]
            listed = ", ".join(f"“{title}”" for title in gone)
            instead = f"; new there: {', '.join(f'“{title}”' for title in new)}" if new else ""
            yield f"on the tab {tab.title} there is no column {listed} any more{instead}"


def pasted_over(gradebook: Gradebook, past: Mapping[Work, Attempt]) -> Iterator[str]:
    """Columns whose marks are now those of another column, or those of the row above or below; a sentence each.

    Only marks that were known before can tell: `past` holds the last attempt of each piece of work.
    """
    students = [key(student.id) for student in gradebook.students]
    titles = {assignment.id: assignment.title for assignment in gradebook.assignments}
    known = {work: _column(past, students, work) for work in titles}
    for index, (work, title) in enumerate(titles.items()):
        now = [marks[index].share for marks in gradebook.marks]
        own = known[work]
        if not _foreign(now, own):
            continue
        source = next((other for other in titles if other != work and _alike(now, known[other])), None)
        if source is not None:
            yield f"under “{title}” now stand the marks that stood under “{titles[source]}”"
        elif _alike(now[1:], own[:-1]):
            yield f"the marks of “{title}” stand one student lower than before"
        elif _alike(now[:-1], own[1:]):
            yield f"the marks of “{title}” stand one student higher than before"


Shares = Sequence[Fraction | None]


def _column(past: Mapping[Work, Attempt], students: Sequence[str], work: str) -> list[Fraction | None]:
    return [attempt.share if (attempt := past.get((student, work))) else None for student in students]


def _pairs(now: Shares, then: Shares) -> list[tuple[Fraction, Fraction]]:
    return [(a, b) for a, b in zip(now, then, strict=True) if a is not None and b is not None]


def _foreign(now: Shares, own: Shares) -> bool:
    """Whether a column has marks, and most of those known before are others now."""
    pairs = _pairs(now, own)
    return len(pairs) >= _LEAST_MARKS and sum(a == b for a, b in pairs) <= _OWN * len(pairs)


def _alike(now: Shares, then: Shares) -> bool:
    """Whether marks are nearly all those of another place, and so many different ones that it is no chance."""
    pairs = _pairs(now, then)
    same = [a for a, b in pairs if a == b]
    return len(pairs) >= _LEAST_MARKS and len(same) >= _ALIKE * len(pairs) and len(set(same)) >= _LEAST_DIFFERENT
