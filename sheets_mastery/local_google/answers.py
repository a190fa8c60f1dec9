"""JSON answers, whole or in the part that ``fields`` asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from .errors import classic_error

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/json; charset=UTF-8"

#: What a mask picks: field name -> what to pick inside it; an empty one picks everything.
Selection = dict[str, "Selection"]


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer; None is an empty body."""
    body = b"" if value is None else orjson.dumps(value)
    return Response(body, status, headers, JSON)


def selection(fields: str) -> Selection:
    """Read a mask such as ``kind,files(id,owners/emailAddress)``. Google's 400 for one that is none."""
    marks = iter([*re.findall(r"[\w*-]+|[^\w\s*-]", fields), ""])
    picked, end = _picked(marks, fields)
    if end:
        raise _invalid(fields)
    return picked


def select(value: Any, picked: Selection) -> Any:
    """Return the part of a JSON value that a selection picks; lists are picked from item by item."""
    if isinstance(value, list):
        return [select(item, picked) for item in value]
    if not isinstance(value, dict) or not picked:
        return value
    chosen = {name: picked.get(name, picked.get("*")) for name in value}
    return {name: select(inner, chosen[name] or {}) for name, inner in value.items() if chosen[name] is not None}


def _picked(marks: Iterator[str], fields: str) -> tuple[Selection, str]:
    """Read comma-separated paths up to a closing bracket or the end; return them and the mark that ended them."""
    picked: Selection = {}
    mark = ","
    while mark == ",":
        inner = picked
        mark = "/"
        while mark == "/":
            name = next(marks)
            if not re.fullmatch(r"[\w*-]+", name):
                raise _invalid(fields)
            inner = inner.setdefault(name, {})
            mark = next(marks)
        if mark == "(":
            within, mark = _picked(marks, fields)
            if mark != ")":
                raise _invalid(fields)
            inner |= within
            mark = next(marks)
    return picked, mark


def _invalid(fields: str) -> Exception:
    return classic_error(400, "invalidParameter", f"Invalid field selection {fields}", location="fields")
