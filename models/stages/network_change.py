"""What happens to a network besides the ladder: who may change what, told by one form (domain.md section 4)."""

from datetime import date, timedelta

from sqlmodel import Session

from models.dates.local_time import add_months, local
from models.db.column_types import nfc
from models.db.queries import tried
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.network_change import NetworkChangeForm
from models.i18n import localized
from models.networks.closing import close, merge, split
from models.networks.contacts import new_contact, new_organiser
from models.networks.lookup import network_by_number, require_state
from models.networks.rest import rest, wake
from models.office.absence import ladder_pauses_of
from models.office.staff import by_signature
from models.people.roles import member_by_code
from models.requests.near_neighbour import agree_for_network
from models.support.ladder import ABSOLUTE_MONTHS, ON_THE_WAY, has_ended
from models.tables.network import STEP_OF, TERMINAL, Network, NetworkState
from models.tables.transition import Cause

LIVING = tuple(state for state in NetworkState if state not in TERMINAL)


def check_change(session: Session, form: Form, cause: Cause) -> None:
    """Try the change and undo it, so that what cannot be done is refused while the run still has the form.

    Raises UserError that names the field, or TransitionRefused.
    """
    assert isinstance(form, NetworkChangeForm)
    with tried(session):
        change(session, form, cause)


def change(session: Session, form: NetworkChangeForm, cause: Cause) -> tuple[Network, bool]:
    """Carry out one change: (the network, whether anything changed). What is so already stays as it is.

    Raises UserError that names the field, or TransitionRefused; nothing has changed then.
    """
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    field = localized("Andra nätverk", "Other networks")
    others = [network_by_number(session, number, field) for number in form.other_networks]
    match form.change:
        case "rest":
            changed = rest(session, network, form.member, cause)
        case "wake":
            changed = wake(session, network, form.member, cause)
        case "close":
            changed = close(session, network, form.member, form.other_channel, cause)
        case "merge":
            changed = merge(session, network, others[0], form.agreements, cause)
        case "split":
            changed = split(session, network, others, form.agreements, cause)
        case "extend":
            changed = extend(session, network, form, cause)
        case "new_contact":
            changed = _hand_over(session, network, form, cause)
        case "new_organiser":
            require_state(network, LIVING)
            changed = new_organiser(session, network, form.member_number, cause.at)
        case "meet_neighbours":
            require_state(network, LIVING)
            changed = agree_for_network(session, network, cause.at) > 0
    return network, changed


def _hand_over(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    require_state(network, LIVING)
    if form.member:  # who asked is one who carries it
        member_by_code(session, network, form.member)
    return new_contact(session, network, form.new_contact, cause)


def extend(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    """Move the end of the office's support, once in a network's life, with a reason and a second pair of eyes.

    Before it has ended only, and never beyond twelve months after kickoff (domain.md section 5, S7). Raises UserError.
    """
    require_state(network, (*ON_THE_WAY, NetworkState.resting))
    approver = by_signature(session, form.approver, localized("Godkänd av", "Approved by"))
    if approver.id == network.negotiator or approver.signature == form.signature.strip().lower():
        raise UserError(
            localized(
                "Godkänd av: någon annan än du och nätverkets förhandlare ska godkänna. Skriv en kollegas signatur.",
                "Approved by: somebody other than you and the network's negotiator. Write a colleague's signature.",
            )
        )
    network.support_ends_on = _extended_end(session, network, form.days, local(cause.at).date())
    network.extended_days, network.extension_reason = form.days, nfc(form.reason)
    network.extension_approved_by = approver.id
    session.add(network)
    return True


def _extended_end(session: Session, network: Network, days: int, today: date) -> date:
    """The new last day. Raises UserError when it was moved before, is no longer ahead, or would come too late."""
    if network.extended_days:
        raise UserError(
            localized(
                "Ändring: stödet har förlängts en gång, och mer än så går inte. Boka ett samtal om vägen framåt.",
                "Change: the support was extended once, and cannot be again. Book a talk about the way on.",
            )
        )
    ends, kickoff = network.support_ends_on, network.kickoff_on
    over = has_ended(network, ladder_pauses_of(session, network.negotiator), today)
    if ends is None or kickoff is None or over or network.step == STEP_OF[NetworkState.independent]:
        raise UserError(
            localized(
                "Ändring: nätverket har inget stöd som går att förlänga; det är slut eller har aldrig funnits.",
                "Change: the network has no support to extend; it has ended or never was.",
            )
        )
    latest = add_months(kickoff, ABSOLUTE_MONTHS)
    if ends + timedelta(days=days) > latest:
        most = (latest - ends).days
        raise UserError(
            localized(
                f"Dagar: stödet slutar senast {latest}, tolv månader efter uppstarten. Ange högst {most}.",
                f"Days: the support ends by {latest}, twelve months after kickoff. Give at most {most}.",
            )
        )
    return ends + timedelta(days=days)
