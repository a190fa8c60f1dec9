"""Letters that came back, whom not to write to because of it, and letters whose marks were put right afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Four more tables."""
    op.create_table(
        "bounce",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("bounce", sa.String(32), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
        sa.ForeignKeyConstraint(["letter"], ["notice.key"], name="fk_bounce_letter"),
        sa.UniqueConstraint("letter", "mail", name="uq_bounce_letter_mail"),
    )
    op.create_index("ix_bounce_guardian", "bounce", ["guardian"])
    op.create_table(
        "suppressed",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("gradebook", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("lifted", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_suppressed"),
        sa.ForeignKeyConstraint(["letter"], ["notice.key"], name="fk_suppressed_letter"),
    )
    op.create_index(
        "uq_suppressed_holding",
        "suppressed",
        ["guardian"],
        unique=True,
        sqlite_where=sa.text("lifted IS NULL"),
        postgresql_where=sa.text("lifted IS NULL"),
    )
    op.create_table(
        "correction",
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("letter", "episode", name="pk_correction"),
        sa.ForeignKeyConstraint(["letter"], ["notice.key"], name="fk_correction_letter"),
    )
    op.create_table(
        "bookmark",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_bookmark"),
    )
