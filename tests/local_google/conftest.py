"""A local Google that runs for one test, with a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sheets_mastery.local_google.server import LocalGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def times() -> list[datetime]:
    """What the clock has shown, the last being the time now. It begins with real time, to the millisecond.

    Real, because google-auth signs with the machine's own clock.
    """
    now = datetime.now(UTC)
    return [now.replace(microsecond=now.microsecond // 1000 * 1000)]


@pytest.fixture
def clock(times: list[datetime]) -> Callable[[], datetime]:
    """Tells the time; it stands still."""
    return lambda: times[-1]


@pytest.fixture
def advance(times: list[datetime]) -> Callable[..., None]:
    """Moves the clock on by a ``timedelta`` of the same arguments."""
    return lambda **span: times.append(times[-1] + timedelta(**span))


@pytest.fixture
def google(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[LocalGoogle]:
    """A fresh Google that takes any bearer."""
    with LocalGoogle(tmp_path / "google", now=clock) as running:
        yield running


@pytest.fixture
def strict_google(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[LocalGoogle]:
    """A fresh Google that takes only bearers which it issued itself."""
    with LocalGoogle(tmp_path / "strict", now=clock, strict_auth=True) as running:
        yield running
