"""From yes to a first meeting."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.kickoff import KickoffForm
from models.i18n import localized
from tasks import kickoff as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="kickoff", flow_run_name=localized("Uppstart: {form.subject}", "Kickoff: {form.subject}"))
@fail_with_sentence
async def kickoff(form: KickoffForm = KickoffForm(sweep=True), as_of: str = "") -> Counts:
    """Anteckna vilka som sagt ja och boka första träffen. Eller kör den dagliga genomgången.

    Args:
        form: Nätverket, vilka som sagt ja och när de ses första gången.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    confirmed = invited = 0
    if not form.is_sweep:
        confirmed = await stage.confirm(form, at)
        invited = await stage.book(form, at)
    few = await stage.check_dates(at, form.network_number)
    checklists = await stage.checklists(at, form.network_number)
    asked = await stage.ask_unreported(at) if form.is_sweep else 0
    if not form.is_sweep or checklists + asked + few:
        await refresh_forms_and_start_outbox(as_of)
    return outcome(
        localized(
            f"{confirmed} ja, {invited} kalenderinbjudningar, {checklists} checklistor, {few} med för få arrangörer",
            f"{confirmed} yes, {invited} calendar invitations, {checklists} checklists, {few} with too few organisers",
        ),
        confirmed=confirmed,
        invited=invited,
        checklists=checklists,
        asked=asked,
        few_organisers=few,
    )
