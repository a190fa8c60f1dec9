"""Forgetting at a person's word: what is older than the school keeps such things, or one student.

First it is only counted. Nothing that is forgotten makes a letter be written again, and nobody's wish to hear no more
is forgotten with it; of letters that lie in the maildir only those go that are known to have been sent on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sheets_mastery import terminal
from sheets_mastery.desk import PERSON
from sheets_mastery.errors import LedgerError, SettingsError
from sheets_mastery.gradebook.records import key
from sheets_mastery.mail.lying import Lying, lying, sweep, take_away

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sheets_mastery.wiring import Service

#: What is younger may still decide about a letter: news, reminders, quiet hours, a ledger put back from a copy.
LEAST = timedelta(days=60)
#: Letters that have been sent on are kept for so long.
LETTERS = timedelta(days=30)
_DAYS = re.compile(r"([1-9][0-9]{0,4}) ?d(?:ays?)?")
_FOLDER, _BEGUN = "letters in the folder", "half-written letters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What is forgotten, or would be."""

    #: Whether it has been done.
    done: bool
    #: How much of what, in words.
    counts: dict[str, int] = field(default_factory=dict)
    #: How many letters stay in the folder because nothing tells that they have been sent on.
    unsent: int = 0
    #: What could not be done, in a sentence; "" where all was.
    trouble: str = ""
    #: Whether that is a failure: what is forgotten is still in the ledger's files.
    failed: bool = False


def days(text: str, option: str) -> timedelta:
    """A length of time such as "400d"; SettingsError for anything else."""
    found = _DAYS.fullmatch(text.strip().lower())
    if found is None:
        raise SettingsError(f'forget: {option} "{text}" is no number of days; write it like 400d.')
    return timedelta(days=int(found[1]))


def older(service: Service, age: timedelta, letters: timedelta, *, sent_on: bool, really: bool) -> Forgotten:
    """Forget what is older than `age`, and the letters in the folder that are older than `letters` and were sent on.

    `sent_on`: a person says that all of them were, or that none will be. SettingsError for an age at which letters
    might be written again.
    """
    if age < LEAST:
        raise SettingsError(
            f"forget: what is younger than {LEAST.days} days still decides about letters; say 60d or more."
        )
    now, ledger = service.clock(), service.ledger
    names = [each.name for each in service.settings.gradebooks]
    with ledger.sole_deliverer():
        there = lying(_folder(service))
        old = [each for each in there if each.written < now - letters]
        going, unsent = _going(service, old, sent_on=sent_on)
        stay = {each.key for each in there} - set(going)
        counts = _take_away(service, going, really=really)
        counts[_BEGUN] += sweep(_folder(service), now, really=really)
        counts += Counter(
            ledger.forget(
                now - age,
                gradebooks=names,
                lying=stay,
                now=now,
                who=PERSON if really else None,
            )
        )
        return _forgotten(service, counts, unsent, really=really)


def student(service: Service, identity: str, gradebook: str | None, *, sent_on: bool, really: bool) -> Forgotten:
    """Forget one student, by the id as the sheet had it, in one gradebook or in all.

    SettingsError for one who is still in a sheet, or about whom a letter is not at its end.
    """
    ledger, chosen = service.ledger, {each.name for each in service.settings.gradebooks}
    who = key(identity)
    with ledger.sole_deliverer():
        known = ledger.student_known(who, gradebook)
        here = [name for name, seen in known if seen and name in chosen]
        if here:
            raise SettingsError(
                f"forget: this student is still in {', '.join(here)}, and the next sync would learn everything anew "
                "and write again. Take the student out of the sheet, sync, then say it once more."
            )
        where = [name for name, _ in known]
        about = ledger.letters_about(who, where)
        open_ = sum(not each.state.final for each in about)
        if open_:
            raise SettingsError(
                f"forget: {open_} letters about this student are not at their end: `outbox list` shows them, "
                "`outbox settle` and `outbox cancel` end them."
            )
        mine = {each.key for each in about}
        going, unsent = _going(service, [each for each in lying(_folder(service)) if each.key in mine], sent_on=sent_on)
        if unsent and really:
            raise SettingsError(f"forget: {_unsent(service, unsent)}")
        counts = _take_away(service, going, really=really)
        counts += Counter(ledger.forget_student(who, where, now=service.clock(), who=PERSON if really else None))
        return _forgotten(service, counts, unsent, really=really)


def drawn(found: Forgotten) -> RenderableType:
    """The same as a table."""
    title = "Forgotten" if found.done else "What would be forgotten"
    return terminal.facts(title, found.counts or {"nothing": ""})


def _folder(service: Service) -> Path:
    return service.folder / service.settings.mail.folder


def _going(service: Service, there: Iterable[Lying], *, sent_on: bool) -> tuple[list[str], int]:
    """Which letters may go out of the folder, and how many may not because nothing tells that they were sent on.

    One of which the ledger does not say yet that it has left is none of them: its file may be what tells.
    """
    at_their_end = [each for each in there if all(notice.state.final for notice in service.ledger.find(each.key))]
    going = [each.key for each in at_their_end if each.sent_on or sent_on]
    return going, len(at_their_end) - len(going)


def _take_away(service: Service, keys: list[str], *, really: bool) -> Counter[str]:
    return Counter({_FOLDER: take_away(_folder(service), keys) if really else len(keys)})


def _forgotten(service: Service, counts: Counter[str], unsent: int, *, really: bool) -> Forgotten:
    trouble, failed = _unsent(service, unsent) if unsent else "", False
    if really:
        try:
            service.ledger.rewrite()
        except LedgerError as problem:
            failed = True
            trouble = f"It is forgotten, but the ledger's files still hold it until they are written anew: {problem}"
    return Forgotten(
        done=really,
        counts={what: count for what, count in counts.items() if count},
        unsent=unsent,
        trouble=trouble,
        failed=failed,
    )


def _unsent(service: Service, letters: int) -> str:
    return (
        f"{letters} old letters stay in {service.settings.mail.folder}, because nothing tells that they were sent on "
        "(a mail program's flag P or T). If they were, or never will be, --sent-on takes them away as well."
    )
