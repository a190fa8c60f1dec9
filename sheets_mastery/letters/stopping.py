"""The page at which a reader stops letters of one kind: all that it may say, and how it is handed on.

It knows neither a name nor an address, nor whether either exists: only what the signed link says, and the school.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Says(StrEnum):
    """What the page says first."""

    #: Letters of this kind are written; a button stops them.
    ASK = "ask"
    #: They have stopped; a button lets them be written again.
    STOPPED = "stopped"
    #: A moment ago they were let be written again; a button stops them.
    RESUMED = "resumed"
    #: The link is none of ours, is not whole, or is no longer taken: the same page for all of these.
    UNKNOWN = "unknown"
    #: It cannot be done just now.
    LATER = "later"


@dataclass(frozen=True, kw_only=True, slots=True)
class StopPage:
    """What one page says."""

    says: Says
    #: The school's name.
    school: str
    #: The kind of letter, one of those of `notices`; "" where there is no link that could tell.
    kind: str = ""
    #: The gradebook's name in the settings; "" where there is no link that could tell.
    gradebook: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPage:
    """A page, set in one language."""

    #: The HTML document, with its styles in it and nothing to fetch.
    html: str
    #: The language as in HTML and HTTP headers, such as "es-US".
    language: str
