"""The live rules: a mark takes its colour while the teacher types, and the formula never disagrees with `mastery`."""

from __future__ import annotations

import math
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import librejudge
import pytest
import requests
import shown
from anyclass import AnyClass, any_class
from gspread.utils import rowcol_to_a1
from hypothesis import HealthCheck, Phase, given, settings
from schools import School, gradebook

from sheets_mastery import demo
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.liverules import PALETTE
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.mastery import Verdict
from sheets_mastery.plan import Plan
from sheets_mastery.sync import make_plan
from sheets_mastery.tabs import MASTERY_ID
from sheets_mastery.wiring import Service, packaged

MakeSchool = Callable[..., School]
GUARD = "[guard]\nletters_least = 100000\nletters_share = 1\nverdicts_share = 1\n"
#: What stands above the marks: the maximum, and then days that make a blank one that is not handed in, or not yet.
COLUMNS = {
    "of 50": ("50", "2026-09-18", "2026-09-25"),
    "of 12.5": ("12.5", "2026-09-18", "2026-09-25"),
    "of 1": ("1", "2026-09-18", "2026-09-25"),
    "quiz of 20": ("20", "2026-09-18", "2026-09-25"),
    "in percent": ("100", "2026-09-18", "2026-09-25"),
    "to come": ("50", "2026-12-18", ""),
}


@dataclass(frozen=True, kw_only=True)
class Typing:
    """Something typed over something else, and the verdict whose colour the cell shows at once."""

    column: str
    level: str
    was: str
    typed: str
    #: None for no colour of ours.
    shows: Verdict | None


def typing(column: str, level: str, was: str, typed: str, shows: Verdict | None) -> Typing:
    return Typing(column=column, level=level, was=was, typed=typed, shows=shows)


MASTERED, RETAKE, NOT_IN, EXCUSED = Verdict.MASTERED, Verdict.RETAKE, Verdict.NOT_IN, Verdict.EXCUSED
CHECK, NO_CONTRACT = Verdict.CHECK, Verdict.NO_CONTRACT
ALWAYS = (
    typing("of 50", "86", "", "43", MASTERED),
    typing("of 50", "86", "43", "42.99", RETAKE),
    typing("of 50", "86", "20", "50", MASTERED),
    typing("of 50", "86", "EX", "43", MASTERED),
    typing("of 50", "86", "M", "41", RETAKE),
    typing("of 50", "76", "", "38", MASTERED),
    typing("of 50", "76", "", "37.99", RETAKE),
    typing("of 50", "93", "", "46.5", MASTERED),
    typing("of 50", "93", "46.5", "46.49", RETAKE),
    typing("of 50", "86", "43", "0", RETAKE),
    typing("of 50", "86", "43", "60", MASTERED),
    typing("of 50", "86", "43", "EX", EXCUSED),
    typing("of 50", "86", "20", " excused ", EXCUSED),
    typing("of 50", "86", "", "ex", EXCUSED),
    typing("of 50", "86", "", "", NOT_IN),
    typing("of 50", "86", "M", "M", NOT_IN),
    typing("of 50", "86", "43", "", None),
    typing("of 50", "86", "20", "", None),
    typing("of 50", "86", "EX", "", None),
    typing("of 50", "86", "43", "M", None),
    typing("of 50", "86", "20", "abs", None),
    typing("of 50", "86", "EX", "-", None),
    typing("of 50", "86", "", "abs", NOT_IN),
    typing("of 50", "86", "7/10", "7/10", CHECK),
    typing("of 50", "86", "B+", "B+", CHECK),
    typing("of 50", "", "43", "20", NO_CONTRACT),
    typing("of 50", "", "", "43", NO_CONTRACT),
    typing("of 12.5", "86", "", "10.75", MASTERED),
    typing("of 12.5", "86", "10.75", "10.74", RETAKE),
    typing("of 12.5", "76", "9", "9.5", MASTERED),
    typing("of 1", "86", "1", "1", MASTERED),
    typing("of 1", "86", "1", "0", RETAKE),
    typing("of 1", "86", "1", "0.85", RETAKE),
    typing("of 1", "86", "0.5", "1", MASTERED),
    typing("of 50", "86", "43", "0.5", RETAKE),
    typing("of 50", "86", "90%", "90%", MASTERED),
    typing("of 50", "86", "1", "1", RETAKE),
    typing("in percent", "86", "90%", "85.99%", RETAKE),
    typing("in percent", "86", "20%", "86%", MASTERED),
    typing("in percent", "86", "20%", "86", MASTERED),
    typing("in percent", "86", "90%", "85.99", RETAKE),
    typing("in percent", "86", "20%", "100%", MASTERED),
    typing("in percent", "93", "20%", "0%", RETAKE),
    typing("in percent", "93", "20%", "EX", EXCUSED),
    typing("to come", "86", "", "", None),
    typing("to come", "86", "", "43", MASTERED),
    typing("to come", "86", "", "42.99", RETAKE),
    typing("to come", "86", "M", "43", MASTERED),
    typing("to come", "86", "43", "", None),
)
#: Where quizzes have a bar of their own, and a level is no whole number.
UNUSUAL = (
    typing("quiz of 20", "86.5", "", "16", MASTERED),
    typing("quiz of 20", "86.5", "16", "15.99", RETAKE),
    typing("of 50", "86.5", "", "43.25", MASTERED),
    typing("of 50", "86.5", "", "43.24", RETAKE),
    typing("in percent", "86.5", "90%", "86.49%", RETAKE),
    typing("in percent", "86.5", "20%", "86.5%", MASTERED),
)
#: Where codes say "at the level" and "below it" without a number.
CODED = (
    typing("of 50", "86", "P", "P", MASTERED),
    typing("of 50", "86", "R", "R", RETAKE),
    typing("of 50", "86", "P", "r", RETAKE),
    typing("of 50", "86", "R", "p", MASTERED),
    typing("of 50", "86", "20", "P", MASTERED),
    typing("of 50", "86", "R", "43", MASTERED),
    typing("of 50", "86", "P", "EX", EXCUSED),
    typing("of 50", "86", "EX", "R", RETAKE),
    typing("of 50", "86", "", "P", MASTERED),
    typing("of 50", "86", "P", "-", None),
    typing("of 50", "", "P", "R", NO_CONTRACT),
    typing("of 50", "86", "B+", "P", CHECK),
    typing("in percent", "86", "20%", "P", MASTERED),
    typing("to come", "86", "", "R", RETAKE),
)
UNUSUAL_TIERS = """
[[tiers]]
name = "86.5"
pass_mark = 86.5
by_kind = { quiz = 80 }

[[tiers]]
name = "93"
pass_mark = 93
"""
#: Where percentages are rounded half up to whole ones first.
ROUNDED = (
    typing("of 50", "86", "", "42.75", MASTERED),
    typing("of 50", "86", "43", "42.74", RETAKE),
    typing("in percent", "86", "20%", "85.5%", MASTERED),
    typing("in percent", "86", "90%", "85.49%", RETAKE),
)


def test_a_typed_mark_takes_its_colour_at_once(make_school: MakeSchool) -> None:
    assert_coloured_at_once(make_school, ALWAYS)


def test_a_typed_mark_takes_its_colour_at_once_where_the_decimal_sign_is_a_comma(make_school: MakeSchool) -> None:
    assert_coloured_at_once(make_school, ALWAYS, locale="de_DE")


def test_a_typed_mark_is_held_against_the_bar_of_its_kind_of_work(make_school: MakeSchool) -> None:
    assert_coloured_at_once(make_school, UNUSUAL, more=UNUSUAL_TIERS)
    assert_coloured_at_once(make_school, UNUSUAL, more=UNUSUAL_TIERS, locale="de_DE")


def test_a_typed_mark_is_rounded_where_the_school_rounds(make_school: MakeSchool) -> None:
    assert_coloured_at_once(make_school, ROUNDED, more='[marking]\nrounding = "whole"\n')


def test_a_code_for_below_the_level_takes_its_colour_at_once(make_school: MakeSchool) -> None:
    more = '[marking.codes.other]\nP = "mastered"\nR = "below level"\n'
    assert_coloured_at_once(make_school, CODED, more=more)
    assert_coloured_at_once(make_school, CODED, more=more, locale="de_DE")


def assert_coloured_at_once(
    make_school: MakeSchool, typings: tuple[Typing, ...], *, more: str = "", locale: str = "en_US"
) -> None:
    """One student a typing; all is typed between two syncs, and the colours are looked at before the second one.

    They are looked at again with our rules the other way round: no two of them hold for one cell.
    """
    comma = locale == "de_DE"

    def written(text: str) -> str:
        numeric = text.replace(".", "", 1).rstrip("%").isdigit()
        return text.replace(".", ",") if comma and numeric else text

    columns = list(COLUMNS)
    header = [
        ["Student ID", "Student", "Level", *columns],
        ["Points", "", "", *(written(COLUMNS[each][0]) for each in columns)],
        ["Kind", "", "", *("quiz" if each.startswith("quiz") else "" for each in columns)],
        ["Due", "", "", *(COLUMNS[each][1] for each in columns)],
        ["Graded", "", "", *(COLUMNS[each][2] for each in columns)],
    ]
    students = [
        [
            f"'{number:03d}",
            f"Student {number}",
            written(each.level),
            *(written(each.was) if each.column == column else "" for column in columns),
        ]
        for number, each in enumerate(typings)
    ]
    school = make_school({"Marks": [*header, *students]}, more=GUARD + more, locale=locale)
    percent = columns.index("in percent") + 3
    school.spreadsheet.sheet1.format(
        f"{chr(ord('A') + percent)}6:{chr(ord('A') + percent)}{len(students) + 5}",
        {"numberFormat": {"type": "PERCENT", "pattern": "0.00%"}},
    )
    service = school.service()
    service.sync(gradebook(service), "sync")
    places = {each: (0, row, columns.index(each.column) + 3) for row, each in enumerate(typings, len(header))}
    changes = [
        {"range": rowcol_to_a1(row + 1, column + 1), "values": [[written(each.typed)]]}
        for each, (_, row, column) in places.items()
        if each.typed != each.was
    ]
    school.spreadsheet.sheet1.batch_update(changes, raw=False)
    expected = {each: PALETTE[each.shows].fill if each.shows else "#FFFFFF" for each in typings}
    document = school.document(shown.FIELDS)
    assert {each: shown.fill(shown.cells(document).get(place, {})) for each, place in places.items()} == expected
    rules = range(1, len(shown.our_rules(document["sheets"][0])))
    turned = [{"updateConditionalFormatRule": {"sheetId": 0, "index": index, "newIndex": 0}} for index in rules]
    school.spreadsheet.batch_update({"requests": turned})
    document = school.document(shown.FIELDS)
    assert {each: shown.fill(shown.cells(document).get(place, {})) for each, place in places.items()} == expected


def test_what_is_typed_as_an_id_or_a_title_between_two_syncs_is_no_pattern_for_another_one(
    make_school: MakeSchool,
) -> None:
    rows = [
        ["Student ID", "Level", "Quiz 1", "Quiz 2"],
        ["Points", "", "50", "50"],
        ["101", "86", "43", "20"],
        ["1012", "86", "20", "43"],
    ]
    school = make_school({"Marks": rows}, more=GUARD)
    school.service().sync(gradebook(school.services[0]), "sync")
    school.spreadsheet.sheet1.batch_update(
        [{"range": "C1:D1", "values": [["Quiz ?", "Q*"]]}, {"range": "A3", "values": [["'101?"]]}], raw=False
    )
    cells = shown.cells(school.document(shown.FIELDS))
    assert {shown.fill(cell) for place, cell in cells.items() if place[0] == 0} == {"#FFFFFF"}
    school.spreadsheet.sheet1.update([["Quiz 1", "Quiz 2"]], "C1:D1", raw=False)
    cells = shown.cells(school.document(shown.FIELDS))
    colours = [[shown.fill(cells[0, row, column]) for column in (2, 3)] for row in (2, 3)]
    assert colours == [["#FFFFFF", "#FFFFFF"], [PALETTE[RETAKE].fill, PALETTE[MASTERED].fill]]


@pytest.mark.parametrize("rounding", ["none", "whole"])
def test_the_formula_agrees_with_python_on_thousands_of_scores_around_the_bar(
    make_school: MakeSchool, rounding: str
) -> None:
    """Forty maxima, sixty students, twenty levels; every score is on the student's own bar, or a little beside it."""
    dice = random.Random(20261030)
    maxima = [
        Decimal(each) for each in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "12.5", "256", "1000")
    ]
    maxima += [Decimal(dice.randint(100, 99999)) / 100 for _ in range(27)]
    levels = [Decimal(each) for each in ("76", "86", "93", "100", "50", "66.67", "87.25", "99.99", "33.3333", "85.5")]
    levels += [Decimal(dice.randint(20000, 999999)) / 10000 for _ in range(10)]
    beside = [Decimal(each) for each in ("0", "0.01", "-0.01", "0.0001", "-0.0001", "0.000001", "-0.000001")]
    contracts = [levels[number % len(levels)] for number in range(60)]

    def near(level: Decimal, maximum: Decimal) -> Decimal:
        reached = math.ceil(level) - Decimal("0.5") if rounding == "whole" else level
        return (reached * maximum / 100 + dice.choice(beside)).quantize(Decimal("1e-8"))

    scores = [[near(level, maximum) for maximum in maxima] for level in contracts]
    header = ["Student ID", "Level", *(f"Work {number}" for number in range(len(maxima)))]
    students = [
        [f"'{number}", f"{level:f}", *(f"{score:f}" for score in line)]
        for number, (level, line) in enumerate(zip(contracts, scores, strict=True))
    ]
    tiers = "".join(f'[[tiers]]\nname = "level {each}"\npass_mark = {each}\n' for each in levels)
    school = make_school(
        {"Marks": [header, ["Points", "", *map(str, maxima)], *students]},
        more=f'{GUARD}\n[marking]\nrounding = "{rounding}"\n{tiers}',
    )
    service = school.service()
    plan = service.sync(gradebook(service), "sync")
    cells = shown.cells(school.document(shown.FIELDS))
    seen: Counter[Verdict] = Counter()
    for row, (standing, level, line) in enumerate(zip(plan.standings, contracts, scores, strict=True), 2):
        for column, (judged, maximum, score) in enumerate(zip(standing.judged, maxima, line, strict=True), 2):
            percent = Fraction(score) / Fraction(maximum) * 100
            if rounding == "whole":
                by_hand = math.floor(percent + Fraction(1, 2)) >= level
                margin = abs(percent + Fraction(1, 2) - math.ceil(level))
            else:
                by_hand, margin = percent >= level, abs(percent - Fraction(level))
            # The only tolerance is the ninth decimal of the share, where binary arithmetic stops being exact.
            assert judged.verdict is (MASTERED if by_hand or margin <= Fraction(1, 10**7) / 2 else RETAKE)
            assert shown.fill(cells[0, row, column]) == PALETTE[judged.verdict].fill, (score, maximum, level)
            seen[judged.verdict] += 1
    assert seen.total() == len(contracts) * len(maxima)
    assert min(seen[MASTERED], seen[RETAKE]) > 500


needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


def expected_colours(plan: Plan) -> dict[int, dict[tuple[int, int], str]]:
    """By sheetId, the fill that every judged mark and its word on the `Mastery` tab should have; "" for none."""
    marks: dict[tuple[int, int], str] = {}
    words: dict[tuple[int, int], str] = {}
    for line, standing in enumerate(plan.standings, 1):
        for number, (assignment, judged) in enumerate(zip(plan.gradebook.assignments, standing.judged, strict=True)):
            colour = PALETTE[judged.verdict].fill if judged.verdict in PALETTE else ""
            marks[standing.student.row, assignment.column] = words[line, number + 4] = colour
    return {plan.gradebook.tabs[0].sheet_id: marks, MASTERY_ID: words}


def assert_libreoffice_agrees(sheets: list[tuple[dict[str, Any], Plan]], folder: Path) -> None:
    """LibreOffice, given values and rules, fills every judged mark and every word as its verdict asks."""
    paths = [folder / f"{number}.xlsx" for number in range(len(sheets))]
    for path, (document, _) in zip(paths, sheets, strict=True):
        librejudge.written(document, path)
    program = shutil.which("soffice")
    assert program is not None
    for filled, (document, plan) in zip(librejudge.colours(program, paths, folder), sheets, strict=True):
        for sheet_id, expected in expected_colours(plan).items():
            title = next(
                sheet["properties"]["title"]
                for sheet in document["sheets"]
                if sheet["properties"]["sheetId"] == sheet_id
            )
            assert {place: filled[title].get(place, "") for place in expected} == expected


@needs_libreoffice
def test_libreoffice_gives_the_demo_school_the_same_colours(google: LocalGoogle, tmp_path: Path) -> None:
    files = packaged("demo")
    spreadsheet = demo.fill(google.url, files)
    toml = tmp_path / "mastery.toml"
    toml.write_text(files["mastery.toml"].replace(demo.SPREADSHEET, spreadsheet), "utf-8")
    service = Service.load(toml, {}, clock=lambda: datetime.now(UTC), endpoint=google.url)
    service.pretend(demo.NOW)
    only = gradebook(service)
    plan, _ = make_plan(service.sheets, service.ledger, service.settings, only, service.clock())
    service.sync(only, "apply", approved=plan.fingerprint)
    with requests.get(
        f"{google.url}/v4/spreadsheets/{spreadsheet}",
        params={"fields": shown.FIELDS},
        headers={"Authorization": f"Bearer {LocalCredentials().token}"},
        timeout=60,
    ) as answer:
        document = answer.json()
    service.close()
    assert_libreoffice_agrees([(document, plan)], tmp_path)


@needs_libreoffice
def test_libreoffice_gives_any_class_the_same_colours(make_school: MakeSchool, tmp_path: Path) -> None:
    sheets: list[tuple[dict[str, Any], Plan]] = []

    @settings(
        max_examples=10,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(any_one=any_class(locales=("en_US", "en_GB")))
    def draw(any_one: AnyClass) -> None:
        school = make_school(any_one.tabs, gradebook=any_one.gradebook, more=any_one.more, locale=any_one.locale)
        service = school.service()
        plan = service.sync(gradebook(service), "sync")
        sheets.append((school.document(shown.FIELDS), plan))
        service.close()

    draw()
    assert_libreoffice_agrees(sheets, tmp_path)
