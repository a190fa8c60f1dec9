"""The application at the door: one page, one button, and a word for the school's monitoring.

GET and HEAD only look. A POST stops the letters that the link in its address names, or lets them be written again, and
touches no others; twice is the same as once. Whatever is wrong with a link, its page is the same one: it does not tell
whether a person or an address exists.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sheets_mastery.door.asked import Asked, Wanted, read
from sheets_mastery.door.languages import wanted
from sheets_mastery.door.limits import Limits
from sheets_mastery.errors import LedgerError
from sheets_mastery.letters import LetterPress, Says, StopPage
from sheets_mastery.optout import Wish, verify

_log = logging.getLogger("sheets_mastery")

#: Where the school's monitoring asks whether the door is open.
HEALTH = "/healthz"
#: A mail program's click has 26 bytes, in parts a few hundred.
MOST_BYTES = 4096
#: So many seconds may a body take that fits into one packet.
_BODY_SECONDS = 10
#: So many seconds later it makes sense to ask again.
_LATER = "60"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
#: What every answer says: keep nothing, tell nobody where this came from, and be shown nowhere else.
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_LOOKS = ("GET", "HEAD")


class Wishes(Protocol):
    """Who wants no letters of which kind: the ledger."""

    def has_opted_out(self, gradebook: str, guardian: str, kind: str) -> bool: ...
    def opt_out(self, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None: ...
    def opt_in(self, gradebook: str, guardian: str, kind: str, *, now: datetime) -> None: ...
    def stopped(self) -> str: ...


class Door:
    """An ASGI application. It keeps no cookie, and writes down neither a link nor who came with it."""

    def __init__(
        self,
        wishes: Wishes,
        press: LetterPress,
        *,
        path: str,
        secret: Callable[[], bytes],
        keys: Collection[int],
        school: str,
        language: str,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        """`path` is that of the links, `keys` the numbers of the keys that are still taken.

        `secret` reads the ledger's, or raises LedgerError. It is asked for each link, so that a door that has been open
        for weeks knows the links of a ledger that is new, and none of one that is gone.


        `language` is what a page is written in where a browser asks for no language that there is a catalogue for.
        """
        self._wishes, self._press, self._path = wishes, press, path
        self._secret, self._keys = secret, keys
        self._school, self._language = school, language
        self._clock, self._limits = clock, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as problem:  # noqa: BLE001 - an error's text may hold the link, so only its kind is told
            _log.error("door: %s", type(problem).__name__)
            response = _plain(500, "Something went wrong here. Nothing has been changed.")
        method = request.method if request.method in {*_LOOKS, "POST"} else "other"
        _log.info("door method=%s status=%d", method, response.status_code)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", _NOTHING)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if not self._limits.let_in(request.client.host if request.client else ""):
            return _plain(429, "Too many requests. Please try again in a minute.", {"Retry-After": _LATER})
        here = request.scope["path"]
        if here == HEALTH:
            return await self._health() if request.method in _LOOKS else _not_allowed("GET, HEAD")
        if here != self._path:
            return _plain(404, "There is nothing here.")
        if request.method in _LOOKS:
            return await self._look(request, Asked())
        if request.method != "POST":
            return _not_allowed("GET, HEAD, POST")
        try:
            body = await asyncio.wait_for(_body(request), _BODY_SECONDS)
        except TimeoutError:
            return _plain(408, "That took too long.", {"Connection": "close"})
        if body is None:
            return _plain(413, "That is too much.", {"Connection": "close"})
        asked = read(request.headers.get("content-type", ""), body)
        if asked.wanted is None:
            return await self._look(request, asked)
        return await self._carry_out(request, asked, asked.wanted)

    async def _look(self, request: Request, asked: Asked) -> Response:
        """The page as things are. A POST that wants nothing, and chooses no language either, is told so by a 400."""
        try:
            wish = await self._wish(request)
            if wish is None:
                return self._page(request, asked, 404, Says.UNKNOWN)
            gone = await run_in_threadpool(self._wishes.has_opted_out, wish.gradebook, wish.guardian, wish.kind)
        except LedgerError as problem:
            return self._not_now(request, asked, problem)
        status = 200 if request.method in _LOOKS or asked.language else 400
        return self._page(request, asked, status, Says.STOPPED if gone else Says.ASK, wish)

    async def _carry_out(self, request: Request, asked: Asked, what: Wanted) -> Response:
        try:
            wish = await self._wish(request)
            if wish is None:
                return self._page(request, asked, 404, Says.UNKNOWN)
            whose = wish.gradebook, wish.guardian, wish.kind
            if what is Wanted.STOP:
                await run_in_threadpool(self._wishes.opt_out, *whose, now=self._clock())
                return self._page(request, asked, 200, Says.STOPPED, wish)
            await run_in_threadpool(self._wishes.opt_in, *whose, now=self._clock())
            return self._page(request, asked, 200, Says.RESUMED, wish)
        except LedgerError as problem:
            return self._not_now(request, asked, problem)

    async def _health(self) -> Response:
        try:
            await run_in_threadpool(self._wishes.stopped)
        except LedgerError as problem:
            _log.warning("door: %s", problem)
            return _plain(503, "The ledger does not answer.")
        return _plain(200, "ok")

    async def _wish(self, request: Request) -> Wish | None:
        """What the link asks for; None where it is none of ours. LedgerError where that cannot be told."""
        try:
            said = parse_qsl(request.scope["query_string"].decode("ascii"), max_num_fields=20)
        except ValueError:
            return None
        tokens = [value for name, value in said if name == "t"]
        if len(tokens) != 1:
            return None
        return verify(tokens[0], await run_in_threadpool(self._secret), self._keys)

    def _not_now(self, request: Request, asked: Asked, problem: LedgerError) -> Response:
        _log.warning("door: %s", problem)
        response = self._page(request, asked, 503, Says.LATER)
        response.headers["Retry-After"] = _LATER
        return response

    def _page(self, request: Request, asked: Asked, status: int, says: Says, wish: Wish | None = None) -> Response:
        page = StopPage(
            says=says,
            school=self._school,
            kind=wish.kind if wish else "",
            gradebook=wish.gradebook if wish else "",
        )
        languages = (asked.language, *wanted(request.headers.get("accept-language", "")))
        language = next((each for each in languages if each and self._press.speaks(each)), self._language)
        shown = self._press.page(page, language)
        response = Response(shown.html, status, media_type="text/html")
        styles = " ".join(f"'sha256-{_sha256(each)}'" for each in _STYLE.findall(shown.html))
        response.headers["Content-Security-Policy"] = f"{_NOTHING}; form-action 'self'; style-src {styles}"
        response.headers["Content-Language"] = shown.language
        response.headers["Vary"] = "Accept-Language"
        return response


async def _body(request: Request) -> bytes | None:
    """The body; None for one that is too large, and then it is not read to its end."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return body


def _plain(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{said}\n", status, headers=headers)


def _not_allowed(allowed: str) -> Response:
    return _plain(405, "That cannot be done here.", {"Allow": allowed})


def _sha256(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
