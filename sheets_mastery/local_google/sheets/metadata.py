"""The requests of a batchUpdate for developer metadata: words for programs on a document, tab, row or column."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from . import filters
from .cells import field_mask
from .document import Document
from .places import tab_of
from .tabs import existing_lines
from .view import shown_metadata

Request = dict[str, Any]


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
    found = [item for each in request.get("dataFilters", []) for item in filters.metadata(document, each)]
    for item in found:
        item.update(merged(item, request.get("developerMetadata", {}), mask))
    return {"updateDeveloperMetadata": {"developerMetadata": [shown_metadata(item) for item in found]}}


def delete_metadata(document: Document, request: Request) -> Request:
    """``deleteDeveloperMetadata``: what the filter finds; the reply carries it."""
    found = filters.metadata(document, request.get("dataFilter", {}))
    document.metadata = [item for item in document.metadata if item not in found]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": [shown_metadata(item) for item in found]}}
