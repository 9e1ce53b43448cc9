"""How are all networks? Once a month, without anybody having to ask."""

from typing import Any

from prefect import flow

from flows.telling import in_words, told
from models.language import say
from tasks import health_check as stage
from tasks.step import moment
from tasks.wrap_up import wrap_up


@flow(name="health-check", flow_run_name=say("Hälsokontroll", "Health check"))
@in_words
async def health_check(as_of: str = "") -> Any:
    """Räkna alla nätverks engagemang, varna tidigt och erbjud samtal där det behövs.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    found = await stage.take_snapshots(at)
    opened = await stage.open_talks(at)
    await stage.show(found, at)
    levels, talks, proposals = found["levels"], opened["talks"], opened["proposals"]
    if talks + proposals + found["warnings"]:
        await wrap_up(as_of, opened=talks + proposals + found["warnings"])
    return told(
        say(
            f"{found['networks']} nätverk: {levels['green']} gröna, {levels['yellow']} gula, {levels['red']} röda; "
            f"{talks} samtal, {found['warnings']} tidiga varningar, {proposals} förslag om vila",
            f"{found['networks']} networks: {levels['green']} green, {levels['yellow']} yellow, {levels['red']} red; "
            f"{talks} talks, {found['warnings']} early warnings, {proposals} proposals to rest",
        ),
        networks=found["networks"],
        warnings=found["warnings"],
        **levels,
        **opened,
    )
