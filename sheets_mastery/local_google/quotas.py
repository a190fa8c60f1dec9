"""Google's quotas, in force when they are asked for: so much a minute or a day, for one user or the whole project.

The numbers are those of projects made since May 2026 (https://developers.google.com/workspace/sheets/api/limits and
…/gmail/api/reference/quota). A limit looks back over its window from every request on, by the server's own clock.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .discovery import Method
from .errors import GoogleError, error, invalid_argument

#: The one project that all callers belong to.
PROJECT = 104729000000
#: Methods that only read although they are POSTs. Google does not say which quota they draw on: they are taken for
#: what they do.
READING_POSTS = {
    "sheets.spreadsheets.getByDataFilter",
    "sheets.spreadsheets.values.batchGetByDataFilter",
    "sheets.spreadsheets.developerMetadata.search",
}
#: What Gmail charges for a method; 5 for any other.
GMAIL_UNITS = {
    "gmail.users.messages.send": 100,
    "gmail.users.messages.get": 20,
    "gmail.users.messages.trash": 20,
    "gmail.users.messages.attachments.get": 20,
    "gmail.users.drafts.send": 100,
    "gmail.users.drafts.create": 10,
    "gmail.users.drafts.delete": 10,
    "gmail.users.drafts.get": 20,
    "gmail.users.drafts.update": 15,
    "gmail.users.threads.get": 40,
    "gmail.users.history.list": 2,
    "gmail.users.labels.list": 1,
    "gmail.users.getProfile": 1,
}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limit:
    """One of Google's limits."""

    #: What it counts: "Read", "Write" (requests of Sheets) or "Gmail" (units).
    counts: str
    #: Google's own number.
    value: int
    #: Whether every user has the allowance to himself, or the project as a whole.
    each_user: bool
    #: How far it looks back.
    window: timedelta = MINUTE


LIMITS = {
    "ReadRequestsPerMinutePerUser": Limit(counts="Read", value=60, each_user=True),
    "ReadRequestsPerMinutePerProject": Limit(counts="Read", value=300, each_user=False),
    "WriteRequestsPerMinutePerUser": Limit(counts="Write", value=60, each_user=True),
    "WriteRequestsPerMinutePerProject": Limit(counts="Write", value=300, each_user=False),
    "GmailUnitsPerMinutePerUser": Limit(counts="Gmail", value=6_000, each_user=True),
    "GmailUnitsPerMinutePerProject": Limit(counts="Gmail", value=1_200_000, each_user=False),
    "GmailUnitsPerDayPerProject": Limit(counts="Gmail", value=80_000_000, each_user=False, window=DAY),
}


class Quotas:
    """What has been spent, and the refusals of those who spend more."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._values: dict[str, int] = {}
        #: (limit, user or "") -> when how much was spent, oldest first.
        self._spent: dict[tuple[str, str], deque[tuple[datetime, int]]] = defaultdict(deque)

    def order(self, said: Any) -> dict[str, Any]:
        """Put limits in force, by name, instead of those before: a number, or null for Google's own. Begin anew."""
        if not isinstance(said, dict) or not set(said) <= set(LIMITS):
            raise invalid_argument(f"Quotas are an object with some of {sorted(LIMITS)}.")
        if not all(value is None or (isinstance(value, int) and value >= 0) for value in said.values()):
            raise invalid_argument("A quota is a number, or null for Google's own.")
        self._values = {name: LIMITS[name].value if value is None else value for name, value in said.items()}
        self._spent.clear()
        return self.told()

    def told(self) -> dict[str, Any]:
        """Return the limits in force."""
        return {"quotas": self._values}

    def spend(self, method: Method, user: str) -> None:
        """Count a request of a user. Google's 429 or 403 where it is one too many; then it was not carried out."""
        counts, cost = _cost(method)
        now, account = self._now(), []
        for name, value in self._values.items():
            limit = LIMITS[name]
            if limit.counts != counts:
                continue
            spent = self._spent[name, user if limit.each_user else ""]
            while spent and spent[0][0] <= now - limit.window:
                spent.popleft()
            if sum(each for _, each in spent) + cost <= value:
                account.append(spent)
                continue
            if counts == "Gmail":
                # Gmail counts what it refuses as well: who asks too early waits longer
                spent.append((now, cost))
                raise _gmail_refusal(limit, _again(spent, value - cost) + limit.window)
            raise _sheets_refusal(name, limit, value)
        for spent in account:
            spent.append((now, cost))


def _cost(method: Method) -> tuple[str, int]:
    if method.api.name == "gmail":
        return "Gmail", GMAIL_UNITS.get(method.id, 5)
    if method.api.name == "sheets":
        return "Read" if method.http_method == "GET" or method.id in READING_POSTS else "Write", 1
    return "", 0


def _again(spent: deque[tuple[datetime, int]], room: int) -> datetime:
    """Return when that was spent which must be out of sight before no more than ``room`` is left."""
    total = sum(cost for _, cost in spent)
    for when, cost in spent:
        total -= cost
        if total <= room:
            return when
    return spent[-1][0]


def _sheets_refusal(name: str, limit: Limit, value: int) -> GoogleError:
    each, unit = (" per user", "/{user}") if limit.each_user else ("", "")
    metric = f"{limit.counts} requests"
    said = (
        f"Quota exceeded for quota metric '{metric}' and limit '{metric} per minute{each}' of service "
        f"'sheets.googleapis.com' for consumer 'project_number:{PROJECT}'."
    )
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{PROJECT}",
            "quota_metric": f"sheets.googleapis.com/{limit.counts.lower()}_requests",
            "quota_limit": name,
            "quota_limit_value": str(value),
            "quota_location": "global",
            "quota_unit": f"1/min/{{project}}{unit}",
        },
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return error(429, said, details=[info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}])


def _gmail_refusal(limit: Limit, again: datetime) -> GoogleError:
    if limit.window == DAY:
        said = plain = "Daily Limit Exceeded"
        reason, status = "dailyLimitExceeded", {}
    else:
        plain = "User-rate limit exceeded."
        # To the millisecond, and never too early
        until = (again + timedelta(microseconds=999)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = f"{plain}  Retry after {until}"
        reason, status = "rateLimitExceeded", {"status": "PERMISSION_DENIED"}
    item = {"message": plain, "domain": "usageLimits", "reason": reason}
    return GoogleError(403, {"error": {"code": 403, "message": said, "errors": [item], **status}})
