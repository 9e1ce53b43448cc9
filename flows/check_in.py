"""One minute, five questions: how alive is the network on its own?"""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.forms.check_in import CheckInForm
from models.i18n import say
from tasks import check_in as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import wrap_up


@flow(name="check-in", flow_run_name=say("Avstämning: {form.subject}", "Check-in: {form.subject}"))
@in_words
async def check_in(form: CheckInForm = CheckInForm(sweep=True), as_of: str = "") -> Any:
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
        await wrap_up(as_of)
        line = say(f"Nätverk #{number}: svaret är sparat", f"Network #{number}: the answer is saved")
        return told(line, answered=1, opened=opened)
    sent = await stage.send_due(at)
    reminded = await stage.remind(at)
    asked = await stage.ask_second(at)
    unreachable = await stage.give_up_asking(at)
    opened = await stage.follow_up_answers(at)
    if sent + reminded + asked + unreachable + opened:
        await wrap_up(as_of, opened=opened + unreachable)
    return told(
        say(
            f"{sent} avstämningar, {reminded} påminnelser, {asked} andra tillfrågade, {opened + unreachable} ärenden",
            f"{sent} check-ins, {reminded} reminders, {asked} others asked, {opened + unreachable} matters",
        ),
        sent=sent,
        reminded=reminded,
        asked=asked,
        unreachable=unreachable,
        opened=opened,
    )
