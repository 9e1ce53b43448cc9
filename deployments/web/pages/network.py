"""`/network/{token}`: our network, the one page behind every mail to those who carry it (domain.md section 13).

Meetings are booked, moved, called off and told of by the meeting's own page, which it leads to; what else an organiser
does is done here, and comes back to the page with a line that says so.
"""

from typing import Any

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.pages.meeting import HOW_MANY, calendar_of
from deployments.web.pages.network_acts import ACTS, FIELDS, NO, SHOWS_LINK, SHOWS_VENUE, WORDS, YES, Work
from deployments.web.pages.network_queries import OurNetwork, load, organiser
from deployments.web.request import ids_in, language_of, moment_of, page, posted, run_query, uuid_of
from deployments.web.start_run import let_mail_go
from deployments.web.writer import write
from models.errors import TransitionRefused, UserError
from models.people.signed_link import Purpose, make_link
from models.settings import settings
from models.tables.meeting import Duty
from models.tables.transition import Actor, Cause
from templates.rendering.invitation import invitation_mail, invitation_text, meet_address
from templates.rendering.web import words

PAGES = ("share", "duties", "ask", "contact", "cadence", "leave", "rest", "wake")
"""What an organiser does on a page of its own, by what stands in its address."""


async def show(request: Request) -> Response:
    """Shows the page, or one of its forms, and writes nothing: mail scanners open links."""
    ours = await _ours(request)
    act = request.query_params.get("do", "")
    if ours.teller.is_ended:
        return page(request, "ended", 410, network=ours.teller.network)
    if act in PAGES and _may(ours, act):
        return _act_page(request, ours, act, _as_it_is(request, ours, act))
    return _main(request, ours)


async def save(request: Request) -> Response:
    ours = await _ours(request)
    if ours.teller.is_ended:
        return page(request, "ended", 410, network=ours.teller.network)
    typed = FormReader("network", await posted(request), words(language_of(request)), long=(WORDS,))
    act = typed.choice("do", tuple(ACTS))
    if not act or not _may(ours, act):
        return _main(request, ours)
    if is_switched(typed):
        return _act_page(request, ours, act, typed.values)
    work = ACTS[act](request, ours, typed)
    if not typed.errors:
        await _try(request, ours, typed, act, work)
    if typed.errors:
        return _act_page(request, ours, act, typed.values, typed.errors, 422)
    if act == "leave":
        return _with_mail(request, kept_page(request, "network-left", network=ours.teller.network))
    now = await _ours(request)
    if act == "share":
        return _act_page(request, now, act, _as_it_is(request, now, act), is_saved=True)
    return _with_mail(request, _main(request, now, done=_done(act, typed)))


ROUTES = [
    Route("/network/{token}", show, methods=["GET"]),
    Route("/network/{token}", save, methods=["POST"]),
]


async def _ours(request: Request) -> OurNetwork:
    [role] = ids_in(request, Purpose.our_network, 1)
    return await run_query(load, uuid_of(role), moment_of(request)[0])


async def _try(request: Request, ours: OurNetwork, typed: FormReader, act: str, work: Work) -> None:
    """What cannot be done (any more) is told beside the field that it is about."""
    cause = Cause("network-page", Actor.member, moment_of(request)[0])

    def do(session: Session) -> object:
        return work(session, *organiser(session, ours), cause)

    try:
        await write(request, do)
    except (UserError, TransitionRefused):
        typed.error(FIELDS.get(act, "do"), "refused")


def _with_mail(request: Request, reply: Response) -> Response:
    reply.background = BackgroundTask(let_mail_go, request.app.state.start)
    return reply


def _done(act: str, typed: FormReader) -> str:
    return f"{act}_no" if typed.text("answer") == NO else act


def _may(ours: OurNetwork, act: str) -> bool:
    """Whether there is anything to do: a meeting to share, somebody to hand over to, a network to wake."""
    match act:
        case "share" | "take":
            return True
        case "duties":
            return bool(ours.ahead)
        case "contact":
            return bool(ours.others) and ours.contact in ("", ours.teller.code)
        case "rest":
            return ours.is_active
        case "wake":
            return ours.is_resting
    return True


# --- the pages ------------------------------------------------------------------------------------


def _main(request: Request, ours: OurNetwork, done: str = "") -> Response:
    language = language_of(request)
    path = make_link(Purpose.meeting, str(ours.teller.role_id)).removeprefix(settings().public_url)
    values: dict[str, Any] = {
        "ours": ours,
        "teller": ours.teller,
        "done": done,
        "meeting_path": path,
        "how_many": HOW_MANY,
        "calendar": calendar_of(ours.teller),
        "mailto": invitation_mail(ours.ahead[0].invitation, language) if ours.ahead else "",
    }
    return kept_page(request, "network", **values) if done else page(request, "network", **values)


def _act_page(
    request: Request, ours: OurNetwork, act: str, typed: dict[str, str], errors: dict[str, str] | None = None,
    status_code: int = 200, *, is_saved: bool = False,
) -> Response:  # fmt: skip
    language = language_of(request)
    values: dict[str, Any] = {"ours": ours, "teller": ours.teller, "typed": typed, "errors": errors or {}, "act": act}
    match act:
        case "share":
            first = ours.ahead[0] if ours.ahead else None
            values |= {
                "first": first,
                "is_saved": is_saved,
                "text": invitation_text(first.invitation, language) if first else "",
                "mailto": invitation_mail(first.invitation, language) if first else "",
                "meet": meet_address(first.invitation, language) if first else "",
            }
            return kept_page(request, "network-share", status_code, **values)
        case "duties":
            t = words(language)
            carriers = [("", t("network.duties.nobody")), *ours.teller.organisers]
            labels = [(duty.value, t(f"network.duties.{duty.value}")) for duty in Duty]
            return kept_page(request, "network-duties", status_code, **values, carriers=carriers, labels=labels)
        case "ask":
            address = make_link(Purpose.pass_on, str(ours.teller.role_id))
            return kept_page(request, "network-ask", status_code, **values, address=address)
    return kept_page(request, "network-act", status_code, **values)


def _as_it_is(request: Request, ours: OurNetwork, act: str) -> dict[str, str]:
    """The form as it opens: what is so now."""
    match act:
        case "share" if ours.ahead:
            meeting = ours.ahead[0].invitation
            usual = words(language_of(request))("network.share.usual", place=ours.teller.place)
            shown = {SHOWS_VENUE: meeting.meeting.shows_venue, SHOWS_LINK: meeting.meeting.shows_link}
            return {WORDS: meeting.words or usual} | {name: YES for name, is_shown in shown.items() if is_shown}
        case "duties":
            return dict(ours.ahead[0].duties)
        case "cadence":
            return {"cadence": str(ours.cadence_days)}
        case "contact":
            return {"new_contact": ours.offered_to}
    return {}
