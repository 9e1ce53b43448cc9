"""Each who is asked has their own answer to a check-in, and the notes of a talk are kept

Revision: 0008, after: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TOLD = "q1_met, q1_on, q1_attended, q2_next_on, q3_sharing, q4, q5_wish, settled_at"


def upgrade() -> None:
    op.create_table(
        "check_in_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("q1_met", sa.Boolean(), nullable=True),
        sa.Column("q1_on", sa.Date(), nullable=True),
        sa.Column("q1_attended", sa.Integer(), nullable=True),
        sa.Column("q2_next_on", sa.Date(), nullable=True),
        sa.Column("q3_sharing", sa.String(length=32), nullable=True),
        sa.Column("q4", sa.Integer(), nullable=False),
        sa.Column("q5_wish", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("q4 BETWEEN 1 AND 5", name="answered_q4_is_one_to_five"),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"]),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("check_in_id", "person_id", name="one_answer_a_person"),
    )
    for column in ("network_id", "person_id", "given_at"):
        op.create_index(f"ix_check_in_answer_{column}", "check_in_answer", [column], unique=False)
    # Whose an earlier answer was nobody wrote down: it is theirs to whom the check-in was sent. A check-in's first
    # answer can have its key.
    op.execute(
        f"INSERT INTO check_in_answer (id, check_in_id, network_id, person_id, {TOLD}, answered_at, given_at) "
        f"SELECT id, id, network_id, person_id, {TOLD}, answered_at, answered_at FROM check_in "
        "WHERE answered_at IS NOT NULL"
    )
    op.add_column("support_request", sa.Column("talk_notes", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
