"""The sample office: reference data, its staff and its members, in the configured database."""

from datetime import UTC, datetime

from models.db.engine import engine, transaction
from models.operation.upgrade import upgrade
from models.reference.file_import import DATA, import_file, load_reference_data
from models.reference.register_import import import_members

OFFICE = DATA.parents[2] / "deployments" / "demo"


def fill_office() -> None:
    """A database as an office has it on its first morning."""
    upgrade(engine())
    with transaction() as session:
        load_reference_data(session)
        import_file(session, "staff", OFFICE / "staff.csv")
    import_members(OFFICE / "members.csv", datetime.now(UTC))
