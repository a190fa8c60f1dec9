"""What is drawn of a document: every part by a word, in any width, and nothing of any student."""

from __future__ import annotations

import drawn
import pytest
from exports import EXPORTS
from rich.cells import cell_len
from rich.console import Console
from sheets import SHEETS
from tables import Example

from sheets_mastery import drawing
from sheets_mastery.config import Labels, Marking
from sheets_mastery.gradebook import ColumnRole, find_layout, read_gradebook
from sheets_mastery.gradebook.layout import STUDENT_COLUMNS
from sheets_mastery.newids import supposed

EVERY = (*EXPORTS, *SHEETS)


def printed(text: str, width: int) -> list[str]:
    """What is drawn of a document, line by line."""
    reading = drawn.reading(text)
    layout = find_layout(reading, drawn.settings().gradebooks[0], Marking())
    console = Console(width=width)
    with console.capture() as captured:
        console.print(drawing.drawn(layout, reading, width))
    return [line.rstrip() for line in captured.get().splitlines() if line.strip()]


def test_the_parts_are_words_and_long_blocks_of_students_are_one_line() -> None:
    """
    Marks:
    Algebra    |               |        |       |            |            |
    Student ID | Student       | Period | Level | Quiz 1     | Essay      | Average
    Points     |               |        |       | 20         | 50         |
    Due        |               |        |       | 2026-09-18 | 2026-10-02 |
    101        | Ana Diaz      | 1      | 86    | 18         | 43         | 88
    102        | Bo Kim        | 1      | 76    | 19         | 41         | 87
    103        | Cy Obi        | 2      | 76    | 17         | M          | 85
               | Average       |        |       | 18         | 42         |
    """
    text = test_the_parts_are_words_and_long_blocks_of_students_are_one_line.__doc__ or ""
    assert printed(text, 80) == [
        "Marks · marks",
        "    A          B       C       D     E      F     G",
        "  1                                                       other",
        "  2 Student ID Student Period  Level Quiz 1 Essay Average titles",
        "  3                                  max    max           maxima",
        "  4                                  due    due           due dates",
        "5–7 id         name    section level mark   mark  no mark 3 students",
        "  8            Σ                     Σ      Σ             summary",
    ]
    assert printed(text, 62) == [
        "Marks · marks",
        "    A      B      C       D     E–F      G",
        "  1                                              other",
        "  2 Stude… Stude… Period  Level …        Average titles",
        "  3                             max              maxima",
        "  4                             due              due dates",
        "5–7 id     name   section level 2 × mark no mark 3 students",
        "  8        Σ                    Σ                summary",
    ]


def many(count: int) -> str:
    """A class with many pieces of work."""
    work = [f"Homework {number}" for number in range(1, count + 1)]
    rows = [
        ["Student ID", "Student", "Level", *work],
        ["Points", "", "", *["20"] * count],
        *([f"{101 + number}", f"Ana Diaz {number}", "86", *["18"] * count] for number in range(4)),
    ]
    return "Marks:\n" + "\n".join(" | ".join(row) for row in rows)


def test_of_many_columns_the_middle_is_folded_and_of_the_narrowest_terminal_the_right_is_cut() -> None:
    assert printed(many(24), 80) == [
        "Marks · marks",
        "    A      B      C     D      E      F      G      H–Z       AA",
        "  1 Stude… Stude… Level Homew… Homew… Homew… Homew… …         Homew… titles",
        "  2                     max    max    max    max    max       max    maxima",
        "3–6 id     name   level mark   mark   mark   mark   19 × mark mark   4 students",
    ]
    assert printed(many(24), 30) == [
        "Marks · marks",
        "    A      B",
        "  1 Stude… Stude… titles",
        "  2               maxima",
        "3–6 id     name   4 students",
        "… 25 more columns to the",
        "right",
    ]


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("example", EVERY, ids=[example.name for example in EVERY])
def test_every_layout_fits_every_width_and_shows_no_student(example: Example, width: int) -> None:
    reading, settings = example.reading, example.settings(answered=True)
    layout = find_layout(reading, settings, Marking())
    parts = supposed(reading, layout, settings, Marking())
    console = Console(width=width)
    with console.capture() as captured:
        console.print(drawing.drawn(parts, reading, width))
    text = captured.get()
    assert max(map(cell_len, text.splitlines()), default=0) <= width
    assert ("students" in text or "1 student" in text) == any(each.rows for each in parts.tabs)
    if not layout.stopped:
        book = read_gradebook(reading, settings, Marking())
        people = {text for each in book.students for text in (each.id, each.name, each.address) if len(text) > 3}
        assert people != set()
        assert [each for each in people if each in text] == []


def test_every_column_about_a_student_has_a_word_in_the_drawing() -> None:
    said = Labels()
    sorts = [sort for sort in STUDENT_COLUMNS if sort not in {"first_name", "last_name"}]
    names = [str(getattr(said, sort)[0]) for sort in sorts]
    text = f"Marks:\n{' | '.join(names)} | Quiz 1\n" + "\n".join(f"{row}{' | x' * len(names)}" for row in (101, 102))
    layout = find_layout(drawn.reading(text), drawn.settings().gradebooks[0], Marking())
    (tab,) = layout.tabs
    assert tab.columns[: len(sorts)] == tuple(ColumnRole[sort.upper()] for sort in sorts)
    words = " ".join(printed(text, 200))
    assert [word for word in ("may write", "rights", "how often") if word not in words] == []
