"""The demo school is drawn as promised, built in five requests, and read by the program as a person would read it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from expected import MISSING, expected_recipients, expected_words

from sheets_mastery import config, demo
from sheets_mastery.contracts import contracts_in_force
from sheets_mastery.gradebook import Gradebook, read_gradebook
from sheets_mastery.mastery import Standing, standings
from sheets_mastery.notices import letterboxes
from sheets_mastery.reading import Reading

TODAY = datetime.fromisoformat(demo.NOW).date()
DRAWN = ("Marks.csv", "Roster.csv", "Remediation.csv", "Seating.csv", "dressing.json")


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def roster_of(school: Path) -> list[dict[str, str]]:
    header, *rows = table(school / "Roster.csv")
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def settings(school: Path) -> config.Settings:
    return config.parse((school / "mastery.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def gradebook(reading: Reading, settings: config.Settings) -> Gradebook:
    return read_gradebook(reading, settings.gradebooks[0], settings.marking)


@pytest.fixture(scope="module")
def standing(gradebook: Gradebook, settings: config.Settings) -> tuple[Standing, ...]:
    contracts, problems = contracts_in_force(gradebook, settings.tiers, TODAY)
    assert problems == []
    return standings(gradebook, contracts, settings.marking, settings.school, TODAY)


def test_drawing_the_school_again_gives_the_same_bytes(school: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, school / "generate.py", tmp_path], check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: (school / name).read_bytes() for name in DRAWN
    }


def test_there_are_84_students_in_three_periods_and_two_share_a_name(school: Path) -> None:
    students = [row[:3] for row in table(school / "Marks.csv")[4:] if row and row[0]]
    assert Counter(section for _, _, section in students) == {"Period 1": 28, "Period 2": 28, "Period 3": 28}
    assert [(name, section) for _, name, section in students if name == "Sofia Martinez"] == [
        ("Sofia Martinez", "Period 1"),
        ("Sofia Martinez", "Period 3"),
    ]
    assert len({each[0] for each in students}) == 84
    assert {(each[0][:1], each[0][1:].isdigit(), len(each[0])) for each in students} == {("'", True, 6)}
    assert [each[0] for each in students if each[1] == "José Peña"] == ["'00417"]
    assert sorted(row["Student ID"] for row in roster_of(school)) == sorted(each[0] for each in students)


def test_24_assignments_are_due_on_school_days_of_nine_weeks(school: Path, settings: config.Settings) -> None:
    header, maxima, due, kinds = (row[3:27] for row in table(school / "Marks.csv")[:4])
    days = [date.fromisoformat(day) for day in due]
    assert len(set(header)) == 24
    assert (days[0], days[-1], days) == (date(2026, 9, 8), date(2026, 11, 6), sorted(days))
    assert len({day - timedelta(days=day.weekday()) for day in days}) == 9
    assert [day for day in days if not settings.school.open_on(day)] == []
    assert set(maxima) == {"", "10", "20", "25", "50", "100"}
    assert set(kinds) == {"quiz", "homework", "project", "test"}


def test_half_the_contracts_are_at_86_and_over_a_third_at_93(school: Path) -> None:
    assert Counter(row["Level"] for row in roster_of(school)) == {"86": 42, "93": 30, "76": 9, "": 3}


def test_families_are_as_different_as_families_are(school: Path) -> None:
    roster = roster_of(school)
    many = Counter(sum(row[f"Guardian {number} Email"] != "" for number in (1, 2)) for row in roster)
    assert many == {0: 4, 1: 50, 2: 30}
    assert sum(row["Guardian 1 Language"] == "Spanish" for row in roster) == 14
    refused = [
        (row["Student"], number)
        for row in roster
        for number in (1, 2)
        if row[f"Guardian {number} May Be Written To"] == "no"
    ]
    assert refused == [("Trinity Hayes", 2)]
    addresses = [row[column] for row in roster for column in row if column.endswith("Email") and row[column]]
    assert {address.partition("@")[2] for address in addresses} == {"example.org", "example.net", "example.edu"}
    # The Okafors have a child in two classes.
    assert {address for address, count in Counter(addresses).items() if count > 1} == {
        row[f"Guardian {number} Email"]
        for row in roster
        for number in (1, 2)
        if row["Student"] in {"Amara Okafor", "Chidi Okafor"}
    }


def test_every_trap_lies_where_it_could_go_wrong(school: Path) -> None:
    words = expected_words(school)
    missing = {student: [word for word in told.values() if word in MISSING] for student, told in words.items()}
    roster = {row["Student"]: row["Student ID"].removeprefix("'") for row in roster_of(school)}
    # A guardian who may not be written to, and a child whom there is nobody to write about: both would have been due.
    assert missing[roster["Trinity Hayes"]] != []
    assert missing[roster["Malik Warren"]] != []
    assert roster["Malik Warren"] not in expected_recipients(school)
    assert len(expected_recipients(school)[roster["Trinity Hayes"]]) == 1
    assert missing[roster["'=Ezra Quill"]] != []
    twins = [row["Student ID"].removeprefix("'") for row in roster_of(school) if row["Student"] == "Sofia Martinez"]
    assert sorted(bool(missing[student]) for student in twins) == [False, True]
    # A handful a class, few enough for the guard; most of what was ever missing has been made good.
    behind = Counter(row["Section"] for row in roster_of(school) if missing[row["Student ID"].removeprefix("'")] != [])
    assert behind == {"Period 1": 7, "Period 2": 7, "Period 3": 8}
    assert Counter(word for told in words.values() for word in told.values()) == {
        "mastered": 1511,
        "pending": 351,
        "no contract": 72,
        "excused": 31,
        "missing (retake)": 25,
        "missing (not in)": 21,
        "check": 5,
    }


def test_a_column_that_is_marked_for_two_periods_says_nothing_about_the_third(school: Path) -> None:
    words = expected_words(school)
    sections = {row["Student ID"].removeprefix("'"): row["Section"] for row in roster_of(school)}
    told = {
        section: {words[student]["Quiz 5: Slope-Intercept"] for student in sections if sections[student] == section}
        for section in ("Period 1", "Period 3")
    }
    assert "mastered" in told["Period 1"]
    assert told["Period 3"] == {"pending", "no contract"}


def test_building_takes_five_requests(asked: tuple[str, ...]) -> None:
    assert asked == (
        "POST /drive/v3/files",
        "GET /v4/spreadsheets/ID",
        "POST /v4/spreadsheets/ID:batchUpdate",
        "POST /v4/spreadsheets/ID/values:batchUpdate",
        "POST /v4/spreadsheets/ID:batchUpdate",
    )


def test_the_document_is_the_teachers(document: dict[str, Any]) -> None:
    properties = document["properties"]
    assert (properties["title"], properties["locale"], properties["timeZone"]) == (
        "Algebra I, Ms. Rivera",
        "en_US",
        "America/Chicago",
    )
    marks, *others = document["sheets"]
    assert [tab["properties"]["title"] for tab in (marks, *others)] == ["Marks", "Roster", "Remediation", "Seating"]
    assert marks["properties"]["gridProperties"]["frozenRowCount"] == 4
    assert marks["properties"]["gridProperties"]["frozenColumnCount"] == 2
    assert [rule["booleanRule"]["condition"]["values"] for rule in marks["conditionalFormats"]] == [
        [{"userEnteredValue": "=AND(ISNUMBER(D5),D5=D$2)"}]
    ]
    assert [each["warningOnly"] for each in marks["protectedRanges"]] == [True]


def test_what_was_typed_is_what_sheets_makes_of_it(reading: Reading, school: Path) -> None:
    tab = reading.tab("Marks")
    assert tab is not None
    typed = table(school / "Marks.csv")
    found = {
        typed[row][column]: (content.value, content.format, content.error, content.formula)
        for row in range(4, 88)
        for column in range(27)
        for content in [tab.at(row, column)]
        if typed[row][column] in {"8o", "?", "19/20", "'9/10", "'00417", "'=Ezra Quill", "7/10"}
    }
    assert {text: (kept[1], kept[2], kept[3]) for text, kept in found.items()} == {
        "8o": ("", None, None),
        "?": ("", None, None),
        "19/20": ("", None, None),
        "'9/10": ("", None, None),
        "'00417": ("", None, None),
        "'=Ezra Quill": ("", None, None),
        "7/10": ("DATE", None, None),
    }
    assert [found[text][0] for text in ("19/20", "'9/10", "'00417", "'=Ezra Quill")] == [
        "19/20",
        "9/10",
        "00417",
        "=Ezra Quill",
    ]
    assert found["7/10"][0] == (date(2026, 7, 10) - date(1899, 12, 30)).days


def test_the_teachers_own_notes_lie_on_six_cells_two_of_them_missing(reading: Reading, gradebook: Gradebook) -> None:
    tab = reading.tab("Marks")
    assert tab is not None
    noted = [
        (row, column) for row, cells in enumerate(tab.cells) for column, content in enumerate(cells) if content.note
    ]
    assert len(noted) == 6
    missing = {(23 - 1, 22), (52 - 1, 15)}
    assert missing < set(noted)
    rows = {student.row: student.name for student in gradebook.students}
    assert {rows[row] for row, _ in missing} == {"José Peña", "=Ezra Quill"}


def test_the_averages_are_numbers_although_the_sheet_has_mistakes(reading: Reading) -> None:
    tab = reading.tab("Marks")
    assert tab is not None
    averages = [tab.at(row, 27) for row in range(4, 88)]
    assert {content.format for content in averages} == {"PERCENT"}
    assert [content.shown for content in averages if not 0.7 < float(str(content.value)) <= 1] == []
    assert tab.at(89, 1).value == "Class average"
    assert tab.at(89, 3).shown == "9.1"


def test_the_program_judges_every_mark_as_a_person_would(
    gradebook: Gradebook, standing: tuple[Standing, ...], school: Path
) -> None:
    titles = [assignment.title for assignment in gradebook.assignments]
    assert {
        each.student.id: dict(zip(titles, (judged.verdict.value for judged in each.judged), strict=True))
        for each in standing
    } == expected_words(school)


def test_the_program_would_write_to_whom_a_person_would_write(
    standing: tuple[Standing, ...], settings: config.Settings, school: Path
) -> None:
    boxes = {
        each.student.id: {box.address for box in letterboxes(each.student, settings.letters, b"a secret")[0]}
        for each in standing
        if each.missing
    }
    assert {student: addresses for student, addresses in boxes.items() if addresses} == expected_recipients(school)
    assert sum(each.on_track for each in standing) == 59


def test_each_mistake_in_the_sheet_is_told_with_its_cell(gradebook: Gradebook) -> None:
    assert [str(problem.place) for problem in gradebook.problems] == [
        "Marks!D9",
        "Marks!T18",
        "Marks!I26",
        "Marks!E55",
        "Marks!V60",
    ]


def test_every_assignment_has_help_to_point_at(gradebook: Gradebook) -> None:
    assert {title for title, _ in gradebook.links} == {assignment.id for assignment in gradebook.assignments}
