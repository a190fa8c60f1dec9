"""What has happened and what is owed: the ledger, in SQLite or PostgreSQL."""

from sheets_mastery.ledger.history import Event
from sheets_mastery.ledger.installation import Install
from sheets_mastery.ledger.ledger import Ledger, open_ledger
from sheets_mastery.ledger.runs import Run

__all__ = ["Event", "Install", "Ledger", "Run", "open_ledger"]
