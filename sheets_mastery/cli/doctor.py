"""`doctor`: what is to be mended."""

from __future__ import annotations

import os

import typer

from sheets_mastery.cli.exits import DONE
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Which
from sheets_mastery.cli.printing import print_json, the_screen


def doctor(config: Config = DEFAULT, gradebook: Which = None, as_json: AsJson = False) -> None:
    """Check settings, credentials, mail and the layout of every gradebook, and say what to mend.

    Example: sheets-mastery doctor -c mastery.toml
    """
    from rich.markup import escape

    from sheets_mastery import terminal
    from sheets_mastery.doctor import examine, shown, told

    screen = the_screen(as_json)
    with screen.busy("Looking at everything once"):
        found = examine(config, gradebook, dict(os.environ))
    rows = [(check.what, check.well, check.said) for check in found]
    well = all(check.well for check in found)
    if as_json:
        print_json({"well": well, "checks": [told(check) for check in found]})
    else:
        screen.show(terminal.checks(rows))
        for each in (check for check in found if check.understood is not None):
            screen.show("", f"[bold]{escape(each.what)}[/bold]", *shown(each, screen.out.width))
    raise typer.Exit(max((check.code for check in found if not check.well), default=DONE))
