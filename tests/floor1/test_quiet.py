"""Which edits keep a letter here, and for how long: drawn gradebooks and plain moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import drawn
import pytest

from sheets_mastery.config import Letters
from sheets_mastery.gradebook import read_gradebook
from sheets_mastery.quiet import Edits, MarksSeen, edited, marks_seen, over, still_held

SETTINGS = drawn.settings()
SCHOOL = SETTINGS.school
NOW = datetime(2026, 10, 30, 19, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTERS = Letters()
BEFORE = """
    ID | Student | Quiz | Essay
    Points | | 20 | 50
    101 | Ana | 18 | M
    102 | Ben | | 40
"""


def seen(text: str, before: MarksSeen | None = None) -> MarksSeen:
    return marks_seen(read_gradebook(drawn.reading(text), SETTINGS.gradebooks[0], SETTINGS.marking), before)


def test_a_mark_is_edited_when_it_means_something_else_and_an_inserted_column_edits_nobody() -> None:
    before = seen(BEFORE)
    assert before.rows == {"101": "sn", "102": ".s"}
    moved = seen(
        """
        ID | Student | Essay | Lab | Quiz
        Points | | 50 | 10 | 20
        102 | Ben | 40 | 9 |
        101 | Ana | m | | 18
        """,
        before,
    )
    # The lab is new, and Ben has a mark there.
    assert edited(moved, before, ()) == (("102", "lab"),)
    assert edited(before, before, ()) == ()
    assert edited(before, None, ()) == ()


def test_what_cannot_be_read_is_what_it_was_until_it_can() -> None:
    known = seen(BEFORE)
    unreadable = seen(BEFORE.replace("18", "#N/A").replace("40", "Loading..."), known)
    assert (unreadable, edited(unreadable, known, ())) == (known, ())
    assert edited(seen(BEFORE.replace("18", ""), unreadable), unreadable, ()) == (("101", "quiz"),)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOW - 2 * HOUR, None),
        (NOW - HOUR, NOW + HOUR),
        (NOW, NOW + 2 * HOUR),
        # The clock has been put back since: by less than the span it counts from now, by more not at all.
        (NOW + HOUR, NOW + 2 * HOUR),
        (NOW + 3 * HOUR, None),
    ],
)
def test_a_span_is_over_in_its_time_also_where_the_clock_was_put_back(since: datetime, until: datetime | None) -> None:
    assert over(since, 2 * HOUR, NOW) == until


def waits(marks: dict[tuple[str, str], datetime], letters: Letters = LETTERS, *works: tuple[str, str]) -> str:
    wait = Edits(marks=marks, students=10).unquiet("101", works or (("101", "essay"),), letters, SCHOOL, NOW)
    return "" if wait is None else wait.reason


def test_a_letter_waits_for_its_row_and_its_columns_and_for_nothing_else() -> None:
    at = NOW - HOUR
    assert waits({("102", "quiz"): at}) == ""
    assert waits({("101", "quiz"): at}) == "marks in this row were changed at 13:05; waits until 15:05"
    column = "marks in a column that it speaks of were changed at 13:05; waits until 15:05"
    assert waits({("102", "essay"): at}) == column
    assert waits({("102", "essay"): at - 24 * HOUR}) == ""
    # The longest counts.
    assert waits({("101", "quiz"): at - HOUR / 2, ("102", "essay"): at}) == column
    # A letter that speaks of no mark waits for none.
    assert Edits(marks={("101", "quiz"): at}, students=10).unquiet("101", (), LETTERS, SCHOOL, NOW) is None


def test_a_column_is_being_marked_from_a_fifth_of_it_on_whatever_the_quiet_hours_are() -> None:
    short = Letters(quiet_hours=Decimal("0.5"))
    marks = {(str(102 + number), "essay"): NOW - HOUR - number * HOUR / 4 for number in range(2)}
    assert waits(marks, short) == (
        "a column that it speaks of is being marked (2 of 10 marks changed), last at 13:05; waits until 14:50"
    )
    assert waits(dict(list(marks.items())[:1]), short) == ""
    assert waits(marks, Letters(quiet_hours=Decimal("0.5"), marking_share=Decimal(0))) == ""


@pytest.mark.parametrize(
    ("moments", "created", "until"),
    [
        ([], -20, None),
        ([None], -20, None),
        ([-18], -18, None),
        ([-17, -3], -17, 15),
        # Whoever owes something new every day hears of it all the same: twice the hold is the most.
        ([-40, -1], -30, 6),
        ([-1], -36, None),
        ([-1], None, 17),
    ],
)
def test_what_joins_a_letter_is_held_like_any_other_but_not_for_ever(
    moments: list[int | None], created: int | None, until: int | None
) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOW + hours * HOUR

    wait = still_held(map(at, moments), at(created), LETTERS, SCHOOL, NOW)
    assert (None if wait is None else wait.until) == at(until)
