"""The same form twice is known by its content

Revision: 0005, after: 0004
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intake", sa.Column("content", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
    op.create_index(op.f("ix_intake_content"), "intake", ["content"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
