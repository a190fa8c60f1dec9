"""``spreadsheets.batchUpdate``: every request in order, all of them or none.

``KINDS`` says which requests there are. Each takes the document, which is a copy that is thrown away if anything fails,
and the request, and returns its reply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sheets_mastery.local_google.errors import Invalid, invalid_argument, not_implemented

from . import cells, metadata, objects, rulebook, tabs
from .defaults import MOST_CELLS
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
        document.kept.clear()
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


KINDS: dict[str, Callable[[Document, Request], Request]] = {
    "addSheet": tabs.add_sheet,
    "deleteSheet": tabs.delete_sheet,
    "duplicateSheet": tabs.duplicate_sheet,
    "updateSheetProperties": tabs.update_sheet_properties,
    "updateSpreadsheetProperties": tabs.update_spreadsheet_properties,
    "insertDimension": tabs.insert_dimension,
    "deleteDimension": tabs.delete_dimension,
    "moveDimension": tabs.move_dimension,
    "appendDimension": tabs.append_dimension,
    "updateDimensionProperties": tabs.update_dimension_properties,
    "autoResizeDimensions": tabs.auto_resize_dimensions,
    "addDimensionGroup": tabs.add_dimension_group,
    "updateDimensionGroup": tabs.update_dimension_group,
    "deleteDimensionGroup": tabs.delete_dimension_group,
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
    "addConditionalFormatRule": rulebook.add_rule,
    "updateConditionalFormatRule": rulebook.update_rule,
    "deleteConditionalFormatRule": rulebook.delete_rule,
    "createDeveloperMetadata": metadata.create_metadata,
    "updateDeveloperMetadata": metadata.update_metadata,
    "deleteDeveloperMetadata": metadata.delete_metadata,
    **objects.REQUESTS,
}
