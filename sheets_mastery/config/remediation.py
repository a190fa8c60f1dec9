"""`[remediation]`: which help comes next."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from sheets_mastery.config.kinds import Number, Whole
from sheets_mastery.config.section import Section


class Help(Section):
    """One rung of the remediation ladder."""

    help: Literal["class_time", "video", "practice", "peer_tutoring", "small_group", "one_to_one"]
    #: School days until the work is expected again.
    within_days: Annotated[Whole, Field(ge=1, le=60)] = 5
    #: Where the help is to be found, when the `Remediation` tab has no link for the assignment.
    link: str = ""


class RemediationSettings(Section):
    """Which help comes next."""

    #: From the lightest help to the closest; each attempt below level goes one rung up.
    ladder: Annotated[tuple[Help, ...], Field(min_length=1)] = (
        Help(help="video", within_days=5),
        Help(help="practice", within_days=5),
        Help(help="peer_tutoring", within_days=5),
        Help(help="small_group", within_days=7),
        Help(help="one_to_one", within_days=7),
    )
    #: A gap of this many percentage points below the level skips one rung.
    skip_rung_at_gap: Annotated[Number, Field(gt=0)] = Decimal(20)
    #: What is offered for work that was not handed in at all.
    not_in: Help = Help(help="class_time", within_days=5)
