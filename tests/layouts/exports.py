"""Exports as they come out of other systems, pasted or imported into a sheet. The people are invented."""

from __future__ import annotations

from tables import Example

EXPORTS = (
    Example(
        name="canvas",
        source="Canvas, gradebook export: points in the second row, totals that are read only, a test student",
        tabs="""
        Sheet1:
        Student              | ID  | SIS User ID | SIS Login ID | Section               | Notes | Quiz 1 (87568490) | Essay (87568491) | Homework Current Score | Current Score | Unposted Current Score | Final Score | Current Grade
        '    Points Possible |     |             |              |                       |       | 10                | 100              | (read only)            | (read only)   | (read only)            | (read only) | (read only)
        Diaz, Ana            | 102 | 9001        | ana          | Period 1              |       | 8.5               | EX               | 85                     | 85            | 85                     | 42.5        | B
        Kim, Bo              | 101 | 9002        | bo           | Period 1 and Period 2 | quiet |                   | N/A              |                        |               |                        |             |
        Student, Test        | 900 |             | test         | Period 1              |       | 10                | 100              | 100                    | 100           | 100                    | 100         | A
        """,
        assignments="""
        Quiz 1 / 10
        Essay / 100
        """,
        students="""
        102 | Diaz, Ana | Period 1              | 85% | excused
        101 | Kim, Bo   | Period 1 and Period 2 | .   | not assigned
        """,
        findings=("an export of Canvas as it came", "2 students in 2 periods", "maxima in row 2"),
    ),
    Example(
        name="canvas with manual posting",
        source="Canvas with hidden grades (points in the third row), names in two columns, German locale",
        locale="de_DE",
        tabs="""
        Noten:
        LastName             | FirstName | ID  | SIS User ID | Section  | Quiz 1 (87568490) | Quiz 1 (87568555) | Final Score
                             |           |     |             |          | Manual Posting    |                   |
        '    Points Possible |           |     |             |          | 10                | 20                | (read only)
        Diaz                 | Ana       | 101 | 9001        | Period 1 | 8,5               | 17                | 84
        Kim                  | Bo        | 102 | 9002        | Period 1 | '9,5              | 19                | 95
        """,
        assignments="""
        Quiz 1 (87568490) / 10
        Quiz 1 (87568555) / 20
        """,
        students="""
        101 | Ana Diaz | Period 1 | 85% | 85%
        102 | Bo Kim   | Period 1 | 95% | 95%
        """,
    ),
    Example(
        name="moodle",
        source="Moodle, plain text export of points: no maximum anywhere, ids empty, feedback beside the grades",
        tabs="""
        Export:
        First name | Surname | ID number | Institution | Department | Email address | Assignment: Essay 1 | Feedback: Essay 1        | Quiz: Unit 1 | Course total | Last downloaded from this course
        Anne       | Able    |           | HQ          |            | anne@x.org    | 56.00               | We welcome your feedback | -            | 56.00        | 1763900000
        Ben        | Baker   |           | HQ          |            | ben@x.org     | 81.50               |                          | 93           | 87.25        | 1763900000
        Cleo       | Chan    |           |             |            | cleo@x.org    | -                   |                          | 40           | 40           | 1763900000
        """,
        stopped="The tab Export has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email address",),
        answers="""
        labels = { id = ["Email address"] }
        scale = "percent"
        """,
        assignments="""
        Assignment: Essay 1 / 100
        Quiz: Unit 1 / 100
        """,
        students="""
        anne@x.org | Anne Able | | 56%   | .
        ben@x.org  | Ben Baker | | 81.5% | 93%
        cleo@x.org | Cleo Chan | | .     | 40%
        """,
    ),
    Example(
        name="moodle with twins",
        source="Moodle, export of points, percentages and letters: the percentage needs no maximum",
        tabs="""
        Marks:
        First name | Last name | ID number | Email address | Quiz: Unit 2 Exam (Real) | Quiz: Unit 2 Exam (Percentage) | Quiz: Unit 2 Exam (Letter) | Course total (Real) | Last downloaded from this course
        Anne       | Able      | 0017      | anne@x.org    | 17.00                    | 85.00 %                        | B                          | 17.00               | 1763900000
        Ben        | Baker     | 0018      | ben@x.org     | 12.00                    | 60.00 %                        | D                          | 12.00               | 1763900000
        Cleo       | Chan      | 0019      | cleo@x.org    | -                        | -                              | -                          | -                   | 1763900000
        """.replace("| 0017 ", "| '0017")
        .replace("| 0018 ", "| '0018")
        .replace("| 0019 ", "| '0019"),
        assignments="Quiz: Unit 2 Exam / 100",
        students="""
        0017 | Anne Able | | 85%
        0018 | Ben Baker | | 60%
        0019 | Cleo Chan | | .
        """,
    ),
    Example(
        name="sakai",
        source="Sakai, gradebook export: maximum in brackets, comments with a star, totals with a hash",
        tabs="""
        Marks:
        Student ID | Student Name | Quiz 1 [100] | * Quiz 1      | Essay [50] | * Essay | # Total Points | # Course Grade
        adiaz      | Diaz, Ana    | 88           | late but fine | 41         |         | 129            | B
        bkim       | Kim, Bo      | 100          |               |            |         | 100            | C
        """,
        assignments="""
        Quiz 1 / 100
        Essay / 50
        """,
        students="""
        adiaz | Diaz, Ana | | 88%  | 41/50
        bkim  | Kim, Bo   | | 100% | .
        """,
        findings=("an export of Sakai as it came",),
    ),
    Example(
        name="blackboard",
        source="Blackboard, grade centre download: Total Pts and the column's number in the header",
        tabs="""
        gc_export:
        Last Name | First Name | Username | Student ID | Last Access | Availability | Quiz 1 [Total Pts: 10 Score] ¦ 1281892 | Lab Report [Total Pts: 25 Score] ¦ 1281893 | Overall Grade [Total Pts: up to 35 Letter] ¦ 1281890
        Diaz      | Ana        | adiaz    | '00417     | 2026-09-30  | Yes          | 8.5                                  | 20                                       | B
        Kim       | Bo         | bkim     | '00418     | 2026-10-01  | Yes          | In Progress                          |                                          |
        Obi       | Cy         | cobi     | '00419     | 2026-10-01  | Yes          | 7                                    | 25                                       | A
        """,
        questions=('codes."In Progress"',),
        answers='codes = { "In Progress" = "still to come" }',
        problems=(),
        assignments="""
        Quiz 1 / 10
        Lab Report / 25
        """,
        students="""
        00417 | Ana Diaz | | 8.5/10 | 20/25
        00418 | Bo Kim   | | .      | .
        00419 | Cy Obi   | | 7/10   | 25/25
        """,
    ),
    Example(
        name="powerschool score template",
        source="PowerTeacher Pro, scores template: one assignment, said in lines above the header in row 8",
        tabs="""
        scores:
        Teacher Name:    | P. Example                  |
        Class:           | Extended Mathematics 09     |
        Assignment Name: | Unit 1 Formative Assessment |
        Due Date:        | 2026-08-25                  |
        Points Possible: | 7.0                         |
        Extra Points:    | 0.0                         |
        Score Type:      | POINTS                      |
        Student Num      | Student Name                | Score
        30017            | Ana DIAZ                    | 6
        30246            | Kim, Bo                     |
        30250            | Cy OBI                      | 3.5
        """,
        assignments="Unit 1 Formative Assessment / 7",
        students="""
        30017 | Ana DIAZ | Extended Mathematics 09 | 6/7
        30246 | Kim, Bo  | Extended Mathematics 09 | .
        30250 | Cy OBI   | Extended Mathematics 09 | 3.5/7
        """,
        findings=("an export of Powerschool as it came", "header row 8"),
    ),
    Example(
        name="classroom page copied",
        source="Google Classroom, the grades page copied into a sheet: blocks of lines, one block a student",
        tabs="""
        Sheet1:
        Unit 1 Quiz      |
        Oct 3            |
        out of 20        |
        Lab report       |
        out of 10        |

        Ana Diaz         |
        92%              |
        18 out of 20     |
        /10No grade      |

        Bo Kim           |
        61%              |
        0 out of 20 Draft•Missing |
        AssignedNo grade |
        """,
        stopped="The tab Sheet1 looks like a page of Google Classroom that was copied.",
        stays_stopped=True,
        questions=("marks_tab",),
    ),
    Example(
        name="classroom page copied side by side",
        source="Google Classroom, the grades page copied block beside block",
        tabs="""
        Sheet1:
        Unit 1 Quiz | Ana Diaz          | Bo Kim
        out of 20   | 92%               | 61%
                    | 18 out of 20      | 0 out of 20 Draft•Missing
                    | /20No grade       | AssignedNo grade
                    | Done late         | Excused
        """,
        stopped="The tab Sheet1 looks like a page of Google Classroom that was copied.",
        stays_stopped=True,
        questions=("marks_tab",),
    ),
    Example(
        name="classroom converted",
        source="Google Classroom, converted to a table by one of the scripts for it: names and nothing else",
        tabs="""
        Grades:
        Student Name | Unit 1 Quiz [20] | Lab [10]
        Ana Diaz     | 18               | Late: 8
        Bo Kim       | Missing          | Pending
        """,
        stopped="The tab Grades has students, but no column that tells who a student is.",
        stays_stopped=True,
        questions=("labels.id",),
    ),
    Example(
        name="classroom converted with addresses",
        source="Google Classroom, converted, with the roster's addresses beside the names",
        tabs="""
        Grades:
        Last Name | First Name | Email Address | Unit 1 Quiz [20] | Lab [10] | Poster [5]
        Diaz      | Ana        | ana@x.org     | 18               | Late: 8  | Excused
        Kim       | Bo         | bo@x.org      | Missing          | Pending  | Submitted
        Obi       | Cy         | cy@x.org      | Late: 12         | 9        |
        """,
        stopped="The tab Grades has students, but no column that surely tells who a student is.",
        questions=("labels.id = Email Address",),
        answers='labels = { id = ["Email Address"] }',
        assignments="""
        Unit 1 Quiz / 20
        Lab / 10
        Poster / 5
        """,
        students="""
        ana@x.org | Ana Diaz | | 18/20      | 8/10 late | excused
        bo@x.org  | Bo Kim   | | not in     | pending   | pending
        cy@x.org  | Cy Obi   | | 12/20 late | 9/10      | .
        """,
    ),
    Example(
        name="brightspace",
        source="D2L Brightspace, grades export with details: the maximum inside angle brackets, a sign that ends the line",
        tabs="""
        Grades:
        OrgDefinedId | Username | Last Name | First Name | Email     | Presentation Points Grade <Numeric MaxPoints:50 Category:Lecture> | Quiz 1 Points Grade <Numeric MaxPoints:10> | Calculated Final Grade Numerator | Calculated Final Grade Denominator | Adjusted Final Grade Numerator | End-of-Line Indicator
        #20067930    | ana.d    | Diaz      | Ana        | ana@x.org | 44                                                                 | 8                                          | 52                               | 60                                 |                                | #
        #20067931    | bo.k     | Kim       | Bo         | bo@x.org  | 43.5                                                               |                                            | 43.5                             | 60                                 |                                | #
        """,
        assignments="""
        Presentation / 50
        Quiz 1 / 10
        """,
        students="""
        #20067930 | Ana Diaz | | 44/50   | 8/10
        #20067931 | Bo Kim   | | 43.5/50 | .
        """,
    ),
    Example(
        name="gradescope",
        source="Gradescope, course grades: the maximum of each assignment in a column beside it",
        tabs="""
        Grades:
        Name     | SID  | Email     | section_name | Lab 1 | Lab 1 - Max Points | Lab 1 - Submission Time   | Lab 1 - Lateness (H:M:S) | Midterm | Midterm - Max Points | Midterm - Submission Time | Midterm - Lateness (H:M:S) | Total Lateness (H:M:S)
        Ana Diaz | 3101 | ana@x.org | A            | 9.0   | 10.0               | 2026-09-18 17:20:11 -0500 | 00:00:00                 | 41.5    | 50.0                 | 2026-10-02 10:00:00 -0500 | 00:00:00                   | 00:00:00
        Bo Kim   | 3102 | bo@x.org  | B            |       | 10.0               |                           |                          | 50.0    | 50.0                 | 2026-10-02 10:00:00 -0500 | 00:00:00                   | 00:00:00
        """,
        assignments="""
        Lab 1 / 10
        Midterm / 50
        """,
        students="""
        3101 | Ana Diaz | A | 9/10 | 41.5/50
        3102 | Bo Kim   | B | .    | 50/50
        """,
    ),
    Example(
        name="schoology",
        source="Schoology, gradebook export: names in two columns, Unique User ID, Max Points in the header",
        tabs="""
        Sheet:
        First Name | Last Name | Unique User ID | Section Name | Warm-up (Max Points: 5) | Unit Test (Max Points: 40) | Overall
        Ana        | Diaz      | 7001           | Algebra P1   | 5                       | 34                         | 87
        Bo         | Kim       | 7002           | Algebra P1   | Incomplete              | 30.5                       | 76
        Cy         | Obi       | 7003           | Algebra P2   | Missing                 | Exempt                     |
        """,
        questions=("codes.Incomplete = incomplete",),
        answers='codes = { "Incomplete" = "incomplete" }',
        assignments="""
        Warm-up / 5
        Unit Test / 40
        """,
        students="""
        7001 | Ana Diaz | Algebra P1 | 5/5                | 34/40
        7002 | Bo Kim   | Algebra P1 | pending incomplete | 30.5/40
        7003 | Cy Obi   | Algebra P2 | not in             | excused
        """,
    ),
    Example(
        name="skyward",
        source="Skyward, gradebook printed to a spreadsheet: due dates and maxima above the students, its own codes",
        tabs="""
        Gradebook:
                   |             | Assignment | Ch 1 Quiz  | Ch 1 Test  | Lab Safety
                   |             | Date Due   | 2026-09-04 | 2026-09-11 | 2026-09-12
                   |             | Max Score  | 20         | 50         | 10
        Student ID | Student     | Period     |            |            |
        88001      | DIAZ, ANA M | 2          | 18         | 43         | NHI
        88002      | KIM, BO     | 2          | *          | ABE        | 10
        88003      | OBI, CY     | 3          | 12         | *          | NHI
        """,
        questions=("codes.NHI = not in", 'codes."*"', "codes.ABE = excused"),
        answers='codes = { NHI = "not in, closed", "*" = "nothing", ABE = "excused" }',
        assignments="""
        Ch 1 Quiz / 20
        Ch 1 Test / 50
        Lab Safety / 10
        """,
        students="""
        88001 | DIAZ, ANA M | 2 | 18/20 | 43/50   | not in
        88002 | KIM, BO     | 2 | .     | excused | 10/10
        88003 | OBI, CY     | 3 | 12/20 | .       | not in
        """,
        findings=("due dates in row 2", "maxima in row 3"),
    ),
    Example(
        name="infinite campus",
        source="Infinite Campus, gradebook copied: totals beside each category, letters for what is not a score",
        tabs="""
        Section 4:
        Student Number | Student   | Grade | Homework Total | HW 1 (5 pts) | HW 2 (5 pts) | Tests Total | Test 1 (100 pts)
        400123         | Diaz, Ana | 9     | 90             | 5            | 4            | 86          | 86
        400124         | Kim, Bo   | 9     | 50             | T            | M            | 71          | 71
        400125         | Obi, Cy   | 10    |                | X            | L            | 95          | 95
        """,
        questions=("codes.T = handed in", "codes.M = not in", "codes.X", "codes.L = late"),
        answers='codes = { T = "handed in", M = "not in", X = "excused", L = "late" }',
        assignments="""
        HW 1 / 5
        HW 2 / 5
        Test 1 / 100
        """,
        students="""
        400123 | Diaz, Ana | | 5/5     | 4/5          | 86%
        400124 | Kim, Bo   | | pending | not in       | 71%
        400125 | Obi, Cy   | | excused | pending late | 95%
        """,
    ),
    Example(
        name="jupiter",
        source="Jupiter, gradebook copied: a row Out of, ticks and slashes",
        tabs="""
        Marks:
        ID     |             | Essay draft | Vocabulary | Speech | Average
        Out of |             | 10          | 20         | 30     |
        5101   | Ana Diaz    | 9           | 17         | ex     | 88%
        5102   | Bo Kim      | /           | 16.5       | abs    | 82%
        5103   | Cy Obi      | inc         | 20         | 27     | 95%
        """,
        questions=('codes."/" = not in', "codes.abs = absent", "codes.inc = incomplete"),
        answers='codes = { "/" = "not in", abs = "absent", inc = "incomplete" }',
        assignments="""
        Essay draft / 10
        Vocabulary / 20
        Speech / 30
        """,
        students="""
        5101 | | | 9/10               | 17/20   | excused
        5102 | | | not in             | 16.5/20 | absent
        5103 | | | pending incomplete | 20/20   | 27/30
        """,
    ),
    Example(
        name="one cell a row",
        source="A CSV file pasted into column A",
        tabs="""
        Sheet1:
        Student ID,Student,Section,Quiz 1,Essay |
        101,Ana Diaz,1,17,43                    |
        102,Bo Kim,1,20,50                      |
        """,
        stopped="On the tab Sheet1 every row stands in one cell.",
        stays_stopped=True,
        questions=("marks_tab",),
    ),
)
