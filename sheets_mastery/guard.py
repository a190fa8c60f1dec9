"""What is too much change to happen without a person: each objection a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from sheets_mastery.config import Guard, Settings
from sheets_mastery.gradebook import Gradebook, Student
from sheets_mastery.gradebook.records import key
from sheets_mastery.mastery import Verdict
from sheets_mastery.notices import DIGEST, digest
from sheets_mastery.past import Facts, Past
from sheets_mastery.reading import Reading
from sheets_mastery.shape import moved, pasted_over, shape_of


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
        gone = sum(student not in who for student in past.students)
        if gone > _most(1, limits.students_share, len(past.students)):
            yield f"{gone} of {len(past.students)} students are no longer in the sheet"
        shifted = others(who, past)
        if too_many(shifted, past, limits.names_share):
            yield (
                f"{shifted} students have another name or other guardians than before, "
                "as if one column had been sorted alone or the permissions deleted"
            )


def others(who: Mapping[str, str], past: Past) -> int:
    """How many students of the last reading have another name or other guardians now."""
    return sum(who.get(student, was) != was for student, was in (past.students or {}).items())


def too_many(changed: int, past: Past, share: Decimal) -> bool:
    """Whether that is more than an ordinary day brings."""
    return changed > _most(1, share, len(past.students or {}))


def guard(gradebook: Gradebook, facts: Facts, past: Past, settings: Settings) -> Iterator[str]:
    """Why a person should look first: too many letters, too many changed verdicts, a shrunken sheet."""
    limits = settings.guard
    students = len(gradebook.students)
    to_write = {notice.student for notice in facts.new_notices if notice.kind != DIGEST}
    if len(to_write) > _most(limits.letters_least, limits.letters_share, students):
        yield f"letters would be written about {len(to_write)} of {students} students at once"
    settled = {work for work, verdict in past.verdicts.items() if verdict not in {Verdict.PENDING, Verdict.CHECK}}
    # A verdict that is gone while its student is there counts too: a lost row of maxima takes every column along.
    here = {key(student.id) for student in gradebook.students}
    changed = sum(
        change.work in settled and change.after is not Verdict.CHECK and change.work[0] in here
        for change in facts.verdicts
    )
    if changed > _most(limits.letters_least, limits.verdicts_share, len(settled)):
        yield f"{changed} of {len(settled)} settled verdicts would change at once"


def _most(least: int, share: Decimal, whole: int) -> Decimal:
    """The largest number that is still ordinary."""
    return max(Decimal(least), share * whole)


def who_is(student: Student, secret: bytes) -> str:
    """Who a student is, as a digest: the name, the guardians with their addresses, and whether permission is asked.

    One column sorted alone, or a column of permissions or rights deleted, changes it for many students at once.
    """
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
