"""The ledger as it was first written down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(32)


def _gradebook() -> sa.Column[str]:
    return sa.Column("gradebook", sa.String(), nullable=False)


def _in_a_gradebook(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["gradebook"], ["gradebook_state.gradebook"], name=f"fk_{table}_gradebook")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "install",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("send_seq", sa.BigInteger(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_install_one")),
        sa.PrimaryKeyConstraint("one", name="pk_install"),
    )
    op.create_table(
        "gradebook_state",
        _gradebook(),
        sa.Column("reading", sa.String(), nullable=False),
        sa.Column("recorded", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("gradebook", name="pk_gradebook_state"),
    )
    _marks()
    _letters()
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_key", "audit", ["key"])
    op.create_table(
        "run",
        sa.Column("id", NUMBER, nullable=False),
        _gradebook(),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("finished", MOMENT),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_gradebook", "run", ["gradebook"])


def _marks() -> None:
    """Students, verdicts, attempts, contracts and episodes."""
    op.create_table(
        "student_seen",
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("gone", MOMENT),
        _in_a_gradebook("student_seen"),
        sa.PrimaryKeyConstraint("gradebook", "student", name="pk_student_seen"),
    )
    op.create_table(
        "verdict",
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        _in_a_gradebook("verdict"),
        sa.PrimaryKeyConstraint("gradebook", "student", "assignment", name="pk_verdict"),
    )
    op.create_table(
        "verdict_change",
        sa.Column("id", NUMBER, nullable=False),
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("before", WORD),
        sa.Column("after", WORD),
        sa.Column("at", MOMENT, nullable=False),
        _in_a_gradebook("verdict_change"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict_change"),
    )
    op.create_index(
        "ix_verdict_change_gradebook_student_assignment", "verdict_change", ["gradebook", "student", "assignment"]
    )
    op.create_table(
        "attempt",
        sa.Column("id", NUMBER, nullable=False),
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        _in_a_gradebook("attempt"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_gradebook_student_assignment", "attempt", ["gradebook", "student", "assignment"])
    op.create_table(
        "contract",
        sa.Column("id", NUMBER, nullable=False),
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("level", sa.String()),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("at", MOMENT, nullable=False),
        _in_a_gradebook("contract"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
    )
    op.create_index("ix_contract_gradebook_student", "contract", ["gradebook", "student"])
    op.create_table(
        "episode",
        _gradebook(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("assignment", sa.String(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Date()),
        sa.Column("why", WORD),
        _in_a_gradebook("episode"),
        sa.PrimaryKeyConstraint("gradebook", "id", name="pk_episode"),
    )
    op.create_index(
        "uq_episode_open",
        "episode",
        ["gradebook", "student", "assignment"],
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )


def _letters() -> None:
    """Letters owed and what they announce."""
    op.create_table(
        "notice",
        sa.Column("key", sa.String(), nullable=False),
        _gradebook(),
        sa.Column("student", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_no", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("changed", MOMENT, nullable=False),
        _in_a_gradebook("notice"),
        sa.PrimaryKeyConstraint("key", name="pk_notice"),
        sa.UniqueConstraint(
            "gradebook", "student", "guardian", "kind", "slot", name="uq_notice_gradebook_student_guardian_kind_slot"
        ),
    )
    op.create_index("ix_notice_state_not_before", "notice", ["state", "not_before"])
    op.create_table(
        "notice_item",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        _gradebook(),
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("guardian", sa.String(), nullable=False),
        sa.Column("reminder_no", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notice.key"], name="fk_notice_item_notice"),
        sa.ForeignKeyConstraint(
            ["gradebook", "episode"], ["episode.gradebook", "episode.id"], name="fk_notice_item_gradebook_episode"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_item"),
    )
    op.create_index("ix_notice_item_notice", "notice_item", ["notice"])
    op.create_index(
        "uq_notice_item_said",
        "notice_item",
        ["gradebook", "episode", "guardian", "reminder_no"],
        unique=True,
        sqlite_where=sa.text("withdrawn = 0"),
        postgresql_where=sa.text("withdrawn = false"),
    )
