"""A folder with a school's own words: what takes part in the letters, and what would be passed over without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from doorway import SETTINGS

from sheets_mastery.doctor import examine
from sheets_mastery.errors import SettingsError
from sheets_mastery.wiring import Service, packaged

OURS = ", ".join(sorted(set(packaged("letters")) - {"README.md"}))
INSTEAD = f"so what stands there would never be read. The files of the letters are {OURS}; give yours the name of"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """The folder with a school's own words, which its settings name."""
    (tmp_path / "mastery.toml").write_text(SETTINGS.replace("[letters]", '[letters]\nfolder = "our-letters"'), "utf-8")
    (tmp_path / "our-letters").mkdir()
    return tmp_path / "our-letters"


def refusal(words: Path) -> str:
    """What is said when the letters are got ready."""
    service = Service.load(words.parent / "mastery.toml", {}, clock=lambda: datetime(2026, 10, 30, tzinfo=UTC))
    with pytest.raises(SettingsError) as refused:
        _ = service.press
    return str(refused.value)


def test_a_file_of_which_no_letter_is_made_is_named_and_notes_and_pictures_beside_them_are_not(words: Path) -> None:
    (words / "letter.txt").write_text('{{ letter.teacher }}{% include "our-greeting.txt" %}')
    (words / "our-greeting.txt").write_text("Until soon")
    (words / "README.md").write_text("What we have changed")
    (words / "letter.txt~").write_text("An older one")
    (words / "logo.png").write_bytes(b"\x89PNG\xff")
    service = Service.load(words.parent / "mastery.toml", {}, clock=lambda: datetime(2026, 10, 30, tzinfo=UTC))
    assert service.press.speaks("fr")
    for name in ("missing.html", "missing.txt"):
        (words / name).write_text("What letters were made of once")
    sentence = f"letters.folder: no letter is made of missing.html or missing.txt, {INSTEAD}"
    assert refusal(words).startswith(sentence)
    found = {check.what: check for check in examine(words.parent / "mastery.toml", None, {})}["letters"]
    assert (found.well, found.code, found.said.startswith(sentence)) == (False, 2, True)


def test_a_folder_or_a_file_in_it_that_cannot_be_read_is_one_sentence(words: Path) -> None:
    (words / "letter.txt").write_bytes("Für Elise".encode("latin-1"))
    assert refusal(words) == "letters.folder: letter.txt is no text in UTF-8; save it as such."
    (words / "letter.txt").unlink()
    words.rmdir()
    assert refusal(words) == f"letters.folder: there is no folder {words}."
    words.write_text("a file")
    assert refusal(words) == f"letters.folder: the folder {words} cannot be read: Not a directory."
