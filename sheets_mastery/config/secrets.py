"""Secrets, which are never in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sheets_mastery.errors import SettingsError


def secret(name: str, environment: Mapping[str, str], read: Callable[[str], str]) -> str | None:
    """The secret SHEETS_MASTERY_<name>, or what the file that SHEETS_MASTERY_<name>_FILE names holds; None for neither.

    `read` opens a file by its path. Raises SettingsError where both are set, and where the file is empty or unreadable.
    """
    variable = f"SHEETS_MASTERY_{name}"
    value, path = environment.get(variable), environment.get(f"{variable}_FILE")
    if value and path:
        raise SettingsError(f"{variable} and {variable}_FILE are both set; keep one of them.")
    if not path:
        return value or None
    try:
        kept = read(path).strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise SettingsError(f"{variable}_FILE names {path}, which cannot be read: {why}.") from None
    if not kept:
        raise SettingsError(f"{variable}_FILE names {path}, which is empty.")
    return kept
