"""A link that does not hold: one page for all that can be wrong with it, and a fresh link by mail for who asks.

Whether the link was ours, whose it was, and whether a mail goes shows in the mailbox on file and nowhere else.
"""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from deployments.web.request import LinkRefused, moment_of, page
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write, write_at_last
from models.errors import UserError
from models.people import link_renewal
from models.people.signed_link import Purpose, purpose_at, read_link

ASKED = "fresh"  # the button's address is the page's own, with this: so that every refused page reads alike


async def link_refused(request: Request, error: LinkRefused) -> Response:
    """The page that every link gets that does not hold; its button asks for a fresh one."""
    if request.method != "POST" or request.query_params.get(ASKED) != "yes":
        return page(request, "link", 404)
    await write(request, link_renewal.can_be_queued)
    purpose, token = purpose_at(request.url.path), request.path_params["token"]
    assert purpose, "only pages with a link refuse one"
    reply = page(request, "link-asked")
    reply.background = BackgroundTask(_send, request, purpose, token)
    return reply


async def _send(request: Request, purpose: Purpose, token: str) -> None:
    """After the answer has gone, so that its time tells nothing either."""
    at = moment_of(request)[0]
    try:
        ids = read_link(purpose, token, also_expired=True)
        sent = await write_at_last(request, lambda session: link_renewal.send_for(session, purpose, ids, at))
    except UserError:
        return
    if sent:
        await let_mail_go(request.app.state.start)
