"""What gives occasion for each kind of letter, and when one of them is too many or no longer true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_mastery.config import Letters, School, Tier
from sheets_mastery.contracts import Contract
from sheets_mastery.gradebook import ContractCells, Guardian, Place, Student
from sheets_mastery.mastery import Standing, Verdict
from sheets_mastery.notices import (
    CONTRACT,
    DIGEST,
    MADE_GOOD,
    MISSING,
    REMINDER,
    WEEKLY,
    WELCOME,
    Begun,
    Earlier,
    HeldBack,
    History,
    LettersOwed,
    Notice,
    NoticeState,
    Said,
    digest,
)
from sheets_mastery.occasions import enough, free_day, letters_owed
from sheets_mastery.remediation import Closed, Owed, Remediation, Work

SECRET = b"secret"
SCHOOL = drawn.settings(school="holidays = [2026-10-02]").school
ZONE = ZoneInfo("America/Chicago")
#: A Friday.
NOW = datetime(2026, 9, 18, 16, 0, tzinfo=ZONE)
TODAY = NOW.date()
ALL = Letters(kinds=("missing", "reminder", "made_good", "weekly", "welcome", "contract"))
MUM = Guardian(name="M. Diaz", address="mum@x.org", language="es", may_receive=True)
OF_MUM = digest(SECRET, "guardian", "mum@x.org")
TEACHER = digest(SECRET, "teacher", SCHOOL.reply_to)
NOBODY = LettersOwed(new=(), joined=(), withdrawn=(), held_back=())


def standing(
    guardian: Guardian = MUM, *, level: str | None = "86", signed_by: str = "Mum", address: str = ""
) -> Standing:
    tier = Tier(name=level, pass_mark=Decimal(level)) if level else None
    student = Student(
        id="101",
        name="Ana Diaz",
        section="",
        guardians=(guardian,),
        address=address,
        language="",
        contract=ContractCells(place=Place(tab="Marks"), signed_by=signed_by, signature_asked=True),
        row=1,
    )
    contract = Contract(student="101", tier=tier, signed_by=signed_by, since=None) if tier else None
    return Standing(student=student, contract=contract, judged=())


def episode(name: str, **more: Any) -> Remediation:
    opened = TODAY - timedelta(days=20)
    usual = Remediation(id=name, work=("101", f"work {name}"), opened=opened, help="video", due=TODAY, attempts=1)
    return replace(usual, **more)


def good(name: str) -> Remediation:
    return episode(name, closed=TODAY, why=Closed.MADE_GOOD)


def earlier(kind: str, *, days_ago: int, about: str = "", state: NoticeState = NoticeState.SENT) -> Earlier:
    then = NOW - timedelta(days=days_ago)
    return Earlier(key=f"{kind} {days_ago}", kind=kind, slot=then.date(), at=then, state=state, about=about)


def history(*letters: Earlier, told: Mapping[str, Said] | None = None, **more: Any) -> History:
    """What Mum was told, of episodes by name, by letters oldest first."""
    return History(
        told={(name, OF_MUM): said for name, said in (told or {}).items()},
        earlier={("101", OF_MUM): letters} if letters else {},
        **more,
    )


def decided(
    one: Standing | None = None,
    *open_now: Remediation,
    known: tuple[Notice, ...] = (),
    past: History | None = None,
    ended: tuple[Remediation, ...] = (),
    verdicts: Mapping[Work, Verdict] | None = None,
    letters: Letters = ALL,
    now: datetime = NOW,
    problems: tuple[str, ...] = (),
    school: School = SCHOOL,
) -> LettersOwed:
    past = past or History()
    announced = frozenset(whose for whose in past.told)
    announced |= {(each, notice.guardian) for notice in known for each in notice.episodes}
    if verdicts is None:
        verdicts = {each.work: Verdict.MASTERED for each in (*ended, *past.ended)}
    return letters_owed(
        [one or standing()],
        Owed(open={each.work: each for each in open_now}, newly=(), moved_on=(), ended=ended),
        gradebook="Period 1",
        known={notice.key: notice for notice in known},
        announced=announced,
        letters=letters,
        school=school,
        secret=SECRET,
        now=now,
        history=past,
        judged_as=verdicts,
        problems=problems,
    )


def said(owed: LettersOwed) -> list[tuple[Any, ...]]:
    """The new letters: kind, what they announce, speak of again and praise, and what they are about."""
    return [(each.kind, each.episodes, each.reminds, each.praises, each.about) for each in owed.new]


def waiting(kind: str, *, episodes: tuple[str, ...] = (), slot: date = TODAY, **more: Any) -> Notice:
    """A letter to Mum that waits until tomorrow."""
    return Notice(
        key=f"waiting {kind}",
        gradebook="Period 1",
        kind=kind,
        student="101",
        guardian=OF_MUM,
        slot=slot,
        not_before=NOW + timedelta(hours=18),
        expires=NOW + timedelta(days=9),
        episodes=episodes,
        **more,
    )


FIRST = Said(first="missing 14")

# Reminders


@pytest.mark.parametrize(("days_ago", "due"), [(13, False), (14, True), (40, True)])
def test_open_work_is_spoken_of_again_after_its_days(days_ago: int, due: bool) -> None:
    past = history(earlier(MISSING, days_ago=days_ago), told={"e1": FIRST, "e2": FIRST})
    owed = decided(None, episode("e2"), episode("e1"), past=past)
    assert said(owed) == ([(REMINDER, (), (("e1", 1), ("e2", 1)), (), "")] if due else [])


def test_work_is_spoken_of_again_three_times_and_then_no_more() -> None:
    for reminders, due in ((0, 1), (1, 2), (2, 3), (3, None)):
        past = history(earlier(REMINDER, days_ago=14), told={"e1": replace(FIRST, reminders=reminders)})
        assert said(decided(None, episode("e1"), past=past)) == (
            [(REMINDER, (), (("e1", due),), (), "")] if due else []
        )


def test_every_letter_about_work_names_all_that_is_open_so_the_days_count_from_the_last() -> None:
    past = history(earlier(MISSING, days_ago=30), earlier(MISSING, days_ago=3), told={"e1": FIRST, "e2": FIRST})
    assert decided(None, episode("e1"), episode("e2"), past=past) == NOBODY
    praise = history(earlier(MISSING, days_ago=30), earlier(MADE_GOOD, days_ago=3), told={"e1": FIRST})
    assert [each.kind for each in decided(None, episode("e1"), past=praise).new] == [REMINDER]


@pytest.mark.parametrize("first", [Said(), Said(reminders=1)])
def test_what_no_letter_has_told_is_not_spoken_of_again(first: Said) -> None:
    assert decided(None, episode("e1"), past=history(earlier(MISSING, days_ago=30), told={"e1": first})) == NOBODY


def test_new_work_is_told_instead_of_reminding_of_the_old() -> None:
    past = history(earlier(MISSING, days_ago=30), told={"e1": FIRST})
    assert said(decided(None, episode("e1"), episode("e2"), past=past)) == [(MISSING, ("e2",), (), (), "")]


def test_a_reminder_waits_for_no_second_one_and_goes_when_its_work_is_done() -> None:
    reminding = waiting(REMINDER, reminds=(("e1", 1),))
    past = history(earlier(MISSING, days_ago=30), told={"e1": replace(FIRST, reminders=1)})
    assert decided(None, episode("e1"), known=(reminding,), past=past) == NOBODY
    done = decided(None, known=(reminding,), past=past)
    assert done.withdrawn == ((reminding.key, "put right before it left"),)


def test_a_failed_or_withdrawn_letter_starts_no_clock() -> None:
    for state in (NoticeState.FAILED, NoticeState.CANCELLED):
        past = history(earlier(MISSING, days_ago=30, state=state), told={"e1": FIRST})
        assert decided(None, episode("e1"), past=past) == NOBODY


# Made good


def test_work_that_was_told_to_be_missing_is_praised_when_it_is_done() -> None:
    past = history(earlier(MISSING, days_ago=5), told={"e1": FIRST, "e2": FIRST, "e3": Said(), "e4": FIRST})
    owed = decided(None, ended=(good("e1"), good("e3"), episode("e4", why=Closed.EXCUSED)), past=past)
    assert said(owed) == [(MADE_GOOD, (), (), ("e1",), "")]


def test_what_ended_at_an_earlier_sync_is_still_praised_and_only_once() -> None:
    past = history(earlier(MISSING, days_ago=5), told={"e1": FIRST, "e2": replace(FIRST, praised=True)})
    past = replace(past, ended=(good("e1"), good("e2")))
    assert said(decided(past=past)) == [(MADE_GOOD, (), (), ("e1",), "")]


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.MASTERED])
def test_nothing_is_praised_that_is_not_at_the_level_now(verdict: Verdict) -> None:
    past = replace(history(told={"e1": FIRST}), ended=(good("e1"),))
    assert decided(past=past, verdicts={good("e1").work: verdict}) == NOBODY
    assert decided(past=past, verdicts={}) == NOBODY


def test_more_praise_joins_the_letter_that_waits() -> None:
    praise = waiting(MADE_GOOD, praises=("e1",))
    past = replace(history(told={"e1": replace(FIRST, praised=True), "e2": FIRST}), ended=(good("e1"), good("e2")))
    assert decided(known=(praise,), past=past) == replace(NOBODY, praises_joined=((praise.key, ("e2",)),))


def test_praise_is_withdrawn_when_the_work_is_missing_again_but_not_while_it_cannot_be_read() -> None:
    praise = waiting(MADE_GOOD, praises=("e1",))
    past = replace(history(told={"e1": replace(FIRST, praised=True)}), ended=(good("e1"),))
    again = decided(
        None,
        episode("e9", work=good("e1").work),
        known=(praise,),
        past=past,
        verdicts={good("e1").work: Verdict.RETAKE},
    )
    assert again.withdrawn == ((praise.key, "no longer so"),)
    assert decided(known=(praise,), past=past, verdicts={good("e1").work: Verdict.CHECK}) == NOBODY


# Levels and contracts


def begun(days_ago: int, before: int | None) -> dict[str, Begun]:
    return {"101": Begun(at=NOW - timedelta(days=days_ago), before=None if before is None else Fraction(before))}


@pytest.mark.parametrize(
    ("before", "kinds", "kind"),
    [
        (None, ALL.kinds, WELCOME),
        (93, ALL.kinds, WELCOME),
        (76, ALL.kinds, MADE_GOOD),
        (76, ("missing", "welcome"), WELCOME),
        (76, ("missing",), None),
        (None, ("missing", "made_good"), None),
    ],
)
def test_a_contract_in_force_is_told_and_a_raised_level_praised(
    before: int | None, kinds: Any, kind: str | None
) -> None:
    owed = decided(past=history(begun=begun(0, before)), letters=Letters(kinds=kinds))
    assert said(owed) == ([(kind, (), (), (), "86")] if kind else [])


@pytest.mark.parametrize("kind", [WELCOME, MADE_GOOD])
def test_a_contract_is_told_once_and_not_for_ever(kind: str) -> None:
    before = None if kind == WELCOME else 76
    news = history(begun=begun(13, before))
    assert [each.kind for each in decided(past=news).new] == [kind]
    assert decided(past=history(begun=begun(14, before))) == NOBODY
    assert decided(past=history(earlier(kind, days_ago=2, about="86"), begun=begun(13, before))) == NOBODY
    assert decided(past=news, known=(waiting(kind, about="86"),)) == NOBODY
    # A letter about the same level of an earlier time is none about this one, and one withdrawn says nothing.
    told_before = history(earlier(kind, days_ago=30, about="86"), begun=begun(13, before))
    assert [each.kind for each in decided(past=told_before).new] == [kind]
    withdrawn = history(earlier(kind, days_ago=2, about="86", state=NoticeState.CANCELLED), begun=begun(13, before))
    assert [each.kind for each in decided(past=withdrawn).new] == [kind]


@pytest.mark.parametrize("level", ["76", None])
def test_a_letter_about_a_contract_is_withdrawn_when_it_is_another_one(level: str | None) -> None:
    for kind, why in (
        (WELCOME, "the contract is another one now"),
        (CONTRACT, "signed, or another contract now"),
        (MADE_GOOD, "no longer so"),
    ):
        letter = waiting(kind, about="86")
        assert decided(standing(level=level, signed_by=""), known=(letter,)).withdrawn == ((letter.key, why),)
        assert decided(standing(signed_by=""), known=(letter,)).withdrawn == ()


def test_a_signature_is_asked_for_every_fortnight_and_three_times_a_level() -> None:
    unsigned = standing(signed_by=" ")
    assert said(decided(unsigned)) == [(CONTRACT, (), (), (), "86")]
    assert decided(unsigned, past=history(earlier(CONTRACT, days_ago=13, about="86"))) == NOBODY
    assert decided(unsigned, past=history(earlier(WELCOME, days_ago=13, about="86"))) == NOBODY
    two = (earlier(CONTRACT, days_ago=28, about="86"), earlier(CONTRACT, days_ago=14, about="86"))
    assert said(decided(unsigned, past=history(*two))) == [(CONTRACT, (), (), (), "86")]
    three = (earlier(CONTRACT, days_ago=42, about="86"), *two)
    assert decided(unsigned, past=history(*three)) == NOBODY
    other = (earlier(CONTRACT, days_ago=42, about="76"), *two)
    assert said(decided(unsigned, past=history(*other))) == [(CONTRACT, (), (), (), "86")]


def test_a_signature_is_asked_of_guardians_alone_and_only_where_the_sheet_asks_for_it() -> None:
    own = decided(
        standing(signed_by="", address="ana@s.example"), letters=Letters(kinds=("contract",), to_students=True)
    )
    assert [each.guardian for each in own.new] == [OF_MUM]
    unsigned = standing(signed_by="")
    cells = replace(unsigned.student.contract, signature_asked=False)
    assert decided(replace(unsigned, student=replace(unsigned.student, contract=cells))) == NOBODY
    assert decided(standing(level=None, signed_by="")).new == ()


def test_a_signature_that_has_come_withdraws_the_letter() -> None:
    letter = waiting(CONTRACT, about="86")
    assert decided(known=(letter,)).withdrawn == ((letter.key, "signed, or another contract now"),)


# One letter a week

WEEKLY_MUM = replace(MUM, frequency="weekly")
THURSDAY = datetime(2026, 9, 24, 13, 30, tzinfo=ZONE)


def test_who_wants_one_letter_a_week_gets_everything_in_it() -> None:
    past = replace(history(told={"e1": FIRST, "e3": FIRST}), ended=(good("e3"),), begun=begun(0, 76))
    owed = decided(standing(WEEKLY_MUM), episode("e1"), episode("e2"), past=past, now=THURSDAY)
    assert said(owed) == [(WEEKLY, ("e2",), (), ("e3",), "86")]
    (letter,) = owed.new
    assert (letter.slot, letter.not_before) == (date(2026, 9, 25), datetime(2026, 9, 25, 7, 30, tzinfo=ZONE))


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-09-24T12:59", None),
        ("2026-09-24T13:00", "2026-09-25"),
        ("2026-09-25T12:00", "2026-09-25"),
        ("2026-09-28T06:59", "2026-09-25"),
        ("2026-09-28T07:00", None),
        ("2026-09-30T12:00", None),
        # Friday, October 2, is a holiday.
        ("2026-10-01T17:59", None),
        ("2026-10-04T13:00", "2026-10-05"),
    ],
)
def test_the_weekly_letter_is_decided_in_time_for_its_day_or_soon_after(now: str, slot: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    owed = decided(standing(WEEKLY_MUM), episode("e1"), now=moment)
    assert [each.slot.isoformat() for each in owed.new] == ([slot] if slot else [])


def test_a_week_has_one_letter_and_a_week_without_news_none() -> None:
    (letter,) = decided(standing(WEEKLY_MUM), episode("e1"), now=THURSDAY).new
    assert decided(standing(WEEKLY_MUM), episode("e1"), episode("e2"), known=(letter,), now=THURSDAY) == NOBODY
    for state in (NoticeState.SENT, NoticeState.CANCELLED):
        left = replace(letter, state=state)
        assert decided(standing(WEEKLY_MUM), episode("e2"), known=(left,), now=THURSDAY) == NOBODY
    assert decided(standing(WEEKLY_MUM), now=THURSDAY) == NOBODY


def test_what_is_seen_after_a_weekly_letter_was_decided_goes_with_the_next() -> None:
    (letter,) = decided(standing(WEEKLY_MUM), episode("e1"), now=THURSDAY).new
    left, later = replace(letter, state=NoticeState.SENT), THURSDAY + timedelta(days=14)
    past = history(told={"e1": FIRST})
    owed = decided(standing(WEEKLY_MUM), episode("e1"), episode("e2"), known=(left,), past=past, now=later)
    assert said(owed) == [(WEEKLY, ("e2",), (), (), "")]


def test_work_that_is_still_open_is_in_the_letter_of_every_week() -> None:
    past = history(earlier(WEEKLY, days_ago=0), told={"e1": FIRST})
    owed = decided(standing(WEEKLY_MUM), episode("e1"), past=past, now=THURSDAY)
    assert said(owed) == [(WEEKLY, (), (), (), "")]


def test_weekly_letters_that_no_sync_has_decided_in_time_are_counted() -> None:
    tuesday = datetime(2026, 9, 29, 12, 0, tzinfo=ZONE)

    def missed(*letters: Earlier, now: datetime = tuesday, opened: int = 20, **told: Said) -> int:
        past, work = history(*letters, told=told), episode("e1", opened=TODAY - timedelta(days=opened))
        return decided(standing(WEEKLY_MUM), work, past=past, now=now).weekly_missed

    assert missed() == 1
    assert missed(earlier(WEEKLY, days_ago=7)) == 1
    assert missed(replace(earlier(WEEKLY, days_ago=0), slot=date(2026, 9, 25))) == 0
    # What went missing on the day itself, or was told before, is in the next letter as it always was.
    assert missed(opened=-7) == 0
    assert missed(e1=FIRST) == 0
    # It is said until what was missed is in the letter of the next week.
    assert missed(now=datetime(2026, 10, 4, 12, 59, tzinfo=ZONE)) == 1
    assert missed(now=datetime(2026, 10, 4, 13, 0, tzinfo=ZONE)) == 0
    assert decided(None, episode("e1"), now=tuesday).weekly_missed == 0
    waits = waiting(WEEKLY, episodes=(), slot=date(2026, 9, 25))
    assert decided(standing(WEEKLY_MUM), episode("e1"), known=(waits,), now=tuesday).weekly_missed == 0
    holidays = SCHOOL.model_copy(update={"holidays": tuple(date(2026, 9, day) for day in range(7, 30))})
    assert decided(standing(WEEKLY_MUM), episode("e1"), now=tuesday, school=holidays).weekly_missed == 0


def test_the_way_of_writing_changes_with_the_guardian_s_wish() -> None:
    for kind in (MISSING, REMINDER, MADE_GOOD):
        letter = waiting(kind, episodes=("e1",))
        changed = decided(standing(WEEKLY_MUM), episode("e1"), known=(letter,))
        assert changed.withdrawn == ((letter.key, "this person now gets one letter a week"),)
    weekly = waiting(WEEKLY, episodes=("e1",))
    assert decided(None, episode("e1"), known=(weekly,)).withdrawn == (
        (weekly.key, "this person no longer gets one letter a week"),
    )


def test_without_the_weekly_kind_a_letter_goes_each_time() -> None:
    owed = decided(standing(WEEKLY_MUM), episode("e1"), letters=Letters(kinds=("missing",)))
    assert said(owed) == [(MISSING, ("e1",), (), (), "")]


def test_a_school_may_write_weekly_to_all_who_say_nothing_else() -> None:
    letters = ALL.model_copy(update={"frequency": "weekly"})
    assert [each.kind for each in decided(None, episode("e1"), letters=letters, now=THURSDAY).new] == [WEEKLY]
    each_time = standing(replace(MUM, frequency="each"))
    assert [each.kind for each in decided(each_time, episode("e1"), letters=letters, now=THURSDAY).new] == [MISSING]


def test_who_wants_no_letters_gets_none_and_it_is_said() -> None:
    never = standing(replace(MUM, frequency="never"))
    letter = waiting(MISSING, episodes=("e1",))
    assert decided(never, episode("e1"), known=(letter,)) == replace(
        NOBODY,
        withdrawn=((letter.key, "this person is no longer to be written to"),),
        held_back=(("101", HeldBack.NOT_WANTED),),
    )


# Kinds switched off, and stopped by the family


def test_only_the_kinds_that_the_school_sends_are_written() -> None:
    past = history(earlier(MISSING, days_ago=30), told={"e1": FIRST})
    assert decided(None, episode("e1"), past=past, letters=Letters(kinds=("missing",))) == NOBODY
    reminding = waiting(REMINDER, reminds=(("e1", 1),))
    assert decided(None, episode("e1"), known=(reminding,), letters=Letters(kinds=("missing",))).withdrawn == (
        (reminding.key, "letters of this kind are no longer written"),
    )


def test_a_kind_that_a_person_has_stopped_is_neither_written_nor_left_waiting() -> None:
    past = history(earlier(MISSING, days_ago=30), told={"e1": FIRST}, opted_out=frozenset({(OF_MUM, REMINDER)}))
    assert decided(None, episode("e1"), past=past) == NOBODY
    reminding = waiting(REMINDER, reminds=(("e1", 1),))
    assert decided(None, episode("e1"), known=(reminding,), past=past).withdrawn == (
        (reminding.key, "this person has stopped letters of this kind"),
    )


# How often


def test_a_second_letter_waits_for_another_day_and_a_third_for_another_week() -> None:
    praise = history(told={"e1": FIRST, "e2": FIRST}, ended=(good("e2"),), begun=begun(0, None))
    letters = ALL.model_copy(update={"hold_hours": Decimal(0)})
    owed = decided(None, episode("e9"), past=praise, letters=letters, now=NOW)
    assert [(each.kind, each.not_before.date().isoformat()) for each in owed.new] == [
        (MISSING, "2026-09-18"),
        (WELCOME, "2026-09-19"),
        (MADE_GOOD, "2026-09-25"),
    ]


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 3), st.integers(1, 6))
def test_no_day_and_no_seven_days_ever_have_more_letters_than_the_school_wants(
    firsts: list[int], per_day: int, per_week: int
) -> None:
    letters = Letters(per_day=per_day, per_week=per_week)
    taken: list[date] = []
    for first in firsts:
        start = TODAY + timedelta(days=first)
        day = free_day(start, taken, letters)
        assert day >= start
        taken.append(day)
    days = [TODAY + timedelta(days=number) for number in range(400)]
    assert max((taken.count(day) for day in days), default=0) <= per_day
    weeks = (sum(day <= each < day + timedelta(days=7) for each in taken) for day in days)
    assert max(weeks) <= per_week


def test_at_the_moment_of_sending_it_is_counted_once_more() -> None:
    letters = Letters(per_day=1, per_week=2)
    assert not enough([], TODAY, letters)
    assert not enough([TODAY - timedelta(days=1)], TODAY, letters)
    assert enough([TODAY], TODAY, letters)
    assert enough([TODAY - timedelta(days=6), TODAY - timedelta(days=1)], TODAY, letters)
    assert not enough([TODAY - timedelta(days=7), TODAY - timedelta(days=1)], TODAY, letters)


# The teacher's digest

DAILY = Letters(kinds=("digest",))


def test_the_digest_names_what_the_teacher_has_not_been_told() -> None:
    past = History(told={("e1", TEACHER): Said(first="x"), ("e3", TEACHER): Said(first="x")}, ended=(good("e3"),))
    owed = decided(None, episode("e1"), episode("e2"), past=past, letters=DAILY)
    (letter,) = owed.new
    assert said(owed) == [(DIGEST, ("e2",), (), ("e3",), "")]
    assert (letter.student, letter.guardian, letter.slot, letter.not_before) == ("", TEACHER, TODAY, NOW)
    early = decided(None, episode("e2"), letters=DAILY, now=NOW.replace(hour=8)).new[0]
    assert early.not_before == NOW.replace(hour=15)


def test_a_school_day_has_one_digest_and_what_comes_after_it_goes_into_the_next() -> None:
    (letter,) = decided(None, episode("e1"), letters=DAILY).new
    joins = decided(None, episode("e1"), episode("e2"), known=(letter,), letters=DAILY)
    assert joins == replace(NOBODY, joined=((letter.key, ("e2",)),))
    left = replace(letter, state=NoticeState.SENT)
    assert decided(None, episode("e1"), episode("e2"), known=(left,), letters=DAILY) == NOBODY
    monday = NOW + timedelta(days=3)
    assert said(decided(None, episode("e1"), episode("e2"), known=(left,), letters=DAILY, now=monday)) == [
        (DIGEST, ("e2",), (), (), "")
    ]


def test_without_news_or_school_there_is_no_digest() -> None:
    assert decided(letters=DAILY) == NOBODY
    assert decided(None, episode("e1"), letters=DAILY, now=NOW + timedelta(days=1)) == NOBODY


def test_problems_are_news_when_they_are_not_those_of_the_last_digest() -> None:
    owed = decided(letters=DAILY, problems=("C4: mend this.",))
    (letter,) = owed.new
    assert letter.about == digest(SECRET, "problems", "C4: mend this.")[:16]
    told = History(earlier={("", TEACHER): (earlier(DIGEST, days_ago=1, about=letter.about),)})
    assert decided(letters=DAILY, problems=("C4: mend this.",), past=told) == NOBODY
    assert len(decided(letters=DAILY, problems=("C5: mend this.",), past=told).new) == 1
