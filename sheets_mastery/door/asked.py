"""The body of a POST → what is wanted: a mail program's one click, or a button of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl

#: What a mail program's click says (RFC 8058, section 3.1), as a form says it or as a part of a multipart body.
_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_ONE_CLICK_PART = re.compile(
    rb'(?i)^content-disposition: *form-data; *name="?List-Unsubscribe"?[ \t]*\r\n(?:[!-~][^\r\n]*\r\n)*\r\n'
    rb"One-Click[ \t]*\r\n--",
    re.MULTILINE,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


class Wanted(StrEnum):
    """What a POST can ask for."""

    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a POST asks for."""

    #: None where it does not say.
    wanted: Wanted | None = None
    #: The language that was chosen, as a language tag; "" for none.
    language: str = ""


def read(content_type: str, body: bytes) -> Asked:
    """What a body asks for; one that nobody here has made asks for nothing. `body` is as small as the door takes."""
    if content_type.strip().casefold().startswith("multipart/form-data"):
        return Asked(wanted=Wanted.STOP if _ONE_CLICK_PART.search(body) else None)
    try:
        fields = dict(parse_qsl(body.decode("ascii"), max_num_fields=8))
    except ValueError:
        return Asked()
    name, click = _ONE_CLICK
    wanted = Wanted.STOP if fields.get(name, "").casefold() == click.casefold() else None
    if "wish" in fields:
        wanted = next((each for each in Wanted if each == fields["wish"]), None)
    language = fields.get("language", "")
    return Asked(wanted=wanted, language=language if _LANGUAGE.fullmatch(language) else "")
