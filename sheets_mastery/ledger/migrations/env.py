"""What Alembic runs for every migration: one transaction, on the connection that the ledger hands over."""

from __future__ import annotations

from alembic import context

from sheets_mastery.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things about a table: Alembic then copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
