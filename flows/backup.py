"""Every night, and whenever staff want to: all that the office keeps in one sealed file."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import backup as stage
from tasks.runtime.step import moment


@flow(name="backup", flow_run_name=localized("Säkerhetskopia", "Backup"))
@fail_with_sentence
async def backup(as_of: str = "") -> Counts:
    """Skriv en säkerhetskopia av allt, nu. De fjorton senaste behålls; äldre tas bort.

    Args:
        as_of: Lämnas tomt. En säkerhetskopia är alltid av nu.
    """
    moment(as_of)
    size = await stage.write()
    if not size:
        return outcome(
            localized(
                "Inget gjordes: databasen säkerhetskopieras med sina egna verktyg (pg_dump)",
                "Nothing was done: the database is backed up by its own tools (pg_dump)",
            ),
            bytes=0,
        )
    kept = await stage.tidy()
    line = localized(f"{size / 1e6:.1f} MB skrivna, {kept} finns", f"{size / 1e6:.1f} MB written, {kept} kept")
    return outcome(line, bytes=size, kept=kept)
