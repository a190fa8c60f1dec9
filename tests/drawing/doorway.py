"""The door to the web as a process of its own, with the ledger opened beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from databases import with_driver
from sqlalchemy import NullPool, create_engine, select

from sheets_mastery.ledger import Ledger, open_ledger
from sheets_mastery.ledger.tables import metadata
from sheets_mastery.optout import Wish, sign

NOW = datetime(2026, 10, 30, 21, 30, tzinfo=UTC)
MOTHER = Wish(guardian="ab" * 32, gradebook="Algebra 1 & 2", kind="reminder")
SETTINGS = """
[school]
name = "Lincoln & Sons School"
teacher = "Ms Rivera"
reply_to = "rivera@school.example"
time_zone = "America/Chicago"
[google]
credentials = "local"
endpoint = "http://127.0.0.1:9"
[mail]
sender = "rivera@school.example"
[letters]
opt_out_url = "https://letters.school.example/family/stop"
opt_out_key = 3
opt_out_oldest_key = 2
[[gradebooks]]
name = "Algebra 1 & 2"
spreadsheet = "sheet-of-algebra"
"""


@dataclass(kw_only=True)
class Open:
    """A door that is open, and the ledger behind it."""

    process: subprocess.Popen[str]
    #: The address of its page, without a link's token.
    address: str
    url: str
    ledger: Ledger
    log: Path

    def link(self, wish: Wish = MOTHER, key: int = 3) -> str:
        """The address in a letter."""
        return f"{self.address}?t={sign(wish, self.ledger.install().secret, key)}"

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, by a connection of its own."""
        engine = create_engine(with_driver(self.url), poolclass=NullPool)
        with engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }

    def stopped(self) -> list[tuple[Any, ...]]:
        """Who has stopped what: (gradebook, guardian, kind)."""
        return [row[:3] for row in self.rows()["opt_out"]]


@contextmanager
def opened(folder: Path, url: str) -> Iterator[Open]:
    """The door as a process of its own, and the ledger opened beside it."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "sheets_mastery", "door", "--port", "0"],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("SHEETS_MASTERY_")}
            | {"SHEETS_MASTERY_LOG": "INFO", "SHEETS_MASTERY_LEDGER_URL": url},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.fullmatch(r"The door is open at (http://\S+) \(Ctrl-C closes it\)\.\n", said)
        assert found is not None, (said, (folder / "log").read_text())
        with open_ledger(url, now=NOW) as ledger:
            yield Open(process=process, address=found[1], url=url, ledger=ledger, log=folder / "log")
    finally:
        process.kill()
        process.communicate()
