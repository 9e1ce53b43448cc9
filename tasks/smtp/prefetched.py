"""What a batch of mails speaks of, fetched by one query a kind."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import defer
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col, select

from models.tables.check_in import CheckIn
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import Meeting
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Staff
from models.tables.person import Membership, Person
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant
from models.tables.unconfirmed_request import UnconfirmedRequest


class Prefetched:
    """Everything that a batch of mails speaks of, fetched by one query a kind."""

    def __init__(self, session: Session, mails: Sequence[OutgoingMail]) -> None:
        self.session = session
        self.told: dict[UUID, dict[str, Any]] = {mail.id: json.loads(mail.context) for mail in mails}
        contexts = self.told.values()
        others = (_uuid(one.get("other_person")) for one in contexts)
        self.persons: dict[UUID | None, Person] = self._by_id(
            Person, (*(mail.person_id for mail in mails), *others), defer(cast(Any, Person.member_number))
        )
        self.networks: dict[UUID | None, Network] = self._by_id(Network, (mail.network_id for mail in mails))
        self.requests: dict[UUID | None, SupportRequest] = self._by_id(
            SupportRequest, (mail.request_id for mail in mails)
        )
        self.unconfirmed: dict[UUID | None, UnconfirmedRequest] = self._by_id(
            UnconfirmedRequest, (_uuid(one.get("unconfirmed")) for one in contexts)
        )
        self.municipalities = self._municipalities()
        self.meetings = self._by_id(Meeting, (_uuid(one.get("meeting")) for one in contexts))
        self.grants = self._by_id(SupportGrant, (UUID(grant) for one in contexts for grant in one.get("grants", ())))
        self.staff: dict[UUID | None, Staff] = {one.id: one for one in session.exec(select(Staff))}
        # Not read here, but by the rules: what lies in the session is not asked for one by one.
        self.check_ins = self._by_id(CheckIn, (_uuid(one.get("check_in")) for one in contexts))
        self.roles = self._roles()
        self.initiators = self._initiators()
        self.askers = self._askers()

    def place(self, mail: OutgoingMail) -> str:
        """The place that a mail speaks of; of what a stranger typed, the municipality's own name."""
        network, request = self.networks.get(mail.network_id), self.requests.get(mail.request_id)
        if request and not network and request.is_a_strangers:
            return self.municipality(request)
        about = network or request
        return about.place if about else ""

    def municipality(self, request: SupportRequest | UnconfirmedRequest) -> str:
        """The register's own name of where a request is from: nothing that anybody typed."""
        return self.municipalities.get(request.municipality or "", "")

    def may_name(self, mail: OutgoingMail) -> bool:
        """Whether the reader's name is the register's or staff's, and not one that a stranger typed on the web."""
        request, person = self.requests.get(mail.request_id), self.persons.get(mail.person_id)
        is_strangers = mail.template == Template.confirm_request or bool(request and request.is_a_strangers)
        return not is_strangers or bool(person and person.membership not in (Membership.unknown, Membership.none))

    def reader(self, mail: OutgoingMail) -> Person | Staff | None:
        """Whom the mail is for, if they are still known."""
        return self.staff.get(mail.staff_id) if mail.staff_id else self.persons.get(mail.person_id)

    def role(self, mail: OutgoingMail) -> Role | None:
        """The role that the reader's links are bound to; None for who carries the network no longer."""
        return self.roles.get((mail.network_id, mail.person_id)) if mail.network_id else None

    def introduced(self, mail: OutgoingMail) -> Person | None:
        """Whose name and address an introduction gives: looked up when it goes, never kept with the mail."""
        return self.persons.get(_uuid(self.told[mail.id].get("other_person")))

    def _by_id(self, kind: type[Any], ids: Iterable[UUID | None], *options: ExecutableOption) -> dict[Any, Any]:
        wanted = {one for one in ids if one}
        if not wanted:
            return {}
        return {row.id: row for row in self.session.exec(select(kind).where(kind.id.in_(wanted)).options(*options))}

    def _municipalities(self) -> dict[str, str]:
        about: list[SupportRequest | UnconfirmedRequest] = [*self.requests.values(), *self.unconfirmed.values()]
        wanted = {one.municipality for one in about if one.municipality}
        if not wanted:
            return {}
        named = select(Municipality.code, Municipality.name).where(col(Municipality.code).in_(wanted))
        return dict(self.session.exec(named).all())

    def _roles(self) -> dict[tuple[UUID, UUID | None], Role]:
        """The role that links are bound to, by network and person: who is contact has theirs only while they are, and
        whoever is only asked to be has that of what they said yes to.
        """
        if not self.networks:
            return {}
        lasting = select(Role).where(col(Role.network_id).in_(self.networks), col(Role.until).is_(None))
        roles = sorted(self.session.exec(lasting), key=lambda role: (role.is_confirmed, role.kind == RoleKind.contact))
        return {(role.network_id, role.person_id): role for role in roles}

    def _initiators(self) -> dict[UUID, str]:
        """Who started each network, and who asked for it, by name; never one that a stranger typed."""
        asked = {one.initiator_id for one in self.requests.values() if not one.is_a_strangers}
        names = select(Person.id, Person.name).where(col(Person.id).in_(asked))
        of_person = dict(self.session.exec(names).all()) if asked else {}
        who_asked = {one.id: of_person.get(one.initiator_id) or "" for one in self.requests.values()}
        if not self.networks:
            return who_asked
        started = (
            select(Role.network_id, Person.name)
            .join(Person, col(Person.id) == Role.person_id)
            .where(col(Role.network_id).in_(self.networks), col(Role.kind) == "initiator")
        )
        return who_asked | {network_id: name or "" for network_id, name in self.session.exec(started)}

    def _askers(self) -> dict[str, str]:
        """Which organiser asked somebody to join them, by name and role."""
        wanted = [UUID(told["asked_by"]) for told in self.told.values() if told.get("asked_by")]
        if not wanted:
            return {}
        named = select(Role.id, Person.name).join(Person, col(Person.id) == Role.person_id)
        rows = self.session.exec(named.where(col(Role.id).in_(wanted)))
        return {str(role_id): name or "" for role_id, name in rows}


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
