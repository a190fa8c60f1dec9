"""Spreadsheets in and out as files: Excel workbooks, and one tab as comma- or tab-separated text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from . import xlsx
from .errors import unreadable
from .sheets import Spreadsheets
from .sheets.a1 import Box
from .sheets.defaults import COLUMNS, ROWS
from .sheets.document import Document
from .sheets.values import Rendering, put, value_range
from .store import Store

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The types of file that come in and go out, by the ends of their names.
TYPES = {".xlsx": XLSX, ".csv": "text/csv", ".tsv": "text/tab-separated-values"}
FORMATS = frozenset(TYPES.values())
LONGEST_TITLE = 100
SEPARATORS = {"text/csv": ",", "text/tab-separated-values": "\t"}


def import_file(store: Store, path: Path) -> str:
    """Make a spreadsheet of a file, named like it, and return its id.

    GoogleError for what is no such file or cannot be a spreadsheet; OSError when it cannot be opened.

    No server may be running on the store: it would not see the spreadsheet.
    """
    return take_in(Spreadsheets(store), path.read_bytes(), _type(path), path.stem).id


def export_file(store: Store, spreadsheet_id: str, path: Path) -> None:
    """Write a spreadsheet to a file, of the type that its name ends with. GoogleError when there is none such."""
    mime_type = _type(path)
    path.write_bytes(content_of(Spreadsheets(store).read(spreadsheet_id), mime_type))


def _type(path: Path) -> str:
    if path.suffix.lower() not in TYPES:
        raise unreadable(f"Only {', '.join(TYPES)} files can be moved in and out.")
    return TYPES[path.suffix.lower()]


def take_in(books: Spreadsheets, content: bytes, mime_type: str, title: str) -> Document:
    """Make a spreadsheet of a file's content, of a type in FORMATS."""
    return books.add(_read(books, content, mime_type, title))


def replace(books: Spreadsheets, spreadsheet_id: str, content: bytes, mime_type: str) -> None:
    """Put a file's content in place of all that a spreadsheet holds; its id and its title stay."""
    document = books.edit(spreadsheet_id)
    fresh = _read(books, content, mime_type, document.properties["title"])
    document.tabs, document.named_ranges, document.metadata = fresh.tabs, fresh.named_ranges, []
    books.commit(document)


def _read(books: Spreadsheets, content: bytes, mime_type: str, title: str) -> Document:
    if mime_type == XLSX:
        return books.make(xlsx.spreadsheet_of(content, title))
    rows = _rows(content, mime_type)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    grid = {"rowCount": max(ROWS, height), "columnCount": max(COLUMNS, width)}
    sheet = {"properties": {"sheetId": 0, "title": title[:LONGEST_TITLE] or "Sheet1", "gridProperties": grid}}
    document = books.make({"properties": {"title": title}, "sheets": [sheet]})
    put(document, document.tabs[0], Box(0, height, 0, width), rows, "USER_ENTERED")
    document.kept.clear()
    return document


def _rows(content: bytes, mime_type: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # what Excel saves as plain CSV
        text = content.decode("cp1252", "replace")
    separator = SEPARATORS[mime_type]
    if separator == ",":
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)  # a comma where none is there
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as wrong:
        raise unreadable(f"This is no {mime_type}: {wrong}") from wrong


def content_of(document: Document, mime_type: str) -> bytes:
    """Return a spreadsheet as a file of a type in FORMATS; as text it is the first tab, as it is shown."""
    if mime_type == XLSX:
        return bytes(xlsx.workbook_of(document))
    tab = document.tabs[0]
    rows: list[list[Any]] = value_range(document, tab, tab.grid, Rendering()).get("values", [])
    width = max((len(row) for row in rows), default=0)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS[mime_type])
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return text.getvalue().removesuffix("\r\n").encode()
