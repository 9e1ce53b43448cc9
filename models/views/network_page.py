"""Everything that a network's own page tells: its life so far in dates and figures, without a person (section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from models.dates.active_days import add_active_days
from models.dates.local_time import local, midnight
from models.health import parameters
from models.health.advice import ReportedFigures, ScorePart, parts
from models.health.answers_by_day import latest_by
from models.health.engagement import Health
from models.health.parameters import DEFAULTS
from models.office.absence import substitute_for
from models.office.labels import label_of
from models.support.ladder import OFFICE_DUTIES, SHARING_AFTER_DAYS, TRIAL_AFTER_DAYS, support_end
from models.support.pauses import pauses_of
from models.tables.check_in import CheckIn
from models.tables.health import HealthSnapshot, Level
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import TERMINAL, Network, NetworkState
from models.tables.office import Staff
from models.tables.transition import Transition

DAYS_SHOWN: Final = 3 * 365
LADDER: Final = (NetworkState.starting, NetworkState.sharing, NetworkState.trial, NetworkState.independent)


@dataclass(frozen=True)
class Span:
    """A state that the network was in, from one day to another."""

    state: NetworkState
    begins: date
    ends: date


@dataclass(frozen=True)
class HeldMeeting:
    """A meeting held; `led` says that a member carried its invitation or led it."""

    on: date
    attended: int
    led: bool


@dataclass(frozen=True)
class SentCheckIn:
    """A check-in sent; `motivation` is its answer of 1–5, None when nobody answered."""

    on: date
    motivation: int | None


@dataclass(frozen=True)
class ScoreOnDay:
    """A snapshot's score, 0–100, and its level."""

    on: date
    score: float
    level: Level


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: how many of five duties the office may carry, and since when or from when at latest."""

    step: int
    state: NetworkState
    office_duties: int
    reached: date | None
    latest: date | None


@dataclass(frozen=True)
class NetworkPage:
    """A network's page as of a day. `signature`: of who acts for its negotiator that day; empty when nobody does."""

    network: Network
    label: str
    today: date
    begins: date
    health: Health | None
    parts: Sequence[ScorePart]
    spans: Sequence[Span]
    meetings: Sequence[HeldMeeting]
    booked: Sequence[date]
    check_ins: Sequence[SentCheckIn]
    scores: Sequence[ScoreOnDay]
    ladder: Sequence[Rung]
    signature: str


def network_page(session: Session, network: Network, health: Health | None, today: date) -> NetworkPage:
    """What is known of a network at the end of `today`; `health` is None for one that has not started."""
    first = min(day for day in (local(network.created_at).date(), network.kickoff_on) if day)
    begins = max(first, today - timedelta(days=DAYS_SHOWN))
    came = _transitions(session, network, today)
    held, booked = _meetings(session, network, today)
    check_ins = _check_ins(session, network, today)
    return NetworkPage(
        network=network,
        label=label_of(session, network),
        today=today,
        begins=begins,
        health=health,
        parts=parts(health, network.cadence_days, _told(held, check_ins, today)) if health else [],
        spans=_spans(came, begins, today),
        meetings=_gatherings(held, begins),
        booked=booked,
        check_ins=[one for one in check_ins if one.on >= begins],
        scores=_scores(session, network, begins, today),
        ladder=_ladder(session, network, came),
        signature=_acting(session, network, today),
    )


def next_rung(session: Session, network: Network, today: date) -> Rung | None:
    """The step of the ladder that comes next, and by when at the latest; None on the last one."""
    rungs = _ladder(session, network, _transitions(session, network, today))
    return next((rung for rung in rungs if rung.latest and rung.step > network.step), None)


def _acting(session: Session, network: Network, today: date) -> str:
    negotiator = session.get(Staff, network.negotiator) if network.negotiator else None
    acting = substitute_for(session, negotiator, today) if negotiator else None
    return acting.signature if acting else ""


def _transitions(session: Session, network: Network, today: date) -> list[tuple[date, NetworkState]]:
    rows = session.exec(
        select(Transition.at, Transition.to_state)
        .where(col(Transition.network_id) == network.id, col(Transition.at) < midnight(today + timedelta(days=1)))
        .order_by(col(Transition.at))
    )
    return [(local(at).date(), NetworkState(state)) for at, state in rows]


def _spans(came: Sequence[tuple[date, NetworkState]], begins: date, today: date) -> list[Span]:
    """From each change of state to the next, within what is shown; an end lasts no time."""
    ends = [day for day, _ in came[1:]] + [today]
    return [
        Span(state, max(day, begins), end)
        for (day, state), end in zip(came, ends, strict=True)
        if end >= begins and (end > day or state in TERMINAL)
    ]


def _meetings(session: Session, network: Network, today: date) -> tuple[list[Meeting], list[date]]:
    """The meetings held by the end of `today`, in order, and the days of those that are booked."""
    rows = session.exec(
        select(Meeting).where(col(Meeting.network_id) == network.id).order_by(col(Meeting.starts_at))
    ).all()
    held = [one for one in rows if one.status == MeetingStatus.held and local(one.starts_at).date() <= today]
    days = [local(one.starts_at).date() for one in rows if one.status == MeetingStatus.planned]
    return held, [day for day in days if day >= today]


def _gatherings(held: Sequence[Meeting], begins: date) -> list[HeldMeeting]:
    days = [HeldMeeting(local(one.starts_at).date(), one.attended or 0, one.led_by_member) for one in held]
    return [one for one in days if one.on >= begins]


def _check_ins(session: Session, network: Network, today: date) -> list[SentCheckIn]:
    rows = session.exec(
        select(CheckIn)
        .where(col(CheckIn.network_id) == network.id, col(CheckIn.sent_on) <= today)
        .order_by(col(CheckIn.sent_on))
    )
    earlier = latest_by(session, select(CheckIn.id).where(col(CheckIn.network_id) == network.id), today)
    return [
        SentCheckIn(one.sent_on, earlier.get(one.id, one.q4) if _answered_by(one.answered_at, today) else None)
        for one in rows
    ]


def _answered_by(answered_at: datetime | None, today: date) -> bool:
    return answered_at is not None and local(answered_at).date() <= today


def _told(held: Sequence[Meeting], check_ins: Sequence[SentCheckIn], today: date) -> ReportedFigures:
    """What the score's D and F were made of."""
    window = [one for one in held if local(one.starts_at).date() > today - timedelta(days=DEFAULTS.window_days)]
    recent, asked = window[-DEFAULTS.duty_meetings :], check_ins[-DEFAULTS.check_ins :]
    answers = [one.motivation for one in asked if one.motivation is not None]
    old_enough = bool(asked) and (today - asked[-1].on).days >= DEFAULTS.check_in_grace_days
    return ReportedFigures(
        branches=[one.branches for one in recent],
        companies=[one.companies for one in recent],
        motivation=answers[-1] if answers else None,
        missed=old_enough and asked[-1].motivation is None,
    )


def _scores(session: Session, network: Network, begins: date, today: date) -> list[ScoreOnDay]:
    rows = session.exec(
        select(HealthSnapshot)
        .where(col(HealthSnapshot.network_id) == network.id, col(HealthSnapshot.score).is_not(None))
        .where(col(HealthSnapshot.on) >= begins, col(HealthSnapshot.on) <= today)
        .where(col(HealthSnapshot.model_version) == parameters.MODEL_VERSION)
        .order_by(col(HealthSnapshot.on))
    )
    return [ScoreOnDay(one.on, one.score or 0.0, Level(one.level)) for one in rows]


def _ladder(session: Session, network: Network, came: Sequence[tuple[date, NetworkState]]) -> list[Rung]:
    """The four steps, when each was reached, and the day by which each that is left comes (domain.md section 5)."""
    kickoff, reached = network.kickoff_on, {state: day for day, state in reversed(came)}
    latest = {
        NetworkState.sharing: kickoff and add_active_days(kickoff, SHARING_AFTER_DAYS),
        NetworkState.trial: kickoff and add_active_days(kickoff, TRIAL_AFTER_DAYS),
        NetworkState.independent: support_end(network, pauses_of(session, network)),
    }
    return [
        Rung(step, state, OFFICE_DUTIES[step], reached.get(state), None if network.step >= step else latest.get(state))
        for step, state in enumerate(LADDER, start=1)
    ]
