"""Which codes stand in the marks: how often, where first, and which of them nobody has given a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Marking
from sheets_mastery.gradebook import Gradebook, MarkKind, Place
from sheets_mastery.gradebook.marks import MarkReader
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Content, Reading

#: A code is short: longer texts are remarks, and are not asked about as codes.
_LONGEST, _MOST_WORDS = 14, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One code in the marks."""

    #: The code as it is written where it stands first.
    code: str
    #: In how many cells it stands.
    count: int
    #: Where it stands first, in reading order.
    place: Place


def codes_seen(reading: Reading, gradebook: Gradebook, marking: Marking) -> tuple[dict[str, Seen], tuple[Seen, ...]]:
    """The codes that have a meaning, by `key`, and those that have none, as they come."""
    reader = MarkReader.of(marking, reading.locale)
    known: dict[str, Seen] = {}
    unknown: dict[str, Seen] = {}
    # Cells alike are one object in a reading: what a cell is, is decided once.
    sorted_out: dict[tuple[int, Fraction | None], tuple[dict[str, Seen], str] | None] = {}
    for marks in gradebook.tabs:
        tab = next(each for each in reading if each.sheet_id == marks.sheet_id)
        columns = [(column, each.points) for each in marks.assignments for column in each.columns]
        for student in marks.students:
            cells = tab.row(student.row)
            for column, points in columns:
                content = cells[column] if column < len(cells) else None
                if content is None or not isinstance(content.value, str) or content.blank:
                    continue
                place = id(content), points
                if place not in sorted_out:
                    sorted_out[place] = _sorted(content, points, reader, known, unknown)
                found = sorted_out[place]
                if found is None:
                    continue
                seen, code = found
                before = seen.get(code)
                where = before.place if before else Place(tab=tab.title, cell=Cell(student.row, column))
                written = before.code if before else " ".join(content.text.split())
                seen[code] = Seen(code=written, count=before.count + 1 if before else 1, place=where)
    return known, tuple(unknown.values())


def _sorted(
    content: Content,
    points: Fraction | None,
    reader: MarkReader,
    known: dict[str, Seen],
    unknown: dict[str, Seen],
) -> tuple[dict[str, Seen], str] | None:
    """Which of the two a text belongs to, and its key; None where it is a score, or no code at all."""
    code = key(content.text)
    if code in reader.codes:
        return known, code
    if reader.read(content, points)[0].kind is not MarkKind.UNREADABLE or not _is_like_a_code(code):
        return None
    return unknown, code


def _is_like_a_code(text: str) -> bool:
    """Whether a text may be a code: short, and without digits, since 8o is a slip and 17?/20 a score to look at."""
    return (
        len(text) <= _LONGEST
        and len(text.split()) <= _MOST_WORDS
        and not any(sign.isnumeric() or sign in "@#" for sign in text)
    )
