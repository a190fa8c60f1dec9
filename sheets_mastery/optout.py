"""The words in a link by which a family stops letters of one kind: signed, and without anything personal in them.

A link names the person by the ledger's keyed digest, the gradebook and the kind; whoever has it can stop those letters
and nothing else. Keys are made from the ledger's secret and a number, so that a new number makes new links, and the
door that serves them says which numbers it still takes.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass

#: What a token may consist of at all; anything longer than any of ours is not even looked at.
_TOKEN = re.compile(r"([1-9][0-9]{0,3})\.([A-Za-z0-9_-]{8,700})\.([A-Za-z0-9_-]{43})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Whose letters of which kind are to stop."""

    #: The person's digest (`Letterbox.digest`): 64 hexadecimal digits.
    guardian: str
    #: The gradebook's name in the settings.
    gradebook: str
    #: One of the kinds of `notices`.
    kind: str


def sign(wish: Wish, secret: bytes, version: int) -> str:
    """A wish as a token for a web address: letters, digits, "-", "_" and two dots. ValueError for a wish of no sort."""
    if not _DIGEST.fullmatch(wish.guardian) or not 1 <= version <= 9999:
        raise ValueError("an opt-out names a person by digest, and its key by a number from 1 to 9999")
    said = json.dumps([wish.guardian, wish.gradebook, wish.kind], ensure_ascii=False, separators=(",", ":"))
    body = _text(said.encode())
    return f"{version}.{body}.{_mac(secret, version, body)}"


def verify(token: str, secret: bytes, versions: Collection[int]) -> Wish | None:
    """The wish in a token, None for a token that is not ours, is not whole, or is signed by a key no longer taken.

    Takes the same time for a wrong signature wherever it goes wrong.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or int(found[1]) not in versions:
        return None
    if not hmac.compare_digest(_mac(secret, int(found[1]), found[2]), found[3]):
        return None
    try:
        said = json.loads(urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)))
        guardian, gradebook, kind = said
    except (ValueError, TypeError, binascii.Error):
        return None
    return Wish(guardian=guardian, gradebook=gradebook, kind=kind)


def _mac(secret: bytes, version: int, body: str) -> str:
    key = hmac.new(secret, f"opt-out {version}".encode("ascii"), hashlib.sha256).digest()
    return _text(hmac.new(key, f"{version}.{body}".encode("ascii"), hashlib.sha256).digest())


def _text(given: bytes) -> str:
    return urlsafe_b64encode(given).decode("ascii").rstrip("=")
