"""`status`: how the last run went."""

from __future__ import annotations

from dataclasses import asdict

import typer

from sheets_mastery.cli.exits import DONE, FAILED, WAITING
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Which
from sheets_mastery.cli.printing import print_json, the_screen
from sheets_mastery.cli.service import opened


def status(config: Config = DEFAULT, gradebook: Which = None, as_json: AsJson = False) -> None:
    """Show the last run, and what waits for a person and why.

    Example: sheets-mastery status --json
    """
    from sheets_mastery.status import drawn, report

    with opened(config) as service:
        found = report(service, gradebook)
        if as_json:
            print_json(asdict(found))
        else:
            the_screen(as_json).show(*drawn(found, service.settings.school.zone))
    raise typer.Exit(WAITING if found.waiting else FAILED if found.failed else DONE)
