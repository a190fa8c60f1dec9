"""Whatever fails, and whenever: the ledger is as before or as afterwards, and says so in a sentence."""

from __future__ import annotations

import pickle
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from databases import new_database
from faulty import Fault
from sqlalchemy import event, make_url, text

from sheets_mastery.afterwards import Bounce, CameBack
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.notices import Notice, NoticeState
from sheets_mastery.past import Facts
from sheets_mastery.remediation import Remediation

TODAY = date(2026, 10, 30)
NOT_REACHED = "cannot be reached: the database does not answer, or the connection broke. Run again when it is back."
Contents = Callable[[str], dict[str, list[tuple[Any, ...]]]]


def fails_at_each_statement(
    ledger: Ledger, url: str, contents: Contents, work: Callable[[], object]
) -> tuple[int, set[str]]:
    """Do the work with the first statement failing, then the second, … until none fails.

    Answers how many there were, and what was said.
    """
    fault = Fault(ledger, url)
    before = contents(url)
    said = set()
    for number in count(1):
        fault.countdown = number
        try:
            work()
        except LedgerError as error:
            said.add(str(error).replace(str(make_url(url).database), "DATABASE"))
            fault.mend(ledger)
            assert contents(url) == before, f"statement {number}"
        else:
            fault.countdown = 0
            assert contents(url) != before
            return number - 1, said
    raise AssertionError


def test_recording_is_all_or_nothing_whichever_statement_fails(
    ledger: Ledger, url: str, facts: Facts, no_facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    everything = replace(
        facts,
        reading="reading 2",
        students={"ana": "digest of Ana", "dov": "digest of Dov"},
        verdicts=tuple(replace(each, before=each.after, after=None) for each in facts.verdicts),
        levels=tuple(replace(each, after=None, before=each.after) for each in facts.levels),
        attempts=tuple(replace(each, number=2) for each in facts.attempts),
        new_notices=(),
        withdrawn=(("key 1", "the student is no longer in the gradebook"),),
    )

    statements, said = fails_at_each_statement(
        ledger, url, contents, lambda: ledger.record("period 1", everything, now=now)
    )

    assert statements > 15
    assert said <= {
        "The ledger DATABASE failed in a way that is not expected (DatabaseError SQLITE_AUTH).",
        f"The ledger DATABASE on {make_url(url).query.get('host')} {NOT_REACHED}",
    }
    assert len(said) == 1


def test_a_letter_is_moved_with_all_that_belongs_to_it_whichever_statement_fails(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    ledger.record("period 1", facts, now=now)
    claimed = ledger.claim("key 1", 0, now=now, lease_owner="a", lease_seconds=60)
    assert claimed is not None

    statements, _ = fails_at_each_statement(
        ledger, url, contents, lambda: ledger.move(claimed, NoticeState.SENT, now=now)
    )

    # The letter, the count of what was sent, the audit, the commit; SQLite begins by a statement of its own.
    assert statements == (5 if make_url(url).get_backend_name() == "sqlite" else 4)
    assert ledger.install().send_seq == 1


@pytest.mark.parametrize("what", ["a family stops", "a family goes on", "came back", "approved"])
def test_a_click_a_mail_and_a_decision_are_all_or_nothing_whichever_statement_fails(
    ledger: Ledger, url: str, facts: Facts, now: datetime, contents: Contents, what: str
) -> None:
    ledger.record("period 1", facts, now=now)
    (letter,) = ledger.waiting()
    whose = ("period 1", letter.guardian, "missing")
    ledger.opt_out(*whose, now=now)
    back = CameBack(key=letter.key, bounce=Bounce.HARD, status="5.1.1", mail="a mail", proves=True)

    def came_back() -> None:
        assert ledger.came_back([back], source="here", before="", after="1", now=now) is not None

    work: dict[str, Callable[[], object]] = {
        "a family stops": lambda: ledger.opt_out("period 1", letter.guardian, "weekly", now=now),
        "a family goes on": lambda: ledger.opt_in(*whose, now=now),
        "came back": came_back,
        "approved": lambda: ledger.move(letter, NoticeState.READY, now=now, who="a person", approved=True),
    }

    statements, said = fails_at_each_statement(ledger, url, contents, work[what])

    least = {"a family stops": 2, "a family goes on": 2, "came back": 12, "approved": 4}
    assert (statements >= least[what], len(said)) == (True, 1)


def test_a_commit_whose_answer_was_lost_may_be_asked_for_again(
    postgresql_server: str, facts: Facts, now: datetime, contents: Contents
) -> None:
    """Nobody can know whether it happened; here it has, and the second time changes nothing and does no harm."""
    with new_database(postgresql_server, "TEMPLATE template0") as url, open_ledger(url, now=now) as ledger:
        fault = Fault(ledger, url, answer_lost=True)
        whose = ("period 1", "digest of the mother", "missing")
        back = CameBack(key="key 1", bounce=Bounce.SOFT, status="4.2.2", mail="a mail", proves=True)
        claimed: list[Notice] = []

        def claim() -> None:
            if (letter := ledger.claim("key 1", 0, now=now, lease_owner="it", lease_seconds=60)) is not None:
                claimed.append(letter)

        steps: list[Callable[[], object]] = [
            lambda: ledger.record("period 1", facts, now=now),
            lambda: ledger.opt_out(*whose, now=now),
            lambda: ledger.opt_in(*whose, now=now),
            claim,
            lambda: ledger.take_over(now, ask_after=timedelta()),
            lambda: ledger.came_back([back], source="here", before="", after="1", now=now),
        ]
        for step in steps:
            fault.countdown = 1
            with pytest.raises(LedgerError, match="cannot be reached"):
                step()
            fault.mend(ledger)
            after = contents(url)
            step()
            assert contents(url) == after
        # The claim whose answer was lost is nobody's: it was taken over, asked about, and settled by what came back.
        assert (claimed, [each.key for each in ledger.in_state(NoticeState.SENT)]) == ([], ["key 1"])
        assert (ledger.install().send_seq, len(contents(url)["bounce"])) == (1, 1)


def test_killed_between_any_two_statements_it_has_recorded_nothing_and_a_second_run_records_all(
    url: str, facts: Facts, now: datetime, contents: Contents, child: Callable[..., Any], tmp_path: Path
) -> None:
    open_ledger(url, now=now, new_secret=bytes).close()
    before = contents(url)
    pickled = tmp_path / "facts"
    pickled.write_bytes(pickle.dumps(facts))
    recorder = child("record-and-die", url, str(pickled))

    kills = 0
    while (said := (recorder.says(), recorder.go(), recorder.says())[2]) == "killed":
        kills += 1
        assert contents(url) == before, f"statement {kills}"

    assert (said, kills > 15) == ("exit 0", True)
    with open_ledger(url, now=now) as ledger:
        assert ledger.past("period 1", TODAY).notices == {"key 1": facts.new_notices[0]}


def test_on_a_full_disk_nothing_is_recorded_and_the_sentence_says_why(
    tmp_path: Path, facts: Facts, now: datetime, contents: Contents
) -> None:
    path = tmp_path / "mastery.sqlite"
    url = f"sqlite:///{path}"
    many = {f"student {number}": "digest" * 20 for number in range(1000)}
    with open_ledger(url, now=now, new_secret=bytes) as ledger:
        event.listen(ledger._database.engine, "connect", let_grow_no_more)
        ledger._database.engine.dispose()
        before = contents(url)

        with pytest.raises(LedgerError) as full:
            ledger.record("period 1", replace(facts, students=many), now=now)

        assert str(full.value) == (
            f"The ledger {path} cannot grow, because the disk is full: nothing was written. Make room and run again."
        )
        assert contents(url) == before


def let_grow_no_more(connection: sqlite3.Connection, _record: object) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_where_the_system_lets_no_file_grow_nothing_is_recorded(
    tmp_path: Path, facts: Facts, now: datetime, contents: Contents, child: Callable[..., Any]
) -> None:
    url = f"sqlite:///{tmp_path}/mastery.sqlite"
    many = {f"student {number}": "digest" * 20 for number in range(5000)}
    pickled = tmp_path / "facts"
    pickled.write_bytes(pickle.dumps(replace(facts, students=many)))
    open_ledger(url, now=now, new_secret=bytes).close()
    before = contents(url)
    recorder = child("record-on-a-full-disk", url, str(pickled))
    assert recorder.says() == "ready"

    recorder.go()

    assert recorder.says() == (
        f"The ledger {tmp_path}/mastery.sqlite cannot be read or written, because the disk refuses."
    )
    assert contents(url) == before


def test_a_ledger_that_another_program_writes_is_waited_for_and_then_said_to_be_held(
    url: str, facts: Facts, now: datetime
) -> None:
    with open_ledger(url, now=now) as other, open_ledger(url, now=now, wait_seconds=0) as ledger:
        other.record("period 1", facts, now=now)
        with other._database.writing() as connection:
            connection.execute(text("UPDATE gradebook_state SET reading = 'mine'"))
            with pytest.raises(LedgerError) as held:
                ledger.record("period 1", facts, now=now)

        assert str(held.value).endswith(" is held by another program: nothing was written. Run again in a moment.")
        ledger.record("period 1", facts, now=now)


def test_a_ledger_that_may_not_be_written_says_so_and_can_still_be_read(url: str, facts: Facts, now: datetime) -> None:
    with open_ledger(url, now=now) as ledger:

        def forbid_writing(connection: Any, _record: object) -> None:
            sqlite = isinstance(connection, sqlite3.Connection)
            connection.execute("PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on")
            connection.commit()

        event.listen(ledger._database.engine, "connect", forbid_writing)
        ledger._database.engine.dispose()

        with pytest.raises(LedgerError) as refused:
            ledger.record("period 1", facts, now=now)

        assert str(refused.value).endswith(" may not be written to by this account.")
        assert ledger.past("period 1", TODAY).students is None


def test_a_fault_shows_no_student_and_no_secret(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_letter: Callable[..., Notice]
) -> None:
    ledger.record("period 1", facts, now=now)
    unknown = new_letter("canary-key", ("canary-episode",), student="canary-student")

    with pytest.raises(LedgerError) as failed:
        ledger.record("period 1", replace(no_facts, new_notices=(unknown,)), now=now)

    assert "canary" not in str(failed.value)
    assert failed.value.__suppress_context__
    assert str(failed.value).partition(" failed in a way that is not expected ")[2] in {
        "(IntegrityError SQLITE_CONSTRAINT_FOREIGNKEY).",
        "(ForeignKeyViolation 23503).",
    }


def test_one_piece_of_work_is_never_owed_twice(
    ledger: Ledger, facts: Facts, no_facts: Facts, now: datetime, new_episode: Callable[..., Remediation]
) -> None:
    ledger.record("period 1", facts, now=now)

    second = new_episode("another", ("ana", "essay"))
    with pytest.raises(LedgerError):
        ledger.record("period 1", replace(no_facts, episodes=(second,)), now=now)

    assert ledger.past("period 1", TODAY).episodes == {("ana", "essay"): facts.episodes[0]}


def test_a_server_that_does_not_answer_is_named_without_the_password(now: datetime) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(LedgerError) as gone:
            open_ledger(f"postgresql://teacher:hunter2@127.0.0.1:{port}/mastery", now=now)

    assert str(gone.value) == f"The ledger mastery on 127.0.0.1 {NOT_REACHED}"


def test_a_database_that_is_not_on_the_server_is_named(postgresql_server: str, now: datetime) -> None:
    url = make_url(postgresql_server).set(database="no_such_school")

    with pytest.raises(LedgerError) as gone:
        open_ledger(url.render_as_string(hide_password=False), now=now)

    assert str(gone.value).endswith(
        ' is refused by the server, which says: database "no_such_school" does not exist. Look at ledger.url.'
    )
