"""A local Google that runs for one test, with a clock that stands still until it is moved."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclasses.dataclass
class Clock:
    """Tells the time that it was last set to."""

    #: The time now, aware.
    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> None:
        """Move on by a ``timedelta(**span)``."""
        self.time += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    """Real time, to the millisecond, when the test began: google-auth signs with the machine's own clock."""
    now = datetime.now(UTC)
    return Clock(time=now.replace(microsecond=now.microsecond // 1000 * 1000))


@pytest.fixture
def google(tmp_path: Path, clock: Clock) -> Iterator[LocalGoogle]:
    """A fresh Google that takes any bearer."""
    with LocalGoogle(tmp_path / "google", now=clock) as running:
        yield running


@pytest.fixture
def strict_google(tmp_path: Path, clock: Clock) -> Iterator[LocalGoogle]:
    """A fresh Google that takes only bearers which it issued itself."""
    with LocalGoogle(tmp_path / "strict", now=clock, strict_auth=True) as running:
        yield running
