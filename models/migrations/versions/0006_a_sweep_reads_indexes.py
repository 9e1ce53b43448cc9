"""A meeting says whether a member led it, and what a health check reads of a network lies together in indexes

Revision: 0006, after: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Each begins with the column that the index it replaces had alone.
SWEEPS = (
    ("meeting", "network_id", ("starts_at", "status", "led_by_member", "attended", "branches", "companies", "id")),
    ("meeting_duty", "meeting_id", ("duty", "organiser_key")),
    ("check_in", "network_id", ("sent_on", "answered_at", "q4")),
)


def upgrade() -> None:
    op.add_column("meeting", sa.Column("led_by_member", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE meeting SET led_by_member = true WHERE EXISTS (SELECT 1 FROM meeting_duty d "
        "WHERE d.meeting_id = meeting.id AND d.duty IN ('invitation', 'lead') AND NOT d.by_office)"
    )
    for table, owner, rest in SWEEPS:
        op.create_index(f"ix_{table}_sweep", table, [owner, *rest], unique=False)
        op.drop_index(f"ix_{table}_{owner}", table_name=table)


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
