"""Questions to the person at the terminal: numbered choices, Enter for the likeliest, `?` for the cell and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rich.table import Table
from rich.text import Text

from sheets_mastery.config import Meaning
from sheets_mastery.errors import SettingsError, WaitingForPerson
from sheets_mastery.gradebook import Question
from sheets_mastery.settingsfile import Value, read_answer, written
from sheets_mastery.terminal import Screen

#: What the choices mean, where the word alone does not say it.
_MEANING = {
    Meaning.EXCUSED: "need not be done",
    Meaning.NOT_ASSIGNED: "was never asked of this student",
    Meaning.NOT_IN: "not handed in: missing once the due date has passed",
    Meaning.CLOSED: "not handed in and no longer taken: missing",
    Meaning.ABSENT: "was away: not in after some days",
    Meaning.EXPECTED: "not handed in yet, still taken: like a blank",
    Meaning.HANDED_IN: "handed in, not marked yet",
    Meaning.LATE: "handed in late, not marked yet",
    Meaning.INCOMPLETE: "handed in, but not whole: to be finished",
    Meaning.MASTERED: "marked: at the student's level",
    Meaning.BELOW: "marked: below the student's level",
    Meaning.NOTHING: "no mark at all, like a blank",
}
_CHOICES = {
    "codes": {str(meaning): said for meaning, said in _MEANING.items()},
    "scale": {
        "points": "43 of 50",
        "percent": "85 is 85 %, whatever the maximum",
        "rubric": "steps from 0 to 4",
        "letters": "A+ to F, and percentages",
    },
    "checkboxes": {"marks": "a tick is work done", "ignore": "no work at all"},
    "attempts": {"last": "the last one counts", "best": "the best one counts"},
}
#: Why a question is asked, by the key that its answer goes to.
_WHY = {
    "codes": "No code means the same in every school. Until somebody says what this one means, its cells are listed as "
    "something to mend, and nobody is called missing because of them.",
    "scale": "The same number is a pass or a fail depending on what it counts, and the sheet does not say which it is.",
    "points": "A mark is judged as a share of its maximum, and the sheet names none.",
    "assignments": "A mark is judged as a share of its maximum, and the sheet names none for this work.",
    "worth": "A letter or a step is judged by the percentage that it stands for.",
    "labels": "Columns are found by their headings; this one could be found in more than one way, or in none.",
    "checkboxes": "A ticked box can be work done, or something that is no work at all, such as a form handed in.",
}
#: The answer that leaves a question open.
LEAVE = "s"


class Asked(Protocol):
    """Somebody to ask."""

    def answer(self, question: Question, number: int, kept: Value | None) -> Value | None:
        """The answer to a question about the sheet; None where it stays open. `kept` is the answer of last time."""
        ...

    def line(self, what: str, proposal: str, check: Callable[[str], object]) -> str:
        """One line about the school; `check` raises SettingsError for what cannot be."""
        ...

    def choice(self, what: str, choices: dict[str, str], proposal: str) -> str:
        """One of several answers, by their words."""
        ...


class Person:
    """The person at the terminal. Ctrl-D is the wish to stop: WaitingForPerson, and nothing is written."""

    def __init__(self, screen: Screen, address: Callable[[Question], str]) -> None:
        """`address` is where a browser shows a question's cell."""
        self._screen = screen
        self._address = address
        #: The choices that were explained: the next time their words are enough.
        self._explained: set[tuple[str, ...]] = set()

    def answer(self, question: Question, number: int, kept: Value | None) -> Value | None:
        """Ask until there is an answer that can be. Enter keeps the answer of last time, or takes the likeliest one."""
        proposal = question.proposal if kept is None else written(kept)
        self._say(Text.assemble("\n", (f"Question {number}  ", "bold cyan"), (question.text, "bold")))
        self._say(Text(f"            {question.place}", style="bright_black"))
        if question.choices:
            if question.choices in self._explained:
                each = (f"{number} {choice}" for number, choice in enumerate(question.choices, 1))
                self._say(Text("   " + " · ".join(each)))
            else:
                self._screen.show(_numbered(question.choices, _CHOICES.get(question.paths[0][0], {}), proposal))
            self._explained.add(question.choices)
        ways = ["? shows the cell and why"]
        if proposal:
            ways.insert(0, f"Enter: {proposal}" + ("" if kept is None else ", as before"))
        if not question.stops:
            ways.append(f"{LEAVE} leaves it open")
        self._say(Text("   " + " · ".join(ways), style="bright_black"))
        while True:
            said = self._read()
            if not said and kept is not None:
                return kept
            said = said or proposal
            if said == "?":
                self._explain(question)
            elif said == LEAVE and not question.stops and LEAVE not in question.choices:
                return None
            else:
                try:
                    return read_answer(_by_number(said, question.choices), question.sort, question.choices)
                except ValueError as problem:
                    self._say(Text(f"   That cannot be: {problem}", style="yellow"))

    def line(self, what: str, proposal: str, check: Callable[[str], object]) -> str:
        """Ask for one line until it is one that can be."""
        usual = f" (Enter: {proposal})" if proposal else ""
        self._say(Text.assemble("\n", (what, "bold"), (usual, "bright_black")))
        while True:
            said = self._read() or proposal
            try:
                check(said)
            except SettingsError as problem:
                self._say(Text(f"   That cannot be: {problem}", style="yellow"))
            else:
                return said

    def choice(self, what: str, choices: dict[str, str], proposal: str) -> str:
        """Ask for one of several words."""
        self._say(Text.assemble("\n", (what, "bold")))
        self._screen.show(_numbered(tuple(choices), choices, proposal))
        if proposal:
            self._say(Text(f"   Enter: {proposal}", style="bright_black"))
        while True:
            said = _by_number(self._read() or proposal, tuple(choices))
            if said in choices:
                return said
            self._say(Text(f"   That cannot be: it is one of: {', '.join(choices)}.", style="yellow"))

    def _explain(self, question: Question) -> None:
        self._say(Text(f"   {_WHY.get(question.paths[0][0], 'Only you know this.')}"))
        self._say(Text(f"   The cell that asks: {question.place}, at {self._address(question)}"))
        keys = ", ".join(".".join(path) for path in question.paths[:3]) + ("…" if len(question.paths) > 3 else "")
        self._say(Text(f"   The answer goes into the settings of this gradebook under {keys}."))

    def _read(self) -> str:
        # Printed here: `input` itself would prompt on standard error, away from the question.
        self._screen.out.print("   > ", end="")
        try:
            return input().strip()
        except EOFError:
            raise WaitingForPerson("Nobody answered, so nothing was written.") from None

    def _say(self, text: Text) -> None:
        self._screen.out.print(text, soft_wrap=True)


def _numbered(choices: tuple[str, ...], said: dict[str, str], proposal: str) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True, style="bold cyan", min_width=5)
    table.add_column(no_wrap=True)
    table.add_column(style="bright_black")
    for number, choice in enumerate(choices, 1):
        table.add_row(str(number), Text(choice, style="bold" if choice == proposal else ""), Text(said.get(choice, "")))
    return table


def _by_number(said: str, choices: tuple[str, ...]) -> str:
    """The choice with a number. One that is itself a number is taken as the words that it is."""
    if said in choices or not (said.isascii() and said.isdigit()):
        return said
    return choices[int(said) - 1] if 1 <= int(said) <= len(choices) else said
