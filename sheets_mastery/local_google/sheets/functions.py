"""The methods of Sheets v4: what each does with a spreadsheet, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import invalid_argument, not_found
from sheets_mastery.local_google.methods import Call, Function

from . import metadata, values
from .a1 import Box
from .batch import batch_update
from .books import Spreadsheets
from .document import Document
from .places import locate, tab_of
from .tabs import twin
from .view import part, properties, shown_metadata, spreadsheet

Json = dict[str, Any]

OPTIONS = ("RAW", "USER_ENTERED")


def functions(books: Spreadsheets) -> dict[str, Function]:
    """Return what carries out each method, by its id. All change a copy, which is kept when they come through."""

    def reading(work: Callable[[Document, Call], Json]) -> Function:
        return lambda call: work(books.read(call.path["spreadsheetId"]), call)

    def writing(work: Callable[[Document, Call], Json]) -> Function:
        def write(call: Call) -> Json:
            document = books.edit(call.path["spreadsheetId"])
            result = work(document, call)
            books.commit(document)
            return result

        return write

    def create(call: Call) -> Json:
        return spreadsheet(books.create(call.body), call.mask, [], grid_data=False)

    def copy_to(call: Call) -> Json:
        tab = books.read(call.path["spreadsheetId"]).tab(int(call.path["sheetId"]))
        if tab is None:
            raise invalid_argument(f"No grid with id: {call.path['sheetId']}")
        target = books.edit(call.body.get("destinationSpreadsheetId") or "")
        number, title = 1, f"Copy of {tab.title}"
        while target.tab_titled(title):
            number += 1
            title = f"Copy of {tab.title} {number}"
        copied = twin(target, tab, target.number(), title)
        target.tabs.append(copied)
        books.commit(target)
        return properties(target, copied)

    reads = {
        "get": _get,
        "getByDataFilter": _get_by_filter,
        "values.get": lambda document, call: values.read(document, call.path["range"], values.rendering(call.query)),
        "values.batchGet": _values_batch_get,
        "values.batchGetByDataFilter": _values_get_by_filter,
        "developerMetadata.get": _metadata_get,
        "developerMetadata.search": _metadata_search,
    }
    writes = {
        "batchUpdate": _batch_update,
        "values.update": _values_update,
        "values.batchUpdate": _values_batch_update,
        "values.batchUpdateByDataFilter": _values_update_by_filter,
        "values.append": _values_append,
        "values.clear": _values_clear,
        "values.batchClear": _values_batch_clear,
        "values.batchClearByDataFilter": _values_clear_by_filter,
    }
    found = {name: reading(work) for name, work in reads.items()}
    found |= {name: writing(work) for name, work in writes.items()}
    found |= {"create": create, "sheets.copyTo": copy_to}
    return {f"sheets.spreadsheets.{name}": function for name, function in found.items()}


def _get(document: Document, call: Call) -> Json:
    with_data = _truth(call.query.get("includeGridData"))
    return spreadsheet(document, call.mask, call.query.getlist("ranges"), grid_data=with_data)


def _get_by_filter(document: Document, call: Call) -> Json:
    places = [place for each in _filters(call) for place in metadata.regions(document, each)]
    everything = [(tab, tab.grid) for tab in document.tabs]
    with_data = _truth(call.body.get("includeGridData"))
    return part(document, call.mask, places if _filters(call) else everything, grid_data=with_data)


def _filters(call: Call) -> list[Json]:
    return call.body.get("dataFilters") or []


def _batch_update(document: Document, call: Call) -> Json:
    body = call.body
    result: Json = {"spreadsheetId": document.id, "replies": batch_update(document, body.get("requests") or [])}
    if body.get("includeSpreadsheetInResponse"):
        ranges, with_data = body.get("responseRanges") or [], bool(body.get("responseIncludeGridData"))
        result["updatedSpreadsheet"] = spreadsheet(document, None, ranges, grid_data=with_data)
    return result


def _values_batch_get(document: Document, call: Call) -> Json:
    how = values.rendering(call.query)
    found = [values.read(document, text, how) for text in call.query.getlist("ranges")]
    return {"spreadsheetId": document.id, "valueRanges": found}


def _values_get_by_filter(document: Document, call: Call) -> Json:
    how = values.rendering(call.body)
    matched: dict[tuple[int, Box], list[Any]] = {}
    for each in _filters(call):
        for tab, box in metadata.regions(document, each):
            matched.setdefault((tab.id, box), []).append(each)
    found = [
        {"valueRange": values.value_range(document, tab_of(document, number), box, how), "dataFilters": by}
        for (number, box), by in matched.items()
    ]
    return {"spreadsheetId": document.id, "valueRanges": found}


def _values_update(document: Document, call: Call) -> Json:
    text, body = call.path["range"], call.body
    if body.get("range") and body["range"] != text:
        raise invalid_argument(f"Requested writing within range [{text}], but the body says [{body['range']}]")
    option = _option(call.query.get("valueInputOption"))
    return _told(document, [values.write(document, *locate(document, text), body, option)], call.query, call)[0]


def _values_batch_update(document: Document, call: Call) -> Json:
    option = _option(call.body.get("valueInputOption"))
    written = [
        values.write(document, *locate(document, each.get("range", "")), each, option)
        for each in call.body.get("data") or []
    ]
    return _totalled(document, written, call)


def _values_update_by_filter(document: Document, call: Call) -> Json:
    option = _option(call.body.get("valueInputOption"))
    written = []
    for each in call.body.get("data") or []:
        for place in metadata.regions(document, each.get("dataFilter") or {}):
            result, tab, target = values.write(document, *place, each, option)
            del result["spreadsheetId"]
            written.append(({**result, "dataFilter": each["dataFilter"]}, tab, target))
    return _totalled(document, written, call)


def _totalled(document: Document, written: list[values.Written], call: Call) -> Json:
    """Return what a write of many ranges answers: the sums, and the answer to each."""
    responses = _told(document, written, call.body, call)
    totals = {
        f"total{name}": sum(response.get(name[0].lower() + name[1:], 0) for response in responses)
        for name in ("UpdatedRows", "UpdatedColumns", "UpdatedCells")
    }
    totals |= {"totalUpdatedSheets": len({tab.id for response, tab, _ in written if "updatedCells" in response})}
    counted = {name: count for name, count in totals.items() if count}
    return {"spreadsheetId": document.id, **counted, "responses": responses}


def _values_append(document: Document, call: Call) -> Json:
    option, insert = _option(call.query.get("valueInputOption")), call.query.get("insertDataOption") == "INSERT_ROWS"
    result, tab, target = values.append(document, call.path["range"], call.body, option, insert=insert)
    _told(document, [(result["updates"], tab, target)], call.query, call)
    return result


def _told(document: Document, written: list[values.Written], said: Any, call: Call) -> list[Json]:
    """Return the answer to each write, with the values as they are now where that was asked."""
    for tab in document.tabs:
        tab.tidy()
    document.kept.clear()
    if _truth(said.get("includeValuesInResponse")) or _truth(call.query.get("includeValuesInResponse")):
        how = values.rendering(said, "response")
        for response, tab, target in written:
            response["updatedData"] = values.value_range(document, tab, target, how)
    return [response for response, _, _ in written]


def _values_clear(document: Document, call: Call) -> Json:
    (cleared,) = _cleared(document, [call.path["range"]])
    return {"spreadsheetId": document.id, "clearedRange": cleared}


def _values_batch_clear(document: Document, call: Call) -> Json:
    return {"spreadsheetId": document.id, "clearedRanges": _cleared(document, call.body.get("ranges") or [])}


def _cleared(document: Document, texts: list[str]) -> list[str]:
    return [values.clear(document, *locate(document, text, whole=True)) for text in texts]


def _values_clear_by_filter(document: Document, call: Call) -> Json:
    places = [place for each in _filters(call) for place in metadata.regions(document, each)]
    return {"spreadsheetId": document.id, "clearedRanges": [values.clear(document, *place) for place in places]}


def _metadata_get(document: Document, call: Call) -> Json:
    found = [item for item in document.metadata if str(item["metadataId"]) == call.path["metadataId"]]
    if not found:
        raise not_found()
    return shown_metadata(found[0])


def _metadata_search(document: Document, call: Call) -> Json:
    matched: dict[int, Json] = {}
    for each in _filters(call):
        for item in metadata.found_by(document, each):
            first = {"developerMetadata": shown_metadata(item), "dataFilters": []}
            matched.setdefault(item["metadataId"], first)["dataFilters"].append(each)
    return {"matchedDeveloperMetadata": list(matched.values())} if matched else {}


def _option(said: str | None) -> str:
    if said not in OPTIONS:
        raise invalid_argument("'valueInputOption' is required but not specified")
    return said


def _truth(said: Any) -> bool:
    return said is True or (isinstance(said, str) and said.lower() == "true")
