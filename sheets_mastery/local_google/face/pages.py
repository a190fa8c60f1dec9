"""The pages: a list of spreadsheets, a tab as a table to type into, the letters, the requests.

Every page comes with a strict Content-Security-Policy: nothing but our own script, style and frames. A letter's HTML
is a stranger's: it is an answer of its own, sandboxed by its headers and again by the frame that shows it.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sheets_mastery.local_google import oauth
from sheets_mastery.local_google.answers import answer
from sheets_mastery.local_google.errors import GoogleError, Invalid, error, invalid_argument
from sheets_mastery.local_google.sheets import Spreadsheets, values
from sheets_mastery.local_google.sheets.a1 import quoted
from sheets_mastery.local_google.sheets.document import Document
from sheets_mastery.local_google.sheets.places import locate

from .grid import Cell, Looks
from .post import Post

Page = Callable[[Request], Awaitable[Response]]

#: Where every page but the first lives; Google has no path like it.
PREFIX = "/face/"
#: Letters of one section, and requests, on one page.
LETTERS, REQUESTS = 100, 200
CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,7}")
ASSETS = {"face.css": "text/css", "face.js": "text/javascript", "icon.svg": "image/svg+xml"}

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # "no-referrer" would make a browser send our own forms with a null origin
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LETTER_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__ or ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["part"] = functools.partial(quote, safe="")


def routes(books: Spreadsheets, log: list[dict[str, Any]], mailboxes: Mapping[str, Path]) -> list[BaseRoute]:
    """Return the pages over the spreadsheets, the log of requests, and the maildirs to show by their names.

    They ask for no bearer, strict or not: whoever sits at this machine's browser is the person who owns all this.
    """
    looks, post = Looks(), Post(books.store, mailboxes)

    def opened(request: Request) -> Document:
        # Whoever sits at the browser is the person that an unknown bearer stands for, too
        books.account = oauth.caller(books.store, {}).email
        return books.read(request.path_params["book"])

    async def home(_request: Request) -> Response:
        cards = [card for key in books.ids() if (card := books.card(key)) is not None]
        cards.sort(key=lambda card: card.modified, reverse=True)
        held = [
            (card, ["not shared"] if books.role(card.id) == "none" else [tab.title for tab in books.read(card.id).tabs])
            for card in cards
        ]
        return _page("home.html", books=held)

    async def book(request: Request) -> Response:
        document = opened(request)
        first = next((tab for tab in document.tabs if not tab.properties.get("hidden")), document.tabs[0])
        return RedirectResponse(f"{PREFIX}sheets/{quote(document.id)}/{first.id}", 303, HEADERS)

    async def sheet(request: Request) -> Response:
        document, (row, column) = opened(request), _corner(request.query_params)
        sheet_id: int = request.path_params["tab"]
        window = looks.window(document, sheet_id, row, column)
        styles = {each: f"s{at}" for at, each in enumerate(dict.fromkeys(cell.style for cell in window.cells))}
        rules = [(*rule, f"r{at}") for at, rule in enumerate(window.rules)]
        asked = request.query_params.get("cell", "")
        chosen = next((cell for cell in window.cells if cell.a1 == asked), (window.cells or [Cell("A1")])[0])
        title = document.properties["title"]
        shown = {"book": document.id, "title": title, "tab": sheet_id, "row": row, "column": column}
        return _page(
            "sheet.html", window=window, charts=window.charts, styles=styles, rules=rules, chosen=chosen, **shown
        )

    async def changes(request: Request) -> Response:
        asked = request.query_params
        found = looks.changes(opened(request), request.path_params["tab"], *_corner(asked), _number(asked, "since"))
        return _news(found)

    async def enter(request: Request) -> Response:
        """Put what was typed into a cell; answer what changed, or go back to the page that has no script."""
        body = (await request.body()).decode("utf-8", "replace")
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        document, sheet_id = opened(request), request.path_params["tab"]
        tab, cell = document.tab(sheet_id), form.get("cell", "").strip().upper()
        if tab is None or CELL.fullmatch(cell) is None:
            raise invalid_argument(f"{cell!r} is no cell of this tab.")
        changed = books.edit(document.id)
        place = locate(changed, f"{quoted(tab.title)}!{cell}")
        try:
            values.write(changed, *place, {"values": [[form.get("text", "")]]}, "USER_ENTERED")
        except Invalid as wrong:
            raise invalid_argument(str(wrong)) from wrong
        place[0].tidy()
        changed.kept.clear()
        books.commit(changed)
        row, column = _corner(form)
        if "json" in request.headers.get("accept", ""):
            found = looks.changes(books.read(document.id), sheet_id, row, column, _number(form, "since"))
            return _news(found)
        back = urlencode({"row": row, "column": column, "cell": cell})
        return RedirectResponse(f"?{back}#{cell}", 303, HEADERS)

    async def letters(request: Request) -> Response:
        start = _number(request.query_params, "from")
        sections = [
            (*named, len(entries), [(entry, post.letter(*entry[:3])) for entry in entries[start : start + LETTERS]])
            for named, entries in post.sections().items()
        ]
        return _page("letters.html", sections=sections, start=start, most=LETTERS)

    async def letter(request: Request) -> Response:
        place = [request.path_params[name] for name in ("kind", "box", "key")]
        found = post.letter(*place)
        if found is None:
            raise error(404, "There is no such letter.")
        if "html" in request.query_params:
            page = "\n".join(found.bodies("text/html")).encode("utf-8", "replace")
            return Response(page, 200, HEADERS | {"Content-Security-Policy": LETTER_POLICY}, "text/html")
        return _page("letter.html", letter=found, box=place[1])

    async def requests(_request: Request) -> Response:
        return _page("requests.html", count=len(log), requests=log[: -REQUESTS - 1 : -1])

    async def requests_after(request: Request) -> Response:
        known = _number(request.query_params, "after")
        cleared = known > len(log)
        fresh = log[0 if cleared else known :]
        return answer({"count": len(log), "cleared": cleared, "requests": fresh[-REQUESTS:]}, headers=HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            raise error(404, "There is no such page.")
        return Response(_asset(name), 200, HEADERS, ASSETS[name])

    async def nothing(_request: Request) -> Response:
        raise error(404, "There is no such page.")

    tab = f"{PREFIX}sheets/{{book}}/{{tab:int}}"
    return [
        Route("/", _told(home), methods=["GET"]),
        Route(f"{PREFIX}sheets/{{book}}", _told(book), methods=["GET"]),
        Route(tab, _told(sheet), methods=["GET"]),
        Route(tab, _told(enter), methods=["POST"]),
        Route(f"{tab}/changes", changes, methods=["GET"]),
        Route(f"{PREFIX}letters", _told(letters), methods=["GET"]),
        Route(f"{PREFIX}letters/{{kind}}/{{box}}/{{key}}", _told(letter), methods=["GET"]),
        Route(f"{PREFIX}requests", _told(requests), methods=["GET"]),
        Route(f"{PREFIX}requests/after", requests_after, methods=["GET"]),
        Route(f"{PREFIX}assets/{{name}}", _told(asset), methods=["GET"]),
        Route(f"{PREFIX}{{rest:path}}", _told(nothing), methods=["GET"]),
    ]


def _page(name: str, status: int = 200, **shown: Any) -> Response:
    nonce = secrets.token_urlsafe(16)
    text = _templates.get_template(name).render(prefix=PREFIX, nonce=nonce, **shown)
    return Response(text, status, HEADERS | {"Content-Security-Policy": PAGE_POLICY.format(nonce=nonce)}, "text/html")


def _news(found: dict[str, Any] | None) -> Response:
    if found is not None and "charts" in found:
        found["charts"] = _templates.get_template("charts.html").render(charts=found["charts"])
    return answer(found, 204 if found is None else 200, HEADERS)


def _told(page: Page) -> Page:
    """Return the page, with a refusal said on a page as well; a script gets it as Google's JSON."""

    async def shown(request: Request) -> Response:
        try:
            return await page(request)
        except GoogleError as refused:
            if "json" in request.headers.get("accept", ""):
                raise
            return _page("refusal.html", refused.status, said=refused.body["error"]["message"])

    return shown


@functools.cache
def _asset(name: str) -> bytes:
    return (resources.files(__package__) / "assets" / name).read_bytes()


def _corner(said: Mapping[str, str]) -> tuple[int, int]:
    return _number(said, "row"), _number(said, "column")


def _number(said: Mapping[str, str], name: str) -> int:
    """Return a whole number of the query, 0 where it is none."""
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
