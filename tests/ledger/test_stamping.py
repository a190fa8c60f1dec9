"""The stamps that a ledger knows, and the spreadsheets in quarantine, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sheets_mastery.ledger import Ledger
from sheets_mastery.ledger.stamping import put_in_quarantine
from sheets_mastery.reading import SeenStamp
from sheets_mastery.stamps import Quarantine, Stamp, Suspicion

SHEET = "a spreadsheet"


def seen(stamp: Stamp) -> tuple[SeenStamp, ...]:
    return (SeenStamp(id=7, text=stamp.text()),)


def test_every_stamp_that_was_intended_is_known_whether_it_arrived_or_not(ledger: Ledger, now: datetime) -> None:
    first = ledger.intend_stamp(SHEET, now)
    second = ledger.intend_stamp(SHEET, now + timedelta(minutes=1))
    assert (first.spreadsheet, first.install, first.send_seq) == (SHEET, ledger.install().id, 0)
    assert first.word != second.word
    assert [ledger.examine(SHEET, stamps, now) for stamps in ((), seen(first), seen(second))] == [None, None, None]
    assert ledger.last_stamped(SHEET, before=now + timedelta(hours=1)) == now + timedelta(minutes=1)
    assert ledger.last_stamped(SHEET, before=now + timedelta(seconds=1)) == now
    assert (ledger.last_stamped(SHEET, before=now), ledger.last_stamped("another", before=now)) == (None, None)


def test_what_was_suspected_once_counts_until_a_person_has_said_otherwise(ledger: Ledger, now: datetime) -> None:
    known = ledger.intend_stamp(SHEET, now)
    strange = replace(known, word="never written", send_seq=12)
    found = Quarantine(spreadsheet=SHEET, why=Suspicion.BEHIND, since=now, send_seq=12, noted=strange.text())
    later = now + timedelta(days=1)
    assert (ledger.suspicion(SHEET, seen(strange), now), ledger.quarantined(SHEET)) == (found, None)
    assert ledger.examine(SHEET, seen(strange), now) == found
    assert [ledger.examine(SHEET, stamps, later) for stamps in ((), seen(known), seen(strange))] == [found] * 3
    assert (ledger.quarantined(SHEET), ledger.quarantined("another")) == (found, None)
    assert (ledger.release(found, now=later, who="a person"), ledger.quarantined(SHEET)) == (True, None)
    # So many had left by then: a copy of this ledger that is older still is noticed by that number alone.
    assert ledger.install().send_seq == 12
    assert ledger.release(found, now=later, who="a person") is False
    assert [(event.who, event.what, event.why) for event in ledger.history("")] == [
        ("quarantine", "quarantine", "ledger put back"),
        ("a person", "released", "ledger put back"),
    ]


def test_a_quarantine_from_before_that_was_kept_learns_what_stands_in_the_sheet(ledger: Ledger, now: datetime) -> None:
    stamp = replace(ledger.intend_stamp(SHEET, now), install="theirs")
    with ledger._database.writing() as connection:
        put_in_quarantine(connection, Quarantine(spreadsheet=SHEET, why=Suspicion.OTHER, since=now, send_seq=0))
    first = ledger.examine(SHEET, seen(stamp), now)
    later = ledger.examine(SHEET, seen(replace(stamp, word="another")), now)
    assert first is not None
    assert (first.noted, later) == (stamp.text(), first)


def test_a_stamp_of_another_document_or_another_installation_is_told_apart(ledger: Ledger, now: datetime) -> None:
    elsewhere = ledger.intend_stamp("the original", now)
    found = ledger.examine("the copy", seen(elsewhere), now)
    assert found is not None
    assert found.why is Suspicion.COPY
    others = replace(ledger.intend_stamp(SHEET, now), install="theirs")
    found = ledger.examine(SHEET, seen(others), now)
    assert found is not None
    assert found.why is Suspicion.OTHER
    assert ledger.examine("the original", seen(elsewhere), now) is None
