"""`/network/{token}.ics`: the network's meetings as a calendar to subscribe to. Holds no person."""

from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.request import LinkRefused, ids_in, moment_of, run_query, uuid_of
from models.db.engine import reading
from models.meetings.icalendar import meetings_to_show, subscription
from models.people.signed_link import Purpose
from models.tables.network import Network, Role
from models.tables.person import Person


async def show(request: Request) -> Response:
    """A calendar program asks again and again; the link holds while its reader carries the network."""
    [role] = ids_in(request, Purpose.network, 1)
    calendar = await run_query(_load, uuid_of(role), moment_of(request)[0])
    headers = {"Content-Disposition": 'inline; filename="natverk.ics"'}
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


# POST is for the page of a link that does not hold: its button asks for a fresh one.
ROUTES = [Route("/network/{token}.ics", show, methods=["GET", "POST"])]


def _load(role_id: UUID, at: datetime) -> bytes:
    with reading() as session:
        role = session.get(Role, role_id)
        if role is None or not role.is_confirmed or session.get_one(Person, role.person_id).erased_at:
            raise LinkRefused
        network = session.get_one(Network, role.network_id)
        return subscription(network, meetings_to_show(session, network.id, at))
