"""Marks of real students, judged twice: by the service in a sheet, and here straight from the file.

The judgement on this page shares nothing with the service but the file: the csv module, whole days and `Decimal`.
Where the marks come from is said in real_marks/README.md.

How a file becomes a teacher's sheet as of some day of the course:

* the level is dealt by the student id's remainder by three. Whoever withdrew has left the contract with the course, so
  the level stands empty; the file does not know the day, so that is so on every day;
* a mark stands in the sheet once its piece has been handed in. A piece that was handed in and never marked is typed as
  `Turned in`, which the service knows as pending;
* `B`, banked from an earlier year, stands there from the start and is one of the school's codes for excused.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sheets_mastery.plan import Plan
from tests.acceptance.conftest import School, gradebook

FILES = Path(__file__).with_name("real_marks")
#: Day 0 of both courses: a Monday, so that day 117 is a Saturday and its day of grace ends on Monday, day 119.
START = date(2013, 9, 30)
LEVELS = (76, 86, 93)
MORE = """
[marking.codes]
excused = ["B"]
"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one student has for one assessment by some day."""

    #: What the teacher has typed: a number, "B", "Turned in" or nothing.
    typed: str
    #: The column's maximum.
    maximum: Decimal
    #: Whether the due date and one school day of grace have passed.
    late: bool
    #: Whether at least half the class has something in this column.
    marked: bool

    def word(self, level: int | None) -> str:
        """What should stand on the Mastery tab for it."""
        if level is None:
            return "no contract"
        if self.typed == "B":
            return "excused"
        if self.typed == "Turned in":
            return "pending"
        if self.typed:
            return "mastered" if Decimal(self.typed) * 100 >= level * self.maximum else "missing (retake)"
        return "missing (not in)" if self.late and self.marked else "pending"


@dataclass(frozen=True, kw_only=True)
class Course:
    """One file as of one day."""

    titles: list[str]
    due: list[date]
    maxima: list[str]
    #: Student id -> (status, level).
    students: dict[str, tuple[str, int | None]]
    #: Student id -> what stands in the sheet, one an assessment.
    pieces: dict[str, list[Piece]]

    def sheet(self) -> list[list[str]]:
        """What the teacher types: header, due dates, maxima, one row a student."""
        return [
            ["Student ID", "Status", "Level", *self.titles],
            ["Due", "", "", *map(date.isoformat, self.due)],
            ["Points", "", "", *self.maxima],
            *(
                [student, status, str(level or ""), *(piece.typed for piece in self.pieces[student])]
                for student, (status, level) in self.students.items()
            ),
        ]

    def mastery(self) -> list[list[str]]:
        """The Mastery tab as it should read, row by row."""
        rows = [["Student ID", "Student", "Level", "Missing", *self.titles]]
        for student, (_, level) in self.students.items():
            words = [piece.word(level) for piece in self.pieces[student]]
            missing = sum(word.startswith("missing") for word in words)
            rows.append([student, "", str(level or ""), str(missing), *words])
        return rows

    def count(self) -> Counter[tuple[str, str]]:
        """How often each verdict is given at each level."""
        return Counter((row[2], word) for row in self.mastery()[1:] for word in row[4:])


def course(name: str, day: int) -> Course:
    """The file `name` as of a day."""
    with (FILES / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        titles, due, maxima, *students = csv.reader(file)
    size = (len(titles) - 2) // 2
    work, days = slice(2, 2 + size), slice(2 + size, None)
    typed = {row[0]: list(map(as_typed, row[work], row[days], [day] * size)) for row in students}
    entries = [sum(bool(each) for each in column) for column in zip(*typed.values(), strict=True)]
    late = [day > end_of_grace(int(each)) for each in due[work]]
    return Course(
        titles=titles[work],
        due=[START + timedelta(days=int(each)) for each in due[work]],
        maxima=maxima[work],
        students={row[0]: (row[1], None if row[1] == "W" else LEVELS[int(row[0]) % 3]) for row in students},
        pieces={
            student: [
                Piece(
                    typed=each,
                    maximum=Decimal(maxima[work][column]),
                    late=late[column],
                    marked=2 * entries[column] >= len(students),
                )
                for column, each in enumerate(row)
            ]
            for student, row in typed.items()
        },
    )


def as_typed(mark: str, handed_in: str, day: int) -> str:
    """What the teacher has typed by a day for a mark in the file."""
    if not handed_in or int(handed_in) > day:
        return ""
    return mark or "Turned in"


def end_of_grace(due: int) -> int:
    """The school day after a day of the course; the weeks begin on day 0 and have five school days."""
    return due + {4: 3, 5: 2}.get(due % 7, 1)


def moment(day: int) -> str:
    """The afternoon of a day of the course."""
    return f"{(START + timedelta(days=day)).isoformat()}T16:30"


#: How often each verdict is given at each level in AAA-2013J: what the count below comes to, looked over by a person.
COUNTED = {
    120: {
        ("76", "mastered"): 95,
        ("76", "missing (retake)"): 218,
        ("76", "missing (not in)"): 32,
        ("76", "pending"): 230,
        ("86", "mastered"): 8,
        ("86", "missing (retake)"): 250,
        ("86", "missing (not in)"): 18,
        ("86", "pending"): 184,
        ("93", "mastered"): 1,
        ("93", "missing (retake)"): 322,
        ("93", "missing (not in)"): 25,
        ("93", "pending"): 232,
        ("", "no contract"): 300,
    },
    250: {
        ("76", "mastered"): 175,
        ("76", "missing (retake)"): 369,
        ("76", "missing (not in)"): 31,
        ("86", "mastered"): 24,
        ("86", "missing (retake)"): 413,
        ("86", "missing (not in)"): 23,
        ("93", "mastered"): 3,
        ("93", "missing (retake)"): 551,
        ("93", "missing (not in)"): 26,
        ("", "no contract"): 300,
    },
}


@pytest.mark.parametrize("day", [120, 250])
def test_every_real_mark_gets_the_word_that_the_file_itself_gives(make_school: Callable[..., School], day: int) -> None:
    """383 students and 5 assessments of AAA-2013J: each verdict counted by level, and each student's row."""
    aaa = course("AAA-2013J", day)
    school = make_school({"Marks": aaa.sheet()}, more=MORE)
    service = school.service(moment(day))
    plan = service.sync(gradebook(service), "sync")
    assert counted(plan) == aaa.count() == COUNTED[day]
    assert school.spreadsheet.worksheet("Mastery").get_all_values() == aaa.mastery()
    assert plan.problems == ()


def test_a_sheet_that_was_filled_up_reads_like_one_that_was_always_full(make_school: Callable[..., School]) -> None:
    """AAA-2013J is synced on day 120, the teacher types on, and is synced again on day 250, for two requests."""
    before, after = course("AAA-2013J", 120), course("AAA-2013J", 250)
    school = make_school({"Marks": before.sheet()}, more=MORE)
    early = school.service(moment(120))
    early.sync(gradebook(early), "sync")
    school.spreadsheet.worksheet("Marks").update(after.sheet(), "A1", raw=False)
    school.sheet_requests()
    late = school.service(moment(250))
    plan = late.sync(gradebook(late), "sync")
    assert [each["method"] for each in school.sheet_requests()] == ["GET", "POST"]
    assert counted(plan) == COUNTED[250]
    assert school.spreadsheet.worksheet("Mastery").get_all_values() == after.mastery()


def test_a_course_of_1257_students_goes_through_in_one_sync_of_two_requests(make_school: Callable[..., School]) -> None:
    """DDD-2013J on day 125: the fourth assessment was due on Friday, day 123, and its day of grace is still to come."""
    ddd = course("DDD-2013J", 125)
    school = make_school({"Marks": ddd.sheet()}, more=MORE)
    service = school.service(moment(125))
    plan = service.sync(gradebook(service), "sync")
    assert [each["method"] for each in school.sheet_requests()] == ["GET", "POST"]
    assert service.requests == 2
    assert len(plan.standings) == 1257
    assert counted(plan) == ddd.count()
    assert school.spreadsheet.worksheet("Mastery").get_all_values() == ddd.mastery()


def counted(plan: Plan) -> Counter[tuple[str, str]]:
    """How often the service gives each verdict at each level."""
    return Counter(
        (str(standing.contract.tier.pass_mark) if standing.contract else "", judged.verdict.value)
        for standing in plan.standings
        for judged in standing.judged
    )
