"""A document as it was understood, for a person to look at: every statement with its cell, and the grid with its parts.

A role is always a word as well as a colour. Headings are shown as they stand in the sheet; of students there is only
their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sheets_mastery.a1 import column_letters
from sheets_mastery.gradebook import ColumnRole, Confidence, Layout, RowRole, TabLayout, TabRole
from sheets_mastery.gradebook.records import Place
from sheets_mastery.reading import Reading, Tab

#: A sign beside each word for how sure a statement is.
_SURE = {
    Confidence.CERTAIN: ("●", "green"),
    Confidence.LIKELY: ("◐", "yellow"),
    Confidence.GUESS: ("○", "magenta"),
}
_WHO, _CONTRACT, _FAMILY, _MARKS, _ASIDE = "cyan", "yellow", "blue", "green", "bright_black"
#: The fill behind a student's cells, light enough for black letters in every terminal (at least 9 : 1).
_FILLS = {_WHO: "#8bd3f7", _CONTRACT: "#f2c14e", _FAMILY: "#c3bdf7", _MARKS: "#8fd694", "red": "#ffab9c"}
#: What stands in a student's cell, and its colour.
_COLUMNS = {
    ColumnRole.ID: ("id", _WHO),
    ColumnRole.NAME: ("name", _WHO),
    ColumnRole.FIRST_NAME: ("first", _WHO),
    ColumnRole.LAST_NAME: ("last", _WHO),
    ColumnRole.SECTION: ("section", _WHO),
    ColumnRole.LEVEL: ("level", _CONTRACT),
    ColumnRole.SIGNED_BY: ("signed", _CONTRACT),
    ColumnRole.SIGNED_ON: ("since", _CONTRACT),
    ColumnRole.STUDENT_EMAIL: ("e-mail", _FAMILY),
    ColumnRole.GUARDIAN_NAME: ("guardian", _FAMILY),
    ColumnRole.GUARDIAN_EMAIL: ("guardian@", _FAMILY),
    ColumnRole.LANGUAGE: ("language", _FAMILY),
    ColumnRole.MAY_WRITE: ("may write", _FAMILY),
    ColumnRole.RIGHTS: ("rights", _FAMILY),
    ColumnRole.FREQUENCY: ("how often", _FAMILY),
    ColumnRole.PERSONAL: ("personal", _ASIDE),
    ColumnRole.ASSIGNMENT: ("mark", _MARKS),
    ColumnRole.RETAKE: ("again", _MARKS),
    ColumnRole.FLAG: ("flags", _CONTRACT),
    ColumnRole.SUMMARY: ("no mark", _ASIDE),
    ColumnRole.REMARKS: ("remarks", _ASIDE),
    ColumnRole.DOUBT: ("doubt?", "red"),
    ColumnRole.BLANK: ("", _ASIDE),
}
#: What a row about assignments says, cell by cell; headings are shown in their own words instead.
_ROWS = {
    RowRole.POINTS: "max",
    RowRole.DUE: "due",
    RowRole.GRADED: "graded",
    RowRole.KIND: "kind",
    RowRole.SUMMARY: "Σ",
    RowRole.OTHER: "·",
}
#: What several columns of one group are called together.
_FOLDED = {"aside": "no mark", "family": "family"}
_HEADINGS = frozenset({RowRole.TITLES, RowRole.LABELS, RowRole.SUBTITLES})
_DRAWN = (TabRole.MARKS, TabRole.ROSTER, TabRole.LINKS)
#: How long a heading may be, from the roomiest drawing to the tightest.
_HEADING_WIDTHS = (16, 12, 9, 6)
_MOST_ROWS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """Neighbouring columns or rows that are drawn as one."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def explained(layout: Layout) -> RenderableType:
    """What was found, the most important first, each with how sure it is and the cell behind it."""
    table = Table(title="What was found", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, style="bold")
    for finding in layout.findings:
        sign, colour = _SURE[finding.confidence]
        table.add_row(Text(f"{sign} {finding.confidence}", style=colour), Text(finding.what), _where(finding.place))
    if layout.stopped:
        table.add_row(Text("✗ stopped", style="bold red"), Text(layout.stopped), Text(""))
    return table


def drawn(layout: Layout, reading: Reading, width: int) -> RenderableType:
    """The tabs that are read, with their parts marked, in a terminal of some width."""
    tabs = {tab.sheet_id: tab for tab in reading}
    shown = [
        each for role in _DRAWN for each in layout.tabs if each.role is role and each.rows and each.sheet_id in tabs
    ]
    parts: list[RenderableType] = []
    for each in shown:
        parts += [_map(each, tabs[each.sheet_id], width), Text()]
    # Tabs that are not read are counted, not named: in many documents they are called like students.
    others = sum(each.role is TabRole.OTHER for each in layout.tabs)
    ours = [each.title for each in layout.tabs if each.role is TabRole.OURS]
    rest = [f"{others} other tab{'s' if others != 1 else ''} not read"] if others else []
    rest += [f"ours: {', '.join(ours)}"] if ours else []
    if rest:
        parts += [Text("; ".join(rest), style=_ASIDE)]
    return Group(*parts)


def told(layout: Layout) -> dict[str, Any]:
    """What was found and what is asked, for a script."""
    return {
        "found": [
            {"what": each.what, "where": str(each.place), "confidence": str(each.confidence)}
            for each in layout.findings
        ],
        "export": layout.export,
        "unknown_codes": [
            {"code": each.code, "count": each.count, "where": str(each.place)} for each in layout.unknown_codes
        ],
        "questions": [
            {
                "key": each.key,
                "text": each.text,
                "where": str(each.place),
                "choices": list(each.choices),
                "proposal": each.proposal,
                "stops": each.stops,
            }
            for each in layout.questions
        ],
        "stopped": layout.stopped,
    }


def _where(place: Place) -> Text:
    return Text(str(place))


def _map(layout: TabLayout, tab: Tab, width: int) -> Table:
    """One tab: column letters across, row numbers down, and what each part is."""
    lines = list(_lines(layout.rows))
    more = len(lines) - _MOST_ROWS
    lines = lines[:_MOST_ROWS]
    numbers = [_numbers(line) for line in lines]
    words = [_row_words(layout.rows[line.first], line.count) for line in lines]
    room = width - max(map(len, (*numbers, ""))) - max(map(len, (*words, ""))) - 2
    spans, widths = _columns(layout, tab, room)

    title = Text.assemble((layout.title, "bold"), f" · {layout.role}")
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), header_style=_ASIDE)
    table.add_column(justify="right", no_wrap=True, style=_ASIDE)
    for span, wide in zip(spans, widths, strict=True):
        table.add_column(Text(_letters(span)), no_wrap=True, width=wide)
    table.add_column(no_wrap=True)
    for line, number, word in zip(lines, numbers, words, strict=True):
        cells = (_cell(layout, tab, line, span, wide) for span, wide in zip(spans, widths, strict=True))
        table.add_row(number, *cells, Text(word, style=_row_style(layout.rows[line.first])))
    hidden = layout.columns[spans[-1].last + 1 :] if spans else layout.columns
    if more > 0 or hidden:
        said = [f"{more} more lines"] if more > 0 else []
        said += [f"{len(hidden)} more columns to the right"] if hidden else []
        table.caption = Text("… " + ", ".join(said), style=_ASIDE)
        table.caption_justify = "left"
    return table


def _lines(rows: Sequence[RowRole]) -> Iterator[_Span]:
    """The rows, with neighbours of one sort folded into one line; headings stay by themselves."""
    at = 0
    for role, run in groupby(rows):
        count = len(list(run))
        if role in {RowRole.STUDENT, RowRole.BLANK, RowRole.OTHER, RowRole.SUMMARY}:
            yield _Span(first=at, last=at + count - 1)
        else:
            yield from (_Span(first=row, last=row) for row in range(at, at + count))
        at += count


def _numbers(line: _Span) -> str:
    return f"{line.first + 1}" if line.count == 1 else f"{line.first + 1}–{line.last + 1}"


def _row_words(role: RowRole, count: int) -> str:
    if role is RowRole.STUDENT:
        return "1 student" if count == 1 else f"{count} students"
    return "" if role is RowRole.BLANK else f"{role}"


def _row_style(role: RowRole) -> str:
    if role is RowRole.STUDENT:
        return "bold"
    return _ASIDE if role in {RowRole.BLANK, RowRole.OTHER, RowRole.SUMMARY} else "italic"


def _columns(layout: TabLayout, tab: Tab, room: int) -> tuple[list[_Span], list[int]]:
    """The columns as they are drawn, and how wide each is: headings are shortened first, then neighbours folded."""
    headings = [at for at, role in enumerate(layout.rows) if role in _HEADINGS]
    texts = [
        max((cell_len(_heading(tab, row, at)) for row in headings), default=0) for at in range(len(layout.columns))
    ]
    about = max((len(_ROWS.get(role, "")) for role in layout.rows), default=0)
    blanks = (run for group, run in _runs(layout.columns) if not group and run.count > 1)
    singles = _folded([_Span(first=at, last=at) for at in range(len(layout.columns))], *blanks)
    spans, found = singles, list[int]()

    def widths(longest: int) -> list[int]:
        return [
            max(
                len(_letters(span)),
                len(_student_words(layout, span)),
                0 if span.count > 1 else min(texts[span.first], longest),
                about if _group(layout.columns[span.first]) == "mark" else 0,
                1,
            )
            for span in spans
        ]

    def fits(folds: dict[_Span, int], longest: int) -> bool:
        nonlocal spans, found
        spans = _folded(singles, *(_inner(run, keep) for run, keep in folds.items() if keep < run.count - 1))
        found = widths(longest)
        return sum(found) + len(found) <= room

    # As tight as it must be: longer runs are folded first. Then as roomy as it can be, in the same order.
    folds: dict[_Span, int] = {}
    tightest = _HEADING_WIDTHS[-1]
    runs = sorted((run for group, run in _runs(layout.columns) if group), key=lambda run: -run.count)
    for run in runs:
        if any(fits(folds, longest) for longest in _HEADING_WIDTHS):
            break
        folds[run] = 0
    for run in folds:
        keeps = (keep for keep in range(run.count, 0, -1) if fits(folds | {run: keep}, tightest))
        folds[run] = next(keeps, 0)
    if any(fits(folds, longest) for longest in _HEADING_WIDTHS):
        return spans, found
    while spans and sum(found) + len(found) > room:
        spans = spans[:-1]
        found.pop()
    return spans, found


def _inner(run: _Span, keep: int) -> _Span:
    """What is folded of a run when some columns at its ends are kept, twice as many on the left."""
    left = (2 * keep + 2) // 3
    return _Span(first=run.first + left, last=run.last - (keep - left))


def _runs(columns: Sequence[ColumnRole]) -> Iterator[tuple[str, _Span]]:
    """Neighbouring columns of one group: "" for blank ones."""
    at = 0
    for group, run in groupby(columns, key=_group):
        count = len(list(run))
        yield group, _Span(first=at, last=at + count - 1)
        at += count


def _group(role: ColumnRole) -> str:
    word, colour = _COLUMNS[role]
    return {_MARKS: "mark", _FAMILY: "family", _ASIDE: "aside"}.get(colour, word) if word else ""


def _folded(spans: list[_Span], *folds: _Span) -> list[_Span]:
    """The columns with those inside a fold as one."""
    for fold in folds:
        inside = [span for span in spans if fold.first <= span.first and span.last <= fold.last]
        if inside:
            at = spans.index(inside[0])
            spans = [*spans[:at], fold, *spans[at + len(inside) :]]
    return spans


def _letters(span: _Span) -> str:
    first, last = column_letters(span.first), column_letters(span.last)
    return first if first == last else f"{first}–{last}"


def _heading(tab: Tab, row: int, column: int) -> str:
    return " ".join(tab.at(row, column).text.split())


def _student_words(layout: TabLayout, span: _Span) -> str:
    """What a student has in a column, or in several."""
    word, _ = _COLUMNS[layout.columns[span.first]]
    if span.count == 1 or not word:
        return word
    return f"{span.count} × {_FOLDED.get(_group(layout.columns[span.first]), word)}"


def _cell(layout: TabLayout, tab: Tab, line: _Span, span: _Span, wide: int) -> Text:
    """What is drawn where a row and a column cross."""
    row, column = layout.rows[line.first], layout.columns[span.first]
    word, colour = _COLUMNS[column]
    if row is RowRole.STUDENT:
        painted = f"bold #000000 on {_FILLS[colour]}" if colour in _FILLS else _ASIDE
        return Text(set_cell_size(_student_words(layout, span), wide), style=painted if word else "")
    if row in _HEADINGS:
        text = "…" if span.count > 1 and word else _heading(tab, line.first, span.first)
        return Text(text if cell_len(text) <= wide else set_cell_size(text, wide - 1).rstrip() + "…", style=colour)
    about_marks = _group(column) == "mark" or (row is RowRole.SUMMARY and word)
    filled = about_marks and any(
        not tab.at(at, each).blank
        for at in range(line.first, line.last + 1)
        for each in range(span.first, span.last + 1)
    )
    return Text(_ROWS.get(row, "") if filled else "", style=_ASIDE)
