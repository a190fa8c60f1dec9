"""About how many students letters are: what a person is asked about, and what is an ordinary day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import drawn
import pytest
import written

from sheets_mastery.config import Settings
from sheets_mastery.notices import MISSING, Earlier, NoticeState, Said, letterboxes
from sheets_mastery.past import Past, WrittenAbout
from sheets_mastery.plan import Plan, decide

ZONE = ZoneInfo("America/Chicago")
#: A Monday.
NOW = datetime(2026, 9, 21, 16, 0, tzinfo=ZONE)
EACH_TIME = drawn.settings()
WEEKLY = drawn.settings("[letters]\nfrequency = 'weekly'")
FIRST = Past(
    secret=b"secret",
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
)


def planned(text: str, past: Past, settings: Settings = EACH_TIME, now: datetime = NOW) -> Plan:
    return decide(drawn.reading(text), past, settings, settings.gradebooks[0], now)


def after(text: str, past: Past = FIRST, settings: Settings = EACH_TIME, now: datetime = NOW) -> Past:
    return written.learned(past, planned(text, past, settings, now).facts)


def roster(count: int, low: range = range(0), essay: range = range(0), sections: int = 1) -> str:
    """Students from 0 on; those in `low` fall short in the quiz, those in `essay` in the essay."""
    rows = [
        f"{100 + each} | Student {each} | {each % sections} | 86 | g{each}@x.org | {10 if each in low else 45} | "
        f"{'1' if each in essay else ''}"
        for each in range(count)
    ]
    head = ["ID | Student | Section | Level | Guardian Email | Quiz 1 | Essay", "Max | | | | | 50 | 20"]
    return "\n".join([*head, *rows])


def had(past: Past, students: range, *, days_ago: int = 0, approved: datetime | None = None) -> Past:
    """With letters about some students decided so long ago."""
    before = NOW - timedelta(days=days_ago, hours=1)
    letters = tuple((before, str(100 + each)) for each in students)
    return replace(past, written=replace(past.written, letters=(*past.written.letters, *letters), approved=approved))


def test_a_test_in_which_eight_of_thirty_fall_short_asks_nobody() -> None:
    assert planned(roster(30, low=range(8)), after(roster(30))).objections == ()


def test_what_joins_letters_that_wait_counts_as_much_as_new_letters() -> None:
    past = after(roster(20, low=range(6)))
    past = after(roster(20, low=range(12)), past)
    plan = planned(roster(20, low=range(12), essay=range(12)), past)
    assert (len(plan.facts.new_notices), len(plan.facts.joined)) == (0, 12)
    assert plan.objections == ("letters would be written about 12 of 20 students at once",)


def test_the_letters_of_a_day_are_counted_together() -> None:
    """Six an hour: an hour that brings nothing new about anybody else asks nobody, and the next day begins anew."""
    past = after(roster(30, low=range(6)), after(roster(30)))
    assert planned(roster(30, low=range(9)), had(past, range(6))).objections == ()
    assert planned(roster(30, low=range(10)), had(past, range(6))).objections == (
        "letters would be written about 10 of 30 students in one day, by several syncs",
    )
    assert planned(roster(30, low=range(6), essay=range(6)), had(past, range(12))).objections == ()
    assert planned(roster(30, low=range(10)), had(past, range(6), days_ago=1)).objections == ()


def test_what_a_person_has_let_through_is_not_counted_again() -> None:
    past = after(roster(30, low=range(20)), after(roster(30)))
    half_an_hour_ago = NOW - timedelta(minutes=30)
    assert planned(roster(30, low=range(22)), had(past, range(20), approved=half_an_hour_ago)).objections == ()
    long_ago = NOW - timedelta(days=3)
    assert planned(roster(30, low=range(22)), had(past, range(20), approved=long_ago)).objections == (
        "letters would be written about 22 of 30 students in one day, by several syncs",
    )
    more = had(had(past, range(8), approved=half_an_hour_ago), range(0), approved=NOW - timedelta(hours=2))
    assert planned(roster(30, low=range(22)), more).objections == (
        "letters would be written about 10 of 30 students in one day since a plan was approved, by several syncs",
    )


def four_weeks(past: Past, counts: dict[int, int]) -> Past:
    """A gradebook of five weeks, with letters about so many students on some days before: days ago -> students."""
    past = replace(past, first_sync=NOW - timedelta(days=35))
    for days_ago, students in counts.items():
        past = had(past, range(students), days_ago=days_ago)
    return past


def test_with_several_classes_a_day_is_held_against_the_busy_days_before() -> None:
    """Five classes of 30: 40 students are no 30 %, and far more than there ever were."""
    quiet, low = after(roster(150, sections=5)), roster(150, low=range(40), sections=5)
    assert planned(low, quiet).objections == ()
    assert planned(low, four_weeks(quiet, {3: 4, 5: 4, 12: 30})).objections == (
        "letters would be written about 40 of 150 students in one day, and on a busy day of the last 4 weeks it was 4",
    )
    assert planned(low, four_weeks(quiet, {3: 4, 5: 20, 12: 30})).objections == ()
    # A test in one class is an ordinary day, however quiet it was before, and so is everything in a single class.
    assert planned(roster(150, low=range(9), sections=5), four_weeks(quiet, {})).objections == ()
    assert planned(roster(30, low=range(9)), four_weeks(after(roster(30)), {})).objections == ()
    no_look = drawn.settings("[guard]\nletters_usual = 0")
    assert planned(low, four_weeks(quiet, {}), no_look).objections == ()


# Weekly letters


THURSDAY = datetime(2026, 9, 24, 13, 30, tzinfo=ZONE)


def test_a_weekly_letter_about_what_is_known_asks_nobody() -> None:
    past = after(roster(20, low=range(10)), after(roster(20), settings=WEEKLY), WEEKLY)
    plan = planned(roster(20, low=range(10)), past, WEEKLY, THURSDAY)
    assert [each.kind for each in plan.facts.new_notices] == ["weekly"] * 10
    assert plan.objections == ()


def test_what_a_weekly_letter_will_say_counts_on_the_day_on_which_it_is_seen() -> None:
    past = after(roster(20), settings=WEEKLY)
    plan = planned(roster(20, low=range(10)), past, WEEKLY)
    assert plan.facts.new_notices == ()
    assert plan.objections == ("letters would be written about 10 of 20 students at once",)


def test_what_weekly_letters_will_say_is_counted_together_over_a_day() -> None:
    past = after(roster(20, low=range(5)), after(roster(20), settings=WEEKLY), WEEKLY)
    seen = NOW - timedelta(hours=1)
    today = tuple((NOW.date(), seen, str(100 + each)) for each in range(5))
    past = replace(past, written=WrittenAbout(missing=today))
    assert planned(roster(20, low=range(7)), past, WEEKLY).objections == (
        "letters would be written about 7 of 20 students in one day, by several syncs",
    )
    approved = replace(past, written=WrittenAbout(missing=today, approved=NOW - timedelta(minutes=30)))
    assert planned(roster(20, low=range(7)), approved, WEEKLY).objections == ()
    # Where each letter goes at once, letters tell, and not what has gone missing.
    each_time = replace(after(roster(20, low=range(5)), after(roster(20))), written=WrittenAbout(missing=today))
    assert planned(roster(20, low=range(7)), each_time).objections == ()


def test_what_was_taken_back_before_it_was_told_counts_when_it_is_missing_again() -> None:
    past = after(roster(20, low=range(10)), after(roster(20), settings=WEEKLY), WEEKLY)
    past = after(roster(20).replace("| 45 |", "| EX |"), past, WEEKLY)
    assert (past.episodes, len(past.ended)) == ({}, 10)
    assert planned(roster(20, low=range(10)), past, WEEKLY, NOW + timedelta(days=1)).objections[:1] == (
        "letters would be written about 10 of 20 students at once",
    )


def test_praise_in_weekly_letters_counts_where_the_work_was_told() -> None:
    past = after(roster(20, low=range(10)), after(roster(20), settings=WEEKLY), WEEKLY)
    assert planned(roster(20), past, WEEKLY).objections == ()
    told = after(roster(20, low=range(10)), past, WEEKLY, THURSDAY)
    assert planned(roster(20), told, WEEKLY, THURSDAY).objections == (
        "letters would be written about 10 of 20 students at once",
    )


def test_with_the_brake_on_nothing_that_goes_missing_is_a_letter() -> None:
    stopped = drawn.settings("[letters]\nfrequency = 'weekly'\nstop = true")
    assert planned(roster(20, low=range(10)), after(roster(20), settings=stopped), stopped).objections == ()


# What says again what was said


def test_reminders_of_what_a_person_has_let_through_ask_nobody() -> None:
    settings = drawn.settings("[letters]\nkinds = ['missing', 'reminder']")
    past = after(roster(20, low=range(10)), settings=settings)
    sent = [replace(each, state=NoticeState.SENT) for each in past.notices.values()]
    assert {each.kind for each in sent} == {MISSING}
    told = {(episode, each.guardian): Said(first=each.key) for each in sent for episode in each.episodes}
    earlier = {
        (each.student, each.guardian): (
            Earlier(key=each.key, kind=MISSING, slot=each.slot, at=NOW, state=NoticeState.SENT),
        )
        for each in sent
    }
    past = replace(past, notices={}, history=replace(past.history, told=told, earlier=earlier))
    plan = planned(roster(20, low=range(10)), past, settings, NOW + timedelta(days=14))
    assert [each.kind for each in plan.facts.new_notices] == ["reminder"] * 10
    assert plan.objections == ()


@pytest.mark.parametrize(("asked_before", "objections"), [(False, 1), (True, 0)])
def test_a_signature_that_was_asked_for_before_asks_nobody_again(asked_before: bool, objections: int) -> None:
    settings = drawn.settings("[letters]\nkinds = ['contract']")
    text = roster(20).replace("Level |", "Level | Signed By |").replace("86 |", "86 | |")
    past = after(text.replace("86 | |", "86 | X |"), settings=settings)
    fortnight_ago = NOW - timedelta(days=14)
    earlier = {}
    for student in planned(text, past, settings).gradebook.students:
        (box,), _ = letterboxes(student, settings.letters, b"secret")
        letter = Earlier(
            key="00",
            kind="contract",
            slot=fortnight_ago.date(),
            at=fortnight_ago,
            state=NoticeState.SENT,
            about="86",
        )
        earlier[student.id, box.digest] = (letter,) if asked_before else ()
    plan = planned(text, replace(past, history=replace(past.history, earlier=earlier)), settings)
    assert {each.kind for each in plan.facts.new_notices} == {"contract"}
    assert len(plan.objections) == objections
