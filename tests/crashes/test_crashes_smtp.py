"""Letters on their way to a mail server, through every schedule of faults: none twice, none lost, none untrue.

`tests/bench/bench_crashes.py` plays as many more of them as anybody has time for.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import chain

from schedules import (
    Lab,
    by_the_outbox,
    drawn_by_lot,
    mark_then_send,
    played,
    send_then_mark,
    single_faults,
)

#: Schedules drawn by lot, beside every single fault at every step; what runs on every change plays many more.
BY_LOT = int(os.environ.get("SHEETS_MASTERY_TEST_SCHEDULES", "300"))


def test_whatever_happens_once_or_twice_no_letter_goes_twice_is_lost_or_tells_what_is_no_longer_so(lab: Lab) -> None:
    singles = list(single_faults(lab, "smtp"))
    lots = (drawn_by_lot(number, "smtp") for number in range(BY_LOT))

    tally = played(lab, chain(singles, lots), by_the_outbox)

    assert (tally.worst, tally.wrong) == ([], Counter())
    assert tally.schedules == BY_LOT + len(singles)
    # Each letter has one end, and every end was seen.
    assert sum(tally.ends.values()) == tally.letters
    assert set(tally.ends) == {"sent", "withdrawn", "expired", "for a person"}
    assert tally.ends["sent"] > tally.letters // 3


def test_the_same_holds_on_postgresql(postgresql_lab: Lab) -> None:
    tally = played(postgresql_lab, (drawn_by_lot(number, "smtp") for number in range(100)), by_the_outbox)

    assert (tally.worst, tally.wrong, sum(tally.ends.values())) == ([], Counter(), tally.letters)


def test_what_other_programs_do_loses_letters_or_sends_them_twice_on_the_same_schedules(lab: Lab) -> None:
    schedules = [drawn_by_lot(number, "smtp") for number in range(150)]

    marked_first = played(lab, schedules, mark_then_send).wrong
    sent_first = played(lab, schedules, send_then_mark).wrong

    assert (marked_first["lost"] > 0, marked_first["duplicate"]) == (True, 0)
    assert (sent_first["duplicate"] > 0, sent_first["lost"]) == (True, 0)
