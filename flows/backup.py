"""Every night, and whenever staff want to: all that the office keeps in one sealed file."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.i18n import say
from tasks import backup as stage
from tasks.runtime.step import moment


@flow(name="backup", flow_run_name=say("Säkerhetskopia", "Backup"))
@in_words
async def backup(as_of: str = "") -> Any:
    """Skriv en säkerhetskopia av allt, nu. De fjorton senaste behålls; äldre tas bort.

    Args:
        as_of: Lämnas tomt. En säkerhetskopia är alltid av nu.
    """
    moment(as_of)
    size = await stage.write()
    if not size:
        return told(
            say(
                "Inget gjordes: databasen säkerhetskopieras med sina egna verktyg (pg_dump)",
                "Nothing was done: the database is backed up by its own tools (pg_dump)",
            ),
            bytes=0,
        )
    kept = await stage.tidy()
    line = say(f"{size / 1e6:.1f} MB skrivna, {kept} finns", f"{size / 1e6:.1f} MB written, {kept} kept")
    return told(line, bytes=size, kept=kept)
