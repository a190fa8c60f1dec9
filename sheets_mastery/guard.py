"""What is too much change to happen without a person: each objection a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sheets_mastery.a1 import Cell
from sheets_mastery.blast import most_ordinary, too_many_letters
from sheets_mastery.config import Guard, Settings
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Verdict
from sheets_mastery.past import Facts, Past
from sheets_mastery.reading import Reading
from sheets_mastery.remediation import Owed
from sheets_mastery.shape import moved, pasted_over, shape_of
from sheets_mastery.stamps import Stamp
from sheets_mastery.whoiswho import others, swapped

#: So many cells are named in one sentence.
_CELLS_MOST = 6


def layout_changes(
    reading: Reading, gradebook: Gradebook, past: Past, limits: Guard, who: Mapping[str, str]
) -> Iterator[str]:
    """What is not where it was at the last sync, a sentence each: then nothing is written, and nobody is written to.

    `who` tells who each student is: `everybody`.
    """
    if limits.layout:
        yield from moved(past.shape, shape_of(reading, gradebook))
        yield from pasted_over(gradebook, past.attempts)
    if past.students:
        gone = sum(student not in who for student in past.students) - sum(map(len, gradebook.unread_ids.values()))
        if gone > most_ordinary(1, limits.students_share, len(past.students)):
            yield f"{gone} of {len(past.students)} students are no longer in the sheet"
        shifted = others(who, past)
        if too_many(shifted, past, limits.names_share):
            yield (
                f"{shifted} students have another name or other guardians than before, "
                "as if one column had been sorted alone or the permissions deleted"
            )
        elif moved_names := swapped(who, past.students):
            yield (
                f"beside {_cells(gradebook, moved_names)} stands a name that stood beside another student's id before, "
                "as if names had been swapped"
            )


def too_many(changed: int, past: Past, share: Decimal) -> bool:
    """Whether that is more than an ordinary day brings."""
    return changed > most_ordinary(1, share, len(past.students or {}))


def guard(
    gradebook: Gradebook, facts: Facts, owed: Owed, past: Past, settings: Settings, now: datetime
) -> Iterator[str]:
    """Why a person should look first: too many letters, too many changed verdicts, a shrunken sheet."""
    limits = settings.guard
    yield from too_many_letters(gradebook, facts, owed, past, settings, now)
    settled = {work for work, verdict in past.verdicts.items() if verdict not in {Verdict.PENDING, Verdict.CHECK}}
    # A verdict that is gone while its student is there counts too: a lost row of maxima takes every column along.
    here = {key(student.id) for student in gradebook.students}
    changed = sum(
        change.work in settled and change.after is not Verdict.CHECK and change.work[0] in here
        for change in facts.verdicts
    )
    if changed > most_ordinary(limits.letters_least, limits.verdicts_share, len(settled)):
        yield f"{changed} of {len(settled)} settled verdicts would change at once"


def known_under_another_name(reading: Reading, past: Past, names: Collection[str]) -> Iterator[str]:
    """Whether this is the first sync of a gradebook whose spreadsheet this ledger knows by another name.

    `names` are those of the settings. Under another name a gradebook is another one: nothing was said about it yet.
    """
    stamps = (Stamp.read(each.text) for each in reading.stamps)
    ours = any(each and each.install == past.install and each.spreadsheet == reading.spreadsheet_id for each in stamps)
    left = sorted(past.gradebooks - set(names))
    if past.students is None and ours and left:
        yield (
            f"this spreadsheet is known, and nothing is known of a gradebook of this name: perhaps it was {_or(left)} "
            "until now. Under a new name families are told everything again, also who has stopped letters; give it its "
            "old name back in the settings file"
        )


def ids_changed(gradebook: Gradebook, others: Collection[str]) -> Iterator[str]:
    """The objection to students who are new by their ids and not by their names: `another_id`."""
    if others:
        yield (
            f"beside {_cells(gradebook, others)} stands another id than before, and with another id it is another "
            "student: the family would be told once more of all that is open. Put the old id back, if you can"
        )


def _cells(gradebook: Gradebook, students: Collection[str]) -> str:
    """Where the names of some students stand, in the sheet's order: where, never who."""
    cells = [
        Cell(student.row, tab.id_column if tab.name_column is None else tab.name_column).on(tab.title)
        for tab in gradebook.tabs
        for student in tab.students
        if key(student.id) in students
    ]
    more = len(cells) - _CELLS_MOST
    return ", ".join(cells[:_CELLS_MOST]) + (f" and {more} more" if more > 0 else "")


def _or(names: list[str]) -> str:
    return " or ".join(f"“{name}”" for name in names[:3])
