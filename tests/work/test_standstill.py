"""What keeps all letters from leaving stands in the sheet, where the teacher is, and nobody fights over the line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import gspread
import pytest

from sheets_mastery.notices import PERSON
from sheets_mastery.outbox import quarantine
from sheets_mastery.outbox.quarantine import Word
from sheets_mastery.stamps import Suspicion
from sheets_mastery.wiring import Service

if TYPE_CHECKING:
    from tests.work.conftest import Class

SENDS = "send: letters leave by themselves, after their hold"
STILL = "No letter leaves: the tab Mastery Trouble says why, and what to do"


def trouble(school: Class, spreadsheet: gspread.Spreadsheet | None = None) -> list[tuple[str, str, str]]:
    """What stands on the tab Mastery Trouble: where, what is wrong, what to do; nothing where there is no such tab."""
    document = spreadsheet or school.school.spreadsheet
    tabs = {each.title: each for each in document.worksheets()}
    if "Mastery Trouble" not in tabs:
        return []
    return [(row[0], row[2], row[3]) for row in tabs["Mastery Trouble"].get_all_values()[1:] if row[0]]


def letters(school: Class) -> tuple[str, set[str]]:
    """What stands on top of the tab Mastery Mail, and when its letters leave."""
    top, _, *rows = school.school.spreadsheet.worksheet("Mastery Mail").get_all_values()
    return top[5], {row[2] for row in rows if row[0]}


def wants(why: Suspicion) -> tuple[str, str, str]:
    return ("tab Mastery Mail", f"{why.what}.", why.remedy)


def requests(school: Class) -> list[str]:
    return [each["method"] for each in school.school.sheet_requests()]


@contextmanager
def another_one(school: Class, folder: Path, *files: Path) -> Iterator[Service]:
    """Another installation on the same sheet, with the settings and these files."""
    folder.mkdir(exist_ok=True)
    for file in (school.school.settings_file, *files):
        shutil.copy(file, folder)
    service = Service.load(folder / "mastery.toml", {}, clock=school.service.clock)
    try:
        yield service
    finally:
        service.close()


def test_a_stop_stands_in_the_sheet_with_its_reason_until_it_is_lifted(algebra: Class) -> None:
    algebra.sync()
    assert (trouble(algebra), letters(algebra)) == ([], (SENDS, {"from 2026-10-30 16:30"}))
    algebra.service.ledger.stop("3 letters were refused", now=algebra.service.clock(), who="deliver")
    requests(algebra)
    algebra.sync()
    algebra.sync()
    assert requests(algebra) == ["GET", "POST", "GET"]
    assert trouble(algebra) == [
        (
            "tab Mastery Mail",
            "no letter leaves, about this gradebook or another: all are stopped (3 letters were refused).",
            "When that is settled, say `outbox go`, or ask whoever runs the program to.",
        )
    ]
    assert letters(algebra) == (STILL, {"when letters are let go again"})
    algebra.service.ledger.go_on(now=algebra.service.clock(), who=PERSON)
    algebra.sync()
    assert (trouble(algebra), letters(algebra)) == ([], (SENDS, {"from 2026-10-30 16:30"}))


def test_what_the_settings_keep_from_leaving_stands_above_the_letters(algebra: Class) -> None:
    algebra.sync()
    algebra.change("[letters]\n", "[letters]\nstop = true\n")
    algebra.sync()
    nobody = "No letter leaves, because that is chosen: “Write to nobody” (letters.stop)"
    assert letters(algebra) == (nobody, {"when letters are let go again"})
    algebra.change("stop = true\n", "")
    algebra.change("[mail]\n", '[mail]\nonly_to = ["rivera@school.example"]\n')
    algebra.sync()
    few = f"{SENDS}. Nobody is written to but those listed in the settings under mail.only_to"
    assert (letters(algebra)[0], trouble(algebra)) == (few, [])


def test_a_ledger_put_back_is_said_in_the_sheet_until_it_is_reconciled(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    algebra.service.close()
    (then,) = algebra.ledger_files()
    shutil.copy(then, tmp_path)
    algebra.deliver()
    algebra.service.close()
    shutil.copy(tmp_path / then.name, then)
    # A delivery notices it, the next sync says it, once.
    assert algebra.deliver() == {"in quarantine": 3}
    requests(algebra)
    algebra.sync()
    algebra.sync()
    assert requests(algebra) == ["GET", "POST", "GET"]
    assert trouble(algebra) == [wants(Suspicion.BEHIND)]
    assert letters(algebra) == (STILL, {"when the quarantine has ended"})
    # It is not the one who looks after the marks that has to fall silent.
    algebra.type("H5", "20")
    assert {type(edit).__name__ for edit in algebra.sync().edits} >= {"PutNote"}
    quarantine.reconcile(algebra.service, None, Word.LOOK)
    algebra.sync()
    assert (trouble(algebra), letters(algebra)[0]) == ([], SENDS)


def test_a_copied_document_says_it_and_the_one_it_was_copied_from_does_not(algebra: Class) -> None:
    algebra.sync()
    old = algebra.school.spreadsheet
    copy = algebra.school.post(f"/drive/v3/files/{old.id}/copy", {"name": "Algebra 1, next term"})["id"]
    algebra.change(old.id, copy)
    new = gspread.Spreadsheet(old.client, {"id": copy})
    requests(algebra)
    algebra.sync()
    algebra.sync()
    assert requests(algebra) == ["GET", "POST", "GET"]
    assert (trouble(algebra, new), trouble(algebra)) == ([wants(Suspicion.COPY)], [])
    quarantine.claim(algebra.service, None)
    algebra.sync()
    assert (trouble(algebra, new), algebra.deliver()) == ([], {"sent": 3})


def test_a_new_ledger_says_that_the_sheet_was_another_ones(algebra: Class, tmp_path: Path) -> None:
    algebra.sync()
    with another_one(algebra, tmp_path / "new") as service:
        for _ in range(2):
            service.sync(algebra.gradebook, "sync")
        assert trouble(algebra) == [wants(Suspicion.OTHER)]
        quarantine.claim(service, None)
        service.sync(algebra.gradebook, "sync")
        assert (trouble(algebra), letters(algebra)[0]) == ([], SENDS)


@pytest.mark.parametrize("other", ["another installation", "a copy of the ledger"])
def test_of_two_at_work_in_one_sheet_the_one_in_quarantine_falls_silent_and_they_do_not_fight(
    algebra: Class, tmp_path: Path, other: str
) -> None:
    algebra.sync()
    algebra.service.close()
    copied = algebra.ledger_files() if other == "a copy of the ledger" else []
    with another_one(algebra, tmp_path / "other", *copied) as service:
        if copied:
            algebra.type("H4", "7")
            algebra.sync()
        service.sync(algebra.gradebook, "sync")
        assert trouble(algebra) == ([wants(Suspicion.BEHIND if copied else Suspicion.OTHER)])
        # The one that lets letters leave puts its own back, and nothing of the other one's stays.
        algebra.sync()
        assert (trouble(algebra), letters(algebra)[0]) == ([], SENDS)
        for day in ("2026-11-02T12:30", "2026-11-03T12:30"):
            algebra.at(day)
            service.clock = algebra.service.clock
            algebra.sync()
            before = algebra.school.document()
            for _ in range(2):
                requests(algebra)
                plan = service.sync(algebra.gradebook, "sync")
                algebra.sync()
                assert requests(algebra) == ["GET", "GET"]
            assert algebra.school.document() == before
            assert "another installation of the program is at work" in str(plan.problems[-1])
        assert algebra.deliver() == {"sent": 3}
        # Until a person says that it is the other one that is to go on; then it is the first that falls silent.
        if not copied:
            assert quarantine.claim(service, None) == ("Algebra 1",)
            service.sync(algebra.gradebook, "sync")
            algebra.sync()
            service.sync(algebra.gradebook, "sync")
            requests(algebra)
            for _ in range(2):
                algebra.sync()
                service.sync(algebra.gradebook, "sync")
            assert requests(algebra) == ["GET"] * 4
            assert (trouble(algebra), letters(algebra)[0]) == ([], SENDS)


def test_where_there_is_no_tab_with_letters_the_line_is_about_the_marks(open_class: Callable[..., Class]) -> None:
    school = open_class()
    school.change('flag_column = "Missing"', 'flag_column = "Missing"\nmail_tab = false')
    school.service.ledger.stop("the mail server is being moved", now=school.service.clock(), who=PERSON)
    school.sync()
    assert [where for where, _, _ in trouble(school)] == ["tab Marks"]
