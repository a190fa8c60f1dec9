"""`letters …`: letters as families read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.options import DEFAULT, Config, Now, Which
from sheets_mastery.cli.service import opened, the_only

commands = typer.Typer(help="Letters as families read them.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("preview")
def letters_preview(
    student: Annotated[str, typer.Option("--student", metavar="ID", help="The student's id, as the sheet has it.")],
    config: Config = DEFAULT,
    gradebook: Which = None,
    guardian: Annotated[int, typer.Option(min=1, help="Which of those who may be written to.")] = 1,
    language: Annotated[str, typer.Option(help="Another language than that person's, such as es.")] = "",
    file: Annotated[
        Path | None, typer.Option("-o", "--output", help="The HTML file to write.", show_default=False)
    ] = None,
    now: Now = None,
) -> None:
    """Write the letter about one student as an HTML page, as it would be written now. Nothing is recorded or sent.

    Example: sheets-mastery letters preview --student 00103 -o letter.html
    """
    from sheets_mastery.preview import preview

    with opened(config, now) as service:
        page = preview(service, the_only(service, gradebook), student, guardian=guardian, language=language)
    if file is None:
        typer.echo(page)
        return
    try:
        # Somebody's letter: nobody else on this machine should read it.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
            written.write(page)
    except OSError as problem:
        raise errors.SettingsError(f"-o: {file} cannot be written: {problem.strerror}.") from None
