"""What is due goes out, each mail once."""

from collections import Counter
from typing import Any

from prefect import flow

from flows.telling import told
from tasks import outbox as stage
from tasks.step import moment


@flow(name="outbox", flow_run_name="utkorg")
async def outbox(as_of: str = "") -> Any:
    """Skicka den e-post som får gå nu. Det som inte går fram just nu väntar; det osäkra avgör personal.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    left = await stage.look_after(at)
    total = Counter({"skipped": left["skipped"], "in_doubt": left["in_doubt"]})
    batch = 0
    while ended := await stage.send_batch(at, batch):
        total.update(ended)
        batch += 1
    counts = {name: total[name] for name in ("sent", "deferred", "failed", "in_doubt", "skipped")}
    return told(f"{counts['sent']} skickade, {counts['deferred']} väntar, {counts['failed']} gick inte fram", **counts)
