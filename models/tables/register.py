"""The union's member register as the office was last given it (domain.md section 3): a snapshot apart from persons."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime


class RegisterImport(SQLModel, table=True):
    """One time that the register was taken in. The newest that is finished is the register that counts.

    `file_hash`: keyed, of the file and of how it was read. One that was never finished was broken off, and counts not.
    """

    __tablename__ = "register_import"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    begun_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    file_hash: str = Field(default="", max_length=64)
    members: int = 0


class RegisterEntry(SQLModel, table=True):
    """What the register says of one member since the import of that number; sealed, and None for one who is in it no
    more. Of several the newest counts that is not newer than the register itself.
    """

    __tablename__ = "register_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)  # its rows lie in the order of its key: what is read and written

    member_hash: str = Field(primary_key=True, max_length=64)
    since: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
