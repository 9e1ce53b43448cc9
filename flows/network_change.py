"""What happens to a network besides the ladder: it rests, wakes, ends, or changes hands."""

from typing import Any

from prefect import flow

from flows.telling import told
from models.forms.network_change import NetworkChangeForm
from tasks import network_change as stage
from tasks.intake import forget
from tasks.step import moment


@flow(name="network-change", flow_run_name="ändring-{form.network_number}")
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
    line = f"Nätverk #{done['network']}: {form.change}, nu {done['state']}"
    return told(line if done["changed"] else f"{line} (var redan så)", **done)
