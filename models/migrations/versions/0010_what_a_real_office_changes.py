"""What a real office changes in a living network, whom it tried to reach, and what was decided by whom

Revision: 0010, after: 0009
"""

import json
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.String(length=32)


def upgrade() -> None:
    _name_organisers()
    _forget_readers_in_keys()
    _log_attempts()
    _log_changes()
    _book_talks()
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("ineligible_since", TIME, nullable=True))
    with op.batch_alter_table("support_request") as table:
        table.add_column(sa.Column("appealed_at", TIME, nullable=True))
        table.drop_column("co_organisers")
    for name, column in (("role", "noted_by"), ("absence", "signed_by"), ("capacity_entry", "signed_by")):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            table.create_foreign_key(f"{name}_{column}_staff", "staff", [column], ["id"])
    with op.batch_alter_table("support_grant") as table:
        table.add_column(sa.Column("paid_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("paid_sek", sa.Integer(), nullable=True))
        table.add_column(sa.Column("receipt_seen_by", sa.Uuid(), nullable=True))
        table.create_foreign_key("support_grant_receipt_seen_by_staff", "staff", ["receipt_seen_by"], ["id"])
        table.create_check_constraint("paid_within_the_grant", "paid_sek BETWEEN 0 AND sek")
        table.create_check_constraint("paid_has_day_and_sum", "(paid_on IS NULL) = (paid_sek IS NULL)")
        table.create_check_constraint("paid_on_a_receipt", "paid_on IS NULL OR receipt_seen_by IS NOT NULL")
    op.execute("UPDATE rights_request SET kind = 'rectification' WHERE kind = 'correction'")
    with op.batch_alter_table("network") as table:
        # Whoever approved an extension may take the network over later.
        table.drop_constraint("extension_approved_by_another", type_="check")


def _name_organisers() -> None:
    """Whom requests named stood as a list of ids in each: now a row each, with what they said."""
    named = op.create_table(
        "named_organiser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("yes_at", TIME, nullable=True),
        sa.Column("no_at", TIME, nullable=True),
        sa.CheckConstraint("yes_at IS NULL OR no_at IS NULL", name="yes_or_no"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id", "person_id", name="named_once"),
    )
    for column in ("request_id", "person_id"):
        op.create_index(f"ix_named_organiser_{column}", "named_organiser", [column])
    request = sa.table("support_request", sa.column("id", sa.Uuid()), sa.column("co_organisers", sa.JSON()))
    people = sa.table("person", sa.column("id", sa.Uuid()), sa.column("erased_at", TIME))
    connection = op.get_bind()
    known = set(connection.execute(sa.select(people.c.id).where(people.c.erased_at.is_(None))).scalars())
    rows = []
    for request_id, listed in connection.execute(sa.select(request.c.id, request.c.co_organisers)):
        ids = dict.fromkeys(UUID(one) for one in (json.loads(listed) if isinstance(listed, str) else listed or []))
        for place, person_id in enumerate((one for one in ids if one in known), start=1):
            key = uuid5(request_id, str(person_id))
            rows.append({"id": key, "request_id": request_id, "person_id": person_id, "place": place})
    if rows:
        op.bulk_insert(named, rows)


def _forget_readers_in_keys() -> None:
    """A mail that is so old that nobody knows whom it went to still told it in its key."""
    columns = ("id", "person_id", "staff_id")
    mail = sa.table("outgoing_mail", *(sa.column(name, sa.Uuid()) for name in columns), sa.column("idempotency_key"))
    old = sa.select(mail.c.id, mail.c.idempotency_key).where(mail.c.person_id.is_(None), mail.c.staff_id.is_(None))
    connection = op.get_bind()
    for mail_id, key in connection.execute(old).all():
        kept = f"{key.rpartition(':')[0]}:{mail_id}"
        connection.execute(mail.update().where(mail.c.id == mail_id).values(idempotency_key=kept))


def _log_attempts() -> None:
    op.create_table(
        "contact_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.CheckConstraint("(request_id IS NULL) <> (network_id IS NULL)", name="about_a_request_or_a_network"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("request_id", "network_id", "remind_on"):
        op.create_index(f"ix_contact_entry_{column}", "contact_entry", [column])


def _log_changes() -> None:
    op.create_table(
        "change_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("what", CODE, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("flow_run_id", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("what <> 'role' OR approved_by IS NOT NULL", name="role_ended_by_two"),
        sa.CheckConstraint("approved_by <> signed_by", name="change_approved_by_another"),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"]),
        sa.ForeignKeyConstraint(["signed_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_change_entry_network_id", "change_entry", ["network_id"])


def _book_talks() -> None:
    op.create_table(
        "booked_talk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("item", CODE, nullable=False),
        sa.Column("hours", sa.Numeric(6, 2), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("network_id", "staff_id", "on", name="one_talk_a_day"),
    )
    op.create_index("ix_booked_talk_network_id", "booked_talk", ["network_id"])


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
