"""Mails that say that a letter came back, as the usual mail servers write them."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import compat32

#: A letter's key, and its token.
KEY = "ab" * 32
WORD = "vov2xk5lvov2xk5lvov2xk5lvo"

_GIVEN_BACK = "\r\n".join(
    [
        "From: teacher@school.example",
        "To: mum@home.example",
        "Subject: The next step",
        f"Message-ID: <sm1.{WORD}@school.example>",
        f"X-SM-Notice: {WORD}",
        "",
        f"Dear family, Ref SM-{WORD[:10].upper()}",
        "",
    ]
)


def _mail(lines: list[str]) -> bytes:
    return "\r\n".join([*lines, ""]).encode()


def postfix(
    address: str,
    given_back: str | bytes = _GIVEN_BACK,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = "",
) -> bytes:
    """A report after RFC 3464 with the whole letter, as Postfix writes it."""
    letter = given_back.decode() if isinstance(given_back, bytes) else given_back
    return _mail(
        [
            "From: MAILER-DAEMON@mx.school.example (Mail Delivery System)",
            "To: teacher@school.example",
            "Subject: Undelivered Mail Returned to Sender",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="next"',
            "",
            "--next",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "I'm sorry to have to inform you that your message could not be delivered.",
            "",
            "--next",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.school.example",
            "",
            f"Final-Recipient: rfc822; {address}",
            f"Original-Recipient: rfc822;{address}",
            f"Action: {action}",
            f"Status: {status}",
            *([f"Diagnostic-Code: {diagnosis}"] if diagnosis else []),
            "",
            "--next",
            "Content-Type: message/rfc822",
            "",
            letter,
            "--next--",
        ]
    )


def exchange(address: str) -> bytes:
    """A report with the letter's headers alone, as Exchange writes it."""
    heads = _GIVEN_BACK.partition("\r\n\r\n")[0].partition("X-SM-Notice")[0]
    mail = postfix(address, heads, diagnosis="smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found")
    return mail.replace(b"message/rfc822", b"text/rfc822-headers").replace(b"rfc822; ", b"RFC822;")


def gmail(address: str) -> bytes:
    """Gmail's own, which has another Message-ID for the letter."""
    heads = _GIVEN_BACK.replace(f"<sm1.{WORD}@school.example>", "<CAF+1@mail.gmail.com>")
    mail = postfix(address, heads).replace(b"MAILER-DAEMON@mx.school.example", b"mailer-daemon@googlemail.com")
    return mail.replace(b"Subject: Undel", f"X-Failed-Recipients: {address}\r\nSubject: Undel".encode())


def qmail(address: str, *heads: str) -> bytes:
    """A mail in plain words, from before there were reports."""
    return _mail(
        [
            "From: MAILER-DAEMON@home.example",
            *heads,
            "Subject: failure notice",
            "",
            f"<{address}>: 550 5.1.1 user unknown",
            "--- Below this line is a copy of the message.",
            "",
            *_GIVEN_BACK.partition("\r\n\r\n")[2].splitlines(),
        ]
    )


def about(letter: bytes, address: str = "", **how: str) -> bytes:
    """A report about a letter that has really left, to its own recipient if no other is said."""
    to = str(message_from_bytes(letter, policy=compat32)["To"])
    return postfix(address or to, letter, **how)
