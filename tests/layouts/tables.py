"""Layouts drawn as tables, each beside what a person reads in it.

    Tab title:
    Student ID | Student  | Quiz 1 [20]
    101        | Ana Diaz | 17

As in `drawn`, but brackets belong to the cell (there are no notes here), a leading apostrophe keeps a text as it is
with its spaces, `¦` stands for a bar, `<a@x.org>Ana` is a people chip, and `12,5` is a number where the document has
the decimal comma.

What is expected is written by hand, one line a student: `id | name | section | marks …`. A mark is a share of the
maximum (`17/20`, `85%`, `17/20 late`), the kind of mark in words (`excused`, `not in`, …), or `.` for blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from inspect import cleandoc

import drawn

from sheets_mastery import config
from sheets_mastery.gradebook import Gradebook, Mark, MarkKind
from sheets_mastery.gradebook.marks import decimal_comma
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import EMPTY, Content, Reading, Tab

_CHIP = re.compile(r"<([^<>@]+@[^<>]+)>(.+)")
_COMMA = re.compile(r"-?\d+,\d+(%?)")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A document, and what a person reads in it."""

    name: str
    #: Where the layout comes from.
    source: str
    #: The tabs, drawn.
    tabs: str
    #: The assignments from left to right, `title` or `title / maximum`; "" for a document that cannot be read.
    assignments: str = ""
    #: One line a student.
    students: str = ""
    #: The problems by their cells, in the order of the gradebook.
    problems: tuple[str, ...] = ()
    #: The questions asked, `key` or `key = proposal`, in their order.
    questions: tuple[str, ...] = ()
    #: What answers them, as keys of the gradebook's settings.
    answers: str = ""
    #: What the teacher has chosen without being asked.
    chosen: str = ""
    #: What is left to ask with these answers.
    left: tuple[str, ...] = ()
    #: The beginning of the sentence with which it stops before the answers.
    stopped: str = ""
    #: Whether no answer helps: the sheet itself has to change.
    stays_stopped: bool = False
    #: Findings that must be among those told.
    findings: tuple[str, ...] = ()
    locale: str = "en_US"
    #: The rows of merged labels on the first tab, from 0: labels that go on to the right until the next one.
    merged: tuple[int, ...] = ()

    @property
    def reading(self) -> Reading:
        return reading(self.tabs, self.locale)

    def settings(self, *, answered: bool) -> config.GradebookSettings:
        """The settings of somebody who has said nothing yet, or has answered."""
        return gradebook_settings(f"{cleandoc(self.chosen)}\n{cleandoc(self.answers) if answered else ''}")

    @property
    def titles(self) -> list[tuple[str, Fraction | None]]:
        """The expected assignments: title and maximum."""
        found = []
        for line in cleandoc(self.assignments).splitlines():
            title, _, points = line.partition(" / ")
            found.append((title.strip(), Fraction(points.strip()) if points else None))
        return found

    @property
    def rows(self) -> list[tuple[str, str, str, list[str]]]:
        """The expected students: id, name, section, marks in words."""
        found = []
        for line in cleandoc(self.students).splitlines():
            identity, name, section, *marks = (part.strip() for part in line.split("|"))
            found.append((identity, name, section, [normal(mark) for mark in marks]))
        return found


def gradebook_settings(more: str) -> config.GradebookSettings:
    """The settings of one gradebook with nothing but these keys."""
    text = drawn.SETTINGS.format(more="", school="", gradebook=cleandoc(more))
    return config.parse(re.sub(r"^codes = .*\n", "", text, count=1, flags=re.MULTILINE)).gradebooks[0]


def cell(text: str, *, comma: bool) -> Content:
    """One cell of a table."""
    text = text.strip().replace("¦", "|")
    if text.startswith("'"):
        return Content(value=text[1:], shown=text[1:])
    if found := _CHIP.fullmatch(text):
        return Content(value=found[2], shown=found[2], chip=found[1])
    if comma and (found := _COMMA.fullmatch(text)):
        number = Decimal(text.rstrip("%").replace(",", "."))
        return Content(value=number / 100 if found[1] else number, shown=text, format="PERCENT" if found[1] else "")
    if text.endswith("]") and not text.startswith("="):
        return Content(value=text, shown=text)
    return drawn.content(text)


def reading(text: str, locale: str = "en_US") -> Reading:
    """The document drawn in a text."""
    titles: list[str] = []
    tables: list[list[list[Content]]] = []
    known: dict[Content, Content] = {}
    for line in cleandoc(text).splitlines():
        if "|" in line:
            cells = [cell(part, comma=decimal_comma(locale)) for part in line.split("|")]
            # Cells alike are one object in a reading.
            tables[-1].append([EMPTY if each == EMPTY else known.setdefault(each, each) for each in cells])
        elif line.endswith(":"):
            titles.append(line[:-1])
            tables.append([])
        elif not line:
            tables[-1].append([])
    tabs = tuple(tab_of(title, table, number) for number, (title, table) in enumerate(zip(titles, tables, strict=True)))
    return Reading(spreadsheet_id="abcdefgh", locale=locale, time_zone="America/Chicago", tabs=tabs)


def tab_of(title: str, table: list[list[Content]], number: int) -> Tab:
    return Tab(sheet_id=number * 11, title=title, rows=1000, columns=60, cells=drawn.trimmed(table))


def grid(tab: Tab) -> list[list[Content]]:
    """The cells of a tab as a rectangle."""
    width = max((len(row) for row in tab.cells), default=0)
    return [[*row, *[EMPTY] * (width - len(row))] for row in tab.cells]


def with_first(document: Reading, table: list[list[Content]]) -> Reading:
    """The document with other cells on its first tab."""
    first, *rest = document.tabs
    return replace(document, tabs=(replace(first, cells=drawn.trimmed(table)), *rest))


def words(mark: Mark) -> str:
    """A mark in the words of the expectations."""
    said = str(mark.share) if mark.kind is MarkKind.SCORE else str(mark.kind)
    flags = sorted(str(flag) for flag in mark.flags if str(flag) != said)
    return " ".join((said, *flags))


def normal(text: str) -> str:
    """An expected mark as `words` says it."""
    if text in {".", ""}:
        return "blank"
    first, _, rest = text.partition(" ")
    if first.endswith("%"):
        first = str(Fraction(first[:-1]) / 100)
    elif "/" in first and first != "/":
        got, of = first.split("/")
        first = str(Fraction(got) / Fraction(of))
    return f"{first} {rest}".strip()


def seen(book: Gradebook) -> list[tuple[str, str, str, list[str]]]:
    """The students of a gradebook as the expectations write them."""
    return [
        (student.id, student.name, student.section, [words(mark) for mark in marks])
        for student, marks in zip(book.students, book.marks, strict=True)
    ]


def by_identity(book: Gradebook) -> dict[tuple[str, str], str]:
    """Every mark by who and what, of everybody whose id is certain."""
    return {
        (key(student.id), assignment.id): words(mark)
        for student, marks in zip(book.students, book.marks, strict=True)
        if not student.blocked
        for assignment, mark in zip(book.assignments, marks, strict=True)
    }
