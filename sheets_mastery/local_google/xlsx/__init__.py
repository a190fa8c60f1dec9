"""Excel's files: a workbook read as a ``Spreadsheet`` resource, and a spreadsheet written as a workbook."""

from __future__ import annotations

from .reading import spreadsheet_of
from .writing import workbook_of

__all__ = ["spreadsheet_of", "workbook_of"]
