"""Partial responses of Drive and Gmail: of an answer, only what ``fields`` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .answers import answer
from .discovery import apis
from .errors import classic_error
from .sheets.masks import masked, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response


def asked_for(fields: str, api: str, schema: str) -> dict[str, Any]:
    """Read the ``fields`` that Drive and Gmail are asked for. Their 400 for a mask, or a field of one, that is none."""
    mask = read(fields)
    schemas = next(one for one in apis() if one.name == api).schemas
    unknown = fields if mask is None else next(_unknown(mask, schemas, schemas[schema]), None)
    if mask is None or unknown is not None:
        raise classic_error(400, "invalidParameter", f"Invalid field selection {unknown}", location="fields")
    return mask


def part(value: Any, mask: dict[str, Any]) -> Response:
    """Answer with the part of a value that a mask picks."""
    return answer(masked(value, mask))


def _unknown(mask: dict[str, Any], schemas: dict[str, Any], about: dict[str, Any]) -> Iterator[str]:
    about = about.get("items", about)
    about = schemas[about["$ref"]] if "$ref" in about else about
    if "additionalProperties" in about:  # a map: its keys are anybody's
        return
    for name, inner in mask.items():
        if name != "*" and name not in about.get("properties", {}):
            yield name
        elif inner is not None and name != "*":
            yield from _unknown(inner, schemas, about["properties"][name])
