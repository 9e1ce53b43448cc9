"""The outbox's steps: what was left lying, what is in doubt, what is due, and a table of what did not go."""

from collections.abc import Sequence
from datetime import datetime

from prefect.artifacts import acreate_markdown_artifact

from models.dates.local_time import local
from models.db.engine import reading, transaction
from models.forms.outbox import OutboxForm
from models.i18n import localized
from models.mail import in_doubt
from models.office.staff import by_signature
from models.settings import settings
from models.stages import outbox, work_list
from models.views.undelivered import NotSent, not_sent
from models.vocabulary import MAIL, word
from tasks.runtime.progress import Progress
from tasks.runtime.step import step
from tasks.smtp.batch_sender import BATCH, send_due, send_freed
from tasks.smtp.group_commit import clock
from tasks.smtp.server_config import mail_server
from tasks.staff_ui.form_links import NOT_SENT
from templates.vocabulary.delivery import reason_name, status_name

SHOWN = 200


@step("Avgör osäkra mejl", "Settle mails in doubt")
async def settle_in_doubt(form: OutboxForm, at: datetime) -> int:
    """Mark what is in doubt as staff say. Returns how many. Raises UserError for a number that is not in doubt."""
    if form.action not in ("sent", "resend"):
        return 0
    with transaction() as session:
        staff = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
        return in_doubt.settle_in_doubt(session, form.mails, form.action, at, staff.id)


@step("Ta hand om det som blev liggande", "Look after what was left lying")
async def look_after(at: datetime) -> dict[str, int]:
    """What a dead process left is freed, what grew too old is skipped. Returns how many, and how many may go now."""
    with transaction() as session:
        left = outbox.free_abandoned(session, clock())
        return {**left, "skipped": outbox.skip_backlog(session, at), "due": outbox.count_due(session, at)}


@step("Skicka e-post", "Send mail", tries=1)
async def send_batch(at: datetime, batch: int, due: int) -> dict[str, int]:
    """Send the next mails that are due, at most BATCH. Returns how many ended how; empty when nothing was left.

    Raises MailServerUnavailable (or its kinds) when no connection can be had, SettingsError when the block of the mail
    server cannot be used; the queue is untouched then.
    """
    shown = Progress(batch * BATCH, due, localized("Skickar e-post", "Sending mail"))
    server = await mail_server()
    ended = await send_due(at, shown, server) or await send_freed(at, shown, server)
    await shown.end(sum(ended.values()))
    return ended


@step("Visa det som inte gick fram", "Show what did not go")
async def show_not_sent(at: datetime) -> int:
    """The table of what did not go, and an alarm to whoever owns it; once a mail. Returns how many alarms."""
    with reading() as session:
        found = not_sent(session, at, SHOWN)
    await acreate_markdown_artifact(_table(found), key=NOT_SENT, description=localized("Gick inte fram", "Did not go"))
    with transaction() as session:
        return work_list.alarm_about_mails(session, at)


def _table(found: Sequence[NotSent]) -> str:
    language = settings().language
    lines = [
        localized("# Mejl som inte gick fram", "# Mails that did not go"),
        "",
        localized(
            "| Nr | Mejl | Om | Läge | Varför | Försök | Nästa |", "| No | Mail | About | State | Why | Tries | Next |"
        ),
        "|-|-|-|-|-|-|-|",
    ]
    for one in found:
        what, state = word(MAIL, one.template), status_name(one.status, language)
        why, again = reason_name(one.reason, language), f"{local(one.next_try):%Y-%m-%d %H:%M}" if one.next_try else ""
        if one.ring:
            why = localized(f"{why}. Ring i stället.", f"{why}. Ring instead.")
        lines.append(f"| {one.number} | {what} | {one.subject} | {state} | {why} | {one.attempts} | {again} |")
    if not found:
        return "\n".join([lines[0], "", localized("Allt har gått fram.", "Everything has gone.")])
    return "\n".join(lines)
