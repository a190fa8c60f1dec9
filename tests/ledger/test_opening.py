"""Opening a ledger: made on first use, private, migrated, and refused where it is not ours to write."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import new_database, with_driver
from sqlalchemy import Connection, Inspector, NullPool, create_engine, inspect, make_url, text

import sheets_mastery.ledger
from sheets_mastery.errors import LedgerError
from sheets_mastery.ledger import Install, open_ledger
from sheets_mastery.ledger.tables import SCHEMA, metadata
from sheets_mastery.past import Facts


def test_a_new_ledger_knows_its_installation_and_keeps_it(empty_url: str, now: datetime) -> None:
    with open_ledger(empty_url, now=now, new_secret=lambda size: b"s" * size) as ledger:
        made = ledger.install()
    with open_ledger(empty_url, now=now, new_secret=lambda size: b"t" * size) as ledger:
        assert ledger.install() == made

    assert made == Install(id="73" * 16, secret=b"s" * 32, send_seq=0, created=now)
    assert "ssss" not in repr(made)


def test_programs_that_open_a_new_ledger_at_once_agree_on_it(empty_url: str, child: Callable[..., Any]) -> None:
    openers = [child("open-first", empty_url) for _ in range(6)]
    assert [each.says() for each in openers] == ["ready"] * 6

    for each in openers:
        each.go()

    found = {each.says() for each in openers}
    assert len(found) == 1
    assert len(found.pop()) == 32


def test_the_migrations_make_the_tables_that_the_program_means(empty_url: str, now: datetime) -> None:
    open_ledger(empty_url, now=now).close()

    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert _with_connection(empty_url, differences) == []


def test_the_migrations_leave_the_indexes_keys_and_checks_that_the_program_means(empty_url: str, now: datetime) -> None:
    """What `compare_metadata` does not look at: conditions of indexes, checks, and everything's name."""
    open_ledger(empty_url, now=now).close()
    migrated = _with_connection(empty_url, _shape)

    def make_anew(connection: Connection) -> dict[str, Any]:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        return _shape(connection)

    assert len(migrated) == 22
    assert _with_connection(empty_url, make_anew) == migrated


def _shape(connection: Connection) -> dict[str, Any]:
    look: Inspector = inspect(connection)

    def indexes(name: str) -> list[Any]:
        return [
            {**each, "dialect_options": {key: str(option) for key, option in each.get("dialect_options", {}).items()}}
            for each in look.get_indexes(name)
        ]

    return {
        name: [
            [{**column, "type": str(column["type"])} for column in look.get_columns(name)],
            look.get_pk_constraint(name),
            sorted(look.get_foreign_keys(name), key=str),
            sorted(look.get_unique_constraints(name), key=str),
            sorted(look.get_check_constraints(name), key=str),
            sorted(indexes(name), key=str),
        ]
        for name in look.get_table_names()
        if name != "alembic_version"
    }


def _with_connection(url: str, do: Callable[[Connection], Any]) -> Any:
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
    address = make_url(url)
    engine = create_engine(address.set(drivername=drivers[address.drivername]), poolclass=NullPool)
    with engine.begin() as connection:
        return do(connection)


def test_the_program_names_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(sheets_mastery.ledger.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(
    url: str, now: datetime, contents: Callable[[str], Any]
) -> None:
    open_ledger(url, now=now).close()
    _with_connection(
        url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    )
    before = contents(url)

    with pytest.raises(LedgerError) as refused:
        open_ledger(url, now=now)

    assert str(refused.value).endswith(
        " was written by a newer version of Sheets Mastery (r9999): install that version here too."
    )
    assert contents(url) == before


def test_a_ledger_that_another_version_changed_while_it_was_open_is_neither_delivered_from_nor_added_to(
    url: str, now: datetime, facts: Facts, contents: Callable[[str], Any]
) -> None:
    with open_ledger(url, now=now, new_secret=bytes) as ledger:
        ledger.record("period 1", facts, now=now)
        _with_connection(
            url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
        )
        before = contents(url)

        with pytest.raises(LedgerError) as undelivered, ledger.sole_deliverer():
            raise AssertionError("a delivery began")
        with pytest.raises(LedgerError) as unrecorded:
            ledger.record("period 1", replace(facts, reading="reading 2"), now=now)

        assert str(undelivered.value) == str(unrecorded.value)
        assert str(undelivered.value).endswith(
            " was changed by another version of Sheets Mastery (r9999) while this one was at work, so nothing was "
            "done: end this one, and start the version that changed it."
        )
        assert contents(url) == before
        # Nothing holds the lock of the delivery any more.
        _with_connection(
            url, lambda connection: connection.execute(text(f"UPDATE alembic_version SET version_num = '{SCHEMA}'"))
        )
        with ledger.sole_deliverer():
            pass


@pytest.mark.parametrize(("asked", "kept"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_a_postgresql_that_answers_before_a_commit_is_safe_is_told_to_wait_for_it(
    postgresql_server: str, now: datetime, asked: str, kept: str
) -> None:
    with new_database(postgresql_server, "TEMPLATE template0") as address:
        name = make_url(address).database
        engine = create_engine(with_driver(address), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = {asked}'))
        with open_ledger(address, now=now) as ledger, ledger._database.engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == kept


def test_a_migration_that_failed_half_way_has_not_happened(empty_url: str, now: datetime) -> None:
    # A table in the way of the last step but one.
    _with_connection(empty_url, lambda connection: connection.execute(text("CREATE VIEW audit AS SELECT 1")))

    with pytest.raises(LedgerError):
        open_ledger(empty_url, now=now)

    assert _with_connection(empty_url, lambda connection: inspect(connection).get_table_names()) == []
    _with_connection(empty_url, lambda connection: connection.execute(text("DROP VIEW audit")))
    open_ledger(empty_url, now=now).close()


def test_the_database_of_another_program_is_refused(tmp_path: Path, now: datetime) -> None:
    url = f"sqlite:///{tmp_path}/photos.sqlite"
    _with_connection(url, lambda connection: connection.execute(text("CREATE TABLE photos (id INTEGER)")))

    with pytest.raises(LedgerError) as refused:
        open_ledger(url, now=now)

    assert str(refused.value) == (
        f"The ledger {tmp_path}/photos.sqlite is the database of another program: change ledger.url."
    )
    assert _with_connection(url, lambda connection: inspect(connection).get_table_names()) == ["photos"]


def test_nobody_else_on_the_machine_can_read_the_ledger(tmp_path: Path, now: datetime) -> None:
    usual = os.umask(0)
    try:
        with open_ledger(f"sqlite:///{tmp_path}/mastery.sqlite", now=now) as ledger, ledger.sole_deliverer():
            ledger.start_run("period 1", "sync", now=now)
            modes = {path.name: stat.filemode(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(usual)

    assert set(modes) >= {"mastery.sqlite", "mastery.sqlite-wal", "mastery.sqlite-shm", "mastery.sqlite-delivery"}
    assert set(modes.values()) == {"-rw-------"}


def test_a_ledger_that_others_could_read_is_closed_to_them(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "mastery.sqlite"
    open_ledger(f"sqlite:///{path}", now=now).close()
    path.chmod(0o644)

    open_ledger(f"sqlite:///{path}", now=now).close()

    assert stat.filemode(path.stat().st_mode) == "-rw-------"


def test_what_is_answered_is_on_the_disk(tmp_path: Path, now: datetime) -> None:
    with (
        open_ledger(f"sqlite:///{tmp_path}/mastery.sqlite", now=now) as ledger,
        ledger._database.engine.connect() as connection,
    ):
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_closed_ledger_leaves_no_companions(tmp_path: Path, now: datetime) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/mastery.sqlite", now=now) as ledger:
        ledger.start_run("period 1", "sync", now=now)

    assert [path.name for path in tmp_path.iterdir()] == ["mastery.sqlite"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "mastery.sqlite",
            'ledger.url is no database address; write it like "sqlite:///mastery.sqlite" or "postgresql://host/mastery".',
        ),
        (
            "sqlite://",
            'The ledger must outlive the program, so ledger.url has to name a file: "sqlite:///mastery.sqlite".',
        ),
        (
            "sqlite:///:memory:",
            'The ledger must outlive the program, so ledger.url has to name a file: "sqlite:///mastery.sqlite".',
        ),
        (
            "mysql://teacher:hunter2@host/mastery",
            "The ledger can live in SQLite or PostgreSQL, and ledger.url asks for 'mysql'.",
        ),
        (
            "sqlite:////no/such/folder/mastery.sqlite",
            "The folder for the ledger /no/such/folder/mastery.sqlite does not exist: make it, or change ledger.url.",
        ),
        (
            "sqlite:////dev/null/mastery.sqlite",
            "The ledger /dev/null/mastery.sqlite cannot be made: Not a directory.",
        ),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_a_sentence(url: str, sentence: str, now: datetime) -> None:
    with pytest.raises(LedgerError) as refused:
        open_ledger(url, now=now)
    assert str(refused.value) == sentence


def test_what_is_no_database_is_called_so_and_left_alone(tmp_path: Path, now: datetime) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear teacher, this is not a database, but long enough to be looked at. " * 20)
    words = letter.read_bytes()

    with pytest.raises(LedgerError) as refused:
        open_ledger(f"sqlite:///{letter}", now=now)

    assert str(refused.value) == f"The ledger {letter} is no SQLite database: change ledger.url, or put back a copy."
    assert letter.read_bytes() == words


def test_a_damaged_ledger_is_called_so(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "mastery.sqlite"
    open_ledger(f"sqlite:///{path}", now=now).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))

    with pytest.raises(LedgerError) as refused:
        open_ledger(f"sqlite:///{path}", now=now)

    assert str(refused.value) == f"The ledger {path} is damaged: put back a copy."
