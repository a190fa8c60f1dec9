"""A slip on `Mastery Settings` never counts, and is said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from settingstab import EVERYTHING, Json, Panel, letters_in_ledger, title

from sheets_mastery.config import Meaning
from sheets_mastery.mastery import Verdict
from sheets_mastery.panel import SETTINGS_TITLE

if TYPE_CHECKING:
    from tests.work.conftest import Class


SLIPS = [
    ("Level: 86", "abc", 'must be a pass mark in percent such as 86, "86; quiz 80" or "off"'),
    ("Level: 86", 0.5, "is in percent; write 86 for 86 %, not 0.5"),
    ("Level: 86", 120, "must be less than or equal to 100; it is 120"),
    ("Level: 86", 93, "tiers: two levels have the pass mark 93"),
    ("Grace days", "soon", "must be a whole number"),
    ("Grace days", 1.5, "must be a whole number"),
    ("Grace days", 99, "must be less than or equal to 60; it is 99"),
    ("Graded share", "-3", "must be greater than or equal to 0; it is -3"),
    ("Rounding", "up", "must be “none” or “whole”"),
    ("Hold hours", "a while", "must be a number"),
    ("Letter hours", "7-18", 'is no span of the day; write it like "07:30-18:00"'),
    ("Letter hours", "18:00-07:00", "ends before it starts"),
    ("Letters lapse after", 0, "must be greater than or equal to 1; it is 0"),
    ("Letters to students", "perhaps", "must be yes or no"),
    (
        "Language",
        "Klingon!",
        "must be “English”, “Spanish”, “French”, “Vietnamese”, “Chinese” or “Arabic”",
    ),
    ("School days", "Someday", 'must be days such as "Mon, Tue, Wed" or "Mon-Fri"'),
    ("Holidays", "never", 'must be days such as "2026-11-26, 2026-12-21 to 2027-01-01"'),
    ("Help 1: link", "our room", "must be a whole web address, with https:// in front"),
    ("Wide gap", "=1/0", "the formula here shows an error"),
    ("Write to nobody", "maybe", "must be ticked or not"),
    (
        "Code: M",
        "who knows",
        f"must be {', '.join(f'“{meaning}”' for meaning in list(Meaning)[:-1])} or “nothing”",
    ),
    ("Codes as in", "Gradebook Pro", None),
]


@pytest.mark.parametrize(("label", "choice", "why"), SLIPS)
def test_a_slip_is_said_beside_it_and_changes_nothing_else(
    panel: Panel, label: str, choice: Any, why: str | None
) -> None:
    """Good choices that come with it wait, too: nobody is written to because of what came with a slip."""
    school = panel.school
    school.type("I6", "41")
    panel.choose("Grace days when absent", 3)
    school.sync()
    letters, before = letters_in_ledger(school), school.school.document(EVERYTHING)
    panel.choose("Level: 76", 90)
    panel.choose(label, choice)
    row, other = panel.row(label), panel.row("Level: 76")
    plan = school.sync()
    said = panel.troubles()
    if why is not None:
        assert said[label] == (
            f"'Mastery Settings'!B{row}: this choice {why.removeprefix('this choice ')}. "
            "What is in force stays so: mend the choice, or empty the cell."
        )
    assert set(said) == {label, "Level: 76"}
    assert said["Level: 76"] == f"'Mastery Settings'!B{other}: this counts as soon as B{row} is mended."
    assert [str(each.place) for each in plan.problems] == [f"'Mastery Settings'!B{row}"]
    assert (plan.facts.verdicts, plan.facts.choices, plan.letters.new, plan.letters.joined) == ((), None, (), ())
    assert letters_in_ledger(school) == letters
    assert without(school.school.document(EVERYTHING), {row, other}) == without(before, {row, other})
    assert panel.in_force("Grace days when absent") == "3"
    panel.choose(label, "")
    plan = school.sync()
    assert (panel.troubles(), panel.in_force("Level: 76")) == ({}, "90 %")
    assert [change.after for change in plan.facts.verdicts] == [Verdict.RETAKE]


def without(document: Json, rows: set[int]) -> Json:
    """The document without what stands in the columns Your choice and Trouble of some rows, and where data ends."""
    for sheet in document["sheets"]:
        if title(sheet) != SETTINGS_TITLE:
            continue
        for row in rows:
            cells = sheet["data"][0]["rowData"][row - 1]["values"]
            for column in (1, 4):
                if column < len(cells):
                    cells[column].pop("userEnteredValue", None)
                    cells[column].get("userEnteredFormat", {}).pop("numberFormat", None)
    return document


def test_the_brake_counts_even_beside_a_slip(panel: Panel) -> None:
    panel.choose("Grace days", "soon")
    panel.choose("Write to nobody", True)
    assert panel.school.deliver() == {"stopped": 3}
    panel.school.sync()
    assert panel.in_force("Write to nobody") == "yes"
    panel.choose("Write to nobody", "maybe")
    panel.school.sync()
    assert panel.in_force("Write to nobody") == "yes"
    panel.choose("Write to nobody", False)
    panel.school.sync()
    assert (panel.in_force("Write to nobody"), set(panel.troubles())) == ("no", {"Grace days"})


def test_the_last_good_value_outlives_the_program(panel: Panel) -> None:
    panel.choose("Level: 86", 80)
    panel.school.sync()
    panel.choose("Level: 86", "eighty")
    panel.school.change("hold_hours = 0", "hold_hours = 0.0")
    plan = panel.school.sync()
    assert [tier.pass_mark for tier in plan.settings.tiers] == [76, 80, 93]
    assert panel.in_force("Level: 86") == "80 %"


def test_a_label_that_is_not_known_is_said_and_holds_nothing_up(panel: Panel) -> None:
    panel.add("Grace", 3)
    row = panel.row("Grace")
    panel.choose("Grace days", 4)
    panel.school.sync()
    assert panel.troubles() == {
        "Grace": f"'Mastery Settings'!B{row}: there is no setting called “Grace”. Correct the label, or move your "
        "remark to the right; a level's row begins with “Level:”, a code's with “Code:”."
    }
    assert panel.in_force("Grace days") == "4"
    panel.choose("Grace", "")
    panel.school.sync()
    assert panel.troubles() == {}


def test_a_setting_that_is_there_twice_counts_only_where_both_agree(panel: Panel) -> None:
    panel.choose("Grace days", 4)
    panel.add("Grace days", 4)
    assert panel.school.sync().settings.marking.grace_days == 4
    panel.sheet.update([[5]], f"B{len(panel.sheet.get_all_values())}")
    plan = panel.school.sync()
    assert plan.settings.marking.grace_days == 4
    assert [problem.what for problem in plan.problems] == [
        (
            "this choice is not alone: more than one row is called “Grace days”; keep one of them; until it is mended, "
            "what is in force stays in force."
        )
    ] * 2


def test_each_trouble_leads_to_its_cell(algebra: Class) -> None:
    algebra.type("H4", "8o")
    algebra.sync()
    document = algebra.school.document(
        "sheets(properties(title,sheetId),data.rowData.values(userEnteredValue,userEnteredFormat.textFormat.link,hyperlink))"
    )
    (sheet,) = (each for each in document["sheets"] if title(each) == "Mastery Trouble")
    marks = algebra.school.spreadsheet.worksheet("Marks")
    where, seen, *_ = sheet["data"][0]["rowData"][1]["values"]
    assert where["userEnteredValue"] == {"stringValue": "Marks!H4"}
    assert where["userEnteredFormat"]["textFormat"]["link"] == {"uri": f"#gid={marks.id}&range=H4"}
    assert seen["userEnteredValue"] == {"stringValue": "8o"}
    algebra.type("H4", "18")
    algebra.sync()
    document = algebra.school.document(
        "sheets(properties.title,data.rowData.values(userEnteredFormat.textFormat.link))"
    )
    assert "gid" not in str(document)
