"""What happens to a network besides the ladder: who may change what, told by one form (domain.md section 4)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from sqlmodel import Session

from models.audit import Correction
from models.dates.local_time import add_months, local
from models.db.column_types import nfc
from models.db.queries import tried
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.network_change import NetworkChangeForm
from models.i18n import localized
from models.networks import changes
from models.networks.annulment import annul
from models.networks.changes import LIVING
from models.networks.closing import close, merge, split
from models.networks.contacts import new_contact, new_organiser
from models.networks.lookup import network_by_number, require_state
from models.networks.rest import rest, wake
from models.office.contact_log import log_attempt
from models.office.staff import anybody_by_signature, by_signature
from models.people.named_in_note import check_network_note
from models.people.roles import member_by_code
from models.privacy.wrong_person import right_member
from models.requests.near_neighbour import agree_for_network
from models.support.ladder import ABSOLUTE_MONTHS, ON_THE_WAY, has_ended
from models.support.pauses import pauses_of
from models.tables.change_entry import ChangedField
from models.tables.contact_entry import ContactChannel, ContactEntry, ContactOutcome
from models.tables.network import STEP_OF, Network, NetworkState
from models.tables.office import Staff
from models.tables.transition import Cause


def check_change(session: Session, form: Form, cause: Cause) -> None:
    """Try the change and undo it, so that what cannot be done is refused while the run still has the form.

    Raises UserError that names the field, or TransitionRefused.
    """
    assert isinstance(form, NetworkChangeForm)
    if not form.is_about_all:
        network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
        check_network_note(session, network, form.reason, localized("Skäl eller anteckning", "Reason or note"))
    with tried(session):
        if form.is_about_all:
            hand_over_all(session, form, cause)
        else:
            change(session, form, cause)


def change(session: Session, form: NetworkChangeForm, cause: Cause) -> tuple[Network, bool]:
    """Carry out one change: (the network, whether anything changed). What is so already stays as it is.

    Raises UserError that names the field, or TransitionRefused; nothing has changed then.
    """
    by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    return network, CHANGES[form.change](session, network, form, cause)


def _others(session: Session, form: NetworkChangeForm) -> list[Network]:
    field = localized("Andra nätverk", "Other networks")
    return [network_by_number(session, number, field) for number in form.other_networks]


def _word(form: NetworkChangeForm, cause: Cause) -> changes.Word:
    return changes.Word(cause, form.member)


def _close(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    """What was tried to reach them is an attempt like any other."""
    if form.other_channel != "none" and network.state in LIVING:
        _note_attempt(session, network, form, cause)
    return close(session, network, form.member, cause)


def _ask_organiser(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    require_state(network, LIVING)
    return new_organiser(session, network, form.member_number, cause.at)


def _meet_neighbours(session: Session, network: Network, _form: NetworkChangeForm, cause: Cause) -> bool:
    require_state(network, LIVING)
    return agree_for_network(session, network, cause.at) > 0


def _end_role(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    approver = by_signature(session, form.approver, localized("Godkänd av", "Approved by"))
    return changes.end_role(session, network, form.whose, form.reason, approver, cause)


def hand_over_all(session: Session, form: NetworkChangeForm, cause: Cause) -> dict[str, int]:
    """Everything that one member of staff looks after goes to another. Returns how many networks, requests and matters.

    Raises UserError that names the field.
    """
    by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    return changes.hand_over(session, anybody_by_signature(session, form.former), _negotiator(session, form), cause)


def _negotiator(session: Session, form: NetworkChangeForm) -> Staff:
    return by_signature(session, form.negotiator, localized("Ny förhandlare", "New negotiator"))


def _note_attempt(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
    """What staff tell of having tried to reach the network; with a close, that it was in vain."""
    require_state(network, LIVING)
    staff = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    entry = ContactEntry(
        network_id=network.id,
        on=form.tried_on(local(cause.at).date()),
        channel=ContactChannel(form.other_channel),
        outcome=ContactOutcome(form.contact_outcome),
        note=nfc(form.reason) or None,
        remind_on=form.reminds_on(),
        staff_id=staff.id,
        noted_at=cause.at,
    )
    return log_attempt(session, entry)


def _change_contact(session: Session, network: Network, form: NetworkChangeForm, cause: Cause) -> bool:
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
    before, after = network.support_ends_on, _extended_end(session, network, form.days, local(cause.at).date())
    network.support_ends_on, network.extended_days, network.extension_reason = after, form.days, nfc(form.reason)
    network.extension_approved_by = approver.id
    why = {"reason": nfc(form.reason), "approved_by": approver.id}
    changes.log_change(session, network, ChangedField.extension, (str(before), str(after)), cause, **why)
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
    over = has_ended(network, pauses_of(session, network), today)
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


def _correction(session: Session, form: NetworkChangeForm, cause: Cause) -> Correction:
    signer = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    return Correction(signer, cause.at, form.reason, cause.flow_run_id)


Work = Callable[[Session, Network, NetworkChangeForm, Cause], bool]
CHANGES: Mapping[str, Work] = MappingProxyType({
    "rest": lambda session, network, form, cause: rest(session, network, form.member, cause),
    "wake": lambda session, network, form, cause: wake(session, network, form.member, cause),
    "close": _close,
    "merge": lambda session, network, form, cause: merge(
        session, network, _others(session, form)[0], form.agreements, cause),
    "split": lambda session, network, form, cause: split(
        session, network, _others(session, form), form.agreements, cause),
    "extend": extend,
    "new_contact": _change_contact,
    "new_organiser": _ask_organiser,
    "meet_neighbours": _meet_neighbours,
    "contact": _note_attempt,
    "cadence": lambda session, network, form, cause: changes.change_cadence(
        session, network, form.cadence_days, _word(form, cause)),
    "target_size": lambda session, network, form, cause: changes.change_target_size(
        session, network, form.target_size, _word(form, cause)),
    "name": lambda session, network, form, cause: changes.rename(
        session, network, form.network_name, _word(form, cause)),
    "place": lambda session, network, form, cause: changes.move(
        session, network, form.place, form.municipality, _word(form, cause)),
    "negotiator": lambda session, network, form, cause: changes.give_to(
        session, network, _negotiator(session, form), cause),
    "end_role": _end_role,
    "wrong_person": lambda session, network, form, cause: right_member(
        session, network, form.whose, form.member_number, _correction(session, form, cause)),
    "annul": lambda session, network, form, cause: annul(session, network, _correction(session, form, cause)),
})  # fmt: skip
"""What each choice of the form does to its one network; whether that changed anything."""
