"""A talk with a network ends in one of three ways on, and never in the office taking over (domain.md section 7)."""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

from models.dates.active_days import add_active_days
from models.dates.local_time import local
from models.db.queries import tried
from models.errors import UserError
from models.forms.catch_up import CatchUpForm
from models.forms.kit.base import Form
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.networks.closing import close
from models.networks.lookup import network_by_number, require_state
from models.networks.rest import go_to_rest
from models.office.interventions import end_intervention, open_for, open_once
from models.office.menu import MENU
from models.office.staff import by_signature
from models.people.named_in_note import check_network_note
from models.people.roles import contact_of, member_by_code
from models.support.grants import check_lines, grant_line
from models.support.network_talks import book_network_talk
from models.tables.mail import Template
from models.tables.network import ACTIVE, Network, NetworkState
from models.tables.office import TALKS, Intervention, InterventionKind, TalkOutcome
from models.tables.support import Item
from models.tables.transition import Actor, Cause

ADAPT_ACTIVE_DAYS = 90


def check_catch_up(session: Session, form: Form, cause: Cause) -> None:
    """Try it and undo it, so that what cannot be done is refused while the run still has the form.

    Raises UserError that names the field, TransitionRefused, or CapacityExceeded.
    """
    assert isinstance(form, CatchUpForm)
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    check_network_note(session, network, form.agreement, localized("Vad ni bestämde", "What was agreed"))
    for line in form.grants:
        check_network_note(session, network, line.reason, localized(f"{line.named}: skäl", f"{line.named}: reason"))
    with tried(session):
        settle_talk(session, form, cause)


def settle_talk(session: Session, form: CatchUpForm, cause: Cause) -> tuple[Network, int]:
    """Carry out what was agreed: (the network, how many matters it settled).

    Raises UserError when nothing of that kind is open, or the outcome is not possible; nothing has changed then.
    """
    network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
    talker = by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    about = _matters(session, network, form)
    if form.member and about[0].kind in TALKS:  # what settled itself, or was for staff alone, took no talk
        book_network_talk(session, network, talker, form.talked_on, _talk(network, about), cause.at)
    for intervention in about:
        end_intervention(session, intervention, TalkOutcome(form.outcome), cause, form.agreement)
    _give(session, network, form, cause)
    match form.outcome:
        case "adapt":
            _adapt(session, network, form, cause)
        case "rest":
            _rest(session, network, form, cause)
        case "close":
            close(session, network, form.member, cause)
    return network, len(about)


def _matters(session: Session, network: Network, form: CatchUpForm) -> list[Intervention]:
    """All that a talk settles, or all that is open of the kind it was about, else of the kind of the oldest."""
    found = open_for(session, network, [form.about] if form.about else TALKS)
    if not found:
        raise UserError(
            localized(
                f"Vilket ärende: nätverk #{network.number} har inget sådant öppet. Välj ett ur arbetslistan.",
                f"What it was about: network #{network.number} has none open. Choose one from the work list.",
            )
        )
    return [one for one in found if form.about_all or one.kind == found[0].kind]


def _talk(network: Network, about: Iterable[Intervention]) -> Item:
    """The longest talk that one of the matters asked for."""
    return max((_talk_about(network, one.kind) for one in about), key=lambda item: MENU[item].hours)


def _talk_about(network: Network, kind: InterventionKind) -> Item:
    if kind == InterventionKind.handover_talk:
        return Item.handover_talk
    return Item.restart_talk if network.state == NetworkState.resting else Item.talk


def _give(session: Session, network: Network, form: CatchUpForm, cause: Cause) -> None:
    """What helps the network on, item by item, within its hours; the contact is told what and until when."""
    if not form.grants:
        return
    require_state(network, (NetworkState.planned, *ACTIVE))
    check_lines(session, form.grants, form.talked_on, network)
    given = [grant_line(session, network, line, cause) for line in form.grants]
    if not all(MENU[line.item].is_free for line in form.grants):
        network.without_support = False  # they changed their mind before they began; what is free changes nothing
    contact = contact_of(session, network.id)
    if contact:
        told = {"grants": [str(grant.id) for grant in given], "without_support": False, "more": True}
        occasion = f"{network.id}:{form.talked_on}"
        enqueue(
            session, [QueuedMail(Template.granted, contact.person_id, occasion, network.id, context=told)], cause.at
        )


def _adapt(session: Session, network: Network, form: CatchUpForm, cause: Cause) -> None:
    """Try something for 90 active days, then look again."""
    require_state(network, ACTIVE)
    member_by_code(session, network, form.member)
    due = add_active_days(local(cause.at).date(), ADAPT_ACTIVE_DAYS)
    open_once(session, network, InterventionKind.adapting, str(form.talked_on), cause.at, due)


def _rest(session: Session, network: Network, form: CatchUpForm, cause: Cause) -> None:
    if network.state == NetworkState.resting:
        return
    require_state(network, ACTIVE)
    role = member_by_code(session, network, form.member)
    go_to_rest(session, network, replace(cause, why=f"{cause.why}:talk {role.code}", actor=Actor.staff))
