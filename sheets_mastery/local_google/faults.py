"""Faults on order: scripted, counted, and told about; never triggered by a magic name."""

from __future__ import annotations

import re
from typing import Any

from .errors import error, invalid_argument

KEYS = {"method", "path", "regex", "status", "body", "headers", "cut", "delay_ms", "times"}


class Fault:
    """One scripted fault, for the next ``times`` requests that it fits.

    ``method`` and ``path`` (a prefix of the path with query) or ``regex`` (searched in it) say which requests; then
    either ``status`` and ``body`` (an answer in place of the real one, nothing done), ``cut`` ("before" or "after" the
    effect: the connection ends without an answer), or neither; ``delay_ms`` waits first and may stand alone.
    """

    def __init__(self, said: Any) -> None:
        if not isinstance(said, dict) or not set(said) <= KEYS or said.get("cut") not in (None, "before", "after"):
            raise invalid_argument(f"A fault is an object with some of {sorted(KEYS)}; cut is before or after.")
        if not {"status", "cut", "delay_ms"} & set(said):
            raise invalid_argument("A fault needs a status, a cut or a delay_ms.")
        self.said: dict[str, Any] = said
        self.left: int = said.get("times", 1)
        self.status: int | None = said.get("status")
        self.body: Any = said.get("body")
        self.headers: dict[str, str] = said.get("headers", {})
        self.cut: str | None = said.get("cut")
        self.delay: float = said.get("delay_ms", 0) / 1000
        if self.status is not None and self.body is None:
            self.body = error(self.status, "The service is currently unavailable.").body
        self._where = re.compile(said.get("regex") or re.escape(said.get("path", "/")))
        self._find = self._where.search if said.get("regex") else self._where.match

    def fits(self, method: str, target: str) -> bool:
        """Tell whether the fault is meant for this request and has not run out."""
        return self.left > 0 and self.said.get("method", method) == method and self._find(target) is not None

    def told(self) -> dict[str, Any]:
        """Return what ``GET /_local/faults`` says of it: the order, and how often it is still due."""
        return {**self.said, "left": self.left}


class Faults:
    """All faults on order, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, said: Any) -> None:
        """Put in one fault or a list of them; an empty list forgets all."""
        if said == []:
            self._faults.clear()
        self._faults += [Fault(one) for one in (said if isinstance(said, list) else [said])]

    def take(self, method: str, target: str) -> Fault | None:
        """Return the first fault that fits and count it off."""
        for fault in self._faults:
            if fault.fits(method, target):
                fault.left -= 1
                return fault
        return None

    def told(self) -> list[dict[str, Any]]:
        """Return every order with what is left of it."""
        return [fault.told() for fault in self._faults]
