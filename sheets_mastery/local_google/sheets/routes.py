"""The paths of Sheets v4: which method a request means, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson
from starlette.responses import Response
from starlette.routing import Route

from sheets_mastery.local_google import oauth
from sheets_mastery.local_google.discovery import find_method
from sheets_mastery.local_google.errors import invalid_argument, not_found, not_implemented

from . import filters, values
from .batch import batch_update
from .masks import masked, query_mask
from .places import Invalid, locate, tab_of
from .tabs import twin
from .view import part, properties, shown_metadata, spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from .a1 import Box
    from .books import Spreadsheets
    from .document import Document

    #: Takes the spreadsheets, the path's parts, the query and the body; returns the answer and its schema's name.
    Method = Callable[[Spreadsheets, dict[str, str], QueryParams, dict[str, Any]], tuple[dict[str, Any], str]]

OPTIONS = ("RAW", "USER_ENTERED")


def routes(books: Spreadsheets) -> list[BaseRoute]:
    """Return the one route of Sheets: Google's own description of the API tells its methods apart."""

    async def answer(request: Request) -> Response:
        raw_path = request.scope["raw_path"].decode("ascii")
        method = find_method(request.method, raw_path)
        if method is None or method.id not in METHODS:
            raise not_implemented(f"{request.method} {request.url.path}" if method is None else method.id)
        found = method.pattern.match(raw_path)
        assert found is not None  # noqa: S101  find_method matched it
        path = {name: unquote(part) for name, part in found.groupdict().items()}
        text = await request.body()
        body = orjson.loads(text) if text else {}
        books.account = oauth.caller(books.store, request.headers).email
        try:
            result, schema = METHODS[method.id](books, path, request.query_params, body)
        except Invalid as wrong:
            raise invalid_argument(str(wrong)) from wrong
        if schema != "Spreadsheet":
            result = masked(result, query_mask(request.query_params.get("fields"), schema))
        return Response(orjson.dumps(result), media_type="application/json; charset=UTF-8")

    return [Route("/v4/{rest:path}", answer, methods=["GET", "POST", "PUT"])]


def _create(
    books: Spreadsheets, _path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    mask = query_mask(query.get("fields"), "Spreadsheet")
    return spreadsheet(books.create(body), mask, [], grid_data=False), "Spreadsheet"


def _get(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, _body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    mask = query_mask(query.get("fields"), "Spreadsheet")
    shown = spreadsheet(document, mask, query.getlist("ranges"), grid_data=_truth(query.get("includeGridData")))
    return shown, "Spreadsheet"


def _batch_update(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    result: dict[str, Any] = {"spreadsheetId": document.id}
    result["replies"] = batch_update(document, body.get("requests") or [])
    ranges = body.get("responseRanges") or []
    grid_data = bool(body.get("responseIncludeGridData"))
    shown = (
        spreadsheet(document, None, ranges, grid_data=grid_data) if body.get("includeSpreadsheetInResponse") else None
    )
    books.commit(document)
    if shown is not None:
        result["updatedSpreadsheet"] = shown
    return result, "BatchUpdateSpreadsheetResponse"


def _values_get(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, _body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    return values.read(document, path["range"], values.rendering(query)), "ValueRange"


def _values_batch_get(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, _body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    how = values.rendering(query)
    found = [values.read(document, text, how) for text in query.getlist("ranges")]
    return {"spreadsheetId": document.id, "valueRanges": found}, "BatchGetValuesResponse"


def _values_update(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    _same_range(path["range"], body)
    place, option = locate(document, path["range"]), _option(query.get("valueInputOption"))
    written = values.write(document, *place, body, option)
    return _committed(books, document, [written], query, query)[0], "UpdateValuesResponse"


def _values_batch_update(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    option = _option(body.get("valueInputOption"))
    written = [
        values.write(document, *locate(document, each.get("range", "")), each, option)
        for each in body.get("data") or []
    ]
    responses = _committed(books, document, written, body, query)
    return _totalled(document, written, responses), "BatchUpdateValuesResponse"


def _totalled(document: Document, written: list[values.Written], responses: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a write of many ranges answers: the sums, and the answer to each."""
    totals = {
        f"total{name}": sum(response.get(name[0].lower() + name[1:], 0) for response in responses)
        for name in ("UpdatedRows", "UpdatedColumns", "UpdatedCells")
    }
    sheets = {"totalUpdatedSheets": len({tab.id for response, tab, _ in written if "updatedCells" in response})}
    counted = {name: count for name, count in (totals | sheets).items() if count}
    return {"spreadsheetId": document.id, **counted, "responses": responses}


def _values_append(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    option, insert = _option(query.get("valueInputOption")), query.get("insertDataOption") == "INSERT_ROWS"
    result, tab, target = values.append(document, path["range"], body, option, insert=insert)
    _committed(books, document, [(result["updates"], tab, target)], query, query)
    return result, "AppendValuesResponse"


def _values_clear(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, _body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    cleared = values.clear(document, *locate(document, path["range"], whole=True))
    books.commit(document)
    return {"spreadsheetId": document.id, "clearedRange": cleared}, "ClearValuesResponse"


def _values_batch_clear(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    cleared = [values.clear(document, *locate(document, text, whole=True)) for text in body.get("ranges") or []]
    books.commit(document)
    return {"spreadsheetId": document.id, "clearedRanges": cleared}, "BatchClearValuesResponse"


def _get_by_filter(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    said = body.get("dataFilters") or []
    everything = [(tab, tab.grid) for tab in document.tabs]
    places = [place for each in said for place in filters.regions(document, each)] if said else everything
    mask = query_mask(query.get("fields"), "Spreadsheet")
    return part(document, mask, places, grid_data=_truth(body.get("includeGridData"))), "Spreadsheet"


def _values_get_by_filter(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    how = values.rendering(body)
    matched: dict[tuple[int, Box], list[Any]] = {}
    for each in body.get("dataFilters") or []:
        for tab, box in filters.regions(document, each):
            matched.setdefault((tab.id, box), []).append(each)
    found = [
        {"valueRange": values.value_range(document, tab_of(document, number), box, how), "dataFilters": by}
        for (number, box), by in matched.items()
    ]
    return {"spreadsheetId": document.id, "valueRanges": found}, "BatchGetValuesByDataFilterResponse"


def _values_update_by_filter(
    books: Spreadsheets, path: dict[str, str], query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    option = _option(body.get("valueInputOption"))
    written = []
    for each in body.get("data") or []:
        for place in filters.regions(document, each.get("dataFilter") or {}):
            result, tab, target = values.write(document, *place, each, option)
            del result["spreadsheetId"]
            written.append(({**result, "dataFilter": each["dataFilter"]}, tab, target))
    responses = _committed(books, document, written, body, query)
    return _totalled(document, written, responses), "BatchUpdateValuesByDataFilterResponse"


def _values_clear_by_filter(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.edit(path["spreadsheetId"])
    places = [place for each in body.get("dataFilters") or [] for place in filters.regions(document, each)]
    cleared = [values.clear(document, *place) for place in places]
    books.commit(document)
    return {"spreadsheetId": document.id, "clearedRanges": cleared}, "BatchClearValuesByDataFilterResponse"


def _metadata_get(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, _body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    found = [item for item in document.metadata if str(item["metadataId"]) == path["metadataId"]]
    if not found:
        raise not_found()
    return shown_metadata(found[0]), "DeveloperMetadata"


def _metadata_search(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    document = books.read(path["spreadsheetId"])
    matched: dict[int, dict[str, Any]] = {}
    for each in body.get("dataFilters") or []:
        for item in filters.metadata(document, each):
            first = {"developerMetadata": shown_metadata(item), "dataFilters": []}
            matched.setdefault(item["metadataId"], first)["dataFilters"].append(each)
    found = {"matchedDeveloperMetadata": list(matched.values())} if matched else {}
    return found, "SearchDeveloperMetadataResponse"


def _copy_to(
    books: Spreadsheets, path: dict[str, str], _query: QueryParams, body: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    tab = books.read(path["spreadsheetId"]).tab(int(path["sheetId"]))
    if tab is None:
        raise invalid_argument(f"No grid with id: {path['sheetId']}")
    target = books.edit(body.get("destinationSpreadsheetId") or "")
    number, title = 1, f"Copy of {tab.title}"
    while target.tab_titled(title):
        number += 1
        title = f"Copy of {tab.title} {number}"
    copied = twin(target, tab, target.number(), title)
    target.tabs.append(copied)
    books.commit(target)
    return properties(target, copied), "SheetProperties"


def _committed(
    books: Spreadsheets,
    document: Document,
    written: list[values.Written],
    said: Any,
    query: QueryParams,
) -> list[dict[str, Any]]:
    """Keep the document, and add to each response the values as they are now, where that was asked."""
    for tab in document.tabs:
        tab.tidy()
    document.kept.clear()
    books.commit(document)
    if _truth(said.get("includeValuesInResponse")) or _truth(query.get("includeValuesInResponse")):
        how = values.rendering(said, "response")
        for response, tab, target in written:
            response["updatedData"] = values.value_range(document, tab, target, how)
    return [response for response, _, _ in written]


def _option(said: str | None) -> str:
    if said not in OPTIONS:
        raise invalid_argument("'valueInputOption' is required but not specified")
    return said


def _same_range(path: str, body: dict[str, Any]) -> None:
    if body.get("range") and body["range"] != path:
        raise invalid_argument(f"Requested writing within range [{path}], but the body says [{body['range']}]")


def _truth(said: Any) -> bool:
    return said is True or (isinstance(said, str) and said.lower() == "true")


METHODS: dict[str, Method] = {
    "sheets.spreadsheets.create": _create,
    "sheets.spreadsheets.get": _get,
    "sheets.spreadsheets.batchUpdate": _batch_update,
    "sheets.spreadsheets.values.get": _values_get,
    "sheets.spreadsheets.values.batchGet": _values_batch_get,
    "sheets.spreadsheets.values.update": _values_update,
    "sheets.spreadsheets.values.batchUpdate": _values_batch_update,
    "sheets.spreadsheets.values.append": _values_append,
    "sheets.spreadsheets.values.clear": _values_clear,
    "sheets.spreadsheets.values.batchClear": _values_batch_clear,
    "sheets.spreadsheets.getByDataFilter": _get_by_filter,
    "sheets.spreadsheets.values.batchGetByDataFilter": _values_get_by_filter,
    "sheets.spreadsheets.values.batchUpdateByDataFilter": _values_update_by_filter,
    "sheets.spreadsheets.values.batchClearByDataFilter": _values_clear_by_filter,
    "sheets.spreadsheets.developerMetadata.get": _metadata_get,
    "sheets.spreadsheets.developerMetadata.search": _metadata_search,
    "sheets.spreadsheets.sheets.copyTo": _copy_to,
}
