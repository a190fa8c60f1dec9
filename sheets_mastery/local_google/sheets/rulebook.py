"""The requests of a batchUpdate that add, change and delete conditional formats; what they mean is in ``rules.py``."""

from __future__ import annotations

from typing import Any

from sheets_mastery.local_google.errors import Invalid, not_implemented

from .calculation import calculated
from .document import Document, Tab, plain_copy
from .formats import RULE_FIELDS, RULE_TEXT_FIELDS, tidied
from .formulas import canonical, names_another_tab, tokens
from .places import area, placed, tab_of, without_zero
from .rules import CONDITIONS, RELATIVE_DAYS

Request = dict[str, Any]


def add_rule(document: Document, request: Request) -> Request:
    """``addConditionalFormatRule``: at an index, the rules from there on one further down."""
    tab, rule = _checked_rule(document, request.get("rule", {}))
    rules = tab.parts["conditionalFormats"]
    index = int(request.get("index") or 0)
    if not 0 <= index <= len(rules):
        raise Invalid(f"Index {index} is out of bounds: sheet {tab.id} has {len(rules)} conditional formats.")
    rules.insert(index, rule)
    return {}


def _rule_at(document: Document, request: Request) -> tuple[list[Request], int]:
    tab = tab_of(document, request.get("sheetId"))
    rules, index = tab.parts["conditionalFormats"], int(request.get("index") or 0)
    if not 0 <= index < len(rules):
        raise Invalid(f"No conditional format on sheet: {tab.id} at index: {index}")
    return rules, index


def delete_rule(document: Document, request: Request) -> Request:
    """``deleteConditionalFormatRule``: the reply carries the rule."""
    rules, index = _rule_at(document, request)
    return {"deleteConditionalFormatRule": {"rule": without_zero(rules.pop(index))}}


def update_rule(document: Document, request: Request) -> Request:
    """``updateConditionalFormatRule``: replaced in its place, or moved to another."""
    if "rule" in request:
        tab, rule = _checked_rule(document, request["rule"])
        rules, index = _rule_at(document, {**request, "sheetId": request.get("sheetId", tab.id)})
        old, rules[index] = rules[index], rule
        reply = {"newRule": without_zero(rule), "newIndex": index, "oldRule": without_zero(old)}
    else:
        if "newIndex" not in request:
            raise Invalid("A rule or a newIndex is required.")
        rules, index = _rule_at(document, request)
        new = int(request.get("newIndex") or 0)
        if not 0 <= new < len(rules):
            raise Invalid(f"No conditional format on sheet: {request.get('sheetId', 0)} at index: {new}")
        rules.insert(new, rules.pop(index))
        reply = {"newRule": without_zero(rules[new]), "newIndex": new, "oldIndex": index}
    return {"updateConditionalFormatRule": reply}


def _checked_rule(document: Document, said: Request) -> tuple[Tab, Request]:
    """Return a rule as it is kept, and its tab; refuse what Google refuses and what cannot be judged here."""
    places = [placed(document, place) for place in said.get("ranges", [])]
    if not places or len({place["sheetId"] for place in places}) != 1:
        raise Invalid("A conditional format needs ranges, all on the same sheet.")
    for place in places:
        area(document, place)
    tab = tab_of(document, places[0]["sheetId"])
    if ("booleanRule" in said) + ("gradientRule" in said) != 1:
        raise Invalid("Exactly one of booleanRule and gradientRule must be set.")
    if "booleanRule" in said:
        _check_condition(document, tab, said["booleanRule"].get("condition", {}))
        given = said["booleanRule"].get("format", {})
        if set(given) - RULE_FIELDS or set(given.get("textFormat", {})) - RULE_TEXT_FIELDS:
            raise Invalid(
                "ConditionalFormatRule.format only supports bold, italic, strikethrough, foreground color and "
                "background color."
            )
    elif not {"minpoint", "maxpoint"} <= set(said["gradientRule"]):
        raise Invalid("A gradient needs a minpoint and a maxpoint.")
    return tab, plain_copy(tidied({**said, "ranges": places}))


def _check_condition(document: Document, tab: Tab, condition: Request) -> None:
    kind = condition.get("type")
    if kind not in CONDITIONS:
        raise not_implemented(f"the conditional format condition {kind}")
    values = condition.get("values", [])
    if len(values) != CONDITIONS[kind]:
        raise Invalid(f"ConditionType {kind} takes {CONDITIONS[kind]} values, not {len(values)}.")
    decimal = document.habits.decimal
    for value in values:
        text = value.get("userEnteredValue", "")
        if "relativeDate" in value and (kind[:4] != "DATE" or value["relativeDate"] not in RELATIVE_DAYS):
            raise not_implemented(f"the relative date {value['relativeDate']}")
        if kind == "CUSTOM_FORMULA" and (len(text) < 2 or text[0] not in "=+"):
            raise Invalid(f"Invalid ConditionValue.userEnteredValue: {text}")
        elsewhere = {each["name"].casefold() for each in document.named_ranges if each["range"]["sheetId"] != tab.id}
        named = {token.text.casefold() for token in tokens(text, decimal) if token.kind == "name"}
        if text[:1] in ("=", "+") and (names_another_tab(text, tab.title, decimal) or named & elsewhere):
            raise Invalid("Conditional format rule cannot reference a different sheet.")
        if text[:1] in ("=", "+"):
            wrong = calculated(document).complaint(tab, canonical(text, decimal))
            if wrong == "parse":
                raise Invalid(f"Invalid ConditionValue.userEnteredValue: {text}")
            if wrong is not None:
                raise not_implemented(f"the function {wrong} in a conditional format")
