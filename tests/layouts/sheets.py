"""Sheets as teachers make them themselves. The people are invented."""

from __future__ import annotations

from tables import Example

SHEETS = (
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
    Example(
        name="everything in one cell",
        source="What teachers write into a single cell",
        tabs="""
        Marks:
        Student ID | Student  | Quiz 1   | Quiz 2   | Quiz 3       | Quiz 4
        Points     |          | 20       | 20       | 20           | 20
        1          | Ana Diaz | '17/20   | '17 / 20 | 85%          | '85%
        2          | Bo Kim   | Late: 18 | L 18     | '18 (late)   | '68%>88%
        3          | Cy Obi   | '12→18   | '12>18   | '12 -> 18    | EX
        4          | Di Roy   | #N/A     | #REF!    | '17          | '043.50
        5          | Ed Fox   | ✓        | ✓+       | ✓-           | msg
        6          | Flo Gil  | NHI      | ABE      | *            | '17,5
        7          | Gus Hay  | 17 out of 20 | Excused | 20        | 19
        8          | Hal Ito  | 11       | 12       | 13           | 14
        9          | Ina Jay  | 11       | 12       | 13           | 14
        """,
        problems=("C6", "D6", "F6", "F8"),
        questions=('codes."✓" = mastered', 'codes."✓+" = mastered', 'codes."✓-" = below level', "codes.msg"),
        answers="""
        codes = { "✓" = "mastered", "✓+" = "mastered", "✓-" = "below level", msg = "nothing", NHI = "not in", ABE = "excused", "*" = "nothing" }
        """,
        assignments="""
        Quiz 1 / 20
        Quiz 2 / 20
        Quiz 3 / 20
        Quiz 4 / 20
        """,
        students="""
        1 | Ana Diaz | | 17/20      | 17/20      | 85%        | 85%
        2 | Bo Kim   | | 18/20 late | 18/20 late | 18/20 late | 88%
        3 | Cy Obi   | | 18/20      | 18/20      | 18/20      | excused
        4 | Di Roy   | | unreadable | unreadable | 17/20      | unreadable
        5 | Ed Fox   | | mastered   | mastered   | below level | .
        6 | Flo Gil  | | not in     | excused    | .          | unreadable
        7 | Gus Hay  | | 17/20      | excused    | 20/20      | 19/20
        8 | Hal Ito  | | 11/20      | 12/20      | 13/20      | 14/20
        9 | Ina Jay  | | 11/20      | 12/20      | 13/20      | 14/20
        """,
    ),
    Example(
        name="attempts side by side",
        source="A column for each retake beside the quiz, and what a level is called Goal",
        tabs="""
        Marks:
        Student ID | Student  | Goal | Quiz 1 | Quiz 1 Retake | Quiz 2 | Quiz 2 Retake | Essay
        Points     |          |      | 20     | 20            | 10     | 10            | 50
        101        | Ana Diaz | 86   | 12     | 18            | 9      |               | 43
        102        | Bo Kim   | 76   | 15     | 14            |        |               | 44
        103        | Cy Obi   | 93   | 20     |               | Missing | 8            | 45
        104        | Di Roy   | 86   | 19     | EX            | 8      |               | 46
        105        | Ed Fox   | 76   | 19     |               | 8      |               | 47
        106        | Flo Gil  | 93   | 19     |               | 8      |               | 48
        """,
        questions=("labels.level = Goal",),
        answers='labels = { level = ["Goal"] }',
        assignments="""
        Quiz 1 / 20
        Quiz 2 / 10
        Essay / 50
        """,
        students="""
        101 | Ana Diaz | | 18/20 | 9/10 | 43/50
        102 | Bo Kim   | | 14/20 | .    | 44/50
        103 | Cy Obi   | | 20/20 | 8/10 | 45/50
        104 | Di Roy   | | 19/20 | 8/10 | 46/50
        105 | Ed Fox   | | 19/20 | 8/10 | 47/50
        106 | Flo Gil  | | 19/20 | 8/10 | 48/50
        """,
    ),
    Example(
        name="attempts under merged titles",
        source="The quiz merged over two columns, Original and Retake in the row below; the best counts",
        merged=(0,),
        tabs="""
        Marks:
        Student ID | Student  | Quiz 1 (20 pts) |        | Quiz 2 (10 pts) |
                   |          | Original        | Retake | Original        | Retake
        101        | Ana Diaz | 12              | 18     | 9               |
        102        | Bo Kim   | 15              | 14     |                 |
        103        | Cy Obi   | 20              |        | 7               | 8
        """,
        chosen='attempts = "best"',
        assignments="""
        Quiz 1 / 20
        Quiz 2 / 10
        """,
        students="""
        101 | Ana Diaz | | 18/20 | 9/10
        102 | Bo Kim   | | 15/20 | .
        103 | Cy Obi   | | 20/20 | 8/10
        """,
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
    Example(
        name="maxima that nobody has labelled",
        source="A row of numbers between titles and names; a row of averages below",
        tabs="""
        Grades:
        Name     | ID    | HW 1 | HW 2 | Test 1 | Avg
                 |       | 10   | 10   | 100    |
        Ana Diaz | '0042 | 9    | 8    | 86     | =AVERAGE(C3:E3) -> 34.3
        Bo Kim   | '0043 | 10   |      | 71     | =AVERAGE(C4:E4) -> 40.5
        Cy Obi   | '0044 | 7    | 9.5  | 100    | =AVERAGE(C5:E5) -> 38.8
        Class average |  | 8.7  | 8.8  | 85.7   |
        """,
        assignments="""
        HW 1 / 10
        HW 2 / 10
        Test 1 / 100
        """,
        students="""
        0042 | Ana Diaz | | 9/10  | 8/10   | 86%
        0043 | Bo Kim   | | 10/10 | .      | 71%
        0044 | Cy Obi   | | 7/10  | 9.5/10 | 100%
        """,
        findings=("maxima in row 2", "ignored: Avg, Class average"),
    ),
    Example(
        name="elementary scale",
        source="Elementary school, a rubric from 1 to 4 with half steps for each learning target",
        tabs="""
        Math:
        Student ID | Student  | I can count to 100 | I can add within 20 | I can subtract within 20
        3001       | Ana Diaz | 4                  | 3.5                 | 3
        3002       | Bo Kim   | 3                  | 2                   |
        3003       | Cy Obi   | 2.5                | 4                   | 1
        """,
        questions=("scale = rubric",),
        answers='scale = "rubric"',
        assignments="""
        I can count to 100
        I can add within 20
        I can subtract within 20
        """,
        students="""
        3001 | Ana Diaz | | 100% | 95%  | 90%
        3002 | Bo Kim   | | 90%  | 70%  | .
        3003 | Cy Obi   | | 80%  | 100% | 60%
        """,
    ),
    Example(
        name="letter grades",
        source="Letters with plus and minus and nothing else",
        tabs="""
        English:
        Student ID | Student  | Period | Essay 1 | Essay 2 | Speech
        501        | Ana Diaz | 1      | A-      | B+      | A
        502        | Bo Kim   | 1      | C       | Missing | B−
        503        | Cy Obi   | 2      | F       | B       |
        """,
        questions=("scale = letters",),
        answers='scale = "letters"',
        assignments="""
        Essay 1
        Essay 2
        Speech
        """,
        students="""
        501 | Ana Diaz | 1 | 90% | 87%    | 93%
        502 | Bo Kim   | 1 | 73% | not in | 80%
        503 | Cy Obi   | 2 | 0%  | 83%    | .
        """,
    ),
    Example(
        name="single-point rubric",
        source="A single-point rubric: only whether the criterion is met, exceeded or not yet",
        tabs="""
        Marks:
        Student ID | Student  | Thesis   | Evidence | Style
        601        | Ana Diaz | met      | exceeded | met
        602        | Bo Kim   | not yet  | met      |
        603        | Cy Obi   | met      | not yet  | exceeded
        """,
        problems=(),
        questions=("codes.met", 'codes."not yet"', "codes.exceeded"),
        answers='codes = { met = "mastered", exceeded = "mastered", "not yet" = "below level" }',
        assignments="""
        Thesis
        Evidence
        Style
        """,
        students="""
        601 | Ana Diaz | | mastered    | mastered    | mastered
        602 | Bo Kim   | | below level | mastered    | .
        603 | Cy Obi   | | mastered    | below level | mastered
        """,
    ),
    Example(
        name="german gradebook",
        source="A German teacher's list: decimal comma, dates with dots, Punkte, names in two columns",
        locale="de_DE",
        tabs="""
        Mathe 7b:
        Schüler-ID | Nachname | Vorname | Klasse | Test 1      | Klassenarbeit 1 | Mitarbeit   | Durchschnitt
        Max. Punkte |         |         |        | 20          | 40              | 10          |
        Fällig     |          |         |        | '18.09.2026 | '02.10.2026     | '05.10.2026 |
        '00701     | Müller   | Jörg    | 7b     | 17,5        | 33              | 8           | =MITTELWERT(E4:G4) -> 19.5
        '00702     | Özdemir  | Ayşe    | 7b     | '12,5       | fehlt           | 9           | =MITTELWERT(E5:G5) -> 10.75
        '00703     | Weiß     | Anna    | 7b     |             | 40              | '7,25       | =MITTELWERT(E6:G6) -> 23.6
        """,
        questions=("codes.fehlt",),
        answers='codes = { fehlt = "absent" }',
        assignments="""
        Test 1 / 20
        Klassenarbeit 1 / 40
        Mitarbeit / 10
        """,
        students="""
        00701 | Jörg Müller  | 7b | 17.5/20 | 33/40  | 8/10
        00702 | Ayşe Özdemir | 7b | 12.5/20 | absent | 9/10
        00703 | Anna Weiß    | 7b | .       | 40/40  | 7.25/10
        """,
        findings=("due dates in row 3", "ignored: Durchschnitt"),
    ),
    Example(
        name="french gradebook",
        source="A French teacher's list, marks out of 20 with the decimal comma",
        locale="fr_FR",
        tabs="""
        5e B:
        Identifiant | Nom    | Prénom | Contrôle 1 (/20) | Exposé (/10) | Moyenne
        9001        | Durand | Zoé    | 15,5             | 8            | =MOYENNE(D2:E2) -> 11.75
        9002        | Petit  | Noé    | 12               | '7,5         | =MOYENNE(D3:E3) -> 9.75
        """,
        assignments="""
        Contrôle 1 / 20
        Exposé / 10
        """,
        students="""
        9001 | Zoé Durand | | 15.5/20 | 8/10
        9002 | Noé Petit  | | 12/20   | 7.5/10
        """,
    ),
    Example(
        name="arabic gradebook",
        source="An Arabic teacher's list, written from right to left",
        locale="ar_EG",
        tabs="""
        الصف السابع:
        رقم الطالب | اسم الطالب      | الفصل | اختبار ١ | واجب ١ | المعدل
        الدرجة القصوى |              |       | 20       | 10     |
        1001       | ليلى حسن        | 7أ    | 17       | 9      | =A1 -> 13
        1002       | يوسف العلي      | 7أ    | 12       |        | =A1 -> 12
        1003       | نور، سلمى       | 7ب    | 20       | غائب   | =A1 -> 20
        """,
        questions=('codes."غائب"',),
        answers='codes = { "غائب" = "absent" }',
        assignments="""
        اختبار ١ / 20
        واجب ١ / 10
        """,
        students="""
        1001 | ليلى حسن     | 7أ | 17/20 | 9/10
        1002 | يوسف العلي | 7أ | 12/20 | .
        1003 | نور، سلمى    | 7ب | 20/20 | absent
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
        name="points or percent",
        source="A row of points that are weights: the marks are percentages",
        tabs="""
        Marks:
        Student ID | Student  | Quiz 1 | Quiz 2 | Test
        Points     |          | 10     | 10     | 40
        101        | Ana Diaz | 85     | 92     | 77
        102        | Bo Kim   | 60     |        | 91
        103        | Cy Obi   | 100    | 75     | 88
        104        | Di Roy   | 95     | 80     | 100
        """,
        problems=(),
        questions=("scale = percent",),
        answers='scale = "percent"',
        assignments="""
        Quiz 1 / 100
        Quiz 2 / 100
        Test / 100
        """,
        students="""
        101 | Ana Diaz | | 85%  | 92% | 77%
        102 | Bo Kim   | | 60%  | .   | 91%
        103 | Cy Obi   | | 100% | 75% | 88%
        104 | Di Roy   | | 95%  | 80% | 100%
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
