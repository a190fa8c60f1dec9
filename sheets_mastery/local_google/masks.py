"""Field masks: ``sheets(properties(sheetId,title),data/rowData)`` and the like, read, checked and applied."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from .discovery import apis
from .errors import invalid_argument

#: What of a message is meant: a field's name to what of it is meant, or None for all of it.
Mask = dict[str, Any] | None

TOKEN = re.compile(r"\s*([A-Za-z_*][\w*]*|[,()./])")


def query_mask(text: str | None, schema: str) -> Mask:
    """Read the ``fields`` of a query. A field that the schema does not know is Google's 400."""
    if not text or text == "*":
        return None
    mask = read(text)
    unknown = None if mask is None else next(unknown_fields(mask, schema), None)
    if mask is None or unknown is not None:
        path = unknown or text
        said = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
        raise invalid_argument("Request contains an invalid argument.", violations=[(path, said)])
    return mask


def read(text: str) -> Mask:
    """Read a mask, or None where it cannot be read. ``{"*": None}`` stands for all fields."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    try:
        mask, rest = _group(tokens)
    except (IndexError, ValueError):
        return None
    return None if rest else mask


def _tokens(text: str) -> tuple[str, ...] | None:
    tokens = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            return None
        tokens.append(found[1])
        at = found.end()
    return tuple(tokens)


def _group(tokens: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    mask: dict[str, Any] = {}
    while True:
        path = [tokens[0]]
        tokens = tokens[1:]
        while tokens and tokens[0] in "./":
            path.append(tokens[1])
            tokens = tokens[2:]
        if any(name in "(),./" for name in path):
            raise ValueError(path)
        inner: Mask = None
        if tokens and tokens[0] == "(":
            inner, tokens = _group(tokens[1:])
            if tokens[0] != ")":
                raise ValueError(tokens)
            tokens = tokens[1:]
        for name in reversed(path):
            inner = {name: inner}
        mask = _joined(mask, inner)
        if not tokens or tokens[0] != ",":
            return mask, tokens
        tokens = tokens[1:]


def _joined(one: dict[str, Any], other: Any) -> dict[str, Any]:
    joined = dict(one)
    for name, inner in other.items():
        known = name in joined
        joined[name] = _joined(joined[name], inner) if known and joined[name] and inner else inner
        if known and (one[name] is None or inner is None):
            joined[name] = None
    return joined


def unknown_fields(mask: dict[str, Any], schema: str, api: str = "sheets") -> Iterator[str]:
    """Yield the paths of a mask that a schema of an API's document does not have."""
    for name, inner in mask.items():
        if name == "*":
            continue
        known, of = field_type(schema, name, api)
        if not known:
            yield name
        elif inner is not None and of != "*":
            for path in unknown_fields(inner, of, api) if of else inner:
                yield f"{name}.{path}"


@functools.cache
def field_type(schema: str, name: str, api: str) -> tuple[bool, str]:
    """Return whether the schema has the field, and the schema of what is in it: "" for a plain value, * for any."""
    schemas = next(each for each in apis() if each.name == api).schemas
    about = schemas.get(schema, {}).get("properties", {}).get(name)
    if about is None:
        return False, ""
    about = about.get("items", about)
    return True, "*" if "additionalProperties" in about else about.get("$ref", "")


def wants(mask: Mask, *path: str) -> bool:
    """Tell whether a mask asks for a field, or for something in it."""
    for name in path:
        if mask is None or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def inside(mask: Mask, *path: str) -> Mask:
    """Return the part of a mask that holds for a field which it asks for."""
    for name in path:
        if mask is None or ("*" in mask and name not in mask):
            return None
        mask = mask[name]
    return mask


def masked(value: Any, mask: Mask) -> Any:
    """Return what a mask leaves of a JSON value. A list is masked item by item."""
    if mask is None or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: masked(value[name], inner) for name, inner in mask.items() if name in value}


def merged(old: dict[str, Any], new: dict[str, Any], mask: Mask) -> dict[str, Any]:
    """Return ``old`` with the masked fields as they are in ``new``; a field that ``new`` lacks is cleared."""
    if mask is None or "*" in mask:
        return dict(new)
    result = dict(old)
    for name, inner in mask.items():
        if inner is None or "*" in inner:
            value = new.get(name)  # an empty object stays: black is {}
        else:
            value = merged(old.get(name) or {}, new.get(name) or {}, inner) or None
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result
