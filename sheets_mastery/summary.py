"""A plan in numbers and sentences, for a person or a script: what would change, and what to mend, naming no student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sheets_mastery.plan import Plan
from sheets_mastery.remediation import Closed


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A plan in numbers and sentences: what a person or a script is shown. It names no student."""

    gradebook: str
    fingerprint: str
    #: (level's name, pass mark in percent, students, of them on track), in the order of the settings; then no contract.
    levels: tuple[tuple[str, str, int, int], ...]
    students: int
    assignments: int
    on_track: int
    #: How many marks have each verdict.
    verdicts: Mapping[str, int]
    newly_missing: int
    made_good: int
    letters_new: int
    letters_joined: int
    letters_withdrawn: int
    #: How many people or students get no letter, by reason.
    held_back: Mapping[str, int]
    #: Each problem as a sentence with its place.
    problems: tuple[str, ...]
    #: How many edits of each kind.
    edits: Mapping[str, int]
    objections: tuple[str, ...]
    #: What the reading did not show, in a few words; "" where it was whole.
    unread: str = ""


def describe(plan: Plan) -> Summary:
    """Sum a plan up."""
    levels = []
    for tier in plan.settings.tiers:
        held = [each for each in plan.standings if each.contract is not None and each.contract.tier.name == tier.name]
        mark = f"{tier.pass_mark.normalize():f}"
        levels.append((tier.name, mark, len(held), sum(each.on_track for each in held)))
    without = [each for each in plan.standings if each.contract is None]
    if without:
        levels.append(("no contract", "", len(without), 0))
    return Summary(
        gradebook=plan.gradebook.name,
        fingerprint=plan.fingerprint,
        levels=tuple(levels),
        students=len(plan.standings),
        assignments=len(plan.gradebook.assignments),
        on_track=sum(standing.on_track for standing in plan.standings),
        verdicts=dict(Counter(str(each.verdict) for standing in plan.standings for each in standing.judged)),
        newly_missing=len(plan.owed.newly),
        made_good=sum(episode.why is Closed.MADE_GOOD for episode in plan.owed.ended),
        letters_new=len(plan.letters.new),
        letters_joined=len(plan.letters.joined),
        letters_withdrawn=len(plan.letters.withdrawn),
        held_back=dict(Counter(str(why) for _, why in plan.letters.held_back)),
        problems=tuple(str(problem) for problem in plan.problems),
        edits=dict(Counter(type(edit).__name__ for edit in plan.edits)),
        objections=plan.objections,
        unread=str(plan.unread),
    )
