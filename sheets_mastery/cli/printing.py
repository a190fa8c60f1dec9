"""What a command prints, for a person or for a script."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from sheets_mastery.terminal import Screen


def the_screen(as_json: bool = False) -> Screen:
    """Where a person reads; quiet for a script, which reads JSON."""
    from sheets_mastery.terminal import Screen

    return Screen(quiet=as_json)


def called() -> str:
    """How the person called this program, so that what we tell them to type works as it stands."""
    program = sys.argv[0]
    if Path(program).name != "sheets-mastery":
        return f"{Path(sys.executable).name} -m sheets_mastery"
    return "sheets-mastery" if shutil.which("sheets-mastery") == program else program


def print_json(value: Any) -> None:
    """Print what a script reads."""
    shown_as_it_is = sys.stdout.encoding.casefold().startswith("utf")
    typer.echo(json.dumps(value, indent=2, ensure_ascii=not shown_as_it_is, default=str))
