"""What Drive knows about a spreadsheet: whether anything was changed, and its title.

Drive asks for a scope of its own, which a school that only shares its sheets need not grant: a caller is prepared for
CredentialsError and does without.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.auth.credentials import Credentials

from sheets_mastery.errors import CredentialsError, SheetNotFound, SheetNotShared, Unreachable
from sheets_mastery.google.services import Refused, call, service
from sheets_mastery.google.wire import Wire


class DriveFiles:
    """Google Drive for one account."""

    def __init__(self, credentials: Credentials, *, endpoint: str | None = None, timeout: float = 180) -> None:
        """`endpoint` is the address of a local Google, if any; `timeout` is for one request, in seconds."""
        self._wire = Wire(credentials, endpoint=endpoint, timeout_seconds=timeout)
        self._files = service("drive", "v3", self._wire).files()

    def modified(self, spreadsheet_id: str) -> tuple[int, datetime]:
        """The version, which grows with every change by anybody, and the time of the last one.

        Neither moves when only formulas come to another result, so they say that something changed and never that
        nothing did.
        Raises SheetNotFound, SheetNotShared, Unreachable or CredentialsError.
        """
        answer = self._get(spreadsheet_id, "version,modifiedTime")
        try:
            return int(answer["version"]), datetime.fromisoformat(answer["modifiedTime"])
        except (KeyError, TypeError, ValueError) as odd:
            raise Unreachable("Drive's answer is not whole.") from odd

    def title(self, spreadsheet_id: str) -> str:
        """The document's title. Raises as `modified` does."""
        title = self._get(spreadsheet_id, "name").get("name")
        if not isinstance(title, str):
            raise Unreachable("Drive's answer is not whole.")
        return title

    def _get(self, spreadsheet_id: str, fields: str) -> dict[str, Any]:
        try:
            return call(self._files.get(fileId=spreadsheet_id, fields=fields, supportsAllDrives=True))
        except Refused as refused:
            refusal = refused.refusal
        if refusal.credentials:
            raise CredentialsError(refusal.credentials)
        if refusal.rate or refusal.used_up or refusal.outage:
            raise Unreachable("Drive has no answer just now, or asks to wait.")
        if refusal.status == 404:
            raise SheetNotFound("Drive shows this account no document with this id.")
        raise SheetNotShared("Drive does not show this document to the account.")

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()
