"""Which letters are owed, held back and withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import drawn
import pytest

from sheets_mastery.config import Letters, Tier
from sheets_mastery.contracts import Contract
from sheets_mastery.gradebook import ContractCells, Guardian, Place, Student
from sheets_mastery.mastery import Standing
from sheets_mastery.notices import (
    MISSING,
    HeldBack,
    Letterbox,
    LettersOwed,
    Notice,
    NoticeState,
    digest,
    letterboxes,
)
from sheets_mastery.occasions import letters_owed
from sheets_mastery.remediation import Owed, Remediation

SECRET = b"secret"
SCHOOL = drawn.settings().school
ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 9, 18, 16, 0, tzinfo=ZONE)
TODAY = NOW.date()
CONTRACT = Contract(student="101", tier=Tier(name="86", pass_mark=Decimal(86)), signed_by="", since=None)
MUM = Guardian(name="M. Diaz", address="Mum@x.org", language="es", may_receive=True)
DAD = Guardian(name="", address="dad@x.org", language="", may_receive=True)
OF_MUM, OF_DAD = (digest(SECRET, "guardian", address) for address in ("mum@x.org", "dad@x.org"))
NOTHING = LettersOwed(new=(), joined=(), withdrawn=(), held_back=())


def student(*guardians: Guardian, identity: str = "101", address: str = "", blocked: str = "") -> Student:
    return Student(
        id=identity,
        name="Ana Diaz",
        section="",
        guardians=guardians,
        address=address,
        language="vi",
        contract=ContractCells(place=Place(tab="Marks")),
        row=1,
        blocked=blocked,
    )


def standing(of: Student, contract: Contract | None = CONTRACT) -> Standing:
    return Standing(student=of, contract=contract, judged=())


def episode(name: str, of: str = "101") -> Remediation:
    return Remediation(id=name, work=(of, f"work {name}"), opened=TODAY, help="video", due=TODAY, attempts=1)


def owing(*episodes: Remediation) -> Owed:
    return Owed(open={each.work: each for each in episodes}, newly=(), moved_on=(), ended=())


def decided(
    *standings: Standing,
    owed: Owed,
    known: tuple[Notice, ...] = (),
    announced: frozenset[tuple[str, str]] = frozenset(),
    letters: Letters | None = None,
    now: datetime = NOW,
) -> LettersOwed:
    return letters_owed(
        standings,
        owed,
        gradebook="Period 1",
        known={notice.key: notice for notice in known},
        announced=announced,
        letters=letters or Letters(),
        school=SCHOOL,
        secret=SECRET,
        now=now,
    )


def notice(guardian: str, *episodes: str, slot: date = TODAY, state: NoticeState = NoticeState.HOLD) -> Notice:
    """The letter that is decided at NOW for a slot."""
    begins = NOW if slot == TODAY else datetime.combine(slot, SCHOOL.hours.start, tzinfo=ZONE)
    not_before = begins + timedelta(hours=18)
    return Notice(
        key=digest(SECRET, "notice", "Period 1", "101", guardian, MISSING, slot.isoformat()),
        gradebook="Period 1",
        kind=MISSING,
        student="101",
        guardian=guardian,
        slot=slot,
        not_before=not_before,
        # Five school days after the weekend on which it may leave.
        expires=not_before.replace(day=25),
        episodes=episodes,
        state=state,
    )


# States


def test_every_state_is_final_or_waiting_or_on_its_way_or_with_a_person() -> None:
    ways = (
        ("final", {each for each in NoticeState if each.final}),
        ("may still be withdrawn", {each for each in NoticeState if each.waiting}),
        ("for a person", {each for each in NoticeState if each.for_a_person}),
    )
    assert dict(ways) == {
        "final": {NoticeState.SENT, NoticeState.CANCELLED},
        "may still be withdrawn": {NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED},
        "for a person": {NoticeState.NEEDS_REVIEW, NoticeState.BLOCKED, NoticeState.FAILED},
    }
    # What is left is on its way, and found by every delivery.
    on_their_way = {NoticeState.SENDING, NoticeState.UNKNOWN, NoticeState.DRAFTED}
    assert set(NoticeState) - {each for _, some in ways for each in some} == on_their_way


def test_a_digest_depends_on_the_secret_and_on_every_word() -> None:
    assert digest(b"a", "x", "y") == digest(b"a", "x", "y")
    assert len({digest(b"a", "x", "y"), digest(b"b", "x", "y"), digest(b"a", "xy"), digest(b"a", "y", "x")}) == 4


# Letterboxes


def test_every_permitted_guardian_has_a_letterbox() -> None:
    assert letterboxes(student(MUM, DAD), Letters(), SECRET) == (
        (
            Letterbox(digest=OF_MUM, address="Mum@x.org", name="M. Diaz", language="es"),
            Letterbox(digest=OF_DAD, address="dad@x.org", name="", language="en"),
        ),
        (),
    )


def test_a_refusal_is_held_back_and_said_once_a_person() -> None:
    refused = replace(DAD, may_receive=False)
    boxes, why = letterboxes(student(MUM, refused), Letters(), SECRET)
    assert ([box.address for box in boxes], why) == (["Mum@x.org"], (HeldBack.NOT_PERMITTED,))


def test_of_a_student_whose_rights_are_the_student_s_own_only_the_student_is_written_to() -> None:
    ana = student(replace(MUM, may_receive=False), replace(DAD, may_receive=False), address="ana@s.example")
    boxes, why = letterboxes(ana, Letters(to_students=True), SECRET)
    assert ([(box.address, box.own) for box in boxes], why) == (
        [("ana@s.example", True)],
        (HeldBack.NOT_PERMITTED,) * 2,
    )


def test_nobody_to_write_to_is_said() -> None:
    assert letterboxes(student(), Letters(), SECRET) == ((), (HeldBack.NO_ADDRESS,))


def test_a_student_in_doubt_has_no_letterbox() -> None:
    doubtful = student(MUM, blocked="the id is there twice")
    assert letterboxes(doubtful, Letters(to_students=True), SECRET) == ((), (HeldBack.IN_DOUBT,))


def test_the_student_s_own_letterbox_is_used_only_where_the_school_says_so() -> None:
    ana = student(MUM, address="Ana@s.example")
    own = Letterbox(
        digest=digest(SECRET, "student", "ana@s.example"),
        address="Ana@s.example",
        name="Ana Diaz",
        language="vi",
        own=True,
    )
    assert [box.own for box in letterboxes(ana, Letters(), SECRET)[0]] == [False]
    assert letterboxes(ana, Letters(to_students=True), SECRET)[0][1:] == (own,)


@pytest.mark.parametrize("may_receive", [True, False])
def test_a_student_who_shares_a_guardian_s_address_gets_no_second_letter(may_receive: bool) -> None:
    shared = student(replace(MUM, may_receive=may_receive), address="mum@X.org")
    boxes, _ = letterboxes(shared, Letters(to_students=True), SECRET)
    assert [box.own for box in boxes] == [False] * may_receive


# New letters


def test_all_that_is_missing_stands_in_one_letter_to_each_guardian() -> None:
    assert decided(standing(student(MUM, DAD)), owed=owing(episode("e2"), episode("e1"))) == replace(
        NOTHING, new=(notice(OF_MUM, "e1", "e2"), notice(OF_DAD, "e1", "e2"))
    )


def test_a_letter_waits_its_hours_and_is_given_up_after_its_days() -> None:
    letters = Letters(hold_hours=Decimal("0.5"), expires_after_days=2)
    (new,) = decided(standing(student(MUM)), owed=owing(episode("e1")), letters=letters).new
    assert (new.not_before, new.expires) == (NOW + timedelta(minutes=30), NOW + timedelta(days=4, minutes=30))
    assert (new.state, new.version, new.attempt) == (NoticeState.HOLD, 0, 0)


def test_the_slot_is_the_school_s_day_whatever_the_clock_of_the_machine() -> None:
    late = datetime(2026, 9, 19, 3, 30, tzinfo=ZoneInfo("UTC"))
    (new,) = decided(standing(student(MUM)), owed=owing(episode("e1")), now=late).new
    assert new.slot == date(2026, 9, 18)


def test_nothing_missing_is_nothing_to_write() -> None:
    assert decided(standing(student(MUM)), standing(student()), owed=owing()) == NOTHING


def test_an_episode_is_said_once_to_each_guardian() -> None:
    announced = frozenset({("e1", OF_MUM)})
    assert decided(standing(student(MUM, DAD)), owed=owing(episode("e1")), announced=announced) == replace(
        NOTHING, new=(notice(OF_DAD, "e1"),)
    )


def test_siblings_get_a_letter_each() -> None:
    bo = standing(student(MUM, identity="102"))
    decision = decided(standing(student(MUM)), bo, owed=owing(episode("e1"), episode("e2", of="102")))
    assert [(new.student, new.guardian, new.episodes) for new in decision.new] == [
        ("101", OF_MUM, ("e1",)),
        ("102", OF_MUM, ("e2",)),
    ]


@pytest.mark.parametrize("state", [NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED])
def test_what_is_new_joins_the_letter_that_still_waits(state: NoticeState) -> None:
    waiting = notice(OF_MUM, "e1", slot=TODAY - timedelta(days=1), state=state)
    assert decided(
        standing(student(MUM)),
        owed=owing(episode("e1"), episode("e2")),
        known=(waiting,),
        announced=frozenset({("e1", OF_MUM)}),
    ) == replace(NOTHING, joined=((waiting.key, ("e2",)),))


@pytest.mark.parametrize("state", [state for state in NoticeState if not state.waiting])
def test_when_friday_s_letter_has_left_the_next_one_is_monday_s(state: NoticeState) -> None:
    monday = TODAY + timedelta(days=3)
    announced = frozenset({("e1", OF_MUM)})
    owed = owing(episode("e1"), episode("e2"))
    left = notice(OF_MUM, "e1", state=state)
    new = notice(OF_MUM, "e2", slot=monday)
    # Eighteen hours after Monday's first minute, and five school days from then.
    new = replace(new, expires=new.not_before + timedelta(days=7))
    assert decided(standing(student(MUM)), owed=owed, known=(left,), announced=announced) == replace(
        NOTHING, new=(new,)
    )
    both = (left, notice(OF_MUM, "e1", slot=monday, state=state))
    assert [each.slot for each in decided(standing(student(MUM)), owed=owed, known=both, announced=announced).new] == [
        TODAY + timedelta(days=4)
    ]


def test_what_is_found_on_a_weekend_goes_with_monday_s_letter_and_waits_no_longer_for_it() -> None:
    sunday = NOW + timedelta(days=2)
    (new,) = decided(standing(student(MUM)), owed=owing(episode("e1")), now=sunday).new
    assert (new.slot, new.not_before) == (TODAY + timedelta(days=3), sunday + timedelta(hours=18))


# Letters held back


def test_without_a_contract_there_is_no_letter() -> None:
    assert decided(standing(student(MUM), contract=None), owed=owing()) == replace(
        NOTHING, held_back=(("101", HeldBack.NO_CONTRACT),)
    )


def test_who_may_not_be_written_to_is_not() -> None:
    refused = replace(MUM, may_receive=False)
    assert decided(standing(student(refused)), owed=owing(episode("e1"))) == replace(
        NOTHING, held_back=(("101", HeldBack.NOT_PERMITTED),)
    )


def test_who_has_no_guardian_is_said_when_there_is_something_to_say() -> None:
    assert decided(standing(student()), owed=owing(episode("e1"))) == replace(
        NOTHING, held_back=(("101", HeldBack.NO_ADDRESS),)
    )


def test_while_a_row_is_in_doubt_nothing_is_said_and_nothing_is_withdrawn() -> None:
    doubtful = student(MUM, blocked="the id is there twice")
    assert decided(standing(doubtful, contract=None), owed=owing(), known=(notice(OF_MUM, "e1"),)) == replace(
        NOTHING, held_back=(("101", HeldBack.IN_DOUBT),)
    )


# Letters withdrawn


def test_a_letter_whose_work_is_put_right_is_withdrawn() -> None:
    waiting = notice(OF_MUM, "e1")
    assert decided(standing(student(MUM)), owed=owing(), known=(waiting,)) == replace(
        NOTHING, withdrawn=((waiting.key, "put right before it left"),)
    )


def test_a_letter_stays_while_any_of_its_work_is_missing() -> None:
    waiting = notice(OF_MUM, "e1", "e2")
    announced = frozenset({("e1", OF_MUM), ("e2", OF_MUM)})
    assert decided(standing(student(MUM)), owed=owing(episode("e2")), known=(waiting,), announced=announced) == NOTHING


def test_a_letter_that_new_work_joins_is_not_withdrawn() -> None:
    waiting = notice(OF_MUM, "e1")
    assert decided(standing(student(MUM)), owed=owing(episode("e2")), known=(waiting,)) == replace(
        NOTHING, joined=((waiting.key, ("e2",)),)
    )


def test_a_letter_to_a_student_who_is_gone_is_withdrawn() -> None:
    waiting = notice(OF_MUM, "e1")
    assert decided(owed=owing(), known=(waiting,)) == replace(
        NOTHING, withdrawn=((waiting.key, "the student is no longer in the gradebook"),)
    )


@pytest.mark.parametrize("guardian", [replace(MUM, may_receive=False), replace(MUM, address="new@x.org")])
def test_a_letter_to_somebody_who_is_no_longer_written_to_is_withdrawn(guardian: Guardian) -> None:
    waiting = notice(OF_MUM, "e1")
    decision = decided(standing(student(guardian)), owed=owing(episode("e1")), known=(waiting,))
    assert decision.withdrawn == ((waiting.key, "this person is no longer to be written to"),)
    assert [new.guardian for new in decision.new] == (
        [digest(SECRET, "guardian", "new@x.org")] if guardian.may_receive else []
    )


@pytest.mark.parametrize("state", [state for state in NoticeState if not state.waiting])
def test_what_is_on_its_way_or_over_is_not_withdrawn(state: NoticeState) -> None:
    assert decided(owed=owing(), known=(notice(OF_MUM, "e1", state=state),)) == NOTHING
