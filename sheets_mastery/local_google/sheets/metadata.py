"""Developer metadata, words for programs on a document, tab, row or column; and the data filters that go by it."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from .a1 import Box
from .document import Document, Tab
from .formats import field_mask
from .places import area, locate, tab_of
from .tabs import existing_lines
from .view import shown_metadata

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
    return [place for item in found_by(document, data_filter) for place in _region(document, item["location"])]


def found_by(document: Document, data_filter: Request) -> list[Request]:
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


def create_metadata(document: Document, request: Request) -> Request:
    """``createDeveloperMetadata``: on the document, a tab, a row or a column."""
    said = request.get("developerMetadata", {})
    if "metadataKey" not in said or said.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise Invalid("Developer metadata needs a metadataKey and a visibility.")
    place = said.get("location", {})
    if "dimensionRange" in place:
        tab, dimension, start, end = existing_lines(document, place, "dimensionRange")
        if end - start != 1:
            raise Invalid("Developer metadata can be put on exactly one row or column.")
        span = {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
        location: Request = {"locationType": dimension[:-1], "dimensionRange": span}
    elif "sheetId" in place:
        location = {"locationType": "SHEET", "sheetId": tab_of(document, place["sheetId"]).id}
    elif place.get("spreadsheet"):
        location = {"locationType": "SPREADSHEET", "spreadsheet": True}
    else:
        raise Invalid("Developer metadata needs a location.")
    number = int(said.get("metadataId") or document.number())
    if any(item["metadataId"] == number for item in document.metadata):
        raise Invalid(f"Developer metadata with id {number} already exists.")
    kept = {name: said[name] for name in ("metadataKey", "metadataValue") if name in said}
    item = {"metadataId": number, **kept, "location": location, "visibility": said["visibility"]}
    document.metadata.append(item)
    return {"createDeveloperMetadata": {"developerMetadata": shown_metadata(item)}}


def update_metadata(document: Document, request: Request) -> Request:
    """``updateDeveloperMetadata``: key, value or visibility of what the filters find."""
    mask = field_mask(request, "DeveloperMetadata")
    if "location" in mask:
        raise not_implemented("updateDeveloperMetadata of a location")
    found = [item for each in request.get("dataFilters", []) for item in found_by(document, each)]
    for item in found:
        item.update(merged(item, request.get("developerMetadata", {}), mask))
    return {"updateDeveloperMetadata": {"developerMetadata": [shown_metadata(item) for item in found]}}


def delete_metadata(document: Document, request: Request) -> Request:
    """``deleteDeveloperMetadata``: what the filter finds; the reply carries it."""
    found = found_by(document, request.get("dataFilter", {}))
    document.metadata = [item for item in document.metadata if item not in found]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": [shown_metadata(item) for item in found]}}
