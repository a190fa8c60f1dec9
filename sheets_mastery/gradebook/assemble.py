"""A reading of the spreadsheet to a `Gradebook`.

Mistakes in cells become problems and block no more than the student or the assignment they are about. Only where there
is nothing to go by (no marks tab, no id column) does it stop with a `LayoutError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sheets_mastery.a1 import Cell
from sheets_mastery.config import AssignmentSettings, GradebookSettings, Marking
from sheets_mastery.errors import LayoutError
from sheets_mastery.gradebook.findings import Confidence, Finding, Layout
from sheets_mastery.gradebook.layout import Columns, find_columns, find_rows, read_day
from sheets_mastery.gradebook.marks import MOMENTS, MarkReader
from sheets_mastery.gradebook.records import (
    Assignment,
    ContractCells,
    Gradebook,
    Guardian,
    Mark,
    MarkKind,
    MarksTab,
    Place,
    Problem,
    Student,
    key,
)
from sheets_mastery.gradebook.roster import Entry, read_entries, same_person, twice
from sheets_mastery.reading import Content, Reading, Tab

_HELP_WORDS = {
    "": "",
    "any": "",
    "all": "",
    "class time": "class_time",
    "video": "video",
    "practice": "practice",
    "extra practice": "practice",
    "peer tutoring": "peer_tutoring",
    "small group": "small_group",
    "one-to-one": "one_to_one",
    "one to one": "one_to_one",
}


def read_gradebook(reading: Reading, settings: GradebookSettings, marking: Marking) -> Gradebook:
    """Understand a spreadsheet.

    Raises LayoutError where the marks tab, its id column or a roster tab that the settings name is missing.
    """
    tab = _tab(reading, settings.marks_tab or "Marks", f"gradebooks.marks_tab of {settings.name}")
    columns = find_columns(tab, settings.labels)
    if columns is None:
        raise LayoutError(
            f"The tab {tab.title} has no header row with a student id "
            f"(looked for {_listed(settings.labels.id)} in the first 30 rows). Name yours under gradebooks.labels.id."
        )
    rows = find_rows(tab, columns, settings.labels)
    no_students = _no_students(settings)
    entries, problems = read_entries(
        tab, columns, locale=reading.locale, skip=frozenset(rows.values()), no_students=no_students
    )
    flag_column, flag_problems = _flag_column(tab, columns, settings)
    reader = MarkReader.of(marking, reading.locale)
    assignments, assignment_problems = _assignments(
        tab,
        columns,
        rows,
        settings,
        student_rows=[entry.row for entry in entries],
        reader=reader,
        locale=reading.locale,
    )
    students, roster_problems = _students(reading, settings, tab, columns, entries)
    marks, mark_problems = _marks(tab, students, assignments, reader)
    links, link_problems = _links(reading, settings)
    return Gradebook(
        name=settings.name,
        students=students,
        assignments=assignments,
        marks=marks,
        problems=(
            *problems,
            *roster_problems,
            *flag_problems,
            *assignment_problems,
            *mark_problems,
            *link_problems,
        ),
        links=links,
        tabs=(
            MarksTab(
                sheet_id=tab.sheet_id,
                title=tab.title,
                header_row=columns.header_row,
                id_column=columns.id,
                name_column=columns.one("name"),
                points_row=rows.get("points"),
                flag_column=flag_column,
                students=students,
                assignments=assignments,
            ),
        ),
    )


def find_layout(reading: Reading, settings: GradebookSettings, marking: Marking) -> Layout:
    """What is understood of a document, for a person to look at; never raises."""
    try:
        book = read_gradebook(reading, settings, marking)
    except LayoutError as stopped:
        return Layout(tabs=(), findings=(), questions=(), stopped=str(stopped))
    findings = tuple(
        Finding(
            what=f"header row {tab.header_row + 1}, {len(tab.students)} students, {len(tab.assignments)} assignments",
            place=Place(tab=tab.title, cell=Cell(tab.header_row, tab.id_column)),
            confidence=Confidence.CERTAIN,
        )
        for tab in book.tabs
    )
    return Layout(tabs=(), findings=findings, questions=(), unknown_codes=book.unknown_codes)


def _tab(reading: Reading, title: str, setting: str) -> Tab:
    found = reading.tab(title)
    if found is None:
        # Titles of tabs are not listed: in many documents they are students' names.
        raise LayoutError(
            f'There is no tab called "{title}" among the {len(reading.tabs)} of the document ({setting}).'
        )
    return found


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _no_students(settings: GradebookSettings) -> frozenset[str]:
    """The words that make a row no student: sums and remarks, and the headings of a second block below the first."""
    labels = settings.labels
    headings = (*labels.id, *labels.points, *labels.due, *labels.graded, *labels.kind)
    return frozenset(key(label) for label in (*labels.ignore, *headings))


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


def _students(
    reading: Reading, settings: GradebookSettings, marks_tab: Tab, columns: Columns, entries: list[Entry]
) -> tuple[tuple[Student, ...], list[Problem]]:
    """The students of the marks tab, completed from the roster tab where there is one."""
    problems: list[Problem] = []
    doubled = twice(entries)
    roster = _roster(reading, settings, marks_tab)
    by_key: dict[str, Entry] = {}
    roster_doubled: frozenset[str] = frozenset()
    if roster is not None:
        roster_tab, roster_columns = roster
        roster_entries, problems = read_entries(
            roster_tab, roster_columns, locale=reading.locale, no_students=_no_students(settings)
        )
        roster_doubled = twice(roster_entries)
        by_key = {key(entry.id): entry for entry in roster_entries}
        on_marks = {key(entry.id) for entry in entries}
        for entry in roster_entries:
            place = Place(tab=roster_tab.title, cell=Cell(entry.row, roster_columns.id))
            if key(entry.id) in roster_doubled:
                problems.append(_twice(place, "Roster rows"))
            elif key(entry.id) not in on_marks:
                problems.append(
                    Problem(
                        place=place,
                        what=f"this student has no row on the tab {marks_tab.title}.",
                        remedy="Add the row there, or take the student off the roster.",
                    )
                )
    students = []
    for entry in entries:
        place = Place(tab=marks_tab.title, cell=Cell(entry.row, columns.id))
        other = by_key.get(key(entry.id))
        blocked = ""
        if key(entry.id) in doubled:
            blocked = "the id is there twice"
            problems.append(_twice(place, "rows"))
        elif key(entry.id) in roster_doubled:
            blocked = "the id is on the roster twice"
        elif roster is not None and other is None:
            problems.append(
                Problem(
                    place=place,
                    what="this student is not on the roster, so no more is known than what stands here.",
                    remedy=f"Add a row with this id on the tab {roster[0].title}.",
                )
            )
        elif other is not None and not same_person(entry.name, other.name):
            blocked = "the roster has another name for this id"
            problems.append(
                Problem(
                    place=place,
                    what="the roster has another name for this id, so this student is left alone.",
                    remedy="Look which of the two rows is right; perhaps only one column was sorted.",
                )
            )
        students.append(_completed(entry, other, blocked))
    return tuple(students), problems


def _twice(place: Place, what: str) -> Problem:
    return Problem(
        place=place,
        what=f"more than one of the {what.lower()} claims this student id, so none of them is judged or written about.",
        remedy="Give each student an id of their own.",
    )


def _roster(reading: Reading, settings: GradebookSettings, marks_tab: Tab) -> tuple[Tab, Columns] | None:
    if settings.roster_tab:
        tab: Tab | None = _tab(reading, settings.roster_tab, f"gradebooks.roster_tab of {settings.name}")
    else:
        tab = reading.tab("Roster")
    if tab is None or tab.sheet_id == marks_tab.sheet_id:
        return None
    columns = find_columns(tab, settings.labels)
    if columns is None:
        raise LayoutError(
            f"The tab {tab.title} has no header row with a student id (looked for {_listed(settings.labels.id)})."
        )
    return tab, columns


def _completed(entry: Entry, other: Entry | None, blocked: str) -> Student:
    """A student from the marks row and the roster row. The roster knows families and contracts where it has them."""
    contract = entry.contract
    if other is not None and (not other.contract.level.blank or contract.level.blank):
        contract = other.contract
    guardians = entry.guardians
    if other is not None:
        guardians = _permitted(other.guardians, entry) if other.guardians else _permitted(entry.guardians, other)
    return Student(
        id=entry.id,
        name=entry.name or (other.name if other else ""),
        section=entry.section or (other.section if other else ""),
        guardians=guardians,
        address=(other.address if other and other.address else entry.address),
        language=(other.language if other and other.language else entry.language),
        contract=contract if not blocked else ContractCells(place=contract.place),
        row=entry.row,
        asked=entry.may_write is not None or (other is not None and other.may_write is not None),
        blocked=blocked,
    )


def _permitted(guardians: tuple[Guardian, ...], elsewhere: Entry) -> tuple[Guardian, ...]:
    """The guardians of one tab, less the permissions that the student's row on the other tab withholds."""
    refused = {each.address.casefold() for each in elsewhere.guardians if not each.may_receive}
    nobody = not elsewhere.guardians and elsewhere.may_write is False
    return tuple(
        replace(each, may_receive=each.may_receive and not nobody and each.address.casefold() not in refused)
        for each in guardians
    )


def _assignments(
    tab: Tab,
    columns: Columns,
    rows: dict[str, int],
    settings: GradebookSettings,
    *,
    student_rows: list[int],
    reader: MarkReader,
    locale: str,
) -> tuple[tuple[Assignment, ...], list[Problem]]:
    """Every column with a title that is about work, from left to right."""
    ignored = {key(label) for label in (*settings.labels.ignore, settings.flag_column) if label}
    told = {key(title): each for title, each in settings.assignments.items()}
    titles = {key(header.text) for header in tab.row(columns.header_row)}
    problems = [
        Problem(
            place=Place(tab=tab.title),
            what=f"the settings speak of “{title}”, but no column has this title.",
            remedy="Correct the title under gradebooks.assignments in the settings, or take it out.",
        )
        for title in settings.assignments
        if key(title) not in titles
    ]
    found: list[Assignment] = []
    for column, header in enumerate(tab.row(columns.header_row)):
        if header.blank or column in columns.taken or key(header.text) in ignored:
            continue
        says = told.get(key(header.text), AssignmentSettings())
        place = Place(tab=tab.title, cell=Cell(columns.header_row, column))
        cells = [tab.at(row, column) for row in student_rows]
        points, in_sheet, wrong = _points(tab, column, rows, says, settings)
        problems += wrong
        percent = bool(cells) and all(content.format == "PERCENT" for content in cells)
        named = key(header.text) in told
        if not named and not wrong and not in_sheet and _is_no_work(tab, column, rows, cells, reader, points):
            continue
        unsaid = not named and _said_nowhere(tab, column, rows)
        if points is None and (unsaid or not _tells_shares(cells, reader)):
            # It may be a column of remarks, unless it looks like marks.
            if not wrong and any(_looks_like_a_mark(content, reader) for content in cells):
                problems.append(
                    Problem(
                        place=place,
                        what="this column has marks but no maximum, so it is not judged.",
                        remedy="Fill in the row of maxima, say points in the settings, or ignore it by labels.ignore.",
                    )
                )
            continue
        if not isinstance(header.value, str) or header.error is not None:
            problems.append(
                Problem(
                    place=place,
                    what="the title of this column is a number or a date, so its marks are not judged.",
                    remedy="Type the title as text, for example with an apostrophe in front.",
                )
            )
            continue
        due, wrong = _day(tab, rows.get("due"), column, locale)
        problems += wrong
        graded, wrong = _day(tab, rows.get("graded"), column, locale)
        problems += wrong
        kind = tab.at(rows["kind"], column).text if "kind" in rows else ""
        found.append(
            Assignment(
                title=header.value,
                column=column,
                points=points,
                kind=kind or says.kind,
                due=due or says.due,
                graded=graded or says.graded,
                points_in_sheet=in_sheet,
                percent=percent,
                header=header.value,
            )
        )
    counts = Counter(each.id for each in found)
    for each in found:
        if counts[each.id] > 1:
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(columns.header_row, each.column)),
                    what=f"more than one column is called “{' '.join(each.title.split())}”, so none of them is judged.",
                    remedy="Give each assignment a title of its own.",
                )
            )
    return tuple(each for each in found if counts[each.id] == 1), problems


def _said_nowhere(tab: Tab, column: int, rows: dict[str, int]) -> bool:
    """Whether the sheet has rows about assignments, and none speaks of this column: attendance, a final grade."""
    about = [row for sort, row in rows.items() if sort in {"points", "due"}]
    return bool(about) and all(tab.at(row, column).blank for row in about)


def _is_no_work(
    tab: Tab,
    column: int,
    rows: dict[str, int],
    cells: list[Content],
    reader: MarkReader,
    points: Fraction | None,
) -> bool:
    """Whether a column that the settings do not name is surely none: computed all through, or mostly no marks at all.

    A column that is empty so far is work to come.
    """
    filled = [content for content in cells if not content.blank]
    if not filled:
        return False
    if all(content.formula is not None for content in filled) and (points is None or "points" in rows):
        return _said_nowhere(tab, column, rows) or not rows
    if points is None:
        return False
    kinds = Counter(reader.read(content, points)[0].kind for content in filled)
    return kinds[MarkKind.UNREADABLE] > len(filled) / 2


def _tells_shares(cells: list[Content], reader: MarkReader) -> bool:
    """Whether a column can be read without a maximum: by its percentages, or because most of it is like 17/20."""
    if any(content.format == "PERCENT" and not content.blank for content in cells):
        return True
    kinds = Counter(reader.read(content, None)[0].kind for content in cells if not content.blank)
    return kinds[MarkKind.SCORE] > kinds[MarkKind.UNREADABLE]


def _looks_like_a_mark(content: Content, reader: MarkReader) -> bool:
    number = isinstance(content.value, Decimal) and content.format not in MOMENTS
    return number or reader.read(content, None)[0].kind in {MarkKind.NOT_IN, MarkKind.ABSENT, MarkKind.EXCUSED}


def _points(
    tab: Tab, column: int, rows: dict[str, int], says: AssignmentSettings, settings: GradebookSettings
) -> tuple[Fraction | None, bool, list[Problem]]:
    """The maximum of a column, from the sheet's row of maxima or else the settings; and whether it is in the sheet."""
    if "points" in rows:
        content = tab.at(rows["points"], column)
        if isinstance(content.value, Decimal) and content.value > 0 and content.format != "PERCENT":
            return Fraction(content.value), True, []
        if not content.blank:
            wrong = Problem(
                place=Place(tab=tab.title, cell=Cell(rows["points"], column)),
                what="this is no maximum, so the column is not judged.",
                remedy="Type a number above zero.",
            )
            return None, False, [wrong]
    if says.points is not None:
        return Fraction(says.points), False, []
    if settings.points is not None and "points" not in rows:
        return Fraction(settings.points), False, []
    return None, False, []


def _day(tab: Tab, row: int | None, column: int, locale: str) -> tuple[date | None, list[Problem]]:
    if row is None or tab.at(row, column).blank:
        return None, []
    day = read_day(tab.at(row, column), locale)
    if day is not None:
        return day, []
    return None, [
        Problem(
            place=Place(tab=tab.title, cell=Cell(row, column)),
            what="this is not a date, so the column is treated as one without it.",
            remedy="Type the date like 2026-09-18.",
        )
    ]


def _marks(
    tab: Tab, students: tuple[Student, ...], assignments: tuple[Assignment, ...], reader: MarkReader
) -> tuple[tuple[tuple[Mark, ...], ...], list[Problem]]:
    problems: list[Problem] = []
    table = []
    # Cells alike are one object in a reading, and a column has the same few marks over and over: each is read once.
    known: list[dict[int, tuple[Mark, tuple[str, str] | None]]] = [{} for _ in assignments]
    for student in students:
        line = []
        for assignment, read in zip(assignments, known, strict=True):
            content = tab.at(student.row, assignment.column)
            if id(content) not in read:
                read[id(content)] = reader.read(content, assignment.points)
            mark, wrong = read[id(content)]
            line.append(mark)
            if wrong:
                what, remedy = wrong
                place = Place(tab=tab.title, cell=Cell(student.row, assignment.column))
                problems.append(Problem(place=place, what=what, remedy=remedy))
        table.append(tuple(line))
    return tuple(table), problems


def _links(reading: Reading, settings: GradebookSettings) -> tuple[dict[tuple[str, str], str], list[Problem]]:
    """The tab with help: one row each with the assignment, the kind of help, and the link."""
    tab = reading.tab(settings.remediation_tab)
    if tab is None:
        return {}, []
    header = {key(content.text): column for column, content in enumerate(tab.row(0))}
    work, kind, link = header.get("assignment"), header.get("help"), header.get("link")
    if work is None or link is None:
        return {}, [
            Problem(
                place=Place(tab=tab.title, cell=Cell(0, 0)),
                what="the first row needs the labels Assignment, Help and Link, so no links are used.",
                remedy="Type these labels into row 1.",
            )
        ]
    links: dict[tuple[str, str], str] = {}
    problems = []
    for row in range(1, len(tab.cells)):
        address = tab.at(row, link).text
        if not address or tab.at(row, work).blank:
            continue
        word = key(tab.at(row, kind).text) if kind is not None else ""
        if not _is_web_address(address):
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, link)),
                    what="this is not a web address, so it is not put into letters.",
                    remedy="Type the whole address with https:// in front.",
                )
            )
        elif word not in _HELP_WORDS:
            problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(row, kind or 0)),
                    what="this kind of help is not known.",
                    remedy="Type video, practice, peer tutoring, small group, one-to-one or class time.",
                )
            )
        else:
            links[key(tab.at(row, work).text), _HELP_WORDS[word]] = address
    return links, problems


def _is_web_address(text: str) -> bool:
    return (
        text.startswith(("https://", "http://"))
        and len(text) > 10
        and not any(c.isspace() or c in "<>\"'" for c in text)
    )
