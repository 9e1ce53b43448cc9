"""`/staff/mail/{id}`: one mail's text and what became of it; send it once more (domain.md section 13)."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Final
from uuid import UUID

from jinja2 import UndefinedError
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import language_of, moment_of, run_query
from deployments.web.staff.page import came_back, check_signs, give_reason, looked_at, staff_page
from deployments.web.staff.session import Form, SignedIn, for_staff, from_staff
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.db.engine import reading
from models.errors import UserError
from models.i18n import in_language
from models.mail.delivery import bytes_of
from models.office.sight import Sight
from models.people.signed_link import Purpose
from models.stages.mail_again import again_refused, send_again
from models.tables.mail import OutgoingMail
from models.views.cases.mail_case import MailCase, mail_case, page_of
from tasks.smtp.mail_bytes import recipient
from tasks.smtp.mail_context import mail_values
from tasks.smtp.prefetched import Prefetched
from templates.rendering.mail import render_mail

# A link in a founder's mail is a key to what they may do: staff see that there is one, and not which.
KEY: Final = re.compile(rf"(/(?:{'|'.join(Purpose)})/)[\w.~-]+")


@dataclass(frozen=True)
class Shown:
    """A mail's page. `as_it_went`: its text is the very bytes, not written anew from what was kept."""

    case: MailCase
    subject: str
    text: str
    as_it_went: bool
    refused: str


@for_staff
async def show(request: Request, me: SignedIn) -> Response:
    return await _page(request, me, await _found(request, me))


@from_staff
async def explain(request: Request, me: SignedIn, form: Form) -> Response:
    found = await _found(request, me)
    return await give_reason(request, me, form, found.case, page_of(found.case.mail.id))


@from_staff
async def again(request: Request, me: SignedIn, _form: Form) -> Response:
    """Sends it once more, where the rules allow that."""
    found, at = await _found(request, me), moment_of(request)[0]
    check_signs(me)
    if found.case.sight is not Sight.all:
        raise HTTPException(403)
    mail_id = found.case.mail.id
    try:
        new = await write(request, lambda session: send_again(session, session.get_one(OutgoingMail, mail_id), at))
    except UserError as error:
        return await _page(request, me, found, 422, wrong=str(error))
    reply = came_back(request, f"/staff/{page_of(new)}", "again")
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


ROUTES = [
    Route("/staff/mail/{mail:uuid}", show, methods=["GET"]),
    Route("/staff/mail/{mail:uuid}/reason", explain, methods=["POST"]),
    Route("/staff/mail/{mail:uuid}/again", again, methods=["POST"]),
]


async def _found(request: Request, me: SignedIn) -> Shown:
    found = await run_query(_load, request.path_params["mail"], me, moment_of(request)[0], language_of(request))
    if found is None:
        raise HTTPException(404)
    return found


def _load(mail_id: UUID, me: SignedIn, at: datetime, language: str) -> Shown | None:
    with reading() as session, in_language(language):
        case = mail_case(session, mail_id, me.staff, me.since, at)
        if case is None:
            return None
        if case.sight is not Sight.all:
            return Shown(case, "", "", as_it_went=False, refused="")
        subject, text, as_it_went = _text(session, case.mail, at)
        refused = again_refused(session, case.mail, at)
        return Shown(case, KEY.sub(r"\1…", subject), KEY.sub(r"\1…", text), as_it_went, refused)


def _text(session: Session, mail: OutgoingMail, at: datetime) -> tuple[str, str, bool]:
    """Subject and text: the kept bytes, else written anew; nothing where what it told of is not there any more."""
    if body := bytes_of(mail):
        message = message_from_bytes(body, policy=policy.default)
        part = message.get_body(("plain",))
        return str(message["Subject"]), str(part.get_content()) if part else "", True
    prefetched = Prefetched(session, [mail])
    try:
        to = recipient(prefetched.reader(mail))
        rendered = render_mail(mail.template, to.language, mail_values(mail, prefetched, to.hello, to.language, at))
    except (LookupError, ValueError, TypeError, UndefinedError):
        return "", "", False
    return rendered.subject, rendered.text, False


async def _page(request: Request, me: SignedIn, found: Shown, status_code: int = 200, **values: object) -> Response:
    await looked_at(request, me, found.case, page_of(found.case.mail.id))
    return await staff_page(request, me, "mail", status_code, shown=found, case=found.case, **values)
