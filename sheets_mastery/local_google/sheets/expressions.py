"""Rules' formulas, evaluated here: one parse for all the cells of a rule, and every shared piece worked out once.

A set of rules asks the same long look-ups of thousands of cells. IronCalc would parse each formula anew for each cell;
here a formula becomes a tree whose nodes are shared by all formulas of a tab, and a node keeps its value for as long as
the lines that it depends on stay the same: a look-up by ``$A4`` is made once a row, one by ``C$1`` once a column.

Only what is surely the same in Google Sheets is spoken. Everything else raises ``Unspoken``, and the rule goes to
IronCalc (``calculation.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .a1 import Box, parse
from .calculation import Failure, Value
from .formulas import Reference, Token, reference, tokens
from .locales import Locale, locale
from .typed import tidy, typed

if TYPE_CHECKING:
    from .calculation import Calculation
    from .document import Document, Tab

VALUE, NOT_AVAILABLE, NO_PLACE, BY_ZERO, NOT_A_NUMBER = map(Failure, ("#VALUE!", "#N/A", "#REF!", "#DIV/0!", "#NUM!"))
#: Operators by how tightly they bind, loosest first; all of them from the left.
BINDING = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


class Unspoken(Exception):
    """A formula that is not spoken here."""


class Area(NamedTuple):
    """Cells that a formula names: a range, or what INDIRECT found."""

    tab: Tab
    box: Box


#: What a piece of formula comes to.
Result = Value | Failure | Area


class Node:
    """A piece of formula: how to evaluate it for a row and a column, and which of the two it depends on."""

    def __init__(self, work: Callable[[int, int], Result], *, by_row: bool, by_column: bool) -> None:
        self._work = work
        self.by_row, self.by_column = by_row, by_column
        self._known: dict[tuple[int, int], Result] = {}

    def at(self, row: int, column: int) -> Result:
        """Return its value for the cell at a row and column, from 0."""
        place = (row if self.by_row else -1, column if self.by_column else -1)
        if place not in self._known:
            self._known[place] = self._work(row, column)
        return self._known[place]


class Expressions:
    """The formulas of one tab's rules, relative to one cell, over one state of the document."""

    def __init__(self, document: Document, calculation: Calculation, tab: Tab, row: int, column: int) -> None:
        habits = locale(document.properties["locale"])
        assert habits is not None  # noqa: S101  a locale is checked when it is set
        self._document, self._calculation, self._tab = document, calculation, tab
        self._row, self._column = row, column
        self._speech = Speech(habits, calculation.year)
        self._nodes: dict[tuple[str, ...], Node] = {}
        self._indexes: dict[Area, dict[Any, int]] = {}

    def node(self, formula: str) -> Node:
        """Return the tree of a formula in the American spelling. ``Unspoken`` when it is not spoken here."""
        parts = [part for part in tokens(formula) if part.kind != "space"]
        reader = _Reader(self, parts[1:] if parts and parts[0].text == "=" else parts)
        return reader.whole()

    def share(self, key: Sequence[str], make: Callable[[], Node]) -> Node:
        """Return the node with a text, made the first time it is met."""
        text = tuple(key)
        if text not in self._nodes:
            self._nodes[text] = make()
        return self._nodes[text]

    def constant(self, value: Result) -> Node:
        """Return a node that is always the same."""
        return Node(lambda _row, _column: value, by_row=False, by_column=False)

    def cell(self, ref: Reference) -> Node:
        """Return the node of a reference to one cell, or to a range that is held by ``$`` on all sides."""
        if ref.title is not None and ref.title.casefold() != self._tab.title.casefold():
            raise Unspoken
        lines = (ref.row, ref.column, *(ref.to or ()))
        if ref.to is not None or ref.row is None or ref.column is None:
            if any(line is not None and not line.held for line in lines):
                raise Unspoken
            top, left, end_row, end_column = (*lines, None, None)[:4]
            rows, columns = self._tab.row_count, self._tab.column_count
            box = Box(
                top.at if top else 0,
                end_row.at + 1 if end_row else rows,
                left.at if left else 0,
                end_column.at + 1 if end_column else columns,
            )
            return self.constant(Area(self._tab, box))
        down, right = ref.row.at - self._row, ref.column.at - self._column
        row_held, column_held = ref.row.held, ref.column.held
        fixed_row, fixed_column = ref.row.at, ref.column.at

        def look(row: int, column: int) -> Result:
            at_row = fixed_row if row_held else row + down
            at_column = fixed_column if column_held else column + right
            return NO_PLACE if at_row < 0 or at_column < 0 else self._calculation.value(self._tab, at_row, at_column)

        return Node(look, by_row=not row_held, by_column=not column_held)

    def call(self, name: str, arguments: list[Node]) -> Node:
        """Return the node of a function call or an operator."""
        if name in ("ROW", "COLUMN") and not arguments:
            down = name == "ROW"
            return Node(lambda row, column: (row if down else column) + 1, by_row=down, by_column=not down)
        by_row, by_column = any(node.by_row for node in arguments), any(node.by_column for node in arguments)
        if name in LAZY:
            choose = LAZY[name]
            return Node(lambda row, column: choose(self, arguments, row, column), by_row=by_row, by_column=by_column)
        if name not in FUNCTIONS:
            raise Unspoken
        least, most, work = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise Unspoken

        def evaluate(row: int, column: int) -> Result:
            return work(self, *[node.at(row, column) for node in arguments])

        return Node(evaluate, by_row=by_row, by_column=by_column)

    # --- values

    def plain(self, result: Result) -> Value | Failure:
        """Return the value of a result that may be one cell's area."""
        if not isinstance(result, Area):
            return result
        if result.box.bottom - result.box.top != 1 or result.box.right - result.box.left != 1:
            raise Unspoken
        return self._calculation.value(result.tab, result.box.top, result.box.left)

    def number(self, result: Result) -> float | Failure:
        """Return a value as a number, as arithmetic takes it."""
        return self._speech.number(self.plain(result))

    def text(self, result: Result) -> str | Failure:
        """Return a value as a text, as ``&`` takes it."""
        return self._speech.text(self.plain(result))

    def truth(self, result: Result) -> bool | Failure:
        """Return a value as a condition. What Google makes of a text or a blank there is left to others."""
        value = self.plain(result)
        if isinstance(value, Failure):
            return value
        if value is None or isinstance(value, str):
            raise Unspoken
        return bool(value)

    def area(self, text: str) -> Area | Failure:
        """Return the cells that INDIRECT's text names."""
        place = parse(text)
        if place is None:
            raise Unspoken
        tab = self._tab if place.title is None else self._document.tab_titled(place.title)
        if tab is None:
            return NO_PLACE
        return Area(tab, place.within(tab.row_count, tab.column_count))

    def at(self, area: Area, row: int, column: int) -> Result:
        """Return the value at a place in an area, counted from 1."""
        if row < 1 or column < 1:
            raise Unspoken
        to_row, to_column = area.box.top + row - 1, area.box.left + column - 1
        if to_row >= area.box.bottom or to_column >= area.box.right:
            return NO_PLACE
        return self._calculation.value(area.tab, to_row, to_column)

    def find(self, wanted: Value, area: Area) -> int | Failure:
        """Return where in a row or column of cells a value stands first, counted from 1, as ``MATCH(…, 0)`` does."""
        box = area.box
        if min(box.bottom - box.top, box.right - box.left) != 1 or wanted is None:
            raise Unspoken
        if area not in self._indexes:
            index: dict[Any, int] = {}
            places = [(row, column) for row in range(box.top, box.bottom) for column in range(box.left, box.right)]
            for number, (row, column) in enumerate(places, 1):
                value = self._calculation.value(area.tab, row, column)
                if value is not None and not isinstance(value, Failure):
                    index.setdefault(_key(value), number)
            self._indexes[area] = index
        index = self._indexes[area]
        if isinstance(wanted, str) and re.search(r"[~*?]", wanted):
            pattern = _wildcards(wanted)
            found = (number for (kind, text), number in index.items() if kind == "text" and pattern.fullmatch(text))
            return next(found, NOT_AVAILABLE)
        return index.get(_key(wanted), NOT_AVAILABLE)


class Speech:
    """How a locale turns values into one another."""

    def __init__(self, habits: Locale, year: int) -> None:
        self._habits, self._year = habits, year

    def number(self, value: Value | Failure) -> float | Failure:
        """Return a value as a number; a text that one could type as a number counts."""
        if isinstance(value, Failure):
            return value
        if isinstance(value, str):
            entered = typed(value, self._habits, self._year)[0]
            number: float | Failure = entered.get("numberValue", VALUE)
            return number
        return 0 if value is None else float(value) if isinstance(value, bool) else value

    def text(self, value: Value | Failure) -> str | Failure:
        """Return a value as a text: of a number, its fifteen significant digits."""
        if isinstance(value, Failure):
            return value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int | float):
            if abs(value) >= 1e15 or 0 < abs(value) < 1e-5:
                raise Unspoken
            return f"{tidy(float(f'{value:.15g}'))}".replace(".", self._habits.decimal)
        return value or ""


class _Reader:
    """Reads a formula's tokens from the left."""

    def __init__(self, expressions: Expressions, parts: Sequence[Token]) -> None:
        self._expressions = expressions
        self._parts = parts
        self._next = 0

    def whole(self) -> Node:
        node = self._binary(0)
        if self._next != len(self._parts):
            raise Unspoken
        return node

    def _peek(self) -> str:
        return self._parts[self._next].text if self._next < len(self._parts) else ""

    def _take(self, text: str = "") -> Token:
        if self._next >= len(self._parts) or (text and self._peek() != text):
            raise Unspoken
        self._next += 1
        return self._parts[self._next - 1]

    def _node(self, start: int, make: Callable[[], Node]) -> Node:
        return self._expressions.share([part.text for part in self._parts[start : self._next]], make)

    def _binary(self, level: int) -> Node:
        if level == len(BINDING):
            return self._unary()
        start = self._next
        left = self._binary(level + 1)
        while self._peek() in BINDING[level] and self._parts[self._next].kind == "op":
            sign = self._take().text
            pair = [left, self._binary(level + 1)]
            left = self._node(start, lambda sign=sign, pair=pair: self._expressions.call(sign, pair))  # type: ignore[misc]  # mypy does not type a lambda's defaults
        return left

    def _unary(self) -> Node:
        start = self._next
        if self._peek() in ("-", "+") and self._parts[self._next].kind == "op":
            sign = self._take().text
            inner = self._unary()
            return inner if sign == "+" else self._node(start, lambda: self._expressions.call("NEGATE", [inner]))
        node = self._primary()
        while self._peek() == "%":
            self._take()
            whole = node
            node = self._node(start, lambda whole=whole: self._expressions.call("PERCENT", [whole]))  # type: ignore[misc]  # as above
        return node

    def _primary(self) -> Node:
        start = self._next
        kind, text = self._take()
        expressions = self._expressions
        if kind == "number":
            return self._node(start, lambda: expressions.constant(tidy(float(text))))
        if kind == "string" and len(text) > 1 and text.endswith('"'):
            return self._node(start, lambda: expressions.constant(text[1:-1].replace('""', '"')))
        if kind == "ref":
            return self._node(start, lambda: expressions.cell(reference(text)))
        if kind == "name" and self._peek() == "(":
            arguments = self._arguments()
            return self._node(start, lambda: expressions.call(text.upper(), arguments))
        if kind == "name" and text.upper() in ("TRUE", "FALSE"):
            return self._node(start, lambda: expressions.constant(text.upper() == "TRUE"))
        if text == "(":
            inner = self._binary(0)
            self._take(")")
            return inner
        raise Unspoken

    def _arguments(self) -> list[Node]:
        self._take("(")
        arguments: list[Node] = []
        while self._peek() != ")":
            if arguments:
                self._take(",")
            arguments.append(self._binary(0))
        self._take(")")
        return arguments


# --- operators and functions: (least arguments, most arguments, what they do)


def compared(left: Value, right: Value) -> int:
    """Return -1, 0 or 1: numbers come before texts before truths, and an empty cell is the other side's nothing."""
    if left is None or right is None:
        nothing: Value = "" if isinstance(left, str) or isinstance(right, str) else 0
        if isinstance(left, bool) or isinstance(right, bool):
            nothing = False
        left, right = (nothing if left is None else left), (nothing if right is None else right)
    one, other = _key(left), _key(right)
    if one[0] == other[0] == "number" and one != other and f"{left:.15g}" == f"{right:.15g}":
        return 0  # a difference beyond fifteen digits is none: 0.1 + 0.2 is 0.3
    ranked = [({"number": 0, "text": 1, "truth": 2}[kind], value) for kind, value in (one, other)]
    return (ranked[0] > ranked[1]) - (ranked[0] < ranked[1])


def _key(value: Value) -> tuple[str, Any]:
    """Return what two values have in common when they are equal: their kind, and a text without its capitals."""
    if isinstance(value, bool):
        return "truth", value
    return ("text", value.casefold()) if isinstance(value, str) else ("number", value)


def _wildcards(wanted: str) -> re.Pattern[str]:
    """Return the pattern of a text in which ``*`` and ``?`` stand for others, unless a ``~`` goes before."""
    signs = {"*": ".*", "?": ".", "~*": r"\*", "~?": r"\?", "~~": "~"}
    pieces = re.findall(r"~[~*?]|[*?]|[^*?~]+|~", wanted.casefold())
    return re.compile("".join(signs.get(each) or re.escape(each) for each in pieces), re.DOTALL)


def _compare(sign: str) -> Callable[..., Result]:
    def work(expressions: Expressions, left: Result, right: Result) -> Result:
        one, other = expressions.plain(left), expressions.plain(right)
        if isinstance(one, Failure):
            return one
        return other if isinstance(other, Failure) else COMPARISONS[sign](compared(one, other))

    return work


def _arithmetic(work: Callable[[float, float], float | Failure]) -> Callable[..., Result]:
    def evaluate(expressions: Expressions, left: Result, right: Result) -> Result:
        one, other = expressions.number(left), expressions.number(right)
        if isinstance(one, Failure):
            return one
        return other if isinstance(other, Failure) else work(one, other)

    return evaluate


def _numeric(work: Callable[[float], float]) -> Callable[..., Result]:
    def evaluate(expressions: Expressions, argument: Result) -> Result:
        number = expressions.number(argument)
        return number if isinstance(number, Failure) else work(number)

    return evaluate


def _textual(work: Callable[..., Result]) -> Callable[..., Result]:
    def evaluate(expressions: Expressions, *arguments: Result) -> Result:
        texts = [expressions.text(argument) for argument in arguments]
        return next((text for text in texts if isinstance(text, Failure)), None) or work(*texts)

    return evaluate


def _asked(question: Callable[[Value | Failure], bool]) -> Callable[..., Result]:
    return lambda expressions, value: question(expressions.plain(value))


def _all_truths(join: Callable[[list[bool]], bool]) -> Callable[..., Result]:
    def work(expressions: Expressions, *arguments: Result) -> Result:
        truths = [expressions.truth(argument) for argument in arguments]
        wrong = next((truth for truth in truths if isinstance(truth, Failure)), None)
        return wrong or join([bool(truth) for truth in truths])

    return work


def _round(number: float, digits: float) -> float | Failure:
    exact = Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)
    return tidy(float(exact))


def _number_of(expressions: Expressions, value: Result) -> Result:
    plain = expressions.plain(value)
    if isinstance(plain, Failure):
        return plain
    return plain + 0 if isinstance(plain, bool | int | float) else 0


def _index(expressions: Expressions, area: Result, row: Result, column: Result = 1) -> Result:
    down, right = expressions.number(row), expressions.number(column)
    for failed in (area, down, right):
        if isinstance(failed, Failure):
            return failed
    if not isinstance(area, Area) or isinstance(down, Failure) or isinstance(right, Failure):
        raise Unspoken
    if area.box.bottom - area.box.top == 1 and area.box.right - area.box.left > 1 and right == 1:
        raise Unspoken  # along a row, Google may take the first number for the column
    return expressions.at(area, int(down), int(right))


def _match(expressions: Expressions, wanted: Result, area: Result, kind: Result) -> Result:
    value = expressions.plain(wanted)
    if isinstance(value, Failure):
        return value
    if isinstance(area, Failure):
        return area
    if not isinstance(area, Area) or kind != 0:
        raise Unspoken
    return expressions.find(value, area)


def _indirect(expressions: Expressions, text: Result) -> Result:
    said = expressions.text(text)
    return said if isinstance(said, Failure) else expressions.area(said)


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Result]]] = {
    **{sign: (2, 2, _compare(sign)) for sign in COMPARISONS},
    "+": (2, 2, _arithmetic(lambda one, other: one + other)),
    "-": (2, 2, _arithmetic(lambda one, other: one - other)),
    "*": (2, 2, _arithmetic(lambda one, other: one * other)),
    "/": (2, 2, _arithmetic(lambda one, other: one / other if other else BY_ZERO)),
    "NEGATE": (1, 1, _numeric(lambda number: -number)),
    "PERCENT": (1, 1, _numeric(lambda number: number / 100)),
    "&": (2, 2, _textual(lambda one, other: one + other)),
    "AND": (1, 255, _all_truths(all)),
    "OR": (1, 255, _all_truths(any)),
    "NOT": (1, 1, _all_truths(lambda truths: not truths[0])),
    "ISNUMBER": (1, 1, _asked(lambda value: isinstance(value, int | float) and not isinstance(value, bool))),
    "ISTEXT": (1, 1, _asked(lambda value: isinstance(value, str))),
    "ISLOGICAL": (1, 1, _asked(lambda value: isinstance(value, bool))),
    "ISBLANK": (1, 1, _asked(lambda value: value is None)),
    "ISERROR": (1, 1, _asked(lambda value: isinstance(value, Failure))),
    "N": (1, 1, _number_of),
    "ROUND": (1, 2, lambda expressions, number, digits=0: _arithmetic(_round)(expressions, number, digits)),
    "ABS": (1, 1, _numeric(abs)),
    "MOD": (2, 2, _arithmetic(lambda one, other: one % other if other else BY_ZERO)),
    "LEN": (1, 1, _textual(len)),
    "TRIM": (1, 1, _textual(lambda text: re.sub(" +", " ", text).strip(" "))),
    "LOWER": (1, 1, _textual(str.lower)),
    "UPPER": (1, 1, _textual(str.upper)),
    "SUBSTITUTE": (3, 3, _textual(lambda text, old, new: text.replace(old, new) if old else text)),
    "EXACT": (2, 2, _textual(lambda one, other: one == other)),
    "INDEX": (2, 3, _index),
    "MATCH": (3, 3, _match),
    "INDIRECT": (1, 1, _indirect),
}


def _if(expressions: Expressions, arguments: list[Node], row: int, column: int) -> Result:
    if not 2 <= len(arguments) <= 3:
        raise Unspoken
    truth = expressions.truth(arguments[0].at(row, column))
    if isinstance(truth, Failure):
        return truth
    if truth:
        return arguments[1].at(row, column)
    return arguments[2].at(row, column) if len(arguments) == 3 else False


def _if_error(expressions: Expressions, arguments: list[Node], row: int, column: int) -> Result:
    if not 1 <= len(arguments) <= 2:
        raise Unspoken
    value = expressions.plain(arguments[0].at(row, column))
    if not isinstance(value, Failure):
        return value
    return arguments[1].at(row, column) if len(arguments) == 2 else None


def _switch(expressions: Expressions, arguments: list[Node], row: int, column: int) -> Result:
    value = expressions.plain(arguments[0].at(row, column))
    if isinstance(value, Failure):
        return value
    cases = arguments[1:]
    for case, result in zip(cases[0::2], cases[1::2], strict=False):
        other = expressions.plain(case.at(row, column))
        if isinstance(other, Failure):
            return other
        if compared(value, other) == 0:
            return result.at(row, column)
    return cases[-1].at(row, column) if len(cases) % 2 else NOT_AVAILABLE


#: Functions that do not evaluate all of their arguments.
LAZY: dict[str, Callable[[Expressions, list[Node], int, int], Result]] = {
    "IF": _if,
    "IFERROR": _if_error,
    "SWITCH": _switch,
}
