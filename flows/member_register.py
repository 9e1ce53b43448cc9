"""Every night: the member register, from where the office has it."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import member_register as stage
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="member-register", flow_run_name=localized("Medlemsregistret", "The member register"))
@fail_with_sentence
async def member_register(as_of: str = "") -> Counts:
    """Läs in medlemsregistret från LOTS_REGISTER_FROM, om det har ändrats sedan sist.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    if not stage.is_wanted():
        nothing = localized(
            "Inget gjordes: LOTS_REGISTER_FROM är inte satt", "Nothing done: LOTS_REGISTER_FROM is unset"
        )
        return outcome(nothing, read=0)
    counts = await stage.take_in(at)
    if not counts:
        return outcome(localized("Filen är densamma som sist", "The file is the same as the last time"), read=0)
    await refresh_forms_and_start_outbox(as_of)
    read, new, changed, gone = (counts[name] for name in ("read", "new", "changed", "gone"))
    line = localized(
        f"{read} medlemmar lästa: {new} nya, {changed} ändrade, {gone} har utträtt",
        f"{read} members read: {new} new, {changed} changed, {gone} have left",
    )
    return outcome(line, **counts)
