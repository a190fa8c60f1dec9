"""The gradebook in the school's words: students, assignments, marks, and what is wrong with the sheet."""

from sheets_mastery.gradebook.assemble import find_layout, read_gradebook
from sheets_mastery.gradebook.findings import (
    ColumnRole,
    Confidence,
    Finding,
    Layout,
    Question,
    RowRole,
    Sort,
    TabLayout,
    TabRole,
)
from sheets_mastery.gradebook.records import (
    Assignment,
    ContractCells,
    Flag,
    Gradebook,
    Guardian,
    Mark,
    MarkKind,
    MarksTab,
    Place,
    Problem,
    Student,
    UnknownCode,
)

__all__ = [
    "Assignment",
    "ColumnRole",
    "Confidence",
    "ContractCells",
    "Finding",
    "Flag",
    "Gradebook",
    "Guardian",
    "Layout",
    "Mark",
    "MarkKind",
    "MarksTab",
    "Place",
    "Problem",
    "Question",
    "RowRole",
    "Sort",
    "Student",
    "TabLayout",
    "TabRole",
    "UnknownCode",
    "find_layout",
    "read_gradebook",
]
