"""What a health check asks of staff: a warning early, a talk when it is needed, rest when adapting did not help.

Nothing here changes a network: rules propose, staff talk and decide (domain.md I4 and section 7). A network that has
recovered keeps what is open, for staff to end.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session, col, select

from models.dates.active_days import subtract_active_days
from models.dates.local_time import local
from models.dates.working_days import add_working_days
from models.health import parameters
from models.health.assessment import ScoredNetworks, each_network, score_networks
from models.health.early_warning import drop_since, dropped, nothing_booked
from models.health.engagement import Health
from models.health.history_query import among
from models.health.parameters import COMPONENTS, LEVELS
from models.mail.queue import QueuedMail, enqueue
from models.networks.lookup import networks_by_id
from models.office.interventions import end_intervention, open_many
from models.office.policy import office_policy
from models.people.roles import contacts_of
from models.tables.health import HealthSnapshot, Level
from models.tables.mail import Template
from models.tables.network import ACTIVE, Network
from models.tables.office import Intervention, InterventionKind, TalkOutcome
from models.tables.transition import Cause

IS_ACTIVE: Final = col(Network.state).in_(ACTIVE)
"""Between kickoff and the end."""


def take_snapshots(session: Session, as_of: date) -> list[ScoredNetworks]:
    """Score all active networks and keep the result; a snapshot that exists is left untouched."""
    kept = set(
        session.exec(
            select(HealthSnapshot.network_id).where(
                col(HealthSnapshot.on) == as_of, col(HealthSnapshot.model_version) == parameters.MODEL_VERSION
            )
        )
    )
    found = score_networks(session, IS_ACTIVE, as_of)
    new = [snapshot(network_id, health, as_of) for network_id, health in each_network(found) if network_id not in kept]
    if new:
        session.connection().execute(insert(HealthSnapshot), new)
    return found


def snapshot(network_id: UUID, health: Health, as_of: date) -> dict[str, object]:
    """The row that keeps a network's health on that day, under the model as it is now."""
    return {
        "id": uuid4(),
        "network_id": network_id,
        "on": as_of,
        **{name.lower(): health.components[name] for name in COMPONENTS},
        "score": health.score,
        "level": health.level,
        "gates": health.gates,
        "model_version": parameters.MODEL_VERSION,
    }


TALK_AGAIN_ACTIVE_DAYS = 90
WORRYING = (Level.yellow, Level.red)
Peak = tuple[float, date]


def warn_early(session: Session, found: Sequence[ScoredNetworks], at: datetime) -> int:
    """Put networks on the list that are neither yellow nor red yet and may become so; no mail. Returns how many.

    Two causes, each told of once: nothing is booked half a cadence after the last meeting, or the score fell by 15 or
    more within 90 active days. One that adapts after a talk is left in peace.
    """
    today = local(at).date()
    adapting = adapting_since(session)
    peaks = _peaks(session, found, today)
    causes = [cause for some in found for cause in _causes(some, peaks) if cause[0] not in adapting]
    networks = networks_by_id(session, {network_id for network_id, _ in causes})
    wanted = [(networks[network_id], occasion) for network_id, occasion in causes]
    return open_many(session, wanted, InterventionKind.early_warning, at)


def _causes(some: ScoredNetworks, peaks: Mapping[UUID, Peak]) -> Iterator[tuple[UUID, str]]:
    result = some.result
    before = np.array([peaks.get(network_id, (np.nan, date.min))[0] for network_id in some.ids])
    well = ~np.isin(result.level, [LEVELS.index(level) for level in WORRYING])
    since = np.where(result.last_led > 0, result.last_led, some.kickoff)
    for place in np.flatnonzero(well & nothing_booked(result, some.cadence_days)).tolist():
        yield some.ids[place], f"nothing_booked:{date.fromordinal(int(since[place]))}"
    for place in np.flatnonzero(well & dropped(result.score, before)).tolist():
        yield some.ids[place], f"fell_since:{peaks[some.ids[place]][1]}"


def _peaks(session: Session, found: Sequence[ScoredNetworks], today: date) -> dict[UUID, Peak]:
    """Each network's highest score of the last 90 active days, and its day.

    From the snapshots under the present model; a network without any is scored as of the first of these days.
    """
    since = drop_since(today)
    peaks: dict[UUID, Peak] = {}
    columns: Any = (HealthSnapshot.network_id, HealthSnapshot.score, HealthSnapshot.on)
    kept = (
        select(*columns)
        .where(col(HealthSnapshot.on) >= since, col(HealthSnapshot.on) < today)
        .where(col(HealthSnapshot.model_version) == parameters.MODEL_VERSION, col(HealthSnapshot.score).is_not(None))
        .order_by(col(HealthSnapshot.on))
    )
    for network_id, points, on in session.execute(kept):
        if network_id not in peaks or points > peaks[network_id][0]:
            peaks[network_id] = (points, on)
    unknown = [one for some in found for one in some.ids if one not in peaks]
    for some in score_networks(session, among(session, unknown), since):
        peaks |= {one: (points, since) for one, points in zip(some.ids, some.result.score.tolist(), strict=True)}
    return peaks


def adapting_since(session: Session) -> dict[UUID, Intervention]:
    """What networks with yellow or red agreed to change, while it is open: nothing new is opened meanwhile."""
    kind = col(Intervention.kind) == InterventionKind.adapting
    rows = session.exec(select(Intervention).where(kind, col(Intervention.ended_at).is_(None)))
    return {adapting.network_id: adapting for adapting in rows}


def open_talks(session: Session, at: datetime) -> int:
    """On yellow or red: a talk within ten working days, unless one was opened in the last 90 active days.

    Nor while a network adapts, or when rest is proposed. Each is offered to the network's contact by mail, and owned
    by its negotiator. Returns how many were opened.
    """
    today = local(at).date()
    spared = set(adapting_since(session)) | _open(session, InterventionKind.propose_rest)
    talks = select(Intervention.network_id, Intervention.opened_at).where(
        col(Intervention.kind) == InterventionKind.health_talk
    )
    recent = subtract_active_days(today, TALK_AGAIN_ACTIVE_DAYS)
    spared |= {one for one, opened in session.exec(talks) if local(opened).date() > recent}
    wanted = [network for network in _worrying(session, today) if network.id not in spared]
    opened = open_many(session, [(one, str(today)) for one in wanted], InterventionKind.health_talk, at)
    contacts = contacts_of(session, [network.id for network in wanted])
    told = {"due_on": add_working_days(today, office_policy().health_talk_working_days).isoformat()}
    letters = [
        QueuedMail(Template.talk_offer, contacts[one.id].person_id, f"{one.id}:{today}", one.id, context=told)
        for one in wanted
        if one.id in contacts
    ]
    enqueue(session, letters, at)
    return opened


def propose_rest(session: Session, cause: Cause) -> int:
    """Propose rest for networks that are still yellow or red when their 90 active days are over. Returns how many.

    The 90 days end for all alike: one that has recovered by then is looked at as any other from here on.
    """
    today = local(cause.at).date()
    over = {network: agreed for network, agreed in adapting_since(session).items() if agreed.due_on <= today}
    still = [(network, str(over[network.id].id)) for network in _worrying(session, today) if network.id in over]
    for agreed in over.values():
        end_intervention(session, agreed, TalkOutcome.settled, cause)
    return open_many(session, still, InterventionKind.propose_rest, cause.at)


def _open(session: Session, kind: InterventionKind) -> set[UUID]:
    rows = select(Intervention.network_id).where(col(Intervention.kind) == kind, col(Intervention.ended_at).is_(None))
    return set(session.exec(rows))


def _worrying(session: Session, today: date) -> Sequence[Network]:
    return session.exec(
        select(Network)
        .join(HealthSnapshot, col(HealthSnapshot.network_id) == Network.id)
        .where(col(HealthSnapshot.on) == today, col(HealthSnapshot.model_version) == parameters.MODEL_VERSION)
        .where(col(HealthSnapshot.level).in_(WORRYING))
        .order_by(col(Network.number))
    ).all()
