"""What a browser may be sent to do here.

A page from anywhere can make a browser on this machine send requests to loopback. So a request must name loopback as
its host, or a stranger's name could be pointed here (DNS rebinding); and one that changes something must not come from
a page of another origin. Programs other than browsers send neither ``Origin`` nor ``Sec-Fetch-Site``, and pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import answer
from .errors import error

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
#: Methods that change nothing. A page elsewhere may send these, but no browser shows it the answer.
SAFE = ("GET", "HEAD", "OPTIONS")


class Threshold:
    """Stands before the whole application and turns away what a stranger's page sent: 403, and nothing is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "http":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            objection = refusal(scope["method"], headers)
            if objection is not None:
                refused = error(403, objection)
                await answer(refused.body, refused.status)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def refusal(method: str, headers: Mapping[str, str]) -> str | None:
    """Return why a request is refused, or None. ``headers`` are by their names in lower case."""
    host = headers.get("host", LOOPBACK_NAMES[0])
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in LOOPBACK_NAMES:
        return f"The local Google answers on loopback only, not as {host!r}."
    if method in SAFE:
        return None
    origin = headers.get("origin", f"http://{host}")
    if origin != f"http://{host}" or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return f"A page from elsewhere ({origin}) may not change anything here."
    return None
