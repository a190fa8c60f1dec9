"""`[gradebooks.labels]`: the words by which columns and rows are found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sheets_mastery.config.kinds import Text
from sheets_mastery.config.section import Section


class Labels(Section):
    """The words in the header row by which columns and rows are found. Compared without regard to case and spaces."""

    id: Annotated[tuple[Text, ...], Field(min_length=1)] = (
        "Student ID",
        "ID",
        "Student Number",
        "Student Num",
        "SIS User ID",
    )
    name: tuple[Text, ...] = ("Student", "Student Name", "Name")
    section: tuple[Text, ...] = ("Section", "Period", "Class")
    level: tuple[Text, ...] = ("Level", "Contract", "Contract Level", "Tier")
    signed_by: tuple[Text, ...] = ("Signed By", "Contract Signed By")
    signed_on: tuple[Text, ...] = ("Signed On", "Contract From", "Contract Date")
    student_email: tuple[Text, ...] = ("Student Email", "Student E-mail")
    guardian_name: tuple[Text, ...] = ("Guardian", "Guardian Name", "Parent", "Parent Name")
    guardian_email: tuple[Text, ...] = ("Guardian Email", "Guardian E-mail", "Parent Email", "Parent E-mail")
    language: tuple[Text, ...] = ("Language", "Guardian Language", "Home Language")
    may_write: tuple[Text, ...] = (
        "May Be Written To",
        "Guardian May Be Written To",
        "May Write",
        "Guardian May Write",
        "OK To E-mail",
        "OK To Contact",
        "May Contact",
    )
    rights: tuple[Text, ...] = (
        "Rights With Student",
        "Rights With The Student",
        "Eligible Student",
        "Adult Student",
        "18 Or Over",
    )
    frequency: tuple[Text, ...] = ("How Often", "Guardian How Often", "Letter Frequency")
    points: tuple[Text, ...] = ("Points", "Points Possible", "Out Of", "Maximum", "Max")
    due: tuple[Text, ...] = ("Due", "Due Date")
    graded: tuple[Text, ...] = ("Graded", "Graded On")
    kind: tuple[Text, ...] = ("Kind", "Category", "Type")
    #: Columns of the marks tab that are no assignments.
    ignore: tuple[Text, ...] = ("Average", "Total", "Sum", "Grade", "Notes", "Comments", "Count")
