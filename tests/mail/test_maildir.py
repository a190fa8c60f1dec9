"""The folder in which letters are put down."""

from __future__ import annotations

import mailbox
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sheets_mastery.errors import MailLater
from sheets_mastery.mail import MaildirMailer

KEY = "ab" * 32
NAME = f"{KEY}.sheets-mastery"
OnDraft = Callable[[str], None]


def send(folder: Path, letter: bytes, on_draft: OnDraft, key: str = KEY) -> str:
    return MaildirMailer(folder).send(
        letter,
        sender="teacher@school.example",
        recipient="parent@example.org",
        key=key,
        on_draft=on_draft,
        last_look=lambda: None,
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_letter_becomes_a_file_that_any_mail_program_reads(tmp_path: Path, letter: bytes, no_draft: OnDraft) -> None:
    folder = tmp_path / "outbox"
    assert send(folder, letter, no_draft) == NAME
    assert files(folder) == [f"new/{NAME}"]
    assert (folder / "new" / NAME).read_bytes() == letter
    box = mailbox.Maildir(folder, create=False)
    assert [message["To"] for message in box] == ["parent@example.org"]
    box.close()


def test_the_folder_and_its_letters_are_nobody_elses(tmp_path: Path, letter: bytes, no_draft: OnDraft) -> None:
    folder = tmp_path / "outbox"
    send(folder, letter, no_draft)
    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {
        "outbox": 0o700,
        "outbox/new": 0o700,
        "outbox/cur": 0o700,
        "outbox/tmp": 0o700,
        f"outbox/new/{NAME}": 0o600,
    }


@pytest.mark.parametrize("place", [f"new/{NAME}", f"cur/{NAME}:2,", f"cur/{NAME}:2,RS"])
def test_a_letter_that_is_there_is_not_put_down_again(
    tmp_path: Path, letter: bytes, no_draft: OnDraft, place: str
) -> None:
    send(tmp_path / "outbox", letter, no_draft)
    (tmp_path / "outbox" / "new" / NAME).rename(tmp_path / "outbox" / place)
    assert send(tmp_path / "outbox", b"another text", no_draft) == NAME
    assert files(tmp_path / "outbox") == [place]
    assert (tmp_path / "outbox" / place).read_bytes() == letter
    assert MaildirMailer(tmp_path / "outbox").recover(KEY, "") == NAME


def test_an_interrupted_letter_is_there_or_it_is_not(tmp_path: Path, letter: bytes, no_draft: OnDraft) -> None:
    folder = tmp_path / "outbox"
    send(folder, letter, no_draft, "cd" * 32)
    (folder / "tmp" / f"{NAME}.0123").write_bytes(letter[:10])
    assert MaildirMailer(folder).recover(KEY, "") is None
    assert send(folder, letter, no_draft) == NAME
    assert MaildirMailer(folder).recover(KEY, "") == NAME
    assert files(folder) == [f"new/{NAME}", f"new/{'cd' * 32}.sheets-mastery"]


@pytest.mark.parametrize("link", ["outbox", "outbox/new", "outbox/tmp"])
def test_no_link_is_followed(tmp_path: Path, letter: bytes, no_draft: OnDraft, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (tmp_path / link).parent.mkdir(mode=0o700, exist_ok=True)
    (tmp_path / link).symlink_to(elsewhere)
    with pytest.raises(MailLater):
        send(tmp_path / "outbox", letter, no_draft)
    with pytest.raises(MailLater):
        MaildirMailer(tmp_path / "outbox").recover(KEY, "")
    assert files(elsewhere) == []


def test_a_link_under_the_letters_own_name_is_not_written_through(
    tmp_path: Path, letter: bytes, no_draft: OnDraft
) -> None:
    send(tmp_path / "outbox", letter, no_draft, "cd" * 32)
    (tmp_path / "outbox" / "new" / NAME).symlink_to(tmp_path / "target")
    assert send(tmp_path / "outbox", letter, no_draft) == NAME
    assert not (tmp_path / "target").exists()


def test_a_folder_that_everybody_can_look_into_is_not_used(tmp_path: Path, letter: bytes, no_draft: OnDraft) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(MailLater, match="chmod o="):
        send(folder, letter, no_draft)
    assert files(folder) == []
    folder.chmod(0o750)
    assert send(folder, letter, no_draft) == NAME


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, letter: bytes, no_draft: OnDraft) -> None:
    folder = tmp_path / "outbox"
    send(folder, letter, no_draft, "cd" * 32)
    old_action = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(MailLater):
            send(folder, letter + b"a line\r\n" * 100_000, no_draft)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old_action)
    assert files(folder) == [f"new/{'cd' * 32}.sheets-mastery"]
    assert send(folder, letter, no_draft) == NAME


def test_many_at_once_put_one_letter_down_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from sheets_mastery.mail import MaildirMailer\n"
        "print(MaildirMailer(Path(sys.argv[1])).send(sys.argv[2].encode(), sender='a@b.c', recipient='d@e.f',"
        " key='ab' * 32, on_draft=print, last_look=lambda: None), end='')"
    )
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "outbox"), f"letter {number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONWARNINGS": "error"},
        )
        for number in range(4)
    ]
    said = [each.communicate() for each in racing]
    # One that finds its unfinished file swept away by another says so, and would find the letter on its next try.
    assert {out.decode() for out, err in said if not err} == {NAME}
    assert all(b"MailLater" in err for _, err in said if err)
    assert files(tmp_path / "outbox") == [f"new/{NAME}"]


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "short", "a b" * 10, "ab" * 100])
def test_a_key_that_is_no_key_is_a_bug(tmp_path: Path, letter: bytes, no_draft: OnDraft, key: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        send(tmp_path / "outbox", letter, no_draft, key)
    assert list(tmp_path.iterdir()) == []
