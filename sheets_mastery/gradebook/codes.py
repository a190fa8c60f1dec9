"""What the words among the marks of one gradebook mean: its codes, its letters, the steps of its rubric.

No code means the same everywhere (`M` is missing in one school and mastery in the next), so what a gradebook says about
itself wins over what is said for the whole school, and nothing else is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from sheets_mastery.config import Codes, GradebookSettings, Marking, Meaning
from sheets_mastery.gradebook.records import key
from sheets_mastery.presets import PRESETS

#: What a letter is worth in percent: the lowest percentage that it usually stands for.
LETTERS: Mapping[str, int] = {
    "A+": 97, "A": 93, "A-": 90, "B+": 87, "B": 83, "B-": 80, "C+": 77, "C": 73, "C-": 70, "D+": 67, "D": 63, "D-": 60,
    "F": 0,
}  # fmt: skip
#: What a step from 0 to 4 is worth in percent, after Marzano, "Transforming Classroom Grading" (2000).
RUBRIC: Mapping[str, int] = {
    "4": 100, "3.5": 95, "3": 90, "2.5": 80, "2": 70, "1.5": 65, "1": 60, "0.5": 50, "0": 0,
}  # fmt: skip
#: What a system writes into its own exports, as its documentation says; nobody has to explain these.
EXPORTED: Mapping[str, Mapping[str, Meaning]] = {
    "canvas": {"EX": Meaning.EXCUSED, "N/A": Meaning.NOT_ASSIGNED},
    "moodle": {"-": Meaning.NOTHING},
}
_MARKS_OF_DIRECTION = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069"))
_MINUS = str.maketrans("−–‐", "---")


def codes_in_force(settings: GradebookSettings, marking: Marking, export: str = "") -> dict[str, Meaning]:
    """What each code of a gradebook means, by its `key`; the gradebook's own word wins.

    `export`: the system whose export the sheet is, where it came as it is.
    """
    said: dict[str, Meaning] = {}
    system = PRESETS.get(settings.codes_as_in, {})
    for codes in (marking.codes.meanings, EXPORTED.get(export, {}), system, settings.codes):
        said |= {key(code): meaning for code, meaning in codes.items()}
    return said


def marking_in_force(settings: GradebookSettings, marking: Marking) -> Marking:
    """The marking with the gradebook's own codes in it, sorted by what a live rule can tell from them."""
    lists: dict[str, list[str]] = {"excused": [], "not_in": [], "absent": [], "pending": []}
    graded: dict[str, Meaning] = {}
    for code, meaning in codes_in_force(settings, marking).items():
        match meaning:
            case Meaning.EXCUSED:
                lists["excused"].append(code)
            case Meaning.NOT_IN | Meaning.CLOSED:
                lists["not_in"].append(code)
            case Meaning.ABSENT:
                lists["absent"].append(code)
            case Meaning.MASTERED | Meaning.BELOW:
                graded[code] = meaning
            case _:
                lists["pending"].append(code)
    codes = Codes(**{name: tuple(codes) for name, codes in lists.items()}, other=graded)
    return marking.model_copy(update={"codes": codes})


def worth_in_force(settings: GradebookSettings) -> dict[str, Fraction]:
    """What letters and steps are worth as shares, by `word`."""
    usual: Mapping[str, int | Decimal] = {"letters": LETTERS, "rubric": RUBRIC}.get(settings.scale, {})
    return {word(each): Fraction(percent) / 100 for each, percent in {**usual, **settings.worth}.items()}


def word(text: str) -> str:
    """A letter or step as it is compared: any minus is a minus, and no trailing zeros."""
    bare = key(text).translate(_MINUS)
    return bare.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", bare) else bare


def is_letter(text: str) -> bool:
    """Whether a text is one of the usual letter grades."""
    return text.strip().upper().translate(_MINUS) in LETTERS


def might_be_code(text: str) -> bool:
    """Whether a text among the marks may be a code that nobody has explained, rather than a remark or a slip."""
    bare = text.translate(_MARKS_OF_DIRECTION).strip()
    return 0 < len(bare) <= 20 and len(bare.split()) <= 3 and not any(c.isdigit() or c in "@=<>" for c in bare)
