"""Google's own description of its APIs, as a judge: every request and every response is held against it.

The discovery documents ship inside google-api-python-client (``googleapiclient.discovery_cache``). They say which paths
exist, which query parameters and which fields, and of what type. A request that breaks them gets the 400 that Google
gives; a response of ours that breaks them is a fault of this server and is said so.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from googleapiclient.discovery_cache import get_static_doc

from .answers import read_json
from .errors import invalid_argument

#: Takes a value and its path, yields (path, complaint) pairs.
Check = Callable[[Any, str], Iterator[tuple[str, str]]]

#: Where gspread still sends what it imports; the only address of Drive v2 that is answered.
GSPREADS_UPLOAD = "/upload/drive/v2/files/"
APIS = (("sheets", "v4"), ("drive", "v3"), ("gmail", "v1"))
TYPE_URL = "type.googleapis.com/google.apps.{package}.{name}"
#: Drive overlooks names that it does not know (recorded: ``files.get`` with ``includeItemsFromAllDrives``, a parameter
#: of ``files.list``). Whoever serves it decides what may be overlooked in a body.
OVERLOOKS_UNKNOWN_NAMES = {"drive"}
#: How Google names the body of a request in its complaints, where it is not the message itself.
BODY_NAMES = {
    "sheets.spreadsheets.create": "spreadsheet",
    "sheets.spreadsheets.values.update": "data",
    "sheets.spreadsheets.values.append": "data",
}


class Method:
    """One method of one API: how to find it, and what its request and response may hold."""

    def __init__(self, api: Api, description: dict[str, Any]) -> None:
        self.id: str = description["id"]
        self.http_method: str = description["httpMethod"]
        self.api = api
        #: The scopes any one of which opens it, as full addresses.
        self.scopes: list[str] = description.get("scopes", [])
        path = api.service_path + description.get("flatPath", description["path"])
        # what takes a file's content has a second address for that
        start = "(?:/upload)?/" if description.get("supportsMediaUpload") else "/"
        self.pattern = re.compile(start + re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
        #: How much of the path is fixed text: the more, the better a match.
        self.literal = len(re.sub(r"\{\w+\}", "", path))
        self._parameters = api.parameters | {
            name: about for name, about in description.get("parameters", {}).items() if about["location"] == "query"
        }
        #: The schemas of its request and its response.
        self.request: str | None = description.get("request", {}).get("$ref")
        self.response: str | None = description.get("response", {}).get("$ref")

    def parts(self, path: str) -> dict[str, str]:
        """Return what a raw path says in the places that the description names."""
        found = self.pattern.match(_plain(path))
        return found.groupdict() if found else {}

    def check_query(self, query: list[tuple[str, str]]) -> None:
        """Raise Google's 400 for an unknown parameter or one outside its enum."""
        said = []
        for name, value in query:
            about = self._parameters.get(name)
            if about is None:
                if self.api.name in OVERLOOKS_UNKNOWN_NAMES:
                    continue
                said.append(
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                    f"Field '{name}' could not be found in request message."
                )
            elif "enum" in about and value not in about["enum"]:
                said.append(f"Invalid value at '{_snake(name)}' (TYPE_ENUM), \"{value}\"")
        if said:
            raise invalid_argument("\n".join(said), violations=[("", sentence) for sentence in said])

    def check_request(self, body: bytes) -> None:
        """Raise Google's 400 for a body that is no JSON, or has fields or types that the method does not know."""
        if self.request is None or not body:
            return
        value = read_json(body)
        root = BODY_NAMES.get(self.id, "")
        found = list(self.api.checker(self.request)(value, root))[:50]
        self.api.seen.clear()
        if self.api.name in OVERLOOKS_UNKNOWN_NAMES:
            found = [one for one in found if "Unknown name" not in one[1]]
        if found:
            raise invalid_argument("\n".join(said for _, said in found), violations=found)

    def complaints(self, value: Any) -> list[str]:
        """Return what a response says that the document does not know."""
        if self.response is None:
            return [] if value is None else ["a body where none is described"]
        self.api.seen.clear()
        found = [f"{path}: {said}" for path, said in self.api.checker(self.response)(value, "")]
        self.api.seen.clear()
        return found


class Api:
    """One discovery document: its methods and a checker for each of its schemas."""

    def __init__(self, name: str, version: str) -> None:
        document = orjson.loads(get_static_doc(name, version))
        self.name = name
        self.service_path: str = document["servicePath"]
        self.parameters: dict[str, Any] = document["parameters"]
        self._package = f"{name}.{version}"
        self.schemas: dict[str, Any] = document["schemas"]
        self._checkers: dict[str, Check] = {}
        #: The objects of a response that were looked at: many cells of a large one are the same object.
        self.seen: set[int] = set()
        self.methods = [Method(self, description) for description in _methods(document)]

    def checker(self, schema: str) -> Check:
        """Return the check for a named schema, built the first time it is asked for."""
        if schema not in self._checkers:
            self._checkers[schema] = self._object(
                self.schemas[schema], TYPE_URL.format(package=self._package, name=schema)
            )
        return self._checkers[schema]

    def _object(self, schema: dict[str, Any], type_url: str) -> Check:
        properties = schema.get("properties", {})
        extra = schema.get("additionalProperties")
        checks: dict[str, Check] = {}
        built = False

        def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
            nonlocal built
            if not built:  # schemas refer to themselves, so a check is built when it is first needed
                checks.update({name: self._of(about) for name, about in properties.items()})
                built = True
            if not isinstance(value, dict):
                if value is not None:
                    yield _wrong(path, type_url, value)
                return
            for name, inner in value.items():
                known = checks.get(name)
                if known is not None:
                    yield from known(inner, f"{path}.{name}" if path else name)
                elif extra is None:
                    where = f" at '{path}'" if path else ""
                    yield path, f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'

        return check

    def _of(self, about: dict[str, Any]) -> Check:
        if "$ref" in about:
            name = about["$ref"]
            return lambda value, path: self.checker(name)(value, path)  # noqa: PLW0108  schemas refer to themselves: look up late
        kind = about["type"]
        if kind == "array":
            return self._array(self._of(about["items"]), about["items"].get("type") == "any")
        if kind == "object":
            return self._object(about, "type.googleapis.com/google.protobuf.Struct")
        if "enum" in about:
            return _enum(frozenset(about["enum"]))
        return SCALARS[about.get("format", kind) if about.get("format") in SCALARS else kind]

    def _array(self, item: Check, plain: bool) -> Check:  # noqa: FBT001  a property of the schema, not a switch
        def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
            if value is None:
                return
            if not isinstance(value, list):
                # proto3 JSON takes one message for a list of one; a bare word in a list's place it refuses
                yield _wrong(path, "type.googleapis.com/google.protobuf.ListValue", value)
                return
            for index, inner in enumerate([] if plain else value):
                if id(inner) not in self.seen:
                    yield from item(inner, f"{path}[{index}]")
                    self.seen.add(id(inner))

        return check


def _scalar(name: str, fits: Callable[[Any], bool]) -> Check:
    def check(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if value is not None and not fits(value):
            yield _wrong(path, name, value)

    return check


def _enum(names: frozenset[str]) -> Check:
    return _scalar("TYPE_ENUM", lambda value: isinstance(value, str) and value in names)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):  # proto3 JSON takes a number in quotes
        return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?|NaN|-?Infinity", value) is not None
    return isinstance(value, int | float)


def _is_bytes(value: Any) -> bool:
    try:
        base64.b64decode(value, altchars=b"-_", validate=True) if len(value) % 4 == 0 else base64.urlsafe_b64decode(
            value + "=="
        )
    except (TypeError, ValueError, binascii.Error):
        return False
    return True


SCALARS: dict[str, Check] = {
    "any": lambda _value, _path: iter(()),
    "string": _scalar("TYPE_STRING", lambda value: isinstance(value, str)),
    "boolean": _scalar("TYPE_BOOL", lambda value: isinstance(value, bool) or value in ("true", "false")),
    "integer": _scalar("TYPE_INT32", lambda value: _is_number(value) and float(value).is_integer()),
    "number": _scalar("TYPE_DOUBLE", _is_number),
    "int64": _scalar("TYPE_INT64", lambda value: _is_number(value) and float(value).is_integer()),
    "uint64": _scalar("TYPE_UINT64", lambda value: _is_number(value) and float(value) >= 0),
    "byte": _scalar("TYPE_BYTES", _is_bytes),
}


def _wrong(path: str, type_name: str, value: Any) -> tuple[str, str]:
    shown = f'"{value}"' if isinstance(value, str) else orjson.dumps(value).decode()
    return path, f"Invalid value at '{path}' ({type_name}), {shown}"


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "_" + found.group().lower(), name)


def _methods(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from part.get("methods", {}).values()
    for inner in part.get("resources", {}).values():
        yield from _methods(inner)


@functools.cache
def apis() -> tuple[Api, ...]:
    """Return the three APIs, read once per process."""
    return tuple(Api(name, version) for name, version in APIS)


def find_method(http_method: str, path: str) -> Method | None:
    """Return the method that a request means, or None where Google describes none.

    ``path`` is the raw path, so that a quoted ``/`` or ``:`` in a range does not count as punctuation.
    """
    if http_method == "PUT" and path.startswith(GSPREADS_UPLOAD):  # Drive v2's way to replace a file's content
        http_method = "PATCH"
    found = [
        method
        for api in apis()
        for method in api.methods
        if method.http_method == http_method and method.pattern.match(_plain(path))
    ]
    # `{spreadsheetId}` also matches `ID:batchUpdate`: the most literal pattern is the one that is meant
    return max(found, key=lambda method: method.literal, default=None)


def _plain(path: str) -> str:
    return path.replace("/v2/", "/v3/", 1) if path.startswith(GSPREADS_UPLOAD) else path
