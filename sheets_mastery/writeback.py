"""What the sheet should show, less what it shows now → Edits.

Planning looks at what is *present*, not at what is remembered: a second sync plans nothing, and a half-finished one
heals without a path of its own. Ours in a document are: the tabs of `tabs`, the rules of `liverules`, notes between our
prefix and our closing line, and, where the settings name one, the flag column's cells that begin with our word. Nothing
else is ever written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sheets_mastery import tabs
from sheets_mastery.a1 import Cell, Range
from sheets_mastery.config import Marking, Tier
from sheets_mastery.edits import (
    AddRule,
    AddTab,
    DeleteRule,
    DeleteTab,
    DropStamp,
    Edit,
    PutBack,
    PutLinks,
    PutLook,
    PutNote,
    PutValues,
    ResizeTab,
    SetWidths,
    shows,
)
from sheets_mastery.gradebook import Gradebook, MarksTab, Place, Problem
from sheets_mastery.gradebook.records import key
from sheets_mastery.liverules import LookUp, is_ours, marks_rules, normal, tab_rules
from sheets_mastery.mailtab import mail_tab
from sheets_mastery.mastery import Judged, Standing, Verdict, percent_text
from sheets_mastery.ourtabs import present
from sheets_mastery.panel import settings_tab as panel_tab
from sheets_mastery.reading import Content, Look, Reading, Rule, Tab
from sheets_mastery.remediation import Remediation, Work

#: A note is ours when it begins and ends like this; one that a teacher has written into is the teacher's.
NOTE_PREFIX = "[Mastery] "
NOTE_CLOSING = "\n(Mastery keeps this note up to date. Change it, and it is yours.)"
#: A cell of the flag column is ours when it begins like this.
FLAG_PREFIX = "missing: "
_HEADER = Look(fill="#DDE3EA", ink="#1B2733", bold=True)
_HELP = {
    "class_time": "class time to hand it in",
    "video": "the video",
    "practice": "extra practice",
    "peer_tutoring": "peer tutoring",
    "small_group": "a small group",
    "one_to_one": "one-to-one help",
}


def write_back(
    reading: Reading,
    gradebook: Gradebook,
    standings: tuple[Standing, ...],
    episodes: Mapping[Work, Remediation],
    problems: Iterable[Problem],
    tiers: tuple[Tier, ...],
    marking: Marking,
    *,
    panel: Iterable[Edit] = (),
    mail: Iterable[Edit] = (),
) -> tuple[tuple[Edit, ...], tuple[Problem, ...]]:
    """Everything that has to be written so that the document shows the standings, and what cannot be written and why.

    `problems` are those of the reading; the ones found here join them on our tab. `panel` are the edits of the tab with
    the settings; where that is made together with the `Mastery` tab, it stands right of it. `mail` are those of the tab
    with the letters.
    """
    foreign = tuple(_foreign_tabs(reading))
    if foreign:
        return (), foreign
    told = {key(standing.student.id): standing for standing in standings}
    pages = tuple(_Page.of(reading, tab, gradebook, told, episodes) for tab in gradebook.tabs)
    in_the_way = tuple(_in_the_way(reading, pages))
    mastery = tabs.mastery_table(gradebook, standings)
    trouble = tabs.trouble_table((*problems, *in_the_way), reading)
    mastery_tab = present(reading, mastery.sheet_id, mastery.title)
    trouble_tab = present(reading, trouble.sheet_id, trouble.title)
    lookup = LookUp(
        tab=mastery_tab.title if mastery_tab else mastery.title,
        rows=mastery.rows,
        columns=mastery.columns,
        before=len(tabs.MASTERY_LABELS),
        level_column=tabs.LEVEL_COLUMN,
    )
    edits: list[Edit] = []
    if mastery_tab is None or not _locked(mastery_tab, _grid(mastery_tab)):
        edits += _table_edits(mastery_tab, mastery)
        edits += _rule_edits(mastery_tab or _empty(mastery), tab_rules(lookup, reading.locale))
    settings_tab = panel_tab(reading)
    if settings_tab is None or not _locked(settings_tab, _grid(settings_tab)):
        edits += panel
    letters_tab = mail_tab(reading)
    if letters_tab is None or not _locked(letters_tab, _grid(letters_tab)):
        edits += mail
    if (trouble_tab is not None or trouble.something) and (
        trouble_tab is None or not _locked(trouble_tab, _grid(trouble_tab))
    ):
        edits += _table_edits(trouble_tab, trouble)
    order = {assignment.id: index for index, assignment in enumerate(gradebook.assignments)}
    for page in pages:
        if not _locked(page.sheet, _block(page.tab)):
            edits += _rule_edits(page.sheet, marks_rules(page.tab, order, tiers, marking, lookup, reading.locale))
        edits += _note_edits(page.sheet, page.notes)
        edits += _flag_edits(page.sheet, page.tab, page.flags)
    return tuple(edits), in_the_way


def put_back(before: Reading, after: Reading, then: Gradebook, now: Gradebook) -> tuple[PutBack, ...]:
    """Give back every cell of the marks tabs that a flag fell on because columns moved between a reading and a write.

    `before` and `then` are what the write was decided from, `after` and `now` what is there since. A cell is found
    again by student id and title; one that is nowhere in `before` was made in between, and is emptied.
    """
    edits: list[PutBack] = []
    for tab in now.tabs:
        new = _sheet(after, tab)
        earlier = next((each for each in then.tabs if each.sheet_id == tab.sheet_id), None)
        if earlier is None:
            continue
        old = _sheet(before, earlier)
        rows = {old.at(row, earlier.id_column).shown: row for row in reversed(range(len(old.cells)))}
        columns = {content.shown: column for column, content in reversed(list(enumerate(old.row(earlier.header_row))))}
        for row, contents in enumerate(new.cells):
            for column, content in enumerate(contents):
                if column == tab.flag_column or not _is_our_flag(content):
                    continue
                place = (
                    rows.get(new.at(row, tab.id_column).shown, -1),
                    columns.get(new.at(tab.header_row, column).shown, -1),
                )
                was = old.at(*place)
                if not _is_our_flag(was):
                    edits.append(PutBack(sheet_id=new.sheet_id, row=row, column=column, entered=was))
    return tuple(edits)


def _is_our_flag(content: Content) -> bool:
    return content.formula is None and isinstance(content.value, str) and content.value.startswith(FLAG_PREFIX)


def removal(reading: Reading, gradebook: Gradebook | None) -> tuple[Edit, ...]:
    """Everything of ours, taken out of a document again.

    `gradebook` tells the flag column; None where it cannot be read.
    """
    edits: list[Edit] = []
    ours = {
        tab.sheet_id
        for sheet_id, title, labels in tabs.OURS
        if (tab := present(reading, sheet_id, title)) is not None and tabs.is_ours_to_take_away(tab, labels)
    }
    for tab in reading:
        if tab.sheet_id not in ours:
            edits += _rule_edits(tab, ())
            edits += _note_edits(tab, {})
    for marks in gradebook.tabs if gradebook is not None else ():
        edits += _flag_edits(_sheet(reading, marks), marks, {})
    edits += [DeleteTab(sheet_id=sheet_id) for sheet_id in sorted(ours)]
    edits += [DropStamp(stamp=stamp) for stamp in reading.stamps]
    return tuple(edits)


def note_text(judged: Judged, episode: Remediation | None) -> str:
    """The note on a missing cell: what was reached, what is needed, what comes next and by when."""
    if judged.verdict is Verdict.RETAKE and judged.got is not None and judged.needed is not None:
        said = f"Missing: {percent_text(judged.got)}, this student's level is {percent_text(judged.needed)}."
    elif judged.verdict is Verdict.RETAKE:
        said = "Missing: below this student's level."
    else:
        said = "Missing: not handed in."
    if episode is not None:
        said += f" Next: {_HELP[episode.help]}, by {episode.due.isoformat()}."
    return f"{NOTE_PREFIX}{said}{NOTE_CLOSING}"


def is_our_note(note: str) -> bool:
    """Whether a note is ours to change or take away."""
    return note.startswith(NOTE_PREFIX) and note.endswith(NOTE_CLOSING)


# What should be there


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """One tab with marks: what is there, and the notes and flags that should be."""

    #: The tab as it was read.
    sheet: Tab
    #: The tab as it was understood.
    tab: MarksTab
    notes: Mapping[Cell, str]
    flags: Mapping[Cell, str]

    @classmethod
    def of(
        cls,
        reading: Reading,
        tab: MarksTab,
        gradebook: Gradebook,
        told: Mapping[str, Standing],
        episodes: Mapping[Work, Remediation],
    ) -> _Page:
        here = {assignment.id: assignment for assignment in tab.assignments}
        notes: dict[Cell, str] = {}
        flags: dict[Cell, str] = {}
        for student in tab.students:
            identity = key(student.id)
            titles = []
            for assignment, judged in zip(gradebook.assignments, told[identity].judged, strict=True):
                if judged.verdict.missing:
                    column = here[assignment.id].columns[-1]
                    notes[Cell(student.row, column)] = note_text(judged, episodes.get((identity, assignment.id)))
                    titles.append(" ".join(assignment.title.split()))
            if titles and tab.flag_column is not None:
                flags[Cell(student.row, tab.flag_column)] = FLAG_PREFIX + "; ".join(titles)
        return cls(sheet=_sheet(reading, tab), tab=tab, notes=notes, flags=flags)


def _sheet(reading: Reading, tab: MarksTab) -> Tab:
    """A tab of the reading by its id."""
    return next(each for each in reading if each.sheet_id == tab.sheet_id)


# Less what is there


def _table_edits(before: Tab | None, table: tabs.Table) -> Iterator[Edit]:
    """A tab of ours, made, grown and filled. Every cell of it is ours."""
    if before is None:
        yield AddTab(
            sheet_id=table.sheet_id, title=table.title, rows=table.rows, columns=table.columns, frozen=table.frozen
        )
        yield from _dressed(table.sheet_id, table)
        yield PutValues(sheet_id=table.sheet_id, row=0, column=0, values=table.values)
        if any(table.links):
            yield PutLinks(sheet_id=table.sheet_id, row=0, column=0, links=table.links)
        return
    if before.rows < table.rows or before.columns < table.columns:
        yield ResizeTab(
            sheet_id=before.sheet_id,
            rows=max(before.rows, table.rows),
            columns=max(before.columns, table.columns),
        )
    width = max(len(table.values[0]), max((len(row) for row in before.cells), default=0))
    for row in range(max(len(table.values), len(before.cells))):
        wanted = table.values[row] if row < len(table.values) else ()
        padded = (*wanted, *(None for _ in range(width - len(wanted))))
        changed = [column for column in range(width) if not shows(before.at(row, column), padded[column])]
        if changed and row == 0:
            yield from _dressed(before.sheet_id, table)
        for first, last in _runs(changed):
            yield PutValues(sheet_id=before.sheet_id, row=row, column=first, values=(padded[first : last + 1],))
        if changed and table.links:
            link = table.links[row] if row < len(table.links) else ""
            yield PutLinks(sheet_id=before.sheet_id, row=row, column=0, links=(link,))


def _runs(columns: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising columns as (first, last); gaps of up to two are written over, which is shorter than to begin anew.

    In one piece, a changed count on the left and a changed word on the right would rewrite a whole wide row.
    """
    run: list[int] = []
    for column in columns:
        if run and column > run[-1] + 3:
            yield run[0], run[-1]
            run = []
        run.append(column)
    if run:
        yield run[0], run[-1]


def _dressed(sheet_id: int, table: tabs.Table) -> Iterator[Edit]:
    """The look of a tab of ours: when it is made, and again when its header grows."""
    yield SetWidths(sheet_id=sheet_id, widths=table.widths)
    yield PutLook(
        sheet_id=sheet_id, row=0, column=0, end_row=1, end_column=len(table.values[0]), look=_HEADER, wrap=True
    )


def _rule_edits(tab: Tab, wanted: tuple[Rule, ...]) -> list[Edit]:
    """Our rules replaced as a set, before the teacher's, whose order stays; nothing where all is as it should be."""
    ours = [index for index, rule in enumerate(tab.rules) if is_ours(rule)]
    there = [normal(rule) for index in ours if (rule := tab.rules[index]) is not None]
    if there == [normal(rule) for rule in wanted] and ours == list(range(len(ours))):
        return []
    gone: list[Edit] = [DeleteRule(sheet_id=tab.sheet_id, index=index) for index in reversed(ours)]
    return gone + [AddRule(sheet_id=tab.sheet_id, index=index, rule=rule) for index, rule in enumerate(wanted)]


def _note_edits(tab: Tab, wanted: Mapping[Cell, str]) -> Iterator[Edit]:
    """Notes set where they are missing or ours, and taken away where they are ours and no longer true."""
    there = {
        Cell(row, column): content.note
        for row, contents in enumerate(tab.cells)
        for column, content in enumerate(contents)
        if content.note
    }
    for cell in sorted({*wanted, *there}):
        note = there.get(cell, "")
        new = wanted.get(cell, "")
        if note != new and (not note or is_our_note(note)) and tab.editable(cell.row, cell.column):
            yield PutNote(sheet_id=tab.sheet_id, row=cell.row, column=cell.column, note=new)


def _flag_edits(tab: Tab, marks: MarksTab, wanted: Mapping[Cell, str]) -> Iterator[Edit]:
    if marks.flag_column is None:
        return
    for row in range(marks.header_row + 1, max(len(tab.cells), marks.end_row)):
        cell = Cell(row, marks.flag_column)
        content = tab.at(cell.row, cell.column)
        new = wanted.get(cell)
        if not shows(content, new) and _free_for_flag(content) and tab.editable(cell.row, cell.column):
            yield PutValues(sheet_id=tab.sheet_id, row=cell.row, column=cell.column, values=((new,),))


def _free_for_flag(content: Content) -> bool:
    """Whether a cell of the flag column is empty or holds what we wrote."""
    empty = content.value is None or content.value == ""
    return content.error is None and content.formula is None and (empty or _is_our_flag(content))


# What stands in the way


def _foreign_tabs(reading: Reading) -> Iterator[Problem]:
    for sheet_id, title, labels in tabs.FOUND:
        tab = present(reading, sheet_id, title)
        if tab is not None and not tabs.is_ours(tab, labels):
            yield Problem(
                place=Place(tab=tab.title),
                what="this tab has the name that this program uses, but is not of its making; nothing is written.",
                remedy="Give your tab another name.",
            )


def _in_the_way(reading: Reading, pages: Iterable[_Page]) -> Iterator[Problem]:
    for sheet_id, title, labels in tabs.OURS:
        tab = present(reading, sheet_id, title)
        if tab is not None and tabs.is_ours(tab, labels) and _locked(tab, _grid(tab)):
            yield _protected(tab.title, "it is not kept up to date")
    for page in pages:
        marks = page.sheet
        if _locked(marks, _block(page.tab)):
            yield _protected(marks.title, "the marks are not coloured")
        elif any(not marks.editable(cell.row, cell.column) for cell in (*page.notes, *page.flags)):
            yield _protected(marks.title, "some cells get no note or no flag")
        for student in page.tab.students:
            if page.tab.flag_column is not None:
                cell = Cell(student.row, page.tab.flag_column)
                if not _free_for_flag(marks.at(cell.row, cell.column)):
                    yield Problem(
                        place=Place(tab=marks.title, cell=cell),
                        what="there is something of yours in the flag column, so the missing titles are not written "
                        "here.",
                        remedy="Empty the cell, or set another column aside.",
                    )


def _protected(tab: str, consequence: str) -> Problem:
    return Problem(
        place=Place(tab=tab),
        what=f"this tab is protected against the account that the program runs as; {consequence}.",
        remedy="Allow that account to edit it under Data, Protect sheets and ranges.",
    )


def _locked(tab: Tab, area: Range) -> bool:
    """Whether any cell of an area is protected against us."""
    return any(
        not each.ours_to_edit
        and each.range.row < area.end_row
        and area.row < each.range.end_row
        and each.range.column < area.end_column
        and area.column < each.range.end_column
        for each in tab.protections
    )


def _grid(tab: Tab) -> Range:
    return Range(0, 0, tab.rows, tab.columns)


def _block(tab: MarksTab) -> Range:
    """The rectangle around the marks."""
    columns = [column for assignment in tab.assignments for column in assignment.columns] or [tab.id_column]
    return Range(tab.first_row, min(columns), tab.end_row, max(columns) + 1)


def _empty(table: tabs.Table) -> Tab:
    return Tab(sheet_id=table.sheet_id, title=table.title, rows=table.rows, columns=table.columns)
