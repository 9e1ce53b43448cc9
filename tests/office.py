"""The sample office: reference data, its staff and its members, in the configured database."""

from models.db.engine import engine, transaction
from models.operation.upgrade import upgrade
from models.reference.file_import import DATA, import_file, load_reference_data

OFFICE = DATA.parents[2] / "deployments" / "demo"


def fill_office() -> None:
    """A database as an office has it on its first morning."""
    upgrade(engine())
    with transaction() as session:
        load_reference_data(session)
        import_file(session, "staff", OFFICE / "staff.csv")
        import_file(session, "members", OFFICE / "members.csv")
