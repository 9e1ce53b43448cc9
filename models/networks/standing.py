"""How far a network has come on its ladder, and its farewell (domain.md section 5)."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.check_ins.questions import latest_of
from models.dates.local_time import local
from models.health.assessment import assess
from models.mail.queue import QueuedMail, enqueue
from models.office.interventions import open_once
from models.people.roles import contact_of
from models.support.ladder import (
    OFFICE_DUTIES,
    Standing,
    support_end,
)
from models.support.ledger import end_grants
from models.support.pauses import pauses_by_network
from models.tables.mail import Template
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import Network, NetworkState, Role
from models.tables.office import InterventionKind


def standings(session: Session, which: ColumnElement[bool], at: datetime) -> list[tuple[Network, Standing]]:
    """Every started network that the condition holds for, with its standing today."""
    networks = session.exec(select(Network).where(which).order_by(col(Network.number))).all()
    asked = latest_of(session, which)
    paused = pauses_by_network(session, networks)
    return [
        (
            network,
            Standing(
                health=health,
                last_check_in_answered=(last := asked.get(network.id)) is not None and last.answered_at is not None,
                ladder_pauses=paused.get(network.id, ()),
            ),
        )
        for network, health in assess(session, networks, local(at).date())
    ]


def end_support_and_say_goodbye(session: Session, network: Network, at: datetime) -> None:
    """A network that has just become independent off the ladder ends its support like any other."""
    for _, standing in standings(session, col(Network.id) == network.id, at):
        letter = step_letter(session, network, standing, contact_of(session, network.id), at)
        enqueue(session, [letter] if letter else [], at)


def step_letter(
    session: Session, network: Network, standing: Standing, contact: Role | None, at: datetime
) -> QueuedMail | None:
    """What the contact is told of a step; the last one ends the office's support too."""
    told: dict[str, object]
    if network.state == NetworkState.independent:
        _end_support(session, network, standing, at)
        held = select(func.count()).where(
            col(Meeting.network_id) == network.id, col(Meeting.status) == MeetingStatus.held
        )
        template, occasion = Template.independent, str(network.id)
        told = {"met_criteria": standing.meets_criteria, "meetings": session.exec(held).one()}
    else:
        template, occasion = Template.step, f"{network.id}:{network.step}"
        told = {
            "step": network.step,
            "office_duties": OFFICE_DUTIES[network.step],
            "support_ends_on": str(support_end(network, standing.ladder_pauses)),
        }
    return QueuedMail(template, contact.person_id, occasion, network.id, context=told) if contact else None


def _end_support(session: Session, network: Network, standing: Standing, at: datetime) -> None:
    """Support ends with the last step: unused hours go back, and without the criteria a talk is opened (section 5)."""
    end_grants(session, network.id, at)
    if not standing.meets_criteria:
        open_once(session, network, InterventionKind.handover_talk, str(network.id), at)
