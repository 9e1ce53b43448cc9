"""Regions, municipalities and branches (domain.md section 3)."""

from datetime import date

from sqlmodel import Field, SQLModel


class Region(SQLModel, table=True):
    """A region of the office, to start with a county (län)."""

    code: str = Field(primary_key=True, max_length=8)
    name: str
    active: bool = True


class Municipality(SQLModel, table=True):
    """A Swedish municipality (kommun) by its four-digit code."""

    code: str = Field(primary_key=True, min_length=4, max_length=4)
    name: str = Field(index=True)
    region: str = Field(foreign_key="region.code", index=True)


class Branch(SQLModel, table=True):
    """A branch association (branschförening) of the union."""

    code: str = Field(primary_key=True, max_length=24)
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
