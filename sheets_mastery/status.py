"""What the ledger says about the last runs, and what waits for a person and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import takewhile
from typing import TYPE_CHECKING

from sheets_mastery import terminal
from sheets_mastery.leaving import LEFT_LYING, Mode, left_lying, mode_in_force, unapproved
from sheets_mastery.notices import NoticeState
from sheets_mastery.quarantine import held as quarantined
from sheets_mastery.wiring import COMING_BACK, COMPUTING, DELIVER, WEEKLY_MISSED, Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from sheets_mastery.config import GradebookSettings
    from sheets_mastery.ledger import Run


#: A sheet that was computing at so many syncs in a row, or for so long, does not come to an end by itself.
_TOO_OFTEN, _TOO_LONG = 12, timedelta(hours=24)
#: The states in which a letter waits for a person, in a person's words.
_FOR_A_PERSON = {
    NoticeState.NEEDS_REVIEW: "letters to look at",
    NoticeState.BLOCKED: "letters held back",
    NoticeState.FAILED: "letters refused for good",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRun:
    """The last sync or the last delivery of one gradebook."""

    gradebook: str
    #: None where there has been none.
    started: datetime | None = None
    command: str = ""
    #: "done", "incomplete", "waiting", "failed", "interrupted", or "never".
    outcome: str = "never"
    #: Why it did not end well, "" where it did.
    why: str = ""
    #: The fingerprint of the plan that was carried out or waits.
    fingerprint: str = ""
    #: HTTP requests it took.
    requests: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The whole state, without a name, a mark or an address."""

    runs: tuple[LastRun, ...]
    #: Letters by gradebook and state.
    letters: dict[str, dict[str, int]]
    #: How the letters of each gradebook leave.
    modes: dict[str, str]
    #: What a person should look at, in sentences. Letters that wait for approval are not in it: they are the ordinary
    #: course of things, and a job that said so at every run would not be listened to when something is wrong.
    waiting: tuple[str, ...]
    #: What a person may approve, in sentences.
    to_approve: tuple[str, ...]
    #: What the last sync could not see, in sentences. It has done the rest, and looks again by itself.
    incomplete: tuple[str, ...]
    #: What went wrong the last time and is tried again by itself, in sentences.
    failed: tuple[str, ...]
    #: How many people have stopped a kind of letter, by gradebook, where there are any.
    stopped_by: dict[str, int]


def said_to_have_stopped(people: int) -> str:
    """How many people want no letters of a kind, in words: it is theirs to decide, and nobody has to do anything."""
    return "1 person has stopped a kind of letter" if people == 1 else f"{people} people have stopped a kind of letter"


def report(service: Service, gradebook: str | None) -> Report:
    """Ask the ledger. No request to Google is made."""
    runs: list[LastRun] = []
    letters: dict[str, dict[str, int]] = {}
    waiting: list[str] = []
    incomplete: list[str] = []
    failed: list[str] = []
    modes: dict[str, str] = {}
    to_approve: list[str] = []
    stopped_by: dict[str, int] = {}
    if why := service.ledger.stopped():
        waiting.append(f"all letters are stopped ({why}); `outbox go` lets them leave again")
    waiting += (f"{name}: {found.why.sentence}" for name, found in quarantined(service, gradebook))
    for each in service.chosen(gradebook):
        known = service.ledger.last_runs(each.name, limit=50)
        last_sync = next((run for run in known if run.command != DELIVER), None)
        last_delivery = next((run for run in known if run.command == DELIVER), None)
        if not known:
            runs.append(LastRun(gradebook=each.name))
        for last in filter(None, (last_sync, last_delivery)):
            runs.append(
                LastRun(
                    gradebook=each.name,
                    started=last.started,
                    command=last.command,
                    outcome=last.outcome or "interrupted",
                    why=last.why,
                    fingerprint=last.fingerprint,
                    requests=last.requests,
                )
            )
            if last.outcome == "failed":
                failed.append(f"{each.name}: {last.why}")
            elif last.outcome == "incomplete":
                incomplete.append(f"{each.name}: {last.why}")
            # What letters wait for is told below, as it is now: a person may have decided since that delivery.
            elif last.outcome == "waiting" and (last.command != DELIVER or last.counts.get("expired")):
                waiting.append(f"{each.name}: {last.why}")
        if since := _computing_since(known, service.clock()):
            when = terminal.moment(since, service.settings.school.zone)
            waiting.append(
                f"{each.name}: the sheet has not come to an end of computing since {when}; mend its formulas"
            )
        if missed := (last_sync.counts.get(WEEKLY_MISSED, 0) if last_sync is not None else 0):
            letters_were = "1 weekly letter was" if missed == 1 else f"{missed} weekly letters were"
            failed.append(
                f"{each.name}: {letters_were} not written, because no sync was done in time; what they would have said "
                "is in next week's"
            )
        if people := service.ledger.opted_out(each.name):
            stopped_by[each.name] = people
        if places := _coming_back(service, each.name, last_sync):
            many = f"{places} addresses" if places > 1 else "an address"
            where = "the tab Mastery Trouble says where they stand, `outbox undelivered` which letters"
            waiting.append(f"{each.name}: letters to {many} come back; {where}")
        counts = service.ledger.counts(each.name)
        letters[each.name] = {str(state): count for state, count in counts.items() if count}
        mode = mode_of(service, each)
        modes[each.name] = str(mode)
        to_leave = (service.ledger.in_state(state, each.name) for state in (NoticeState.HOLD, NoticeState.READY))
        held = sum(unapproved(letter, mode) for letters_in in to_leave for letter in letters_in)
        if held:
            to_approve.append(f"{each.name}: {held} on the tab Mastery Mail, or with `outbox approve`")
        if lying := sum(map(left_lying, service.ledger.in_state(NoticeState.DRAFTED, each.name))):
            waiting.append(f"{each.name}: letters in the drafts: {lying} ({LEFT_LYING})")
        for state, words in _FOR_A_PERSON.items():
            if counts.get(state):
                letters_there = service.ledger.in_state(state, each.name)
                reasons = sorted({letter.reason for letter in letters_there if letter.reason})
                why = f" ({'; '.join(reasons)})" if reasons else ""
                waiting.append(f"{each.name}: {words}: {counts[state]}{why}")
    return Report(
        runs=tuple(runs),
        letters=letters,
        modes=modes,
        to_approve=tuple(to_approve),
        waiting=tuple(dict.fromkeys(waiting)),
        incomplete=tuple(incomplete),
        failed=tuple(dict.fromkeys(failed)),
        stopped_by=stopped_by,
    )


def mode_of(service: Service, gradebook: GradebookSettings) -> Mode:
    """How the letters of a gradebook leave, as far as the ledger knows."""
    from sheets_mastery.panel import remembered

    now = service.clock()
    past = service.ledger.past(gradebook.name, now.astimezone(service.settings.school.zone).date())
    told = remembered(service.settings, gradebook, past.choices).settings
    return mode_in_force(told, past.first_sync, now)


def _computing_since(runs: Iterable[Run], now: datetime) -> datetime | None:
    """Since when every sync has found the sheet computing, where that does not come to an end by itself."""
    syncs = (run for run in runs if run.command != DELIVER)
    found = list(takewhile(lambda run: run.counts.get(COMPUTING), syncs))
    too_long = found and (len(found) >= _TOO_OFTEN or now - found[-1].started >= _TOO_LONG)
    return found[-1].started if too_long else None


def _coming_back(service: Service, gradebook: str, last_sync: Run | None) -> int:
    """From how many addresses letters come back: those that the last sync found on the roster, and those learnt since.

    The ledger alone cannot tell whether an address still stands in the sheet.
    """
    holding = service.ledger.suppressed()
    found = last_sync.counts.get(COMING_BACK, 0) if last_sync is not None else 0
    since = sum(
        each.gradebook == gradebook and (last_sync is None or each.since >= last_sync.started) for each in holding
    )
    return min(found + since, len(holding))


def drawn(found: Report, zone: tzinfo) -> tuple[RenderableType, ...]:
    """The report as tables."""
    from rich.table import Table
    from rich.text import Text

    colours = {"done": "green", "waiting": "yellow", "incomplete": "yellow", "never": "bright_black"}
    runs = terminal.listing(
        "Last run",
        ("gradebook", "when", "command", "outcome", "plan", "requests"),
        [
            (
                run.gradebook,
                terminal.moment(run.started, zone),
                run.command,
                Text(run.outcome, style=colours.get(run.outcome, "red")),
                run.fingerprint,
                str(run.requests),
            )
            for run in found.runs
        ],
    )
    letters = Table(title="Letters", title_justify="left")
    letters.add_column("gradebook")
    letters.add_column("state")
    letters.add_column("letters", justify="right")
    modes = [Text(f"{name}: {mode}.") for name, mode in found.modes.items()]
    for name, counts in found.letters.items():
        for state, count in counts.items():
            letters.add_row(name, state, str(count))
    approve = [Text(f"Letters wait for approval: {sentence}.", style="bold cyan") for sentence in found.to_approve]
    sentences = [Text(f"Waits for a person: {sentence}", style="bold yellow") for sentence in found.waiting]
    sentences += [Text(f"Incomplete, and is looked at again: {each}", style="yellow") for each in found.incomplete]
    sentences += [Text(f"Failed, and is tried again: {sentence}", style="bold red") for sentence in found.failed]
    stopped = [Text(f"{name}: {said_to_have_stopped(people)}.") for name, people in found.stopped_by.items()]
    well = [Text("Nothing else waits for a person." if approve else "Nothing waits for a person.", style="green")]
    return (runs, letters, *modes, *stopped, *approve, *(sentences or well))
