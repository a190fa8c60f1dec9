"""An error in the program over one letter: its kind and its place, never its words, which may hold a name or a mark."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from sheets_mastery.notices import PROGRAM_ERROR

_log = logging.getLogger("sheets_mastery")


def kind_of(error: Exception, key: str) -> str:
    """The kind of an error, such as "ValueError"; the log is told as well where it happened, over which letter."""
    kind = type(error).__name__
    last = traceback.extract_tb(error.__traceback__)[-1]
    _log.error("letter key=%s error=%s at=%s:%s", key[:12], kind, Path(last.filename).name, last.lineno)
    return kind


def said_of(kind: str) -> str:
    """The same for a person."""
    return f"{PROGRAM_ERROR} ({kind})"
