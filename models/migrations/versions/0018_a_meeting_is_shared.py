"""A meeting is shared by an address of its own, its duties are planned, and an organiser changes things themselves

Revision: 0018, after: 0017
"""

import sqlalchemy as sa
from alembic import op

from models.tables.meeting import new_invite_code

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meeting") as table:
        table.add_column(sa.Column("words", sa.Text(), nullable=True))
        table.add_column(sa.Column("invite_code", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("shows_venue", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("shows_link", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_unique_constraint("one_invitation_page", ["invite_code"])
    _give_codes()
    op.create_table(
        "planned_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "duty", name="one_planned_carrier_of_a_duty"),
    )
    with op.batch_alter_table("change_entry") as table:
        table.alter_column("signed_by", existing_type=sa.Uuid(), nullable=True)
        table.create_check_constraint("signed_or_done_by_a_member", "signed_by IS NOT NULL OR asked_by IS NOT NULL")


def _give_codes() -> None:
    """Those to come can be shared from now on; what has been has no page."""
    connection = op.get_bind()
    meeting = sa.table("meeting", *(sa.column(name) for name in ("id", "status", "invite_code")))
    planned = connection.execute(sa.select(meeting.c.id).where(meeting.c.status == "planned")).scalars().all()
    for key in planned:
        connection.execute(sa.update(meeting).where(meeting.c.id == key).values(invite_code=new_invite_code()))


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
