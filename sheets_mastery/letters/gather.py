"""Whether a letter is still true, and what it says: both from one look at one student.

What is checked is what is written: a letter that holds nothing any more is not one, whatever was decided before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sheets_mastery.config import Settings
from sheets_mastery.gradebook import Assignment
from sheets_mastery.gradebook.records import key
from sheets_mastery.letters.plain import NAME_LENGTH, TITLE_LENGTH, first_name, one_line, web_address
from sheets_mastery.letters.records import GoodItem, Letter, OpenItem
from sheets_mastery.mastery import Judged, Standing, Verdict
from sheets_mastery.notices import CONTRACT, MADE_GOOD, MISSING, REMINDER, WEEKLY, WELCOME, Letterbox, Notice
from sheets_mastery.occasions import level_of, unsigned
from sheets_mastery.remediation import Remediation, Work, link_for


@dataclass(frozen=True, kw_only=True, slots=True)
class StudentView:
    """Everything about one student that a letter may be written from. Nobody else is in reach of it."""

    #: The student, judged.
    standing: Standing
    #: What the marks in `standing.judged` are for.
    assignments: tuple[Assignment, ...]
    #: The student's open episodes that the ledger knows, with the help that comes next as of this reading.
    episodes: Mapping[Work, Remediation]
    #: The work of the student's episodes that were made good of late, by the episode's id.
    ended: Mapping[str, Work]
    #: Where help for an assignment is found: `Gradebook.links`.
    links: Mapping[tuple[str, str], str]

    @property
    def judged(self) -> Iterator[tuple[Assignment, Judged]]:
        """Each assignment with how the student's mark for it is judged."""
        return zip(self.assignments, self.standing.judged, strict=True)

    @classmethod
    def of(
        cls,
        standing: Standing,
        assignments: tuple[Assignment, ...],
        *,
        episodes: Mapping[Work, Remediation],
        ended: tuple[Remediation, ...],
        links: Mapping[tuple[str, str], str],
    ) -> StudentView:
        """The view of one student: of everybody's episodes, only that student's are taken over."""
        student = key(standing.student.id)
        return cls(
            standing=standing,
            assignments=assignments,
            episodes={work: each for work, each in episodes.items() if work[0] == student},
            ended={each.id: each.work for each in ended if each.work[0] == student},
            links=links,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NotNow:
    """Why a letter does not leave."""

    #: In words without personal data; "" where it only has to wait, because its work cannot be read just now.
    why: str = ""


def what_it_says(
    notice: Notice, view: StudentView, box: Letterbox, settings: Settings, reference: str, *, opt_out: str = ""
) -> Letter | NotNow:
    """The letter that a notice stands for, from one student as the sheet shows it now; or why it is none."""
    items = tuple(_items(view, settings, frozenset(notice.episodes)))
    good = tuple(_good(view, frozenset(notice.praises), show=settings.letters.show_marks))
    level = level_of(view.standing)
    raised = notice.kind in {MADE_GOOD, WEEKLY} and bool(notice.about) and notice.about == level
    mentioned = {*notice.episodes, *(episode for episode, _ in notice.reminds)}
    match notice.kind:
        case "missing" | "reminder":
            works = [work for work, episode in view.episodes.items() if episode.id in mentioned]
            still_so, why = any(_verdict(view, work).missing for work in works), "put right before it left"
        case "made_good":
            works = [work for each in notice.praises if (work := view.ended.get(each))]
            still_so, why = bool(good) or raised, "no longer so"
        case "weekly":
            works = [*view.episodes, *view.ended.values()]
            still_so, why = bool(items or good) or raised, "nothing to say this week"
        case "welcome":
            works = []
            still_so, why = bool(level) and notice.about == level, "the contract is another one now"
        case _:
            works = []
            still_so = notice.about == level and unsigned(view.standing)
            why = "signed, or another contract now"
    if not still_so:
        return NotNow() if any(_verdict(view, work) is Verdict.CHECK for work in works) else NotNow(why=why)
    speaks_of_work = notice.kind in {MISSING, REMINDER, WEEKLY}
    about_contract = notice.kind in {WELCOME, CONTRACT}
    return _letter(
        notice.kind,
        view,
        box,
        settings,
        reference,
        items=items if speaks_of_work else (),
        good=good,
        raised=raised,
        ladder=about_contract,
        opt_out=opt_out,
    )


def missing_letter(
    standing: Standing,
    assignments: tuple[Assignment, ...],
    episodes: Mapping[Work, Remediation],
    links: Mapping[tuple[str, str], str],
    box: Letterbox,
    settings: Settings,
    reference: str,
    *,
    announced: frozenset[str],
) -> Letter:
    """Gather what a letter to one person about one student's missing work says.

    `assignments` go with `standing.judged`; `episodes` are the open ones; `links` are `Gradebook.links`; `announced`
    holds the ids of the episodes that this letter is the first to speak of. Raises ValueError where nothing is open.
    """
    view = StudentView.of(standing, assignments, episodes=episodes, ended=(), links=links)
    items = tuple(_items(view, settings, announced))
    if not items:
        raise ValueError("a letter about missing work needs missing work")
    return _letter(MISSING, view, box, settings, reference, items=items)


def _letter(
    kind: str,
    view: StudentView,
    box: Letterbox,
    settings: Settings,
    reference: str,
    *,
    items: tuple[OpenItem, ...],
    good: tuple[GoodItem, ...] = (),
    raised: bool = False,
    ladder: bool = False,
    opt_out: str = "",
) -> Letter:
    standing, show = view.standing, settings.letters.show_marks
    return Letter(
        kind=kind,
        first_name=first_name(standing.student.name),
        name=one_line(standing.student.name, NAME_LENGTH),
        guardian=one_line(box.name, NAME_LENGTH),
        own=box.own,
        items=tuple(sorted(items, key=lambda item: not item.new)),
        good=good,
        raised=raised,
        ladder=tuple(dict.fromkeys(rung.help for rung in settings.remediation.ladder)) if ladder else (),
        for_not_in=settings.remediation.not_in.help if ladder else "",
        level=Fraction(standing.contract.tier.pass_mark) if show and standing.contract else None,
        school=one_line(settings.school.name, TITLE_LENGTH),
        teacher=one_line(settings.school.teacher, NAME_LENGTH),
        reply_to=settings.school.reply_to,
        reference=reference,
        show_marks=show,
        opt_out=opt_out,
    )


def _items(view: StudentView, settings: Settings, announced: frozenset[str]) -> Iterator[OpenItem]:
    """The student's open work that the ledger knows of, in the gradebook's order."""
    show = settings.letters.show_marks
    student = key(view.standing.student.id)
    for assignment, judged in view.judged:
        episode = view.episodes.get((student, assignment.id))
        # Work that went missing since the last sync has no episode yet: it waits for a letter of its own.
        if not judged.verdict.missing or episode is None:
            continue
        yield OpenItem(
            title=one_line(assignment.title, TITLE_LENGTH),
            verdict=judged.verdict,
            needed=judged.needed if show else None,
            got=judged.got if show else None,
            help=episode.help,
            link=web_address(link_for(view.links, assignment.id, episode.help, settings.remediation)),
            due=episode.due,
            new=episode.id in announced,
        )


def _good(view: StudentView, praises: frozenset[str], *, show: bool) -> Iterator[GoodItem]:
    """The work of some episodes that is at the level in this very reading."""
    wanted = {work for episode, work in view.ended.items() if episode in praises}
    student = key(view.standing.student.id)
    for assignment, judged in view.judged:
        if judged.verdict is Verdict.MASTERED and (student, assignment.id) in wanted:
            yield GoodItem(
                title=one_line(assignment.title, TITLE_LENGTH),
                needed=judged.needed if show else None,
                got=judged.got if show else None,
            )


def _verdict(view: StudentView, work: Work) -> Verdict:
    """How some work of the student is judged; work that has gone from the gradebook is nobody's to finish."""
    found = (judged.verdict for assignment, judged in view.judged if assignment.id == work[1])
    return next(found, Verdict.EXCUSED)
