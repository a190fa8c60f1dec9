"""A program of its own for tests about processes: `child.py WHAT URL`.

It says "ready" when it could begin, begins when it is sent a line, and says what came of it. Facts come pickled from
the file that the third argument names.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Ledger, open_ledger

NOW = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)


def claim_all(url: str) -> None:
    """Claim every letter that is due until there is none."""
    with open_ledger(url, now=NOW, wait_seconds=60) as ledger:
        _wait()
        won = [
            each.key
            for each in ledger.due(NOW)
            if ledger.claim(each.key, each.version, now=NOW, lease_owner=str(os.getpid()), lease_seconds=60)
        ]
    _say(" ".join(won))


def open_first(url: str) -> None:
    """Open a ledger that perhaps is not there."""
    _wait()
    with open_ledger(url, now=NOW, wait_seconds=60) as ledger:
        _say(ledger.install().id)


def deliver_for_ever(url: str) -> None:
    """Hold the lock of the one delivery until killed."""
    with open_ledger(url, now=NOW, wait_seconds=60) as ledger, ledger.sole_deliverer():
        _wait()


def record_and_die(url: str, facts: str) -> None:
    """Record, once for each statement, and be killed before it; the last time there is no such statement."""
    for number in count(1):
        _wait()
        child = os.fork()
        if child == 0:
            with open_ledger(url, now=NOW, wait_seconds=60) as ledger:
                _kill_before_statement(ledger, number)
                ledger.record("period 1", pickle.loads(Path(facts).read_bytes()), now=NOW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _say("killed" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}")
        if not os.WIFSIGNALED(status):
            return


def record_on_a_full_disk(url: str, facts: str) -> None:
    """Record where no file may grow beyond the size that the ledger has."""
    with open_ledger(url, now=NOW, wait_seconds=60) as ledger:
        size = Path(url.removeprefix("sqlite:///")).stat().st_size
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        _wait()
        try:
            ledger.record("period 1", pickle.loads(Path(facts).read_bytes()), now=NOW)
        except LedgerError as error:
            _say(str(error))
        else:
            _say("recorded")


def _kill_before_statement(ledger: Ledger, number: int) -> None:
    seen = count(1)

    def look(*_: Any) -> None:
        if next(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(ledger._database.engine, "before_cursor_execute", look)
    event.listen(ledger._database.engine, "commit", look)


def _wait() -> None:
    _say("ready")
    sys.stdin.readline()


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    programs: dict[str, Callable[..., None]] = {
        "claim-all": claim_all,
        "open-first": open_first,
        "deliver-for-ever": deliver_for_ever,
        "record-and-die": record_and_die,
        "record-on-a-full-disk": record_on_a_full_disk,
    }
    programs[sys.argv[1]](*sys.argv[2:])
