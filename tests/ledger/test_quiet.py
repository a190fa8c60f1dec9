"""What the ledger keeps so that letters wait for quiet, and for a person's yes to a new address; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sheets_mastery.ledger import Ledger
from sheets_mastery.newaddresses import KnownAddress
from sheets_mastery.notices import NoticeState
from sheets_mastery.past import Facts, Past
from sheets_mastery.quiet import MarksSeen

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_mastery.remediation import Remediation

P1 = "period 1"
HOUR = timedelta(hours=1)


def past(ledger: Ledger, now: datetime) -> Past:
    return ledger.past(P1, now.date())


def test_the_kinds_of_marks_and_the_last_edit_of_each_are_remembered_for_a_day(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    assert (past(ledger, now).marks, past(ledger, now).addresses) == (None, None)
    seen = MarksSeen(assignments=("essay", "quiz 1"), rows={"ana": "s.", "ben": "sn"})
    ledger.record(P1, replace(facts, marks=seen), now=now)
    ledger.record(P1, replace(no_facts, edited=(("ana", "essay"), ("ben", "quiz 1"))), now=now + HOUR)
    ledger.record(P1, replace(no_facts, edited=(("ana", "essay"),)), now=now + 2 * HOUR)
    known = past(ledger, now)
    assert (known.marks, known.addresses) == (seen, {})
    assert known.edited == {("ana", "essay"): now + 2 * HOUR, ("ben", "quiz 1"): now + HOUR}
    ledger.record(P1, replace(no_facts, edited=(("cem", "essay"),)), now=now + 26 * HOUR)
    assert past(ledger, now).edited == {("ana", "essay"): now + 2 * HOUR, ("cem", "essay"): now + 26 * HOUR}


def test_an_approval_is_remembered_and_lets_the_address_and_its_other_letters_go(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    (letter,) = facts.new_notices
    why = "new address: waits for approval"
    first = replace(letter, reason=why)
    other = replace(letter, key="another", kind="welcome", episodes=(), about="93", reason=why)
    address = KnownAddress(student=letter.student, guardian=letter.guardian, since=now, trusted=False)
    somebody = replace(address, student="ben")
    seen = MarksSeen(assignments=("essay",), rows={"ana": "s"})
    new = replace(facts, new_notices=(first, other), addresses=(address, somebody), marks=seen)
    ledger.record(P1, new, now=now)
    held = next(each for each in ledger.waiting(P1) if each.key == first.key)
    assert (held.created, held.approved) == (now, None)

    moved = ledger.move(held, NoticeState.READY, now=now + HOUR, approved=True, who="a person")

    assert moved is not None
    assert moved.approved == now + HOUR
    assert {(each.key, each.state, each.reason, each.approved) for each in ledger.waiting(P1)} == {
        (first.key, NoticeState.READY, "", now + HOUR),
        ("another", NoticeState.HOLD, "", None),
    }
    assert past(ledger, now).addresses == {
        (letter.student, letter.guardian): replace(address, trusted=True),
        ("ben", letter.guardian): somebody,
    }
    # Whatever is retried without a person keeps the approval, and an address that goes and comes back is written over.
    assert ledger.move(moved, NoticeState.READY, now=now + HOUR, reason="later") is not None
    ledger.record(P1, replace(no_facts, addresses=(replace(somebody, gone=now),)), now=now + HOUR)
    assert (past(ledger, now).addresses or {})["ben", letter.guardian].gone == now


def test_what_joins_an_approved_letter_takes_the_approval_back(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_episode: Callable[..., Remediation]
) -> None:
    ledger.record(P1, facts, now=now)
    (letter,) = ledger.waiting(P1)
    ledger.move(letter, NoticeState.READY, now=now, approved=True, who="a person")
    more = new_episode("episode 2", ("ana", "quiz 1"))
    ledger.record(P1, replace(no_facts, episodes=(more,), joined=((letter.key, (more.id,)),)), now=now + HOUR)
    (joined,) = ledger.waiting(P1)
    said: Any = (joined.state, joined.approved, joined.reason)
    assert said == (NoticeState.HOLD, None, "more was added after a person had approved it")


def test_an_episode_knows_when_it_came_to_be_as_it_is(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime
) -> None:
    ledger.record(P1, facts, now=now)
    (episode,) = facts.episodes
    assert past(ledger, now).episodes[episode.work].seen == now
    ledger.record(P1, replace(no_facts, episodes=(replace(episode, help="practice"),)), now=now + HOUR)
    assert past(ledger, now).episodes[episode.work].seen == now + HOUR
