"""Who the service is at Google, and the files that say so."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheets_mastery.config import Google, Mail
from sheets_mastery.errors import CredentialsError, MailLater, MailUnknown, SheetNotFound
from sheets_mastery.google.auth import (
    GMAIL,
    READ,
    SHEETS,
    LocalCredentials,
    SavedToken,
    account,
    credentials,
    granted,
    scopes,
    way_to_send,
)
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.sending import LookingMailer, SendingMailer
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle

ROBOT = "robot@local-google.iam.gserviceaccount.com"


def settings(**more: Any) -> Google:
    return Google.model_validate({"credentials": "service_account", "file": "key.json"} | more)


OAUTH = settings(credentials="oauth", file="client.json", token_file="token.json")


@pytest.fixture
def google(tmp_path: Path) -> Iterator[LocalGoogle]:
    """A local Google that takes only tokens which it has issued."""
    with LocalGoogle(tmp_path / "google", strict_auth=True) as running:
        yield running


@pytest.fixture
def key(tmp_path: Path, arrange: Callable[..., Any]) -> dict[str, Any]:
    """A service account's key, in `key.json`, that may write for others."""
    made: dict[str, Any] = arrange("oauth/serviceAccounts", {"email": ROBOT, "delegatedScopes": [GMAIL]})
    keep_key(tmp_path, made)
    return made


def keep_key(folder: Path, made: object) -> Path:
    """A service account's key in `key.json`, as it is kept."""
    path = folder / "key.json"
    path.write_text(json.dumps(made))
    path.chmod(0o600)
    return path


def keep(folder: Path, **more: Any) -> Path:
    """A token in `token.json`, as it is kept."""
    token = {
        "token": "old",
        "refresh_token": "1//x",
        "client_id": "c",
        "client_secret": "s",
        "token_uri": "http://127.0.0.1:1/token",
        "scopes": [SHEETS],
        "expiry": "2099-01-01T00:00:00Z",
    }
    path = folder / "token.json"
    path.write_text(json.dumps(token | more))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("transport", "read_from", "expected"),
    [
        ("maildir", "", (SHEETS,)),
        ("gmail", "", (SHEETS, GMAIL)),
        ("gmail", "folder", (SHEETS, GMAIL)),
        ("gmail", "gmail", (SHEETS, GMAIL, READ)),
        ("maildir", "gmail", (SHEETS, READ)),
    ],
)
def test_nothing_is_asked_for_but_what_is_used(transport: str, read_from: str, expected: tuple[str, ...]) -> None:
    mail = {"sender": "t@school.example", "transport": transport, "bounces": {"read_from": read_from}}
    assert scopes(Mail.model_validate(mail)) == expected


_READ, _METADATA, _SEND = (f"https://www.googleapis.com/auth/gmail.{name}" for name in ("readonly", "metadata", "send"))


def test_what_gmail_is_asked_for_is_a_setting() -> None:
    said = {"sender": "t@school.example", "transport": "gmail", "gmail_scopes": ["gmail.send", "gmail.metadata"]}
    assert scopes(Mail.model_validate(said)) == (SHEETS, _SEND, _METADATA)
    with pytest.raises(ValueError, match=r'needs "gmail.compose" or "gmail.send"'):
        Mail.model_validate(said | {"gmail_scopes": ["gmail.readonly"]})


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((SHEETS, GMAIL), ("drafts", (GMAIL,))),
        ((GMAIL, _SEND, _READ), ("drafts", (GMAIL,))),
        ((_SEND, _METADATA, _READ), ("look", (_SEND, _METADATA))),
        ((_SEND, _READ), ("look", (_SEND, _READ))),
        ((SHEETS, _SEND), ("send", (_SEND,))),
    ],
)
def test_letters_leave_in_the_safest_way_that_was_granted(there: tuple[str, ...], expected: object) -> None:
    assert way_to_send(there) == expected


def test_a_token_tells_what_was_granted_and_without_leave_to_send_no_letter_leaves(tmp_path: Path) -> None:
    mail = Mail.model_validate({"sender": "t@school.example", "transport": "gmail"})
    keep(tmp_path, scopes=[SHEETS, _SEND])
    assert granted(OAUTH, mail, folder=tmp_path) == {SHEETS, _SEND}
    assert granted(settings(), mail, folder=tmp_path) == {SHEETS, GMAIL}
    with pytest.raises(CredentialsError, match="lets no letter leave by Gmail"):
        way_to_send({SHEETS, _READ})


@pytest.mark.parametrize(
    ("allowed", "made"),
    [
        ((GMAIL,), GmailMailer),
        ((_SEND, _METADATA), LookingMailer),
        ((_SEND, _READ), LookingMailer),
        ((_SEND,), SendingMailer),
    ],
)
def test_each_way_to_send_does_with_the_scopes_that_it_names(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any], allowed: tuple[str, ...], made: Any
) -> None:
    """A letter, and a look for one whose fate is not known, at a Google that checks scopes."""
    key = arrange("oauth/serviceAccounts", {"email": ROBOT, "delegatedScopes": list(allowed)})
    keep_key(tmp_path, key)
    _, wanted = way_to_send(allowed)
    delegate = credentials(settings(subject="teacher@school.example"), wanted, folder=tmp_path)
    letter = b"From: teacher@school.example\r\nTo: p@example.org\r\nSubject: x\r\n\r\ntext\r\n"
    noted: list[str] = []
    mailer = made(Wire(delegate, endpoint=google.url))
    with closing(mailer):
        sent = mailer.send(
            letter,
            sender="teacher@school.example",
            recipient="p@example.org",
            key="ab" * 32,
            on_draft=noted.append,
            last_look=lambda: None,
        )
        assert sent
        with pytest.raises((MailUnknown, MailLater)):
            mailer.recover("ab" * 32, noted[0])


def test_a_service_account_is_let_in_by_its_key(google: LocalGoogle, tmp_path: Path, key: dict[str, Any]) -> None:
    robot = credentials(settings(), (SHEETS,), folder=tmp_path)
    assert account(robot) == ROBOT
    with GoogleSheets(robot, endpoint=google.url) as sheets:
        assert sheets.whoami == ROBOT
        with pytest.raises(SheetNotFound):
            sheets.read("no-such-spreadsheet")
        assert sheets.traffic.requests == 1


def test_a_service_account_writes_letters_for_the_subject_and_reads_sheets_for_itself(
    tmp_path: Path, key: dict[str, Any]
) -> None:
    with_subject = settings(subject="teacher@school.example")
    assert account(credentials(with_subject, (GMAIL,), folder=tmp_path)) == "teacher@school.example"
    assert account(credentials(with_subject, (SHEETS,), folder=tmp_path)) == ROBOT


def test_a_subject_that_the_school_has_not_delegated_is_no_subject(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    key = arrange("oauth/serviceAccounts", {"email": ROBOT})
    keep_key(tmp_path, key)
    delegate = credentials(settings(subject="teacher@school.example"), (GMAIL,), folder=tmp_path)
    with Wire(delegate, endpoint=google.url) as wire, pytest.raises(CredentialsError, match="issues no token"):
        wire.send("GET", f"{google.url}/gmail/v1/users/me/drafts", deadline=wire.deadline())


_A_CLIENT_INSTEAD = (
    'google.file: "key.json" is an OAuth client, not a service account\'s key; '
    'set google.credentials to "oauth", or name the key.'
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, 'google.file: "key.json" cannot be opened (No such file or directory).'),
        ("{", 'google.file: "key.json" is not a JSON file.'),
        ("\udcff", 'google.file: "key.json" is not a JSON file.'),
        ("[]", 'google.file: "key.json" is not what Google gives out: there is no JSON object in it.'),
        ("{}", 'google.file: "key.json" is not a service account\'s key: client_email is not there.'),
        ('{"installed": {}}', _A_CLIENT_INSTEAD),
        (
            '{"client_email": "r@x", "private_key": "-----BEGIN", "token_uri": "http://x"}',
            'google.file: the private key in "key.json" is damaged; download a new one.',
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        keep_key(tmp_path, {}).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(CredentialsError) as said:
        credentials(settings(), (SHEETS,), folder=tmp_path)
    assert str(said.value) == says


def test_a_service_account_that_should_write_letters_needs_somebody_to_write_for(
    tmp_path: Path, key: dict[str, Any]
) -> None:
    for wanted in ((SHEETS, GMAIL), (READ,)):
        with pytest.raises(CredentialsError, match=r"^google\.subject: is needed"):
            credentials(settings(), wanted, folder=tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o601])
def test_a_key_that_others_can_get_at_is_refused_also_behind_a_link(
    tmp_path: Path, key: dict[str, Any], mode: int
) -> None:
    elsewhere = keep_key(tmp_path, key).rename(tmp_path / "elsewhere.json")
    (tmp_path / "key.json").symlink_to(elsewhere)
    assert account(credentials(settings(), (SHEETS,), folder=tmp_path)) == ROBOT
    elsewhere.chmod(mode)
    with pytest.raises(CredentialsError, match=r'^google\.file: others can read "key\.json"; run chmod 600 on it\.$'):
        credentials(settings(), (SHEETS,), folder=tmp_path)


def test_the_local_google_takes_a_bearer_that_is_no_secret() -> None:
    local = credentials(settings(credentials="local", file="", endpoint="http://127.0.0.1:1"), (SHEETS,))
    assert isinstance(local, LocalCredentials)
    assert (local.token, local.valid, account(local)) == ("local", True, "the local account")


def test_a_kept_token_is_used_as_it_is_while_it_is_good(tmp_path: Path) -> None:
    keep(tmp_path)
    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    assert (token.token, token.valid, account(token)) == ("old", True, "the account that you signed in with")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o601])
def test_a_token_that_others_can_get_at_is_refused(tmp_path: Path, mode: int) -> None:
    keep(tmp_path).chmod(mode)
    with pytest.raises(CredentialsError, match=r'^google\.token_file: others can read "token\.json"; run chmod 600'):
        credentials(OAUTH, (SHEETS,), folder=tmp_path)


def test_a_link_to_a_token_is_refused(tmp_path: Path) -> None:
    keep(tmp_path).rename(tmp_path / "elsewhere.json")
    (tmp_path / "token.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(CredentialsError, match=r'^google\.token_file: "token\.json" is a link'):
        credentials(OAUTH, (SHEETS,), folder=tmp_path)


@pytest.mark.parametrize(
    ("more", "wanted", "says"),
    [
        ({"refresh_token": None}, (SHEETS,), "is not a whole token; sign in again"),
        ({"scopes": SHEETS}, (SHEETS,), "is not a whole token; sign in again"),
        ({"expiry": "tomorrow"}, (SHEETS,), "is not a whole token; sign in again"),
        ({"expiry": 5}, (SHEETS,), "is not a whole token; sign in again"),
        ({}, (SHEETS, GMAIL), "covers less than the settings need; sign in again"),
    ],
)
def test_a_token_that_is_not_enough_asks_to_sign_in_again(
    tmp_path: Path, more: dict[str, Any], wanted: tuple[str, ...], says: str
) -> None:
    keep(tmp_path, **more)
    with pytest.raises(CredentialsError, match=says):
        credentials(OAUTH, wanted, folder=tmp_path)


_SIGN_IN = """
import sys
from pathlib import Path
from sheets_mastery.config import Google
from sheets_mastery.errors import CredentialsError
from sheets_mastery.google.auth import GMAIL, SHEETS, sign_in
settings = Google(credentials="oauth", file="client.json", token_file="token.json")
try:
    print("kept", sign_in(settings, (SHEETS, GMAIL), folder=Path(sys.argv[1]), wait_seconds=int(sys.argv[2])).name)
except CredentialsError as problem:
    print("said", problem)
"""


def sign_in(folder: Path, *, wait_seconds: int = 60, browser: str = "") -> str:
    """Sign in, in a program of its own, with a browser that agrees to all it is shown; the last line said."""
    fetch = folder / "browser.py"
    fetch.write_text("import sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SIGN_IN, str(folder), str(wait_seconds)],
        env={
            **os.environ,
            "BROWSER": browser or f"{sys.executable} {fetch} %s &",
            # oauthlib wants https even on loopback.
            "OAUTHLIB_INSECURE_TRANSPORT": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_signing_in_once_is_enough(google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    said = sign_in(tmp_path)
    assert said == "kept token.json"
    assert stat.S_IMODE((tmp_path / "token.json").stat().st_mode) == 0o600
    assert sorted(json.loads((tmp_path / "token.json").read_text())["scopes"]) == sorted([SHEETS, GMAIL])

    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    with GoogleSheets(token, endpoint=google.url) as sheets, pytest.raises(SheetNotFound):
        sheets.read("no-such-spreadsheet")


def test_when_google_lets_a_sign_in_end_is_kept_with_it_also_when_it_is_renewed(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {"testing": True})))
    before = datetime.now(UTC)
    assert sign_in(tmp_path) == "kept token.json"
    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    assert isinstance(token, SavedToken)
    assert token.ends is not None
    assert timedelta(days=6, hours=23) < token.ends - before < timedelta(days=7, minutes=5)

    with Wire(token, endpoint=google.url) as wire:
        token.refresh(wire.token_request)

    again = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    assert isinstance(again, SavedToken)
    assert (again.token, again.ends) == (token.token, token.ends)


@pytest.mark.parametrize("ends", [None, 5, "soon"])
def test_of_a_token_that_says_nothing_about_its_end_nothing_is_known(tmp_path: Path, ends: Any) -> None:
    keep(tmp_path, refresh_token_ends=ends)
    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    assert isinstance(token, SavedToken)
    assert token.ends is None


def test_a_token_that_ran_out_is_renewed_and_kept(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    sign_in(tmp_path)
    path = tmp_path / "token.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"expiry": "2020-01-01T00:00:00Z", "token": "old"}))
    before = path.stat().st_ino

    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    with GoogleSheets(token, endpoint=google.url) as sheets, pytest.raises(SheetNotFound):
        sheets.read("no-such-spreadsheet")

    kept = json.loads(path.read_text())
    assert (kept["token"], kept["expiry"] > "2026") == (token.token, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # The file was replaced as a whole, never written over.
    assert path.stat().st_ino != before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["browser.py", "client.json", "google", "token.json"]


def test_a_box_left_unticked_is_said_and_nothing_is_kept(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    arrange("oauth/consent", {"withhold": [GMAIL]})
    said = sign_in(tmp_path)
    assert said == "said google.credentials: not every box was ticked; sign in again and tick all."
    assert not (tmp_path / "token.json").exists()


def test_a_refusal_is_said_and_nothing_is_kept(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    arrange("oauth/consent", {"withhold": [SHEETS, GMAIL]})
    said = sign_in(tmp_path)
    assert said == ("said google.credentials: signing in was refused or broken off; try again.")
    assert not (tmp_path / "token.json").exists()


def test_nobody_at_the_browser_is_not_waited_for_for_ever(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    said = sign_in(tmp_path, wait_seconds=0, browser="true %s &")
    assert said == "said google.credentials: nobody signed in within 0 seconds."


@pytest.mark.parametrize("client", ['{"web": {}}', '{"installed": {}}'])
def test_only_the_client_of_a_desktop_app_can_sign_in(tmp_path: Path, client: str) -> None:
    (tmp_path / "client.json").write_text(client)
    said = sign_in(tmp_path)
    assert said.startswith('said google.file: "client.json" is not ')


def test_a_renewed_token_that_cannot_be_kept_is_good_for_now(
    google: LocalGoogle, tmp_path: Path, arrange: Callable[..., Any]
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(arrange("oauth/clients", {})))
    sign_in(tmp_path)
    token = credentials(OAUTH, (SHEETS,), folder=tmp_path)
    assert isinstance(token, SavedToken)
    token.kept_in = tmp_path / "no such folder" / "token.json"
    first = token.token
    with Wire(token, endpoint=google.url) as wire:
        token.refresh(wire.token_request)
    assert token.token != first
