"""Sheets v4: spreadsheets, their values, their formulas and their conditional formats."""

from __future__ import annotations

from .books import Spreadsheets
from .functions import functions

__all__ = ["Spreadsheets", "functions"]
