"""The teacher's own letter about one gradebook and school day: what is new, made good, waiting and to be mended.

It is the one letter that names several students, so it goes to `school.reply_to` and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sheets_mastery.config import School
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.letters.plain import NAME_LENGTH, TITLE_LENGTH, one_line
from sheets_mastery.mastery import Standing, Verdict
from sheets_mastery.notices import DIGEST, Notice, NoticeState
from sheets_mastery.remediation import Remediation, Work

#: So many problems are named; the rest is counted.
_PROBLEMS = 20
_PROBLEM_LENGTH = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One assignment, and the students of whom something is said about it."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What the teacher's digest says."""

    #: The gradebook's name in the settings.
    gradebook: str
    #: The school's day.
    day: date
    #: What has gone missing since the last digest, by assignment.
    new: tuple[Group, ...]
    #: What has been made good since, by assignment.
    good: tuple[Group, ...]
    #: How many letters wait until they may leave.
    waiting: int
    #: How many letters wait for a person to decide.
    to_decide: int
    #: How many people have stopped a kind of letter, or several.
    stopped: int = 0
    #: How many letters a person has let leave, and has skipped, on the tab Mastery Mail since the last digest.
    approved: int = 0
    skipped: int = 0
    #: How many letters said what was put right after they had left, since the last digest.
    corrected: int = 0
    #: What is to be mended in the sheet, a sentence each.
    problems: tuple[str, ...]
    #: How many more problems there are.
    more_problems: int
    school: str
    teacher: str
    reply_to: str
    reference: str
    kind: str = DIGEST


def digest_of(
    notice: Notice,
    gradebook: Gradebook,
    standings: Iterable[Standing],
    *,
    episodes: Mapping[Work, Remediation],
    ended: Iterable[Remediation],
    problems: tuple[str, ...],
    waiting: int,
    to_decide: int,
    stopped: int,
    corrected: int,
    ticked: Counter[NoticeState],
    school: School,
    reference: str,
) -> Digest | None:
    """The digest that a notice stands for, as the sheet shows things now; None where there is nothing to say.

    `ticked` are the letters about which a tick has decided since the last digest, by what became of them.
    """
    verdicts = {
        (key(standing.student.id), assignment.id): judged.verdict
        for standing in standings
        for assignment, judged in zip(gradebook.assignments, standing.judged, strict=True)
    }
    new = {work for work, each in episodes.items() if each.id in notice.episodes and verdicts.get(work, _GONE).missing}
    good = {each.work for each in ended if each.id in notice.praises and verdicts.get(each.work) is Verdict.MASTERED}
    if not (new or good or problems or corrected):
        return None
    return Digest(
        gradebook=one_line(notice.gradebook, TITLE_LENGTH),
        day=notice.slot,
        new=_groups(gradebook, new),
        good=_groups(gradebook, good),
        waiting=waiting,
        to_decide=to_decide,
        stopped=stopped,
        corrected=corrected,
        approved=ticked[NoticeState.READY],
        skipped=ticked[NoticeState.CANCELLED],
        problems=tuple(one_line(each, _PROBLEM_LENGTH) for each in problems[:_PROBLEMS]),
        more_problems=max(0, len(problems) - _PROBLEMS),
        school=one_line(school.name, TITLE_LENGTH),
        teacher=one_line(school.teacher, NAME_LENGTH),
        reply_to=school.reply_to,
        reference=reference,
    )


#: What work is judged as that is no longer in the gradebook.
_GONE = Verdict.EXCUSED


def _groups(gradebook: Gradebook, works: set[Work]) -> tuple[Group, ...]:
    """Some work by assignment, each with its students, both in the gradebook's order."""
    names = {key(student.id): one_line(student.name or student.id, NAME_LENGTH) for student in gradebook.students}
    groups = []
    for assignment in gradebook.assignments:
        found = tuple(name for student, name in names.items() if (student, assignment.id) in works)
        if found:
            groups.append(Group(title=one_line(assignment.title, TITLE_LENGTH), names=found))
    return tuple(groups)
