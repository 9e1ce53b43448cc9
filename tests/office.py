"""The sample office: reference data, its staff and its members, in the configured database."""

from models.database import engine, transaction
from models.importing import DATA, import_file, load_reference_data
from models.upgrade import upgrade

OFFICE = DATA.parent.parent / "deployments" / "demo"


def fill_office() -> None:
    """A database as an office has it on its first morning."""
    upgrade(engine())
    with transaction() as session:
        load_reference_data(session)
        import_file(session, "staff", OFFICE / "staff.csv")
        import_file(session, "members", OFFICE / "members.csv")
