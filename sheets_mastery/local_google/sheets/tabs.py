"""The requests of a batchUpdate that change tabs, their rows and columns, and the document as a whole."""

from __future__ import annotations

import zoneinfo
from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented
from sheets_mastery.local_google.masks import merged

from .a1 import Box, quoted
from .document import Document, Tab, new_tab
from .formats import field_mask, tidied
from .formulas import Reference, canonical, localized, renamed, rewritten
from .locales import locale
from .places import guard, tab_of, with_places, without_zero
from .structure import AXES, delete_lines, follow_places, insert_lines, move_lines, rewrite_everywhere
from .view import properties

Request = dict[str, Any]

#: What of a tab has a number that is its own: no copy may have the same.
OWN_NUMBERS = {"protectedRanges": "protectedRangeId", "bandedRanges": "bandedRangeId", "charts": "chartId"}


#: Where the groups of lines of a dimension are.
GROUPS = {"ROWS": "rowGroups", "COLUMNS": "columnGroups"}


def add_sheet(document: Document, request: Request) -> Request:
    """``addSheet``."""
    said = tidied(request.get("properties", {}))
    if said.get("sheetType", "GRID") != "GRID":
        raise not_implemented(f"addSheet of type {said['sheetType']}")
    tab = new_tab(said, _free_id(document, said.get("sheetId")))
    grid = tab.properties["gridProperties"]
    tab.properties["gridProperties"] = {name: value for name, value in grid.items() if value}
    tab.properties["title"] = _free_title(document, said.get("title"))
    document.tabs.insert(int(said.get("index", len(document.tabs))), tab)
    return {"addSheet": {"properties": properties(document, tab)}}


def _free_id(document: Document, said: Any) -> int:
    sheet_id = document.number() if said is None else int(said)
    if document.tab(sheet_id) is not None:
        raise Invalid(f"A sheet with id {sheet_id} already exists.")
    return sheet_id


def _free_title(document: Document, title: str | None) -> str:
    if title is None:
        number = len(document.tabs) + 1
        while document.tab_titled(f"Sheet{number}"):
            number += 1
        return f"Sheet{number}"
    if not title or len(title) > 100:
        raise Invalid("The sheet name must be between 1 and 100 characters.")
    if document.tab_titled(title):
        raise Invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    return title


def delete_sheet(document: Document, request: Request) -> Request:
    """``deleteSheet``: formulas that named it say #REF! from now on."""
    tab = tab_of(document, request.get("sheetId"))
    if len([each for each in document.tabs if not each.properties.get("hidden") and each is not tab]) == 0:
        raise Invalid("You can't remove all the visible sheets in a document.")
    guard(document, tab, tab.grid)
    document.tabs.remove(tab)
    folded, decimal = tab.title.casefold(), document.habits.decimal

    def without(ref: Reference) -> Reference | None:
        return None if (ref.title or "").casefold() == folded else ref

    rewrite_everywhere(document, lambda formula: rewritten(formula, without, decimal))
    follow_places(document, lambda place: None if place["sheetId"] == tab.id else place)
    return {}


def duplicate_sheet(document: Document, request: Request) -> Request:
    """``duplicateSheet``: a copy beside or at an index, under a new title and id."""
    source = tab_of(document, request.get("sourceSheetId"))
    sheet_id = _free_id(document, request.get("newSheetId"))
    title = request.get("newSheetName")
    number, plain = 1, f"Copy of {source.title}"
    while title is None and document.tab_titled(plain):
        number += 1
        plain = f"Copy {number} of {source.title}"
    tab = twin(document, source, sheet_id, _free_title(document, plain if title is None else title))
    document.tabs.insert(int(request.get("insertSheetIndex") or 0), tab)
    return {"duplicateSheet": {"properties": properties(document, tab)}}


def twin(document: Document, source: Tab, sheet_id: int, title: str) -> Tab:
    """Return a copy of a tab, with everything on it, for ``document``."""
    tab = Tab.from_json(source.to_json())
    tab.properties = {**source.properties, "sheetId": sheet_id, "title": title}

    def here(place: Request) -> Request:
        return {**place, "sheetId": sheet_id} if place["sheetId"] == source.id else place

    tab.parts, tab.basic_filter = with_places(tab.parts, here), with_places(tab.basic_filter, here)
    for name, number in OWN_NUMBERS.items():
        for part in tab.parts[name]:
            part[number] = document.number()
    return tab


def update_sheet_properties(document: Document, request: Request) -> Request:
    """``updateSheetProperties``: title, place, hidden, colour, grid."""
    said = tidied(request.get("properties", {}))
    mask = field_mask(request, "SheetProperties")
    if "*" in mask:
        mask = dict.fromkeys(said)
    tab = tab_of(document, said.get("sheetId"))
    if "title" in mask and said.get("title") != tab.title:
        _rename(document, tab, said.get("title", ""))
    if "index" in mask:
        before, place = document.tabs.index(tab), int(said.get("index") or 0)
        document.tabs.remove(tab)
        document.tabs.insert(place - 1 if place > before else place, tab)  # the index counts as before the move
    new = merged(tab.properties, said, {name: inner for name, inner in mask.items() if name not in ("title", "index")})
    if new.get("hidden") and all(each.properties.get("hidden") for each in document.tabs if each is not tab):
        raise Invalid("You can't hide all the sheets in a document.")
    if "gridProperties" in mask:
        old = tab.properties["gridProperties"]
        grid = {**{name: old[name] for name in ("rowCount", "columnCount")}, **new.get("gridProperties", {})}
        _resize(document, tab, int(grid["rowCount"]), int(grid["columnCount"]))
        for frozen, count in (("frozenRowCount", grid["rowCount"]), ("frozenColumnCount", grid["columnCount"])):
            if grid.get(frozen, 0) >= count:
                raise Invalid("You can't freeze all visible rows or columns on the sheet.")
        new["gridProperties"] = {name: value for name, value in grid.items() if value}
    tab.properties = {name: value for name, value in new.items() if value or name in ("sheetId", "index")}
    return {}


def _rename(document: Document, tab: Tab, title: str) -> None:
    if not title or document.tab_titled(title) not in (None, tab):
        raise Invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
    old, decimal = tab.title, document.habits.decimal
    tab.properties["title"] = title
    rewrite_everywhere(document, lambda formula: renamed(formula, old, quoted(title) + "!", decimal))


def _resize(document: Document, tab: Tab, rows: int, columns: int) -> None:
    if rows < 1 or columns < 1:
        raise Invalid("A sheet must have at least one row and one column.")
    if rows < tab.row_count:
        delete_lines(document, tab, "ROWS", rows, tab.row_count)
    if columns < tab.column_count:
        delete_lines(document, tab, "COLUMNS", columns, tab.column_count)
    tab.size(rows, columns)


def update_spreadsheet_properties(document: Document, request: Request) -> Request:
    """``updateSpreadsheetProperties``: title, locale, time zone, recalculation, defaults."""
    said = request.get("properties", {})
    mask = field_mask(request, "SpreadsheetProperties")
    new = merged(document.properties, said, dict.fromkeys(said) if "*" in mask else mask)
    check_properties(new)
    before = document.habits.decimal
    document.properties = new
    after = document.habits.decimal
    if before != after:
        rewrite_everywhere(document, lambda formula: localized(canonical(formula, before), after))
    return {}


def check_properties(said: Request) -> None:
    """Refuse a spreadsheet's properties that cannot be: no title, an unknown locale or time zone."""
    if not said.get("title"):
        raise Invalid("The spreadsheet title cannot be empty.")
    try:
        locale(said.get("locale", ""))
    except KeyError as unknown:
        raise Invalid(f"Unsupported locale: {said.get('locale')}") from unknown
    try:
        zoneinfo.ZoneInfo(said.get("timeZone") or "")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:  # a name that is no path, or a folder's
        raise Invalid(f"Invalid time zone: {said.get('timeZone')}") from unknown


def _lines(document: Document, request: Request, name: str) -> tuple[Tab, str, int, int]:
    said = request.get(name)
    if said is None:
        raise Invalid(f"{name} is required")
    tab = tab_of(document, said.get("sheetId"))
    dimension = said.get("dimension")
    if dimension not in AXES:
        raise Invalid("No dimension specified.")
    count = tab.count(dimension)
    start, end = int(said.get("startIndex") or 0), int(said.get("endIndex", count))
    if not 0 <= start < end:
        raise Invalid(f"{name}.startIndex[{start}] must be less than endIndex[{end}]")
    return tab, dimension, start, end


def existing_lines(document: Document, request: Request, name: str) -> tuple[Tab, str, int, int]:
    """Return the tab, dimension, start and end of a DimensionRange in a request; refuse one that leaves the grid."""
    tab, dimension, start, end = _lines(document, request, name)
    count = tab.count(dimension)
    if end > count:
        what = "row" if dimension == "ROWS" else "column"
        raise Invalid(f"{name}.endIndex[{end}] is after last {what} in grid[{count}]")
    return tab, dimension, start, end


def insert_dimension(document: Document, request: Request) -> Request:
    """``insertDimension``."""
    tab, dimension, start, end = _lines(document, request, "range")
    count = tab.count(dimension)
    if start > count:
        raise Invalid(f"range.startIndex[{start}] must be less than the grid size[{count}]")
    insert_lines(document, tab, dimension, start, end - start, inherit_before=bool(request.get("inheritFromBefore")))
    return {}


def delete_dimension(document: Document, request: Request) -> Request:
    """``deleteDimension``."""
    delete_lines(document, *existing_lines(document, request, "range"))
    return {}


def move_dimension(document: Document, request: Request) -> Request:
    """``moveDimension``."""
    tab, dimension, start, end = existing_lines(document, request, "source")
    to = int(request.get("destinationIndex") or 0)
    if start < to < end:
        raise Invalid("The destination index must not lie within the moved dimension.")
    move_lines(document, tab, dimension, start, end, to)
    return {}


def append_dimension(document: Document, request: Request) -> Request:
    """``appendDimension``."""
    tab = tab_of(document, request.get("sheetId"))
    dimension, length = request.get("dimension"), int(request.get("length") or 0)
    if dimension not in AXES or length < 1:
        raise Invalid("A dimension and a length of at least 1 are required.")
    tab.grow(dimension, length)
    return {}


def update_dimension_properties(document: Document, request: Request) -> Request:
    """``updateDimensionProperties``: sizes and hiding."""
    mask = field_mask(request, "DimensionProperties")
    tab, dimension, start, end = existing_lines(document, request, "range")
    lines = tab.lines[dimension]
    lines.extend({} for _ in range(end - len(lines)))
    for index in range(start, end):
        new = merged(lines[index], request.get("properties", {}), mask)
        lines[index] = {name: value for name, value in new.items() if value}
    return {}


def auto_resize_dimensions(document: Document, request: Request) -> Request:
    """``autoResizeDimensions``: about as wide as the longest text."""
    tab, dimension, start, end = existing_lines(document, request, "dimensions")
    lines = tab.lines[dimension]
    lines.extend({} for _ in range(end - len(lines)))
    for index in range(start, end):
        if dimension == "COLUMNS":
            box = Box(0, tab.row_count, index, index + 1)
            texts = [str(next(iter(cell.get("userEnteredValue", {}).values()), "")) for _, _, cell in tab.cells(box)]
            longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
            if longest:
                lines[index] = {**lines[index], "pixelSize": 7 * longest + 6}
        else:
            lines[index] = {name: value for name, value in lines[index].items() if name != "pixelSize"}
    return {}


def add_dimension_group(document: Document, request: Request) -> Request:
    """``addDimensionGroup``: a group of its own, or one around those that it covers."""
    tab, dimension, start, end = existing_lines(document, request, "range")
    groups = tab.parts[GROUPS[dimension]]
    spans = [(group, group["range"]["startIndex"], group["range"]["endIndex"]) for group in groups]
    touched = [(group, low, high) for group, low, high in spans if low < end and start < high]
    around = [group for group, low, high in touched if low <= start and end <= high]
    within = [group for group, low, high in touched if start <= low and high <= end and group not in around]
    if len(around) + len(within) < len(touched):
        raise not_implemented("addDimensionGroup over half of another group")
    for group in within:
        group["depth"] += 1
    depth = max((group["depth"] for group in around), default=0) + 1
    place = {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    groups.append({"range": place, "depth": depth})
    tab.properties["gridProperties"] = {
        f"{GROUPS[dimension][:-1]}ControlAfter": True,
        **tab.properties["gridProperties"],
    }
    groups.sort(key=lambda group: (group["range"]["startIndex"], group["depth"]))
    return {"addDimensionGroup": {"dimensionGroups": without_zero(groups)}}


def update_dimension_group(document: Document, request: Request) -> Request:
    """``updateDimensionGroup``: closes or opens a group; its lines are hidden or shown with it."""
    said = request.get("dimensionGroup", {})
    mask = field_mask(request, "DimensionGroup")
    if "collapsed" not in mask and "*" not in mask:
        raise Invalid("Only collapsed can be updated.")
    tab, dimension, start, end = existing_lines(document, said, "range")
    groups = tab.parts[GROUPS[dimension]]
    place, closed = (start, end, int(said.get("depth") or 1)), bool(said.get("collapsed"))
    for index, group in enumerate(groups):
        if (group["range"]["startIndex"], group["range"]["endIndex"], group["depth"]) == place:
            plain = {name: value for name, value in group.items() if name != "collapsed"}
            groups[index] = {**plain, "collapsed": True} if closed else plain
            hide = {"range": said["range"], "properties": {"hiddenByUser": closed}, "fields": "hiddenByUser"}
            return update_dimension_properties(document, hide)
    raise Invalid("There is no group over exactly this range and depth.")


def delete_dimension_group(document: Document, request: Request) -> Request:
    """``deleteDimensionGroup``: the deepest group over exactly these lines."""
    tab, dimension, start, end = existing_lines(document, request, "range")
    groups = tab.parts[GROUPS[dimension]]
    same = [group for group in groups if (group["range"]["startIndex"], group["range"]["endIndex"]) == (start, end)]
    if not same:
        raise Invalid("There is no group over exactly this range.")
    groups.remove(max(same, key=lambda group: int(group["depth"])))
    shown = without_zero(groups)
    return {"deleteDimensionGroup": {"dimensionGroups": shown} if shown else {}}
