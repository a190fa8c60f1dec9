"""A gradebook in Google Sheets: read whole by one request, written by one more or by none."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from google.auth.credentials import Credentials
from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL

from sheets_mastery.a1 import quoted
from sheets_mastery.edits import DropStamp, Edit, PutStamp
from sheets_mastery.errors import Unreachable
from sheets_mastery.google.auth import account
from sheets_mastery.google.readings import MASK, STAMPS, reading, stamps
from sheets_mastery.google.requests import requests
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Traffic, Wire
from sheets_mastery.reading import Reading, SeenStamp, Watched

_SHOWN = "updatedSpreadsheet(sheets(properties(title),data(rowData(values(formattedValue)))))"


class GoogleSheets:
    """Google Sheets for one account. Close it, or use it as a context manager."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        endpoint: str | None = None,
        timeout: float = 180,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`endpoint` is the address of a local Google, if any; `timeout` is for a call with its tries, in seconds."""
        wire = Wire(credentials, endpoint=endpoint, timeout_seconds=timeout)
        self._transport = SheetsTransport(wire, whoami=account(credentials), sleep=sleep, uniform=uniform)

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._transport.wire.traffic

    @property
    def answered(self) -> datetime | None:
        """When the last answer was given, by Google's clock; None before the first."""
        return self._transport.wire.answered

    @property
    def whoami(self) -> str:
        """The account that a teacher shares the sheet with."""
        return self._transport.whoami

    def read(self, spreadsheet_id: str) -> Reading:
        """The whole spreadsheet at one moment, by one request.

        Raises SheetNotFound, SheetNotShared, SheetError, Unreachable or CredentialsError.
        """
        answer = self._call("get", SPREADSHEET_URL % spreadsheet_id, {"fields": MASK}, None)
        try:
            return reading(spreadsheet_id, answer)
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            raise Unreachable("Google's answer is not a whole spreadsheet.") from odd

    def apply(self, spreadsheet_id: str, edits: tuple[Edit, ...], watch: tuple[Watched, ...]) -> tuple[str, ...]:
        """Carry out all edits or none of them, by one request; without edits nothing is sent and nothing is answered.

        The answer holds the texts shown in the watched rectangles right after the write, rectangle by rectangle and row
        by row, "" for a blank: a caller who finds other texts than it planned with knows that rows or columns were
        moved in between. Raises SheetProtected, ProtectionRefused, SheetNotShared, SheetNotFound, CredentialsError, or
        Unreachable, after which the edits may have been carried out or not: what the next reading shows is true.
        """
        if not edits:
            return ()
        body = {
            "requests": requests(edits, self.whoami if "@" in self.whoami else ""),
            "includeSpreadsheetInResponse": True,
            "responseRanges": [f"{quoted(tab)}!{area}" for tab, area in watch],
            "responseIncludeGridData": True,
        }
        answer = self._call("post", SPREADSHEET_BATCH_UPDATE_URL % spreadsheet_id, {"fields": _SHOWN}, body)
        try:
            return _shown(answer, watch)
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as odd:
            raise Unreachable("Google's answer to the write was not whole; the next sync looks again.") from odd

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        """Put the service's stamp into the document by one request; answers the stamps that are there afterwards.

        Raises as `apply` does.
        """
        body = {"requests": requests(edits), "includeSpreadsheetInResponse": True, "responseIncludeGridData": False}
        mask = {"fields": f"updatedSpreadsheet({STAMPS})"}
        answer = self._call("post", SPREADSHEET_BATCH_UPDATE_URL % spreadsheet_id, mask, body)
        try:
            return stamps(answer.get("updatedSpreadsheet", {}))
        except (KeyError, TypeError, AttributeError) as odd:
            raise Unreachable("Google's answer to the write was not whole; the next run looks again.") from odd

    def _call(self, method: str, url: str, params: dict[str, Any], body: dict[str, Any] | None) -> dict[str, Any]:
        response = self._transport.request(method, url, params=params, json=body)
        try:
            answer = response.json()
        except ValueError as cut:
            raise Unreachable("Google's answer broke off, or something in between answered in its place.") from cut
        if not isinstance(answer, dict):
            raise Unreachable("Something in between answered in Google's place.")
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._transport.wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def _shown(answer: dict[str, Any], watch: tuple[Watched, ...]) -> tuple[str, ...]:
    """The texts of the watched rectangles. Google answers tab by tab and cuts off trailing blanks: put back here."""
    blocks = {
        sheet["properties"]["title"].casefold(): iter(sheet.get("data", ()))
        for sheet in answer["updatedSpreadsheet"]["sheets"]
    }
    texts: list[str] = []
    for tab, area in watch:
        rows = next(blocks[tab.casefold()]).get("rowData", ())
        for row in range(area.end_row - area.row):
            cells = rows[row].get("values", ()) if row < len(rows) else ()
            line = [cell.get("formattedValue", "") for cell in cells]
            texts += (line + [""] * (area.end_column - area.column - len(line)))[: area.end_column - area.column]
    return tuple(texts)
