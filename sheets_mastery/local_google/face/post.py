"""Every letter there is to look at: those in Gmail's mailboxes, and those in maildirs."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from sheets_mastery.local_google.gmail.letter import Letter
from sheets_mastery.local_google.gmail.mailbox import Mailbox
from sheets_mastery.local_google.store import Store

#: Gmail's label -> the section that a message with it is shown in; the first that fits.
SECTIONS = {"TRASH": "Trash", "DRAFT": "Drafts", "SENT": "Sent", "INBOX": "Received"}


class Entry(NamedTuple):
    """A letter in a list."""

    #: "gmail" or "folder".
    kind: str
    #: The account's address, or the maildir's name.
    box: str
    #: The message's id, or the file's name.
    key: str
    #: When it came there.
    came: datetime


class Post:
    """All mailboxes, read as they are now. Letters never change under their key, so each is parsed once."""

    def __init__(self, store: Store, maildirs: Mapping[str, Path]) -> None:
        self._store = store
        self._maildirs = maildirs
        self._mailboxes: dict[str, Mailbox] = {}
        self._letters: dict[tuple[str, str], Letter] = {}

    def sections(self) -> dict[tuple[str, str], list[Entry]]:
        """Return the lists of letters by box and section, newest first; drafts stand apart from what was sent."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for address, mailbox in self._gmail().items():
            for record in mailbox.messages():
                section = next((SECTIONS[label] for label in SECTIONS if label in record["labelIds"]), "Archived")
                entry = Entry("gmail", address, record["id"], mailbox.came(record))
                found.setdefault((address, section), []).append(entry)
        for name in self._maildirs:
            entries = [Entry("folder", name, key, came) for key, (_, came) in self._files(name).items()]
            found[name, "In the folder"] = sorted(entries, key=lambda entry: (entry.came, entry.key), reverse=True)
        return found

    def letter(self, kind: str, box: str, key: str) -> Letter | None:
        """Return a letter, or None where there is none. What is asked for is looked up, never made into a path."""
        if kind == "gmail":
            mailbox = self._gmail().get(box)
            records = [] if mailbox is None else [record for record in mailbox.messages() if record["id"] == key]
            return mailbox.letter(records[0]) if mailbox is not None and records else None
        if (box, key) not in self._letters:
            found = self._files(box).get(key) if kind == "folder" else None
            if found is None:
                return None
            try:
                self._letters[box, key] = Letter(found[0].read_bytes())
            except FileNotFoundError:  # a mail program has just moved it
                return None
        return self._letters[box, key]

    def _gmail(self) -> dict[str, Mailbox]:
        for kind in self._store.kinds("gmail"):
            address = unquote(kind.removeprefix("gmail/"))
            if "@" in address and address not in self._mailboxes:
                self._mailboxes[address] = Mailbox(self._store, address)
        return self._mailboxes

    def _files(self, name: str) -> dict[str, tuple[Path, datetime]]:
        """Return a maildir's letters by file name. Links are left out: they may lead anywhere."""
        folder = self._maildirs.get(name)
        found = {}
        for part in () if folder is None else (folder / "cur", folder / "new"):
            for path in part.glob("*"):
                try:
                    seen = path.lstat()
                except FileNotFoundError:  # a mail program has just moved it
                    continue
                if stat.S_ISREG(seen.st_mode):
                    found[path.name] = path, datetime.fromtimestamp(seen.st_mtime, UTC)
        return found
