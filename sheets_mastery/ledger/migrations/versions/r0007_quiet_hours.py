"""Which marks were changed of late, which addresses are new, and which letters a person has let go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three more columns, two more tables."""
    op.add_column("gradebook_state", sa.Column("marks", sa.JSON(none_as_null=True)))
    op.add_column("episode", sa.Column("seen", sa.DateTime(timezone=True)))
    op.add_column("notice", sa.Column("approved", sa.DateTime(timezone=True)))
    op.create_table(
        "mark_edit",
        sa.Column("gradebook", sa.String(), nullable=False),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gradebook"], ["gradebook_state.gradebook"], name="fk_mark_edit_gradebook"),
        sa.PrimaryKeyConstraint("gradebook", "student", "assignment", name="pk_mark_edit"),
    )
    op.create_table(
        "guardian_address",
        sa.Column("gradebook", sa.String(), nullable=False),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["gradebook"], ["gradebook_state.gradebook"], name="fk_guardian_address_gradebook"),
        sa.PrimaryKeyConstraint("gradebook", "student", "guardian", name="pk_guardian_address"),
    )
