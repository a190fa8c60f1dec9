"""Reading + Past + Settings → Plan: everything a sync would do, and when a person should look first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import drawn
import pytest
import written
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.config import Settings
from sheets_mastery.errors import LayoutError
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import MADE_GOOD, MISSING, HeldBack, NoticeState, Said, digest, person_digest
from sheets_mastery.past import Facts, LevelChange, Past, VerdictChange
from sheets_mastery.plan import Plan, decide, judge_reading
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Closed
from sheets_mastery.summary import Summary, describe

NOW = datetime(2026, 9, 21, 16, 0, tzinfo=ZoneInfo("America/Chicago"))
SETTINGS = drawn.settings()
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
CLASS = """
    ID  | Student  | Level | Guardian Email | May Write | Quiz 1 | Essay
    Max |          |       |                |           | 50     | 20
    Due |          |       |                |           |        | 2026-09-14
    101 | Ana Diaz | 86    | a@x.org        | yes       | 42     | 20
    102 | Bo Kim   | 93    | b@x.org        | no        | 50     |
    103 | Cy Obi   |       | c@x.org        | yes       | 50     | 20
    """


def planned(reading: Reading, past: Past = FIRST, settings: Settings = SETTINGS, now: datetime = NOW) -> Plan:
    return decide(reading, past, settings, settings.gradebooks[0], now)


def after(reading: Reading, past: Past = FIRST, settings: Settings = SETTINGS, now: datetime = NOW) -> Past:
    return written.learned(past, planned(reading, past, settings, now).facts)


MOVED = (
    "{} students have another name or other guardians than before, "
    "as if one column had been sorted alone or the permissions deleted"
)


def roster(count: int, mark: str = "45", **marks: str) -> str:
    """A class of many: ids from 100 on, one quiz, a mark for all and others by `s100="…"`."""
    rows = [
        f"{number} | Student {number} | 86 | g{number}@x.org | {marks.get(f's{number}', mark)}"
        for number in range(100, 100 + count)
    ]
    return "\n".join(["ID | Student | Level | Guardian Email | Quiz 1", "Max | | | | 50", *rows])


# One plan


def test_a_first_plan_says_everything_that_a_ledger_should_know() -> None:
    plan = planned(drawn.reading(CLASS))
    facts = plan.facts
    assert [(change.work, change.before, str(change.after)) for change in facts.verdicts] == [
        (("101", "quiz 1"), None, "missing (retake)"),
        (("101", "essay"), None, "mastered"),
        (("102", "quiz 1"), None, "mastered"),
        (("102", "essay"), None, "missing (not in)"),
        (("103", "quiz 1"), None, "no contract"),
        (("103", "essay"), None, "no contract"),
    ]
    assert facts.levels == (
        LevelChange(student="101", before=None, after=Fraction(86), signed_by="", since=None),
        LevelChange(student="102", before=None, after=Fraction(93), signed_by="", since=None),
        LevelChange(student="103", before=None, after=None, signed_by="", since=None),
    )
    assert [(attempt.work[0], attempt.share) for attempt in facts.attempts] == [
        ("101", Fraction(21, 25)),
        ("101", Fraction(1)),
        ("102", Fraction(1)),
        ("103", Fraction(1)),
        ("103", Fraction(1)),
    ]
    assert [(episode.work, episode.help) for episode in facts.episodes] == [
        (("101", "quiz 1"), "video"),
        (("102", "essay"), "class_time"),
    ]
    assert [notice.student for notice in facts.new_notices] == ["101"]
    assert plan.letters.held_back == (("102", HeldBack.NOT_PERMITTED), ("103", HeldBack.NO_CONTRACT))
    assert set(facts.students or ()) == {"101", "102", "103"}
    assert (plan.objections, plan.changes_anything) == ((), True)


def test_facts_hold_no_name_and_no_address() -> None:
    told = repr(planned(drawn.reading(CLASS)).facts)
    assert [word for word in ("Ana", "Diaz", "Bo", "Kim", "@", "x.org") if word in told] == []


def test_a_second_plan_of_an_unchanged_gradebook_does_nothing() -> None:
    reading = drawn.reading(CLASS)
    plan = planned(reading)
    again = planned(written.applied(reading, plan.edits), written.learned(FIRST, plan.facts))
    assert (again.edits, again.changes_anything, again.objections) == ((), False, ())
    assert again.facts == Facts(
        reading=plan.facts.reading,
        shape=None,
        students=None,
        verdicts=(),
        levels=(),
        attempts=(),
        episodes=(),
        new_notices=(),
        joined=(),
        withdrawn=(),
    )


def test_a_mark_put_right_before_the_letter_leaves_withdraws_it() -> None:
    past = after(drawn.reading(CLASS))
    plan = planned(drawn.reading(CLASS.replace("| 42 ", "| 43 ")), past)
    assert plan.facts.verdicts == (
        VerdictChange(work=("101", "quiz 1"), before=Verdict.RETAKE, after=Verdict.MASTERED),
    )
    assert [(episode.work, episode.why) for episode in plan.facts.episodes] == [(("101", "quiz 1"), Closed.MADE_GOOD)]
    assert [why for _, why in plan.facts.withdrawn] == ["put right before it left"]
    assert plan.facts.new_notices == ()


def test_a_changed_contract_is_a_fact_and_is_judged_by_at_once() -> None:
    past = after(drawn.reading(CLASS))
    plan = planned(drawn.reading(CLASS.replace("Ana Diaz | 86 ", "Ana Diaz | 76 ")), past)
    assert plan.facts.levels == (
        LevelChange(student="101", before=Fraction(86), after=Fraction(76), signed_by="", since=None),
    )
    assert [str(change.after) for change in plan.facts.verdicts] == ["mastered"]


def test_who_goes_up_a_level_is_praised_and_nobody_is_because_the_school_moves_a_bar() -> None:
    reading = drawn.reading(CLASS)
    past = after(reading)
    climbed = planned(drawn.reading(CLASS.replace("Ana Diaz | 86 ", "Ana Diaz | 93 ")), past)
    assert [(each.kind, each.about) for each in climbed.facts.new_notices] == [(MADE_GOOD, "93")]

    tiers = "\n".join(
        f'[[tiers]]\nname = "{name}"\npass_mark = {mark}' for name, mark in ((76, 76), (86, 90), (93, 93))
    )
    moved = planned(reading, past, drawn.settings(tiers))
    assert [(each.before, each.after) for each in moved.facts.levels] == [(Fraction(86), Fraction(90))]
    assert moved.facts.new_notices == ()


def test_a_student_and_an_assignment_that_are_gone_are_facts() -> None:
    past = after(drawn.reading(CLASS))
    fewer = CLASS.replace("    103 | Cy Obi   |       | c@x.org        | yes       | 50     | 20\n", "")
    assert [(change.work, change.after) for change in planned(drawn.reading(fewer), past).facts.verdicts] == [
        (("103", "quiz 1"), None),
        (("103", "essay"), None),
    ]


def test_a_student_in_doubt_keeps_everything_as_it_was() -> None:
    reading = drawn.reading(CLASS)
    past = after(reading)
    twice = CLASS.replace("    102 | Bo", "    101 | Bo").replace("| 42 ", "| 50 ")
    plan = planned(drawn.reading(twice), past)
    about_ana = [change for change in plan.facts.verdicts if change.work[0] == "101"]
    episodes = [episode for episode in plan.facts.episodes if episode.work[0] == "101"]
    assert (about_ana, episodes, plan.facts.withdrawn, plan.facts.new_notices) == ([], [], (), ())
    assert plan.letters.held_back == (
        ("101", HeldBack.IN_DOUBT),
        ("101", HeldBack.IN_DOUBT),
        ("103", HeldBack.NO_CONTRACT),
    )
    back = planned(reading, written.learned(past, plan.facts))
    assert [change.work[0] for change in back.facts.verdicts] == ["102", "102"]
    assert back.facts.new_notices == ()


def test_an_unreadable_mark_freezes_what_is_owed() -> None:
    past = after(drawn.reading(CLASS))
    plan = planned(drawn.reading(CLASS.replace("| 42 ", "| #REF! ")), past)
    assert [str(change.after) for change in plan.facts.verdicts] == ["check"]
    assert (plan.facts.episodes, plan.facts.withdrawn, plan.facts.attempts) == ((), (), ())


def test_without_a_layout_there_is_no_plan() -> None:
    with pytest.raises(LayoutError):
        planned(drawn.reading("Student | Quiz 1"))


def test_today_is_the_day_at_the_school() -> None:
    in_utc = datetime(2026, 9, 22, 3, 0, tzinfo=ZoneInfo("UTC"))
    plan = planned(drawn.reading(CLASS), now=in_utc)
    assert {attempt.on for attempt in plan.facts.attempts} == {date(2026, 9, 21)}
    assert {notice.slot for notice in plan.facts.new_notices} == {date(2026, 9, 21)}


def test_a_delivery_judges_as_a_sync_does() -> None:
    reading = drawn.reading(CLASS)
    plan = planned(reading)
    gradebook, contracts, judged, problems = judge_reading(reading, SETTINGS, SETTINGS.gradebooks[0], NOW.date())
    assert (gradebook, judged, problems) == (plan.gradebook, plan.standings, plan.problems)
    assert sorted(contracts) == ["101", "102"]


# The fingerprint


def test_the_same_plan_on_the_same_day_has_the_same_fingerprint() -> None:
    reading = drawn.reading(CLASS)
    plan = planned(reading)
    assert len(plan.fingerprint) == 12
    assert int(plan.fingerprint, 16) >= 0
    assert planned(reading, now=NOW + timedelta(hours=2)).fingerprint == plan.fingerprint
    assert planned(reading, now=NOW + timedelta(days=1)).fingerprint != plan.fingerprint


CHANGES = {
    "a mark": CLASS.replace("| 42 ", "| 41 "),
    "a mark that stays below": CLASS.replace("| 42 ", "| 42.5 "),
    "a level": CLASS.replace("| 93 ", "| 86 "),
    "a name": CLASS.replace("Bo Kim", "Bo Lim"),
    "an address": CLASS.replace("a@x.org", "z@x.org"),
    "a permission": CLASS.replace("b@x.org        | no", "b@x.org        | yes"),
    "an excuse": CLASS.replace("| 42 ", "| EX "),
    "a title": CLASS.replace("Essay", "Paper"),
    "a problem": CLASS.replace("| 20\n    102", "| B+\n    102"),
    "an order": "\n".join(CLASS.splitlines()[:4] + CLASS.splitlines()[5:3:-1] + CLASS.splitlines()[6:]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_anything_that_would_be_done_differently_changes_the_fingerprint(what: str) -> None:
    assert CHANGES[what] != CLASS
    assert planned(drawn.reading(CHANGES[what])).fingerprint != planned(drawn.reading(CLASS)).fingerprint


def test_what_changes_nothing_that_would_be_done_leaves_the_fingerprint() -> None:
    remark = CLASS.replace("Essay", "Essay | Remark").replace("| 20\n    102", "| 20 | well done\n    102")
    assert planned(drawn.reading(remark)).fingerprint == planned(drawn.reading(CLASS)).fingerprint


def test_the_reading_has_a_fingerprint_of_its_own_that_only_the_secret_s_owner_can_make() -> None:
    reading = drawn.reading(CLASS)
    one = planned(reading).facts.reading
    assert planned(reading, now=NOW + timedelta(days=9)).facts.reading == one
    assert planned(reading, replace(FIRST, secret=b"another")).facts.reading != one
    assert planned(drawn.reading(CHANGES["a mark"])).facts.reading != one


# Told once


def told_of_the_quiz(**more: Said) -> tuple[Past, str]:
    """A ledger in which Ana's quiz was told and has ended since, and the episode's name; `more` was said to others."""
    past = after(drawn.reading(CLASS))
    ((work, episode),) = ((work, each) for work, each in past.episodes.items() if work[0] == "101")
    notices = {name: replace(each, state=NoticeState.SENT) for name, each in past.notices.items()}
    (mine,) = (each for each in notices.values() if each.student == "101")
    said = {(episode.id, mine.guardian): Said(first=mine.key, praised="mum" in more)}
    said |= {(episode.id, person): each for person, each in more.items() if person != "mum"}
    ended = {work: replace(episode, closed=NOW.date(), why=Closed.MADE_GOOD)}
    others = {which: each for which, each in past.episodes.items() if which != work}
    history = replace(past.history, told=said)
    return replace(past, notices=notices, episodes=others, ended=ended, history=history), episode.id


def test_work_that_is_missing_again_is_told_once_unless_somebody_has_read_that_it_was_made_good() -> None:
    tomorrow, praise = NOW + timedelta(days=1), Said(praised=True)

    def again(past: Past, name: str) -> bool:
        """Whether the same episode goes on without a word to the family."""
        plan = planned(drawn.reading(CLASS), past, now=tomorrow)
        (episode,) = (each for work, each in plan.owed.open.items() if work[0] == "101")
        assert (episode.id == name) == (not [each for each in plan.facts.new_notices if each.student == "101"])
        return episode.id == name

    past, name = told_of_the_quiz()
    assert again(past, name)
    assert not again(*told_of_the_quiz(mum=praise))
    teacher = person_digest(b"secret", "teacher", SETTINGS.school.reply_to)
    assert again(*told_of_the_quiz(**{teacher: praise}))
    # Praise that still waits has told nobody anything.
    past, name = told_of_the_quiz(mum=praise)
    (letter,) = (each for each in past.notices.values() if each.student == "101")
    praising = replace(letter, key="00", kind=MADE_GOOD, state=NoticeState.HOLD, episodes=(), praises=(name,))
    assert again(replace(past, notices={**past.notices, "00": praising}), name)


# The guard


def test_an_ordinary_day_meets_no_objection() -> None:
    low = {f"s{number}": "10" for number in range(100, 106)}
    assert planned(drawn.reading(roster(20, **low))).objections == ()


def test_letters_about_too_many_students_at_once_wait_for_a_person() -> None:
    low = {f"s{number}": "10" for number in range(100, 107)}
    assert planned(drawn.reading(roster(20, **low))).objections == (
        "letters would be written about 7 of 20 students at once",
    )
    few = {f"s{number}": "10" for number in range(100, 106)}
    assert planned(drawn.reading(roster(7, **few))).objections == (
        "letters would be written about 6 of 7 students at once",
    )


def test_too_many_changed_verdicts_at_once_wait_for_a_person() -> None:
    past = after(drawn.reading(roster(20)))
    others = {f"s{number}": "EX" for number in range(100, 111)}
    assert planned(drawn.reading(roster(20, **others)), past).objections == (
        "11 of 20 settled verdicts would change at once",
    )
    del others["s100"]
    assert planned(drawn.reading(roster(20, **others)), past).objections == ()


def test_a_lost_row_of_maxima_waits_for_a_person() -> None:
    past = after(drawn.reading(roster(20)))
    plan = planned(drawn.reading(roster(20).replace("Max", "Foo")), past)
    assert plan.objections == (
        "on the tab Marks there is no column “quiz 1” any more",
        "20 of 20 settled verdicts would change at once",
    )


def test_errors_all_over_freeze_and_need_nobody() -> None:
    past = after(drawn.reading(roster(20)))
    plan = planned(drawn.reading(roster(20, mark="Loading...")), past)
    assert plan.objections == ()
    assert {change.after for change in plan.facts.verdicts} == {Verdict.CHECK}


def test_students_who_are_suddenly_gone_wait_for_a_person() -> None:
    past = after(drawn.reading(roster(20)))
    assert planned(drawn.reading(roster(15)), past).objections == ("5 of 20 students are no longer in the sheet",)
    assert planned(drawn.reading(roster(16)), past).objections == ()


def test_an_emptied_sheet_waits_for_a_person() -> None:
    past = after(drawn.reading(roster(3)))
    plan = planned(drawn.reading("ID | Student | Level | Guardian Email | Quiz 1\nMax | | | | 50"), past)
    assert plan.objections == ("3 of 3 students are no longer in the sheet",)
    assert plan.facts.new_notices == ()


def test_a_name_column_that_was_sorted_alone_waits_for_a_person() -> None:
    past = after(drawn.reading(roster(20)))
    moved = roster(20)
    for one, other in ((100, 101), (102, 103)):
        moved = moved.replace(f"Student {one}", "X").replace(f"Student {other}", f"Student {one}")
        moved = moved.replace("| X |", f"| Student {other} |")
    assert planned(drawn.reading(moved), past).objections == (MOVED.format(4),)
    assert planned(drawn.reading(roster(20).replace("Student 100 ", "Student Renamed ")), past).objections == ()


def test_an_address_column_that_was_sorted_alone_waits_for_a_person() -> None:
    past = after(drawn.reading(roster(20)))
    moved = roster(20)
    for one, other in ((100, 101), (102, 103)):
        moved = moved.replace(f"g{one}@", "X@").replace(f"g{other}@", f"g{one}@").replace("X@", f"g{other}@")
    assert planned(drawn.reading(moved), past).objections == (MOVED.format(4),)


@pytest.mark.parametrize(("label", "usual"), [("May Write", "yes"), ("Rights With Student", "no")])
def test_a_deleted_column_of_permissions_waits_for_a_person(label: str, usual: str) -> None:
    asked = (
        roster(20)
        .replace("Quiz 1", f"{label} | Quiz 1")
        .replace("Max | |", "Max | | |")
        .replace("x.org |", f"x.org | {usual} |")
    )
    past = after(drawn.reading(asked))
    assert planned(drawn.reading(asked), past).objections == ()
    assert planned(drawn.reading(roster(20)), past).objections == (MOVED.format(20),)


def test_one_new_name_in_a_small_class_is_nobody_s_alarm() -> None:
    past = after(drawn.reading(CLASS))
    assert planned(drawn.reading(CLASS.replace("Bo Kim", "Bo Kim-Diaz")), past).objections == ()


# The summary


def test_a_plan_is_summed_up_without_naming_anybody() -> None:
    plan = planned(drawn.reading(CLASS.replace("yes       | 50     | 20", "yes       | 50     | B+")))
    summary = describe(plan)
    assert summary == Summary(
        gradebook="Period 1",
        fingerprint=plan.fingerprint,
        levels=(("76", "76", 0, 0), ("86", "86", 1, 0), ("93", "93", 1, 0), ("no contract", "", 1, 0)),
        students=3,
        assignments=2,
        on_track=0,
        verdicts={"missing (retake)": 1, "mastered": 2, "missing (not in)": 1, "no contract": 1, "check": 1},
        newly_missing=2,
        made_good=0,
        letters_new=1,
        letters_joined=0,
        letters_withdrawn=0,
        held_back={"may not be written to": 1, "no contract": 1},
        problems=(
            (
                "Marks!G6: “B+” is neither a score nor a code that the settings know. "
                "Type a score, or say what it means: on the tab Mastery Settings, or under codes in the settings."
            ),
        ),
        edits={
            "AddTab": 4,
            "SetWidths": 4,
            "PutLook": 48,
            "PutValues": 4,
            "PutLinks": 1,
            "Offer": 31,
            "AddRule": 13,
            "PutNote": 4,
        },
        objections=(),
    )
    told = repr(replace(summary, fingerprint=""))
    assert [word for word in ("Ana", "Diaz", "Bo", "Kim", "@") if word in told] == []


def test_a_class_where_everybody_has_a_contract_needs_no_line_for_those_without() -> None:
    past = after(drawn.reading(roster(2, s101="10")))
    summary = describe(planned(drawn.reading(roster(2)), past))
    assert summary.levels == (("76", "76", 0, 0), ("86", "86", 2, 2), ("93", "93", 0, 0))
    assert (summary.made_good, summary.letters_withdrawn, summary.on_track) == (1, 1, 2)


# Any class

MARKS = st.sampled_from(
    ["", "0", "42", "42.99", "43", "50", "85%", "86%", "'17/20", "EX", "M", "ABS", "-", "B+", "#N/A"]
)
LEVELS = st.sampled_from(["76", "86", "93", "86%", "", "80"])
ROWS = st.lists(st.tuples(LEVELS, MARKS, MARKS, MARKS), min_size=1, max_size=8)


def drawn_class(rows: list[tuple[str, str, str, str]]) -> Reading:
    body = [
        f"{number + 101} | S{number} | {level} | g{number}@x.org | | {' | '.join(marks)}"
        for number, (level, *marks) in enumerate(rows)
    ]
    head = [
        "ID | Student | Level | Guardian Email | Missing | Quiz 1 | Essay | Share",
        "Max | | | | | 50 | 20 |",
        "Due | | | | | 2026-09-14 | | 2026-09-14",
    ]
    return drawn.reading("\n".join([*head, *body]))


@given(ROWS, ROWS)
def test_whatever_the_class_does_a_second_sync_plans_nothing(
    before: list[tuple[str, str, str, str]], now: list[tuple[str, str, str, str]]
) -> None:
    settings = drawn.settings(gradebook='flag_column = "Missing"')
    past, sheet = FIRST, drawn_class(before)
    for step, rows in enumerate((before, now)):
        cells = drawn_class(rows).tabs[0].cells
        sheet = replace(sheet, tabs=(replace(sheet.tabs[0], cells=cells), *sheet.tabs[1:]))
        moment = NOW + timedelta(days=step)
        plan = planned(sheet, past, settings, moment)
        past, sheet = written.learned(past, plan.facts), written.applied(sheet, plan.edits)
        again = planned(sheet, past, settings, moment)
        assert (again.edits, again.changes_anything) == ((), False)
        assert past.verdicts == words_of(plan)
        assert {work for work, verdict in past.verdicts.items() if verdict.missing} <= set(past.episodes)
        owing = {work[0] for work in past.episodes}
        assert {notice.student for notice in plan.facts.new_notices if notice.kind == MISSING} <= owing


def words_of(plan: Plan) -> Mapping[tuple[str, str], Verdict]:
    return {
        (standing.student.id, assignment.id): judged.verdict
        for standing in plan.standings
        for assignment, judged in zip(plan.gradebook.assignments, standing.judged, strict=True)
    }


def test_an_episode_s_name_tells_nothing_about_the_student() -> None:
    (first, _) = planned(drawn.reading(CLASS)).owed.newly
    expected = digest(b"secret", "episode", "Period 1", "101", "quiz 1", "2026-09-21")[:32]
    assert first.id == expected
