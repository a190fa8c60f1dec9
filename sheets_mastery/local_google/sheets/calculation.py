"""What formulas come to, worked out by IronCalc; and what has to be put differently for it.

IronCalc speaks Excel's dialect. ``_Dialect`` rewrites what Google writes otherwise, and turns a formula with a function
that IronCalc does not have into ``#NAME?`` as a whole: an error is honest, a number from half a formula is not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import ironcalc

from .a1 import Box, grid_box, letters
from .document import Document, Tab
from .formulas import Line, Reference, Token, arguments, canonical, copied, reference, tokens, written
from .typed import serial

#: A cell's value: number, text, truth, an error, or nothing.
Value = float | str | bool | None

#: IronCalc's error text -> Google's.
TEXTS = {"#CIRC!": "#REF!", "#SPILL!": "#REF!", "#CALC!": "#N/A", "#N/IMPL": "#NAME?", "#N/IMPL!": "#NAME?"}
#: Google's error text -> its ErrorValue type.
TYPES = {"#N/A": "N_A", "#DIV/0!": "DIVIDE_BY_ZERO", "#NULL!": "NULL_VALUE"} | {
    text: text.strip("#!?") for text in ("#VALUE!", "#REF!", "#NAME?", "#NUM!", "#ERROR!")
}
ERROR_MESSAGES = {
    "#DIV/0!": "Function DIVIDE parameter 2 cannot be zero.",
    "#ERROR!": "Formula parse error.",
    "#CIRC!": "Circular dependency detected. To resolve with iterative calculation, see File > Settings.",
    "#SPILL!": "Array result was not expanded because it would overwrite data.",
    "#NAME?": "Unknown function.",
    "#REF!": "Reference does not exist.",
}
#: Google's name for a function -> IronCalc's; "" where the call is only its argument.
OTHER_NAMES = {"REGEXMATCH": "REGEXTEST", "ARRAYFORMULA": "", "TO_PURE_NUMBER": "", "TO_PERCENT": "", "TO_DATE": ""}
#: What IronCalc evaluates in place of a formula that it cannot: it says #NAME?.
UNKNOWN = "=UNSUPPORTED_BY_THE_LOCAL_GOOGLE()"
#: Functions that come to a number after a look at many cells: a rule asks them once a row, once a column or once.
SEARCHES = {"MATCH", "XMATCH", "COUNTIF", "COUNTIFS", "SUMIF", "SUMIFS", "SUM", "MAX", "MIN", "N"}
#: Functions that look at where their formula stands, or change on their own: nothing of such a formula is set aside.
PLACED = {"ROW", "COLUMN", "CELL", "RAND", "RANDBETWEEN", "OFFSET"}
#: Sheets kept empty behind the document's own, for rules: a sheet added later makes IronCalc work out everything anew.
#: Two are for what is set aside, the others for as many rules at a time.
DRAFT, RULED = "~draft {}", 14
#: The fill by which a cell says that a rule holds there.
HOLDS = "#123456"
LONE_CELL = re.compile(r"(?:.*!)?\s*\$?[A-Za-z]{1,3}\$?\d+\s*", re.DOTALL)
LEGAL_TITLE = re.compile(r"(?!')[^\[\]*?/\\:#~]{1,31}(?<!')$")


class Failure(NamedTuple):
    """An error value."""

    #: IronCalc's text, such as ``#DIV/0!``.
    text: str

    def error_value(self) -> dict[str, str]:
        """Return it as Google's ErrorValue."""
        said = {"type": TYPES[self.shown()]}
        return said | ({"message": ERROR_MESSAGES[self.text]} if self.text in ERROR_MESSAGES else {})

    def shown(self) -> str:
        """Return what the cell shows."""
        text = TEXTS.get(self.text, self.text)
        return text if text in TYPES else "#ERROR!"


class Claim(NamedTuple):
    """A rule's formula, and the cells of which it is asked."""

    tab: Tab
    #: In its American spelling, with ``=``, as it reads in the cell at ``row``, ``column``.
    formula: str
    row: int
    column: int
    boxes: tuple[Box, ...]


#: What cells come to, by row and column.
Results = dict[tuple[int, int], Value | Failure]


class Calculation:
    """The workbook behind one state of a document. Built when something is asked that needs it, and then kept."""

    def __init__(self, document: Document, now: datetime) -> None:
        local = now.astimezone(ZoneInfo(document.properties["timeZone"]))
        self._document = document
        self._decimal = document.habits.decimal
        #: The date in the document's time zone, as a serial number, and the share of the day that has gone.
        self.today = serial(local.date())
        self._gone = (local.hour * 3600 + local.minute * 60 + local.second) / 86400
        #: The year there.
        self.year = local.year
        self._model: ironcalc.Model | None = None
        self._results: dict[int, Results] | None = None
        #: A place for others to keep what they worked out from this state.
        self.kept: dict[Any, Any] = {}

    def value(self, tab: Tab, row: int, column: int) -> Value | Failure:
        """Return a cell's effective value."""
        cell = tab.cell(row, column)
        entered = None if cell is None else cell.get("userEnteredValue")
        if entered is not None and "formulaValue" not in entered:
            value: Value = next(iter(entered.values()), None)
            return value
        return self.results(tab).get((row, column))

    def results(self, tab: Tab) -> Results:
        """Return what the formulas of a tab come to, by row and column; cells that they spill into are among them."""
        if self._results is None:
            self._results = {each.id: {} for each in self._document.tabs}
            if any(True for _ in self._formulas()):
                self._collect(self._workbook(), self._results)
        return self._results.get(tab.id, {})

    def holding(self, claims: list[Claim]) -> list[set[tuple[int, int]]]:
        """Return for each claim the cells of its boxes in which the formula comes to TRUE, or to a number but 0."""
        chunks = [claims[start : start + RULED] for start in range(0, len(claims), RULED)]
        return [held for chunk in chunks for held in self._holding(chunk)]

    def _holding(self, claims: list[Claim]) -> list[set[tuple[int, int]]]:
        model = ironcalc.create_user_model_from_bytes(self._workbook().to_bytes(), "en")
        model.pause_evaluation()
        dialect, drafts = self._dialect(), len(self._document.tabs)
        aside = _Aside(model, drafts)
        look = {"fill": {"color": HOLDS}}
        for number, claim in enumerate(claims, drafts + 2):
            formula = aside.take(dialect.said(claim.formula, claim.tab, elsewhere=True), claim)
            for box in claim.boxes:
                # AND makes one truth of whatever it is; alone, INDIRECT never holds in IronCalc
                here = f"AND({copied(formula, box.top - claim.row, box.left - claim.column).removeprefix('=')})"
                rule = {"type": "Formula", "formula": here, "format": look, "stop_if_true": False}
                model.add_conditional_formatting(number, box.a1(), rule)
        model.resume_evaluation()
        model.evaluate()
        return [
            {
                (row, column)
                for box in claim.boxes
                for row, column in box.places()
                if model.get_extended_cell_style(number, row + 1, column + 1)["style"]["fill"].get("color") == HOLDS
            }
            for number, claim in enumerate(claims, drafts + 2)
        ]

    def complaint(self, tab: Tab, formula: str) -> str | None:
        """Return what is wrong with a formula (in the American spelling) for a rule on a tab; None when nothing is.

        "parse" is what Google refuses too; any other answer names a function that is not known here.
        """
        dialect = self._dialect()
        unknown = dialect.unknown(formula)
        if unknown is not None:
            return unknown
        model = ironcalc.create("probe")
        model.rename_sheet(0, "~")
        model.update_cell_with_formula(0, 1, 1, dialect.said(formula, tab))
        model.evaluate()
        return "parse" if model.get_cell_value(0, 1, 1) == "#ERROR!" else None

    def _formulas(self) -> Iterator[tuple[int, Tab, int, int, str]]:
        for number, tab in enumerate(self._document.tabs):
            for row, column, cell in tab.cells(tab.grid):
                formula = cell.get("userEnteredValue", {}).get("formulaValue")
                if formula is not None:
                    yield number, tab, row, column, formula

    def _dialect(self) -> _Dialect:
        return _Dialect(self._document, self.today, self._gone)

    def _workbook(self) -> ironcalc.Model:
        if self._model is not None:
            return self._model
        model = ironcalc.create("local")
        dialect = self._dialect()
        for number, tab in enumerate(self._document.tabs):
            name = dialect.names[tab.title.casefold()]
            if number:
                model.add_sheet(name)
            elif name != "Sheet1":
                model.rename_sheet(0, name)
        for number in range(RULED + 2):
            model.add_sheet(DRAFT.format(number))
        for number, tab in enumerate(self._document.tabs):
            for row, column, cell in tab.cells(tab.grid):
                _write(model, number, row, column, cell.get("userEnteredValue", {}))
        for named in self._document.named_ranges:
            place = dialect.named(named)
            if place is not None:
                model.new_defined_name(named["name"], None, place)
        for number, tab, row, column, formula in self._formulas():
            said = dialect.said(canonical(formula, self._decimal), tab)
            model.update_cell_with_formula(number, row + 1, column + 1, said)
        model.evaluate()
        self._model = model
        return model

    def _collect(self, model: ironcalc.Model, results: dict[int, Results]) -> None:
        for number, row, column in model.get_all_cells():
            if number >= len(self._document.tabs):
                continue
            tab = self._document.tabs[number]
            cell = tab.cell(row - 1, column - 1) or {}
            entered = cell.get("userEnteredValue", {})
            if not entered or "formulaValue" in entered:
                value = _read(model, number, row - 1, column - 1)
                if value is not None:
                    results[tab.id][row - 1, column - 1] = value


def _write(model: ironcalc.Model, number: int, row: int, column: int, entered: dict[str, Any]) -> None:
    if "numberValue" in entered:
        model.update_cell_with_number(number, row + 1, column + 1, entered["numberValue"])
    elif "stringValue" in entered:
        model.update_cell_with_text(number, row + 1, column + 1, entered["stringValue"])
    elif "boolValue" in entered:
        model.update_cell_with_bool(number, row + 1, column + 1, entered["boolValue"])


def _read(model: ironcalc.Model, number: int, row: int, column: int) -> Value | Failure:
    value = model.get_cell_value(number, row + 1, column + 1)
    if isinstance(value, str):
        kind = model.get_cell_type(number, row + 1, column + 1)
        return Failure(value) if kind == ironcalc.CellType.ErrorValue else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


class _Aside:
    """Pieces of rules' formulas that are the same along a row, along a column or everywhere, worked out once there.

    A gradebook's rules look a student up by ``$A4`` in every cell of the row: set aside, that is one look a row. Each
    piece has a column of the first draft to itself, or a row of the second.
    """

    def __init__(self, model: ironcalc.UserModel, first: int) -> None:
        self._model = model
        self._first = first
        #: The piece and the claim that it is a part of, but for its formula -> its number.
        self._numbers: dict[tuple[str, tuple[Any, ...]], int] = {}

    def take(self, formula: str, claim: Claim) -> str:
        """Return the formula with a reference in the place of each such piece."""
        parts = tokens(formula)
        if any(_calls(parts, index) in PLACED for index in range(len(parts))):
            return formula
        text, index = "", 0
        while index < len(parts):
            spans = arguments(parts, index + 1) if _calls(parts, index) in SEARCHES else None
            if spans:
                piece = "".join(part.text for part in parts[index : spans[-1][1] + 1])
                rows, columns = (any(line and not line.held for line in lines) for lines in _lines_of(piece))
                if not (rows and columns):
                    text += self._set(piece, claim, rows=rows, columns=columns)
                    index = spans[-1][1] + 1
                    continue
            text += parts[index].text
            index += 1
        return text

    def _set(self, piece: str, claim: Claim, *, rows: bool, columns: bool) -> str:
        key = (piece, claim[2:])
        known, at = key in self._numbers, self._numbers.setdefault(key, len(self._numbers))
        here = [(row, at) for row in {row for box in claim.boxes for row in range(box.top, box.bottom)}]
        if columns:
            here = [(at, column) for column in {column for box in claim.boxes for column in range(box.left, box.right)}]
        elif not rows:
            here = [(claim.row, at)]
        for row, column in [] if known else here:
            down, right = (0, column - claim.column) if columns else (row - claim.row, 0)
            said = copied("=" + piece, down, right)
            self._model.set_user_input(self._first + columns, row + 1, column + 1, said)
        place = (at, claim.column) if columns else (claim.row, at)
        cell = Reference(None, Line(place[0], held=not rows), Line(place[1], held=not columns), None)
        return written(cell, f"'{DRAFT.format(int(columns))}'!")


def _lines_of(piece: str) -> tuple[list[Line | None], list[Line | None]]:
    """Return the rows and the columns that the references of a piece of formula name."""
    found = [reference(part.text) for part in tokens(piece) if part.kind == "ref"]
    corners = [corner for ref in found for corner in ((ref.row, ref.column), ref.to) if corner]
    return [row for row, _ in corners], [column for _, column in corners]


def _calls(parts: tuple[Token, ...], index: int) -> str:
    """Return the upper-case name of the function that token ``index`` calls, or ""."""
    named = parts[index].kind == "name" and index + 1 < len(parts) and parts[index + 1].text == "("
    return parts[index].text.upper() if named else ""


@functools.cache
def _has_function(name: str) -> bool:
    """Tell whether IronCalc has the function: it says #NAME? to a call of one that it has not."""
    model = ironcalc.create("probe")
    model.update_cell_with_formula(0, 1, 1, f"={name}()")
    model.evaluate()
    return model.get_cell_value(0, 1, 1) not in ("#NAME?", "#N/IMPL", "#N/IMPL!")


class _Dialect:
    """Turns Google's formulas (in the American spelling) into ones that IronCalc answers as Google would."""

    def __init__(self, document: Document, today: int, gone: float) -> None:
        self._document = document
        #: What a call without arguments comes to, whatever the engine's own clock says.
        self._clock = {"TODAY": str(today), "NOW": str(today + gone)}
        #: A tab's title, folded -> what IronCalc calls it. Excel's titles are shorter and have fewer signs.
        self.names = {
            tab.title.casefold(): tab.title if LEGAL_TITLE.match(tab.title) else f"~tab {number}"
            for number, tab in enumerate(document.tabs)
        }

    def named(self, named_range: dict[str, Any]) -> str | None:
        """Return a named range's place as a defined name has it."""
        tab = self._document.tab(named_range["range"].get("sheetId", 0))
        if tab is None:
            return None
        box = grid_box(named_range["range"], tab.row_count, tab.column_count)
        corners = f"${letters(box.left)}${box.top + 1}:${letters(box.right - 1)}${box.bottom}"
        return self._prefix(tab) + corners

    def said(self, formula: str, tab: Tab, *, elsewhere: bool = False) -> str:
        """Return the formula for IronCalc. ``elsewhere``: it will stand on another tab than the one it is about."""
        if self.unknown(formula) is not None:
            return UNKNOWN
        parts = tokens(formula)
        said = self._range(parts, 1 if parts[0].text in ("=", "+") else 0, len(parts), tab, elsewhere=elsewhere)
        if len(parts) == 2 and parts[1].kind == "ref" and not elsewhere and reference(parts[1].text).to is None:
            return f'=IF(ISBLANK({said}),"",{said})'  # Excel shows 0 for an empty cell, Google nothing
        return "=" + said

    def unknown(self, formula: str) -> str | None:
        """Return the first function of a formula that IronCalc does not have."""
        parts = tokens(formula)
        names = (_calls(parts, index) for index in range(len(parts)))
        return next((name for name in names if name and name not in OTHER_NAMES and not _has_function(name)), None)

    def _range(self, parts: tuple[Token, ...], start: int, end: int, tab: Tab, *, elsewhere: bool) -> str:
        text = ""
        index = start
        while index < end:
            token = parts[index]
            name = _calls(parts, index)
            spans = arguments(parts, index + 1) if name else None
            if token.kind == "ref":
                text += self._reference(reference(token.text), tab, elsewhere=elsewhere)
            elif name and spans is not None:
                said = [self._range(parts, *span, tab, elsewhere=elsewhere) for span in spans]
                text += self._call(name, said, tab, elsewhere=elsewhere)
                index = _closing(parts, index + 1)
            elif elsewhere and token.text == "(" and (group := arguments(parts, index)):
                # IronCalc forgets the parentheses around a comparison when it keeps a rule
                said = [self._range(parts, *span, tab, elsewhere=elsewhere) for span in group]
                text += f"IF(TRUE,{','.join(said)})"
                index = group[-1][1]
            else:
                text += token.text
            index += 1
        return text

    def _call(self, name: str, said: list[str], tab: Tab, *, elsewhere: bool) -> str:
        if name in self._clock and not said:
            return self._clock[name]
        if name == "IFERROR" and len(said) == 1:
            said = [*said, '""']
        if name == "VLOOKUP" and len(said) == 4 and said[3].strip().upper() in ("FALSE", "0"):
            # IronCalc's VLOOKUP takes an empty cell for 0; its MATCH does not
            key, table, column, _ = said
            return f"INDEX({table},MATCH({key},INDEX({table},0,1),0),{column})"
        if name in ("AND", "OR") and not any(":" in _outside_calls(text) or LONE_CELL.fullmatch(text) for text in said):
            # IronCalc stops at the first FALSE or TRUE; in Google's an error further on counts
            joined = ")*(".join(said) if name == "AND" else ")^2+(".join(said) + ")^2+(0"
            return f"{name}(({joined}))"
        if name == "INDIRECT" and said:
            said = [self._address(said[0], tab, elsewhere=elsewhere), *said[1:]]
        return f"{OTHER_NAMES.get(name, name)}({','.join(said)})"

    def _address(self, text: str, tab: Tab, *, elsewhere: bool) -> str:
        """Return INDIRECT's text with its open ends closed and its tab named."""
        if re.fullmatch(r'\s*"(?:[^"]|"")*"\s*', text):
            inner = tokens(text.strip()[1:-1].replace('""', '"'))
            if len(inner) == 1 and inner[0].kind == "ref":
                said = self._reference(reference(inner[0].text), tab, elsewhere=elsewhere)
                return '"' + said.replace('"', '""') + '"'
            return text
        if not elsewhere:
            return text
        prefix = self._prefix(tab)
        return f'IF(ISNUMBER(FIND("!",{text})),{text},"{prefix}"&{text})'

    def _reference(self, ref: Reference, tab: Tab, *, elsewhere: bool) -> str:
        target = tab if ref.title is None else self._document.tab_titled(ref.title)
        if target is None:
            return "#REF!"
        prefix = self._prefix(target) if elsewhere or ref.title is not None else ""
        if ref.to is None:
            return written(ref, prefix)
        box = Box(0, target.row_count - 1, 0, target.column_count - 1)
        end_row, end_column = ref.to
        closed = Reference(
            ref.title,
            ref.row or _held(box.top),
            ref.column or _held(box.left),
            (end_row or _held(box.bottom), end_column or _held(box.right)),
        )
        return written(closed, prefix)

    def _prefix(self, tab: Tab) -> str:
        return "'" + self.names[tab.title.casefold()].replace("'", "''") + "'!"


def _closing(parts: tuple[Token, ...], opening: int) -> int:
    """Return where the parenthesis that stands at ``opening`` is closed."""
    spans = arguments(parts, opening)
    index = spans[-1][1] if spans else opening + 1
    return next(at for at in range(index, len(parts)) if parts[at].text == ")")


def _outside_calls(text: str) -> str:
    """Return what of an expression stands outside of all parentheses and strings."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", text)
    while "(" in bare:
        shorter = re.sub(r"\([^()]*\)", "", bare)
        if shorter == bare:
            break
        bare = shorter
    return bare


def _held(index: int) -> Line:
    return Line(index, held=True)


def calculated(document: Document) -> Calculation:
    """Return the calculation of a document as it stands, made anew when the document or the day has changed."""
    now = document.now()
    known = document.kept.get(Calculation)
    if known is None or known.today != serial(now.astimezone(ZoneInfo(document.properties["timeZone"])).date()):
        document.kept[Calculation] = known = Calculation(document, now)
    return known
