"""What should come out of the demo school, read from its files by rules of hand, with nothing of the program in them.

It is Friday 2026-10-30, after school. `expected_words` and `expected_recipients` are what a patient person with the
printed gradebook, the contracts and a calendar would write down.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

TODAY = date(2026, 10, 30)
NO_SCHOOL = {date(2026, 10, 12)}
FIRST_ASSIGNMENT, FIRST_STUDENT = 3, 4
EXCUSED, NOT_IN, ABSENT, TURNED_IN = "EX", "M", "ABS", "TURNED IN"
MISSING = ("missing (retake)", "missing (not in)")


def expected_words(folder: Path) -> dict[str, dict[str, str]]:
    """Student id → title of the assignment → the word that belongs there."""
    marks = _table(folder / "Marks.csv")
    header, maxima, due_days = marks[0], marks[1], marks[2]
    levels = {row["Student ID"]: row["Level"] for row in _roster(folder)}
    students = [row for row in marks[FIRST_STUDENT:] if row and row[0]]
    words: dict[str, dict[str, str]] = {_as_text(row[0]): {} for row in students}
    for column in range(FIRST_ASSIGNMENT, header.index("Average")):
        for section in ("Period 1", "Period 2", "Period 3"):
            of_section = [row for row in students if row[2] == section]
            marked = 2 * sum(row[column] != "" for row in of_section) >= len(of_section)
            for row in of_section:
                student = _as_text(row[0])
                words[student][header[column]] = _word(
                    row[column], maxima[column], date.fromisoformat(due_days[column]), levels[student], marked=marked
                )
    return words


def expected_recipients(folder: Path) -> dict[str, set[str]]:
    """Student id → everyone who gets a letter, for the students with missing work for whom there is anyone."""
    owing = {student for student, words in expected_words(folder).items() if set(MISSING) & set(words.values())}
    recipients = {
        row["Student ID"]: {
            row[f"Guardian {number} Email"]
            for number in (1, 2)
            if row[f"Guardian {number} Email"] and row[f"Guardian {number} May Be Written To"] == "yes"
        }
        for row in _roster(folder)
        if row["Student ID"] in owing
    }
    return {student: addresses for student, addresses in recipients.items() if addresses}


def _word(typed: str, maximum: str, due: date, level: str, *, marked: bool) -> str:
    code = typed.upper()
    is_code = code in {"", EXCUSED, NOT_IN, ABSENT, TURNED_IN}
    share = None if is_code else _share(typed, maximum)
    if not is_code and share is None:
        return "check"
    if not level:
        return "no contract"
    if share is not None:
        return "mastered" if share * 100 >= int(level) else "missing (retake)"
    if code == EXCUSED:
        return "excused"
    late = _next_school_day(due) < TODAY
    if code == ABSENT:
        late = due + timedelta(days=7) < TODAY
    if (code == "" and not marked) or code == TURNED_IN:
        late = False
    return "missing (not in)" if late else "pending"


def _share(typed: str, maximum: str) -> Fraction | None:
    """What a teacher meant by a cell that is no code, as a share of the maximum; None where nobody can know."""
    text = _as_text(typed)
    if text.startswith("="):
        parts = text[1:].split("+")
        return sum((Fraction(part) for part in parts), Fraction(0)) / int(maximum) if _all_digits(*parts) else None
    if text.endswith("%"):
        return Fraction(text[:-1]) / 100
    if "/" in text:
        got, of = text.split("/")
        # Sheets takes a month's number before the stroke for a date, unless an apostrophe makes it text.
        return Fraction(int(got), int(of)) if typed.startswith("'") or int(got) > 12 else None
    return Fraction(text) / int(maximum) if _all_digits(text.replace(".", "", 1)) else None


def _all_digits(*parts: str) -> bool:
    return all(part.isascii() and part.isdigit() for part in parts)


def _next_school_day(day: date) -> date:
    day += timedelta(days=1)
    return _next_school_day(day) if day.weekday() >= 5 or day in NO_SCHOOL else day


def _as_text(typed: str) -> str:
    """A cell without the apostrophe that keeps Sheets from making something else of it."""
    return typed.removeprefix("'")


def _table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def _roster(folder: Path) -> list[dict[str, str]]:
    header, *rows = _table(folder / "Roster.csv")
    return [dict(zip(header, map(_as_text, row), strict=True)) for row in rows]
