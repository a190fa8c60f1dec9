"""JSON answers."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

JSON = "application/json; charset=UTF-8"


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer; None is an empty body."""
    body = b"" if value is None else orjson.dumps(value)
    return Response(body, status, headers, JSON)
