"""The local Google as a running server: in a thread of this process, or until it is told to stop."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .store import Store, clock, random_id

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

LOOPBACK = "127.0.0.1"


class LocalGoogle:
    """A Google on loopback whose memory is a directory. Use it as a context manager, or ``start`` and ``stop`` it.

    ``now`` and ``new_id`` are its clock and its source of ids. Port 0 takes a free one.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        now: Callable[[], datetime] = clock,
        new_id: Callable[[], str] = random_id,
        strict_auth: bool = False,
    ) -> None:
        store = Store(directory, now=now, new_id=new_id)
        self._port = port
        self._server = _server(store, strict_auth=strict_auth)
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
        return self

    def stop(self) -> None:
        """Finish what is under way, close every connection and wait for the thread."""
        if self._thread is not None and self._socket is not None:
            self._server.should_exit = True
            self._thread.join()
            self._socket.close()
            self._thread = self._socket = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_raised: object) -> None:
        """Stop."""
        self.stop()


def serve(directory: Path, *, port: int = 0, ready: Callable[[str], None] = print) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is told the URL once requests will be answered."""
    with _listen(port) as listening:
        ready(f"http://{LOOPBACK}:{listening.getsockname()[1]}")
        _server(Store(directory)).run([listening])


def _listen(port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on for what it accepts, and every answer waits 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _server(store: Store, *, strict_auth: bool = False) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(store, strict_auth=strict_auth),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


class Connection(H11Protocol):
    """An HTTP connection that the application may cut: ``scope["state"]["cut"]()`` drops it without a goodbye."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Hand the application the scissors."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}
