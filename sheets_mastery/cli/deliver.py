"""`deliver`: the letters that are due leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sheets_mastery.cli.exits import DONE, FAILED, STOPPED, WAITING
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Now, Which
from sheets_mastery.cli.printing import print_json, the_screen
from sheets_mastery.cli.service import opened
from sheets_mastery.cli.stopping import until_stopped

if TYPE_CHECKING:
    from sheets_mastery.config import GradebookSettings
    from sheets_mastery.outbox import Delivery
    from sheets_mastery.terminal import Screen
    from sheets_mastery.wiring import Service


def deliver(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Send the letters that are owed and due, each after one more look at the sheet.

    Example: sheets-mastery deliver
    """
    screen = the_screen(as_json)
    with until_stopped() as stopped, opened(config, now) as service:
        service.wait = stopped.wait
        delivery = send_letters(service, service.chosen(gradebook), screen)
        if as_json:
            print_json({"letters": dict(delivery.counts), "troubles": delivery.troubles})
        show_delivery(screen, delivery, counts=not as_json)
    raise typer.Exit(delivery_code(delivery))


def send_letters(service: Service, gradebooks: tuple[GradebookSettings, ...], screen: Screen) -> Delivery:
    """Deliver for these gradebooks, with a bar that grows as letters leave."""
    with screen.letters() as bar:
        task = bar.add_task("letters", total=None)
        return service.deliver(gradebooks, progress=lambda done, of: bar.update(task, completed=done, total=of))


def show_delivery(screen: Screen, delivery: Delivery, *, counts: bool) -> None:
    """Say what became of the letters; without `counts` only what a person has to know."""
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


def delivery_code(delivery: Delivery) -> int:
    """The exit code for a delivery."""
    from sheets_mastery.outbox import TOLD_TO_STOP

    if delivery.counts[TOLD_TO_STOP]:
        return STOPPED
    if delivery.troubles:
        return FAILED
    return WAITING if delivery.for_a_person else DONE
