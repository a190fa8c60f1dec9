"""The records of a gradebook.

Identity: a student is an id and an assignment is a title, both compared by `key`; neither is ever a row, a column or a
name. Rows and columns are kept beside them only to say where something stands in this one reading.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from sheets_mastery.a1 import Cell
from sheets_mastery.reading import EMPTY, Content


def key(text: str) -> str:
    """What two writings of one id, title or label have in common: case, composition and spaces do not count.

    Sheets' MATCH does not tell "a1" from "A1" either, so two ids that differ only in that are one and the same here.
    """
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class MarkKind(StrEnum):
    """What a mark cell says."""

    #: A score.
    SCORE = "score"
    #: A code that says: not handed in.
    NOT_IN = "not in"
    #: A code that says: the student was away.
    ABSENT = "absent"
    #: A code that says: handed in or on its way, not marked yet.
    PENDING = "pending"
    #: A code that says: need not be done.
    EXCUSED = "excused"
    #: A code that says: at the level, without a number.
    MASTERED = "mastered"
    #: A code that says: below the level, without a number.
    BELOW = "below level"
    #: Never asked of this student.
    NOT_ASSIGNED = "not assigned"
    #: Nothing.
    BLANK = "blank"
    #: Something that is none of these. Never a zero, never missing.
    UNREADABLE = "unreadable"


class Flag(StrEnum):
    """What is said beside a mark; it never hides a score."""

    #: Handed in late.
    LATE = "late"
    #: The student was away.
    ABSENT = "absent"
    #: Handed in, but not whole.
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one student has for one assignment."""

    #: What the cell says.
    kind: MarkKind
    #: The words in the cell, as on the screen.
    written: str = ""
    #: For a score: the share of the maximum, exactly; 43 of 50 is Fraction(43, 50).
    share: Fraction | None = None
    #: What is said beside it.
    flags: frozenset[Flag] = frozenset()


BLANK = Mark(kind=MarkKind.BLANK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands in the spreadsheet."""

    #: The tab's title.
    tab: str
    #: The cell; None for the tab as a whole.
    cell: Cell | None = None

    def __str__(self) -> str:
        return self.cell.on(self.tab) if self.cell else f"tab {self.tab}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something in the sheet that a teacher should mend. It is shown, never raised."""

    #: Where it stands.
    place: Place
    #: What is wrong, in one sentence.
    what: str
    #: What to do about it, in one sentence.
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.remedy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownCode:
    """A word among the marks that nobody has explained yet."""

    #: The code as it was first seen.
    code: str
    #: How many cells have it.
    count: int
    #: The first of them.
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Guardian:
    """One adult who may get letters about one student."""

    #: The name as in the sheet, "" where there is none.
    name: str
    #: One bare e-mail address.
    address: str
    #: A language code such as "en" or "es"; "" for the school's usual one.
    language: str
    #: Whether the school says that this person may be written to.
    may_receive: bool
    #: How often this person wants to hear: "each" time, "weekly", "never"; "" for the school's usual way.
    frequency: str = ""
    #: Where the address stands in this one reading. Where, never who.
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractCells:
    """What the sheet says about a student's contract, not yet understood."""

    #: Where the level stands.
    place: Place
    #: The level's cell.
    level: Content = EMPTY
    #: Who signed, as written.
    signed_by: str = ""
    #: Whether the sheet has a column for who signed.
    signature_asked: bool = False
    #: From which day; None where the sheet does not say.
    signed_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Student:
    """One student of a gradebook."""

    #: The id as text, exactly as in the cell: leading zeros stay, and so do spaces. `key(id)` is the identity.
    id: str
    #: The name as in the sheet.
    name: str
    #: The class period or section, "" where there is none.
    section: str
    #: Everyone whom the sheet names as a guardian, permitted or not.
    guardians: tuple[Guardian, ...]
    #: The student's own address, "" where there is none.
    address: str
    #: The language for the student's own letters, "" for the school's usual one.
    language: str
    #: What the sheet says about the contract.
    contract: ContractCells
    #: The row on the marks tab in this reading, from 0. Where, never who.
    row: int
    #: Whether the sheet has a column that says who may be written to. That it has gone is a change for a person to see.
    asked: bool = False
    #: Whether the sheet has a column that says whose the rights are; the same goes for that.
    rights_asked: bool = False
    #: Why this student is left alone, "" where nothing stands against judging: for example an id that occurs twice.
    blocked: str = ""
    #: Where the student's own address stands in this one reading.
    address_place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """One piece of work that the class is asked for."""

    #: The title as families read it; `key(title)` is its identity.
    title: str
    #: The column on the marks tab in this reading, from 0; of several attempts the first.
    column: int
    #: The maximum; None where only percentages can be read.
    points: Fraction | None
    #: The kind of work, "" where the sheet does not say.
    kind: str = ""
    #: The day it is due; None where nobody says, and then a blank is never "not in".
    due: date | None = None
    #: The day the teacher declared it graded; None leaves it to the share of the class.
    graded: date | None = None
    #: Whether the maximum stands in the sheet's own row of maxima.
    points_in_sheet: bool = False
    #: Whether every cell of the column is formatted as a percentage, so that a typed 85 becomes 85 %.
    percent: bool = False
    #: The text of the header cell, by which a live rule finds the title; "" where that cell alone does not tell it.
    header: str = ""
    #: The columns of further attempts at the same work, in their order.
    retakes: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """Every column with a mark for this work, in the order of the attempts."""
        return (self.column, *self.retakes)

    @property
    def id(self) -> str:
        """The identity across readings."""
        return key(self.title)


@dataclass(frozen=True, kw_only=True, slots=True)
class MarksTab:
    """One tab with marks. A gradebook has one, or one for each class period."""

    #: The tab's id and title.
    sheet_id: int
    title: str
    #: Rows and columns of the layout, from 0.
    header_row: int
    id_column: int
    name_column: int | None
    points_row: int | None
    #: The column set aside for the titles of missing work; None where there is none.
    flag_column: int | None
    #: The students of this tab from top to bottom.
    students: tuple[Student, ...]
    #: The assignments of this tab from left to right, with their columns here.
    assignments: tuple[Assignment, ...]

    @property
    def first_row(self) -> int:
        """The row of the first student."""
        return min((student.row for student in self.students), default=self.header_row + 1)

    @property
    def end_row(self) -> int:
        """The row after the last student."""
        return max((student.row for student in self.students), default=self.header_row) + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Gradebook:
    """One gradebook, understood."""

    #: The gradebook's name in the settings.
    name: str
    #: The students in the order of the marks tabs.
    students: tuple[Student, ...]
    #: The assignments from left to right; one that stands on several tabs is here once.
    assignments: tuple[Assignment, ...]
    #: One row a student, one mark an assignment, in those orders.
    marks: tuple[tuple[Mark, ...], ...]
    #: What the teacher should mend, in reading order.
    problems: tuple[Problem, ...]
    #: Links to help: (key of the assignment's title, kind of help) -> address. Kind "" is for every kind.
    links: dict[tuple[str, str], str]
    #: The tabs with marks, from left to right; at least one.
    tabs: tuple[MarksTab, ...]
    #: The codes that nobody has explained, the most frequent first.
    unknown_codes: tuple[UnknownCode, ...] = ()
    #: The rows, by their tab's id, in which a formula in place of the student's id shows no value just now. Whose rows
    #: they are nobody can tell, so whoever is not among the students may not have gone.
    unread_ids: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
