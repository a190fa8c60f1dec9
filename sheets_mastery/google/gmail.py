"""Letters through a teacher's own Gmail, each at most once.

`messages.send` is not enough: Gmail replaces the Message-ID, so after a lost answer nobody can tell whether the letter
went. A draft is a token instead. It is made first and its id is committed by the caller; sending consumes it; and a
draft that can still be deleted has certainly not been sent and never will be.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

from sheets_mastery.envelope import is_untouched, reference
from sheets_mastery.errors import CredentialsError, MailLater, MailUnknown, Unreachable
from sheets_mastery.google import units
from sheets_mastery.google.mailbox import Mailbox, message_of
from sheets_mastery.google.posting import (
    LATER,
    LETTER_LATER,
    MAY_HAVE_GONE,
    asking,
    later_of,
    named,
    refuse_account,
    refuse_letter_or_wait,
)
from sheets_mastery.google.services import Refused, service
from sheets_mastery.google.wire import Wire

_CHANGED = "A person has changed the letter's draft in Gmail: send it from there, or delete it."
_GONE = "The letter's draft was gone: a person sent or deleted it."
_DRAFTS_LATER = "Gmail did not answer; the drafts are looked for again."


class GmailMailer(Mailbox):
    """The mailbox of one account."""

    #: A request without an answer may still be carried out for so long; only then is a draft that is there unsent.
    ask_after = timedelta(minutes=15)
    #: What one letter costs of Gmail's quota of units.
    units = units.CREATE_DRAFT + units.GET_DRAFT + units.SEND

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,  # noqa: ARG002 - every mailer is told; here the draft is the token
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Send a letter; answers Gmail's id of the message with that of its thread, as `posting.named`.

        `on_draft` commits the draft's name before anything can leave, and `last_look` is called right before it is
        sent; if either raises, the draft is thrown away.
        Raises MailLater, MailRefused, MailUnknown, or CredentialsError, which is no matter of this letter: nothing
        left, and no other letter will either.
        """
        return self._sent(self._laid(letter, sender, recipient, on_draft, last_look))

    def _laid(
        self,
        letter: bytes,
        sender: str,
        recipient: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Make a draft, and make sure that it is the one that was meant; answers its name."""
        draft = self._create(letter, self._thread(letter, sender, recipient))
        try:
            on_draft(draft)
            self._make_sure(draft)
            last_look()
        except MailUnknown:
            raise  # the draft is no longer ours
        except MailLater as problem:
            # The next try makes a draft of its own; this one must not lie where a person could send it as well.
            problem.draft_left = problem.for_all or not self._discard(draft)
            raise
        except Exception:  # whatever kept its name from being committed: it is thrown away, and the error goes on
            # A draft that nobody knows of must not stay behind.
            self._discard(draft)
            raise
        return draft

    def recover(self, key: str, draft_id: str) -> str | None:
        """After an interruption: None for a letter that did not go, and whose draft now no longer exists.

        Raises MailUnknown where a person has to look, MailLater where Gmail cannot be asked, CredentialsError.
        """
        with asking(silent=LETTER_LATER, gone="The letter's draft is gone: it was sent, or a person deleted it."):
            if draft_id:
                self._delete_noted(draft_id)
            else:
                # Sending begins only after the draft's name is committed, so it has not gone; but a draft may lie there
                # whose making was not answered, or not noted.
                self._delete_orphans(key)
        return None

    def _delete_noted(self, draft_id: str) -> None:
        draft, _, message = draft_id.partition("/")
        found = self._call(
            units.GET_DRAFT, self._drafts.get(userId="me", id=draft, format="minimal", fields="message(id)")
        )
        if found.get("message", {}).get("id") != message:
            # Gmail gives a draft's message another id with every change.
            raise MailUnknown(_CHANGED)
        # Deleting is what makes sure: after it, nothing that is still under way can send the draft.
        self._call(units.DELETE_DRAFT, self._drafts.delete(userId="me", id=draft))

    def _delete_orphans(self, key: str) -> None:
        """Delete the drafts of a letter of which nobody noted the name: those that no hand has touched, and no other.

        They are looked for by the word in their footer. What only quotes it, in a draft of the teacher's own, has not
        our header.
        """
        listed = self._call(units.LIST, self._drafts.list(userId="me", q=f'"{reference(key)}"', fields="drafts(id)"))
        for each in listed.get("drafts", []):
            shown = self._drafts.get(userId="me", id=each["id"], format="raw", fields="message(raw)")
            raw = self._call(units.GET_DRAFT, shown).get("message", {}).get("raw", "")
            try:
                untouched = is_untouched(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)), key)
            except ValueError as odd:
                raise Unreachable("Gmail's answer broke off.") from odd
            if untouched is False:
                raise MailUnknown(_CHANGED)
            if untouched:
                self._call(units.DELETE_DRAFT, self._drafts.delete(userId="me", id=each["id"]))

    def _create(self, letter: bytes, thread: str) -> str:
        body = {"message": message_of(letter, thread)}
        try:
            draft = self._call(units.CREATE_DRAFT, self._drafts.create(userId="me", body=body, fields="id,message(id)"))
            return f"{draft['id']}/{draft['message']['id']}"
        except (Unreachable, KeyError, TypeError) as silent:
            cause: Exception = silent
        except Refused as refused:
            if thread and refused.refusal.status == 404:
                # Somebody has deleted the conversation; the letter begins a new one.
                return self._create(letter, "")
            if not refused.refusal.outage:
                refuse_letter_or_wait(refused.refusal, refused)
            cause = refused
        # If the draft was made after all, it lies there unsent, until `recover` finds it.
        later = MailLater(LATER)
        later.draft_left = True
        raise later from cause

    def _make_sure(self, draft: str) -> None:
        """Raise MailUnknown where the draft is no longer as it was made, MailLater where Gmail cannot be asked.

        A person who has the mailbox open sees the draft, and may change, send or delete it.
        """
        name, _, message = draft.partition("/")
        with asking(silent=LATER, gone=_GONE):
            found = self._call(
                units.GET_DRAFT, self._drafts.get(userId="me", id=name, format="minimal", fields="message(id)")
            )
        if found.get("message", {}).get("id") != message:
            raise MailUnknown(_CHANGED)

    def _sent(self, draft: str) -> str:
        try:
            sent = self._call(
                units.SEND, self._drafts.send(userId="me", body={"id": draft.partition("/")[0]}, fields="id,threadId")
            )
        except Unreachable as silent:
            raise MailUnknown(MAY_HAVE_GONE) from silent
        except Refused as refused:
            if refused.refusal.outage:
                raise MailUnknown(MAY_HAVE_GONE) from refused
            if refused.refusal.status == 404:
                raise MailUnknown(_GONE) from refused
            refuse_account(refused.refusal)
            if refused.refusal.rate or refused.refusal.used_up:
                # Asked once more before its time, even only to delete the draft, Gmail would want a longer wait.
                later = later_of(refused.refusal)
                later.draft_left = True
                raise later from refused
            self._discard(draft)
            refuse_letter_or_wait(refused.refusal, refused)
        if not isinstance(sent.get("id"), str):
            raise MailUnknown(MAY_HAVE_GONE)
        return named(sent)

    def _discard(self, draft: str) -> bool:
        """Delete a draft that nobody will send any more; whether it is gone. If not it stays behind, unsent."""
        try:
            self._call(units.DELETE_DRAFT, self._drafts.delete(userId="me", id=draft.partition("/")[0]))
        except (Unreachable, Refused, CredentialsError):
            return False
        return True


class GmailDrafts(GmailMailer):
    """The same mailbox, where letters are laid into the drafts and a person sends them from there."""

    def __init__(
        self,
        wire: Wire,
        sent: Callable[[], Wire],
        *,
        spend: Callable[[int], None] = lambda _: None,
        thread_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`wire` is the way to Google for writing drafts; `sent` opens the one for reading, which needs another scope.

        It is opened when it is first needed. The others are as for `Mailbox`.
        """
        super().__init__(wire, spend=spend, thread_of=thread_of)
        self._open = sent
        self._reading: Wire | None = None

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,  # noqa: ARG002 - as in GmailMailer
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """Lay a letter into the drafts and look that it is there as it was meant; nothing is sent.

        `on_draft` is told the draft's name; answered is "", as the mail service has taken nothing over. Raises as
        `GmailMailer.send`.
        """
        self._laid(letter, sender, recipient, on_draft, last_look)
        return ""

    def look(self, draft_id: str, word: str) -> str | None:
        """What has become of a draft: None while it lies there, Gmail's name for the letter once it was sent.

        `word` is the letter's reference, by which it is found among what was sent. Raises MailUnknown where the draft
        is gone and the letter is not found, MailLater where Gmail cannot be asked, CredentialsError.
        """
        draft, _, _ = draft_id.partition("/")
        try:
            self._call(units.GET_DRAFT, self._drafts.get(userId="me", id=draft, format="minimal", fields="id"))
        except Unreachable as silent:
            raise MailLater(_DRAFTS_LATER) from silent
        except Refused as refused:
            if refused.refusal.status != 404:
                refuse_account(refused.refusal)
                raise later_of(refused.refusal) from refused
        else:
            return None
        if self._reading is None:
            self._reading = self._open()
        sent = service("gmail", "v1", self._reading).users().messages()
        with asking(silent=_DRAFTS_LATER):
            asked = sent.list(userId="me", q=f'in:sent "{word}"', maxResults=1, fields="messages(id)")
            found = self._call(units.LIST, asked)
        messages = found.get("messages", [])
        if not messages:
            raise MailUnknown("Its draft is gone, and it is not found among what was sent: a person has deleted it.")
        return str(messages[0]["id"])

    def close(self) -> None:
        """Close all connections."""
        super().close()
        if self._reading is not None:
            self._reading.close()
