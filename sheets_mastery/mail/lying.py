"""The letters that lie in a maildir, and taking those away that have been sent on or that nobody needs any more.

A maildir may be a school's out-tray: another program, or a person, sends on what lies there. A letter is known to have
been sent on by its flags alone (P for passed on, T for trashed). Whatever is taken away leaves an empty file with its
name in `taken-away`, so that no ledger, however old a copy, takes it for a letter that has not left.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheets_mastery.mail.maildir import file_name, in_maildir, names_in, opened

#: A letter's file, with the flags of mail programs.
_LETTER = re.compile(r"([0-9A-Za-z]{8,128})\.sheets-mastery(?::2,([A-Za-z]*))?")
#: What an interrupted try has left in `tmp`.
_BEGUN = re.compile(r"[0-9A-Za-z]{8,128}\.sheets-mastery\.[0-9a-f]{16}")
#: So old, nobody is writing it any more (as maildir(5) says).
_ABANDONED = timedelta(hours=36)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lying:
    """One letter in the folder."""

    #: Its key.
    key: str
    #: When its file was written.
    written: datetime
    #: Whether a mail program says that it was passed on or thrown away.
    sent_on: bool


def lying(folder: Path) -> tuple[Lying, ...]:
    """The letters in a maildir, by key; none where there is no such folder. Raises MailLater."""
    if not folder.is_dir():
        return ()
    found: dict[str, Lying] = {}
    with in_maildir(), opened(folder) as (new, cur, _, *_):
        for place in (new, cur):
            for name in names_in(place):
                if (match := _LETTER.fullmatch(name)) is None:
                    continue
                with suppress(FileNotFoundError):  # a mail program has taken it this moment
                    written = os.stat(name, dir_fd=place, follow_symlinks=False).st_mtime
                    flags = set(match[2] or "") if place == cur else set()
                    found[match[1]] = Lying(
                        key=match[1], written=datetime.fromtimestamp(written, UTC), sent_on=bool(flags & {"P", "T"})
                    )
    return tuple(found[key] for key in sorted(found))


def take_away(folder: Path, keys: Collection[str]) -> int:
    """Take letters out of a maildir; answers how many were there. Raises MailLater."""
    if not keys:
        return 0
    taken = 0
    with in_maildir(), opened(folder, taking=True) as (new, cur, _, away):
        for key in keys:
            name = file_name(key)
            # First of all that it was here: whoever dies in between has lost nothing.
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=away))
            os.fsync(away)
            for place in (new, cur):
                for found in names_in(place):
                    if found == name or found.startswith(f"{name}:"):
                        os.unlink(found, dir_fd=place)
                        taken += 1
        os.fsync(new)
        os.fsync(cur)
    return taken


def sweep(folder: Path, now: datetime, *, really: bool) -> int:
    """Take away what interrupted tries have left behind, days ago; answers how many files. Raises MailLater."""
    if not folder.is_dir():
        return 0
    swept = 0
    with in_maildir(), opened(folder) as (_, _, tmp, *_):
        for name in names_in(tmp):
            if not _BEGUN.fullmatch(name):
                continue
            with suppress(FileNotFoundError):
                written = datetime.fromtimestamp(os.stat(name, dir_fd=tmp, follow_symlinks=False).st_mtime, UTC)
                if written < now - _ABANDONED:
                    swept += 1
                    if really:
                        os.unlink(name, dir_fd=tmp)
    return swept
