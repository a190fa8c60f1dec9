"""Faults on order: scripted, counted, and told about; never triggered by a magic name."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .answers import answer
from .errors import error, invalid_argument

#: What ``delay_ms`` may be besides a plain number: a name, with the two numbers that shape it.
DISTRIBUTIONS: dict[str, Callable[[random.Random, float, float], float]] = {
    "uniform": lambda chance, low, high: chance.uniform(low, high),
    "lognormal": lambda chance, median, sigma: median * chance.lognormvariate(0, sigma),
}


def _is_number(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and said >= 0


def _is_count(said: Any) -> bool:
    return isinstance(said, int) and _is_number(said)


def _are_two(said: Any) -> bool:
    return isinstance(said, list) and len(said) == 2 and all(map(_is_number, said))


def _draw(said: Any) -> Callable[[], float] | None:
    """Return what deals out the milliseconds that ``delay_ms`` means, or None where it means nothing."""
    if _is_number(said):
        return lambda: float(said)
    if not isinstance(said, dict) or not _is_count(said.get("seed", 0)):
        return None
    names = [name for name in said if name != "seed"]
    if len(names) != 1 or names[0] not in DISTRIBUTIONS or not _are_two(said[names[0]]):
        return None
    shape, (one, other) = DISTRIBUTIONS[names[0]], said[names[0]]
    chance = random.Random(said.get("seed"))  # noqa: S311  weather, not a secret
    return lambda: shape(chance, one, other)


#: What each key of an order may hold, and how that is said.
KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "method": (lambda said: isinstance(said, str), "a method"),
    "path": (lambda said: isinstance(said, str), "the beginning of a path with its query"),
    "regex": (lambda said: isinstance(said, str), "what is searched in a path with its query"),
    "times": (lambda said: said is None or _is_count(said), "a number, or null for ever"),
    "status": (lambda said: _is_count(said) and 200 <= said <= 599, "a status"),
    "body": (lambda _said: True, "JSON, or text for a page of HTML"),
    "headers": (lambda said: isinstance(said, dict), "an object"),
    "cut": (lambda said: said in ("before", "after", "within"), "before, after or within"),
    "truncate": (_is_count, "how many bytes of the answer are left"),
    "drip": (lambda said: _are_two(said) and _is_count(said[0]), "[bytes at a time, milliseconds between them]"),
    "delay_ms": (lambda said: _draw(said) is not None, "milliseconds, or one distribution of them"),
}
#: A fault has one of these; a delay may come along with another fault, of its own order or of another.
EFFECTS = {"status", "cut", "truncate", "drip"}


class Fault:
    """One scripted fault, for the next ``times`` requests that it fits (1 if unsaid).

    ``method`` and ``path`` or ``regex`` say which requests. ``status`` with ``body`` and ``headers`` is an answer in
    place of the real one, and nothing is done. ``cut`` ends the connection: ``before`` or ``after`` the effect without
    an answer, ``within`` in the middle of it. ``truncate`` leaves the first bytes of an answer and calls them the
    whole, ``drip`` sends it in pieces. ``delay_ms`` waits first: a number, or ``{"uniform": [low, high]}`` or
    ``{"lognormal": [median, sigma]}``, with a ``seed`` if it shall be the same again.
    """

    def __init__(self, said: Any) -> None:
        if not isinstance(said, dict) or not set(said) <= set(KEYS):
            raise invalid_argument(f"A fault is an object with some of {sorted(KEYS)}.")
        for key, value in said.items():
            fits, what = KEYS[key]
            if not fits(value):
                raise invalid_argument(f"{key} is {what}.")
        if not (EFFECTS | {"delay_ms"}) & set(said):
            raise invalid_argument("A fault needs a status, a cut, a truncate, a drip or a delay_ms.")
        self.said: dict[str, Any] = said
        self.times: int | None = said.get("times", 1)
        self.used = 0
        self.cut: str | None = said.get("cut")
        self.draws = _draw(said["delay_ms"]) if "delay_ms" in said else None
        try:
            self._where = re.compile(said.get("regex") or re.escape(said.get("path", "/")))
        except re.error as wrong:
            raise invalid_argument(f"regex: {wrong}.") from wrong
        self._find = self._where.search if said.get("regex") else self._where.match

    @property
    def left(self) -> int | None:
        """How often it is still due; None for ever."""
        return None if self.times is None else self.times - self.used

    def fits(self, method: str, target: str) -> bool:
        """Tell whether the fault is meant for this request and has not run out."""
        return self.left != 0 and self.said.get("method", method) == method and self._find(target) is not None

    def told(self) -> dict[str, Any]:
        """Return what ``GET /_local/faults`` says of it: the order, and how often it is still due."""
        return {**self.said, "left": self.left}

    def instead(self) -> Response | None:
        """Return the answer that takes the place of the real one, if there is one."""
        status, body, headers = self.said.get("status"), self.said.get("body"), self.said.get("headers")
        if status is None:
            return None
        if isinstance(body, str):
            return HTMLResponse(body, status, headers)
        if body is None:
            body = error(status, "The service is currently unavailable.").body
        return answer(body, status, headers)

    async def deliver(self, response: Response | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Send an answer as whole and as fast as the fault leaves it; None is no answer."""
        if response is None:
            await _cut(scope, receive)
            return
        body = bytes(response.body)[: self.said.get("truncate")]
        response.headers["content-length"] = str(len(body))
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        sent = body[: len(body) // 2] if self.cut == "within" else body
        size, pause = self.said.get("drip", (len(sent), 0))
        for at in range(0, len(sent), max(size, 1)):
            if at and await _gone(receive, pause / 1000):
                return
            await send({"type": "http.response.body", "body": sent[at : at + max(size, 1)], "more_body": True})
        if self.cut == "within":
            await _cut(scope, receive)
        else:
            await send({"type": "http.response.body"})


class Faults:
    """All faults on order, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, said: Any) -> dict[str, Any]:
        """Put in one fault or a list of them; an empty list forgets all."""
        if said == []:
            self._faults.clear()
        self._faults += [Fault(one) for one in (said if isinstance(said, list) else [said])]
        return self.told()

    def take(self, method: str, target: str) -> tuple[Fault | None, float]:
        """Return what goes wrong with a request, and the seconds that it waits first.

        Of the faults that fit, the first that is more than a delay and the first that is only one are counted off.
        """
        fitting = [fault for fault in self._faults if fault.fits(method, target)]
        wrong = next((fault for fault in fitting if EFFECTS & set(fault.said)), None)
        slow = next((fault for fault in fitting if not EFFECTS & set(fault.said)), None)
        delay = 0.0
        for fault in (wrong, slow):
            if fault is not None:
                fault.used += 1
                delay += fault.draws() / 1000 if fault.draws else 0
        return wrong, delay

    def told(self) -> dict[str, Any]:
        """Return every order with what is left of it, and whether each was used as often as it was meant to be."""
        unused = [fault for fault in self._faults if fault.used < (1 if fault.times is None else fault.times)]
        return {"faults": [fault.told() for fault in self._faults], "allUsed": not unused}


async def _cut(scope: Scope, receive: Receive) -> None:
    """Drop the connection without a goodbye."""
    scope["state"]["cut"]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _gone(receive: Receive, seconds: float) -> bool:
    """Wait, and tell whether the client has hung up by then."""
    try:
        async with asyncio.timeout(seconds):
            await receive()
    except TimeoutError:
        return False
    return True
