"""The header Accept-Language → the languages that somebody reads, the best first (RFC 9110, section 12.5.4)."""

from __future__ import annotations

import re

_RANGE = re.compile(r"([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?")
#: Browsers name three or four; nobody reads more than these.
_MOST = 20


def wanted(accept: str) -> tuple[str, ...]:
    """The language tags in the header, the most wanted first; what is no language, or not wanted, is left out."""
    found = [_RANGE.fullmatch(each.strip()) for each in accept[:1000].split(",")[:_MOST]]
    weighed = [(float(each[2] or 1), each[1]) for each in found if each is not None]
    return tuple(tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0)
