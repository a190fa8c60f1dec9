"""Gmail's folder Sent, searched for letters of ours: for a ledger that does not know what has left."""

from __future__ import annotations

from collections.abc import Iterable

from sheets_mastery.envelope import reference
from sheets_mastery.errors import MailLater, MailUnknown, Unreachable
from sheets_mastery.google.posting import later_of
from sheets_mastery.google.services import Refused, call, service
from sheets_mastery.google.wire import Wire

_NOT_SEARCHED = "It may have left before the ledger was put back, and this account's mail may not be searched."


class GmailSent:
    """What one account has sent."""

    def __init__(self, wire: Wire) -> None:
        """`wire` is the way to Google for the account, closed together with this."""
        self._wire = wire
        self._messages = service("gmail", "v1", wire).users().messages()

    def among_sent(self, keys: Iterable[str]) -> bool:
        """Whether one of these letters is in the folder Sent, by the reference in its footer.

        Raises MailUnknown where this account may not search its mail, MailLater where Gmail cannot be asked just now.
        """
        words = " ".join(f'"{reference(key)}"' for key in keys)
        try:
            found = call(
                self._messages.list(userId="me", q=f"in:sent {{{words}}}", maxResults=1, fields="messages(id)")
            )
        except Unreachable as silent:
            raise MailLater("Gmail did not answer; look again in a moment.") from silent
        except Refused as refused:
            if refused.refusal.status == 403 and not (refused.refusal.rate or refused.refusal.used_up):
                raise MailUnknown(_NOT_SEARCHED) from refused
            raise later_of(refused.refusal) from refused
        return bool(found.get("messages"))

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()
