"""Every command leaves a run behind, also the one that never came to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sheets_mastery.ledger import Ledger, Run


def test_the_last_runs_tell_how_they_ended_and_which_never_did(ledger: Ledger, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    first = ledger.start_run("period 1", "sync", now=now)
    killed = ledger.start_run("period 1", "sync", now=later)
    other = ledger.start_run("", "deliver", now=later)
    ledger.finish_run(first, "done", now=later, fingerprint="abc123", requests=2, counts={"newly missing": 3})
    ledger.finish_run(other, "failed", now=later, why="the mail server does not answer")

    done = Run(
        id=first,
        gradebook="period 1",
        command="sync",
        started=now,
        finished=later,
        outcome="done",
        fingerprint="abc123",
        requests=2,
        counts={"newly missing": 3},
        why="",
    )
    interrupted = Run(
        id=killed,
        gradebook="period 1",
        command="sync",
        started=later,
        finished=None,
        outcome="",
        fingerprint="",
        requests=0,
        counts={},
        why="",
    )
    failed = Run(
        id=other,
        gradebook="",
        command="deliver",
        started=later,
        finished=later,
        outcome="failed",
        fingerprint="",
        requests=0,
        counts={},
        why="the mail server does not answer",
    )
    assert ledger.last_runs() == (failed, interrupted, done)
    assert [each.interrupted for each in ledger.last_runs()] == [False, True, False]
    assert ledger.last_runs("period 1") == (interrupted, done)
    assert ledger.last_runs("period 1", limit=1) == (interrupted,)


def test_a_run_ends_once(ledger: Ledger, now: datetime) -> None:
    number = ledger.start_run("period 1", "sync", now=now)
    ledger.finish_run(number, "done", now=now)

    with pytest.raises(ValueError, match=f"no run {number} is open"):
        ledger.finish_run(number, "failed", now=now)

    assert ledger.last_runs()[0].outcome == "done"
