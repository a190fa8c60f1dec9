"""What Gmail's answers mean for a letter, whichever way it leaves, and whom a letter's headers name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, NoReturn

from sheets_mastery.errors import CredentialsError, MailLater, MailNotAsMeant, MailRefused, MailUnknown, Unreachable
from sheets_mastery.google.refusals import Refusal
from sheets_mastery.google.services import Refused

#: The headers with addresses that Gmail acts on.
_ADDRESSING = {"from", "sender", "to", "cc", "bcc"}
LETTER_LATER = "Gmail did not answer; the letter is looked for again."
LATER = "Gmail took nothing over; the letter will be tried again."
MAY_HAVE_GONE = "Gmail did not say whether the letter went; look in the folder Sent for its reference."
_CONTINUES = re.compile(r"<sm1\.([a-z2-7]{26})@")


def headers_of(letter: bytes) -> EmailMessage:
    """A letter's headers."""
    return BytesParser(policy=policy.default).parsebytes(letter, headersonly=True)


def continues(headers: EmailMessage) -> str:
    """The token (`envelope.token`) of the letter that this one comes back to; "" where it begins anew."""
    found = _CONTINUES.match(str(headers["In-Reply-To"] or ""))
    return found[1] if found else ""


def check_addresses(headers: EmailMessage, sender: str, recipient: str) -> None:
    """Gmail takes the recipients from the headers: they are the one that is meant, or the letter stays here."""
    named = [
        (name.lower(), address.addr_spec)
        for name, value in headers.items()
        if name.lower().removeprefix("resent-") in _ADDRESSING
        for address in value.addresses
    ]
    if sorted(named) != [("from", sender), ("to", recipient)]:
        raise MailNotAsMeant("The letter's headers name somebody else than the one it is for; it was not sent.")


@contextmanager
def asking(*, silent: str, gone: str = "") -> Iterator[None]:
    """A question to Gmail by which nothing is sent: MailLater, saying `silent`, where it does not answer.

    With `gone`, MailUnknown where what was asked about is no longer there. CredentialsError for an account that may
    not ask.
    """
    try:
        yield
    except Unreachable as silence:
        raise MailLater(silent) from silence
    except Refused as refused:
        if gone and refused.refusal.status == 404:
            raise MailUnknown(gone) from refused
        refuse_account(refused.refusal)
        raise later_of(refused.refusal) from refused


def refuse_letter_or_wait(refusal: Refusal, cause: Refused) -> NoReturn:
    """Raise what an answer means that says that nothing was sent."""
    refuse_account(refusal)
    if refusal.rate or refusal.used_up or refusal.outage:
        raise later_of(refusal) from cause
    raise MailRefused(f"Gmail refuses the letter (status {refusal.status}).") from cause


def refuse_account(refusal: Refusal) -> None:
    """Raise CredentialsError for an answer about the account: no letter of its will go."""
    if refusal.credentials:
        raise CredentialsError(refusal.credentials)
    if "failedPrecondition" in refusal.reasons or (refusal.status == 403 and not (refusal.rate or refusal.used_up)):
        raise CredentialsError(
            "google.subject: this account has no Gmail or may not use it; "
            "a service account needs the subject that it writes for."
        )


def later_of(refusal: Refusal) -> MailLater:
    asks = refusal.rate or refusal.used_up
    later = MailLater("Gmail asks to wait." if asks else LATER)
    later.not_before = refusal.retry_at
    # A quota is the account's: every other letter would be told the same, and Gmail then waits longer.
    later.for_all = asks
    return later


def named(sent: dict[str, Any]) -> str:
    """What Gmail calls a message that was sent: its id, a slash, and its thread's id where it is told."""
    thread = sent.get("threadId")
    return f"{sent['id']}/{thread}" if isinstance(thread, str) and thread else str(sent["id"])
