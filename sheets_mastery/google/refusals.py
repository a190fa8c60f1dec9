"""What Google means when it says no.

The three APIs say it in three dialects, and the status alone misleads: a quota is often a 403 with "PERMISSION_DENIED"
(Gmail), a protected cell is a 400 (Sheets), and the time after which to come back stands in the text (Gmail) and in no
header. Google's own words may quote a cell, so they are read here and never shown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sheets_mastery.google.wire import Answer

_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_DAY = {"dailyLimitExceeded", "quotaExceeded"}
_RETRY_AT = re.compile(r"Retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)", re.IGNORECASE)
_SUBREQUEST = re.compile(r"Invalid (requests\[\d+\](?:\.\w+)?)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One answer that is no 2xx, understood."""

    #: The HTTP status.
    status: int
    #: Google's reasons, such as "rateLimitExceeded", from either of the places where they may stand; lower-level ones
    #: too.
    reasons: frozenset[str]
    #: The moment before which Google does not want to be asked again, where the text names one.
    retry_at: datetime | None
    #: Seconds that a Retry-After header asks for; 0 without one.
    retry_after: float
    #: A protected range was in the way.
    protected: bool
    #: The document is a file of another kind, such as an Excel file, that Drive shows as a sheet.
    other_kind: bool
    #: Which part of a batch was at fault, such as "requests[3].updateCells"; "" where that is not said.
    part: str

    @classmethod
    def of(cls, answer: Answer) -> Refusal:
        """Read an answer. One that is not from Google at all, such as a proxy's page, has a status and nothing else."""
        error = _error(answer.body)
        text = error.get("message")
        message = text if isinstance(text, str) else ""
        found = _RETRY_AT.search(message)
        part = _SUBREQUEST.search(message)
        after = answer.headers.get("Retry-After", "")
        return cls(
            status=answer.status,
            reasons=frozenset(_reasons(error)),
            retry_at=datetime.fromisoformat(found[1]).astimezone(UTC) if found else None,
            retry_after=float(after) if after.isascii() and after.isdigit() else 0.0,
            protected="protected cell or object" in message,
            other_kind="not supported for this document" in message,
            part=part[1] if part else "",
        )

    @property
    def rate(self) -> bool:
        """Too much in too short a time: nothing was done, and later it will be."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or (
            self.status == HTTPStatus.FORBIDDEN and bool(self.reasons & _RATE)
        )

    @property
    def used_up(self) -> bool:
        """The day's allowance is gone: nothing was done, and waiting a minute does not help."""
        return self.status == HTTPStatus.FORBIDDEN and bool(self.reasons & _DAY)

    @property
    def outage(self) -> bool:
        """Google's own trouble; what was asked for may have been done or not."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def credentials(self) -> str:
        """What is wrong with the credentials, as a sentence; "" where the refusal is not about them."""
        if self.reasons & {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}:
            return "google.credentials: the sign-in does not cover this; sign in again and tick every box."
        if self.reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
            return "google.credentials: the API is not switched on for their project; enable it in the Cloud console."
        return ""


def _error(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(error: dict[str, Any]) -> set[str]:
    listed = [each for place in ("errors", "details") for each in error.get(place) or [] if isinstance(each, dict)]
    return {str(each["reason"]) for each in listed if "reason" in each} | (
        {"RATE_LIMIT_EXCEEDED"} if error.get("status") == "RESOURCE_EXHAUSTED" else set()
    )
