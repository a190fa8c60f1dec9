"""A database that fails at the n-th statement: no pretence, a real fault of the real database.

SQLite is made to refuse the statement; PostgreSQL loses the connection, ended from the server's side. Where the answer
to a commit is to be lost, PostgreSQL has carried it out before the connection ends.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, event, make_url, text

from sheets_mastery.ledger import Ledger


class Fault:
    """Breaks the database for good just before the n-th statement (or commit) of a ledger."""

    def __init__(self, ledger: Ledger, url: str, *, answer_lost: bool = False) -> None:
        """`answer_lost`: only commits are counted, and the n-th one is carried out before the connection ends."""
        self.url = url
        self.countdown = 0
        self._answer_lost = answer_lost
        if not answer_lost:
            event.listen(ledger._database.engine, "before_cursor_execute", lambda connection, *_: self.look(connection))
        event.listen(ledger._database.engine, "commit", self.look)

    def look(self, connection: Connection) -> None:
        self.countdown -= 1
        if self.countdown != 0:
            return
        driver: Any = connection.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            driver.set_authorizer(_refuse_all_but_rollback)
            return
        if self._answer_lost:
            driver.commit()
            # So that there is something to commit once more, over a line that is gone.
            driver.execute("SELECT 1")
        end = text("SELECT pg_terminate_backend(:pid, 5000)")
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
        with engine.connect() as other:
            assert other.execute(end, {"pid": driver.info.backend_pid}).scalar_one() is True

    def mend(self, ledger: Ledger) -> None:
        """Let the next statements pass."""
        self.countdown = 0
        ledger._database.engine.dispose()


def _refuse_all_but_rollback(action: int, what: str | None, *_: str | None) -> int:
    rollback = action == sqlite3.SQLITE_TRANSACTION and what == "ROLLBACK"
    return sqlite3.SQLITE_OK if rollback else sqlite3.SQLITE_DENY
