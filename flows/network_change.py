"""What happens to a network besides the ladder: it rests, wakes, ends, or changes hands."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.network_change import NetworkChangeForm
from models.i18n import localized
from models.vocabulary import CHANGE, NETWORK_STATE, word
from tasks import network_change as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="network-change", flow_run_name=localized("Ändring: {form.subject}", "Change: {form.subject}"))
@fail_with_sentence
async def network_change(form: NetworkChangeForm, as_of: str = "") -> Counts:
    """Vila, väck, avsluta, dela, slå ihop, förläng stödet, eller ändra kontakt, takt, namn, plats, förhandlare.

    Args:
        form: Nätverket, ändringen och vilka medlemmar som bett om den eller kommit överens.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_change(form, at)
    await forget(form)
    if form.is_about_all:
        given = await stage.hand_over(intake, at)
        await refresh_forms_and_start_outbox(as_of)
        networks, requests, matters = given["networks"], given["requests"], given["matters"]
        line = localized(
            f"Till {form.negotiator}: {networks} nätverk, {requests} förfrågningar, {matters} ärenden",
            f"To {form.negotiator}: {networks} networks, {requests} requests, {matters} matters",
        )
        return outcome(line, **given)
    done = await stage.change(intake, at)
    await refresh_forms_and_start_outbox(as_of)
    change, state = word(CHANGE, form.change), word(NETWORK_STATE, done["state"])
    same = "" if done["changed"] else localized(" (var redan så)", " (was so already)")
    line = localized(
        f"Nätverk #{done['network']}: {change}, nu {state}", f"Network #{done['network']}: {change}, now {state}"
    )
    return outcome(line + same, **done)
