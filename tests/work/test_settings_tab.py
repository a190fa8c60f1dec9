"""The tab `Mastery Settings`: what a sync makes, keeps and puts back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gspread.utils import ValueRenderOption
from settingstab import EVERYTHING, Json, Panel, title

from sheets_mastery.config import Meaning
from sheets_mastery.doctor import examine
from sheets_mastery.panel import SETTINGS_ID, SETTINGS_TITLE, Choice
from sheets_mastery.presets import PRESETS

if TYPE_CHECKING:
    from tests.work.conftest import Class


# A first sync


def test_the_first_sync_makes_the_tab_right_of_mastery_with_what_is_in_force(panel: Panel) -> None:
    assert [title(sheet) for sheet in panel.school.school.document()["sheets"]] == [
        "Marks", "Mastery", SETTINGS_TITLE, "Mastery Mail",
    ]  # fmt: skip
    rows = panel.rows()
    assert {label: cells[1] for label, cells in rows.items() if not label.startswith("Code: ") and cells[1]} == {
        "Write to nobody": "no",
        "Level: 76": "76 %",
        "Level: 86": "86 %",
        "Level: 93": "93 %",
        "Grace days": "1",
        "Grace days when absent": "7",
        "Graded share": "50 %",
        "Rounding": "none",
        "Highest percent": "150 %",
        "Hold hours": "0",
        "Quiet hours": "0",
        "Marking share": "0 %",
        "Letter hours": "07:00-18:00",
        "Letters lapse after": "5",
        "Letters to students": "no",
        "Marks in letters": "yes",
        "Language": "English",
        "School hours": "07:00-18:00",
        "School days": "Mon, Tue, Wed, Thu, Fri",
        "Holidays": "–",
        **{
            f"Help {number}{part}": said
            for number, help_, days in (
                (1, "video", "5"),
                (2, "practice", "5"),
                (3, "peer tutoring", "5"),
                (4, "small group", "7"),
                (5, "one-to-one", "7"),
                (6, "–", "–"),
            )
            for part, said in (("", help_), (": days", days), (": link", "–"))
        },
        "Wide gap": "20",
        "Help when not handed in": "class time",
        "Help when not handed in: days": "5",
        "Help when not handed in: link": "–",
        "Letter mode": "send",
        "Codes as in": "–",
    }
    assert {cells[0] for cells in rows.values()} == {""}
    assert panel.troubles() == {}
    assert rows["Code: M"] == ("", "not in", "3 times in the marks, first: Marks!H5.", "")
    assert rows["Code: EX"] == ("", "excused", "Not in the marks just now.", "")


def test_a_second_sync_reads_once_and_writes_nothing(panel: Panel) -> None:
    before = panel.school.school.document(EVERYTHING)
    panel.school.school.sheet_requests()
    plan = panel.school.sync()
    seen = [each["method"] for each in panel.school.school.sheet_requests()]
    assert (seen, plan.changes_anything) == (["GET"], False)
    assert panel.school.school.document(EVERYTHING) == before


def test_drop_downs_and_boxes_are_really_there(panel: Panel) -> None:
    document = panel.school.school.document(
        "sheets(properties.title,data.rowData.values(formattedValue,dataValidation))"
    )
    (sheet,) = (each for each in document["sheets"] if title(each) == SETTINGS_TITLE)
    rules: dict[str, Json] = {}
    for row in sheet["data"][0]["rowData"]:
        cells = row.get("values", [])
        if len(cells) > 1 and "dataValidation" in cells[1]:
            rules[cells[0]["formattedValue"]] = cells[1]["dataValidation"]
    boxes = {label for label, rule in rules.items() if rule["condition"]["type"] == "BOOLEAN"}
    lists = {
        label: [each["userEnteredValue"] for each in rule["condition"]["values"]]
        for label, rule in rules.items()
        if rule["condition"]["type"] == "ONE_OF_LIST" and rule["showCustomUi"] and rule["strict"]
    }
    assert boxes == {"Write to nobody"}
    assert len(boxes) + len(lists) == len(rules)
    assert lists["Rounding"] == ["none", "whole"]
    assert lists["Language"] == ["English", "Spanish", "French", "Vietnamese", "Chinese", "Arabic"]
    assert lists["Codes as in"] == list(PRESETS)
    assert lists["Code: EX"] == [str(meaning) for meaning in Meaning]
    assert lists["Help 2"][-1] == "no help"


def test_the_tab_has_an_id_of_its_own(panel: Panel) -> None:
    assert panel.sheet.id == SETTINGS_ID


# The teacher's tab


def test_sorted_rows_new_rows_and_remarks_are_survived(panel: Panel) -> None:
    panel.choose("Level: 86", 80)
    sheet = panel.sheet
    sheet.sort((1, "des"), range="A2:G120")
    sheet.insert_row(["", "", "", "", "", "our plan for spring"], 4)
    sheet.insert_cols([[], []], 2)
    sheet.update([["ask Mr. Obi"]], "H9")
    sheet.insert_note("C10", "my note")
    plan = panel.school.sync()
    assert plan.settings.tiers[1].pass_mark == 80
    table = sheet.get_all_values()
    assert next(row for row in table if row[0] == "Level: 86")[3:5] == ["80", "80 %"]
    assert (table[3][7], sheet.acell("H9").value, sheet.get_note("C10")) == (
        "our plan for spring",
        "ask Mr. Obi",
        "my note",
    )
    assert not panel.school.sync().changes_anything


def test_a_row_that_is_deleted_comes_back_with_what_was_in_force(panel: Panel) -> None:
    panel.choose("Grace days", 4)
    panel.choose("Code: M", "excused")
    panel.choose("Rounding", "whole")
    panel.school.sync()
    before = panel.sheet.get_all_values()
    for label in ("Grace days", "Code: M", "Marking", "Rounding"):
        panel.sheet.delete_rows(panel.row(label))
    plan = panel.school.sync()
    assert panel.sheet.get_all_values() == before
    assert (plan.settings.marking.grace_days, plan.facts.choices) == (4, None)
    document = panel.school.school.document(
        "sheets(properties.title,data.rowData.values(formattedValue,dataValidation))"
    )
    (sheet,) = (each for each in document["sheets"] if title(each) == SETTINGS_TITLE)
    cells = sheet["data"][0]["rowData"][panel.row("Rounding") - 1]["values"]
    assert cells[1]["dataValidation"]["condition"]["type"] == "ONE_OF_LIST"
    assert "dataValidation" not in sheet["data"][0]["rowData"][panel.row("Grace days") - 1]["values"][1]


def test_a_tab_that_is_deleted_comes_back_with_what_is_in_force(panel: Panel) -> None:
    panel.choose("Level: 86", "80; quiz 70")
    panel.choose("Write to nobody", True)
    panel.add("Level: Gold", 97)
    panel.school.sync()
    rows = panel.rows()
    panel.school.school.spreadsheet.del_worksheet(panel.sheet)
    plan = panel.school.sync()
    assert [title(sheet) for sheet in panel.school.school.document()["sheets"]] == [
        "Marks", "Mastery", SETTINGS_TITLE, "Mastery Mail",
    ]  # fmt: skip
    assert panel.rows() == rows
    assert plan.settings.letters.stop
    assert plan.facts.choices is None
    assert panel.sheet.get(f"B{panel.row('Write to nobody')}", value_render_option=ValueRenderOption.unformatted) == [
        [True]
    ]
    assert not panel.school.sync().changes_anything


def test_labels_that_are_gone_leave_everything_as_it_is(panel: Panel) -> None:
    panel.choose("Level: 86", 80)
    panel.school.sync()
    panel.sheet.update([["My choice"]], "B1")
    before = panel.sheet.get_all_values()
    plan = panel.school.sync()
    assert plan.settings.tiers[1].pass_mark == 80
    assert panel.sheet.get_all_values() == before
    assert panel.school.school.spreadsheet.worksheet("Mastery Trouble").row_values(2)[0] == "tab Mastery Settings"


def test_a_tab_of_the_teachers_with_this_name_is_never_touched(algebra: Class) -> None:
    theirs = algebra.school.spreadsheet.add_worksheet(SETTINGS_TITLE, 5, 5)
    theirs.update([["Grace days", "10"], ["Homework", "yes"]], "A1")
    plan = algebra.sync()
    assert theirs.get_all_values() == [["Grace days", "10"], ["Homework", "yes"]]
    assert plan.settings.marking.grace_days == 1
    assert [problem.what for problem in plan.problems] == [
        "this tab has the name that this program uses for its settings, but is not of its making, so it is left alone."
    ]
    assert "Mastery" in [title(sheet) for sheet in algebra.school.document()["sheets"]]
    algebra.service.remove(algebra.gradebook)
    assert theirs.get_all_values() == [["Grace days", "10"], ["Homework", "yes"]]


def test_remove_takes_the_tab_out_as_well(panel: Panel) -> None:
    panel.school.service.remove(panel.school.gradebook)
    assert [title(sheet) for sheet in panel.school.school.document()["sheets"]] == ["Marks"]


def test_a_gradebook_may_do_without_the_tab(open_class: Callable[..., Class]) -> None:
    algebra = open_class()
    algebra.sync()
    Panel(algebra).choose("Level: 86", 80)
    algebra.sync()
    algebra.change('flag_column = "Missing"', 'flag_column = "Missing"\nsettings_tab = false')
    plan = algebra.sync()
    assert [title(sheet) for sheet in algebra.school.document()["sheets"]] == ["Marks", "Mastery", "Mastery Mail"]
    assert plan.settings.tiers[1].pass_mark == 86
    assert not algebra.sync().changes_anything


def test_what_was_answered_when_the_gradebook_was_set_up_stands_in_the_new_tab(algebra: Class) -> None:
    algebra.service.ledger.choose(
        algebra.gradebook.name,
        {"marking.grace_days": Choice(label="Grace days", text="3")},
        now=algebra.service.clock(),
    )
    plan = algebra.sync()
    assert plan.settings.marking.grace_days == 3
    assert Panel(algebra).rows()["Grace days"][:2] == ("3", "3")


def test_the_doctor_sees_what_a_sync_would_see(panel: Panel) -> None:
    panel.choose("Level: 86", 80)
    panel.school.sync()
    panel.choose("Level: 86", "eighty")
    found = {check.what: check.said for check in examine(panel.school.school.settings_file, None, {})}
    assert found["gradebook Algebra 1: levels"] == "1 × 76 %, 2 × 80 %, 1 × 93 %"
    row = panel.row("Level: 86")
    assert found[f"gradebook Algebra 1: 'Mastery Settings'!B{row}"].startswith("this choice must be a pass mark")
