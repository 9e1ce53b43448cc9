"""What the form about hours means: which grant it tells of, step four's hour, a correction (sections 5 and 13)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from models.audit import Correction
from models.dates.local_time import local, quarter
from models.errors import UserError
from models.forms.capacity import CORRECTIONS, SEEN_BY, WHICH, CapacityForm
from models.forms.kit.base import YOUR_SIGNATURE
from models.i18n import localized
from models.networks.lookup import network_by_number
from models.office.absence import record_absence
from models.office.staff import by_signature
from models.support.corrections import correct_grant, correct_payment
from models.support.grant_money import Payment, record_payment
from models.support.ledger import book_hours, lock_ledger, set_budget, use_hours
from models.support.use_corrections import correct_use, used_grant
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, InterventionKind, Staff, TalkOutcome
from models.tables.support import EntryKind, GrantStatus, Item, SupportGrant, SupportTime
from models.tables.transition import Actor, Cause
from models.vocabulary import ITEM, NETWORK_STATE, WHY_CORRECTED, word

STEP_FOUR_HOURS = Decimal(1)


WHOM = ("Vem", "Whom")
NETWORK = ("Nätverk", "Network")


def enter(session: Session, form: CapacityForm, at: datetime, flow_run_id: str | None = None) -> int:
    """Write down what the form tells: an absence, hours, money, a budget, a correction. Returns how much changed.

    Raises UserError that names the field, CapacityExceeded when the giver has not the hours.
    """
    day = form.used_on(local(at).date())
    if form.action in CORRECTIONS:
        return int(put_right(session, form, at, flow_run_id))
    signer = by_signature(session, form.signer, localized(*YOUR_SIGNATURE))
    if form.action == "paid":
        seen_by = by_signature(session, form.receipt_seen_by, localized(*SEEN_BY))
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        payment = Payment(day, form.paid_sek, seen_by, form.is_second)
        return int(record_payment(session, network, payment, at, signer))
    staff = by_signature(session, form.signature, localized(*WHOM))
    if form.action == "absence":
        field = localized("Ersättare", "Substitute")
        substitute = by_signature(session, form.substitute, field) if form.substitute else None
        record_absence(session, staff, form.away_from() or day, form.away_to() or day, substitute, signer)
        return 1
    if form.action == "budget":
        return int(set_budget(session, staff, form.quarter.strip(), form.exact_hours, at, signer))
    network = network_by_number(session, form.network_number, localized(*NETWORK))
    if form.action == "talk_hour":
        cause = Cause("capacity:talk_hour", Actor.staff, at, signer.signature, flow_run_id)
        return int(give_step_four_hour(session, network, staff, day, cause))
    grant = grant_for(session, network, form.item, day, form.exact_hours)
    return int(use_hours(session, grant, day, form.exact_hours, at, signer))


def grant_for(session: Session, network: Network, item: Item, on: date, hours: Decimal) -> SupportGrant:
    """The grant that hours used on a day belong to: one that has them written already, else the first not used up.

    Raises UserError when the network has no such grant that day.
    """
    grants = select(SupportGrant).where(col(SupportGrant.network_id) == network.id, col(SupportGrant.item) == item)
    of_kind = session.exec(grants.order_by(col(SupportGrant.occasion), col(SupportGrant.from_on))).all()
    found = [one for one in of_kind if one.from_on <= on <= one.to_on]
    name = word(ITEM, item)
    if not found and of_kind:
        raise UserError(_not_that_day(of_kind, name, on))
    if not found:
        raise UserError(
            localized(
                f"Stöd: {name} är inte beviljat nätverk #{network.number} {on}. Välj ett ur beslutet.",
                f"Support: {name} is not granted to network #{network.number} on {on}. Choose from the decision.",
            )
        )
    told = select(SupportTime.grant_id).where(col(SupportTime.on) == on, col(SupportTime.hours) == hours)
    written = set(session.exec(told.where(col(SupportTime.grant_id).in_([one.id for one in found]))))
    return min(found, key=lambda one: (one.id not in written, one.status != GrantStatus.granted))


def _not_that_day(grants: Sequence[SupportGrant], name: str, on: date) -> str:
    """When what a network was granted begins, or else ended."""
    ahead = [one.from_on for one in grants if one.from_on > on]
    if ahead:
        begins = min(ahead)
        return localized(f"Dag: {name} gäller från {begins}.", f"Day: {name} is granted from {begins}.")
    ended = max(one.to_on for one in grants)
    return localized(f"Dag: {name} gällde till {ended}.", f"Day: {name} was granted until {ended}.")


def give_step_four_hour(session: Session, network: Network, staff: Staff, on: date, cause: Cause) -> bool:
    """Book the hour a quarter that an independent network gets when a member asks, without a grant (section 5).

    The ledger knows no network: that this one asked and was given its hour is kept as a wish come true, one a quarter,
    the giver's, due on the day of the hour and ended by who signs the cause. Returns False when this very hour is
    written already. Raises UserError for a second hour or a network that is not on step 4, CapacityExceeded when the
    giver has none left.
    """
    if network.state != NetworkState.independent:
        state = word(NETWORK_STATE, network.state)
        raise UserError(
            localized(
                f"Nätverk: #{network.number} har läget «{state}»; timmen i kvartalet är för självgående. Ange ett stöd "
                "ur beslutet i stället.",
                f"Network: #{network.number} is “{state}”; the hour of the quarter is for independent ones. Give "
                "support from the decision instead.",
            )
        )
    lock_ledger(session)
    occasion = f"hour:{quarter(on)}"
    of_quarter = select(Intervention).where(
        col(Intervention.network_id) == network.id,
        col(Intervention.kind) == InterventionKind.wish,
        col(Intervention.occasion) == occasion,
    )
    given = session.exec(of_quarter).one_or_none()
    if given and (given.owner, given.due_on) == (staff.id, on):
        return False
    if given:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} har redan fått sin timme {quarter(on)}. Nästa kvartal finns en ny.",
                f"Network: #{network.number} has had its hour of {quarter(on)}. Next quarter there is a new one.",
            )
        )
    book_hours(session, staff, on, STEP_FOUR_HOURS, EntryKind.used, cause.at)
    wish = Intervention(
        network_id=network.id,
        kind=InterventionKind.wish,
        occasion=occasion,
        opened_at=cause.at,
        owner=staff.id,
        due_on=on,
        outcome=TalkOutcome.settled,
        ended_at=cause.at,
        ended_by=by_signature(session, cause.signature or "", localized(*YOUR_SIGNATURE)).id,
    )
    session.add(wish)
    session.flush()
    return True


def put_right(session: Session, form: CapacityForm, at: datetime, flow_run_id: str | None = None) -> bool:
    """Correct a grant, hours that were used of one, or a payment of money (section 13). False when it is so already.

    Raises UserError that names the field, CapacityExceeded when the giver has not the hours.
    """
    network = network_by_number(session, form.network_number, localized(*NETWORK))
    signer = by_signature(session, form.signer, localized(*YOUR_SIGNATURE))
    correction = Correction(signer, at, word(WHY_CORRECTED, form.why), flow_run_id)
    if form.action == "correct_grant":
        hours = form.exact_hours if form.hours else None
        grant = _nth(session, network, form.item, form.which)
        return correct_grant(session, grant, correction, hours=hours, from_on=form.away_from(), to_on=form.away_to())
    day = form.used_on(local(at).date())
    if form.action == "correct_use":
        return correct_use(
            session, used_grant(session, network, form.item, day, form.which), day, form.exact_hours, correction
        )
    seen_by = by_signature(session, form.receipt_seen_by, localized(*SEEN_BY))
    payment = Payment(day, form.paid_sek, seen_by)
    return correct_payment(session, _nth(session, network, Item.grant_money, form.which), correction, payment)


def _nth(session: Session, network: Network, item: Item, which: int) -> SupportGrant:
    """The grant that is the network's first, second … of its kind."""
    granted = select(SupportGrant).where(
        col(SupportGrant.network_id) == network.id,
        col(SupportGrant.item) == item,
        col(SupportGrant.occasion) == which,
    )
    found = session.exec(granted).one_or_none()
    if found is None:
        name = word(ITEM, item)
        raise UserError(
            localized(
                f"{WHICH[0]}: nätverk #{network.number} har inte fått {name} {which} gånger. Ange en annan.",
                f"{WHICH[1]}: network #{network.number} was not granted {name} {which} times. Give another.",
            )
        )
    return found
