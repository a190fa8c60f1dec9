"""A ledger that was put back or copied, and a spreadsheet that was copied: no family hears twice, a person is told.

Everything is real but the clock: files are copied back, two services work on one sheet, documents are copied by Drive.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from databases import new_database, postgresql_server

from sheets_mastery import desk, doctor
from sheets_mastery.edits import DropStamp
from sheets_mastery.errors import SettingsError, SheetError, Unreachable
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.notices import NoticeState
from sheets_mastery.outbox import quarantine
from sheets_mastery.outbox.quarantine import Reconciled, Word
from sheets_mastery.stamps import Stamp, Suspicion
from sheets_mastery.status import report
from sheets_mastery.wiring import Service

if TYPE_CHECKING:
    from tests.work.conftest import Class

__all__ = ["postgresql_server"]

MONDAY = "2026-11-02T16:30"


def stamp_of(algebra: Class) -> Stamp:
    """The stamp in the spreadsheet, of which there is one."""
    (found,) = algebra.school.document("developerMetadata")["developerMetadata"]
    stamp = Stamp.read(found["metadataValue"])
    assert stamp is not None
    return stamp


def set_aside(algebra: Class, folder: Path) -> None:
    """Copy the ledger's files while nobody is at work."""
    algebra.service.close()
    folder.mkdir()
    for file in algebra.ledger_files():
        shutil.copy(file, folder)


def put_back(algebra: Class, folder: Path) -> None:
    """Let the ledger be what was set aside."""
    algebra.service.close()
    for file in algebra.ledger_files():
        file.unlink()
    for file in folder.iterdir():
        shutil.copy(file, algebra.school.folder)


def drop_the_letters(algebra: Class) -> int:
    """Take the letters away from where sent mail is: nothing but the quarantine keeps them from leaving again."""
    letters = algebra.school.letters()
    for letter in letters:
        letter.unlink()
    return len(letters)


def test_a_ledger_put_back_says_nothing_twice(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    set_aside(algebra, tmp_path / "monday")
    assert (algebra.deliver(), drop_the_letters(algebra)) == ({"sent": 3}, 3)

    put_back(algebra, tmp_path / "monday")
    assert algebra.states() == {NoticeState.HOLD: 3}
    delivery = algebra.service.deliver((algebra.gradebook,))
    assert (delivery.counts, delivery.troubles) == ({"in quarantine": 3}, [])
    assert delivery.for_a_person == (f"Algebra 1: {Suspicion.BEHIND.sentence}",)
    assert algebra.school.letters() == []

    # Everybody who asks is told, without a request, and the next delivery does not even look.
    algebra.school.sheet_requests()
    assert report(algebra.service, None).waiting == (f"Algebra 1: {Suspicion.BEHIND.sentence}",)
    assert {each.leaves for each in desk.listed(algebra.service, None, names=False)} == {
        "when the quarantine has ended"
    }
    assert algebra.deliver() == {"in quarantine": 3}
    assert algebra.school.sheet_requests() == []
    checks = doctor.examine(algebra.school.settings_file, None, {})
    assert [(each.said, each.code) for each in checks if each.what == "gradebook Algebra 1: quarantine"] == [
        (f"{Suspicion.BEHIND.sentence}.", 3)
    ]


def test_marks_are_looked_after_in_quarantine_and_the_foreign_stamp_stays(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    set_aside(algebra, tmp_path / "monday")
    algebra.deliver()
    stamp = stamp_of(algebra)
    put_back(algebra, tmp_path / "monday")
    algebra.type("H4", "7")
    assert "PutNote" in {type(edit).__name__ for edit in algebra.sync().edits}
    assert (stamp_of(algebra), algebra.deliver()) == (stamp, {"in quarantine": 3})


def test_what_a_maildir_shows_is_settled_and_the_rest_leaves(algebra: Class, tmp_path: Path) -> None:
    algebra.type("H6", "20")
    algebra.sync()
    set_aside(algebra, tmp_path / "friday")
    assert algebra.deliver() == {"sent": 2}
    # Cho's mark is put wrong after the copy; that letter is decided, and leaves, without the copy knowing of it.
    algebra.type("H6", "7.25")
    algebra.sync()
    algebra.at(MONDAY)
    assert algebra.deliver() == {"sent": 1}
    # And Ana's quiz turns out to be missing only now.
    algebra.type("H4", "3")

    put_back(algebra, tmp_path / "friday")
    assert algebra.deliver() == {"in quarantine": 2}
    with pytest.raises(SettingsError, match="outbox reconcile"):
        quarantine.claim(algebra.service, None)
    done = quarantine.reconcile(algebra.service, None, Word.LOOK)
    # Two had left under this key, one under the key of another day; the new one may leave.
    assert done == (Reconciled(gradebook="Algebra 1", sent=2, to_look_at=1, to_leave=1),)
    assert algebra.states() == {NoticeState.SENT: 2, NoticeState.NEEDS_REVIEW: 1, NoticeState.HOLD: 1}
    why = "another letter of this kind to this person left while the ledger did not know of it"
    assert report(algebra.service, None).waiting == (f"Algebra 1: letters to look at: 1 ({why})",)
    # A day later, because what was found counts as heard today.
    algebra.at("2026-11-04T16:30")
    assert (algebra.deliver(), len(algebra.school.letters())) == ({"sent": 1}, 4)


@pytest.mark.parametrize(
    ("word", "found", "then"),
    [
        (Word.LOOK, (0, 3, 0), ({NoticeState.NEEDS_REVIEW: 3}, {})),
        (Word.SENT, (3, 0, 0), ({NoticeState.SENT: 3}, {})),
        (Word.NOT_SENT, (0, 0, 3), ({NoticeState.HOLD: 3}, {"later": 3})),
    ],
)
def test_where_sent_mail_cannot_be_asked_a_person_says_so(
    open_class: Callable[..., Class],
    tmp_path: Path,
    word: Word,
    found: tuple[int, int, int],
    then: tuple[dict[NoticeState, int], dict[str, int]],
) -> None:
    algebra = open_class()
    algebra.sync()
    set_aside(algebra, tmp_path / "monday")
    algebra.deliver()
    put_back(algebra, tmp_path / "monday")
    # From now on by a mail server that nobody can ask, and that does not answer either.
    nobody = '[mail]\ntransport = "smtp"\nsmtp = { host = "127.0.0.1", port = 9, security = "none" }\n'
    algebra.change("[mail]\n", nobody)
    (done,) = quarantine.reconcile(algebra.service, None, word)
    assert (done.sent, done.to_look_at, done.to_leave) == found
    assert (algebra.states(), algebra.deliver()) == then


def test_of_a_ledger_and_its_copy_only_one_goes_on(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    set_aside(algebra, tmp_path / "clone")
    clone = tmp_path / "clone"
    shutil.copy(algebra.school.settings_file, clone)
    with ExitStack() as stack:
        other = Service.load(clone / "mastery.toml", {}, clock=algebra.service.clock)
        stack.callback(other.close)
        # Both have read the same stamp and are about to send; the other one is faster by a moment.
        sheets = algebra.service.sheets
        algebra.service.sheets = cast(Any, Overtaken(sheets, lambda: other.deliver((algebra.gradebook,))))
        assert algebra.deliver() == {"later": 1, "in quarantine": 2}
        assert (len(list((clone / "outbox" / "new").iterdir())), algebra.school.letters()) == (3, [])
        assert dict(other.deliver((algebra.gradebook,)).counts) == {}


class Overtaken:
    """Sheets that somebody else writes into right before the first stamp is put there."""

    def __init__(self, sheets: GoogleSheets, somebody: Callable[[], object]) -> None:
        self._sheets = sheets
        self._somebody: Callable[[], object] | None = somebody

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sheets, name)

    def stamp(self, *written: Any) -> Any:
        somebody, self._somebody = self._somebody, None
        if somebody is not None:
            somebody()
        return self._sheets.stamp(*written)


def test_a_copied_spreadsheet_sends_nothing_until_it_is_claimed(algebra: Class) -> None:
    algebra.sync()
    old = algebra.school.spreadsheet.id
    copy = algebra.school.post(f"/drive/v3/files/{old}/copy", {"name": "Algebra 1, next term"})
    algebra.change(old, copy["id"])
    # Whether it was told by a sync or not, the way out is the same.
    delivery = algebra.service.deliver((algebra.gradebook,))
    assert (delivery.counts, delivery.for_a_person) == (
        {"in quarantine": 3},
        (f"Algebra 1: {Suspicion.COPY.sentence}",),
    )
    with pytest.raises(SettingsError, match="outbox claim"):
        quarantine.reconcile(algebra.service, None, Word.LOOK)
    assert quarantine.claim(algebra.service, None) == ("Algebra 1",)
    assert (quarantine.claim(algebra.service, None), algebra.deliver()) == ((), {"sent": 3})
    # The old document is still what it was.
    assert stamp_of(algebra).spreadsheet == algebra.school.spreadsheet.id


def test_two_installations_on_one_sheet_are_told_from_each_other(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(algebra.school.settings_file, other)
    with ExitStack() as stack:
        service = Service.load(other / "mastery.toml", {}, clock=algebra.service.clock)
        stack.callback(service.close)
        service.sync(algebra.gradebook, "sync")
        assert service.deliver((algebra.gradebook,)).for_a_person == (f"Algebra 1: {Suspicion.OTHER.sentence}",)
        assert quarantine.claim(service, None) == ("Algebra 1",)
        # Now the first one has been put out of the sheet, and notices.
        assert algebra.deliver() == {"in quarantine": 3}
        assert dict(service.deliver((algebra.gradebook,)).counts) == {"sent": 3}


def test_a_ledger_from_before_there_were_stamps_is_stamped_by_its_first_sync_without_alarm(algebra: Class) -> None:
    algebra.sync()
    algebra.service.sheets.stamp(algebra.gradebook.spreadsheet, without_stamps(algebra))
    algebra.school.sheet_requests()
    assert algebra.sync().edits == ()
    assert [each["method"] for each in algebra.school.sheet_requests()] == ["GET", "POST"]
    # From then on a sheet that did not change costs one request again.
    algebra.sync()
    assert [each["method"] for each in algebra.school.sheet_requests()] == ["GET"]
    assert (stamp_of(algebra).send_seq, algebra.deliver()) == (0, {"sent": 3})


def without_stamps(algebra: Class) -> tuple[DropStamp, ...]:
    reading = algebra.service.sheets.read(algebra.gradebook.spreadsheet)
    return tuple(DropStamp(stamp=each) for each in reading.stamps)


def test_a_process_that_dies_around_the_write_of_a_stamp_alarms_nobody(algebra: Class) -> None:
    algebra.sync()
    sheets = algebra.service.sheets
    for died in (Before(sheets), After(sheets)):
        algebra.service.sheets = cast(Any, died)
        delivery = algebra.service.deliver((algebra.gradebook,))
        assert (delivery.counts, delivery.troubles) == ({"later": 3}, ["Algebra 1: Google is away."])
    for died in (Before(sheets), After(sheets)):
        algebra.service.sheets = cast(Any, died)
        algebra.type("H4", "7" if isinstance(died, After) else "8")
        with pytest.raises(SheetError):
            algebra.sync()
    algebra.service.sheets = sheets
    algebra.sync()
    assert (algebra.deliver(), stamp_of(algebra).send_seq) == ({"sent": 3}, 0)
    algebra.type("H5", "20")
    algebra.sync()
    assert (quarantine.held(algebra.service, None), stamp_of(algebra).send_seq) == ((), 3)


class Before:
    """Sheets that take no write."""

    def __init__(self, sheets: GoogleSheets) -> None:
        self._sheets = sheets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sheets, name)

    def stamp(self, *_written: Any) -> Any:
        raise Unreachable("Google is away.")

    def apply(self, *_written: Any) -> Any:
        raise Unreachable("Google is away.")


class After(Before):
    """Sheets that write and do not say so."""

    def stamp(self, *written: Any) -> Any:
        self._sheets.stamp(*written)
        raise Unreachable("Google is away.")

    def apply(self, *written: Any) -> Any:
        self._sheets.apply(*written)
        raise Unreachable("Google is away.")


def test_remove_takes_the_stamp_away(algebra: Class) -> None:
    algebra.sync()
    assert stamp_of(algebra).spreadsheet == algebra.school.spreadsheet.id
    algebra.service.remove(algebra.gradebook)
    assert algebra.school.document("developerMetadata") == {}


def test_a_stamp_costs_a_delivery_one_request_and_one_that_sends_nothing_none(algebra: Class) -> None:
    algebra.sync()
    algebra.school.sheet_requests()
    algebra.deliver()
    assert [each["method"] for each in algebra.school.sheet_requests()] == ["GET", "POST"]
    algebra.at(MONDAY)
    algebra.type("H4", "7")
    algebra.sync()
    algebra.type("H4", "20")
    algebra.school.sheet_requests()
    assert algebra.deliver() == {"withdrawn": 1}
    assert [each["method"] for each in algebra.school.sheet_requests()] == ["GET"]


def test_postgresql_put_back_is_noticed_as_well(open_class: Callable[..., Class], postgresql_server: str) -> None:
    with new_database(postgresql_server, "TEMPLATE template0") as address:
        algebra = open_class(more=f'[ledger]\nurl = "{address}"')
        algebra.sync()
        algebra.service.close()
        with new_database(postgresql_server, f"TEMPLATE {address.rpartition('/')[2].partition('?')[0]}") as copy:
            assert algebra.deliver() == {"sent": 3}
            algebra.change(address, copy)
            assert algebra.deliver() == {"in quarantine": 3}
            done = quarantine.reconcile(algebra.service, None, Word.LOOK)
            assert done == (Reconciled(gradebook="Algebra 1", sent=3, to_look_at=0, to_leave=0),)
            assert (algebra.deliver(), len(algebra.school.letters())) == ({}, 3)
            algebra.service.close()
