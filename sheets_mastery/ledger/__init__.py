"""What has happened and what is owed: the ledger, in SQLite or PostgreSQL."""

from sheets_mastery.ledger.ledger import Install, Ledger, Run, open_ledger

__all__ = ["Install", "Ledger", "Run", "open_ledger"]
