"""A server that answers what it is told to, and a clock that only moves when somebody waits."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from sheets_mastery.google.auth import LocalCredentials
from sheets_mastery.google.transport import SheetsTransport
from sheets_mastery.google.wire import Wire
from sheets_mastery.local_google.server import LocalGoogle


@dataclass
class Reply:
    """One answer: JSON, or bytes as they are; `how` is "" (whole), "cut" (none), "half" or "trickle" (never ending)."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    how: str = ""


@dataclass
class Scripted:
    """A server on loopback that gives the answers in `replies`, in turn, and remembers what was asked."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def will(self, status: int = 200, body: Any = None, *, how: str = "", times: int = 1, **headers: str) -> None:
        """Give one more answer, so many times; underscores in a header's name stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies += [Reply(status, {} if body is None else body, named, how)] * times


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append((self.command, self.path, body))
            script.headers.append(dict(self.headers.items()))
            reply = script.replies.pop(0)
            if reply.how == "cut":
                # A reset instead of a goodbye, as when a machine in between gives up.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            sent = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(10**9 if reply.how == "trickle" else len(sent)))
            self.end_headers()
            if reply.how == "trickle":
                try:
                    while True:
                        self.wfile.write(b" ")
                except OSError:
                    self.close_connection = True
                    return
            self.wfile.write(sent[: len(sent) // 2] if reply.how == "half" else sent)
            self.close_connection = reply.how == "half"

        do_POST = do_GET  # noqa: N815 - its parent's name

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_who: object) -> None:
            """A client that hangs up is what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        script.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield script
        server.shutdown()
        thread.join()


@dataclass
class Clock:
    """Time that passes only in pauses."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire(scripted: Scripted, clock: Clock) -> Iterator[Wire]:
    """The way to the scripted server, with a patience of 180 seconds of that clock."""
    with Wire(LocalCredentials(), endpoint=scripted.url, monotonic=clock) as opened:
        yield opened


@pytest.fixture
def transport(wire: Wire, clock: Clock) -> SheetsTransport:
    """The transport over that wire; its jitter always draws the longest pause."""
    return SheetsTransport(
        wire, whoami="robot@project.example", sleep=clock.sleep, uniform=lambda _shortest, longest: longest
    )


@pytest.fixture
def google(tmp_path: Path) -> Iterator[LocalGoogle]:
    """A fresh local Google."""
    with LocalGoogle(tmp_path / "google") as running:
        yield running


@pytest.fixture
def arrange(google: LocalGoogle) -> Callable[..., Any]:
    """Arranges a scene at the local Google: POSTs (or, without words, GETs) a path below `/_local/`."""

    def said(path: str, words: Any = None) -> Any:
        url = f"{google.url}/_local/{path}"
        answer = requests.get(url, timeout=10) if words is None else requests.post(url, json=words, timeout=10)
        answer.raise_for_status()
        return answer.json()

    return said
