"""Letters as lines of words: those that wait, and those that were sent.

The ledger knows neither names nor addresses; they are looked up in the present reading, by student's key and digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sheets_mastery.afterwards import Since
from sheets_mastery.config import Settings
from sheets_mastery.envelope import reference
from sheets_mastery.gradebook import Gradebook
from sheets_mastery.gradebook.records import key
from sheets_mastery.leaving import KINDS, Mode, leaves, why
from sheets_mastery.notices import DIGEST, Earlier, History, Notice, NoticeState, person_digest
from sheets_mastery.remediation import Remediation

#: What is shown where the sheet no longer has somebody.
GONE = "not in the sheet"
_IN_DOUBT = "in doubt: see the tab Mastery Trouble"
#: So many of the sent letters are shown.
_NEWEST = 200
_TITLES = 5
#: What a person can do about a letter that no longer leaves by itself.
_TO_DO: Mapping[NoticeState, str] = {
    NoticeState.BLOCKED: "Approve lets it leave, Skip drops it.",
    NoticeState.FAILED: "Approve tries once more, Skip drops it; a corrected address gets a letter of its own.",
    NoticeState.NEEDS_REVIEW: (
        "A tick cannot settle this. Look for the reference in the sent mail, then say `outbox settle` with --sent or "
        "--again."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Who is who in one reading."""

    #: (id, name) by student's key.
    students: Mapping[str, tuple[str, str]]
    #: Who is behind (student's key, the person's digest).
    readers: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, gradebook: Gradebook, secret: bytes) -> People:
        """Everybody in a gradebook whom letters may be about or have gone to, permitted now or not."""
        students: dict[str, tuple[str, str]] = {}
        readers: dict[tuple[str, str], str] = {}
        for student in gradebook.students:
            identity = key(student.id)
            # Where two rows claim one id, nobody's name is shown beside a letter.
            students[identity] = (student.id, _IN_DOUBT if student.blocked else " ".join(student.name.split()))
            if student.blocked:
                continue
            everybody = [("guardian", each.name, each.address) for each in student.guardians]
            for person, name, address in (*everybody, ("student", student.name, student.address)):
                said = f"{' '.join(name.split())} <{address}>" if name else address
                readers[identity, person_digest(secret, person, address)] = said
        return cls(students=students, readers=readers)

    def student(self, identity: str) -> tuple[str, str]:
        """The id and the name of a student."""
        return self.students.get(identity, (identity, GONE))

    def reader(self, identity: str, digest: str) -> str:
        """The name and the address of a person who is written to about a student."""
        known = self.readers.get((identity, digest))
        return known or (_IN_DOUBT if self.student(identity)[1] == _IN_DOUBT else GONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One letter that waits, as the tab says it."""

    notice: Notice
    #: When it leaves, or what it waits for.
    leaves: str
    #: Who it is about and to, what about, and its state: a tick counts only beside exactly these words.
    student_id: str
    student: str
    to: str
    about: str
    state: str
    #: Why it waits, and what to do.
    why: str
    #: The word in its footer.
    reference: str


def waiting(
    notices: Iterable[Notice],
    people: People,
    gradebook: Gradebook,
    settings: Settings,
    mode: Mode,
    *,
    open_: Iterable[Remediation],
    good: Iterable[Remediation],
    stopped: bool = False,
    quarantined: bool = False,
) -> dict[str, Line]:
    """The letters home that are not at their end, by their reference, in the order in which they would leave.

    `open_` are the open episodes and `good` those made good of late: their work is named. `stopped` and `quarantined`
    say that none leaves at all. Two letters with one reference are both left out.
    """
    works = [each.id for each in gradebook.assignments]
    titles = [" ".join(each.title.split()) for each in gradebook.assignments]
    still = {each.id: works.index(each.work[1]) for each in open_ if each.work[1] in works}
    done = {each.id: works.index(each.work[1]) for each in good if each.work[1] in works}
    found = [
        _line(
            notice,
            people,
            _about(notice, titles, still, done),
            when=leaves(notice, settings, mode, stopped=stopped, quarantined=quarantined),
            mode=mode,
        )
        for notice in sorted(notices, key=lambda each: (each.not_before, each.key))
        if not notice.state.final and notice.kind != DIGEST
    ]
    times = Counter(line.reference for line in found)
    return {line.reference: line for line in found if times[line.reference] == 1}


def _line(notice: Notice, people: People, about: str, *, when: str, mode: Mode) -> Line:
    student_id, student = people.student(notice.student)
    reason, to_do = why(notice, mode), _TO_DO.get(notice.state, "")
    return Line(
        notice=notice,
        leaves=when,
        student_id=student_id,
        student=student,
        to=people.reader(notice.student, notice.guardian),
        about=about,
        state=str(notice.state),
        why=" ".join(filter(None, (reason if reason.endswith(".") or not to_do else f"{reason}.", to_do))),
        reference=reference(notice.key),
    )


def _about(notice: Notice, titles: Sequence[str], still: Mapping[str, int], done: Mapping[str, int]) -> str:
    """The kind and the work, what is missing before what is made good, each in the order of the gradebook."""
    owed = {*notice.episodes, *(episode for episode, _ in notice.reminds)}
    named = [titles[number] for number in sorted({still[episode] for episode in owed if episode in still})]
    named += [titles[number] for number in sorted({done[episode] for episode in notice.praises if episode in done})]
    if not named:
        return KINDS[notice.kind]
    more = f" and {len(named) - _TITLES} more" if len(named) > _TITLES else ""
    return f"{KINDS[notice.kind]}: {'; '.join(named[:_TITLES])}{more}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One letter that was sent, as the tab says it."""

    #: When, in the school's time.
    sent: str
    student_id: str
    student: str
    to: str
    about: str
    state: str
    #: What has happened since; "" for nothing.
    since: str
    reference: str


def contacts(
    history: History, people: People, settings: Settings, corrected: Collection[str] = ()
) -> tuple[tuple[Contact, ...], int]:
    """The newest of the letters home that were sent, the newest first, and how many there are in all.

    `corrected` are the keys of those of which it has just been found that what they said was put right since.
    """
    sent = [
        (each, student, digest)
        for (student, digest), letters in history.earlier.items()
        for each in letters
        if each.state is NoticeState.SENT and each.kind != DIGEST
    ]
    sent.sort(key=lambda each: (each[0].at, each[0].key), reverse=True)
    zone = settings.school.zone
    shown = tuple(
        Contact(
            sent=f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}",
            student_id=people.student(student)[0],
            student=people.student(student)[1],
            to=people.reader(student, digest),
            about=KINDS.get(each.kind, each.kind),
            state=str(each.state),
            since=happened_since(each, history.since.get(each.key), corrected=each.key in corrected),
            reference=reference(each.key),
        )
        for each, student, digest in sent[:_NEWEST]
    )
    return shown, len(sent)


def happened_since(letter: Earlier, known: Since | None, *, corrected: bool) -> str:
    """What has happened to a letter since it was sent, in words; "" for nothing."""
    since = known or Since(key=letter.key)
    if corrected and since.corrected is None:
        since = replace(since, corrected=letter.at)
    return since.said
