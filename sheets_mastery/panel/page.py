"""What the tab `Mastery Settings` should show, less what it shows now → Edits.

The column *Your choice* is the teacher's: it is written to only in rows that were not there, with the choice that is in
force. The columns *In force*, *What it does* and *Trouble* are ours, in the rows that are ours. Rows may stand in any
order and among others; a row that is gone is put back below the one that it belongs after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.edits import (
    AddTab,
    Edit,
    InsertRows,
    Offer,
    PutLook,
    PutNote,
    PutValues,
    ResizeTab,
    SetWidths,
    Value,
    shows,
)
from sheets_mastery.gradebook.records import key
from sheets_mastery.panel.catalogue import (
    APPROVAL,
    CODE,
    CODES,
    LEGEND,
    LEGEND_LABEL,
    LEGEND_WHAT,
    LEVELS,
    RUNGS,
    SECTIONS,
    Setting,
    code,
    in_force,
    level,
)
from sheets_mastery.panel.codes import Seen
from sheets_mastery.panel.inforce import (
    SETTINGS_ID,
    SETTINGS_LABELS,
    SETTINGS_TITLE,
    InForce,
    Page,
    says_unknown,
)
from sheets_mastery.presets import PRESETS
from sheets_mastery.reading import Look

_WIDTHS = (230, 190, 190, 590, 380)
_HEADER = Look(fill="#2F4A63", ink="#FFFFFF", bold=True)
_HEADING = Look(fill="#D6E2EE", ink="#17324D", bold=True)
_HEADING_WHAT = Look(fill="#D6E2EE", ink="#17324D")
_LABEL = Look(ink="#1B2733", bold=True)
_CHOICE = Look(fill="#FFFBE6", ink="#1B2733")
_IN_FORCE = Look(ink="#1B2733")
_WHAT = Look(ink="#4A5560")
_TROUBLE = Look(ink="#9C1C1C", bold=True)
#: A row's looks, in the order of the labels.
_LOOKS = (_LABEL, _CHOICE, _IN_FORCE, _WHAT, _TROUBLE)
_HINT = (
    "This column is yours. Leave a cell blank, and it is as the settings file says. A row that is deleted comes back: "
    "to take a choice back, empty its cell. As long as one choice is wrong, no new choice counts."
)
_SPARE_ROWS, _SPARE_COLUMNS = 20, 2
#: More codes than these are not asked about at once: a column of remarks has been taken for marks.
_MOST_UNKNOWN = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One row as it should be."""

    #: What finds it: the setting's id, or the key of a word of ours.
    id: str
    label: str
    what: str
    in_force: str = ""
    #: None for a heading and for the legend.
    setting: Setting | None = None
    #: The look of a word of the legend.
    look: Look | None = None
    #: The choice that is put into a new row.
    choice: Value = None

    @property
    def heading(self) -> bool:
        return self.setting is None and self.look is None


def page_edits(
    now: InForce,
    file: Settings,
    book: GradebookSettings,
    known: Mapping[str, Seen],
    unknown: Sequence[Seen],
    *,
    index: int | None,
) -> tuple[Edit, ...]:
    """What has to be written so that the tab shows what is in force; nothing where it does.

    `now.page` is the tab as it is, None where it has to be made. `file` and `book` are what the settings file says,
    `known` and `unknown` the codes in the marks. `index`: where a new tab goes, None for the right end.
    """
    lines = _lines(now, file, book, known, unknown)
    if now.page is None or now.page.header_row < 0:
        return tuple(_made(lines, now.page, index))
    return tuple(_kept(lines, now.page))


# What should be there


def _lines(
    now: InForce, file: Settings, book: GradebookSettings, known: Mapping[str, Seen], unknown: Sequence[Seen]
) -> tuple[_Line, ...]:
    lines: list[_Line] = []
    for section in SECTIONS:
        if section is CODES:
            lines += _legend()
        lines.append(_Line(id=key(section.label), label=section.label, what=section.what))
        settings = list(section.settings)
        if section is LEVELS:
            settings = list(_levels(now, file))
        hidden = _of_no_use(now, file)
        lines += (_line(each, now, each.what) for each in settings if each.id not in hidden)
        if section is CODES:
            lines += _codes(now, file, book, known, unknown)
    return tuple(lines)


def _line(setting: Setting, now: InForce, what: str) -> _Line:
    choice = now.choices.get(setting.id)
    return _Line(
        id=setting.id,
        label=setting.label,
        what=what,
        in_force=in_force(setting, now.settings, now.gradebook),
        setting=setting,
        choice=None if choice is None else setting.sort.cell(setting.sort.remembered(choice.text)),
    )


def _legend() -> Iterator[_Line]:
    yield _Line(id=key(LEGEND_LABEL), label=LEGEND_LABEL, what=LEGEND_WHAT)
    for word, look, what in LEGEND:
        yield _Line(id=key(word), label=word, what=what, look=look)


def _on_the_page(now: InForce, begins: str) -> Iterator[Setting]:
    if now.page is not None:
        yield from (each for each in now.page.settings.values() if each.id.startswith(begins))


def _levels(now: InForce, file: Settings) -> Iterator[Setting]:
    """The levels of the file, those that are in force, and those that somebody has made a row for."""
    found = {each.id: each for tier in (*file.tiers, *now.settings.tiers) for each in (level(tier.name),)}
    for each in _on_the_page(now, "tiers."):
        found.setdefault(each.id, each)
    yield from found.values()


def _of_no_use(now: InForce, file: Settings) -> set[str]:
    """The rungs beyond the first empty one and a setting of earlier versions, unless they have a row or a choice."""
    shown = max(len(file.remediation.ladder), len(now.settings.remediation.ladder)) + 1
    there = set(now.choices) | (set() if now.page is None else set(now.page.settings))
    rungs = {each.id for three in RUNGS[shown:] for each in three}
    return (rungs | {APPROVAL.id}) - there


def _codes(
    now: InForce, file: Settings, book: GradebookSettings, known: Mapping[str, Seen], unknown: Sequence[Seen]
) -> Iterator[_Line]:
    """The codes that mean something, those of rows that are there, and at the end those that are asked about."""
    texts = [
        *file.marking.codes.meanings,
        *book.codes,
        *PRESETS.get(now.gradebook.codes_as_in, ()),
        *now.gradebook.codes,
    ]
    found = {each.id: each for text in texts for each in (code(text),)}
    for each in _on_the_page(now, f"{CODE}."):
        found.setdefault(each.id, each)
    seen = {code(text).id: each for text, each in known.items()}
    for asked in unknown[:_MOST_UNKNOWN]:
        setting = code(asked.code)
        seen[setting.id] = asked
        found.setdefault(setting.id, setting)
    for setting in found.values():
        where = seen.get(setting.id)
        yield _line(setting, now, "Not in the marks just now." if where is None else _where(where))


def _where(seen: Seen) -> str:
    times = "Once in the marks" if seen.count == 1 else f"{seen.count} times in the marks, first"
    return f"{times}: {seen.place}."


# A new tab


def _made(lines: Sequence[_Line], page: Page | None, index: int | None) -> Iterator[Edit]:
    """The whole tab, on one that is empty where there is one."""
    sheet_id = SETTINGS_ID if page is None else page.tab.sheet_id
    rows, columns = len(lines) + 1 + _SPARE_ROWS, len(SETTINGS_LABELS) + _SPARE_COLUMNS
    if page is None:
        yield AddTab(sheet_id=sheet_id, title=SETTINGS_TITLE, rows=rows, columns=columns, frozen=(1, 1), index=index)
    elif page.tab.rows < rows or page.tab.columns < columns:
        yield ResizeTab(sheet_id=sheet_id, rows=max(page.tab.rows, rows), columns=max(page.tab.columns, columns))
    yield SetWidths(sheet_id=sheet_id, widths=_WIDTHS)
    width = len(SETTINGS_LABELS)
    yield PutLook(sheet_id=sheet_id, row=0, column=0, end_row=1, end_column=width, look=_HEADER, wrap=True)
    places = {label: number for number, label in enumerate(SETTINGS_LABELS)}
    yield PutValues(
        sheet_id=sheet_id, row=0, column=0, values=(SETTINGS_LABELS, *(_values(each, "") for each in lines))
    )
    yield from _dressed(sheet_id, 1, lines, places)
    yield PutNote(sheet_id=sheet_id, row=0, column=places["Your choice"], note=_HINT)


def _values(line: _Line, trouble: str) -> tuple[Value, ...]:
    return (line.label, line.choice, line.in_force, line.what, trouble)


def _dressed(sheet_id: int, row: int, lines: Sequence[_Line], places: Mapping[str, int]) -> Iterator[Edit]:
    """The looks and the drop-downs of new rows that follow each other: column by column, then the rows that differ."""

    def look(first: int, end: int, label: str, look: Look) -> PutLook:
        column = places[label]
        return PutLook(
            sheet_id=sheet_id,
            row=first,
            column=column,
            end_row=end,
            end_column=column + 1,
            look=look,
            wrap=True,
        )

    for label, each in zip(SETTINGS_LABELS, _LOOKS, strict=True):
        yield look(row, row + len(lines), label, each)
    for number, line in enumerate(lines, row):
        if line.heading:
            # One rectangle: a heading goes from edge to edge, whatever stands between our columns.
            left, right = min(places.values()), max(places.values()) + 1
            yield PutLook(
                sheet_id=sheet_id, row=number, column=left, end_row=number + 1, end_column=right, look=_HEADING,
                wrap=True,
            )  # fmt: skip
            yield look(number, number + 1, "What it does", _HEADING_WHAT)
        elif line.look is not None:
            yield look(number, number + 1, "Setting", line.look)
            yield look(number, number + 1, "Your choice", Look())
    yield from _offers(sheet_id, places["Your choice"], [(row + number, each) for number, each in enumerate(lines)])


def _offers(sheet_id: int, column: int, rows: Iterable[tuple[int, _Line]]) -> Iterator[Offer]:
    """What can be chosen in new rows, one request for each run of rows that offer the same."""
    by_offer: list[tuple[int, tuple[tuple[str, ...], bool]]] = [
        (row, (line.setting.sort.words, line.setting.sort.checkbox) if line.setting else ((), False))
        for row, line in rows
    ]
    for _, run in groupby(enumerate(by_offer), lambda each: (each[1][0] - each[0], each[1][1])):
        some = [place for _, place in run]
        (first, (words, checkbox)), last = some[0], some[-1][0]
        yield Offer(
            sheet_id=sheet_id,
            row=first,
            column=column,
            end_row=last + 1,
            end_column=column + 1,
            words=words,
            checkbox=checkbox,
        )


# A tab that is there


def _kept(lines: Sequence[_Line], page: Page) -> Iterator[Edit]:
    """New rows first, from the lowest up; then whatever of ours is not as it should be, at the rows where it is now."""
    sheet_id = page.tab.sheet_id
    there = {identity: rows[0] for identity, rows in page.rows.items()} | dict(page.words)
    missing: dict[int, list[_Line]] = {}
    after = page.header_row
    for line in lines:
        if line.id in there:
            after = there[line.id]
        else:
            missing.setdefault(after, []).append(line)
    end = page.tab.rows
    for row in sorted(missing, reverse=True):
        count = len(missing[row])
        if row + 1 < page.tab.rows:
            yield InsertRows(sheet_id=sheet_id, row=row + 1, count=count)
        else:
            yield ResizeTab(sheet_id=sheet_id, rows=end + count, columns=page.tab.columns)
        end += count

    def moved(row: int) -> int:
        return row + sum(len(new) for after, new in missing.items() if after < row)

    for row in sorted(missing):
        first = moved(row) + 1
        for number, line in enumerate(missing[row]):
            for label, value in zip(SETTINGS_LABELS, _values(line, ""), strict=True):
                if value not in {None, ""}:
                    yield _put(sheet_id, first + number, page.columns[label], value)
        yield from _dressed(sheet_id, first, missing[row], page.columns)
    yield from _mended(lines, page, moved)


def _mended(lines: Sequence[_Line], page: Page, moved: Callable[[int], int]) -> Iterator[Edit]:
    sheet_id = page.tab.sheet_id
    by_id = {line.id: line for line in lines}
    wanted: dict[int, _Line] = {row: by_id[word] for word, row in page.words.items() if word in by_id}
    wanted |= {row: by_id[identity] for identity, rows in page.rows.items() for row in rows}
    for row, line in sorted(wanted.items()):
        trouble = page.said(row, moved)
        new = page.at(row, "In force").blank and line.setting is not None
        for label, value in (("In force", line.in_force), ("What it does", line.what), ("Trouble", trouble)):
            if not shows(page.at(row, label), value):
                yield _put(sheet_id, moved(row), page.columns[label], value or None)
        if new:
            # A row that the teacher has begun: it gets the drop-down that the others have.
            yield from _offers(sheet_id, page.columns["Your choice"], [(moved(row), line)])
    for row in range(page.header_row + 1, len(page.tab.cells)):
        if row in wanted:
            continue
        content, said = page.at(row, "Trouble"), page.said(row, moved)
        free = content.blank or says_unknown(content.text)
        if free and not shows(content, said) and (said or not content.blank):
            yield _put(sheet_id, moved(row), page.columns["Trouble"], said or None)


def _put(sheet_id: int, row: int, column: int, value: Value) -> PutValues:
    return PutValues(sheet_id=sheet_id, row=row, column=column, values=((value,),))
