"""`door`: where families stop a kind of letter."""

from __future__ import annotations

from typing import Annotated

import typer

from sheets_mastery.cli.options import DEFAULT, Config
from sheets_mastery.cli.service import opened
from sheets_mastery.cli.stopping import until_stopped


def door(
    config: Config = DEFAULT,
    host: Annotated[str, typer.Option(help="The address of this machine to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port there; 0 picks a free one.")] = 8080,
) -> None:
    """Serve the links by which families stop a kind of letter, until stopped; behind the school's web server.

    Example: sheets-mastery door --port 8080
    """
    from sheets_mastery.door import serve

    with until_stopped(), opened(config) as service:
        serve(
            service, host, port, opened=lambda address: typer.echo(f"The door is open at {address} (Ctrl-C closes it).")
        )
