"""A part of a score can be unknown, and a meeting of which nobody wrote down who led it was led by its convener

Revision: 0009, after: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("health_snapshot") as table:
        for part in ("a", "o", "b", "d"):
            table.alter_column(part, existing_type=sa.Float(), nullable=True)
    op.execute(
        "UPDATE meeting SET led_by_member = true WHERE status = 'held' AND NOT EXISTS (SELECT 1 FROM meeting_duty d "
        "WHERE d.meeting_id = meeting.id AND d.duty IN ('invitation', 'lead'))"
    )
    op.drop_index("ix_check_in_sweep", table_name="check_in")
    op.create_index("ix_check_in_sweep", "check_in", ["network_id", "sent_on", "answered_at", "q4", "q2_next_on"])


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
