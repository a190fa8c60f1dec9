"""Who stands behind a bearer, and which of Google's methods the bearer is good for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sheets_mastery.local_google.discovery import Method
from sheets_mastery.local_google.errors import STATUS_NAMES, GoogleError
from sheets_mastery.local_google.store import Store

GRANTS = "oauth/grants"
ACCESS_TOKENS = "oauth/access"
CONSENT = "oauth/consent"

#: Whom a bearer that was not issued here stands for, until ``POST /_local/oauth/consent`` names another.
TEACHER = "teacher@school.example"

_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
#: ErrorInfo's reason -> status, message, and the message and reason in the ``errors`` array of Drive and Gmail.
REFUSALS = {
    "CREDENTIALS_MISSING": (
        401,
        f"Request is missing required authentication credential. {_EXPECTED}",
        "Login Required.",
        "required",
    ),
    "ACCESS_TOKEN_EXPIRED": (
        401,
        f"Request had invalid authentication credentials. {_EXPECTED}",
        "Invalid Credentials",
        "authError",
    ),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (
        403,
        "Request had insufficient authentication scopes.",
        "Insufficient Permission",
        "insufficientPermissions",
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Caller:
    """The account on whose behalf a request comes."""

    #: The account's address, in lower case.
    email: str
    #: What the bearer was granted, as full scope addresses; None when it was not issued here, and so anything goes.
    scopes: frozenset[str] | None
    #: Whether a service account speaks for itself: it has no mailbox and no room of its own in Drive.
    robot: bool


def person(store: Store) -> dict[str, Any]:
    """Return who sits at the browser, ``account``, and which scopes that person does not grant, ``withhold``."""
    return store.load(CONSENT, "person") or {"account": TEACHER, "withhold": []}


def caller(store: Store, headers: Mapping[str, str]) -> Caller:
    """Return the caller that the ``authorization`` header stands for; one nobody knows stands for the person."""
    granted = _live(store, headers)
    if granted is None:
        return Caller(email=person(store)["account"], scopes=None, robot=False)
    return Caller(email=granted["account"], scopes=frozenset(granted["scopes"]), robot=granted["robot"])


def check(store: Store, method: Method, headers: Mapping[str, str]) -> None:
    """Raise Google's 401 or 403 for a request that its bearer does not cover.

    Which scopes open which method is read from the discovery documents. Paths that Google does not describe, such as
    ``/token``, are open.
    """
    if not headers.get("authorization"):
        raise _refusal("CREDENTIALS_MISSING", method)
    granted = _live(store, headers)
    if granted is None:
        raise _refusal("ACCESS_TOKEN_EXPIRED", method)
    if not set(granted["scopes"]) & set(method.scopes):
        raise _refusal("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method)


def _live(store: Store, headers: Mapping[str, str]) -> dict[str, Any] | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    granted: dict[str, Any] | None = store.load(ACCESS_TOKENS, token) if scheme.lower() == "bearer" else None
    if granted is None or granted["expires"] <= store.now().timestamp():
        return None
    return granted


def _refusal(info: str, method: Method) -> GoogleError:
    status, message, classic, reason = REFUSALS[info]
    said: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": STATUS_NAMES[status],
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": info,
                "domain": "googleapis.com",
                "metadata": {"service": f"{method.api.name}.googleapis.com", "method": method.id},
            }
        ],
    }
    if method.api.name != "sheets":
        where = {"location": "Authorization", "locationType": "header"} if status == 401 else {}
        said["errors"] = [{"message": classic, "domain": "global", "reason": reason, **where}]
    return GoogleError(status, {"error": said})
