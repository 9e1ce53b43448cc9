"""What came in by mail: bounces taken back, answers recorded, and the rest laid before a human."""

from collections import Counter

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.i18n import localized
from tasks import check_in, outbox
from tasks import inbox as stage
from tasks.runtime.step import moment


@flow(name="inbox", flow_run_name=localized("Inkorg", "Inbox"))
@fail_with_sentence
async def inbox(as_of: str = "") -> Counts:
    """Läs inkorgen: studsar och autosvar sorteras, svar på avstämningar sparas, resten får personal läsa.

    Args:
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    total: Counter[str] = Counter()
    batch = 0
    while handled := await stage.read_batch(at, batch):
        total.update(handled)
        batch += 1
    opened = await check_in.follow_up_answers(at) if total["answers"] else 0
    counts = {name: total[name] for name in stage.COUNTS}
    bounces = counts["bounces"] + counts["not_delivered"] + counts["soft"]
    if bounces:
        await outbox.show_not_sent(at)
    automatic, answers, read = (counts[name] for name in ("auto_replies", "answers", "staff"))
    line = localized(
        f"{bounces} studsar, {automatic} autosvar, {answers} svar, {read} till personal",
        f"{bounces} bounces, {automatic} auto-replies, {answers} answers, {read} for staff",
    )
    return outcome(line, **counts, opened=opened)
