"""Letters through a Gmail that lets letters be sent, but no drafts be made.

One request sends a letter, and Gmail puts a Message-ID of its own in the place of ours. So once the request has begun
only its answer, or the letter itself in the folder Sent, can tell whether the letter went.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NoReturn

from sheets_mastery.envelope import token
from sheets_mastery.errors import CredentialsError, MailLater, MailUnknown, Unreachable
from sheets_mastery.google import units
from sheets_mastery.google.mailbox import Mailbox, message_of
from sheets_mastery.google.posting import (
    LATER,
    LETTER_LATER,
    MAY_HAVE_GONE,
    asking,
    named,
    refuse_letter_or_wait,
)
from sheets_mastery.google.services import Refused

#: What is committed before a letter is sent: from here on a silence is in doubt.
_REQUEST_COMES = "the request comes next"
_NOT_YET = "The letter is not among those that Gmail has sent, as far as it shows them by now; it is looked for again."


class SendingMailer(Mailbox):
    """A mailbox that letters may be sent from and nothing more (the scope gmail.send)."""

    #: There is nobody to ask, so there is nothing to wait for.
    ask_after = timedelta()
    #: What one letter costs of Gmail's quota of units.
    units = units.SEND

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,  # noqa: ARG002 - Gmail cannot be told
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Send a letter by one request; answers Gmail's id of it, as `posting.named`.

        There is no draft; what `on_draft` commits is that the request comes next, and how its letter can be looked for.
        Raises as `gmail.GmailMailer.send`.
        """
        thread = self._thread(letter, sender, recipient)
        on_draft(self._mark())
        last_look()
        try:
            return self._send(letter, thread)
        except CredentialsError:
            # The request was turned away at the door, so nothing is in doubt.
            on_draft("")
            raise

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - Gmail cannot be asked
        """None for a letter that was interrupted before its request; MailUnknown for all others."""
        if not draft_id:
            return None
        raise MailUnknown(MAY_HAVE_GONE)

    def _mark(self) -> str:
        return _REQUEST_COMES

    def _send(self, letter: bytes, thread: str) -> str:
        try:
            sent = self._call(
                units.SEND, self._messages.send(userId="me", body=message_of(letter, thread), fields="id,threadId")
            )
        except Unreachable as silent:
            raise MailUnknown(MAY_HAVE_GONE) from silent
        except Refused as refused:
            if thread and refused.refusal.status == 404:
                # Somebody has deleted the conversation; nothing was sent, and the letter begins a new one.
                return self._send(letter, "")
            if refused.refusal.outage:
                raise MailUnknown(MAY_HAVE_GONE) from refused
            refuse_letter_or_wait(refused.refusal, refused)
        if not isinstance(sent.get("id"), str):
            raise MailUnknown(MAY_HAVE_GONE)
        return named(sent)


#: So long after a request Gmail may still carry it out (twice our patience); the letter then lies in Sent, where it can
#: be seen half an hour later at the latest.
_SETTLE = timedelta(minutes=32)
#: Not to be seen there counts only if it is so twice, so far apart.
_APART = timedelta(minutes=5)
#: So many letters are looked through, the newest first; a person looks where that is not enough.
_MOST = 100


class LookingMailer(SendingMailer):
    """A mailbox that letters may be sent from, and whose headers may be read (gmail.metadata or gmail.readonly).

    Before a letter is sent, it is noted which message in Sent is the newest and what time it is for Google: whatever
    becomes of this machine's clock, the letter lies above that message or was never sent.
    """

    ask_after = _SETTLE
    units = units.LIST + units.SEND

    def recover(self, key: str, draft_id: str) -> str | None:
        """After an interruption: the letter's name where it lies in Sent, None where it has twice not been there.

        Raises MailLater until then, MailUnknown where a person has to look, CredentialsError.
        """
        if not draft_id:
            return None
        if draft_id.count("@") not in {1, 2}:
            # It was begun in another way, before something else was granted.
            raise MailUnknown(MAY_HAVE_GONE)
        newest, asked, *missed = draft_id.split("@")
        with asking(silent=LETTER_LATER):
            found = self._found(key, newest)
        now = self._wire.answered
        if found or now is None:
            return found or self._not_yet(draft_id)
        if now < datetime.fromisoformat(asked) + _SETTLE:
            self._not_yet(draft_id)
        if not missed:
            self._not_yet(f"{draft_id}@{now.isoformat()}")
        if now < datetime.fromisoformat(missed[0]) + _APART:
            self._not_yet(draft_id)
        return None

    def _not_yet(self, noted: str) -> NoReturn:
        later = MailLater(_NOT_YET)
        later.noted = noted
        raise later

    def _mark(self) -> str:
        """The newest message in Sent and Google's time. MailLater."""
        with asking(silent=LATER):
            sent = self._sent(1)
        if self._wire.answered is None:
            raise MailLater(LATER)
        return f"{sent[0] if sent else ''}@{self._wire.answered.isoformat()}"

    def _sent(self, most: int) -> list[str]:
        asked = self._messages.list(userId="me", labelIds=["SENT"], maxResults=most, fields="messages(id)")
        return [str(each["id"]) for each in self._call(units.LIST, asked).get("messages", [])]

    def _found(self, key: str, newest: str) -> str:
        """The letter's name among what was sent after a message; "" where it is not there. MailUnknown."""
        listed = self._sent(_MOST)
        if newest not in listed and (newest or len(listed) == _MOST):
            raise MailUnknown(MAY_HAVE_GONE)
        since = listed[: listed.index(newest)] if newest else listed
        for each in since:
            asked = self._messages.get(
                userId="me",
                id=each,
                format="metadata",
                metadataHeaders=["X-SM-Notice"],
                fields="id,threadId,payload(headers)",
            )
            message = self._call(units.GET_MESSAGE, asked)
            headers = message.get("payload", {}).get("headers", [])
            if any(header.get("value") == token(key) for header in headers):
                return named(message)
        return ""
