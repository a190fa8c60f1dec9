"""Sheets with several tabs of marks. The people are invented."""

from __future__ import annotations

from tables import Example

TABS = (
    Example(
        name="a tab for each student",
        source="A gradebook on one tab, a template, settings, and a copy for each student on a tab of their own",
        tabs="""
        Roster:
        Student   | Email     | Class
        Ana Diaz  | ana@x.org | 7B
        Bo Kim    | bo@x.org  | 7B
        AllGrades:
        Student  | Email     | Reading Log (out of 10) | Book Report (out of 50)
        Ana Diaz | ana@x.org | 9                       | 43
        Bo Kim   | bo@x.org  | 7                       |
        settings:
        Range          | Value
        students       | AllGrades!A2:A40
        Template:
        Student: |
        Work     | Mark
        Ana Diaz:
        Student: | =A1 -> Ana Diaz
        Work     | Mark
        Reading Log | =AllGrades!C2 -> 9
        Bo Kim:
        Student: | =A1 -> Bo Kim
        Work     | Mark
        Reading Log | =AllGrades!C3 -> 7
        """,
        stopped="The tab AllGrades has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email",),
        answers='labels = { id = ["Email"] }',
        assignments="""
        Reading Log / 10
        Book Report / 50
        """,
        students="""
        ana@x.org | Ana Diaz | 7B | 9/10 | 43/50
        bo@x.org  | Bo Kim   | 7B | 7/10 | .
        """,
        findings=("the roster has 2 students",),
    ),
    Example(
        name="a tab for each period",
        source="The same assignments on a tab for each period; one has been given to one period alone",
        tabs="""
        Period 1:
        Student ID | Student  | Quiz 1 | Essay
        Out of     |          | 20     | 50
        101        | Ana Diaz | 17     | 43
        102        | Bo Kim   | 20     |
        Period 2:
        Student ID | Student  | Essay | Quiz 1 | Poster
        Out of     |          | 50    | 20     | 5
        201        | Cy Obi   | 50    | 18     | 4
        202        | Di Roy   | 25    | EX     | 5
        Seating plan:
        Row 1      | Ana  | Bo
        Row 2      | Cy   | Di
        """,
        assignments="""
        Quiz 1 / 20
        Essay / 50
        Poster / 5
        """,
        students="""
        101 | Ana Diaz | Period 1 | 17/20   | 43/50 | not assigned
        102 | Bo Kim   | Period 1 | 20/20   | .     | not assigned
        201 | Cy Obi   | Period 2 | 18/20   | 50/50 | 4/5
        202 | Di Roy   | Period 2 | excused | 25/50 | 5/5
        """,
    ),
    Example(
        name="two terms of one class",
        source="The same students on a tab for each quarter: which one counts, nobody can know",
        tabs="""
        Quarter 1:
        Student ID | Student  | Quiz 1 [20]
        101        | Ana Diaz | 17
        102        | Bo Kim   | 20
        Quarter 2:
        Student ID | Student  | Quiz 7 [20] | Quiz 8 [20]
        101        | Ana Diaz | 18          | 15
        102        | Bo Kim   | 19          |
        """,
        stopped="2 tabs have marks of the same students.",
        questions=("marks_tab = Quarter 2",),
        answers='marks_tab = "Quarter 2"',
        assignments="""
        Quiz 7 / 20
        Quiz 8 / 20
        """,
        students="""
        101 | Ana Diaz | | 18/20 | 15/20
        102 | Bo Kim   | | 19/20 | .
        """,
    ),
)
