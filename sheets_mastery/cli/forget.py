"""`forget`: what a school need not keep."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.exits import DONE, FAILED
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Which
from sheets_mastery.cli.printing import print_json, the_screen
from sheets_mastery.cli.service import opened


def forget(
    *,
    older_than: Annotated[
        str, typer.Option(metavar="DAYS", help="What is older, such as 400d; at least 60d.", show_default=False)
    ] = "",
    letters_older_than: Annotated[
        str, typer.Option(metavar="DAYS", help="Letters in mail.folder that were sent on and are older.")
    ] = "30d",
    student: Annotated[
        str, typer.Option(metavar="ID", help="One student who is no longer in the sheet.", show_default=False)
    ] = "",
    sent_on: Annotated[
        bool, typer.Option("--sent-on", help="All letters in mail.folder were sent on, or none of them ever will be.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only counted.")] = False,
    config: Config = DEFAULT,
    gradebook: Which = None,
    as_json: AsJson = False,
) -> None:
    """Forget what is older than the school keeps such things, or one student on request. Counts first.

    Nothing that is forgotten makes a letter be written again; who wants no letters, or cannot get any, stays known.

    Example: sheets-mastery forget --older-than 400d --yes
    """
    from sheets_mastery import forgetting

    if bool(older_than) == bool(student) or (gradebook is not None and not student):
        raise errors.SettingsError("forget: say one of --older-than and --student; --gradebook goes with --student.")
    screen = the_screen(as_json)
    with opened(config) as service:
        if student:
            found = forgetting.student(service, student, gradebook, sent_on=sent_on, really=yes)
        else:
            age = forgetting.days(older_than, "--older-than")
            letters_age = forgetting.days(letters_older_than, "--letters-older-than")
            found = forgetting.older(service, age, letters_age, sent_on=sent_on, really=yes)
    if as_json:
        print_json(asdict(found))
    else:
        screen.show(forgetting.drawn(found))
    if found.trouble:
        screen.complain(found.trouble)
    if not yes:
        screen.say("Nothing has been done yet; --yes does it.")
    raise typer.Exit(FAILED if found.failed else DONE)
