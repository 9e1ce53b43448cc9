"""One check-in and its answers: the latest of a network, who is asked, and what was said (domain.md section 6)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.check_ins.recipients import reachable_roles
from models.dates.local_time import local
from models.db.queries import some_at_a_time
from models.errors import UserError
from models.forms.check_in import MET_ON, NEXT_ON, CheckInAnswers
from models.forms.kit.base import parse_day
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.tables.check_in import ANSWERS, CHANGEABLE_DAYS, CheckIn, CheckInAnswer
from models.tables.mail import OutgoingMail, Template
from models.tables.network import Network

_THEIRS = select(CheckInAnswer).where(
    col(CheckInAnswer.check_in_id) == bindparam("check_in"), col(CheckInAnswer.person_id) == bindparam("person")
)


def check_in_mail(check_in: CheckIn, template: Template, person_id: UUID | None = None) -> QueuedMail:
    """The mail that puts a check-in's questions to a person, by default to whom it was sent first."""
    return QueuedMail(
        template,
        person_id or check_in.person_id,
        str(check_in.id),
        check_in.network_id,
        context={"check_in": str(check_in.id)},
    )


def ask_another(session: Session, check_in: CheckIn, at: datetime) -> bool:
    """Pass an open check-in on from someone who cannot be asked any more (left, bounced) to one not yet asked.

    Nobody's silence counts by it. Returns whether there is anybody else to write to.
    """
    asked = {person for one, person in asked_besides(session, [check_in.network_id]) if one == check_in.id}
    reached = reachable_roles(session, [check_in.network_id]).get(check_in.network_id, [])
    other = next((role for role in reached if role.person_id not in asked | {check_in.person_id}), None)
    if other is None:
        return False
    enqueue(session, [check_in_mail(check_in, Template.second_organiser, other.person_id)], at)
    return True


def asked_besides(session: Session, network_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who else was asked when whoever a check-in first went to was silent or gone: (check-in, person)."""
    second = select(OutgoingMail.idempotency_key).where(col(OutgoingMail.template) == Template.second_organiser)
    found = set[tuple[UUID, UUID]]()
    for some in some_at_a_time(network_ids):
        for key in session.exec(second.where(col(OutgoingMail.network_id).in_(some))):
            _, check_in, person = key.split(":")
            found.add((UUID(check_in), UUID(person)))
    return found


def is_latest() -> ColumnElement[bool]:
    """The condition that no later check-in was sent to the same network."""
    later = aliased(CheckIn)
    return ~exists().where(col(later.network_id) == col(CheckIn.network_id), col(later.sent_on) > col(CheckIn.sent_on))


def latest_of(session: Session, networks: ColumnElement[bool]) -> dict[UUID, CheckIn]:
    """The check-in that was sent last, by network, of the networks that the condition holds for."""
    rows = select(CheckIn).join(Network, col(Network.id) == CheckIn.network_id).where(networks, is_latest())
    return {check_in.network_id: check_in for check_in in session.exec(rows)}


def latest(session: Session, network_id: UUID) -> CheckIn | None:
    """The check-in that was sent last."""
    return latest_of(session, col(Network.id) == network_id).get(network_id)


def answer_of(session: Session, check_in_id: UUID, person_id: UUID) -> CheckInAnswer | None:
    """What this person has answered, whatever others have."""
    return session.exec(_THEIRS, params={"check_in": check_in_id, "person": person_id}).one_or_none()


def is_changeable(own: CheckInAnswer | None, at: datetime) -> bool:
    """Whether a person's answers may be given or changed still; None: they have given none."""
    return own is None or local(at).date() <= local(own.answered_at).date() + timedelta(days=CHANGEABLE_DAYS)


def record_answers(
    session: Session, check_in: CheckIn, form: CheckInAnswers, at: datetime, person_id: UUID | None = None
) -> date | None:
    """Record a person's five answers, by default those of whom the check-in was sent to; the latest given count.

    Each changes their own alone, for 14 days. Raises UserError after that. Returns the day on which they had met as
    they told before, if they did.
    """
    person_id = person_id or check_in.person_id
    own = answer_of(session, check_in.id, person_id)
    if not is_changeable(own, at):
        raise UserError(
            localized(
                f"Svaret går att ändra i {CHANGEABLE_DAYS} dagar; de har gått.",
                f"An answer can be changed for {CHANGEABLE_DAYS} days; they have passed.",
            )
        )
    if own is None:
        own = CheckInAnswer(
            check_in_id=check_in.id,
            network_id=check_in.network_id,
            person_id=person_id,
            q4=form.motivation,
            answered_at=at,
            given_at=at,
        )
    told_before, own.q1_met = own.q1_on, form.met
    own.q1_on = parse_day(form.met_on, localized(*MET_ON)) if form.met else None
    own.q1_attended = form.met_attended if form.met else None
    own.q2_next_on = parse_day(form.next_on, localized(*NEXT_ON))
    own.q3_sharing, own.q4, own.q5_wish = form.sharing, form.motivation, form.wish
    own.given_at, own.settled_at = at, None
    for name in ANSWERS:
        setattr(check_in, name, getattr(own, name))
    check_in.answered_at, check_in.settled_at = check_in.answered_at or at, None
    session.add_all([own, check_in])
    return told_before
