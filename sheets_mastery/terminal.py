"""What a person sees in the terminal: tables, bars, and words beside every colour.

Everything goes through Rich, which leaves out colours and bars where the output is not a terminal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from sheets_mastery.summary import Summary

_BAR = 14
_SHOWN_PROBLEMS = 12
#: What the kinds of edits are called in front of a person.
_EDITS = {
    "AddTab": "tab made",
    "ResizeTab": "tab grown",
    "Freeze": "run of rows kept in view",
    "InsertRows": "run of new rows",
    "InsertColumn": "new column",
    "DeleteRows": "run of rows taken away",
    "DeleteTab": "tab taken away",
    "PutValues": "run of words",
    "PutBack": "mark given back",
    "PutNote": "note",
    "PutLook": "look",
    "PutLinks": "run of links",
    "Offer": "run of drop-downs or boxes",
    "SetWidths": "column widths",
    "DeleteRule": "rule taken away",
    "AddRule": "rule",
    "Protect": "tab protected",
    "Unprotect": "protection taken away",
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
        """Print results. Sentences stay one line where there is no terminal, and commands everywhere."""
        for thing in things:
            whole = isinstance(thing, Text) and (bool(thing.no_wrap) or not self.out.is_terminal)
            self.out.print(thing, soft_wrap=whole)

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
        said = "A person has looked and approved" if done else "A person should look first"
        parts += [Text(), Text(f"{said}: {'; '.join(plan.objections)}.", style="bold yellow")]
    return Panel(
        Group(*parts),
        title=f"[bold]{plan.gradebook}[/bold] · {many(plan.students, 'student')}, "
        f"{many(plan.assignments, 'assignment')}",
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
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(name, Text(str(value)))
    return table


def checks(rows: list[tuple[str, bool, str]]) -> Table:
    """What was looked at, whether it is well, and what to mend."""
    table = Table(show_header=True)
    table.add_column("looked at", style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("found", overflow="fold")
    for what, well, said in rows:
        table.add_row(Text(what), "[green]✓ ok[/green]" if well else "[bold red]✗ mend[/bold red]", Text(said))
    return table


def moment(when: datetime | None, zone: tzinfo) -> str:
    """A moment in the school's time."""
    return "—" if when is None else f"{when.astimezone(zone):%Y-%m-%d %H:%M}"


class _WhatFits:
    """The first of several drawings of the same for which there is room, else the last."""

    def __init__(self, *ways: Table) -> None:
        self._ways = ways

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[RenderableType]:
        """As Rich asks for it."""
        anywhere = options.update(width=10_000)
        fitting = (way for way in self._ways if console.measure(way, options=anywhere).maximum <= options.max_width)
        yield next(fitting, self._ways[-1])


def listing(
    title: str, columns: tuple[str, ...], rows: Iterable[tuple[str | Text, ...]], *, sentences: Collection[str] = ()
) -> RenderableType:
    """Rows of words: a table where that fits, else a paragraph for each row, so that no word is broken.

    The first column names the row; in a paragraph each of the columns `sentences` has a line of its own.
    """
    table = Table(title=title, title_justify="left")
    paragraphs = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    paragraphs.add_column(style="bold", no_wrap=True)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for first, *rest in rows:
        table.add_row(*(each if isinstance(each, Text) else Text(each) for each in (first, *rest)))
        told = [(column, str(word)) for column, word in zip(columns[1:], rest, strict=True) if word]
        lines = [" · ".join(word for column, word in told if column not in sentences)]
        lines += [f"{column}: {word}" for column, word in told if column in sentences]
        paragraphs.add_row(first, Text("\n".join(lines)))
    return _WhatFits(table, paragraphs)


def commands(title: str, lines: tuple[tuple[str, str], ...]) -> RenderableType:
    """Commands to try next, with what they do. They are never broken, so that they can be copied."""
    text = Text(no_wrap=True, overflow="ignore")
    text.append(f"\n{title}", style="italic")
    for command, what in lines:
        text.append(f"\n# {what}", style="bright_black").append(f"\n{command}", style="bold cyan")
    return text


def _levels(plan: Summary) -> RenderableType:
    return _WhatFits(_level_table(plan, bars=True), _level_table(plan, bars=False))


def _level_table(plan: Summary, *, bars: bool) -> Table:
    table = Table(title="Students by level", title_justify="left", show_header=True)
    table.add_column("level", no_wrap=True)
    for column in ("pass mark", "students", "on track"):
        table.add_column(column, justify="right", no_wrap=bars)
    table.add_column("share", justify="left" if bars else "right", no_wrap=True)
    for name, mark, students, on_track in plan.levels:
        if mark:
            table.add_row(name, f"{mark} %", str(students), str(on_track), _share(on_track, students, bars=bars))
        else:
            table.add_row(name, "—", str(students), "—", "")
    table.add_section()
    table.add_row("all", "", str(plan.students), str(plan.on_track), _share(plan.on_track, plan.students, bars=bars))
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


def many(count: int, what: str) -> str:
    """A number of things: "1 student", "3 students"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _share(part: int, whole: int, *, bars: bool) -> str:
    share = part / whole if whole else 0
    full = round(share * _BAR)
    bar = f"[green]{'█' * full}[/green][bright_black]{'░' * (_BAR - full)}[/bright_black] "
    return f"{bar if bars else ''}{share:4.0%}"
