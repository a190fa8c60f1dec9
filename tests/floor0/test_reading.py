"""What a reading says about cells and tabs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import drawn

from sheets_mastery.a1 import Range
from sheets_mastery.reading import EMPTY, Content, Protection, Reading


def test_spaces_are_nothing_but_an_error_is_something() -> None:
    assert EMPTY.blank
    assert Content(value="").blank
    assert Content(value=" \u00a0\n").blank
    assert not Content(error="N_A").blank
    assert not Content(value=Decimal(0)).blank
    assert not Content(value=False).blank


def test_a_text_is_what_was_typed_and_a_number_what_is_shown() -> None:
    assert Content(value=" Ana ", shown="ignored").text == "Ana"
    assert Content(value=Decimal("0.86"), shown=" 86 % ").text == "86 %"
    assert Content(error="N_A", shown="#N/A").text == "#N/A"


def test_beyond_what_was_read_everything_is_empty(reading: Reading) -> None:
    """
    Marks:
    a | b |
    c |   |
    """
    tab = reading.tabs[0]
    assert tab.at(0, 1).text == "b"
    assert tab.at(1, 1) is EMPTY
    assert tab.at(7, 0) is EMPTY
    assert tab.at(-1, 0) is EMPTY
    assert tab.at(0, -1) is EMPTY
    assert [each.text for each in tab.row(0)] == ["a", "b"]
    assert tab.row(2) == ()
    assert tab.row(-1) == ()


def test_tabs_are_found_without_regard_to_case(reading: Reading) -> None:
    """
    Marks:
    a |
    Roster:
    b |
    """
    assert reading.tab("roster") is reading.tabs[1]
    assert reading.tab("Rooster") is None
    assert [tab.title for tab in reading] == ["Marks", "Roster"]


def test_a_protection_keeps_us_out_unless_it_names_us(reading: Reading) -> None:
    """
    Marks:
    a |
    """
    area = Range(0, 0, 2, 2)
    closed = replace(reading.tabs[0], protections=(Protection(range=area, ours_to_edit=False),))
    opened = replace(reading.tabs[0], protections=(Protection(range=area, ours_to_edit=True),))
    assert not closed.editable(1, 1)
    assert closed.editable(2, 1)
    assert opened.editable(1, 1)


def test_a_drawing_is_read_as_it_is_meant(reading: Reading) -> None:
    """
    Marks:
    43 | 85% | 2026-09-18 | 6:00 | TRUE | #N/A | '43 | =B2+1 -> 44 | EX [so good] |
    """
    assert reading.tabs[0].cells == (
        (
            Content(value=Decimal(43), shown="43"),
            Content(value=Decimal("0.85"), shown="85%", format="PERCENT"),
            Content(value=Decimal(46283), shown="2026-09-18", format="DATE"),
            Content(value=Decimal("0.25"), shown="6:00", format="TIME"),
            Content(value=True, shown="TRUE"),
            Content(error="N_A", shown="#N/A"),
            Content(value="43", shown="43"),
            Content(value=Decimal(44), shown="44", formula="=B2+1"),
            Content(value="EX", shown="EX", note="so good"),
        ),
    )
    assert drawn.reading("|").tabs[0].cells == ()
