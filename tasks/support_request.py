"""A member asks for support: written down, answered at once, given to somebody, invited to talk."""

from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.errors import UserError
from models.forms.support_request import SupportRequestForm
from models.i18n import localized
from models.requests import assignment, near_neighbour
from models.stages import support_request
from models.tables.request import SupportRequest
from models.tables.transition import Actor, Cause
from tasks.runtime.form_intake import close_intake, form_of, keep_form
from tasks.runtime.step import run_id, step
from tasks.staff_ui.neighbour_list import neighbour_list

NEARBY = (
    "Nära den här förfrågan. Fråga båda om de vill presenteras för varandra.",
    "Near this request. Ask both whether they want to be introduced.",
)


@step("Kontrollera och spara formuläret", "Check and keep the form")
async def receive_request(form: SupportRequestForm, at: datetime) -> str:
    """The intake's id. Raises UserError that names what must be changed."""
    return keep_form(form, "support-request", at, support_request.check_request)


@step("Skriv upp förfrågan och bekräfta", "Write the request down and acknowledge it")
async def save_request(intake: str, at: datetime) -> dict[str, object]:
    """Write the request down and acknowledge it, once. Returns its id, number and state, and whether it is new."""
    with transaction() as session:
        row, form = form_of(session, intake, SupportRequestForm)
        if form is None:
            request, is_new = session.get_one(SupportRequest, row.subject_id), row.flow_run_id == run_id()
        else:
            cause = Cause("request", Actor.member, at, flow_run_id=run_id())
            request, is_new = support_request.register_request(session, form, cause)
            close_intake(row, request.id, at)
        return {"id": str(request.id), "number": request.number, "state": str(request.state), "new": is_new}


@step("Hämta förfrågan som webbsidan sparade", "Fetch the request that the web page saved")
async def find_request(request_id: str) -> dict[str, Any]:
    """Raises UserError when there is no such request."""
    with reading() as session:
        request = session.exec(select(SupportRequest).where(col(SupportRequest.id) == _id_of(request_id))).one_or_none()
        if request is None:
            raise _unknown_request()
        return {"id": str(request.id), "number": request.number, "state": str(request.state), "new": True}


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _unknown_request() from None


def _unknown_request() -> UserError:
    return UserError(
        localized(
            "request: ingen förfrågan har det id:t. Lämna fältet tomt.", "request: no request has that id. Leave empty."
        )
    )


@step("Sök dubbletter och grannar", "Look for duplicates and neighbours")
async def neighbours(request_id: str, at: datetime) -> int:
    """What lies near it, kept and shown on the run. Returns how many."""
    with transaction() as session:
        request = session.get_one(SupportRequest, UUID(request_id))
        found = near_neighbour.find_neighbours(session, request, at)
        shown = neighbour_list(session, request, found)
    if shown:
        await acreate_markdown_artifact(shown, key=f"neighbours-{request.number}", description=localized(*NEARBY))
    return len(found)


@step("Utse handläggare", "Assign it to somebody")
async def assign(request_id: str, at: datetime) -> str:
    """Give it to somebody. Returns their signature, empty when there is nobody."""
    with transaction() as session:
        request = session.get_one(SupportRequest, UUID(request_id))
        staff = assignment.assign(session, request, at)
        return staff.signature if staff else ""


@step("Bjud in till samtal", "Invite to a talk")
async def invite_to_talk(request_id: str, at: datetime) -> int:
    """Invite to the needs talk, once. Returns how many mails."""
    with transaction() as session:
        request = session.get_one(SupportRequest, UUID(request_id))
        return assignment.invite_to_talk(session, request, at)
