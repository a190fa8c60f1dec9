"""The application: Google's paths, pages for a browser, and ``/_local/…`` for whoever arranges a scene.

Around every Google path stands one gate: it logs the request, plays the faults on order, holds request and response
against the discovery documents, and turns whatever nobody answers into a loud 501.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from . import drive, face, gmail, oauth, sheets
from .answers import JSON, answer
from .discovery import Method, find_method
from .errors import GoogleError, error, not_implemented
from .faults import Faults
from .quotas import Quotas
from .threshold import Threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .store import Store


def create_app(store: Store, *, strict_auth: bool = False, mailboxes: Mapping[str, Path] | None = None) -> Starlette:
    """Return the whole local Google over one store.

    By default any bearer will do; with ``strict_auth`` it must have been issued by our own ``/token``. ``mailboxes``
    are maildirs by name, whose letters are shown to a browser beside Gmail's.
    """
    books = sheets.Spreadsheets(store)
    faults, quotas = Faults(), Quotas(store.now)
    channels = drive.Channels(store, books)
    log: list[dict[str, Any]] = []

    async def show_requests(_request: Request) -> Response:
        return answer({"requests": log})

    async def clear_requests(_request: Request) -> Response:
        log.clear()
        return answer({})

    async def set_access(request: Request) -> Response:
        books.set_access(orjson.loads(await request.body()))
        return answer({})

    def count(method: Method, headers: Mapping[str, str]) -> None:
        quotas.spend(method, oauth.caller(store, headers).email)

    guards = (oauth.guard(store), count) if strict_auth else (count,)
    return Starlette(
        routes=[
            Route("/_local/requests", show_requests, methods=["GET"]),
            Route("/_local/requests:clear", clear_requests, methods=["POST"]),
            *_scene("/_local/faults", faults),
            *_scene("/_local/quotas", quotas),
            Route("/_local/access", set_access, methods=["POST"]),
            *sheets.routes(books),
            *drive.routes(store, books, channels),
            *gmail.routes(store),
            *oauth.routes(store, strict=strict_auth),
            *face.routes(books, log, mailboxes or {}),
        ],
        middleware=[
            Middleware(Threshold),
            Middleware(drive.Bell, channels=channels),
            Middleware(Gate, log=log, faults=faults, guards=guards),
        ],
        exception_handlers={GoogleError: _said, 404: _unknown, 405: _unknown},
    )


def _scene(path: str, scene: Faults | Quotas) -> list[Route]:
    """Return the paths by which a scene is arranged and asked about."""

    async def show(_request: Request) -> Response:
        return answer(scene.told())

    async def order(request: Request) -> Response:
        scene.order(orjson.loads(await request.body()))
        return answer(scene.told())

    return [Route(path, show, methods=["GET"]), Route(path, order, methods=["POST"])]


async def _said(_request: Request, raised: Exception) -> Response:
    assert isinstance(raised, GoogleError)  # noqa: S101  Starlette hands over what was registered for this class
    return answer(raised.body, raised.status)


async def _unknown(request: Request, _raised: HTTPException | Exception) -> Response:
    unknown = not_implemented(f"{request.method} {request.url.path}")
    return answer(unknown.body, unknown.status)


#: Where paths begin that are not Google's.
BESIDE = ("/_local/", face.PREFIX)


class Gate:
    """What every request to a Google path goes through, in and out. ``/_local/…`` and the pages pass beside it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        log: list[dict[str, Any]],
        faults: Faults,
        guards: Sequence[Callable[[Method, Mapping[str, str]], None]],
    ) -> None:
        self.app = app
        self.log = log
        self.faults = faults
        self.guards = guards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] == "/" or scope["path"].startswith(BESIDE):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        path = scope["raw_path"].decode("ascii")
        query = scope["query_string"].decode("ascii")
        target = f"{path}?{query}" if query else path
        fault, delay = self.faults.take(scope["method"], target)
        if delay:
            await asyncio.sleep(delay)
        response = None if fault is None else fault.instead()
        if response is None and (fault is None or fault.cut != "before"):
            response = await self._serve(scope, path, query, body)
            response = None if fault is not None and fault.cut == "after" else response
        self.log.append(
            {
                "method": scope["method"],
                "path": target,
                "status": 0 if response is None else response.status_code,
                "requestBytes": len(body),
                "responseBytes": 0 if response is None else len(response.body),
            }
        )
        if fault is not None:
            await fault.deliver(response, scope, receive, send)
        elif response is not None:
            await response(scope, receive, send)

    async def _serve(self, scope: Scope, path: str, query: str, body: bytes) -> Response:
        method = find_method(scope["method"], path)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if method is not None:
                for guard in self.guards:
                    guard(method, headers)
                method.check_query(parse_qsl(query, keep_blank_values=True))
                if "json" in headers.get("content-type", "json") and not path.startswith("/upload/"):
                    method.check_request(body)
        except GoogleError as refused:
            return answer(refused.body, refused.status)
        response = await _run(self.app, scope, body)
        if method is None or not 200 <= response.status_code < 300 or response.headers.get("content-type") != JSON:
            return response
        wrong = method.complaints(orjson.loads(response.body) if response.body else None)
        if wrong:
            broken = error(500, f"The local Google answered {method.id} with: {'; '.join(wrong[:5])}")
            return answer(broken.body, broken.status)
        return response


async def _read(receive: Receive) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


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
