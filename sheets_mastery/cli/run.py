"""`run`: the scheduled job."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sheets_mastery import errors
from sheets_mastery.cli.deliver import delivery_code, send_letters, show_delivery
from sheets_mastery.cli.exits import DONE, FAILED, STOPPED, exit_code, worse
from sheets_mastery.cli.options import DEFAULT, Config, Now, Which
from sheets_mastery.cli.printing import the_screen
from sheets_mastery.cli.service import opened
from sheets_mastery.cli.stopping import until_stopped

if TYPE_CHECKING:
    from sheets_mastery.terminal import Screen
    from sheets_mastery.wiring import Service


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
    screen = the_screen()
    codes = [DONE]
    with until_stopped() as stopped, opened(config, now) as service:
        service.wait = stopped.wait
        zone = service.settings.school.zone

        def work(_moment: datetime) -> None:
            code = FAILED
            try:
                code = _one_run(service, gradebook, screen)
            finally:
                if code != STOPPED:  # told to stop in the middle, it has neither gone well nor failed
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


def _one_run(service: Service, gradebook: str | None, screen: Screen) -> int:
    """One turn of the scheduled job. Nothing that goes wrong here ends the job; it is said, and seen in `status`."""
    from sheets_mastery import terminal

    code = DONE
    chosen = service.chosen(gradebook)
    try:
        service.ledger, service.credentials  # noqa: B018 - making them is the look
        for each in chosen:
            if service.wait(0):
                return STOPPED
            try:
                done = service.sync(each, "run")
            except errors.CredentialsError:
                raise  # the other gradebooks would fare no better
            except errors.SheetsMasteryError as problem:
                screen.complain(f"{each.name}: {problem}")
                code = worse(code, exit_code(problem))
            else:
                screen.say(f"{each.name}: plan {done.fingerprint}, {terminal.many(len(done.edits), 'edit')}.")
                if done.unread:
                    screen.say(f"{each.name}: incomplete: {done.unread}.")
        delivery = send_letters(service, chosen, screen)
    except errors.SheetsMasteryError as problem:
        screen.complain(str(problem))
        return worse(code, exit_code(problem))
    show_delivery(screen, delivery, counts=True)
    return worse(code, delivery_code(delivery))
