"""Letters on their way to a Gmail that makes no drafts, through every schedule of faults: none twice, lost or untrue.

`tests/bench/bench_crashes.py` plays as many more of them as anybody has time for.
"""

from __future__ import annotations

import pytest
from schedules import Lab
from trials import nothing_goes_wrong, nothing_goes_wrong_on

WAYS = ["gmail, send only", "gmail, send + metadata"]


def test_whatever_happens_to_one_request_no_letter_goes_twice_is_lost_or_tells_what_is_no_longer_so(lab: Lab) -> None:
    nothing_goes_wrong(lab, WAYS[0], {"sent", "withdrawn", "expired", "for a person"})


def test_a_look_into_sent_leaves_next_to_nothing_to_a_person(lab: Lab) -> None:
    nothing_goes_wrong(lab, WAYS[1], {"sent", "withdrawn", "expired"}, perhaps={"for a person"})


@pytest.mark.parametrize("way", WAYS)
def test_the_same_holds_on_postgresql(postgresql_lab: Lab, way: str) -> None:
    nothing_goes_wrong_on(postgresql_lab, way, schedules=40)
