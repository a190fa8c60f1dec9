"""The layout of a gradebook, so that a change of it is seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column."""
    op.add_column("gradebook_state", sa.Column("shape", sa.JSON(), nullable=True))
