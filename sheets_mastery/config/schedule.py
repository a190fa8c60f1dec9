"""`[schedule]`: the scheduled job."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from sheets_mastery.config.kinds import HERE, Whole
from sheets_mastery.config.section import Section


def _watcher(url: str) -> str:
    try:
        parts = urlsplit(url)
        here = parts.scheme == "http" and parts.hostname in HERE
        fine = (parts.scheme == "https" or here) and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        fine = False
    if url and not (fine and not parts.fragment and re.fullmatch(r"[!-~]{1,300}", url)):
        raise ValueError('must be an https address, such as "https://hc-ping.com/your-uuid", or one of this machine')
    return url


class Schedule(Section):
    """The scheduled job."""

    #: Minutes between two syncs inside the school's hours.
    every_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 30
    #: Where a watcher outside is told after each run; "" for nowhere.
    heartbeat_url: Annotated[str, AfterValidator(_watcher)] = ""
