"""A person's right to their own data is answered; and what nobody needs any more is forgotten, every night."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.forms.data_protection import DataProtectionForm
from models.i18n import say
from models.vocabulary import RIGHTS, word
from tasks import data_protection as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import wrap_up


@flow(name="data-protection", flow_run_name=say("Personuppgifter: {form.subject}", "Personal data: {form.subject}"))
@in_words
async def data_protection(form: DataProtectionForm = DataProtectionForm(sweep=True), as_of: str = "") -> Any:
    """Svara på en begäran. Varje natt: radera det som är beviljat, glöm det vars tid är ute, töm misslyckade formulär.

    Args:
        form: Begäran och svaret på den, eller nattens gallring.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    if not form.is_sweep:
        intake = await stage.receive(form, at)
        await forget(form)
        answered = await stage.answer(intake, at)
        await wrap_up(as_of)
        kind, status = word(RIGHTS, answered["kind"]), answered["status"]
        said = say("nej" if status == "refused" else "ja", "no" if status == "refused" else "yes")
        line = say(f"Svaret på begäran ({kind}): {said}", f"The answer to the request ({kind}): {said}")
        return told(line, remarks=0, **answered)
    erased = await stage.erase_granted(at)
    forgotten = await stage.forget_old(at)
    emptied = await stage.forget_failed()
    await wrap_up(as_of)
    line = say(
        f"{erased} personer raderade på begäran, {emptied} formulär tömda. Tiden ute för {forgotten['requests']} "
        f"förfrågningar, {forgotten['roles']} roller, {forgotten['persons']} personer, {forgotten['texts']} texter",
        f"{erased} persons erased as asked, {emptied} forms emptied. Time was up for {forgotten['requests']} requests, "
        f"{forgotten['roles']} roles, {forgotten['persons']} persons, {forgotten['texts']} texts",
    )
    return told(line, erased=erased, emptied=emptied, forgotten=forgotten)
