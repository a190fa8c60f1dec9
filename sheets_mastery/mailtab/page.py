"""What the tab `Mastery Mail` should show, less what it shows now → Edits.

Google Sheets has no locks: a box may be ticked, and rows may move, while this is written. Three rules keep a tick with
its letter all the same. A row is written whole, and its boxes are emptied whenever its reference is written. No row
passes from one letter to another, nor to the same letter with more in it: rows that are no longer so are deleted, and
new ones are inserted, so that a tick on its way goes with its row or nowhere. So is the line on top, with the box for
all, whenever a row comes: whoever ticks it has seen what it means. And that box is emptied whenever anything is
written. What it costs is that such a tick may be lost; the box is empty then, and everybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from sheets_mastery.a1 import Range
from sheets_mastery.edits import (
    AddTab,
    DeleteRows,
    Edit,
    Freeze,
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
from sheets_mastery.mailtab.lines import Contact, Line
from sheets_mastery.mailtab.ticks import MAIL_ID, MAIL_LABELS, MAIL_TITLE, TOLD_BY, Page, meant_by_all, read
from sheets_mastery.reading import Look, Tab, Watched

_WIDTHS = (75, 60, 190, 95, 170, 270, 260, 95, 330, 125)
_HEADER = Look(fill="#2F4A63", ink="#FFFFFF", bold=True)
_TOP = Look(fill="#D6E2EE", ink="#17324D", bold=True)
_PLAIN = Look(ink="#1B2733")
_BOX = Look(fill="#FFFBE6", ink="#1B2733")
_HEADING = Look(fill="#D6E2EE", ink="#17324D", bold=True)
_SENT = Look(ink="#4A5560")
_APPROVE_ALL = "← Approve all ({})"
_HINT = (
    "Tick Approve, and the letter in this row leaves at the next delivery. Tick Skip, and it never does. The next sync "
    "takes the ticks away. Everything else on this tab is kept up to date by the program."
)
_BOXES = ("Approve", "Skip")
_SPARE_ROWS = 20
#: The row below the line on top and the labels.
_BODY = 2
#: What stands in a row, in the order of the labels.
_Cells = tuple[Value, ...]
_BLANK: _Cells = (None,) * len(MAIL_LABELS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What is written to the tab, and what shows that it came where it was meant."""

    edits: tuple[Edit, ...] = ()
    #: Rectangles to look at right after the write, each with the texts that should stand there.
    watched: tuple[tuple[Watched, tuple[str, ...]], ...] = ()


def mail_edits(
    tab: Tab | None, lines: Iterable[Line], sent: Sequence[Contact], sent_in_all: int, on_top: str
) -> Written:
    """What has to be written so that the tab shows these letters; nothing where it does.

    `tab` is the tab as it is, None where there is none: it is made as soon as there is a letter. `lines` wait, `sent`
    are the newest of those that were sent. `on_top` says whether letters leave, and who lets them.
    """
    page = None if tab is None else read(tab)
    waiting = {line.reference: line for line in lines}
    if tab is None and not waiting and not sent:
        return Written()
    there = [] if page is None else [row.reference for row in page.rows if row.reference in waiting]
    order = list(dict.fromkeys((*there, *waiting)))
    wanted = [_waits(waiting[each]) for each in order] or [_nothing()]
    body = [*wanted, _BLANK, *_log(sent, sent_in_all)]
    top = _top(on_top, sum(meant_by_all(waiting[each].notice) for each in order))
    if page is None:
        return _made(tab, top, body, len(order))
    return _kept(page, top, body, len(order))


# What should be there


def _top(said: str, how_many: int) -> _Cells:
    return (False, None, _APPROVE_ALL.format(how_many), None, None, said, *(None for _ in MAIL_LABELS[6:]))


def _waits(line: Line) -> _Cells:
    return (
        False, False, line.leaves, line.student_id, line.student, line.to, line.about, line.state, line.why,
        line.reference,
    )  # fmt: skip


def _nothing() -> _Cells:
    return (None, None, "No letter waits.", *_BLANK[3:])


def _log(sent: Sequence[Contact], in_all: int) -> Iterator[_Cells]:
    how_many = f"the newest {len(sent)} of {in_all} letters" if in_all > len(sent) else "what was sent to whom"
    yield (None, None, f"Contact log: {how_many}, the newest first", *_BLANK[3:])
    for each in sent:
        yield (
            None, None, each.sent, each.student_id, each.student, each.to, each.about, each.state, each.since or None,
            each.reference,
        )  # fmt: skip


# A new tab


def _made(tab: Tab | None, top: _Cells, body: Sequence[_Cells], waiting: int) -> Written:
    """The whole tab, also over one of ours whose columns cannot be told any more."""
    sheet_id = MAIL_ID if tab is None else tab.sheet_id
    width = len(MAIL_LABELS)
    rows = len(body) + 2 + _SPARE_ROWS
    table: list[_Cells] = [top, (*MAIL_LABELS,), *body]
    edits: list[Edit] = []
    if tab is None:
        edits.append(AddTab(sheet_id=sheet_id, title=MAIL_TITLE, rows=rows, columns=width, frozen=(2, 0)))
    else:
        if tab.rows < rows or tab.columns < width:
            edits.append(ResizeTab(sheet_id=sheet_id, rows=max(tab.rows, rows), columns=max(tab.columns, width)))
        width = max(width, *map(len, tab.cells), 1)
        table += [_BLANK] * (len(tab.cells) - len(table))
        edits.append(Offer(sheet_id=sheet_id, row=0, column=0, end_row=len(table), end_column=width))
    edits.append(SetWidths(sheet_id=sheet_id, widths=_WIDTHS))
    values = tuple((*row, *(None for _ in range(width - len(row)))) for row in table)
    edits.append(PutValues(sheet_id=sheet_id, row=0, column=0, values=values))
    columns = {label: number for number, label in enumerate(MAIL_LABELS)}
    # The sentence about the mode runs on over the columns beside it, which are empty.
    edits.append(PutLook(sheet_id=sheet_id, row=0, column=0, end_row=1, end_column=len(MAIL_LABELS), look=_TOP))
    edits.append(
        PutLook(sheet_id=sheet_id, row=1, column=0, end_row=2, end_column=len(MAIL_LABELS), look=_HEADER, wrap=True)
    )
    edits += _dressed(sheet_id, columns, waiting, range(len(table) - _BODY))
    edits += _boxes(sheet_id, columns, waiting, len(table) - _BODY)
    edits.append(PutNote(sheet_id=sheet_id, row=1, column=0, note=_HINT))
    title = MAIL_TITLE if tab is None else tab.title
    references = tuple(str(row[columns["Reference"]] or "") for row in table[1:])
    where = Range(1, columns["Reference"], 1 + len(references), columns["Reference"] + 1)
    return Written(edits=tuple(edits), watched=(((title, where), references),))


def _dressed(sheet_id: int, columns: Mapping[str, int], waiting: int, rows: range) -> Iterator[Edit]:
    """The looks of new rows of the body, counted from its first one; the body begins below the labels.

    `waiting` rows have boxes, or one says that nothing waits; then come a blank one, the log's heading, and the log.
    """
    left, right = min(columns.values()), max(columns.values()) + 1
    heading = max(waiting, 1) + 1
    for part, look, wrap in (
        (range(heading), _PLAIN, True),
        (range(heading, heading + 1), _HEADING, False),
        (range(heading + 1, rows.stop), _SENT, True),
    ):
        first, end = max(part.start, rows.start), min(part.stop, rows.stop)
        if first < end:
            yield PutLook(
                sheet_id=sheet_id, row=_BODY + first, column=left, end_row=_BODY + end, end_column=right, look=look,
                wrap=wrap,
            )  # fmt: skip
    first, end = rows.start, min(waiting, rows.stop)
    for column in (columns[label] for label in _BOXES):
        if first < end:
            yield PutLook(
                sheet_id=sheet_id, row=_BODY + first, column=column, end_row=_BODY + end, end_column=column + 1,
                look=_BOX,
            )  # fmt: skip


def _boxes(sheet_id: int, columns: Mapping[str, int], waiting: int, rows: int) -> Iterator[Offer]:
    """Boxes beside the letters that wait and nowhere else, whatever a sort or an insertion has carried away."""
    for column in (columns[label] for label in _BOXES):
        if waiting:
            yield _offer(sheet_id, column, _BODY, _BODY + waiting, checkbox=True)
        yield _offer(sheet_id, column, _BODY + waiting, _BODY + rows, checkbox=False)
    yield _offer(sheet_id, columns["Approve"], 0, 1, checkbox=True)


def _offer(sheet_id: int, column: int, row: int, end_row: int, *, checkbox: bool) -> Offer:
    return Offer(sheet_id=sheet_id, row=row, column=column, end_row=end_row, end_column=column + 1, checkbox=checkbox)


# A tab that is there


def _kept(page: Page, top: _Cells, body: Sequence[_Cells], waiting: int) -> Written:
    """Rows that go are deleted and new ones inserted, from the lowest up; then what is left is put right."""
    tab, sheet_id = page.tab, page.tab.sheet_id
    # What tells a row: of a letter that waits what a tick counts beside, of any other one all that is in it.
    told_by = [MAIL_LABELS.index(label) for label in TOLD_BY]
    old = list(range(page.header_row + 1, len(tab.cells)))
    letters = [tuple(cells[each] for each in told_by) for cells in body[:waiting]]
    wanted = [*letters, *body[waiting:]]
    known = set(letters)
    there: list[tuple[Value, ...]] = []
    for row in old:
        letter = tuple(_value(page, row, label) for label in TOLD_BY)
        if letter in known:
            known.discard(letter)
            there.append(letter)
        else:
            there.append(tuple(_value(page, row, label) for label in MAIL_LABELS))
    found = SequenceMatcher(None, there, wanted, autojunk=False).get_opcodes()
    moves = [move for move in found if move[0] != "equal"]
    stays = {
        new: then
        for tag, first, end, new_first, _ in found
        if tag == "equal"
        for new, then in zip(range(new_first, new_first + end - first), old[first:end], strict=True)
    }
    changed = [index for index, cells in enumerate(body) if index not in stays or not _is_so(page, stays[index], cells)]
    # Whatever stands above the line on top, somebody has put there; without a line on top there is none to read.
    above = page.header_row
    if not moves and not changed and above == 1 and _is_so(page, 0, top):
        return Written()

    edits: list[Edit] = []
    if tab.rows <= len(tab.cells):
        edits.append(ResizeTab(sheet_id=sheet_id, rows=len(tab.cells) + _SPARE_ROWS, columns=tab.columns))
    for _, first, end, new_first, new_end in reversed(moves):
        at = page.header_row + 1 + first
        if new_end > new_first:
            edits.append(InsertRows(sheet_id=sheet_id, row=at, count=new_end - new_first))
        if end > first:
            edits.append(DeleteRows(sheet_id=sheet_id, row=at + new_end - new_first, count=end - first))
    new_top = above == 0 or any(index not in stays for index in range(waiting))
    if new_top:
        edits.append(InsertRows(sheet_id=sheet_id, row=0, count=1))
    if old_tops := above - (not new_top):
        edits.append(DeleteRows(sheet_id=sheet_id, row=int(new_top), count=old_tops))
    if new_top or old_tops:
        # Whether rows that come and go among those in view take others into it or out of it, Google does not say.
        edits.append(Freeze(sheet_id=sheet_id, rows=tab.frozen[0]))
    # From here on the line on top is row 0, the labels are row 1, and every letter has the row that it keeps.
    edits += _put(page, 0, [top])
    for _, run in groupby(enumerate(changed), lambda each: each[1] - each[0]):
        rows = [index for _, index in run]
        edits += _put(page, _BODY + rows[0], [body[index] for index in rows])
    for _, _, _, new_first, new_end in moves:
        edits += _dressed(sheet_id, page.columns, waiting, range(new_first, new_end))
    if new_top:
        width = 1 + max(page.columns.values())
        edits.append(PutLook(sheet_id=sheet_id, row=0, column=0, end_row=1, end_column=width, look=_TOP))
    edits += _boxes(sheet_id, page.columns, waiting, len(body))
    column = page.columns["Reference"]
    references = ("Reference", *(str(cells[MAIL_LABELS.index("Reference")] or "") for cells in body))
    width = 1 + max(page.columns.values())
    headers = tuple(tab.at(page.header_row, each).shown for each in range(width))
    return Written(
        edits=tuple(edits),
        watched=(
            ((tab.title, Range(1, 0, 2, width)), headers),
            ((tab.title, Range(2, column, 1 + len(references), column + 1)), references[1:]),
        ),
    )


def _value(page: Page, row: int, label: str) -> Value:
    content = page.at(row, label)
    if content.error is not None or content.formula is not None:
        return "…"  # nothing that we write
    return None if content.blank else content.value


def _is_so(page: Page, row: int, cells: _Cells) -> bool:
    return all(shows(page.at(row, label), value) for label, value in zip(MAIL_LABELS, cells, strict=True))


def _put(page: Page, row: int, lines: Sequence[_Cells]) -> Iterator[PutValues]:
    """Whole rows that follow each other, one request for each run of our columns."""
    by_column = {page.columns[label]: number for number, label in enumerate(MAIL_LABELS)}
    for _, run in groupby(enumerate(sorted(by_column)), lambda each: each[1] - each[0]):
        columns = [column for _, column in run]
        values = tuple(tuple(cells[by_column[column]] for column in columns) for cells in lines)
        yield PutValues(sheet_id=page.tab.sheet_id, row=row, column=columns[0], values=values)
