"""`/my-data`: what is stored about the reader, in a file too, and what they may ask for (domain.md section 10).

A member number asks for the link; it goes to the address on file, and the page says the same to everybody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.support_request_form import MEMBER_NUMBER
from deployments.web.request import LinkRefused, ids_in, language_of, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write, write_at_last
from models.db.engine import reading
from models.people import link_renewal
from models.people.signed_link import Purpose
from models.privacy import rights_request
from models.tables.mail import OutgoingMail
from models.tables.person import Person, RightsKind
from models.views import my_data
from models.vocabulary import MAIL
from templates.rendering.web import words


@dataclass(frozen=True)
class Mine:
    """What the page shows: by kind, as `my_data.stored_about` tells it."""

    mail_id: UUID
    stored: dict[str, Any]


async def ask(request: Request) -> Response:
    return kept_page(request, "my-data-ask", typed={}, errors={})


async def send_link(request: Request) -> Response:
    """The same answer whoever the number belongs to, in the same time: the mail is queued after it has gone."""
    typed = FormReader("my_data", await posted(request), words(language_of(request)))
    if is_switched(typed):
        return kept_page(request, "my-data-ask", typed=typed.values, errors={})
    number = typed.text("member_number")
    if not MEMBER_NUMBER.fullmatch(number):
        typed.error("member_number", "form" if number else "missing")
        return kept_page(request, "my-data-ask", 422, typed=typed.values, errors=typed.errors)
    await write(request, link_renewal.can_be_queued)
    reply = kept_page(request, "my-data-asked")
    reply.background = BackgroundTask(_send_link, request, number)
    return reply


async def show(request: Request) -> Response:
    return _page(request, await _mine(request))


async def take(request: Request) -> Response:
    """The same as a file to keep or to load somewhere else."""
    mine = await _mine(request)
    headers = {"Content-Disposition": 'attachment; filename="mina-uppgifter.json"'}
    return Response(orjson.dumps(mine.stored, option=orjson.OPT_INDENT_2), 200, headers, "application/json")


async def save(request: Request) -> Response:
    """Asks for a correction, an erasure, or an answer in writing; once however often it is pressed."""
    mine = await _mine(request)
    at = moment_of(request)[0]
    typed = FormReader("my_data", await posted(request), words(language_of(request)))
    if is_switched(typed):
        return _page(request, mine, typed=typed)
    kind = typed.choice("kind", tuple(RightsKind))
    if not kind:
        return _page(request, mine, 422, typed)
    deadline = await write(request, lambda session: _ask(session, mine.mail_id, RightsKind(kind), at))
    reply = kept_page(request, "my-data-thanks", kind=kind, deadline=deadline)
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


ROUTES = [
    Route("/my-data", ask, methods=["GET"]),
    Route("/my-data", send_link, methods=["POST"]),
    Route("/my-data/{token}", show, methods=["GET"]),
    Route("/my-data/{token}", save, methods=["POST"]),
    Route("/my-data/{token}/file", take, methods=["GET"]),
]


async def _send_link(request: Request, member_number: str) -> None:
    at = moment_of(request)[0]

    # The outbox begins for nothing too: who knocks meanwhile would notice the difference.
    await write_at_last(request, lambda session: link_renewal.send_my_data(session, member_number, at))
    await let_mail_go(request.app.state.start)


async def _mine(request: Request) -> Mine:
    [mail] = ids_in(request, Purpose.my_data, 1)
    return await run_query(_load, uuid_of(mail))


def _load(mail_id: UUID) -> Mine:
    with reading() as session:
        return Mine(mail_id, my_data.stored_about(session, _person(session, mail_id)))


def _person(session: Session, mail_id: UUID) -> Person:
    """Whom the mail went to that held the link, while they are still with us."""
    mail = session.get(OutgoingMail, mail_id)
    person = session.get(Person, mail.person_id) if mail and mail.person_id else None
    if person is None or person.erased_at:
        raise LinkRefused
    return person


def _ask(session: Session, mail_id: UUID, kind: RightsKind, at: datetime) -> date:
    return rights_request.ask(session, _person(session, mail_id), kind, at).deadline


def _page(request: Request, mine: Mine, status_code: int = 200, typed: FormReader | None = None) -> Response:
    """Kept nowhere, not even in the reader's browser: it is all that is stored about them."""
    language = language_of(request)
    t = words(language)
    mails = {code: names[language == "en"] for code, names in MAIL.items()}
    kinds = [(kind.value, t(f"my_data.kind_{kind.value}")) for kind in RightsKind]
    file = f"/my-data/{request.path_params['token']}/file"
    values: dict[str, object] = {"kinds": kinds, "file": file, "mails": mails}
    values |= {"typed": typed.values if typed else {}, "errors": typed.errors if typed else {}}
    looks = my_data.looks_by_day(mine.stored["looks"], ("by", "reason"))
    return page(request, "my-data", status_code, stored=mine.stored, looks=looks, **values)
