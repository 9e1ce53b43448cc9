"""The member register is a snapshot apart: who only stood in it is no person any more

Revision: 0016, after: 0015
"""

from datetime import UTC, datetime

import orjson
import sqlalchemy as sa
from alembic import op

from models.db.column_types import EncryptedText
from models.db.crypto import seal

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AT_A_TIME = 1000
SEALED = ("member_number", "name", "email", "phone")
FROM_A_REGISTER = {"member_number", "name", "email", "membership", "language", "is_representative", "is_employee"}


def upgrade() -> None:
    op.create_table(
        "register_import",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "register_entry",
        sa.Column("member_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("member_hash", "since"),
        sqlite_with_rowid=False,
    )
    _move_members()


def _move_members() -> None:
    """Earlier imports wrote a person for each member. Whom a register told of stands in it now; as a person they stay
    only where something points at them, or something is known that no register told.
    """
    connection = op.get_bind()
    person = sa.table(
        "person",
        sa.column("id", sa.Uuid()),
        sa.column("member_hash", sa.String()),
        *(sa.column(name, EncryptedText()) for name in SEALED),
        *(sa.column(name, sa.String()) for name in ("email_status", "language", "membership")),
        *(sa.column(name, sa.Boolean()) for name in ("is_representative", "is_employee")),
        *(sa.column(name, sa.DateTime()) for name in ("erased_at", "protected_at", "reminders_stopped_at")),
    )
    known = sa.and_(
        *(person.c[name].is_not(None) for name in ("member_hash", "member_number", "name")),
        person.c.erased_at.is_(None),
        sa.or_(person.c.membership.in_(("active", "passive")), person.c.is_representative),
    )
    entries = sa.table(
        "register_entry", sa.column("member_hash"), sa.column("since"), sa.column("sealed", sa.LargeBinary())
    )
    hashes = connection.execute(sa.select(person.c.member_hash).where(known).order_by(person.c.member_hash)).scalars()
    members = hashes.all()
    for first in range(0, len(members), AT_A_TIME):
        some = sa.select(person).where(person.c.member_hash.in_(members[first : first + AT_A_TIME]))
        rows = connection.execute(some.order_by(person.c.member_hash)).mappings().all()
        told = [{name: row[name] for name in row if name in FROM_A_REGISTER} for row in rows]
        written = zip(rows, told, strict=True)
        op.bulk_insert(
            entries,
            [
                {"member_hash": row["member_hash"], "since": 1, "sealed": seal(orjson.dumps(one))}
                for row, one in written
            ],
        )
    if not members:
        return
    now = datetime.now(UTC)
    imports = sa.table(
        "register_import",
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("begun_at", "finished_at")),
        *(sa.column(name) for name in ("number", "file_hash", "members")),
    )
    taken_in = {"number": 1, "begun_at": now, "finished_at": now, "file_hash": "", "members": len(members)}
    op.bulk_insert(imports, [taken_in])
    own = (person.c.phone, person.c.protected_at, person.c.reminders_stopped_at)
    pointing = [
        sa.select(at).where(at.is_not(None))
        for table, column in _pointing_at_persons(connection)
        for at in [sa.table(table, sa.column(column, sa.Uuid())).c[column]]
    ]
    # As one list, made once: most of these columns have no index, and tens of thousands of persons are looked up.
    tied = sa.union(*pointing).subquery()
    untied = person.c.id.not_in(sa.select(tied.c[0]))
    apart = (known, person.c.email_status != "bounced", *(one.is_(None) for one in own), untied)
    connection.execute(sa.delete(person).where(*apart))


def _pointing_at_persons(connection: sa.Connection) -> list[tuple[str, str]]:
    inspector = sa.inspect(connection)
    return [
        (table, key["constrained_columns"][0])
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] == "person"
    ]


def downgrade() -> None:
    raise NotImplementedError("a landed schema only moves forward; restore a backup instead")
