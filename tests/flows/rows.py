"""Everything that a database holds, to compare before and after."""

from sqlmodel import Session, SQLModel, select, text


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {
        name: sorted(map(tuple, session.connection().execute(select(text("*")).select_from(table))), key=str)
        for name, table in SQLModel.metadata.tables.items()
    }
