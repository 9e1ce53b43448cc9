"""A person as staff see them on their page: how to reach them, what they carry, were mailed and asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.office.absence import absences_on
from models.office.sight import Sight, with_reason
from models.tables.mail import OutgoingMail
from models.tables.network import Network, Role
from models.tables.office import Staff
from models.tables.person import Person, RightsRequest
from models.tables.request import NamedOrganiser, SupportRequest
from models.views.cases.asked import Asked, answers_of
from models.views.cases.mail_history import MailLine, mail_history
from models.views.cases.persons_cases import cases_of, sight_of_person
from models.views.my_data import looks_at, looks_by_day

MOST_LOOKS = 20


@dataclass(frozen=True)
class PersonCase:
    """All that their page shows; without sight of them `person` is None and the rest is empty."""

    person_id: UUID
    sight: Sight
    person: Person | None
    roles: Sequence[tuple[Role, Network, Asked]] = ()
    requests: Sequence[SupportRequest] = ()
    named_in: Sequence[tuple[NamedOrganiser, SupportRequest]] = ()
    mails: Sequence[MailLine] = ()
    rights: Sequence[RightsRequest] = ()
    looks: Sequence[Mapping[str, Any]] = ()

    @property
    def persons(self) -> list[UUID]:
        """Whom the page shows to who may see persons."""
        return [self.person_id]


def person_case(session: Session, person_id: UUID, me: Staff, since: datetime, at: datetime) -> PersonCase | None:
    """The person as `me` may see them; None for nobody. `since`: when they signed in.

    They are of each region where they ask or carry a network: one of them is enough to see them.
    """
    person = session.get(Person, person_id)
    if person is None or person.erased_at:
        return None
    sight = person_sight(session, person_id, me, since, local(at).date())
    if sight is not Sight.all:
        return PersonCase(person_id, sight, None)
    held = select(Role, Network).join(Network, col(Network.id) == Role.network_id)
    carried = session.exec(held.where(col(Role.person_id) == person_id).order_by(col(Network.number)))
    named = select(NamedOrganiser, SupportRequest).join(
        SupportRequest, col(SupportRequest.id) == NamedOrganiser.request_id
    )
    asked = select(SupportRequest).where(col(SupportRequest.initiator_id) == person_id)
    rights = select(RightsRequest).where(col(RightsRequest.person_id) == person_id)
    return PersonCase(
        person_id,
        sight,
        person,
        roles=[(role, network, answers_of(session, network.id, [role], at)[role.id]) for role, network in carried],
        requests=session.exec(asked.order_by(col(SupportRequest.number).desc())).all(),
        named_in=session.exec(named.where(col(NamedOrganiser.person_id) == person_id)).all(),
        mails=mail_history(session, col(OutgoingMail.person_id) == person_id, at),
        rights=session.exec(rights.order_by(col(RightsRequest.received_at).desc())).all(),
        looks=looks_by_day(looks_at(session, person_id), ("by", "page", "reason"))[:MOST_LOOKS],
    )


def page_of(person_id: UUID) -> str:
    """What a look at them is written down as."""
    return f"person/{person_id}"


def person_sight(session: Session, person_id: UUID, me: Staff, since: datetime, today: date) -> Sight:
    """How much `me` sees of a person, with the reason they gave since they signed in, if any."""
    sight = sight_of_person(me, cases_of(session, [person_id]).get(person_id, []), absences_on(session, today))
    return with_reason(session, sight, me, page_of(person_id), since)
