"""How are all networks? Once a month, without anybody having to ask."""

from typing import Any

from prefect import flow

from flows.telling import told
from tasks import health_check as stage
from tasks.step import moment


@flow(name="health-check", flow_run_name="hälsokontroll")
async def health_check(as_of: str = "") -> Any:
    """Räkna alla nätverks engagemang, varna tidigt och erbjud samtal där det behövs.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    found = await stage.take_snapshots(at)
    opened = await stage.open_talks(at)
    await stage.show(found, at)
    levels = found["levels"]
    return told(
        f"{found['networks']} nätverk: {levels['green']} gröna, {levels['yellow']} gula, {levels['red']} röda; "
        f"{opened['talks']} samtal, {found['warnings']} tidiga varningar, {opened['proposals']} förslag om vila",
        networks=found["networks"],
        warnings=found["warnings"],
        **levels,
        **opened,
    )
