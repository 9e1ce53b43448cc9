"""Who said yes, when the first meeting is, and what is sent before it."""

from datetime import datetime

from models.db.engine import transaction
from models.forms.kickoff import KickoffForm
from models.forms.kit.base import YOUR_SIGNATURE
from models.i18n import localized
from models.networks.lookup import network_by_number
from models.office.staff import by_signature
from models.people import roles as people_roles
from models.stages import check_in, kickoff
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step

NETWORK = ("Nätverk", "Network")


@step("Anteckna vilka som sagt ja", "Record who said yes")
async def confirm(form: KickoffForm, at: datetime) -> int:
    """Record who said yes. Returns how many are new. Raises UserError for a code that nobody goes by."""
    with transaction() as session:
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        signer = by_signature(session, form.signature, localized(*YOUR_SIGNATURE)) if form.signature else None
        field = localized("Har sagt ja", "Said yes")
        roles = [people_roles.role_by_code(session, network, code, field) for code in form.confirmed]
        return sum(kickoff.confirm(session, role, at, run_id(), signer) for role in roles)


@step("Boka första träffen och bjud in", "Book the first meeting and invite")
async def book(form: KickoffForm, at: datetime) -> int:
    """Book the first meeting, if one was given. Returns how many calendars got it."""
    starts_at = form.starts_at()
    if starts_at is None:
        return 0
    with transaction() as session:
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        convener = people_roles.role_by_code(session, network, form.convener, localized("Sammankallande", "Convener"))
        signer = by_signature(session, form.signature, localized(*YOUR_SIGNATURE))
        cause = Cause("meeting-booked", Actor.member, at, signer.signature, run_id())
        return kickoff.book(session, network, convener, starts_at, form.meeting_form, cause)[1]


@step("Kontrollera datum: har minst två sagt ja?", "Check dates: have at least two said yes?")
async def check_dates(at: datetime, only: int) -> int:
    """Meetings within 14 days with too few who said yes. Returns how many; `only`: this network (0: all)."""
    with transaction() as session:
        return kickoff.check_dates(session, at, only)


@step("Skicka checklistor 14 dagar före", "Send checklists 14 days before")
async def checklists(at: datetime, only: int) -> int:
    """The checklist before a first meeting. Returns how many; `only`: this network (0: all)."""
    with transaction() as session:
        return kickoff.checklists(session, at, only)


@step("Fråga om träffar som ingen berättat om", "Ask about meetings nobody told of")
async def ask_unreported(at: datetime) -> int:
    """Ask how first meetings went that nobody has told of. Returns how many."""
    with transaction() as session:
        return check_in.ask_unreported(session, at)
