"""Letters that come back, through schedules of faults: each counts once, none is forgotten, none goes after them.

`tests/bench/bench_crashes.py --returns` plays as many more of them as anybody has time for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from databases import new_database
from returning import ReturnLab, by_lot, played_returns, while_in_hand
from schedules import Tally
from trials import BY_LOT


@pytest.fixture(scope="module")
def returns(folder: Path) -> Iterator[ReturnLab]:
    """A lab whose ledger is a SQLite file."""
    lab = ReturnLab.at(f"sqlite:///{folder}/returning.sqlite", folder)
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def postgresql_returns(postgresql_server: str, folder: Path) -> Iterator[ReturnLab]:
    """A lab whose ledger is in PostgreSQL."""
    with new_database(postgresql_server, "TEMPLATE template0") as url:
        lab = ReturnLab.at(url, folder)
        yield lab
        lab.close()


def nothing_was_wrong(tally: Tally) -> None:
    assert (tally.worst, tally.wrong) == ([], Counter())
    assert sum(tally.ends.values()) - tally.ends["came back"] == tally.letters
    # There was something to come back in most of them.
    assert tally.ends["came back"] > tally.schedules // 2


def test_what_comes_back_counts_once_settles_what_is_in_doubt_and_stops_every_letter_to_nobody(
    returns: ReturnLab,
) -> None:
    lots = (by_lot(number) for number in range(BY_LOT * 2 // 3))

    tally = played_returns(returns, chain(while_in_hand(returns, "smtp"), lots))

    nothing_was_wrong(tally)
    assert tally.ends["withdrawn"] > 0


def test_the_same_holds_on_postgresql(postgresql_returns: ReturnLab) -> None:
    nothing_was_wrong(played_returns(postgresql_returns, (by_lot(number) for number in range(20))))
