"""JSON, in and out."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from .errors import invalid_argument

JSON = "application/json; charset=UTF-8"


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer; None is an empty body."""
    body = b"" if value is None else orjson.dumps(value)
    return Response(body, status, headers, JSON)


def read_json(content: bytes) -> Any:
    """Return a body's JSON; an empty body says nothing, which is an object too. Google's 400 for what is no JSON."""
    try:
        return orjson.loads(content) if content else {}
    except orjson.JSONDecodeError as broken:
        raise invalid_argument(f"Invalid JSON payload received. {broken}") from broken
