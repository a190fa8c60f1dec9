"""What a letter is about besides missing work, and who has opted out of letters of a kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column, one more table."""
    op.add_column("notice", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "opt_out",
        sa.Column("gradebook", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gradebook", "guardian", "kind", name="pk_opt_out"),
    )
