"""One plan a gradebook: shown by `plan`, carried out by `apply` or `sync`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sheets_mastery import errors
from sheets_mastery.cli.exits import DONE, STOPPED, exit_code, worse
from sheets_mastery.cli.options import DEFAULT, AsJson, Config, Now, Which
from sheets_mastery.cli.printing import print_json, the_screen
from sheets_mastery.cli.service import opened, the_only
from sheets_mastery.cli.stopping import until_stopped

if TYPE_CHECKING:
    from sheets_mastery.config import GradebookSettings
    from sheets_mastery.plan import Plan
    from sheets_mastery.summary import Summary
    from sheets_mastery.wiring import Service


def plan(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Show what a sync would do, with its fingerprint. Nothing is written anywhere.

    Example: sheets-mastery plan --gradebook "Algebra 1"
    """

    def work(service: Service, each: GradebookSettings) -> Plan:
        from sheets_mastery.sync import make_plan

        decided, _ = make_plan(service.sheets, service.ledger, service.settings, each, service.clock())
        return decided

    _each_gradebook(config, gradebook, now, work, as_json=as_json, done=False)


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

    _each_gradebook(config, gradebook, now, work, as_json=as_json, done=True, only_one=True)


def sync(config: Config = DEFAULT, gradebook: Which = None, now: Now = None, as_json: AsJson = False) -> None:
    """Read every gradebook, judge it, colour it, flag what is missing, and decide about letters.

    Stops for a person (exit code 3) when the change is larger than the guard allows.

    Example: sheets-mastery sync
    """

    def work(service: Service, each: GradebookSettings) -> Plan:
        return service.sync(each, "sync")

    _each_gradebook(config, gradebook, now, work, as_json=as_json, done=True)


def _each_gradebook(
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
    from sheets_mastery.summary import describe

    screen = the_screen(as_json)
    shown: list[dict[str, Any]] = []
    code = DONE
    with until_stopped() as stopped, opened(config, now) as service:
        chosen = (the_only(service, gradebook),) if only_one else service.chosen(gradebook)
        # What every gradebook needs is looked at once: its trouble is said once, and in nobody's name.
        service.ledger, service.credentials  # noqa: B018 - making them is the look
        for each in chosen:
            if stopped.is_set():
                code = STOPPED
                break
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
            print_json({"gradebooks": shown, "requests": requests})
        else:
            screen.show(f"{terminal.many(requests, 'HTTP request')} used.")
    raise typer.Exit(code)


def _not_done(gradebook: str, problem: errors.SheetsMasteryError) -> dict[str, Any]:
    """What a script is told about a gradebook that was left as it is."""
    waits = problem.fingerprint if isinstance(problem, errors.WaitingForPerson) else ""
    return {"gradebook": gradebook, "error": str(problem), "exit_code": exit_code(problem), "fingerprint": waits}
