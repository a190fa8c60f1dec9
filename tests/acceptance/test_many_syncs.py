"""A whole school year of syncs, and the way out: what is ours never piles up, and all of it can be taken away again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import shown
from anyclass import AnyClass, any_class, area, insertion
from hypothesis import HealthCheck, given, settings
from schools import School, gradebook

from sheets_mastery.liverules import PALETTE
from sheets_mastery.tabs import MASTERY_ID

MakeSchool = Callable[..., School]
GUARD = "[guard]\nletters_least = 1000\nletters_share = 1\nverdicts_share = 1\nstudents_share = 1\nnames_share = 1\n"
# Renamed and deleted columns are what this is about.
GUARD += "layout = false\n"
MARKS = [
    ["Student ID", "Student", "Level", "Quiz 1", "Quiz 2", "Essay"],
    ["Points", "", "", "50", "20", "12.5"],
    ["Due", "", "", "2026-09-18", "2026-09-25", "2026-12-01"],
    ["'0101", "Ana Díaz", "86", "43", "17", ""],
    ["'0102", "Bo Kim", "93", "20", "EX", "12"],
    ["'0103", "=Cy", "76", "", "16", ""],
    ["'0104", "Di O'Neil", "", "50", "M", "1"],
]
FIRST, WIDTH = 3, 6


def rule(where: dict[str, Any], formula: str, index: int = 0) -> dict[str, Any]:
    """A request for a rule like those that a teacher makes."""
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    look = {"backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0.9}}}
    boolean = {"condition": condition, "format": look}
    return {"addConditionalFormatRule": {"index": index, "rule": {"ranges": [where], "booleanRule": boolean}}}


def gradient(where: dict[str, Any]) -> dict[str, Any]:
    points = {
        "minpoint": {"type": "MIN", "colorStyle": {"rgbColor": {"red": 1}}},
        "maxpoint": {"type": "MAX", "colorStyle": {"rgbColor": {"green": 1}}},
    }
    return {"addConditionalFormatRule": {"index": 0, "rule": {"ranges": [where], "gradientRule": points}}}


def test_five_hundred_syncs_leave_our_rules_once_and_the_teachers_own_as_they_were(make_school: MakeSchool) -> None:
    """A mark changes before every sync; now and then the teacher sorts, pastes, inserts, or a paste doubles our rules.

    A twin that is never synced gets the same edits, and shows at the end what the document would be without us.
    """
    dice = random.Random(500)
    school = make_school({"Marks": MARKS}, more=GUARD)
    block = area(FIRST, len(MARKS), 3, WIDTH)
    school.spreadsheet.batch_update(
        {"requests": [rule(block, '=D4="EX"'), gradient(area(FIRST, len(MARKS), 3, 4)), rule(block, "=LEN(D4)>3")]}
    )
    school.spreadsheet.sheet1.insert_note("D4", "ask mum")
    twin = school.post(f"/drive/v3/files/{school.spreadsheet.id}/copy", {"name": "Algebra 1"})["id"]

    def move(*moves: dict[str, Any]) -> None:
        for spreadsheet in (school.spreadsheet.id, twin):
            school.post(f"/v4/spreadsheets/{spreadsheet}:batchUpdate", {"requests": list(moves)})

    service = school.service()
    only = gradebook(service)
    service.sync(only, "sync")
    rules = our_rules(school)
    end = len(MARKS)
    changed = 0
    for number in range(500):
        row, column = dice.randrange(FIRST, end), dice.randrange(3, WIDTH)
        typed = dice.choice([{"numberValue": dice.randrange(0, 50)}, {"stringValue": "EX"}, {"stringValue": "M"}, {}])
        moves: list[dict[str, Any]] = [
            {
                "updateCells": {
                    "start": {"sheetId": 0, "rowIndex": row, "columnIndex": column},
                    "rows": [{"values": [{"userEnteredValue": typed}]}],
                    "fields": "userEnteredValue",
                }
            }
        ]
        if number % 10 == 3:
            source = area(row, row + 1, column, column + 1)
            down, right = dice.randrange(FIRST, end), dice.randrange(3, WIDTH)
            target = area(down, down + 1, right, right + 1)
            moves.append({"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}})
        if number % 10 == 6:
            order = {"dimensionIndex": dice.randrange(WIDTH), "sortOrder": dice.choice(["ASCENDING", "DESCENDING"])}
            moves.append({"sortRange": {"range": area(FIRST, end, 0, WIDTH), "sortSpecs": [order]}})
        if number % 100 == 50:
            moves.append(insertion("ROWS", dice.randrange(FIRST + 1, end), inherit=True))
            end += 1
        move(*moves)
        if number % 50 == 25:
            # What a paste inside a formatted range does in some programs: a rule once more, among the teacher's.
            doubled = dice.sample(rules, 3)
            school.spreadsheet.batch_update(
                {
                    "requests": [
                        {"addConditionalFormatRule": {"index": dice.randrange(9), "rule": each}} for each in doubled
                    ]
                }
            )
        changed += service.sync(only, "sync").changes_anything
    assert changed > 200  # the others changed a mark and no verdict
    assert service.sync(only, "sync").changes_anything is False
    document = school.document(shown.FIELDS)
    marks, mastery = (
        next(sheet for sheet in document["sheets"] if sheet["properties"]["sheetId"] == sheet_id)
        for sheet_id in (0, MASTERY_ID)
    )
    assert shown.our_rules(marks) == list(range(len(PALETTE)))
    assert shown.our_rules(mastery) == list(range(len(PALETTE) + 1))
    block_now = {(0, row, column) for row in range(FIRST, end) for column in range(3, WIDTH)}
    untouched = school.get(f"/v4/spreadsheets/{twin}", fields=shown.FIELDS)
    assert shown.teachers(document, block_now) == shown.teachers(untouched, block_now)
    assert len(untouched["sheets"][0]["conditionalFormats"]) == 3


@settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(any_one=any_class())
def test_remove_gives_back_the_document_as_it_was(make_school: MakeSchool, any_one: AnyClass) -> None:
    """Every tab as `includeGridData` tells it, formats as they show included."""
    school = make_school(any_one.tabs, gradebook=any_one.gradebook, more=any_one.more, locale=any_one.locale)
    if any_one.dressing:
        school.spreadsheet.batch_update({"requests": list(any_one.dressing)})
    before = school.document()
    service = school.service()
    service.sync(gradebook(service), "sync")
    assert school.document() != before
    service.remove(gradebook(service))
    assert school.document() == before
    service.close()


def test_remove_takes_the_titles_out_of_the_flag_column_and_leaves_what_the_teacher_wrote_there(
    make_school: MakeSchool,
) -> None:
    flags = ["Missing", "", "", "", "", "see me", ""]
    rows = [[*line, flag] for line, flag in zip(MARKS, flags, strict=True)]
    school = make_school({"Marks": rows}, gradebook='flag_column = "Missing"', more=GUARD)
    before = school.document()
    service = school.service()
    service.sync(gradebook(service), "sync")
    column = school.spreadsheet.sheet1.col_values(7)
    assert column == ["Missing", "", "", "missing: Quiz 2", "missing: Quiz 1", "see me"]
    service.remove(gradebook(service))
    assert school.document() == before
    assert service.remove(gradebook(service)) == 0


def our_rules(school: School) -> list[dict[str, Any]]:
    """The rules of ours on the tab with the marks."""
    marks = school.document(shown.FIELDS)["sheets"][0]
    return [marks["conditionalFormats"][index] for index in shown.our_rules(marks)]
