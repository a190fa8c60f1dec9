"""The paths of Sheets v4."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from .books import Spreadsheets


def routes(_books: Spreadsheets) -> list[BaseRoute]:
    return []
