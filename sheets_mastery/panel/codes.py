"""How often the codes stand in the marks, and where first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Meaning
from sheets_mastery.gradebook import Gradebook, Place
from sheets_mastery.gradebook.records import UnknownCode, key
from sheets_mastery.reading import Reading

#: A code in the marks: as it is written where it stands first, how often, and where first.
Seen = UnknownCode


def codes_seen(reading: Reading, gradebook: Gradebook, codes: Mapping[str, Meaning]) -> dict[str, Seen]:
    """The codes that have a meaning, by `key`, as far as they are typed into the marks."""
    seen: dict[str, Seen] = {}
    # Cells alike are one object in a reading: what a cell is, is decided once.
    known: dict[int, str] = {}
    for marks in gradebook.tabs:
        tab = next(each for each in reading if each.sheet_id == marks.sheet_id)
        columns = sorted({column for each in marks.assignments for column in each.columns})
        for student in marks.students:
            cells = tab.row(student.row)
            for column in columns:
                if column >= len(cells):
                    break
                content = cells[column]
                code = known.get(id(content))
                if code is None:
                    said = key(content.text) if isinstance(content.value, str) and content.error is None else ""
                    code = known[id(content)] = said if said in codes else ""
                if not code:
                    continue
                before = seen.get(code)
                if before is None:
                    place = Place(tab=tab.title, cell=Cell(student.row, column))
                    seen[code] = Seen(code=" ".join(content.text.split()), count=1, place=place)
                else:
                    seen[code] = replace(before, count=before.count + 1)
    return seen
