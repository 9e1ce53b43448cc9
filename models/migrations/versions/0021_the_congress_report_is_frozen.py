"""The congress report is frozen in its row, and what was told when is known of all that it counts

Revision: 0021, after: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("congress_report", sa.Column("frozen", sa.Text(), nullable=True))
    op.add_column("congress_report", sa.Column("data_sha256", sa.String(length=64), nullable=True))
    op.add_column("congress_report", sa.Column("manifests", sa.JSON(), nullable=True))
    for figure in ("branches", "companies", "duties_by_office", "duties_by_members"):
        op.add_column("report_entry", sa.Column(figure, sa.Integer(), nullable=True))
    op.add_column("support_time", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booked_talk", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
