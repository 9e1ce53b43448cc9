"""`lots inbox explain`: what the inbox would make of messages, and why. Nothing is written, made or fetched."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session

from models.dates.local_time import midnight
from models.db.engine import reading
from models.db.trial import is_trial
from models.errors import DatabaseUnavailable, UserError
from models.i18n import localized
from models.inbox.answer_parser import parse_answer_line
from models.inbox.verdict import Incoming, Verdict, by_itself, judge, sent_of
from models.settings import Settings
from tasks.mailbox.message_parser import parse_message

UNKNOWN = (
    "Den här databasen känner inte mejlet som det gäller.",
    "This database does not know the mail that it is about.",
)


def explain_files(files: list[Path], chosen: Settings) -> list[dict[str, str]]:
    """A row for each file: `file`, `kind` and `why`. Raises UserError, naming the file, when one cannot be read."""
    messages = {str(file): parse_message(_bytes(file), chosen) for file in files}
    try:
        if _there_is_a_database(chosen):
            with reading() as session:
                return _rows(messages, session, any_day=chosen.trial or is_trial(session))
    except DatabaseUnavailable:
        pass  # then each is what it is by itself
    return _rows(messages)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        told = localized(
            f"{file}: går inte att läsa. Skriv namnet på en fil som håller ett mejl.",
            f"{file}: cannot be read. Write the name of a file that holds a mail.",
        )
        raise UserError(told) from None


def _there_is_a_database(chosen: Settings) -> bool:
    """False where the embedded one was never made: to look would make it."""
    return not chosen.embedded or Path(make_url(chosen.database_url).database or "").exists()


def _rows(
    messages: dict[str, Incoming | None], session: Session | None = None, *, any_day: bool = True
) -> list[dict[str, str]]:
    rows = []
    for file, incoming in messages.items():
        verdict, is_known = _verdict(incoming, session, any_day=any_day)
        why = verdict.why if is_known else f"{verdict.why} {localized(*UNKNOWN)}"
        rows.append({"file": file, "kind": verdict.kind.value, "why": why})
    return rows


def _verdict(incoming: Incoming | None, session: Session | None, *, any_day: bool) -> tuple[Verdict, bool]:
    """What the inbox makes of it today; and of what is about a mail that the database does not know, what it is by
    itself. Where `any_day` can be today, as in a trial, it came when the mail had gone and its days had come.
    """
    now = datetime.now(UTC)
    mails = sent_of(session, incoming.mails) if session and incoming else []
    if session and (mails or not (incoming and incoming.mails)):
        gone = [mail.settled_at for mail in mails if mail.settled_at]
        return judge(session, incoming, max([now, *gone, _day_told(incoming)]) if any_day else now), True
    is_about_nothing = incoming is None or not incoming.mails
    return by_itself(incoming, max(now, _day_told(incoming))), is_about_nothing


def _day_told(incoming: Incoming | None) -> datetime:
    """The first day on which the answers of a message can make sense."""
    form = parse_answer_line(incoming.text) if incoming else None
    try:
        return midnight(date.fromisoformat(form.met_on if form else ""))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
