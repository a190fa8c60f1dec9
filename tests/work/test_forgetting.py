"""Forgetting with the real service: nothing personal stays behind, and nobody hears of anything twice."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sheets_mastery import forgetting
from sheets_mastery.errors import SettingsError
from sheets_mastery.notices import MISSING, NoticeState
from sheets_mastery.outbox import quarantine
from sheets_mastery.stamps import Suspicion

if TYPE_CHECKING:
    from tests.work.conftest import Class

AGE, LETTERS = timedelta(days=90), timedelta(days=30)
#: All that tells Ben, in the sheet, in letters and in the ledger.
BEN = (b"benid8", b"Oxenstierna", b"oxen@")
LATER = "2027-03-05T16:30"


def where(algebra: Class, words: tuple[bytes, ...]) -> set[str]:
    """The files of the ledger and of the maildir with one of these words in them."""
    files = [path for path in algebra.school.folder.rglob("*") if path.is_file() and path.suffix != ".toml"]
    return {
        str(path.relative_to(algebra.school.folder))
        for path in files
        if any(word in path.read_bytes() for word in words)
    }


def sent_on(algebra: Class, *letters: Path) -> None:
    """A gateway has passed letters on, half a year ago."""
    for path in letters:
        path.rename(path.parent.parent / "cur" / f"{path.name}:2,PS")


@pytest.fixture
def half_a_year_later(algebra: Class) -> Class:
    """Three letters left in the autumn; Ben's mother stopped such letters, and Ben is no longer in the sheet."""
    algebra.sync()
    assert algebra.deliver() == {"sent": 3}
    ledger = algebra.service.ledger
    (ben,) = ledger.letters_about("benid8", [algebra.gradebook.name])
    ledger.opt_out(algebra.gradebook.name, ben.guardian, MISSING, now=algebra.service.clock())
    then = algebra.service.clock().timestamp()
    for path in algebra.school.letters():
        os.utime(path, (then, then))
    algebra.at("2026-11-06T10:00")
    algebra.school.spreadsheet.worksheet("Marks").delete_rows(5)
    algebra.sync()
    algebra.at(LATER)
    return algebra


def test_after_forgetting_the_old_nothing_of_who_is_gone_is_left_and_nothing_is_said_twice(
    half_a_year_later: Class, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    algebra = half_a_year_later
    caplog.set_level(logging.DEBUG, logger="sheets_mastery")
    ben = [path for path in algebra.school.letters() if b"oxen@" in path.read_bytes()]
    others = [path for path in algebra.school.letters() if path not in ben]
    sent_on(algebra, *ben)
    assert where(algebra, BEN) > {f"outbox/cur/{ben[0].name}:2,PS"}
    before = {
        path: path.read_bytes()
        for path in algebra.school.folder.rglob("*")
        if path.is_file() and "-shm" not in path.name
    }

    counted = forgetting.older(algebra.service, AGE, LETTERS, sent_on=False, really=False)
    assert (counted.done, counted.unsent, counted.failed) == (False, 2, False)
    assert counted.trouble.startswith("2 old letters stay in outbox, because nothing tells that they were sent on")
    assert {path: path.read_bytes() for path in before if "-wal" not in path.name} == {
        path: content for path, content in before.items() if "-wal" not in path.name
    }

    done = forgetting.older(algebra.service, AGE, LETTERS, sent_on=False, really=True)
    assert done == forgetting.Forgotten(done=True, counts=counted.counts, unsent=2, trouble=counted.trouble)
    assert (done.counts["letters in the folder"], done.counts["students"], done.counts["letters on record"]) == (
        1,
        1,
        1,
    )
    assert where(algebra, BEN) == set()
    told = "".join((*capsys.readouterr(), caplog.text, *(record.getMessage() for record in caplog.records)))
    assert [word for word in BEN if word.decode() in told] == []
    # What nothing tells to have been sent on still lies in the tray.
    assert [path.read_bytes() for path in others] == [before[path] for path in others]
    assert (
        forgetting.older(algebra.service, AGE, LETTERS, sent_on=True, really=True).counts["letters in the folder"] == 2
    )
    assert (algebra.school.letters(), len(list((algebra.school.folder / "outbox" / "taken-away").iterdir()))) == ([], 3)

    # Ana and Cho still owe what they were written to about in the autumn; reminders are another matter.
    algebra.change("[letters]", '[letters]\nkinds = ["missing"]')
    assert (algebra.sync().facts.new_notices, algebra.deliver()) == ((), {})
    assert (algebra.school.letters(), algebra.states()) == ([], {NoticeState.SENT: 2})
    # Ben is put back: his work is news again, but not for his mother, who has stopped such letters.
    row = ["benid8", "Oxenstierna, Ben", "86", "Pa Oxenstierna", "oxen@example.org", "yes", "", "M", "40.75"]
    algebra.school.spreadsheet.worksheet("Marks").append_row(row)
    assert (algebra.sync().facts.new_notices, algebra.deliver()) == ((), {})


def test_one_student_is_forgotten_on_request_once_the_row_and_the_letters_are_gone(half_a_year_later: Class) -> None:
    algebra, service = half_a_year_later, half_a_year_later.service
    with pytest.raises(SettingsError, match="this student is still in Algebra 1, and the next sync would learn"):
        forgetting.student(service, "anaid7", None, sent_on=True, really=False)
    assert forgetting.student(service, "nobody", None, sent_on=False, really=True).counts == {}
    # Who knows that Ben's letter was sent on has to say so: afterwards nobody could tell whose it is.
    counted = forgetting.student(service, " BENID8 ", None, sent_on=False, really=False)
    assert (counted.unsent, counted.counts["letters on record"]) == (1, 1)
    with pytest.raises(SettingsError, match="1 old letters stay in outbox"):
        forgetting.student(service, "benid8", None, sent_on=False, really=True)
    assert where(algebra, BEN) != set()

    done = forgetting.student(service, "benid8", algebra.gradebook.name, sent_on=True, really=True)

    assert (done.done, done.counts["letters in the folder"], done.trouble) == (True, 1, "")
    assert where(algebra, BEN) == set()
    assert (algebra.states(), service.ledger.opted_out(algebra.gradebook.name)) == ({NoticeState.SENT: 2}, 1)


def test_a_student_about_whom_a_letter_waits_for_a_person_is_not_forgotten(half_a_year_later: Class) -> None:
    algebra = half_a_year_later
    with algebra.service.ledger._database.writing() as connection:
        connection.exec_driver_sql("UPDATE notice SET state = 'needs review' WHERE student = 'benid8'")
    with pytest.raises(SettingsError, match="1 letters about this student are not at their end"):
        forgetting.student(algebra.service, "benid8", None, sent_on=True, really=True)
    assert (
        forgetting.older(algebra.service, AGE, LETTERS, sent_on=True, really=True).counts["letters in the folder"] == 2
    )
    assert len(algebra.school.letters()) == 1


def test_a_ledger_put_back_from_before_knows_what_was_taken_away_since(
    algebra: Class,
) -> None:
    algebra.change("hold_hours = 0", "hold_hours = 1")
    algebra.sync()
    algebra.service.close()
    copy = {path: path.read_bytes() for path in algebra.ledger_files()}
    algebra.at("2026-10-30T17:45")
    algebra.change("hold_hours = 1", "hold_hours = 1 ")
    assert algebra.deliver() == {"sent": 3}
    old = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
    for path in algebra.school.letters():
        os.utime(path, (old, old))
    assert forgetting.older(algebra.service, AGE, LETTERS, sent_on=True, really=True).counts == {
        "letters in the folder": 3
    }
    algebra.service.close()
    for path in algebra.ledger_files():
        path.unlink()
    for path, content in copy.items():
        path.write_bytes(content)
    algebra.change("hold_hours = 1 ", "hold_hours = 1")

    assert algebra.deliver() == {"in quarantine": 3}
    assert [why.why for _, why in quarantine.held(algebra.service, None)] == [Suspicion.BEHIND]
    (done,) = quarantine.reconcile(algebra.service, None, quarantine.Word.LOOK)

    assert (done.sent, done.to_leave, done.to_look_at) == (3, 0, 0)
    assert (algebra.deliver(), algebra.school.letters()) == ({}, [])


@pytest.mark.parametrize("wrong", ["", "0d", "1y", "-3d", "90", "4000000d"])
def test_an_age_that_is_none_is_said_to_be_none(wrong: str) -> None:
    with pytest.raises(SettingsError, match="is no number of days; write it like 400d"):
        forgetting.days(wrong, "--older-than")


def test_what_may_still_decide_about_letters_is_not_forgotten(algebra: Class) -> None:
    assert forgetting.days(" 60 Days", "--older-than") == forgetting.LEAST
    with pytest.raises(SettingsError, match="say 60d or more"):
        forgetting.older(algebra.service, timedelta(days=59), LETTERS, sent_on=False, really=False)
