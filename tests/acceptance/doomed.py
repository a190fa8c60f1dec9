"""A program that is killed: `doomed.py` reads orders, one JSON object a line, and answers each with another.

An order names a school's `folder` and the pretended moment `now`; a child process then runs one sync and one delivery
there with the real service. It may name its `death`: ["before", n] or ["after", n] kills the child at its n-th writing
call, ["during", n] at its n-th call or return of any function at all, Python's or C's. The answer says whether it was
`killed`, how many `writes` it had begun and how many `calls` there were (counted only for a death "during").
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

# Imported before the first fork, so that no child does it again.
from sheets_mastery import mail, outbox, sync  # noqa: F401 - see above
from sheets_mastery.google.sheets import GoogleSheets
from sheets_mastery.ledger import Ledger
from sheets_mastery.letters import LetterPress
from sheets_mastery.wiring import Service, packaged

#: The usual templates. Compiling them takes three times as long as everything that is killed here.
PRESS = LetterPress(packaged("letters"))

#: Everything that changes the world, on the sheets, the ledger and the mailer.
WRITES = {
    *("apply", "record", "start_run", "finish_run", "expire", "claim", "move", "note_draft", "send"),
    *("intend_stamp", "stamp"),
}


class Death:
    """Waits for its moment."""

    def __init__(self, when: str, number: int) -> None:
        self._when = when
        self._number = number
        self.writes = 0
        self.calls = 0

    def around(self, write: Callable[..., Any]) -> Callable[..., Any]:
        """The writing call, deadly if it is the one."""

        def written(*args: Any, **named: Any) -> Any:
            self.writes += 1
            mine = self.writes == self._number
            if mine and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = write(*args, **named)
            if mine and self._when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return written

    def watch(self, *_: object) -> None:
        """One call or return."""
        self.calls += 1
        if self.calls == self._number:
            os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """Sheets, a ledger or a mailer whose writing calls may be deadly."""

    def __init__(self, inner: object, death: Death) -> None:
        self._inner = inner
        self._death = death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._death.around(found) if name in WRITES else found


def run(folder: str, now: str, death: Death) -> None:
    """One sync and one delivery."""
    service = Service.load(Path(folder) / "mastery.toml", {}, clock=lambda: datetime.now(UTC))
    service.pretend(now)
    service.press = PRESS
    service.ledger = cast(Ledger, Doomed(service.ledger, death))
    service.sheets = cast(GoogleSheets, Doomed(service.sheets, death))
    service.mailer = cast(outbox.Mailer, Doomed(service.mailer, death))
    for each in service.settings.gradebooks:
        service.sync(each, "sync")
    service.deliver(service.settings.gradebooks)
    service.close()


def carried_out(order: dict[str, Any]) -> dict[str, Any]:
    """Run one child to its end, whichever that is."""
    when, number = order.get("death", ("never", 0))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            death = Death(when, number)
            if when == "during":
                sys.setprofile(death.watch)
            run(order["folder"], order["now"], death)
            sys.setprofile(None)
            os.write(writing, json.dumps({"writes": death.writes, "calls": death.calls}).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may get out of the child into the loop below
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        counted = told.read()
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if status and not killed:
        raise RuntimeError(f"the child ended with {status}")
    return {"killed": killed, **(json.loads(counted) if counted else {})}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(carried_out(json.loads(line))), flush=True)
