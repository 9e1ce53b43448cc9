"""How a support request comes in: who asks, where, whether the rules let it through, and what is answered at once."""

from dataclasses import replace
from datetime import date, datetime
from email.utils import parseaddr

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models import audit
from models.dates.local_time import local
from models.dates.working_days import add_working_days
from models.db.column_types import nfc
from models.db.queries import next_number
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.support_request import SupportRequestForm
from models.i18n import Language, localized
from models.mail.queue import QueuedMail, enqueue
from models.networks.lookup import network_by_number
from models.office.policy import office_policy
from models.people.eligibility import works_at_the_office
from models.people.person import get_or_create_person, known_by_number
from models.reference.member_register import register_is_loaded
from models.reference.places import find_municipality, is_whole_country
from models.requests import lifecycle
from models.requests.assignment import take_on
from models.requests.named_organisers import name_organisers
from models.requests.screening import dedupe_key, screen
from models.tables.mail import Template
from models.tables.network import ENDED, TERMINAL, Network, NetworkState
from models.tables.person import Membership, Person
from models.tables.place import Municipality
from models.tables.request import CAME_TO_NOTHING, RefusalReason, RequestState, SupportRequest
from models.tables.transition import Actor, Cause
from models.text import usable_address

CO_ORGANISERS = ("Medarrangörers medlemsnummer", "Co-organisers' member numbers")


def check_request(session: Session, form: Form) -> None:
    """What only the database can tell about the form. Raises UserError that names the field."""
    assert isinstance(form, SupportRequestForm)
    if (
        not form.municipality
        and nfc(form.place)
        and not is_whole_country(form.place)
        and not municipality_of(session, form)
    ):
        raise UserError(
            localized(
                "Kommun: välj den. Platsen är inte namnet på en kommun.",
                "Municipality: choose it. The place is not the name of one.",
            )
        )
    if form.municipality and not find_municipality(session, form.municipality):
        raise UserError(
            localized(
                "Kommun: namnet eller koden finns inte i registret över kommuner. Skriv till exempel Luleå eller 2580.",
                "Municipality: no such name or code. Write for example Luleå or 2580.",
            )
        )
    if form.email:
        try:
            usable_address(parseaddr(form.email)[1] or form.email)
        except ValueError:
            raise UserError(
                localized(
                    "E-post: adressen går inte att använda. Rätta den.", "E-mail: not a usable address. Correct it."
                )
            ) from None
    _check_people(session, form)
    _predecessor(session, form)


def municipality_of(session: Session, form: SupportRequestForm) -> Municipality | None:
    """The municipality that was chosen; when none was, the one whose very name the place is."""
    return find_municipality(session, form.municipality or form.place)


def _check_people(session: Session, form: SupportRequestForm) -> None:
    is_loaded, field = register_is_loaded(session), localized(*CO_ORGANISERS)
    if is_loaded and not known_by_number(session, form.member_number) and not form.email:
        raise UserError(
            localized(
                "Medlemsnummer: finns inte i medlemsregistret. Kontrollera det, eller fyll i e-post så får "
                "personen svar som icke-medlem.",
                "Member number: not in the register. Check it, or fill in an e-mail address to answer a non-member.",
            )
        )
    for place, number in enumerate(form.co_organiser_numbers, start=1):
        person = known_by_number(session, number)
        if is_loaded and not person:
            raise UserError(
                localized(
                    f"{field}: nummer {place} i listan finns inte i medlemsregistret. Rätta det.",
                    f"{field}: number {place} of the list is not in the register. Correct it.",
                )
            )
        if person and works_at_the_office(session, person):
            raise UserError(
                localized(
                    f"{field}: nummer {place} i listan är anställd på kansliet och kan inte arrangera. Ta bort det.",
                    f"{field}: number {place} of the list works at the office and cannot organise. Remove it.",
                )
            )


def _predecessor(session: Session, form: SupportRequestForm) -> Network | None:
    """The network that the members come back from: it must rest or have ended (domain.md section 4)."""
    if not form.predecessor:
        return None
    field = localized("Tidigare nätverk #", "Earlier network #")
    network = network_by_number(session, form.predecessor, field)
    if network.state in (*ENDED, NetworkState.resting):
        return network
    raise UserError(
        localized(
            f"{field}: #{network.number} är igång. Ange ett som vilar eller är avslutat, eller 0.",
            f"{field}: #{network.number} is alive. Give one that rests or has ended, or 0.",
        )
    )


def register_request(
    session: Session, form: SupportRequestForm, cause: Cause, language: Language = Language.sv
) -> tuple[SupportRequest, bool]:
    """Write the request down, judge it by the rules and answer: (the request, whether it is new).

    The same form twice is the same request and is answered once (domain.md section 12). `language` is the one that the
    initiator wrote in, if they are new to us.
    """
    person = get_or_create_person(session, form.member_number, form.name, form.email, language)
    municipality = municipality_of(session, form)
    code = municipality.code if municipality else ""
    told = (str(person.id), code, form.place, form.nature, form.need, form.predecessor)
    key = dedupe_key(*told)
    while known := session.exec(select(SupportRequest).where(col(SupportRequest.dedupe_key) == key)).one_or_none():
        if local(known.received_at).date() == local(cause.at).date() or not _is_over(session, known):
            return known, False
        key = dedupe_key(*told, known.number)  # what came to nothing, or has ended since, may be asked for again
    request = _request(session, form, person, municipality, key, cause.at)
    audit.log_creation(session, request, cause)
    helpers = [get_or_create_person(session, number).id for number in form.co_organiser_numbers]
    name_organisers(session, request, helpers)
    state, reason = screen(session, person, request.place, request.municipality)
    if state != RequestState.received:
        request.reason = reason
        lifecycle.advance_request(session, request, state, replace(cause, actor=Actor.rule))
    if person.email or request.reason != RefusalReason.not_a_member:  # else nobody is there to write to, or to phone
        enqueue(session, [_answer(request, person)], cause.at)
    return request, True


def _is_over(session: Session, request: SupportRequest) -> bool:
    """Whether it came to nothing, or to a network that has ended since."""
    network = session.get(Network, request.network_id) if request.network_id else None
    return request.state in CAME_TO_NOTHING or (network is not None and network.state in TERMINAL)


def _request(
    session: Session, form: SupportRequestForm, person: Person, where: Municipality | None, key: str, at: datetime
) -> SupportRequest:
    predecessor = _predecessor(session, form)
    talk_due, answer_due = _due_days(local(at).date())
    return SupportRequest(
        number=next_number(session, col(SupportRequest.number)),
        dedupe_key=key,
        received_at=at,
        channel=form.channel,
        initiator_id=person.id,
        place=nfc(form.place),
        municipality=where.code if where else None,
        nature=form.nature,
        need=form.need.strip(),
        wished=list(form.wished),
        without_support=form.without_support,
        predecessor=predecessor.id if predecessor else None,
        talk_due=talk_due,
        answer_due=answer_due,
    )


def _answer(request: SupportRequest, person: Person) -> QueuedMail:
    answers: dict[str, tuple[Template, dict[str, object]]] = {
        RequestState.received: (
            Template.receipt,
            {"number": request.number, "talk_due": request.talk_due, "answer_due": request.answer_due},
        ),
        RequestState.incomplete: (Template.more_information, {"missing": ["membership"]}),
        RequestState.declined: (Template.declined, {"reason": request.reason, "final": False}),
    }
    template, context = answers[request.state]
    return QueuedMail(template, person.id, str(request.id), request_id=request.id, context=context)


def retry_incomplete(session: Session, cause: Cause) -> int:
    """Judge again the incomplete requests whose person's membership is known by now. Returns how many were settled.

    What a request came to is answered, and a received one is given to somebody and invited to talk; its days count
    from now, when it became complete (domain.md sections 4 and 12). Who is still unknown waits, and is never granted.
    """
    known = or_(col(Person.membership) != Membership.unknown, col(Person.is_representative), col(Person.is_employee))
    rows = session.exec(
        select(SupportRequest, Person)
        .join(Person, col(Person.id) == SupportRequest.initiator_id)
        .where(col(SupportRequest.state) == RequestState.incomplete, known)
        .order_by(col(SupportRequest.number))
    ).all()
    for request, person in rows:
        state, request.reason = screen(session, person, request.place, request.municipality)
        request.talk_due, request.answer_due = _due_days(local(cause.at).date())
        lifecycle.advance_request(session, request, state, cause)
        enqueue(session, [_answer(request, person)], cause.at)
        take_on(session, request, cause.at)
    return len(rows)


def _due_days(today: date) -> tuple[date, date]:
    chosen = office_policy()
    return add_working_days(today, chosen.talk_working_days), add_working_days(today, chosen.answer_working_days)
