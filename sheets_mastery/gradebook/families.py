"""The students of the marks tabs, completed from the roster tab where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sheets_mastery.a1 import Cell
from sheets_mastery.gradebook.layout import Columns
from sheets_mastery.gradebook.records import ContractCells, Guardian, Place, Problem, Student, key
from sheets_mastery.gradebook.roster import Entry, not_permitted, same_person, twice, unread_ids
from sheets_mastery.reading import Tab


def complete(
    pages: Sequence[tuple[Tab, Columns, Sequence[Entry]]],
    roster: tuple[Tab, Columns, Sequence[Entry]] | None,
) -> tuple[tuple[tuple[Student, ...], ...], list[Problem]]:
    """The students of each marks tab, and what is in doubt about them.

    An id that more than one row claims, on whichever tabs, blocks those students and nobody else.
    """
    problems: list[Problem] = []
    everybody = [entry for _, _, entries in pages for entry in entries]
    doubled = twice(everybody)
    by_key: dict[str, Entry] = {}
    roster_doubled: frozenset[str] = frozenset()
    if roster is not None:
        roster_tab, roster_columns, roster_entries = roster
        roster_doubled = twice(list(roster_entries))
        by_key = {key(entry.id): entry for entry in roster_entries}
        on_marks = {key(entry.id) for entry in everybody}
        where = pages[0][0].title if len(pages) == 1 else "with marks"
        for entry in roster_entries:
            place = Place(tab=roster_tab.title, cell=Cell(entry.row, roster_columns.id))
            if key(entry.id) in roster_doubled:
                problems.append(_twice(place, "Roster rows"))
            elif key(entry.id) not in on_marks:
                problems.append(
                    Problem(
                        place=place,
                        what=f"this student has no row on the tab {where}.",
                        remedy="Add the row there, or take the student off the roster.",
                    )
                )
    students = []
    for tab, columns, entries in pages:
        here = []
        for entry in entries:
            place = Place(tab=tab.title, cell=Cell(entry.row, columns.id))
            other = by_key.get(key(entry.id))
            blocked = ""
            if key(entry.id) in doubled:
                blocked = "the id is there twice"
                problems.append(_twice(place, "rows"))
            elif key(entry.id) in roster_doubled:
                blocked = "the id is on the roster twice"
            elif roster is not None and other is None and unread_ids(roster[0], roster[1]):
                # The row may be there: without it the student would count as one without a contract.
                blocked = "an id on the roster cannot be read"
            elif roster is not None and other is None:
                problems.append(
                    Problem(
                        place=place,
                        what="this student is not on the roster, so no more is known than what stands here.",
                        remedy=f"Add a row with this id on the tab {roster[0].title}.",
                    )
                )
            elif other is not None and not same_person(entry.name, other.name):
                blocked = "the roster has another name for this id"
                problems.append(
                    Problem(
                        place=place,
                        what="the roster has another name for this id, so this student is left alone.",
                        remedy="Look which of the two rows is right; perhaps only one column was sorted.",
                    )
                )
            student = _completed(entry, other, blocked)
            level = student.contract.level
            if level.error is not None:
                # Not "no contract": that would end what is owed, and the family would hear of it anew the day after.
                student = replace(student, blocked="the level cannot be read")
                problems.append(
                    Problem(
                        place=student.contract.place,
                        what=f"the formula shows {level.failure}, so this level cannot be read, and nothing is judged.",
                        remedy="Mend the formula or type the level.",
                    )
                )
            here.append(student)
        students.append(tuple(here))
    return tuple(students), problems


def _twice(place: Place, what: str) -> Problem:
    return Problem(
        place=place,
        what=f"more than one of the {what.lower()} claims this student id, so none of them is judged or written about.",
        remedy="Give each student an id of their own.",
    )


def _completed(entry: Entry, other: Entry | None, blocked: str) -> Student:
    """A student from the marks row and the roster row. The roster knows families and contracts where it has them."""
    contract = entry.contract
    if other is not None and (not other.contract.level.blank or contract.level.blank):
        contract = other.contract
    guardians = entry.guardians
    if other is not None:
        guardians = _permitted(other.guardians, entry) if other.guardians else _permitted(entry.guardians, other)
    said = [each.rights for each in (entry, other) if each is not None and each.rights is not None]
    if any(said):
        guardians = not_permitted(guardians)
    own = other if other is not None and other.address else entry
    # Where no guardian stands beside it, a No can only be about the student.
    nobody = not guardians and any(each is not None and each.may_write is False for each in (entry, other))
    return Student(
        id=entry.id,
        name=entry.name or (other.name if other else ""),
        section=entry.section or (other.section if other else ""),
        guardians=guardians,
        address="" if nobody else own.address,
        address_place=own.address_place,
        language=(other.language if other and other.language else entry.language),
        contract=contract if not blocked else ContractCells(place=contract.place),
        row=entry.row,
        asked=entry.may_write is not None or (other is not None and other.may_write is not None),
        rights_asked=bool(said),
        blocked=blocked,
    )


def _permitted(guardians: tuple[Guardian, ...], elsewhere: Entry) -> tuple[Guardian, ...]:
    """The guardians of one tab, less the permissions that the student's row on the other tab withholds."""
    refused = {each.address.casefold() for each in elsewhere.guardians if not each.may_receive}
    nobody = not elsewhere.guardians and elsewhere.may_write is False
    return tuple(
        replace(each, may_receive=each.may_receive and not nobody and each.address.casefold() not in refused)
        for each in guardians
    )
