"""`demo`: everything on a demo school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sheets_mastery.cli.local import serve_google
from sheets_mastery.cli.options import AsJson, Port
from sheets_mastery.cli.printing import called, print_json, the_screen


def demo(
    directory: Annotated[Path, typer.Argument(help="Where the demo keeps its files.")] = Path("sheets-mastery-demo"),
    as_json: AsJson = False,
    serve: Annotated[bool, typer.Option("--serve", help="Stay, and show sheet and letters in the browser.")] = False,
    port: Port = 8787,
) -> None:
    """Run everything on a demo school, with no account and nothing leaving this machine.

    Starts the local Google, fills it with 84 students and 24 assignments, syncs, and delivers the letters to a maildir.

    Example: sheets-mastery demo --serve
    """
    from sheets_mastery.demo import MEMORY, OUTBOX
    from sheets_mastery.demo import run as run_demo

    result = run_demo(directory, the_screen(as_json), as_json=as_json, program=called())
    if as_json:
        print_json(result)
    if serve:
        serve_google(directory / MEMORY, port, {OUTBOX: directory / OUTBOX})
