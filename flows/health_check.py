"""How are all networks? Once a month, without anybody having to ask."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.health_check import HealthCheckForm
from models.i18n import localized
from tasks import health_check as stage
from tasks.runtime.form_intake import check
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="health-check", flow_run_name=localized("Hälsokontroll: {form.subject}", "Health check: {form.subject}"))
@fail_with_sentence
async def health_check(form: HealthCheckForm = HealthCheckForm(sweep=True), as_of: str = "") -> Counts:
    """Räkna alla nätverks engagemang, varna tidigt och erbjud samtal. Med ett nätverk: rita bara dess egen sida.

    Args:
        form: Ett nätverk vars sida du vill läsa, eller alla.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    await check(form, at)
    if not form.is_sweep:
        label = await stage.draw_page(form.network_number, at)
        return outcome(localized(f"{label}: sidan är ritad, se Artifacts", f"{label}: drawn, see Artifacts"), pages=1)
    found = await stage.take_snapshots(at)
    opened = await stage.open_talks(at)
    await stage.draw_pages([row["number"] for row in found["rows"]], at)
    await stage.show(found, opened, at)
    levels, talks, proposals = found["levels"], opened["talks"], opened["proposals"]
    if talks + proposals + found["warnings"]:
        await refresh_forms_and_start_outbox(as_of, opened=talks + proposals + found["warnings"])
    return outcome(
        localized(
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
