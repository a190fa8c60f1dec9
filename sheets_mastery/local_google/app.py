"""The application: Google's methods, pages for a browser, and ``/_local/…`` for whoever arranges a scene.

Around every Google path stands one gate: it logs the request, plays the faults on order, holds request and response
against the discovery documents, and turns whatever nobody answers into a loud 501.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import drive, face, gmail, oauth, sheets
from .answers import answer, read_json
from .discovery import find_method
from .errors import GoogleError, classic_error, not_implemented
from .faults import Faults
from .methods import Function, call_of, carried_out, refusal
from .quotas import Quotas
from .store import Store
from .threshold import Threshold


class Stage:
    """What stands behind the gate: every method's function, and what whoever arranges a scene has put there."""

    def __init__(self, store: Store, *, strict_auth: bool) -> None:
        self.store = store
        self.strict = strict_auth
        self.books = sheets.Spreadsheets(store)
        if strict_auth:
            self.books.granted = drive.granted(store)
        self.faults, self.quotas = Faults(), Quotas(store.now)
        self.channels = drive.Channels(store, self.books)
        self.mail = gmail.Gmail(store)
        self.office = oauth.Office(store, strict=strict_auth)
        #: Every request to a Google path, oldest first.
        self.log: list[dict[str, Any]] = []
        files = drive.Drive(store, self.books, self.channels)
        self.functions: dict[str, Function] = sheets.functions(self.books) | files.functions() | self.mail.functions()

    def scenes(self) -> list[Route]:
        """Return the paths below ``/_local/``."""

        def show_requests(_said: Any) -> dict[str, Any]:
            return {"requests": self.log}

        def clear_requests(_said: Any) -> dict[str, Any]:
            self.log.clear()
            return {}

        table: list[tuple[str, str, Any]] = [
            ("GET", "requests", show_requests),
            ("POST", "requests:clear", clear_requests),
            ("GET", "faults", lambda _said: self.faults.told()),
            ("POST", "faults", self.faults.order),
            ("GET", "quotas", lambda _said: self.quotas.told()),
            ("POST", "quotas", self.quotas.order),
            ("POST", "access", self.books.set_access),
            ("GET", "gmail", lambda _said: self.mail.scene()),
            ("POST", "gmail", self.mail.order),
            ("POST", "gmail/bounces", self.mail.bounce),
            ("POST", "oauth/consent", self.office.seat_person),
        ]
        return [_local(*each) for each in table]

    def answer(self, scope: Scope, path: str, query: str, body: bytes) -> Response | None:
        """Answer a request to a method; None for one that means none."""
        method = find_method(scope["method"], path)
        if method is None:
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if self.strict:
                oauth.check(self.store, method, headers)
            caller = oauth.caller(self.store, headers)
            self.quotas.spend(method, caller.email)
            self.books.account = caller.email
            return carried_out(self.functions, call_of(method, caller, path, query, headers, body))
        except GoogleError as refused:
            return refusal(refused)


def create_app(store: Store, *, strict_auth: bool = False, mailboxes: Mapping[str, Path] | None = None) -> Starlette:
    """Return the whole local Google over one store.

    By default any bearer will do; with ``strict_auth`` it must have been issued by our own ``/token``, and a file is
    there only for those with whom it is shared. ``mailboxes`` are maildirs by name, whose letters are shown to a
    browser beside Gmail's.
    """
    stage = Stage(store, strict_auth=strict_auth)
    return Starlette(
        routes=[*stage.scenes(), *oauth.routes(stage.office), *face.routes(stage.books, stage.log, mailboxes or {})],
        middleware=[
            Middleware(Threshold),
            Middleware(drive.Bell, channels=stage.channels),
            Middleware(Gate, stage=stage),
        ],
        exception_handlers={GoogleError: _said, 404: _unknown, 405: _unknown},
    )


def _local(method: str, path: str, function: Any) -> Route:
    async def endpoint(request: Request) -> Response:
        return answer(function(read_json(await request.body())))

    return Route(f"/_local/{path}", endpoint, methods=[method])


async def _said(_request: Request, raised: Exception) -> Response:
    assert isinstance(raised, GoogleError)  # noqa: S101  Starlette hands over what was registered for this class
    return refusal(raised)


async def _unknown(request: Request, _raised: HTTPException | Exception) -> Response:
    return refusal(not_implemented(f"{request.method} {request.url.path}"))


#: Bytes of a request: Gmail's largest message in Base64, and a little.
MOST_BYTES = 50_000_000
#: Where paths begin that are not Google's.
BESIDE = ("/_local/", face.PREFIX)


class Gate:
    """What every request to a Google path goes through, in and out. ``/_local/…`` and the pages pass beside it."""

    def __init__(self, app: ASGIApp, *, stage: Stage) -> None:
        self.app = app
        self.stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] == "/" or scope["path"].startswith(BESIDE):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await refusal(classic_error(413, "uploadTooLarge", "Request Entity Too Large"))(scope, receive, send)
            return
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        target = f"{path}?{query}" if query else path
        fault, delay = self.stage.faults.take(scope["method"], target)
        if delay:
            await asyncio.sleep(delay)
        response = None if fault is None else fault.instead()
        if response is None and (fault is None or fault.cut != "before"):
            response = self.stage.answer(scope, path, query, body) or await _run(self.app, scope, body)
            response = None if fault is not None and fault.cut == "after" else response
        if response is not None:
            # By its own clock, as every server of Google's says it.
            response.headers["Date"] = format_datetime(self.stage.store.now().astimezone(UTC), usegmt=True)
        status, length = (0, 0) if response is None else (response.status_code, len(response.body))
        sizes = {"requestBytes": len(body), "responseBytes": length}
        self.stage.log.append({"method": scope["method"], "path": target, "status": status, **sizes})
        if fault is not None:
            await fault.deliver(response, scope, receive, send)
        elif response is not None:
            await response(scope, receive, send)


async def _read(receive: Receive) -> bytes | None:
    """Return a request's body; None for one that is too large. What goes on for ever is not read to its end."""
    pieces, size, more = [], 0, True
    while more and size <= 4 * MOST_BYTES:
        message = await receive()
        pieces += [message.get("body", b"")] if size <= MOST_BYTES else []
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    return None if size > MOST_BYTES else b"".join(pieces)


async def _run(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """Run the application on a body already read, and return its answer whole."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    response = Response(b"".join(message.get("body", b"") for message in sent[1:]), sent[0]["status"])
    response.raw_headers = sent[0]["headers"]
    return response
