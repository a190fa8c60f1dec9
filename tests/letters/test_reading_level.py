"""The English letters are easy to read: about sixth grade, by the formula of Flesch and Kincaid."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from sheets_mastery.letters import LetterPress
from sheets_mastery.letters.proofs import LETTERS, PAGES


def syllables(word: str) -> int:
    """The sounds of a word: groups of vowels, without a silent e at the end."""
    word = re.sub(r"(?<=[^l])e$|(?<=[^td])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(text: str) -> float:
    """The school grade that can read a text (Kincaid and others, 1975)."""
    sentences = [each for each in re.split(r"[.!?:]\s|\n+", text) if re.search("[a-z]", each)]
    words = re.findall(r"[A-Za-z’'-]+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The cat sat on the mat.", -2, 0),
        (
            "The institution's comprehensive remediation methodology necessitates considerable parental participation.",
            20,
            40,
        ),
        # The example of the Naval report's readers: plain official prose of grade eight or so.
        ("Children who read at home often do better at school. Parents can help them by reading aloud.", 3, 7),
    ],
)
def test_the_measure_tells_easy_from_hard(text: str, low: float, high: float) -> None:
    assert low <= grade(text) <= high


def test_every_kind_of_letter_reads_like_the_sixth_grade(press: LetterPress) -> None:
    grades: dict[str, list[float]] = defaultdict(list)
    for letter in LETTERS:
        text = press.render(letter, "en").text
        # The signature, addresses and the reference are no prose.
        prose = text.partition("\nMs. Rivera\n")[0].replace("rivera@school.example", "her")
        grades[letter.kind].append(grade(prose))
    assert set(grades) == {"missing", "reminder", "made_good", "weekly", "welcome", "contract"}
    assert {kind: round(max(found), 1) for kind, found in grades.items() if max(found) > 6.5} == {}


def test_so_does_the_page_at_which_letters_are_stopped(press: LetterPress) -> None:
    for page in PAGES:
        shown = re.sub(
            r"<style>.*?</style>|<title>.*?</title>|<form method=\"post\" aria.*",
            "",
            press.page(page, "en").html,
            flags=re.DOTALL,
        )
        assert grade(re.sub(r"<[^>]+>", "\n", shown)) <= 6.5, page.says
