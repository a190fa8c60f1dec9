"""Excel workbooks: a spreadsheet read from one (``spreadsheet_of``) and written as one (``workbook_of``)."""

from __future__ import annotations

import importlib
from typing import Any

WHERE = {"spreadsheet_of": "reading", "workbook_of": "writing"}


def __getattr__(name: str) -> Any:
    """Return a function, loaded when it is first asked for: openpyxl takes as long as all else that starting takes."""
    if name not in WHERE:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"{__name__}.{WHERE[name]}"), name)
