"""The letters that lie in a maildir, and taking them away."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheets_mastery.errors import MailLater
from sheets_mastery.mail import MaildirMailer
from sheets_mastery.mail.lying import Lying, lying, sweep, take_away

KEYS = tuple(f"{number:064x}" for number in range(5))
NOW = datetime(2026, 10, 30, 21, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, letter: bytes, no_draft: Callable[[str], None]) -> Path:
    """A maildir with five letters: untouched, read, passed on, passed on and read, trashed."""
    mailer = MaildirMailer(tmp_path / "outbox")
    for key in KEYS:
        mailer.send(letter, sender="", recipient="", key=key, on_draft=no_draft, last_look=lambda: None)
    box = mailbox.Maildir(tmp_path / "outbox", create=False)
    for name, flags in zip(sorted(box.keys()), ("", "S", "P", "PS", "T"), strict=True):
        message = box.get_message(name)
        if flags:
            message.set_subdir("cur")
            message.set_flags(flags)
            box[name] = message
    box.close()
    for path in (tmp_path / "outbox").glob("*/*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return tmp_path / "outbox"


def test_a_letter_was_sent_on_where_a_mail_program_says_so(folder: Path, tmp_path: Path) -> None:
    (folder / "new" / "a mail of somebody else").write_bytes(b"")
    assert lying(folder) == tuple(
        Lying(key=key, written=NOW, sent_on=sent_on)
        for key, sent_on in zip(KEYS, (False, False, True, True, True), strict=True)
    )
    assert (lying(tmp_path / "nowhere"), (tmp_path / "nowhere").exists()) == ((), False)


def test_what_was_taken_away_has_left_for_good(folder: Path, letter: bytes, no_draft: Callable[[str], None]) -> None:
    mailer = MaildirMailer(folder)
    assert take_away(folder, KEYS[:3]) == 3
    assert [each.key for each in lying(folder)] == list(KEYS[3:])
    assert [mailer.recover(key, "") for key in KEYS] == [f"{key}.sheets-mastery" for key in KEYS]
    assert mailer.among_sent(KEYS[:1])
    assert not mailer.among_sent(["f" * 64])
    mailer.send(letter, sender="", recipient="", key=KEYS[0], on_draft=no_draft, last_look=lambda: None)
    assert (len(lying(folder)), take_away(folder, KEYS[:3]), take_away(folder, [])) == (2, 0, 0)
    # Mail programs see what is left and nothing else.
    box = mailbox.Maildir(folder, create=False)
    assert (len(box), box.list_folders()) == (2, [])
    box.close()
    assert {path.stat().st_size for path in (folder / "taken-away").iterdir()} == {0}


def test_what_an_interrupted_try_has_left_is_swept_up_after_some_days(folder: Path) -> None:
    half = folder / "tmp" / f"{KEYS[0]}.sheets-mastery.0123456789abcdef"
    half.write_bytes(b"Dear")
    (folder / "tmp" / "of somebody else").write_bytes(b"")
    written = NOW - timedelta(hours=37)
    os.utime(half, (written.timestamp(), written.timestamp()))
    assert (sweep(folder, NOW - timedelta(hours=2), really=True), half.exists()) == (0, True)
    assert (sweep(folder, NOW, really=False), half.exists()) == (1, True)
    assert (sweep(folder, NOW, really=True), half.exists()) == (1, False)
    assert [path.name for path in (folder / "tmp").iterdir()] == ["of somebody else"]


def test_a_folder_that_everybody_can_read_is_left_alone(folder: Path) -> None:
    folder.chmod(0o755)
    for act in (lambda: lying(folder), lambda: take_away(folder, KEYS), lambda: sweep(folder, NOW, really=True)):
        with pytest.raises(MailLater, match="everybody on this machine can look into it"):
            act()
