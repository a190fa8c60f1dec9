"""Letters as files of a maildir."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from sheets_mastery.errors import MailLater

_KEY = re.compile(r"[0-9A-Za-z]{8,128}")


class MaildirMailer:
    """A maildir: every letter a file in `new`, named after its key, where any mail program or gateway finds it.

    The name settles everything: a letter whose file is there (read, answered or filed away by flags) has been
    delivered.
    """

    #: Looking into the folder tells at once.
    ask_after = timedelta()

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(
        self,
        letter: bytes,
        *,
        sender: str,  # noqa: ARG002 - a folder has no envelope
        recipient: str,  # noqa: ARG002 - the same
        key: str,
        on_draft: Callable[[str], None],  # noqa: ARG002 - a file needs no draft
        last_look: Callable[[], None],
    ) -> str:
        """Put a letter into the folder; answers the file's name, also where it was there already.

        `last_look` is called when the file is written and has no name yet.
        Raises MailLater with the folder as it was: a full disk, a folder that is a link or that everybody can read.
        """
        name = _file_name(key)
        try:
            with _opened(self._folder) as (new, cur, tmp):
                if not _there(name, new, cur):
                    _put(letter, name, tmp, new, last_look)
        except OSError as problem:
            raise MailLater(f"The folder for letters (mail.folder) cannot be used: {problem.strerror}.") from problem
        return name

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - there are no drafts
        """The file's name where the letter is in the folder, None where it is not. Raises MailLater."""
        name = _file_name(key)
        try:
            with _opened(self._folder) as (new, cur, _):
                return name if _there(name, new, cur) else None
        except OSError as problem:
            raise MailLater(f"The folder for letters (mail.folder) cannot be used: {problem.strerror}.") from problem

    def among_sent(self, keys: Iterable[str]) -> bool:
        """Whether the file of one of these letters is in the folder. Raises MailLater."""
        return any(self.recover(key, "") is not None for key in keys)

    def close(self) -> None:
        """Nothing is held open between two letters."""


def _file_name(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("a letter's key is made of letters and digits")
    return f"{key}.sheets-mastery"


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[int, int, int]]:
    """The folders `new`, `cur` and `tmp`, made where they are not there yet, as descriptors.

    Nothing is done by path afterwards, so that a link put in the way in between leads nowhere.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    only_folders = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    opened = [os.open(folder, only_folders)]
    try:
        if os.fstat(opened[0]).st_mode & 0o007:
            raise PermissionError(0, "everybody on this machine can look into it; run chmod o= on it")
        for name in ("new", "cur", "tmp"):
            with suppress(FileExistsError):
                os.mkdir(name, mode=0o700, dir_fd=opened[0])
            opened.append(os.open(name, only_folders, dir_fd=opened[0]))
        _, new, cur, tmp = opened
        yield new, cur, tmp
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _there(name: str, *folders: int) -> bool:
    """Whether a letter's file is there, with or without the flags that mail programs add after a colon."""
    return any(found == name or found.startswith(f"{name}:") for folder in folders for found in _names(folder))


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _put(letter: bytes, name: str, tmp: int, new: int, last_look: Callable[[], None]) -> None:
    """Write the file whole, then give it its name; whoever looks into `new` sees all of it or nothing."""
    for found in _names(tmp):
        if found.startswith(f"{name}."):  # what an interrupted try has left behind
            os.unlink(found, dir_fd=tmp)
    beside = f"{name}.{secrets.token_hex(8)}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=tmp)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        last_look()
        # Unlike a renaming, a link never takes the place of a letter that came first.
        with suppress(FileExistsError):
            os.link(beside, name, src_dir_fd=tmp, dst_dir_fd=new)
        os.fsync(new)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=tmp)
