"""What is asked of every way for letters to leave, whatever happens to it; `schedules` says how it is played."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain, count

from schedules import Lab, by_the_outbox, drawn_by_lot, mark_then_send, played, send_then_mark, single_faults

#: Schedules drawn by lot, beside every single fault at every step; what runs on every change plays many more.
BY_LOT = int(os.environ.get("SHEETS_MASTERY_TEST_SCHEDULES", "300"))


#: So many are played where nobody waits.
_MANY = 3000


def every_so_many(statements: int) -> Iterator[int]:
    """The numbers of the statements that are to fail: one in so many, or each where there is time."""
    return count(1, 1 if BY_LOT >= _MANY else statements)


def nothing_goes_wrong(lab: Lab, way: str, ends: set[str], perhaps: Collection[str] = ()) -> None:
    """Every single fault and many by lot: none twice, none lost, none untrue; and these ends of letters are seen.

    `perhaps` are ends that are so rare that only many schedules show them.
    """
    singles = list(single_faults(lab, way))
    lots = (drawn_by_lot(number, way) for number in range(BY_LOT))

    tally = played(lab, chain(singles, lots), by_the_outbox)

    assert (tally.worst, tally.wrong) == ([], Counter())
    # No draft lies in the mailbox that nobody knows of.
    assert tally.strays == 0
    assert tally.schedules == BY_LOT + len(singles)
    # Each letter has one end, and every end was seen.
    assert sum(tally.ends.values()) == tally.letters
    assert ends <= set(tally.ends) <= ends | set(perhaps)
    assert tally.ends["sent"] > tally.letters // 3


def nothing_goes_wrong_on(postgresql_lab: Lab, way: str, schedules: int = 100) -> None:
    """The same on the other database, for so many schedules."""
    tally = played(postgresql_lab, (drawn_by_lot(number, way) for number in range(schedules)), by_the_outbox)

    assert (tally.worst, tally.wrong, sum(tally.ends.values())) == ([], Counter(), tally.letters)


def usual_ways(lab: Lab, way: str) -> tuple[Counter[str], Counter[str]]:
    """What goes wrong with marking first, and with sending first, on the same schedules."""
    schedules = [drawn_by_lot(number, way) for number in range(150)]
    return played(lab, schedules, mark_then_send).wrong, played(lab, schedules, send_then_mark).wrong
