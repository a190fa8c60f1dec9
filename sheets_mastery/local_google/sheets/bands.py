"""Alternating colours: the colour that each cell gets by the bands of its tab."""

from __future__ import annotations

from typing import Any

from .a1 import Box
from .document import Tab

Request = dict[str, Any]

#: A colour of a band -> its strength where rows and columns meet; the least wins, and rows win over columns.
STRENGTHS = {"headerColor": 0, "footerColor": 0, "firstBandColor": 1, "secondBandColor": 2}


def fills(tab: Tab, box: Box) -> dict[tuple[int, int], Request]:
    """Return the colours (``{"backgroundColor", "backgroundColorStyle"}``) that bands give to the cells of a box."""
    found: dict[tuple[int, int], Request] = {}
    for band in tab.parts["bandedRanges"]:
        whole = tab.box(band["range"])
        part = whole.meets(box)
        rows = _colours(band.get("rowProperties"), whole.top, whole.bottom)
        columns = _colours(band.get("columnProperties"), whole.left, whole.right)
        for row in range(part.top, part.bottom):
            for column in range(part.left, part.right):
                strongest = min(rows[row - whole.top], columns[column - whole.left], key=lambda each: each[0])
                if strongest[1]:
                    found[row, column] = strongest[1]
    return found


def _colours(said: Request | None, start: int, end: int) -> list[tuple[int, Request]]:
    """Return for each line of a band how strong its colour is, and the colour; (3, {}) for none."""
    said = said or {}
    looks = {
        name: {"backgroundColor": said[name], "backgroundColorStyle": said[name + "Style"]}
        for name in STRENGTHS
        if name in said
    }
    headed, footed = int("headerColor" in said), int("footerColor" in said)
    lines = []
    for line in range(end - start):
        name = "firstBandColor" if (line - headed) % 2 == 0 else "secondBandColor"
        if headed and line == 0:
            name = "headerColor"
        elif footed and line == end - start - 1:
            name = "footerColor"
        lines.append((STRENGTHS[name], looks[name]) if name in looks else (3, {}))
    return lines
