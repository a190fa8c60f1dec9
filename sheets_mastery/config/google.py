"""`[google]`: how Google is reached."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from sheets_mastery.config.kinds import HERE, Address, Switch, Whole
from sheets_mastery.config.section import Section


def _loopback(url: str) -> str:
    try:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in HERE and parts.port != 0
    except ValueError:
        here = False
    if not here:
        raise ValueError('must be an http address of this machine, such as "http://127.0.0.1:8787"')
    return url.rstrip("/")


class Google(Section):
    """How Google is reached."""

    #: "service_account", "oauth" (your own account), or "local" (the local Google, no account).
    credentials: Literal["service_account", "oauth", "local"]
    #: The key file of the service account, or the client file of the OAuth app.
    file: str = ""
    #: Where the OAuth token is kept.
    token_file: str = "google-token.json"  # noqa: S105 - a file's name, no secret
    #: The account whose Gmail a service account writes from (domain-wide delegation).
    subject: Address | None = None
    #: Where the local Google listens.
    endpoint: Annotated[str, AfterValidator(_loopback)] | None = None
    #: Seconds to wait for an answer.
    timeout_seconds: Annotated[Whole, Field(ge=1, le=600)] = 180
    #: Whether this machine's clock is held against Google's at each delivery. None: unless Google is the local one.
    check_clock: Switch | None = None

    @property
    def checks_clock(self) -> bool:
        """Whether letters wait while this machine's clock is not Google's."""
        return self.credentials != "local" if self.check_clock is None else self.check_clock

    @model_validator(mode="after")
    def _what_each_kind_needs(self) -> Self:
        if self.credentials == "local" and self.endpoint is None:
            raise ValueError('needs endpoint, such as "http://127.0.0.1:8787", when credentials is "local"')
        if self.credentials != "local" and self.endpoint is not None:
            raise ValueError('endpoint goes with credentials = "local" only')
        if self.credentials != "local" and not self.file:
            raise ValueError(f'needs file, the downloaded JSON file, when credentials is "{self.credentials}"')
        return self
