"""Sheets in which it is hard to tell what a mark is worth. The people are invented."""

from __future__ import annotations

from tables import Example

MARKS = (
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
)
