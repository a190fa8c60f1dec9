"""One mail, as it came → what it says about a letter of ours: that it came back, an answer nobody wrote, or nothing.

Anybody can send such a mail, so it is hostile input: of its size only so much is read, no address in it is believed,
and a letter is meant only where the mail has one of the letter's own marks, which nobody knows but who has got it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser
from itertools import islice
from typing import Any

from sheets_mastery.afterwards import Bounce
from sheets_mastery.notices import person_digest

#: Bytes of a mail that are read. What a mail server says stands before what it gives back.
LARGEST = 262_144
#: So many parts, recipients and marks are looked at.
_PARTS, _RECIPIENTS, _MARKS = 100, 20, 5
_LONGEST_HEADER = 2000

#: What follows the 5 of a status code for an address that is none (RFC 3463; Exchange says 5.4.310 for a domain). All
#: others, the filters' 5.7 above all, are no fault of the address.
_NO_SUCH_ADDRESS = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "4.4", "4.310"})
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>\"(),:;@\\]{1,64}@[^\s<>\"(),:;@\\]{1,255}")
_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
#: The headers that can have them: Gmail gives a letter another Message-ID, and may keep ours under another name.
_MARKED = ("X-SM-Notice", "Message-ID", "X-Google-Original-Message-ID")
#: The marks of a letter, the most telling first; see `envelope`.
_OURS = (
    re.compile(r"^X-SM-Notice:\s{0,3}([a-z2-7]{26})\s*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\bsm1\.([a-z2-7]{26})\b", re.IGNORECASE),
    re.compile(r"\bSM-([A-Z2-7]{10})\b"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What was found at a place to which letters come back, since one looked last."""

    #: The mails as they came, the oldest first; of a long one only the beginning.
    mails: tuple[bytes, ...]
    #: How far the place was read with them, in its own words.
    mark: str
    #: What kept the rest from being read, in a sentence; "" where there is no rest.
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What a mail says about one recipient."""

    #: The address, in small letters. Nobody has checked it.
    address: str
    bounce: Bounce
    #: The status code of RFC 3463, "" for none.
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A mail that says of somebody that a letter did not arrive, or not yet."""

    failures: tuple[Failure, ...]
    #: How the tokens of the letters begin that it may be about (`envelope.token`), the most telling first.
    marks: tuple[str, ...]

    def about(self, person: str, secret: bytes) -> Failure | None:
        """What it says about the person with a digest; about somebody else, where it does not name the person.

        None where it says nothing about anybody.
        """
        for each in self.failures:
            if person in {person_digest(secret, who, each.address) for who in ("guardian", "student", "teacher")}:
                return each
        return next((Failure(address="", bounce=Bounce.ELSEWHERE, status=each.status) for each in self.failures), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoReply:
    """A mail that a program has answered: somebody is away, or has read something."""


def read_mail(raw: bytes) -> Report | AutoReply | None:
    """What a mail is; None for one that has nothing to do with letters. Whatever the bytes are, nothing is raised."""
    try:
        return _read(BytesParser(policy=policy.compat32).parsebytes(raw[:LARGEST]))
    except Exception:  # noqa: BLE001 - parts in parts in parts end in one error or another of Python's own parser
        return None


def _read(mail: Message) -> Report | AutoReply | None:
    parts = list(islice(mail.walk(), _PARTS))
    failures = tuple(islice(_failures(mail, parts), _RECIPIENTS))
    if failures:
        return Report(failures=failures, marks=tuple(_marks(mail, parts)))
    return AutoReply() if _is_automatic(mail) else None


def weigh(action: str, status: str) -> Bounce | None:
    """How a letter came back, by the words of a mail server (RFC 3464); None where it has arrived after all."""
    if action in {"delivered", "relayed", "expanded"} or status.startswith("2."):
        return None
    if action == "delayed":
        return Bounce.DELAYED
    return Bounce.HARD if status.startswith("5.") and status[2:] in _NO_SUCH_ADDRESS else Bounce.SOFT


def unknown_address(said: str) -> str:
    """The status code by which a mail server that is told a recipient says that there is no such address; "" for none.

    `said` is what stands behind the code of three digits. Where that begins with no status code, or with one that may
    be about the sender (5.1.0, by which Postfix refuses senders here), the way (5.4) or a policy (5.7), nothing is
    known about the address.
    """
    found = _STATUS.match(said.lstrip())
    status = "" if found is None else ".".join(str(int(number)) for number in found.groups())
    beside = status == "5.1.0" or status.startswith("5.4.")
    return status if not beside and weigh("failed", status) is Bounce.HARD else ""


def _failures(mail: Message, parts: Iterable[Message]) -> Iterator[Failure]:
    blocks = [block for part in parts if part.get_content_type() in _REPORTS for block in _blocks(part)]
    for block in blocks:
        yield from _failure(
            _header(block, "Final-Recipient"),
            (_header(block, "Action").lower().split() or [""])[0],
            _status(_header(block, "Status"), _header(block, "Diagnostic-Code")),
        )
    if not blocks:
        # Gmail's own mails say it in a header as well, and some say it nowhere else.
        text = "\n".join(islice(_texts(parts), 3))
        for address in _header(mail, "X-Failed-Recipients").split(","):
            yield from _failure(address, "failed", _status("", text))


def _failure(recipient: str, action: str, status: str) -> Iterator[Failure]:
    address = _ADDRESS.search(recipient)
    bounce = weigh(action, status)
    if address is not None and bounce is not None:
        yield Failure(address=address[0].casefold(), bounce=bounce, status=status)


def _blocks(part: Message) -> Iterator[Message]:
    """The blocks of a delivery status, a header's lines each."""
    payload: Any = part.get_payload()
    for block in payload if isinstance(payload, list) else ():
        yield block
        # Python takes the newer kind for a message: its first block is the head, and the others are the body.
        body = block.get_payload()
        if isinstance(body, str):
            yield from (HeaderParser().parsestr(each) for each in re.split(r"(?:\r?\n){2,}", body)[:_RECIPIENTS])


def _status(said: str, diagnosis: str) -> str:
    """The status code; where it says no more than "failed", the one that the other mail server gave."""
    first, better = _STATUS.search(said), _STATUS.search(diagnosis)
    vague = first is None or (int(first[2]), int(first[3])) == (0, 0)
    found = better if vague and better is not None and (first is None or better[1] == first[1]) else first
    return "" if found is None else ".".join(str(int(number)) for number in found.groups())


def _marks(mail: Message, parts: Iterable[Message]) -> Iterator[str]:
    """The marks of letters in what was given back, each once."""
    heads = [_header(mail, "In-Reply-To"), _header(mail, "References")]
    for part in islice(parts, 1, None):
        heads += [f"{name}: {_header(part, name)}" for name in _MARKED]
    said = "\n".join([*heads, *_texts(parts)])
    found: list[str] = []
    for pattern in _OURS:
        for match in islice(pattern.finditer(said), 100):
            word = match[1].lower()
            if not any(each.startswith(word) for each in found):
                found.append(word)
                yield word
            if len(found) >= _MARKS:
                return


def _texts(parts: Iterable[Message]) -> Iterator[str]:
    """What stands in the parts that are no containers."""
    for part in parts:
        if not part.is_multipart():
            content: Any = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield content.decode("latin-1")


def _is_automatic(mail: Message) -> bool:
    submitted = _header(mail, "Auto-Submitted").lower()
    return (
        submitted.startswith("auto-replied")
        or _header(mail, "Precedence").lower() == "auto_reply"
        or any(name in mail for name in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond"))
        or mail.get_content_type() == "multipart/report"
    )


def _header(part: Message, name: str) -> str:
    """The first header of a name in one line; "" for none."""
    return " ".join(str(part.get(name, ""))[:_LONGEST_HEADER].split())
