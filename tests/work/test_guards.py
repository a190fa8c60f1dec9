"""What the guard lets through and what it asks about, over days, with the real ledger and sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from gspread.utils import ValueInputOption

from sheets_mastery.errors import WaitingForPerson
from sheets_mastery.status import report
from sheets_mastery.sync import make_plan

if TYPE_CHECKING:
    from tests.work.conftest import Class

HEAD = ("Student ID", "Student", "Level", "Guardian Email", "Missing", "Quiz", "Essay")
MANY = (
    HEAD,
    ("Points", "", "", "", "", "20", "50"),
    ("Due", "", "", "", "", "2026-10-09", "2026-10-16"),
    *((f"id{each:03}", f"Student {each}", "86", f"g{each}@example.org", "", "20", "") for each in range(12)),
)


@pytest.fixture
def twelve(open_class: Callable[..., Class]) -> Class:
    """A class of twelve who owe nothing, on a Tuesday morning; letters are held until the next day."""
    found = open_class(MANY)
    found.change("hold_hours = 0", "hold_hours = 18")
    found.at("2026-10-27T10:00")
    return found


def fall_short(school: Class, students: range, column: str = "F") -> None:
    """The teacher types marks below the level."""
    area = f"{column}{4 + students.start}:{column}{3 + students.stop}"
    school.school.spreadsheet.worksheet("Marks").update([["5"]] * len(students), area, raw=False)


def objection(school: Class) -> str:
    """What a sync asks a person; "" where it asks nothing."""
    try:
        school.sync()
    except WaitingForPerson as waiting:
        return str(waiting).partition(". Look with")[0]
    return ""


def approve(school: Class) -> None:
    """A person reads the plan and lets it through."""
    service = school.service
    plan, _ = make_plan(service.sheets, service.ledger, service.settings, school.gradebook, service.clock())
    service.sync(school.gradebook, "apply", approved=plan.fingerprint)


def test_a_wrong_column_that_is_typed_in_hour_by_hour_is_asked_about(twelve: Class) -> None:
    assert objection(twelve) == ""
    fall_short(twelve, range(3))
    assert objection(twelve) == ""
    twelve.at("2026-10-27T11:00")
    fall_short(twelve, range(3, 6))
    assert objection(twelve) == "letters would be written about 6 of 12 students in one day, by several syncs"
    approve(twelve)
    # It was looked at, and those who are written about already may be written about once more.
    twelve.at("2026-10-27T12:00")
    fall_short(twelve, range(2), "G")
    fall_short(twelve, range(6, 8))
    assert objection(twelve) == ""
    twelve.at("2026-10-27T13:00")
    fall_short(twelve, range(8, 10))
    assert objection(twelve) == (
        "letters would be written about 6 of 12 students in one day since a plan was approved, by several syncs"
    )
    twelve.at("2026-10-28T08:00")
    assert objection(twelve) == ""


def test_weekly_letters_are_asked_about_when_their_work_is_seen_and_not_every_week(twelve: Class) -> None:
    twelve.change("hold_hours = 18", 'hold_hours = 18\nfrequency = "weekly"')
    assert objection(twelve) == ""
    twelve.at("2026-10-27T11:00")
    fall_short(twelve, range(6))
    assert objection(twelve) == "letters would be written about 6 of 12 students at once"
    approve(twelve)
    for thursday, friday in (("2026-10-29", "2026-10-30"), ("2026-11-05", "2026-11-06")):
        twelve.at(f"{thursday}T14:00")
        assert objection(twelve) == ""
        twelve.at(f"{friday}T10:00")
        assert twelve.deliver() == {"sent": 6}


def test_a_week_whose_letters_no_sync_decided_about_is_said(twelve: Class) -> None:
    twelve.change("hold_hours = 18", 'hold_hours = 18\nfrequency = "weekly"')
    fall_short(twelve, range(2))
    assert objection(twelve) == ""
    twelve.at("2026-11-02T10:00")
    assert objection(twelve) == ""
    (sentence,) = report(twelve.service, None).failed
    assert sentence == (
        "Algebra 1: 2 weekly letters were not written, because no sync was done in time; what they would have said is "
        "in next week's"
    )
    twelve.at("2026-11-05T14:00")
    assert objection(twelve) == ""
    assert report(twelve.service, None).failed == ()
    twelve.at("2026-11-06T10:00")
    assert twelve.deliver() == {"sent": 2}


def test_a_mark_cleared_for_a_day_and_a_row_cut_for_a_day_are_told_once(algebra: Class) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    marks = algebra.school.spreadsheet.worksheet("Marks")
    cho = marks.row_values(6)
    algebra.at("2026-11-02T10:00")
    algebra.type("I4", "EX")
    marks.delete_rows(6)
    assert len(algebra.sync().owed.ended) == 2
    algebra.at("2026-11-03T10:00")
    algebra.type("I4", "41.25")
    marks.insert_row(cho, 6, value_input_option=ValueInputOption.user_entered)
    plan = algebra.sync()
    assert (plan.objections, plan.facts.new_notices) == ((), ())
    assert [each.work for each in plan.owed.moved_on] == [("anaid7", "essay"), ("choid9", "quiz")]
    assert algebra.deliver() == {}
    # It is as open as it was: after a fortnight it is spoken of again.
    algebra.at("2026-11-13T10:00")
    assert {(each.kind, each.student) for each in algebra.sync().facts.new_notices} >= {
        ("reminder", "anaid7"),
        ("reminder", "choid9"),
    }


def test_a_mark_at_the_edge_of_its_level_is_told_again_only_to_who_has_read_that_it_was_made_good(
    algebra: Class,
) -> None:
    algebra.change("hold_hours = 0", "hold_hours = 18")
    algebra.sync()
    algebra.at("2026-11-02T12:00")
    assert algebra.deliver() == {"sent": 3}
    algebra.type("I4", "46.5")
    assert [each.kind for each in algebra.sync().facts.new_notices if each.student] == ["made_good"]
    algebra.at("2026-11-02T15:00")
    algebra.type("I4", "46.4")
    plan = algebra.sync()
    assert ([each for each in plan.facts.new_notices if each.student], len(plan.facts.withdrawn)) == ([], 1)
    algebra.type("I4", "46.5")
    algebra.sync()
    algebra.at("2026-11-05T10:00")
    assert algebra.deliver() == {"sent": 1}
    algebra.type("I4", "46.4")
    assert [each.kind for each in algebra.sync().facts.new_notices if each.student] == ["missing"]


def test_a_gradebook_that_gets_another_name_tells_nobody_anything_twice(algebra: Class) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.change('name = "Algebra 1"', 'name = "Algebra I"')
    assert objection(algebra).startswith("this spreadsheet is known, and nothing is known of a gradebook of this name")
    assert algebra.deliver() == {}
    algebra.change('name = "Algebra I"', 'name = "Algebra 1"')
    assert (objection(algebra), algebra.deliver()) == ("", {})


def test_a_corrected_id_is_asked_about_and_an_address_that_came_with_it_once_more(algebra: Class) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at("2026-11-02T10:00")
    algebra.type("A4", "anaid1")
    algebra.type("E4", "other@example.org")
    assert objection(algebra) == (
        "beside Marks!B4 stands another id than before, and with another id it is another student: "
        "the family would be told once more of all that is open. Put the old id back, if you can"
    )
    approve(algebra)
    assert algebra.deliver() == {}
    algebra.at("2026-11-03T11:00")
    assert algebra.deliver() == {"waits for approval": 1}
