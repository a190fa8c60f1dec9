"""The doctor looks at everything once, says what to mend, and changes nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from sheets_mastery.doctor import Check, _credentials, examine
from sheets_mastery.wiring import Service

if TYPE_CHECKING:
    from tests.doors.conftest import Office

#: M is not explained.
CODES = (
    ("Student ID", "Student", "Level", "OK To E-mail", "Quiz 1", "Essay"),
    ("Points", "", "", "", "20", "50"),
    ("s101", "Quillfeather, Ana", "93", "yes", "20", "48"),
    ("s102", "Oxenstierna, Ben", "86", "yes", "19", "M"),
    ("s103", "Zubizarreta, Cho", "76", "no", "18", "50"),
)


def seen(office: Office) -> dict[str, Check]:
    """What the doctor finds, by what was looked at."""
    return {check.what: check for check in examine(office.school.settings_file, None, {})}


def test_a_healthy_school_is_well_and_stays_as_it_is(office: Office) -> None:
    before = office.school.document()
    found = seen(office)
    assert {what: check.said for what, check in found.items() if what != "settings"} == {
        "ledger": "opens, and its tables are up to date",
        "letters": "templates load; languages: ar, en-US, es-US, fr, vi, zh-Hans-CN",
        "mail": "letters go into the folder outbox and nowhere else; each is put there once, whatever happens",
        "credentials": f"local at {office.school.url}; asks for spreadsheets",
        "gradebook Algebra 1": "tab Marks, header in row 1: 3 students in 1 section, 2 assignments, 2 with a due date",
        "gradebook Algebra 1: levels": "1 × 76 %, 1 × 86 %, 1 × 93 %",
        "gradebook Algebra 1: letters": "send: letters leave by themselves, after their hold",
        "gradebook Algebra 1: in the sheet": "nothing of ours yet; the first sync makes it",
    }
    assert {check.well for check in found.values()} == {True}
    assert (office.school.document(), office.school.letters()) == (before, [])


def test_a_slip_in_a_cell_is_named_with_its_place_and_is_no_fault_of_the_installation(office: Office) -> None:
    office.school.spreadsheet.worksheet("Marks").update([["8o"]], "G5", raw=False)
    found = seen(office)["gradebook Algebra 1: Marks!G5"]
    assert (found.well, found.code) == (False, 0)
    answer = office.run("doctor")
    assert (answer.code, "Marks!G5" in answer.out, answer.err) == (0, True, "")


def test_a_language_of_the_roster_without_a_catalogue_is_named(office: Office) -> None:
    marks = office.school.spreadsheet.worksheet("Marks")
    width = len(marks.row_values(1))
    marks.update_cell(1, width + 1, "Language")
    marks.update_cell(4, width + 1, "ht")
    found = seen(office)["gradebook Algebra 1: languages"]
    assert (found.well, found.code) == (False, 0)
    assert found.said == "no catalogue for 1 × ht: their letters are in en. Put one into letters.folder."


@pytest.mark.parametrize(
    ("old", "new", "what", "said", "code"),
    [
        ("hold_hours = 0", 'hold_hours = 0\nfolder = "ours"', "letters", "there is no folder", 2),
        ('name = "Algebra 1"', 'name = "Algebra 1"\nroster_tab = "Pupils"', "gradebook Algebra 1", '"Pupils"', 1),
        ("[letters]", '[ledger]\nurl = "mysql://x/y"\n[letters]', "ledger", "SQLite or PostgreSQL", 1),
        ("hold_hours = 0", 'hold_hours = 0\nlanguage = "tlh"', "letters", 'there is no catalogue for "tlh"', 2),
        ("hold_hours = 0", "hold_hour = 0", "settings", "letters.hold_hour: there is no such key", 2),
    ],
)
def test_what_is_wrong_is_found_and_said(office: Office, old: str, new: str, what: str, said: str, code: int) -> None:
    office.change(old, new)
    found = [check for check in examine(office.school.settings_file, None, {}) if not check.well]
    assert [(check.what, said in check.said, check.code) for check in found] == [(what, True, code)]


@pytest.fixture
def mail_server() -> Iterator[int]:
    """The port of a mail server that wants a password."""

    def log_in(_server: SMTP, _session: object, _envelope: object, _way: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=said.password == b"correct horse")

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    server = Controller(Sink(), "127.0.0.1", port, authenticator=log_in, auth_require_tls=False)
    server.start()
    yield port
    server.stop()


def test_a_mail_server_that_lets_nobody_in_is_found_before_a_letter_needs_it(
    office: Office, tmp_path: Path, mail_server: int
) -> None:
    office.change('sender = "rivera@school.example"', 'sender = "rivera@school.example"\ntransport = "smtp"')
    office.add(f'[mail.smtp]\nhost = "127.0.0.1"\nport = {mail_server}\nsecurity = "none"\nuser = "rivera"\n')
    kept = tmp_path / "password"
    there = {"SHEETS_MASTERY_SMTP_PASSWORD_FILE": str(kept)}
    found = {check.what: check for check in examine(office.school.settings_file, None, there)}
    assert (found["mail"].well, found["mail"].code) == (False, 2)
    refused = "The mail server does not accept the account in mail.smtp.user, or its password; nothing was taken over."
    server, promise = f"127.0.0.1:{mail_server}", "each leaves at most once, and of one that is cut off at its very end"
    assert found["mail"].said.endswith("password, which cannot be read: No such file or directory.")
    kept.touch()
    kept.chmod(0o640)
    found = {check.what: check for check in examine(office.school.settings_file, None, there)}
    others = 'SHEETS_MASTERY_SMTP_PASSWORD_FILE: others can read "password"; run chmod 600 on it.'
    assert (found["mail"].well, found["mail"].code, found["mail"].said) == (False, 2, others)
    kept.chmod(0o600)
    for password, well, said in (
        ("battery staple", False, f"{server}: {refused}"),
        ("correct horse", True, f"letters go to {server} (none); {promise} a person says whether it left"),
    ):
        kept.write_text(f"{password}\n")
        found = {check.what: check for check in examine(office.school.settings_file, None, there)}
        assert (found["mail"].well, found["mail"].said) == (well, said)
    asked = (
        "ask whoever looks after school.example whether its SPF record names this mail server, whether the server "
        "signs with DKIM for school.example, and whether there is a DMARC record: without them letters end among the "
        "spam, or nowhere"
    )
    assert (found["sender"].well, found["sender"].said) == (True, asked)


def test_a_sign_in_that_google_will_end_is_told_with_what_to_do(office: Office) -> None:
    token = {
        "token": "t",
        "refresh_token": "r",
        "client_id": "c",
        "client_secret": "s",
        "token_uri": "http://127.0.0.1:1",
    }
    scope = "https://www.googleapis.com/auth/spreadsheets"
    kept = office.school.folder / "google-token.json"
    kept.write_text(json.dumps(token | {"scopes": [scope], "refresh_token_ends": "2026-11-06T21:30:00+00:00"}))
    kept.chmod(0o600)
    office.change(
        f'credentials = "local"\nendpoint = "{office.school.url}"', 'credentials = "oauth"\nfile = "client.json"'
    )
    # Only this part: the doctor itself would go on and ask Google, patiently.
    service = Service.load(office.school.settings_file, {}, clock=lambda: datetime.now(UTC))
    credentials, ends = _credentials(service)
    assert (credentials.well, ends.what, ends.well, ends.code) == (True, "sign-in", False, 0)
    assert ends.said == (
        "Google lets it end on 2026-11-06 at 15:30, and nothing is read or sent from then on. Where the consent screen "
        "of your project is in Testing that is after seven days each time: publish it (Google Auth Platform, "
        "Audience), then `sign-in` once more"
    )


MORE = 'set mail.bounces.read_from = "gmail" and sign in again (gmail.readonly)'
SILENT = "does not answer, or not as it should"
NOBODY = '{ host = "127.0.0.1", port = 1, user = "r", security = "none" }'
UNREAD = "are not read, so nobody is told of an address that is none"


@pytest.mark.parametrize(
    ("mail", "well", "said"),
    [
        (
            'transport = "gmail"',
            True,
            f"{UNREAD}; leave to send lets nobody read: {MORE}",
        ),
        (
            'transport = "smtp"\n[mail.smtp]\nhost = "127.0.0.1"',
            True,
            f'{UNREAD}; mail.bounces.read_from = "imap" reads a mailbox',
        ),
        ('[mail.bounces]\nread_from = "gmail"', True, "are read from Gmail at each delivery"),
        (
            f'[mail.bounces]\nread_from = "imap"\nimap = {NOBODY}',
            False,
            f"mail.bounces.imap: the mail server {SILENT}, so what has come back is read next time.",
        ),
    ],
    ids=["gmail alone", "smtp alone", "gmail", "imap"],
)
def test_whether_what_comes_back_can_be_read_is_said(
    open_office: Callable[..., Office], mail: str, well: bool, said: str
) -> None:
    office = open_office(mail=mail)
    found = seen(office)["letters that come back"]
    assert (found.well, found.said) == (well, said)
    assert ("gmail.readonly" in seen(office)["credentials"].said) == ('read_from = "gmail"' in mail)


def test_what_only_a_person_knows_is_named_with_its_key_and_the_grid_is_drawn_without_a_student(
    open_office: Callable[..., Office],
) -> None:
    office = open_office(CODES)
    office.change('codes = { M = "not in", ABS = "absent", "-" = "handed in" }\n', "")
    check = seen(office)["gradebook Algebra 1: asks about Marks!F4"]
    assert (check.well, check.code, check.said) == (
        False,
        0,
        "What does “M” mean here? (1 cell) `setup` asks it; the answer stands under gradebooks.codes.M.",
    )
    answer = office.run("doctor")
    lines = [line.rstrip() for line in answer.out.splitlines() if line.strip()]
    assert (answer.code, answer.err) == (0, "")
    assert [" ".join(line.split()) for line in lines[lines.index("What was found") - 1 :]] == [
        "gradebook Algebra 1",
        "What was found",
        "● certain header row 1 Marks!A1",
        "● certain students are told apart by the column “Student ID” Marks!A1",
        "● certain 3 students Marks!A3",
        "● certain 2 assignments Marks!E1",
        "● certain maxima in row 2 Marks!A2",
        "● certain 1 code that nobody has explained: “M” Marks!F4",
        "Marks · marks",
        "A B C D E F",
        "1 Student ID Student Level OK To E-mail Quiz 1 Essay titles",
        "2 max max maxima",
        "3–5 id name level may write mark mark 3 students",
    ]
    said = json.loads(office.run("doctor", "--json").out)
    (layout,) = (each["layout"] for each in said["checks"] if "layout" in each)
    assert [each["key"] for each in layout["questions"]] == ["codes.M"]


def test_a_sheet_that_cannot_be_read_yet_is_drawn_all_the_same(open_office: Callable[..., Office]) -> None:
    office = open_office(tuple(row[1:] for row in CODES))
    answer = office.run("doctor")
    assert (answer.code, answer.err) == (1, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines() if line.strip()]
    assert lines[-4:] == [
        "A B C D E",
        "1 Student Level OK To E-mail Quiz 1 Essay titles",
        "2 max max maxima",
        "3–5 name level may write mark mark 3 students",
    ]


@pytest.mark.parametrize(
    ("scopes", "promise"),
    [
        ('["gmail.compose"]', "as a draft that sending uses up"),
        ('["gmail.send", "gmail.metadata"]', "what is cut off is looked for in Sent"),
        ('["gmail.send"]', "of one whose sending is cut off a person says whether it left"),
    ],
)
def test_what_gmail_lets_us_do_decides_what_can_be_promised(office: Office, scopes: str, promise: str) -> None:
    mail = f'sender = "rivera@school.example"\ntransport = "gmail"\ngmail_scopes = {scopes}'
    office.change('sender = "rivera@school.example"', mail)
    said = seen(office)["mail"].said
    assert said.startswith("letters leave by Gmail; each leaves at most once, ")
    assert promise in said
