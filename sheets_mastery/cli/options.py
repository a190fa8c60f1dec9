"""Options that more than one command takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT = Path("mastery.toml")

Config = Annotated[
    Path, typer.Option("-c", "--config", envvar="SHEETS_MASTERY_CONFIG", help="The settings file.", show_default=True)
]
Which = Annotated[
    str | None, typer.Option("--gradebook", help="Only the gradebook with this name.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of tables.")]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        help="Pretend it is this moment in the school's time (2026-10-30T16:30). Only with mail to a maildir.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 picks a free one.")]
