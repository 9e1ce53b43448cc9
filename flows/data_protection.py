"""A person's right to their own data is answered; and what nobody needs any more is forgotten, every night."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.data_protection import DataProtectionForm
from models.i18n import localized
from models.vocabulary import RIGHTS, word
from tasks import data_protection as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(
    name="data-protection", flow_run_name=localized("Personuppgifter: {form.subject}", "Personal data: {form.subject}")
)
@fail_with_sentence
async def data_protection(form: DataProtectionForm = DataProtectionForm(sweep=True), as_of: str = "") -> Counts:
    """Svara på en begäran. Varje natt: radera det som är beviljat, glöm det vars tid är ute, töm misslyckade formulär.

    Args:
        form: Begäran och svaret på den, eller nattens gallring.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    if not form.is_sweep:
        intake = await stage.receive_answer(form, at)
        await forget(form)
        answered = await stage.answer(intake, at)
        await refresh_forms_and_start_outbox(as_of)
        kind, status = word(RIGHTS, answered["kind"]), answered["status"]
        if form.is_new:
            line = localized(f"Begäran mottagen ({kind})", f"Request received ({kind})")
            return outcome(line, remarks=0, **answered)
        said = localized("nej" if status == "refused" else "ja", "no" if status == "refused" else "yes")
        line = localized(f"Svaret på begäran ({kind}): {said}", f"The answer to the request ({kind}): {said}")
        return outcome(line, remarks=0, **answered)
    erased = await stage.erase_granted(at)
    forgotten = await stage.forget_old(at)
    emptied = await stage.forget_failed()
    await refresh_forms_and_start_outbox(as_of)
    line = localized(
        f"{erased} personer raderade på begäran, {emptied} formulär tömda. Tiden ute för {forgotten['requests']} "
        f"förfrågningar, {forgotten['roles']} roller, {forgotten['persons']} personer, {forgotten['texts']} texter",
        f"{erased} persons erased as asked, {emptied} forms emptied. Time was up for {forgotten['requests']} requests, "
        f"{forgotten['roles']} roles, {forgotten['persons']} persons, {forgotten['texts']} texts",
    )
    return outcome(line, erased=erased, emptied=emptied, forgotten=forgotten)
