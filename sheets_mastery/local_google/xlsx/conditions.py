"""Conditions, said both ways: conditional formats and data validation of Google's and of Excel's."""

from __future__ import annotations

import re
from typing import Any

from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation

from sheets_mastery.local_google.sheets.locales import Locale
from sheets_mastery.local_google.sheets.typed import typed

from .dialect import from_excel, to_excel
from .looks import Palette, font, hexadecimal, rgb, text_format

Said = dict[str, Any]

OPERATORS = {
    "GREATER": "greaterThan",
    "GREATER_THAN_EQ": "greaterThanOrEqual",
    "LESS": "lessThan",
    "LESS_THAN_EQ": "lessThanOrEqual",
    "EQ": "equal",
    "NOT_EQ": "notEqual",
    "BETWEEN": "between",
    "NOT_BETWEEN": "notBetween",
    "BEFORE": "lessThan",
    "AFTER": "greaterThan",
    "ON_OR_BEFORE": "lessThanOrEqual",
    "ON_OR_AFTER": "greaterThanOrEqual",
}
#: Excel's operator -> what follows ``NUMBER_``, and what follows ``DATE_``, where the two differ in four.
NUMBERS = {operator: name for name, operator in list(OPERATORS.items())[:8]}
DATES = NUMBERS | {operator: name for name, operator in list(OPERATORS.items())[8:]}
#: Condition -> Excel's kind of rule, its operator, and the formula that goes with it for a text and the first cell.
TEXTS = {
    "TEXT_CONTAINS": ("containsText", "containsText", "NOT(ISERROR(SEARCH({text},{cell})))"),
    "TEXT_NOT_CONTAINS": ("notContainsText", "notContains", "ISERROR(SEARCH({text},{cell}))"),
    "TEXT_STARTS_WITH": ("beginsWith", "beginsWith", "LEFT({cell},LEN({text}))={text}"),
    "TEXT_ENDS_WITH": ("endsWith", "endsWith", "RIGHT({cell},LEN({text}))={text}"),
    "BLANK": ("containsBlanks", None, "LEN(TRIM({cell}))=0"),
    "NOT_BLANK": ("notContainsBlanks", None, "LEN(TRIM({cell}))>0"),
}
KINDS = {kind: condition for condition, (kind, _, _) in TEXTS.items()}
DAYS = {"TODAY": "TODAY()", "TOMORROW": "TODAY()+1", "YESTERDAY": "TODAY()-1"}
COMPARED = {"DATE_EQ": "INT({cell})={day}", "DATE_BEFORE": "{cell}<{day}", "DATE_AFTER": "INT({cell})>{day}"}
POINTS = {"MIN": "min", "MAX": "max", "NUMBER": "num", "PERCENT": "percent", "PERCENTILE": "percentile"}
#: As many characters as Excel takes for a list that stands in the rule itself.
MOST_LISTED = 255


def read_rule(rule: Rule, palette: Palette) -> Said | None:
    """Return Excel's rule as a ``ConditionalFormatRule`` without ranges; None for a kind that Google has not."""
    if rule.type == "colorScale" and rule.colorScale is not None:
        return _read_scale(rule.colorScale, palette)
    condition = _read_condition(rule)
    if condition is None:
        return None
    look: Said = {}
    if rule.dxf is not None and isinstance(rule.dxf.fill, PatternFill):
        fill = rule.dxf.fill
        colour = palette.colour(_set(fill.bgColor) or _set(fill.fgColor))
        look |= {} if colour is None else {"backgroundColor": colour}
    if rule.dxf is not None and rule.dxf.font is not None:
        text = text_format(rule.dxf.font, palette)
        look |= {"textFormat": text} if text else {}
    return {"booleanRule": {"condition": condition, "format": look}}


def _set(colour: Color | None) -> Color | None:
    """Return a colour, None for the one that stands where none was said."""
    return None if colour is None or (colour.type == "rgb" and colour.rgb == "00000000") else colour


def _read_condition(rule: Rule) -> Said | None:
    formulas = [str(each) for each in rule.formula]
    if rule.type == "cellIs" and rule.operator in NUMBERS:
        values = [_read_operand(each) for each in formulas]
        words = [each for each in formulas if each.startswith('"')]
        if words and rule.operator == "equal":
            return {"type": "TEXT_EQ", "values": values}
        return None if words else {"type": f"NUMBER_{NUMBERS[rule.operator]}", "values": values}
    if rule.type in ("containsBlanks", "notContainsBlanks"):
        return {"type": KINDS[rule.type]}
    if rule.type in KINDS and rule.text:
        return {"type": KINDS[rule.type], "values": [{"userEnteredValue": rule.text}]}
    # any other rule that brings its formula along says with it all that there is to say
    return (
        {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=" + from_excel(formulas[0])}]}
        if formulas
        else None
    )


def _read_operand(text: str) -> Said:
    if text.startswith('"'):
        return {"userEnteredValue": text[1:-1].replace('""', '"')}
    plain = re.fullmatch(r"-?[\d.]+(?:[eE][-+]?\d+)?", text)
    return {"userEnteredValue": text if plain else "=" + from_excel(text)}


def _read_scale(scale: ColorScale, palette: Palette) -> Said | None:
    words = {excel: word for word, excel in POINTS.items()}
    points = []
    for point, colour in zip(scale.cfvo, scale.color, strict=True):
        if point.type not in words:
            return None
        said: Said = {"type": words[point.type], "color": palette.colour(colour) or {}}
        points.append(
            said
            | ({"value": f"{point.val:.15g}"} if point.val is not None and said["type"] not in ("MIN", "MAX") else {})
        )
    names = ("minpoint", "maxpoint") if len(points) == 2 else ("minpoint", "midpoint", "maxpoint")
    return {"gradientRule": dict(zip(names, points, strict=True))}


def written_rule(rule: Said, cell: str, priority: int, habits: Locale) -> Rule:
    """Return a ``ConditionalFormatRule`` as Excel's; ``cell`` is the first that it holds for, in A1 notation."""
    if "gradientRule" in rule:
        points = [
            rule["gradientRule"][name] for name in ("minpoint", "midpoint", "maxpoint") if name in rule["gradientRule"]
        ]
        scale = ColorScale(
            cfvo=[FormatObject(type=POINTS[each["type"]], val=_number(each.get("value"))) for each in points],  # type: ignore[arg-type]  # a word of Excel's
            color=[hexadecimal(rgb(each, "color") or {}) for each in points],
        )
        return Rule("colorScale", priority=priority, colorScale=scale)
    said = rule["booleanRule"]
    fill, text = rgb(said.get("format", {}), "backgroundColor"), said.get("format", {}).get("textFormat")
    dxf = DifferentialStyle(
        font=font(text) if text else None, fill=None if fill is None else PatternFill(bgColor=hexadecimal(fill))
    )
    condition = said["condition"]
    kind, values = condition["type"], condition.get("values", [])
    if kind == "CUSTOM_FORMULA":
        return Rule("expression", priority=priority, dxf=dxf, formula=[to_excel(values[0]["userEnteredValue"], habits)])
    if values and "relativeDate" in values[0]:
        formula = COMPARED[kind].format(cell=cell, day=DAYS[values[0]["relativeDate"]])
        return Rule("expression", priority=priority, dxf=dxf, formula=[formula])
    if kind in TEXTS:
        excel, operator, formula = TEXTS[kind]
        entered = values[0]["userEnteredValue"] if values else ""
        shown = to_excel(entered, habits) if entered[:1] == "=" else _quoted(entered)
        return Rule(
            excel,  # type: ignore[arg-type]  # a word of Excel's
            priority=priority,
            dxf=dxf,
            operator=operator,  # type: ignore[arg-type]  # likewise
            text=entered if values and entered[:1] != "=" else None,
            formula=[formula.format(text=shown, cell=cell)],
        )
    operator = OPERATORS[kind.partition("_")[2]]
    operands = [_operand(each["userEnteredValue"], habits, text=kind == "TEXT_EQ") for each in values]
    return Rule("cellIs", priority=priority, dxf=dxf, operator=operator, formula=operands)  # type: ignore[arg-type]  # likewise


def _number(said: str | None) -> float | None:
    return None if said is None else float(said)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _operand(entered: str, habits: Locale, *, text: bool = False) -> str:
    if entered[:1] == "=":
        return to_excel(entered, habits)
    value = {} if text else typed(entered, habits, 1900)[0]
    return f"{value['numberValue']:.15g}" if "numberValue" in value else _quoted(entered)


def read_validation(said: DataValidation) -> Said | None:
    """Return Excel's validation as a ``DataValidationRule``; None for a kind that Google has not."""
    first, second = (str(each) if each is not None else "" for each in (said.formula1, said.formula2))
    if said.type == "list" and first.startswith('"'):
        items = first[1:-1].replace('""', '"').split(",")
        condition: Said = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": item.strip()} for item in items]}
    elif said.type == "list" and first:
        condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=" + from_excel(first)}]}
    elif said.type == "custom":
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=" + from_excel(first)}]}
    elif said.type in ("decimal", "whole", "date"):
        names, family = (DATES, "DATE") if said.type == "date" else (NUMBERS, "NUMBER")
        operator = said.operator or "between"
        operands = (first, second) if "etween" in operator else (first,)
        if names is DATES and operator == "notEqual":
            return None
        condition = {"type": f"{family}_{names[operator]}", "values": [_read_operand(each) for each in operands]}
    else:
        return None
    rule: Said = {"condition": condition}
    if said.showErrorMessage and said.errorStyle in (None, "stop"):
        rule["strict"] = True
    if said.type == "list" and not said.showDropDown:  # Excel's attribute says the contrary of its name
        rule["showCustomUi"] = True
    if said.prompt:
        rule["inputMessage"] = said.prompt
    return rule


def written_validation(rule: Said, habits: Locale) -> DataValidation | None:
    """Return a ``DataValidationRule`` as Excel's; None for one that Excel cannot hold."""
    kind, values = rule["condition"]["type"], rule["condition"].get("values", [])
    entered = [each.get("userEnteredValue", "") for each in values]
    family, _, name = kind.partition("_")
    about: Said = {}
    if kind == "ONE_OF_LIST":
        listed = ",".join(entered)
        if len(listed) > MOST_LISTED or any("," in each for each in entered):
            return None
        about = {"type": "list", "formula1": _quoted(listed)}
    elif kind in ("ONE_OF_RANGE", "CUSTOM_FORMULA"):
        formula = to_excel("=" + entered[0].removeprefix("="), habits)
        about = {"type": "list" if kind == "ONE_OF_RANGE" else "custom", "formula1": formula}
    elif family in ("NUMBER", "DATE") and name in OPERATORS and all(entered):
        about = {"type": "decimal" if family == "NUMBER" else "date", "operator": OPERATORS[name]}
        about |= {f"formula{number}": _operand(each, habits) for number, each in enumerate(entered, 1)}
    else:
        return None
    strict, prompt = bool(rule.get("strict")), rule.get("inputMessage")
    return DataValidation(
        **about,
        allow_blank=True,
        showErrorMessage=strict,
        errorStyle="stop" if strict else "warning",
        showDropDown=about["type"] == "list" and not rule.get("showCustomUi"),
        showInputMessage=bool(prompt),
        prompt=prompt,
    )
