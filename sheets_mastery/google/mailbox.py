"""The Gmail mailbox of one account, whichever way letters leave from it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from sheets_mastery.google.posting import check_addresses, continues, headers_of
from sheets_mastery.google.services import call, service
from sheets_mastery.google.wire import Wire


class Mailbox:
    """What every way to send needs of the mailbox."""

    def __init__(
        self,
        wire: Wire,
        *,
        spend: Callable[[int], None] = lambda _: None,
        thread_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`wire` is the way to Google for the account; it is closed together with the mailbox.

        `spend` is told of every request how many of Gmail's units it has cost. `thread_of` tells of a letter, by its
        token, in which of Gmail's threads it lies; "" where nobody knows.
        """
        self._wire = wire
        self._spend = spend
        self._thread_of = thread_of
        mailbox = service("gmail", "v1", wire).users()
        self._drafts, self._messages = mailbox.drafts(), mailbox.messages()

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def _thread(self, letter: bytes, sender: str, recipient: str) -> str:
        """The thread that a letter belongs into, "" for a new one. MailNotAsMeant where its headers name others."""
        headers = headers_of(letter)
        check_addresses(headers, sender, recipient)
        earlier = continues(headers)
        return self._thread_of(earlier) if earlier else ""

    def _call(self, cost: int, request: Any) -> dict[str, Any]:
        try:
            return call(request)
        finally:
            self._spend(cost)


def message_of(letter: bytes, thread: str) -> dict[str, str]:
    """A letter as Gmail takes it, into a thread of its own where `thread` is ""."""
    return {"raw": base64.urlsafe_b64encode(letter).decode("ascii")} | ({"threadId": thread} if thread else {})
