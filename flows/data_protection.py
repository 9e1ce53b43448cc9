"""A person's right to their own data is answered; and what nobody needs any more is forgotten, every night."""

from typing import Any

from prefect import flow

from flows.telling import in_words, told
from models.forms.data_protection import DataProtectionForm
from models.language import say
from models.words import RIGHTS, word
from tasks import data_protection as stage
from tasks.intake import forget
from tasks.step import moment
from tasks.wrap_up import wrap_up


@flow(name="data-protection", flow_run_name=say("Personuppgifter: {form.subject}", "Personal data: {form.subject}"))
@in_words
async def data_protection(form: DataProtectionForm = DataProtectionForm(), as_of: str = "") -> Any:
    """Svara på en begäran. Utan begäran: radera det som är beviljat, och töm formulär som aldrig togs emot.

    Args:
        form: Lämnas som det är för nattens gallring. Annars: begäran och svaret på den.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    answered: dict[str, Any] = {}
    if intake := await stage.receive(form, at):
        await forget(form)
        answered = await stage.answer(intake, at)
    erased = await stage.erase_granted(at)
    emptied = await stage.forget_failed()
    await wrap_up(as_of)
    line = say(
        f"{erased} personer raderade, {emptied} formulär tömda", f"{erased} persons erased, {emptied} forms emptied"
    )
    if answered:
        kind, status = word(RIGHTS, answered["kind"]), answered["status"]
        said = say("nej" if status == "refused" else "ja", "no" if status == "refused" else "yes")
        line = say(f"Svaret på begäran ({kind}): {said}. {line}", f"The answer to the request ({kind}): {said}. {line}")
    return told(line, erased=erased, emptied=emptied, **answered)
