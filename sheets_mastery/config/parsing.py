"""From TOML text to settings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from sheets_mastery.config.section import Section
from sheets_mastery.config.settings import Settings
from sheets_mastery.config.slips import complaints
from sheets_mastery.errors import SettingsError

_Part = TypeVar("_Part", bound=Section)


def parse(text: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from TOML text.

    The variable SHEETS_MASTERY_LEDGER_URL in `environment` replaces `ledger.url`, because that address can hold a
    password.
    Raises SettingsError with one line for each key that cannot be used.
    """
    try:
        tree = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"The settings are not valid TOML: {problem}.") from None
    url = (environment or {}).get("SHEETS_MASTERY_LEDGER_URL")
    if url:
        ledger = tree.setdefault("ledger", {})
        if isinstance(ledger, dict):
            ledger["url"] = url
    return part(Settings, tree)


def part(model: type[_Part], table: Mapping[str, Any]) -> _Part:
    """Read one table of the settings by itself, such as a `GradebookSettings`; SettingsError as for the whole file."""
    try:
        return model.model_validate(table)
    except ValidationError as problem:
        raise SettingsError("\n".join(dict.fromkeys(map(_sentence, complaints(problem))))) from None


def _sentence(complaint: tuple[str, str]) -> str:
    key, what = complaint
    return f"{key}: {what}." if key else f"{what}."
