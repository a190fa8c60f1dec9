"""A document, understood, to what a person is told and asked: findings, questions, the role of each row and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.config import GradebookSettings, Meaning
from sheets_mastery.gradebook.choosing import Choice, Page, is_ours
from sheets_mastery.gradebook.codes import is_letter
from sheets_mastery.gradebook.findings import (
    MOST_QUESTIONS,
    ColumnRole,
    Confidence,
    Finding,
    Layout,
    Question,
    RowRole,
    Sort,
    TabLayout,
    TabRole,
)
from sheets_mastery.gradebook.layout import STUDENT_COLUMNS
from sheets_mastery.gradebook.records import Gradebook, Place, UnknownCode, key
from sheets_mastery.gradebook.words import is_summary
from sheets_mastery.gradebook.work import Doubt, Doubtful, Work
from sheets_mastery.reading import Content, Reading, Tab

#: What a code probably means where it is proposed; the person decides.
_PROBABLY = {
    "m": Meaning.NOT_IN, "mi": Meaning.NOT_IN, "nhi": Meaning.NOT_IN, "ni": Meaning.NOT_IN, "/": Meaning.NOT_IN,
    "ex": Meaning.EXCUSED, "exe": Meaning.EXCUSED, "e": Meaning.EXCUSED, "abe": Meaning.EXCUSED,
    "abs": Meaning.ABSENT, "ab": Meaning.ABSENT, "abu": Meaning.ABSENT, "a": Meaning.ABSENT,
    "inc": Meaning.INCOMPLETE, "i": Meaning.INCOMPLETE, "incomplete": Meaning.INCOMPLETE,
    "l": Meaning.LATE, "late": Meaning.LATE, "la": Meaning.LATE, "-": Meaning.NOTHING, "–": Meaning.NOTHING,
    "n/a": Meaning.NOT_ASSIGNED, "na": Meaning.NOT_ASSIGNED, "t": Meaning.HANDED_IN, "ti": Meaning.HANDED_IN,
    "collected": Meaning.HANDED_IN, "✓": Meaning.MASTERED, "✓+": Meaning.MASTERED, "✓-": Meaning.BELOW,
    "dropped": Meaning.NOT_ASSIGNED,
}  # fmt: skip
_MEANINGS = tuple(meaning.value for meaning in Meaning)
_ROUND = tuple(Decimal(number) for number in (1, 5, 10, 20, 25, 50, 100))
#: How many codes are asked about at once.
_MOST_CODES = 4


def tell(
    reading: Reading,
    settings: GradebookSettings,
    choice: Choice,
    book: Gradebook | None,
    works: Sequence[Work],
) -> Layout:
    """Everything that there is to tell about a document; `book` is None where it cannot be read."""
    tabs = tuple(_tab(tab, settings, choice, works) for tab in reading)
    if book is None:
        return Layout(tabs=tabs, findings=(), questions=choice.questions, export=choice.export, stopped=choice.stopped)
    doubts = [doubt for work in works for doubt in work.doubts]
    questions = [
        *choice.questions,
        *_level(choice, works),
        *_scales(doubts, book.unknown_codes, somewhere=any(each.points is not None for each in book.assignments)),
        *_checkboxes(doubts),
        *_codes(book.unknown_codes),
    ]
    return Layout(
        tabs=tabs,
        findings=tuple(_findings(choice, book, works)),
        questions=tuple(questions[:MOST_QUESTIONS]),
        unknown_codes=book.unknown_codes,
        export=choice.export,
    )


# What was found


def _findings(choice: Choice, book: Gradebook, works: Sequence[Work]) -> Iterator[Finding]:
    if choice.export:
        yield Finding(
            what=f"an export of {choice.export.capitalize()} as it came",
            place=Place(tab=choice.pages[0].tab.title),
            confidence=Confidence.LIKELY,
        )
    for page, tab, work in zip(choice.pages, book.tabs, works, strict=True):
        header = Place(tab=tab.title, cell=Cell(tab.header_row, tab.id_column))
        yield Finding(what=f"header row {tab.header_row + 1}", place=header, confidence=page.confidence)
        identity = page.tab.at(page.columns.header_row, page.columns.id).text
        yield Finding(
            what=f"students are told apart by the column “{identity}”",
            place=Place(tab=tab.title, cell=Cell(page.columns.header_row, page.columns.id)),
            confidence=page.identity,
        )
        sections = {key(student.section) for student in tab.students if student.section}
        periods = f" in {_many(len(sections), 'period')}" if sections else ""
        yield Finding(
            what=f"{_many(len(tab.students), 'student')}{periods}",
            place=Place(tab=tab.title, cell=Cell(tab.first_row, tab.id_column)),
            confidence=page.confidence,
        )
        first = min((each.column for each in tab.assignments), default=tab.id_column)
        yield Finding(
            what=_many(len(tab.assignments), "assignment"),
            place=Place(tab=tab.title, cell=Cell(tab.header_row, first)),
            confidence=page.confidence,
        )
        yield from _rows_found(page, work)
        ignored = [
            page.tab.at(page.head.titles, column).text
            for column, role in sorted(work.roles.items())
            if role in {ColumnRole.SUMMARY, ColumnRole.REMARKS, ColumnRole.PERSONAL}
        ]
        ignored += [_label(page.tab, row) for row, role in sorted(page.people.roles.items()) if role is RowRole.SUMMARY]
        shown = list(dict.fromkeys(text for text in ignored if text))
        if shown:
            more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
            yield Finding(what=f"ignored: {', '.join(shown[:8])}{more}", place=header, confidence=Confidence.LIKELY)
    if choice.roster is not None:
        yield Finding(
            what=f"the roster has {_many(len(choice.roster.people.entries), 'student')}",
            place=Place(tab=choice.roster.tab.title),
            confidence=choice.roster.confidence,
        )
    if book.unknown_codes:
        codes = ", ".join(f"“{each.code}”" for each in book.unknown_codes[:8])
        yield Finding(
            what=f"{_many(len(book.unknown_codes), 'code')} that nobody has explained: {codes}",
            place=book.unknown_codes[0].place,
            confidence=Confidence.CERTAIN,
        )
    if not any(page.columns.places.get("level") for page in (*choice.pages, *_some(choice.roster))):
        yield Finding(
            what="no column with the students' levels, so nobody has a contract",
            place=Place(tab=(choice.roster or choice.pages[0]).tab.title),
            confidence=Confidence.CERTAIN,
        )


def _rows_found(page: Page, work: Work) -> Iterator[Finding]:
    said = {**page.head.rows, **({"points": work.points_row} if work.points_row is not None else {})}
    names = {"points": "maxima", "due": "due dates", "graded": "days of marking", "kind": "kinds of work"}
    for sort, row in sorted(said.items(), key=lambda each: each[1]):
        sure = Confidence.CERTAIN if sort in page.head.rows else Confidence.LIKELY
        yield Finding(
            what=f"{names[sort]} in row {row + 1}", place=Place(tab=page.tab.title, cell=Cell(row, 0)), confidence=sure
        )


def _label(tab: Tab, row: int) -> str:
    """The label of a row of sums; never a name: it is one only where its words say so."""
    return next((content.text for content in tab.row(row) if is_summary(content.text)), "")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _some(page: Page | None) -> tuple[Page, ...]:
    return () if page is None else (page,)


# What only a person knows


def _level(choice: Choice, works: Sequence[Work]) -> Iterator[Question]:
    """Which column is the level? Asked only where one looks like it: few different numbers from 50 to 100."""
    pages = (*_some(choice.roster), *choice.pages)
    if any(page.columns.places.get("level") for page in pages):
        return
    roles = {page.tab.sheet_id: work.roles for page, work in zip(choice.pages, works, strict=True)}
    for page in pages:
        for column, content in enumerate(page.tab.row(page.columns.header_row)):
            role = roles.get(page.tab.sheet_id, {}).get(column, ColumnRole.DOUBT)
            if column in page.columns.taken or not content.text or role is not ColumnRole.DOUBT:
                continue
            cells = [page.tab.at(entry.row, column) for entry in page.people.entries]
            values = {_percent(cell) for cell in cells if not cell.blank}
            if None in values or not 0 < len(values) <= 4 or 2 * len(values) > len(cells):
                continue
            yield Question(
                paths=(("labels", "level"),),
                text=f"Is “{content.text}” the level that each student has signed for?",
                place=Place(tab=page.tab.title, cell=Cell(page.columns.header_row, column)),
                choices=(content.text,),
                proposal=content.text,
                sort=Sort.TEXTS,
            )
            return


def _percent(content: Content) -> Decimal | None:
    """A percentage from 50 to 100 that a level may be; None for anything else."""
    if not isinstance(content.value, Decimal):
        return None
    value = content.value * 100 if content.format == "PERCENT" else content.value
    return value if 50 <= value <= 100 else None


def _scales(doubts: Sequence[Doubtful], unknown: Sequence[UnknownCode], *, somewhere: bool) -> Iterator[Question]:
    """What the numbers and letters are: percentages, steps of a rubric, points of which maximum.

    `somewhere`: whether some assignment has its maximum. Then the others are asked for theirs, because a scale holds
    for the whole gradebook, and 20 of 20 would become 20 %.
    """
    letters = [each for each in unknown if is_letter(each.code)]
    if len(letters) >= 2 and sum(each.count for each in letters) >= 3:
        yield Question(
            paths=(("scale",),),
            text=f"Are {_quoted(each.code for each in letters[:4])} letter grades?",
            place=letters[0].place,
            choices=("letters", "points"),
            proposal="letters",
        )
    above = [each for each in doubts if each.why is Doubt.ABOVE]
    if above and not somewhere:
        yield Question(
            paths=(("scale",),),
            text="Most marks are far above the maximum. Are they percentages?",
            place=above[0].place,
            choices=("percent", "points"),
            proposal="percent",
        )
        return
    unsaid = [each for each in doubts if each.why is Doubt.NO_MAXIMUM and each.numbers]
    if not unsaid:
        return
    everything = {number for each in unsaid for number in each.numbers}
    if not somewhere and all(_like_percent(each.numbers) for each in unsaid):
        yield Question(
            paths=(("scale",),),
            text="No maximum is said anywhere. Are the marks percentages?",
            place=unsaid[0].place,
            choices=("percent", "points"),
            proposal="percent",
        )
        return
    steps = not somewhere and min(everything) >= 0 and all(number * 2 % 1 == 0 for number in everything)
    if steps and max(everything) in {2, 3}:
        said = ", ".join(f"{number:f}" for number in sorted(everything, reverse=True))
        yield Question(
            paths=(("worth",),),
            text=f"The marks are steps of a scale. What is each of {said} worth in percent?",
            place=unsaid[0].place,
            sort=Sort.PERCENTAGES,
        )
        return
    if steps and max(everything) == 4:
        yield Question(
            paths=(("scale",),),
            text="Are the marks steps of a rubric from 0 to 4?",
            place=unsaid[0].place,
            choices=("rubric", "points"),
            proposal="rubric",
        )
        return
    groups: dict[str, list[Doubtful]] = {}
    for each in unsaid:
        groups.setdefault(_maximum(each.numbers), []).append(each)
    for proposal, group in groups.items():
        titles = _quoted(each.title for each in group[:5])
        more = f" and {len(group) - 5} more" if len(group) > 5 else ""
        yield Question(
            paths=tuple(("assignments", each.title, "points") for each in group),
            text=f"Out of how many points {'is' if len(group) == 1 else 'are'} {titles}{more}?",
            place=group[0].place,
            proposal=proposal,
            sort=Sort.NUMBER,
        )


def _like_percent(numbers: Sequence[Decimal]) -> bool:
    """Whether numbers look like percentages: up to a little over 100, and at least one above 50."""
    return 50 < max(numbers) <= 110 and min(numbers) >= 0


def _maximum(numbers: Sequence[Decimal]) -> str:
    """The round number that marks may be out of; "" where nothing is likely."""
    return next((f"{each}" for each in _ROUND if each >= max(numbers)), "")


def _checkboxes(doubts: Sequence[Doubtful]) -> Iterator[Question]:
    ticked = [each for each in doubts if each.why is Doubt.CHECKBOXES]
    if ticked:
        yield Question(
            paths=(("checkboxes",),),
            text=f"Are the checkboxes under {_quoted(each.title for each in ticked[:5])} marks, a tick for work done?",
            place=ticked[0].place,
            choices=("marks", "ignore"),
        )


def _codes(unknown: Sequence[UnknownCode]) -> Iterator[Question]:
    rest = [each for each in unknown if not is_letter(each.code)] if sum(map(_lettered, unknown)) >= 2 else unknown
    for each in rest[:_MOST_CODES]:
        probably = _PROBABLY.get(key(each.code))
        yield Question(
            paths=(("codes", each.code),),
            text=f"What does “{each.code}” mean here? ({_many(each.count, 'cell')})",
            place=each.place,
            choices=_MEANINGS,
            proposal=probably.value if probably else "",
        )


def _lettered(code: UnknownCode) -> bool:
    return is_letter(code.code)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


# The grid with its parts marked


def _tab(tab: Tab, settings: GradebookSettings, choice: Choice, works: Sequence[Work]) -> TabLayout:
    for index, page in enumerate(choice.pages):
        if page.tab.sheet_id == tab.sheet_id:
            work = works[index] if index < len(works) else None
            return TabLayout(
                sheet_id=tab.sheet_id,
                title=tab.title,
                role=TabRole.MARKS,
                rows=_row_roles(page, work),
                columns=_column_roles(page, work),
            )
    if choice.roster is not None and choice.roster.tab.sheet_id == tab.sheet_id:
        role, page = TabRole.ROSTER, choice.roster
        rows, columns = _row_roles(page, None), _column_roles(page, None)
        return TabLayout(sheet_id=tab.sheet_id, title=tab.title, role=role, rows=rows, columns=columns)
    if tab.title.casefold() == settings.remediation_tab.casefold():
        role = TabRole.LINKS
    else:
        role = TabRole.OURS if is_ours(tab) else TabRole.OTHER
    return TabLayout(sheet_id=tab.sheet_id, title=tab.title, role=role)


def _row_roles(page: Page, work: Work | None) -> tuple[RowRole, ...]:
    head = page.head
    roles = dict(page.people.roles)
    roles |= {entry.row: RowRole.STUDENT for entry in page.people.entries}
    if head.parents is not None:
        roles[head.parents] = RowRole.KIND
    if head.subtitles is not None:
        roles[head.subtitles] = RowRole.SUBTITLES
    named = {"points": RowRole.POINTS, "due": RowRole.DUE, "graded": RowRole.GRADED, "kind": RowRole.KIND}
    roles |= {row: named[sort] for sort, row in head.rows.items()}
    if work is not None and work.points_row is not None:
        roles[work.points_row] = RowRole.POINTS
    roles[page.columns.header_row] = RowRole.LABELS
    roles[head.titles] = RowRole.TITLES
    return tuple(
        roles[row] if row in roles else RowRole.BLANK if all(cell.blank for cell in cells) else RowRole.OTHER
        for row, cells in enumerate(page.tab.cells)
    )


def _column_roles(page: Page, work: Work | None) -> tuple[ColumnRole, ...]:
    roles = dict.fromkeys(page.columns.taken, ColumnRole.PERSONAL)
    for sort in reversed(STUDENT_COLUMNS):
        for column in page.columns.places.get(sort, {}).values():
            roles[column] = ColumnRole[sort.upper()]
    roles |= work.roles if work is not None else {}
    width = max((len(row) for row in page.tab.cells), default=0)
    for column in range(width):
        if column not in roles:
            blank = all(page.tab.at(row, column).blank for row in range(len(page.tab.cells)))
            roles[column] = ColumnRole.BLANK if blank else ColumnRole.REMARKS
    return tuple(roles[column] for column in range(width))
