"""The sheet as the control panel: what is typed on `Mastery Settings` counts, and a slip there never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from gspread.utils import ValueRenderOption, rowcol_to_a1

from sheets_mastery import desk
from sheets_mastery.config import Meaning
from sheets_mastery.doctor import examine
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.panel import SETTINGS_ID, SETTINGS_LABELS, Choice
from sheets_mastery.plan import Plan
from sheets_mastery.presets import PRESETS
from sheets_mastery.preview import preview

if TYPE_CHECKING:
    from tests.work.conftest import Class

TAB = "Mastery Settings"
Json = dict[str, Any]
EVERYTHING = (
    "properties,sheets(properties,conditionalFormats,"
    "data(rowData(values(userEnteredValue,userEnteredFormat,dataValidation,note))))"
)


class Panel:
    """The tab, as the teacher's hands and eyes have it."""

    def __init__(self, school: Class) -> None:
        self.school = school
        self.sheet = school.school.spreadsheet.worksheet(TAB)

    def rows(self) -> dict[str, tuple[str, str, str, str]]:
        """Label -> what is shown in the other four columns."""
        table = self.sheet.get_all_values()
        assert tuple(table[0][:5]) == SETTINGS_LABELS
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in table[1:] if row[0]}

    def row(self, label: str) -> int:
        """The row of a setting, from 1."""
        return [row[0] for row in self.sheet.get_all_values()].index(label) + 1

    def choose(self, label: str, choice: Any) -> None:
        """Type a choice, as a person does."""
        self.sheet.update([[choice]], f"B{self.row(label)}", raw=False)

    def add(self, label: str, choice: Any) -> None:
        """A new row at the end."""
        self.sheet.update([[label, choice]], f"A{len(self.sheet.get_all_values()) + 1}", raw=False)

    def in_force(self, label: str) -> str:
        return self.rows()[label][1]

    def trouble(self, label: str) -> str:
        return self.rows()[label][3]

    def troubles(self) -> dict[str, str]:
        return {label: cells[3] for label, cells in self.rows().items() if cells[3]}


@pytest.fixture
def panel(algebra: Class) -> Panel:
    """The tab after the first sync."""
    algebra.sync()
    return Panel(algebra)


def verdicts(plan: Plan) -> dict[str, list[str]]:
    return {each.student.id: [str(judged.verdict) for judged in each.judged] for each in plan.standings}


def letters_in_ledger(algebra: Class) -> list[tuple[Any, ...]]:
    notices = algebra.service.ledger.past(algebra.gradebook.name, date(2026, 10, 30)).notices
    return sorted((each.key, each.state, each.episodes, each.not_before, each.version) for each in notices.values())


def title(sheet: Json) -> str:
    found: str = sheet["properties"]["title"]
    return found


# A first sync


def test_the_first_sync_makes_the_tab_right_of_mastery_with_what_is_in_force(panel: Panel) -> None:
    assert [title(sheet) for sheet in panel.school.school.document()["sheets"]] == [
        "Marks", "Mastery", TAB, "Mastery Mail",
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
    (sheet,) = (each for each in document["sheets"] if title(each) == TAB)
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


# What is chosen counts


def test_a_level_counts_from_the_next_sync_on(panel: Panel) -> None:
    panel.choose("Level: 86", "80 %")
    plan = panel.school.sync()
    assert verdicts(plan)["benid8"] == ["missing (not in)", "mastered"]
    assert panel.in_force("Level: 86") == "80 %"
    assert [row[2] for row in panel.school.school.spreadsheet.worksheet("Mastery").get_all_values()] == [
        "Level", "93", "80", "76", "80",
    ]  # fmt: skip
    panel.choose("Level: 86", "")
    assert verdicts(panel.school.sync())["benid8"] == ["missing (not in)", "missing (retake)"]
    assert panel.in_force("Level: 86") == "86 %"


def test_a_new_level_and_one_that_is_taken_away(panel: Panel) -> None:
    panel.add("Level: Gold", 97)
    panel.choose("Level: 76", "off")
    panel.school.type("C4", "Gold")
    plan = panel.school.sync()
    levels = [(tier.name, int(tier.pass_mark)) for tier in plan.settings.tiers]
    assert levels == [("86", 86), ("93", 93), ("Gold", 97)]
    assert [(panel.in_force(f"Level: {name}")) for name in ("76", "Gold")] == ["–", "97 %"]
    assert verdicts(plan)["choid9"] == ["no contract", "no contract"]
    assert plan.standings[0].judged[1].needed == Fraction(97)


def test_a_code_means_what_is_chosen_for_it(panel: Panel) -> None:
    panel.choose("Code: M", "excused")
    plan = panel.school.sync()
    assert [each[0] for each in verdicts(plan).values()] == ["mastered", "excused", "missing (retake)", "excused"]
    assert panel.in_force("Code: M") == "excused"


def test_the_days_of_grace_count(algebra: Class) -> None:
    algebra.type("I6", "")
    algebra.type("I3", "2026-10-27")
    assert verdicts(algebra.sync())["choid9"][1] == "missing (not in)"
    panel = Panel(algebra)
    panel.choose("Grace days", 10)
    assert verdicts(algebra.sync())["choid9"][1] == "pending"
    assert panel.in_force("Grace days") == "10"


def test_the_ladder_of_help_counts_with_its_days_and_its_link(panel: Panel) -> None:
    panel.choose("Help 1", "small group")
    panel.choose("Help 1: days", 2)
    panel.choose("Help 1: link", "https://school.example/rooms")
    panel.school.type("I4", "10.5")
    panel.school.type("I6", "30")
    plan = panel.school.sync()
    (newly,) = plan.owed.newly
    assert (newly.work, newly.help, newly.due) == (
        ("choid9", "essay"),
        "small group".replace(" ", "_"),
        date(2026, 11, 3),
    )
    assert panel.school.deliver()["sent"] == 3
    assert b"https://school.example/rooms" in panel.school.letters()["Cho"]


def test_a_ladder_may_be_cut_short(panel: Panel) -> None:
    panel.choose("Help 3", "no help")
    plan = panel.school.sync()
    assert [rung.help for rung in plan.settings.remediation.ladder] == ["video", "practice"]
    assert [panel.in_force(f"Help {number}") for number in (2, 3, 4)] == ["practice", "–", "–"]


def test_hours_of_holding_count_for_letters_decided_from_then_on(algebra: Class) -> None:
    algebra.change("hold_hours = 0", "hold_hours = 0\nstop = true")
    algebra.sync()
    algebra.change("stop = true", "stop = false")
    Panel(algebra).choose("Hold hours", "18:00")
    algebra.sync()
    assert algebra.deliver() == {}
    assert Panel(algebra).in_force("Hold hours") == "18"
    algebra.at("2026-11-02T16:30")
    assert algebra.deliver() == {"sent": 3}


def test_the_language_and_the_marks_of_letters_are_those_of_the_moment_of_sending(panel: Panel) -> None:
    panel.choose("Language", "Spanish")
    panel.choose("Marks in letters", "no")
    assert panel.school.deliver() == {"sent": 3}
    for letter in panel.school.letters().values():
        assert b"Content-Language: es" in letter
        assert b" %" not in letter


def test_the_brake_holds_for_letters_that_are_on_their_way_and_for_new_ones(panel: Panel) -> None:
    panel.choose("Write to nobody", True)
    assert panel.school.deliver() == {"stopped": 3}
    before = letters_in_ledger(panel.school)
    panel.school.type("I6", "30")
    plan = panel.school.sync()
    assert (len(plan.owed.newly), plan.letters.new, plan.letters.joined) == (1, (), ())
    assert letters_in_ledger(panel.school) == before
    assert panel.in_force("Write to nobody") == "yes"
    assert panel.school.deliver() == {"stopped": 3}
    panel.choose("Write to nobody", False)
    panel.school.sync()
    assert panel.school.deliver() == {"sent": 3}
    assert b"Essay" in panel.school.letters()["Cho"]


def test_letters_wait_for_approval_where_somebody_wants_to_see_them_first(panel: Panel) -> None:
    panel.choose("Letter mode", "review")
    panel.school.sync()
    assert (panel.in_force("Letter mode"), panel.school.deliver()) == ("review", {"waits for approval": 3})
    assert panel.school.letters() == {}


def test_the_older_box_goes_on_meaning_review_where_it_was_ticked_and_the_newer_choice_wins_over_the_file(
    open_class: Callable[..., Class],
) -> None:
    algebra = open_class(mode="")
    ticked = {"letters.approval": Choice(label="Letters wait for approval", text="yes")}
    algebra.service.ledger.choose(algebra.gradebook.name, ticked, now=algebra.service.clock())
    algebra.at("2026-12-01T16:30")
    algebra.sync()
    panel = Panel(algebra)
    assert [panel.in_force(label) for label in ("Letter mode", "Letters wait for approval")] == ["review", "yes"]
    panel.choose("Letters wait for approval", False)
    algebra.change("hold_hours = 0", "hold_hours = 0\napproval = true")
    panel.choose("Letter mode", "send")
    algebra.sync()
    assert (panel.in_force("Letter mode"), algebra.deliver()) == ("send", {"sent": 3})
    panel.choose("Letter mode", "drafts")
    assert panel.school.sync().settings.mail_mode == "send"
    assert "goes with transport" in panel.trouble("Letter mode")


def test_of_letters_that_wait_for_approval_the_approved_one_leaves_and_no_other(panel: Panel) -> None:
    school = panel.school
    panel.choose("Letter mode", "Review")
    school.sync()
    keys = sorted(each.key for each in school.service.ledger.waiting(school.gradebook.name))

    desk.decide(school.service, Decision.APPROVE, [keys[0]])

    assert school.deliver() == {"sent": 1, "waits for approval": 2}
    assert [each.key for each in school.service.ledger.in_state(NoticeState.SENT)] == [keys[0]]
    assert school.deliver() == {"waits for approval": 2}


def test_the_desk_and_a_preview_see_what_the_tab_says(panel: Panel) -> None:
    school = panel.school
    marks = school.school.spreadsheet.worksheet("Marks")
    marks.add_cols(1)
    marks.update([["Student Email"], [""], [""], ["ana@school.example"]], rowcol_to_a1(1, marks.col_count))
    panel.choose("Letters to students", "yes")
    panel.choose("Language", "Spanish")
    school.sync()

    page = preview(school.service, school.gradebook, "benid8", guardian=1, language="")
    named = {each.guardian for each in desk.listed(school.service, None, names=True)}

    assert 'lang="es-US"' in page
    assert ("not in the sheet" in named, any(str(each).endswith("<ana@school.example>") for each in named)) == (
        False,
        True,
    )


def test_the_hours_in_which_letters_leave_are_those_of_the_sheet(panel: Panel) -> None:
    panel.choose("Letter hours", "8-9:30 am")
    panel.school.sync()
    assert panel.in_force("Letter hours") == "08:00-09:30"
    panel.school.school.sheet_requests()
    assert panel.school.deliver() == {"outside hours": 3}
    assert panel.school.school.sheet_requests() == []
    panel.school.at("2026-11-02T08:10")
    assert panel.school.deliver() == {"sent": 3}


def test_letters_wait_for_a_sync_when_marks_would_be_judged_by_something_else(panel: Panel) -> None:
    panel.choose("Level: 76", 90)
    assert panel.school.deliver() == {"changed since the last sync": 3}
    assert panel.school.letters() == {}
    panel.school.sync()
    assert panel.school.deliver() == {"sent": 3}


def test_what_is_typed_as_a_person_types_is_understood(panel: Panel) -> None:
    for label, choice in (
        ("Level: 93", "93.5; quiz 90 %; Project: 80"),
        ("Graded share", "75%"),
        ("Highest percent", "120 %"),
        ("School days", "Mon-Thu"),
        ("Holidays", "2026-11-26, 2026-12-21 to 2026-12-23"),
        ("Letters to students", "Yes"),
        ("School hours", "7am – 5:30 pm"),
        ("Language", "es"),
    ):
        panel.choose(label, choice)
    panel.school.sync()
    assert panel.troubles() == {}
    assert {label: panel.in_force(label) for label in ("Level: 93", "Graded share", "Highest percent")} == {
        "Level: 93": "93.5 %; quiz 90 %; Project 80 %",
        "Graded share": "75 %",
        "Highest percent": "120 %",
    }
    rows = panel.rows()
    assert [rows[label][1] for label in ("School days", "Holidays", "Letters to students", "School hours")] == [
        "Mon, Tue, Wed, Thu", "2026-11-26, 2026-12-21 to 2026-12-23", "yes", "07:00-17:30",
    ]  # fmt: skip
    assert rows["Language"][1] == "Spanish"


# Slips

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
        if title(sheet) != TAB:
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
    (sheet,) = (each for each in document["sheets"] if title(each) == TAB)
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
        "Marks", "Mastery", TAB, "Mastery Mail",
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
    theirs = algebra.school.spreadsheet.add_worksheet(TAB, 5, 5)
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


# Codes


def test_an_unknown_code_is_asked_about_once_and_its_answer_counts_at_the_next_sync(algebra: Class) -> None:
    algebra.type("H4", "ABE")
    algebra.type("I4", "abe")
    algebra.type("H6", "8o")
    first = algebra.sync()
    panel = Panel(algebra)
    assert verdicts(first)["anaid7"] == ["check", "check"]
    labels = [row[0] for row in panel.sheet.get_all_values()]
    assert [label for label in labels if label.casefold() == "code: abe"] == ["Code: ABE"]
    assert labels[-1] == "Code: ABE"
    assert panel.rows()["Code: ABE"] == (
        "", "check (not answered)", "2 times in the marks, first: Marks!H4.", "",
    )  # fmt: skip
    assert not algebra.sync().changes_anything
    panel.choose("Code: ABE", "excused")
    assert verdicts(algebra.sync())["anaid7"] == ["excused", "excused"]
    assert panel.in_force("Code: ABE") == "excused"


def test_a_preset_answers_its_codes(algebra: Class) -> None:
    algebra.type("H4", "Ch")
    algebra.type("I4", "X")
    algebra.type("H5", "NHI")
    assert verdicts(algebra.sync())["anaid7"] == ["check", "check"]
    panel = Panel(algebra)
    panel.choose("Codes as in", "Infinite Campus")
    plan = algebra.sync()
    assert verdicts(plan)["anaid7"] == ["missing (not in)", "excused"]
    rows = panel.rows()
    said = {label.removeprefix("Code: "): cells[1] for label, cells in rows.items() if label.startswith("Code: ")}
    assert {code: said[code] for code in PRESETS["Infinite Campus"]} == {
        code: str(meaning) for code, meaning in PRESETS["Infinite Campus"].items()
    }
    assert said["NHI"] == "check (not answered)"
    panel.choose("Code: X", "not in")
    assert verdicts(algebra.sync())["anaid7"] == ["missing (not in)", "missing (not in)"]


# Trouble, and other locales


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


def test_a_document_with_the_decimal_comma_takes_choices_in_its_own_writing(make_school: Callable[..., Any]) -> None:
    rows = [["Student ID", "Student", "Level", "Quiz"], ["Points", "", "", "20"], ["7", "Ada", "86", "17"]]
    school = make_school({"Marks": rows}, locale="de_DE")
    service = school.service()
    book = service.settings.gradebooks[0]
    service.sync(book, "sync")
    sheet = school.spreadsheet.worksheet(TAB)
    labels = [row[0] for row in sheet.get_all_values()]
    sheet.update([["84,5; quiz 80,5"]], f"B{labels.index('Level: 86') + 1}", raw=False)
    sheet.update([["24.12.2026 bis 31.12.2026"]], f"B{labels.index('Holidays') + 1}", raw=False)
    sheet.update([["12,5"]], f"B{labels.index('Hold hours') + 1}", raw=False)
    plan = service.sync(book, "sync")
    assert plan.problems == ()
    table = {row[0]: row[2] for row in sheet.get_all_values()}
    assert [table[label] for label in ("Level: 86", "Holidays", "Hold hours")] == [
        "84.5 %; quiz 80.5 %", "2026-12-24 to 2026-12-31", "12.5",
    ]  # fmt: skip
    assert len(plan.settings.school.holidays) == 8
    school.spreadsheet.del_worksheet(sheet)
    again = service.sync(book, "sync")
    assert (again.settings, again.facts.choices) == (plan.settings, None)
    assert not service.sync(book, "sync").changes_anything


def test_the_tab_has_an_id_of_its_own(panel: Panel) -> None:
    assert panel.sheet.id == SETTINGS_ID
