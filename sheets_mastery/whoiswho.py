"""Who each student is: which name and which guardians stand beside which id.

The id tells who a student is, and a family must not hear of another child because a name or an id has slipped into
another row. So what stood beside each id is kept, as digests, and compared.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheets_mastery.gradebook import Gradebook, Student
from sheets_mastery.gradebook.records import key
from sheets_mastery.notices import digest
from sheets_mastery.past import Past

#: Between the two digests of `who_is`.
_BETWEEN = ":"


def who_is(student: Student, secret: bytes) -> str:
    """Who a student is, as two digests: of all that tells it, and of the name alone.

    All is the name, the guardians with their addresses, and whether permission is asked: one column sorted alone, or
    the column of permissions or of rights deleted, changes it for many students at once. By the name alone it is
    known where it stands beside another id.
    """
    name = digest(secret, "name", key(student.name)) if key(student.name) else ""
    return f"{_all_of(student, secret)}{_BETWEEN}{name}"


def _all_of(student: Student, secret: bytes) -> str:
    return digest(
        secret,
        "who",
        key(student.name),
        " and ".join(filter(None, ("permission asked" * student.asked, "rights asked" * student.rights_asked))),
        # Their names too: one column of them sorted alone would put another family's name into the greeting.
        *sorted(f"{guardian.address.casefold()} {key(guardian.name)}" for guardian in student.guardians),
    )


def everybody(gradebook: Gradebook, secret: bytes) -> dict[str, str]:
    """Who each student is, by key: `who_is`."""
    return {key(student.id): who_is(student, secret) for student in gradebook.students}


def out_of_sight(gradebook: Gradebook, past: Past) -> frozenset[str]:
    """The students of the last reading who may only seem to have gone: in some row the id cannot be read just now.

    Nobody can tell whose row that is. What is known of any of them stays, and nothing that waits is withdrawn.
    """
    if not gradebook.unread_ids:
        return frozenset()
    return frozenset(past.students or ()) - {key(student.id) for student in gradebook.students}


def others(who: Mapping[str, str], past: Past) -> int:
    """How many students of the last reading have another name or other guardians now."""
    return sum(_all(who.get(student, was)) != _all(was) for student, was in (past.students or {}).items())


def swapped(who: Mapping[str, str], before: Mapping[str, str]) -> frozenset[str]:
    """The students whose name stood beside another id before, and stands there no more."""
    stood: dict[str, set[str]] = {}
    for student, was in before.items():
        stood.setdefault(_name(was), set()).add(student)
    return frozenset(
        student
        for student, was in before.items()
        if student in who
        and (name := _name(who[student]))
        and name != _name(was)
        # Two students may have the same name, and a slip in one of them be put right.
        and any(_name(who.get(other, "")) != name for other in stood.get(name, ()))
    )


def another_id(gradebook: Gradebook, past: Past, who: Mapping[str, str]) -> dict[str, str]:
    """Who is here for the first time under a name whose student has gone of late: the key, with the key before."""
    known = past.students or {}
    gone = {**past.left, **{student: was for student, was in known.items() if student not in who}}
    by_name = {name: student for student, was in gone.items() if (name := _name(was))}
    new = (key(student.id) for student in gradebook.students if not student.blocked)
    return {
        student: by_name[_name(who[student])]
        for student in new
        if known and student not in known and student not in gone and _name(who[student]) in by_name
    }


def _all(who: str) -> str:
    """The digest of all that tells who a student is, of `who_is`."""
    return who.partition(_BETWEEN)[0]


def _name(who: str) -> str:
    """The digest of the name alone, of `who_is`; "" for no name, and in a ledger from before it was kept."""
    return who.partition(_BETWEEN)[2]
