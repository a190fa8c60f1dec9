"""The addresses on the roster from which letters come back, as problems for the teacher: each with its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sheets_mastery.gradebook import Gradebook, Place, Problem
from sheets_mastery.notices import History, person_digest

_REMEDY = (
    "Correct it; another address is new and asks once. If it is right, `outbox unblock` lets letters go to it again."
)


def coming_back(gradebook: Gradebook, history: History, secret: bytes) -> tuple[Problem, ...]:
    """One problem for each cell with an address that is not written to because letters came back.

    It is gone as soon as another address stands there: the ledger knows addresses by their digests alone.
    """
    if not history.suppressed:
        return ()
    found: dict[Place, Problem] = {}
    beside = Counter(place for _, _, place in _addresses(gradebook))
    for person, address, place in _addresses(gradebook):
        why = history.suppressed.get(person_digest(secret, person, address))
        if why is not None:
            # Which one it is stays unsaid: a problem is printed in more places than the sheet.
            of_several = "one of the addresses here: " if beside[place] > 1 else ""
            found[place] = Problem(place=place, what=f"{of_several}{why}.", remedy=_REMEDY)
    return tuple(found.values())


def _addresses(gradebook: Gradebook) -> Iterator[tuple[str, str, Place]]:
    """Every address of the gradebook: whose it is, the address, and where it stands."""
    for student in gradebook.students:
        nowhere = Place(tab=gradebook.tabs[0].title)
        for guardian in student.guardians:
            yield "guardian", guardian.address, guardian.place or nowhere
        if student.address:
            yield "student", student.address, student.address_place or nowhere
