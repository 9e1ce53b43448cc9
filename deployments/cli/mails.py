"""Mail: how many stand how, what becomes of those in doubt, and how each looks."""

from pathlib import Path
from typing import Literal

from deployments.cli.output import Json, show


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
