"""The demo gradebook as an Excel workbook: LibreOffice shows the values and the colours that the API tells."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import librejudge
import openpyxl
import pytest
import shown
from openpyxl.utils.datetime import to_excel
from schools import gradebook

from sheets_mastery import demo
from sheets_mastery.local_google.masks import query_mask
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.sheets.view import spreadsheet
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.transfer import export_file
from sheets_mastery.sync import make_plan
from sheets_mastery.wiring import Service, packaged

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


@pytest.fixture
def synced(tmp_path: Path) -> tuple[Path, str]:
    """The demo school after a sync: the local Google's folder, and the spreadsheet's id."""
    files = packaged("demo")
    toml = tmp_path / "mastery.toml"
    with LocalGoogle(tmp_path / "google") as google:
        spreadsheet_id = demo.fill(google.url, files)
        toml.write_text(files["mastery.toml"].replace(demo.SPREADSHEET, spreadsheet_id), "utf-8")
        service = Service.load(toml, {}, clock=lambda: datetime.now(UTC), endpoint=google.url)
        service.pretend(demo.NOW)
        only = gradebook(service)
        plan, _ = make_plan(service.sheets, service.ledger, service.settings, only, service.clock())
        service.sync(only, "apply", approved=plan.fingerprint)
        service.close()
    return tmp_path / "google", spreadsheet_id


def recalculated(path: Path, folder: Path) -> openpyxl.Workbook:
    """The workbook as LibreOffice saves it, with the values that it shows."""
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "saved"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return openpyxl.load_workbook(folder / "saved" / path.name, data_only=True)


def plain(value: Any) -> Any:
    """A value of openpyxl as the API has it; a formula that came to no text reads as an empty cell in Excel's files."""
    if value is None:
        return ""
    if isinstance(value, datetime | date | time | timedelta):
        value = to_excel(value)  # type: ignore[no-untyped-call]  # the stubs of openpyxl leave it open
    return round(value, 9) if isinstance(value, int | float) and not isinstance(value, bool) else value


def test_libreoffice_shows_the_values_and_the_colours_of_the_demo_gradebook(
    synced: tuple[Path, str], tmp_path: Path
) -> None:
    folder, spreadsheet_id = synced
    store = Store(folder)
    document = spreadsheet(
        Spreadsheets(store).read(spreadsheet_id), query_mask(shown.FIELDS, "Spreadsheet"), [], grid_data=True
    )
    cells = shown.cells(document)
    path = tmp_path / "demo.xlsx"
    export_file(store, spreadsheet_id, path)
    titles = {sheet["properties"]["sheetId"]: sheet["properties"]["title"] for sheet in document["sheets"]}
    book = recalculated(path, tmp_path)
    values = {
        place: cell["formattedValue"] if "errorValue" in value else plain(next(iter(value.values())))
        for place, cell in cells.items()
        if (value := cell.get("effectiveValue"))
    }
    assert {
        (sheet_id, row, column): plain(book[titles[sheet_id]].cell(row + 1, column + 1).value)
        for sheet_id, row, column in values
    } == values
    program = shutil.which("soffice")
    assert program is not None
    (filled,) = librejudge.colours(program, [path], tmp_path)
    # Of boxes below each other LibreOffice forgets the look of the last one.
    colours = {
        place: shown.fill(cell) for place, cell in cells.items() if "boolValue" not in cell.get("effectiveValue", {})
    }
    assert {place: filled[titles[place[0]]].get(place[1:], "#FFFFFF") for place in colours} == colours
    assert len(set(colours.values())) > 4
    assert sum(colour != "#FFFFFF" for colour in colours.values()) > 1000
