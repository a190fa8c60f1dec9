"""The command line: one command a verb, each handing over to the floor below.

A command stands in the file of its name, or of its group's; `plan`, `apply` and `sync` stand in `plans`.
Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from sheets_mastery import __version__, errors
from sheets_mastery.cli import (
    deliver,
    demo,
    doctor,
    door,
    forget,
    letters,
    local,
    outbox,
    plans,
    remove,
    run,
    setup,
    sign_in,
    status,
)
from sheets_mastery.cli.exits import exit_code
from sheets_mastery.signs import show_on_any

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

app = typer.Typer(
    name="sheets-mastery",
    help="Tiered mastery learning in Google Sheets: judge every mark against the student's own level, "
    "colour the sheet, flag what is missing, and write to the families.",
    epilog="Try it with no account: sheets-mastery demo. "
    "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 waiting for a person, 143 stopped before all was done.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
#: In the order in which `--help` lists them.
for command in (
    demo.demo,
    doctor.doctor,
    setup.setup,
    sign_in.sign_in,
    plans.plan,
    plans.apply,
    plans.sync,
    deliver.deliver,
    run.run,
    door.door,
    forget.forget,
    status.status,
    remove.remove,
):
    app.command()(command)
app.add_typer(local.commands, name="local")
app.add_typer(outbox.commands, name="outbox")
app.add_typer(letters.commands, name="letters")


def main() -> None:
    """Run the command line; every way to stop becomes one sentence and an exit code."""
    show_on_any(sys.stdout, sys.stderr)
    try:
        _listen_to_the_log(os.environ.get("SHEETS_MASTERY_LOG", "WARNING"))
        app()
    except errors.SheetsMasteryError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the terminal is where this belongs
        sys.exit(exit_code(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def _listen_to_the_log(level: str) -> None:
    """Show our own log from this level on. The libraries' logs stay at warnings: at their finest they show rows."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    if level not in _LOG_LEVELS:
        raise errors.SettingsError(f'SHEETS_MASTERY_LOG: "{level}" is no log level; write {", ".join(_LOG_LEVELS)}.')
    logging.getLogger("sheets_mastery").setLevel(level)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
