"""Writing to nobody but those listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sheets_mastery.errors import MailRefused
from sheets_mastery.mail import AllowListMailer, MaildirMailer

KEY = "ab" * 32


@pytest.mark.parametrize(
    ("recipient", "listed"),
    [
        ("me@school.example", True),
        ("ME@School.Example", True),
        ("anybody@try.example", True),
        ("parent@example.org", False),
        ("notme@school.example", False),
        ("a@not-try.example", False),
        ("a@sub.try.example", False),
        ("me@school.example@example.org", False),
    ],
)
def test_only_those_listed_are_written_to(
    tmp_path: Path, letter: bytes, no_draft: Callable[[str], None], recipient: str, *, listed: bool
) -> None:
    mailer = AllowListMailer(MaildirMailer(tmp_path / "outbox"), ("me@school.example", "@try.example"))
    if listed:
        name = mailer.send(
            letter, sender="t@school.example", recipient=recipient, key=KEY, on_draft=no_draft, last_look=lambda: None
        )
        assert mailer.recover(KEY, "") == name
    else:
        with pytest.raises(MailRefused):
            mailer.send(
                letter,
                sender="t@school.example",
                recipient=recipient,
                key=KEY,
                on_draft=no_draft,
                last_look=lambda: None,
            )
        assert not (tmp_path / "outbox").exists()
    mailer.close()
