"""What is understood of a document that was drawn, in a few words."""

from __future__ import annotations

import drawn

from sheets_mastery.config import GradebookSettings, Marking
from sheets_mastery.gradebook import Gradebook, read_gradebook
from sheets_mastery.reading import Reading


def understood(reading: Reading, settings: GradebookSettings | None = None) -> Gradebook:
    """The gradebook as it is read by the usual settings, or by these."""
    return read_gradebook(reading, settings or drawn.book(), Marking())


def said(gradebook: Gradebook) -> list[str]:
    """What the teacher is told."""
    return [str(problem) for problem in gradebook.problems]


def shares(gradebook: Gradebook) -> list[list[str]]:
    """The marks in words: a share for a score, the kind for everything else."""
    return [[str(mark.share) if mark.share is not None else str(mark.kind) for mark in row] for row in gradebook.marks]
