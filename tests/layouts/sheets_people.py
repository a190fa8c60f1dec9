"""Sheets in which it is hard to tell who a student is. The people are invented."""

from __future__ import annotations

from tables import Example

PEOPLE = (
    Example(
        name="names and assignments and nothing else",
        source="Whatever is not Student Name is an assignment; no maxima, words for what is not marked",
        tabs="""
        Sheet1:
        Student Name | Assignment 1 | Assignment 2 | Final Project
        Ana Diaz     | 5            | 15           | 18
        Bo Kim       | Missing      | Submitted    | 15
        """,
        stopped="The tab Sheet1 has students, but no column that tells who a student is.",
        stays_stopped=True,
        questions=("labels.id",),
    ),
    Example(
        name="names and assignments with ids added",
        source="The sheet before, after its teacher followed the advice",
        tabs="""
        Sheet1:
        Student ID | Student Name | Assignment 1 | Assignment 2   | Final Project
        101        | Ana Diaz     | 5            | 15             | 18
        102        | Bo Kim       | Missing      | Submitted      | 15
        103        | Cy Obi       | Late: 4      | not graded yet | ungraded
        104        | Di Roy       | 3            | -              | pending
        105        | Ed Fox       | 4            | -              | 11
        """,
        questions=(
            'assignments."Assignment 1".points = 5',
            'assignments."Assignment 2".points = 20',
            'codes."-" = nothing',
        ),
        answers="""
        codes = { "-" = "nothing" }
        assignments = { "Assignment 1" = { points = 5 }, "Assignment 2" = { points = 15 }, "Final Project" = { points = 20 } }
        """,
        assignments="""
        Assignment 1 / 5
        Assignment 2 / 15
        Final Project / 20
        """,
        students="""
        101 | Ana Diaz | | 5/5      | 15/15   | 18/20
        102 | Bo Kim   | | not in   | pending | 15/20
        103 | Cy Obi   | | 4/5 late | pending | pending
        104 | Di Roy   | | 3/5      | .       | pending
        105 | Ed Fox   | | 4/5      | .       | 11/20
        """,
    ),
    Example(
        name="people chips",
        source="Students as people chips; two have the same name",
        tabs="""
        Marks:
        Student             | Level | Quiz 1 [20] | Essay [50]
        <ana@x.org>Ana Diaz | 86    | 17          | 43
        <adi@x.org>Ana Diaz | 93    | 20          | 50
        <bo@x.org>Bo Kim    | 76    | 12          | Missing
        """,
        assignments="""
        Quiz 1 / 20
        Essay / 50
        """,
        students="""
        ana@x.org | Ana Diaz | | 17/20 | 43/50
        adi@x.org | Ana Diaz | | 20/20 | 50/50
        bo@x.org  | Bo Kim   | | 12/20 | not in
        """,
    ),
    Example(
        name="ids twice and nowhere",
        source="Slips with ids: one twice, one forgotten, zeros in front that are kept",
        tabs="""
        Marks:
        Student ID | Student  | Level | Quiz 1 [20]
        '007       | Ana Diaz | 86    | 17
        '07        | Bo Kim   | 86    | 18
        '0012      | Cy Obi   | 86    | 19
        '0012      | Di Roy   | 86    | 12
                   | Ed Fox   | 86    | 13
        """,
        problems=("A6", "A4", "A5"),
        assignments="Quiz 1 / 20",
        students="""
        007  | Ana Diaz | | 17/20
        07   | Bo Kim   | | 18/20
        0012 | Cy Obi   | | 19/20
        0012 | Di Roy   | | 12/20
        """,
    ),
)
