"""Who the service is at Google: a service account, a teacher who signed in, or nobody at the local Google.

Only what is used is asked for: to read and write spreadsheets; where letters leave by Gmail, what `mail.gmail_scopes`
names, usually to write drafts and send them; and where what has come back is read from Gmail, or drafts are left to the
teacher to send, to read mail.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import webbrowser
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import requests
from google.auth.credentials import Credentials
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from sheets_mastery.config import Google, Mail
from sheets_mastery.errors import CredentialsError

_SCOPE = "https://www.googleapis.com/auth/"
#: To read and write the spreadsheets that the account can open.
SHEETS = "https://www.googleapis.com/auth/spreadsheets"
#: To make drafts and to send them. It does not let anybody read mail.
GMAIL = "https://www.googleapis.com/auth/gmail.compose"

#: To send letters, and nothing more.
SEND = "https://www.googleapis.com/auth/gmail.send"
#: To read headers, such as those of what was sent.
METADATA = "https://www.googleapis.com/auth/gmail.metadata"
#: To read the mailbox: for what has come back, what was sent, and what a teacher has sent from the drafts.
READ = "https://www.googleapis.com/auth/gmail.readonly"
#: Those for which a service account needs somebody's mailbox.
_MAILBOX = frozenset({GMAIL, SEND, METADATA, READ})

_SERVICE_ACCOUNT_KEYS = ("client_email", "private_key", "token_uri")
#: Beside what google-auth keeps in a token's file: when Google lets it end for good.
_ENDS = "refresh_token_ends"
_TOKEN_KEYS = ("refresh_token", "client_id", "client_secret", "token_uri")


def scopes(mail: Mail) -> tuple[str, ...]:
    """All that a school with these settings needs, for signing in once."""
    sends = [f"{_SCOPE}{name}" for name in mail.gmail_scopes] if mail.transport == "gmail" else []
    # Whether a draft that is gone was sent can only be seen among what was sent.
    reads = [READ] if mail.bounces.read_from == "gmail" or mail.mode == "drafts" else []
    return tuple(dict.fromkeys((SHEETS, *sends, *reads)))


def granted(google: Google, mail: Mail, *, folder: Path = Path()) -> frozenset[str]:
    """The scopes that there are: those of the token of a person who has signed in, or those that are asked for.

    What an administrator allows a service account cannot be asked; a request that goes beyond it is refused.
    """
    if google.credentials == "oauth":
        return frozenset(SavedToken.load(folder / google.token_file, ()).scopes or ())
    return frozenset(scopes(mail))


def way_to_send(scopes: Collection[str]) -> tuple[Literal["drafts", "look", "send"], tuple[str, ...]]:
    """The safest way to send by Gmail that some scopes allow, and those that it needs. CredentialsError for none.

    "drafts" (gmail.compose), "look" (gmail.send, and gmail.metadata or gmail.readonly), "send" (gmail.send).
    """
    if GMAIL in scopes:
        return "drafts", (GMAIL,)
    if SEND not in scopes:
        raise CredentialsError(
            "google.credentials: the sign-in lets no letter leave by Gmail (gmail.compose or gmail.send); "
            "sign in again and tick every box."
        )
    looking = next((scope for scope in (METADATA, READ) if scope in scopes), "")
    return ("look", (SEND, looking)) if looking else ("send", (SEND,))


def credentials(google: Google, wanted: Sequence[str], *, folder: Path = Path()) -> Credentials:
    """The credentials of the settings for some scopes. Nothing is asked of Google yet.

    A service account speaks for itself, and for `google.subject` where a scope of Gmail is wanted, since it has no
    mailbox of its own. File names in the settings count from `folder`. Raises CredentialsError, which names the
    setting.
    """
    match google.credentials:
        case "service_account":
            return _robot(google, wanted, folder / google.file)
        case "oauth":
            return SavedToken.load(folder / google.token_file, wanted)
        case "local":
            return LocalCredentials()


def account(holder: Credentials) -> str:
    """The account in the words in which a teacher is asked to share a sheet with it."""
    if isinstance(holder, service_account.Credentials):
        return str(holder._subject or holder.service_account_email)  # noqa: SLF001 - google-auth has no public name for it
    return "the local account" if isinstance(holder, LocalCredentials) else "the account that you signed in with"


def sign_in(
    google: Google, wanted: Sequence[str], *, folder: Path = Path(), open_browser: bool = True, wait_seconds: int = 300
) -> Path:
    """Ask a person in the browser for consent, once, and keep the token; answers where it is kept.

    The page's address is printed, for a machine without a browser. Raises CredentialsError.
    """
    # Only this function needs the consent flow and what it brings along.
    from google_auth_oauthlib.flow import (  # noqa: PLC0415 - only here
        InstalledAppFlow,
        WSGITimeoutError,
    )
    from oauthlib.oauth2 import OAuth2Error  # noqa: PLC0415 - only here

    path = folder / google.file
    client = _json(path, "google.file")
    if "installed" not in client:
        raise CredentialsError(
            f'google.file: "{path.name}" is not the client of a desktop app; create one of that type.'
        )
    try:
        flow = InstalledAppFlow.from_client_config(client, list(wanted))
    except ValueError as malformed:
        raise CredentialsError(f'google.file: "{path.name}" is not a whole OAuth client file.') from malformed
    try:
        granted = flow.run_local_server(
            host="127.0.0.1",
            port=0,
            open_browser=open_browser and _has_browser(),
            authorization_prompt_message="Open this page to let the program work with your sheets:\n{url}",
            success_message="Done. You can close this page.",
            timeout_seconds=wait_seconds,
            prompt="consent",  # without it, signing in a second time yields no refresh token
        )
    except WSGITimeoutError as nobody:
        raise CredentialsError(f"google.credentials: nobody signed in within {wait_seconds} seconds.") from nobody
    except Warning as unticked:  # oauthlib raises one where fewer scopes are granted than were asked for
        raise CredentialsError(
            "google.credentials: not every box was ticked; sign in again and tick all."
        ) from unticked
    except (OAuth2Error, requests.RequestException) as refused:
        raise CredentialsError("google.credentials: signing in was refused or broken off; try again.") from refused
    finally:
        flow.oauth2session.close()
    token = SavedToken(  # type: ignore[no-untyped-call]  # google-auth has no hints for its constructors
        token=granted.token,
        refresh_token=granted.refresh_token,
        token_uri=granted.token_uri,
        client_id=granted.client_id,
        client_secret=granted.client_secret,
        scopes=sorted(granted.granted_scopes or granted.scopes or wanted),
        expiry=granted.expiry,
    )
    token.kept_in = folder / google.token_file
    seconds = flow.oauth2session.token.get("refresh_token_expires_in")
    if isinstance(seconds, int):
        token.ends = datetime.now(UTC) + timedelta(seconds=seconds)
    try:
        token.save()
    except OSError as full:
        raise CredentialsError(f"google.token_file: the token cannot be kept ({full.strerror}).") from full
    return token.kept_in


class LocalCredentials(Credentials):
    """What the local Google takes: any bearer at all. It is never sent elsewhere, since the wire has one address."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth has no hints for its base class
        self.token = "local"  # noqa: S105 - no secret

    @property
    def expired(self) -> bool:
        """Never."""
        return False

    def refresh(self, request: Any) -> None:
        """Nothing to do."""


class SavedToken(oauth2.Credentials):
    """A signed-in person's token, kept in a file that only its owner can read and renewed there."""

    #: The file; None for one that is not kept.
    kept_in: Path | None = None
    #: When Google lets it end for good, as far as it said so when the person signed in: after seven days where the
    #: consent screen is in Testing, or when the person wanted it. Renewing it changes nothing about that.
    ends: datetime | None = None

    @classmethod
    def load(cls, path: Path, wanted: Sequence[str]) -> Self:
        """Read a token. Raises CredentialsError for a file that others can read, or a token for less than is wanted."""
        info = _json(path, "google.token_file", private=True)
        missing = [name for name in _TOKEN_KEYS if not isinstance(info.get(name), str)]
        granted = info.get("scopes")
        if missing or not isinstance(granted, list):
            raise CredentialsError(f'google.token_file: "{path.name}" is not a whole token; sign in again.')
        if not set(wanted) <= set(granted):
            raise CredentialsError(
                f'google.token_file: the token in "{path.name}" covers less than the settings need; sign in again.'
            )
        try:
            expiry = datetime.fromisoformat(info.get("expiry", "1970-01-01T00:00:00Z")).replace(tzinfo=None)
        except (TypeError, ValueError) as odd:
            raise CredentialsError(f'google.token_file: "{path.name}" is not a whole token; sign in again.') from odd
        token = cls(
            token=info.get("token"),
            scopes=granted,
            expiry=expiry,
            **{name: info[name] for name in _TOKEN_KEYS},
        )
        token.kept_in = path
        with suppress(KeyError, TypeError, ValueError):
            token.ends = datetime.fromisoformat(info[_ENDS]).astimezone(UTC)
        return token

    def refresh(self, request: Any) -> None:
        """Get a new access token from Google, and keep it."""
        before = self.refresh_token
        super().refresh(request)  # type: ignore[no-untyped-call]  # google-auth has no hints here
        try:
            self.save()
        except OSError as full:
            # The token in hand is good. Only a new refresh token would be lost with this process, and the old one with
            # it.
            if self.refresh_token != before:
                raise CredentialsError(
                    f"google.token_file: the renewed token cannot be kept ({full.strerror})."
                ) from full

    def save(self) -> None:
        """Put the file in the place of the old one, whole or not at all. Raises OSError."""
        if self.kept_in is None:
            return
        beside = self.kept_in.with_name(f".{self.kept_in.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                told: dict[str, Any] = json.loads(self.to_json())  # type: ignore[no-untyped-call]  # nor here
                json.dump(told | ({_ENDS: self.ends.isoformat()} if self.ends else {}), file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.kept_in)
        finally:
            beside.unlink(missing_ok=True)


def _robot(google: Google, wanted: Sequence[str], path: Path) -> Credentials:
    info = _json(path, "google.file", private=True, links=True)
    if "installed" in info or "web" in info:
        raise CredentialsError(
            f'google.file: "{path.name}" is an OAuth client, not a service account\'s key; '
            'set google.credentials to "oauth", or name the key.'
        )
    missing = [name for name in _SERVICE_ACCOUNT_KEYS if not isinstance(info.get(name), str)]
    if missing:
        raise CredentialsError(
            f'google.file: "{path.name}" is not a service account\'s key: {missing[0]} is not there.'
        )
    if _MAILBOX & set(wanted) and google.subject is None:
        raise CredentialsError(
            "google.subject: is needed when a service account sends by Gmail; name the account that it writes from."
        )
    try:
        robot: service_account.Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth has no hints here
            info, scopes=list(wanted), subject=google.subject if _MAILBOX & set(wanted) else None
        )
    except ValueError as malformed:
        raise CredentialsError(
            f'google.file: the private key in "{path.name}" is damaged; download a new one.'
        ) from malformed
    return robot


def _json(path: Path, setting: str, *, private: bool = False, links: bool = False) -> Mapping[str, Any]:
    """A JSON object in a file. A `private` one must be closed to everybody else, where files have owners (POSIX).

    A private file must be there itself unless `links` are allowed: a token is put in the place of the old one, and that
    would be the link's. A key is only read, and clusters hand theirs out as links.
    """
    posix = os.name == "posix"
    fixed = private and not links
    try:
        with os.fdopen(
            os.open(path, os.O_RDONLY | (os.O_NOFOLLOW if fixed and posix else 0)), encoding="utf-8"
        ) as file:
            kind = os.fstat(file.fileno())
            if private and posix and (not stat.S_ISREG(kind.st_mode) or stat.S_IMODE(kind.st_mode) & 0o077):
                raise CredentialsError(f'{setting}: others can read "{path.name}"; run chmod 600 on it.')
            said = json.load(file)
    except OSError as problem:
        if fixed and path.is_symlink():
            raise CredentialsError(f'{setting}: "{path.name}" is a link; put the file itself there.') from problem
        raise CredentialsError(f'{setting}: "{path.name}" cannot be opened ({problem.strerror}).') from problem
    except ValueError as malformed:
        raise CredentialsError(f'{setting}: "{path.name}" is not a JSON file.') from malformed
    if not isinstance(said, dict):
        raise CredentialsError(f'{setting}: "{path.name}" is not what Google gives out: there is no JSON object in it.')
    return said


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
