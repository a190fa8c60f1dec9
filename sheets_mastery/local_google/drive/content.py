"""The body of an upload: a file's content, and what is said of the file beside it."""

from __future__ import annotations

import base64
import binascii
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple

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
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    parts = body.split(b"--" + boundary.encode()) if boundary else []
    if len(parts) != 4:  # what stands before, metadata, content, and the last boundary's two dashes
        raise _malformed()
    (_, metadata), (content_header, content) = _part(parts[1]), _part(parts[2])
    if content_header.get("Content-Transfer-Encoding", "").lower() == "base64":
        try:
            content = base64.b64decode(content)
        except binascii.Error as broken:
            raise _malformed() from broken
    return Upload(metadata, content, content_header.get_content_type())


def _part(text: bytes) -> tuple[Message, bytes]:
    """Return a part's header and content; googleapiclient ends its lines with LF alone, others with CRLF."""
    line = b"\r\n" if text.startswith(b"\r\n") else b"\n"
    header, _, content = text.removeprefix(line).partition(line * 2)
    return message_from_bytes(header), content.removesuffix(line)


def _type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _malformed() -> GoogleError:
    return classic_error(400, "badContent", "Malformed multipart body.")
