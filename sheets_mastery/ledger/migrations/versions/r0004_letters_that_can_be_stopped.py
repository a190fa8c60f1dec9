"""A stop for all letters, and one state more that a letter can be in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the stop. The new state is a word in a column of words; an older program would not know it."""
    op.add_column("install", sa.Column("stopped", sa.String(), nullable=False, server_default=""))
