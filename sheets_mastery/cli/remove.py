"""`remove`: a sheet as it was before us."""

from __future__ import annotations

from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.exits import DONE, exit_code, worse
from sheets_mastery.cli.options import DEFAULT, Config, Which
from sheets_mastery.cli.printing import the_screen
from sheets_mastery.cli.service import opened


def remove(
    config: Config = DEFAULT,
    gradebook: Which = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take everything of ours out of the sheet again: tabs, rules, notes, flags. Your own cells stay as they are.

    Example: sheets-mastery remove --gradebook "Algebra 1"
    """
    from sheets_mastery.terminal import many

    screen = the_screen()
    with opened(config) as service:
        code = DONE
        for each in service.chosen(gradebook):
            if not yes and not typer.confirm(f"Take everything of Sheets Mastery out of {each.name}?"):
                screen.say(f"{each.name}: it stays as it is.")
                continue
            try:
                edits = service.remove(each)
            except errors.SheetError as problem:
                screen.complain(f"{each.name}: {problem}")
                code = worse(code, exit_code(problem))
                continue
            said = f"{many(edits, 'edit')}; the sheet is as it was before" if edits else "nothing of ours is there"
            screen.say(f"{each.name}: {said}.")
    raise typer.Exit(code)
