"""The stamps that were put into spreadsheets, and the spreadsheets about which no letter leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two more tables."""
    op.create_table(
        "stamp",
        sa.Column("spreadsheet", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("spreadsheet", "word", name="pk_stamp"),
    )
    op.create_table(
        "quarantine",
        sa.Column("spreadsheet", sa.String(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("spreadsheet", name="pk_quarantine"),
    )
