"""The gradebook in the school's words: students, assignments, marks, and what is wrong with the sheet."""

from sheets_mastery.gradebook.assemble import read_gradebook
from sheets_mastery.gradebook.records import (
    Assignment,
    ContractCells,
    Gradebook,
    Guardian,
    Mark,
    MarkKind,
    MarksTab,
    Place,
    Problem,
    Student,
)

__all__ = [
    "Assignment",
    "ContractCells",
    "Gradebook",
    "Guardian",
    "Mark",
    "MarkKind",
    "MarksTab",
    "Place",
    "Problem",
    "Student",
    "read_gradebook",
]
