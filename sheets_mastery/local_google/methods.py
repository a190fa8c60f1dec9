"""One request to one of Google's methods: what it says, taken apart, and its answer, cut to what ``fields`` asks for.

The functions that carry methods out are known by the methods' ids, such as ``drive.files.list``. They take a ``Call``
and return JSON, or None for an empty answer, or a whole response where the answer is no JSON.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.datastructures import QueryParams
from starlette.responses import Response

from .answers import answer, read_json
from .discovery import Method
from .errors import GoogleError, Invalid, classic_error, error, invalid_argument, not_implemented
from .masks import Mask, masked, query_mask, read, unknown_fields
from .oauth import Caller


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a method."""

    method: Method
    caller: Caller
    #: The raw path, and the parts of it that the method's description names.
    target: str
    path: dict[str, str]
    query: QueryParams
    headers: Mapping[str, str]
    content: bytes

    @functools.cached_property
    def mask(self) -> Mask:
        """What ``fields`` asks for. Google's 400 for what the response has not."""
        return _mask(self.method, self.query.get("fields"))

    @property
    def body(self) -> dict[str, Any]:
        """The content as JSON."""
        said: dict[str, Any] = read_json(self.content)
        return said

    def words(self, name: str) -> list[str]:
        """Return a parameter's words, parted by commas."""
        return [word.strip() for word in self.query.get(name, "").split(",") if word.strip()]


#: What carries a method out.
Function = Callable[[Call], Any]


def call_of(method: Method, caller: Caller, path: str, query: str, headers: Mapping[str, str], content: bytes) -> Call:
    """Take a request apart. Google's 400 for what the method does not know, in query or body."""
    method.check_query(parse_qsl(query, keep_blank_values=True))
    if "json" in headers.get("content-type", "json") and not path.startswith("/upload/"):
        method.check_request(content)
    return Call(
        method=method,
        caller=caller,
        target=path,
        path={name: unquote(part) for name, part in method.parts(path).items()},
        query=QueryParams(query),
        headers=headers,
        content=content,
    )


def _mask(method: Method, fields: str | None) -> Mask:
    if method.api.name == "sheets" or not fields or method.response is None:
        return query_mask(fields, method.response or "")
    mask = read(fields)
    unknown = fields if mask is None else next(unknown_fields(mask, method.response, method.api.name), None)
    if unknown is not None:
        said = f"Invalid field selection {unknown.rpartition('.')[2] if mask else unknown}"
        raise classic_error(400, "invalidParameter", said, location="fields")
    return mask


def carried_out(functions: Mapping[str, Function], call: Call) -> Response:
    """Answer a call. 501 for a method without a function, 500 for an answer that Google's description does not know."""
    if call.method.id not in functions:
        raise not_implemented(call.method.id)
    if call.method.http_method != "GET":
        _ = call.mask  # what it cannot answer it does not do
    try:
        value = functions[call.method.id](call)
    except Invalid as wrong:
        raise invalid_argument(str(wrong)) from wrong
    if isinstance(value, Response):
        return value
    if value is not None and call.method.response != "Spreadsheet":  # which is made no larger than its mask
        value = masked(value, call.mask)
    wrong_fields = call.method.complaints(value)
    if wrong_fields:
        raise error(500, f"The local Google answered {call.method.id} with: {'; '.join(wrong_fields[:5])}")
    return answer(value, 204 if value is None else 200)


def refusal(raised: GoogleError) -> Response:
    """Return the answer that an error is."""
    return answer(raised.body, raised.status)
