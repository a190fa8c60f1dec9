"""The database under the ledger: an address to an engine, migrations, transactions, and faults in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, table, text
from sqlalchemy import column as plain_column
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError, SQLAlchemyError, StatementError

from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger.tables import SCHEMA, metadata

#: Any number, the same in every process: the lock that a migration of PostgreSQL holds.
_MIGRATING = 7_346_920_114
#: Another: the lock of the one delivery.
DELIVERING = 7_346_920_115
#: One thread at a time makes the file: see `_make_private_file`.
_making_file = threading.Lock()


class Database:
    """One SQLite file or PostgreSQL database, at the newest schema."""

    def __init__(self, address: str, *, wait_seconds: float, folder: Path = Path()) -> None:
        """Connect and migrate. `wait_seconds` is how long to wait for another program's transaction. LedgerError."""
        url = _url(address, folder)
        self._file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
        self._place = f"The ledger {url.database or url.username or ''}" + ("" if self._file else f" on {_host(url)}")
        if self._file:
            _make_private_file(self._file)
        #: Which file lay there when it was opened, and whether a delivery is under way, which ends with that one.
        self._opened, self._delivering = _which(self._file), False
        #: The bare engine, for tests to watch.
        self.engine = _engine(url, wait_seconds)
        # What one decision is made from must be of one moment. SQLite's transactions always are.
        self._reads = self.engine if self._file else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writes = self.engine.execution_options(writes=True)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one moment. LedgerError where the database fails."""
        self._look_which_file()
        with self._plainly(), self._reads.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. LedgerError where the database fails.

        When the connection is lost in the very moment of the commit, the error leaves open whether it happened.
        """
        self._look_which_file()
        with self._plainly(), self._writes.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """One transaction of which nothing remains, to see what would happen. LedgerError where the database fails."""
        with self._plainly(), self._writes.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    def rewrite(self) -> None:
        """Write the database anew, so that what was deleted is no longer in its files either. LedgerError.

        Nobody else may be at work in it meanwhile. Copies and a server's own logs are out of reach.
        """
        with self._plainly():
            if not self._file:
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    for each in metadata.sorted_tables:
                        connection.exec_driver_sql(f"VACUUM (FULL) {each.name}")
                return
            with closing(self.engine.raw_connection()) as plain:
                # By the driver: VACUUM does not go inside a transaction.
                plain.execute("VACUUM")
                # It has gone through the -wal, which still holds what was there before.
                busy, _, _ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise LedgerError(f"{self._place} {_BUSY}.")

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the one lock of this database for long work, if it is free; whether it is. It ends with the process."""
        with ExitStack() as held:
            with self._plainly():
                free = _hold_file(self._file, held) if self._file else self._hold_server(held)
            if free:
                with self.reading() as connection:
                    self.ask_version(connection)
            self._delivering = free
            try:
                yield free
            finally:
                self._delivering = False

    def ask_version(self, connection: Connection) -> None:
        """Make sure that the tables are still those that this program knows. LedgerError where they are not.

        The database is opened once and may be open for weeks, while another version is installed beside it.
        """
        version = _version(connection)
        if version != SCHEMA:
            raise LedgerError(
                f"{self._place} was changed by another version of Sheets Mastery ({version or 'unknown'}) while this "
                "one was at work, so nothing was done: end this one, and start the version that changed it."
            )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _look_which_file(self) -> None:
        """Go on with the file that lies there now: a program that runs for weeks sees its ledger moved or put back.

        The open connections are those of the file that was, wherever it is now, and would write into that one.
        """
        if self._file is None or self._delivering or (now := _which(self._file)) == self._opened:
            return
        if now is None:
            raise LedgerError(f"{self._place} is not there any more: put it back, or start anew with a fresh one.")
        self.engine.dispose()
        self._opened = now

    def _hold_server(self, held: ExitStack) -> bool:
        # The lock is the connection's, outside of any transaction: an idle one keeps the server from tidying up.
        connection = held.enter_context(self.engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
        # Given back to the pool with the lock it would hold it for ever, so it is closed for good.
        connection.detach()
        lock = {"lock": DELIVERING}
        free = bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), lock).scalar_one())

        def let_go() -> None:
            # The server notices a closed connection a little later, a word at once. A broken one holds nothing.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)

        if free:
            held.callback(let_go)
        return free

    def _migrate(self) -> None:
        """Take every step of the migrations that is missing, in one transaction."""
        with self.reading() as connection:
            if _version(connection) == SCHEMA:
                return
        # Alembic is as slow to import as all the rest, and needed once in a database's life: not while others wait.
        from sheets_mastery.ledger import migrations  # noqa: PLC0415

        with self.writing() as connection:
            if not self._file:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
            version = _version(connection)
            if version == SCHEMA:
                return  # somebody else was faster
            if version is None and self._file and inspect(connection).get_table_names():
                raise LedgerError(f"{self._place} is the database of another program: change ledger.url.")
            if version is not None and not migrations.knows(version):
                raise LedgerError(
                    f"{self._place} was written by a newer version of Sheets Mastery ({version}): "
                    "install that version here too."
                )
            migrations.take_all(connection)

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Say the database's fault in one sentence.

        The original is left out on purpose: its text can hold a row, and a row can hold a student's key.
        """
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            if isinstance(error, StatementError) and isinstance(error.orig, ValueError):
                raise error.orig from None  # a value that never reached the database: a mistake of the program
            raise LedgerError(_sentence(error, self._place)) from None


def _url(address: str, folder: Path) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise LedgerError(
            'ledger.url is no database address; write it like "sqlite:///mastery.sqlite" or "postgresql://host/mastery".'
        ) from None
    match url.drivername.partition("+")[0]:
        case "sqlite":
            if not url.database or url.database.startswith((":memory:", "file:")):
                raise LedgerError(
                    'The ledger must outlive the program, so ledger.url has to name a file: "sqlite:///mastery.sqlite".'
                )
            return url.set(drivername="sqlite+pysqlite", database=str(folder / url.database))
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise LedgerError(f"The ledger can live in SQLite or PostgreSQL, and ledger.url asks for {other!r}.")


def _hold_file(ledger: Path, held: ExitStack) -> bool:
    # The ledger itself must stay open to everybody, so the lock is that of an empty database beside it.
    path = ledger.with_name(f"{ledger.name}-delivery")
    _make_private_file(path)
    connection = held.enter_context(closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _which(file: Path | None) -> tuple[int, int] | None:
    """What tells one file from another that later has its name; None where there is none."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _host(url: URL) -> str:
    asked = url.query.get("host", "")
    return url.host or (asked if isinstance(asked, str) else ", ".join(asked)) or "this machine"


def _make_private_file(path: Path) -> None:
    """Make the file for its owner alone before SQLite sees it; SQLite gives -wal and -shm the same mode.

    A file that exists is never opened here: closing it would drop every lock that this process holds on it through
    SQLite (https://www.sqlite.org/howtocorrupt.html, section 2.2), and the thread lock keeps others from getting there.
    """
    with _making_file:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                _make_private(each)
        except FileNotFoundError:
            raise LedgerError(
                f"The folder for the ledger {path} does not exist: make it, or change ledger.url."
            ) from None
        except OSError as error:
            why = "the disk is full" if error.errno == errno.ENOSPC else os.strerror(error.errno or 0)
            raise LedgerError(f"The ledger {path} cannot be made: {why}.") from None


def _make_private(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(mode & 0o700)
    except FileNotFoundError:
        pass  # -wal and -shm come and go
    except OSError:
        raise LedgerError(
            f"Others on this machine can read the ledger {path}, and this account may not change that: chmod 600 it."
        ) from None


def _engine(url: URL, wait_seconds: float) -> Engine:
    """An engine whose transactions mean the same on both databases."""
    # Parameters are students' keys and digests: they belong in no message and no log.
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": max(2, int(wait_seconds))}
        )
    except ModuleNotFoundError:
        raise LedgerError(
            'A ledger in PostgreSQL needs one more package: pip install "sheets-mastery[postgres]".'
        ) from None

    def prepare(connection: Any, _record: object) -> None:
        # 0 would mean: for ever.
        connection.execute(f"SET lock_timeout = {max(1, int(wait_seconds * 1000))}")
        connection.execute(_ON_THE_DISK)
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


#: A server may be set to answer before a commit is safe: a letter that has left could then be sent again after a crash.
#: What asks for more than "on" stays as it is.
_ON_THE_DISK = """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python would begin transactions late and by guess; `_begin_sqlite` begins them instead.
    connection.isolation_level = None
    _switch_to_wal(connection)
    # In WAL mode NORMAL may lose the last commits when the power fails: a letter that has left would be sent again.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Once in a file's life this writes; of two who do so at once, one is told BUSY without having waited."""
    for tries_left in reversed(range(20)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                raise
            # This does wait, until the other is through.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can find the door shut in its middle; IMMEDIATE asks at the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    """The migration that the database is at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(table("alembic_version", plain_column("version_num")))).scalar_one_or_none()


def _sentence(error: SQLAlchemyError | sqlite3.Error, place: str) -> str:
    """What has happened, for a person."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        name = getattr(cause, "sqlite_errorname", "")
        what = _SQLITE.get(code)
    else:
        code = getattr(cause, "sqlstate", None)
        name = code or ""
        what = next((said for states, said in _POSTGRESQL if code and code.startswith(states)), None)
        if what is None and isinstance(error, DBAPIError) and (error.connection_invalidated or code is None):
            # Why a server refuses a connection has no code, only words: of a user or a database, never of a password.
            _, refused, why = str(cause).rpartition("FATAL:")
            refused = "" if error.connection_invalidated else refused
            what = (
                f"is refused by the server, which says: {why.strip()}. Look at ledger.url"
                if refused
                else _NO_CONNECTION
            )
    if what is None and isinstance(error, InvalidRequestError):
        what = "was used after it was closed"
    if what is None:
        what = f"failed in a way that is not expected ({' '.join(filter(None, (type(cause).__name__, name)))})"
    return f"{place} {what}."


_FULL = "cannot grow, because the disk is full: nothing was written. Make room and run again"
_READ_ONLY = "may not be written to by this account"
_BUSY = "is held by another program: nothing was written. Run again in a moment"
_NO_CONNECTION = "cannot be reached: the database does not answer, or the connection broke. Run again when it is back"

#: SQLite's result codes (https://www.sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: look at its folder and who may read it",
    sqlite3.SQLITE_IOERR: "cannot be read or written, because the disk refuses",
    sqlite3.SQLITE_NOTADB: "is no SQLite database: change ledger.url, or put back a copy",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy",
}
#: PostgreSQL's error classes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: tuple[tuple[tuple[str, ...], str], ...] = (
    (("08", "57P0"), _NO_CONNECTION),
    (("53100",), _FULL),
    (("53",), "has no room for one more connection: run again in a moment"),
    (("25006", "42501"), _READ_ONLY),
    (("40", "55P03"), _BUSY),
)
