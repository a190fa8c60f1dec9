"""For trying things out: letters to nobody but those who are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol

from sheets_mastery.errors import MailNotAllowed


class _Mailer(Protocol):
    @property
    def ask_after(self) -> timedelta: ...
    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str: ...
    def recover(self, key: str, draft_id: str) -> str | None: ...
    def close(self) -> None: ...


class _Drafts(_Mailer, Protocol):
    def look(self, draft_id: str, word: str) -> str | None: ...


class AllowListMailer:
    """Another mailer that writes to nobody but those listed: an address or "@domain" each. For trying things out."""

    def __init__(self, mailer: _Mailer, only_to: Iterable[str]) -> None:
        self._mailer = mailer
        self._listed = {each.strip().casefold() for each in only_to}

    @property
    def ask_after(self) -> timedelta:
        """As the other mailer's."""
        return self._mailer.ask_after

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        """As the other mailer; raises MailNotAllowed for everybody who is not listed."""
        address = recipient.casefold()
        if not {address, f"@{address.rpartition('@')[2]}"} & self._listed:
            raise MailNotAllowed("mail.only_to does not list this recipient; nothing was sent.")
        return self._mailer.send(
            letter, sender=sender, recipient=recipient, key=key, on_draft=on_draft, last_look=last_look
        )

    def recover(self, key: str, draft_id: str) -> str | None:
        """As the other mailer."""
        return self._mailer.recover(key, draft_id)

    def close(self) -> None:
        """Close the other mailer."""
        self._mailer.close()


class AllowListDrafts(AllowListMailer):
    """The same for letters that are laid into the drafts."""

    def __init__(self, drafts: _Drafts, only_to: Iterable[str]) -> None:
        super().__init__(drafts, only_to)
        self._drafts = drafts

    def look(self, draft_id: str, word: str) -> str | None:
        """As the other one."""
        return self._drafts.look(draft_id, word)
