"""Gmail's search box: ``in:sent to:parent@home.example newer_than:2d "missing work" SMK7Q2``.

Operators as in Google's "Refine searches in Gmail"; those that this server does not know are a 501, where Gmail would
search for them as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sheets_mastery.local_google.errors import not_implemented

from .letter import DESTINATIONS, Letter, words

#: Takes a letter, its labels and when it came into the mailbox.
Test = Callable[[Letter, Collection[str], datetime], bool]

SYMBOL = re.compile(
    r"""\s*(?:
        (?P<group> [(){}] )
      | (?P<minus> - (?=\S) )
      | (?: (?P<operator> [a-z_0-9]+ ) : (?=\S) )? (?: "(?P<phrase> [^"]* )" | (?P<word> [^\s(){}"]+ ) )
    )""",
    re.VERBOSE | re.IGNORECASE,
)
#: Dates are midnight here, wherever the account lives (the guide to filtering messages says so).
DATE_ZONE = ZoneInfo("America/Los_Angeles")
DAYS = {"d": 1, "m": 30, "y": 365}
#: What ``in:``, ``is:`` and ``label:`` call the labels.
PLACES = {
    "draft": "DRAFT",
    "drafts": "DRAFT",
    **{name.lower(): name for name in ("SENT", "INBOX", "TRASH", "SPAM", "STARRED", "IMPORTANT", "UNREAD")},
}
#: Asking for one of these looks into trash and spam too.
ANYWHERE = re.compile(r"\b(?:in|label):(?:anywhere|trash|spam)\b", re.IGNORECASE)


def parse(query: str, account: str, now: datetime) -> Test:
    """Return the test that a query means for an account at a moment. A 501 for an operator that is not spoken."""
    symbols = [found for found in SYMBOL.finditer(query) if found.group().strip()]
    return _Reader(symbols, account, now).all_of(end="")


class _Reader:
    def __init__(self, symbols: list[re.Match[str]], account: str, now: datetime) -> None:
        self.symbols = symbols
        self.account = account
        self.now = now

    def all_of(self, end: str) -> Test:
        """Read terms up to a closing bracket or the end: all of them must hold, in braces and around OR any."""
        groups: list[list[Test]] = []
        joined = False
        while self.symbols and self.symbols[0]["group"] not in (")", "}"):
            if self.symbols[0]["word"] == "OR" and not self.symbols[0]["operator"]:
                self.symbols.pop(0)
                joined = bool(groups)
                continue
            term = self.term()
            if joined or (end == "}" and groups):
                groups[-1].append(term)
            else:
                groups.append([term])
            joined = False
        if self.symbols:
            self.symbols.pop(0)
        return lambda *about: all(any(test(*about) for test in group) for group in groups)

    def term(self) -> Test:
        """Read one word, phrase, operator or group, with or without a minus."""
        symbol = self.symbols.pop(0)
        if symbol["minus"]:
            inner = self.term() if self.symbols else _nothing
            return lambda *about: not inner(*about)
        if symbol["group"]:
            return self.all_of(end=")" if symbol["group"] == "(" else "}")
        value = symbol["phrase"] if symbol["phrase"] is not None else symbol["word"]
        if symbol["operator"] is None:
            if value.endswith(":"):
                raise not_implemented(f"brackets after {value} in a Gmail search")
            return _says(value)
        return self.operator(symbol["operator"].lower(), value)

    def operator(self, name: str, value: str) -> Test:
        """Return the test for ``name:value``."""
        person = self.account if value.lower() == "me" else value
        match name:
            case "from":
                return _mentions(person, "from")
            case "to":
                return _mentions(person, *DESTINATIONS)
            case "cc" | "bcc":
                return _mentions(person, name)
            case "subject":
                return _mentions(value, "subject")
            case "rfc822msgid":
                return lambda letter, *_: letter.header("message-id").strip(" <>") == value.strip("<>")
            case "has" if value == "attachment":
                return lambda letter, *_: letter.has_attachment
            case "is" if value == "read":
                return lambda _letter, labels, _came: "UNREAD" not in labels
            case "in" if value == "anywhere":
                return lambda *_: True
            case "in" | "is" | "label" if value.lower() in PLACES:
                label = PLACES[value.lower()]
                return lambda _letter, labels, _came: label in labels
            case "after" | "newer":
                start = _date(value)
                return lambda _letter, _labels, came: came >= start
            case "before" | "older":
                end = _date(value)
                return lambda _letter, _labels, came: came < end
            case "newer_than":
                since = self.now - _span(value)
                return lambda _letter, _labels, came: came >= since
            case "older_than":
                until = self.now - _span(value)
                return lambda _letter, _labels, came: came < until
            case _:
                raise not_implemented(f"the Gmail search {name}:{value}")


def _nothing(*_about: object) -> bool:
    return False


def _says(phrase: str) -> Test:
    """Look for whole words in a row; `SM-K7` is the two words `sm k7`, as Gmail breaks it up."""
    wanted = words(phrase)
    return lambda letter, *_: any(wanted in line for line in letter.index)


def _mentions(value: str, *headers: str) -> Test:
    wanted = words(value)
    return lambda letter, *_: any(wanted in words(letter.header(name)) for name in headers)


def _span(value: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([dmy])", value)
    if found is None:
        raise not_implemented(f"the span {value} in a Gmail search")
    return timedelta(days=int(found[1]) * DAYS[found[2]])


def _date(value: str) -> datetime:
    if re.fullmatch(r"\d{9,}", value):
        return datetime.fromtimestamp(int(value), tz=UTC)
    found = re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", value)
    if found is None:
        raise not_implemented(f"the date {value} in a Gmail search")
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=DATE_ZONE)
    except ValueError as broken:
        raise not_implemented(f"the date {value} in a Gmail search") from broken
