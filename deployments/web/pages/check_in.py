"""`/check-in/{token}`: one minute, five questions (domain.md section 6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.web.form_fields import AHEAD, FormReader
from deployments.web.pages.kept_page import is_switched, kept_page
from deployments.web.request import LinkRefused, ids_in, language_of, moment_of, page, posted, run_query, uuid_of
from deployments.web.writer import write
from models.dates.local_time import local, midnight
from models.db.engine import reading
from models.errors import UserError
from models.forms.check_in import CheckInAnswers
from models.meetings.booking import meeting_on
from models.people.signed_link import Purpose, make_link
from models.settings import settings
from models.stages import check_in
from models.stages.meeting_report import is_fully_told
from models.tables.check_in import CHANGEABLE_DAYS, CheckIn, CheckInAnswer, Sharing, Wish
from models.tables.meeting import MOST_ATTENDING, MeetingStatus
from models.tables.network import Network, Role
from models.tables.person import Person
from models.tables.transition import Actor, Cause
from models.views.known_answers import LONGEST_SINCE, known_answers
from models.views.network_summary import network_summary
from templates.rendering.web import words
from templates.rendering.wording import Wording

YES_OR_NO = ("yes", "no")
MOTIVATIONS = ("1", "2", "3", "4", "5")
# What a button in the mail may fill in: `?q4=5`, or the fields' own names.
SHORT_NAMES = {"q1": "met", "q2": "next_on", "q3": "sharing", "q4": "motivation", "q5": "wish"}
CHOICES = {"met": YES_OR_NO, "sharing": tuple(Sharing), "motivation": MOTIVATIONS, "wish": tuple(Wish)}


@dataclass(frozen=True)
class CheckInAsked:
    """What the page knows of the check-in."""

    check_in: CheckIn
    own: CheckInAnswer | None
    person_id: UUID
    role_id: UUID
    network: Network

    @property
    def answered_on(self) -> date | None:
        return local(self.own.answered_at).date() if self.own else None

    @property
    def answers(self) -> dict[str, str]:
        """The reader's own earlier answers, as typed."""
        return _as_typed(self.own) if self.own else {}

    @property
    def changeable_until(self) -> date | None:
        return self.answered_on and self.answered_on + timedelta(days=CHANGEABLE_DAYS)

    def is_closed(self, today: date) -> bool:
        return self.changeable_until is not None and today > self.changeable_until


async def show(request: Request) -> Response:
    """Shows the form and writes nothing: mail scanners open links."""
    at, today = moment_of(request)
    asked, known = await run_query(_load_known, *_keys(request), at)
    if asked.is_closed(today):
        return _closed(request, asked)
    return _form_page(request, asked, known | asked.answers | _prefilled(request), is_known=bool(known))


async def save(request: Request) -> Response:
    keys, (at, today) = _keys(request), moment_of(request)
    typed = FormReader("check_in", await posted(request), words(language_of(request)))
    form = None if is_switched(typed) else read_form(typed, today)
    if form is None:
        return await _as_typed_page(request, typed, today)
    try:
        asked = await write(request, lambda session: _save(session, *keys, form, at))
    except UserError:  # the days in which it can be changed have passed
        return _closed(request, await _asked(request), 409)
    values: dict[str, Any] = {"form": form, "cadence": asked.network.cadence_days}
    values["changeable_until"] = (asked.answered_on or today) + timedelta(days=CHANGEABLE_DAYS)
    values["meeting"] = make_link(Purpose.meeting, str(asked.role_id)).removeprefix(settings().public_url)
    values["network"] = make_link(Purpose.our_network, str(asked.role_id)).removeprefix(settings().public_url)
    values |= await run_query(_after, asked.check_in.network_id, form, today)
    return kept_page(request, "check-in-thanks", **values)


async def _as_typed_page(request: Request, typed: FormReader, today: date) -> Response:
    """The form as it was typed: in the other language, or with what is wrong in it."""
    asked = await _asked(request)
    if asked.is_closed(today):
        return _closed(request, asked, 409)
    if is_switched(typed):
        return _form_page(request, asked, typed.values)
    return _form_page(request, asked, typed.values, 422, typed.errors, typed.general)


ROUTES = [
    Route("/check-in/{token}", show, methods=["GET"]),
    Route("/check-in/{token}", save, methods=["POST"]),
]


def read_form(typed: FormReader, today: date) -> CheckInAnswers | None:
    """The five answers, or None and a sentence for each field that is wrong."""
    met_on, attended = None, 0
    met = typed.choice("met", YES_OR_NO) == "yes"
    if met:
        met_on = typed.day("met_on")
        if met_on and met_on > today:
            typed.error("met_on", "late")
        elif met_on and met_on < today - LONGEST_SINCE:
            typed.error("met_on", "early")
        attended = typed.number("met_attended", MOST_ATTENDING, lowest=1)
    next_on = typed.day("next_on", required=False)
    if next_on and next_on < today:
        typed.error("next_on", "early")
    elif next_on and next_on > today + AHEAD:
        typed.error("next_on", "late")
    sharing = typed.choice("sharing", CHOICES["sharing"])
    motivation = typed.choice("motivation", MOTIVATIONS)
    wish = typed.choice("wish", CHOICES["wish"])
    if typed.errors:
        return None
    form = CheckInAnswers(
        met=met,
        met_on=met_on.isoformat() if met_on else "",
        met_attended=attended,
        next_on=next_on.isoformat() if next_on else "",
        sharing=Sharing(sharing),
        motivation=int(motivation),
        wish=Wish(wish),
    )
    return form if typed.validate(form, today) else None


async def _asked(request: Request) -> CheckInAsked:
    return await run_query(_load, *_keys(request))


def _keys(request: Request) -> tuple[UUID, UUID]:
    """The check-in that the link is for, and the role of whoever has it."""
    check_in, role = ids_in(request, Purpose.check_in, 2)
    return uuid_of(check_in), uuid_of(role)


def _load(check_in_id: UUID, role_id: UUID) -> CheckInAsked:
    with reading() as session:
        return _look(session, check_in_id, role_id)


# Put together once: a busy evening asks this hundreds of times a second.
_COLUMNS: Any = (CheckIn, Network, Person.id, CheckInAnswer)
_ASKED: Any = (
    sql_select(*_COLUMNS)
    .join(Network, col(Network.id) == CheckIn.network_id)
    .join(Role, col(Role.network_id) == CheckIn.network_id)
    .join(Person, col(Person.id) == Role.person_id)
    .join(
        CheckInAnswer,
        (col(CheckInAnswer.check_in_id) == CheckIn.id) & (col(CheckInAnswer.person_id) == Person.id),
        isouter=True,
    )
    .where(col(CheckIn.id) == bindparam("check_in"), col(Role.id) == bindparam("role"))
    .where(col(Role.confirmed_at).is_not(None), col(Role.until).is_(None), col(Person.erased_at).is_(None))
)


def _look(session: Session, check_in_id: UUID, role_id: UUID) -> CheckInAsked:
    """What is asked, while whoever was asked carries the network in the role that the link is bound to."""
    row = session.execute(_ASKED, params={"check_in": check_in_id, "role": role_id}).one_or_none()
    if row is None:
        raise LinkRefused
    check_in, network, person_id, own = row
    return CheckInAsked(check_in, own, person_id, role_id, network)


def _load_known(check_in_id: UUID, role_id: UUID, at: datetime) -> tuple[CheckInAsked, dict[str, str]]:
    """What is asked, and what of it the network has told already; whoever has answered is shown their own."""
    with reading() as session:
        asked = _look(session, check_in_id, role_id)
        return asked, {} if asked.own else known_answers(session, asked.check_in, at)


def _after(network_id: UUID, form: CheckInAnswers, today: date) -> dict[str, Any]:
    """How the network does; the day they met, if a number alone is known of it; the next one, if it is not booked."""
    with reading() as session:
        met, coming = (
            meeting_on(session, network_id, midnight(date.fromisoformat(on))) if on else None
            for on in (form.met_on, form.next_on)
        )
        is_brief = met and met.status == MeetingStatus.held and not is_fully_told(met)
        return {
            "picture": network_summary(session, network_id, today),
            "more_on": form.met_on if is_brief else "",
            "unbooked_on": "" if coming and coming.status == MeetingStatus.planned else form.next_on,
        }


def _save(session: Session, check_in_id: UUID, role_id: UUID, form: CheckInAnswers, at: datetime) -> CheckInAsked:
    """What was asked, and answered before, if it was."""
    found = _look(session, check_in_id, role_id)
    check_in.take_answer(session, found.check_in, form, Cause("check-in", Actor.member, at), found.person_id)
    return found


def _as_typed(own: CheckInAnswer) -> dict[str, str]:
    told = {
        "met": "yes" if own.q1_met else "no",
        "met_on": own.q1_on,
        "met_attended": own.q1_attended,
        "next_on": own.q2_next_on,
        "sharing": own.q3_sharing,
        "motivation": own.q4,
        "wish": own.q5_wish,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _prefilled(request: Request) -> dict[str, str]:
    """Answers out of the address; what is none of the choices is left out."""
    told = {SHORT_NAMES.get(name, name): value for name, value in request.query_params.items()}
    return {name: told[name] for name, allowed in CHOICES.items() if told.get(name) in allowed}


def _choices(t: Wording) -> dict[str, list[tuple[str, str]]]:
    return {
        "sharing": [(one.value, t(f"check_in.sharing_{one.value}")) for one in Sharing],
        "motivation": [(one, one) for one in MOTIVATIONS],
        "wish": [(one.value, t(f"check_in.wish_{one.value}")) for one in Wish],
    }


def _form_page(
    request: Request,
    asked: CheckInAsked,
    typed: dict[str, str],
    status_code: int = 200,
    errors: dict[str, str] | None = None,
    general: str = "",
    *,
    is_known: bool = False,
) -> Response:
    values: dict[str, Any] = {"asked": asked, "typed": typed, "errors": errors or {}, "general": general}
    values["is_known"] = is_known
    return kept_page(request, "check-in", status_code, choices=_choices(words(language_of(request))), **values)


def _closed(request: Request, asked: CheckInAsked, status_code: int = 200) -> Response:
    return page(request, "check-in-closed", status_code, asked=asked, days=CHANGEABLE_DAYS)
