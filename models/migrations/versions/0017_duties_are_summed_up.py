"""A meeting says how many of its duties the office carried; what pages count is read from indexes

Revision: 0017, after: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SWEPT = ["network_id", "starts_at", "status", "led_by_member", "attended", "branches", "companies", "id"]
COUNTED = """UPDATE meeting SET {column} =
    (SELECT count(*) FROM meeting_duty d WHERE d.meeting_id = meeting.id AND {carried})"""


def upgrade() -> None:
    for column, carried in (("duties_by_office", "d.by_office"), ("duties_by_members", "NOT d.by_office")):
        op.add_column("meeting", sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
        op.execute(COUNTED.format(column=column, carried=carried))
    op.drop_index("ix_meeting_sweep", table_name="meeting")
    op.create_index("ix_meeting_sweep", "meeting", [*SWEPT, "duties_by_office", "duties_by_members"])
    op.drop_index("ix_network_state", table_name="network")
    op.create_index("ix_network_state", "network", ["state", "municipality", "id"])
    op.create_index("ix_support_request_network_id", "support_request", ["network_id"])


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
