"""Every spreadsheet that this Google holds, and who may do what with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sheets_mastery.local_google.errors import Invalid, invalid_argument, not_found, not_implemented, permission_denied
from sheets_mastery.local_google.store import Store

from .batch import KINDS
from .defaults import PROPERTIES
from .document import Document
from .tabs import check_properties

KIND = "spreadsheets"
CREATABLE = {"spreadsheetId", "properties", "sheets", "namedRanges", "spreadsheetUrl"}
#: A list that a sheet may be made with -> the request that adds one item of it, and the item's name in that.
BY_REQUEST = {
    "merges": ("mergeCells", "range"),
    "conditionalFormats": ("addConditionalFormatRule", "rule"),
    "protectedRanges": ("addProtectedRange", "protectedRange"),
    "bandedRanges": ("addBanding", "bandedRange"),
    "charts": ("addChart", "chart"),
}
ROLES = ("none", "reader", "writer")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Card:
    """What Drive shows of a spreadsheet."""

    #: The spreadsheet's id, which is also the file's.
    id: str
    #: The spreadsheet's title, which is also the file's name.
    title: str
    #: When it was made: RFC 3339 in UTC with milliseconds and a Z.
    created: str
    #: When it was last written to, likewise.
    modified: str
    #: Grows by at least one with every write.
    version: int
    #: The address of the account that made it; "" where that was none.
    owner: str


class Spreadsheets:
    """The registry: create, open, change, copy and delete. Drive works on it, and so do the Sheets routes.

    A change is made on a copy and kept only when it came through.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        #: What tells an account's role on a spreadsheet; by default everybody may write.
        self.granted: Callable[[str, str], str] = lambda _spreadsheet_id, _account: "writer"
        #: The address of the account that is asking.
        self.account = ""
        self._open: dict[str, Document] = {}
        self._access: dict[str, dict[str, Any]] = {}

    def ids(self) -> list[str]:
        """Return the ids of all spreadsheets."""
        return self.store.keys(KIND)

    def card(self, spreadsheet_id: str) -> Card | None:
        """Return what Drive shows of it, or None where there is no such spreadsheet."""
        saved = self.store.load(KIND, spreadsheet_id)
        if saved is None:
            return None
        return Card(
            id=spreadsheet_id,
            title=saved["properties"]["title"],
            created=saved["created"],
            modified=saved["modified"],
            version=saved["version"],
            owner=saved.get("owner", ""),
        )

    def create(self, body: dict[str, Any], spreadsheet_id: str | None = None) -> Document:
        """Make a spreadsheet from a ``Spreadsheet`` resource, of which everything may be left out, and keep it."""
        return self.add(self.make(body, spreadsheet_id))

    def add(self, document: Document) -> Document:
        """Keep a spreadsheet that was made. It is the asking account's."""
        document.owner = self.account
        self._keep(document)
        return document

    def make(self, body: dict[str, Any], spreadsheet_id: str | None = None) -> Document:
        """Make a spreadsheet from a ``Spreadsheet`` resource; it is nowhere yet. 400 or 501 for what cannot be."""
        unknown = set(body) - CREATABLE
        if unknown:
            raise not_implemented(f"spreadsheets.create with {', '.join(sorted(unknown))}")
        given = {**PROPERTIES, **(body.get("properties") or {})}
        document = Document(spreadsheet_id or self.store.new_id(), given, _stamp(self.store.now()))
        self._wire(document)
        try:
            check_properties(given)
            sheets = body.get("sheets") or [{"properties": {"sheetId": 0, "title": "Sheet1"}}]
            for request in requests_for(sheets, body.get("namedRanges") or []):
                kind, said = next(iter(request.items()))
                KINDS[kind](document, said)
        except Invalid as wrong:
            raise invalid_argument(str(wrong)) from wrong
        document.kept.clear()  # a rule that was checked has worked out what was there by then
        return document

    def copy(self, spreadsheet_id: str, title: str) -> Document:
        """Make a copy under a new id and title. 404 when there is no such spreadsheet."""
        state = self._load(spreadsheet_id).to_json()
        stamp = _stamp(self.store.now())
        new_id = self.store.new_id()
        properties = {**state["properties"], "title": title}
        copied = {**state, "properties": properties, "created": stamp, "modified": stamp, "version": 1}
        document = Document.from_json({**copied, "spreadsheetId": new_id})
        for protected in (each for tab in document.tabs for each in tab.parts["protectedRanges"]):
            # what is protected stays so, but nobody else may edit it any more (seen by users of gspread, issue 1072)
            if not protected.get("warningOnly"):
                protected["editors"] = {"users": [self.account]}
        self._wire(document)
        return self.add(document)

    def rename(self, spreadsheet_id: str, title: str) -> None:
        """Give it another title, as a rename in Drive does."""
        document = self._load(spreadsheet_id).copy()
        document.properties["title"] = title
        self.commit(document)

    def delete(self, spreadsheet_id: str) -> None:
        """Delete it for good."""
        self.store.delete(KIND, spreadsheet_id)
        self._open.pop(spreadsheet_id, None)

    def read(self, spreadsheet_id: str) -> Document:
        """Return it for reading only. 404 when there is none, 403 when it is not shared with us."""
        document = self._load(spreadsheet_id)
        if self.role(spreadsheet_id) == "none":
            raise permission_denied()
        return document

    def edit(self, spreadsheet_id: str) -> Document:
        """Return a copy to change and then ``commit``. 404, or 403 when we may not write."""
        document = self._load(spreadsheet_id)
        if self.role(spreadsheet_id) != "writer":
            raise permission_denied()
        return document.copy()

    def commit(self, document: Document) -> None:
        """Keep a changed copy in place of what was there: all of it or, if the process dies, none of it."""
        document.modified = _stamp(self.store.now())
        document.version += 1
        self._keep(document)

    def set_access(self, said: Any) -> dict[str, Any]:
        """Script our rights on one spreadsheet: ``{"spreadsheetId", "role"?, "protectedAgainstUs"?}``."""
        if not isinstance(said, dict) or not set(said) <= {"spreadsheetId", "role", "protectedAgainstUs"}:
            raise invalid_argument("Access is an object of spreadsheetId, role and protectedAgainstUs.")
        if said.get("role", "writer") not in ROLES or "spreadsheetId" not in said:
            raise invalid_argument(f"Access needs a spreadsheetId, and a role is one of {', '.join(ROLES)}.")
        document = self._load(said["spreadsheetId"])
        self._access[document.id] = said
        document.protected_against_us = bool(said.get("protectedAgainstUs"))
        return {}

    def role(self, spreadsheet_id: str, account: str | None = None) -> str:
        """Return what an account, or whoever is asking, may do with it: "writer", "reader" or "none"."""
        scripted: str = self._access.get(spreadsheet_id, {}).get("role", "writer")
        return min(scripted, self.granted(spreadsheet_id, account or self.account), key=ROLES.index)

    def _load(self, spreadsheet_id: str) -> Document:
        if spreadsheet_id not in self._open:
            saved = self.store.load(KIND, spreadsheet_id)
            if saved is None:
                raise not_found()
            self._open[spreadsheet_id] = Document.from_json(saved)
            for tab in self._open[spreadsheet_id].tabs:
                tab.share()
            self._wire(self._open[spreadsheet_id])
        self._open[spreadsheet_id].account = self.account
        return self._open[spreadsheet_id]

    def _wire(self, document: Document) -> None:
        document.now, document.new_id = self.store.now, self.store.new_id

    def _keep(self, document: Document) -> None:
        self.store.save(KIND, document.id, document.to_json())
        self._open[document.id] = document


def requests_for(sheets: list[dict[str, Any]], named_ranges: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the batchUpdate requests that make the sheets of a ``Spreadsheet`` resource. 501 for what they cannot."""
    for number, sheet in enumerate(sheets):
        unknown = set(sheet) - {"properties", "data", "basicFilter", *BY_REQUEST}
        if unknown:
            raise not_implemented(f"spreadsheets.create with sheets.{', '.join(sorted(unknown))}")
        said = {"sheetId": number, "title": f"Sheet{number + 1}", **sheet.get("properties", {}), "index": number}
        yield {"addSheet": {"properties": said}}
    for named in named_ranges:
        yield {"addNamedRange": {"namedRange": named}}
    for number, sheet in enumerate(sheets):
        sheet_id = sheet.get("properties", {}).get("sheetId", number)
        for data in sheet.get("data", []):
            start = {"rowIndex": data.get("startRow", 0), "columnIndex": data.get("startColumn", 0)}
            rows = data.get("rowData", [])
            yield {"updateCells": {"start": {**start, "sheetId": sheet_id}, "rows": rows, "fields": "*"}}
            for dimension, name, first in (("ROWS", "row", "startRow"), ("COLUMNS", "column", "startColumn")):
                for index, line in enumerate(data.get(f"{name}Metadata", []), data.get(first, 0)):
                    span = {"sheetId": sheet_id, "dimension": dimension}
                    span |= {"startIndex": index, "endIndex": index + 1}
                    if line:
                        yield {"updateDimensionProperties": {"range": span, "properties": line, "fields": "*"}}
        for name, (kind, word) in BY_REQUEST.items():
            for index, part in enumerate(sheet.get(name, [])):
                order = {"index": index} if name == "conditionalFormats" else {}
                yield {kind: {word: part, **order}}
        if "basicFilter" in sheet:
            yield {"setBasicFilter": {"filter": sheet["basicFilter"]}}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
