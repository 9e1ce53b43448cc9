"""What an organiser does on `/network/{token}`: the forms, and what each of them does (domain.md section 13)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from limits import parse
from sqlmodel import Session
from starlette.requests import Request

from deployments.web.form_fields import FormReader
from deployments.web.pages.network_queries import OurNetwork
from deployments.web.pages.support_request_form import MEMBER_NUMBER
from deployments.web.rate_limits import RateLimiter
from models.meetings.duties import plan_duties
from models.meetings.invitation import WORDS_LENGTH, names_somebody, set_invitation
from models.networks import own_acts, rest
from models.networks.changes import Word, change_cadence
from models.tables.meeting import Duty
from models.tables.network import Network, Role
from models.tables.transition import Cause
from models.text import holds_address, nfc
from models.vocabulary import CADENCE

MOST_ASKED = parse("10 per day")
NO, YES = "no", "yes"
WORDS, SHOWS_VENUE, SHOWS_LINK = "words", "shows_venue", "shows_link"
Work = Callable[[Session, Network, Role, Cause], object]
Act = Callable[[Request, OurNetwork, FormReader], Work]


def _share(request: Request, ours: OurNetwork, typed: FormReader) -> Work:
    said = nfc(typed.text(WORDS))
    if len(said) > WORDS_LENGTH:
        typed.error(WORDS, "long", most=WORDS_LENGTH)
    if holds_address(said):
        typed.error(WORDS, "address")
    if not ours.ahead:
        typed.error(WORDS, "refused")
        return _nothing

    def do(session: Session, network: Network, _role: Role, _cause: Cause) -> None:
        if names_somebody(session, network.id, said):
            typed.error(WORDS, "names")
            return
        shown = {name: bool(typed.text(name)) for name in (SHOWS_VENUE, SHOWS_LINK)}
        set_invitation(session, ours.ahead[0].meeting_id, said, **shown)

    return do


def _nothing(_session: Session, _network: Network, _role: Role, _cause: Cause) -> None:
    """For a form that cannot be saved: its errors say why."""


def _duties(_request: Request, ours: OurNetwork, typed: FormReader) -> Work:
    allowed = ("", *(code for code, _ in ours.teller.organisers))
    carriers = {duty: code for duty in Duty if (code := typed.choice(duty.value, allowed))}
    return lambda session, _network, _role, _cause: plan_duties(session, ours.ahead[0].meeting_id, carriers)


def _ask(request: Request, ours: OurNetwork, typed: FormReader) -> Work:
    number, knocks = typed.text("member_number"), request.app.state.knocks
    assert isinstance(knocks, RateLimiter)
    if not number:
        typed.error("member_number", "missing")
    elif not MEMBER_NUMBER.fullmatch(number):
        typed.error("member_number", "form")
    elif not knocks.hit(MOST_ASKED, "asks by organiser", str(ours.teller.role_id)):
        typed.error("member_number", "many")
    return lambda session, network, role, cause: own_acts.ask_by_number(session, network, role, number, cause)


def _contact(_request: Request, ours: OurNetwork, typed: FormReader) -> Work:
    code = typed.choice("new_contact", [code for code, _ in ours.others])
    return lambda session, network, role, cause: own_acts.offer_contact(session, network, role, code, cause)


def _take(_request: Request, _ours: OurNetwork, typed: FormReader) -> Work:
    is_yes = typed.text("answer") != NO
    return lambda session, network, role, cause: own_acts.answer_as_contact(
        session, network, role, cause, is_yes=is_yes
    )


def _cadence(_request: Request, _ours: OurNetwork, typed: FormReader) -> Work:
    days = int(typed.choice("cadence", CADENCE) or 0)
    return lambda session, network, role, cause: change_cadence(session, network, days, Word(cause, role.code))


def _leave(_request: Request, ours: OurNetwork, typed: FormReader) -> Work:
    if ours.is_last and typed.text("knows") != YES:
        typed.error("knows", "missing")
    return own_acts.leave


def _rest(_request: Request, _ours: OurNetwork, _typed: FormReader) -> Work:
    return lambda session, network, role, cause: rest.rest(session, network, role.code, cause)


def _wake(_request: Request, _ours: OurNetwork, _typed: FormReader) -> Work:
    return lambda session, network, role, cause: rest.wake(session, network, role.code, cause)


ACTS: Mapping[str, Act] = MappingProxyType({
    "share": _share,
    "duties": _duties,
    "ask": _ask,
    "contact": _contact,
    "take": _take,
    "cadence": _cadence,
    "leave": _leave,
    "rest": _rest,
    "wake": _wake,
})  # fmt: skip
"""By what is sent in: reads the form, notes what is wrong with it, and gives what is to be done."""
FIELDS = {"ask": "member_number", "contact": "new_contact", "share": WORDS, "cadence": "cadence"}
"""The field that a refusal is told beside."""
