"""A run of a deployment tells that it lives, and how it ended

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op

from models.db.column_types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_run_pulse",
        sa.Column("flow_run_id", sa.Uuid(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("restarts_itself", sa.Boolean(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process_started", sa.BigInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("beat_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_type", sa.String(), nullable=True),
        sa.Column("end_name", sa.String(), nullable=True),
        sa.Column("end_message", sa.String(), nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("died_at", UtcDateTime(), nullable=True),
        sa.Column("died_as", sa.Integer(), nullable=False),
        sa.Column("interrupted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("flow_run_id"),
    )
    op.create_index("ix_flow_run_pulse_beat_at", "flow_run_pulse", ["beat_at"], unique=False)
    op.create_index("ix_flow_run_pulse_interrupted_at", "flow_run_pulse", ["interrupted_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
