"""What is chosen on `Mastery Settings` counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gspread.utils import rowcol_to_a1
from settingstab import Panel, letters_in_ledger, verdicts

from sheets_mastery import desk
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.panel import SETTINGS_TITLE, Choice
from sheets_mastery.presets import PRESETS
from sheets_mastery.preview import preview

if TYPE_CHECKING:
    from tests.work.conftest import Class


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


def test_a_document_with_the_decimal_comma_takes_choices_in_its_own_writing(make_school: Callable[..., Any]) -> None:
    rows = [["Student ID", "Student", "Level", "Quiz"], ["Points", "", "", "20"], ["7", "Ada", "86", "17"]]
    school = make_school({"Marks": rows}, locale="de_DE")
    service = school.service()
    book = service.settings.gradebooks[0]
    service.sync(book, "sync")
    sheet = school.spreadsheet.worksheet(SETTINGS_TITLE)
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
