"""`local …`: the local Google that comes with the program."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.options import Port
from sheets_mastery.cli.stopping import until_stopped

commands = typer.Typer(
    help="The local Google: Sheets, Drive and Gmail on your own machine.", no_args_is_help=True, rich_markup_mode=None
)


class Auth(enum.StrEnum):
    """Which bearers the local Google takes."""

    ANY = "any"
    STRICT = "strict"


@commands.command("serve")
def local_serve(
    directory: Annotated[Path, typer.Argument(help="Where its spreadsheets and letters are kept.")],
    port: Port = 8787,
    maildir: Annotated[
        list[Path] | None,
        typer.Option("--maildir", help="Show the letters of this maildir as well.", show_default=False),
    ] = None,
    auth: Annotated[
        Auth,
        typer.Option(help="Any bearer will do, or only one issued here, for its scopes and the files shared."),
    ] = Auth.ANY,
) -> None:
    """Run only the local Google, until Ctrl-C: for other programs, and for people at the same address in a browser.

    Example: sheets-mastery local serve sheets-mastery-demo/local-google
    """
    serve_google(directory, port, {folder.name: folder for folder in maildir or []}, strict_auth=auth is Auth.STRICT)


def serve_google(directory: Path, port: int, mailboxes: dict[str, Path], *, strict_auth: bool = False) -> None:
    """Serve a local Google until Ctrl-C."""
    from sheets_mastery.local_google.server import LocalGoogle

    with until_stopped() as stopped, ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            server = stack.enter_context(
                LocalGoogle(directory, port=port, mailboxes=mailboxes, strict_auth=strict_auth)
            )
        except OSError as problem:
            raise errors.SettingsError(
                f"The local Google cannot use port {port} and the folder {directory}: {problem.strerror}."
            ) from None
        typer.echo(f"The local Google is at {server.url}, in a browser too (Ctrl-C stops it).")
        stopped.wait()


@commands.command("import")
def local_import(
    directory: Annotated[Path, typer.Argument(help="Where the local Google keeps its spreadsheets.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="xlsx, csv or tsv files.")],
) -> None:
    """Make spreadsheets of files, while the local Google is not running. Prints the id of each.

    Example: sheets-mastery local import my-school/local-google gradebook.xlsx
    """
    from sheets_mastery.local_google.store import Store
    from sheets_mastery.local_google.transfer import import_file

    for file in files:
        with _moving(str(file)):
            directory.mkdir(parents=True, exist_ok=True)
            typer.echo(f"{import_file(Store(directory), file)}  {file.name}")


@commands.command("export")
def local_export(
    directory: Annotated[Path, typer.Argument(help="Where the local Google keeps its spreadsheets.")],
    spreadsheet: Annotated[str, typer.Argument(metavar="ID", help="The spreadsheet's id.")],
    file: Annotated[Path, typer.Argument(help="The xlsx, csv or tsv file to write.")],
) -> None:
    """Write a spreadsheet of the local Google to a file; csv and tsv hold its first tab as it is shown.

    Example: sheets-mastery local export my-school/local-google 1aBcD gradebook.xlsx
    """
    from sheets_mastery.local_google.store import Store
    from sheets_mastery.local_google.transfer import export_file

    with _moving(f"{spreadsheet} to {file}"):
        export_file(Store(directory), spreadsheet, file)


@contextmanager
def _moving(what: str) -> Iterator[None]:
    """Say in one sentence why a file cannot be moved in or out of the local Google."""
    from sheets_mastery.local_google.errors import GoogleError

    try:
        yield
    except GoogleError as problem:
        raise errors.SettingsError(f"{what}: {problem.body['error']['message']}") from None
    except OSError as problem:
        raise errors.SettingsError(f"{what}: {problem.strerror}.") from None
