"""Where a meeting is, about what and for how long

Revision: 0015, after: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting", sa.Column("minutes", sa.Integer(), nullable=False, server_default="120"))
    for words in ("venue", "topic", "link", "note"):
        op.add_column("meeting", sa.Column(words, sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
