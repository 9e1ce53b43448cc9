"""A grant or a payment that was written down wrongly is put right: the ledger and the reader follow (section 13)."""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.audit import Correction, log_correction
from models.dates.local_time import add_months, local, quarter
from models.errors import UserError
from models.i18n import figure, localized
from models.mail.overtaking import was_told
from models.mail.queue import QueuedMail, enqueue
from models.office.menu import MENU
from models.office.policy import office_policy
from models.people.roles import contact_of
from models.support.grant_money import Payment
from models.support.ladder import ABSOLUTE_MONTHS, support_end
from models.support.ledger import append_entry, lock_ledger, release, shares
from models.support.network_hours import first_year_hours, hours_used
from models.support.pauses import pauses_of
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.mail import OutgoingMail, Template
from models.tables.network import TERMINAL, Network
from models.tables.office import Staff
from models.tables.support import HUNDREDTH, CapacityEntry, EntryKind, GrantStatus, SupportGrant, SupportTime
from models.vocabulary import ITEM, word

HOURS = ("Timmar", "Hours")
FROM = ("Från och med", "From")
TO = ("Till och med", "Until")
SUPPORT = ("Stöd", "Support")
DAY = ("Dag", "Day")
PAID = ("Utbetalt, kronor", "Paid, SEK")


def correct_grant(
    session: Session,
    grant: SupportGrant,
    correction: Correction,
    *,
    hours: Decimal | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> bool:
    """Give a grant the hours and days that were meant; None keeps what it has. False when it has them already.

    What it has reserved and not used is reserved anew, over the quarters that are not over. Who was told the wrong
    figures is told the right ones. Raises UserError that names the field, CapacityExceeded when its giver has not the
    hours; nothing has changed then.
    """
    lock_ledger(session)
    session.refresh(grant)
    network = session.get_one(Network, grant.network_id)
    hours = grant.hours if hours is None else hours.quantize(HUNDREDTH)
    meant = (hours, from_on or grant.from_on, to_on or grant.to_on)
    if meant == (grant.hours, grant.from_on, grant.to_on):
        return False
    _check(session, network, grant, *meant)
    before, year = _in_codes(grant), first_year_hours(session, network)
    release(session, grant, correction.at)
    grant.hours, grant.from_on, grant.to_on = meant
    used = hours_used(session, grant.id)
    over = grant.paid_on is not None or 0 < hours <= used
    grant.status = GrantStatus.used if over else GrantStatus.granted
    session.add(grant)
    session.flush()
    _check_first_year(session, network, year)
    if not over:
        reserve_what_is_left(session, grant, hours - used, correction.at)
    entry = log_correction(session, correction, ChangedField.grant, before, _in_codes(grant), network=network)
    _tell(session, network, grant, entry, correction.at)
    return True


def _in_codes(grant: SupportGrant) -> str:
    """As the log keeps it; the timeline tells it in words."""
    return f"{grant.item} {grant.hours} {grant.from_on} {grant.to_on}"


def _check(session: Session, network: Network, grant: SupportGrant, hours: Decimal, from_on: date, to_on: date) -> None:
    name = word(ITEM, grant.item)
    if network.state in TERMINAL or grant.status == GrantStatus.ended:
        raise UserError(
            localized(
                f"{SUPPORT[0]}: {name} är avslutat. Behövs det igen, bevilja nytt efter ett samtal.",
                f"{SUPPORT[1]}: {name} has ended. If it is needed again, grant it anew after a talk.",
            )
        )
    _check_hours(session, grant, hours)
    if to_on < from_on:
        raise _wrong(TO, "dagen ligger före den första. Ange en senare.", "it lies before the first. Give a later one.")
    latest = add_months(network.kickoff_on or local(network.created_at).date(), ABSOLUTE_MONTHS)
    if to_on > max(latest, grant.to_on):
        raise _wrong(TO, f"senast {latest}.", f"{latest} at the latest.")
    end = support_end(network, pauses_of(session, network))
    if end and from_on >= end and from_on != grant.from_on and not MENU[grant.item].is_free:
        raise _wrong(
            FROM, f"nätverkets stöd slutar {end}. Ange en dag före.", f"support ends {end}. Give a day before."
        )
    if grant.paid_on and from_on > grant.paid_on:
        raise _wrong(FROM, f"bidraget betalades {grant.paid_on}.", f"the money was paid on {grant.paid_on}.")
    days = [one.on for one in session.exec(select(SupportTime).where(col(SupportTime.grant_id) == grant.id))]
    if days and not (from_on <= min(days) and max(days) <= to_on):
        told = ", ".join(str(day) for day in sorted(days))
        raise _wrong(
            FROM if from_on > min(days) else TO,
            f"stödet användes {told}. Ange dagar som rymmer det.",
            f"it was used on {told}. Give days that hold that.",
        )


def _check_hours(session: Session, grant: SupportGrant, hours: Decimal) -> None:
    used, most = hours_used(session, grant.id), office_policy().network_hours if MENU[grant.item].hours else Decimal(0)
    if hours < used:
        raise _wrong(
            HOURS,
            f"{figure(used)} är redan använda. Ange minst så många.",
            f"{figure(used)} are used. Give at least as many.",
        )
    if MENU[grant.item].hours and hours < HUNDREDTH:
        raise _wrong(HOURS, "minst 0,01.", "at least 0.01.")
    if hours > most:
        raise _wrong(HOURS, f"högst {figure(most)}.", f"at most {figure(most)}.")


def _wrong(field: tuple[str, str], swedish: str, english: str) -> UserError:
    return UserError(localized(f"{field[0]}: {swedish}", f"{field[1]}: {english}"))


def _check_first_year(session: Session, network: Network, before: Decimal) -> None:
    most, now = office_policy().network_hours, first_year_hours(session, network)
    if now > most and now > before:
        raise _wrong(
            HOURS,
            f"nätverk #{network.number} skulle få {figure(now)} första året, högst {figure(most)}. Ange färre.",
            f"network #{network.number} would get {figure(now)} in its first year, at most {figure(most)}. Give fewer.",
        )


def reserve_what_is_left(session: Session, grant: SupportGrant, left: Decimal, at: datetime) -> None:
    """What runs takes of each quarter what its days there are worth, less what was used there; an occasion stands whole
    in the quarter where it begins, or in this one. Hours of a quarter that is over are held no more.
    """
    now = quarter(local(at).date())
    if quarter(grant.to_on) < now:
        return
    if not MENU[grant.item].runs:
        _reserve(session, grant, max(quarter(grant.from_on), now), left, at)
        return
    for begins, share in shares(grant.item, grant.from_on, grant.to_on, grant.hours):
        if (name := quarter(begins)) >= now:
            wanted = min(left, max(Decimal(0), share - _used_in(session, grant, name)))
            _reserve(session, grant, name, wanted, at)
            left -= wanted


def _reserve(session: Session, grant: SupportGrant, in_quarter: str, hours: Decimal, at: datetime) -> None:
    if hours:
        append_entry(session, grant.staff_id, in_quarter, -hours, EntryKind.reserved, at, grant.id)


def _used_in(session: Session, grant: SupportGrant, in_quarter: str) -> Decimal:
    lines = select(func.sum(CapacityEntry.hours)).where(
        col(CapacityEntry.grant_id) == grant.id,
        col(CapacityEntry.quarter) == in_quarter,
        col(CapacityEntry.kind) == EntryKind.used,
    )
    return -Decimal(str(session.exec(lines).one() or 0))


def _tell(session: Session, network: Network, grant: SupportGrant, entry: ChangeEntry, at: datetime) -> None:
    """Whoever has the wrong figures gets the right ones; a decision that is not written yet tells them itself."""
    told = was_told(
        session,
        col(OutgoingMail.template).in_((Template.granted, Template.correction)),
        col(OutgoingMail.network_id) == network.id,
        col(OutgoingMail.created_at) >= grant.granted_at,
    )
    contact = contact_of(session, network.id)
    if told and contact:
        about = {"about": "grant", "grants": [str(grant.id)]}
        letter = QueuedMail(Template.correction, contact.person_id, str(entry.id), network.id, context=about)
        enqueue(session, [letter], at)


# --- money that was paid --------------------------------------------------------------------------


def correct_payment(session: Session, grant: SupportGrant, correction: Correction, payment: Payment) -> bool:
    """Give a payment its right day, sum and who saw the receipt; 0 kronor: it was never made, and can be told again.

    Its half hour stays where it was booked. False when it is so already. Raises UserError that names the field.
    """
    lock_ledger(session)
    session.refresh(grant)
    network = session.get_one(Network, grant.network_id)
    if grant.paid_on is None:
        raise _wrong(
            SUPPORT, "bidraget är inte utbetalt. Välj ett som är det.", "it was not paid. Choose one that was."
        )
    on, sek, seen_by = payment.on, payment.sek, payment.seen_by
    if sek and (grant.paid_on, grant.paid_sek, grant.receipt_seen_by) == (on, sek, seen_by.id):
        return False
    if not 0 <= sek <= grant.sek:
        raise _wrong(PAID, f"0–{grant.sek}, som är beviljat.", f"0–{grant.sek}, which is granted.")
    if sek and not grant.from_on <= on <= local(correction.at).date():
        raise _wrong(
            DAY,
            f"bidraget gäller från {grant.from_on}. Ange den dagen eller en senare som har varit.",
            f"the money is from {grant.from_on}. Give that day or a later one that has been.",
        )
    before = _payment_in_codes(session, grant)
    paid = (on, sek, seen_by.id) if sek else (None, None, None)
    grant.paid_on, grant.paid_sek, grant.receipt_seen_by = paid
    session.add(grant)
    session.flush()
    log_correction(
        session, correction, ChangedField.payment, before, _payment_in_codes(session, grant), network=network
    )
    return True


def _payment_in_codes(session: Session, grant: SupportGrant) -> str:
    if grant.paid_on is None or grant.receipt_seen_by is None:
        return ""
    return f"{grant.paid_on} {grant.paid_sek} {session.get_one(Staff, grant.receipt_seen_by).signature}"
