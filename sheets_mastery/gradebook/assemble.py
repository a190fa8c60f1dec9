"""A reading of the spreadsheet to a `Gradebook`, and to a `Layout` that says what was understood.

Mistakes in cells become problems and block no more than the student or the assignment they are about. Only where there
is nothing to go by (no marks tab, nothing that tells who a student is) does it stop with a `LayoutError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sheets_mastery.a1 import Cell
from sheets_mastery.config import GradebookSettings, Marking
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook.choosing import Choice, Page, choose
from sheets_mastery.gradebook.codes import codes_in_force, might_be_code, worth_in_force
from sheets_mastery.gradebook.families import complete
from sheets_mastery.gradebook.findings import Layout
from sheets_mastery.gradebook.layout import Columns
from sheets_mastery.gradebook.links import read_links
from sheets_mastery.gradebook.marks import MarkReader, Remembered
from sheets_mastery.gradebook.records import (
    Assignment,
    Gradebook,
    Mark,
    MarkKind,
    MarksTab,
    Place,
    Problem,
    Student,
    UnknownCode,
    key,
)
from sheets_mastery.gradebook.roster import unread_ids
from sheets_mastery.gradebook.telling import tell
from sheets_mastery.gradebook.work import Doubt, Work, find_work, titles_spoken_of
from sheets_mastery.reading import EMPTY, Content, Reading, Tab

_NOT_ASSIGNED = Mark(kind=MarkKind.NOT_ASSIGNED)
_IN_DOUBT = Mark(kind=MarkKind.UNREADABLE)


def read_gradebook(reading: Reading, settings: GradebookSettings, marking: Marking) -> Gradebook:
    """Understand a spreadsheet.

    Raises LayoutError where there is no tab with marks, where a tab that the settings name is missing, and where
    nothing tells who a student is.
    """
    choice = choose(reading, settings)
    if choice.stopped:
        raise LayoutError(choice.stopped)
    return _read(reading, settings, marking, choice)[0]


def find_layout(reading: Reading, settings: GradebookSettings, marking: Marking) -> Layout:
    """What is understood of a spreadsheet, for a person to look at; never raises."""
    choice = choose(reading, settings)
    if choice.stopped:
        return tell(reading, settings, choice, None, ())
    book, works = _read(reading, settings, marking, choice)
    return tell(reading, settings, choice, book, works)


def _read(
    reading: Reading, settings: GradebookSettings, marking: Marking, choice: Choice
) -> tuple[Gradebook, tuple[Work, ...]]:
    """Read the tabs that were chosen."""
    reader = Remembered(
        MarkReader.of(
            marking,
            reading.locale,
            codes_in_force(settings, marking, choice.export),
            worth_in_force(settings),
            best=settings.attempts == "best",
        )
    )
    problems = list(choice.problems)
    problems += [problem for page in choice.pages for problem in page.people.problems]
    roster = choice.roster
    if roster is not None:
        problems += roster.people.problems
    students, doubts = complete(
        [(page.tab, page.columns, page.people.entries) for page in choice.pages],
        (roster.tab, roster.columns, roster.people.entries) if roster is not None else None,
    )
    problems += doubts
    works: list[Work] = []
    flags: list[int | None] = []
    for page in choice.pages:
        flag_column, wrong = _flag_column(page.tab, page.columns, settings)
        flags.append(flag_column)
        problems += wrong
        works.append(
            find_work(
                page.tab,
                page.columns,
                page.head,
                settings,
                student_rows=[entry.row for entry in page.people.entries],
                reader=reader,
                locale=reading.locale,
                flag_column=flag_column,
            )
        )
    problems += _unspoken(choice.pages, works, settings)
    problems += [problem for work in works for problem in work.problems]
    union = _union([work.assignments for work in works])
    headers = _lookups(union)
    tabs = []
    marks: list[tuple[Mark, ...]] = []
    unknown = _Unknown()
    for page, work, here, flag_column in zip(choice.pages, works, students, flags, strict=True):
        tabs.append(
            MarksTab(
                sheet_id=page.tab.sheet_id,
                title=page.tab.title,
                header_row=page.head.titles,
                id_column=page.columns.id,
                name_column=page.columns.name,
                points_row=work.points_row,
                flag_column=flag_column,
                students=here,
                assignments=tuple(
                    each if key(each.header) == headers.get(each.id) else replace(each, header="")
                    for each in work.assignments
                ),
            )
        )
        lines, wrong = _marks(page.tab, here, work, union, reader, unknown)
        _count_in_doubt(page.tab, here, work, reader, unknown)
        marks += lines
        problems += wrong
    links, wrong = read_links(reading, settings)
    book = Gradebook(
        name=settings.name,
        students=tuple(student for here in students for student in here),
        assignments=tuple(
            each if key(each.header) == headers.get(each.id) else replace(each, header="") for each in union
        ),
        marks=tuple(marks),
        problems=(*problems, *wrong),
        links=links,
        tabs=tuple(tabs),
        unknown_codes=unknown.codes(),
        unread_ids={page.tab.sheet_id: rows for page in choice.pages if (rows := unread_ids(page.tab, page.columns))},
    )
    return book, tuple(works)


def _flag_column(tab: Tab, columns: Columns, settings: GradebookSettings) -> tuple[int | None, list[Problem]]:
    if not settings.flag_column:
        return None, []
    wanted = key(settings.flag_column)
    header = tab.row(columns.header_row)
    found = [column for column, content in enumerate(header) if key(content.text) == wanted]
    if len(found) == 1 and found[0] not in columns.taken:
        return found[0], []
    if not found:
        what = f"there is no column called “{settings.flag_column}”"
    elif len(found) > 1:
        what = f"more than one column is called “{settings.flag_column}”"
    else:
        what = f"the column “{settings.flag_column}” is about the students themselves"
    return None, [
        Problem(
            place=Place(tab=tab.title, cell=Cell(columns.header_row, found[0] if found else columns.id)),
            what=f"{what}, so no titles of missing work are written into it.",
            remedy="Add exactly one such column, or take flag_column out of the settings.",
        )
    ]


def _unspoken(pages: Sequence[Page], works: Sequence[Work], settings: GradebookSettings) -> list[Problem]:
    """The assignments that the settings speak of and no tab has."""
    known = {
        key(content.text) for page in pages for content in page.tab.row(page.head.titles) if not content.blank
    } | titles_spoken_of(each for work in works for each in work.assignments)
    known |= {key(doubt.title) for work in works for doubt in work.doubts}
    return [
        Problem(
            place=Place(tab=pages[0].tab.title),
            what=f"the settings speak of “{title}”, but no column has this title.",
            remedy="Correct the title under gradebooks.assignments in the settings, or take it out.",
        )
        for title in settings.assignments
        if key(title) not in known
    ]


def _union(tabs: Sequence[tuple[Assignment, ...]]) -> tuple[Assignment, ...]:
    """The assignments of all tabs, each once. Where periods differ, the later day counts: nobody is late too early."""
    groups: dict[str, list[Assignment]] = {}
    for assignments in tabs:
        for each in assignments:
            groups.setdefault(each.id, []).append(each)
    union = []
    for first, *others in groups.values():
        due = [each.due for each in (first, *others)]
        graded = [each.graded for each in (first, *others)]
        union.append(
            replace(
                first,
                due=None if None in due else max(day for day in due if day is not None),
                graded=None if None in graded else max(day for day in graded if day is not None),
            )
            if others
            else first
        )
    return tuple(union)


def _lookups(union: Sequence[Assignment]) -> dict[str, str]:
    """By assignment: the key of the header by which a live rule finds its title, where no other title is the same."""
    counts = Counter(key(each.header or each.title) for each in union)
    return {each.id: key(each.header) for each in union if each.header and counts[key(each.header)] == 1}


def _marks(
    tab: Tab,
    students: tuple[Student, ...],
    work: Work,
    union: tuple[Assignment, ...],
    reader: Remembered,
    unknown: _Unknown,
) -> tuple[list[tuple[Mark, ...]], list[Problem]]:
    """One row a student, one mark an assignment of the whole gradebook."""
    problems: list[Problem] = []
    here = {each.id: each for each in work.assignments}
    # A tab that does not have the work never asked for it, unless a column in doubt may be just that.
    elsewhere = [_IN_DOUBT if work.may_hold(each.id) else _NOT_ASSIGNED for each in union]
    ticking = Remembered(replace(reader.reader, checkboxes=True))
    plan = []
    for each in union:
        attempts = []
        for column in here[each.id].columns if each.id in here else ():
            how = ticking if column in work.checkboxes else reader
            attempts.append((column, work.points[column], how, how.known(work.points[column])))
        plan.append(attempts)
    lines = []
    for student in students:
        row = tab.row(student.row)
        width = len(row)
        line: list[Mark] = []
        for attempts, without in zip(plan, elsewhere, strict=True):
            tried: list[Mark] = []
            for column, points, how, known in attempts:
                content = row[column] if column < width else EMPTY
                # Written out, since it is done for every mark of a school: cells alike are read once.
                mark, wrong = known.get(id(content)) or how.read(content, points)
                tried.append(mark)
                if wrong:
                    what, remedy = wrong
                    place = Place(tab=tab.title, cell=Cell(student.row, column))
                    problems.append(Problem(place=place, what=what, remedy=remedy))
                    unknown.count(content, place)
            line.append(tried[0] if len(tried) == 1 else reader.reader.together(tried) if tried else without)
        lines.append(tuple(line))
    return lines, problems


def _count_in_doubt(tab: Tab, students: tuple[Student, ...], work: Work, reader: Remembered, unknown: _Unknown) -> None:
    """The unknown codes of columns that wait for another answer, so that all is asked at once."""
    columns = [doubt.column for doubt in work.doubts if doubt.why in {Doubt.NO_MAXIMUM, Doubt.WORDS}]
    for column in columns:
        for student in students:
            content = tab.at(student.row, column)
            if isinstance(content.value, str) and reader.kind(content, None) is MarkKind.UNREADABLE:
                unknown.count(content, Place(tab=tab.title, cell=Cell(student.row, column)))


class _Unknown:
    """The codes that nobody has explained, as they are come across."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[Content, Place]]] = {}

    def count(self, content: Content, place: Place) -> None:
        """Take a cell in that could not be read, where it may be a code."""
        if isinstance(content.value, str):
            self._found.setdefault(content.value, []).append((content, place))

    def codes(self) -> tuple[UnknownCode, ...]:
        """The most frequent first."""
        together: dict[str, list[tuple[Content, Place]]] = {}
        for text, cells in self._found.items():
            if might_be_code(text):
                together.setdefault(key(text), []).extend(cells)
        codes = [
            UnknownCode(code=" ".join(cells[0][0].text.split()), count=len(cells), place=cells[0][1])
            for cells in together.values()
        ]
        return tuple(sorted(codes, key=lambda each: -each.count))
