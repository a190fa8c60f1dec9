"""Makes the README's pictures from a demo that really runs: the coloured sheet, a letter, the terminal.

    .venv/bin/python docs/pictures.py [FOLDER]

The colours are those of the Sheets API's `effectiveFormat`, the letter is one from the maildir, and the terminal is
what the program prints. Needs Chromium; FOLDER is `docs/` by default.
"""

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import tempfile
from email import policy
from pathlib import Path
from typing import Any

import requests
from jinja2 import Environment
from rich import terminal_theme
from rich.console import Console

from sheets_mastery import demo
from sheets_mastery.local_google.server import LocalGoogle
from sheets_mastery.terminal import Screen

_SHEET = """<!doctype html><meta charset="utf-8"><title>{{ title }}</title>
<style>
  body { margin: 0; font: 12px "Liberation Sans", Arial, sans-serif; color: #202124; background: #fff }
  h1 { font-size: 15px; margin: 10px 12px }
  table { border-collapse: collapse; white-space: nowrap }
  td, th { border: 1px solid #e1e3e6; padding: 3px 6px; max-width: 84px; overflow: hidden; text-overflow: ellipsis }
  th { background: #f1f3f4; font-weight: normal; color: #5f6368 }
  td.note { background-image: linear-gradient(225deg, #f4b400 0 7px, transparent 7px) }
  .tabs { margin: 8px 12px 12px } .tabs span { padding: 4px 12px; background: #f1f3f4; margin-right: 4px }
  .tabs .on { background: #d3e3fd; font-weight: bold }
</style>
{% for tab in tabs %}
<h1>{{ title }} · {{ tab.title }}</h1>
<table><tr><th></th>{% for letter in tab.letters %}<th>{{ letter }}</th>{% endfor %}</tr>
{% for row in tab.rows %}<tr><th>{{ row.number }}</th>{# one row of the grid #}
{% for cell in row.cells -%}
<td class="{{ 'note' if cell.note }}" style="{{ cell.style }}">{{ cell.text }}</td>{% endfor %}
</tr>{% endfor %}</table>
<p class="tabs">{% for name in titles %}<span class="{{ 'on' if name == tab.title }}">{{ name }}</span>{% endfor %}</p>
{% endfor %}
"""


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
        _shoot(place / "terminal.html", folder / "terminal.png", (860, 1180))
        with LocalGoogle(place / "demo" / demo.MEMORY) as server:
            (place / "sheet.html").write_text(_drawn(server.url), "utf-8")
        _shoot(place / "sheet.html", folder / "sheet.png", (1480, 1130))
        (place / "letter.html").write_text(_a_letter(place / "demo" / "outbox"), "utf-8")
        _shoot(place / "letter.html", folder / "letter.png", (420, 980))
        console.file.close()


def _drawn(url: str) -> str:
    """The first rows of the marks and of our tab as a page, in the colours that the API tells."""
    files = requests.get(f"{url}/drive/v3/files", timeout=60).json()["files"]
    (spreadsheet,) = [each["id"] for each in files if "spreadsheet" in each["mimeType"]]
    fields = "properties.title,sheets(properties.title,data.rowData.values(formattedValue,effectiveFormat,note))"
    wanted = [("fields", fields), ("ranges", "Marks!A1:S30"), ("ranges", "Mastery!A1:Q16")]
    answer = requests.get(f"{url}/v4/spreadsheets/{spreadsheet}", params=wanted, timeout=60).json()
    names = requests.get(
        f"{url}/v4/spreadsheets/{spreadsheet}", params={"fields": "sheets.properties.title"}, timeout=60
    ).json()["sheets"]
    return (
        Environment(autoescape=True)
        .from_string(_SHEET)
        .render(
            title=answer["properties"]["title"],
            titles=[each["properties"]["title"] for each in names],
            tabs=[_tab(each) for each in answer["sheets"] if each.get("data")],
        )
    )


def _tab(sheet: dict[str, Any]) -> dict[str, Any]:
    rows = [row.get("values", []) for row in sheet["data"][0].get("rowData", [])]
    width = max(map(len, rows))
    return {
        "title": sheet["properties"]["title"],
        "letters": [chr(ord("A") + column) for column in range(width)],
        "rows": [
            {
                "number": number,
                "cells": [
                    {"text": cell.get("formattedValue", ""), "note": cell.get("note"), "style": _style(cell)}
                    for cell in [*row, *({} for _ in range(width - len(row)))]
                ],
            }
            for number, row in enumerate(rows, start=1)
        ],
    }


def _style(cell: dict[str, Any]) -> str:
    look = cell.get("effectiveFormat", {})
    text = look.get("textFormat", {})
    said = [f"background-color: {_css(look.get('backgroundColor', {'red': 1, 'green': 1, 'blue': 1}))}"]
    said.append(f"color: {_css(text.get('foregroundColor', {}))}")
    said += ["font-weight: bold"] if text.get("bold") else []
    said += ["font-style: italic"] if text.get("italic") else []
    said += [f"text-align: {look['horizontalAlignment'].lower()}"] if look.get("horizontalAlignment") else []
    return "; ".join(said)


def _css(colour: dict[str, float]) -> str:
    return "#" + "".join(f"{round(colour.get(part, 0) * 255):02x}" for part in ("red", "green", "blue"))


def _a_letter(outbox: Path) -> str:
    """The HTML of a letter about more than one piece of work, or of the first one."""
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((outbox / "new").iterdir())
    ]
    pages = [str(part.get_content()) for letter in letters if (part := letter.get_body(("html",))) is not None]
    return max((page for page in pages if 'lang="en' in page), key=len)


def _shoot(page: Path, picture: Path, size: tuple[int, int]) -> None:
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
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
