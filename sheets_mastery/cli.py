"""The command line: one command a verb, each handing over to the floor below.

Everything heavy is imported inside the commands, so that `--help` answers at once.
Exit codes: 0 done, 1 failed, 2 usage or settings, 3 waiting for a person.
"""

from __future__ import annotations

import enum
import json
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sheets_mastery import __version__, errors

if TYPE_CHECKING:
    from sheets_mastery.config import GradebookSettings
    from sheets_mastery.outbox import Delivery
    from sheets_mastery.plan import Plan, Summary
    from sheets_mastery.terminal import Screen
    from sheets_mastery.wiring import Service

DONE, FAILED, USAGE, WAITING = 0, 1, 2, 3
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

app = typer.Typer(
    name="sheets-mastery",
    help="Tiered mastery learning in Google Sheets: judge every mark against the student's own level, "
    "colour the sheet, flag what is missing, and write to the families.",
    epilog="Try it with no account: sheets-mastery demo. "
    "Exit codes: 0 done, 1 failed, 2 usage or settings, 3 waiting for a person.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
local = typer.Typer(
    help="The local Google: Sheets, Drive and Gmail on your own machine.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(local, name="local")
outbox = typer.Typer(
    help="The letters that have not left: what each waits for, and what a person decides about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(outbox, name="outbox")
letters = typer.Typer(help="Letters as families read them.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(letters, name="letters")

Config = Annotated[
    Path, typer.Option("-c", "--config", envvar="SHEETS_MASTERY_CONFIG", help="The settings file.", show_default=True)
]
Which = Annotated[
    str | None, typer.Option("--gradebook", help="Only the gradebook with this name.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of tables.")]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        help="Pretend it is this moment in the school's time (2026-10-30T16:30). Only with mail to a maildir.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 picks a free one.")]
Names = Annotated[bool, typer.Option("--names", help="Read the sheet once and show students and guardians.")]
Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="The keys of letters, or how they begin.")]
DEFAULT = Path("mastery.toml")


def main() -> None:
    """Run the command line; every way to stop becomes one sentence and an exit code."""
    try:
        _listen_to_the_log(os.environ.get("SHEETS_MASTERY_LOG", "WARNING"))
        app()
    except errors.SheetsMasteryError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - the terminal is where this belongs
        sys.exit(exit_code(problem))
    except KeyboardInterrupt:
        sys.exit(130)


def _listen_to_the_log(level: str) -> None:
    """Show our own log from this level on. The libraries' logs stay at warnings: at their finest they show rows."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    if level not in _LOG_LEVELS:
        raise errors.SettingsError(f'SHEETS_MASTERY_LOG: "{level}" is no log level; write {", ".join(_LOG_LEVELS)}.')
    logging.getLogger("sheets_mastery").setLevel(level)


def exit_code(problem: errors.SheetsMasteryError) -> int:
    """The exit code for a way to stop."""
    if isinstance(problem, errors.SettingsError | errors.CredentialsError):
        return USAGE
    if isinstance(problem, errors.WaitingForPerson | errors.PlanChanged):
        return WAITING
    return FAILED


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(help="Where the demo keeps its files.")] = Path("sheets-mastery-demo"),
    as_json: AsJson = False,
    serve: Annotated[bool, typer.Option("--serve", help="Stay, and show sheet and letters in the browser.")] = False,
    port: Port = 8787,
) -> None:
    """Run everything on a demo school, with no account and nothing leaving this machine.

    Starts the local Google, fills it with 84 students and 24 assignments, syncs, and delivers the letters to a maildir.

    Example: sheets-mastery demo --serve
    """
    from sheets_mastery.demo import MEMORY, OUTBOX
    from sheets_mastery.demo import run as run_demo

    result = run_demo(directory, _screen(as_json), as_json=as_json, program=_called())
    if as_json:
        _print_json(result)
    if serve:
        _serve(directory / MEMORY, port, {OUTBOX: directory / OUTBOX})


class Auth(enum.StrEnum):
    """Which bearers the local Google takes."""

    ANY = "any"
    STRICT = "strict"


@local.command("serve")
def local_serve(
    directory: Annotated[Path, typer.Argument(help="Where its spreadsheets and letters are kept.")],
    port: Port = 8787,
    maildir: Annotated[
        list[Path] | None,
        typer.Option("--maildir", help="Show the letters of this maildir as well.", show_default=False),
    ] = None,
    auth: Annotated[
        Auth,
        typer.Option(help="Any bearer will do, or only one issued here, for its scopes and the files shared."),
    ] = Auth.ANY,
) -> None:
    """Run only the local Google, until Ctrl-C: for other programs, and for people at the same address in a browser.

    Example: sheets-mastery local serve sheets-mastery-demo/local-google
    """
    _serve(directory, port, {folder.name: folder for folder in maildir or []}, strict_auth=auth is Auth.STRICT)


def _serve(directory: Path, port: int, mailboxes: dict[str, Path], *, strict_auth: bool = False) -> None:
    """Serve a local Google until Ctrl-C."""
    from sheets_mastery.local_google.server import LocalGoogle

    with _until_stopped() as stopped, ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            server = stack.enter_context(
                LocalGoogle(directory, port=port, mailboxes=mailboxes, strict_auth=strict_auth)
            )
        except OSError as problem:
            raise errors.SettingsError(
                f"The local Google cannot use port {port} and the folder {directory}: {problem.strerror}."
            ) from None
        typer.echo(f"The local Google is at {server.url}, in a browser too (Ctrl-C stops it).")
        stopped.wait()


@local.command("import")
def local_import(
    directory: Annotated[Path, typer.Argument(help="Where the local Google keeps its spreadsheets.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="xlsx, csv or tsv files.")],
) -> None:
    """Make spreadsheets of files, while the local Google is not running. Prints the id of each.

    Example: sheets-mastery local import my-school/local-google gradebook.xlsx
    """
    from sheets_mastery.local_google.store import Store
    from sheets_mastery.local_google.transfer import import_file

    for file in files:
        with _moving(str(file)):
            directory.mkdir(parents=True, exist_ok=True)
            typer.echo(f"{import_file(Store(directory), file)}  {file.name}")


@local.command("export")
def local_export(
    directory: Annotated[Path, typer.Argument(help="Where the local Google keeps its spreadsheets.")],
    spreadsheet: Annotated[str, typer.Argument(metavar="ID", help="The spreadsheet's id.")],
    file: Annotated[Path, typer.Argument(help="The xlsx, csv or tsv file to write.")],
) -> None:
    """Write a spreadsheet of the local Google to a file; csv and tsv hold its first tab as it is shown.

    Example: sheets-mastery local export my-school/local-google 1aBcD gradebook.xlsx
    """
    from sheets_mastery.local_google.store import Store
    from sheets_mastery.local_google.transfer import export_file

    with _moving(f"{spreadsheet} to {file}"):
        export_file(Store(directory), spreadsheet, file)


@contextmanager
def _moving(what: str) -> Iterator[None]:
    """Say in one sentence why a file cannot be moved in or out of the local Google."""
    from sheets_mastery.local_google.errors import GoogleError

    try:
        yield
    except GoogleError as problem:
        raise errors.SettingsError(f"{what}: {problem.body['error']['message']}") from None
    except OSError as problem:
        raise errors.SettingsError(f"{what}: {problem.strerror}.") from None


@app.command()
def doctor(config: Config = DEFAULT, gradebook: Which = None, as_json: AsJson = False) -> None:
    """Check settings, credentials, mail and the layout of every gradebook, and say what to mend.

    Example: sheets-mastery doctor -c mastery.toml
    """
    from rich.markup import escape

    from sheets_mastery import terminal
    from sheets_mastery.doctor import examine, shown, told

    screen = _screen(as_json)
    with screen.busy("Looking at everything once"):
        found = examine(config, gradebook, dict(os.environ))
    rows = [(check.what, check.well, check.said) for check in found]
    well = all(check.well for check in found)
    if as_json:
        _print_json({"well": well, "checks": [told(check) for check in found]})
    else:
        screen.show(terminal.checks(rows))
        for each in (check for check in found if check.understood is not None):
            screen.show("", f"[bold]{escape(each.what)}[/bold]", *shown(each, screen.out.width))
    raise typer.Exit(max((check.code for check in found if not check.well), default=DONE))


@app.command()
def setup(
    address: Annotated[str, typer.Argument(metavar="URL", help="The sheet's address in the browser, or its id.")],
    *,
    config: Config = DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", help="Take every proposal, and ask nothing.")] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="KEY=VALUE", help="An answer, such as 'codes.M=not in'.", show_default=False),
    ] = None,
    add_ids: Annotated[bool, typer.Option("--add-ids", help="Put a column of new ids into a sheet without.")] = False,
    name: Annotated[str, typer.Option(help="The gradebook's name, else the document's.", show_default=False)] = "",
    school: Annotated[str, typer.Option(help="The school's name.", show_default=False)] = "",
    teacher: Annotated[str, typer.Option(help="The teacher's name as families know it.", show_default=False)] = "",
    reply_to: Annotated[str, typer.Option(help="The address that families answer to.", show_default=False)] = "",
    time_zone: Annotated[str, typer.Option(help="Such as America/Chicago.", show_default=False)] = "",
    sender: Annotated[str, typer.Option(help="The address that letters come from.", show_default=False)] = "",
    credentials: Annotated[
        str, typer.Option(help="service_account, oauth or local: how Google is reached.", show_default=False)
    ] = "",
    file: Annotated[str, typer.Option(help="The JSON file for service_account or oauth.", show_default=False)] = "",
    endpoint: Annotated[str, typer.Option(help="Where the local Google listens.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Look at your sheet, ask what only you know, and write the settings file. Ends with a dry run.

    The sheet gets a tab Mastery Settings, and nothing else is written into it.

    Run it again to change an answer, or with another sheet to add a gradebook.

    Example: sheets-mastery setup https://docs.google.com/spreadsheets/d/1aBcD/edit
    """
    from sheets_mastery import outcome as end
    from sheets_mastery import setup as wizard
    from sheets_mastery.asking import Person
    from sheets_mastery.wishes import Wishes, given_answers

    screen = _screen(as_json)
    wishes = Wishes(
        file=config,
        yes=yes,
        add_ids=add_ids,
        answers=given_answers(answer or ()),
        name=name,
        school=school,
        teacher=teacher,
        reply_to=reply_to,
        time_zone=time_zone,
        sender=sender,
        credentials=credentials,
        key_file=file,
        endpoint=endpoint,
    )
    somebody = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    ended = wizard.Setup(
        address,
        wishes,
        screen,
        dict(os.environ),
        clock=lambda: datetime.now(UTC),
        quiet=as_json,
        person=(lambda page: Person(screen, page)) if somebody else None,
    ).run()
    if as_json:
        _print_json(end.told(ended, config))
    else:
        end.show(ended, screen, config, _called())
    raise typer.Exit(WAITING if ended.waits else DONE)


@app.command("sign-in")
def sign_in(
    config: Config = DEFAULT,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Sign in with your own Google account, once; for google.credentials = "oauth".

    Example: sheets-mastery sign-in -c mastery.toml
    """
    from sheets_mastery.google import auth

    with _service(config, None) as service:
        google = service.settings.google
        if google.credentials != "oauth":
            raise errors.SettingsError(f'google.credentials is "{google.credentials}"; signing in is for "oauth".')
        kept = auth.sign_in(google, auth.scopes(service.settings.mail), folder=service.folder, open_browser=browser)
    typer.echo(f"Signed in; the token is kept in {kept}.")


@app.command()
def plan(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Show what a sync would do, with its fingerprint. Nothing is written anywhere.

    Example: sheets-mastery plan --gradebook "Algebra 1"
    """

    def work(service: Service, each: GradebookSettings) -> Plan:
        from sheets_mastery.sync import make_plan

        decided, _ = make_plan(service.sheets, service.ledger, service.settings, each, service.clock())
        return decided

    _plans(config, gradebook, now, work, as_json=as_json, done=False)


@app.command()
def apply(
    plan_fingerprint: Annotated[str, typer.Option("--plan", help="The fingerprint that `plan` has shown.")],
    config: Config = DEFAULT,
    gradebook: Which = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Carry out the plan with this fingerprint, or nothing.

    Whoever approves a plan approves all of it, whatever its size; if the sheet has changed since, nothing happens.

    Example: sheets-mastery apply --plan 3f2a90c1d4e7 --gradebook "Algebra 1"
    """

    def work(service: Service, each: GradebookSettings) -> Plan:
        return service.sync(each, "apply", approved=plan_fingerprint)

    _plans(config, gradebook, now, work, as_json=as_json, done=True, only_one=True)


@app.command()
def sync(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Read every gradebook, judge it, colour it, flag what is missing, and decide about letters.

    Stops for a person (exit code 3) when the change is larger than the guard allows.

    Example: sheets-mastery sync
    """

    def work(service: Service, each: GradebookSettings) -> Plan:
        return service.sync(each, "sync")

    _plans(config, gradebook, now, work, as_json=as_json, done=True)


@app.command()
def deliver(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Send the letters that are owed and due, each after one more look at the sheet.

    Example: sheets-mastery deliver
    """
    screen = _screen(as_json)
    with _service(config, now) as service:
        delivery = _deliver(service, service.chosen(gradebook), screen)
        if as_json:
            _print_json({"letters": dict(delivery.counts), "troubles": delivery.troubles})
        _show_delivery(screen, delivery, counts=not as_json)
    raise typer.Exit(_delivery_code(delivery))


@app.command()
def run(
    config: Config = DEFAULT,
    gradebook: Which = None,
    once: Annotated[bool, typer.Option("--once", help="One sync and one delivery now, then stop: for cron.")] = False,
    now: Now = None,
) -> None:
    """The scheduled job: sync and deliver at an interval, inside the school's hours, until stopped.

    Example: sheets-mastery run -c /etc/sheets-mastery/mastery.toml
    """
    from sheets_mastery import terminal
    from sheets_mastery.schedule import keep_running, turn_of

    if now is not None and not once:
        raise errors.SettingsError("--now: a pretended moment does not pass; give --once with it.")
    screen = _screen(quiet=False)
    codes = [DONE]
    with _until_stopped() as stopped, _service(config, now) as service:
        zone = service.settings.school.zone

        def work(_moment: datetime) -> None:
            code = FAILED
            try:
                code = _one_run(service, gradebook, screen)
            finally:
                service.beat(well=code == DONE)
            codes.append(code)

        if once:
            work(service.clock())
        else:
            keep_running(
                work,
                service.settings,
                clock=service.clock,
                wait=stopped.wait,
                waiting=lambda until: screen.say(f"Next run: {terminal.moment(until, zone)}"),
                turn=turn_of(service.settings),
            )
    raise typer.Exit(codes[-1] if once else DONE)


@app.command()
def door(
    config: Config = DEFAULT,
    host: Annotated[str, typer.Option(help="The address of this machine to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port there; 0 picks a free one.")] = 8080,
) -> None:
    """Serve the links by which families stop a kind of letter, until stopped; behind the school's web server.

    Example: sheets-mastery door --port 8080
    """
    from sheets_mastery.door import serve

    with _until_stopped(), _service(config, None) as service:
        serve(
            service, host, port, opened=lambda address: typer.echo(f"The door is open at {address} (Ctrl-C closes it).")
        )


@app.command()
def status(config: Config = DEFAULT, gradebook: Which = None, as_json: AsJson = False) -> None:
    """Show the last run, and what waits for a person and why.

    Example: sheets-mastery status --json
    """
    from sheets_mastery.status import drawn, report

    with _service(config, None) as service:
        found = report(service, gradebook)
        if as_json:
            _print_json(asdict(found))
        else:
            _screen(as_json).show(*drawn(found, service.settings.school.zone))
    raise typer.Exit(WAITING if found.waiting else FAILED if found.failed else DONE)


@app.command()
def remove(
    config: Config = DEFAULT,
    gradebook: Which = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take everything of ours out of the sheet again: tabs, rules, notes, flags. Your own cells stay as they are.

    Example: sheets-mastery remove --gradebook "Algebra 1"
    """
    screen = _screen(quiet=False)
    with _service(config, None) as service:
        code = DONE
        for each in service.chosen(gradebook):
            if not yes:
                typer.confirm(f"Take everything of Sheets Mastery out of {each.name}?", abort=True)
            try:
                edits = service.remove(each)
            except errors.SheetError as problem:
                screen.complain(f"{each.name}: {problem}")
                code = worse(code, exit_code(problem))
                continue
            said = f"{edits} edits; the sheet is as it was before" if edits else "nothing of ours is there"
            screen.say(f"{each.name}: {said}.")
    raise typer.Exit(code)


@outbox.command("list")
def outbox_list(
    config: Config = DEFAULT, gradebook: Which = None, names: Names = False, as_json: AsJson = False
) -> None:
    """Show the letters that have not left: about what, where each is on its way and why, and when it will leave.

    Example: sheets-mastery outbox list --names
    """
    from sheets_mastery import desk, quarantine

    with _service(config, None) as service:
        found = desk.listed(service, gradebook, names=names)
        quarantined = quarantine.held(service, gradebook)
    if as_json:
        _print_json([asdict(each) for each in found])
    elif found:
        _screen().show(desk.drawn(found, names=names))
    else:
        _screen().say("No letter waits.")
    for name, why in quarantined:
        _screen(as_json).complain(f"{name}: {why.why.sentence}.")
    raise typer.Exit(WAITING if quarantined else DONE)


@outbox.command("show")
def outbox_show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The letter's key, or how it begins.")],
    config: Config = DEFAULT,
    names: Names = False,
    as_json: AsJson = False,
) -> None:
    """Show one letter and everything that has happened to it.

    Example: sheets-mastery outbox show 3f2a90c1d4e7
    """
    from sheets_mastery import desk

    with _service(config, None) as service:
        letter, events = desk.shown(service, key, names=names)
        zone = service.settings.school.zone
    if as_json:
        _print_json(asdict(letter) | {"history": [asdict(each) for each in events]})
    else:
        _screen().show(*desk.drawn_alone(letter, events, zone))


@outbox.command("approve")
def outbox_approve(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Let letters leave at the next delivery, without waiting any longer. The sheet still has its word then.

    Example: sheets-mastery outbox approve 3f2a90c1d4e7
    """
    _decide(config, "APPROVE", keys, as_json=as_json)


@outbox.command("cancel")
def outbox_cancel(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Drop letters: they do not leave, and no other letter says to that person what they would have said.

    Example: sheets-mastery outbox cancel 3f2a90c1d4e7
    """
    _decide(config, "CANCEL", keys, as_json=as_json)


@outbox.command("settle")
def outbox_settle(
    keys: Keys,
    sent: Annotated[bool, typer.Option("--sent", help="They have left: you have found them in the sent mail.")] = False,
    again: Annotated[bool, typer.Option("--again", help="They have not left, or shall be tried once more.")] = False,
    config: Config = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Say what became of letters that may have left or that were refused.

    Example: sheets-mastery outbox settle 3f2a90c1d4e7 --sent
    """
    if sent == again:
        raise errors.SettingsError("outbox settle: say one of --sent and --again.")
    _decide(config, "SENT" if sent else "AGAIN", keys, as_json=as_json)


@outbox.command("claim")
def outbox_claim(config: Config = DEFAULT, gradebook: Which = None) -> None:
    """Say that a copied spreadsheet, or one that another installation wrote into, is this one's now: letters leave.

    Example: sheets-mastery outbox claim --gradebook "Algebra 1"
    """
    from sheets_mastery import quarantine

    with _service(config, None) as service:
        claimed = quarantine.claim(service, gradebook)
    for name in claimed:
        _screen().say(f"{name}: claimed; letters leave again.")
    if not claimed:
        _screen().say("No spreadsheet waits to be claimed.")


@outbox.command("reconcile")
def outbox_reconcile(
    config: Config = DEFAULT,
    gradebook: Which = None,
    sent: Annotated[bool, typer.Option("--sent", help="All letters that wait have left already.")] = False,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="None of the letters that wait has left.")] = False,
    as_json: AsJson = False,
) -> None:
    """After the ledger was put back from a copy: find out which letters have left already, and let the others leave.

    Looks where sent mail is (a maildir, or Gmail where it may be searched); what cannot be found out waits for you.

    Example: sheets-mastery outbox reconcile --gradebook "Algebra 1"
    """
    from sheets_mastery import quarantine

    if sent and not_sent:
        raise errors.SettingsError("outbox reconcile: say one of --sent and --not-sent, or neither.")
    word = quarantine.Word.SENT if sent else quarantine.Word.NOT_SENT if not_sent else quarantine.Word.LOOK
    with _service(config, None) as service:
        done = quarantine.reconcile(service, gradebook, word)
    if as_json:
        _print_json([asdict(each) for each in done])
    for each in done:
        _screen(as_json).say(
            f"{each.gradebook}: {each.sent} letters had left, {each.to_leave} have not and may, "
            f"{each.to_look_at} are for you to settle (`outbox list`)."
        )
    if not done:
        _screen(as_json).say("No ledger was put back.")
    raise typer.Exit(WAITING if any(each.to_look_at for each in done) else DONE)


@outbox.command("undelivered")
def outbox_undelivered(
    config: Config = DEFAULT, gradebook: Which = None, names: Names = False, as_json: AsJson = False
) -> None:
    """Show the letters that came back, and whose address is no longer written to because of it.

    Example: sheets-mastery outbox undelivered --names
    """
    from sheets_mastery import undelivered

    with _service(config, None) as service:
        found = undelivered.listed(service, gradebook, names=names)
    if as_json:
        _print_json([undelivered.told(each) for each in found])
    elif found:
        _screen().show(undelivered.drawn(found, names=names))
    else:
        _screen().say("No letter has come back.")


@outbox.command("unblock")
def outbox_unblock(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Write again to the addresses from which these letters came back. One that was corrected needs no unblocking.

    Example: sheets-mastery outbox unblock 3f2a90c1d4e7
    """
    from sheets_mastery import desk, undelivered

    with _service(config, None) as service:
        again = undelivered.unblock(service, keys)
    if as_json:
        _print_json([{"key": key} for key in again])
    for key in again:
        _screen(as_json).say(f"{key[: desk.SHOWN]}: its address is written to again.")


@outbox.command("stop")
def outbox_stop(
    why: Annotated[str, typer.Argument(help="Why, for whoever reads it later. No names.")] = "by hand",
    config: Config = DEFAULT,
) -> None:
    """Let no letter leave from this moment on, whatever is under way, until `outbox go`.

    Example: sheets-mastery outbox stop "wrong column shared"
    """
    from sheets_mastery.desk import PERSON

    with _service(config, None) as service:
        first = service.ledger.stop(why, now=service.clock(), who=PERSON)
    _screen().say("No letter leaves any more." if first else "The letters were stopped already.")


@outbox.command("go")
def outbox_go(config: Config = DEFAULT) -> None:
    """Let letters leave again after a stop.

    Example: sheets-mastery outbox go
    """
    from sheets_mastery.desk import PERSON

    with _service(config, None) as service:
        first = service.ledger.go_on(now=service.clock(), who=PERSON)
    _screen().say("Letters leave again." if first else "The letters were not stopped.")


def _decide(config: Path, decision: str, keys: list[str], *, as_json: bool) -> None:
    """Carry out a decision about letters and say what they are now."""
    from sheets_mastery import desk
    from sheets_mastery.notices import Decision

    with _service(config, None) as service:
        decided = desk.decide(service, Decision[decision], keys)
    if as_json:
        _print_json([{"key": each.key, "state": each.state, "why": each.reason} for each in decided])
    for each in decided:
        _screen(as_json).say(f"{each.key[: desk.SHOWN]}: {each.state}, {each.reason}.")


@letters.command("preview")
def letters_preview(
    student: Annotated[str, typer.Option("--student", metavar="ID", help="The student's id, as the sheet has it.")],
    config: Config = DEFAULT,
    gradebook: Which = None,
    guardian: Annotated[int, typer.Option(min=1, help="Which of those who may be written to.")] = 1,
    language: Annotated[str, typer.Option(help="Another language than that person's, such as es.")] = "",
    file: Annotated[
        Path | None, typer.Option("-o", "--output", help="The HTML file to write.", show_default=False)
    ] = None,
    now: Now = None,
) -> None:
    """Write the letter about one student as an HTML page, as it would be written now. Nothing is recorded or sent.

    Example: sheets-mastery letters preview --student 00103 -o letter.html
    """
    from sheets_mastery.preview import preview

    with _service(config, now) as service:
        chosen = service.chosen(gradebook)
        if len(chosen) > 1:
            raise errors.SettingsError("There is more than one gradebook in the settings: say which with --gradebook.")
        page = preview(service, chosen[0], student, guardian=guardian, language=language)
    if file is None:
        typer.echo(page)
        return
    try:
        # Somebody's letter: nobody else on this machine should read it.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
            written.write(page)
    except OSError as problem:
        raise errors.SettingsError(f"-o: {file} cannot be written: {problem.strerror}.") from None


def _plans(
    config: Path,
    gradebook: str | None,
    now: str | None,
    work: Callable[[Service, GradebookSettings], Plan],
    *,
    as_json: bool,
    done: bool,
    only_one: bool = False,
) -> None:
    """Make or carry out a plan for each gradebook; one that fails does not stop the others."""
    from sheets_mastery import terminal
    from sheets_mastery.plan import describe

    screen = _screen(as_json)
    shown: list[dict[str, Any]] = []
    code = DONE
    with _service(config, now) as service:
        chosen = service.chosen(gradebook)
        if only_one and len(chosen) > 1:
            raise errors.SettingsError("There is more than one gradebook in the settings: say which with --gradebook.")
        # What every gradebook needs is looked at once: its trouble is said once, and in nobody's name.
        service.ledger, service.credentials  # noqa: B018 - making them is the look
        for each in chosen:
            try:
                with screen.busy(f"{each.name}: reading, judging" + (", writing" if done else "")):
                    result: Summary = describe(work(service, each))
            except errors.CredentialsError:
                raise  # the other gradebooks would fare no better
            except errors.SheetsMasteryError as problem:
                screen.complain(f"{each.name}: {problem}")
                shown.append(_not_done(each.name, problem))
                code = worse(code, exit_code(problem))
                continue
            shown.append(asdict(result))
            if not as_json:
                screen.show(terminal.summary(result, done=done))
        requests = service.requests
        if as_json:
            _print_json({"gradebooks": shown, "requests": requests})
        else:
            screen.show(f"{requests} HTTP request{'s' if requests != 1 else ''} used.")
    raise typer.Exit(code)


def _not_done(gradebook: str, problem: errors.SheetsMasteryError) -> dict[str, Any]:
    """What a script is told about a gradebook that was left as it is."""
    waits = problem.fingerprint if isinstance(problem, errors.WaitingForPerson) else ""
    return {"gradebook": gradebook, "error": str(problem), "exit_code": exit_code(problem), "fingerprint": waits}


def worse(one: int, other: int) -> int:
    """The exit code that says more: a failure before a wait, a wait before nothing."""
    order = (DONE, WAITING, FAILED, USAGE)
    return max(one, other, key=order.index)


def _one_run(service: Service, gradebook: str | None, screen: Screen) -> int:
    """One turn of the scheduled job. Nothing that goes wrong here ends the job; it is said, and seen in `status`."""
    code = DONE
    chosen = service.chosen(gradebook)
    try:
        service.ledger, service.credentials  # noqa: B018 - making them is the look
        for each in chosen:
            try:
                done = service.sync(each, "run")
            except errors.CredentialsError:
                raise  # the other gradebooks would fare no better
            except errors.SheetsMasteryError as problem:
                screen.complain(f"{each.name}: {problem}")
                code = worse(code, exit_code(problem))
            else:
                screen.say(f"{each.name}: plan {done.fingerprint}, {len(done.edits)} edits.")
        delivery = _deliver(service, chosen, screen)
    except errors.SheetsMasteryError as problem:
        screen.complain(str(problem))
        return worse(code, exit_code(problem))
    _show_delivery(screen, delivery, counts=True)
    return worse(code, _delivery_code(delivery))


def _deliver(service: Service, gradebooks: tuple[GradebookSettings, ...], screen: Screen) -> Delivery:
    with screen.letters() as bar:
        task = bar.add_task("letters", total=None)
        return service.deliver(gradebooks, progress=lambda done, of: bar.update(task, completed=done, total=of))


def _show_delivery(screen: Screen, delivery: Delivery, *, counts: bool) -> None:
    from sheets_mastery import terminal

    if counts and delivery.counts:
        screen.show(terminal.facts("Letters", dict(delivery.counts)))
    elif counts and not delivery.troubles:
        screen.say("No letter is due.")
    for trouble in delivery.troubles:
        screen.complain(trouble)
    if delivery.for_a_person:
        waiting = "; ".join(delivery.for_a_person)
        screen.complain(f"Letters that wait for a person: {waiting}. Look with `status`.")


def _delivery_code(delivery: Delivery) -> int:
    if delivery.troubles:
        return FAILED
    return WAITING if delivery.for_a_person else DONE


@contextmanager
def _service(config: Path, now: str | None) -> Iterator[Service]:
    from sheets_mastery.wiring import Service

    service = Service.load(config, dict(os.environ), clock=lambda: datetime.now(UTC))
    if now is not None:
        service.pretend(now)
    try:
        yield service
    finally:
        service.close()


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set: work in hand is finished, then the program ends."""
    stopped = threading.Event()
    before = {sign: signal.signal(sign, lambda *_: stopped.set()) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _screen(as_json: bool = False, *, quiet: bool | None = None) -> Screen:
    from sheets_mastery.terminal import Screen

    return Screen(quiet=as_json if quiet is None else quiet)


def _called() -> str:
    """How the person called this program, so that what we tell them to type works as it stands."""
    called = sys.argv[0]
    if Path(called).name != "sheets-mastery":
        return f"{Path(sys.executable).name} -m sheets_mastery"
    return "sheets-mastery" if shutil.which("sheets-mastery") == called else called


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
