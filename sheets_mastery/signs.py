"""What stands in for the signs that a terminal cannot show, so that no sentence is lost for the sake of a dash."""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import TextIO

_NAME = "sheets-mastery-signs"
#: One sign for one, so that columns stay below each other. No double quotation mark: it would end a text in JSON.
_PLAIN = str.maketrans(
    {"▇": "#", "█": "#", "░": ".", "·": "-", "—": "-", "–": "-", "“": "'", "”": "'", "‘": "'", "’": "'", "…": "."}
    | {"✓": "+", "✗": "x", "●": "*", "◐": "o", "×": "x", "→": ">", "←": "<", "☐": "-", "☑": "+"}
)


def show_on_any(*streams: TextIO) -> None:
    """Let what a stream cannot encode be written as a plain sign like it, or "?", instead of ending the program."""
    codecs.register_error(_NAME, _instead)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def _instead(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    return "".join(map(_plain, problem.object[problem.start : problem.end])), problem.end


def _plain(sign: str) -> str:
    plain = unicodedata.normalize("NFKD", sign.translate(_PLAIN)).encode("ascii", "ignore").decode("ascii")
    return plain or "?"
