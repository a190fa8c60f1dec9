"""The body of an upload: a file's content, and what is said of the file beside it."""

from __future__ import annotations

from email import message_from_bytes
from typing import Any, NamedTuple

from sheets_mastery.local_google.errors import GoogleError, classic_error, not_implemented


class Upload(NamedTuple):
    """What was uploaded: the metadata as JSON (b"" for none), the content, and its type."""

    metadata: bytes
    content: bytes
    mime_type: str


def uploaded(kind: str | None, content_type: str, body: bytes) -> Upload:
    """Take an upload apart. ``kind`` is the query's ``uploadType``: media, or multipart with the metadata in front.

    Drive's 400 for a body that is not what it says, 501 for a resumable upload.
    """
    if kind == "media":
        return Upload(b"", body, _type(content_type))
    if kind != "multipart":
        raise not_implemented(f"an upload of the type {kind}")
    sent = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts: Any = sent.get_payload()
    if not isinstance(parts, list) or len(parts) != 2 or sent.defects:
        raise _malformed()
    metadata, content = (part.get_payload(decode=True) for part in parts)
    if not isinstance(metadata, bytes) or not isinstance(content, bytes) or parts[1].defects:
        raise _malformed()
    return Upload(metadata, content, parts[1].get_content_type())


def _type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _malformed() -> GoogleError:
    return classic_error(400, "badContent", "Malformed multipart body.")
