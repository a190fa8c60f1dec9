"""A word to a watcher outside that a run has ended, so that somebody else notices when there are no more of them.

As healthchecks.io and those like it want it: the address itself where a run went well, `/fail` behind it where it did
not. Nothing else is said, and nothing of a school.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit, urlunsplit

import requests

_log = logging.getLogger("sheets_mastery")
#: Seconds for the connection, and for the answer to begin: a watcher that is away must not keep a school waiting.
_PATIENCE = (5.0, 5.0)


def beat(url: str, *, well: bool) -> bool:
    """Tell the watcher at an address that a run has ended; whether it has heard. Nothing is raised."""
    try:
        where = urlsplit(url)
        path = where.path.rstrip("/") + ("" if well else "/fail")
        with requests.get(
            urlunsplit(where._replace(path=path)),
            headers={"User-Agent": "sheets-mastery"},
            timeout=_PATIENCE,
            allow_redirects=False,
            stream=True,  # its answer is not read
        ) as answer:
            heard, why = 200 <= answer.status_code < 300, f"status {answer.status_code}"
    except Exception as problem:  # noqa: BLE001 - whatever it is, the run has ended and the next one comes
        heard, why = False, type(problem).__name__
    if not heard:
        # Who knows the address can speak in our name, so it stays out of the log.
        _log.warning("heartbeat not heard why=%s", why)
    return heard
