"""`[marking]`: how a mark is judged."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from sheets_mastery.config.codes import Codes
from sheets_mastery.config.kinds import Number, Share, Whole
from sheets_mastery.config.section import Section


class Marking(Section):
    """How a mark is judged."""

    #: "none": 85.99 is below 86. "whole": percentages are rounded half up to whole percent first.
    rounding: Literal["none", "whole"] = "none"
    #: School days after the due date before a blank counts as not handed in.
    grace_days: Annotated[Whole, Field(ge=0, le=60)] = 1
    #: Days after the due date before "absent" counts as not handed in.
    absent_grace_days: Annotated[Whole, Field(ge=0, le=120)] = 7
    #: A column counts as graded once this share of a section has an entry (or by its own graded date).
    graded_share: Share = Decimal("0.5")
    #: A score above this share of the maximum, in percent, is reported instead of believed.
    highest_percent: Annotated[Number, Field(ge=100, le=150)] = Decimal(150)
    codes: Codes = Codes()
