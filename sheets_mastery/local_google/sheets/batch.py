"""``spreadsheets.batchUpdate``: every request in order, all of them or none.

``KINDS`` says which requests there are. Each takes the document, which is a copy that is thrown away if anything fails,
and the request, and returns its reply.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from sheets_mastery.local_google.errors import invalid_argument, not_implemented
from . import cells
from .a1 import Box, quoted
from .calculation import decimal_sign
from .cells import field_mask
from .defaults import MOST_CELLS
from .document import PARTS, Tab, new_tab, plain_copy
from .formats import RULE_FIELDS, RULE_TEXT_FIELDS, tidied
from .formulas import canonical, localized, names_another_tab, renamed, rewritten, tokens
from .locales import locale
from .masks import merged
from .places import Invalid, area, guard, tab_of
from .rules import CONDITIONS, RELATIVE_DAYS
from .structure import AXES, delete_lines, insert_lines, move_lines, rewrite_formulas
from .view import properties, shown_metadata, shown_protection, shown_rule, without_zero

if TYPE_CHECKING:
    from collections.abc import Callable

    from .document import Document

    Request = dict[str, Any]


def batch_update(document: Document, requests: list[Request]) -> list[Request]:
    """Carry out the requests on a document and return their replies. 400 names the first that cannot be."""
    if not requests:
        raise invalid_argument("Must specify at least one request.")
    replies = []
    for index, request in enumerate(requests):
        said = {name: body for name, body in request.items() if body is not None}
        if len(said) != 1:
            raise invalid_argument(f"Invalid requests[{index}]: No request set.")
        kind, body = next(iter(said.items()))
        if kind not in KINDS:
            raise not_implemented(f"the batchUpdate request {kind} (requests[{index}])")
        try:
            replies.append(KINDS[kind](document, _without_nulls(body)))
        except Invalid as wrong:
            raise invalid_argument(f"Invalid requests[{index}].{kind}: {wrong}") from wrong
        document.calculation = None
        if sum(tab.row_count * tab.column_count for tab in document.tabs) > MOST_CELLS:
            raise invalid_argument(
                f"Invalid requests[{index}].{kind}: This action would increase the number of cells in the workbook "
                f"above the limit of {MOST_CELLS} cells."
            )
    return replies


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


# --- tabs and the document


def add_sheet(document: Document, request: Request) -> Request:
    """``addSheet``."""
    said = tidied(request.get("properties", {}))
    if said.get("sheetType", "GRID") != "GRID":
        raise not_implemented(f"addSheet of type {said['sheetType']}")
    sheet_id = int(said["sheetId"]) if "sheetId" in said else document.number()
    if document.tab(sheet_id) is not None:
        raise Invalid(f"A sheet with id {sheet_id} already exists.")
    tab = new_tab(said, sheet_id)
    tab.properties["title"] = _free_title(document, said.get("title"))
    document.tabs.insert(int(said.get("index", len(document.tabs))), tab)
    return {"addSheet": {"properties": properties(document, tab)}}


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
    folded, decimal = tab.title.casefold(), decimal_sign(document)
    for each in document.tabs:
        rewrite_formulas(
            each,
            lambda formula: rewritten(
                formula, lambda ref: None if (ref.title or "").casefold() == folded else ref, decimal
            ),
        )
    document.named_ranges = [each for each in document.named_ranges if each["range"].get("sheetId", 0) != tab.id]
    document.metadata = [item for item in document.metadata if _sheet_of(item) != tab.id]
    return {}


def _sheet_of(metadata: Request) -> int | None:
    place = metadata["location"]
    found: int | None = place["dimensionRange"].get("sheetId", 0) if "dimensionRange" in place else place.get("sheetId")
    return found


def duplicate_sheet(document: Document, request: Request) -> Request:
    """``duplicateSheet``: a copy beside or at an index, under a new title and id."""
    source = tab_of(document, request.get("sourceSheetId"))
    sheet_id = int(request["newSheetId"]) if "newSheetId" in request else document.number()
    if document.tab(sheet_id) is not None:
        raise Invalid(f"A sheet with id {sheet_id} already exists.")
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
    for name in PARTS:
        for part in tab.parts[name]:
            for place in (part, part.get("range", {}), *part.get("ranges", []), *part.get("unprotectedRanges", [])):
                if "sheetId" in place:
                    place["sheetId"] = sheet_id
            if name == "protectedRanges":
                part["protectedRangeId"] = document.number()
    if tab.basic_filter is not None:
        tab.basic_filter["range"]["sheetId"] = sheet_id
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
        others = [each for each in document.tabs if each is not tab]
        place = int(said.get("index") or 0)  # counted before the move
        document.tabs = [*others]
        document.tabs.insert(place - (place > tab.properties.get("index", 0) and place > len(others)), tab)
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
    old, decimal = tab.title, decimal_sign(document)
    tab.properties["title"] = title
    for each in document.tabs:
        rewrite_formulas(each, lambda formula: renamed(formula, old, quoted(title) + "!", decimal))


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
    new = merged(document.properties, tidied(said), dict.fromkeys(said) if "*" in mask else mask)
    check_properties(new)
    before = decimal_sign(document)
    document.properties = new
    after = decimal_sign(document)
    if before != after:
        for tab in document.tabs:
            rewrite_formulas(tab, lambda formula: localized(canonical(formula, before), after))
            for rule in tab.parts["conditionalFormats"]:
                for value in rule.get("booleanRule", {}).get("condition", {}).get("values", []):
                    if value.get("userEnteredValue", "")[:1] in ("=", "+"):
                        value["userEnteredValue"] = localized(canonical(value["userEnteredValue"], before), after)
    return {}


def check_properties(said: Request) -> None:
    """Refuse a spreadsheet's properties that cannot be: no title, an unknown locale or time zone."""
    if not said.get("title"):
        raise Invalid("The spreadsheet title cannot be empty.")
    if locale(said.get("locale", "")) is None:
        raise Invalid(f"Unsupported locale: {said.get('locale')}")
    if said.get("timeZone") not in zoneinfo.available_timezones():
        raise Invalid(f"Invalid time zone: {said.get('timeZone')}")


# --- rows and columns


def _lines(document: Document, request: Request, name: str) -> tuple[Tab, str, int, int]:
    said = request.get(name)
    if said is None:
        raise Invalid(f"{name} is required")
    tab = tab_of(document, said.get("sheetId"))
    dimension = said.get("dimension")
    if dimension not in AXES:
        raise Invalid("No dimension specified.")
    count = tab.row_count if dimension == "ROWS" else tab.column_count
    start, end = int(said.get("startIndex") or 0), int(said.get("endIndex", count))
    if not 0 <= start < end:
        raise Invalid(f"{name}.startIndex[{start}] must be less than endIndex[{end}]")
    return tab, dimension, start, end


def _existing(document: Document, request: Request, name: str) -> tuple[Tab, str, int, int]:
    tab, dimension, start, end = _lines(document, request, name)
    count = tab.row_count if dimension == "ROWS" else tab.column_count
    if end > count:
        what = "row" if dimension == "ROWS" else "column"
        raise Invalid(f"{name}.endIndex[{end}] is after last {what} in grid[{count}]")
    return tab, dimension, start, end


def insert_dimension(document: Document, request: Request) -> Request:
    """``insertDimension``."""
    tab, dimension, start, end = _lines(document, request, "range")
    count = tab.row_count if dimension == "ROWS" else tab.column_count
    if start > count:
        raise Invalid(f"range.startIndex[{start}] must be less than the grid size[{count}]")
    insert_lines(document, tab, dimension, start, end - start, inherit_before=bool(request.get("inheritFromBefore")))
    return {}


def delete_dimension(document: Document, request: Request) -> Request:
    """``deleteDimension``."""
    delete_lines(document, *_existing(document, request, "range"))
    return {}


def move_dimension(document: Document, request: Request) -> Request:
    """``moveDimension``."""
    tab, dimension, start, end = _existing(document, request, "source")
    to = int(request.get("destinationIndex") or 0)
    if start < to < end:
        raise Invalid("The destination index must not lie within the moved dimension.")
    move_lines(document, tab, dimension, start, end, to)
    return {}


def append_dimension(document: Document, request: Request) -> Request:
    """``appendDimension``."""
    tab = tab_of(document, request.get("sheetId"))
    length = int(request.get("length") or 0)
    rows = request.get("dimension") == "ROWS"
    tab.size(tab.row_count + (length if rows else 0), tab.column_count + (0 if rows else length))
    return {}


def update_dimension_properties(document: Document, request: Request) -> Request:
    """``updateDimensionProperties``: sizes and hiding."""
    mask = field_mask(request, "DimensionProperties")
    tab, dimension, start, end = _existing(document, request, "range")
    lines = tab.lines[dimension]
    lines.extend({} for _ in range(end - len(lines)))
    for index in range(start, end):
        new = merged(lines[index], request.get("properties", {}), mask)
        lines[index] = {name: value for name, value in new.items() if value}
    return {}


def auto_resize_dimensions(document: Document, request: Request) -> Request:
    """``autoResizeDimensions``: about as wide as the longest text."""
    tab, dimension, start, end = _existing(document, request, "dimensions")
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
    tab, dimension, start, end = _existing(document, request, "range")
    name = "rowGroups" if dimension == "ROWS" else "columnGroups"
    groups = tab.parts[name]
    within = [group for group in groups if start <= group["range"]["startIndex"] and group["range"]["endIndex"] <= end]
    around = [group for group in groups if group["range"]["startIndex"] <= start and end <= group["range"]["endIndex"]]
    if any(group["range"]["startIndex"] < end and start < group["range"]["endIndex"] for group in groups):
        if within and not around:
            for group in within:
                group["depth"] += 1
        elif not around:
            raise not_implemented("addDimensionGroup over half of another group")
    depth = max((group["depth"] for group in around), default=0) + 1
    place = {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    groups.append({"range": place, "depth": depth})
    groups.sort(key=lambda group: (group["range"]["startIndex"], group["depth"]))
    return {"addDimensionGroup": {"dimensionGroups": _shown_groups(groups)}}


def delete_dimension_group(document: Document, request: Request) -> Request:
    """``deleteDimensionGroup``: the deepest group over exactly these lines."""
    tab, dimension, start, end = _existing(document, request, "range")
    groups = tab.parts["rowGroups" if dimension == "ROWS" else "columnGroups"]
    same = [group for group in groups if (group["range"]["startIndex"], group["range"]["endIndex"]) == (start, end)]
    if not same:
        raise Invalid("There is no group over exactly this range.")
    groups.remove(max(same, key=lambda group: int(group["depth"])))
    shown = _shown_groups(groups)
    return {"deleteDimensionGroup": {"dimensionGroups": shown} if shown else {}}


def _shown_groups(groups: list[Request]) -> list[Request]:
    return [{**group, "range": without_zero(group["range"])} for group in groups]


# --- named and protected ranges, filters


def _place(document: Document, said: Request) -> Request:
    tab = tab_of(document, said.get("sheetId"))
    return {**said, "sheetId": tab.id}


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
        "range": _place(document, said["range"]),
    }
    document.named_ranges.append(named)
    return {"addNamedRange": {"namedRange": {**named, "range": without_zero(named["range"])}}}


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
    document.named_ranges[index] = {**new, "range": _place(document, new["range"])}
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
        said["range"] = _place(document, said["range"])
    else:
        tab = tab_of(document, document.named_ranges[_named(document, said["namedRangeId"])]["range"].get("sheetId"))
    said = {"protectedRangeId": int(said.pop("protectedRangeId", 0)) or document.number(), **said}
    said["editors"] = {name: value for name, value in said.get("editors", {}).items() if value}
    tab.parts["protectedRanges"].append(said)
    return {"addProtectedRange": {"protectedRange": shown_protection(document, said)}}


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
    """``setBasicFilter``: kept as it is said; rows are not hidden by it."""
    said = request.get("filter", {})
    tab, _ = area(document, said.get("range"))
    tab.basic_filter = {**said, "range": _place(document, said["range"])}
    return {}


def clear_basic_filter(document: Document, request: Request) -> Request:
    """``clearBasicFilter``."""
    tab_of(document, request.get("sheetId")).basic_filter = None
    return {}


# --- conditional formats


def add_rule(document: Document, request: Request) -> Request:
    """``addConditionalFormatRule``: at an index, the rules from there on one further down."""
    tab, rule = _checked_rule(document, request.get("rule", {}))
    rules = tab.parts["conditionalFormats"]
    index = int(request.get("index") or 0)
    if not 0 <= index <= len(rules):
        raise Invalid(f"Index {index} is out of bounds: sheet {tab.id} has {len(rules)} conditional formats.")
    rules.insert(index, rule)
    return {}


def _rule_at(document: Document, request: Request) -> tuple[list[Request], int]:
    tab = tab_of(document, request.get("sheetId"))
    rules, index = tab.parts["conditionalFormats"], int(request.get("index") or 0)
    if not 0 <= index < len(rules):
        raise Invalid(f"No conditional format on sheet: {tab.id} at index: {index}")
    return rules, index


def delete_rule(document: Document, request: Request) -> Request:
    """``deleteConditionalFormatRule``: the reply carries the rule."""
    rules, index = _rule_at(document, request)
    return {"deleteConditionalFormatRule": {"rule": shown_rule(rules.pop(index))}}


def update_rule(document: Document, request: Request) -> Request:
    """``updateConditionalFormatRule``: replaced in its place, or moved to another."""
    if "rule" in request:
        tab, rule = _checked_rule(document, request["rule"])
        rules, index = _rule_at(document, {**request, "sheetId": request.get("sheetId", tab.id)})
        old, rules[index] = rules[index], rule
        reply = {"newRule": shown_rule(rule), "newIndex": index, "oldRule": shown_rule(old)}
    else:
        rules, index = _rule_at(document, request)
        new = int(request.get("newIndex") or 0)
        if not 0 <= new < len(rules):
            raise Invalid(f"No conditional format on sheet: {request.get('sheetId', 0)} at index: {new}")
        rules.insert(new, rules.pop(index))
        reply = {"newRule": shown_rule(rules[new]), "newIndex": new, "oldIndex": index}
    return {"updateConditionalFormatRule": reply}


def _checked_rule(document: Document, said: Request) -> tuple[Tab, Request]:
    """Return a rule as it is kept, and its tab; refuse what Google refuses and what cannot be judged here."""
    places = [_place(document, place) for place in said.get("ranges", [])]
    if not places or len({place["sheetId"] for place in places}) != 1:
        raise Invalid("A conditional format needs ranges, all on the same sheet.")
    for place in places:
        area(document, place)
    tab = tab_of(document, places[0]["sheetId"])
    if ("booleanRule" in said) + ("gradientRule" in said) != 1:
        raise Invalid("Exactly one of booleanRule and gradientRule must be set.")
    if "booleanRule" in said:
        _check_condition(document, tab, said["booleanRule"].get("condition", {}))
        given = said["booleanRule"].get("format", {})
        if set(given) - RULE_FIELDS or set(given.get("textFormat", {})) - RULE_TEXT_FIELDS:
            raise Invalid(
                "ConditionalFormatRule.format only supports bold, italic, strikethrough, foreground color and "
                "background color."
            )
    elif not {"minpoint", "maxpoint"} <= set(said["gradientRule"]):
        raise Invalid("A gradient needs a minpoint and a maxpoint.")
    return tab, plain_copy(tidied({**said, "ranges": places}))


def _check_condition(document: Document, tab: Tab, condition: Request) -> None:
    kind = condition.get("type")
    if kind not in CONDITIONS:
        raise not_implemented(f"the conditional format condition {kind}")
    values = condition.get("values", [])
    if len(values) != CONDITIONS[kind]:
        raise Invalid(f"ConditionType {kind} takes {CONDITIONS[kind]} values, not {len(values)}.")
    decimal = decimal_sign(document)
    for value in values:
        text = value.get("userEnteredValue", "")
        if "relativeDate" in value and (kind[:4] != "DATE" or value["relativeDate"] not in RELATIVE_DAYS):
            raise not_implemented(f"the relative date {value['relativeDate']}")
        if kind == "CUSTOM_FORMULA" and (len(text) < 2 or text[0] not in "=+"):
            raise Invalid(f"Invalid ConditionValue.userEnteredValue: {text}")
        elsewhere = {each["name"].casefold() for each in document.named_ranges if each["range"]["sheetId"] != tab.id}
        named = {token.text.casefold() for token in tokens(text, decimal) if token.kind == "name"}
        if text[:1] in ("=", "+") and (names_another_tab(text, tab.title, decimal) or named & elsewhere):
            raise Invalid("Conditional format rule cannot reference a different sheet.")


# --- developer metadata


def create_metadata(document: Document, request: Request) -> Request:
    """``createDeveloperMetadata``: on the document, a tab, a row or a column."""
    said = request.get("developerMetadata", {})
    if "metadataKey" not in said or said.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise Invalid("Developer metadata needs a metadataKey and a visibility.")
    place = said.get("location", {})
    if "dimensionRange" in place:
        tab, dimension, start, end = _existing(document, place, "dimensionRange")
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


def _looked_up(document: Document, data_filter: Request) -> list[Request]:
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is None or set(lookup) - {"metadataId", "metadataKey", "metadataValue", "visibility", "locationType"}:
        raise not_implemented("a data filter other than a lookup by id, key, value, visibility or location type")
    plain = {name: value for name, value in lookup.items() if name != "locationType"}
    return [
        item
        for item in document.metadata
        if all(item.get(name) == value for name, value in plain.items())
        and lookup.get("locationType", item["location"]["locationType"]) == item["location"]["locationType"]
    ]


def update_metadata(document: Document, request: Request) -> Request:
    """``updateDeveloperMetadata``: key, value or visibility of what the filters find."""
    mask = field_mask(request, "DeveloperMetadata")
    if "location" in mask:
        raise not_implemented("updateDeveloperMetadata of a location")
    found = [item for each in request.get("dataFilters", []) for item in _looked_up(document, each)]
    for item in found:
        item.update(merged(item, request.get("developerMetadata", {}), mask))
    return {"updateDeveloperMetadata": {"developerMetadata": [shown_metadata(item) for item in found]}}


def delete_metadata(document: Document, request: Request) -> Request:
    """``deleteDeveloperMetadata``: what the filter finds; the reply carries it."""
    found = _looked_up(document, request.get("dataFilter", {}))
    document.metadata = [item for item in document.metadata if item not in found]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": [shown_metadata(item) for item in found]}}


KINDS: dict[str, Callable[[Document, Request], Request]] = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "moveDimension": move_dimension,
    "appendDimension": append_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize_dimensions,
    "addDimensionGroup": add_dimension_group,
    "deleteDimensionGroup": delete_dimension_group,
    "insertRange": cells.insert_range,
    "deleteRange": cells.delete_range,
    "updateCells": cells.update_cells,
    "repeatCell": cells.repeat_cell,
    "appendCells": cells.append_cells,
    "sortRange": cells.sort_range,
    "findReplace": cells.find_replace,
    "copyPaste": cells.copy_paste,
    "cutPaste": cells.cut_paste,
    "mergeCells": cells.merge_cells,
    "unmergeCells": cells.unmerge_cells,
    "updateBorders": cells.update_borders,
    "setDataValidation": cells.set_data_validation,
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
    "addProtectedRange": add_protected_range,
    "updateProtectedRange": update_protected_range,
    "deleteProtectedRange": delete_protected_range,
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
    "createDeveloperMetadata": create_metadata,
    "updateDeveloperMetadata": update_metadata,
    "deleteDeveloperMetadata": delete_metadata,
}
