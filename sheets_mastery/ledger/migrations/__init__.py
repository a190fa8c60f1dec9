"""The steps from an empty database to the tables of this version, and how to take them: by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def knows(step: str) -> bool:
    """Whether this version of the program has that step."""
    return step in {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def take_all(connection: Connection) -> None:
    """Take every step that the database has not taken, inside the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    """What would stand in an alembic.ini."""
    config = Config()
    # Alembic reads a % as the beginning of a variable.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
