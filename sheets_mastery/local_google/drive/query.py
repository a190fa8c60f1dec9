"""The search language of ``files.list``: ``mimeType = '…' and (name contains 'x' or not trashed = true)``.

Terms and operators as in Google's guide "Search query terms and operators"; ``and`` and ``or`` bind alike and are taken
from left to right, as the guide says. A term that the guide knows and this server does not is a 501.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sheets_mastery.local_google.errors import GoogleError, classic_error, not_implemented

#: Takes a file as ``files.get`` shows it, with all fields.
Test = Callable[[dict[str, Any]], bool]

SYMBOL = re.compile(
    r"""\s*(?:
        (?P<text> ' (?:[^'\\]|\\.)* ' | " (?:[^"\\]|\\.)* " )
      | (?P<word> \w+ )
      | (?P<sign> != | <= | >= | [=<>(){}] )
    )""",
    re.VERBOSE | re.DOTALL,
)
ORDERS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
TIMES = ("modifiedTime", "createdTime")
FLAGS = ("trashed", "starred")
MAPS = ("appProperties", "properties")
#: Term -> the roles whose holders it means; a stronger role counts as the weaker one too.
PEOPLE = {"owners": ("owner",), "writers": ("owner", "writer"), "readers": ("owner", "writer", "commenter", "reader")}
UNSPOKEN = (
    "fullText", "viewedByMeTime", "sharedWithMe", "visibility", "labels", "shortcutDetails", "memberCount",
    "organizerCount", "hidden",
)  # fmt: skip


def parse(query: str) -> Test:
    """Return the test that a query means. Google's 400 when it cannot be read."""
    reader = _Reader(query)
    test = reader.either()
    if reader.symbol:
        raise _invalid()
    return test


def _invalid() -> GoogleError:
    return classic_error(400, "invalid", "Invalid Value", location="q")


class _Reader:
    """Recursive descent with one symbol of sight: its text, "" at the end, and its group in SYMBOL."""

    def __init__(self, query: str) -> None:
        self.query = query.rstrip()
        self.at = 0
        self.symbol = ""
        self.kind: str | None = None
        self.next()

    def next(self) -> str:
        """Step on, and return what was stepped over."""
        passed = self.symbol
        if self.at == len(self.query):
            self.symbol, self.kind = "", None
            return passed
        found = SYMBOL.match(self.query, self.at)
        if found is None:
            raise _invalid()
        self.at, self.kind = found.end(), found.lastgroup
        self.symbol = found[found.lastgroup or 0]
        return passed

    def expect(self, symbol: str) -> None:
        """Step over a symbol that must be there."""
        if self.next() != symbol:
            raise _invalid()

    def either(self) -> Test:
        """``both (and|or both)*``."""
        test = self.single()
        while self.symbol in ("and", "or"):
            test = _all_or_any(self.next() == "and", test, self.single())
        return test

    def single(self) -> Test:
        """``not x``, ``(x)``, ``value in field``, ``field has {…}`` or ``field operator value``."""
        if self.symbol == "not":
            self.next()
            inner = self.single()
            return lambda file: not inner(file)
        if self.symbol == "(":
            self.next()
            inner = self.either()
            self.expect(")")
            return inner
        if self.kind == "text":
            value = self.value()
            self.expect("in")
            return _contained(value, self.next())
        field, sign = self.next(), self.next()
        if field in UNSPOKEN:
            raise not_implemented(f"the Drive query term {field}")
        if sign == "has":
            return self.entry(field)
        return _compared(field, sign, self.value())

    def entry(self, field: str) -> Test:
        """``{ key='…' and value='…' }``."""
        if field not in MAPS:
            raise _invalid()
        self.expect("{")
        self.expect("key")
        self.expect("=")
        key = self.value()
        self.expect("and")
        self.expect("value")
        self.expect("=")
        value = self.value()
        self.expect("}")
        return lambda file: file.get(field, {}).get(key) == value

    def value(self) -> str:
        """Return a text without its quotes and backslashes, or a bare ``true`` or ``false``."""
        if self.kind == "text":
            return re.sub(r"\\(.)", r"\1", self.next()[1:-1], flags=re.DOTALL)
        if self.symbol in ("true", "false"):
            return self.next()
        raise _invalid()


def _all_or_any(both: bool, one: Test, other: Test) -> Test:  # noqa: FBT001  the word that stood between the two
    if both:
        return lambda file: one(file) and other(file)
    return lambda file: one(file) or other(file)


def _contained(value: str, field: str) -> Test:
    if field == "parents":
        return lambda file: value in file.get("parents", [])
    if field in PEOPLE:
        roles = PEOPLE[field]
        return lambda file: any(
            held["role"] in roles and held.get("emailAddress", "").lower() == value.lower()
            for held in file["permissions"]
        )
    raise _invalid()


def _compared(field: str, sign: str, value: str) -> Test:
    if field in FLAGS and sign in ("=", "!=") and value in ("true", "false"):
        return lambda file: file[field] is ((value == "true") == (sign == "="))
    if field in TIMES and sign in ORDERS:
        moment, order = _moment(value), ORDERS[sign]
        return lambda file: bool(order(_moment(file[field]), moment))
    if field in ("name", "mimeType") and sign == "contains":
        # Google looks for words that begin so in a name, and for the text anywhere in a type
        found = re.compile((r"(?<!\w)" if field == "name" else "") + re.escape(value), re.IGNORECASE)
        return lambda file: found.search(file[field]) is not None
    if field in ("name", "mimeType") and sign in ("=", "!="):
        return lambda file: (file[field] == value) is (sign == "=")
    raise _invalid()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as broken:
        raise _invalid() from broken
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
