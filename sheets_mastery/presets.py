"""What the codes of well-known gradebooks mean, for a teacher to choose from.

From the systems' public documentation and exports. A code that a system lets every school define for itself is not in
here: it is asked about. Where a system gives a code a score of zero, it is "not in", never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheets_mastery.config import Meaning

_ABSENT, _BELOW, _CLOSED, _EXCUSED = Meaning.ABSENT, Meaning.BELOW, Meaning.CLOSED, Meaning.EXCUSED
_EXPECTED, _HANDED_IN, _INCOMPLETE, _LATE = Meaning.EXPECTED, Meaning.HANDED_IN, Meaning.INCOMPLETE, Meaning.LATE
_MASTERED, _NOT_ASSIGNED, _NOT_IN = Meaning.MASTERED, Meaning.NOT_ASSIGNED, Meaning.NOT_IN
_NOTHING = Meaning.NOTHING

#: System -> code -> meaning, in the order in which they are offered.
PRESETS: Mapping[str, Mapping[str, Meaning]] = {
    "Canvas": {
        "EX": _EXCUSED,
        "N/A": _NOT_ASSIGNED,
        "Missing": _NOT_IN,
    },
    "Infinite Campus": {
        "T": _HANDED_IN,
        "M": _NOT_IN,
        "L": _LATE,
        "I": _INCOMPLETE,
        "Ch": _CLOSED,
        "X": _EXCUSED,
        "Dr": _NOT_ASSIGNED,
    },
    "PowerTeacher": {
        "Collected": _HANDED_IN,
        "Late": _LATE,
        "Missing": _NOT_IN,
        "Exempt": _EXCUSED,
        "Absent": _ABSENT,
        "Incomplete": _INCOMPLETE,
        "ABS": _ABSENT,
    },
    "Schoology": {
        "Absent": _ABSENT,
        "Excused": _EXCUSED,
        "Exempt": _EXCUSED,
        "Incomplete": _INCOMPLETE,
        "Late": _LATE,
        "Missing": _NOT_IN,
        "Collected": _HANDED_IN,
        "Submitted": _HANDED_IN,
    },
    "Skyward": {
        "*": _NOTHING,
        "ABE": _ABSENT,
        "ABU": _ABSENT,
        "LATE": _EXPECTED,
        "EXE": _EXCUSED,
        "NHI": _CLOSED,
    },
    "Aeries": {"NA": _NOT_ASSIGNED, "TX": _EXPECTED},
    "Jupiter": {
        "ex": _EXCUSED,
        "/": _NOT_IN,
        "abs": _ABSENT,
        "inc": _INCOMPLETE,
        "✓": _MASTERED,
        "✓+": _MASTERED,
        "✓-": _BELOW,
    },
    "Forestville": {
        "sdda": _NOT_IN,
        "ex": _EXCUSED,
        "-": _NOT_IN,
        "+": _MASTERED,
        "++": _MASTERED,
        "+-": _BELOW,
        "dr": _NOT_ASSIGNED,
        "inc": _EXPECTED,
        "abs": _ABSENT,
    },
    "Evidence-based": {"M": _NOT_IN, "INC": _INCOMPLETE, "NE": _CLOSED, "(-)": _NOTHING},
    "Mastery Connect": {"M": _MASTERED, "NM": _BELOW, "R": _BELOW, "NS": _NOTHING},
    "Homework words": {
        "ab": _ABSENT,
        "inc": _INCOMPLETE,
        "mi": _NOT_IN,
        "ok": _MASTERED,
        "OT": _HANDED_IN,
        "LA": _LATE,
        "BE": _LATE,
        "AE": _LATE,
        "TZ": _CLOSED,
    },
    "OneRoster": {
        "exempt": _EXCUSED,
        "not submitted": _NOT_IN,
        "submitted": _HANDED_IN,
        "partially graded": _INCOMPLETE,
        "late": _LATE,
        "incomplete": _INCOMPLETE,
        "missing": _NOT_IN,
        "in progress": _EXPECTED,
        "withdrawal": _NOT_ASSIGNED,
    },
    "Ed-Fi": {
        "Exempt": _EXCUSED,
        "Not Submitted": _NOT_IN,
        "Returned": _BELOW,
        "Submitted": _HANDED_IN,
        "Late": _LATE,
    },
}
