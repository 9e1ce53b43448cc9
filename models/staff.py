"""The office's people. They appear by signature, never by name (domain.md section 10)."""

from enum import StrEnum
from uuid import UUID

from pydantic import EmailStr
from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import code, key_field
from models.errors import UserError
from models.language import say


class StaffRole(StrEnum):
    office = "office"
    negotiator = "negotiator"
    data_protection = "data_protection"
    reader = "reader"


class Staff(SQLModel, table=True):
    """Someone employed at the office; a negotiator belongs to a region."""

    __table_args__ = (CheckConstraint("length(signature) BETWEEN 2 AND 5", name="signature_is_short"),)

    id: UUID = key_field()
    signature: str = Field(unique=True, max_length=5)
    name: str
    email: EmailStr
    role: StaffRole = Field(sa_type=code(StaffRole))
    region: str | None = Field(default=None, foreign_key="region.code")
    active: bool = True


def by_signature(session: Session, signature: str, field: str) -> Staff:
    """The active member of staff who signs so. Raises UserError that names the form's field."""
    found = session.exec(
        select(Staff).where(col(Staff.signature) == signature.strip().lower(), col(Staff.active))
    ).one_or_none()
    if not found:
        raise UserError(
            say(
                f"{field}: signaturen finns inte bland aktiva medarbetare. Skriv din signatur, 2–5 bokstäver.",
                f"{field}: no active member of staff has this signature. Write yours, 2–5 letters.",
            )
        )
    return found
