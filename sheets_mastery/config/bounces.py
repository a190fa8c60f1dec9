"""`[mail.bounces]`: where letters that have come back are read."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sheets_mastery.config.mailservers import Imap
from sheets_mastery.config.section import Section


class Bounces(Section):
    """Where letters that have come back are read."""

    #: "gmail", "imap" or "folder"; "" reads nothing.
    read_from: Literal["", "gmail", "imap", "folder"] = ""
    #: The folder for "folder": a file a mail, or a maildir.
    folder: str = "bounces"
    imap: Imap | None = None

    @model_validator(mode="after")
    def _imap_needs_a_server(self) -> Self:
        if self.read_from == "imap" and self.imap is None:
            raise ValueError('needs the table [mail.bounces.imap] when read_from is "imap"')
        return self
