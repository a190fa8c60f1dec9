"""Where a request means: an A1 text or a GridRange, found in a document or refused as Google refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import Invalid, invalid_argument

from .a1 import Box, Place, letters, parse, quoted, whole_tab
from .document import Document, Tab

PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
    "if you need to edit."
)


def locate(document: Document, text: str, *, whole: bool = False) -> tuple[Tab, Box]:
    """Find what a range in A1 notation, a tab's title or a named range means. 400 when it cannot be read.

    A named range may stand alone or behind its own tab's title.

    A range that begins outside the grid is refused; one that ends outside is cut to the grid, unless ``whole`` is False
    and a caller wants to know (it then compares with ``tab.grid``).
    """
    place = parse(text)
    if place is not None:
        tab = document.tabs[0] if place.title is None else document.tab_titled(place.title)
        if tab is not None:
            return tab, _within(tab, place, cut=whole)
    before, _, name = text.rpartition("!")
    named = next((each for each in document.named_ranges if each["name"].casefold() == name.casefold()), None)
    if named is not None:
        tab = document.tab(named["range"].get("sheetId", 0))
        if tab is not None and (not before or document.tab_titled(whole_tab(before) or "") is tab):
            return tab, tab.box(named["range"])
    title = whole_tab(text)
    tab = None if title is None else document.tab_titled(title)
    if tab is None:
        raise invalid_argument(f"Unable to parse range: {text}")
    return tab, tab.grid


def _within(tab: Tab, place: Place, *, cut: bool) -> Box:
    box = place.within(tab.row_count, tab.column_count)
    if box.top >= tab.row_count or box.left >= tab.column_count:
        raise invalid_argument(beyond(tab, _written(place)))
    return box.meets(tab.grid) if cut else box


def _written(place: Place) -> str:
    first = ("" if place.left is None else letters(place.left)) + ("" if place.top is None else str(place.top + 1))
    last = ("" if place.right is None else letters(place.right - 1)) + (
        "" if place.bottom is None else str(place.bottom)
    )
    return first if last in ("", first) else f"{first}:{last}"


def beyond(tab: Tab, written: str) -> str:
    """Return the sentence for a range that leaves the grid."""
    return (
        f"Range ({quoted(tab.title)}!{written}) exceeds grid limits. "
        f"Max rows: {tab.row_count}, max columns: {tab.column_count}"
    )


def echoed(tab: Tab, box: Box) -> str:
    """Return a range as Google echoes it: the tab's title, in quotes where it needs them, and both corners."""
    return f"{quoted(tab.title)}!{box.a1()}"


def tab_of(document: Document, sheet_id: Any) -> Tab:
    """Return the tab with an id, 0 where none is said."""
    tab = document.tab(int(sheet_id or 0))
    if tab is None:
        raise Invalid(f"No grid with id: {int(sheet_id or 0)}")
    return tab


def area(document: Document, grid_range: dict[str, Any] | None) -> tuple[Tab, Box]:
    """Return a GridRange's tab and box, cut to the grid; refuse one that begins outside it or runs backwards."""
    if grid_range is None:
        raise Invalid("range is required")
    tab = tab_of(document, grid_range.get("sheetId"))
    for start, end in (("startRowIndex", "endRowIndex"), ("startColumnIndex", "endColumnIndex")):
        low, high = grid_range.get(start) or 0, grid_range.get(end)
        if low < 0 or (high is not None and high < low):
            raise Invalid(f"{end} must be greater than or equal to {start}")
    box = tab.box(grid_range)
    top, left = grid_range.get("startRowIndex") or 0, grid_range.get("startColumnIndex") or 0
    if top >= tab.row_count or left >= tab.column_count:
        place = Place(None, top, grid_range.get("endRowIndex"), left, grid_range.get("endColumnIndex"))
        raise Invalid(beyond(tab, _written(place)))
    return tab, box


def may_edit(document: Document, protected: dict[str, Any]) -> bool:
    """Return whether a protected range lets us in.

    The spreadsheet's owner may always edit it, whoever has protected it is among its editors, and one whose editors
    nobody has named is open to all who may write. Who is in a group is not known here.
    """
    if protected.get("warningOnly"):
        return True
    if document.protected_against_us:
        return False
    editors = protected.get("editors")
    if editors is None or editors.get("domainUsersCanEdit") or document.account == document.owner:
        return True
    return document.account in {each.casefold() for each in editors["users"]}


def guard(document: Document, tab: Tab, box: Box) -> None:
    """Refuse a change of cells that a protected range keeps from us."""
    for protected in tab.parts["protectedRanges"]:
        if may_edit(document, protected):
            continue
        place = protected.get("range")
        named = next(
            (each for each in document.named_ranges if each["namedRangeId"] == protected.get("namedRangeId")), None
        )
        place = place or (named or {}).get("range")
        if place is None or tab.box(place).meets(box).empty:
            continue
        free = [tab.box(each) for each in protected.get("unprotectedRanges", [])]
        if not any(each.covers(box) for each in free):
            raise Invalid(PROTECTED)


def with_places(value: Any, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Any:
    """Return a JSON value with every range and cell in it, which is what says its sheetId, as ``change`` makes it.

    What becomes None leaves the list that it is in, and takes the object along whose place it was.
    """
    if isinstance(value, list):
        return [changed for item in value if (changed := with_places(item, change)) is not None]
    if not isinstance(value, dict):
        return value
    if "sheetId" in value:
        return change(value)
    changed = {name: with_places(inner, change) for name, inner in value.items()}
    return None if any(now is None and value[name] is not None for name, now in changed.items()) else changed


def without_zero(value: Any) -> Any:
    """Return something with ranges in it as it is printed: the first tab's ``sheetId`` of 0 is left out."""
    return with_places(value, lambda place: {name: said for name, said in place.items() if name != "sheetId" or said})


def placed(document: Document, said: dict[str, Any]) -> dict[str, Any]:
    """Return a GridRange with its sheetId said; refuse one on a tab that is not there."""
    tab = tab_of(document, said.get("sheetId"))
    return {**said, "sheetId": tab.id}
