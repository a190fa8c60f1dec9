"""Letters that came back, on both databases: each mail counts once, and what follows happens with it or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sheets_mastery.afterwards import Bounce, CameBack, Since, Suppressed
from sheets_mastery.ledger import Ledger
from sheets_mastery.notices import Notice, NoticeState
from sheets_mastery.past import Facts, Past
from sheets_mastery.remediation import Remediation

TODAY = date(2026, 10, 30)
MUM = "digest of the mother"
DAY = timedelta(days=1)
NewLetter = Callable[..., Notice]
NewEpisode = Callable[[str, tuple[str, str]], Remediation]
Contents = Callable[[str], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def put(ledger: Ledger, facts: Facts, new_letter: NewLetter, new_episode: NewEpisode, now: datetime) -> Any:
    """Records letters: put({key: guardian}, sent=True); each announces an episode of its own."""
    count = iter(range(1000))

    def letters(whose: dict[str, str], *, sent: bool = True) -> None:
        made = [
            new_letter(key, (f"episode {key}",), guardian=who, slot=TODAY + timedelta(days=next(count)))
            for key, who in whose.items()
        ]
        episodes = tuple(new_episode(f"episode {key}", ("ana", key)) for key in whose)
        ledger.record("period 1", replace(facts, episodes=episodes, new_notices=tuple(made)), now=now)
        for each in made if sent else ():
            claimed = ledger.claim(each.key, 0, now=now, lease_owner="this delivery", lease_seconds=600)
            assert claimed is not None
            assert ledger.move(claimed, NoticeState.SENT, now=now) is not None

    return letters


def came(key: str, bounce: Bounce = Bounce.HARD, status: str = "5.1.1", mail: str = "") -> CameBack:
    return CameBack(key=key, bounce=bounce, status=status, mail=mail or f"mail about {key}")


def past(ledger: Ledger) -> Past:
    return ledger.past("period 1", TODAY)


def test_a_letter_that_was_refused_at_once_is_withdrawn_and_said_again_when_its_address_is_right(
    ledger: Ledger, put: Any, now: datetime
) -> None:
    put({"k1": MUM, "k2": MUM}, sent=False)
    claimed = ledger.claim("k1", 0, now=now, lease_owner="this delivery", lease_seconds=600)
    assert claimed is not None
    reason = "The mail server says that there is no such address (code 550, 5.1.1)."

    done = ledger.turned_away(claimed, "5.1.1", reason=reason, now=now)

    assert done is not None
    assert (done.hard, done.people, done.withdrawn, done.stopped) == (1, 1, 1, "")
    why = "letters to this address come back (5.1.1, no such mailbox)"
    assert {each.key: each.reason for each in ledger.in_state(NoticeState.CANCELLED)} == dict.fromkeys(
        ("k1", "k2"), "letters to this address come back"
    )
    assert [(each.what, each.why) for each in ledger.history("k1")][-4:] == [
        ("failed", reason),
        ("came back", "hard (5.1.1, no such mailbox)"),
        ("address no longer written to", why),
        ("cancelled", "letters to this address come back"),
    ]
    assert (past(ledger).history.suppressed, ledger.refused_in_a_row()) == ({MUM: why}, frozenset({MUM}))
    assert ledger.turned_away(claimed, "5.1.1", reason=reason, now=now) is None
    # Neither letter has said anything.
    assert ledger.write_again(MUM, now=now, who="a person") is True
    assert past(ledger).announced == frozenset()


def test_a_letter_that_came_back_for_good_stays_sent_and_its_reader_is_written_to_no_more(
    ledger: Ledger, put: Any, now: datetime
) -> None:
    put({"k1": MUM})
    put({"k2": MUM, "k3": "digest of the father"}, sent=False)

    done = ledger.came_back([came("k1")], source="here", before="", after="7", now=now + DAY)

    assert done is not None
    assert (done.hard, done.people, done.withdrawn, done.stopped) == (1, 1, 1, "")
    assert [each.key for each in ledger.in_state(NoticeState.SENT)] == ["k1"]
    (withdrawn,) = ledger.in_state(NoticeState.CANCELLED)
    assert (withdrawn.key, withdrawn.reason) == ("k2", "letters to this address come back")
    assert [each.key for each in ledger.waiting()] == ["k3"]
    why = "letters to this address come back (5.1.1, no such mailbox)"
    stop = Suppressed(guardian=MUM, gradebook="period 1", key="k1", since=now + DAY, status="5.1.1", why=why)
    assert ledger.suppressed() == (stop,)
    since = Since(key="k1", bounce=Bounce.HARD, status="5.1.1", came_back=now + DAY)
    assert ledger.since("period 1") == ledger.since() == {"k1": since}
    assert since.said == "came back (5.1.1, no such mailbox)"
    assert ledger.since("another") == {}
    assert [(each.what, each.why) for each in ledger.history("k1")][-2:] == [
        ("came back", "hard (5.1.1, no such mailbox)"),
        ("address no longer written to", why),
    ]
    assert past(ledger).history.suppressed == {MUM: why}
    assert past(ledger).history.told["episode k1", MUM].first == ""
    (earlier,) = past(ledger).history.earlier["ana", MUM][:1]
    assert (earlier.key, earlier.counts) == ("k1", False)


def test_the_same_mail_read_again_changes_nothing(
    ledger: Ledger, url: str, put: Any, now: datetime, contents: Contents
) -> None:
    put({"k1": MUM})
    ledger.came_back([came("k1")], source="here", before="", after="7", now=now)
    assert ledger.write_again(MUM, now=now, who="a person")
    before = contents(url)

    done = ledger.came_back([came("k1"), came("k1")], source="here", before="7", after="9", now=now + DAY)

    assert done is not None
    assert (done.hard, done.people) == (0, 0)
    assert contents(url) == before | {"bookmark": [("here", "9", now + DAY)]}


def test_who_reads_on_from_where_the_bookmark_no_longer_is_notes_nothing(
    ledger: Ledger, url: str, put: Any, now: datetime, contents: Contents
) -> None:
    put({"k1": MUM})
    assert ledger.came_back([], source="here", before="", after="7", now=now) is not None
    before = contents(url)

    assert ledger.came_back([came("k1")], source="here", before="", after="8", now=now) is None
    assert ledger.came_back([came("k1")], source="here", before="6", after="8", now=now) is None

    assert contents(url) == before
    assert (ledger.bookmark("here"), ledger.bookmark("there")) == ("7", "")


def test_the_third_letter_in_a_fortnight_that_came_back_softly_counts_as_for_good(
    ledger: Ledger, put: Any, now: datetime
) -> None:
    put({f"k{n}": MUM for n in range(5)})

    def full(key: str, day: int, mail: str = "") -> int:
        mails = [came(key, Bounce.SOFT, "4.2.2", mail)]
        done = ledger.came_back(mails, source=f"{key}{day}{mail}", before="", after="1", now=now + day * DAY)
        assert done is not None
        return done.people

    # The first is a fortnight old when the third comes, and two mails about one letter are one letter.
    assert [full("k0", 0), full("k1", 10), full("k1", 11, "another"), full("k2", 14), full("k3", 20)] == [0, 0, 0, 0, 1]
    (stop,) = ledger.suppressed()
    assert stop.why == "3 letters to this address came back in 14 days (4.2.2, the mailbox is full)"


def test_a_delay_is_noted_and_counts_for_nothing(ledger: Ledger, put: Any, now: datetime) -> None:
    put({f"k{n}": MUM for n in range(3)})
    mails = [came(f"k{n}", Bounce.DELAYED, "4.4.1") for n in range(3)]

    done = ledger.came_back(mails, source="here", before="", after="1", now=now)

    assert done is not None
    assert (done.delayed, done.people, done.stopped, ledger.suppressed()) == (3, 0, "", ())
    assert ledger.since()["k0"].said == "not delivered yet (4.4.1, the mail server could not be reached)"


def test_the_weightiest_bounce_of_a_letter_is_the_one_that_is_told(ledger: Ledger, put: Any, now: datetime) -> None:
    put({"k1": MUM})
    mails = [came("k1", Bounce.DELAYED, "4.4.1", "a"), came("k1", mail="b"), came("k1", Bounce.SOFT, "5.7.1", "c")]

    ledger.came_back(mails, source="here", before="", after="1", now=now)

    assert (ledger.since()["k1"].bounce, ledger.since()["k1"].status) == (Bounce.HARD, "5.1.1")


def test_of_a_flood_of_mails_about_one_letter_only_the_first_ones_are_noted(
    ledger: Ledger, url: str, put: Any, now: datetime, contents: Contents
) -> None:
    put({"k1": MUM})
    mails = [came("k1", Bounce.ELSEWHERE, mail=f"{number:03}") for number in range(200)]

    ledger.came_back(mails, source="here", before="", after="1", now=now)

    assert len(contents(url)["bounce"]) == 20


def test_who_is_written_to_again_is_told_what_only_lost_letters_said(
    ledger: Ledger, put: Any, now: datetime, no_facts: Facts, new_letter: NewLetter
) -> None:
    put({"k1": MUM, "k2": MUM})
    again = new_letter("k3", (), reminds=(("episode k2", 1),), guardian=MUM, slot=TODAY + 30 * DAY)
    ledger.record("period 1", replace(no_facts, new_notices=(again,)), now=now)
    ledger.came_back([came("k1"), came("k2")], source="here", before="", after="1", now=now)
    announced = frozenset({("episode k1", MUM), ("episode k2", MUM)})
    assert past(ledger).announced == announced

    assert ledger.write_again(MUM, now=now + DAY, who="a person")
    assert not ledger.write_again(MUM, now=now + DAY, who="a person")

    assert (past(ledger).announced, ledger.suppressed()) == (frozenset(), ())
    assert ledger.history("k1")[-1].what == "address written to again"
    # The same address may be found dead once more, by another letter.
    put({"k4": MUM})
    done = ledger.came_back([came("k4")], source="here", before="1", after="2", now=now + 2 * DAY)
    assert done is not None
    assert done.people == 1


def test_what_arrived_by_another_letter_is_not_said_again(
    ledger: Ledger, put: Any, now: datetime, no_facts: Facts, new_letter: NewLetter
) -> None:
    put({"k1": MUM})
    again = new_letter("k3", (), reminds=(("episode k1", 1),), guardian=MUM, slot=TODAY + 30 * DAY)
    ledger.record("period 1", replace(no_facts, new_notices=(again,)), now=now)
    claimed = ledger.claim("k3", 0, now=now, lease_owner="this delivery", lease_seconds=600)
    assert claimed is not None
    ledger.move(claimed, NoticeState.SENT, now=now)
    ledger.came_back([came("k1")], source="here", before="", after="1", now=now)

    assert ledger.write_again(MUM, now=now, who="a person")

    assert past(ledger).announced == frozenset({("episode k1", MUM)})


def test_a_letter_that_was_never_tried_cannot_come_back(ledger: Ledger, put: Any, now: datetime) -> None:
    put({"k1": MUM}, sent=False)

    done = ledger.came_back([came("k1"), came("unheard of")], source="here", before="", after="1", now=now)

    assert done is not None
    assert (done.hard, ledger.since(), ledger.suppressed()) == (0, {}, ())


def test_a_letter_that_came_back_has_left_whatever_was_known_of_it(
    ledger: Ledger, put: Any, now: datetime, new_letter: NewLetter
) -> None:
    """What was interrupted, refused, put into the drafts, or left before the ledger was put back from a copy."""
    put({f"k{n}": MUM for n in range(7)}, sent=False)
    claimed = [ledger.claim(f"k{n}", 0, now=now, lease_owner="it", lease_seconds=600) for n in range(6)]
    in_hand, *others = [each for each in claimed if each is not None]
    states = NoticeState.UNKNOWN, NoticeState.READY, NoticeState.FAILED, NoticeState.DRAFTED
    for letter, state in zip(others, states, strict=False):
        assert ledger.move(letter, state, now=now) is not None
    unknown = ledger.move(others[-1], NoticeState.UNKNOWN, now=now)
    assert unknown is not None
    assert ledger.move(unknown, NoticeState.NEEDS_REVIEW, now=now) is not None
    vague = [came(f"k{n}", Bounce.SOFT, "4.2.2", f"says no more than the reference {n}") for n in range(7)]
    before = ledger.came_back(vague[:2], source="here", before="", after="1", now=now)
    assert before is not None
    assert (before.soft, before.settled, ledger.install().send_seq) == (2, 0, 0)

    back = [replace(came(f"k{n}", Bounce.DELAYED, "4.4.1"), proves=True) for n in range(7)]
    done = ledger.came_back(back, source="here", before="1", after="2", now=now)

    assert done is not None
    assert (done.delayed, done.settled, ledger.install().send_seq) == (7, 7, 7)
    assert [each.reason for each in ledger.in_state(NoticeState.SENT)] == ["it came back, so it had left"] * 7
    # Whoever has it in hand finds at the last look that there is nothing to do any more.
    assert (ledger.look(in_hand, now)[0], ledger.move(in_hand, NoticeState.READY, now=now)) == (False, None)
    assert [each.what for each in ledger.history("k0")][-2:] == ["not delivered", "sent"]
    again = [replace(each, mail="another") for each in back]
    twice = ledger.came_back(again, source="here", before="2", after="3", now=now)
    assert twice is not None
    assert (twice.settled, ledger.install().send_seq) == (0, 7)


def test_what_was_added_to_a_letter_after_it_had_left_is_said_by_another(
    ledger: Ledger, put: Any, now: datetime, facts: Facts, no_facts: Facts, new_episode: NewEpisode
) -> None:
    put({"k1": MUM}, sent=False)
    claimed = ledger.claim("k1", 0, now=now, lease_owner="it", lease_seconds=600)
    assert claimed is not None
    ledger.move(claimed, NoticeState.READY, now=now)
    more = replace(no_facts, episodes=(new_episode("more", ("ana", "quiz")),), joined=(("k1", ("more",)),))
    ledger.record("period 1", more, now=now)

    ledger.came_back([replace(came("k1"), proves=True)], source="here", before="", after="1", now=now)

    assert [each.key for each in ledger.in_state(NoticeState.SENT)] == ["k1"]
    assert past(ledger).announced == frozenset()


def test_the_last_look_sees_that_letters_to_this_address_have_come_back(
    ledger: Ledger, put: Any, now: datetime
) -> None:
    put({"k1": MUM})
    put({"k2": MUM}, sent=False)
    claimed = ledger.claim("k2", 0, now=now, lease_owner="it", lease_seconds=600)
    assert claimed is not None
    assert ledger.look(claimed, now) == (True, "", "")
    ledger.came_back([came("k1")], source="here", before="", after="1", now=now)
    assert ledger.look(claimed, now) == (True, "", "letters to this address come back")
    assert ledger.write_again(MUM, now=now, who="a person")
    assert ledger.look(claimed, now) == (True, "", "")


def test_letters_of_three_people_that_came_back_stop_all_letters_until_a_person_lets_them_go(
    ledger: Ledger, put: Any, now: datetime
) -> None:
    # One person's many letters stop nobody else's.
    put({f"k{n}": f"person {max(0, n - 3)}" for n in range(20)})

    def back(number: int) -> str:
        mails = [came(f"k{number}", Bounce.SOFT, "5.7.1")]
        done = ledger.came_back(mails, source=f"{number}", before="", after="1", now=now + number * timedelta(hours=1))
        assert done is not None
        return done.stopped

    assert [back(number) for number in range(5)] == [""] * 5
    assert back(5) == ledger.stopped() == "letters to 3 people among the last 20 letters came back"
    assert ledger.go_on(now=now + DAY, who="a person")
    # What a person has seen does not stop them again.
    assert (back(25 % 20 + 1), ledger.stopped()) == ("", "")


def test_a_correction_is_a_mark_beside_the_letter_and_is_noted_once(
    ledger: Ledger, put: Any, now: datetime, no_facts: Facts
) -> None:
    put({"k1": MUM})
    fixed = replace(no_facts, corrected=(("k1", "episode k1"),))

    for hours in (1, 2):
        ledger.record("period 1", fixed, now=now + timedelta(hours=hours))

    assert ledger.since("period 1") == {"k1": Since(key="k1", corrected=now + timedelta(hours=1))}
    assert ledger.since()["k1"].said == "corrected since"
    assert [each.what for each in ledger.history("k1")].count("corrected since") == 1
    assert [each.key for each in ledger.in_state(NoticeState.SENT)] == ["k1"]
