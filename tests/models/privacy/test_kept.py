"""Every column that can hold or point at a person is decided on: how long it is kept, and why."""

import sqlalchemy as sa

from models.privacy.kept import KEPT, NOBODYS
from models.tables import metadata

TELLS_NOTHING = (sa.Date, sa.DateTime, sa.Integer, sa.Boolean, sa.Numeric, sa.Float, sa.Enum)
"""Types whose values name nobody: days, moments, figures, and one of our own codes."""


def named(column: sa.Column[object]) -> str:
    return f"{column.table.name}.{column.name}"


def targets(column: sa.Column[object]) -> set[str]:
    return {key.column.table.name for key in column.foreign_keys}


def columns() -> list[sa.Column[object]]:
    """Every column that could hold or point at somebody, by what it is and not by what it is called."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if not isinstance(getattr(column.type, "impl_instance", column.type), TELLS_NOTHING)
        and not (column.primary_key and column.name == "id")
        and targets(column) <= {"person"}
    ]


def test_every_column_that_can_hold_or_point_at_a_person_says_how_long_it_is_kept() -> None:
    undecided = {named(column) for column in columns()} - set(KEPT) - NOBODYS
    assert not undecided, "decide in models/privacy/kept.py how long, and see that the night keeps to it"


def test_what_points_at_a_person_or_is_sealed_is_never_called_nobodys() -> None:
    personal = {
        named(column)
        for column in columns()
        if targets(column) == {"person"} or type(column.type).__name__ == "EncryptedText"
    }
    assert personal <= set(KEPT) | {"change_entry.before", "change_entry.after"}


def test_the_table_names_no_column_that_is_not_there() -> None:
    assert set(KEPT) | NOBODYS <= {named(column) for column in columns()} | {"outgoing_mail.claimed_by"}
    assert not set(KEPT) & NOBODYS
