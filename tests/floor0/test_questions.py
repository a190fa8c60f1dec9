"""What is asked about a document that only half says what its numbers are."""

from __future__ import annotations

import drawn

from sheets_mastery.config import GradebookSettings, Marking
from sheets_mastery.gradebook import find_layout


def test_where_some_maxima_are_said_the_others_are_asked_for_and_no_scale_for_all() -> None:
    reading = drawn.reading(
        """
        Marks:
        Student ID | Student  | Level | Quiz 1     | Essay      | Project
        Points     |          |       | 20         | 50         |
        Due        |          |       | 2026-10-09 | 2026-10-16 | 2026-10-20
        s101       | Ana Diaz | 93    | 20         | 48         | 95
        s102       | Bo Kim   | 86    | 19         | 41         | 88
        s103       | Cy Obi   | 76    | 18         | 50         | 70
        """
    )
    layout = find_layout(reading, GradebookSettings(name="Algebra", spreadsheet="abcdefgh"), Marking())
    assert [(each.key, each.text, each.proposal, each.of_some_marks) for each in layout.questions] == [
        ("assignments.Project.points", "Out of how many points is “Project”?", "100", True)
    ]
