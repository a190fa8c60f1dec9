"""Conditional formats: which rules match which cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .a1 import Box, letters
from .calculation import Calculation, Claim, Failure, Value
from .document import Document, Tab
from .formats import colour
from .formulas import canonical
from .numberformat import shown
from .typed import typed

#: Condition type -> the formula that it stands for, said of a ``{cell}`` and of the condition's values, ``{0}`` and
#: ``{1}``. Nothing but a number is compared with a number.
NUMBERS = {
    "NUMBER_GREATER": "{cell}>{0}",
    "NUMBER_GREATER_THAN_EQ": "{cell}>={0}",
    "NUMBER_LESS": "{cell}<{0}",
    "NUMBER_LESS_THAN_EQ": "{cell}<={0}",
    "NUMBER_EQ": "{cell}={0}",
    "NUMBER_NOT_EQ": "{cell}<>{0}",
    "NUMBER_BETWEEN": "AND(MIN({0},{1})<={cell},{cell}<=MAX({0},{1}))",
    "NUMBER_NOT_BETWEEN": "NOT(AND(MIN({0},{1})<={cell},{cell}<=MAX({0},{1})))",
    "DATE_EQ": "INT({cell})=INT({0})",
    "DATE_BEFORE": "{cell}<{0}",
    "DATE_AFTER": "INT({cell})>{0}",
}
#: The same of a text and a part of it, both folded, since capitals do not matter; and of a text that a formula gives.
TEXTS: dict[str, tuple[Callable[[str, str], bool], str]] = {
    "TEXT_CONTAINS": (lambda text, part: part in text, "ISNUMBER(FIND(LOWER({0}),LOWER({cell})))"),
    "TEXT_NOT_CONTAINS": (lambda text, part: part not in text, "ISERROR(FIND(LOWER({0}),LOWER({cell})))"),
    "TEXT_STARTS_WITH": (str.startswith, "LEFT(LOWER({cell}),LEN({0}))=LOWER({0})"),
    "TEXT_ENDS_WITH": (str.endswith, "RIGHT(LOWER({cell}),LEN({0}))=LOWER({0})"),
    "TEXT_EQ": (str.__eq__, 'LOWER({cell})=LOWER({0}&"")'),
}
BLANKS = {"BLANK": "IFERROR(LEN({cell})=0,FALSE)", "NOT_BLANK": "IFERROR(LEN({cell})>0,TRUE)"}
#: Condition type -> the number of values it takes.
CONDITIONS = (
    {name: 2 if "{1}" in formula else 1 for name, formula in NUMBERS.items()}
    | dict.fromkeys(TEXTS, 1)
    | dict.fromkeys(BLANKS, 0)
    | {"CUSTOM_FORMULA": 1}
)
RELATIVE_DAYS = {"TODAY": 0, "TOMORROW": 1, "YESTERDAY": -1}

#: Row and column -> the formats of the matching rules, the first rule's first.
Matches = dict[tuple[int, int], tuple[dict[str, Any], ...]]
#: Row and column -> the format that a rule gives there, or None.
Verdict = Callable[[int, int], dict[str, Any] | None]


class Judge(NamedTuple):
    """One rule made ready: its cells within the box asked for, and its verdict on each; or the formula to ask first."""

    boxes: tuple[Box, ...]
    verdict: Verdict | None
    claim: Claim | None = None
    given: dict[str, Any] | None = None


def matches(document: Document, calculation: Calculation, tab: Tab, box: Box) -> Matches:
    """Return the formats that a tab's conditional formats give to the cells of a box."""
    key = ("matches", tab.id, box)
    if key not in calculation.kept:
        calculation.kept[key] = _matches(document, calculation, tab, box)
    found: Matches = calculation.kept[key]
    return found


def _matches(document: Document, calculation: Calculation, tab: Tab, box: Box) -> Matches:
    judges = [_judge(document, calculation, tab, rule, box) for rule in tab.parts["conditionalFormats"]]
    judges = [judge for judge in judges if judge.boxes]
    claims = [judge.claim for judge in judges if judge.claim]
    held = dict(zip(claims, calculation.holding(claims), strict=True))
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for judge in judges:
        for part in judge.boxes:
            for place in part.places():
                if judge.verdict is not None:
                    given = judge.verdict(*place)
                else:
                    given = judge.given if judge.claim and place in held[judge.claim] else None
                if given is not None:
                    found.setdefault(place, []).append(given)
    # cells with the same formats share one tuple, so that their look is worked out once
    shared: dict[tuple[int, ...], tuple[dict[str, Any], ...]] = {}
    return {
        place: shared.setdefault(tuple(id(each) for each in formats), tuple(formats))
        for place, formats in found.items()
    }


def _judge(document: Document, calculation: Calculation, tab: Tab, rule: dict[str, Any], box: Box) -> Judge:
    boxes = tuple(part for part in (tab.box(each).meets(box) for each in rule["ranges"]) if not part.empty)
    if "gradientRule" in rule:
        return Judge(boxes, _gradient(calculation, tab, rule))
    condition, given = rule["booleanRule"]["condition"], rule["booleanRule"].get("format", {})
    kind, values = condition["type"], condition.get("values", [])
    said = values[0].get("userEnteredValue", "") if values else ""
    if kind in TEXTS and not said.startswith(("=", "+")):
        fits, part = TEXTS[kind][0], said.removeprefix("'").casefold()
        return Judge(
            boxes,
            lambda row, column: (
                given if fits(_text(document, calculation, tab, row, column).casefold(), part) else None
            ),
        )
    first = tab.box(rule["ranges"][0])
    formula = _formula(document, calculation, condition, f"{letters(first.left)}{first.top + 1}")
    return Judge(boxes, None, Claim(tab, formula, first.top, first.left, boxes), given)


def _formula(document: Document, calculation: Calculation, condition: dict[str, Any], cell: str) -> str:
    """Return a condition as a formula in the American spelling, said of the rule's first cell."""
    kind, habits = condition["type"], document.habits
    operands = []
    for value in condition.get("values", []):
        said = value.get("userEnteredValue", "")
        if "relativeDate" in value:
            operands.append(str(calculation.today + RELATIVE_DAYS[value["relativeDate"]]))
        elif said.startswith(("=", "+")):
            operands.append(f"({canonical(said, habits.decimal)[1:]})")
        else:
            entered = typed(said, habits, calculation.year)[0]
            operands.append(repr(entered["numberValue"]) if "numberValue" in entered else '""')
    if kind == "CUSTOM_FORMULA":
        return f"={operands[0]}"
    if kind in NUMBERS:
        compared = NUMBERS[kind].format(*operands, cell=cell)
        numbers = ",".join(f"ISNUMBER({each})" for each in operands)
        other = f"NOT(ISBLANK({cell}))" if kind == "NUMBER_NOT_EQ" else "FALSE"
        return f"=IF(AND({numbers}),IF(ISNUMBER({cell}),{compared},{other}))"
    template = TEXTS[kind][1] if kind in TEXTS else BLANKS[kind]
    return "=" + template.format(*operands, cell=f'({cell}&"")')


def _text(document: Document, calculation: Calculation, tab: Tab, row: int, column: int) -> str:
    value = calculation.value(tab, row, column)
    if value is None:
        return ""
    if isinstance(value, Failure):
        return value.shown()
    entered = (tab.cell(row, column) or {}).get("userEnteredFormat", {})
    return shown(value, entered.get("numberFormat"), document.habits)


def _gradient(calculation: Calculation, tab: Tab, rule: dict[str, Any]) -> Verdict:
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

    def blend(row: int, column: int) -> dict[str, Any] | None:
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
