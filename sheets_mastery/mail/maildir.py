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
#: The folder beside `new` and `cur` with an empty file for each letter that was taken away. Mail programs pass it over.
TAKEN_AWAY = "taken-away"


class MaildirMailer:
    """A maildir: every letter a file in `new`, named after its key, where any mail program or gateway finds it.

    The name settles everything: a letter whose file is there (read, answered or filed away by flags) has been
    delivered, and so has one that `lying` has taken away.
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
        name = file_name(key)
        with in_maildir(), opened(self._folder) as (new, cur, tmp, *taken):
            if not _there(name, new, cur, *taken):
                _put(letter, name, tmp, new, last_look)
        return name

    def recover(self, key: str, draft_id: str) -> str | None:  # noqa: ARG002 - there are no drafts
        """The file's name where the letter is in the folder, None where it is not. Raises MailLater."""
        name = file_name(key)
        with in_maildir(), opened(self._folder) as (new, cur, _, *taken):
            return name if _there(name, new, cur, *taken) else None

    def among_sent(self, keys: Iterable[str]) -> bool:
        """Whether the file of one of these letters is in the folder. Raises MailLater."""
        return any(self.recover(key, "") is not None for key in keys)

    def close(self) -> None:
        """Nothing is held open between two letters."""


def file_name(key: str) -> str:
    """The name of a letter's file, before mail programs add their flags."""
    if not _KEY.fullmatch(key):
        raise ValueError("a letter's key is made of letters and digits")
    return f"{key}.sheets-mastery"


@contextmanager
def in_maildir() -> Iterator[None]:
    """Say in a sentence what is wrong with the folder: MailLater."""
    try:
        yield
    except OSError as problem:
        raise MailLater(f"The folder for letters (mail.folder) cannot be used: {problem.strerror}.") from problem


@contextmanager
def opened(folder: Path, *, taking: bool = False) -> Iterator[tuple[int, ...]]:
    """The folders `new`, `cur` and `tmp`, made where they are not there yet, as descriptors.

    A fourth one, `taken-away`, only where it is there, or where letters are to be taken away.

    Nothing is done by path afterwards, so that a link put in the way in between leads nowhere.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    only_folders = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    there = [os.open(folder, only_folders)]
    try:
        if os.fstat(there[0]).st_mode & 0o007:
            raise PermissionError(0, "everybody on this machine can look into it; run chmod o= on it")
        for name in ("new", "cur", "tmp"):
            with suppress(FileExistsError):
                os.mkdir(name, mode=0o700, dir_fd=there[0])
            there.append(os.open(name, only_folders, dir_fd=there[0]))
        if taking:
            with suppress(FileExistsError):
                os.mkdir(TAKEN_AWAY, mode=0o700, dir_fd=there[0])
        with suppress(FileNotFoundError):
            there.append(os.open(TAKEN_AWAY, only_folders, dir_fd=there[0]))
        yield tuple(there[1:])
    finally:
        for descriptor in there:
            os.close(descriptor)


def _there(name: str, *folders: int) -> bool:
    """Whether a letter's file is there, with or without the flags that mail programs add after a colon."""
    return any(found == name or found.startswith(f"{name}:") for folder in folders for found in names_in(folder))


def names_in(folder: int) -> list[str]:
    """What is in a folder, by its descriptor."""
    return os.listdir(folder)


def _put(letter: bytes, name: str, tmp: int, new: int, last_look: Callable[[], None]) -> None:
    """Write the file whole, then give it its name; whoever looks into `new` sees all of it or nothing."""
    for found in names_in(tmp):
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
