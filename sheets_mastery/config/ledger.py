"""`[ledger]`: where the record of what has happened is kept."""

from __future__ import annotations

from sheets_mastery.config.kinds import Text
from sheets_mastery.config.section import Section


class Ledger(Section):
    """Where the record of what has happened is kept."""

    #: A SQLAlchemy address: "sqlite:///mastery.sqlite" or "postgresql+psycopg://…". SHEETS_MASTERY_LEDGER_URL wins.
    url: Text = "sqlite:///mastery.sqlite"
