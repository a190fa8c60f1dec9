"""Hostile names and titles by the thousand: no header, recipient, tag, line or formula comes from any of them."""

from __future__ import annotations

import json
import os
import random

import adversary
from hostilesheet import Sheet

from sheets_mastery.letters import Rendered

#: So many letters are written; `python tests/drawing/adversary.py 100000` writes more.
LETTERS = int(os.environ.get("SHEETS_MASTERY_TEST_ATTACKS", "2000"))


def test_no_name_and_no_title_adds_a_header_a_recipient_a_tag_a_line_or_a_formula(letter_files: dict[str, str]) -> None:
    found = adversary.attacks(LETTERS, letter_files, processes=min(os.cpu_count() or 1, 4))
    assert set(found) <= adversary.FINE
    assert found["letters"] >= LETTERS
    # Nearly all could be read, and the names are in what is written: as text.
    assert found["sheets not read"] <= found["sheets"] / 100
    assert found["names in sheets"] > found["letters"] / 2


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


def test_a_request_that_writes_a_formula_or_leads_elsewhere_is_noticed() -> None:
    sheet, words = Sheet(), ["=1", 'a"b', "c"]
    written = sheet._requests(random.Random(1), words, words, words, {})
    assert list(sheet.look(written)) == []
    told = json.dumps(written)
    for honest, dishonest, noticed in (
        ('{"stringValue": "=1"}', '{"formulaValue": "=1"}', "a formula in a cell"),
        ("ISNUMBER(", "IMPORTXML(", "another function in a rule"),
        ("sheets-mastery:retake", "c", "a word of a cell in a rule"),
        ("=AND(", "=c+AND(", "something else in a rule"),
        ("#gid=0", "https://x.example/#gid=0", "a link that leads elsewhere"),
        ('{"userEnteredValue": "yes"}', '{"userEnteredValue": "=c"}', "a word of a cell among choices"),
    ):
        assert honest in told
        assert noticed in set(sheet.look(json.loads(told.replace(honest, dishonest)))), noticed
