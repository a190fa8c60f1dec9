"""The local Google as a running server: in a thread of this process, or until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .store import Store, clock, random_id

LOOPBACK = "127.0.0.1"


class LocalGoogle:
    """A Google on loopback whose memory is a directory. Use it as a context manager, or ``start`` and ``stop`` it.

    ``now`` and ``new_id`` are its clock and its source of ids. Port 0 takes a free one. ``mailboxes`` are maildirs by
    name, to be shown in the browser.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        now: Callable[[], datetime] = clock,
        new_id: Callable[[], str] = random_id,
        strict_auth: bool = False,
        mailboxes: Mapping[str, Path] | None = None,
    ) -> None:
        store = Store(directory, now=now, new_id=new_id)
        self._port = port
        self._server = ThreadedServer(_config(store, strict_auth=strict_auth, mailboxes=mailboxes))
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT`` while it runs."""
        if self._socket is None:
            raise RuntimeError("The local Google is not running.")
        return f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"

    def start(self) -> Self:
        """Listen and serve; requests sent from now on are answered. OSError when the port is taken."""
        self._socket = _listen(self._port)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="local-google", daemon=True
        )
        self._thread.start()
        self._server.running.wait()
        return self

    def stop(self) -> None:
        """Finish what is under way, close every connection and wait for the thread."""
        if self._thread is not None and self._socket is not None:
            self._server.end()
            self._thread.join()
            self._socket.close()
            self._thread = self._socket = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_raised: object) -> None:
        """Stop."""
        self.stop()


def _listen(port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on for what it accepts, and every answer waits 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    return listening


def _config(store: Store, *, strict_auth: bool = False, mailboxes: Mapping[str, Path] | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(store, strict_auth=strict_auth, mailboxes=mailboxes),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )


class ThreadedServer(uvicorn.Server):
    """A server that another thread starts and ends. It waits to be told, where uvicorn's own looks every 0.1 s."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        #: Set once requests are answered, or once starting has failed.
        self.running = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to ``end``."""
        try:
            super().run(sockets)
        finally:
            self.running.set()

    async def main_loop(self) -> None:
        """Wait for the end."""
        self._loop = asyncio.get_running_loop()
        self.running.set()
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, let go of idle ones, and give what is under way two seconds to finish."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=2)
        while self.server_state.connections:  # each leaves the set when its transport has closed
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)

    def end(self) -> None:
        """Tell it, from any thread, to finish what is under way and stop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)


class Connection(H11Protocol):
    """An HTTP connection that the application may cut: ``scope["state"]["cut"]()`` drops it without a goodbye."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Hand the application the scissors."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}
