"""Looks at everything once and says what to mend, from the settings to every gradebook's layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from sheets_mastery import drawing, tabs
from sheets_mastery.config import GradebookSettings
from sheets_mastery.errors import CredentialsError, LedgerError, SettingsError, SheetsMasteryError
from sheets_mastery.google import auth
from sheets_mastery.gradebook import Gradebook, Layout, find_layout
from sheets_mastery.leaving import mode_in_force
from sheets_mastery.newids import supposed
from sheets_mastery.ourtabs import present
from sheets_mastery.panel import settings_in_force
from sheets_mastery.past import Past
from sheets_mastery.plan import decide
from sheets_mastery.reading import Reading
from sheets_mastery.status import said_to_have_stopped
from sheets_mastery.terminal import many
from sheets_mastery.wiring import Service

_FAILED, _USAGE, _WAITING = 1, 2, 3
#: What is promised of every letter, by the way it leaves; docs/running.md says why.
PROMISES = {
    "maildir": "each is put there once, whatever happens",
    "smtp": "each leaves at most once, and of one that is cut off at its very end a person says whether it left",
    "drafts": "each leaves at most once, as a draft that sending uses up; a person is asked only where a draft is gone "
    "and nobody has said why",
    "look": "each leaves at most once, as long as Gmail shows within half an hour what it has sent; what is cut off is "
    "looked for in Sent",
    "send": "each leaves at most once, and of one whose sending is cut off a person says whether it left",
}


#: What the doctor cannot see, as it is at home in the DNS and at the mail server: whoever looks after them can.
_SPF = (
    "ask whoever looks after {domain} whether its SPF record names this mail server, whether the server signs with "
    "DKIM for {domain}, and whether there is a DMARC record: without them letters end among the spam, or nowhere"
)
_TWO_DOMAINS = (
    "sender and reply_to have different domains, which some filters do not like; SPF and DKIM are the sender's"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at."""

    #: What.
    what: str
    #: Whether it is well.
    well: bool
    #: What was found, or what to do.
    said: str
    #: The exit code that a fault here asks for.
    code: int = _FAILED
    #: The document of a gradebook, and how it was understood; None for everything else.
    understood: Understood | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A document and what was made of it."""

    reading: Reading
    layout: Layout
    #: The layout to draw: the same, or, where nothing tells who a student is, what can be seen all the same.
    parts: Layout


def shown(check: Check, width: int) -> tuple[RenderableType, ...]:
    """What was understood of a gradebook, and its grid, for a terminal of some width."""
    if check.understood is None:
        return ()
    found = check.understood
    return drawing.explained(found.layout), "", drawing.drawn(found.parts, found.reading, width)


def told(check: Check) -> dict[str, Any]:
    """A check for a script, without the document."""
    plain: dict[str, Any] = {"what": check.what, "well": check.well, "said": check.said, "code": check.code}
    return plain | ({"layout": drawing.told(check.understood.layout)} if check.understood else {})


def examine(path: Path, gradebook: str | None, environment: Mapping[str, str]) -> list[Check]:
    """Look at everything once. Nothing is written to a sheet and no letter is sent."""
    try:
        service = Service.load(path, environment, clock=lambda: datetime.now(UTC))
        chosen = service.chosen(gradebook)
    except SettingsError as problem:
        return [Check(what="settings", well=False, said=str(problem), code=_USAGE)]
    count = len(service.settings.gradebooks)
    said = f"{path}: {count} gradebook{'s' if count > 1 else ''}"
    found = [Check(what="settings", well=True, said=said)]
    try:
        found += _ledger(service)
        found += _letters(service)
        found += _opt_out(service)
        found += _mail(service)
        found += _comebacks(service)
        credentials = list(_credentials(service))
        found += credentials
        if all(check.well or not check.code for check in credentials):
            for each in chosen:
                found += _gradebook(service, each)
    finally:
        service.close()
    return found


def _ledger(service: Service) -> Iterator[Check]:
    try:
        service.ledger.last_runs(limit=1)
    except SheetsMasteryError as problem:
        yield Check(what="ledger", well=False, said=str(problem))
    else:
        yield Check(what="ledger", well=True, said="opens, and its tables are up to date")


def _letters(service: Service) -> Iterator[Check]:
    try:
        languages = ", ".join(service.press.languages)
    except SheetsMasteryError as problem:
        yield Check(what="letters", well=False, said=str(problem), code=_USAGE)
    else:
        yield Check(what="letters", well=True, said=f"templates load; languages: {languages}")


def _opt_out(service: Service) -> Iterator[Check]:
    """Where families stop letters, and whether any have: a fault of the ledger is told by another check."""
    address = service.settings.letters.opt_out_url
    try:
        people = sum(service.ledger.opted_out(each.name) for each in service.settings.gradebooks)
    except SheetsMasteryError:
        people = 0
    said = [f"letters have a link to {address}, which `sheets-mastery door` answers"] if address else []
    said += [said_to_have_stopped(people)] if people else []
    if said:
        yield Check(what="opt-out", well=True, said="; ".join(said))


def _mail(service: Service) -> Iterator[Check]:
    mail = service.settings.mail
    try:
        service.mailer  # noqa: B018 - making it is the check
    except SheetsMasteryError as problem:
        yield Check(what="mail", well=False, said=str(problem), code=_USAGE)
        return
    try:
        service.try_mail_server()
    except SheetsMasteryError as problem:
        server = f"{mail.smtp.host}:{mail.smtp.port}: " if mail.smtp else ""
        yield Check(what="mail", well=False, said=f"{server}{problem}")
        return
    where = {
        "maildir": f"letters go into the folder {mail.folder} and nowhere else",
        "smtp": f"letters go to {mail.smtp.host}:{mail.smtp.port} ({mail.smtp.security})" if mail.smtp else "",
        "gmail": "letters leave by Gmail",
    }[mail.transport]
    only = f"; only to {', '.join(mail.only_to)}" if mail.only_to else ""
    yield Check(what="mail", well=True, said=f"{where}; {PROMISES[service.way]}{only}")
    yield from _sender(service)


def _sender(service: Service) -> Iterator[Check]:
    """What a sender's domain needs so that letters are not taken for spam; only its keeper can look."""
    domain, answers = (
        address.rpartition("@")[2] for address in (service.settings.mail.sender, service.settings.school.reply_to)
    )
    said = [] if domain == answers else [_TWO_DOMAINS]
    if service.settings.mail.transport == "smtp":
        said.insert(0, _SPF.format(domain=domain))
    if said:
        yield Check(what="sender", well=True, said="; ".join(said))


def _comebacks(service: Service) -> Iterator[Check]:
    """Whether what comes back can be read. Nothing of it is read here."""
    mail, what = service.settings.mail, "letters that come back"
    unread = "are not read, so nobody is told of an address that is none"
    match mail.bounces.read_from, mail.transport:
        case "", "maildir":
            return
        case "", "gmail":
            how = 'to send lets nobody read: set mail.bounces.read_from = "gmail" and sign in again (gmail.readonly)'
            yield Check(what=what, well=True, said=f"{unread}; leave {how}")
            return
        case "", _:
            yield Check(what=what, well=True, said=f'{unread}; mail.bounces.read_from = "imap" reads a mailbox')
            return
    try:
        service.comebacks.check()
    except (SettingsError, CredentialsError) as problem:
        yield Check(what=what, well=False, said=str(problem), code=_USAGE)
    except SheetsMasteryError as problem:
        yield Check(what=what, well=False, said=str(problem))
    else:
        where = {"gmail": "Gmail", "imap": "an IMAP mailbox", "folder": f"the folder {mail.bounces.folder}"}
        yield Check(what=what, well=True, said=f"are read from {where[mail.bounces.read_from]} at each delivery")


def _credentials(service: Service) -> Iterator[Check]:
    google = service.settings.google
    scopes = ", ".join(scope.rpartition("/")[2] for scope in auth.scopes(service.settings.mail))
    try:
        service.credentials  # noqa: B018 - making them is the check
    except CredentialsError as problem:
        yield Check(what="credentials", well=False, said=str(problem), code=_USAGE)
    else:
        where = f" at {google.endpoint}" if google.endpoint else ""
        yield Check(what="credentials", well=True, said=f"{google.credentials}{where}; asks for {scopes}")
        yield from _sign_in(service)


def _sign_in(service: Service) -> Iterator[Check]:
    """That Google lets a person's sign-in end, where it has said so: no fault yet."""
    token = service.credentials
    if not isinstance(token, auth.SavedToken) or token.ends is None:
        return
    zone = service.settings.school.zone
    said = (
        f"Google lets it end on {token.ends.astimezone(zone):%Y-%m-%d at %H:%M}, and nothing is read or sent from then "
        "on. Where the consent screen of your project is in Testing that is after seven days each time: publish it "
        "(Google Auth Platform, Audience), then `sign-in` once more"
    )
    yield Check(what="sign-in", well=False, said=said, code=0)


def _gradebook(service: Service, gradebook: GradebookSettings) -> Iterator[Check]:
    """One gradebook: whether it can be read, and what was understood."""
    name = f"gradebook {gradebook.name}"
    understood = None
    try:
        reading = service.sheets.read(gradebook.spreadsheet)
        past = _past(service, gradebook)
        told = settings_in_force(service.settings, gradebook, reading, past.choices)
        layout = find_layout(reading, told.gradebook, told.settings.marking)
        parts = supposed(reading, layout, told.gradebook, told.settings.marking)
        understood = Understood(reading=reading, layout=layout, parts=parts)
        plan = decide(reading, past, service.settings, gradebook, service.clock())
    except SheetsMasteryError as problem:
        yield Check(what=name, well=False, said=str(problem), understood=understood)
        if understood is not None:
            yield from _questions(name, understood.layout)
        return
    book = plan.gradebook
    sections = len({student.section for student in book.students})
    levels = Counter(
        f"{each.contract.tier.pass_mark.normalize():f} %" if each.contract else "no contract" for each in plan.standings
    )
    where = "; ".join(f"tab {tab.title}, header in row {tab.header_row + 1}" for tab in book.tabs)
    dated = sum(assignment.due is not None for assignment in book.assignments)
    yield Check(
        what=name,
        well=bool(book.students and book.assignments),
        said=f"{where}: {many(len(book.students), 'student')} in {many(sections, 'section')}, "
        f"{many(len(book.assignments), 'assignment')}, {dated} with a due date",
        understood=understood,
    )
    yield Check(
        what=f"{name}: levels",
        well=levels["no contract"] < len(book.students),
        said=", ".join(f"{count} × {level}" for level, count in sorted(levels.items())) or "no students",
    )
    mode = mode_in_force(plan.settings, past.first_sync, service.clock())
    yield Check(what=f"{name}: letters", well=True, said=str(mode))
    yield from _ours(name, reading)
    yield from _quarantine(service, name, reading)
    yield from _languages(service, name, book)
    yield from _questions(name, layout)
    for mistake in plan.problems:
        # A slip in a cell is the teacher's to mend in class life; it is no fault of the installation.
        yield Check(what=f"{name}: {mistake.place}", well=False, said=f"{mistake.what} {mistake.remedy}", code=0)


def _past(service: Service, gradebook: GradebookSettings) -> Past:
    """What a plan is decided against when only the layout is of interest: of the ledger only the choices that count
    and the first sync."""
    try:
        known = service.ledger.past(gradebook.name, service.clock().date())
        return replace(_NO_PAST, choices=known.choices, first_sync=known.first_sync)
    except LedgerError:
        return _NO_PAST  # it was looked at and said already


def _quarantine(service: Service, name: str, reading: Reading) -> Iterator[Check]:
    """Whether the spreadsheet's stamp is this ledger's own; a ledger that does not open was said before."""
    try:
        found = service.ledger.examine(reading.spreadsheet_id, reading.stamps, service.clock())
    except LedgerError:
        return
    if found is not None:
        yield Check(what=f"{name}: quarantine", well=False, said=f"{found.why.sentence}.", code=_WAITING)


def _questions(name: str, layout: Layout) -> Iterator[Check]:
    """What only a person knows. It is no fault of the installation, unless nothing can be read without it."""
    for each in layout.questions:
        said = f"{each.text} `setup` asks it; the answer stands under gradebooks.{each.key}."
        yield Check(what=f"{name}: asks about {each.place}", well=False, said=said, code=_FAILED if each.stops else 0)


def _languages(service: Service, name: str, book: Gradebook) -> Iterator[Check]:
    """The languages in the roster that no catalogue speaks; a press that does not work was said before."""
    try:
        press = service.press
    except SheetsMasteryError:
        return
    wanted = Counter(each.language for student in book.students for each in student.guardians if each.language)
    unknown = {language: count for language, count in wanted.items() if not press.speaks(language)}
    if unknown:
        who = ", ".join(f"{count} × {language}" for language, count in sorted(unknown.items()))
        usual = service.settings.letters.language
        said = f"no catalogue for {who}: their letters are in {usual}. Put one into letters.folder."
        yield Check(what=f"{name}: languages", well=False, said=said, code=0)


def _ours(name: str, reading: Reading) -> Iterator[Check]:
    there = [tab.title for sheet_id, title, _ in tabs.OURS if (tab := present(reading, sheet_id, title))]
    said = f"tabs {', '.join(there)}" if there else "nothing of ours yet; the first sync makes it"
    yield Check(what=f"{name}: in the sheet", well=True, said=said)


_NO_PAST = Past(
    secret=b"doctor",
    students=None,
    verdicts={},
    attempts={},
    levels={},
    episodes={},
    notices={},
    announced=frozenset(),
)
