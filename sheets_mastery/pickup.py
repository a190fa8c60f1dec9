"""A folder into which a mail gateway, or a person, puts what has come back: a file a mail. Nothing in it is changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sheets_mastery.bounces import LARGEST, Batch
from sheets_mastery.errors import MailboxUnread

#: So many files are read at once.
_MOST = 200
#: So much of a digest tells a file from others.
_TOLD = 16


class Pickup:
    """One folder, or a maildir's `new` and `cur` in it."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, mark: str, now: datetime) -> Batch:  # noqa: ARG002 - as every place is asked
        """The files that were not there at `mark`. Raises MailboxUnread."""
        known = set(mark.split())
        try:
            there = {_telling(path): path for path in self._files()}
            fresh = [told for told in there if told not in known][:_MOST]
            mails = tuple(_content(there[told]) for told in fresh)
        except OSError as problem:
            raise MailboxUnread(f"mail.bounces.folder: {self._folder} cannot be read ({problem.strerror}).") from None
        # A file that has gone need not be remembered.
        read = sorted({*fresh, *(known & there.keys())})
        return Batch(mails=tuple(filter(None, mails)), mark=" ".join(read) if read != sorted(known) else mark)

    def check(self) -> None:
        """Look whether the folder is there. Raises MailboxUnread."""
        self.read("", datetime.now(UTC))

    def close(self) -> None:
        """Nothing is open."""

    def _files(self) -> Iterator[Path]:
        places = [self._folder, *(self._folder / name for name in ("new", "cur"))]
        for place in places:
            if place is self._folder or place.is_dir():
                yield from sorted(path for path in place.iterdir() if not path.name.startswith("."))


def _telling(path: Path) -> str:
    """Tells a file by its name, without the flags that mail programs add, and by when it was written."""
    name = f"{path.name.partition(':')[0]} {path.lstat().st_mtime_ns}"
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_TOLD]


def _content(path: Path) -> bytes:
    """The beginning of a file; nothing of what is none, such as a link or a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)) if _plain(path) else -1
    if descriptor < 0:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(LARGEST)


def _plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)
