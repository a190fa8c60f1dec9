"""Hostile names and titles by the thousand: no header, recipient, tag or line comes from any of them."""

from __future__ import annotations

import os
import random

import adversary

from sheets_mastery.letters import Rendered

#: So many letters are written; `python tests/drawing/adversary.py 100000` writes more.
LETTERS = int(os.environ.get("SHEETS_MASTERY_TEST_ATTACKS", "2000"))


def test_no_name_and_no_title_adds_a_header_a_recipient_a_tag_or_a_line(letter_files: dict[str, str]) -> None:
    found = adversary.attacks(LETTERS, letter_files, processes=min(os.cpu_count() or 1, 4))
    assert found == {"letters": found["letters"]}
    assert found["letters"] >= LETTERS


def test_a_page_that_lets_a_tag_through_is_noticed(letter_files: dict[str, str]) -> None:
    careless = letter_files | {
        "letter.html": letter_files["letter.html"].replace("item.title }}", "item.title|safe }}")
    }
    press, draw = adversary.Press(careless), random.Random(1)
    found = {what for _ in range(40) for what in press.wrong(draw, "missing", "en")}
    assert found == {"tags"}


def test_a_letter_that_nobody_tampered_with_has_nothing_wrong_with_it() -> None:
    good = Rendered(subject="A", html="<p>a</p>\n", text="a\n", language="en", direction="ltr")
    assert list(adversary._envelope(good, "missing")) == []
