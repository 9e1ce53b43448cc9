"""A person was entered wrongly, by a number mistyped: the right one takes their place, and the wrong one keeps nothing.

What the wrong one was told ends there: mail that waits is not sent, links that went open nothing, and they hear that it
was a mistake. Whom nothing else ties is forgotten by the night (domain.md sections 10 and 13).
"""

from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select, update

from models.audit import Correction, log_correction
from models.errors import UserError
from models.i18n import localized
from models.mail.overtaking import overtake, was_told
from models.mail.queue import QueuedMail, enqueue
from models.people.eligibility import who_may_carry
from models.people.roles import organiser_key, role_by_code
from models.privacy.retention import anonymous_person, leave_mails
from models.requests.assignment import invite_to_talk
from models.requests.named_organisers import ask_named
from models.requests.screening import dedupe_key
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import TERMINAL, Network, Role, RoleKind
from models.tables.person import Person
from models.tables.request import OPEN, NamedOrganiser, RequestState, SupportRequest
from models.tables.support import SupportGrant

INITIATOR = 0
"""Whose number it was: the initiator's, else the place of a co-organiser in the request, from 1."""
ANSWERED = (RequestState.received, RequestState.talking, RequestState.waiting)


def right_asker(
    session: Session, request: SupportRequest, whose: int, member_number: str, correction: Correction
) -> bool:
    """Another member asks, or is named, in an open request. False when it is they already.

    Raises UserError that names the field when they may not, the request is not open, or they ask for the same already.
    """
    if request.state not in OPEN:
        raise UserError(
            localized(
                f"Förfrågan: #{request.number} är avgjord. Rätta i dess nätverk, eller öppna beslutet igen.",
                f"Request: #{request.number} is decided. Correct it in its network, or open the decision again.",
            )
        )
    person = who_may_carry(session, member_number)
    named = {one.place: one for one in _named(session, request)}
    if whose != INITIATOR and whose not in named:
        raise UserError(
            localized(
                f"Vem som är fel: förfrågan har ingen medarrangör nummer {whose}. Välj en annan.",
                f"Who is wrong: the request has no co-organiser number {whose}. Choose another.",
            )
        )
    former = request.initiator_id if whose == INITIATOR else named[whose].person_id
    if former == person.id:
        return False
    for one in named.values():  # named once, and nobody is their own co-organiser
        if one.person_id == person.id or one.place == whose:
            session.delete(one)
    session.flush()
    if whose == INITIATOR:
        _let_ask(session, request, person)
    elif person.id != request.initiator_id:
        session.add(NamedOrganiser(request_id=request.id, person_id=person.id, place=whose))
    who = str(whose or RoleKind.initiator)
    entry = log_correction(session, correction, ChangedField.person, who, who, request=request)
    _part_with(session, former, col(OutgoingMail.request_id) == request.id, entry, correction)
    if whose == INITIATOR:
        _tell_who_asks(session, request, correction)
    elif request.state == RequestState.waiting:
        ask_named(session, request, correction.at)
    return True


def _named(session: Session, request: SupportRequest) -> list[NamedOrganiser]:
    return list(session.exec(select(NamedOrganiser).where(col(NamedOrganiser.request_id) == request.id)))


def _let_ask(session: Session, request: SupportRequest, person: Person) -> None:
    """The request is theirs, and the same words of theirs are this request. Raises UserError when they ask already."""
    earlier = session.get(Network, request.predecessor) if request.predecessor else None
    told = (str(person.id), request.municipality or "", request.place, request.nature, request.need)
    key = dedupe_key(*told, earlier.number if earlier else 0)
    same = session.exec(select(SupportRequest).where(col(SupportRequest.dedupe_key) == key)).first()
    if same and same.id != request.id:
        raise UserError(
            localized(
                f"Medlemsnummer: hen har redan frågat om just detta, i förfrågan #{same.number}.",
                f"Member number: they have asked for just this already, in request #{same.number}.",
            )
        )
    request.initiator_id, request.dedupe_key = person.id, key
    session.add(request)
    session.flush()


def _tell_who_asks(session: Session, request: SupportRequest, correction: Correction) -> None:
    if request.state not in ANSWERED:
        return
    told = {"number": request.number, "talk_due": request.talk_due, "answer_due": request.answer_due}
    occasion = str(request.id)
    receipt = QueuedMail(Template.receipt, request.initiator_id, occasion, request_id=request.id, context=told)
    enqueue(session, [receipt], correction.at)
    invite_to_talk(session, request, correction.at)


# --- in a network ---------------------------------------------------------------------------------


def right_member(session: Session, network: Network, code: str, member_number: str, correction: Correction) -> bool:
    """Another member is who goes by `code` in a network, and always was. False when it is they already.

    A yes that staff noted was theirs; one that was given by a link was the wrong one's, and they are asked anew. Raises
    UserError that names the field when they may not, or carry the network already.
    """
    if network.state in TERMINAL:
        raise UserError(
            localized(
                f"Nätverk: #{network.number} är avslutat. Där ändras ingens roll.",
                f"Network: #{network.number} has ended. Nobody's role is changed there.",
            )
        )
    role = role_by_code(session, network, code, localized("Vems roll", "Whose role"))
    person, former = who_may_carry(session, member_number), role.person_id
    if former == person.id:
        return False
    every = session.exec(select(Role).where(col(Role.network_id) == network.id)).all()
    if other := next((one for one in every if one.person_id == person.id), None):
        raise UserError(
            localized(
                f"Medlemsnummer: hen är redan {other.code} i nätverk #{network.number}. Avsluta rollen {role.code} i "
                "stället.",
                f"Member number: they are {other.code} in network #{network.number} already. End the role {role.code} "
                "instead.",
            )
        )
    code = role.code
    theirs = [_pass_on(session, one, person, correction) for one in every if one.person_id == former]
    request = _behind(session, network, former, person)
    _pass_on_acts(session, network, former, person, correction)
    entry = log_correction(session, correction, ChangedField.person, code, code, network=network, request=request)
    about = col(OutgoingMail.network_id) == network.id
    if request:
        about = or_(about, col(OutgoingMail.request_id) == request.id)
    _part_with(session, former, about, entry, correction)
    letters = [
        QueuedMail(Template.co_organiser, person.id, str(one.id), network.id, context={"role": str(one.id)})
        for one in theirs
        if one.kind == RoleKind.organiser and one.confirmed_at is None and one.until is None
    ]
    enqueue(session, letters + ([_decision(session, network, request)] if request else []), correction.at)
    return True


def _pass_on(session: Session, role: Role, person: Person, correction: Correction) -> Role:
    """The same role under another id: the links that the wrong one has are bound to the old one."""
    was_clicked = role.kind == RoleKind.organiser and role.noted_by is None
    mine = Role(
        id=uuid4(),
        network_id=role.network_id,
        person_id=person.id,
        kind=role.kind,
        code=role.code,
        asked_at=correction.at if was_clicked and role.until is None else role.asked_at,
        confirmed_at=None if was_clicked else role.confirmed_at,
        noted_by=role.noted_by,
        until=role.until,
    )
    session.delete(role)
    session.flush()
    session.add(mine)
    session.flush()
    return mine


def _behind(session: Session, network: Network, former: UUID, person: Person) -> SupportRequest | None:
    """The request that the network came from: theirs if it was the wrong one's, which is then returned."""
    request = session.exec(select(SupportRequest).where(col(SupportRequest.network_id) == network.id)).first()
    if request is None:
        return None
    for one in _named(session, request):
        if one.person_id == former:
            session.delete(one)
    if request.initiator_id != former:
        return None
    _let_ask(session, request, person)
    return request


def _pass_on_acts(session: Session, network: Network, former: UUID, person: Person, correction: Correction) -> None:
    """What they convened and carried there was the right one's; answers by the wrong one's link are nobody's."""
    here = (col(Meeting.network_id) == network.id, col(Meeting.convener_id) == former)
    session.execute(update(Meeting).where(*here).values(convener_id=person.id))
    carried = col(MeetingDuty.organiser_key) == organiser_key(network.id, former)
    session.execute(update(MeetingDuty).where(carried).values(organiser_key=organiser_key(network.id, person.id)))
    asked = (col(CheckIn.network_id) == network.id, col(CheckIn.person_id) == former)
    session.execute(update(CheckIn).where(*asked).values(person_id=person.id))
    given = (col(CheckInAnswer.network_id) == network.id, col(CheckInAnswer.person_id) == former)
    if session.exec(select(CheckInAnswer.id).where(*given).limit(1)).first():
        nobody = anonymous_person(session, correction.at)
        session.execute(update(CheckInAnswer).where(*given).values(person_id=nobody))


def _decision(session: Session, network: Network, request: SupportRequest) -> QueuedMail:
    """What was decided, told to whom it concerns."""
    of_network = select(SupportGrant.id).where(col(SupportGrant.network_id) == network.id)
    told = {
        "grants": [str(one) for one in session.exec(of_network)],
        "without_support": network.without_support,
    }
    return QueuedMail(Template.granted, request.initiator_id, str(request.id), network.id, request.id, told)


def _part_with(
    session: Session, former: UUID, about: ColumnElement[bool], entry: ChangeEntry, correction: Correction
) -> None:
    """Mail to the wrong one that waits is not sent, what went is nobody's, and who got any is told of the mistake."""
    theirs = (col(OutgoingMail.person_id) == former) & about
    overtake(session, correction.at, theirs)
    told = was_told(session, theirs)
    leave_mails(session, theirs, anonymous_person(session, correction.at), correction.at)
    if told:
        about_it = {"about": "not_you"}
        letter = QueuedMail(Template.correction, former, str(entry.id), entry.network_id, entry.request_id, about_it)
        enqueue(session, [letter], correction.at)
