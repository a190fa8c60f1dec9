"""Conditional formats: which rules match which cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .a1 import Box
from .calculation import Failure, Term, Value, decimal_sign
from .expressions import Expressions, Unspoken
from .formats import colour
from .formulas import canonical
from .locales import locale
from .numberformat import shown
from .typed import typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calculation import Calculation
    from .document import Document, Tab

#: Condition type -> how many values it takes, and what it says of a number and those values.
NUMBERS: dict[str, tuple[int, Callable[[float, list[float]], bool]]] = {
    "NUMBER_GREATER": (1, lambda number, than: number > than[0]),
    "NUMBER_GREATER_THAN_EQ": (1, lambda number, than: number >= than[0]),
    "NUMBER_LESS": (1, lambda number, than: number < than[0]),
    "NUMBER_LESS_THAN_EQ": (1, lambda number, than: number <= than[0]),
    "NUMBER_EQ": (1, lambda number, than: number == than[0]),
    "NUMBER_NOT_EQ": (1, lambda number, than: number != than[0]),
    "NUMBER_BETWEEN": (2, lambda number, than: min(than) <= number <= max(than)),
    "NUMBER_NOT_BETWEEN": (2, lambda number, than: not min(than) <= number <= max(than)),
    "DATE_EQ": (1, lambda number, than: int(number) == int(than[0])),
    "DATE_BEFORE": (1, lambda number, than: number < than[0]),
    "DATE_AFTER": (1, lambda number, than: int(number) > than[0]),
}
#: The same of a text; both are folded, since capitals do not matter.
TEXTS: dict[str, Callable[[str, str], bool]] = {
    "TEXT_CONTAINS": lambda text, part: part in text,
    "TEXT_NOT_CONTAINS": lambda text, part: part not in text,
    "TEXT_STARTS_WITH": lambda text, part: text.startswith(part),
    "TEXT_ENDS_WITH": lambda text, part: text.endswith(part),
    "TEXT_EQ": lambda text, part: text == part,
}
BLANKS = ("BLANK", "NOT_BLANK")
#: Condition type -> the number of values it takes.
CONDITIONS = (
    {name: count for name, (count, _) in NUMBERS.items()}
    | dict.fromkeys(TEXTS, 1)
    | dict.fromkeys(BLANKS, 0)
    | {"CUSTOM_FORMULA": 1}
)
RELATIVE_DAYS = {"TODAY": 0, "TOMORROW": 1, "YESTERDAY": -1}

#: Row and column -> the formats of the matching rules, the first rule's first.
Matches = dict[tuple[int, int], tuple[dict[str, Any], ...]]


class Judge(NamedTuple):
    """One rule made ready: its cells within the box asked for, the terms it needs, and its verdict on a cell."""

    boxes: list[Box]
    terms: list[Term]
    #: Row, column and the terms' values there -> the format that the rule gives, or None.
    verdict: Callable[[int, int, list[Value | Failure]], dict[str, Any] | None]


def matches(document: Document, calculation: Calculation, tab: Tab, box: Box) -> Matches:
    """Return the formats that a tab's conditional formats give to the cells of a box."""
    key = ("matches", tab.id, box)
    if key not in calculation.kept:
        calculation.kept[key] = _matches(document, calculation, tab, box)
    found: Matches = calculation.kept[key]
    return found


def _matches(document: Document, calculation: Calculation, tab: Tab, box: Box) -> Matches:
    spoken: dict[tuple[int, int], Expressions] = {}
    for rule in tab.parts["conditionalFormats"]:
        first = tab.box(rule["ranges"][0])
        spoken.setdefault((first.top, first.left), Expressions(document, calculation, tab, first.top, first.left))
    judges = [_judge(document, calculation, tab, rule, box, spoken) for rule in tab.parts["conditionalFormats"]]
    wanted = [(term, part) for judge in judges for term in judge.terms for part in judge.boxes]
    values = dict(zip(wanted, calculation.evaluate(wanted), strict=True)) if wanted else {}
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for judge in judges:
        for part in judge.boxes:
            grids = [values[term, part] for term in judge.terms]
            for row in range(part.top, part.bottom):
                for column in range(part.left, part.right):
                    given = judge.verdict(row, column, [grid[row, column] for grid in grids])
                    if given is not None:
                        found.setdefault((row, column), []).append(given)
    # cells with the same formats share one tuple, so that their look is worked out once
    shared: dict[tuple[int, ...], tuple[dict[str, Any], ...]] = {}
    return {
        place: shared.setdefault(tuple(id(each) for each in formats), tuple(formats))
        for place, formats in found.items()
    }


def _judge(
    document: Document,
    calculation: Calculation,
    tab: Tab,
    rule: dict[str, Any],
    box: Box,
    spoken: dict[tuple[int, int], Expressions],
) -> Judge:
    boxes = [part for part in (tab.box(each).meets(box) for each in rule["ranges"]) if not part.empty]
    first = tab.box(rule["ranges"][0])
    if "gradientRule" in rule:
        return Judge(boxes, [], _gradient(calculation, tab, rule))
    condition, given = rule["booleanRule"]["condition"], rule["booleanRule"].get("format", {})
    kind = condition["type"]
    said = [value.get("userEnteredValue", "") for value in condition.get("values", [])]
    if kind == "CUSTOM_FORMULA":
        formula = canonical(said[0], decimal_sign(document))
        held = _held(spoken[first.top, first.left], formula, boxes)
        if held is not None:
            return Judge(boxes, [], lambda row, column, _values: given if (row, column) in held else None)
        term = Term(tab.id, formula, first.top, first.left)
        return Judge(boxes, [term], lambda _row, _column, values: given if _holds(values[0]) else None)

    terms, read = _operands(document, calculation, condition, Term(tab.id, "", first.top, first.left))

    def fits(row: int, column: int, values: list[Value | Failure]) -> dict[str, Any] | None:
        value = calculation.value(tab, row, column)
        met = _fits(kind, value, _text(document, tab, row, column, value), read(values))
        return given if met else None

    return Judge(boxes, terms, fits)


def _held(spoken: Expressions, formula: str, boxes: list[Box]) -> set[tuple[int, int]] | None:
    """Return the cells for which a formula holds; None when it is to be evaluated by IronCalc."""
    try:
        node = spoken.node(formula)
        return {
            (row, column)
            for box in boxes
            for row in range(box.top, box.bottom)
            for column in range(box.left, box.right)
            if _holds(spoken.plain(node.at(row, column)))
        }
    except Unspoken:
        return None


def _holds(value: Value | Failure) -> bool:
    return isinstance(value, bool | int | float) and bool(value)


def _operands(
    document: Document, calculation: Calculation, condition: dict[str, Any], place: Term
) -> tuple[list[Term], Callable[[list[Value | Failure]], list[Value | Failure]]]:
    """Return the terms that a condition's values need, and how to get the values once those are known."""
    habits = locale(document.properties["locale"])
    assert habits is not None  # noqa: S101  a locale is checked when it is set
    fixed: list[Value | Term] = []
    for value in condition.get("values", []):
        if "relativeDate" in value:
            fixed.append(calculation.today + RELATIVE_DAYS[value["relativeDate"]])
            continue
        entered, _ = typed(value.get("userEnteredValue", ""), habits, calculation.year)
        formula = entered.get("formulaValue")
        fixed.append(
            next(iter(entered.values()))
            if formula is None
            else place._replace(formula=canonical(formula, habits.decimal))
        )
    terms = [value for value in fixed if isinstance(value, Term)]

    def read(values: list[Value | Failure]) -> list[Value | Failure]:
        known = dict(zip(terms, values, strict=True))
        return [known[value] if isinstance(value, Term) else value for value in fixed]

    return terms, read


def _fits(kind: str, value: Value | Failure, text: str, operands: list[Value | Failure]) -> bool:
    if kind in BLANKS:
        return (value is None or value == "") == (kind == "BLANK")
    if isinstance(value, Failure) or any(isinstance(operand, Failure | None) for operand in operands):
        return False
    if kind in TEXTS:
        wanted = "" if isinstance(operands[0], Failure) else str(operands[0])
        return TEXTS[kind](text.casefold(), wanted.casefold())
    if isinstance(value, bool | str | None):
        return kind == "NUMBER_NOT_EQ" and value is not None
    than = [float(operand) for operand in operands if isinstance(operand, int | float)]
    return len(than) == len(operands) and NUMBERS[kind][1](value, than)


def _text(document: Document, tab: Tab, row: int, column: int, value: Value | Failure) -> str:
    if value is None:
        return ""
    if isinstance(value, Failure):
        return value.shown()
    habits = locale(document.properties["locale"])
    assert habits is not None  # noqa: S101  a locale is checked when it is set
    entered = (tab.cell(row, column) or {}).get("userEnteredFormat", {})
    return shown(value, entered.get("numberFormat"), habits)


def _gradient(
    calculation: Calculation, tab: Tab, rule: dict[str, Any]
) -> Callable[[int, int, list[Value | Failure]], dict[str, Any] | None]:
    points = [
        rule["gradientRule"][name] for name in ("minpoint", "midpoint", "maxpoint") if name in rule["gradientRule"]
    ]
    numbers = sorted(
        value
        for each in rule["ranges"]
        for row, column, _ in tab.cells(tab.box(each))
        if _is_number(value := calculation.value(tab, row, column)) and isinstance(value, int | float)
    )
    marks = [_mark(point, numbers) for point in points] if numbers else []
    colours = [(point.get("colorStyle") or {}).get("rgbColor") or point.get("color") or {} for point in points]

    def blend(row: int, column: int, _values: list[Value | Failure]) -> dict[str, Any] | None:
        value = calculation.value(tab, row, column)
        if not _is_number(value) or not isinstance(value, int | float) or not marks:
            return None
        upper = next((index for index, mark in enumerate(marks) if value <= mark), len(marks) - 1)
        lower = max(upper - 1, 0)
        width = marks[upper] - marks[lower]
        share = 1.0 if width <= 0 or value >= marks[upper] else max(0.0, (value - marks[lower]) / width)
        mixed = colour(
            {
                name: colours[lower].get(name, 0) * (1 - share) + colours[upper].get(name, 0) * share
                for name in ("red", "green", "blue")
            }
        )
        return {"backgroundColor": mixed, "backgroundColorStyle": {"rgbColor": mixed}}

    return blend


def _mark(point: dict[str, Any], numbers: list[float]) -> float:
    """Return the number at which a gradient has a point's colour."""
    kind, low, high = point["type"], numbers[0], numbers[-1]
    if kind in ("MIN", "MAX"):
        return low if kind == "MIN" else high
    said = float(point["value"])
    if kind == "NUMBER":
        return said
    if kind == "PERCENT":
        return low + (high - low) * said / 100
    place = (len(numbers) - 1) * said / 100
    below = int(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


def _is_number(value: Value | Failure) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
