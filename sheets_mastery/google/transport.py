"""gspread's way to Google: quotas waited for, refusals said to a teacher.

A read is repeated while Google is out of breath (429, a rate limit's 403, 5xx), with exponential backoff and full
jitter, so that a school whose syncs were refused together does not come back together. A write is repeated only after
an answer that says nothing was done. After a 5xx or silence it may have been done; the next sync plans against what it
then reads, so it is left alone.
"""

from __future__ import annotations

import json as json_text
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

import gspread
from gspread.http_client import FileType, ParamsType
from requests import Response

from sheets_mastery.errors import (
    CredentialsError,
    ProtectionRefused,
    SheetError,
    SheetNotFound,
    SheetNotShared,
    SheetProtected,
    Unreachable,
)
from sheets_mastery.google.refusals import Refusal
from sheets_mastery.google.wire import Answer, Wire

#: The longest pause before the second try, in seconds; it doubles with every further one …
_FIRST_PAUSE = 1.0
#: … up to this. Google's quotas are by the minute.
_LONGEST_PAUSE = 64.0


class SheetsTransport(gspread.HTTPClient):
    """gspread's HTTP client with our manners.

    `whoami` is the account in words or as an address, for the sentence that asks to share a sheet with it; `sleep` and
    `uniform` are `time.sleep` and `random.uniform`.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        whoami: str,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        super().__init__(auth=None, session=wire.session)  # type: ignore[arg-type]  # gspread's docstring allows it
        self.wire = wire
        self.whoami = whoami
        self._sleep = sleep
        self._uniform = uniform

    def request(
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: Any = None,
    ) -> Response:
        """Send a request as gspread words it, and repeat it where that is safe.

        Raises SheetNotFound, SheetNotShared, SheetProtected, ProtectionRefused, SheetError, Unreachable or
        CredentialsError.
        """
        if files is not None:
            raise RuntimeError("Files are not sent: this service creates and uploads no documents.")
        said: dict[str, str] = dict(headers or {})
        body = data
        if json is not None:
            body = json_text.dumps(json, separators=(",", ":")).encode()
            said["Content-Type"] = "application/json"
        verb, url = method.upper(), self.wire.address(endpoint)
        deadline = self.wire.deadline()
        longest = _FIRST_PAUSE
        while True:
            answer = self.wire.send(verb, url, params=_texts(params), body=body, headers=said, deadline=deadline)
            if answer.ok:
                return _as_response(answer)
            refusal = Refusal.of(answer)
            if not (refusal.rate or (refusal.outage and verb == "GET")):
                raise self._error(refusal, verb)
            pause = max(self._uniform(0, longest), refusal.retry_after)
            if pause >= self.wire.left(deadline):
                raise self._error(refusal, verb)
            self._sleep(pause)
            longest = min(2 * longest, _LONGEST_PAUSE)

    def _error(self, refusal: Refusal, verb: str) -> SheetError | CredentialsError:
        if refusal.credentials:
            return CredentialsError(refusal.credentials)
        if refusal.rate or refusal.used_up:
            return Unreachable("Google asks to wait: the quota for requests is used up.")
        if refusal.part.endswith("ProtectedRange"):
            return ProtectionRefused(
                "Google refused to protect the tab with the letters for those under mail.approvers; nothing was "
                "changed."
            )
        if refusal.protected:
            return SheetProtected(
                "Google refused the write because a cell that it touches is protected; nothing was changed."
            )
        if refusal.other_kind:
            return SheetNotFound(
                "The document is a file of another kind (perhaps Excel), not a Google Sheet; "
                "open it in Google Sheets and choose File, Save as Google Sheets."
            )
        match refusal.status:
            case HTTPStatus.NOT_FOUND:
                return SheetNotFound("Google knows no spreadsheet with this id; compare it with the sheet's address.")
            case HTTPStatus.FORBIDDEN if verb == "GET":
                return SheetNotShared(
                    f"The spreadsheet is not shared with {self.whoami}; share it with that account as Editor."
                )
            case HTTPStatus.FORBIDDEN:
                return SheetNotShared(
                    f"{self.whoami} may look at the spreadsheet but not change it; make that account Editor."
                )
            case HTTPStatus.BAD_REQUEST:
                # Google's text may quote a cell; the part of the batch alone says enough to find the cause.
                where = f" ({refusal.part})" if refusal.part else ""
                return Unreachable(
                    f"Google took the request for a mistake{where} and did nothing; "
                    "the sheet was probably changed in between."
                )
        return Unreachable(f"Google answered with status {refusal.status} and without the sheet.")


def _texts(params: ParamsType | None) -> dict[str, str | list[str]]:
    """Query parameters as Google reads them: its booleans are lower-case words, and nothing is no parameter."""
    return {
        name: value if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (params or {}).items()
        if value is not None
    }


def _as_response(answer: Answer) -> Response:
    """The answer in the clothes that gspread reads."""
    response = Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.raw = BytesIO(answer.body)
    return response
