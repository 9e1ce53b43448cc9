"""What the office answers when a person asks for what the law gives them, and what it does then (section 10)."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.db.column_types import nfc
from models.errors import UserError
from models.forms.data_protection import REQUEST, DataProtectionForm
from models.forms.kit.base import YOUR_SIGNATURE, Form
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.office.labels import SEPARATOR
from models.office.staff import ANSWERING, by_signature
from models.people.person import known_by_number, written_down
from models.privacy import rights_request
from models.privacy.erasure import by_erasure, erase
from models.privacy.rights_request import unanswered
from models.tables.mail import UNSETTLED, OutgoingMail, Template
from models.tables.person import EmailStatus, Person, RightsKind, RightsRequest, RightsStatus
from models.vocabulary import RIGHTS, word


def find(session: Session, asked: str) -> RightsRequest:
    """The request that a label or its number names. Raises UserError when it is none that waits."""
    number = asked.rpartition(SEPARATOR)[2].strip().lower()
    found = [one for one in unanswered(session) if number and one.id.hex.startswith(number)]
    if len(found) != 1:
        raise UserError(
            localized(
                f"{REQUEST[0]}: ingen sådan väntar på svar. Välj en ur listan.",
                f"{REQUEST[1]}: none such waits for an answer. Choose one from the list.",
            )
        )
    return found[0]


def check_answer(session: Session, form: Form) -> None:
    """Raises UserError that names the field when the request does not wait, the signature is nobody's, or something is
    to be corrected of one who did not ask for that.
    """
    assert isinstance(form, DataProtectionForm)
    by_signature(session, form.signature, localized(*YOUR_SIGNATURE), ANSWERING)
    if form.is_new:
        _who_asks(session, form)
        return
    request = find(session, form.request)
    if request.kind != RightsKind.rectification:
        lost = form.unread(["new_name", "new_email"], word(RIGHTS, request.kind))
        if lost:
            raise UserError(lost[0])


def _who_asks(session: Session, form: DataProtectionForm) -> Person:
    person = known_by_number(session, form.member_number)
    if person is None:
        raise UserError(
            localized(
                "Personens medlemsnummer: vi har inga uppgifter om någon med det numret. Kontrollera det; är det "
                "rätt är svaret att vi inte har något.",
                "Their member number: we hold nothing about anybody with it. Check it; if it is right, the answer is "
                "that we hold nothing.",
            )
        )
    return person


def record(session: Session, form: DataProtectionForm, at: datetime) -> RightsRequest:
    """Write down what somebody asked for by phone or letter: its month runs from the day it came. Raises UserError."""
    person = written_down(session, _who_asks(session, form))
    return rights_request.ask(session, person, form.kind, at, form.came_on())


def answer(session: Session, form: DataProtectionForm, at: datetime) -> RightsRequest:
    """Answer one request: yes, and then it is done; or no, with the reason. The person gets a mail.

    A correction is made at once. An erasure is granted here and done by `erase_granted`, once that mail has gone.
    Raises UserError when the request does not wait.
    """
    request = find(session, form.request)
    person = session.get(Person, request.person_id)
    refused = form.answer == "refused"
    if person and request.kind == RightsKind.rectification and not refused:
        _correct(session, person, form)
    request.status = RightsStatus.refused if refused else RightsStatus.answered
    session.add(request)
    told = {
        "stage": "answer", "kind": request.kind, "deadline": request.deadline, "outcome": form.answer,
        "reason": form.reason.strip(), "data_link": "",
    }  # fmt: skip
    if person and not person.erased_at:
        enqueue(session, [_letter(request, person, told)], at)
    return request


def _correct(session: Session, person: Person, form: DataProtectionForm) -> None:
    """Only what was given is changed. What the register holds must be corrected there too: its next import wins."""
    if name := nfc(form.new_name):
        person.name = name
    if email := nfc(form.new_email):
        person.email, person.email_status = email, EmailStatus.ok
    session.add(person)


def erase_granted(session: Session, at: datetime) -> int:
    """Erase whom the office said yes to, once the mail that says so has gone. Returns how many.

    A mail that still waits on the day by which the law wants an answer is waited for no longer.
    """
    rows = session.exec(
        select(RightsRequest, Person)
        .join(Person, col(Person.id) == RightsRequest.person_id)
        .where(col(RightsRequest.kind) == RightsKind.erasure, col(RightsRequest.status) == RightsStatus.answered)
        .where(col(Person.erased_at).is_(None))
    ).all()
    granted = {_letter(request, person, {}).key: (request, person) for request, person in rows}
    on_the_way = select(OutgoingMail.idempotency_key).where(
        col(OutgoingMail.idempotency_key).in_(list(granted)), col(OutgoingMail.status).in_(UNSETTLED)
    )
    for key in session.exec(on_the_way).all():
        if granted[key][0].deadline >= local(at).date():
            del granted[key]
    for _, person in granted.values():
        erase(session, person, by_erasure(at))
    return len(granted)


def _letter(request: RightsRequest, person: Person, told: Mapping[str, object]) -> QueuedMail:
    return QueuedMail(Template.data_request, person.id, f"{request.id}:answer", context=told)
