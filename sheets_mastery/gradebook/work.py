"""Which columns of a tab are work, those that are attempts at the same taken together.

What is not certain is a `Doubt` or a problem, and such a column is not judged: a maximum that nobody says, a column
that has marks and no title, a retake of nobody knows what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sheets_mastery.a1 import Cell
from sheets_mastery.config import AssignmentSettings, GradebookSettings
from sheets_mastery.gradebook.codes import is_letter, might_be_code
from sheets_mastery.gradebook.columns import Column, columns_of, kinds_of, maxima_beside, twins_of, with_maxima
from sheets_mastery.gradebook.findings import ColumnRole
from sheets_mastery.gradebook.layout import Columns, Head, read_day
from sheets_mastery.gradebook.marks import MOMENTS, Remembered
from sheets_mastery.gradebook.records import Assignment, MarkKind, Place, Problem, key
from sheets_mastery.gradebook.titles import read_title, says_only_again
from sheets_mastery.gradebook.words import about_students, is_summary, label
from sheets_mastery.gradebook.worth import high_numbers, points_of, tells_shares, too_high
from sheets_mastery.reading import EMPTY, Content, Tab

#: A header that says no more than that marks stand below; the tab or a template's lines above say of what.
_GENERIC = frozenset({"score", "scores", "mark", "marks", "points", "result", "results"})


class Doubt(StrEnum):
    """Why a column that may be work is not judged."""

    #: There are numbers, and nobody says out of how many.
    NO_MAXIMUM = "no maximum"
    #: Most of the numbers are above the maximum.
    ABOVE = "above the maximum"
    #: There are ticks, and nobody says whether they are marks.
    CHECKBOXES = "checkboxes"
    #: There is no title above.
    NO_TITLE = "no title"
    #: There are words like those in other columns, and nobody says whether they are marks.
    WORDS = "words"


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubtful:
    """A column that is not judged until somebody says what it is."""

    why: Doubt
    title: str
    place: Place
    #: The numbers in it that are neither dates nor percentages, each once.
    numbers: tuple[Decimal, ...] = ()
    #: The column, from 0.
    column: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """The work on one tab."""

    assignments: tuple[Assignment, ...]
    #: The maximum by which each column of the work is read; None where its cells say shares themselves.
    points: Mapping[int, Fraction | None]
    #: Which columns are checkboxes that count as marks.
    checkboxes: frozenset[int]
    roles: Mapping[int, ColumnRole]
    #: The row with the maxima, labelled or not; None where there is none.
    points_row: int | None
    problems: tuple[Problem, ...]
    doubts: tuple[Doubtful, ...]

    #: The keys of the titles of columns that may be work and are not judged.
    in_doubt: frozenset[str]

    def may_hold(self, assignment: str) -> bool:
        """Whether a column in doubt may be this work, by its identity: it has the title, or none."""
        return assignment in self.in_doubt or any(doubt.why is Doubt.NO_TITLE for doubt in self.doubts)


@dataclass(kw_only=True, slots=True)
class _Found:
    """What has been found out so far."""

    assignments: list[Assignment] = field(default_factory=list)
    points: dict[int, Fraction | None] = field(default_factory=dict)
    roles: dict[int, ColumnRole] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Doubtful] = field(default_factory=list)
    checkboxes: set[int] = field(default_factory=set)
    #: The row of each column's title.
    rows: dict[int, int] = field(default_factory=dict)


def find_work(
    tab: Tab,
    columns: Columns,
    head: Head,
    settings: GradebookSettings,
    *,
    student_rows: Sequence[int],
    reader: Remembered,
    locale: str,
    flag_column: int | None,
) -> Work:
    """Every column that is about work, from left to right, and why the others are not judged."""
    found = _Found()
    everything = columns_of(tab, columns, head, student_rows)
    everything, beside = maxima_beside(everything)
    head = replace(head, rows=with_maxima(tab, columns, head, everything))
    told = {key(title): each for title, each in settings.assignments.items()}
    kinds = kinds_of(tab, columns, head, everything)
    twins = twins_of(everything)
    titles = {key(each.title.clean) for each in everything}
    by_title = {key(each.title.clean): each for each in everything if each.title.clean and not each.title.base}
    for each in everything:
        at = each.number
        says = told.get(key(each.heading.title)) or told.get(key(each.title.clean))
        role = _no_work(tab, each, head, settings, titles, named=says is not None)
        if at == flag_column:
            role = ColumnRole.FLAG
        elif role is None and (at in twins or at in beside):
            role = ColumnRole.REMARKS
        if role is not None:
            found.roles[at] = role
        else:
            found.roles[at] = _judge_column(
                tab,
                each,
                head,
                settings,
                says,
                found,
                by_title.get(key(each.title.base)) if each.title.base else None,
                reader=reader,
                locale=locale,
                kind=kinds.get(at, ""),
            )
    _words(tab, everything, found, reader)
    _untitled(tab, everything, found)
    found.assignments = _template(tab, head, found, locale)
    _together(tab, everything, told, found)
    _once(tab, found)
    return Work(
        assignments=tuple(found.assignments),
        points=found.points,
        checkboxes=frozenset(found.checkboxes),
        roles=found.roles,
        points_row=head.rows.get("points"),
        problems=tuple(found.problems),
        doubts=tuple(found.doubts),
        in_doubt=frozenset(
            key(title)
            for each in everything
            if found.roles[each.number] is ColumnRole.DOUBT
            for title in (each.title.clean, each.title.base)
            if title
        ),
    )


def titles_spoken_of(everything: Iterable[Assignment]) -> set[str]:
    """Every way in which settings may speak of assignments, by `key`."""
    return {key(text) for each in everything for text in (each.title, each.header) if text}


# What is no work


def _no_work(
    tab: Tab, each: Column, head: Head, settings: GradebookSettings, titles: set[str], *, named: bool
) -> ColumnRole | None:
    """What a column is that is surely no work; None where it may be some."""
    text = each.heading.title
    header = tab.at(head.titles, each.number)
    if not text.strip() and header.error is None:
        return ColumnRole.BLANK if not each.filled else None
    clean = each.title.clean
    if key(text) in {key(one) for one in settings.labels.ignore}:
        return ColumnRole.SUMMARY if is_summary(text) else ColumnRole.REMARKS
    if settings.flag_column and key(text) == key(settings.flag_column):
        return ColumnRole.REMARKS
    if named:
        return None
    said = tab.at(head.rows["points"], each.number) if "points" in head.rows else EMPTY
    if key(said.text) == "(read only)" or is_summary(clean):
        return ColumnRole.SUMMARY
    if label(text) in about_students() and not isinstance(said.value, Decimal):
        return ColumnRole.PERSONAL
    if _speaks_of(text, titles):
        return ColumnRole.REMARKS
    return None


def _speaks_of(text: str, titles: set[str]) -> bool:
    """Whether a column has the remarks on another one: "* Quiz 1", "Feedback: Essay 1", "Quiz 1 comments"."""
    bare = key(text)
    for before in ("* ", "feedback: ", "feedback:", "comments: ", "comment: ", "notes: "):
        if bare.startswith(before):
            rest = bare.removeprefix(before)
            return before.startswith("feedback") or key(read_title(rest).clean) in titles
    for behind in (
        " - submission time",
        " - lateness (h:m:s)",
        " feedback",
        " comments",
        " comment",
        " notes",
        " (feedback)",
        " (comments)",
    ):
        if bare.endswith(behind) and bare.removesuffix(behind).strip(" -:") in titles:
            return True
    return False


# What may be work


def _judge_column(
    tab: Tab,
    each: Column,
    head: Head,
    settings: GradebookSettings,
    says: AssignmentSettings | None,
    found: _Found,
    first: Column | None,
    *,
    reader: Remembered,
    locale: str,
    kind: str,
) -> ColumnRole:
    """Take a column in as work, or say why not. `first`: the column with the first try, where this is a further one."""
    at = each.number
    place = Place(tab=tab.title, cell=Cell(each.heading.row, at))
    header = tab.at(each.heading.row, at)
    points, in_sheet, wrong = points_of(tab, each, head, says, settings)
    if points is None and not wrong and first is not None:
        points, _, _ = points_of(tab, first, head, says, settings)
    found.problems += wrong
    ticks = each.ticks and not in_sheet
    if ticks:
        reader = Remembered(replace(reader.reader, checkboxes=True))
    if not each.heading.title.strip() and header.error is None:
        return _without_title(tab, each, reader, found)
    if says is None and not wrong and not in_sheet and not ticks and _is_no_work(tab, each, head, reader, points):
        return ColumnRole.REMARKS
    if ticks and settings.checkboxes != "marks":
        if settings.checkboxes == "" and says is None:
            found.doubts.append(Doubtful(why=Doubt.CHECKBOXES, title=each.title.clean, place=place))
        return ColumnRole.REMARKS
    unsaid = says is None and points is None and not ticks and _said_nowhere(tab, each, head)
    marked = any(_looks_like_a_mark(content, reader) for content, _ in each.filled)
    shares = ticks or tells_shares(each, reader)
    if points is None and (unsaid or not shares):
        # It may be a column of remarks, unless it looks like marks.
        if wrong:
            return ColumnRole.DOUBT
        if not marked:
            return ColumnRole.REMARKS if each.filled else ColumnRole.BLANK
        found.problems.append(
            Problem(
                place=place,
                what="this column has marks but no maximum, so it is not judged.",
                remedy="Fill in the row of maxima, say points in the settings, or ignore it by labels.ignore.",
            )
        )
        if not unsaid:
            numbers = tuple(number for number, _ in each.numbers)
            found.doubts.append(
                Doubtful(why=Doubt.NO_MAXIMUM, title=_title(each), place=place, numbers=numbers, column=at)
            )
        return ColumnRole.DOUBT
    if not isinstance(header.value, str) or header.error is not None:
        found.problems.append(
            Problem(
                place=place,
                what="the title of this column is a number or a date, so its marks are not judged.",
                remedy="Type the title as text, for example with an apostrophe in front.",
            )
        )
        return ColumnRole.DOUBT
    if points is not None and too_high(each, points, reader):
        found.problems.append(
            Problem(
                place=place,
                what="most marks in this column are far above its maximum, so it is not judged.",
                remedy='Correct the maximum, or say scale = "percent" where these are percentages.',
            )
        )
        numbers = tuple(number for number, _ in each.numbers)
        found.doubts.append(Doubtful(why=Doubt.ABOVE, title=_title(each), place=place, numbers=numbers, column=at))
        return ColumnRole.DOUBT
    _take(tab, each, head, says or AssignmentSettings(), found, points, in_sheet=in_sheet, locale=locale, kind=kind)
    found.points[at] = points
    if ticks:
        found.checkboxes.add(at)
    if reader.reader.numeric_codes:
        found.assignments[-1] = replace(found.assignments[-1], points=None, points_in_sheet=False, percent=False)
    return ColumnRole.ASSIGNMENT


def _take(
    tab: Tab,
    each: Column,
    head: Head,
    says: AssignmentSettings,
    found: _Found,
    points: Fraction | None,
    *,
    in_sheet: bool,
    locale: str,
    kind: str,
) -> None:
    due, wrong = _day(tab, head.rows.get("due"), each.number, locale)
    found.problems += wrong
    graded, wrong = _day(tab, head.rows.get("graded"), each.number, locale)
    found.problems += wrong
    found.rows[each.number] = each.heading.row
    found.assignments.append(
        Assignment(
            title=_title(each),
            column=each.number,
            points=points,
            kind=kind or says.kind,
            due=due or says.due,
            graded=graded or says.graded,
            points_in_sheet=in_sheet,
            percent=each.percent,
            header=each.heading.header,
        )
    )


def _title(each: Column) -> str:
    """The clean title, or the header as it was typed where that is the same but for spaces."""
    header = each.heading.title
    return header if key(header) == key(each.title.clean) else each.title.clean


def _without_title(tab: Tab, each: Column, reader: Remembered, found: _Found) -> ColumnRole:
    """A column without a title that has marks: it may be a further attempt at what stands left of it."""
    hundred = Fraction(100)
    marks = sum(count for content, count in each.filled if reader.kind(content, hundred) is not MarkKind.UNREADABLE)
    there = sum(count for _, count in each.filled)
    stray = 4 * there < sum(count for _, count in each.cells)
    if each.computed or each.ticks or 2 * marks < there or stray or _running(each):
        return ColumnRole.REMARKS
    place = Place(tab=tab.title, cell=Cell(each.heading.row, each.number))
    found.problems.append(
        Problem(
            place=place,
            what="this column has marks but no title, so neither it nor the work left of it is judged.",
            remedy="Type a title; a further attempt is called like the work, with Retake behind it.",
        )
    )
    found.doubts.append(Doubtful(why=Doubt.NO_TITLE, title="", place=place))
    return ColumnRole.DOUBT


def _words(tab: Tab, everything: list[Column], found: _Found, reader: Remembered) -> None:
    """Columns of short words that may be marks: letter grades, or the same few words in several columns."""
    vocabularies: dict[int, set[str]] = {}
    by_number = {each.number: each for each in everything}
    for each in everything:
        texts = [content.value for content, _ in each.filled]
        if found.roles[each.number] is not ColumnRole.REMARKS or not each.heading.title.strip() or each.computed:
            continue
        if not isinstance(tab.at(each.heading.row, each.number).value, str):
            continue  # days of attendance
        words = {key(text) for text in texts if isinstance(text, str) and might_be_code(text)}
        if words and len(words) <= 8 and all(isinstance(text, str) and might_be_code(text) for text in texts):
            vocabularies[each.number] = words
    for number, words in vocabularies.items():
        each = by_number[number]
        letters = 2 * sum(is_letter(word) for word in words) > len(words)
        shared = any(len(words & other) >= 2 for at, other in vocabularies.items() if at != number)
        known = any(reader.kind(content, None) is not MarkKind.UNREADABLE for content, _ in each.filled)
        if (letters and (shared or known or len(words) > 2)) or shared:
            place = Place(tab=tab.title, cell=Cell(each.heading.row, number))
            found.roles[number] = ColumnRole.DOUBT
            found.doubts.append(Doubtful(why=Doubt.WORDS, title=_title(each), place=place, column=number))


def _running(each: Column) -> bool:
    """Whether a column counts the students: 1, 2, 3, …"""
    numbers = sorted(number for number, _ in each.numbers)
    return len(numbers) > 1 and numbers == [Decimal(number) for number in range(1, len(numbers) + 1)]


def _untitled(tab: Tab, everything: list[Column], found: _Found) -> None:
    """Take back the work left of a column of marks that has no title, or that is a retake of nobody says what."""
    by_column = {each.column: each for each in found.assignments}
    for each in everything:
        bare = not each.heading.title.strip() and found.roles[each.number] is ColumnRole.DOUBT
        again = says_only_again(each.heading.title) and each.number in by_column
        if not bare and not again:
            continue
        # Merged cells keep their label in the leftmost one, so it is the direct neighbour that is meant.
        gone = [by_column.get(each.number), by_column.get(each.number - 1)]
        if again:
            found.roles[each.number] = ColumnRole.DOUBT
            found.problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(each.heading.row, each.number)),
                    what="this is a further attempt, but the title does not say at what; neither it nor the work left "
                    "of it is judged.",
                    remedy="Write the title of the work before it, such as Quiz 1 Retake.",
                )
            )
        for one in gone:
            if one is not None and one in found.assignments:
                found.assignments.remove(one)
                found.roles[one.column] = ColumnRole.DOUBT


def _template(tab: Tab, head: Head, found: _Found, locale: str) -> list[Assignment]:
    """The assignments, with what the lines of a score template above the table say about the only one of them."""
    if "title" not in head.meta or len(found.assignments) != 1 or key(found.assignments[0].title) not in _GENERIC:
        return found.assignments
    (only,) = found.assignments
    due = only.due
    if "due" in head.meta:
        cell = head.meta["due"]
        due = read_day(tab.at(cell.row, cell.column), locale) or due
    title = head.meta["title"]
    return [replace(only, title=tab.at(title.row, title.column).text, header="", due=due)]


def _together(tab: Tab, everything: list[Column], told: Mapping[str, AssignmentSettings], found: _Found) -> None:
    """Make one assignment of all attempts at the same work."""
    by_column = {each.number: each for each in everything}
    by_id: dict[str, list[Assignment]] = {}
    for each in found.assignments:
        title = by_column[each.column].title
        by_id.setdefault(key(title.base or each.title), []).append(each)
    kept: list[Assignment] = []
    for group in by_id.values():
        attempts = [by_column[each.column].title.attempt for each in group]
        further = sorted(
            (each for each in group if by_column[each.column].title.base),
            key=lambda each: (by_column[each.column].title.attempt, each.column),
        )
        first = [each for each in group if not by_column[each.column].title.base]
        if not further or len(first) > 1 or (not first and (len(group) < 2 or len(set(attempts)) < len(attempts))):
            kept += [each for each in group if not _orphan(tab, by_column[each.column], told, found)]
            continue
        start, *rest = [*first, *further]
        title = by_column[start.column].title
        for each in rest:
            if found.points[each.column] is None and found.points[start.column] is not None:
                found.points[each.column] = found.points[start.column]
            found.roles[each.column] = ColumnRole.RETAKE
        kept.append(replace(start, title=title.base or start.title, retakes=tuple(each.column for each in rest)))
    # Where one of the attempts is in doubt, it may be the one that made the work good.
    doubtful = {
        key(each.title.base or each.title.clean)
        for each in everything
        if each.title.base and found.roles[each.number] is ColumnRole.DOUBT
    }
    for each in kept:
        if each.id in doubtful or key(by_column[each.column].title.base) in doubtful:
            found.roles |= dict.fromkeys(each.columns, ColumnRole.DOUBT)
    kept = [each for each in kept if found.roles[each.column] is not ColumnRole.DOUBT]
    found.assignments = sorted(kept, key=lambda each: each.column)


def _orphan(tab: Tab, each: Column, told: Mapping[str, AssignmentSettings], found: _Found) -> bool:
    """Whether a column is a further attempt at work without a column. Its blanks mean nothing: it is not judged."""
    if not each.title.base or key(each.heading.title) in told:
        return False
    found.roles[each.number] = ColumnRole.DOUBT
    found.problems.append(
        Problem(
            place=Place(tab=tab.title, cell=Cell(each.heading.row, each.number)),
            what=f"this is a further attempt at “{each.title.base}”, but no column surely has the first one; "
            "neither is judged.",
            remedy="Give the column of the first attempt this title, or name this one under assignments.",
        )
    )
    return True


def _once(tab: Tab, found: _Found) -> None:
    """See to it that no two assignments have one title: the whole header tells them apart, or neither is judged."""
    counts = Counter(each.id for each in found.assignments)
    found.assignments = [
        replace(each, title=each.header) if counts[each.id] > 1 and each.header and not each.retakes else each
        for each in found.assignments
    ]
    counts = Counter(each.id for each in found.assignments)
    for each in found.assignments:
        if counts[each.id] > 1:
            found.roles[each.column] = ColumnRole.DOUBT
            found.problems.append(
                Problem(
                    place=Place(tab=tab.title, cell=Cell(found.rows[each.column], each.column)),
                    what=f"more than one column is called “{' '.join(each.title.split())}”, so none of them is judged.",
                    remedy="Give each assignment a title of its own.",
                )
            )
    found.assignments = [each for each in found.assignments if counts[each.id] == 1]


def _said_nowhere(tab: Tab, each: Column, head: Head) -> bool:
    """Whether the sheet has rows about assignments, and none speaks of this column: attendance, a final grade."""
    about = [row for sort, row in head.rows.items() if sort in {"points", "due"}]
    return bool(about) and all(tab.at(row, each.number).blank for row in about)


def _is_no_work(tab: Tab, each: Column, head: Head, reader: Remembered, points: Fraction | None) -> bool:
    """Whether a column that the settings do not name is surely none: computed all through, or mostly no marks at all.

    A column that is empty so far is work to come.
    """
    if not each.filled:
        return False
    if each.computed and (points is None or "points" in head.rows):
        return each.title.points is None and (_said_nowhere(tab, each, head) or not head.rows)
    if points is None or each.title.points is not None:
        return False
    kinds: Counter[MarkKind] = Counter()
    for content, count in each.filled:
        kinds[reader.kind(content, points)] += count
    return 2 * kinds[MarkKind.UNREADABLE] > kinds.total() and not high_numbers(each, points, reader)


def _looks_like_a_mark(content: Content, reader: Remembered) -> bool:
    number = isinstance(content.value, Decimal) and content.format not in MOMENTS
    return number or reader.kind(content, None) in {
        MarkKind.NOT_IN,
        MarkKind.ABSENT,
        MarkKind.EXCUSED,
        MarkKind.SCORE,
    }


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
