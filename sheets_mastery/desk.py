"""The desk at which a person decides about letters: what waits and why, and letting it leave, dropping or settling it.

The ledger knows neither names nor addresses. Whoever wants to see them asks for one reading of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from sheets_mastery import terminal
from sheets_mastery.errors import LedgerError, SettingsError
from sheets_mastery.leaving import KINDS, Mode, leaves, mode_in_force, why
from sheets_mastery.mailtab import GONE, People
from sheets_mastery.notices import MAY, Decided, Decision, Notice, NoticeState

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sheets_mastery.config import Settings
    from sheets_mastery.ledger import Event
    from sheets_mastery.wiring import Service

#: Who stands in the audit.
PERSON = "a person"
#: So much of a key is shown, and at least so much is asked for.
SHOWN, LEAST = 12, 6


_REASON = {
    Decision.APPROVE: "approved by a person",
    Decision.CANCEL: "dropped by a person",
    Decision.SENT: "a person has found it sent",
    Decision.AGAIN: "a person wants it sent once more",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One letter as it lies on the desk."""

    #: The whole key.
    key: str
    gradebook: str
    kind: str
    #: The school's day for which it was decided.
    slot: str
    #: One of `NoticeState`.
    state: str
    #: Why it is where it is, "" where there is nothing to say.
    why: str
    #: When it leaves or what it waits for, in words.
    leaves: str
    #: How often it was tried.
    attempts: int
    #: What has happened since it left, such as "came back (5.1.1, no such mailbox)"; "" for nothing.
    since: str = ""
    #: The student's name, None where no reading was asked for.
    student: str | None = None
    #: The guardian's name and address, None where no reading was asked for.
    guardian: str | None = None


def listed(service: Service, gradebook: str | None, *, names: bool) -> tuple[Letter, ...]:
    """The letters that are not at their end, in the order in which they would leave. `names` reads each sheet once."""
    chosen = service.chosen(gradebook)
    found = [letter for each in chosen for letter in service.ledger.waiting(each.name)]
    found += [letter for letter in service.ledger.sending() if letter.gradebook in {each.name for each in chosen}]
    return named(service, found, names=names)


def shown(service: Service, beginning: str, *, names: bool) -> tuple[Letter, tuple[Event, ...]]:
    """One letter, also one at its end, and everything that has happened to it. SettingsError where there is none."""
    notice = the_one(service, beginning)
    (letter,) = named(service, [notice], names=names)
    return letter, service.ledger.history(notice.key)


def decide(service: Service, decision: Decision, beginnings: Iterable[str]) -> tuple[Notice, ...]:
    """Carry a decision out for some letters; answers them as they are then.

    SettingsError, with nothing changed, where one of them is not there or is not for this decision; LedgerError where
    one has moved on in this very moment.
    """
    _, states = MAY[decision]
    letters = {notice.key: notice for notice in (the_one(service, each) for each in beginnings)}
    for notice in letters.values():
        if notice.state not in states:
            raise SettingsError(
                f"{decision}: the letter {notice.key[:SHOWN]} is {notice.state}, not "
                f"{_or(sorted(states))}.{_instead(notice.state)}"
            )
    now = service.clock()
    done = []
    for notice in letters.values():
        settings = service.settings
        decided = Decided.of(
            notice, decision, _REASON[decision], now=now, letters=settings.letters, school=settings.school
        )
        moved = service.ledger.decide(decided, now=now, who=PERSON)
        if moved is None:
            raise LedgerError(f"The letter {notice.key[:SHOWN]} has moved on in this moment: look at it again.")
        done.append(moved)
    return tuple(done)


def the_one(service: Service, beginning: str) -> Notice:
    """The letter whose key begins so; SettingsError where there is none, or more than one."""
    if len(beginning) < LEAST:
        raise SettingsError(f'"{beginning}" is too short for a letter\'s key: give at least {LEAST} signs of it.')
    found = service.ledger.find(beginning)
    if len(found) != 1:
        how_many = f"{len(found)} letters have keys" if found else "no letter has a key"
        raise SettingsError(f'{how_many} beginning with "{beginning}"; `outbox list` shows them.'.capitalize())
    return found[0]


def _instead(state: NoticeState) -> str:
    return {
        NoticeState.NEEDS_REVIEW: " Look where sent mail is, then say `outbox settle` with --sent or --again.",
        NoticeState.FAILED: " Try it again with `outbox settle --again`, or drop it with `outbox cancel`.",
        NoticeState.UNKNOWN: " The mail service is still being asked whether it left.",
        NoticeState.SENDING: " It is being sent this moment.",
    }.get(state, "")


def _or(words: list[NoticeState]) -> str:
    return ", ".join(words[:-1]) + (" or " if words[:-1] else "") + words[-1]


def named(service: Service, notices: Iterable[Notice], *, names: bool) -> tuple[Letter, ...]:
    """Letters as they lie on the desk, in the order in which they would leave. `names` reads each sheet once."""
    now = service.clock()
    stopped = service.ledger.stopped()
    spreadsheets = {each.name: each.spreadsheet for each in service.settings.gradebooks}
    quarantined = {name for name, where in spreadsheets.items() if service.ledger.quarantined(where) is not None}
    since = service.ledger.since()
    found = sorted(notices, key=lambda notice: (notice.not_before, notice.key))
    told = {name: _told(service, name) for name in dict.fromkeys(notice.gradebook for notice in found)}
    letters = [
        Letter(
            key=notice.key,
            gradebook=notice.gradebook,
            kind=notice.kind,
            slot=notice.slot.isoformat(),
            state=notice.state,
            why=why(notice, told[notice.gradebook][1]),
            leaves=leaves(
                notice,
                *told[notice.gradebook],
                now=now,
                stopped=bool(stopped),
                quarantined=notice.gradebook in quarantined,
            ),
            attempts=notice.attempt,
            since=since[notice.key].said if notice.key in since else "",
        )
        for notice in found
    ]
    if not names:
        return tuple(letters)
    who = {name: _who_is_who(service, name) for name in told}
    return tuple(
        replace(
            letter,
            student=who[notice.gradebook].students.get(notice.student, ("", GONE))[1],
            guardian=who[notice.gradebook].reader(notice.student, notice.guardian),
        )
        for letter, notice in zip(letters, found, strict=True)
    )


def _told(service: Service, gradebook: str) -> tuple[Settings, Mode]:
    """The settings in force for a gradebook as far as the ledger knows, and how its letters leave."""
    from sheets_mastery.panel import remembered

    now = service.clock()
    past = service.ledger.past(gradebook, now.astimezone(service.settings.school.zone).date())
    settings = remembered(service.settings, service.settings.gradebook(gradebook), past.choices).settings
    return settings, mode_in_force(settings, past.first_sync, now)


def _who_is_who(service: Service, gradebook: str) -> People:
    """The students of a gradebook and those who may be written to, by one reading."""
    from sheets_mastery.gradebook import read_gradebook
    from sheets_mastery.panel import settings_in_force

    chosen = service.settings.gradebook(gradebook)
    reading = service.sheets.read(chosen.spreadsheet)
    past = service.ledger.past(gradebook, service.clock().astimezone(service.settings.school.zone).date())
    told = settings_in_force(service.settings, chosen, reading, past.choices)
    understood = read_gradebook(reading, told.gradebook, told.settings.marking)
    return People.of(understood, past.secret)


def drawn(letters: Iterable[Letter], *, names: bool) -> RenderableType:
    """Letters in a table."""
    columns = ("key", "gradebook", "about", "day", "state", "leaves", "why")
    rows = (
        (
            each.key[:SHOWN],
            each.gradebook,
            KINDS.get(each.kind, each.kind),
            *((each.student or "", each.guardian or "") if names else ()),
            each.slot,
            each.state,
            each.leaves,
            each.why,
        )
        for each in letters
    )
    titles = (*columns[:3], "student", "guardian", *columns[3:]) if names else columns
    return terminal.listing("Letters on the desk", titles, rows, sentences=("leaves", "why"))


def drawn_alone(letter: Letter, events: Iterable[Event], zone: tzinfo) -> tuple[RenderableType, ...]:
    """One letter and what has happened to it, as tables."""
    from rich.table import Table
    from rich.text import Text

    rows: dict[str, Any] = {
        "key": letter.key,
        "gradebook": letter.gradebook,
        "about": KINDS.get(letter.kind, letter.kind),
        **({"student": letter.student, "guardian": letter.guardian} if letter.student is not None else {}),
        "day": letter.slot,
        "state": letter.state,
        "why": letter.why or "—",
        "leaves": letter.leaves or "—",
        "attempts": letter.attempts,
        **({"since it left": letter.since} if letter.since else {}),
    }
    told = Table(title="What has happened", title_justify="left")
    for column in ("when", "by", "what", "why"):
        told.add_column(column, no_wrap=column == "when", overflow="fold")
    for event in events:
        told.add_row(*map(Text, (terminal.moment(event.at, zone), event.who, event.what, event.why)))
    return terminal.facts("Letter", rows), told
