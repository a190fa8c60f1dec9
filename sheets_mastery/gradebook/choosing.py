"""Which tabs of a document hold marks, and which one the roster.

A tab that the settings name is taken; else one called Marks; else whatever looks like marks. Several tabs with
different students are the periods of one gradebook; several with the same students are a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.config import GradebookSettings
from sheets_mastery.gradebook.codes import is_letter
from sheets_mastery.gradebook.findings import Confidence, Question, RowRole
from sheets_mastery.gradebook.identity import Identified, identify
from sheets_mastery.gradebook.layout import Columns, Head, find_columns, find_head, find_people
from sheets_mastery.gradebook.marks import MOMENTS
from sheets_mastery.gradebook.permission import deny_in_doubt
from sheets_mastery.gradebook.records import Place, Problem, key
from sheets_mastery.gradebook.roster import People, read_people
from sheets_mastery.gradebook.words import SUBTITLES, TITLES, about_students, is_summary, label, labels_of
from sheets_mastery.reading import Reading, Tab

_OURS = re.compile(r"mastery\b", re.IGNORECASE)
#: How our own tab of students begins, whatever a teacher has called it since.
_OUR_LABELS = ["student id", "student", "level", "missing"]
#: Tabs that share more than this part of the smaller one's students are no two periods.
_SHARED = 5
_OUT_OF = re.compile(r"out of \d+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One tab with students on it."""

    tab: Tab
    columns: Columns
    head: Head
    people: People
    #: How sure it is that the column of ids tells who a student is.
    identity: Confidence
    #: How sure it is that the tab is what it is taken for.
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The tabs that are read."""

    #: The tabs with marks; empty where nothing can be read.
    pages: tuple[Page, ...] = ()
    roster: Page | None = None
    #: What has to be answered first.
    questions: tuple[Question, ...] = ()
    #: What is wrong with tabs that are not read.
    problems: tuple[Problem, ...] = ()
    #: The system whose export the first of them is; "" for a sheet of the teacher's own.
    export: str = ""
    #: Why nothing can be read, in a sentence; "" where it can.
    stopped: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A tab that may have marks: a page, or the question that stands before it."""

    tab: Tab
    page: Page | None
    identified: Identified | None
    #: How many columns look like work.
    work: int


def choose(reading: Reading, settings: GradebookSettings) -> Choice:
    """Choose the tabs with marks and the roster. Never raises."""
    named = settings.marks_tabs or ((settings.marks_tab,) if settings.marks_tab else ())
    setting = f"gradebooks.{'marks_tabs' if settings.marks_tabs else 'marks_tab'} of {settings.name}"
    if not named and reading.tab("Marks") is not None:
        named = ("Marks",)
    if named:
        tabs = [reading.tab(title) for title in named]
        for title, tab in zip(named, tabs, strict=True):
            if tab is None:
                return Choice(stopped=_no_tab(reading, title, setting))
        choice = _these([tab for tab in tabs if tab is not None], settings, reading.locale)
    else:
        choice = _by_content(reading, settings, setting)
    if choice.stopped:
        return choice
    return _with_roster(reading, settings, choice)


def is_ours(tab: Tab) -> bool:
    """Whether a tab is surely one that this program has made."""
    return bool(_OURS.match(tab.title)) or [key(content.text) for content in tab.row(0)[:4]] == _OUR_LABELS


def no_students(settings: GradebookSettings) -> frozenset[str]:
    """The words that make a row no student: sums and remarks, and the headings of a second block below the first."""
    labels = settings.labels
    words = {word for sort in ("id", "points", "due", "graded", "kind") for word in labels_of(labels, sort)}
    return frozenset(words | {label(each) for each in labels.ignore} | TITLES | SUBTITLES)


def _these(tabs: Sequence[Tab], settings: GradebookSettings, locale: str) -> Choice:
    """The tabs that are surely those with marks."""
    pages = []
    for tab in tabs:
        candidate = _candidate(tab, settings, locale, section=tab.title if len(tabs) > 1 else "")
        if candidate.page is None:
            question = candidate.identified.question if candidate.identified else None
            return Choice(
                questions=(question,) if question and "id" not in settings.labels.model_fields_set else (),
                stopped=_no_ids(tab, question, settings),
            )
        pages.append(candidate.page)
    return _chosen(pages)


def _chosen(pages: Sequence[Page]) -> Choice:
    export = _export(pages[0])
    if export == "canvas":
        pages = [_without_test_student(page) for page in pages]
    return Choice(pages=tuple(pages), export=export)


def _by_content(reading: Reading, settings: GradebookSettings, setting: str) -> Choice:
    """The tabs that look like marks."""
    apart = {settings.remediation_tab.casefold(), settings.roster_tab.casefold()}
    candidates = [
        _candidate(tab, settings, reading.locale)
        for tab in reading
        if not is_ours(tab) and tab.title.casefold() not in apart and tab.cells
    ]
    working = [each for each in candidates if each.work]
    known = [each for each in working if each.page is not None and each.page.people.entries]
    if not known:
        asked = next((each for each in working if each.identified and each.identified.question), None)
        if asked is not None and asked.identified is not None and asked.identified.question is not None:
            return Choice(
                questions=(asked.identified.question,), stopped=_no_ids(asked.tab, asked.identified.question, settings)
            )
        return _nothing(reading, setting)
    if len(known) > 1 and _same_students(known):
        best = max(known, key=lambda each: each.work * len(each.page.people.entries if each.page else ()))
        question = Question(
            paths=(("marks_tab",),),
            text="Several tabs have marks of the same students. Which one is to be read?",
            place=Place(tab=best.tab.title),
            choices=tuple(each.tab.title for each in known),
            proposal=best.tab.title,
            stops=True,
        )
        return Choice(
            questions=(question,),
            stopped=f"{len(known)} tabs have marks of the same students. Name the one to be read ({setting}).",
        )
    if len(known) > 1:
        known = [_candidate(each.tab, settings, reading.locale, section=each.tab.title) for each in known]
    choice = _chosen([replace(each.page, confidence=Confidence.LIKELY) for each in known if each.page is not None])
    nameless = [each for each in working if each.page is None]
    titles = {title for each in known for title in _titles(each.tab)} if nameless else set()
    nameless = [each for each in nameless if titles & _titles(each.tab)]
    return replace(
        choice,
        problems=tuple(
            Problem(
                place=Place(tab=each.tab.title),
                what="this tab looks like marks, but nothing on it tells who a student is, so it is not read.",
                remedy="Add a column with the students' ids, or name the tabs to be read under marks_tab.",
            )
            for each in nameless
        ),
    )


def _candidate(tab: Tab, settings: GradebookSettings, locale: str, section: str = "") -> _Candidate:
    columns = find_people(tab, settings.labels)
    if columns is None:
        return _Candidate(tab=tab, page=None, identified=None, work=0)
    head = find_head(tab, columns, settings.labels)
    skip = frozenset(row for row in head.about() if row > columns.header_row)
    identified = identify(tab, columns, settings.labels, skip)
    if identified.question is not None:
        rows = [row for row in range(head.first, len(tab.cells)) if row not in skip]
        return _Candidate(tab=tab, page=None, identified=identified, work=_work(tab, columns, head, rows))
    columns = identified.columns
    head = find_head(tab, columns, settings.labels)
    skip = frozenset(row for row in head.about() if row > columns.header_row)
    if not section and "section" in head.meta:
        cell = head.meta["section"]
        section = tab.at(cell.row, cell.column).text
    people = deny_in_doubt(
        read_people(tab, columns, locale=locale, skip=skip, no_students=no_students(settings), section=section),
        tab,
        columns,
        settings.labels.ignore,
    )
    page = Page(tab=tab, columns=columns, head=head, people=people, identity=identified.confidence)
    rows = [entry.row for entry in people.entries]
    return _Candidate(tab=tab, page=page, identified=identified, work=_work(tab, columns, head, rows))


def _work(tab: Tab, columns: Columns, head: Head, rows: Iterable[int]) -> int:
    """How many columns have a title that is no label about students, and a number, a tick or a share below."""
    below = [tab.cells[row] for row in list(rows)[:60]]
    count = 0
    for column, content in enumerate(tab.row(head.titles)):
        if (
            column in columns.taken
            or content.blank
            or label(content.text) in about_students()
            or is_summary(content.text)
        ):
            continue
        marked = any(
            column < len(row)
            and (
                (isinstance(row[column].value, Decimal) and row[column].format not in MOMENTS)
                or isinstance(row[column].value, bool)
                or "/" in row[column].text
                or "%" in row[column].text
                or is_letter(row[column].text)
            )
            for row in below
        )
        count += marked or ("points" in head.rows and not tab.at(head.rows["points"], column).blank)
    return count


def _titles(tab: Tab) -> set[str]:
    """The texts of the first rows that may be titles of work."""
    return {
        key(content.text)
        for row in tab.cells[:10]
        for content in row
        if isinstance(content.value, str) and content.formula is None and label(content.text) not in about_students()
    } - {""}


def _same_students(candidates: Sequence[_Candidate]) -> bool:
    """Whether any two tabs share more than a few students."""
    ids = [{key(entry.id) for entry in each.page.people.entries} for each in candidates if each.page is not None]
    return any(
        _SHARED * len(one & other) > min(len(one), len(other))
        for index, one in enumerate(ids)
        for other in ids[index + 1 :]
    )


def _with_roster(reading: Reading, settings: GradebookSettings, choice: Choice) -> Choice:
    marks = {page.tab.sheet_id for page in choice.pages}
    title = settings.roster_tab or "Roster"
    tab = reading.tab(title)
    if tab is None and settings.roster_tab:
        return Choice(stopped=_no_tab(reading, title, f"gradebooks.roster_tab of {settings.name}"))
    ids = {key(entry.id) for page in choice.pages for entry in page.people.entries}
    if tab is not None:
        if tab.sheet_id in marks:
            return choice
        page = _roster(tab, settings, reading.locale, ids)
        if page is None:
            return Choice(
                stopped=f"The tab {tab.title} has no header row with a student id "
                f"(looked for {_listed(settings.labels.id)})."
            )
        return replace(choice, roster=page)
    # A tab that only looks like a roster is not used: families are never written to because of a guess.
    likely = [
        page
        for each in reading
        if each.sheet_id not in marks
        and each.cells
        and not is_ours(each)
        and each.title.casefold() != settings.remediation_tab.casefold()
        and (page := _roster(each, settings, reading.locale, ids)) is not None
        and 2 * len(ids & {key(entry.id) for entry in page.people.entries}) >= len(ids) > 0
        and _tells_of_families(page.columns)
    ]
    if not likely:
        return choice
    question = Question(
        paths=(("roster_tab",),),
        text="Which tab has the students' levels and guardians?",
        place=Place(tab=likely[0].tab.title),
        choices=tuple(page.tab.title for page in likely),
        proposal=likely[0].tab.title if len(likely) == 1 else "",
    )
    return replace(choice, questions=(*choice.questions, question))


def _tells_of_families(columns: Columns) -> bool:
    return any(columns.places.get(sort) for sort in ("level", "guardian_email"))


def _roster(tab: Tab, settings: GradebookSettings, locale: str, ids: set[str]) -> Page | None:
    """A roster, by the column whose ids are those of the marks: its own id column, or else the students' addresses."""
    columns = find_columns(tab, settings.labels) or find_people(tab, settings.labels)
    if columns is None:
        return None
    mail = columns.one("student_email")
    tries = [columns] if columns.places.get("id") else []
    if mail is not None and "id" not in settings.labels.model_fields_set:
        tries.append(replace(columns, places={**columns.places, "id": {0: mail}}))
    pages = [
        Page(
            tab=tab,
            columns=each,
            head=find_head(tab, each, settings.labels),
            people=deny_in_doubt(
                read_people(tab, each, locale=locale, no_students=no_students(settings)),
                tab,
                each,
                settings.labels.ignore,
            ),
            identity=Confidence.CERTAIN,
        )
        for each in tries
    ]
    if len(pages) == 2 and not any("@" in each for each in ids):
        pages.pop()
    return max(pages, key=lambda page: len(ids & {key(entry.id) for entry in page.people.entries}), default=None)


def _export(page: Page) -> str:
    """The system whose export a tab is, as it came."""
    tab, head = page.tab, page.head
    words = {label(content.text) for content in tab.row(page.columns.header_row)}
    points = tab.row(head.rows["points"]) if "points" in head.rows else ()
    if any(isinstance(content.value, str) and content.value.startswith("    Points") for content in points):
        return "canvas"
    if "last downloaded from this course" in words:
        return "moodle"
    titles = [content.text for content in tab.row(head.titles)]
    if any("[Total Pts:" in text for text in titles):
        return "blackboard"
    if any(text.startswith("* ") for text in titles) and any(text.startswith("# ") for text in titles):
        return "sakai"
    if "end-of-line indicator" in words:
        return "brightspace"
    return "powerschool" if "title" in head.meta else ""


def _without_test_student(page: Page) -> Page:
    """Canvas puts an invented student at the end of every export."""
    tests = [entry for entry in page.people.entries if key(entry.name) in {"student, test", "test student"}]
    kept = tuple(entry for entry in page.people.entries if entry not in tests)
    roles = {**page.people.roles, **{entry.row: RowRole.OTHER for entry in tests}}
    return replace(page, people=replace(page.people, entries=kept, roles=roles))


# Why nothing can be read


def _no_tab(reading: Reading, title: str, setting: str) -> str:
    # Titles of tabs are not listed: in many documents they are students' names.
    return f'There is no tab called "{title}" among the {len(reading.tabs)} of the document ({setting}).'


def _no_ids(tab: Tab, question: Question | None, settings: GradebookSettings) -> str:
    if question is None or "id" in settings.labels.model_fields_set:
        return (
            f"The tab {tab.title} has no header row with a student id "
            f"(looked for {_listed(settings.labels.id)} in the first 30 rows). Name yours under gradebooks.labels.id."
        )
    if not question.choices:
        return f"The tab {tab.title} has students, but no column that tells who a student is. Add one with their ids."
    return (
        f"The tab {tab.title} has students, but no column that surely tells who a student is. "
        "Name one under gradebooks.labels.id."
    )


def _nothing(reading: Reading, setting: str) -> Choice:
    """No tab has marks as they can be read; two mishaps are known by their looks."""
    for tab in reading:
        texts = [line[0].text for line in tab.cells if line and isinstance(line[0].value, str)]
        if not texts or is_ours(tab):
            continue
        place = Place(tab=tab.title, cell=Cell(0, 0))
        alone = sum(len(line) == 1 for line in tab.cells)
        packed = sum(text.count(",") >= 3 or text.count(";") >= 3 for text in texts)
        if 2 * packed > len(texts) and 2 * alone > len(tab.cells):
            said = f"On the tab {tab.title} every row stands in one cell. Choose Data, Split text to columns."
            return Choice(stopped=said, questions=(_marks_tab(reading, place, said),))
        if sum(bool(_OUT_OF.search(content.text)) for line in tab.cells for content in line) >= 2:
            said = (
                f"The tab {tab.title} looks like a page of Google Classroom that was copied. Make it one row a student "
                "and one column an assignment, with a column for the students' ids or e-mail addresses."
            )
            return Choice(stopped=said, questions=(_marks_tab(reading, place, said),))
    place = Place(tab=reading.tabs[0].title) if reading.tabs else Place(tab="Marks")
    return Choice(
        stopped=_no_tab(reading, "Marks", setting),
        questions=(_marks_tab(reading, place, "No tab looks like marks. Which one has them?"),),
    )


def _marks_tab(reading: Reading, place: Place, text: str) -> Question:
    return Question(
        paths=(("marks_tab",),),
        text=text,
        place=place,
        choices=tuple(tab.title for tab in reading if not is_ours(tab)),
        stops=True,
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
