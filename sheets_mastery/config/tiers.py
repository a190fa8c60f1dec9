"""`[[tiers]]`: the levels that a family can sign a contract for."""

from __future__ import annotations

from decimal import Decimal

from sheets_mastery.config.kinds import Percent, Text
from sheets_mastery.config.section import Section


class Tier(Section):
    """One level that a family can sign a contract for."""

    #: What the level is called.
    name: Text
    #: The pass mark in percent: work below it is not accepted.
    pass_mark: Percent
    #: Other pass marks for some kinds of assignment, such as {"quiz": 80}.
    by_kind: dict[str, Percent] = {}

    def pass_mark_for(self, kind: str) -> Decimal:
        """The pass mark in percent for a kind of assignment, without regard to case."""
        return next((mark for name, mark in self.by_kind.items() if name.casefold() == kind.casefold()), self.pass_mark)
