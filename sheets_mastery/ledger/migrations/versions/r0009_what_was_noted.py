"""What stood in a spreadsheet when its quarantine was noticed, which tells whether another one is at work there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column; what was not kept is learnt at the next look."""
    op.add_column("quarantine", sa.Column("noted", sa.Text(), nullable=False, server_default=""))
