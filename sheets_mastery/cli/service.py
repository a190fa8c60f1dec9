"""What a command works with: the service of a settings file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheets_mastery import errors

if TYPE_CHECKING:
    from sheets_mastery.config import GradebookSettings
    from sheets_mastery.wiring import Service


@contextmanager
def opened(config: Path, now: str | None = None) -> Iterator[Service]:
    """The service of this settings file, closed again at the end; `now` is a moment to pretend, as `--now` has it."""
    from sheets_mastery.wiring import Service

    service = Service.load(config, dict(os.environ), clock=lambda: datetime.now(UTC))
    if now is not None:
        service.pretend(now)
    try:
        yield service
    finally:
        service.close()


def the_only(service: Service, gradebook: str | None) -> GradebookSettings:
    """The one gradebook that a command is about; raises `SettingsError` where nobody has said which."""
    chosen = service.chosen(gradebook)
    if len(chosen) > 1:
        raise errors.SettingsError("There is more than one gradebook in the settings: say which with --gradebook.")
    return chosen[0]
