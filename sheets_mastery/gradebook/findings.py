"""What was understood of a document, for a person to look at: every statement with its cell, every doubt with its key.

`find_layout` makes a `Layout`; doctor and setup show it. A `Question` names the settings that answer it: with the
answer written there, the next look asks no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sheets_mastery.gradebook.records import Place, UnknownCode


class Confidence(StrEnum):
    """How sure a statement is."""

    #: The settings say so, or a label that means nothing else.
    CERTAIN = "certain"
    #: What stands in the cells says so, and nothing speaks against it.
    LIKELY = "likely"
    #: A guess, used only where a wrong one harms nobody; a question goes with it where that is not so.
    GUESS = "a guess"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One statement about the document."""

    #: The statement in plain words, such as "27 students in 2 periods". It names no student.
    what: str
    #: The cell behind it, or the tab.
    place: Place
    confidence: Confidence


class Sort(StrEnum):
    """What an answer is, and so how it is written into the settings."""

    #: One text: `scale = "percent"`.
    TEXT = "text"
    #: A list of texts, of which the answer is one: `labels.id = ["Email"]`.
    TEXTS = "texts"
    #: A number above zero: `points = 20`.
    NUMBER = "number"
    #: A percentage for each of several words, as "4 = 100, 3 = 90": `worth = { 4 = 100, 3 = 90 }`.
    PERCENTAGES = "percentages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Something that only a person knows."""

    #: Where in the gradebook's table of the settings the answer goes: ("labels", "id"), ("codes", "M"), ("assignments",
    #: "Quiz 1", "points"). Several where one answer holds for all of them; at least one.
    paths: tuple[tuple[str, ...], ...]
    #: The question as it is asked.
    text: str
    #: The cell that made it necessary.
    place: Place
    #: The answers that there are, as they go into the settings; empty where it is free.
    choices: tuple[str, ...] = ()
    #: The likeliest answer; "" where nothing is likely.
    proposal: str = ""
    sort: Sort = Sort.TEXT
    #: Whether nothing at all can be read until it is answered.
    stops: bool = False

    @property
    def of_some_marks(self) -> bool:
        """Whether the answer says what some of the marks mean or are out of.

        What is wrong about a whole sheet is seen in the first plan, and the guard stops it; what is wrong about a few
        marks is seen by nobody, and a child is called missing. So nothing likely is taken for an answer here.
        """
        return self.paths[0][0] in {"codes", "assignments", "worth"}

    @property
    def key(self) -> str:
        """The first place of the answer, as a key of the settings: `codes.M`, `assignments."Quiz 1".points`."""
        return ".".join(
            part if part.replace("_", "").isalnum() and part.isascii() else f'"{part}"' for part in self.paths[0]
        )


class RowRole(StrEnum):
    """What a row is."""

    #: The titles of the assignments, and usually the labels of the student columns.
    TITLES = "titles"
    #: The labels of the student columns, where the titles stand in another row.
    LABELS = "labels"
    POINTS = "maxima"
    DUE = "due dates"
    GRADED = "days of marking"
    KIND = "kinds of work"
    #: A second heading such as the codes of standards.
    SUBTITLES = "second titles"
    STUDENT = "student"
    #: The heading of a section, with or without a head-count.
    HEADING = "section"
    #: An average, a sum.
    SUMMARY = "summary"
    BLANK = "blank"
    OTHER = "other"


class ColumnRole(StrEnum):
    """What a column is."""

    ID = "student id"
    NAME = "name"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    SECTION = "section"
    LEVEL = "level"
    SIGNED_BY = "signed by"
    SIGNED_ON = "signed on"
    STUDENT_EMAIL = "student's e-mail"
    GUARDIAN_NAME = "guardian"
    GUARDIAN_EMAIL = "guardian's e-mail"
    LANGUAGE = "language"
    MAY_WRITE = "may be written to"
    RIGHTS = "rights with the student"
    FREQUENCY = "how often"
    #: Something else about the student.
    PERSONAL = "about the student"
    ASSIGNMENT = "assignment"
    #: A further attempt at the assignment beside it.
    RETAKE = "further attempt"
    #: The column for the titles of missing work.
    FLAG = "flags"
    #: A total, an average.
    SUMMARY = "summary"
    #: Remarks, feedback, anything that is no mark.
    REMARKS = "remarks"
    #: Perhaps marks, but not judged: a problem or a question says why.
    DOUBT = "in doubt"
    BLANK = "blank"


class TabRole(StrEnum):
    """What a tab is."""

    MARKS = "marks"
    ROSTER = "roster"
    LINKS = "links to help"
    OURS = "ours"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class TabLayout:
    """One tab with its parts marked."""

    sheet_id: int
    title: str
    role: TabRole
    #: The role of each row from row 1, as far as the tab has content; empty for a tab that is not read.
    rows: tuple[RowRole, ...] = ()
    #: The role of each column from column A, as far as the tab has content.
    columns: tuple[ColumnRole, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """A document as it was understood."""

    #: Every tab of the document, from left to right.
    tabs: tuple[TabLayout, ...]
    #: What was found, the most important first.
    findings: tuple[Finding, ...]
    #: What only a person knows, the most important first; at most `MOST_QUESTIONS`.
    questions: tuple[Question, ...]
    #: The codes that nobody has explained, the most frequent first.
    unknown_codes: tuple[UnknownCode, ...] = ()
    #: The system whose export this is as it came, such as "canvas" or "moodle"; "" for a sheet of the teacher's own.
    export: str = ""
    #: Why nothing can be read, in a sentence; "" where it can.
    stopped: str = ""


#: Nobody answers more than a handful at once; what is left is asked when these are answered.
MOST_QUESTIONS = 7
