"""`/meet/{code}`: a meeting's invitation page, its calendar file and its poster, for anybody (domain.md section 13).

It names nobody and takes no sign-ups; once the meeting has been, or is called off, it says so and shows nothing of it.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import language_of, moment_of, page, run_apart, run_query
from models.db.engine import reading
from models.meetings.icalendar import public_file
from models.meetings.invitation import Invitation, PageState, invitation_by_code
from templates.rendering.filters import duration
from templates.rendering.invitation import meet_address, own_words, where_they_meet
from templates.rendering.poster import Poster, render_poster


async def show(request: Request) -> Response:
    invitation = await _invitation(request)
    if invitation.state != PageState.open:
        return _gone(request, invitation)
    language = language_of(request)
    said, where = own_words(invitation, language), where_they_meet(invitation, language)
    return page(request, "meet", invitation=invitation, words=said, where=where)


async def calendar(request: Request) -> Response:
    invitation = await _invitation(request)
    if invitation.state != PageState.open:
        return _gone(request, invitation)
    file = public_file(invitation, moment_of(request)[0])
    headers = {"Content-Disposition": 'attachment; filename="traff.ics"'}
    return Response(file, media_type="text/calendar; charset=utf-8", headers=headers)


async def poster(request: Request) -> Response:
    """In a thread: a poster that was not made before takes as long as fifty pages."""
    invitation = await _invitation(request)
    if invitation.state != PageState.open:
        return _gone(request, invitation)
    file = await run_apart(render_poster, poster_of(invitation, language_of(request)))
    headers = {"Content-Disposition": 'inline; filename="affisch.pdf"'}
    return Response(file, media_type="application/pdf", headers=headers)


ROUTES = [
    Route("/meet/{code}.ics", calendar, methods=["GET"]),
    Route("/meet/{code}.pdf", poster, methods=["GET"]),
    Route("/meet/{code}", show, methods=["GET"]),
]


def poster_of(invitation: Invitation, language: str) -> Poster:
    """What stands on the meeting's poster."""
    return Poster(
        network=invitation.network.name,
        topic=invitation.details.topic,
        words=own_words(invitation, language),
        starts_at=invitation.meeting.starts_at,
        length=duration(invitation.details.minutes, language),
        where=where_they_meet(invitation, language),
        address=meet_address(invitation, language),
        language=language,
    )


async def _invitation(request: Request) -> Invitation:
    found = await run_query(_load, request, request.path_params["code"])
    if found is None:
        raise HTTPException(404)
    return found


def _load(request: Request, code: str) -> Invitation | None:
    with reading() as session:
        return invitation_by_code(session, code, moment_of(request)[0])


def _gone(request: Request, invitation: Invitation) -> Response:
    return page(request, "meet-gone", 410, state=invitation.state)
