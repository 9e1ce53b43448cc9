"""One minute, five questions: how alive is the network on its own?"""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.check_in import CheckInForm
from models.i18n import localized
from tasks import check_in as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="check-in", flow_run_name=localized("Avstämning: {form.subject}", "Check-in: {form.subject}"))
@fail_with_sentence
async def check_in(form: CheckInForm = CheckInForm(sweep=True), as_of: str = "") -> Counts:
    """Veckans avstämningar: skicka, påminn en gång, fråga en annan arrangör. Med ett nätverk: skriv in ett svar.

    Args:
        form: Ett svar som någon lämnat på annat sätt, eller veckans utskick.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    if not form.is_sweep:
        number = await stage.save_answer(form, at)
        opened = await stage.follow_up_answers(at)
        await refresh_forms_and_start_outbox(as_of)
        line = localized(f"Nätverk #{number}: svaret är sparat", f"Network #{number}: the answer is saved")
        return outcome(line, answered=1, opened=opened)
    sent = await stage.send_due(at)
    reminded = await stage.remind(at)
    asked = await stage.ask_second(at)
    unreachable = await stage.give_up_asking(at)
    opened = await stage.follow_up_answers(at)
    if sent + reminded + asked + unreachable + opened:
        await refresh_forms_and_start_outbox(as_of, opened=opened + unreachable)
    return outcome(
        localized(
            f"{sent} avstämningar, {reminded} påminnelser, {asked} andra tillfrågade, {opened + unreachable} ärenden",
            f"{sent} check-ins, {reminded} reminders, {asked} others asked, {opened + unreachable} matters",
        ),
        sent=sent,
        reminded=reminded,
        asked=asked,
        unreachable=unreachable,
        opened=opened,
    )
