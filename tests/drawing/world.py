"""A world in which everything can go wrong: a clock, a teacher at a sheet, a database and mail services.

Only the world is a model. What works in it is the real outbox with the real ledger and the real mailers, down to the
HTTP requests of Gmail, the lines of SMTP and the files of a maildir. Nothing here really waits.

Every boundary that the program crosses is a *step*, counted through all runs. A fault belongs to one step: the process
dies there, its answer is lost, its effect comes late, the process freezes while another delivery goes to work without
knowing of it, the clock is moved. The one thing that is not tried is freezing between the last look and the request
that follows it: there is no step in between, and no program can do anything about it.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from stamped import StampPlace

from sheets_mastery.edits import DropStamp, PutStamp
from sheets_mastery.errors import LedgerError, Unreachable
from sheets_mastery.google.gmail import GmailMailer
from sheets_mastery.google.sending import LookingMailer, SendingMailer
from sheets_mastery.google.wire import Answer, Wire
from sheets_mastery.ledger import Ledger
from sheets_mastery.mail import PatientSmtp
from sheets_mastery.outbox import Mailer
from sheets_mastery.reading import Reading, SeenStamp

#: What can go wrong at every step but the one after the last look.
ANYWHERE = ("die", "freeze", "clock")
#: What else can go wrong, by the kind of step.
KINDS: Mapping[str, tuple[str, ...]] = {
    "ledger": (*ANYWHERE, "error", "lost"),
    "sheet": (*ANYWHERE, "error"),
    "stamp": (*ANYWHERE, "error", "lost", "late"),
    "program": ANYWHERE,
    "request": (*ANYWHERE, "error", "lost", "late", "busy", "busy after all", "quota", "thaw"),
    "send": ("die", "die after", "error", "lost", "late", "busy", "busy after all", "quota", "thaw"),
    "line": (*ANYWHERE, "error", "421", "451", "452", "550", "552", "slow"),
    "dot": ("die", "die after", "error", "lost", "late", "421", "451", "452", "550", "552", "slow", "thaw"),
}
#: Seconds that an effect comes late or that a process is frozen; and by which the clock is moved.
DELAYS = (1.0, 30.0, 119.0, 300.0, 900.0, 1200.0)
#: Seconds for which a letter that was sent is not yet to be seen in Sent.
UNSEEN = 700.0
#: Seconds after which a mail server hangs up on who says nothing.
PATIENCE = 60.0
CLOCKS = (-7200.0, -1.0, 3600.0, 3 * 86400.0, 9 * 86400.0)


class Died(BaseException):
    """The process was killed: nothing of it goes on, not even what is written for exceptions."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong at one step."""

    #: Which step, from 0, through all runs.
    step: int
    #: Chooses what goes wrong, among what can go wrong there.
    kind: int
    #: Chooses by how much.
    amount: int


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a mail service has taken over."""

    raw: bytes
    #: The real second at which the program asked for it, which may be long before it was done.
    asked: float
    #: The real second at which it was done.
    came: float = 0.0


@dataclass
class World:
    """Time and faults."""

    start: datetime
    faults: tuple[Fault, ...] = ()
    #: Real seconds since the start; and by how much the clock of the machine is wrong.
    real: float = 0.0
    wrong: timedelta = timedelta()
    steps: int = 0
    #: What went wrong, for whoever has to look into it: (step, where, what).
    happened: list[tuple[int, str, str]] = field(default_factory=list)
    #: The kinds of the steps, in order.
    kinds: list[str] = field(default_factory=list)
    #: Effects that come late: (real second, what happens then).
    late: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    #: For letters that are files: the second at which each was asked for, by its key.
    files: dict[str, float] = field(default_factory=dict)
    #: Runs another delivery, for a process that is frozen.
    another: Callable[[], None] = lambda: None
    frozen: int = 0

    def now(self) -> datetime:
        """What the clock of the machine shows."""
        return self.start + timedelta(seconds=self.real) + self.wrong

    def monotonic(self) -> float:
        return self.real

    def pass_time(self, seconds: float) -> None:
        """Let time go by, with all that happens in it."""
        end = self.real + seconds
        while due := [each for each in self.late if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self.late.remove(first)
            self.real = max(self.real, first[0])
            first[1]()
        self.real = end

    def freeze(self, seconds: float) -> None:
        """The process stands still, and another delivery, which takes it for dead, goes to work."""
        self.frozen += 1
        self.pass_time(seconds)
        self.another()
        self.frozen -= 1

    def step(self, where: str, kind: str) -> tuple[str, float]:
        """One boundary is crossed: what goes wrong there, beyond what has happened here already, and by how much."""
        number = self.steps
        self.steps += 1
        self.kinds.append(kind)
        self.pass_time(0.05)
        fault = next((each for each in self.faults if each.step == number), None)
        if fault is None:
            return "", 0.0
        choices = KINDS[kind]
        what = choices[fault.kind % len(choices)]
        amounts = CLOCKS if what == "clock" else DELAYS
        amount = amounts[fault.amount % len(amounts)]
        self.happened.append((number, where, f"{what} {amount:g}"))
        if what == "die":
            raise Died
        if what == "freeze":
            # Two processes at once are enough: a third would be frozen in a process that is frozen.
            if not self.frozen:
                self.freeze(amount)
            return "", 0.0
        if what == "clock":
            self.wrong += timedelta(seconds=amount)
            return "", 0.0
        return what, amount

    def take(self, raw: bytes, asked: float) -> None:
        self.taken.append(Message(raw=raw, asked=asked, came=self.real))


class Book:
    """The ledger behind a line that can break."""

    def __init__(self, ledger: Ledger, world: World) -> None:
        self._ledger = ledger
        self._world = world

    def sole_deliverer(self) -> AbstractContextManager[None]:
        """Whoever takes a frozen process for dead has been given its lock: the line on which it was held is gone."""
        return nullcontext() if self._world.frozen else self._ledger.sole_deliverer()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._ledger, name)

        def called(*args: Any, **named: Any) -> Any:
            wrong, _ = self._world.step(f"ledger.{name}", "ledger")
            if wrong == "error":
                raise LedgerError("The ledger cannot be reached.")
            result = method(*args, **named)
            if wrong == "lost":
                raise LedgerError("The connection broke in the moment of the commit.")
            return result

        return called


class Sheet:
    """The teacher's sheet: as it was, and as it is from a certain second on."""

    def __init__(self, world: World, before: Reading, after: Reading, changes: float | None) -> None:
        self._world = world
        self._readings = before, after
        self.changes = changes
        self._place = StampPlace()

    def read(self, spreadsheet_id: str) -> Reading:
        assert spreadsheet_id
        wrong, _ = self._world.step("sheet.read", "sheet")
        if wrong == "error":
            raise Unreachable("Google did not answer.")
        reading = self._readings[self.changes is not None and self._world.real >= self.changes]
        self._world.pass_time(1)
        return replace(reading, stamps=self._place.there)

    def stamp(self, spreadsheet_id: str, edits: tuple[PutStamp | DropStamp, ...]) -> tuple[SeenStamp, ...]:
        assert spreadsheet_id
        wrong, amount = self._world.step("sheet.stamp", "stamp")
        if wrong == "late":

            def at_last() -> None:
                self._place.carry_out(edits)

            self._world.late.append((self._world.real + amount, at_last))
        if wrong in {"error", "late"}:
            raise Unreachable("Google did not answer.")
        there = self._place.carry_out(edits)
        self._world.pass_time(1)
        if wrong == "lost":
            raise Unreachable("Google did not answer.")
        return there


class Gmail:
    """Gmail's drafts: sending consumes a draft, and a draft that is gone cannot be sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = 0
        self.drafts: dict[str, tuple[str, bytes]] = {}

    def answer(self, method: str, path: str, query: str, body: bytes | None, asked: float) -> tuple[int, Any]:
        said = json.loads(body) if body else {}
        tail = path.partition("/users/me/")[2]
        match method, tail.split("/"):
            case "POST", ["drafts"]:
                self._made += 1
                draft, message = f"r{self._made}", f"m{self._made}"
                self.drafts[draft] = message, base64.urlsafe_b64decode(said["message"]["raw"])
                return 200, {"id": draft, "message": {"id": message}}
            case "POST", ["drafts", "send"] if said["id"] in self.drafts:
                self._world.take(self.drafts.pop(said["id"])[1], asked)
                return 200, {"id": f"s{len(self._world.taken)}"}
            case "POST", ["messages", "send"]:
                self._world.take(base64.urlsafe_b64decode(said["raw"]), asked)
                return 200, {"id": f"s{len(self._world.taken)}"}
            case "GET", ["messages"]:
                # Those in Sent, the newest first, of which the last ones cannot be seen yet.
                seen = [n for n, each in enumerate(self._world.taken, 1) if self._world.real >= each.came + UNSEEN]
                most = int(parse_qs(query)["maxResults"][0])
                return 200, {"messages": [{"id": f"s{number}"} for number in reversed(seen)][:most]}
            case "GET", ["messages", message]:
                raw = self._world.taken[int(message[1:]) - 1].raw
                headers = [line.partition(": ")[2] for line in lines_of(raw) if line.startswith("X-SM-Notice: ")]
                return 200, {"id": message, "payload": {"headers": [{"value": value} for value in headers]}}
            case "GET", ["drafts"]:
                # Ids alone, of what the words of the question stand in.
                words = parse_qs(query)["q"][0].strip('"').encode()
                return 200, {"drafts": [{"id": each} for each, (_, raw) in self.drafts.items() if words in raw]}
            case "GET", ["drafts", draft] if draft in self.drafts:
                message, raw = self.drafts[draft]
                return 200, {"message": {"id": message, "raw": base64.urlsafe_b64encode(raw).decode()}}
            case "DELETE", ["drafts", draft] if draft in self.drafts:
                del self.drafts[draft]
                return 204, None
        return 404, _error(404, "notFound", "Requested entity was not found.")


class GmailWire:
    """What `google.wire.Wire` is to the program: one request, and its answer, none, or a no."""

    endpoint = None

    def __init__(self) -> None:
        #: Set for every world anew: building the client takes long.
        self.world: World
        self.gmail: Gmail
        #: What Google's own clock shows, which nobody moves.
        self.answered: datetime | None = None

    def deadline(self) -> float:
        return self.world.real + 60

    def close(self) -> None:
        """Nothing is open."""

    def send(
        self, method: str, url: str, *, body: bytes | None = None, headers: object = None, deadline: float
    ) -> Answer:
        world, path, query = self.world, urlsplit(url).path, urlsplit(url).query
        sends = path.endswith("/send")
        wrong, amount = world.step(f"{method} {path.rpartition('/me/')[2]}", "send" if sends else "request")
        asked = world.real
        world.pass_time(0.4)
        self.answered = world.start + timedelta(seconds=world.real)

        def effect() -> tuple[int, Any]:
            return self.gmail.answer(method, path, query, body, asked)

        match wrong:
            case "error":
                world.pass_time(60)
                raise Unreachable("Google did not answer.")
            case "late":
                world.late.append((world.real + amount, lambda: (effect(), None)[1]))
                world.pass_time(min(amount, 60))
                raise Unreachable("Google did not answer.")
            case "busy":
                return _answer(503, _error(503, "backendError", "Try again."))
            case "quota":
                again = (world.start + timedelta(seconds=world.real + amount)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                message = f"User-rate limit exceeded.  Retry after {again}"
                return _answer(403, _error(403, "rateLimitExceeded", message))
        status, said = effect()
        match wrong:
            case "die after":
                raise Died
            case "lost":
                world.pass_time(60)
                raise Unreachable("The answer broke off.")
            case "busy after all":
                return _answer(503, _error(503, "backendError", "Try again."))
            case "thaw" if not world.frozen:
                world.freeze(amount)
        return _answer(status, said)


def _error(status: int, reason: str, message: str) -> dict[str, Any]:
    item = {"message": message, "domain": "usageLimits", "reason": reason}
    return {"error": {"code": status, "message": message, "errors": [item]}}


def _answer(status: int, said: Any) -> Answer:
    body = b"" if said is None else json.dumps(said).encode()
    return Answer(status=status, headers={"Content-Type": "application/json"}, body=body)


def gmail_mailers(wire: GmailWire) -> dict[str, Mailer]:
    """The real mailers over that wire, by the way in which they send."""
    over = cast(Wire, wire)
    return {
        "gmail": GmailMailer(over),
        "gmail, send only": SendingMailer(over),
        "gmail, send + metadata": LookingMailer(over),
    }


class Line:
    """A socket with an SMTP server at its other end (RFC 5321): it answers at once, or is cut."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers: list[bytes] = [b"220 model ready\r\n"]
        self._letter: bytes | None = None
        self._late = False
        self._blocking = True
        self._heard = world.real

    def sendall(self, data: bytes) -> None:
        silent, self._heard = self._world.real - self._heard, self._world.real
        if silent > PATIENCE:
            raise ConnectionResetError
        if self._letter is not None:
            if data == b".\r\n":
                self._dot(self._letter)
            else:
                self._letter += data
            return
        verb = data.split()[0].decode().upper()
        wrong, _ = self._world.step(f"SMTP {verb}", "line")
        self._world.pass_time(0.02)
        usual = {"EHLO": "250-model\r\n250 8BITMIME", "DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")
        if wrong == "error":
            self._answers.clear()
        elif wrong == "slow":
            self._late = True
        else:
            self._answers.append(f"{wrong + ' no' if wrong else usual}\r\n".encode())
            if verb == "DATA" and not wrong:
                self._letter = b""

    def _dot(self, letter: bytes) -> None:
        world = self._world
        wrong, amount = world.step("SMTP dot", "dot")
        asked = world.real
        self._letter = None
        if wrong in {"", "die after", "lost", "slow", "thaw"}:
            world.take(letter, asked)
        match wrong:
            case "die after":
                raise Died
            case "late":
                world.late.append((world.real + amount, lambda: world.take(letter, asked)))
            case "slow":
                self._late = True
            case "thaw" if not world.frozen:
                world.freeze(amount)
        if wrong in {"", "thaw"}:
            self._answers.append(b"250 2.0.0 Ok: queued as 1\r\n")
        elif wrong.isdigit():
            self._answers.append(f"{wrong} no\r\n".encode())

    def recv(self, _most: int) -> bytes:
        """The next line of an answer; nothing when the line is cut."""
        if not self._blocking:
            if self._world.real - self._heard > PATIENCE:
                return b""
            raise BlockingIOError
        if self._late:
            self._world.pass_time(120)
            raise TimeoutError
        if not self._answers:
            return b""
        line, _, rest = self._answers.pop(0).partition(b"\n")
        if rest:
            self._answers.insert(0, rest)
        return line + b"\n"

    def settimeout(self, seconds: float) -> None:
        assert seconds >= 0
        self._blocking = seconds > 0

    def close(self) -> None:
        """Hang up."""


def smtp_over(world: World) -> Callable[..., PatientSmtp]:
    """The real smtplib, over such a line."""

    class Smtp(PatientSmtp):
        def _get_socket(self, *_where: object) -> Any:
            world.step("SMTP connect", "program")
            return Line(world)

    return Smtp


class Watched:
    """A mailer whose every step is one of the world's."""

    def __init__(self, mailer: Mailer, world: World, *, file_taken: Callable[[str], None] | None = None) -> None:
        self._mailer = mailer
        self._world = world
        #: For a maildir, which tells nobody: called when the step from which there is no way back comes.
        self._file_taken = file_taken

    @property
    def ask_after(self) -> timedelta:
        return self._mailer.ask_after

    def send(
        self,
        letter: bytes,
        *,
        sender: str,
        recipient: str,
        key: str,
        on_draft: Callable[[str], None],
        last_look: Callable[[], None],
    ) -> str:
        world = self._world
        world.step("mailer.send", "program")

        def look() -> None:
            world.step("mailer.last_look", "program")
            last_look()
            if self._file_taken is not None:
                self._file_taken(key)

        provider_id = self._mailer.send(
            letter, sender=sender, recipient=recipient, key=key, on_draft=on_draft, last_look=look
        )
        world.step("mailer.sent", "program")
        return provider_id

    def recover(self, key: str, draft_id: str) -> str | None:
        self._world.step("mailer.recover", "program")
        return self._mailer.recover(key, draft_id)

    def close(self) -> None:
        self._mailer.close()


def lines_of(raw: bytes) -> Iterator[str]:
    """The header lines of a message."""
    for line in io.BytesIO(raw):
        if not line.strip():
            return
        yield line.decode("ascii").rstrip()
