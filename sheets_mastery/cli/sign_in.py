"""`sign-in`: a person's own Google account, once."""

from __future__ import annotations

from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.options import DEFAULT, Config
from sheets_mastery.cli.service import opened


def sign_in(
    config: Config = DEFAULT,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Sign in with your own Google account, once; for google.credentials = "oauth".

    Example: sheets-mastery sign-in -c mastery.toml
    """
    from sheets_mastery.google import auth

    with opened(config) as service:
        google = service.settings.google
        if google.credentials != "oauth":
            raise errors.SettingsError(f'google.credentials is "{google.credentials}"; signing in is for "oauth".')
        kept = auth.sign_in(google, auth.scopes(service.settings.mail), folder=service.folder, open_browser=browser)
    typer.echo(f"Signed in; the token is kept in {kept}.")
