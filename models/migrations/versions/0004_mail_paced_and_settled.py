"""Mail: who settled a doubt, one pace for all who send, and the queue found quickly

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op

import models.db.column_types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sending_pace",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("next_at", models.db.column_types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="one_pace_for_all"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("outgoing_mail") as batch_op:
        batch_op.add_column(sa.Column("settled_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("outgoing_mail_settled_by_fkey", "staff", ["settled_by"], ["id"])
        batch_op.drop_index("ix_outgoing_mail_status")
        batch_op.create_index("ix_outgoing_mail_queue", ["status", "not_before", "created_at"])


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
