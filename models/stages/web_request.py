"""A support request from the web page: a case once its member has confirmed it, whether or not Prefect is there."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.forms.support_request import SupportRequestForm
from models.i18n import Language
from models.reference.member_register import register_is_loaded
from models.reference.places import find_municipality
from models.requests import assignment, near_neighbour
from models.requests.unconfirmed import form_of
from models.stages import support_request
from models.tables.network import Network
from models.tables.request import RequestState, SupportRequest
from models.tables.transition import Cause
from models.tables.unconfirmed_request import UnconfirmedRequest

NEARBY_SHOWN = 3


def nearby(session: Session, form: SupportRequestForm) -> Sequence[Network]:
    """The networks that lie nearest what is asked for, to be told of by place alone. Writes nothing."""
    municipality = find_municipality(session, form.municipality)
    if municipality is None:
        return []
    sought = form.model_copy(update={"municipality": municipality.code})
    return near_neighbour.networks_near(session, sought)[:NEARBY_SHOWN]


def register_web_request(
    session: Session, form: SupportRequestForm, introduce: bool, language: Language, cause: Cause
) -> tuple[SupportRequest, bool]:
    """Write the request down as `register_request` does, and whether to introduce the member to who is near.

    `language` is that of the page they wrote on: who is new to us gets mail in it.

    Whoever the member numbers belong to, or whether they belong to anybody, shows in the mail to the address on file
    and nowhere else: the page says the same to all. An address typed by somebody unknown is used only while no
    register is loaded, so that nobody can have a member's mail sent elsewhere, or learn from it who is a member.
    """
    if register_is_loaded(session):
        form = form.model_copy(update={"name": "", "email": ""})
    request, is_new = support_request.register_request(session, form, cause, language)
    if introduce:
        near_neighbour.find_neighbours(session, request, cause.at)
        near_neighbour.agree_for_request(session, request, cause.at)
    return request, is_new


def confirm(session: Session, typed: UnconfirmedRequest, cause: Cause) -> tuple[SupportRequest, bool]:
    """What was typed is a request from now on: its member says that it was they. The request, and whether it is new.

    Pressed twice it is the same request (domain.md section 13).
    """
    session.refresh(typed, with_for_update=True)
    if typed.request_id:
        return session.get_one(SupportRequest, typed.request_id), False
    language = Language(typed.language)
    request, is_new = register_web_request(session, form_of(typed), typed.introduce, language, cause)
    request.confirmed_at = request.confirmed_at or cause.at
    typed.form, typed.content, typed.request_id = None, None, request.id
    session.add_all((request, typed))
    return request, is_new


def assign_untaken(session: Session, at: datetime) -> int:
    """Give received requests that nobody has taken yet to somebody, and invite to the talk. Returns how many.

    So it goes with what came in on the web while Prefect was away.
    """
    untaken = select(SupportRequest).where(
        col(SupportRequest.state) == RequestState.received, col(SupportRequest.assigned_to).is_(None)
    )
    requests = session.exec(untaken.order_by(col(SupportRequest.number))).all()
    for request in requests:
        assignment.take_on(session, request, at)
    return len(requests)
