"""Alternating colours: the requests of a batchUpdate that band a range, and the colour each cell gets by it."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid
from sheets_mastery.local_google.masks import merged

from .a1 import Box
from .cells import field_mask
from .document import Document, Tab
from .formats import tidied
from .places import area, placed, without_zero

Request = dict[str, Any]

#: A colour of a band -> its strength where rows and columns meet; the least wins, and rows win over columns.
STRENGTHS = {"headerColor": 0, "footerColor": 0, "firstBandColor": 1, "secondBandColor": 2}
OVERLAP = "You cannot add alternating background colors to a range that already has alternating background colors."


def add_banding(document: Document, request: Request) -> Request:
    """``addBanding``: one band pattern a cell."""
    said = request.get("bandedRange", {})
    number = int(said.get("bandedRangeId") or document.number())
    if any(each["bandedRangeId"] == number for tab in document.tabs for each in tab.parts["bandedRanges"]):
        raise Invalid(f"A banded range with id {number} already exists.")
    tab, band = _checked(document, {**said, "bandedRangeId": number})
    tab.parts["bandedRanges"].append(band)
    return {"addBanding": {"bandedRange": without_zero(band)}}


def update_banding(document: Document, request: Request) -> Request:
    """``updateBanding``."""
    said = request.get("bandedRange", {})
    mask = field_mask(request, "BandedRange")
    home, index = _banded(document, said.get("bandedRangeId"))
    old = home.parts["bandedRanges"].pop(index)
    tab, band = _checked(document, {**merged(old, said, mask), "bandedRangeId": old["bandedRangeId"]})
    tab.parts["bandedRanges"].insert(index if tab is home else len(tab.parts["bandedRanges"]), band)
    return {}


def delete_banding(document: Document, request: Request) -> Request:
    """``deleteBanding``."""
    tab, index = _banded(document, request.get("bandedRangeId"))
    del tab.parts["bandedRanges"][index]
    return {}


def _banded(document: Document, banded_range_id: Any) -> tuple[Tab, int]:
    for tab in document.tabs:
        for index, band in enumerate(tab.parts["bandedRanges"]):
            if band["bandedRangeId"] == int(banded_range_id or 0):
                return tab, index
    raise Invalid(f"No banded range with id: {banded_range_id}")


def _checked(document: Document, said: Request) -> tuple[Tab, Request]:
    tab, box = area(document, said.get("range"))
    if not said.get("rowProperties") and not said.get("columnProperties"):
        raise Invalid("At least one of rowProperties and columnProperties must be set.")
    if any(not tab.box(each["range"]).meets(box).empty for each in tab.parts["bandedRanges"]):
        raise Invalid(OVERLAP)
    return tab, tidied({**said, "range": placed(document, said["range"])})


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
