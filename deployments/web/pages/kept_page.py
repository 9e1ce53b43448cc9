"""Pages that stay as their reader left them: when the language is switched, and on the way Back to them."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from deployments.web.form_fields import FormReader
from deployments.web.request import page

SWITCH = "change"
# A browser shows what may not be stored at all only by asking for it anew: of a form without what was typed, and of
# what answers a form nothing but the question whether to send it once more.
KEPT_BY_ITS_READER = {"Cache-Control": "private, no-cache"}


def kept_page(request: Request, name: str, status_code: int = 200, **values: object) -> HTMLResponse:
    """A form, or what answers one: the reader's own browser may keep it, and nobody between."""
    reply = page(request, name, status_code, **values)
    reply.headers.update(KEPT_BY_ITS_READER)
    return reply


def is_switched(typed: FormReader) -> bool:
    """Whether another language was asked for, or to change something: the page as it is, and nothing is judged."""
    return typed.values.get("step") == SWITCH
