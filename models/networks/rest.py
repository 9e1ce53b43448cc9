"""A network rests when its members need a pause, and wakes when they like (domain.md section 4)."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session, col, select

from models import audit
from models.check_ins.questions import latest
from models.check_ins.schedule import first_due
from models.dates.local_time import add_months, local
from models.errors import UserError
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.networks import lifecycle
from models.networks.contacts import with_contact
from models.networks.lookup import require_state
from models.networks.nudges import Nudge, how_asked, in_episode, next_nudge, nudges_sent
from models.networks.standing import end_support_and_say_goodbye
from models.office.contact_log import IN_VAIN, are_apart, attempts_of
from models.office.interventions import end_all, open_for, open_many
from models.people.roles import confirmed_organisers, contact_of, contacts_of, member_by_code
from models.support.ladder import support_end
from models.support.pauses import pauses_of
from models.tables.change_entry import ChangeEntry
from models.tables.check_in import CheckInAnswer
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import ACTIVE, STEP_OF, Network, NetworkState, Role
from models.tables.office import TALKS, InterventionKind, TalkOutcome
from models.tables.support import BookedTalk
from models.tables.transition import Actor, Cause

WAKE_MONTHS = (6, 11)
CLOSE_MONTHS = 12
PROPOSALS = (InterventionKind.unreachable, InterventionKind.propose_rest, InterventionKind.propose_close)


def rest(session: Session, network: Network, member: str, cause: Cause) -> bool:
    """Let an active network rest because a member asked (a code), or because nobody can be reached ("").

    False when it rests already. Raises UserError when it is not active, or when no member asked and nobody has tried
    in vain to reach one: silence alone changes nothing (domain.md section 6).
    """
    if network.state == NetworkState.resting:
        return False
    require_state(network, ACTIVE)
    if member:
        role = member_by_code(session, network, member)
        cause = replace(cause, why=f"{cause.why}:asked {role.code}", actor=Actor.member)
    elif is_unreachable(session, network):
        cause = replace(cause, why=f"{cause.why}:unreachable")
    else:
        raise UserError(
            localized(
                "Medlem: skriv vem som bett om vila (m1, m2 …); annars måste en andra arrangör ha tillfrågats först.",
                "Member: write who asked for rest (m1, m2 …); without one, a second organiser must have been asked.",
            )
        )
    go_to_rest(session, network, cause)
    return True


def is_unreachable(session: Session, network: Network) -> bool:
    """Whether reaching a member was tried in vain, and nobody was heard of since.

    Nobody is left; no new contact was found in time; it is on the list; staff tried twice, fourteen days apart; or a
    second organiser was silent. A proposal to rest of a network that answers is for its members to decide, in the talk.
    """
    if not confirmed_organisers(session, network.id) or _tried_in_vain(session, network):
        return True
    if open_for(session, network, (InterventionKind.propose_rest,)) and network.id not in with_contact(session):
        return True
    listed, asked = open_for(session, network, (InterventionKind.unreachable,)), latest(session, network.id)
    if listed:
        return not _spoken_since(session, network, local(listed[0].opened_at).date())
    if asked is None or asked.second_asked_on is None:
        return False
    return not _spoken_since(session, network, asked.sent_on)


def _tried_in_vain(session: Session, network: Network) -> bool:
    """Whether staff tried twice, fourteen days apart, since anybody was last reached or heard of."""
    last_sign, tried = _last_word(session, network), list[date]()
    for entry in attempts_of(session, [network.id]).get(network.id, []):
        tried = [*tried, entry.on] if entry.outcome in IN_VAIN else []
    return are_apart(day for day in tried if last_sign is None or day > last_sign)


def _spoken_since(session: Session, network: Network, day: date) -> bool:
    last_word = _last_word(session, network)
    return last_word is not None and last_word >= day


def _last_word(session: Session, network: Network) -> date | None:
    """The last day on which a member was heard of in any way: as in `last_heard`, or in a talk with staff, by a yes, or
    by a change that they asked for.
    """
    talks = select(BookedTalk).where(col(BookedTalk.network_id) == network.id)
    said_yes = select(Role.confirmed_at).where(col(Role.network_id) == network.id)
    asked = select(ChangeEntry.at).where(
        col(ChangeEntry.network_id) == network.id, col(ChangeEntry.asked_by).is_not(None)
    )
    days = [talk.on for talk in session.exec(talks)]
    days += [local(moment).date() for moment in (*session.exec(said_yes), *session.exec(asked)) if moment]
    heard = last_heard(session, network)
    return max([*days, heard] if heard else days, default=None)


def heard_since(session: Session, network: Network, day: date) -> bool:
    """Whether anybody answered, reported or booked on that day or later (domain.md section 6)."""
    last_sign = last_heard(session, network)
    return last_sign is not None and last_sign >= day


def last_heard(session: Session, network: Network) -> date | None:
    """The last day on which anybody answered, reported or booked; None before they ever did."""
    answers = select(CheckInAnswer.given_at).where(col(CheckInAnswer.network_id) == network.id)
    meetings = select(Meeting.reported_at, Meeting.booked_at).where(col(Meeting.network_id) == network.id)
    signs = [*session.exec(answers), *(moment for both in session.exec(meetings) for moment in both)]
    return max((local(moment).date() for moment in signs if moment), default=None)


def go_to_rest(session: Session, network: Network, cause: Cause) -> None:
    """No more check-ins; what was to be talked about is settled, and the contact is told how to wake it."""
    lifecycle.advance(session, network, NetworkState.resting, cause)
    network.check_in_due_on = None
    end_all(session, network, TALKS, TalkOutcome.rest, cause)
    contact = contact_of(session, network.id)
    rested_on = local(cause.at).date()
    told = {"rested_on": str(rested_on)}
    if contact:
        letter = QueuedMail(Template.resting, contact.person_id, f"{network.id}:{rested_on}", network.id, context=told)
        enqueue(session, [letter], cause.at)


def wake(session: Session, network: Network, member: str, cause: Cause) -> bool:
    """Wake a network because a member asks. False when it is awake. Raises UserError when nobody carries it."""
    if network.state in ACTIVE:
        return False
    require_state(network, (NetworkState.resting,))
    role = member_by_code(session, network, member)
    if not confirmed_organisers(session, network.id):
        raise UserError(
            localized(
                "Nätverk: ingen har sagt ja till att arrangera. Lägg till en arrangör först.",
                "Network: nobody has said yes to organising. Add an organiser first.",
            )
        )
    _wake(session, network, replace(cause, why=f"{cause.why}:asked {role.code}", actor=Actor.member))
    return True


def wake_if_resting(session: Session, network: Network, meeting: Meeting, cause: Cause) -> bool:
    """A resting network that reports a held meeting or books one is awake; one that cancels is not (section 4).

    Needs one confirmed organiser.
    """
    if network.state != NetworkState.resting or meeting.status == MeetingStatus.cancelled:
        return False
    if not confirmed_organisers(session, network.id):
        return False
    _wake(session, network, cause)
    return True


def _wake(session: Session, network: Network, cause: Cause) -> None:
    """At trial while its support lasts and it never stood by itself, else independent; no hours are given anew.

    One that is independent for the first time gets the farewell and the talk that the limit brings (section 5).
    """
    today = local(cause.at).date()
    never_independent = network.step < STEP_OF[NetworkState.independent]  # the step is kept while it rests
    end = support_end(network, pauses_of(session, network))
    lasts = end is not None and end > today
    target = NetworkState.trial if never_independent and lasts else NetworkState.independent
    lifecycle.advance(session, network, target, cause)
    network.check_in_due_on = first_due(today)
    if target == NetworkState.independent and never_independent:
        end_support_and_say_goodbye(session, network, cause.at)
    end_all(session, network, PROPOSALS, TalkOutcome.settled, cause)


def send_wake_mails(session: Session, at: datetime) -> int:
    """Ask networks that have rested for 6 and for 11 months whether to wake them; each once a rest. How many."""
    today, due = local(at).date(), []
    asked = nudges_sent(session, Template.wake, NetworkState.resting)
    for network, rested_on, mine in _rests(session, asked):
        come = [months for months in WAKE_MONTHS if add_months(rested_on, months) <= today]
        turn = next_nudge(come, mine, _prefix(network.id, rested_on), partial(_long_ago, today))
        if turn:
            due.append((network, f"{_prefix(network.id, rested_on)}{turn}", come[-1]))
    contacts = contacts_of(session, [network.id for network, _, _ in due])
    letters = [
        QueuedMail(Template.wake, contact.person_id, occasion, network.id, context={"months": months})
        for network, occasion, months in due
        if (contact := contacts.get(network.id))
    ]
    return enqueue(session, letters, at)


def _long_ago(today: date, asked_on: date) -> bool:
    first, second = WAKE_MONTHS
    return add_months(asked_on, second - first) <= today


def _prefix(network_id: UUID, rested_on: date) -> str:
    return f"{network_id}:{rested_on}:"


def _rests(session: Session, asked: dict[UUID, list[Nudge]]) -> list[tuple[Network, date, list[Nudge]]]:
    """Every resting network, since when, and what it was asked in this rest."""
    entered = audit.entered_state_at(session, NetworkState.resting)
    # One that came to us resting is asked from the day on which we know of it.
    rests = [(network, local(max(at, network.created_at)).date()) for network, at in entered]
    return [(one, on, in_episode(asked.get(one.id, []), _prefix(one.id, on))) for one, on in rests]


def propose_closing(session: Session, at: datetime) -> int:
    """Put networks on the list that rested 12 months and were asked twice, or cannot be mailed: staff try another way,
    then close it.
    """
    today = local(at).date()
    sent = nudges_sent(session, Template.wake, NetworkState.resting)
    long = [rest for rest in _rests(session, sent) if add_months(rest[1], CLOSE_MONTHS) <= today]
    asked = how_asked(session, {network.id: (rested_on, mine) for network, rested_on, mine in long})
    due = [(network, str(rested_on)) for network, rested_on, _ in long if asked[network.id].is_for_staff]
    return open_many(session, due, InterventionKind.propose_close, at)


def check_rested_long(session: Session, network: Network, today: date) -> None:
    """Raises UserError unless it rested 12 months, was asked twice and in one other way than by mail (section 4)."""
    sent = nudges_sent(session, Template.wake, NetworkState.resting)
    [(rested_on, mine)] = [(on, mine) for one, on, mine in _rests(session, sent) if one.id == network.id]
    asked = how_asked(session, {network.id: (rested_on, mine)})[network.id]
    earliest = add_months(rested_on, CLOSE_MONTHS)
    if earliest > today:
        raise UserError(
            localized(
                f"Ändring: nätverk #{network.number} vilar och kan avslutas tidigast {earliest}. Vänta.",
                f"Change: network #{network.number} rests and can close on {earliest} at the earliest. Wait.",
            )
        )
    if not asked.enough_beside_another_channel:
        raise UserError(
            localized(
                "Ändring: nätverket har inte frågats två gånger än om att vakna. Vänta på mejlen, eller anteckna "
                "två kontaktförsök med 14 dagar emellan.",
                "Change: the network has not been asked twice about waking. Wait for the mails, or note two attempts "
                "14 days apart.",
            )
        )
    if not asked.by_another_channel:
        raise UserError(
            localized(
                "Annan väg: två mejl räcker inte. Ring, skriv eller träffa någon först och välj hur.",
                "Other channel: two mails are not enough. Call, write or meet somebody first and choose how.",
            )
        )
