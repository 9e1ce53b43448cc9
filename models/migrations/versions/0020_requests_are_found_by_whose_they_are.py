"""Requests are found by whose they are: a search for a person asks who is in a negotiator's own cases

Revision: 0020, after: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_support_request_assigned_to", "support_request", ["assigned_to"])


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
