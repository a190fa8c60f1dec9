"""Google's error bodies.

Sheets answers ``{"error": {code, message, status, details?}}``; Drive and Gmail put an ``errors`` array beside them
(recorded exchanges, and the public error guides of each API).
"""

from __future__ import annotations

from typing import Any

#: HTTP status -> the canonical name Google prints beside it.
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class GoogleError(Exception):
    """An answer other than 2xx. ``status`` is the HTTP status, ``body`` the JSON object that goes with it."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


class Invalid(Exception):
    """A request in a batch that cannot be carried out; the message is Google's, without the prefix."""


def error(status: int, message: str, *, details: list[dict[str, Any]] | None = None) -> GoogleError:
    """Return an error as Sheets prints it."""
    said: dict[str, Any] = {"code": status, "message": message, "status": STATUS_NAMES.get(status, "UNKNOWN")}
    if details:
        said["details"] = details
    return GoogleError(status, {"error": said})


def classic_error(
    status: int,
    reason: str,
    message: str,
    *,
    domain: str = "global",
    location: str | None = None,
    location_type: str | None = None,
    status_name: str | None = None,
) -> GoogleError:
    """Return an error as Drive and Gmail print it: with an ``errors`` array, and a status name where they add one."""
    item = {"message": message, "domain": domain, "reason": reason}
    if location is not None:
        item["location"] = location
        item["locationType"] = location_type or "parameter"
    said: dict[str, Any] = {"code": status, "message": message, "errors": [item]}
    if status_name is not None:
        said["status"] = status_name
    return GoogleError(status, {"error": said})


def not_found() -> GoogleError:
    """Sheets: no such spreadsheet."""
    return error(404, "Requested entity was not found.")


def permission_denied() -> GoogleError:
    """Sheets: the spreadsheet is not shared with the caller."""
    return error(403, "The caller does not have permission")


def invalid_argument(message: str, *, violations: list[tuple[str, str]] | None = None) -> GoogleError:
    """Return a 400; ``violations`` are (field, description) pairs as in ``google.rpc.BadRequest``."""
    if not violations:
        return error(400, message)
    fields = [{"field": field, "description": said} if field else {"description": said} for field, said in violations]
    return error(
        400, message, details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}]
    )


def unreadable(what: str) -> GoogleError:
    """Drive: a file whose content cannot be made into a spreadsheet. ``what`` says why."""
    return classic_error(400, "badRequest", what)


def not_implemented(what: str) -> GoogleError:
    """Return the loud 501 for anything that this server does not speak. ``what`` names it."""
    return error(501, f"The local Google does not speak {what}.")
