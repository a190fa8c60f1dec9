"""The door as a running server, until the process is told to stop."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import uvicorn

from sheets_mastery.door.answers import HEALTH, Door
from sheets_mastery.door.limits import Limits
from sheets_mastery.errors import SettingsError
from sheets_mastery.letters import one_line
from sheets_mastery.wiring import Service

#: More requests at once than these are turned away with a 503.
_AT_ONCE = 100
#: Only a reverse proxy on this machine is believed when it says for whom it asks.
_PROXIES = "127.0.0.1,::1"
#: What is under way when the door is closed gets so many seconds to finish.
_GRACE_SECONDS = 5
_SCHOOL_LENGTH = 120


def serve(service: Service, host: str, port: int, *, opened: Callable[[str], None]) -> None:
    """Answer at an address of this machine until SIGTERM or Ctrl-C; `opened` is told the web address there.

    SettingsError where the settings name no web address for the links, or where the port cannot be had; LedgerError
    where the ledger cannot be opened.
    """
    letters = service.settings.letters
    if not letters.opt_out_url:
        raise SettingsError(
            "letters.opt_out_url: is not set, so there are no links to serve; set it to the address that families "
            'see, such as "https://letters.school.example/stop".'
        )
    path = unquote(urlsplit(letters.opt_out_url).path) or "/"
    if path == HEALTH:
        raise SettingsError(f"letters.opt_out_url: {HEALTH} is for the school's monitoring; take another path.")
    ledger = service.ledger
    door = Door(
        ledger,
        service.press,
        path=path,
        secret=lambda: ledger.install().secret,
        keys=range(letters.opt_out_oldest_key, letters.opt_out_key + 1),
        school=one_line(service.settings.school.name, _SCHOOL_LENGTH),
        language=letters.language,
        clock=service.clock,
        limits=Limits(time.monotonic),
    )
    config = uvicorn.Config(
        door,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=_PROXIES,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with _listening(host, port) as listening:
        where = listening.getsockname()
        shown = f"[{where[0]}]" if ":" in where[0] else where[0]
        opened(f"http://{shown}:{where[1]}{urlsplit(letters.opt_out_url).path or '/'}")
        uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Named TCP, or asyncio leaves Nagle's algorithm on for what it accepts.
        listening = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(256)
        except OSError:
            listening.close()
            raise
    except OSError as problem:
        raise SettingsError(f"The door cannot use {host} and port {port}: {problem.strerror}.") from None
    return listening
