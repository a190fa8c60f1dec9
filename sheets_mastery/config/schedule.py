"""`[schedule]`: the scheduled job."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sheets_mastery.config.kinds import Whole
from sheets_mastery.config.section import Section


class Schedule(Section):
    """The scheduled job."""

    #: Minutes between two syncs inside the school's hours.
    every_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 30
