"""Mail that came back: what the other server says, and what follows from it (domain.md sections 9 and 12)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlmodel import Session, col, select

from models.check_ins.questions import ask_another
from models.inbox.delivery_words import ABOUT_THE_ADDRESS, Refusal, refusal
from models.mail.kinds import ASKS
from models.office.interventions import open_for, open_once
from models.tables.check_in import CheckIn
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.network import TERMINAL, Network, Role
from models.tables.office import InterventionKind
from models.tables.person import EmailStatus, Person
from models.text import canonical_address

BOUNCED, NOT_DELIVERED = "bounced", "not-delivered"


class Weight(IntEnum):
    """How bad the news is."""

    none = 0  # delivered, relayed, expanded
    soft = 1  # delayed: the other server goes on trying
    not_delivered = 2  # it gave up, or refused this mail, and the address may be good
    hard = 3  # the address takes no mail


@dataclass(frozen=True)
class Report:
    """What is said of one recipient: action and status code (RFC 3464 section 2.3), the words of the server that
    refused, and what the report tells its reader.
    """

    action: str
    status: str
    said: str = ""
    told: str = ""

    @property
    def refusal(self) -> Refusal:
        """What the refusal is about."""
        return refusal(self.status, self.said, self.told)

    @property
    def weight(self) -> Weight:
        """How bad this news is: action, status code and words together."""
        if self.action in ("delivered", "relayed", "expanded") or self.status.startswith("2"):
            return Weight.none
        if self.action == "delayed":
            return Weight.soft
        hard = self.refusal in ABOUT_THE_ADDRESS and not self.status.startswith("4")
        return Weight.hard if hard else Weight.not_delivered


@dataclass(frozen=True)
class Bounce:
    """A bounce as it was read. `names_a_mail`: it says which mail came back, ours or not; `mails`: those of our form.

    `address` is whom the returned mail was addressed to, where it came along.
    """

    reports: tuple[Report, ...]
    mails: tuple[UUID, ...] = ()
    names_a_mail: bool = False
    address: str = ""

    @property
    def weight(self) -> Weight:
        """The best of what is said: a forwarding address may reach one of its two ends."""
        return min((report.weight for report in self.reports), default=Weight.none)

    @property
    def refusal(self) -> Refusal:
        """What that is about."""
        return min(self.reports, key=lambda report: report.weight).refusal


def hard_bounce(session: Session, mail: OutgoingMail, at: datetime, address: str = "") -> None:
    """The recipient's address takes no mail: nothing more goes there, staff are told, another organiser is asked.

    `address` is where the mail went, if that is known: one that has been replaced meanwhile stays good. Called again
    with the same mail it changes nothing.
    """
    mark_returned(mail, BOUNCED, at)
    session.add(mail)
    person = session.get(Person, mail.person_id) if mail.person_id else None
    if person is None or not person.email or (address and not _is_theirs(address, person)):
        return
    person.email_status = EmailStatus.bounced
    session.add(person)
    session.flush()
    for network in _networks(session, mail, person):
        _have_staff_phone(session, network, mail, person, at)
    _ask_another(session, mail, at)


def mark_returned(mail: OutgoingMail, reason: str, at: datetime) -> None:
    """A mail that counted as sent did not arrive: staff see it among what did not go."""
    if mail.status in (MailStatus.sent, MailStatus.in_doubt):
        mail.status, mail.reason, mail.settled_at, mail.body = MailStatus.failed, reason, at, None


def _is_theirs(address: str, person: Person) -> bool:
    return canonical_address(address) == canonical_address(person.email or "")


def _networks(session: Session, mail: OutgoingMail, person: Person) -> Iterable[Network]:
    """The network that the mail was about; else those that the person carries. One that has ended needs nothing."""
    living = select(Network).where(col(Network.state).not_in(TERMINAL))
    if mail.network_id:
        return session.exec(living.where(col(Network.id) == mail.network_id)).all()
    carried = select(Role.network_id).where(col(Role.person_id) == person.id, col(Role.until).is_(None))
    return session.exec(living.where(col(Network.id).in_(carried))).all()


def _have_staff_phone(session: Session, network: Network, mail: OutgoingMail, person: Person, at: datetime) -> None:
    """One entry on the negotiator's list for each person whose address does not work, until it is struck off."""
    open_ones = open_for(session, network, (InterventionKind.hard_bounce,))
    if not any(one.occasion.startswith(f"{person.id}:") for one in open_ones):
        open_once(session, network, InterventionKind.hard_bounce, f"{person.id}:{mail.id}", at)


def _ask_another(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """A question that did not arrive goes to another organiser; where there is none, staff phone (they were told)."""
    if mail.template not in ASKS:
        return
    check_in = session.get(CheckIn, UUID(json.loads(mail.context)["check_in"]))
    if check_in and not check_in.answered_at and not _asked_since(session, check_in, mail):
        ask_another(session, check_in, at)


def _asked_since(session: Session, check_in: CheckIn, mail: OutgoingMail) -> bool:
    """Whether another was asked after this mail was queued: by an earlier copy of the bounce, or by the chase."""
    second = col(OutgoingMail.idempotency_key).startswith(f"{Template.second_organiser}:{check_in.id}:")
    later = select(OutgoingMail.id).where(second, col(OutgoingMail.network_id) == check_in.network_id)
    return session.exec(later.where(col(OutgoingMail.created_at) > mail.created_at)).first() is not None


def ask_staff_to_call(session: Session, mail: OutgoingMail, at: datetime) -> None:
    """Somebody who carries a network cannot be mailed: staff call them."""
    network = session.get(Network, mail.network_id) if mail.network_id and mail.person_id else None
    if network:
        open_once(session, network, InterventionKind.phone_only, str(mail.person_id), at)
