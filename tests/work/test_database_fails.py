"""A database that fails at each statement of a whole sync: said in a sentence, and healed by the next one.

The database, and the sheet over HTTP, are the real ones; the fault is a real one of SQLite and of PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from databases import new_database, postgresql_server
from faulty import Fault
from trials import every_so_many

from sheets_mastery.errors import LedgerError
from sheets_mastery.notices import NoticeState

if TYPE_CHECKING:
    from tests.work.conftest import Class

__all__ = ["postgresql_server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, open_class: Callable[..., Class]) -> Iterator[tuple[Class, str]]:
    """The class after its first sync, with its ledger's address."""
    with ExitStack() as stack:
        more = url = ""
        if request.param == "postgresql":
            url = stack.enter_context(new_database(request.getfixturevalue("postgresql_server"), "TEMPLATE template0"))
            more = f'[ledger]\nurl = "{url}"\n'
        algebra = open_class(more=more)
        algebra.sync()
        yield algebra, url or f"sqlite:///{algebra.school.folder / 'mastery.sqlite'}"
        algebra.service.close()


def at_each_statement(
    opened: tuple[Class, str],
    canaries: dict[str, tuple[str, ...]],
    work: Callable[[], object],
    heal: Callable[[], None],
) -> int:
    """Work with the first statement failing, then the second, … until none fails; `heal` looks and puts all back."""
    algebra, url = opened
    fault = Fault(algebra.service.ledger, url)
    for number in every_so_many(5 if url.startswith("sqlite") else 11):
        fault.countdown = number
        try:
            work()
        except LedgerError as problem:
            sentence = str(problem)
            assert sentence.startswith("The ledger ")
            assert sentence.endswith(".")
            assert not [word for words in canaries.values() for word in words if word in sentence]
            fault.mend(algebra.service.ledger)
            heal()
        else:
            if fault.countdown > 0:
                return number
            # It failed where nothing hangs on it, as where a lock is given back.
            fault.mend(algebra.service.ledger)
            heal()
    raise AssertionError


def test_a_sync_fails_whole_or_is_finished_by_the_next(
    opened: tuple[Class, str], canaries: dict[str, tuple[str, ...]]
) -> None:
    algebra, _ = opened
    marks = iter(f"{number / 100:.2f}" for number in range(3000, 4000))

    def work() -> None:
        algebra.type("I4", next(marks))
        algebra.sync()

    def heal() -> None:
        assert algebra.states() == {NoticeState.HOLD: 3}
        plan = algebra.sync()
        assert (plan.facts.new_notices, plan.facts.withdrawn, algebra.states()) == ((), (), {NoticeState.HOLD: 3})
        assert algebra.sync().edits == ()

    assert at_each_statement(opened, canaries, work, heal) >= 20
