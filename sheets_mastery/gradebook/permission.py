"""A column that seems to say who may be written to, under a label that is not known.

Deny wins: a column that nobody understood may be a "No Contact" or a "Guardian 1 OK?". Until it is named, no family on
that tab is written to, and the teacher is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook.layout import Columns
from sheets_mastery.gradebook.records import Place, Problem, key
from sheets_mastery.gradebook.roster import People, not_permitted, says_yes
from sheets_mastery.reading import Content, Tab

_LEAVE = re.compile(
    r"\b(may|ok|okay|can|allow(ed)?|permi(t|tted|ssion)|consent|no|not|never|don'?t|opt(ed)?[ -]?(in|out)|stop|custody|"
    r"restrict(ed|ion)?|court)\b"
)
_CONTACT = re.compile(
    r"\b(contact(ed|s)?|writ(e|ten)|e-?mail(s|ed)?|mail(s|ed)?|letters?|reach(ed)?|guardian|parent|home|family|order|opt)\b"
)


def column_in_doubt(tab: Tab, columns: Columns, rows: Iterable[int]) -> int | None:
    """The first column without a known label whose heading and cells look like permissions; None for none."""
    if not columns.places.get("guardian_email"):
        return None
    students = list(rows)
    for column, header in enumerate(tab.row(columns.header_row)):
        word = key(header.text)
        if column in columns.taken or not (_LEAVE.search(word) and _CONTACT.search(word)):
            continue
        filled = [tab.at(row, column) for row in students if not tab.at(row, column).blank]
        if filled and all(map(_answers, filled)):
            return column
    return None


def _answers(content: Content) -> bool:
    """Whether a cell says yes or no. Numbers are left out: a column of ones and noughts may be marks."""
    return not isinstance(content.value, Decimal) and says_yes(content) is not None


def deny_in_doubt(people: People, tab: Tab, columns: Columns, ignored: Iterable[str]) -> People:
    """The same rows; where a column is in doubt, every permission is withheld and the teacher is told.

    `ignored` are the labels that the settings say to pass over.
    """
    column = column_in_doubt(tab, columns, (entry.row for entry in people.entries))
    if column is None or key(tab.at(columns.header_row, column).text) in set(map(key, ignored)):
        return people
    withheld = tuple(
        replace(entry, may_write=False, guardians=not_permitted(entry.guardians)) for entry in people.entries
    )
    doubt = Problem(
        place=Place(tab=tab.title, cell=Cell(columns.header_row, column)),
        what="this column seems to say who may be written to, but its label is not known, so nobody here is.",
        remedy="Call it May Be Written To (yes or no), or name it under labels.may_write or labels.ignore.",
    )
    return replace(people, entries=withheld, problems=(*people.problems, doubt))
