"""A message's bytes (RFC 5322): how Gmail shows them, and what it does to them on sending."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime, formataddr, getaddresses, parseaddr
from functools import cached_property
from typing import Any

from sheets_mastery.local_google.errors import classic_error

#: Gmail cuts its snippets near here.
SNIPPET = 200
DESTINATIONS = ("to", "cc", "bcc")


class Letter:
    """One message, read once. It keeps its bytes as they came; everything shown is worked out from them."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        # The parser of old times: it takes whatever comes, where the new one stumbles over hostile headers
        self._message: Message[str, str] = message_from_bytes(raw)

    def header(self, name: str) -> str:
        """Return a header unfolded and decoded; several of one name in one line; "" where there is none."""
        return ", ".join(value for known, value in self.headers if known.lower() == name.lower())

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """All headers in order, unfolded, with encoded words decoded."""
        return [(name, _decoded(value)) for name, value in self._message.items()]

    def addresses(self, *names: str) -> list[str]:
        """Return the addresses in some headers, in lower case, as written there."""
        lines = [re.sub(r"\r?\n", "", str(line)) for name in names for line in self._message.get_all(name, [])]
        return [address.lower() for _name, address in getaddresses(lines) if address]

    def recipients(self) -> list[str]:
        """Return everybody it goes to. Gmail's 400 when there is nobody, or somebody who cannot be written to."""
        for name in DESTINATIONS:
            if any(not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address) for address in self.addresses(name)):
                raise refused(f"Invalid {name.capitalize()} header")
        found = self.addresses(*DESTINATIONS)
        if not found:
            raise refused("Recipient address required")
        return found

    @cached_property
    def text(self) -> str:
        """What a reader sees: the plain parts, or the words of the HTML ones where there is no plain one."""
        return "\n".join(
            self.bodies("text/plain")
            or (
                html.unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", rich, flags=_TAGS))
                for rich in self.bodies("text/html")
            )
        )

    def bodies(self, kind: str) -> list[str]:
        """Return the texts of all parts of a MIME type that are no attachments."""
        parts = (part for part in self._message.walk() if part.get_content_type() == kind)
        return [_text(part) for part in parts if part.get_filename() is None]

    @cached_property
    def snippet(self) -> str:
        """The beginning of the text, escaped for HTML as Gmail does."""
        return html.escape(" ".join(self.text.split())[:SNIPPET], quote=True).replace("&#x27;", "&#39;")

    @cached_property
    def index(self) -> list[str]:
        """What a search for words looks through: the ``words`` of the text, the subject and the people."""
        return [words(self.text), *(words(self.header(name)) for name in ("subject", "from", *DESTINATIONS))]

    @cached_property
    def has_attachment(self) -> bool:
        """Whether some part has a file name."""
        return any(part.get_filename() for part in self._message.walk())

    def payload(self) -> dict[str, Any]:
        """Return the message as a tree of ``MessagePart``."""
        return _part(self._message, "", self.headers)

    def headers_only(self, names: list[str]) -> dict[str, Any]:
        """Return the ``MessagePart`` that ``format=metadata`` gives: all headers, or those of the names asked for."""
        wanted = {name.lower() for name in names}
        shown = [{"name": name, "value": value} for name, value in self.headers if not wanted or name.lower() in wanted]
        return {"mimeType": self._message.get_content_type(), "headers": shown}

    def attachment(self, attachment_id: str) -> dict[str, Any] | None:
        """Return the ``MessagePartBody`` of a part with a file name, or None where there is no such part."""
        for part_id, part in _walk(self._message, ""):
            if part.get_filename() and _attachment_id(part_id) == attachment_id:
                content = _content(part)
                return {"size": len(content), "data": base64.urlsafe_b64encode(content).decode("ascii")}
        return None


def as_sent(raw: bytes, *, account: str, message_id: str, sent: datetime) -> bytes:
    """Return the bytes as Gmail sends them for the API: with a Message-ID of its own in place of the caller's.

    It sets Date, From and MIME-Version where they are missing, puts the account's address into a From of another, and
    adds a Received line. The rest is left byte for byte, but for line ends.
    """
    head, blank, body = re.sub(rb"\r\n|\r|\n", b"\r\n", raw).partition(b"\r\n\r\n")
    fields = re.findall(rb"[^\r\n]+(?:\r\n[ \t][^\r\n]*)*", head)
    names = [field.partition(b":")[0].strip().lower() for field in fields]
    kept = [field for field, name in zip(fields, names, strict=True) if name != b"message-id"]
    stamp = format_datetime(sent)
    first = [f"Received: from 123456789012 named unknown by gmailapi.google.com with HTTPREST; {stamp}"]
    if b"from" not in names:
        first.append(f"From: {account}")
    if b"date" not in names:
        first.append(f"Date: {stamp}")
    if b"mime-version" not in names:
        first.append("MIME-Version: 1.0")
    first.append(f"Message-ID: {message_id}")
    kept = [_from_account(field, account) if field[:5].lower() == b"from:" else field for field in kept]
    return b"\r\n".join([*(line.encode() for line in first), *kept]) + (blank or b"\r\n\r\n") + body


def words(text: str) -> str:
    """Return the words of a text in lower case, with one blank around each."""
    found = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(found)} "


def refused(message: str) -> Exception:
    """Gmail: a request that cannot be carried out as it stands."""
    return classic_error(400, "invalidArgument", message, status_name="INVALID_ARGUMENT")


_TAGS = re.IGNORECASE | re.DOTALL


def _from_account(field: bytes, account: str) -> bytes:
    line = re.sub(r"\r\n", "", field.partition(b":")[2].decode("utf-8", "surrogateescape")).strip()
    name, address = parseaddr(line)
    if address.lower() == account:
        return field
    # The name may be an encoded word, which formataddr leaves alone: it is ASCII already
    return b"From: " + formataddr((name, account), "utf-8").encode("utf-8", "surrogateescape")


def _decoded(value: Any) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(value))
    try:
        return str(make_header(decode_header(unfolded)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError, MessageError):
        return unfolded


def _content(part: Message[str, str]) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message[str, str]) -> str:
    try:
        return _content(part).decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset that nobody knows
        return _content(part).decode("utf-8", "replace")


def _walk(part: Message[str, str], part_id: str) -> Iterator[tuple[str, Message[str, str]]]:
    yield part_id, part
    inner = part.get_payload()
    if part.is_multipart() and isinstance(inner, list):
        for index, one in enumerate(inner):
            yield from _walk(one, f"{part_id}.{index}".lstrip("."))


def _part(part: Message[str, str], part_id: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "partId": part_id,
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": [{"name": name, "value": value} for name, value in headers],
    }
    inner = part.get_payload()
    if part.is_multipart() and isinstance(inner, list):
        ids = [f"{part_id}.{index}".lstrip(".") for index in range(len(inner))]
        parts = [_part(one, of, [(n, _decoded(v)) for n, v in one.items()]) for one, of in zip(inner, ids, strict=True)]
        return shown | {"body": {"size": 0}, "parts": parts}
    content = _content(part)
    if shown["filename"]:
        return shown | {"body": {"size": len(content), "attachmentId": _attachment_id(part_id)}}
    data = {"data": base64.urlsafe_b64encode(content).decode("ascii")} if content else {}
    return shown | {"body": {"size": len(content), **data}}


def _attachment_id(part_id: str) -> str:
    return "ANGjdJ" + base64.urlsafe_b64encode(f"part {part_id}".encode()).decode("ascii").rstrip("=")
