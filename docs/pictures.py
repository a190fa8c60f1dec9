"""Makes the README's pictures from a demo that really runs: the coloured sheet, a letter, the door, the terminal.

    .venv/bin/python docs/pictures.py [FOLDER]

The sheets are the local Google's own pages, the letter is one from the maildir, and the terminal is what the program
prints. Needs Chromium; FOLDER is `docs/` by default.
"""

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import requests
from rich import terminal_theme
from rich.console import Console

from sheets_mastery import demo
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.mailtab import MAIL_ID
from sheets_mastery.notices import NoticeState
from sheets_mastery.optout import Wish, sign
from sheets_mastery.panel import SETTINGS_TITLE
from sheets_mastery.terminal import Screen
from sheets_mastery.wiring import Service

#: The tabs that are pictured: title, file, size of the window.
_TABS = (
    ("Marks", "sheet.png", (1400, 900)),
    ("Mastery", "mastery.png", (1400, 900)),
)
#: What the teacher has typed on the tab with the settings when that is pictured: good choices, and a slip.
_CHOICES: Mapping[str, str | int] = {
    "Level: 86": "87; quiz 80",
    "Grace days": 2,
    "Hold hours": "over night",
    "Language": "Spanish",
}
#: The column in which marks are changed and the moment at which the demo is looked at again, for the tab with letters.
_MARK, _NEXT = "H", "2026-11-02T09:30"


def main(folder: Path) -> None:
    """Run the demo in a folder of its own and picture it."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        console = Console(record=True, width=84, file=(place / "printed").open("w"), force_terminal=True)
        screen = Screen(quiet=True)
        screen.out = console
        demo.run(place / "demo", screen, as_json=False)
        terminal = console.export_html(inline_styles=True, theme=terminal_theme.MONOKAI)
        (place / "terminal.html").write_text(terminal.replace(str(place) + "/", ""), "utf-8")
        _shoot((place / "terminal.html").as_uri(), folder / "terminal.png", (860, 1350))
        with LocalGoogle(place / "demo" / demo.MEMORY) as server:
            (only,) = requests.get(f"{server.url}/drive/v3/files", timeout=60).json()["files"]
            tabs = requests.get(
                f"{server.url}/v4/spreadsheets/{only['id']}", params={"fields": "sheets.properties"}, timeout=60
            ).json()["sheets"]
            ids = {tab["properties"]["title"]: tab["properties"]["sheetId"] for tab in tabs}
            for title, picture, size in _TABS:
                page = f"{server.url}/face/sheets/{only['id']}/{ids[title]}"
                _shoot(page, folder / picture, size)
            _choose(f"{server.url}/v4/spreadsheets/{only['id']}/values", _CHOICES)
            service = Service.load(
                place / "demo" / "mastery.toml", {}, clock=lambda: datetime.now(UTC), endpoint=server.url
            )
            service.pretend(demo.NOW)
            service.sync(service.settings.gradebooks[0], "sync")
            service.close()
            _shoot(
                f"{server.url}/face/sheets/{only['id']}/{ids[SETTINGS_TITLE]}", folder / "settings.png", (1720, 1400)
            )
            _mail(place / "demo" / "mastery.toml", server.url, only["id"])
            _shoot(f"{server.url}/face/sheets/{only['id']}/{MAIL_ID}", folder / "mail.png", (1750, 700))
        (place / "letter.html").write_text(_a_letter(place / "demo" / "outbox"), "utf-8")
        _shoot((place / "letter.html").as_uri(), folder / "letter.png", (420, 980))
        _picture_the_door(place / "demo", folder / "door.png")
        console.file.close()


def _picture_the_door(demo_folder: Path, picture: Path) -> None:
    """Open the door for the demo school, and look at the page behind the link of a letter that has left."""
    settings = demo_folder / "mastery.toml"
    url = 'opt_out_url = "https://letters.example.edu/stop"'
    settings.write_text(settings.read_text("utf-8").replace("[letters]\n", f"[letters]\n{url}\n"), "utf-8")
    service = Service.load(settings, {}, clock=lambda: datetime.now(UTC))
    letter = service.ledger.in_state(NoticeState.SENT)[0]
    wish = Wish(guardian=letter.guardian, gradebook=letter.gradebook, kind=letter.kind)
    token = sign(wish, service.ledger.install().secret, service.settings.letters.opt_out_key)
    service.close()
    door = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "sheets_mastery", "door", "--port", "0", "-c", settings],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = door.stdout.readline() if door.stdout is not None else ""
        _shoot(f"{said.split()[5]}?t={token}", picture, (420, 590))
    finally:
        door.terminate()
        door.communicate()


def _choose(values: str, choices: Mapping[str, str | int]) -> None:
    """Type choices into the tab with the settings."""
    labels = requests.get(f"{values}/'{SETTINGS_TITLE}'!A:A", timeout=60).json()["values"]
    for label, choice in choices.items():
        cell = f"'{SETTINGS_TITLE}'!B{labels.index([label]) + 1}"
        body = {"values": [[choice]]}
        answer = requests.put(f"{values}/{cell}", params={"valueInputOption": "RAW"}, json=body, timeout=60)
        answer.raise_for_status()


def _mail(file: Path, url: str, spreadsheet: str) -> None:
    """Let some letters wait: a person approves them from now on, and some marks are others."""
    file.write_text(file.read_text("utf-8").replace('mode = "send"', 'mode = "review"'), "utf-8")
    values = f"{url}/v4/spreadsheets/{spreadsheet}/values"
    for row, mark in ((9, "M"), (14, "0"), (21, "M"), (33, "0")):
        answer = requests.put(
            f"{values}/Marks!{_MARK}{row}",
            params={"valueInputOption": "USER_ENTERED"},
            json={"values": [[mark]]},
            timeout=60,
        )
        answer.raise_for_status()
    _choose(values, dict.fromkeys(_CHOICES, ""))
    with closing(Service.load(file, {}, clock=lambda: datetime.now(UTC), endpoint=url)) as service:
        service.pretend(_NEXT)
        service.sync(service.settings.gradebooks[0], "sync")
    answer = requests.put(
        f"{values}/'Mastery Mail'!A4",
        params={"valueInputOption": "USER_ENTERED"},
        json={"values": [[True]]},
        timeout=60,
    )
    answer.raise_for_status()


def _a_letter(outbox: Path) -> str:
    """The HTML of a letter about more than one piece of work, or of the first one."""
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((outbox / "new").iterdir())
    ]
    pages = [str(part.get_content()) for letter in letters if (part := letter.get_body(("html",))) is not None]
    return max((page for page in pages if 'lang="en' in page), key=len)


def _shoot(page: str, picture: Path, size: tuple[int, int]) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    if chromium is None:
        sys.exit("The pictures are taken with Chromium, which is not installed.")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - our own page in a browser of this machine
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={size[0]},{size[1]}",
                f"--screenshot={picture}",
                page,
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
