"""The requests of a batchUpdate that name, protect and filter ranges."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid
from sheets_mastery.local_google.masks import merged

from .cells import field_mask
from .document import Document, Tab
from .places import area, guard, placed, tab_of, without_zero
from .view import shown_protection

Request = dict[str, Any]


def add_named_range(document: Document, request: Request) -> Request:
    """``addNamedRange``."""
    said = request.get("namedRange", {})
    if "name" not in said or "range" not in said:
        raise Invalid("A named range needs a name and a range.")
    if any(each["name"].casefold() == said["name"].casefold() for each in document.named_ranges):
        raise Invalid(f'The name "{said["name"]}" already exists.')
    named = {
        "namedRangeId": said.get("namedRangeId") or str(document.number()),
        "name": said["name"],
        "range": placed(document, said["range"]),
    }
    document.named_ranges.append(named)
    return {"addNamedRange": {"namedRange": without_zero(named)}}


def _named(document: Document, named_range_id: str | None) -> int:
    for index, named in enumerate(document.named_ranges):
        if named["namedRangeId"] == named_range_id:
            return index
    raise Invalid(f"No named range with id: {named_range_id}")


def update_named_range(document: Document, request: Request) -> Request:
    """``updateNamedRange``."""
    said = request.get("namedRange", {})
    mask = field_mask(request, "NamedRange")
    index = _named(document, said.get("namedRangeId"))
    new = merged(document.named_ranges[index], said, mask)
    document.named_ranges[index] = {**new, "range": placed(document, new["range"])}
    return {}


def delete_named_range(document: Document, request: Request) -> Request:
    """``deleteNamedRange``."""
    del document.named_ranges[_named(document, request.get("namedRangeId"))]
    return {}


def add_protected_range(document: Document, request: Request) -> Request:
    """``addProtectedRange``."""
    said = {name: value for name, value in request.get("protectedRange", {}).items() if name != "requestingUserCanEdit"}
    if ("range" in said) + ("namedRangeId" in said) != 1:
        raise Invalid("Exactly one of range and namedRangeId must be set.")
    if "range" in said:
        tab = tab_of(document, said["range"].get("sheetId"))
        said["range"] = placed(document, said["range"])
    else:
        tab = tab_of(document, document.named_ranges[_named(document, said["namedRangeId"])]["range"].get("sheetId"))
    said = {"protectedRangeId": int(said.pop("protectedRangeId", 0)) or document.number(), **said}
    said = {name: value for name, value in said.items() if value is not False}
    said["editors"] = {name: value for name, value in said.get("editors", {}).items() if value}
    tab.parts["protectedRanges"].append(said)
    return {"addProtectedRange": {"protectedRange": shown_protection(document, said, fresh=True)}}


def _protected(document: Document, protected_range_id: Any) -> tuple[Tab, int]:
    for tab in document.tabs:
        for index, protected in enumerate(tab.parts["protectedRanges"]):
            if protected["protectedRangeId"] == int(protected_range_id or 0):
                if document.protected_against_us and not protected.get("warningOnly"):
                    guard(document, tab, tab.box(protected.get("range", {})))
                return tab, index
    raise Invalid(f"No protected range with id: {protected_range_id}")


def update_protected_range(document: Document, request: Request) -> Request:
    """``updateProtectedRange``."""
    said = request.get("protectedRange", {})
    mask = field_mask(request, "ProtectedRange")
    tab, index = _protected(document, said.get("protectedRangeId"))
    new = merged(tab.parts["protectedRanges"][index], said, mask)
    tab.parts["protectedRanges"][index] = {name: value for name, value in new.items() if value or name == "editors"}
    return {}


def delete_protected_range(document: Document, request: Request) -> Request:
    """``deleteProtectedRange``."""
    tab, index = _protected(document, request.get("protectedRangeId"))
    del tab.parts["protectedRanges"][index]
    return {}


def set_basic_filter(document: Document, request: Request) -> Request:
    """``setBasicFilter``: kept, with the bounds that it leaves open taken from the grid; rows are not hidden by it."""
    said = request.get("filter", {})
    tab, box = area(document, said.get("range"))
    tab.basic_filter = {**said, "range": box.grid_range(tab.id)}
    return {}


def clear_basic_filter(document: Document, request: Request) -> Request:
    """``clearBasicFilter``."""
    tab_of(document, request.get("sheetId")).basic_filter = None
    return {}
