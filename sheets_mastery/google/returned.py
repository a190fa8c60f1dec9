"""What has come back to a Gmail mailbox: the mails of mail servers, each read once. Nothing in it is changed.

Gmail finds a mail up to minutes after it has come, so what is asked for overlaps with what was read, and the ids of the
mails in the overlap are remembered. An ask costs one request, and one more for each mail that is new.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sheets_mastery.bounces import LARGEST, Batch
from sheets_mastery.errors import CredentialsError, MailboxUnread, Unreachable
from sheets_mastery.google import units
from sheets_mastery.google.refusals import Refusal
from sheets_mastery.google.services import Refused, call, service
from sheets_mastery.google.wire import Wire

#: Who writes such mails.
_SENDERS = "{from:mailer-daemon from:postmaster}"
#: The first look goes back so far …
_FIRST = timedelta(days=14)
#: … and the next ones overlap by so much, moved on a day at a time.
_OVERLAP, _STEP = timedelta(days=3), timedelta(days=1)
#: So many mails are read at once, of so many pages: a flood is nobody's reason to send no letters.
_MOST, _PAGES, _PAGE = 100, 4, 500
_SILENT = "Gmail did not answer, so what has come back is read next time."


class GmailReturns:
    """The mailbox from which letters leave."""

    name = "gmail"

    def __init__(self, wire: Wire, *, spend: Callable[[int], None] = lambda _: None) -> None:
        """`wire` is the way to Google for the account, with the scope `auth.READ`; it is closed with this.

        `spend` is told of every request how many of Gmail's units it has cost, which letters cannot use any more.
        """
        self._wire = wire
        self._spend = spend
        self._messages = service("gmail", "v1", self._wire).users().messages()

    def read(self, mark: str, now: datetime) -> Batch:
        """The mails since `mark`. Raises MailboxUnread, or CredentialsError where the account may not read."""
        after, known = _remembered(mark, int((now - _FIRST).timestamp()))
        fresh = [each for each in reversed(self._listed(after)) if each not in known]
        mails, trouble = [], ""
        read = dict(known)
        for message in fresh[:_MOST]:
            try:
                found = call(self._messages.get(userId="me", id=message, format="raw", fields="raw,internalDate"))
            except (Unreachable, Refused) as problem:
                if not (isinstance(problem, Refused) and problem.refusal.status == 404):
                    trouble = _SILENT
                    break
                found = {}  # somebody has deleted it since
            finally:
                self._spend(units.GET_MESSAGE)
            read[message] = _seconds(found, now)
            if raw := _bytes(found):
                mails.append(raw)
        horizon = int((now - _OVERLAP).timestamp())
        if len(fresh) <= _MOST and not trouble and horizon - after >= _STEP.total_seconds():
            after = horizon
            read = {message: came for message, came in read.items() if came >= after}
        said = mark if (after, read) == (_remembered(mark, after)[0], known) and mark else _mark(after, read)
        return Batch(mails=tuple(mails), mark=said, trouble=trouble)

    def check(self) -> None:
        """Ask for nothing, to see whether one may. Raises as `read`."""
        self._list(q=_SENDERS, maxResults=1, fields="messages(id)")

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def _listed(self, after: int) -> list[str]:
        """The ids of the mails that have come since a second, the newest first."""
        ids: list[str] = []
        more: dict[str, str] = {}
        for _ in range(_PAGES):
            page = self._list(
                q=f"{_SENDERS} after:{after}",
                maxResults=_PAGE,
                includeSpamTrash=True,
                fields="messages(id),nextPageToken",
                **more,
            )
            ids += [str(each["id"]) for each in page.get("messages", []) if isinstance(each, dict) and "id" in each]
            if not page.get("nextPageToken"):
                break
            more = {"pageToken": str(page["nextPageToken"])}
        return ids

    def _list(self, **asked: Any) -> dict[str, Any]:
        try:
            return call(self._messages.list(userId="me", **asked))
        except Unreachable as silent:
            raise MailboxUnread(_SILENT) from silent
        except Refused as refused:
            raise _no(refused.refusal) from refused
        finally:
            self._spend(units.LIST)


def _no(refusal: Refusal) -> MailboxUnread | CredentialsError:
    if refusal.reasons & {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}:
        return CredentialsError(
            'mail.bounces: the sign-in does not let Gmail be read, and read_from = "gmail" needs the scope '
            "gmail.readonly; run `sign-in` again, or have an administrator allow it to the service account."
        )
    if refusal.credentials:
        return CredentialsError(refusal.credentials)
    if refusal.rate or refusal.used_up or refusal.outage:
        return MailboxUnread(_SILENT)
    return MailboxUnread(f"Gmail refuses to be searched for what has come back (status {refusal.status}).")


def _remembered(mark: str, first: int) -> tuple[int, dict[str, int]]:
    """From which second on to ask, and the mails read since: a mark that is none begins anew."""
    try:
        said = json.loads(mark)
        return int(said["after"]), {str(message): int(came) for message, came in said["read"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return first, {}


def _mark(after: int, read: Mapping[str, int]) -> str:
    return json.dumps({"after": after, "read": dict(sorted(read.items()))}, separators=(",", ":"))


def _seconds(found: Mapping[str, Any], now: datetime) -> int:
    """When a mail came into the mailbox."""
    try:
        return int(found["internalDate"]) // 1000
    except (KeyError, ValueError, TypeError):
        return int(now.timestamp())


def _bytes(found: Mapping[str, Any]) -> bytes:
    raw = found.get("raw")
    # Four letters hold three bytes; a whole mail can have 35 MB.
    wanted = raw[: LARGEST // 3 * 4] if isinstance(raw, str) else ""
    try:
        return base64.urlsafe_b64decode(wanted + "=" * (-len(wanted) % 4))
    except (ValueError, binascii.Error):
        return b""
