"""What it means that the database refused: which errors pass by themselves, and what helps against the others.

Anything that a database throws and that is not about one row is made one of the kinds of `DatabaseUnavailable`, with
a sentence that tells the remedy. Its own text is not repeated: it may hold an address with a password, or a value.
"""

import re
import sqlite3

from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from models.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseNotUpgraded,
    DatabaseReadOnly,
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnknown,
    DatabaseUnreadable,
)
from models.i18n import localized

Kind = type[DatabaseUnavailable]

PRIMARY = 0xFF  # SQLite's extended codes hold the primary one in their lowest byte
SQLITE: dict[int, Kind] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_INTERRUPT: DatabaseBusy,
    sqlite3.SQLITE_PROTOCOL: DatabaseBusy,
    sqlite3.SQLITE_SCHEMA: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseFull,  # a write-ahead log or its index that cannot grow says this, and not "full"
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnknown,
    sqlite3.SQLITE_AUTH: DatabaseUnknown,
    sqlite3.SQLITE_NOTADB: DatabaseUnreadable,
    sqlite3.SQLITE_CORRUPT: DatabaseUnreadable,
}
# PostgreSQL's codes by their beginning, the longest first: https://www.postgresql.org/docs/current/errcodes-appendix
POSTGRESQL: dict[str, Kind] = {
    "57P04": DatabaseUnknown,  # dropped while we were connected
    "55P03": DatabaseBusy,
    "53100": DatabaseFull,
    "42P01": DatabaseNotUpgraded,
    "42703": DatabaseNotUpgraded,
    "42704": DatabaseNotUpgraded,
    "42501": DatabaseReadOnly,
    "3F000": DatabaseNotUpgraded,
    "3D000": DatabaseUnknown,
    "25006": DatabaseReadOnly,
    "08": DatabaseBusy,
    "28": DatabaseUnknown,
    "40": DatabaseBusy,
    "53": DatabaseBusy,
    "57": DatabaseBusy,
    "58": DatabaseFull,  # the system under it: input and output
    "XX": DatabaseUnreadable,
}
# An attempt to connect that fails has no code; the server's own words, in whichever language, hold these.
NO_ENTRY = re.compile(r"FATAL|resolve host|translate host|password|certificate|no pg_hba", re.IGNORECASE)
PASSES = re.compile(r"starting up|shutting down|too many|recovery|remaining connection|timeout expired", re.IGNORECASE)
MISSING = ("no such table", "no such column", "has no column named")


def failure(error: Exception) -> DatabaseUnavailable | None:
    """What a database's error means for whoever asked, or None when it is about a row or a fault of ours."""
    told: BaseException | None = error if isinstance(error, SQLAlchemyError) else None
    while told:
        if kind := _kind(told):
            return kind(sentence(kind))
        # A full SQLite ends the whole transaction; to go back to a savepoint then fails by itself, and hides why.
        told = told.__context__
    return None


def sentence(kind: Kind) -> str:
    """What to do about it."""
    return {
        DatabaseBusy: localized(
            "Databasen är upptagen eller går inte att nå just nu. Inget gick förlorat: kör om (Retry) om en stund. "
            "Dröjer det, se att databasen är igång och att LOTS_DATABASE_URL stämmer.",
            "The database is busy or cannot be reached just now. Nothing was lost: try again (Retry) in a while. "
            "If it lasts, see that the database runs and that LOTS_DATABASE_URL is right.",
        ),
        DatabaseFull: localized(
            "Disken tar inte emot mer: den är full eller trasig. Gör plats där databasen ligger, kör sedan om (Retry).",
            "The disk takes no more: it is full or broken. Make room where the database lies, then try again (Retry).",
        ),
        DatabaseReadOnly: localized(
            "Databasen går att läsa men inte att skriva i. Ge den som kör natverkslots rätt att skriva i databasen "
            "och i mappen där den ligger, kör sedan om (Retry).",
            "The database can be read but not written. Let whoever runs natverkslots write to the database and to "
            "the folder where it lies, then try again (Retry).",
        ),
        DatabaseNotUpgraded: localized(
            "Databasen saknar tabeller. Kör `lots db upgrade`, sedan om (Retry).",
            "The database lacks tables. Run `lots db upgrade`, then try again (Retry).",
        ),
        DatabaseTooNew: localized(
            "Databasen hör till en nyare version av natverkslots. Installera den versionen, eller läs tillbaka en "
            "säkerhetskopia från före uppgraderingen.",
            "The database belongs to a newer version of natverkslots. Install that version, or restore a backup "
            "from before the upgrade.",
        ),
        DatabaseUnknown: localized(
            "LOTS_DATABASE_URL: databasen finns inte där, eller släpper inte in oss. Rätta värd, namn, inloggning "
            "och lösenord, eller sökvägen till filen; en fil ska ligga i en mapp och på en disk som går att skriva på.",
            "LOTS_DATABASE_URL: there is no such database, or it does not let us in. Correct its host, name, login "
            "and password, or the path to its file; a file must lie in a folder and on a disk that may be written.",
        ),
        DatabaseUnreadable: localized(
            "LOTS_DATABASE_URL: det som ligger där är ingen databas, eller en skadad. Rätta sökvägen, eller läs "
            "tillbaka en säkerhetskopia.",
            "LOTS_DATABASE_URL: what lies there is no database, or a damaged one. Correct the path, or restore a "
            "backup.",
        ),
    }[kind]


def _kind(error: BaseException) -> Kind | None:
    if isinstance(error, PoolTimeout | PendingRollbackError | StaleDataError):
        return DatabaseBusy
    if isinstance(error, DBAPIError):
        found = _kind_of_driver(error.orig)
        return found or (DatabaseBusy if error.connection_invalidated else None)
    return None if isinstance(error, SQLAlchemyError) else _kind_of_driver(error)


def _kind_of_driver(error: BaseException | None) -> Kind | None:
    """By the code that the driver gives, never by words where there is one."""
    if (code := getattr(error, "sqlite_errorcode", None)) is not None:
        if any(words in str(error) for words in MISSING):
            return DatabaseNotUpgraded
        return SQLITE.get(code & PRIMARY)
    if state := getattr(error, "sqlstate", None):
        return next((kind for begin, kind in POSTGRESQL.items() if state.startswith(begin)), None)
    if type(error).__name__ == "OperationalError":
        is_refused = NO_ENTRY.search(str(error)) and not PASSES.search(str(error))
        return DatabaseUnknown if is_refused else DatabaseBusy
    return None
