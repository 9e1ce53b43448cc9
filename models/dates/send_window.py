"""When a mail may go (domain.md section 9)."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from models.dates.active_days import is_christmas_break, is_summer_break
from models.dates.local_time import FRIDAY, ONE_DAY, SATURDAY, STOCKHOLM, THURSDAY, TUESDAY, local
from models.dates.working_days import Language, holidays_of, is_easter, is_squeezed_day

MAIL_OPENS: Final = time(9)
MAIL_CLOSES: Final = time(15)


class MailClass(StrEnum):
    """How much a mail can wait (domain.md section 9)."""

    at_once = "at_once"
    """receipt, declined, data-request and fresh-link: on any day, at any hour."""
    working_day = "working_day"
    """Invitations to talk, more-information, decisions, queue offers, staff mails: working days 09-15."""
    founder = "founder"
    """Everything else: Monday to Thursday 09-15, and on no quiet day."""


def send_block_reason(day: date, mail_class: MailClass = MailClass.founder, language: Language = "sv") -> str | None:
    """Why no mail of that class may go that day, in a few words; None when it may (domain.md section 9).

    Of several reasons it gives the one that says most about the wait: a break, a holiday, then a Friday.
    """
    if mail_class is MailClass.at_once:
        return None
    swedish = language == "sv"
    founder = mail_class is MailClass.founder
    if founder and is_christmas_break(day):
        return "juluppehåll 18 december–7 januari" if swedish else "Christmas break, 18 December–7 January"
    if founder and is_summer_break(day):
        week = day.isocalendar().week
        return f"sommaruppehåll, vecka {week}" if swedish else f"summer break, ISO week {week}"
    if name := holidays_of(day.year, language).get(day):
        return name
    if founder and is_easter(day):
        if day.weekday() == THURSDAY:
            return "skärtorsdagen" if swedish else "Maundy Thursday"
        return "påskafton" if swedish else "Easter Eve"
    if founder and is_squeezed_day(day):
        return "klämdag mellan två lediga dagar" if swedish else "squeezed working day between two free days"
    if day.weekday() >= SATURDAY:
        return "helg" if swedish else "weekend"
    if founder and day.weekday() == FRIDAY:
        return "fredag" if swedish else "Friday"
    return None


@lru_cache(maxsize=4096)
def next_allowed_day(day: date, mail_class: MailClass = MailClass.founder) -> date:
    """The first day, `day` itself included, on which mail of that class may go (domain.md section 9)."""
    while send_block_reason(day, mail_class) is not None:
        day += ONE_DAY
    return day


def last_allowed_day(day: date, mail_class: MailClass = MailClass.founder) -> date:
    """The last day, `day` itself included, on which mail of that class may go and by which it has gone (section 9)."""
    while send_block_reason(day, mail_class) is not None:
        day -= ONE_DAY
    return day


def next_allowed(moment: datetime, mail_class: MailClass = MailClass.founder) -> datetime:
    """The first moment from `moment` on at which mail of that class may go, in UTC (domain.md section 9).

    Mail goes from 09:00 to just before 15:00 in Stockholm. `moment` must carry a zone, else ValueError.
    """
    here = local(moment)
    if mail_class is MailClass.at_once:
        return here.astimezone(UTC)
    day = here.date() if here.time() < MAIL_CLOSES else here.date() + ONE_DAY
    allowed = next_allowed_day(day, mail_class)
    opens = datetime.combine(allowed, MAIL_OPENS, STOCKHOLM)
    if allowed == here.date() and here.time() >= MAIL_OPENS:
        return here.astimezone(UTC)
    return opens.astimezone(UTC)


def first_tuesday_on_or_after(day: date) -> date:
    """The first Tuesday that is not before `day`, quiet or not."""
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def next_check_in_day(due: date) -> date:
    """The first Tuesday on or after the due date that quiet days allow (domain.md section 6)."""
    tuesday = first_tuesday_on_or_after(due)
    while send_block_reason(tuesday, MailClass.founder) is not None:
        tuesday += 7 * ONE_DAY
    return tuesday
