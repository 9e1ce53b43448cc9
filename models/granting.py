"""What may be granted, and granting it: item by item, within the menu, the network's year and the hours there are."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.absence import stand_in, standstills_of
from models.capacity import HUNDREDTH, EntryKind, book_hours, hold_hours, reserve
from models.errors import CapacityExceeded, UserError
from models.forms.needs_talk import GrantLine
from models.intervention import Intervention, InterventionKind, Outcome
from models.ladder import support_end
from models.language import say
from models.lifecycle import Cause
from models.network import Network, NetworkState, must_be
from models.numbers import numbers
from models.quiet_days import add_months, local, quarter
from models.staff import Staff, by_signature
from models.support import (
    ABSOLUTE_MONTHS,
    FIRST_YEAR_MONTHS,
    MENU,
    GrantStatus,
    Item,
    SupportGrant,
    SupportTime,
    first_year_ends_on,
    first_year_hours,
)
from models.words import ITEM, word

STEP_FOUR_HOURS = Decimal(1)


def check_lines(session: Session, lines: Sequence[GrantLine], today: date, network: Network | None) -> None:
    """Whether the lines may be granted to `network` (None: one that is about to be created) (domain.md section 5).

    `today` is the day of the talk. Raises UserError that names the field. With a network, nobody else grants until the
    transaction ends, so that what was counted here still holds when the lines are granted.
    """
    if network:
        hold_hours(session)
        _check_support_lasts(session, network, lines, today)
    for line in lines:
        by_signature(session, line.signature, say(f"{line.named}: signatur", f"{line.named}: signature"))
    latest = add_months(network.kickoff_on if network and network.kickoff_on else today, ABSOLUTE_MONTHS)
    for line in lines:
        if line.to_on > latest:
            raise UserError(say(f"{line.named}: senast till {latest}.", f"{line.named}: until {latest} at the latest."))
    _check_menu(session, lines, network)
    _check_first_year(session, lines, today, network)


def _check_support_lasts(session: Session, network: Network, lines: Sequence[GrantLine], today: date) -> None:
    end = support_end(network, standstills_of(session, network.negotiator))
    is_over = network.state == NetworkState.independent or (end is not None and today >= end)
    for line in lines:
        if is_over or (end and line.from_on >= end):
            raise UserError(
                say(
                    f"{line.named}: stödet till nätverk #{network.number} är slut den dagen. Ta bort raden.",
                    f"{line.named}: network #{network.number}'s support has ended by then. Remove the line.",
                )
            )


def _check_menu(session: Session, lines: Sequence[GrantLine], network: Network | None) -> None:
    before: dict[str, int] = {}
    if network:
        granted = select(SupportGrant.item, func.count()).where(col(SupportGrant.network_id) == network.id)
        before = dict(session.exec(granted.group_by(col(SupportGrant.item))).all())
    for item in {line.item: None for line in lines}:
        most = MENU[item].per_network
        if most and before.get(item, 0) + sum(line.item == item for line in lines) > most:
            raise UserError(
                say(
                    f"Stöd {word(ITEM, item)}: högst {most} gånger per nätverk.",
                    f"Support {word(ITEM, item)}: at most {most} times a network.",
                )
            )


def _check_first_year(session: Session, lines: Sequence[GrantLine], today: date, network: Network | None) -> None:
    ends_on = first_year_ends_on(network) if network else add_months(today, FIRST_YEAR_MONTHS)
    total = sum((hours_of(line) for line in lines if line.from_on < ends_on), Decimal(0))
    if not total:
        return
    total += first_year_hours(session, network) if network else Decimal(0)
    if total > (most := numbers().network_hours):
        raise UserError(
            say(
                f"Beviljat stöd: {total} timmar är mer än {most} första året. Ta bort något.",
                f"Granted support: {total} hours exceed {most} the first year. Remove something.",
            )
        )


def hours_of(line: GrantLine) -> Decimal:
    """The line's hours: its own, else the menu's."""
    return Decimal(str(line.hours)).quantize(HUNDREDTH) if line.hours else MENU[line.item].hours


def grant_line(session: Session, network: Network, line: GrantLine, cause: Cause) -> SupportGrant:
    """Grant one item and reserve its hours; who is away when it begins is replaced by their stand-in (section 5).

    Raises CapacityExceeded when nobody stands in or the hours are not there; the caller's transaction is to be undone.
    What costs no hours needs nobody.
    """
    giver = by_signature(session, line.signature, say(f"{line.named}: signatur", f"{line.named}: signature"))
    hours = hours_of(line)
    if hours:
        giver = _present(session, giver, max(line.from_on, local(cause.at).date()))
    so_far = select(func.count()).where(col(SupportGrant.network_id) == network.id, col(SupportGrant.item) == line.item)
    grant = SupportGrant(
        network_id=network.id,
        item=line.item,
        hours=hours,
        sek=line.sek,
        staff_id=giver.id,
        from_on=line.from_on,
        to_on=line.to_on,
        occasion=session.exec(so_far).one() + 1,
        reason=line.reason,
    )
    session.add(grant)
    session.flush()
    reserve(session, giver, grant, cause.at)
    return grant


def _present(session: Session, giver: Staff, day: date) -> Staff:
    found = stand_in(session, giver, day)
    if not found:
        raise CapacityExceeded(
            say(
                f"{giver.signature} är borta {day} och har ingen ersättare.",
                f"{giver.signature} is away on {day} and nobody stands in.",
            )
        )
    return found


def grant_for(session: Session, network: Network, item: Item, on: date, hours: Decimal) -> SupportGrant:
    """The grant that hours used on a day belong to: one that has them written already, else the first not used up.

    Raises UserError when the network has no such grant that day.
    """
    grants = select(SupportGrant).where(
        col(SupportGrant.network_id) == network.id,
        col(SupportGrant.item) == item,
        col(SupportGrant.from_on) <= on,
        col(SupportGrant.to_on) >= on,
    )
    found = session.exec(grants.order_by(col(SupportGrant.occasion), col(SupportGrant.from_on))).all()
    if not found:
        name = word(ITEM, item)
        raise UserError(
            say(
                f"Stöd: {name} är inte beviljat nätverk #{network.number} {on}. Välj ett ur beslutet.",
                f"Support: {name} is not granted to network #{network.number} on {on}. Choose from the decision.",
            )
        )
    told = select(SupportTime.grant_id).where(col(SupportTime.on) == on, col(SupportTime.hours) == hours)
    written = set(session.exec(told.where(col(SupportTime.grant_id).in_([one.id for one in found]))))
    return min(found, key=lambda one: (one.id not in written, one.status != GrantStatus.granted))


def give_step_four_hour(session: Session, network: Network, staff: Staff, on: date, cause: Cause) -> bool:
    """Book the hour a quarter that an independent network gets when a member asks, without a grant (section 5).

    The ledger knows no network: that this one asked and was given its hour is kept as a wish come true, one a quarter,
    due on the day of the hour. Returns False when this very hour is written already. Raises UserError for a second hour
    or a network that is not on step 4, CapacityExceeded when the giver has none left.
    """
    must_be(network, (NetworkState.independent,))
    hold_hours(session)
    occasion = f"hour:{quarter(on)}"
    of_quarter = select(Intervention).where(
        col(Intervention.network_id) == network.id,
        col(Intervention.kind) == InterventionKind.wish,
        col(Intervention.occasion) == occasion,
    )
    given = session.exec(of_quarter).one_or_none()
    if given and (given.ended_by, given.due_on) == (staff.id, on):
        return False
    if given:
        raise UserError(
            say(
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
        outcome=Outcome.settled,
        ended_at=cause.at,
        ended_by=staff.id,
    )
    session.add(wish)
    session.flush()
    return True
