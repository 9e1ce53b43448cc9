"""What somebody typed on the web and nobody has confirmed yet (domain.md section 13)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.db.column_types import EncryptedText, UtcDateTime, code, key_field
from models.i18n import Language


class UnconfirmedRequest(SQLModel, table=True):
    """The form as it was typed, by the hash of the number in it: whose that is, if anybody's, is not looked up here.

    `content` is the same for the same request typed again; `mailed_at`: when its link last began its way to the address
    on file. Once it is confirmed it holds no words any more, and points at the request that it became.
    """

    __tablename__ = "unconfirmed_request"
    __table_args__ = (CheckConstraint("(form IS NULL) = (request_id IS NOT NULL)", name="typed_or_confirmed"),)

    id: UUID = key_field()
    member_hash: str = Field(max_length=64, index=True)
    content: str | None = Field(default=None, unique=True, max_length=64)
    form: str | None = Field(default=None, sa_column=Column(EncryptedText))
    introduce: bool = False
    municipality: str = Field(foreign_key="municipality.code")
    language: Language = Field(sa_type=code(Language))
    typed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    mailed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id")
