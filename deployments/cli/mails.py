"""Mail: how many stand how, what becomes of those in doubt, and how each looks."""

import json as to_json
from pathlib import Path
from typing import Literal

from deployments.cli.output import Json, show
from models.errors import UserError


def mails(*, json: Json = False) -> None:
    """Mails by status; and which are in doubt."""
    from models.db.engine import reading
    from models.mail import in_doubt
    from models.mail.queue import counts

    with reading() as session:
        show(counts(session), json)
        for mail in [] if json else in_doubt.in_doubt(session):
            print(f"{'in doubt':>14}  {mail.id}  {mail.template}")


def settle(outcome: Literal["sent", "resend"], ids: list[str] | None = None, /, *, json: Json = False) -> None:
    """Say of mails in doubt (all, or those given) that they were sent, or that they are to go again."""
    from datetime import UTC, datetime

    from models.db.engine import transaction
    from models.mail import in_doubt

    with transaction() as session:
        show({"settled": in_doubt.settle_in_doubt(session, ids or [], outcome, datetime.now(UTC))}, json)


def preview(folder: Path, /, *, json: Json = False) -> None:
    """Write every mail in both languages to a folder as .eml, .html and .txt, with a page that shows them all."""
    from deployments.cli.preview import write_preview

    show(write_preview(folder), json)


def explain(*files: Path, json: Json = False) -> None:
    """What the inbox would make of these messages, and why; nothing is written.

    A kind each: bounce (the address takes no mail), not_delivered, soft (delayed), auto_reply, answer, staff (a human
    has to read it) or ignored.
    """
    from models.i18n import in_language
    from models.settings import chosen_settings

    if not files:
        raise UserError("FILE: write the name of at least one file that holds a mail")
    chosen = chosen_settings()
    with in_language(chosen.language):  # known before forms ask for it, which would make secrets in LOTS_HOME
        from deployments.cli.inbox_explain import explain_files

        found = explain_files(list(files), chosen)
    if json:
        print(to_json.dumps(found, ensure_ascii=False))
    for one in [] if json else found:
        print(f"{one['kind']:>14}  {one['file']}: {one['why']}")
