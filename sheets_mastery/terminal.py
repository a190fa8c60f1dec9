"""What a person sees in the terminal: tables, bars, and words beside every colour.

Everything goes through Rich, which leaves out colours and bars where the output is not a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from sheets_mastery.plan import Summary

_BAR = 14
_SHOWN_PROBLEMS = 12
#: What the kinds of edits are called in front of a person.
_EDITS = {
    "AddTab": "tab made",
    "ResizeTab": "tab grown",
    "InsertRows": "run of new rows",
    "DeleteTab": "tab taken away",
    "PutValues": "run of words",
    "PutNote": "note",
    "PutLook": "look",
    "PutLinks": "run of links",
    "Offer": "run of drop-downs or boxes",
    "SetWidths": "column widths",
    "DeleteRule": "rule taken away",
    "AddRule": "rule",
    "PutStamp": "stamp",
    "DropStamp": "stamp taken away",
}
_VERDICTS = (
    ("mastered", "green"),
    ("missing (retake)", "yellow"),
    ("missing (not in)", "magenta"),
    ("pending", "bright_black"),
    ("excused", "blue"),
    ("check", "bright_yellow"),
    ("no contract", "bright_black"),
)


class Screen:
    """One terminal: results on standard output, everything passing on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.out = Console(highlight=False, soft_wrap=False)
        self.err = Console(stderr=True, highlight=False)
        self._quiet = quiet

    def show(self, *things: RenderableType) -> None:
        """Print results."""
        for thing in things:
            self.out.print(thing)

    def say(self, text: str) -> None:
        """Say a sentence about what goes on."""
        if not self._quiet:
            self.err.print(Text(text), soft_wrap=True)

    def complain(self, text: str) -> None:
        """Say why something did not work; shown however quiet."""
        self.err.print(Text(text, style="bold red" if self.err.is_terminal else ""), soft_wrap=True)

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """A turning sign while something takes time; nothing where there is no terminal."""
        if self._quiet or not self.err.is_terminal:
            yield
            return
        with self.err.status(what):
            yield

    @contextmanager
    def letters(self) -> Iterator[Progress]:
        """A bar for letters that are leaving; nothing where there is no terminal."""
        with Progress(
            TextColumn("letters"),
            BarColumn(bar_width=_BAR),
            MofNCompleteColumn(),
            console=self.err,
            transient=True,
            disable=self._quiet or not self.err.is_terminal,
        ) as progress:
            yield progress


def summary(plan: Summary, *, done: bool) -> RenderableType:
    """A plan, or what a sync has done, as a panel of tables."""
    parts: list[RenderableType] = [_levels(plan), Text(), _verdicts(plan), Text(), _changes(plan, done=done)]
    if plan.unread:
        parts += [Text(), Text(f"Incomplete: {plan.unread}.", style="yellow")]
    if plan.problems:
        parts += [Text(), problems(plan.problems)]
    if plan.objections:
        parts += [Text(), Text("A person should look first: " + "; ".join(plan.objections) + ".", style="bold yellow")]
    return Panel(
        Group(*parts),
        title=f"[bold]{plan.gradebook}[/bold] · {plan.students} students, {plan.assignments} assignments",
        subtitle=f"plan {plan.fingerprint}",
        title_align="left",
        subtitle_align="right",
        padding=(1, 2),
    )


def problems(sentences: tuple[str, ...], *, all_of_them: bool = False) -> RenderableType:
    """The problems in a sheet, each with its place."""
    table = Table(title="To mend in the sheet", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    shown = sentences if all_of_them else sentences[:_SHOWN_PROBLEMS]
    for sentence in shown:
        where, _, what = sentence.partition(": ")
        table.add_row(Text(where), Text(what))
    if len(shown) < len(sentences):
        table.add_row("…", f"and {len(sentences) - len(shown)} more on the tab Mastery Trouble")
    return table


def facts(title: str, rows: Mapping[str, object]) -> Table:
    """A small table of names and values."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, value in rows.items():
        table.add_row(name, Text(str(value)))
    return table


def checks(rows: list[tuple[str, bool, str]]) -> Table:
    """What was looked at, whether it is well, and what to mend."""
    table = Table(show_header=True)
    table.add_column("looked at", style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("found")
    for what, well, said in rows:
        table.add_row(Text(what), "[green]✓ ok[/green]" if well else "[bold red]✗ mend[/bold red]", Text(said))
    return table


def moment(when: datetime | None, zone: tzinfo) -> str:
    """A moment in the school's time."""
    return "—" if when is None else f"{when.astimezone(zone):%Y-%m-%d %H:%M}"


def commands(title: str, lines: tuple[tuple[str, str], ...]) -> RenderableType:
    """Commands to try next, with what they do."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for command, what in lines:
        table.add_row(Text(f"# {what}", style="bright_black"))
        table.add_row(Text(command, style="bold cyan"))
    return Padding(table, (1, 0, 0, 0))


def _levels(plan: Summary) -> Table:
    table = Table(title="Students by level", title_justify="left", show_header=True)
    table.add_column("level", no_wrap=True)
    table.add_column("pass mark", justify="right", no_wrap=True)
    table.add_column("students", justify="right", no_wrap=True)
    table.add_column("on track", justify="right", no_wrap=True)
    table.add_column("share", no_wrap=True)
    for name, mark, students, on_track in plan.levels:
        if mark:
            table.add_row(name, f"{mark} %", str(students), str(on_track), _bar(on_track, students))
        else:
            table.add_row(name, "—", str(students), "—", "")
    table.add_section()
    table.add_row("all", "", str(plan.students), str(plan.on_track), _bar(plan.on_track, plan.students))
    return table


def _verdicts(plan: Summary) -> Table:
    table = Table(title="Marks by verdict", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    total = sum(plan.verdicts.values()) or 1
    for word, colour in _VERDICTS:
        count = plan.verdicts.get(word, 0)
        if count:
            table.add_row(
                Text(word, style=colour), str(count), Text("▇" * max(round(count / total * _BAR), 1), style=colour)
            )
    return table


def _changes(plan: Summary, *, done: bool) -> Table:
    held = ", ".join(f"{count} × {why}" for why, count in plan.held_back.items()) or "nobody"
    letters = f"{plan.letters_new} new, {plan.letters_joined} added to, {plan.letters_withdrawn} withdrawn"
    written = ", ".join(f"{count} × {_EDITS.get(kind, kind)}" for kind, count in plan.edits.items())
    return facts(
        "What has changed" if done else "What would change",
        {
            "newly missing": plan.newly_missing,
            "made good": plan.made_good,
            "letters owed": letters,
            "not written to": held,
            "in the sheet": written or "nothing, no request",
        },
    )


def _bar(part: int, whole: int) -> str:
    share = part / whole if whole else 0
    full = round(share * _BAR)
    return f"[green]{'█' * full}[/green][bright_black]{'░' * (_BAR - full)}[/bright_black] {share:4.0%}"
