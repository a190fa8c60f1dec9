"""Bad input at the real command line: one sentence on standard error, the right exit code, and nothing half-written."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.doors.conftest import Answer, Office

NOW = ("--now", "2026-10-30T16:30")
FAILED, USAGE = 1, 2


def is_only(sentence: str, code: int) -> dict[str, Any]:
    """The answer of a command that said one sentence and nothing else."""
    return {"code": code, "out": "", "err": f"{sentence}\n"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'name = "Algebra 1"',
            'name = "Algebra 1"\nmarks_tap = "Marks"',
            "gradebooks[1].marks_tap: there is no such key; see config/mastery.example.toml for those there are.",
        ),
        ("hold_hours = 0", "hold_hours = -3", "letters.hold_hours: must be greater than or equal to 0; it is -3."),
        (
            'time_zone = "America/Chicago"',
            'time_zone = "Chicago"',
            'school.time_zone: "Chicago" is no time zone; write it like "America/Chicago".',
        ),
        ("hold_hours = 0", "hold_hours = ", "The settings are not valid TOML: Invalid value (at line 18, column 14)."),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_key_and_nothing_is_touched(
    office: Office, old: str, new: str, sentence: str
) -> None:
    office.change(old, new)
    files = sorted(path.name for path in office.school.folder.iterdir())
    assert vars(office.run("sync", *NOW)) == is_only(sentence, USAGE)
    assert office.school.sheet_requests() == []
    assert sorted(path.name for path in office.school.folder.iterdir()) == files


def test_a_settings_file_that_is_not_there_is_named(run_in: Callable[..., Answer], tmp_path: Path) -> None:
    sentence = "There is no settings file {}. Write one after config/mastery.example.toml, or name it with -c."
    assert vars(run_in(tmp_path, "plan")) == is_only(sentence.format("mastery.toml"), USAGE)
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8")
    no_text = "The settings file picture.toml cannot be read: it is no text."
    assert vars(run_in(tmp_path, "plan", "-c", "picture.toml")) == is_only(no_text, USAGE)
    elsewhere = run_in(tmp_path, "plan", SHEETS_MASTERY_CONFIG="other.toml")
    assert vars(elsewhere) == is_only(sentence.format("other.toml"), USAGE)


def test_a_gradebook_a_moment_and_a_log_level_that_do_not_exist_are_named(office: Office) -> None:
    assert vars(office.run("plan", "--gradebook", "Algebra 9")) == is_only(
        'gradebooks: there is none called "Algebra 9"; the file has "Algebra 1".', USAGE
    )
    assert vars(office.run("plan", "--now", "yesterday")) == is_only(
        '--now: "yesterday" is no moment; write it like 2026-10-30T16:30.', USAGE
    )
    assert vars(office.run("run", *NOW)) == is_only(
        "--now: a pretended moment does not pass; give --once with it.", USAGE
    )
    assert vars(office.run("plan", SHEETS_MASTERY_LOG="LOUD")) == is_only(
        'SHEETS_MASTERY_LOG: "LOUD" is no log level; write DEBUG, INFO, WARNING, ERROR.', USAGE
    )


def test_a_pretended_moment_is_refused_where_letters_would_really_leave(open_office: Callable[..., Office]) -> None:
    office = open_office(mail='transport = "gmail"')
    assert vars(office.run("deliver", *NOW)) == is_only(
        '--now goes only with mail.transport = "maildir": nothing real may leave at a pretended time.', USAGE
    )


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (None, 'google.file: "key.json" cannot be opened (No such file or directory).'),
        ("{nonsense", 'google.file: "key.json" is not a JSON file.'),
        ("{}", 'google.file: "key.json" is not a service account\'s key: client_email is not there.'),
        (
            '{"client_email": "a@b.example", "private_key": "x", "token_uri": "https://x.example"}',
            'google.file: the private key in "key.json" is damaged; download a new one.',
        ),
    ],
)
def test_a_credential_file_that_is_missing_or_malformed_is_one_sentence_for_all_gradebooks(
    office: Office, key: str | None, sentence: str
) -> None:
    office.change('credentials = "local"', 'credentials = "service_account"\nfile = "key.json"')
    office.change(f'endpoint = "{office.school.url}"', "")
    office.add('[[gradebooks]]\nname = "Algebra 2"\nspreadsheet = "another-one"\n')
    if key is not None:
        (office.school.folder / "key.json").write_text(key)
        (office.school.folder / "key.json").chmod(0o600)
    assert vars(office.run(*("run", "--once") if key is None else ("sync",), *NOW)) == is_only(sentence, USAGE)


def test_a_sheet_that_cannot_be_read_is_one_sentence_with_its_gradebook(office: Office) -> None:
    before = office.school.document()
    office.access("none")
    not_shared = "The spreadsheet is not shared with the local account; share it with that account as Editor."
    answers = [office.run("sync", *NOW), office.run("remove", "--yes")]
    office.access("writer")
    assert {(answer.code, answer.err) for answer in answers} == {(FAILED, f"Algebra 1: {not_shared}\n")}
    office.change(office.school.spreadsheet.id, "not-the-id-of-anything")
    answer = office.run("sync", *NOW)
    unknown = "Google knows no spreadsheet with this id; compare it with the sheet's address."
    assert (answer.code, answer.err) == (FAILED, f"Algebra 1: {unknown}\n")
    assert (office.school.document(), office.school.letters()) == (before, [])


def test_a_sheet_that_may_be_looked_at_but_not_changed_stays_as_it_is_and_no_letter_leaves(office: Office) -> None:
    before = office.school.document()
    office.access("reader")
    answer = office.run("sync", *NOW)
    sentence = "the local account may look at the spreadsheet but not change it; make that account Editor."
    assert (answer.code, answer.err) == (FAILED, f"Algebra 1: {sentence}\n")
    assert (office.school.document(), office.school.letters()) == (before, [])


def test_a_marks_tab_that_was_deleted_is_one_sentence_and_the_rest_of_the_document_stays(office: Office) -> None:
    office.school.spreadsheet.add_worksheet("Seating", 5, 5)
    office.school.spreadsheet.del_worksheet(office.school.spreadsheet.sheet1)
    before = office.school.document()
    answer = office.run("sync", *NOW)
    sentence = 'There is no tab called "Marks" among the 1 of the document (gradebooks.marks_tab of Algebra 1).'
    assert (answer.code, answer.err) == (FAILED, f"Algebra 1: {sentence}\n")
    assert (office.school.document(), office.school.letters()) == (before, [])


def test_one_mark_that_shows_an_error_calls_nobody_and_is_said_all_the_same(office: Office) -> None:
    office.school.spreadsheet.sheet1.update([["=NA()"]], "G5", raw=False)
    answer = office.run("run", "--once", *NOW)
    few = "1 cell with an error in place of a value (Marks!G5)"
    assert (answer.code, answer.out.split()) == (0, ["Letters", "sent", "1"])
    assert f"Algebra 1: incomplete: {few}.\n" in answer.err
    status = office.run("status")
    assert (status.code, f"Incomplete, and is looked at again: Algebra 1: {few}" in " ".join(status.out.split())) == (
        0,
        True,
    )


def test_a_marks_tab_deleted_before_the_letters_leave_keeps_them_here(office: Office) -> None:
    assert office.run("sync", *NOW).code == 0
    office.school.spreadsheet.add_worksheet("Seating", 5, 5)
    office.school.spreadsheet.del_worksheet(office.school.spreadsheet.worksheet("Marks"))
    answer = office.run("deliver", *NOW)
    sentence = 'There is no tab called "Marks" among the 4 of the document (gradebooks.marks_tab of Algebra 1).'
    assert (answer.code, answer.err) == (FAILED, f"Algebra 1: {sentence}\n")
    assert office.school.letters() == []


def test_a_server_that_does_not_answer_is_named(office: Office) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        office.change(office.school.url, address)
        answer = office.run("sync", *NOW)
    sentence = (
        f"Nothing listens at {address}, where google.endpoint has the local Google: start it there with "
        "`demo --serve` or `local serve`."
    )
    assert (answer.code, answer.err) == (FAILED, f"Algebra 1: {sentence}\n")


def test_a_ledger_that_is_no_database_is_left_alone(office: Office) -> None:
    ledger = office.school.folder / "mastery.sqlite"
    ledger.write_text("dear diary, " * 400)
    before = office.school.document()
    sentence = f"The ledger {ledger} is no SQLite database: change ledger.url, or put back a copy."
    for words in (("sync", *NOW), ("status",)):
        assert vars(office.run(*words)) == is_only(sentence, FAILED)
    assert (ledger.read_text(), office.school.document()) == ("dear diary, " * 400, before)


def test_a_ledger_in_a_folder_that_is_not_there_is_one_sentence(office: Office) -> None:
    office.add('[ledger]\nurl = "sqlite:///away/mastery.sqlite"\n')
    path = office.school.folder / "away" / "mastery.sqlite"
    sentence = f"The folder for the ledger {path} does not exist: make it, or change ledger.url."
    assert vars(office.run("sync", *NOW)) == is_only(sentence, FAILED)
    assert office.school.sheet_requests() == []


def files_no_larger_than(size: int) -> Callable[[], None]:
    """A disk that is full, as one process can have it: no file of its grows beyond this size."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_a_full_disk_below_the_ledger_leaves_the_sheet_as_it_is(office: Office) -> None:
    assert office.run("status").code == 0
    before = office.school.document()
    answer = office.run("sync", *NOW, limit=files_no_larger_than(4096))
    path = office.school.folder / "mastery.sqlite"
    sentence = f"The ledger {path} cannot be read or written, because the disk refuses."
    assert (answer.code, answer.err) == (FAILED, f"{sentence}\n")
    assert (office.school.document(), office.school.letters()) == (before, [])


def test_a_full_disk_below_the_outbox_is_one_sentence_and_the_letters_leave_when_there_is_room(
    open_office: Callable[..., Office],
) -> None:
    # Letters larger than the ledger, so that the disk is full for them alone.
    office = open_office(more='folder = "our-letters"')
    words = office.school.folder / "our-letters"
    words.mkdir()
    (words / "letter.txt").write_text("{{ letter.teacher }} " + "and so on, and so on. " * 60_000)
    assert office.run("sync", *NOW).code == 0
    answer = office.run("deliver", *NOW, limit=files_no_larger_than(1_000_000))
    sentence = "The folder for letters (mail.folder) cannot be used: File too large."
    assert (answer.code, answer.out.split(), answer.err) == (FAILED, ["Letters", "later", "2"], f"{sentence}\n")
    assert [path for path in (office.school.folder / "outbox").rglob("*") if path.is_file()] == []
    later = office.run("deliver", "--now", "2026-10-30T16:50")
    assert (later.code, later.out.split(), later.err) == (0, ["Letters", "sent", "2"], "")
    assert len(office.school.letters()) == 2


def test_a_file_where_the_outbox_should_be_is_one_sentence_and_stays(office: Office) -> None:
    outbox = office.school.folder / "outbox"
    outbox.write_text("my notes")
    assert office.run("sync", *NOW).code == 0
    answer = office.run("deliver", "--json", *NOW)
    sentence = "The folder for letters (mail.folder) cannot be used: Not a directory."
    assert (answer.code, answer.err, outbox.read_text()) == (FAILED, f"{sentence}\n", "my notes")


def bound_by_permissions() -> None:
    """Before a program starts: let the permissions of files count, even for root (prctl's PR_CAPBSET_DROP)."""
    drop_from_what_may_be_had, override_permissions = 24, 1
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(drop_from_what_may_be_had, override_permissions, 0, 0, 0)


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may write to a read-only file here")
def test_a_ledger_that_may_not_be_written_to_is_one_sentence(office: Office) -> None:
    assert office.run("status").code == 0
    path = office.school.folder / "mastery.sqlite"
    path.chmod(0o400)
    answer = office.run("sync", *NOW, limit=bound_by_permissions)
    sentence = f"Algebra 1: The ledger {path} may not be written to by this account."
    assert (answer.code, answer.err) == (FAILED, f"{sentence}\n")


def test_the_trouble_of_one_gradebook_does_not_stop_the_other(open_office: Callable[..., Office]) -> None:
    unshared, well = open_office(), open_office()
    second = f'[[gradebooks]]\nname = "Algebra 2"\nspreadsheet = "{well.school.spreadsheet.id}"\n'
    unshared.add(second + 'codes = { M = "not in" }\n')
    unshared.access("none")
    sentence = "Algebra 1: The spreadsheet is not shared with the local account; share it with that account as Editor."
    synced = unshared.run("sync", *NOW)
    assert (synced.code, synced.err) == (FAILED, f"{sentence}\n")
    assert [tab.title for tab in well.school.spreadsheet.worksheets()] == [
        "Marks",
        "Mastery",
        "Mastery Settings",
        "Mastery Mail",
    ]
    unshared.access("writer")
    assert unshared.run("sync", *NOW).code == 0
    unshared.access("none")
    delivered = unshared.run("deliver", *NOW)
    assert (delivered.code, delivered.out.split(), delivered.err) == (
        FAILED,
        ["Letters", "sent", "2"],
        f"{sentence}\n",
    )
    removed = unshared.run("remove", "--yes")
    assert (removed.code, removed.err.splitlines()[0]) == (FAILED, sentence)
    assert [tab.title for tab in well.school.spreadsheet.worksheets()] == ["Marks"]


def test_nothing_is_taken_out_without_a_yes(office: Office) -> None:
    assert office.run("sync", *NOW).code == 0
    before = office.school.document()
    asked = "Take everything of Sheets Mastery out of Algebra 1? [y/N]: "
    said = office.run("remove", typed="n\n")
    assert (said.code, said.out, said.err) == (0, asked, "Algebra 1: it stays as it is.\n")
    assert office.school.document() == before


def test_the_local_google_and_the_demo_say_why_they_cannot_use_a_folder(
    run_in: Callable[..., Answer], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("x")
    assert vars(run_in(tmp_path, "demo", "taken")) == is_only(
        "The demo cannot use the folder taken: File exists.", USAGE
    )
    (tmp_path / "school").mkdir()
    (tmp_path / "school" / "mastery.toml").write_text("[school]\n")
    sentence = "school/mastery.toml is not the demo's, and is left alone: name another folder."
    assert vars(run_in(tmp_path, "demo", "school")) == is_only(sentence, USAGE)
    assert [path.name for path in (tmp_path / "school").iterdir()] == ["mastery.toml"]
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        for folder, why in (("taken", "File exists"), ("free", "Address already in use")):
            sentence = f"The local Google cannot use port {port} and the folder {folder}: {why}."
            assert vars(run_in(tmp_path, "local", "serve", folder, "--port", port)) == is_only(sentence, USAGE)


def test_signing_in_is_only_for_people(office: Office) -> None:
    assert vars(office.run("sign-in")) == is_only('google.credentials is "local"; signing in is for "oauth".', USAGE)
