"""Which student holds which level: the contract's cells to the contracts in force on a day.

A student, with a parent, signs a contract for a level; everything is judged against that student's own level.
No level means no contract: the work is shown as such and nobody is written to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sheets_mastery.config import Tier
from sheets_mastery.gradebook import Gradebook, Problem, Student
from sheets_mastery.gradebook.marks import MOMENTS
from sheets_mastery.gradebook.records import key
from sheets_mastery.reading import Content

_LEVEL = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,4})?) ?%?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """One student's contract."""

    #: The student's key.
    student: str
    #: The level.
    tier: Tier
    #: Who signed, as written; "" where the sheet does not say.
    signed_by: str
    #: From which day; None where the sheet does not say, and then it is in force.
    since: date | None


def contracts_in_force(
    gradebook: Gradebook, tiers: Iterable[Tier], on: date
) -> tuple[dict[str, Contract], list[Problem]]:
    """The contracts in force on a day, by the student's key, and the level cells that name no level of this school."""
    known = tuple(tiers)
    contracts: dict[str, Contract] = {}
    problems: list[Problem] = []
    for student in gradebook.students:
        if student.blocked or student.contract.level.blank:
            continue
        tier = read_tier(student.contract.level, known)
        if tier is None:
            levels = ", ".join(f"{each.pass_mark.normalize():f}" for each in known)
            problems.append(
                Problem(
                    place=student.contract.place,
                    what="this is none of the school's levels, so the student counts as one without a contract.",
                    remedy=f"Type one of {levels}.",
                )
            )
        elif student.contract.signed_on is None or student.contract.signed_on <= on:
            contracts[key(student.id)] = _contract(student, tier)
    return contracts, problems


def read_tier(content: Content, tiers: Iterable[Tier]) -> Tier | None:
    """The level that a cell names: by its pass mark (86, 86 %, 0.86 as a percentage) or by its name."""
    known = tuple(tiers)
    if content.error is not None or isinstance(content.value, bool) or content.format in MOMENTS:
        return None
    number: Decimal | None
    if isinstance(content.value, Decimal):
        number = content.value * 100 if content.format == "PERCENT" else content.value
        # What a number is called is its value, not what is shown: 85.6 may be shown as 86.
        word = f"{number.normalize():f}"
    else:
        word = key(content.text)
        found = _LEVEL.fullmatch(word)
        number = Decimal(found[1].replace(",", ".")) if found else None
    by_name = next((tier for tier in known if key(tier.name) == word), None)
    return by_name or next((tier for tier in known if number is not None and tier.pass_mark == number), None)


def _contract(student: Student, tier: Tier) -> Contract:
    return Contract(
        student=key(student.id), tier=tier, signed_by=student.contract.signed_by, since=student.contract.signed_on
    )
