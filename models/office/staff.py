"""The office's people. They appear by signature, never by name (domain.md section 10)."""

from sqlmodel import Session, col, select

from models.errors import UserError
from models.i18n import localized
from models.tables.office import Staff


def by_signature(session: Session, signature: str, field: str) -> Staff:
    """The active member of staff who signs so. Raises UserError that names the form's field."""
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
    return found
