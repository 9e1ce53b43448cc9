"""What came of the motion: once a year, and whenever staff ask, frozen as things stood that day."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.congress_report import CongressReportForm
from models.i18n import localized
from tasks import congress_report as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(
    name="congress-report",
    flow_run_name=localized("Kongressrapport: {form.subject}", "Congress report: {form.subject}"),
)
@fail_with_sentence
async def congress_report(form: CongressReportForm = CongressReportForm(action="yearly"), as_of: str = "") -> Counts:
    """Frys läget per en dag och räkna fram kongressrapporten. En rapport som finns ändras inte: den skrivs ut igen.

    Args:
        form: Vilken dag, och vem som frågar.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    frozen = await stage.freeze(form, at)
    written = await stage.write(frozen["cutoff"])
    page = await stage.show(frozen["cutoff"])
    told = await stage.tell(form, frozen["cutoff"], page, at)
    if told:
        await refresh_forms_and_start_outbox(as_of)
    cutoff, changes = frozen["cutoff"], frozen["changes"]
    line = localized(
        f"Rapporten per {cutoff} är klar; {changes} siffror från tidigare år är ändrade sedan den förra",
        f"The report as of {cutoff} is ready; {changes} figures of earlier years changed since the last",
    )
    return outcome(line, **frozen, **written, told=told)
