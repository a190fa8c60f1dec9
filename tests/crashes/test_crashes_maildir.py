"""Letters on their way to a maildir, through every schedule of faults: none twice, none lost, none untrue.

`tests/bench/bench_crashes.py` plays as many more of them as anybody has time for.
"""

from __future__ import annotations

from schedules import Lab
from trials import nothing_goes_wrong, nothing_goes_wrong_on, usual_ways


def test_whatever_happens_once_or_twice_no_letter_goes_twice_is_lost_or_tells_what_is_no_longer_so(lab: Lab) -> None:
    # A folder always tells what is in it, so no person is ever asked.
    nothing_goes_wrong(lab, "maildir", {"sent", "withdrawn", "expired"})


def test_the_same_holds_on_postgresql(postgresql_lab: Lab) -> None:
    nothing_goes_wrong_on(postgresql_lab, "maildir")


def test_what_other_programs_do_loses_letters_or_sends_them_twice_on_the_same_schedules(lab: Lab) -> None:
    marked_first, sent_first = usual_ways(lab, "maildir")

    assert (marked_first["lost"] > 0, marked_first["duplicate"]) == (True, 0)
    # A file is named after its letter, so it is there once however often it is put down.
    assert (sent_first["duplicate"], sent_first["lost"], sent_first["sent though cancelled"] > 0) == (0, 0, True)
