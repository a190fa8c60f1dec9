"""`outbox …`: the letters that have not left, in a person's hands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.exits import DONE, WAITING
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Which
from sheets_mastery.cli.printing import print_json, the_screen
from sheets_mastery.cli.service import opened

commands = typer.Typer(
    help="The letters that have not left: what each waits for, and what a person decides about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Names = Annotated[bool, typer.Option("--names", help="Read the sheet once and show students and guardians.")]
Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="The keys of letters, or how they begin.")]


@commands.command("list")
def outbox_list(
    config: Config = DEFAULT, gradebook: Which = None, names: Names = False, as_json: AsJson = False
) -> None:
    """Show the letters that have not left: about what, where each is on its way and why, and when it will leave.

    Example: sheets-mastery outbox list --names
    """
    from sheets_mastery import desk, quarantine

    with opened(config) as service:
        found = desk.listed(service, gradebook, names=names)
        quarantined = quarantine.held(service, gradebook)
    if as_json:
        print_json([asdict(each) for each in found])
    elif found:
        the_screen().show(desk.drawn(found, names=names))
    else:
        the_screen().say("No letter waits.")
    for name, why in quarantined:
        the_screen(as_json).complain(f"{name}: {why.why.sentence}.")
    raise typer.Exit(WAITING if quarantined else DONE)


@commands.command("show")
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

    with opened(config) as service:
        letter, events = desk.shown(service, key, names=names)
        zone = service.settings.school.zone
    if as_json:
        print_json(asdict(letter) | {"history": [asdict(each) for each in events]})
    else:
        the_screen().show(*desk.drawn_alone(letter, events, zone))


@commands.command("examine")
def outbox_examine(
    mail: Annotated[Path, typer.Argument(metavar="FILE", help="The mail, saved with all its headers.")],
    config: Config = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Hold a mail that somebody has got against the ledger: which letter it is, unchanged or not, and for whom it was.

    Example: sheets-mastery outbox examine complaint.eml
    """
    from sheets_mastery import examined

    with opened(config) as service:
        found = examined.examine(service, mail)
        zone = service.settings.school.zone
    if as_json:
        print_json(asdict(found))
    else:
        the_screen().show(examined.drawn(found, zone))
    raise typer.Exit(DONE if found.in_order else WAITING)


@commands.command("approve")
def outbox_approve(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Let letters leave at the next delivery, without waiting any longer. The sheet still has its word then.

    Example: sheets-mastery outbox approve 3f2a90c1d4e7
    """
    _decide(config, "APPROVE", keys, as_json=as_json)


@commands.command("cancel")
def outbox_cancel(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Drop letters: they do not leave, and no other letter says to that person what they would have said.

    Example: sheets-mastery outbox cancel 3f2a90c1d4e7
    """
    _decide(config, "CANCEL", keys, as_json=as_json)


@commands.command("settle")
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


def _decide(config: Path, decision: str, keys: list[str], *, as_json: bool) -> None:
    """Carry out a decision about letters and say what they are now."""
    from sheets_mastery import desk
    from sheets_mastery.notices import Decision

    with opened(config) as service:
        decided = desk.decide(service, Decision[decision], keys)
    if as_json:
        print_json([{"key": each.key, "state": each.state, "why": each.reason} for each in decided])
    for each in decided:
        the_screen(as_json).say(f"{each.key[: desk.SHOWN]}: {each.state}, {each.reason}.")


@commands.command("claim")
def outbox_claim(config: Config = DEFAULT, gradebook: Which = None) -> None:
    """Say that a copied spreadsheet, or one that another installation wrote into, is this one's now: letters leave.

    Example: sheets-mastery outbox claim --gradebook "Algebra 1"
    """
    from sheets_mastery import quarantine

    with opened(config) as service:
        claimed = quarantine.claim(service, gradebook)
    for name in claimed:
        the_screen().say(f"{name}: claimed; letters leave again.")
    if not claimed:
        the_screen().say("No spreadsheet waits to be claimed.")


@commands.command("reconcile")
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
    from sheets_mastery import quarantine, terminal

    if sent and not_sent:
        raise errors.SettingsError("outbox reconcile: say one of --sent and --not-sent, or neither.")
    word = quarantine.Word.SENT if sent else quarantine.Word.NOT_SENT if not_sent else quarantine.Word.LOOK
    with opened(config) as service:
        done = quarantine.reconcile(service, gradebook, word)
    if as_json:
        print_json([asdict(each) for each in done])
    for each in done:
        the_screen(as_json).say(
            f"{each.gradebook}: {terminal.many(each.sent, 'letter')} had left, {each.to_leave} have not and may, "
            f"{each.to_look_at} are for you to settle (`outbox list`)."
        )
    if not done:
        the_screen(as_json).say("No ledger was put back.")
    raise typer.Exit(WAITING if any(each.to_look_at for each in done) else DONE)


@commands.command("undelivered")
def outbox_undelivered(
    config: Config = DEFAULT, gradebook: Which = None, names: Names = False, as_json: AsJson = False
) -> None:
    """Show the letters that came back, and whose address is no longer written to because of it.

    Example: sheets-mastery outbox undelivered --names
    """
    from sheets_mastery import undelivered

    with opened(config) as service:
        found = undelivered.listed(service, gradebook, names=names)
    if as_json:
        print_json([undelivered.told(each) for each in found])
    elif found:
        the_screen().show(undelivered.drawn(found, names=names))
    else:
        the_screen().say("No letter has come back.")


@commands.command("unblock")
def outbox_unblock(keys: Keys, config: Config = DEFAULT, as_json: AsJson = False) -> None:
    """Write again to the addresses from which these letters came back. One that was corrected needs no unblocking.

    Example: sheets-mastery outbox unblock 3f2a90c1d4e7
    """
    from sheets_mastery import desk, undelivered

    with opened(config) as service:
        again = undelivered.unblock(service, keys)
    if as_json:
        print_json([{"key": key} for key in again])
    for key in again:
        the_screen(as_json).say(f"{key[: desk.SHOWN]}: its address is written to again.")


@commands.command("stop")
def outbox_stop(
    why: Annotated[str, typer.Argument(help="Why, for whoever reads it later. No names.")] = "by hand",
    config: Config = DEFAULT,
) -> None:
    """Let no letter leave from this moment on, whatever is under way, until `outbox go`.

    Example: sheets-mastery outbox stop "wrong column shared"
    """
    from sheets_mastery.desk import PERSON

    with opened(config) as service:
        first = service.ledger.stop(why, now=service.clock(), who=PERSON)
    the_screen().say("No letter leaves any more." if first else "The letters were stopped already.")


@commands.command("go")
def outbox_go(config: Config = DEFAULT) -> None:
    """Let letters leave again after a stop.

    Example: sheets-mastery outbox go
    """
    from sheets_mastery.desk import PERSON

    with opened(config) as service:
        first = service.ledger.go_on(now=service.clock(), who=PERSON)
    the_screen().say("Letters leave again." if first else "The letters were not stopped.")
