"""Sheets as teachers make them themselves, by what is hard about them."""

from __future__ import annotations

from sheets_headings import HEADINGS
from sheets_languages import LANGUAGES
from sheets_marks import MARKS
from sheets_people import PEOPLE
from sheets_tabs import TABS

SHEETS = (*HEADINGS, *PEOPLE, *TABS, *MARKS, *LANGUAGES)
