"""Staff's way in to their own pages where no mail reaches them yet (contract.md, `lots staff link`)."""

from deployments.cli.output import Json, show


def link(signature: str, /, *, json: Json = False) -> None:
    """Print a link that signs one member of staff in to their own pages, once, within fifteen minutes."""
    from datetime import UTC, datetime

    from models.db.engine import transaction
    from models.i18n import localized
    from models.office.sign_in import new_link
    from models.office.staff import by_signature
    from models.people.signed_link import Purpose, make_link
    from models.tables.office import StaffRole

    with transaction() as session:
        staff = by_signature(session, signature, localized("Signatur", "Signature"), tuple(StaffRole))
        address = make_link(Purpose.sign_in, str(new_link(session, staff, "/staff", datetime.now(UTC))))
    show({"link": address}, json)
