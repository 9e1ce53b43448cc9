"""Mail that comes in

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import models.db.column_types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bounce",
                "not_delivered",
                "soft",
                "auto_reply",
                "answer",
                "staff",
                "ignored",
                name="incomingkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("handled_at", models.db.column_types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("incoming_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incoming_mail_handled_at"), ["handled_at"], unique=False)

    op.add_column(
        "person", sa.Column("reminders_stopped_at", models.db.column_types.UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
