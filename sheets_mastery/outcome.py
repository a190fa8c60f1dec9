"""How a setup ended: what was understood, answered and written, what is still open, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from sheets_mastery import drawing, terminal
from sheets_mastery.gradebook import Layout, Question
from sheets_mastery.newids import ID_LABEL
from sheets_mastery.panel import SETTINGS_TITLE
from sheets_mastery.summary import Summary
from sheets_mastery.terminal import Screen


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How it ended."""

    #: The gradebook's name in the settings.
    gradebook: str
    #: The document as it was understood with every answer.
    layout: Layout
    #: What was answered, by key, as it stands in the settings.
    answered: Mapping[str, str]
    #: What is still open: the questions, and flags for what the school has to say.
    open: tuple[Question, ...]
    missing: tuple[str, ...]
    #: Whether the settings file was written; False where it said all this already, and where something is missing.
    written: bool
    #: Whether the document has just got its tab of settings.
    tab_made: bool = False
    #: What a sync would do; None where it could not be asked for.
    plan: Summary | None = None

    @property
    def waits(self) -> bool:
        """Whether a person has to say something before a sync can be."""
        return self.plan is None


def show(outcome: Outcome, screen: Screen, file: Path, program: str) -> None:
    """Say how it ended, and what to do next."""

    def say(text: str) -> None:
        screen.out.print(Text(text), soft_wrap=True)

    for question in outcome.open:
        say(f"Open: {question.text} · {question.place}")
        if question.choices:
            say(f"      {' | '.join(question.choices)}")
        say(f"      --answer '{question.key}={question.proposal or '…'}'")
        if question.paths[0] == ID_LABEL:
            say("      --add-ids puts in a column of new ids; no cell of yours is changed")
    if outcome.missing:
        say(f"Nobody says: {', '.join(outcome.missing)}.")
    if outcome.plan is None:
        say("Nothing was written.")
        return
    if outcome.open:
        say(
            f"What is open is not judged until it is said; a code can be explained on the tab {SETTINGS_TITLE} as well."
        )
    screen.show(terminal.summary(outcome.plan, done=False))
    if outcome.tab_made:
        say(f"The sheet has a new tab, {SETTINGS_TITLE}, on which levels, codes and letters can be changed.")
    say(f"{file} is written." if outcome.written else f"{file} says all this already; it stays as it is.")
    named = "" if str(file) == "mastery.toml" else f" -c {file}"
    screen.show(
        terminal.commands(
            "What to do next",
            (
                (f"{program} plan{named}", "look at the first plan again, with its fingerprint"),
                (f"{program} apply{named} --plan {outcome.plan.fingerprint}", "carry out exactly this plan"),
                (f"{program} setup{named} URL", "change an answer, or add another gradebook"),
            ),
        )
    )


def told(outcome: Outcome, file: Path) -> dict[str, Any]:
    """How it ended, for a script."""
    return {
        "settings": str(file),
        "written": outcome.written,
        "tab_made": outcome.tab_made,
        "gradebook": outcome.gradebook,
        "layout": drawing.told(outcome.layout),
        "answered": dict(outcome.answered),
        "missing": list(outcome.missing),
        "plan": None if outcome.plan is None else asdict(outcome.plan),
    }
