"""Cell formats: as Google tidies them when they are set, and as a cell shows them in the end."""

from __future__ import annotations

import functools
import struct
from typing import Any

import orjson

from sheets_mastery.local_google.errors import Invalid
from sheets_mastery.local_google.masks import Mask, read, unknown_fields

from .defaults import DEFAULT_FORMAT

#: What a conditional format may set (ConditionalFormatRule.format in the API's reference).
RULE_FIELDS = {"backgroundColor", "backgroundColorStyle", "textFormat"}
RULE_TEXT_FIELDS = {"bold", "italic", "strikethrough", "foregroundColor", "foregroundColorStyle", "underline"}
#: Where colours sit: every one of them has a twin with ``Style`` behind its name, and Google answers with both.
COLOURS = (
    "backgroundColor", "foregroundColor", "color", "tabColor",
    "headerColor", "firstBandColor", "secondBandColor", "footerColor",
)  # fmt: skip

MANY_FIELDS = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


def tidied(value: Any) -> Any:
    """Return a format as Google keeps it: colours in 8 bits, without zeros, and each beside its ``…Style`` twin."""
    if isinstance(value, list):
        return [tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: inner if name in COLOURS else tidied(inner) for name, inner in value.items() if inner is not None}
    for name in COLOURS:
        style = value.get(name + "Style") or {}
        if "rgbColor" in style:  # where both are given the style wins
            result[name] = colour(style["rgbColor"])
            result[name + "Style"] = {"rgbColor": result[name]}
        elif "themeColor" not in style and value.get(name) is not None:
            result[name] = colour(value[name])
            result[name + "Style"] = {"rgbColor": result[name]}
    return result


def colour(value: dict[str, float]) -> dict[str, float]:
    """Return a colour rounded to 8 bits a channel and printed as a float32; a channel of 0 is left out."""
    return {
        name: _channel(round(float(value[name]) * 255))
        for name in ("red", "green", "blue")
        if round(float(value.get(name) or 0) * 255)
    }


@functools.cache
def _channel(level: int) -> float:
    if level >= 255:
        return 1
    packed = struct.pack("f", level / 255)
    exact = struct.unpack("f", packed)[0]
    return next(
        short
        for short in (float(f"{exact:.{digits}g}") for digits in range(1, 10))
        if struct.pack("f", short) == packed
    )


def effective(entered: dict[str, Any] | None, matching: tuple[dict[str, Any], ...], alignment: str) -> dict[str, Any]:
    """Return a cell's effectiveFormat: Google's defaults, under what was entered, under the rules that match.

    ``matching`` are the formats of the matching rules, the first rule's first: it wins where two say different things.
    ``alignment`` is what the kind of value calls for.
    """
    key = orjson.dumps((entered, matching, alignment), option=orjson.OPT_SORT_KEYS)
    return _effective(key)


@functools.lru_cache(maxsize=4096)
def _effective(key: bytes) -> dict[str, Any]:
    entered, matching, alignment = orjson.loads(key)
    result = over(
        {**DEFAULT_FORMAT, "horizontalAlignment": alignment, "hyperlinkDisplayType": "PLAIN_TEXT"}, entered or {}
    )
    for rule_format in reversed(matching):
        result = over(result, rule_format)
    return result


def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return ``below`` with what ``above`` says put over it; a colour replaces a colour as a whole."""
    result = dict(below)
    for name, value in above.items():
        nested = isinstance(value, dict) and isinstance(below.get(name), dict)
        whole = not nested or name in COLOURS or name.endswith("Style") or name == "numberFormat"
        result[name] = value if whole else over(below[name], value)
    return result


def field_mask(request: dict[str, Any], schema: str) -> dict[str, Any]:
    """Read the ``fields`` of a request over a schema. Refuses none at all, and one that the schema does not know."""
    if not request.get("fields"):
        raise Invalid(MANY_FIELDS)
    mask = read(request["fields"])
    unknown = request["fields"] if mask is None else next(unknown_fields(mask, schema), None)
    if mask is None or unknown is not None:
        raise Invalid(f"Invalid field: {unknown}")
    return _with_twins(mask)


def _with_twins(mask: Mask) -> dict[str, Any]:
    """Return a mask in which a colour's ``…Style`` goes with the colour, and the other way round."""
    result = {name: None if inner is None else _with_twins(inner) for name, inner in (mask or {}).items()}
    for name in COLOURS:
        for one, other in ((name, name + "Style"), (name + "Style", name)):
            if one in result:
                result.setdefault(other, None)
    return result
