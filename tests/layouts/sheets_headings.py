"""Sheets with much above the marks, beside them or between them. The people are invented."""

from __future__ import annotations

from tables import Example

HEADINGS = (
    Example(
        name="three header rows",
        source="Categories merged above the titles, standards below them, the section in each row, no ids",
        merged=(0,),
        tabs="""
        Gradebook:
                |           |           |              | Classwork    |              | Homework     | Assessments
        Section | Name      | Email     | Parent Email | Assignment 1 | Assignment 2 | Assignment 3 | Summative Exam
                |           |           |              | Standard 1   | Standard 1   | Standard 2   | Standard 3
        Block 1 | Diaz, Ana | ana@x.org | p@y.org      | 1            | 1            | 0            | 95
        Block 1 | Kim, Bo   | bo@x.org  | q@y.org      | 0            | 1            | Missing      | 85
        Block 2 | Obi, Cy   | cy@x.org  | r@y.org      | 1            | Exempt       | 1            | 90
        """,
        stopped="The tab Gradebook has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email",),
        answers="""
        labels = { id = ["Email"] }
        assignments = { "Assignment 1" = { points = 1 }, "Assignment 2" = { points = 1 }, "Assignment 3" = { points = 1 }, "Summative Exam" = { points = 100 } }
        """,
        assignments="""
        Assignment 1 / 1
        Assignment 2 / 1
        Assignment 3 / 1
        Summative Exam / 100
        """,
        students="""
        ana@x.org | Diaz, Ana | Block 1 | 1/1 | 1/1     | 0/1    | 95%
        bo@x.org  | Kim, Bo   | Block 1 | 0/1 | 1/1     | not in | 85%
        cy@x.org  | Obi, Cy   | Block 2 | 1/1 | excused | 1/1    | 90%
        """,
    ),
    Example(
        name="banners with head-counts",
        source="A checkbox before each name, a banner with a head-count and a row of averages for each section",
        merged=(0,),
        tabs="""
        Gradebook:
                        | Category:        | Admin           |           | Completion            |                    |               | Topic Questions
        Initial Meeting | Name:            | Preferred Name: | Email:    | AC: Complete Pre-Test | AC: Water Stations | ID: 1.2 Water | Est.Count
                        |                  |                 |           |                       |                    |               |
        FALSE           | AP Bio 1 (B2/D1) |                 |           |                       |                    |               | 16
        TRUE            | Diaz, Ana        | Ana             | ana@x.org | 1                     | 1                  | 1             | 1
        TRUE            | Kim, Bo          | Bo              | bo@x.org  | m                     | i                  | 1             | 1
                        | Average/Sum:     |                 |           | 17                    | 20                 | 12            | 0
        FALSE           | AP Bio 3 (A4/C2) |                 |           |                       |                    |               | 18
        FALSE           | Obi, Cy          | Cy              | cy@x.org  | 1                     | m                  | 0             | 1
                        | Average/Sum:     |                 |           | 1                     | 0                  | 0             | 1
        """,
        stopped="The tab Gradebook has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email:",),
        answers="""
        labels = { id = ["Email"] }
        points = 1
        codes = { m = "not in", i = "incomplete" }
        """,
        assignments="""
        AC: Complete Pre-Test / 1
        AC: Water Stations / 1
        ID: 1.2 Water / 1
        Est.Count / 1
        """,
        students="""
        ana@x.org | Diaz, Ana | AP Bio 1 (B2/D1) | 1/1    | 1/1                | 1/1 | 1/1
        bo@x.org  | Kim, Bo   | AP Bio 1 (B2/D1) | not in | pending incomplete | 1/1 | 1/1
        cy@x.org  | Obi, Cy   | AP Bio 3 (A4/C2) | 1/1    | not in             | 0/1 | 1/1
        """,
        findings=("3 students in 2 periods", "ignored: Initial Meeting, Preferred Name:, Average/Sum:"),
    ),
    Example(
        name="roster labels below the titles",
        source="Titles in row 2, names' labels in row 4, ticks as marks, computed columns, slips of the pen as they were",
        merged=(0,),
        tabs="""
        Gradebook:
                            |           |                |           | Formative Work        |                        |         | i's and m's                    | Completion Percentage
        Initial Appoinment? |           |                | Assigment | AC: Journal Submitted | AC: 1.3- The Table     | AC: 1.5 |                                |
                            |           |                | Standards | DCI.1 Structure       | DCI.1 Structure        | DCI.2   |                                |
                            | Name      | Preferred Name | Email     | Date                  |                        |         |                                |
        Chem 2 (A2/C4)      |           |                | 23        |                       |                        |         |                                |
        TRUE                | Diaz, Ana |                | ana@x.org | TRUE                  | TRUE                   | FALSE   | =COUNTIF(E6:G6,FALSE) -> 1     | =67 -> 67
        FALSE               | Kim, Bo   |                | bo@x.org  | TRUE                  | FALSE                  | FALSE   | =COUNTIF(E7:G7,FALSE) -> 2     | =33 -> 33
        Chem 3 (B1/D3)      |           |                | 19        |                       |                        |         |                                |
        FALSE               | Obi, Cy   |                | cy@x.org  | TRUE                  | TRUE                   | TRUE    | =COUNTIF(E9:G9,FALSE) -> 0     | =100 -> 100
        """,
        stopped="The tab Gradebook has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email",),
        answers="""
        labels = { id = ["Email"] }
        checkboxes = "marks"
        """,
        assignments="""
        AC: Journal Submitted
        AC: 1.3- The Table
        AC: 1.5
        """,
        students="""
        ana@x.org | Diaz, Ana | Chem 2 (A2/C4) | mastered | mastered | .
        bo@x.org  | Kim, Bo   | Chem 2 (A2/C4) | mastered | .        | .
        cy@x.org  | Obi, Cy   | Chem 3 (B1/D3) | mastered | mastered | mastered
        """,
        findings=("header row 2",),
    ),
    Example(
        name="the same one column to the left",
        source="The sheet before, after column A was deleted",
        merged=(0,),
        tabs="""
        Gradebook:
                  |                |           | Formative Work        |                    |         |
                  |                | Assigment | AC: Journal Submitted | AC: 1.3- The Table | AC: 1.5 |
                  |                | Standards | DCI.1 Structure       | DCI.1 Structure    | DCI.2   |
        Name      | Preferred Name | Email     | Date                  |                    |         |
        Diaz, Ana |                | ana@x.org | TRUE                  | TRUE               | FALSE   |
        Kim, Bo   |                | bo@x.org  | TRUE                  | FALSE              | FALSE   |
        """,
        stopped="The tab Gradebook has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email",),
        answers="""
        labels = { id = ["Email"] }
        checkboxes = "marks"
        """,
        assignments="""
        AC: Journal Submitted
        AC: 1.3- The Table
        AC: 1.5
        """,
        students="""
        ana@x.org | Diaz, Ana | | mastered | mastered | .
        bo@x.org  | Kim, Bo   | | mastered | .        | .
        """,
    ),
    Example(
        name="plain section headings and the trap name",
        source="Section headings and rows of averages between the students, one of whom is called Sumner",
        tabs="""
        Gradebook:
         |              |                    | Tests
         | Name         | Student Email      | Exam 1
         |              |                    |
         | Period 1     |                    |
         | Sumner, Kate | ksumner@school.edu | 88
         | Diaz, Ana    | adiaz@school.edu   | 92
         | Average      |                    | 90
         | Period 2     |                    |
         | Meany, Max   | mmeany@school.edu  | 71
         | Average      |                    | 71
        """,
        questions=("scale = percent",),
        answers='scale = "percent"',
        problems=(),
        assignments="Exam 1 / 100",
        students="""
        ksumner@school.edu | Sumner, Kate | Period 1 | 88%
        adiaz@school.edu   | Diaz, Ana    | Period 1 | 92%
        mmeany@school.edu  | Meany, Max   | Period 2 | 71%
        """,
    ),
    Example(
        name="standards under merged titles",
        source="Standards-based: the work in row 1 over several columns, codes of standards in row 2, marks 3, 2, 1",
        merged=(0,),
        tabs="""
        Marks:
                   |           | Lab 1 |     | Lab 2 |     |     | S marks
        Student ID | Student   | P.1   | N.5 | P.1   | S.4 | N.5 |
        '0101      | Diaz, Ana | 3     | 2   | 3     | 3   | 2   | =COUNTIF(C3:G3,3) -> 3
        '0102      | Kim, Bo   | 1     | 2   | 2     |     | 3   | =COUNTIF(C4:G4,3) -> 1
        '0103      | Obi, Cy   | 3     | 3   | 3     | 2   | 1   | =COUNTIF(C5:G5,3) -> 3
        """,
        questions=("worth",),
        answers='worth = { "3" = 100, "2" = 80, "1" = 50 }',
        assignments="""
        Lab 1: P.1
        Lab 1: N.5
        Lab 2: P.1
        Lab 2: S.4
        Lab 2: N.5
        """,
        students="""
        0101 | Diaz, Ana | | 100% | 80%  | 100% | 100% | 80%
        0102 | Kim, Bo   | | 50%  | 80%  | 80%  | .    | 100%
        0103 | Obi, Cy   | | 100% | 100% | 100% | 80%  | 50%
        """,
    ),
    Example(
        name="mail merge",
        source="A mail-merge sheet: the addresses and what became of each letter stand among the marks",
        tabs="""
        Merge:
        Student ID | First Name | Last Name | Recipient   | Quiz 1 (20 pts) | Essay (50 pts) | Email Sent
        101        | Ana        | Diaz      | mum@x.org   | 17              | 43             | 2026-09-18
        102        | Bo         | Kim       | dad@x.org   | 12              | EX             | Error: invalid address
        103        | Cy         | Obi       |             | 20              | 50             |
        """,
        assignments="""
        Quiz 1 / 20
        Essay / 50
        """,
        students="""
        101 | Ana Diaz | | 17/20 | 43/50
        102 | Bo Kim   | | 12/20 | excused
        103 | Cy Obi   | | 20/20 | 50/50
        """,
    ),
)
