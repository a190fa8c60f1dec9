"""The way to Google for a school that is being set up: said, found beside the settings, or asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sheets_mastery.asking import Asked
from sheets_mastery.config import Google, Mail
from sheets_mastery.errors import SettingsError, WaitingForPerson
from sheets_mastery.wishes import Wishes

if TYPE_CHECKING:
    from sheets_mastery.google.sheets import GoogleSheets

#: Where the local Google listens when nobody says otherwise.
LOCAL = "http://127.0.0.1:8787"
#: The files that README tells a school to put beside the settings.
_USUAL_FILES = {"service_account": "service-account.json", "oauth": "oauth-client.json"}
_CREDENTIALS = {
    "service_account": "an account of its own, with which the sheet is shared (a school's server)",
    "oauth": "your own Google account, after you agree once in the browser",
    "local": "the local Google on this machine, which needs no account",
}


def way_in(before: str | None, wishes: Wishes, face: str, person: Asked | None) -> Mapping[str, object]:
    """The table [google] of the settings file with what was said, or a new one.

    `before` is the settings file, None where there is none; `face` the local Google whose page the sheet's address is.
    Raises WaitingForPerson where nobody says it.
    """
    said = {
        "credentials": wishes.credentials or ("local" if face else ""),
        "file": wishes.key_file,
        "endpoint": wishes.endpoint or face,
    }
    said = {key: value for key, value in said.items() if value}
    if before is not None:
        there = dict(tomllib.loads(before)["google"])
        if said.get("credentials", there["credentials"]) != there["credentials"]:
            there = {}
        return there | said
    folder = wishes.file.parent
    kind = said.get("credentials") or _chosen(folder, wishes, person)
    if kind == "local":
        said.setdefault("endpoint", LOCAL)
    elif kind in _USUAL_FILES:
        usual = _USUAL_FILES[kind]
        if "file" not in said and person is not None and not (folder / usual).exists():
            said["file"] = person.line("The JSON file that was downloaded from Google?", usual, _some)
        said.setdefault("file", usual)
    return {"credentials": kind} | said


def connected(google: Google, mail: Mail | None, folder: Path, person: Asked | None) -> GoogleSheets:
    """Google Sheets; a person who has not signed in yet does it now. Raises CredentialsError."""
    from sheets_mastery.google import auth
    from sheets_mastery.google.sheets import GoogleSheets

    if google.credentials == "oauth" and person is not None and not (folder / google.token_file).exists():
        auth.sign_in(google, auth.scopes(mail) if mail else (auth.SHEETS,), folder=folder)
    who = auth.credentials(google, (auth.SHEETS,), folder=folder)
    return GoogleSheets(who, endpoint=google.endpoint, timeout=google.timeout_seconds)


def _chosen(folder: Path, wishes: Wishes, person: Asked | None) -> str:
    likely = next((kind for kind, usual in _USUAL_FILES.items() if (folder / usual).exists()), "")
    if person is not None:
        return person.choice("How does the service reach Google?", _CREDENTIALS, likely or "service_account")
    if likely and wishes.yes:
        return likely
    raise WaitingForPerson(
        "Nobody says how Google is reached: give --credentials service_account, oauth or local "
        "(and --file or --endpoint)."
    )


def _some(text: str) -> None:
    if not text:
        raise SettingsError("a file's name is needed.")
