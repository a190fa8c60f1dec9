"""The demo: a made-up school at the local Google, and the real thing run on it, with no account."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gspread

from sheets_mastery import terminal
from sheets_mastery.errors import SettingsError, WaitingForPerson
from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.plan import Plan
from sheets_mastery.summary import describe
from sheets_mastery.sync import make_plan
from sheets_mastery.terminal import Screen
from sheets_mastery.wiring import Service, packaged

#: The moment at which the demo school is looked at, in the school's time.
NOW = "2026-10-30T16:30"
#: What stands in the demo's settings where the spreadsheet's id goes.
SPREADSHEET = "THE-DEMO-SPREADSHEET"


#: Where the demo keeps what the local Google knows.
MEMORY = "local-google"
#: Where its letters go, as its settings say.
OUTBOX = "outbox"


def run(directory: Path, screen: Screen, *, as_json: bool, program: str = "sheets-mastery") -> dict[str, Any]:
    """Run everything once on the demo school kept in `directory`, and answer what happened, for a script.

    The first time it builds the school; after that it goes on from what is there, so a second run reports no change.
    `program` is how the person called it, for the commands to try next. Raises SettingsError where the directory cannot
    be used.
    """
    settings_file = directory / "mastery.toml"
    files = packaged("demo")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        there = settings_file.read_text("utf-8") if settings_file.exists() else ""
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "its mastery.toml is no text"
        raise SettingsError(f"The demo cannot use the folder {directory}: {why}.") from None
    # A real school's settings would be taken for the demo's, and its letters decided at the demo's moment.
    if there and not there.startswith(files["mastery.toml"].partition("\n")[0]):
        raise SettingsError(f"{settings_file} is not the demo's, and is left alone: name another folder.")
    with LocalGoogle(directory / MEMORY) as server:
        if not there:
            with screen.busy("Building the demo school"):
                spreadsheet = fill(server.url, files)
            settings_file.write_text(files["mastery.toml"].replace(SPREADSHEET, spreadsheet), "utf-8")
        service = Service.load(settings_file, {}, clock=lambda: datetime.now(UTC), endpoint=server.url)
        try:
            service.pretend(NOW)
            return _job(service, settings_file, screen, as_json=as_json, program=program)
        finally:
            service.close()


def _job(service: Service, settings_file: Path, screen: Screen, *, as_json: bool, program: str) -> dict[str, Any]:
    """Sync, deliver, and show what happened."""
    (gradebook,) = service.settings.gradebooks
    with screen.busy("Reading, judging, writing back"):
        plan = _synced(service, screen)
    summary = describe(plan)
    with screen.letters() as bar:
        task = bar.add_task("letters", total=None)
        delivery = service.deliver((gradebook,), progress=lambda done, of: bar.update(task, completed=done, total=of))
    if delivery.counts["sent"]:
        # The tab Mastery Mail tells what was sent from the next sync on; here that is at once.
        with screen.busy("Writing the contact log"):
            _synced(service, screen)
    outbox = settings_file.parent / service.settings.mail.folder
    if not as_json:
        screen.show(terminal.summary(summary, done=True))
        if plan.changes_anything:
            changed = "The first look at this school." if summary.edits.get("AddTab") else "Brought up to date."
        else:
            changed = "No change: nothing was written and no letter is owed."
        rows = {
            "this run": changed,
            "letters written": f"{delivery.counts['sent']} into {outbox}",
            "HTTP requests": f"{service.requests} to Sheets, for everything above",
        }
        screen.show(terminal.facts("", rows), _next_commands(program, settings_file))
    return {
        **asdict(summary),
        "changed": plan.changes_anything,
        "letters": dict(delivery.counts),
        "requests": service.requests,
        "outbox": str(outbox),
        "settings": str(settings_file),
    }


def _synced(service: Service, screen: Screen) -> Plan:
    """One sync. Where the guard wants a person to look first, the demo is that person and says so."""
    (gradebook,) = service.settings.gradebooks
    try:
        return service.sync(gradebook, "demo")
    except WaitingForPerson:
        plan, _ = make_plan(service.sheets, service.ledger, service.settings, gradebook, service.clock())
        screen.say(f"The guard wants a person to look: {'; '.join(plan.objections)}. Here the demo approves the plan.")
        return service.sync(gradebook, "demo", approved=plan.fingerprint)


def _next_commands(program: str, settings_file: Path) -> Any:
    """What to try next. The demo's days lie in the past or the future, so its commands name their moment."""
    then = f"-c {settings_file} --now {NOW}"
    return terminal.commands(
        "Try next",
        (
            (
                f"{program} demo {settings_file.parent} --serve &",
                "look at sheet and letters in a browser; the other commands want it too",
            ),
            (f"{program} plan {then}", "what a sync would do now: nothing"),
            (f"{program} sync {then}", "after you have changed a mark in the sheet"),
            (f"{program} status -c {settings_file}", "the last run, and what waits for a person"),
            (f"{program} remove -c {settings_file}", "take everything of ours out of the sheet again"),
        ),
    )


def fill(client_url: str, files: Mapping[str, str]) -> str:
    """Build the demo school's spreadsheet at a local Google and answer its id.

    `files` are the texts of `config/demo/` by name: `dressing.json` tells the document's properties, its tabs and how
    they are dressed; `<tab>.csv` holds what is typed into a tab. It takes five requests, whatever the school's size.
    Raises Unreachable where nothing listens at `client_url`.
    """
    dressing = json.loads(files["dressing.json"])
    tabs = [{**tab, "sheetId": number} for number, tab in enumerate(dressing["tabs"])]
    typed = [{"range": f"'{tab['title']}'", "values": _rows(files[f"{tab['title']}.csv"])} for tab in tabs]
    with Wire(LocalCredentials(), endpoint=client_url) as wire:

        class Hands(SheetsTransport):
            """gspread makes its transport itself, from credentials; this one is on the wire already."""

            def __init__(self, _auth: object, _session: object = None) -> None:
                super().__init__(wire, whoami="the local account")

        teacher = gspread.Client(LocalCredentials(), session=wire.session, http_client=Hands)
        spreadsheet = teacher.create(dressing["properties"]["title"])
        spreadsheet.batch_update({"requests": _furniture(dressing["properties"], tabs)})
        spreadsheet.values_batch_update({"valueInputOption": "USER_ENTERED", "data": typed})
        ids = {tab["title"]: tab["sheetId"] for tab in tabs}
        spreadsheet.batch_update({"requests": _with_ids(dressing["requests"], ids)})
        return spreadsheet.id


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _furniture(properties: Mapping[str, Any], tabs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The document's name, language and clock, and its tabs; the first one is there already and gets another title."""
    first, *others = tabs
    return [
        {"updateSpreadsheetProperties": {"properties": properties, "fields": ",".join(properties)}},
        {"updateSheetProperties": {"properties": first, "fields": "title,gridProperties"}},
        *({"addSheet": {"properties": tab}} for tab in others),
    ]


def _with_ids(part: Any, ids: Mapping[str, int]) -> Any:
    """Requests with each tab's id in place of its title."""
    if isinstance(part, list):
        return [_with_ids(each, ids) for each in part]
    if isinstance(part, dict):
        return {name: ids[value] if name == "sheetId" else _with_ids(value, ids) for name, value in part.items()}
    return part
