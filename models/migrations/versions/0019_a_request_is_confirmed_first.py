"""A request typed on the web waits until its member has confirmed it

Revision: 0019, after: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unconfirmed_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("introduce", sa.Boolean(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(form IS NULL) = (request_id IS NOT NULL)", name="typed_or_confirmed"),
        sa.ForeignKeyConstraint(["municipality"], ["municipality.code"]),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("content"),
    )
    op.create_index("ix_unconfirmed_request_member_hash", "unconfirmed_request", ["member_hash"])
    op.create_index("ix_unconfirmed_request_typed_at", "unconfirmed_request", ["typed_at"])
    op.add_column("support_request", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("support_request", sa.Column("suits", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
