"""Addresses from which letters come back, shown to the teacher where they stand."""

from __future__ import annotations

import drawn

from sheets_mastery.addresses import coming_back
from sheets_mastery.gradebook import Gradebook, read_gradebook
from sheets_mastery.notices import History, person_digest

SETTINGS = drawn.settings()
WHY = "letters to this address come back (5.1.1, no such mailbox)"
CLASS = """
    ID  | Student  | Level | Student Email | Guardian Email | Quiz 1
    Max |          |       |               |                | 50
    101 | Ana Diaz | 86    | ana@x.org     | a@x.org        | 42
    102 | Bo Kim   | 93    |               | b@x.org, c@x.org | 50
    103 | Cy Obi   | 93    |               | a@x.org        | 50
    """


def understood(table: str = CLASS) -> Gradebook:
    return read_gradebook(drawn.reading(table), SETTINGS.gradebooks[0], SETTINGS.marking)


def told(gradebook: Gradebook, *people: tuple[str, str]) -> list[str]:
    suppressed = {person_digest(b"secret", who, address): WHY for who, address in people}
    return [f"{each.place}: {each.what}" for each in coming_back(gradebook, History(suppressed=suppressed), b"secret")]


def test_every_cell_with_such_an_address_is_named_and_no_address_is() -> None:
    assert told(understood(), ("guardian", "A@X.org"), ("student", "ana@x.org"), ("guardian", "c@x.org")) == [
        f"Marks!E3: {WHY}.",
        f"Marks!D3: {WHY}.",
        f"Marks!E4: one of the addresses here: {WHY}.",
        f"Marks!E5: {WHY}.",
    ]


def test_another_address_is_nobody_known() -> None:
    assert (
        told(understood(CLASS.replace("b@x.org, ", "").replace("a@x.org", "new@x.org")), ("guardian", "a@x.org")) == []
    )
    assert told(understood()) == []


def test_the_cell_is_the_one_on_the_tab_that_has_the_address() -> None:
    table = """
        Marks:
        ID  | Student  | Level | Quiz 1
        Max |          |       | 50
        101 | Ana Diaz | 86    | 42
        Roster:
        ID  | Student  | Guardian Email
        101 | Ana Diaz | a@x.org
        """
    assert told(understood(table), ("guardian", "a@x.org")) == [f"Roster!C2: {WHY}."]
