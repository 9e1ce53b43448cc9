"""What may be granted, and granting it: item by item, within the menu, the network's year and the hours there are."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, func, select

from models.dates.local_time import add_months, local
from models.errors import CapacityExceeded, UserError
from models.forms.kit.base import YOUR_SIGNATURE
from models.forms.needs_talk import GrantLine
from models.i18n import figure, in_hours, localized
from models.mail.queue import QueuedMail, enqueue
from models.office.absence import substitute_for
from models.office.menu import MENU
from models.office.policy import office_policy
from models.office.staff import by_signature
from models.people.roles import contact_of
from models.support.ladder import ABSOLUTE_MONTHS, support_end
from models.support.ledger import lock_ledger, reserve
from models.support.network_hours import FIRST_YEAR_MONTHS, first_year_ends_on, first_year_hours, times_granted
from models.support.pauses import pauses_of
from models.tables.mail import Template
from models.tables.network import Network, NetworkState
from models.tables.office import Staff
from models.tables.support import HUNDREDTH, Item, SupportGrant
from models.tables.transition import Cause
from models.vocabulary import ITEM, word


def check_lines(session: Session, lines: Sequence[GrantLine], today: date, network: Network | None) -> None:
    """Whether the lines may be granted to `network` (None: one that is about to be created) (domain.md section 5).

    `today` is the day of the talk. Raises UserError that names the field. With a network, nobody else grants until the
    transaction ends, so that what was counted here still holds when the lines are granted.
    """
    if network:
        lock_ledger(session)
        _check_support_lasts(session, network, lines, today)
    for line in lines:
        by_signature(session, line.signature, localized(f"{line.named}: signatur", f"{line.named}: signature"))
    latest = add_months(network.kickoff_on if network and network.kickoff_on else today, ABSOLUTE_MONTHS)
    for line in lines:
        if line.to_on > latest:
            raise UserError(
                localized(f"{line.named}: senast till {latest}.", f"{line.named}: until {latest} at the latest.")
            )
    _check_menu(session, lines, network)
    _check_first_year(session, lines, today, network)


def _check_support_lasts(session: Session, network: Network, lines: Sequence[GrantLine], today: date) -> None:
    end = support_end(network, pauses_of(session, network))
    is_over = network.state == NetworkState.independent or (end is not None and today >= end)
    for line in lines:
        if MENU[line.item].is_free:
            continue
        if is_over or (end and line.from_on >= end):
            raise UserError(
                localized(
                    f"{line.named}: stödet till nätverk #{network.number} är slut den dagen. Ta bort raden.",
                    f"{line.named}: network #{network.number}'s support has ended by then. Remove the line.",
                )
            )


def _check_menu(session: Session, lines: Sequence[GrantLine], network: Network | None) -> None:
    before = times_granted(session, network) if network else {}
    for item in {line.item: None for line in lines}:
        most = MENU[item].per_network
        if most and before.get(item, 0) + sum(line.item == item for line in lines) > most:
            raise UserError(
                localized(
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
    if total > (most := office_policy().network_hours):
        raise UserError(
            localized(
                f"Beviljat stöd: {in_hours(total)} är mer än {figure(most)} första året. Ta bort något.",
                f"Granted support: {in_hours(total)} exceed {figure(most)} the first year. Remove something.",
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
    giver = by_signature(session, line.signature, localized(f"{line.named}: signatur", f"{line.named}: signature"))
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
        granted_at=cause.at,
        granted_by=by_signature(session, cause.signature, localized(*YOUR_SIGNATURE)).id if cause.signature else None,
    )
    session.add(grant)
    session.flush()
    reserve(session, giver, grant, cause.at)
    if grant.item == Item.starter_kit:
        _send_starter_kit(session, network, grant, cause)
    return grant


def _send_starter_kit(session: Session, network: Network, grant: SupportGrant, cause: Cause) -> None:
    """It goes to the contact with the grant, and stands on the network's page from then on."""
    contact = contact_of(session, network.id)
    if contact:
        letter = QueuedMail(Template.starter_kit, contact.person_id, str(grant.id), network.id)
        enqueue(session, [letter], cause.at)


def _present(session: Session, giver: Staff, day: date) -> Staff:
    found = substitute_for(session, giver, day)
    if not found:
        raise CapacityExceeded(
            localized(
                f"{giver.signature} är borta {day} och har ingen ersättare.",
                f"{giver.signature} is away on {day} and nobody stands in.",
            )
        )
    return found
