"""A rendered letter and an address → the bytes that leave, as RFC 5322 and MIME want them.

Nothing that comes from a cell stands in a header: addresses are bare, the subject is one fixed sentence a language, and
the rest is made from the letter's key. Python decodes an encoded word such as `=?UTF-8?Q?=0A?=` to a real line break
while it writes a header, so what was written is read back and compared before anybody may send it.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sheets_mastery.errors import MailNotAsMeant, MailRefused
from sheets_mastery.letters.records import Rendered
from sheets_mastery.notices import Notice
from sheets_mastery.notices import digest as keyed_digest

#: One bare address: a dot-atom, an @, a dotted host, all ASCII. No comments, quotes, groups, display names or literals.
_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_ADDRESS_HEADERS = ("From", "To", "Reply-To")
#: Headers of one line each however long they are, or of one word a line: they may hold nothing but visible ASCII.
_UNFOLDED = ("List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "References")
_VISIBLE = re.compile(r"[!-~]+(?: [!-~]+)*")
#: A line may be no longer (RFC 5322, section 2.1.1).
_LONGEST_LINE = 998
#: What MIME itself adds to the headers that are meant.
_MIME_HEADERS = ("MIME-Version", "Content-Type")
_HEADER_LINE = re.compile(rb"([!-9;-~]+):[ \t]?[\t -~]*(?:\r\n[ \t][\t -~]*)*")
_TOKEN = re.compile(r"[a-z2-7]{10,26}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class _Wire(policy.EmailPolicy):
    """How a letter is written: as `email.policy.SMTP` does, but for a subject beyond ASCII.

    Where such a subject takes more than one line, that policy loses a space, adds one or runs encoded words together,
    in one release of Python or another (https://github.com/python/cpython/issues/92081, 120930 and 144156). The older
    `Header` encodes the subject as a whole, spaces included. And an address or a Message-ID that is longer than a line
    would become encoded words, which no mail program reads there (RFC 2047, section 5).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(self, name, value)

    def fold_anew(self, name: str, value: str) -> bytes:
        """As bytes, with nothing remembered."""
        if name in _UNFOLDED:
            folded = str(value).replace(" ", f"{self.linesep} ")
            return f"{name}: {folded}\r\n".encode("ascii")
        if name == "Subject" and not value.isascii():
            return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=self.linesep)}\r\n".encode(
                "ascii"
            )
        return super().fold_binary(name, value)


@lru_cache(maxsize=512)
def _folded(wire: _Wire, name: str, value: str) -> bytes:
    """Most headers are the same in every letter."""
    return wire.fold_anew(name, value)


class _Headers(HeaderRegistry):
    """Takes headers apart, and remembers those it has taken apart lately.

    A header cannot be changed once it is made, and most are the same in every letter; but Python's parser asks for each
    of them again and again, and makes a class anew each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_name = lru_cache(maxsize=64)(super().__getitem__)
        self._made = lru_cache(maxsize=512)(super().__call__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        return self._of_name(name)

    def __call__(self, name: str, value: Any) -> BaseHeader:
        return self._made(name, value)


_HEADERS = _Headers()
_WIRE = _Wire(linesep="\r\n", header_factory=_HEADERS)
_READ_BACK = policy.default.clone(header_factory=_HEADERS)


def token(key: str) -> str:
    """The part of a letter's key that the Message-ID shows: 26 small letters and digits. `key` is hexadecimal."""
    return b32encode(bytes.fromhex(key)).decode("ascii")[:26].lower()


def reference(key: str) -> str:
    """The word in a letter's footer by which a search finds it: "SM-" and ten letters or digits of the key."""
    return f"SM-{token(key)[:10].upper()}"


def beginning(word: str) -> str:
    """How the key begins, in hexadecimal, whose token begins with a word of small letters and digits; "" for no word.

    Several keys may begin so; `token` tells which is meant.
    """
    if not _TOKEN.fullmatch(word):
        return ""
    bits = 0
    for letter in word:
        bits = bits * 32 + "abcdefghijklmnopqrstuvwxyz234567".index(letter)
    whole, rest = divmod(5 * len(word), 4)
    return f"{bits >> rest:0{whole}x}"


def message_id(key: str, sender: str) -> str:
    """The Message-ID of every attempt to send a letter; `sender` is the bare address that it comes from."""
    return f"<sm1.{token(key)}@{sender.rpartition('@')[2].lower()}>"


def digest(subject: str, recipient: str, text: str, html: str) -> str:
    """What a letter's header `X-SM-Digest` says of its words: whoever changes one of them changes this."""
    said = "\0".join(" ".join(each.split()) for each in (subject, recipient, text, html))
    return b32encode(sha256(said.encode("utf-8", "surrogatepass")).digest()).decode("ascii")[:26].lower()


def content_digest(secret: bytes, words: str) -> str:
    """What the ledger keeps of a letter's words when it leaves: whoever has a mail can be told whether it is that one.

    `words` is the letter's `digest`. Keyed, in hexadecimal: what such a letter says can be guessed.
    """
    return keyed_digest(secret, "content", words)


def digest_in(letter: EmailMessage) -> str:
    """The `digest` of the words in a message, whatever its headers claim; "" where it is no letter like ours."""
    try:
        words = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    except (LookupError, ValueError):
        return ""  # no letter of ours is in an alphabet that nobody knows
    if len(words) != 2 or not all(isinstance(each, str) for each in words):
        return ""
    return digest(str(letter["Subject"]), str(letter["To"]), *words)


def opened(letter: bytes) -> EmailMessage:
    """A message, taken apart; whatever it is, headers may be missing or be there several times."""
    return message_from_bytes(letter, policy=_READ_BACK)


def is_untouched(letter: bytes, key: str) -> bool | None:
    """Whether a message is the letter with this key just as it was sealed; None where it is no letter of that key."""
    parsed = opened(letter)
    if parsed.get_all("X-SM-Notice") != [token(key)]:
        return None
    words = digest_in(parsed)
    return bool(words) and bool(parsed["X-SM-Digest"] == words)


def seal(
    rendered: Rendered,
    notice: Notice,
    *,
    sender: str,
    recipient: str,
    reply_to: str,
    now: datetime,
    thread: tuple[str, ...] = (),
    opt_out: str = "",
) -> bytes:
    """Put a letter to one person into its envelope.

    The addresses are bare ones. `thread` are the keys of the letters that this one comes back to, the first one first;
    `opt_out` is the web address that stops letters like it (RFC 8058: one click and no cookie). The bytes are ASCII,
    their lines end with CRLF; the same letter at the same aware `now` gives the same bytes. Raises MailRefused where
    what would leave is not exactly what is meant.
    """
    meant = {
        "From": sender,
        "To": recipient,
        "Reply-To": reply_to,
        "Subject": rendered.subject,
        "Date": format_datetime(now),
        "Message-ID": message_id(notice.key, sender),
        "X-SM-Notice": token(notice.key),
        "X-SM-Digest": digest(rendered.subject, recipient, rendered.text, rendered.html),
        "Auto-Submitted": "auto-generated",
        "Content-Language": rendered.language,
    }
    if thread:
        ids = [message_id(key, sender) for key in thread]
        meant |= {"In-Reply-To": ids[0], "References": " ".join(ids)}
    if opt_out:
        meant |= {"List-Unsubscribe": f"<{opt_out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    _refuse_what_no_header_may_hold(meant)
    message = EmailMessage(policy=_WIRE)
    try:
        # Quoted-printable whatever the text holds: no mail server on the way has to be able to take 8-bit lines.
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        # Not drawn by lot: "=_" cannot occur in quoted-printable text, and a letter tried again has the same bytes.
        message.set_boundary(f"=_sm1.{token(notice.key)}")
        # Only now: a Content-Language set before the second part would have moved into the first.
        for name, value in meant.items():
            message[name] = value
        letter = message.as_bytes()
    except (MessageError, ValueError, LookupError):
        # The cause may quote the letter, so it is cut off.
        raise MailRefused("The letter cannot be written as a mail message.") from None
    check(letter, meant, text=rendered.text, html=rendered.html)
    return letter


def check(letter: bytes, meant: Mapping[str, str], *, text: str, html: str) -> None:
    """Read a letter back and raise MailRefused unless it is what was meant, no more and no less.

    `meant` holds every header but MIME's own; the texts are those of the two parts. The headers are counted once as
    lines of bytes and once by the parser, because not everybody who reads the letter reads it as Python does.
    """
    head, _, _ = letter.partition(b"\r\n\r\n")
    if b"\n" in letter.replace(b"\r\n", b"") or b"\r" in letter.replace(b"\r\n", b"") or not letter.isascii():
        raise _not_as_meant("a line does not end as mail lines do")
    names = sorted(name.lower() for name in (*meant, *_MIME_HEADERS))
    lines = list(_HEADER_LINE.finditer(head + b"\r\n"))
    if b"\r\n".join(line[0] for line in lines) != head or sorted(line[1].decode().lower() for line in lines) != names:
        raise _not_as_meant("a header line is not one of ours")
    parsed = message_from_bytes(letter, policy=_READ_BACK)
    if sorted(name.lower() for name in parsed) != names or parsed.defects:
        raise _not_as_meant("the headers or the parts cannot be read back")
    for name, value in meant.items():
        header = parsed[name]
        if str(header) != value or header.defects:
            raise _not_as_meant(f"{name} does not say what was meant")
    for name in _ADDRESS_HEADERS:
        if [(each.display_name, each.addr_spec) for each in parsed[name].addresses] != [("", meant[name])]:
            raise _not_as_meant(f"{name} is not exactly one bare address")
    kinds = [part.get_content_type() for part in parsed.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        raise _not_as_meant("it has other parts than a plain and an HTML one")
    for part, content in zip(list(parsed.walk())[1:], (text, html), strict=True):
        if part.defects or part.get_content().replace("\r\n", "\n") != content:
            raise _not_as_meant("a part does not say what was meant")


def _refuse_what_no_header_may_hold(meant: Mapping[str, str]) -> None:
    for name, value in meant.items():
        if not value.strip() or value != value.strip():
            raise _not_as_meant(f"{name} is empty or has a space at an end")
        # The two joiners are hidden characters as well, but there is no Persian or Hindi subject without them.
        seen = value.replace("\u200c", "").replace("\u200d", "")
        if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in seen):
            raise _not_as_meant(f"{name} holds a control character")
        if "=?" in value:
            raise _not_as_meant(f"{name} holds what mail programs would decode")
        if name in _UNFOLDED and not (_VISIBLE.fullmatch(value) and len(name) + len(value) + 2 <= _LONGEST_LINE):
            raise _not_as_meant(f"{name} is not what mail programs read there")
        if name in _ADDRESS_HEADERS and not _ADDRESS.fullmatch(value):
            raise _not_as_meant(f"{name} is not one bare e-mail address")
    if not _LANGUAGE.fullmatch(meant["Content-Language"]):
        raise _not_as_meant("Content-Language is no language tag")


def _not_as_meant(what: str) -> MailNotAsMeant:
    return MailNotAsMeant(f"The letter was not sent, because its envelope is not as meant: {what}.")
