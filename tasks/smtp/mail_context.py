"""From a row of the outbox to the bytes that go: who reads it, in which language, with what in it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import defer
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.crypto import seal
from models.mail.delivery import ComposedMail
from models.mail.message_ids import name_and_address
from models.meetings.icalendar import calendar_file
from models.people.signed_link import VALID_FOR, Purpose, make_link
from models.settings import settings
from models.tables.check_in import CheckIn
from models.tables.mail import ASKS, REMINDERS, OutgoingMail, Template
from models.tables.meeting import Meeting
from models.tables.network import Network, Role, RoleKind
from models.tables.office import Staff
from models.tables.person import Membership, Person, RightsKind
from models.tables.place import Municipality
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant
from tasks.smtp.mime import Head, deliverable, message_id, pack
from templates.rendering.mail import render_mail
from templates.vocabulary.mail import ORGANISATION, staff_title

NO_ROLE = "-"  # whoever has no role in the network any more: their link opens nothing


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
        self.municipalities = self._municipalities()
        self.meetings = self._by_id(Meeting, (_uuid(one.get("meeting")) for one in contexts))
        self.grants = self._by_id(SupportGrant, (UUID(grant) for one in contexts for grant in one.get("grants", ())))
        self.staff: dict[UUID | None, Staff] = {one.id: one for one in session.exec(select(Staff))}
        # Not read here, but by the rules: what lies in the session is not asked for one by one.
        self.check_ins = self._by_id(CheckIn, (_uuid(one.get("check_in")) for one in contexts))
        self.roles = self._roles()
        self.initiators = self._initiators()

    def place(self, mail: OutgoingMail) -> str:
        """The place that a mail speaks of; of what a stranger typed, the municipality's own name."""
        network, request = self.networks.get(mail.network_id), self.requests.get(mail.request_id)
        if request and not network and request.is_a_strangers:
            return self.municipalities.get(request.municipality or "", "")
        about = network or request
        return about.place if about else ""

    def may_name(self, mail: OutgoingMail) -> bool:
        """Whether the reader's name is the register's or staff's, and not one that a stranger typed on the web."""
        request, person = self.requests.get(mail.request_id), self.persons.get(mail.person_id)
        is_strangers = bool(request and request.is_a_strangers)
        return not is_strangers or bool(person and person.membership not in (Membership.unknown, Membership.none))

    def reader(self, mail: OutgoingMail) -> Person | Staff | None:
        """Whom the mail is for, if they are still known."""
        return self.staff.get(mail.staff_id) if mail.staff_id else self.persons.get(mail.person_id)

    def introduced(self, mail: OutgoingMail) -> Person | None:
        """Whose name and address an introduction gives: looked up when it goes, never kept with the mail."""
        return self.persons.get(_uuid(self.told[mail.id].get("other_person")))

    def _by_id(self, kind: type[Any], ids: Iterable[UUID | None], *options: ExecutableOption) -> dict[Any, Any]:
        wanted = {one for one in ids if one}
        if not wanted:
            return {}
        return {row.id: row for row in self.session.exec(select(kind).where(kind.id.in_(wanted)).options(*options))}

    def _municipalities(self) -> dict[str, str]:
        wanted = {one.municipality for one in self.requests.values() if one.municipality and one.is_a_strangers}
        if not wanted:
            return {}
        named = select(Municipality.code, Municipality.name).where(col(Municipality.code).in_(wanted))
        return dict(self.session.exec(named).all())

    def _roles(self) -> dict[tuple[UUID, UUID | None], Role]:
        """The role that links are bound to, by network and person: who is contact has theirs only while they are."""
        lasting = select(Role).where(col(Role.network_id).in_(self.networks), col(Role.until).is_(None))
        roles = sorted(self.session.exec(lasting), key=lambda role: role.kind == RoleKind.contact)
        return {(role.network_id, role.person_id): role for role in roles}

    def _initiators(self) -> dict[UUID, str]:
        rows = self.session.exec(
            select(Role.network_id, Person.name)
            .join(Person, col(Person.id) == Role.person_id)
            .where(col(Role.network_id).in_(self.networks), col(Role.kind) == "initiator")
        )
        return {network_id: name or "" for network_id, name in rows}


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


@dataclass(frozen=True)
class Recipient:
    """Who a mail is addressed to, how it greets them, and in which language."""

    name: str
    hello: str
    address: str
    language: str


def recipient(reader: Person | Staff | None) -> Recipient:
    """A person by name in their language; staff by first name in the office's (LOTS_LANGUAGE).

    Raises LookupError when nobody is left to read it, ValueError when the address is none.
    """
    if reader is None:
        raise LookupError("a mail needs a reader")
    name, address = reader.name or "", deliverable(reader.email or "")
    if isinstance(reader, Staff):
        return Recipient(name, name.partition(" ")[0], address, settings().language)
    return Recipient(name, name, address, str(reader.language))


def compose(mail: OutgoingMail, prefetched: Prefetched, to: Recipient, at: datetime) -> ComposedMail:
    """A mail's bytes: written once and kept until it is settled.

    Raises LookupError when it speaks of what is not there (any more), ValueError when it cannot be put into a mail.
    """
    if not prefetched.may_name(mail):
        to = replace(to, name="", hello="")
    context = _context(mail, prefetched, to, at)
    rendered = render_mail(mail.template, to.language, context)
    head = Head(mail.id, to.name, to.address, _reply_to(mail, context), mail.not_before, context["stop_link"])
    body = pack(head, rendered, _calendar(mail, prefetched, context))
    return ComposedMail(body, seal(body), message_id(mail.id), to.language, rendered.version)


def _reply_to(mail: OutgoingMail, context: dict[str, Any]) -> tuple[str, ...]:
    """A human; beside them our own mailbox, where a check-in answered by mail is read (domain.md section 6)."""
    human = context["contact"]["email"]
    if mail.template in ASKS and settings().inbox:
        return human, name_and_address(settings().mail_from)[1]
    return (human,)


def _calendar(mail: OutgoingMail, prefetched: Prefetched, context: dict[str, Any]) -> tuple[str, bytes] | None:
    if mail.template != Template.calendar_invitation:
        return None
    meeting = prefetched.meetings[UUID(context["meeting"])]
    return calendar_file(prefetched.networks[mail.network_id], meeting, context["change"], mail.created_at)


def _context(mail: OutgoingMail, prefetched: Prefetched, to: Recipient, at: datetime) -> dict[str, Any]:
    network, request = prefetched.networks.get(mail.network_id), prefetched.requests.get(mail.request_id)
    told = prefetched.told[mail.id]
    context = {
        "stop_link": "",
        "name": to.hello,
        "place": prefetched.place(mail),
        "language": to.language,
        "today": local(at).date(),
        "contact": _office(to.language) if mail.staff_id else _contact(prefetched, network, request, to.language),
        "privacy_link": f"{settings().public_url}/privacy",
        **told,
    }
    if "days" in told:  # counted when it goes: a notice can wait out the summer
        context["days"] = (date.fromisoformat(told["support_ends_on"]) - local(at).date()).days
    if network:
        role = prefetched.roles.get((network.id, mail.person_id))
        context["network"] = network.name
        context["initiator"] = prefetched.initiators.get(network.id, "")
        context["meeting_link"] = make_link(Purpose.meeting, str(role.id) if role else NO_ROLE)
        if role and mail.template in REMINDERS:
            context["stop_link"] = make_link(Purpose.stop, str(network.id), role.code)
    if other := prefetched.introduced(mail):
        context["other_name"], context["other_email"] = other.name or "", deliverable(other.email or "")
    if "check_in" in told:
        reader = prefetched.roles.get((mail.network_id, mail.person_id)) if mail.network_id else None
        context["check_in_link"] = make_link(Purpose.check_in, told["check_in"], str(reader.id) if reader else NO_ROLE)
    if "role" in told:
        context["confirm_link"] = make_link(Purpose.organiser, told["role"])
    if "fresh" in told:
        context |= _fresh(mail, Purpose(told["fresh"]), context)
    if told.get("outcome") == "done" and told.get("kind") == RightsKind.access:
        context["data_link"] = make_link(Purpose.my_data, str(mail.id))
    if "grants" in told:
        context["items"] = [_item(prefetched.grants[UUID(grant)], prefetched) for grant in told["grants"]]
    if "meeting" in told:
        starts_at = prefetched.meetings[UUID(told["meeting"])].starts_at
        context["starts_at"], context["date"] = starts_at, local(starts_at).date()
    return context


def _fresh(mail: OutgoingMail, purpose: Purpose, known: dict[str, Any]) -> dict[str, Any]:
    """The link that somebody asked for anew; a calendar's is found on the page for meetings."""
    page = Purpose.meeting if purpose is Purpose.network else purpose
    match page:
        case Purpose.my_data:
            address = make_link(page, str(mail.id))
        case Purpose.stop:
            address = make_link(page, str(mail.network_id), known["code"])
        case _:
            kinds = {Purpose.check_in: "check_in_link", Purpose.organiser: "confirm_link"}
            address = known[kinds.get(page, "meeting_link")]
    return {"fresh_link": address, "about": page.value, "valid_until": known["today"] + VALID_FOR[page]}


def _contact(
    prefetched: Prefetched, network: Network | None, request: SupportRequest | None, language: str
) -> dict[str, str]:
    owner = (network and network.negotiator) or (request and request.assigned_to)
    staff = prefetched.staff.get(owner) if owner else None
    if not staff or not staff.active:  # nobody should write to someone who has left
        staff = next((one for one in prefetched.staff.values() if one.active and one.role == "office"), None)
    if staff is None:
        return _office(language)
    return {"name": staff.name, "email": staff.email, "title": staff_title(staff.role, language)}


def _office(language: str) -> dict[str, str]:
    name, address = name_and_address(settings().mail_reply_to)
    return {"name": name or ORGANISATION, "email": address, "title": staff_title("office", language)}


def _item(grant: SupportGrant, prefetched: Prefetched) -> dict[str, Any]:
    return {
        "item": str(grant.item),
        "hours": grant.hours,
        "who": prefetched.staff[grant.staff_id].name,
        "from_on": grant.from_on,
        "to_on": grant.to_on,
        "reason": grant.reason,
    }
