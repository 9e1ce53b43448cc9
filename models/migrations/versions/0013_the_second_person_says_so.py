"""Whoever approved a change says so, or not, signed in by themselves

Revision: 0013, after: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("change_entry") as table:
        table.add_column(sa.Column("confirmed_at", TIME, nullable=True))
        table.add_column(sa.Column("refused_at", TIME, nullable=True))
        table.create_check_constraint("confirmed_or_refused", "confirmed_at IS NULL OR refused_at IS NULL")
    # What was approved before anybody could say so here stands as it was signed.
    op.execute("UPDATE change_entry SET confirmed_at = at WHERE approved_by IS NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
