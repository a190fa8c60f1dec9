"""What formulas come to, worked out by IronCalc; and what has to be put differently for it.

IronCalc speaks Excel's dialect. ``_Dialect`` rewrites what Google writes otherwise, and turns a formula with a function
that IronCalc does not have into ``#NAME?`` as a whole: an error is honest, a number from half a formula is not.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import ironcalc

from .a1 import Box, grid_box, letters
from .formulas import Line, Reference, Stencil, Token, arguments, canonical, reference, tokens, written
from .locales import locale
from .typed import serial

if TYPE_CHECKING:
    from datetime import datetime

    from .document import Document, Tab

#: A cell's value: number, text, truth, an error, or nothing.
Value = float | str | bool | None

#: IronCalc's error text -> Google's ErrorValue type and the text that the cell shows.
ERRORS = {
    "#N/A": ("N_A", "#N/A"),
    "#DIV/0!": ("DIVIDE_BY_ZERO", "#DIV/0!"),
    "#VALUE!": ("VALUE", "#VALUE!"),
    "#REF!": ("REF", "#REF!"),
    "#NAME?": ("NAME", "#NAME?"),
    "#NUM!": ("NUM", "#NUM!"),
    "#NULL!": ("NULL_VALUE", "#NULL!"),
    "#ERROR!": ("ERROR", "#ERROR!"),
    "#CIRC!": ("REF", "#REF!"),
    "#SPILL!": ("REF", "#REF!"),
    "#CALC!": ("N_A", "#N/A"),
    "#N/IMPL": ("NAME", "#NAME?"),
    "#N/IMPL!": ("NAME", "#NAME?"),
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
#: Names that look at where their formula stands, or change on their own: such a formula is evaluated cell by cell.
PLACED = {"ROW", "COLUMN", "CELL", "RAND", "RANDBETWEEN"}
#: Sheets kept empty behind the document's own, for terms. A sheet added later makes IronCalc read every formula anew.
DRAFTS = 16
LEGAL_TITLE = re.compile(r"(?!')[^\[\]*?/\\:#~]{1,31}(?<!')$")


class Failure(NamedTuple):
    """An error value."""

    #: IronCalc's text, such as ``#DIV/0!``.
    text: str

    def error_value(self) -> dict[str, str]:
        """Return it as Google's ErrorValue."""
        said = {"type": ERRORS.get(self.text, ("ERROR", ""))[0]}
        return said | ({"message": ERROR_MESSAGES[self.text]} if self.text in ERROR_MESSAGES else {})

    def shown(self) -> str:
        """Return what the cell shows."""
        return ERRORS.get(self.text, ("ERROR", "#ERROR!"))[1]


class Term(NamedTuple):
    """A formula to be evaluated over a box as if it stood in each of its cells."""

    #: The tab on which it stands.
    sheet_id: int
    #: The formula in its American spelling, with ``=``, as it reads in the cell at ``row``, ``column``.
    formula: str
    row: int
    column: int


class Calculation:
    """The workbook behind one state of a document. Built when something is asked that needs it, and then kept."""

    def __init__(self, document: Document, now: datetime) -> None:
        local = now.astimezone(ZoneInfo(document.properties["timeZone"]))
        self._document = document
        self._decimal = decimal_sign(document)
        #: The date in the document's time zone, as a serial number, and the share of the day that has gone.
        self.today = serial(local.date())
        self._gone = (local.hour * 3600 + local.minute * 60 + local.second) / 86400
        #: The year there.
        self.year = local.year
        self._model: ironcalc.Model | None = None
        self._results: dict[int, dict[tuple[int, int], Value | Failure]] | None = None
        self._terms: dict[tuple[Term, Box], dict[tuple[int, int], Value | Failure]] = {}
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

    def results(self, tab: Tab) -> dict[tuple[int, int], Value | Failure]:
        """Return what the formulas of a tab come to, by row and column; cells that they spill into are among them."""
        if self._results is None:
            self._results = {each.id: {} for each in self._document.tabs}
            if any(True for _ in self._formulas()):
                self._collect(self._workbook(), self._results)
        return self._results.get(tab.id, {})

    def evaluate(self, wanted: list[tuple[Term, Box]]) -> list[dict[tuple[int, int], Value | Failure]]:
        """Return, for each term and box, the term's value in each cell of the box."""
        missing = [key for key in dict.fromkeys(wanted) if key not in self._terms]
        for start in range(0, len(missing), DRAFTS):
            self._evaluate(missing[start : start + DRAFTS])
        return [self._terms[key] for key in wanted]

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

    def _evaluate(self, missing: list[tuple[Term, Box]]) -> None:
        model = self._workbook()
        dialect = self._dialect()
        drafts = [_Draft(self._document, term, box) for term, box in missing]
        first = len(self._document.tabs)
        for number, draft in enumerate(drafts, first):
            for row, column, formula in draft.formulas(dialect):
                model.update_cell_with_formula(number, row + 1, column + 1, formula)
        model.evaluate()
        for number, (key, draft) in enumerate(zip(missing, drafts, strict=True), first):
            self._terms[key] = draft.spread(functools.partial(_read, model, number))
            model.range_clear_all(number, 1, 1, key[1].bottom, key[1].right)

    def _formulas(self) -> Any:
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
        for number in range(DRAFTS):
            model.add_sheet(f"~draft {number}")
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

    def _collect(self, model: ironcalc.Model, results: dict[int, dict[tuple[int, int], Value | Failure]]) -> None:
        tabs = self._document.tabs
        for number, row, column in model.get_all_cells():
            if number >= len(tabs):
                continue
            tab = tabs[number]
            cell = tab.cell(row - 1, column - 1) or {}
            entered = cell.get("userEnteredValue", {})
            if not entered or "formulaValue" in entered:
                value = _read(model, number, row - 1, column - 1)
                if value is not None:
                    results[tab.id][row - 1, column - 1] = value


def decimal_sign(document: Document) -> str:
    """Return the decimal sign of a document's locale."""
    habits = locale(document.properties["locale"])
    return "." if habits is None else habits.decimal


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


class _Draft:
    """A term written out over a box, once per cell, per row, per column or once only, as its references need it."""

    def __init__(self, document: Document, term: Term, box: Box) -> None:
        self._term = term
        self._box = box
        tab = document.tab(term.sheet_id)
        assert tab is not None  # noqa: S101  a rule's tab is there as long as the rule is
        self._tab = tab
        self._formula = term.formula
        parts = tokens(self._formula)
        lines = [
            (ref.row, ref.column, *(ref.to or (None, None)))
            for ref in (reference(part.text) for part in parts if part.kind == "ref")
        ]
        placed = any(_calls(parts, index) in PLACED for index in range(len(parts)))
        self._by_row = placed or any(line and not line.held for corner in lines for line in corner[0::2])
        self._by_column = placed or any(line and not line.held for corner in lines for line in corner[1::2])

    def formulas(self, dialect: _Dialect) -> Any:
        """Yield (row, column, formula) for the cells that have to be evaluated."""
        box = self._box
        said = Stencil(dialect.said(self._formula, self._tab, elsewhere=True))
        for row in range(box.top, box.bottom if self._by_row else box.top + 1):
            for column in range(box.left, box.right if self._by_column else box.left + 1):
                yield row, column, said.at(row - self._term.row, column - self._term.column)

    def spread(self, read: Any) -> dict[tuple[int, int], Value | Failure]:
        """Return the value of every cell of the box, given how to read one that was evaluated."""
        box = self._box
        values: dict[tuple[int, int], Value | Failure] = {}
        for row in range(box.top, box.bottom):
            for column in range(box.left, box.right):
                source = (row if self._by_row else box.top, column if self._by_column else box.left)
                values[row, column] = read(*source) if source == (row, column) else values[source]
        return values


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
                index = spans[-1][1] if spans else index + 2
                while parts[index].text != ")":
                    index += 1
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
        if name in ("AND", "OR") and len(said) > 1 and not any(":" in _outside_calls(text) for text in said):
            # IronCalc stops at the first FALSE or TRUE; in Google's an error further on counts
            named = "".join(f"truth_{number}_,{text}," for number, text in enumerate(said))
            wrong = "".join(f"IF(ISERROR(truth_{number}_),truth_{number}_," for number in range(len(said)))
            joined = ",".join(f"truth_{number}_" for number in range(len(said)))
            return f"LET({named}{wrong}{name}({joined}){')' * len(said)})"
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
    kept = document.calculation
    if kept is None or kept.today != serial(now.astimezone(ZoneInfo(document.properties["timeZone"])).date()):
        document.calculation = kept = Calculation(document, now)
    return kept
