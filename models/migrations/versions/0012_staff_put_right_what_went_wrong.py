"""Staff put right what went wrong: a correction is logged, in a network or a request

Revision: 0012, after: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SIGNED = "network_id IS NULL OR to_state NOT IN ({}) OR signature IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("change_entry") as table:
        table.alter_column("network_id", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("request_id", sa.Uuid(), nullable=True))
        table.create_foreign_key("change_entry_request_id_support_request", "support_request", ["request_id"], ["id"])
        table.create_check_constraint("changed_in_something", "network_id IS NOT NULL OR request_id IS NOT NULL")
        table.create_index("ix_change_entry_request_id", ["request_id"])
    with op.batch_alter_table("transition") as table:
        table.drop_constraint("staff_confirm_an_end", type_="check")
        table.create_check_constraint("staff_confirm_an_end", SIGNED.format("'closed', 'merged', 'split', 'annulled'"))
    with op.batch_alter_table("support_request") as table:
        table.add_column(sa.Column("reopened_at", TIME, nullable=True))
    with op.batch_alter_table("support_grant") as table:
        table.add_column(sa.Column("granted_at", TIME, nullable=True))
        table.add_column(sa.Column("granted_by", sa.Uuid(), nullable=True))
        table.create_foreign_key("support_grant_granted_by_staff", "staff", ["granted_by"], ["id"])
    # When it was granted its hours were reserved; what costs none came with the network.
    op.execute(
        """UPDATE support_grant SET granted_at = coalesce(
            (SELECT min(e.at) FROM capacity_entry e WHERE e.grant_id = support_grant.id AND e.kind = 'reserved'),
            (SELECT n.created_at FROM network n WHERE n.id = support_grant.network_id))"""
    )
    with op.batch_alter_table("support_grant") as table:
        table.alter_column("granted_at", existing_type=TIME, nullable=False)


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
