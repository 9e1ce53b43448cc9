"""What happens to a network besides the ladder: it rests, wakes, ends, or changes hands."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.forms.network_change import NetworkChangeForm
from models.i18n import say
from models.vocabulary import CHANGE, NETWORK_STATE, word
from tasks import network_change as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import wrap_up


@flow(name="network-change", flow_run_name=say("Ändring: {form.subject}", "Change: {form.subject}"))
@in_words
async def network_change(form: NetworkChangeForm, as_of: str = "") -> Any:
    """Vila, väck, avsluta, dela, slå ihop, byt kontakt, be någon arrangera eller förläng stödet.

    Args:
        form: Nätverket, ändringen och vilka medlemmar som bett om den eller kommit överens.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive(form, at)
    await forget(form)
    done = await stage.change(intake, at)
    await wrap_up(as_of)
    change, state = word(CHANGE, form.change), word(NETWORK_STATE, done["state"])
    same = "" if done["changed"] else say(" (var redan så)", " (was so already)")
    line = say(
        f"Nätverk #{done['network']}: {change}, nu {state}", f"Network #{done['network']}: {change}, now {state}"
    )
    return told(line + same, **done)
