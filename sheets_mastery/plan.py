"""Reading + Past + Settings → Plan: everything a sync would do, before any of it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction

from sheets_mastery.addresses import coming_back
from sheets_mastery.config import GradebookSettings, Settings
from sheets_mastery.contracts import Contract, contracts_in_force
from sheets_mastery.corrections import corrected_since
from sheets_mastery.edits import DeleteTab, Edit
from sheets_mastery.gradebook import Gradebook, Place, Problem, read_gradebook
from sheets_mastery.gradebook.codes import codes_in_force, marking_in_force
from sheets_mastery.gradebook.records import key
from sheets_mastery.guard import guard, ids_changed, known_under_another_name, layout_changes, too_many
from sheets_mastery.leaving import Mode, mode_in_force
from sheets_mastery.mailtab import (
    MAIL_LABELS,
    MAIL_TITLE,
    Line,
    People,
    Written,
    contacts,
    described,
    guard_edits,
    guarded,
    is_ours_or_free,
    mail_edits,
    mail_tab,
    not_guarded,
    read_mail,
    ticked,
    waiting,
)
from sheets_mastery.mastery import Standing, Verdict, standings
from sheets_mastery.newaddresses import KnownAddress, address_changes, address_problems, after, beside_another_id
from sheets_mastery.notices import Begun, Decided, LettersOwed, Notice, begins, digest, teachers_box, with_more
from sheets_mastery.occasions import letters_owed
from sheets_mastery.ourtabs import present
from sheets_mastery.panel import SETTINGS_LABELS, InForce, codes_seen, page_edits, settings_in_force, settings_tab
from sheets_mastery.past import Facts, LevelChange, Past, VerdictChange
from sheets_mastery.quiet import edited, marks_seen
from sheets_mastery.reading import Reading, Watched
from sheets_mastery.remediation import Attempt, Closed, Owed, Remediation, Work, attempts, owed
from sheets_mastery.shape import shape_of
from sheets_mastery.stamps import Quarantine
from sheets_mastery.standstill import on_top, standstills
from sheets_mastery.tabs import MASTERY_ID, MASTERY_TITLE, TROUBLE_ID, TROUBLE_TITLE, is_ours_to_take_away
from sheets_mastery.unread import Unread, in_the_sheet, unread
from sheets_mastery.whoiswho import another_id, everybody, others, out_of_sight
from sheets_mastery.writeback import write_back

_OTHERS_WRITE = "another installation of the program is at work in this document, so this one writes nothing into it."
_ONE_OF_TWO = "Switch off one of the two; if that is the other one, then say `outbox claim` or `outbox reconcile` here."


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything that a sync of one gradebook would do."""

    #: The gradebook as it was understood.
    gradebook: Gradebook
    #: The settings that are in force for it: the file's, with the choices of the tab Mastery Settings over them.
    settings: Settings
    #: The students, judged, in the gradebook's order.
    standings: tuple[Standing, ...]
    #: What the teacher should mend.
    problems: tuple[Problem, ...]
    #: What has become of the owed work.
    owed: Owed
    #: What is decided about letters.
    letters: LettersOwed
    #: What the ledger will learn.
    facts: Facts
    #: What is written into the document.
    edits: tuple[Edit, ...]
    #: Rectangles of the tab Mastery Mail to look at right after the write, each with the texts that should stand there.
    watched: tuple[tuple[Watched, tuple[str, ...]], ...]
    #: Why a person should look before any of it happens; empty for an ordinary plan.
    objections: tuple[str, ...]
    #: From how many places of the roster letters come back; each is among the problems.
    coming_back: int = 0
    #: What the reading did not show; nothing is decided about what hangs on that.
    unread: Unread = field(default_factory=Unread)
    #: Names this plan: the same plan, decided again on the same day, has the same fingerprint.
    fingerprint: str

    @property
    def changes_anything(self) -> bool:
        """Whether carrying it out would change the document, the letters or the ledger's facts."""
        facts = self.facts
        return bool(
            self.edits
            or facts.shape
            or facts.verdicts
            or facts.levels
            or facts.attempts
            or facts.episodes
            or facts.new_notices
            or facts.joined
            or facts.withdrawn
            or facts.choices is not None
            or facts.praises_joined
            or facts.edited
            or facts.addresses
            or facts.decided
        )


def decide(
    reading: Reading,
    past: Past,
    file: Settings,
    gradebook_settings: GradebookSettings,
    now: datetime,
    *,
    quarantine: Quarantine | None = None,
    refused: bool = False,
) -> Plan:
    """Decide what a sync does. Pure: the same reading, past, settings and moment give the same plan.

    `file` is what the settings file says; what counts is that with the choices of the document's own tab over it.
    `quarantine` is that of the spreadsheet; `refused` says that Google has just refused to protect a tab. Raises
    LayoutError where there is nothing to go by.
    """
    in_force = settings_in_force(file, gradebook_settings, reading, past.choices)
    settings = in_force.settings
    today = now.astimezone(settings.school.zone).date()
    gradebook, contracts, judged, problems = judge_reading(reading, settings, in_force.gradebook, today)
    new_attempts, whats_owed = owed_now(gradebook, judged, past, settings, today)
    who = everybody(gradebook, past.secret)
    ids_before = another_id(gradebook, past, who)
    came_and_went = _address_changes(gradebook, past, settings, who, now)
    moved_addresses = beside_another_id(came_and_went, past.addresses, ids_before, now)
    mode = mode_in_force(settings, past.first_sync, now)
    decided = ticks(reading, gradebook, in_force.gradebook, past, settings, mode, now)
    addresses = after(past.addresses, moved_addresses, decided)
    known = {**past.notices, **{each.notice.key: each.after for each in decided}}
    returned = coming_back(gradebook, past.history, past.secret)
    problems = (*problems, *returned)
    other_levels = {each.student for each in _level_changes(gradebook, contracts, past)}
    corrected = corrected_since(
        whats_owed.ended,
        new_attempts,
        other_levels=other_levels,
        here={key(student.id) for student in gradebook.students},
        history=past.history,
        now=now,
    )
    letters = letters_owed(
        judged,
        whats_owed,
        gradebook=gradebook.name,
        known=known,
        announced=past.announced,
        letters=settings.letters,
        school=settings.school,
        secret=past.secret,
        now=now,
        history=replace(past.history, begun=_begun(gradebook, contracts, past, settings, now)),
        judged_as=_judged_as(gradebook, judged, {each.work for each in (*past.history.ended, *whats_owed.ended)}),
        problems=tuple(map(str, problems)),
        addresses=addresses,
        corrected=bool(corrected),
        out_of_sight=out_of_sight(gradebook, past),
    )
    if settings.letters.stop:
        # What waits may still be withdrawn; what is owed is decided anew when letters may leave again.
        letters = replace(letters, new=(), joined=())
    lines = waiting(
        _afterwards(known, letters),
        People.of(gradebook, past.secret),
        gradebook,
        settings,
        mode,
        open_=whats_owed.open.values(),
        good=(each for each in (*past.history.ended, *whats_owed.ended) if each.why is Closed.MADE_GOOD),
        stopped=bool(past.stopped) or settings.letters.stop,
        quarantined=quarantine is not None,
    )
    just_corrected = {letter for letter, _ in corrected}
    still = standstills(past.stopped, quarantine)
    where = _place_of_letters(reading, in_force.gradebook, gradebook)
    deaf = _refused_to_guard(reading, in_force.gradebook, settings, where, today, refused=refused)
    says = on_top(settings, mode, still=bool(still), deaf=bool(deaf))
    mail, unusable = _mail(
        reading, in_force.gradebook, gradebook, lines, past, settings, says, just_corrected, guard=not deaf
    )
    new_addresses = address_problems(
        gradebook.students,
        addresses,
        (*known.values(), *letters.new),
        settings.letters,
        settings.school,
        past.secret,
        now,
    )
    not_shown = unread(reading, gradebook)
    waits = (*(Problem(place=where, what=each.what, remedy=each.remedy) for each in still), *deaf)
    elsewhere = (*waits, *in_the_sheet(not_shown), *problems, *new_addresses, *in_force.unusable, *unusable)
    edits, in_the_way = write_back(
        reading,
        gradebook,
        judged,
        whats_owed.open,
        elsewhere,
        settings.tiers,
        marking_in_force(in_force.gradebook, settings.marking),
        panel=_panel(in_force, file, gradebook_settings, reading, gradebook),
        mail=mail.edits,
    )
    if quarantine is not None and quarantine.others_at_work(reading.stamps):
        # Whoever writes into the document lets letters leave as well. Two who wrote would only undo each other's work:
        # no two ledgers have the same letters, nor the same days.
        edits, in_the_way = (), (Problem(place=where, what=_OTHERS_WRITE, remedy=_ONE_OF_TWO),)
    facts = replace(
        _facts(reading, gradebook, judged, contracts, past, new_attempts, whats_owed, letters, who=who),
        addresses=moved_addresses,
        choices=None if not gradebook_settings.settings_tab or in_force.choices == past.choices else in_force.choices,
        decided=decided,
        corrected=corrected,
    )
    return Plan(
        gradebook=gradebook,
        settings=settings,
        standings=judged,
        problems=(*elsewhere, *in_force.problems, *in_the_way),
        owed=whats_owed,
        letters=letters,
        facts=facts,
        edits=edits,
        watched=mail.watched if mail.edits and mail.edits[-1] in edits else (),
        objections=(
            *known_under_another_name(reading, past, [each.name for each in file.gradebooks]),
            *layout_changes(reading, gradebook, past, settings.guard, who),
            *ids_changed(gradebook, ids_before),
            *guard(gradebook, facts, whats_owed, past, settings, now),
        ),
        # The tab with the letters says moments, and what it says follows from the facts.
        fingerprint=_fingerprint(gradebook.name, tuple(each for each in edits if each not in mail.edits), facts),
        coming_back=len(returned),
        unread=not_shown,
    )


def _address_changes(
    gradebook: Gradebook, past: Past, settings: Settings, who: Mapping[str, str], now: datetime
) -> tuple[KnownAddress, ...]:
    """What has become of the addresses."""
    return address_changes(
        gradebook.students,
        past.addresses,
        past.students or {},
        settings.letters,
        past.secret,
        now,
        vouched=too_many(others(who, past), past, settings.guard.names_share),
    )


def ticks(
    reading: Reading,
    gradebook: Gradebook,
    gradebook_settings: GradebookSettings,
    past: Past,
    settings: Settings,
    mode: Mode,
    now: datetime,
) -> tuple[Decided, ...]:
    """What is decided about letters by the ticks on the tab Mastery Mail; for a sync and for a delivery."""
    tab = mail_tab(reading)
    if tab is None or not gradebook_settings.mail_tab:
        return ()
    approvers = settings.mail.approvers
    if approvers and not guarded(tab, described(approvers, reading.spreadsheet_id)):
        return ()  # whoever it was, it may have been somebody who may not
    lines = waiting(
        past.notices.values(),
        People.of(gradebook, past.secret),
        gradebook,
        settings,
        mode,
        open_=past.episodes.values(),
        good=past.history.ended,
    )
    return tuple(
        Decided.of(each.notice, each.decision, each.reason, now=now, letters=settings.letters, school=settings.school)
        for each in ticked(read_mail(tab), lines)
    )


def _afterwards(known: Mapping[str, Notice], letters: LettersOwed) -> tuple[Notice, ...]:
    """The letters as they are when all that is decided about them has happened."""
    notices = {**known, **{each.key: each for each in letters.new}}
    for joined, which in ((letters.joined, "episodes"), (letters.praises_joined, "praises")):
        for name, more in joined:
            notices[name] = with_more(notices[name], which, more)
    for name, _ in letters.withdrawn:
        notices.pop(name, None)
    return tuple(notices.values())


def _mail(
    reading: Reading,
    gradebook_settings: GradebookSettings,
    gradebook: Gradebook,
    lines: Mapping[str, Line],
    past: Past,
    settings: Settings,
    says: str,
    corrected: Collection[str],
    *,
    guard: bool,
) -> tuple[Written, tuple[Problem, ...]]:
    """What is to be done about the tab with the letters: nothing where it is not ours.

    `guard`: it is protected for those whom the settings name, if they name any.
    """
    tab = mail_tab(reading)
    if not gradebook_settings.mail_tab:
        ours = tab is not None and is_ours_to_take_away(tab, MAIL_LABELS)
        return Written(edits=(DeleteTab(sheet_id=tab.sheet_id),) if tab is not None and ours else ()), ()
    if tab is not None and not is_ours_or_free(tab):
        problem = Problem(
            place=Place(tab=tab.title),
            what="this tab has the name that this program uses for its letters, but is not of its making, so it is "
            "left alone, and nothing on it is read.",
            remedy="Give your tab another name, or say mail_tab = false under gradebooks in the settings file.",
        )
        return Written(), (problem,)
    people = People.of(gradebook, past.secret)
    sent, in_all = contacts(past.history, people, settings, corrected)
    written = mail_edits(tab, lines.values(), sent, in_all, says)
    if guard and (tab is not None or written.edits):
        protect = guard_edits(tab, settings.mail.approvers, reading.spreadsheet_id)
        written = replace(written, edits=(*written.edits, *protect))
    return written, ()


def _refused_to_guard(
    reading: Reading,
    gradebook_settings: GradebookSettings,
    settings: Settings,
    where: Place,
    today: date,
    *,
    refused: bool,
) -> tuple[Problem, ...]:
    """That Google does not let the tab with the letters be protected, if it has refused that today.

    It has where the tab Mastery Trouble says so: it is not asked again at every sync.
    """
    approvers, tab = settings.mail.approvers, mail_tab(reading)
    if not approvers or not gradebook_settings.mail_tab:
        return ()
    if tab is not None and guarded(tab, described(approvers, reading.spreadsheet_id)):
        return ()
    problem = not_guarded(where, approvers, reading.spreadsheet_id, today)
    trouble = present(reading, TROUBLE_ID, TROUBLE_TITLE)
    told = trouble is not None and any(each.text == problem.what for row in trouble.cells for each in row)
    return (problem,) if refused or told else ()


def _place_of_letters(reading: Reading, gradebook_settings: GradebookSettings, gradebook: Gradebook) -> Place:
    """Where something is said to be that is the matter with all letters."""
    if not gradebook_settings.mail_tab:
        return Place(tab=gradebook.tabs[0].title)
    tab = mail_tab(reading)
    return Place(tab=MAIL_TITLE if tab is None else tab.title)


def _panel(
    in_force: InForce, file: Settings, gradebook_settings: GradebookSettings, reading: Reading, gradebook: Gradebook
) -> tuple[Edit, ...]:
    """What is to be done about the tab with the settings: nothing where it is not ours, or cannot be told."""
    tab = settings_tab(reading)
    if not gradebook_settings.settings_tab:
        ours = tab is not None and is_ours_to_take_away(tab, SETTINGS_LABELS)
        return (DeleteTab(sheet_id=tab.sheet_id),) if tab is not None and ours else ()
    if in_force.unusable:
        return ()
    mastery = present(reading, MASTERY_ID, MASTERY_TITLE)
    codes = codes_in_force(in_force.gradebook, in_force.settings.marking)
    seen = codes_seen(reading, gradebook, codes)
    index = None if mastery is None else mastery.index + 1
    return page_edits(in_force, file, gradebook_settings, seen, gradebook.unknown_codes, index=index)


def judge_reading(
    reading: Reading, settings: Settings, gradebook_settings: GradebookSettings, today: date
) -> tuple[Gradebook, dict[str, Contract], tuple[Standing, ...], tuple[Problem, ...]]:
    """Understand and judge one reading: what a sync and a delivery have in common."""
    gradebook = read_gradebook(reading, gradebook_settings, settings.marking)
    contracts, level_problems = contracts_in_force(gradebook, settings.tiers, today)
    judged = standings(gradebook, contracts, settings.marking, settings.school, today)
    return gradebook, contracts, judged, (*gradebook.problems, *level_problems)


def owed_now(
    gradebook: Gradebook, judged: tuple[Standing, ...], past: Past, settings: Settings, today: date
) -> tuple[tuple[Attempt, ...], Owed]:
    """The attempts that one reading shows, and what has become of the owed work; for a sync and for a delivery."""
    # Keys are made once a student and once an assignment, not once a mark.
    works = [assignment.id for assignment in gradebook.assignments]
    marks = [
        ((identity, work), mark)
        for student, row in zip(gradebook.students, gradebook.marks, strict=True)
        if not student.blocked
        for identity in (key(student.id),)
        for work, mark in zip(works, row, strict=True)
    ]
    new_attempts = attempts(marks, past.attempts, today)
    numbers = {work: attempt.number for work, attempt in past.attempts.items()}
    numbers |= {attempt.work: attempt.number for attempt in new_attempts}
    whats_owed = owed(
        [standing for standing in judged if not standing.student.blocked],
        gradebook.assignments,
        before=_not_in_doubt(past, gradebook),
        attempt_numbers=numbers,
        settings=settings.remediation,
        school=settings.school,
        today=today,
        new_id=lambda work, day: digest(past.secret, "episode", gradebook.name, *work, day.isoformat())[:32],
        of_late=_still_believed(past, settings),
    )
    return new_attempts, whats_owed


def _still_believed(past: Past, settings: Settings) -> dict[Work, Remediation]:
    """The episodes that have ended of late without a family having read so.

    Where such work is missing again, the family believes it to be missing all along: to tell it would be to say it
    twice. Who has read that it was made good is told anew, and the teacher's digest is no family.
    """
    teacher = teachers_box(settings.letters, settings.school.reply_to, settings.school.teacher, past.secret).digest
    waiting = {
        (episode, notice.guardian)
        for notice in past.notices.values()
        if notice.state.waiting
        for episode in notice.praises
    }
    praised = {
        episode
        for (episode, person), said in past.history.told.items()
        if said.praised and person != teacher and (episode, person) not in waiting
    }
    return {work: each for work, each in past.ended.items() if each.id not in praised}


def _judged_as(gradebook: Gradebook, judged: tuple[Standing, ...], works: set[Work]) -> dict[Work, Verdict]:
    """How some work is judged; what has gone from the gradebook is left out."""
    if not works:
        return {}
    titles = [assignment.id for assignment in gradebook.assignments]
    return {
        work: each.verdict
        for standing in judged
        for identity in (key(standing.student.id),)
        for title, each in zip(titles, standing.judged, strict=True)
        if (work := (identity, title)) in works
    }


def _begun(
    gradebook: Gradebook, contracts: Mapping[str, Contract], past: Past, settings: Settings, now: datetime
) -> dict[str, Begun]:
    """Since when each student's contract is what it is, this reading included."""
    begun = dict(past.history.begun)
    for change in _level_changes(gradebook, contracts, past):
        begun.pop(change.student, None)
        news = begins(change.before, change.since, now, known=change.student in past.levels)
        if change.after is not None and news is not None:
            begun[change.student] = news
    # Where no level is what theirs was before, the school has moved the bar; nobody has signed for another one.
    bars = {Fraction(tier.pass_mark) for tier in settings.tiers}
    return {student: each for student, each in begun.items() if each.before is None or each.before in bars}


def _in_doubt(past: Past, gradebook: Gradebook) -> set[str]:
    """The students whose row is in doubt just now, or cannot be found."""
    return {key(student.id) for student in gradebook.students if student.blocked} | out_of_sight(gradebook, past)


def _not_in_doubt(past: Past, gradebook: Gradebook) -> dict[Work, Remediation]:
    """The open episodes, less those of students in doubt: they neither close nor move."""
    doubtful = _in_doubt(past, gradebook)
    return {work: episode for work, episode in past.episodes.items() if work[0] not in doubtful}


def _facts(
    reading: Reading,
    gradebook: Gradebook,
    judged: tuple[Standing, ...],
    contracts: Mapping[str, Contract],
    past: Past,
    new_attempts: tuple[Attempt, ...],
    whats_owed: Owed,
    letters: LettersOwed,
    *,
    who: Mapping[str, str],
) -> Facts:
    works = [assignment.id for assignment in gradebook.assignments]
    now = {
        (identity, work): each.verdict
        for standing in judged
        if not standing.student.blocked
        for identity in (key(standing.student.id),)
        for work, each in zip(works, standing.judged, strict=True)
    }
    doubtful = _in_doubt(past, gradebook)
    known = past.students or {}
    who = {**{student: known[student] for student in out_of_sight(gradebook, past)}, **who}
    changes = [
        VerdictChange(work=work, before=past.verdicts.get(work), after=verdict)
        for work, verdict in now.items()
        if past.verdicts.get(work) is not verdict
    ]
    changes += [
        VerdictChange(work=work, before=verdict, after=None)
        for work, verdict in past.verdicts.items()
        if work not in now and work[0] not in doubtful
    ]
    shape = shape_of(reading, gradebook)
    marks = marks_seen(gradebook, past.marks)
    return Facts(
        reading=_reading_fingerprint(gradebook, past.secret),
        shape=None if shape == past.shape else shape,
        students=None if who == past.students else who,
        verdicts=tuple(changes),
        levels=tuple(_level_changes(gradebook, contracts, past)),
        attempts=new_attempts,
        episodes=(*whats_owed.newly, *whats_owed.moved_on, *whats_owed.ended),
        new_notices=letters.new,
        joined=letters.joined,
        withdrawn=letters.withdrawn,
        praises_joined=letters.praises_joined,
        marks=None if marks == past.marks else marks,
        # At the first look everything is new, and nothing an edit.
        edited=() if past.students is None else edited(marks, past.marks, new_attempts),
    )


def _level_changes(gradebook: Gradebook, contracts: Mapping[str, Contract], past: Past) -> Iterator[LevelChange]:
    for student in gradebook.students:
        identity = key(student.id)
        contract = contracts.get(identity)
        level = Fraction(contract.tier.pass_mark) if contract else None
        if not student.blocked and (identity not in past.levels or past.levels[identity] != level):
            yield LevelChange(
                student=identity,
                before=past.levels.get(identity),
                after=level,
                signed_by=contract.signed_by if contract else "",
                since=contract.since if contract else None,
            )


def _reading_fingerprint(gradebook: Gradebook, secret: bytes) -> str:
    """A keyed digest of what was understood, so that two readings can be compared without being kept."""
    words = [assignment.title for assignment in gradebook.assignments]
    for student, marks in zip(gradebook.students, gradebook.marks, strict=True):
        words.append(student.id)
        words += [f"{mark.kind}:{mark.written}" for mark in marks]
    return digest(secret, "reading", *words)


def _fingerprint(name: str, edits: tuple[Edit, ...], facts: Facts) -> str:
    """Twelve hexadecimal digits over everything that the plan would do, moments left out."""
    said = hashlib.sha256()
    for part in (
        name,
        repr(facts.shape),
        *map(repr, edits),
        *map(repr, facts.verdicts),
        *map(repr, facts.levels),
        *map(repr, facts.attempts),
        *map(repr, facts.episodes),
        *(
            f"{notice.key} {notice.episodes} {notice.reminds} {notice.praises} {notice.about}"
            for notice in facts.new_notices
        ),
        *map(repr, facts.joined),
        *map(repr, facts.praises_joined),
        *map(repr, facts.withdrawn),
        *map(repr, facts.edited),
        *(f"{each.student} {each.guardian} {each.trusted} {each.gone is None}" for each in facts.addresses),
        *(f"{each.notice.key} {each.decision}" for each in facts.decided),
        *([] if facts.choices is None else (f"{name} {facts.choices[name]}" for name in sorted(facts.choices))),
    ):
        said.update(part.encode())
        said.update(b"\0")
    return said.hexdigest()[:12]
