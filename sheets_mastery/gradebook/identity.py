"""Which column tells who a student is: an id, an address, a people chip. Never a row, never a name alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from sheets_mastery.a1 import Cell
from sheets_mastery.config import Labels
from sheets_mastery.gradebook.findings import Confidence, Question, Sort
from sheets_mastery.gradebook.layout import Columns
from sheets_mastery.gradebook.records import Place, key
from sheets_mastery.gradebook.roster import id_text
from sheets_mastery.gradebook.words import SURELY_STUDENTS, is_section, is_summary, label, labels_of
from sheets_mastery.reading import EMPTY, Content, Tab


@dataclass(frozen=True, kw_only=True, slots=True)
class Identified:
    """The student columns, with the one that tells who a student is; or the question which one does."""

    columns: Columns
    confidence: Confidence = Confidence.CERTAIN
    question: Question | None = None


def identify(tab: Tab, columns: Columns, labels: Labels, skip: frozenset[int]) -> Identified:
    """Find out who is who on a tab. `skip`: rows that are no student's, such as the maxima."""
    rows = [row for row in range(columns.header_row + 1, len(tab.cells)) if row not in skip]
    ranked = labels_of(labels, "id")
    header = tab.row(columns.header_row)
    labelled = sorted(
        (ranked[label(content.text)], column) for column, content in enumerate(header) if label(content.text) in ranked
    )
    filled = [column for _, column in labelled if any(id_text(tab.at(row, column)) is not None for row in rows)]
    nobody = columns.name is None or all(tab.at(row, columns.name).blank for row in rows)
    if filled or (labelled and ("id" in labels.model_fields_set or nobody)):
        return Identified(columns=_with(columns, (filled or [labelled[0][1]])[0]))
    if "id" not in labels.model_fields_set:
        people = {at for sort in ("name", "student_email") if (at := columns.one(sort)) is not None}
        for column in sorted(people):
            cells = [content for row in rows if not (content := tab.at(row, column)).blank]
            # Sums and headings stand among the students; a name typed without a chip is no student of ours.
            cells = [each for each in cells if each.chip or not (is_summary(each.text) or is_section(each.text))]
            if cells and all(content.chip for content in cells) and _unique(cells):
                return Identified(columns=_with(columns, column), confidence=Confidence.LIKELY)
        for column, content in enumerate(header):
            if label(content.text) in SURELY_STUDENTS and _addresses(tab, rows, column):
                return Identified(columns=_with(columns, column), confidence=Confidence.LIKELY)
    named = [row for row in rows if columns.name is None or not tab.at(row, columns.name).blank]
    return Identified(columns=columns, question=_question(tab, columns, named))


def _with(columns: Columns, column: int) -> Columns:
    places: Mapping[str, Mapping[int, int]] = {**columns.places, "id": {0: column}}
    return replace(columns, places=places, taken=columns.taken | {column})


def _question(tab: Tab, columns: Columns, rows: list[int]) -> Question:
    """Which column tells who a student is? Addresses are proposed; numbers that are no running numbers are named."""
    header = tab.row(columns.header_row)
    guardians = set(columns.places.get("guardian_email", {}).values())
    titled = [column for column, content in enumerate(header) if content.text]
    mails = [column for column in titled if column not in guardians and _addresses(tab, rows, column)]
    numbers = [column for column in titled if column not in mails and _numbered(tab, rows, column)]
    choices = tuple(dict.fromkeys(header[column].text for column in (*mails, *numbers)))
    at = (mails or numbers or [columns.name or 0])[0]
    if choices:
        text = "No column is called an id. Which column tells who a student is?"
    else:
        text = (
            "No column tells who a student is: two may have the same name, and a name may change. "
            "Add a column “Student ID”, or one with the students' e-mail addresses."
        )
    return Question(
        paths=(("labels", "id"),),
        text=text,
        place=Place(tab=tab.title, cell=Cell(columns.header_row, at)),
        choices=choices,
        proposal=header[mails[0]].text if mails else "",
        sort=Sort.TEXTS,
        stops=True,
    )


def _addresses(tab: Tab, rows: list[int], column: int) -> bool:
    """Whether a column has an address in nearly every row with something in it, and none twice."""
    cells = [content for row in rows if not (content := tab.at(row, column)).blank]
    mails = [content for content in cells if content.chip or "@" in content.text]
    return bool(mails) and 5 * len(mails) >= 4 * len(cells) and _unique(mails)


def _numbered(tab: Tab, rows: list[int], column: int) -> bool:
    """Whether a column has different whole numbers of three digits or more, unlike marks and running numbers."""
    cells = [content for row in rows if not (content := tab.at(row, column)).blank]
    whole = [content for content in cells if (text := id_text(content)) and text.isdecimal() and len(text) >= 3]
    running = [content.value for content in cells if isinstance(content.value, Decimal)]
    steps = {second - first for first, second in pairwise(running)}
    return len(whole) >= 2 and len(whole) == len(cells) and _unique(cells) and steps != {Decimal(1)}


def _unique(cells: list[Content]) -> bool:
    texts = [key(id_text(content) or "") for content in cells if content is not EMPTY]
    return len(set(texts)) == len(texts)
