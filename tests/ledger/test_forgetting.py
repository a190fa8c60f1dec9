"""What the ledger forgets and what it must never forget, the same on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from sheets_mastery.afterwards import Bounce, CameBack
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import Notice, NoticeState
from sheets_mastery.past import Facts, LevelChange, VerdictChange
from sheets_mastery.quiet import MarksSeen
from sheets_mastery.remediation import Attempt, AttemptKind, Closed, Remediation

Contents = Callable[[str], dict[str, list[tuple[Any, ...]]]]
NewLetter = Callable[..., Notice]
NewEpisode = Callable[[str, tuple[str, str]], Remediation]
YEAR = timedelta(days=365)
HERE = ("period 1",)


def send(ledger: Ledger, key: str, now: datetime) -> None:
    """Let a letter leave."""
    (seen,) = ledger.find(key)
    claimed = ledger.claim(key, seen.version, now=now, lease_owner="it", lease_seconds=60, content="c0ffee")
    assert claimed is not None
    assert ledger.move(claimed, NoticeState.SENT, now=now) is not None


def keys(ledger: Ledger) -> list[str]:
    """The keys of all letters on record."""
    return sorted(each.key for each in ledger.find(""))


def test_what_is_old_goes_and_what_letters_depend_on_stays(
    ledger: Ledger,
    url: str,
    facts: Facts,
    no_facts: Facts,
    now: datetime,
    contents: Contents,
    new_letter: NewLetter,
    new_episode: NewEpisode,
) -> None:
    long_ago = now - 2 * YEAR

    def then(letter: Notice, days: int = 0) -> Notice:
        moment = long_ago + timedelta(days=days)
        return replace(letter, slot=moment.date(), not_before=moment, expires=moment + timedelta(days=5))

    # Ana's essay is owed still. Her quiz was made good long ago; of Ben's contract a signature was asked for once.
    quiz = replace(new_episode("ana quiz", ("ana", "quiz")), closed=long_ago.date(), why=Closed.MADE_GOOD)
    letters = {
        "still owed": then(new_letter("still owed", ("ana essay",))),
        "over": then(new_letter("over", ("ana quiz",)), 1),
        "said so": then(new_letter("said so", (), kind="made_good", praises=("ana quiz",)), 2),
        "signature": then(new_letter("signature", (), kind="contract", student="ben", about="86")),
        "first digest": then(new_letter("first digest", (), kind="digest", student="", guardian="teacher", about="1")),
        "last digest": then(new_letter("last digest", (), kind="digest", student="", guardian="teacher", about="2"), 9),
    }
    first = replace(
        facts,
        episodes=(*facts.episodes, quiz),
        new_notices=tuple(letters.values()),
        attempts=tuple(replace(each, on=long_ago.date()) for each in facts.attempts),
        levels=(LevelChange(student="ana", before=None, after=Fraction(86), signed_by="", since=None),),
    )
    ledger.record("period 1", first, now=long_ago)
    for key, letter in letters.items():
        send(ledger, key, letter.not_before)
    retake = Attempt(work=("ben", "essay"), number=2, kind=AttemptKind.RETAKE, share=Fraction(1), on=long_ago.date())
    older = replace(
        no_facts,
        attempts=(retake,),
        levels=(LevelChange(student="ana", before=Fraction(86), after=Fraction(93), signed_by="", since=None),),
        verdicts=(VerdictChange(work=("cem", "essay"), before=Verdict.NO_CONTRACT, after=Verdict.PENDING),),
    )
    ledger.record("period 1", older, now=long_ago)
    newer = LevelChange(student="ana", before=Fraction(93), after=Fraction(76), signed_by="", since=None)
    ledger.record("period 1", replace(no_facts, levels=(newer,)), now=now)
    ledger.stop("by hand", now=long_ago, who="a person")
    ledger.go_on(now=long_ago, who="a person")
    ledger.opt_out("period 1", "digest of the mother", "weekly", now=long_ago)
    for command in ("sync", "sync", "deliver"):
        ledger.finish_run(ledger.start_run("period 1", command, now=long_ago), "done", now=long_ago)

    before, past = contents(url), ledger.past("period 1", now.date())
    counted = ledger.forget(now - YEAR, gradebooks=HERE, now=now, who=None)
    assert contents(url) == before
    assert ledger.forget(now - YEAR, gradebooks=HERE, now=now, who="a person") == counted

    assert counted == {
        "verdicts": 4,
        "attempts": 1,
        "contracts": 1,
        "episodes of owed work": 1,
        "letters on record": 3,
        "notes about letters": before_notes(before, long_ago + timedelta(days=10)) - 1,
        "runs": 1,
    }
    assert keys(ledger) == ["last digest", "signature", "still owed"]
    # That letters were let go stays: what had come back before must not stop them again.
    assert [row[2:] for row in contents(url)["audit"]] == [
        ("a person", "going on", "", ""),
        ("a person", "forgotten", "", "older than 365 days"),
    ]
    after = ledger.past("period 1", now.date())
    assert after.announced == {("ana essay", "digest of the mother")}
    assert (after.episodes, after.verdicts) == (past.episodes, past.verdicts)
    assert (after.attempts, after.levels, after.history.begun) == (past.attempts, past.levels, past.history.begun)
    assert after.history.opted_out == {("digest of the mother", "weekly")}
    assert after.history.told == {whose: said for whose, said in past.history.told.items() if whose[0] == "ana essay"}
    assert sum(ledger.forget(now - YEAR, gradebooks=HERE, now=now, who="a person").values()) == 0


def before_notes(rows: dict[str, list[tuple[Any, ...]]], before: datetime) -> int:
    """How many rows of the audit are older."""
    return sum(row[1] < before for row in rows["audit"])


@pytest.fixture
def two_have_gone(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: NewLetter, new_episode: NewEpisode
) -> Ledger:
    """Ana and Ben owed something a year ago and are gone; a letter about Ana came back, Ben's mother was written to."""
    then = now - YEAR
    moment = {"slot": then.date(), "not_before": then, "expires": then + timedelta(days=5)}
    letters = (
        new_letter("ana came back", ("ana essay",), **moment),
        new_letter("ben", ("ben essay",), student="ben", guardian="digest of Ben's mother", **moment),
        new_letter("digest", ("ana essay", "ben essay"), kind="digest", student="", guardian="teacher", **moment),
    )
    episodes = (*facts.episodes, new_episode("ben essay", ("ben", "essay")))
    marks = MarksSeen(assignments=("essay",), rows={"ana": "s", "ben": "s", "cem": "."})
    ledger.record("period 1", replace(facts, episodes=episodes, new_notices=letters, marks=marks), now=then)
    for each in letters:
        send(ledger, each.key, then)
    back = CameBack(key="ana came back", bounce=Bounce.HARD, status="5.1.1", mail="a mail")
    assert ledger.came_back([back], source="a place", before="", after="1", now=then) is not None
    ledger.opt_out("period 1", "digest of Ben's mother", "missing", now=then)
    over = tuple(replace(each, closed=then.date(), why=Closed.WAIVED) for each in episodes)
    gone = tuple(
        VerdictChange(work=(who, "essay"), before=was, after=None)
        for who, was in (("ana", Verdict.RETAKE), ("ben", Verdict.MASTERED))
    )
    left = replace(no_facts, students={"cem": "digest of Cem"}, episodes=over, verdicts=gone)
    ledger.record("period 1", left, now=then + timedelta(days=1))
    return ledger


@pytest.mark.parametrize("way", ["both by their age", "each on request"])
def test_of_students_that_are_gone_nothing_stays_but_whom_not_to_write_to(
    two_have_gone: Ledger, url: str, now: datetime, contents: Contents, way: str
) -> None:
    ledger = two_have_gone
    held, opted_out = ledger.suppressed(), ledger.past("period 1", now.date()).history.opted_out
    if way == "both by their age":
        # One whose letter lies somewhere as a file waits for it: nobody could tell any more whose it is.
        young = now - timedelta(days=300)
        ledger.forget(young, gradebooks=HERE, lying={"ben"}, now=now, who="a person")
        assert {row[1] for row in contents(url)["student_seen"]} == {"ben", "cem"}
        ledger.forget(young, gradebooks=HERE, now=now, who="a person")
    else:
        assert ledger.student_known("ana", None) == (("period 1", False),)
        assert [each.key for each in ledger.letters_about("ana", HERE)] == ["ana came back"]
        for who in ("ana", "ben"):
            ledger.forget_student(who, HERE, now=now, who="a person")
        ledger.rewrite()

    rows = contents(url)
    words = {word for table in rows.values() for row in table for word in map(str, row)}
    assert not [word for word in words if word in {"ana", "ben", "digest of Ana", "digest of Ben"}]
    assert (rows["student_seen"][0][1], len(rows["student_seen"])) == ("cem", 1)
    assert {name: len(rows[name]) for name in ("attempt", "episode", "notice_item", "verdict_change")} == {
        "attempt": 0,
        "episode": 0,
        "notice_item": 0,
        "verdict_change": 1 if way == "each on request" else 0,
    }
    (state,) = rows["gradebook_state"]
    assert state[4] == {"assignments": ["essay"], "rows": {"cem": "."}}
    # Ana's mother cannot be reached and Ben's wants no such letters: that stays, and so does the letter that told.
    assert (ledger.suppressed(), ledger.past("period 1", now.date()).history.opted_out) == (held, opted_out)
    assert (len(held), len(opted_out)) == (1, 1)
    (kept,) = ledger.find("ana came back")
    assert (kept.student.startswith("forgotten "), kept.state) == (True, NoticeState.SENT)
    assert ledger.since()["ana came back"].bounce is Bounce.HARD
    assert ledger.write_again("digest of the mother", now=now, who="a person")


def test_of_a_gradebook_that_the_settings_no_longer_name_the_students_are_gone(
    two_have_gone: Ledger, url: str, now: datetime, contents: Contents
) -> None:
    two_have_gone.forget(now - timedelta(days=300), gradebooks=("another",), now=now, who="a person")
    rows = contents(url)
    assert (rows["student_seen"], rows["attempt"], rows["episode"]) == ([], [], [])
    (state,) = rows["gradebook_state"]
    assert (state[3], state[4]) == (None, None)
    assert (len(rows["opt_out"]), len(rows["suppressed"])) == (1, 1)


def test_a_student_about_whom_a_letter_is_not_at_its_end_is_not_forgotten_by_age(
    two_have_gone: Ledger, no_facts: Facts, now: datetime, new_letter: NewLetter
) -> None:
    waits = new_letter("waits", (), kind="welcome", about="86", state=NoticeState.FAILED)
    two_have_gone.record("period 1", replace(no_facts, new_notices=(waits,)), now=now)
    two_have_gone.forget(now - timedelta(days=300), gradebooks=HERE, now=now, who="a person")
    assert [two_have_gone.student_known(who, "period 1") for who in ("ana", "ben")] == [(("period 1", False),), ()]


def test_after_the_ledger_is_written_anew_nothing_forgotten_is_in_its_files(
    two_have_gone: Ledger, url: str, now: datetime
) -> None:
    if not url.startswith("sqlite"):
        # A server's files are the server's matter: here it is enough that it is done and nobody is known any more.
        for who in ("ana", "ben"):
            two_have_gone.forget_student(who, HERE, now=now, who="a person")
        two_have_gone.rewrite()
        assert [two_have_gone.student_known(who, "period 1") for who in ("ana", "ben")] == [(), ()]
        return
    file = Path(str(make_url(url).database))
    # SQLite keeps its tables as they are in the file, and what is new in the -wal beside it.
    held = [b"digest of Ana", b"ana essay", b"ben essay"]

    def found() -> list[bytes]:
        files = [path.read_bytes() for path in file.parent.iterdir()]
        return [word for word in held if any(word in content for content in files)]

    assert found() == held
    for who in ("ana", "ben"):
        two_have_gone.forget_student(who, HERE, now=now, who="a person")
    with closing(sqlite3.connect(file)) as reader, open_ledger(url, now=now, wait_seconds=0.1) as impatient:
        # Somebody who reads keeps the old pages.
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM notice").fetchone()
        with pytest.raises(LedgerError, match="is held by another program"):
            impatient.rewrite()
        assert found() != []
    two_have_gone.rewrite()
    assert found() == []
