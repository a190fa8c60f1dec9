"""Where schedules of faults are played: labs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import new_database, postgresql_server
from schedules import Lab, quick_folder

__all__ = ["postgresql_server"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for one lab."""
    made = Path(quick_folder())
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[Lab]:
    """A lab whose ledger is a SQLite file."""
    opened = Lab.open(f"sqlite:///{folder}/mastery.sqlite", folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def postgresql_lab(postgresql_server: str, folder: Path) -> Iterator[Lab]:
    """A lab whose ledger is in PostgreSQL."""
    with new_database(postgresql_server, "TEMPLATE template0") as url:
        opened = Lab.open(url, folder)
        yield opened
        opened.close()
