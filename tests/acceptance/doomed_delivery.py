"""A program whose deliveries are killed: it reads orders, one JSON object a line, and answers each with another.

An order names a school's `folder` and the moment `now`; a child process then delivers there with the real service. With
`after` it is killed so many seconds after its first claim, or after its start where the order says `early`: by the
clock, at whatever it does just then. The answer says whether it was `killed` and what it has `counts`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

# Imported before the first fork, so that no child does it again.
import googleapiclient.discovery

from sheets_mastery import mail, outbox, sync  # noqa: F401 - see above
from sheets_mastery.google import auth, gmail, sheets  # noqa: F401
from sheets_mastery.ledger import Ledger
from sheets_mastery.letters import LetterPress
from sheets_mastery.wiring import Service, packaged

assert googleapiclient.discovery

#: The usual templates. Compiling them takes longer than everything that is killed here.
PRESS = LetterPress(packaged("letters"))


class Told:
    """A ledger that tells when the first letter is claimed."""

    def __init__(self, ledger: Ledger, pipe: int) -> None:
        self._ledger = ledger
        self._pipe = pipe

    def __getattr__(self, name: str) -> Any:
        if name == "claim" and self._pipe >= 0:
            os.write(self._pipe, b"claim\n")
            self._pipe = -1
        return getattr(self._ledger, name)


def deliver(folder: str, now: str, pipe: int) -> dict[str, int]:
    """One delivery."""
    moment = datetime.fromisoformat(now).astimezone(UTC)
    service = Service.load(Path(folder) / "mastery.toml", {}, clock=lambda: moment)
    service.press = PRESS
    service.ledger = cast(Ledger, Told(service.ledger, pipe))
    delivery = service.deliver(service.settings.gradebooks)
    service.close()
    return dict(delivery.counts)


def carried_out(order: dict[str, Any]) -> dict[str, Any]:
    """Run one child to its end, whichever that is."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            counts = deliver(order["folder"], order["now"], writing)
            os.write(writing, json.dumps(counts).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may get out of the child into the loop below
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    if order.get("after") is not None:
        if not order.get("early"):
            # Until the first claim, or the end of a child that claims nothing.
            select.select([reading], [], [], 60)
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as told:
        words = told.read().rpartition(b"\n")[2]
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if status and not killed:
        raise RuntimeError(f"the child ended with {status}")
    return {"killed": killed, "counts": json.loads(words) if words and not killed else {}}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(carried_out(json.loads(line))), flush=True)
