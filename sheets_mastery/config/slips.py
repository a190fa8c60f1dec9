"""What is said about a slip in the settings."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pydantic import ValidationError


def complaints(problem: ValidationError) -> tuple[tuple[str, str], ...]:
    """What is wrong with some settings, said to the person who made them: (key or "", what without a full stop)."""
    return tuple(map(_complaint, _causes(problem.errors())))


def _causes(errors: Iterable[Any]) -> list[Any]:
    """The complaints without their consequences: a list whose only entry is wrong is not empty because of that."""
    listed = list(errors)
    return [
        each
        for each in listed
        if each["type"] != "too_short"
        or not any(other["loc"][: len(each["loc"])] == each["loc"] for other in listed if other is not each)
    ]


def _complaint(error: Any) -> tuple[str, str]:
    key = ""
    for part in error["loc"]:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in {"function-before", "function-after"}:
            key += f".{part}" if key else str(part)
    kind, given = error["type"], error.get("input")
    context = error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            what = "there is no such key; see config/mastery.example.toml for those there are"
        case "missing":
            what = "is needed but not there"
        case "value_error":
            what = str(context.get("error", error["msg"]))
        case "literal_error" | "enum":
            what = f"must be {context['expected']}, not {given!r}"
        case "too_short":
            what = "must not be empty"
        case "model_type" | "dict_type":
            what = "must be a table"
        case "tuple_type":
            what = "must be a list in square brackets"
        case "string_type":
            what = "must be text in quotes"
        case "bool_type":
            what = "must be true or false"
        case "int_type":
            what = "must be a whole number"
        case "decimal_type" | "decimal_parsing" | "finite_number":
            what = "must be a number"
        case "date_type":
            what = "must be a date such as 2026-09-18, without quotes"
        case "string_pattern_mismatch":
            what = "may hold letters, digits, spaces and .()&+- and no more than 60 of them"
        case _:
            said = error["msg"].replace("Input should", "must", 1)
            shown = f"; it is {given}" if isinstance(given, int | float | Decimal | str) else ""
            what = f"{said}{shown}"
    return key, what
