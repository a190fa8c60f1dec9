"""Letters on their way: every one is taken by one delivery, and none is lost from sight."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text, update

from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.ledger.database import DELIVERING
from sheets_mastery.ledger.tables import notice
from sheets_mastery.notices import UNWANTED, Notice, NoticeState
from sheets_mastery.past import Facts

TODAY = date(2026, 10, 30)
MINUTE = timedelta(minutes=1)
Contents = Callable[[str], dict[str, list[tuple[Any, ...]]]]
NewLetter = Callable[..., Notice]


def put(ledger: Ledger, facts: Facts, now: datetime, *letters: Notice) -> None:
    """Record letters, each about an episode of its own."""
    episodes = tuple(
        replace(facts.episodes[0], id=name, work=("ana", name)) for each in letters for name in each.episodes
    )
    ledger.record("period 1", replace(facts, episodes=episodes, new_notices=letters), now=now)


def claim(ledger: Ledger, seen: Notice, now: datetime, *, lease_seconds: int = 600) -> Notice:
    """Claim a letter that can be claimed."""
    claimed = ledger.claim(seen.key, seen.version, now=now, lease_owner="this delivery", lease_seconds=lease_seconds)
    assert claimed is not None
    return claimed


def test_a_letter_is_due_from_its_first_moment_until_it_expires_the_oldest_first(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    def held(key: str, start: timedelta, end: timedelta, **others: Any) -> Notice:
        slot = TODAY + timedelta(days=int(key))
        return new_letter(key, (key,), slot=slot, not_before=now + start, expires=now + end, **others)

    letters = (
        held("1", -MINUTE, MINUTE, state=NoticeState.READY),
        held("2", -2 * MINUTE, MINUTE),
        held("3", 0 * MINUTE, MINUTE),
        held("4", MINUTE, 2 * MINUTE),
        held("5", MINUTE, 2 * MINUTE, state=NoticeState.READY),
        held("6", -MINUTE, 0 * MINUTE),
        held("7", -MINUTE, MINUTE, state=NoticeState.BLOCKED),
    )
    put(ledger, facts, now, *letters)

    assert ledger.due(now) == (letters[1], letters[0], letters[2])


def test_a_claim_is_written_down_before_anything_leaves(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    (due,) = ledger.due(now)

    claimed = ledger.claim(due.key, due.version, now=now, lease_owner="this delivery", lease_seconds=600)

    assert claimed == replace(due, state=NoticeState.SENDING, version=1, attempt=1)
    assert ledger.sending() == (claimed,)
    assert ledger.due(now) == ()
    assert [row[2:] for row in contents(url)["audit"]] == [
        ("sync", "hold", "key 1", ""),
        ("this delivery", "sending", "key 1", ""),
    ]


@pytest.mark.parametrize(
    ("version", "later"), [(1, timedelta()), (0, -MINUTE), (0, timedelta(days=5))], ids=["changed", "early", "expired"]
)
def test_a_letter_that_is_not_due_as_it_was_seen_is_not_taken(
    ledger: Ledger, facts: Facts, now: datetime, version: int, later: timedelta
) -> None:
    ledger.record("period 1", facts, now=now)

    taken = ledger.claim("key 1", version, now=now + later, lease_owner="this delivery", lease_seconds=600)

    assert (taken, ledger.waiting()) == (None, facts.new_notices)


def test_of_eight_threads_that_claim_a_letter_one_has_it(ledger: Ledger, facts: Facts, now: datetime) -> None:
    ledger.record("period 1", facts, now=now)
    start = threading.Barrier(8)

    def try_it(owner: int) -> Notice | None:
        start.wait()
        return ledger.claim("key 1", 0, now=now, lease_owner=str(owner), lease_seconds=600)

    with ThreadPoolExecutor(8) as pool:
        taken = [each for each in pool.map(try_it, range(8)) if each is not None]

    assert taken == list(ledger.sending())
    assert (len(taken), taken[0].version, taken[0].attempt) == (1, 1, 1)


def test_of_three_processes_that_claim_sixty_letters_one_has_each(
    url: str, facts: Facts, now: datetime, new_letter: NewLetter, child: Callable[..., Any]
) -> None:
    letters = [new_letter(f"k{n:02}", (f"e{n:02}",), slot=TODAY + timedelta(days=n)) for n in range(60)]
    with open_ledger(url, now=now) as ledger:
        put(ledger, facts, now, *letters)
        claimers = [child("claim-all", url) for _ in range(3)]
        assert [each.says() for each in claimers] == ["ready"] * 3

        for each in claimers:
            each.go()

        won = [key for each in claimers for key in each.says().split()]
        assert sorted(won) == [each.key for each in letters]
        assert [each.attempt for each in ledger.sending()] == [1] * 60


def test_a_letter_that_left_is_counted_once_and_its_papers_are_kept(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    due = facts.new_notices[0]
    claimed = ledger.claim(due.key, 0, now=now, lease_owner="this delivery", lease_seconds=600, content="c0ffee")
    assert claimed is not None
    # It is kept before anything leaves: afterwards nobody may be there to do so.
    assert ledger.content("key 1") == "c0ffee"
    drafted = ledger.note_draft(claimed, "draft 7", now)
    assert drafted == replace(claimed, draft_id="draft 7", version=2)

    sent = ledger.move(drafted, NoticeState.SENT, now=now, provider_id="<7@mail>")

    assert sent == replace(drafted, state=NoticeState.SENT, provider_id="<7@mail>", version=3)
    assert ledger.install().send_seq == 1
    assert ledger.counts("period 1") == dict.fromkeys(NoticeState, 0) | {NoticeState.SENT: 1}
    assert [row[2:] for row in contents(url)["audit"]][2:] == [
        ("deliver", "draft", "key 1", ""),
        ("deliver", "sent", "key 1", ""),
    ]
    (row,) = contents(url)["notice"]
    assert {"c0ffee", "reading 1", "draft 7"} <= set(row)


def test_who_moves_a_letter_from_where_it_no_longer_is_moves_nothing(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    zombie = claim(ledger, facts.new_notices[0], now, lease_seconds=60)
    assert ledger.take_over(now + MINUTE, ask_after=timedelta()) == 1
    before = contents(url)

    assert ledger.move(zombie, NoticeState.SENT, now=now) is None
    assert ledger.note_draft(zombie, "draft 7", now) is None
    assert ledger.look(zombie, now) == (False, "", "")

    assert contents(url) == before
    assert ledger.install().send_seq == 0


def test_who_was_taken_for_dead_cannot_touch_the_letter_that_another_is_sending(
    ledger: Ledger, facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    zombie = claim(ledger, facts.new_notices[0], now)
    ready = ledger.move(zombie, NoticeState.READY, now=now, reason="interrupted before it left")
    assert ready is not None
    alive = claim(ledger, ready, now)

    assert ledger.move(zombie, NoticeState.READY, now=now) is None
    assert ledger.note_draft(zombie, "draft of a zombie", now) is None

    assert ledger.sending() == (alive,)


def test_a_claim_counts_until_its_lease_is_over_or_another_has_the_letter(
    ledger: Ledger, facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    claimed = claim(ledger, facts.new_notices[0], now, lease_seconds=60)

    assert [ledger.look(claimed, now + timedelta(seconds=passed))[0] for passed in (0, 59, 60)] == [True, True, False]
    drafted = ledger.note_draft(claimed, "draft 7", now)
    assert drafted is not None
    assert (ledger.look(claimed, now)[0], ledger.look(drafted, now)[0]) == (False, True)
    ledger.opt_out("period 1", claimed.guardian, "weekly", now=now)
    assert ledger.look(drafted, now) == (True, "", "")
    ledger.opt_out("period 1", claimed.guardian, "missing", now=now)
    assert ledger.look(drafted, now) == (True, "", UNWANTED)
    assert ledger.take_over(now, ask_after=timedelta()) == 1
    assert ledger.look(drafted, now) == (False, "", UNWANTED)


def test_what_was_interrupted_is_asked_about_when_the_answer_can_be_relied_upon(
    ledger: Ledger, facts: Facts, now: datetime
) -> None:
    ledger.record("period 1", facts, now=now)
    claim(ledger, facts.new_notices[0], now)

    assert ledger.take_over(now + 5 * MINUTE, ask_after=15 * MINUTE) == 1

    assert ledger.unknown(now + 14 * MINUTE) == ()
    (unknown,) = ledger.unknown(now + 15 * MINUTE)
    assert (unknown.state, unknown.reason) == (NoticeState.UNKNOWN, "interrupted while it was sent")
    assert (ledger.sending(), ledger.take_over(now + 5 * MINUTE, ask_after=15 * MINUTE)) == ((), 0)


@pytest.mark.parametrize("stepped", [timedelta(days=3), timedelta(hours=-2)])
def test_a_clock_that_was_moved_keeps_the_question_back_no_longer_than_a_lost_answer_would(
    ledger: Ledger, facts: Facts, now: datetime, stepped: timedelta
) -> None:
    ledger.record("period 1", facts, now=now)
    claim(ledger, facts.new_notices[0], now)

    ledger.take_over(now + stepped, ask_after=15 * MINUTE)

    (unknown,) = ledger.unknown(now + stepped + 15 * MINUTE)
    assert unknown.not_before == now + stepped + (15 * MINUTE if stepped < timedelta() else timedelta())


def test_a_new_attempt_knows_nothing_of_the_draft_of_the_last_one(ledger: Ledger, facts: Facts, now: datetime) -> None:
    ledger.record("period 1", facts, now=now)
    drafted = ledger.note_draft(claim(ledger, facts.new_notices[0], now), "draft 7", now)
    assert drafted is not None
    ready = ledger.move(drafted, NoticeState.READY, now=now)
    assert ready is not None
    assert ready.draft_id == "draft 7"

    assert claim(ledger, ready, now).draft_id == ""


def test_a_quota_keeps_every_letter_that_could_leave_until_it_is_over(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    states = (NoticeState.HOLD, NoticeState.READY, NoticeState.BLOCKED, NoticeState.UNKNOWN)
    letters = [
        new_letter(str(number), (str(number),), state=state, slot=TODAY + timedelta(days=number))
        for number, state in enumerate(states)
    ]
    late = new_letter("9", ("9",), slot=TODAY + timedelta(days=9), not_before=now + 90 * MINUTE)
    put(ledger, facts, now, *letters, late)
    hour = now + 60 * MINUTE

    assert ledger.postpone(hour, now) == 2

    assert [each.not_before for each in ledger.waiting()] == [now, now, hour, hour, now + 90 * MINUTE]
    assert [each.key for each in ledger.due(hour)] == ["0", "1"]
    assert ledger.claim("0", 0, now=hour, lease_owner="who had seen it earlier", lease_seconds=60) is None


def test_all_letters_are_stopped_and_let_go_once_each_and_the_audit_says_by_whom(
    ledger: Ledger, url: str, now: datetime, contents: Contents
) -> None:
    assert ledger.stopped() == ""
    assert ledger.go_on(now=now, who="a person") is False
    assert ledger.stop("a wrong column", now=now, who="a person") is True
    assert ledger.stop("another reason", now=now, who="the breaker") is False
    assert ledger.stopped() == "a wrong column"
    nobodys = Notice(
        key="k",
        gradebook="g",
        kind="missing",
        student="s",
        guardian="g",
        slot=TODAY,
        not_before=now,
        expires=now,
        episodes=(),
    )
    assert ledger.look(nobodys, now) == (False, "a wrong column", "")
    assert (ledger.go_on(now=now, who="a person"), ledger.stopped()) == (True, "")
    assert [row[2:] for row in contents(url)["audit"]] == [
        ("a person", "stopped", "", "a wrong column"),
        ("a person", "going on", "", ""),
    ]


def test_a_letter_is_found_by_the_beginning_of_its_key_and_a_sign_is_only_a_sign(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    letters = [new_letter(key, (key,), slot=TODAY + timedelta(days=n)) for n, key in enumerate(("ab1", "ab2", "b%1"))]
    put(ledger, facts, now, *letters)

    found = {words: [each.key for each in ledger.find(words)] for words in ("ab", "ab2", "%", "_b", "b%")}

    assert found == {"ab": ["ab1", "ab2"], "ab2": ["ab2"], "%": [], "_b": [], "b%": ["b%1"]}


def test_a_letter_made_ready_leaves_at_once_or_when_it_is_told(ledger: Ledger, facts: Facts, now: datetime) -> None:
    held = replace(facts.new_notices[0], not_before=now + timedelta(days=1))
    ledger.record("period 1", replace(facts, new_notices=(held,)), now=now)

    ready = ledger.move(held, NoticeState.READY, now=now)
    assert ready == replace(held, state=NoticeState.READY, not_before=now, version=1)
    assert ledger.due(now) == (ready,)

    claimed = claim(ledger, ready, now)
    again = ledger.move(claimed, NoticeState.READY, now=now, reason="451", not_before=now + 5 * MINUTE)
    assert (ledger.due(now), ledger.due(now + 5 * MINUTE)) == ((), (again,))


def test_an_approval_may_give_a_letter_more_time(ledger: Ledger, facts: Facts, now: datetime) -> None:
    blocked = replace(facts.new_notices[0], state=NoticeState.BLOCKED)
    ledger.record("period 1", replace(facts, new_notices=(blocked,)), now=now)
    monday = blocked.expires + timedelta(days=1)

    ready = ledger.move(blocked, NoticeState.READY, now=monday, expires=monday + MINUTE, who="a person")

    assert ledger.due(monday) == (ready,)


def test_a_letter_whose_time_is_over_is_given_up_and_may_be_said_by_another(
    ledger: Ledger, url: str, facts: Facts, now: datetime, new_letter: NewLetter, contents: Contents
) -> None:
    late = facts.new_notices[0]
    in_time = new_letter("key 2", ("ana lab",), slot=TODAY + timedelta(days=1), expires=late.expires + MINUTE)
    put(ledger, facts, now, late, in_time)

    assert [ledger.expire(late.expires - MINUTE), ledger.expire(late.expires), ledger.expire(late.expires)] == [0, 1, 0]

    past = ledger.past("period 1", TODAY)
    assert past.notices == {
        "key 1": replace(late, state=NoticeState.CANCELLED, reason="expired", version=1),
        "key 2": in_time,
    }
    assert past.announced == {("ana lab", "digest of the mother")}
    assert contents(url)["audit"][-1][2:] == ("deliver", "cancelled", "key 1", "expired")


def test_a_cancelled_letter_may_be_said_again_and_a_refused_one_or_one_cancelled_for_good_may_not(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    other = new_letter("key 2", ("ana lab",), slot=TODAY + timedelta(days=1))
    unwanted = new_letter("key 3", ("ana map",), slot=TODAY + timedelta(days=2))
    put(ledger, facts, now, facts.new_notices[0], other, unwanted)
    claimed = claim(ledger, facts.new_notices[0], now)

    refused = ledger.move(claimed, NoticeState.FAILED, now=now, reason="550")
    cancelled = ledger.move(other, NoticeState.CANCELLED, now=now, reason="put right before it left")
    skipped = ledger.move(unwanted, NoticeState.CANCELLED, now=now, reason="skipped", for_good=True)

    past = ledger.past("period 1", TODAY)
    assert past.notices == {"key 1": refused, "key 2": cancelled, "key 3": skipped}
    assert past.announced == {("ana essay", "digest of the mother"), ("ana map", "digest of the mother")}


def test_a_letter_goes_only_where_the_way_leads(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    ways = {
        "hold": {"hold", "ready", "blocked", "cancelled", "needs review"},
        "ready": {"hold", "ready", "blocked", "cancelled", "needs review"},
        "blocked": {"ready", "cancelled"},
        "sending": {"ready", "blocked", "sent", "in drafts", "failed", "unknown"},
        "in drafts": {"in drafts", "sent", "needs review", "cancelled"},
        "unknown": {"unknown", "ready", "sent", "needs review"},
        "needs review": {"ready", "sent", "cancelled"},
        "failed": {"ready", "cancelled"},
        "sent": set(),
        "cancelled": set(),
    }
    pairs = list(product(NoticeState, NoticeState))
    letters = [
        new_letter(f"{start} to {end}", (f"{start} to {end}",), state=start, slot=TODAY + timedelta(days=number))
        for number, (start, end) in enumerate(pairs)
    ]
    put(ledger, facts, now, *letters)

    for letter, (start, end) in zip(letters, pairs, strict=True):
        if end.value in ways[start.value]:
            moved = ledger.move(letter, end, now=now, reason="so it goes")
            assert moved == replace(letter, state=end, reason="so it goes", version=1)
        else:
            with pytest.raises(ValueError, match=f"a letter never goes from {start} to {end}"):
                ledger.move(letter, end, now=now)
            assert ledger.past("period 1", TODAY).notices[letter.key] == letter


def test_every_letter_is_final_or_before_a_person_or_found_by_one_sweep(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    """For every state, hour, deadline and lease: what waits for its hour is found when it has come, at the latest."""
    ages = (-5 * MINUTE, 0 * MINUTE, 5 * MINUTE)
    letters = []
    leases = {}
    for number, (state, start, length, lease) in enumerate(product(NoticeState, ages, (MINUTE, 9 * MINUTE), ages)):
        key = f"{number} {state}"
        leases[key] = now + lease
        letters.append(
            new_letter(
                key,
                (key,),
                state=state,
                slot=TODAY + timedelta(days=number),
                not_before=now + start,
                expires=now + start + length,
            )
        )
    put(ledger, facts, now, *letters)
    with ledger._database.writing() as connection:
        for key, until in leases.items():
            connection.execute(update(notice).where(notice.c.key == key).values(lease_until=until))

    asked_later = {NoticeState.HOLD, NoticeState.READY, NoticeState.UNKNOWN, NoticeState.DRAFTED}
    # Every sweep is what a delivery does first, in its order; the state it leaves is what the next moment finds.
    for moment in (now + minutes * MINUTE for minutes in (-9, -5, -4, 0, 1, 5, 20)):
        was_sending = {each.key for each in ledger.sending()}
        before = {each.key: each for each in ledger.waiting()}
        taken = ledger.take_over(moment, ask_after=timedelta())
        unknown = {each.key for each in ledger.unknown(moment)} - was_sending
        drafted = {each.key for each in ledger.drafted(moment)}
        expired = ledger.expire(moment)
        after = {each.key: each for each in ledger.waiting()}
        over = set(before) - set(after)
        person = {key for key, each in before.items() if each.state.for_a_person}
        due = {each.key for each in ledger.due(moment)}
        final = {key for key, each in ledger.past("period 1", TODAY).notices.items() if each.state.final} - over
        to_come = {key for key, each in before.items() if each.state in asked_later and each.not_before > moment}
        sweeps = (final, person, was_sending, unknown, drafted, over, due, to_come)
        assert Counter(key for sweep in sweeps for key in sweep) == dict.fromkeys(leases, 1)
        assert (taken, expired, ledger.sending()) == (len(was_sending), len(over), ())
        # Nobody is left waiting for an hour that does not come.
        assert all(after[key].not_before <= now + 5 * MINUTE for key in to_come)
    asked = {NoticeState.UNKNOWN, NoticeState.DRAFTED}
    assert {each.state.for_a_person or each.state in asked for each in ledger.waiting()} == {True}


def test_what_waits_and_how_much_of_what_there_is_of_one_gradebook_or_of_all(
    ledger: Ledger, facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    other = new_letter("other", ("ana essay",), gradebook="period 2", state=NoticeState.NEEDS_REVIEW)
    ledger.record("period 1", facts, now=now)
    ledger.record("period 2", replace(facts, new_notices=(other,)), now=now)

    assert ledger.waiting("period 1") == facts.new_notices
    assert ledger.waiting("period 2") == (other,)
    assert ledger.waiting() == (*facts.new_notices, other)
    assert ledger.counts("period 2") == dict.fromkeys(NoticeState, 0) | {NoticeState.NEEDS_REVIEW: 1}


def test_one_delivery_works_at_a_time_and_the_ledger_stays_open_to_all(
    ledger: Ledger, url: str, facts: Facts, now: datetime
) -> None:
    with open_ledger(url, now=now) as other, ExitStack() as first:
        first.enter_context(ledger.sole_deliverer())
        with pytest.raises(LedgerError) as second, other.sole_deliverer():
            pytest.fail("two deliveries at once")
        assert str(second.value) == "Another delivery is at work with this ledger; it will send what is due."
        other.record("period 1", facts, now=now)

        first.close()

        with other.sole_deliverer():
            assert other.due(now) == facts.new_notices


def test_a_delivery_that_was_killed_holds_nothing(ledger: Ledger, url: str, child: Callable[..., Any]) -> None:
    deliverer = child("deliver-for-ever", url)
    assert deliverer.says() == "ready"
    with pytest.raises(LedgerError), ledger.sole_deliverer():
        pytest.fail("two deliveries at once")

    deliverer.process.kill()
    deliverer.process.wait()
    if url.startswith("postgresql"):
        # The server takes a moment to notice; this waits for just that.
        with ledger._database.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock), pg_advisory_unlock(:lock)"), {"lock": DELIVERING})

    for _ in range(2):
        with ledger.sole_deliverer():
            pass
