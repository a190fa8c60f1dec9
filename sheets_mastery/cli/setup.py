"""`setup`: from a sheet's address to a settings file."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from sheets_mastery.cli.exits import DONE, WAITING
from sheets_mastery.cli.options import DEFAULT, AsJson, Config
from sheets_mastery.cli.printing import called, print_json, the_screen


def setup(
    address: Annotated[str, typer.Argument(metavar="URL", help="The sheet's address in the browser, or its id.")],
    *,
    config: Config = DEFAULT,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing: take what is likely, but never what a code means."),
    ] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="KEY=VALUE", help="An answer, such as 'codes.M=not in'.", show_default=False),
    ] = None,
    add_ids: Annotated[bool, typer.Option("--add-ids", help="Put a column of new ids into a sheet without.")] = False,
    name: Annotated[str, typer.Option(help="The gradebook's name, else the document's.", show_default=False)] = "",
    school: Annotated[str, typer.Option(help="The school's name.", show_default=False)] = "",
    teacher: Annotated[str, typer.Option(help="The teacher's name as families know it.", show_default=False)] = "",
    reply_to: Annotated[str, typer.Option(help="The address that families answer to.", show_default=False)] = "",
    time_zone: Annotated[str, typer.Option(help="Such as America/Chicago.", show_default=False)] = "",
    sender: Annotated[str, typer.Option(help="The address that letters come from.", show_default=False)] = "",
    credentials: Annotated[
        str, typer.Option(help="service_account, oauth or local: how Google is reached.", show_default=False)
    ] = "",
    file: Annotated[str, typer.Option(help="The JSON file for service_account or oauth.", show_default=False)] = "",
    endpoint: Annotated[str, typer.Option(help="Where the local Google listens.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Look at your sheet, ask what only you know, and write the settings file. Ends with a dry run.

    The sheet gets a tab Mastery Settings, and nothing else is written into it.

    Run it again to change an answer, or with another sheet to add a gradebook.

    Example: sheets-mastery setup https://docs.google.com/spreadsheets/d/1aBcD/edit
    """
    from sheets_mastery import outcome as end
    from sheets_mastery import setup as wizard
    from sheets_mastery.asking import Person
    from sheets_mastery.wishes import Wishes, given_answers

    screen = the_screen(as_json)
    wishes = Wishes(
        file=config,
        yes=yes,
        add_ids=add_ids,
        answers=given_answers(answer or ()),
        name=name,
        school=school,
        teacher=teacher,
        reply_to=reply_to,
        time_zone=time_zone,
        sender=sender,
        credentials=credentials,
        key_file=file,
        endpoint=endpoint,
    )
    somebody = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    ended = wizard.Setup(
        address,
        wishes,
        screen,
        dict(os.environ),
        clock=lambda: datetime.now(UTC),
        quiet=as_json,
        person=(lambda page: Person(screen, page)) if somebody else None,
    ).run()
    if as_json:
        print_json(end.told(ended, config))
    else:
        end.show(ended, screen, config, called())
    raise typer.Exit(WAITING if ended.waits else DONE)
