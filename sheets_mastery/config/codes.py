"""`[marking.codes]`: what a teacher types instead of a score."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from sheets_mastery.config.kinds import Text
from sheets_mastery.config.section import Section

#: The systems whose codes are known; `presets` says what they mean.
SYSTEMS = (
    "Canvas",
    "Infinite Campus",
    "PowerTeacher",
    "Schoology",
    "Skyward",
    "Aeries",
    "Jupiter",
    "Forestville",
    "Evidence-based",
    "Mastery Connect",
    "Homework words",
    "OneRoster",
    "Ed-Fi",
)


class Meaning(StrEnum):
    """What a code says that a teacher types instead of a score; the values are the words for it in settings.

    No code means the same in every school (`M` is missing in one and mastery in another), so each gradebook says.
    """

    #: Need not be done.
    EXCUSED = "excused"
    #: Was never asked of this student.
    NOT_ASSIGNED = "not assigned"
    #: Not handed in.
    NOT_IN = "not in"
    #: Not handed in, and no longer taken without a talk: still missing.
    CLOSED = "not in, closed"
    #: The student was away.
    ABSENT = "absent"
    #: Not handed in yet, and still taken: like a blank.
    EXPECTED = "still to come"
    #: Handed in, not marked yet.
    HANDED_IN = "handed in"
    #: Handed in late, not marked yet.
    LATE = "late"
    #: Handed in, but not whole: to be finished.
    INCOMPLETE = "incomplete"
    #: Marked, without a number: at the level.
    MASTERED = "mastered"
    #: Marked, without a number: below the level.
    BELOW = "below level"
    #: No mark at all, like a blank.
    NOTHING = "nothing"


class Codes(Section):
    """What every teacher of the school types instead of a score. Compared without regard to case.

    Only words that mean the same everywhere stand here by themselves; `M`, `INC`, `-` and the like are told by each
    gradebook under `codes` or `codes_as_in`.
    """

    excused: tuple[Text, ...] = ("EX", "EXC", "Excused", "Exempt")
    not_in: tuple[Text, ...] = ("Missing", "Not in", "Not handed in", "Not turned in")
    absent: tuple[Text, ...] = ("Absent",)
    pending: tuple[Text, ...] = ("Pending", "Submitted", "Turned in", "Handed in", "Not graded yet", "Ungraded")
    #: Codes with any other meaning, such as {"INC": "incomplete"}.
    other: dict[Text, Meaning] = {}

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        seen: dict[str, str] = {}
        for meaning in ("excused", "not_in", "absent", "pending"):
            for code in getattr(self, meaning):
                other = seen.setdefault(code.strip().casefold(), meaning)
                if other != meaning:
                    raise ValueError(f'the code "{code}" is listed under {other} and under {meaning}')
        for code in self.other:
            listed = seen.setdefault(code.strip().casefold(), "other")
            if listed != "other":
                raise ValueError(f'the code "{code}" is listed under {listed} and under other')
        return self

    @property
    def meanings(self) -> dict[str, Meaning]:
        """What each code means, by the code as it is written here."""
        pairs = (
            (self.excused, Meaning.EXCUSED),
            (self.not_in, Meaning.NOT_IN),
            (self.absent, Meaning.ABSENT),
            (self.pending, Meaning.HANDED_IN),
        )
        return {code: meaning for codes, meaning in pairs for code in codes} | self.other


def _system(name: str) -> str:
    """A system's name as it is written here, whatever its capitals."""
    if not name:
        return ""
    found = next((each for each in SYSTEMS if each.casefold() == name.casefold().strip()), None)
    if found is None:
        raise ValueError(f'"{name}" is no system whose codes are known; there are {", ".join(SYSTEMS)}')
    return found


System = Annotated[str, AfterValidator(_system)]
