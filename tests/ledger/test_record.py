"""What a sync records and what the next one reads, the same on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.ledger.tables import opt_out
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import Begun, Earlier, History, Notice, NoticeState, Said, digest
from sheets_mastery.panel import Choice
from sheets_mastery.past import APPROVED, Facts, LevelChange, Past, VerdictChange, WrittenAbout
from sheets_mastery.remediation import Attempt, AttemptKind, Closed, Remediation

TODAY = date(2026, 10, 30)
Contents = Callable[[str], dict[str, list[tuple[Any, ...]]]]
NewLetter = Callable[..., Notice]
NewEpisode = Callable[[str, tuple[str, str]], Remediation]


def test_before_the_first_sync_no_students_are_known(ledger: Ledger) -> None:
    assert ledger.past("period 1", TODAY) == Past(
        secret=bytes(32),
        students=None,
        verdicts={},
        attempts={},
        levels={},
        episodes={},
        notices={},
        announced=frozenset(),
        install="0" * 32,
    )


def test_what_was_recorded_is_the_past(ledger: Ledger, facts: Facts, now: datetime) -> None:
    ledger.record("period 1", facts, now=now)

    assert ledger.past("period 1", TODAY) == Past(
        secret=bytes(32),
        students=facts.students,
        verdicts={change.work: change.after for change in facts.verdicts if change.after},
        attempts={attempt.work: attempt for attempt in facts.attempts},
        levels={change.student: change.after for change in facts.levels},
        episodes={episode.work: episode for episode in facts.episodes},
        notices={notice.key: notice for notice in facts.new_notices},
        announced=frozenset({("ana essay", "digest of the mother")}),
        shape=facts.shape,
        history=History(
            told={("ana essay", "digest of the mother"): Said()},
            begun={"ana": Begun(at=now, before=None), "ben": Begun(at=now, before=None)},
        ),
        first_sync=now,
        written=WrittenAbout(letters=((now, "ana"),), missing=((TODAY, now, "ana"),)),
        install="0" * 32,
        gradebooks=frozenset({"period 1"}),
    )


def test_the_choices_in_force_are_remembered_until_others_are(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    grace = {"marking.grace_days": Choice(label="Grace days", text="4")}
    gold = {"tiers.gold": Choice(label="Level: Gold", text="97")}
    ledger.record("period 1", replace(facts, choices=grace | gold), now=now)
    assert ledger.past("period 1", TODAY).choices == grace | gold
    assert ledger.past("period 2", TODAY).choices == {}

    ledger.record("period 1", no_facts, now=now)
    assert ledger.past("period 1", TODAY).choices == grace | gold

    later = {"marking.grace_days": Choice(label="Grace days", text="5")}
    ledger.record("period 1", replace(no_facts, choices=later), now=now)
    assert ledger.past("period 1", TODAY).choices == later

    ledger.record("period 1", replace(no_facts, choices={}), now=now)
    assert ledger.past("period 1", TODAY).choices == {}


def test_who_sets_a_gradebook_up_may_choose_before_its_first_sync(ledger: Ledger, facts: Facts, now: datetime) -> None:
    grace = {"marking.grace_days": Choice(label="Grace days", text="4")}
    ledger.choose("period 1", grace, now=now)
    past = ledger.past("period 1", TODAY)
    assert (past.choices, past.students) == (grace, None)
    ledger.record("period 1", facts, now=now)
    assert ledger.past("period 1", TODAY).choices == grace


def test_what_was_said_in_letters_that_have_left_is_remembered(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    ledger.record("period 1", facts, now=now)
    _sent(ledger, "key 1", now)
    later = now + timedelta(days=14)
    again = new_letter("key 2", (), kind="reminder", reminds=(("ana essay", 1),), not_before=later, slot=later.date())
    ledger.record("period 1", replace(no_facts, new_notices=(again,)), now=later)
    assert ledger.waiting("period 1") == (again,)
    (essay,) = ledger.past("period 1", later.date()).episodes.values()
    good = replace(essay, closed=later.date(), why=Closed.MADE_GOOD)
    praise = new_letter("key 3", (), kind="made_good", praises=("ana essay",), about="93", slot=later.date())
    raised = LevelChange(student="ben", before=Fraction(1721, 20), after=Fraction(93), signed_by="", since=None)
    more = replace(no_facts, episodes=(good,), new_notices=(praise,), levels=(raised,))
    ledger.record("period 1", more, now=later)
    ledger.opt_out("period 1", "digest of the mother", "weekly", now=later)
    ledger.opt_out("period 1", "digest of the mother", "weekly", now=later + timedelta(days=1))

    past = ledger.past("period 1", later.date())
    assert past.announced == {("ana essay", "digest of the mother")}
    assert past.history == History(
        told={("ana essay", "digest of the mother"): Said(first="key 1", reminders=1, praised=True)},
        earlier={
            ("ana", "digest of the mother"): (
                Earlier(key="key 1", kind="missing", slot=now.date(), at=now, state=NoticeState.SENT, about=""),
            )
        },
        ended=(good,),
        begun={"ana": Begun(at=now, before=None), "ben": Begun(at=later, before=Fraction(1721, 20))},
        opted_out=frozenset({("digest of the mother", "weekly")}),
    )
    assert [each for each in ledger.waiting("period 1") if each.key == "key 3"] == [praise]
    ledger.opt_in("period 1", "digest of the mother", "weekly", now=later)
    assert ledger.past("period 1", later.date() + timedelta(days=15)).history.ended == ()
    assert ledger.past("period 1", later.date()).history.opted_out == frozenset()


def test_a_wish_is_that_of_one_person_about_one_kind_and_may_be_said_by_many_at_once(
    ledger: Ledger, url: str, now: datetime, contents: Contents
) -> None:
    with ThreadPoolExecutor(8) as pool:
        wishes = [
            pool.submit(ledger.opt_out, "period 1", person, kind, now=now)
            for person, kind in [("mother", "weekly"), ("mother", "missing"), ("father", "weekly")] * 8
        ]
        assert [each.result() for each in wishes] == [None] * 24
    assert ledger.has_opted_out("period 1", "mother", "weekly")
    assert not ledger.has_opted_out("period 1", "father", "missing")
    assert not ledger.has_opted_out("period 2", "mother", "weekly")
    assert (ledger.opted_out("period 1"), ledger.opted_out("period 2")) == (2, 0)
    later = now + timedelta(days=1)
    ledger.opt_in("period 1", "father", "weekly", now=later)
    ledger.opt_in("period 1", "father", "weekly", now=later)
    assert ledger.opted_out("period 1") == 1
    # That it was stopped once stays on record, and each thing stands there once, however often it was said.
    noted = [row[1:] for row in contents(url)["audit"]]
    stopped = [(now, "its reader", "letters stopped"), (later, "its reader", "letters wanted again")]
    assert [row[:3] for row in noted if row[3:] == ("father", "period 1: weekly")] == stopped
    assert [row[:3] for row in noted if row[3:] == ("mother", "period 1: missing")] == stopped[:1]
    assert len(noted) == 4


def test_what_was_stopped_before_it_was_audited_is_put_on_record_when_it_is_taken_back(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    mother = facts.new_notices[0].guardian
    with ledger._database.writing() as connection:
        connection.execute(insert(opt_out).values(gradebook="period 1", guardian=mother, kind="missing", at=now))

    ledger.opt_in("period 1", mother, "missing", now=now + timedelta(days=1))

    assert contents(url)["opt_out"] == []
    assert [(each.at, each.what) for each in ledger.history("key 1")] == [
        (now, "hold"),
        (now, "letters stopped"),
        (now + timedelta(days=1), "letters wanted again"),
    ]


def test_a_reminder_is_written_once_for_each_time(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    ledger.record("period 1", facts, now=now)
    for name in ("key 2", "key 3"):
        first = new_letter(name, (), kind="reminder", reminds=(("ana essay", 1),), slot=now.date())
        ledger.record("period 1", replace(no_facts, new_notices=(first,)), now=now)
    assert [each.key for each in ledger.waiting("period 1")] == ["key 1", "key 2"]


def _sent(ledger: Ledger, key: str, now: datetime) -> None:
    claimed = ledger.claim(key, 0, now=now, lease_owner="a", lease_seconds=60)
    assert claimed is not None
    assert ledger.move(claimed, NoticeState.SENT, now=now) is not None


def test_one_gradebook_knows_nothing_of_another(ledger: Ledger, facts: Facts, now: datetime) -> None:
    empty = ledger.past("period 2", TODAY)
    ledger.record("period 1", facts, now=now)

    assert ledger.past("period 2", TODAY) == replace(empty, gradebooks=frozenset({"period 1"}))


def test_the_same_facts_again_leave_every_row_as_it_was(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    once = contents(url)

    ledger.record("period 1", facts, now=now)

    assert {table: len(rows) for table, rows in once.items() if rows} == {
        "install": 1,
        "gradebook_state": 1,
        "student_seen": 3,
        "verdict": 3,
        "verdict_change": 3,
        "contract": 3,
        "attempt": 2,
        "episode": 1,
        "notice": 1,
        "notice_item": 1,
        "audit": 1,
    }
    assert contents(url) == once


def test_four_syncs_with_the_same_facts_at_once_leave_what_one_leaves(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    start = threading.Barrier(4)

    def record() -> None:
        start.wait()
        ledger.record("period 1", facts, now=now)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(record) for _ in range(4)]:
            done.result()

    tables = ("verdict_change", "attempt", "contract", "notice", "notice_item", "audit")
    assert [len(contents(url)[name]) for name in tables] == [3, 2, 3, 1, 1, 1]
    assert ledger.past("period 1", TODAY).verdicts == {change.work: change.after for change in facts.verdicts}


def test_the_past_is_of_one_moment_whenever_another_sync_records(url: str, no_facts: Facts, now: datetime) -> None:
    """Ana's name and her verdict are recorded as the same word, so that a past of two moments would show."""
    words = [Verdict.RETAKE, Verdict.MASTERED]
    with open_ledger(url, now=now) as ledger, open_ledger(url, now=now) as other:
        until = 0

        def record_next() -> None:
            change = VerdictChange(work=("ana", "essay"), before=words[1], after=words[0])
            other.record("period 1", replace(no_facts, students={"ana": words[0]}, verdicts=(change,)), now=now)
            words.reverse()

        def intrude(*_: object) -> None:
            nonlocal until
            until -= 1
            if until == 0:
                record_next()

        first = VerdictChange(work=("ana", "essay"), before=None, after=words[1])
        other.record("period 1", replace(no_facts, students={"ana": words[1]}, verdicts=(first,)), now=now)
        event.listen(ledger._database.engine, "before_cursor_execute", intrude)
        for statement in count(1):
            until = statement
            past = ledger.past("period 1", TODAY)
            assert past.students == {"ana": past.verdicts["ana", "essay"]}, f"statement {statement}"
            if until > 0:
                break
        assert statement > 5


def test_a_student_who_leaves_is_no_longer_known_and_may_come_back_under_another_name(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)

    ledger.record("period 1", replace(no_facts, students={"ana": "digest of Ana"}), now=now)
    assert ledger.past("period 1", TODAY).students == {"ana": "digest of Ana"}

    back = {"ana": "digest of Ana", "ben": "digest of Benjamin"}
    ledger.record("period 1", replace(no_facts, students=back), now=now)
    assert ledger.past("period 1", TODAY).students == back

    ledger.record("period 1", no_facts, now=now)
    assert ledger.past("period 1", TODAY).students == back


def test_who_has_left_and_what_has_ended_are_remembered_for_a_fortnight(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    (essay,) = facts.episodes
    waived = replace(essay, closed=TODAY, why=Closed.WAIVED)
    here = {"ana": "digest of Ana", "cem": "digest of Cem"}
    ledger.record("period 1", replace(no_facts, students=here, episodes=(waived,)), now=now)
    past = ledger.past("period 1", TODAY + timedelta(days=13))
    assert (past.left, past.ended) == ({"ben": "digest of Ben"}, {essay.work: waived})
    assert past.history.ended == ()
    past = ledger.past("period 1", TODAY + timedelta(days=15))
    assert (past.left, past.ended) == ({}, {})

    ledger.record("period 1", replace(no_facts, episodes=(essay,)), now=now)
    past = ledger.past("period 1", TODAY)
    assert (past.episodes, past.ended) == ({essay.work: essay}, {})


def test_about_whom_letters_were_decided_is_remembered_for_four_weeks(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter, new_episode: NewEpisode
) -> None:
    """What joins a letter counts, what was withdrawn does not, nor what says again what was said."""
    ledger.record("period 1", facts, now=now)
    hour = timedelta(hours=1)
    ended = new_episode("ben lab", ("ben", "lab"))
    more = tuple(new_episode(f"ana {work}", ("ana", work)) for work in ("lab", "quiz 1"))
    letters = (
        new_letter("key 2", ("ben lab",), student="ben"),
        *(new_letter(f"key {kind}", (), kind=kind, student="cem") for kind in ("weekly", "contract", "digest")),
    )
    ledger.record(
        "period 1",
        replace(no_facts, episodes=(*more, ended), new_notices=letters, joined=(("key 1", ("ana lab",)),)),
        now=now + hour,
    )
    slip = replace(ended, closed=TODAY, why=Closed.WAIVED)
    ledger.record("period 1", replace(no_facts, episodes=(slip,), withdrawn=(("key 2", "put right"),)), now=now + hour)
    for hours, outcome, counts in (
        (2, "done", {APPROVED: 1}),
        (3, "failed", {APPROVED: 1}),
        (4, "done", {"letters": 1}),
    ):
        run = ledger.start_run("period 1", "apply", now=now)
        ledger.finish_run(run, outcome, now=now + hours * hour, counts=counts)

    after = ledger.past("period 1", TODAY + timedelta(days=28)).written
    assert (after.letters, len(after.missing), after.approved) == (((now, "ana"), (now + hour, "ana")), 3, None)
    assert ledger.past("period 1", TODAY).written == WrittenAbout(
        letters=((now, "ana"), (now + hour, "ana")),
        missing=((TODAY, now, "ana"), (TODAY, now + hour, "ana"), (TODAY, now + hour, "ana")),
        approved=now + 2 * hour,
    )
    later = ledger.past("period 1", TODAY + timedelta(days=30)).written
    assert (later.letters, later.missing) == ((), ())
    assert ledger.past("period 2", TODAY).written == WrittenAbout()


def test_a_verdict_changes_and_goes_and_every_change_stays_written(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    later = now + timedelta(days=1)
    changes = (
        VerdictChange(work=("ana", "essay"), before=Verdict.RETAKE, after=Verdict.MASTERED),
        VerdictChange(work=("ben", "essay"), before=Verdict.MASTERED, after=None),
    )

    ledger.record("period 1", replace(no_facts, verdicts=changes), now=later)

    assert ledger.past("period 1", TODAY).verdicts == {
        ("ana", "essay"): Verdict.MASTERED,
        ("cem", "essay"): Verdict.NO_CONTRACT,
    }
    assert [row[2:6] for row in contents(url)["verdict_change"]] == [
        ("ana", "essay", None, Verdict.RETAKE),
        ("ben", "essay", None, Verdict.MASTERED),
        ("cem", "essay", None, Verdict.NO_CONTRACT),
        ("ana", "essay", Verdict.RETAKE, Verdict.MASTERED),
        ("ben", "essay", Verdict.MASTERED, None),
    ]


def test_facts_that_follow_from_an_old_past_are_refused_whole(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    before = contents(url)
    old = VerdictChange(work=("ana", "essay"), before=Verdict.NOT_IN, after=Verdict.MASTERED)

    with pytest.raises(LedgerError) as refused:
        ledger.record("period 1", replace(no_facts, students={}, verdicts=(old,)), now=now)

    assert str(refused.value) == (
        "Another sync of period 1 went first, so this one decided from what is no longer so: run it again."
    )
    assert contents(url) == before


def test_a_correction_that_is_taken_back_and_made_again_is_kept_each_time(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    shares = [Fraction(9, 10), Fraction(43, 50), Fraction(9, 10)]
    for share in shares:
        slip = Attempt(work=("ana", "essay"), number=1, kind=AttemptKind.CORRECTION, share=share, on=TODAY)
        ledger.record("period 1", replace(no_facts, attempts=(slip,)), now=now)
        assert ledger.past("period 1", TODAY).attempts[("ana", "essay")] == slip

    of_ana = [row[6] for row in contents(url)["attempt"] if row[2] == "ana"]
    assert of_ana == [Fraction(43, 50), *shares]


def test_the_last_contract_counts_and_the_ones_before_stay_written(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    ended = LevelChange(student="ana", before=Fraction(93), after=None, signed_by="", since=None)

    ledger.record("period 1", replace(no_facts, levels=(ended,)), now=now)

    levels = {"ana": None, "ben": Fraction(1721, 20), "cem": None}
    assert ledger.past("period 1", TODAY).levels == levels
    assert [row[3] for row in contents(url)["contract"] if row[2] == "ana"] == [Fraction(93), None]


def test_who_signed_is_told_apart_but_not_told(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    other = replace(facts.levels[0], signed_by="Luis Quintanilla")
    ledger.record("period 1", replace(no_facts, levels=(facts.levels[0],)), now=now)
    ledger.record("period 1", replace(no_facts, levels=(other,)), now=now)

    signatures = [row[4] for row in contents(url)["contract"] if row[2] == "ana"]
    assert signatures == [
        digest(bytes(32), "signed", "Rosa Quintanilla"),
        digest(bytes(32), "signed", "Luis Quintanilla"),
    ]
    assert "Quintanilla" not in str(contents(url))


def test_an_episode_moves_on_ends_and_opens_again_on_the_same_day(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    (opened,) = facts.episodes
    moved = replace(opened, help="small group", attempts=2, due=TODAY + timedelta(days=9))
    ended = replace(moved, closed=TODAY, why=Closed.MADE_GOOD)

    for each, expected in ((moved, {opened.work: moved}), (ended, {}), (opened, {opened.work: opened})):
        ledger.record("period 1", replace(no_facts, episodes=(each,)), now=now)
        assert ledger.past("period 1", TODAY).episodes == expected


def test_work_may_be_owed_again_by_the_sync_that_ends_what_was_owed(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    (first,) = facts.episodes
    second = replace(first, id="ana essay again")
    ended = replace(first, closed=TODAY, why=Closed.WAIVED)

    ledger.record("period 1", replace(no_facts, episodes=(second, ended)), now=now)

    assert ledger.past("period 1", TODAY).episodes == {second.work: second}


def test_what_a_withdrawn_letter_would_have_said_can_be_said_by_another(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    ledger.record("period 1", replace(no_facts, withdrawn=(("key 1", "put right before it left"),)), now=now)
    past = ledger.past("period 1", TODAY)
    (before,) = facts.new_notices
    withdrawn = replace(before, state=NoticeState.CANCELLED, reason="put right before it left", version=1)
    assert (past.notices, past.announced) == ({"key 1": withdrawn}, frozenset())

    again = new_letter("key 2", ("ana essay",), slot=TODAY + timedelta(days=1))
    ledger.record("period 1", replace(no_facts, new_notices=(again,)), now=now)

    past = ledger.past("period 1", TODAY)
    assert past.notices == {"key 1": withdrawn, "key 2": again}
    assert past.announced == {("ana essay", "digest of the mother")}
    assert [row[2:] for row in contents(url)["audit"]] == [
        ("sync", "hold", "key 1", ""),
        ("sync", "cancelled", "key 1", "put right before it left"),
        ("sync", "hold", "key 2", ""),
    ]


def test_more_owed_work_joins_a_letter_that_waits_and_makes_it_another_version(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_episode: NewEpisode
) -> None:
    ledger.record("period 1", facts, now=now)
    more = replace(
        no_facts, episodes=(new_episode("ana lab", ("ana", "lab")),), joined=(("key 1", ("ana essay", "ana lab")),)
    )
    for _ in range(2):
        ledger.record("period 1", more, now=now)

    (before,) = facts.new_notices
    past = ledger.past("period 1", TODAY)
    assert past.notices == {"key 1": replace(before, episodes=("ana essay", "ana lab"), version=1)}
    assert past.announced == {("ana essay", "digest of the mother"), ("ana lab", "digest of the mother")}
    # Who had looked at the letter before cannot take it as it was.
    assert ledger.claim("key 1", 0, now=now, lease_owner="a", lease_seconds=60) is None


def test_a_letter_on_its_way_is_neither_withdrawn_nor_added_to(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_episode: NewEpisode
) -> None:
    ledger.record("period 1", facts, now=now)
    sending = ledger.claim("key 1", 0, now=now, lease_owner="a", lease_seconds=60)
    late = replace(
        no_facts,
        episodes=(new_episode("ana lab", ("ana", "lab")),),
        joined=(("key 1", ("ana lab",)),),
        withdrawn=(("key 1", "put right before it left"),),
    )

    ledger.record("period 1", late, now=now)

    past = ledger.past("period 1", TODAY)
    assert past.notices == {"key 1": sending}
    assert past.announced == {("ana essay", "digest of the mother")}


def test_two_syncs_around_midnight_do_not_both_announce_the_same_work(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    ledger.record("period 1", facts, now=now)
    tomorrows = new_letter("key 2", ("ana essay",), slot=TODAY + timedelta(days=1))

    ledger.record("period 1", replace(no_facts, new_notices=(tomorrows,)), now=now)

    assert ledger.past("period 1", TODAY).notices == {"key 1": facts.new_notices[0]}


def test_a_final_letter_is_remembered_for_the_day_of_its_slot_and_what_it_said_for_ever(
    ledger: Ledger, facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    claimed = ledger.claim("key 1", 0, now=now, lease_owner="a", lease_seconds=60)
    assert claimed is not None
    sent = ledger.move(claimed, NoticeState.SENT, now=now, provider_id="<1@mail>")

    assert ledger.past("period 1", TODAY).notices == {"key 1": sent}
    tomorrow = ledger.past("period 1", TODAY + timedelta(days=1))
    assert tomorrow.notices == {}
    assert tomorrow.announced == {("ana essay", "digest of the mother")}


def test_times_come_back_aware_and_in_utc_from_any_zone(ledger: Ledger, facts: Facts, no_facts: Facts) -> None:
    chicago = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/Chicago"))
    early = replace(facts.new_notices[0], not_before=chicago)
    ledger.record("period 1", replace(facts, new_notices=(early,)), now=chicago)

    found = ledger.past("period 1", TODAY).notices["key 1"].not_before
    assert (found, found.tzinfo) == (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), UTC)


def test_a_time_without_a_zone_is_a_mistake_of_the_program(ledger: Ledger, facts: Facts) -> None:
    with pytest.raises(ValueError, match="a time without a zone came to the ledger: 2026-10-30 15:00:00"):
        ledger.record("period 1", facts, now=datetime(2026, 10, 30, 15))  # noqa: DTZ001 - that is what is tried
