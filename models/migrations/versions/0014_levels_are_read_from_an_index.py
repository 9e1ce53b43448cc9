"""A region's trend reads its networks' levels from an index

Revision: 0014, after: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_health_snapshot_levels", "health_snapshot", ["network_id", "model_version", "on", "level"])
    op.drop_index("ix_health_snapshot_network_id", table_name="health_snapshot")


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
