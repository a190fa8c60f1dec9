"""Data filters: cells and developer metadata found by a range, or by what metadata says of them."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid

from .a1 import Box
from .document import Document, Tab
from .places import area, locate, tab_of

Request = dict[str, Any]
Region = list[tuple[Tab, Box]]

#: What of a lookup has to be equal to what a piece of metadata says.
PLAIN = ("metadataId", "metadataKey", "metadataValue", "visibility")


def regions(document: Document, data_filter: Request) -> Region:
    """Return the cells that a ``DataFilter`` selects: tabs, each with a box. Refuses a filter that says nothing."""
    if data_filter.get("a1Range"):
        return [locate(document, data_filter["a1Range"], whole=True)]
    if "gridRange" in data_filter:
        return [area(document, data_filter["gridRange"])]
    return [place for item in metadata(document, data_filter) for place in _region(document, item["location"])]


def metadata(document: Document, data_filter: Request) -> list[Request]:
    """Return the developer metadata that a ``DataFilter`` selects.

    A lookup selects by id, key, value, visibility and place; a range selects what touches it.
    """
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is None:
        if not data_filter.get("a1Range") and "gridRange" not in data_filter:
            raise Invalid("A data filter needs an a1Range, a gridRange or a developerMetadataLookup.")
        place = regions(document, data_filter)
        return [item for item in document.metadata if _touch(_region(document, item["location"]), place)]
    found = [
        item
        for item in document.metadata
        if all(item.get(name) == lookup[name] for name in PLAIN if name in lookup)
        and lookup.get("locationType", item["location"]["locationType"]) == item["location"]["locationType"]
    ]
    where = lookup.get("metadataLocation")
    if where is None:
        return found
    place = _region(document, where)
    if lookup.get("locationMatchingStrategy") == "EXACT_LOCATION":
        return [item for item in found if _region(document, item["location"]) == place]
    return [item for item in found if _touch(_region(document, item["location"]), place)]


def _region(document: Document, location: Request) -> Region:
    """Return the cells of a ``DeveloperMetadataLocation``: all, a tab's, a row's or a column's."""
    if "dimensionRange" in location:
        span = location["dimensionRange"]
        axis = "Row" if span.get("dimension") == "ROWS" else "Column"
        bounds = {f"{end}{axis}Index": span[f"{end}Index"] for end in ("start", "end") if f"{end}Index" in span}
        return [area(document, {"sheetId": span.get("sheetId"), **bounds})]
    tabs = [tab_of(document, location["sheetId"])] if "sheetId" in location else document.tabs
    return [(tab, tab.grid) for tab in tabs]


def _touch(one: Region, other: Region) -> bool:
    return any(tab is there and not box.meets(place).empty for tab, box in one for there, place in other)
