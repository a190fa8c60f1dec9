"""Who each student is: names and ids that no longer stand where they stood, and a gradebook under another name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import drawn
import written

from sheets_mastery.newaddresses import KnownAddress
from sheets_mastery.notices import person_digest
from sheets_mastery.past import Past
from sheets_mastery.plan import Plan, decide
from sheets_mastery.reading import Reading, SeenStamp
from sheets_mastery.stamps import Stamp

NOW = datetime(2026, 9, 21, 16, 0, tzinfo=ZoneInfo("America/Chicago"))
SETTINGS = drawn.settings()
FIRST = Past(
    secret=b"secret",
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
    install="ours",
)


def planned(text: str | Reading, past: Past, now: datetime = NOW) -> Plan:
    reading = drawn.reading(text) if isinstance(text, str) else text
    return decide(reading, past, SETTINGS, SETTINGS.gradebooks[0], now)


def after(text: str, past: Past = FIRST) -> Past:
    return written.learned(past, planned(text, past).facts)


def roster(*changes: tuple[str, str]) -> str:
    """Thirty students, ids from 100 on; `changes` are made in the text."""
    rows = [f"{each} | Student {each}. | 86 | g{each}@x.org | 45" for each in range(100, 130)]
    text = "\n".join(["ID | Student | Level | Guardian Email | Quiz 1", "Max | | | | 50", *rows])
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def named(one: int, other: str) -> tuple[str, str]:
    """A change: a student's name is another one."""
    return f"| Student {one}. |", f"| {other} |"


SWAPPED = "beside {} stands a name that stood beside another student's id before, as if names had been swapped"


def test_two_swapped_names_in_a_large_class_wait_for_a_person() -> None:
    past = after(roster())
    two = roster(named(103, "X"), named(110, "Student 103."), ("| X |", "| Student 110. |"))
    assert planned(two, past).objections == (SWAPPED.format("Marks!B6, Marks!B13"),)
    assert planned(two, after(two, past)).objections == ()
    ids = roster(("103 |", "X |"), ("110 |", "103 |"), ("X |", "110 |"))
    assert planned(ids, past).objections == (SWAPPED.format("Marks!B6, Marks!B13"),)


def test_a_name_that_slips_into_the_row_of_another_waits_for_a_person_though_nobody_bears_it_now() -> None:
    slipped = roster(named(104, "Somebody Else"), named(103, "Student 104."))
    assert planned(slipped, after(roster())).objections == (SWAPPED.format("Marks!B6"),)


def test_other_names_are_ordinary() -> None:
    past = after(roster(named(105, "Student 104.")))
    for change in (
        named(103, "Student 103-Diaz"),
        # Of two students with one name, one gets another name, or a third the same.
        named(106, "Student 104."),
        named(107, ""),
    ):
        assert planned(roster(named(105, "Student 104."), change), past).objections == ()
    assert planned(roster(), past).objections == ()


def test_a_ledger_from_before_names_were_kept_knows_who_is_who_and_no_names() -> None:
    past = after(roster())
    before = replace(past, students={each: who.partition(":")[0] for each, who in (past.students or {}).items()})
    two = roster(named(103, "X"), named(110, "Student 103."), ("| X |", "| Student 110. |"))
    assert planned(two, before).objections == ()
    three = roster(named(103, "X"), named(110, "Y"), named(111, "Z"), named(112, "W"))
    many = (
        "4 students have another name or other guardians than before, "
        "as if one column had been sorted alone or the permissions deleted"
    )
    assert planned(three, before).objections == (many,)
    assert planned(roster(), before).facts.students == past.students


NEW_ID = (
    "beside {} stands another id than before, and with another id it is another student: "
    "the family would be told once more of all that is open. Put the old id back, if you can"
)


def test_a_known_name_beside_a_new_id_waits_for_a_person() -> None:
    past = after(roster())
    corrected = roster(("103 |", "1O3 |"))
    assert planned(corrected, past).objections == (NEW_ID.format("Marks!B6"),)
    assert planned(corrected, after(corrected, past)).objections == ()
    assert planned(roster(), after(roster(("103 | Student 103. | 86 | g103@x.org | 45\n", "")), past)).objections == ()


def test_so_it_does_where_the_old_row_went_some_days_ago() -> None:
    past = after(roster(("103 | Student 103. | 86 | g103@x.org | 45\n", "")), after(roster()))
    assert list(past.left) == ["103"]
    assert planned(roster(("103 |", "1O3 |")), past).objections == (NEW_ID.format("Marks!B6"),)
    assert planned(roster(("103 |", "1O3 |")), replace(past, left={})).objections == ()


def test_new_students_and_new_names_beside_new_ids_ask_nobody() -> None:
    past = after(roster())
    assert planned(roster(("103 |", "1O3 |"), named(103, "Somebody Else")), past).objections == ()
    assert planned(roster() + "\n200 | Student 200. | 86 | g200@x.org | 45", past).objections == ()
    assert planned(roster() + "\n200 | | 86 | g200@x.org | 45", past).objections == ()


def test_many_changed_ids_are_named_by_their_first_cells() -> None:
    objections = planned(roster(*((f"{each} |", f"A{each} |") for each in range(100, 110))), after(roster())).objections
    assert objections == (
        "10 of 30 students are no longer in the sheet",
        NEW_ID.format("Marks!B3, Marks!B4, Marks!B5, Marks!B6, Marks!B7, Marks!B8 and 4 more"),
    )


def test_beside_a_new_id_the_old_address_is_known_and_another_is_not() -> None:
    """Who approves that the id is another one has not been asked about the address."""
    past = after(roster())

    def known(text: str) -> KnownAddress:
        (found,) = (each for each in planned(text, past).facts.addresses if each.student == "1o3")
        return found

    mine, other = (person_digest(b"secret", "guardian", address) for address in ("g103@x.org", "other@x.org"))
    assert known(roster(("103 |", "1O3 |"))) == KnownAddress(student="1o3", guardian=mine)
    assert known(roster(("103 |", "1O3 |"), ("g103@x.org", "other@x.org"))) == KnownAddress(
        student="1o3", guardian=other, since=NOW, trusted=False
    )
    (new,) = planned(roster() + "\n200 | Student 200. | 86 | g200@x.org | 45", past).facts.addresses
    assert (new.since, new.trusted) == (None, True)


def test_a_gradebook_under_another_name_in_a_spreadsheet_that_is_known_waits_for_a_person() -> None:
    def stamped(*, install: str = "ours", spreadsheet: str = "") -> Reading:
        reading = drawn.reading(roster())
        stamp = Stamp(spreadsheet=spreadsheet or reading.spreadsheet_id, install=install, send_seq=3, word="w")
        return replace(reading, stamps=(SeenStamp(id=1, text=stamp.text()),))

    name = SETTINGS.gradebooks[0].name
    known = replace(FIRST, gradebooks=frozenset({"Algebra 1", name}))
    another_name = (
        "this spreadsheet is known, and nothing is known of a gradebook of this name: perhaps it was “Algebra 1” until "
        "now. Under a new name families are told everything again, also who has stopped letters; give it its old name "
        "back in the settings file"
    )
    assert planned(stamped(), known).objections == (another_name,)
    # A first sync of a new spreadsheet, of a copy, of one that another installation looked after, of a second gradebook
    # in a document whose first one still has its name; and any later sync.
    assert planned(roster(), known).objections == ()
    assert planned(stamped(spreadsheet="another"), known).objections == ()
    assert planned(stamped(install="theirs"), known).objections == ()
    assert planned(stamped(), replace(FIRST, gradebooks=frozenset({name}))).objections == ()
    later = replace(after(roster()), gradebooks=frozenset({"Algebra 1", name}))
    assert planned(stamped(), later, NOW + timedelta(days=1)).objections == ()
