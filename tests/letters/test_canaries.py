"""Every letter is about one student and goes to nobody but that student's guardians, whatever happens to the sheet."""

from __future__ import annotations

import os

import canaries
import pytest

#: So many letters are looked at; `python tests/drawing/canaries.py 1000000` looks at more.
LETTERS = int(os.environ.get("SHEETS_MASTERY_TEST_LETTERS", "1000"))


@pytest.fixture(scope="module")
def found(letter_files: dict[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    sent, wrong = canaries.floods(LETTERS, letter_files, processes=min(os.cpu_count() or 1, 4))
    return dict(sent), dict(wrong)


def test_no_letter_holds_a_word_or_a_mark_of_another_student_or_goes_to_another_family(
    found: tuple[dict[str, int], dict[str, int]],
) -> None:
    sent, wrong = found
    assert wrong == {}
    assert sent["letters"] == sent["outcome: sent"] >= LETTERS


def test_every_kind_of_letter_and_every_reason_to_hold_one_back_was_among_them(
    found: tuple[dict[str, int], dict[str, int]],
) -> None:
    sent, _ = found
    kinds = {"missing", "reminder", "made_good", "weekly", "welcome", "contract"}
    assert kinds <= sent.keys()
    assert {"outcome: withdrawn", "outcome: changed since the last sync", "outcome: unreadable"} <= sent.keys()


def test_the_eye_that_looks_for_strange_words_is_not_blind() -> None:
    room = canaries.Classroom(1)
    one, other = room.pupils[0], room.pupils[1]
    parent = one.parents[0]
    parent.may, parent.often = "yes", ""
    room.tidy()

    def told(*words: str, to: str = parent.address, head: str = "") -> set[str]:
        letter = f"To: {to}\r\n{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{' '.join(words)}\r\n"
        return set(room.wrong(letter.encode(), parent.address))

    assert told(one.first, parent.name) == set()
    assert told(one.first, "99.9%" if 999 not in one.had else "30.1%") == {"words or marks of another student"}
    assert told(one.first, other.parents[0].name + "X") == {"words or marks of another student"}
    assert told(one.first, to=f"{parent.address}, x@y.example") == {"recipients"}
    assert told(one.first, head="Cc: x@y.example\r\n") == {"recipients"}
    assert told(one.first, head=f"X-Name: {one.first}\r\n") == {"a word of a cell in a header"}
    assert told("Hello") == {"no canary at all"}
    parent.may = "no"
    room.tidy()
    assert "nobody may be written to there" in told(one.first)
