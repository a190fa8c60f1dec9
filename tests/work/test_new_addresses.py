"""Guardians' addresses that come to stand beside a student: a day in which somebody may notice, and a person's yes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from sheets_mastery import desk
from sheets_mastery.errors import WaitingForPerson
from sheets_mastery.notices import Decision, NoticeState
from sheets_mastery.status import report

if TYPE_CHECKING:
    from tests.work.conftest import Class

BENS = "E5"
ASKED = "new address: waits until 2026-11-03 10:00 and for approval"
MONDAY, TUESDAY = "2026-11-02T10:00", "2026-11-03T10:00"


def changed(algebra: Class) -> str:
    """A class whose first letters have left, with another address beside Ben since Monday; the key of his letter."""
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    algebra.type(BENS, "friend@example.org")
    algebra.sync()
    (letter,) = desk.listed(algebra.service, None, names=False)
    return letter.key


def test_a_changed_address_is_left_alone_for_a_day_and_asked_about(algebra: Class) -> None:
    key = changed(algebra)
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert (letter.state, letter.why, letter.leaves) == (
        "hold",
        ASKED,
        "when it is approved; given up 2026-11-10 10:00",
    )
    trouble = algebra.school.spreadsheet.worksheet("Mastery Trouble").get_all_values()
    said = "was not here, or was not to be written to, before (waits until 2026-11-03 10:00 and for approval)."
    assert [row[0] for row in trouble if said in " ".join(row)] == ["Marks!E5"]
    algebra.at("2026-11-03T09:59")
    assert algebra.deliver() == {}
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"waits for approval": 1}
    assert report(algebra.service, None).to_approve == (
        "Algebra 1: 1 on the tab Mastery Mail, or with `outbox approve`",
    )
    desk.decide(algebra.service, Decision.APPROVE, [key])
    assert algebra.deliver() == {"sent": 1}
    assert sum(b"friend@example.org" in path.read_bytes() for path in algebra.school.letters()) == 1
    # The address is known from now on: its next letter asks nobody, and the trouble is over.
    algebra.at("2026-11-04T10:00")
    algebra.type("I5", "10")
    algebra.type("H5", "1")
    plan = algebra.sync()
    assert [str(each) for each in plan.problems if "this address" in each.what] == []


def test_a_yes_ends_the_asking_and_not_the_day(algebra: Class) -> None:
    key = changed(algebra)
    desk.decide(algebra.service, Decision.APPROVE, [key])
    assert algebra.deliver() == {"new address": 1}
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert (letter.state, letter.why) == ("ready", "new address: waits until 2026-11-03 10:00")
    assert letter.leaves == "from 2026-11-03 10:00"
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"sent": 1}


def test_a_tick_beside_the_letter_is_a_yes_and_the_box_for_all_is_none(algebra: Class) -> None:
    changed(algebra)
    tab = algebra.school.spreadsheet.worksheet("Mastery Mail")
    tab.update([[True]], "A1", raw=False)
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"waits for approval": 1}
    row = next(number for number, row in enumerate(tab.get_all_values(), 1) if "friend@example.org" in " ".join(row))
    tab.update([[True]], f"A{row}", raw=False)
    assert algebra.deliver() == {"sent": 1}


def test_a_yes_lets_the_other_letters_to_that_address_go_on_alone(algebra: Class) -> None:
    algebra.change("hold_hours = 0", 'hold_hours = 0\nkinds = ["missing", "welcome"]')
    algebra.sync()
    algebra.at("2026-11-09T10:00")
    algebra.type(BENS, "friend@example.org")
    algebra.sync()
    found = desk.listed(algebra.service, None, names=False)
    letters = [each for each in found if each.why.startswith("new address: ")]
    assert len(letters) == 2
    desk.decide(algebra.service, Decision.APPROVE, [letters[0].key])
    left = desk.listed(algebra.service, None, names=False)
    assert [each.why.startswith("held for a while") for each in left if each.key == letters[1].key] == [True]


def test_an_address_that_nobody_approves_gets_nothing_and_the_old_one_gets_nothing_more(algebra: Class) -> None:
    changed(algebra)
    algebra.at("2026-11-12T10:00")
    assert algebra.deliver() == {"expired": 1}
    assert sorted(algebra.letters()) == ["Ana", "Ben", "Cho"]
    algebra.sync()
    assert algebra.states() == {NoticeState.SENT: 3, NoticeState.CANCELLED: 1, NoticeState.HOLD: 1}
    assert algebra.deliver() == {"waits for approval": 1}
    desk.decide(
        algebra.service, Decision.APPROVE, [each.key for each in desk.listed(algebra.service, None, names=False)]
    )
    algebra.type(BENS, "oxen@example.org")
    # The letter was for the other address, which stands there no longer.
    assert algebra.deliver() == {"withdrawn": 1}


def test_an_address_that_is_put_back_within_the_day_is_the_one_it_was(algebra: Class) -> None:
    algebra.sync()
    algebra.at(MONDAY)
    algebra.type(BENS, "")
    algebra.sync()
    algebra.at("2026-11-03T09:00")
    algebra.type(BENS, "oxen@example.org")
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}


def test_an_address_that_was_away_for_longer_is_a_new_one(algebra: Class) -> None:
    algebra.sync()
    algebra.at(MONDAY)
    algebra.type(BENS, "")
    algebra.sync()
    algebra.at("2026-11-03T11:00")
    algebra.type(BENS, "oxen@example.org")
    algebra.sync()
    assert algebra.deliver() == {"sent": 2}
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert letter.why == "new address: waits until 2026-11-04 11:00 and for approval"


def test_a_new_student_s_address_asks_nobody(algebra: Class) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    marks = algebra.school.spreadsheet.worksheet("Marks")
    marks.update([["evaid6", "Eva", "76", "Jo", "jo@example.org", "yes", "", "1", "50"]], "A8", raw=False)
    algebra.sync()
    assert algebra.deliver() == {"sent": 1}


def to_dee(algebra: Class) -> int:
    return sum(b"yarb@example.org" in path.read_bytes() for path in algebra.school.letters())


@pytest.mark.parametrize("column", [["no", "yes", "yes", "yes"], ["yes"] * 4], ids=["sorted alone", "filled down"])
def test_who_was_not_to_be_written_to_is_asked_about_first(algebra: Class, column: list[str]) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    marks = algebra.school.spreadsheet.worksheet("Marks")
    marks.update([[each] for each in column], "F4:F7")
    algebra.sync()
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert (letter.state, letter.why) == ("hold", ASKED)
    trouble = marks.spreadsheet.worksheet("Mastery Trouble").get_all_values()
    assert [row[0] for row in trouble if "was not to be written to" in " ".join(row)] == ["Marks!E7"]
    algebra.at(TUESDAY)
    assert (algebra.deliver(), to_dee(algebra)) == ({"waits for approval": 1}, 0)
    desk.decide(algebra.service, Decision.APPROVE, [letter.key])
    assert (algebra.deliver(), to_dee(algebra)) == ({"sent": 1}, 1)


def test_a_permission_taken_away_and_given_back_in_between_waits_for_a_sync(algebra: Class) -> None:
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    algebra.type("I6", "1")
    algebra.sync()
    algebra.type("F6", "no")
    algebra.sync()
    algebra.type("F6", "yes")
    # The letter is gone, and no other is written before a sync has looked.
    assert algebra.deliver() == {}
    algebra.at("2026-11-04T10:00")
    algebra.sync()
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert letter.why == "new address: waits until 2026-11-05 10:00 and for approval"


def test_a_letter_under_way_while_its_reader_was_forbidden_waits_for_a_sync(algebra: Class) -> None:
    algebra.sync()
    ledger, now = algebra.service.ledger, algebra.service.clock()
    cho = next(each for each in ledger.due(now) if each.student == "choid9")
    claimed = ledger.claim(cho.key, cho.version, now=now, lease_owner="mail", lease_seconds=600)
    assert claimed is not None
    algebra.type("F6", "no")
    algebra.sync()  # what is under way cannot be withdrawn
    ledger.move(claimed, NoticeState.READY, now=now, reason="the mail server was away", not_before=now)
    algebra.type("F6", "yes")
    assert algebra.deliver() == {"sent": 2, "changed since the last sync": 1}


def test_who_wanted_no_letters_is_asked_about_as_well(algebra: Class) -> None:
    marks = algebra.school.spreadsheet.worksheet("Marks")
    marks.update([["How Often"]], "F1")
    marks.update([[""], [""], [""], ["never"]], "F4:F7")
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    marks.update([["never"], [""], [""], [""]], "F4:F7")
    algebra.sync()
    algebra.at(TUESDAY)
    assert (algebra.deliver(), to_dee(algebra)) == ({"waits for approval": 1}, 0)


def test_a_student_s_own_changed_address_is_asked_about_too(algebra: Class) -> None:
    algebra.school.spreadsheet.worksheet("Marks").update([["Student Email"]], "E1")
    algebra.change("hold_hours = 0", "hold_hours = 0\nto_students = true")
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    algebra.at(MONDAY)
    algebra.type(BENS, "friend@example.org")
    algebra.type("I5", "2")
    algebra.sync()
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert (letter.state, letter.why) == ("hold", ASKED)
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"waits for approval": 1}


def test_many_changed_addresses_are_one_question_and_still_have_their_day(algebra: Class) -> None:
    algebra.sync()
    algebra.at(MONDAY)
    marks = algebra.school.spreadsheet.worksheet("Marks")
    marks.update([["a@example.org"], ["b@example.org"]], "E4:E5")
    with pytest.raises(WaitingForPerson, match="2 students have another name or other guardians") as asked:
        algebra.sync()
    algebra.service.sync(algebra.gradebook, "apply", approved=asked.value.fingerprint)
    assert algebra.deliver() == {"sent": 1}
    found = desk.listed(algebra.service, None, names=False)
    assert {each.why for each in found} == {"new address: waits until 2026-11-03 10:00"}
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"sent": 2}


def test_a_school_whose_office_fills_the_roster_in_can_do_without_the_asking(
    open_class: Callable[..., Class],
) -> None:
    algebra = open_class()
    algebra.change("hold_hours = 0", "hold_hours = 0\nask_new_address = false")
    changed(algebra)
    (letter,) = desk.listed(algebra.service, None, names=False)
    assert (letter.why, letter.leaves) == ("new address: waits until 2026-11-03 10:00", "from 2026-11-03 10:00")
    algebra.at(TUESDAY)
    assert algebra.deliver() == {"sent": 1}
