"""What a mail says: the values that its template is rendered with, made by one builder a template (section 9)."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from models.dates.local_time import local
from models.mail.kinds import REMINDERS
from models.mail.message_ids import name_and_address
from models.meetings.details import MeetingDetails, details_of
from models.office.staff_links import staff_link, staff_link_of
from models.people.signed_link import VALID_FOR, Purpose, make_link
from models.settings import settings
from models.tables.mail import OutgoingMail, Template
from models.tables.meeting import MeetingForm
from models.tables.network import TERMINAL, Network, Role
from models.tables.person import RightsKind
from models.tables.request import RequestState, SupportRequest
from models.tables.support import SupportGrant
from tasks.smtp.mime import deliverable
from tasks.smtp.prefetched import Prefetched
from templates.vocabulary.mail import ORGANISATION, staff_title

HANDED_OUT = (RightsKind.access, RightsKind.portability)
NO_ROLE = "-"  # whoever has no role in the network any more: their link opens nothing


@dataclass(frozen=True)
class Contact:
    """The human who reads the answer: name, mail address, and what they are."""

    name: str
    email: str
    title: str


@dataclass(frozen=True)
class Draft:
    """A mail that is being written, on a day, in a language: what it is about, and its reader's role in that.

    `told`: what was kept with it when it was queued.
    """

    mail: OutgoingMail
    prefetched: Prefetched
    language: str
    today: date
    network: Network | None
    request: SupportRequest | None
    role: Role | None

    @property
    def told(self) -> dict[str, Any]:
        """What was kept with the mail when it was queued."""
        return self.prefetched.told[self.mail.id]


Values = dict[str, Any]


def mail_values(mail: OutgoingMail, prefetched: Prefetched, hello: str, language: str, at: datetime) -> Values:
    """All that the mail's template may name: what every mail tells, what was kept with it, and what its kind adds.

    Raises LookupError when it speaks of what is not there (any more), ValueError for an address that takes no mail.
    """
    network, request = prefetched.networks.get(mail.network_id), prefetched.requests.get(mail.request_id)
    draft = Draft(mail, prefetched, language, local(at).date(), network, request, prefetched.role(mail))
    values = {
        "stop_link": "",
        "network_link": "",
        "name": hello,
        "place": prefetched.place(mail),
        "language": language,
        "today": draft.today,
        "contact": _contact(draft),
        "privacy_link": f"{settings().public_url}/privacy",
        "request_link": _request_link(draft),
        **draft.told,
        **_of_network(draft),
    }
    if build := BUILDERS.get(Template(mail.template)):
        values |= build(draft)
    return values


def _request_link(draft: Draft) -> str:
    """The page of the reader's own request, in every mail about it."""
    request = draft.request
    if request is None or request.initiator_id != draft.mail.person_id:
        return ""
    return make_link(Purpose.my_request, str(request.id), str(request.initiator_id))


def _of_network(draft: Draft) -> Values:
    """What every mail about a network tells, and its reader's own links."""
    network, role = draft.network, draft.role
    if not network:
        return {}
    can_stop = role and draft.mail.template in REMINDERS
    return {
        "network": network.name,
        "meeting_link": _meeting_link(draft),
        "network_link": _network_link(draft) if role and role.is_confirmed and network.state not in TERMINAL else "",
        "stop_link": make_link(Purpose.stop, str(network.id), role.code) if role and can_stop else "",
    }


def _meeting_link(draft: Draft) -> str:
    return make_link(Purpose.meeting, str(draft.role.id) if draft.role else NO_ROLE)


def _network_link(draft: Draft) -> str:
    """The reader's own page of the network."""
    return make_link(Purpose.our_network, str(draft.role.id) if draft.role else NO_ROLE)


def _kit(draft: Draft) -> Values:
    """Where the kit always is."""
    return {"kit_link": f"{_network_link(draft)}?do=share"}


def _question(draft: Draft) -> Values:
    """The five questions, for whoever is asked this time."""
    link = make_link(Purpose.check_in, draft.told["check_in"], str(draft.role.id) if draft.role else NO_ROLE)
    return {"check_in_link": link, "has_met": _has_met(draft)}


def _has_met(draft: Draft) -> bool:
    return bool(draft.network and draft.network.kickoff_on)


def _yes_to_organising(draft: Draft) -> Values:
    """Who asks, and how they came to: the initiator, where they named the reader. While the request waits there is no
    network yet, and only who asked.
    """
    way = draft.told.get("way", "")
    about = draft.mail.network_id or draft.mail.request_id
    initiator = draft.prefetched.initiators.get(about, "") if about else ""
    return {
        "confirm_link": make_link(Purpose.organiser, draft.told["role"]),
        "network": draft.network.name if draft.network else "",
        "has_met": _has_met(draft),
        "way": way,
        "asker": draft.prefetched.askers.get(draft.told.get("asked_by", ""), "") if way else initiator,
    }


def _grants(draft: Draft) -> Values:
    """What was granted, item by item; a mail that granted nothing names none."""
    known = draft.prefetched.grants
    return {"items": [_item(known[UUID(grant)], draft.prefetched) for grant in draft.told.get("grants", ())]}


def _meeting(draft: Draft) -> Values:
    """As it is booked now; a mail that an earlier version queued says itself when."""
    if "meeting" not in draft.told:
        return {"form": MeetingForm.in_person, **asdict(MeetingDetails())}
    meeting = draft.prefetched.meetings[UUID(draft.told["meeting"])]
    booked = {"starts_at": meeting.starts_at, "date": local(meeting.starts_at).date(), "form": meeting.form}
    return booked | asdict(details_of(meeting))


def _days_left(draft: Draft) -> Values:
    """Counted when it goes: a notice can wait out the summer."""
    return {"days": (date.fromisoformat(draft.told["support_ends_on"]) - draft.today).days}


def _person_named(draft: Draft) -> Values:
    """Whom the reader is introduced to, or is to answer: nothing of somebody who is not known any more."""
    other = draft.prefetched.introduced(draft.mail)
    return {"other_name": other.name or "", "other_email": deliverable(other.email or "")} if other else {}


def _case(draft: Draft) -> Values:
    """Which request is with the reader now, and by when it wants something: nothing of who asked."""
    request = draft.prefetched.requests[draft.mail.request_id]
    due = request.talk_due if request.state == RequestState.received else request.answer_due
    return {
        "place": draft.prefetched.municipality(request),
        "number": request.number,
        "due": None if request.state == RequestState.waiting else due,
        "page_link": staff_link_of(request),
    }


def _alarm(draft: Draft) -> Values:
    """Where staff see whom or what it is about; of a person, who they are too."""
    other = draft.prefetched.introduced(draft.mail)
    page = staff_link("person", other.id) if other else draft.told.get("page_link", "")
    return {"page_link": page, **_person_named(draft)}


def _week(draft: Draft) -> Values:
    """Where the reader's own list is."""
    return {"page_link": staff_link(), "list_link": draft.told.get("list_link", "")}


def _answer_to_rights(draft: Draft) -> Values:
    """A link to what is stored, where that was asked for and the office has said yes."""
    granted = draft.told.get("outcome") == "done" and draft.told.get("kind") in HANDED_OUT
    return {"data_link": make_link(Purpose.my_data, str(draft.mail.id))} if granted else {}


def _link_asked_for(draft: Draft) -> Values:
    """The link that somebody asked for anew; a calendar's is found on the network's page."""
    purpose = Purpose(draft.told["fresh"])
    page = Purpose.our_network if purpose is Purpose.network else purpose
    match page:
        case Purpose.my_data:
            address = make_link(page, str(draft.mail.id))
        case Purpose.stop:
            address = make_link(page, str(draft.mail.network_id), draft.told["code"])
        case Purpose.my_request:
            address = make_link(page, draft.told["request"], str(draft.mail.person_id))
        case Purpose.check_in:
            address = _question(draft)["check_in_link"]
        case Purpose.organiser:
            address = _yes_to_organising(draft)["confirm_link"]
        case Purpose.our_network:
            address = _network_link(draft)
        case _:
            address = _meeting_link(draft)
    return {"fresh_link": address, "about": page.value, "valid_until": draft.today + VALID_FOR[page]}


def _way_in(draft: Draft) -> Values:
    """A staff member's link into their pages: its fifteen minutes begin when the mail is written."""
    return {"sign_in_link": make_link(Purpose.sign_in, draft.told["sign_in"])}


def _typed(draft: Draft) -> Values:
    """Where the reader sees what was typed in their name; of that the mail tells the municipality alone."""
    typed = draft.prefetched.unconfirmed[UUID(draft.told["unconfirmed"])]
    return {
        "place": draft.prefetched.municipality(typed),
        "confirm_link": make_link(Purpose.confirm, str(typed.id)),
        "valid_until": draft.today + VALID_FOR[Purpose.confirm],
    }


BUILDERS: Mapping[Template, Callable[[Draft], Values]] = MappingProxyType({
    Template.granted: _grants,
    Template.correction: _grants,
    Template.co_organiser: _yes_to_organising,
    Template.calendar_invitation: _meeting,
    Template.kickoff_checklist: _meeting,
    Template.first_meeting: _question,
    Template.check_in: _question,
    Template.check_in_reminder: _question,
    Template.second_organiser: _question,
    Template.ending: _days_left,
    Template.introduction: _person_named,
    Template.staff_case: _case,
    Template.staff_alarm: _alarm,
    Template.staff_digest: _week,
    Template.data_request: _answer_to_rights,
    Template.fresh_link: _link_asked_for,
    Template.sign_in: _way_in,
    Template.starter_kit: _kit,
    Template.confirm_request: _typed,
})  # fmt: skip
"""What a template needs besides what every mail tells and what was kept with it."""


def _contact(draft: Draft) -> Contact:
    """The human who answers: the network's or the request's negotiator, else the office; staff hear from the office."""
    if draft.mail.staff_id:
        return _office(draft.language)
    known, network, request = draft.prefetched, draft.network, draft.request
    owner = (network and network.negotiator) or (request and request.assigned_to)
    staff = known.staff.get(owner) if owner else None
    if not staff or not staff.active:  # nobody should write to someone who has left
        staff = next((one for one in known.staff.values() if one.active and one.role == "office"), None)
    if staff is None:
        return _office(draft.language)
    return Contact(staff.name, staff.email, staff_title(staff.role, draft.language))


def _office(language: str) -> Contact:
    name, address = name_and_address(settings().mail_reply_to)
    return Contact(name or ORGANISATION, address, staff_title("office", language))


def _item(grant: SupportGrant, prefetched: Prefetched) -> dict[str, object]:
    return {
        "item": str(grant.item),
        "hours": grant.hours,
        "who": prefetched.staff[grant.staff_id].name,
        "from_on": grant.from_on,
        "to_on": grant.to_on,
        "reason": grant.reason,
    }
