"""The office's people. They appear by signature, never by name (domain.md section 10)."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.errors import UserError
from models.i18n import localized
from models.tables.office import Staff, StaffRole

SIGNING = (StaffRole.office, StaffRole.negotiator)
"""Who signs decisions and what was done. A reader signs nothing (domain.md section 3)."""
ANSWERING = (*SIGNING, StaffRole.data_protection)
"""Who answers what persons ask for about their own data; that is all that data protection signs."""


def anybody_by_signature(session: Session, signature: str) -> Staff:
    """Who signs or once signed so, active or not: one who has left hands over too. Raises UserError."""
    found = session.exec(select(Staff).where(col(Staff.signature) == signature.strip().lower())).one_or_none()
    if found is None:
        raise UserError(
            localized(
                "Lämnar över: signaturen finns inte bland medarbetarna. Välj i listan.",
                "Hands over: no member of staff has or had this signature. Choose from the list.",
            )
        )
    return found


def by_signature(session: Session, signature: str, field: str, roles: Collection[StaffRole] = SIGNING) -> Staff:
    """The active member of staff who signs so, and may: `roles` are those that do. Raises UserError that names the
    form's field.
    """
    found = session.exec(
        select(Staff).where(col(Staff.signature) == signature.strip().lower(), col(Staff.active))
    ).one_or_none()
    if not found:
        raise UserError(
            localized(
                f"{field}: signaturen finns inte bland aktiva medarbetare. Skriv din signatur, 2–5 bokstäver.",
                f"{field}: no active member of staff has this signature. Write yours, 2–5 letters.",
            )
        )
    if found.role not in roles:
        raise UserError(
            localized(
                f"{field}: {found.signature} får inte skriva under det här. Låt någon som får det göra det.",
                f"{field}: {found.signature} may not sign this. Have somebody sign who may.",
            )
        )
    return found
