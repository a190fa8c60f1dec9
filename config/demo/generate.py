"""Draw the demo school: `python config/demo/generate.py [FOLDER]` writes the files that stand beside this one.

One teacher, three periods, 84 students and 24 assignments, as the gradebook looks on Friday 2026-10-30 after school.
The same seed gives the same bytes on every machine: all chance comes from `random.Random.random`, whose sequence Python
promises to keep, and scores are counted in half points.
"""  # noqa: INP001 - a script beside its data, no package

from __future__ import annotations

import csv
import io
import json
import random
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

SEED = 20260908
TODAY = date(2026, 10, 30)
HOLIDAY = date(2026, 10, 12)

#: A "*" stands behind the families who read Spanish. Two students are called Sofia Martinez.
CLASSES = {
    "Period 1": """
        Aaliyah Brooks, Amara Okafor, Benjamin Stein, Brendan O'Neil, Caleb Turner, Camila Ortega*, Daniel Kim,
        Devon Price, Elena Petrova, Farah Haddad, Grace Müller, Hannah Cole, Isaac Bernal*, Jada Simmons, José Peña*,
        Kayla Reyes, Liam Foster, Linh Nguyễn, Malik Warren, Mei Chen, Noah Bennett, Olivia Park, Priya Raman,
        Quinn Harper, Rosa Villanueva*, Samuel Levy, Sofia Martinez*, Tyler Jensen""",
    "Period 2": """
        Abigail Ross, Ahmed Siddiqui, Ana Lucía Campos*, Brianna Wells, Carter Hughes, Chidi Okafor, Diego Salazar*,
        Emma Larsen, =Ezra Quill, Fatima Noor, Gabriel Santos, Harper Dunn, Ivy Thompson, Jaden Cooper,
        Jasmine Alvarez*, Kenji Watanabe, Leah Goldberg, Lucas Moreau, Lucia D'Angelo, Marcus Greene, Nadia Kowalski,
        Nathan Boyd, Paloma Duarte*, Ruby Sinclair, Santiago Ibarra*, Tessa Nolan, Victor Okonkwo, Wyatt Perkins""",
    "Period 3": """
        Adrian Cruz*, Alice Morgan, Bao Tran, Bella Rossi, Connor Walsh, Destiny Ford, Eli Rosen, Esperanza Núñez*,
        Finn Gallagher, Hana Sato, Imani Carter, Jonah Reed, Julia Novak, Kevin Pham, Layla Aziz, Logan Pierce,
        Maya Iyer, Mateo Figueroa*, Nora Lindgren, Omar Farouk, Paige Whitman, Ravi Desai, Sienna Blake,
        Sofia Martinez*, Theo Baptiste, Trinity Hayes, Xavier Dubois, Zoë Lindqvist""",
}
NO_CONTRACT = ("Devon Price", "Ivy Thompson", "Kevin Pham")
NO_GUARDIAN = ("Malik Warren", "Gabriel Santos", "Wyatt Perkins", "Paige Whitman")
#: Two guardians, and the second one may not be written to.
ONE_GUARDIAN_ONLY = "Trinity Hayes"
#: One family, two classes.
SIBLINGS = ("Amara Okafor", "Chidi Okafor")
#: How many students of a class still have work to make good, and who is among them in any case.
BEHIND = {
    "Period 1": (7, ("José Peña", "Malik Warren", "Amara Okafor")),
    "Period 2": (7, ("=Ezra Quill", "Chidi Okafor", "Diego Salazar", "Lucia D'Angelo")),
    "Period 3": (8, ("Trinity Hayes", "Sofia Martinez")),
}
LEVEL_COUNTS = ((93, 30), (86, 42), (76, 9))
TWO_GUARDIANS = 30
ADULTS = """
    Alicia Andre Angela Beatriz Carlos Carmen Chris Claire David Denise Elaine Emeka Erik Esther Francis Gloria Hector
    Helen Irene Ivan Jerome Joan Jorge Karen Laura Leon Lorena Luis Manuel Marta Michael Monica Nina Oscar Patricia Paul
    Ramon Renee Robert Rosa Ruth Sandra Silvia Stephen Teresa Thomas Vanessa Vera Walter Yolanda"""

#: Title, kind, maximum (None: the column holds percentages), due day.
ASSIGNMENTS = (
    ("Readiness Check", "quiz", 10, "2026-09-08"),
    ("HW 1: Order of Operations", "homework", 10, "2026-09-11"),
    ("HW 2: Like Terms", "homework", 10, "2026-09-15"),
    ("Quiz 1: Expressions", "quiz", 20, "2026-09-17"),
    ("HW 3: Distributing", "homework", 10, "2026-09-22"),
    ("Test 1: Expressions", "test", 100, "2026-09-25"),
    ("HW 4: One-Step Equations", "homework", 10, "2026-09-29"),
    ("Quiz 2: One-Step Equations", "quiz", 20, "2026-10-01"),
    ("Project 1: My Budget", "project", 50, "2026-10-02"),
    ("HW 5: Two-Step Equations", "homework", 10, "2026-10-06"),
    ("Quiz 3: Two-Step Equations", "quiz", 25, "2026-10-08"),
    ("Test 2: Equations", "test", 100, "2026-10-09"),
    ("HW 6: Inequalities", "homework", 10, "2026-10-14"),
    ("Quiz 4: Inequalities", "quiz", 20, "2026-10-16"),
    ("Notebook Check", "homework", None, "2026-10-19"),
    ("HW 7: What Is Slope?", "homework", 10, "2026-10-20"),
    ("Project 2: Stairs and Slope", "project", 50, "2026-10-22"),
    ("Test 3: Inequalities and Slope", "test", 100, "2026-10-23"),
    ("HW 8: Slope-Intercept", "homework", 10, "2026-10-26"),
    ("Quiz 5: Slope-Intercept", "quiz", 25, "2026-10-27"),
    ("HW 9: Graphing Lines", "homework", 10, "2026-10-28"),
    ("Lab: Pulse and Steps", "project", 50, "2026-10-29"),
    ("Quiz 6: Graphing", "quiz", 20, "2026-11-03"),
    ("Test 4: Linear Functions", "test", 100, "2026-11-06"),
)
TITLES = tuple(title for title, *_ in ASSIGNMENTS)
#: Period 3's papers of this one still lie in a pile; everything from HW 9 on is marked for nobody.
HALF_MARKED = TITLES.index("Quiz 5: Slope-Intercept")
MARKED = TITLES.index("HW 9: Graphing Lines")
#: How much harder or easier than the student's usual work.
BY_KIND = {"quiz": 0.0, "homework": 0.03, "project": 0.01, "test": -0.04}

MARKS_HEADER = ("Student ID", "Student", "Section", *TITLES, "Average", "Missing", "Notes")
FIRST_ROW, FIRST_COLUMN = 4, 3
T = TypeVar("T")


class Chance:
    """Everything that is drawn."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a demo, nothing secret

    def share(self) -> float:
        """A number from 0 to 1."""
        return self._random.random()

    def near(self, middle: float, spread: float) -> float:
        """A number around the middle, mostly within the spread."""
        return middle + (self.share() + self.share() + self.share() - 1.5) / 1.5 * spread

    def below(self, end: int) -> int:
        """A whole number from 0 on, the end left out."""
        return int(self.share() * end)

    def one(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], count: int) -> list[T]:
        """Several, none twice."""
        left = list(of)
        return [left.pop(self.below(len(left))) for _ in range(count)]


@dataclass(kw_only=True)
class Student:
    """One student of the demo school."""

    section: str
    name: str
    spanish: bool
    #: The share of the maximum that this student usually reaches at the first try.
    ability: float
    id: str = ""
    level: int | None = None
    behind: bool = False
    signed_by: str = ""
    signed_on: str = ""
    #: Name, address, language, may be written to.
    guardians: list[tuple[str, str, str, str]] = field(default_factory=list)
    email: str = ""
    #: What the teacher typed, one text an assignment.
    cells: list[str] = field(default_factory=list)
    #: The columns in which work is still missing.
    missing: list[int] = field(default_factory=list)
    notes: str = ""

    @property
    def last_name(self) -> str:
        return self.name.split()[-1]


def plain(text: str) -> str:
    """A name as it stands in an address."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def typed(text: str) -> str:
    """A text as it has to be typed so that Sheets keeps it."""
    return f"'{text}" if text.startswith("=") or text.isdigit() else text


def draw_students(chance: Chance) -> list[Student]:
    """The three classes, in the order of the marks tab."""
    students = [
        Student(
            section=section,
            name=name.strip().rstrip("*"),
            spanish=name.strip().endswith("*"),
            ability=chance.near(0.87, 0.13),
        )
        for section, names in CLASSES.items()
        for name in names.split(",")
    ]
    students.sort(key=lambda each: (each.section, plain(each.last_name), plain(each.name)))
    numbers = chance.some(range(418, 30_000), len(students))
    for student, number in zip(students, numbers, strict=True):
        student.id = "00417" if student.name == "José Peña" else f"{number:05d}"
    _deal_levels(chance, students)
    for section, (count, certain) in BEHIND.items():
        of_class = [each for each in students if each.section == section]
        for student in of_class:
            student.behind = student.name in certain
        others = [each for each in of_class if not each.behind and each.name not in (*NO_CONTRACT, *NO_GUARDIAN)]
        for student in chance.some(others, count - len(certain)):
            student.behind = True
    return students


def _deal_levels(chance: Chance, students: list[Student]) -> None:
    """The stronger ones choose the higher levels, by and large."""
    contracted = [each for each in students if each.name not in NO_CONTRACT]
    hopes = {id(each): each.ability + chance.near(0, 0.04) for each in contracted}
    contracted.sort(key=lambda each: -hopes[id(each)])
    levels = [level for level, count in LEVEL_COUNTS for _ in range(count)]
    days = [date(2026, 9, 8) + timedelta(days=days) for days in (0, 1, 2, 3, 6, 7, 8, 9, 10)]
    for student, level in zip(contracted, levels, strict=True):
        student.level = level
        student.signed_on = chance.one(days).isoformat()
        # Who signs for a level seldom stays far below it.
        student.ability = max(student.ability, level / 100 - 0.05)


def draw_families(chance: Chance, students: list[Student]) -> None:
    """Guardians, addresses and signatures."""
    taken: set[str] = set()

    def address(local: str, domain: str) -> str:
        candidates = [local, *(f"{local}{number}" for number in range(2, 10))]
        found = next(f"{each}@{domain}" for each in candidates if f"{each}@{domain}" not in taken)
        taken.add(found)
        return found

    with_guardians = [each for each in students if each.name not in NO_GUARDIAN]
    certain = [each for each in with_guardians if each.name in (ONE_GUARDIAN_ONLY, *SIBLINGS)]
    others = [each for each in with_guardians if each not in certain]
    pairs = [*certain, *chance.some(others, TWO_GUARDIANS - len(certain))]
    for student in students:
        student.email = address(f"{plain(student.name.split()[0])}.{plain(student.last_name)}", "example.edu")
        elder = next((each for each in students if each.name == SIBLINGS[0]), student)
        if student.name == SIBLINGS[1]:
            student.guardians = elder.guardians
        elif student in with_guardians:
            for number, first in enumerate(chance.some(ADULTS.split(), 2 if student in pairs else 1)):
                language = "Spanish" if student.spanish else ("English" if number == 0 else "")
                allowed = "no" if student.name == ONE_GUARDIAN_ONLY and number == 1 else "yes"
                domain = chance.one(("example.org", "example.net"))
                where = address(f"{plain(first)}.{plain(student.last_name)}", domain)
                student.guardians.append((f"{first} {student.last_name}", where, language, allowed))
        if student.level is not None:
            student.signed_by = f"student and {student.guardians[0][0] if student.guardians else 'parent (on paper)'}"


def draw_marks(chance: Chance, students: list[Student]) -> None:
    """What the teacher has typed by the afternoon of `TODAY`."""
    for student in students:
        last = HALF_MARKED if student.section == "Period 3" else MARKED
        if student.behind:
            count = chance.one((1, 1, 2, 2, 3, 4))
            while len(student.missing) < count:
                # Mostly lately: what is older was made good long ago.
                column = last - 1 - int(chance.share() ** 2 * last)
                if column not in student.missing:
                    student.missing.append(column)
        for column in range(len(ASSIGNMENTS)):
            if column >= last:
                student.cells.append("")
            elif column in student.missing:
                student.cells.append(_missing_mark(chance, student, column))
            elif chance.share() < 0.015:
                student.cells.append("EX")
            else:
                student.cells.append(_mark(chance, student, column))


def _scale(column: int) -> tuple[int, int]:
    """The maximum and the smallest step of a column, in half points."""
    points = ASSIGNMENTS[column][2] or 100
    return points * 2, 1 if points <= 25 else 2


def _bar(level: int, column: int) -> int:
    """The lowest score that meets a level, in half points."""
    total, step = _scale(column)
    return -(-level * total // (100 * step)) * step


def _write(halves: int, column: int) -> str:
    text = f"{halves // 2}" + (".5" if halves % 2 else "")
    return f"{text}%" if ASSIGNMENTS[column][2] is None else text


def _mark(chance: Chance, student: Student, column: int) -> str:
    """A score; one that was below the student's level has been made good since."""
    total, step = _scale(column)
    growth = 0.04 * column / len(ASSIGNMENTS)
    share = min(chance.near(student.ability + BY_KIND[ASSIGNMENTS[column][1]] + growth, 0.12), 1.0)
    score = round(share * total / step) * step
    if student.level is not None and score < _bar(student.level, column):
        bar = _bar(student.level, column)
        score = bar + int(chance.share() * 0.7 * (total - bar) / step) * step
    return _write(score, column)


def _missing_mark(chance: Chance, student: Student, column: int) -> str:
    """Work that is still to be made good: below level, or not in."""
    total, step = _scale(column)
    how = chance.share()
    if how < 0.6:
        bar = _bar(student.level or 86, column)
        steps = 1 if chance.share() < 0.3 else max(int(chance.share() * 0.35 * total / step), 1)
        return _write(bar - steps * step, column)
    if how < 0.7 and date.fromisoformat(ASSIGNMENTS[column][3]) < TODAY - timedelta(days=7):
        return "ABS"
    return "M" if how < 0.8 else ""


def add_oddities(chance: Chance, students: list[Student]) -> list[tuple[Student, int]]:
    """What teachers type besides plain numbers. Gives the cells that were excused, the first two of them."""
    calm = [each for each in students if not each.behind and each.level is not None]

    def put(points: int | None, spell: Callable[[int, int], str | None]) -> None:
        """Spell one score of a column with this maximum another way; `spell` takes and refuses half points."""
        columns = [column for column in range(MARKED - 1) if ASSIGNMENTS[column][2] == points]
        while True:
            student, column = chance.one(calm), chance.one(columns)
            written = student.cells[column]
            if written.replace(".", "").isdigit():
                spelled = spell(round(float(written) * 2), column)
                if spelled is not None:
                    student.cells[column] = spelled
                    calm.remove(student)
                    return

    def percent(halves: int, column: int) -> str:
        return f"{-(-halves * 100 // _scale(column)[0])}%"

    def of(halves: int, column: int) -> str | None:
        # A typed 12/20 would become the 20th of December; from 13 on it stays text.
        return f"{halves // 2}/{_scale(column)[0] // 2}" if halves % 2 == 0 and halves > 24 else None

    for points in (100, 20):
        put(points, lambda halves, column: f"'{percent(halves, column)}")
    for points in (50, 25, 20):
        put(points, percent)
    for points in (20, 20, 25):
        put(points, of)
    put(10, lambda halves, _: f"'{halves // 2}/10" if halves % 2 == 0 else None)
    put(20, lambda halves, _: f"={halves // 2 - 8}+8" if halves % 2 == 0 else None)
    put(50, lambda halves, _: f"={halves // 2 - 30}+18+12" if halves % 2 == 0 else None)
    for slip in ("8o", "1O", "7/10"):
        put(10, lambda *_, slip=slip: slip)
    put(100, lambda *_: "?")
    put(50, lambda *_: '=VLOOKUP("rubric 4",Seating!$A$2:$B$6,2,FALSE)')

    by_section = {section: [each for each in calm if each.section == section] for section in CLASSES}
    excused = [(chance.one(by_section["Period 1"]), TITLES.index("Test 1: Expressions"))]
    excused.append((chance.one(by_section["Period 2"]), TITLES.index("Project 1: My Budget")))
    for student, column in excused:
        student.cells[column] = "EX"
    # Away last week or this: nothing to say yet.
    for section, title in (
        ("Period 1", "Test 3: Inequalities and Slope"),
        ("Period 2", "HW 8: Slope-Intercept"),
        ("Period 3", "Quiz 5: Slope-Intercept"),
    ):
        chance.one(by_section[section]).cells[TITLES.index(title)] = "ABS"
    for section in CLASSES:
        for student in chance.some(by_section[section], 4):
            student.cells[MARKED] = "Turned in"
    for student in chance.some(by_section["Period 3"], 3):
        student.cells[HALF_MARKED] = "turned in"
    early, excused_early, told_early = chance.some(by_section["Period 2"], 3)
    early.cells[TITLES.index("Quiz 6: Graphing")] = "20"
    excused_early.cells[TITLES.index("Test 4: Linear Functions")] = "EX"
    # The teacher knows already that it will not come; it is not due all the same.
    told_early.cells[TITLES.index("Lab: Pulse and Steps")] = "M"
    for student, note in zip(
        chance.some(students, 5),
        ("glasses", "leaves at 2:40 on Tuesdays", "band on Fridays", "needs large print", "new since Sept 14"),
        strict=True,
    ):
        student.notes = note
    return excused


def column_letters(column: int) -> str:
    """The letters of a column, from 0."""
    return column_letters(column // 26 - 1) + chr(65 + column % 26) if column >= 26 else chr(65 + column)


def marks_rows(students: list[Student]) -> Iterator[Sequence[str]]:
    """The tab `Marks`, as typed."""
    first, last = column_letters(FIRST_COLUMN), column_letters(FIRST_COLUMN + len(ASSIGNMENTS) - 1)
    end = FIRST_ROW + len(students)
    yield MARKS_HEADER
    yield "", "Points", "", *("" if points is None else str(points) for _, _, points, _ in ASSIGNMENTS)
    yield "", "Due", "", *(due for *_, due in ASSIGNMENTS)
    yield "", "Kind", "", *(kind for _, kind, _, _ in ASSIGNMENTS)
    for row, student in enumerate(students, FIRST_ROW + 1):
        own = f"{first}{row}:{last}{row}"
        average = f'=IFERROR(SUMIF({own},"<=150")/SUMIFS({first}$2:{last}$2,{own},"<=150"),"")'
        yield typed(student.id), typed(student.name), student.section, *student.cells, average, "", student.notes
    yield ()
    columns = [column_letters(FIRST_COLUMN + column) for column in range(len(ASSIGNMENTS))]
    yield (
        "",
        "Class average",
        "",
        *(f'=IFERROR(AVERAGEIF({column}{FIRST_ROW + 1}:{column}{end},"<=150"),"")' for column in columns),
    )


def roster_rows(students: list[Student]) -> Iterator[Sequence[str]]:
    """The tab `Roster`, in another order than the marks."""
    guardian = ("Guardian {}", "Guardian {} Email", "Guardian {} Language", "Guardian {} May Be Written To")
    labels = [label.format(number) for number in (1, 2) for label in guardian]
    yield "Student ID", "Student", "Section", "Level", "Signed By", "Signed On", *labels, "Student Email"
    for each in sorted(students, key=lambda student: (plain(student.last_name), plain(student.name), student.section)):
        both = [*each.guardians, ("",) * 4, ("",) * 4][:2]
        level = "" if each.level is None else str(each.level)
        contract = (level, each.signed_by, each.signed_on)
        yield typed(each.id), typed(each.name), each.section, *contract, *both[0], *both[1], each.email


def remediation_rows() -> Iterator[Sequence[str]]:
    """The tab `Remediation`: a video for everything, practice for the quizzes and tests, a page for the projects."""
    yield "Assignment", "Help", "Link"
    for title, kind, *_ in ASSIGNMENTS:
        page = "https://school.example/algebra/" + "-".join(plain(word) for word in title.split())
        if kind == "project":
            yield title, "", page
        else:
            yield title, "video", f"{page}/video"
        if kind in {"quiz", "test"}:
            yield title, "extra practice", f"{page}/practice"


def seating_rows() -> Iterator[Sequence[str]]:
    """The tab `Seating`: the teacher's own, and nobody else's business."""
    yield "Front of the room", "", "", "", ""
    yield "door", "Table 1", "Table 2", "Table 3", "window"
    yield "", "Table 4", "Table 5", "Table 6", ""
    yield "", "Table 7", "Table 8", "", "plants: water on Mondays"
    yield ()
    yield ("Nobody alone at a table. Change places after each test.",)


def area(tab: str, row: int, end_row: int, column: int, end_column: int) -> dict[str, Any]:
    """A GridRange with the tab's title in place of its id."""
    return {
        "sheetId": tab,
        "startRowIndex": row,
        "endRowIndex": end_row,
        "startColumnIndex": column,
        "endColumnIndex": end_column,
    }


def colour(code: str) -> dict[str, Any]:
    """A ColorStyle from #RRGGBB, in thousandths so that it reads well."""
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), (round(part, 3) for part in parts), strict=True))}


def dressing(students: list[Student], excused: list[tuple[Student, int]]) -> dict[str, Any]:
    """The document's properties, its tabs and the teacher's own formats, notes and rules."""
    end_row, end_column = FIRST_ROW + len(students), FIRST_COLUMN + len(ASSIGNMENTS)

    def cell(student: Student, column: int) -> dict[str, Any]:
        row = FIRST_ROW + students.index(student)
        return area("Marks", row, row + 1, FIRST_COLUMN + column, FIRST_COLUMN + column + 1)

    def called(name: str) -> Student:
        return next(each for each in students if each.name == name)

    def look(where: dict[str, Any], **form: Any) -> dict[str, Any]:
        fields = ",".join(f"userEnteredFormat.{name}" for name in form)
        return {"repeatCell": {"range": where, "cell": {"userEnteredFormat": form}, "fields": fields}}

    def note(where: dict[str, Any], text: str) -> dict[str, Any]:
        return {"repeatCell": {"range": where, "cell": {"note": text}, "fields": "note"}}

    def fill(where: dict[str, Any], code: str) -> dict[str, Any]:
        return look(where, backgroundColorStyle=colour(code))

    def number(where: dict[str, Any], kind: str, pattern: str) -> dict[str, Any]:
        return look(where, numberFormat={"type": kind, "pattern": pattern})

    def width(tab: str, column: int, end: int, pixels: int) -> dict[str, Any]:
        span = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": column, "endIndex": end}
        return {
            "updateDimensionProperties": {"range": span, "properties": {"pixelSize": pixels}, "fields": "pixelSize"}
        }

    jose, ezra = called("José Peña"), called("=Ezra Quill")
    notebook = FIRST_COLUMN + TITLES.index("Notebook Check")
    calm = [each for each in students if not each.behind and each.level is not None]
    retaken = next((each, 11) for each in calm if each.cells[11].isdigit())
    slope = FIRST_COLUMN + TITLES.index("HW 7: What Is Slope?")
    marks = area("Marks", FIRST_ROW, end_row, FIRST_COLUMN, end_column)
    perfect = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=AND(ISNUMBER(D5),D5=D$2)"}]}
    requests = [
        fill(area("Marks", 0, 1, 0, len(MARKS_HEADER)), "#D9EAD3"),
        look(area("Marks", 0, 1, 0, len(MARKS_HEADER)), textFormat={"bold": True}, wrapStrategy="WRAP"),
        look(area("Marks", 1, FIRST_ROW, 0, end_column), textFormat={"italic": True}, horizontalAlignment="CENTER"),
        fill(area("Marks", 1, FIRST_ROW, 0, end_column), "#F3F3F3"),
        number(area("Marks", 2, 3, FIRST_COLUMN, end_column), "DATE", "mmm d"),
        number(area("Marks", FIRST_ROW, end_row + 2, notebook, notebook + 1), "PERCENT", "0%"),
        number(area("Marks", FIRST_ROW, end_row, end_column, end_column + 1), "PERCENT", "0.0%"),
        number(area("Marks", end_row + 1, end_row + 2, FIRST_COLUMN, notebook), "NUMBER", "0.0"),
        number(area("Marks", end_row + 1, end_row + 2, notebook + 1, end_column), "NUMBER", "0.0"),
        look(area("Marks", end_row + 1, end_row + 2, 0, end_column), textFormat={"bold": True}),
        width("Marks", 1, 2, 170),
        width("Marks", FIRST_COLUMN, end_column, 84),
        width("Marks", end_column + 1, end_column + 3, 220),
        note(area("Marks", 0, 1, slope, slope + 1), "Open book. Ask for the worksheet with the stairs."),
        note(cell(*retaken), "Retaken Oct 15; 58 the first time."),
        note(cell(*excused[0]), "Excused: robotics finals that day."),
        note(cell(*excused[1]), "Excused: away with the orchestra."),
        note(cell(jose, jose.missing[0]), "Spoke with José. He comes to tutoring on Thursday."),
        note(cell(ezra, ezra.missing[0]), "Promised for Monday."),
        fill(cell(jose, jose.missing[0]), "#FFF2CC"),
        fill(cell(*retaken), "#FFF2CC"),
        fill(area("Marks", FIRST_ROW + 2, FIRST_ROW + 3, 1, 2), "#CFE2F3"),
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {
                    "ranges": [marks],
                    "booleanRule": {"condition": perfect, "format": {"textFormat": {"bold": True}}},
                },
            }
        },
        {
            "addProtectedRange": {
                "protectedRange": {
                    "range": area("Marks", 0, FIRST_ROW, 0, len(MARKS_HEADER)),
                    "description": "Titles, maxima and dates: think twice",
                    "warningOnly": True,
                }
            }
        },
        look(area("Roster", 0, 1, 0, 15), textFormat={"bold": True}, wrapStrategy="WRAP"),
        fill(area("Roster", 0, 1, 0, 15), "#D9EAD3"),
        look(area("Remediation", 0, 1, 0, 3), textFormat={"bold": True}),
        width("Remediation", 0, 1, 230),
        width("Remediation", 2, 3, 420),
    ]
    sizes = {
        "Marks": {"rowCount": 110, "columnCount": 32, "frozenRowCount": FIRST_ROW, "frozenColumnCount": 2},
        "Roster": {"rowCount": 100, "columnCount": 16, "frozenRowCount": 1},
        "Remediation": {"rowCount": 60, "columnCount": 6, "frozenRowCount": 1},
        "Seating": {"rowCount": 30, "columnCount": 10},
    }
    return {
        "properties": {"title": "Algebra I, Ms. Rivera", "locale": "en_US", "timeZone": "America/Chicago"},
        "tabs": [{"title": title, "gridProperties": size} for title, size in sizes.items()],
        "requests": requests,
    }


def as_csv(rows: Iterator[Sequence[str]]) -> str:
    """Rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def as_json(tree: dict[str, Any]) -> str:
    """JSON with one line a tab and one line a request."""

    def part(value: Any) -> str:
        if not isinstance(value, list):
            return json.dumps(value, ensure_ascii=False)
        return "[\n" + ",\n".join("    " + json.dumps(each, ensure_ascii=False) for each in value) + "\n  ]"

    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {part(value)}" for name, value in tree.items()) + "\n}\n"


def generate(seed: int = SEED) -> dict[str, str]:
    """The files of the demo school that are drawn: name to text."""
    chance = Chance(seed)
    students = draw_students(chance)
    draw_families(chance, students)
    draw_marks(chance, students)
    excused = add_oddities(chance, students)
    return {
        "Marks.csv": as_csv(marks_rows(students)),
        "Roster.csv": as_csv(roster_rows(students)),
        "Remediation.csv": as_csv(remediation_rows()),
        "Seating.csv": as_csv(seating_rows()),
        "dressing.json": as_json(dressing(students, excused)),
    }


def main() -> None:
    """Write the files into the folder named on the command line, or beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, text in generate().items():
        folder.joinpath(name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
