"""Who said yes, when the first meeting is, and what is sent before it."""

from datetime import datetime

from models.db.engine import transaction
from models.forms.kickoff import KickoffForm
from models.i18n import localized
from models.meetings import booking
from models.networks import rest
from models.networks.lookup import network_by_number
from models.office.staff import by_signature
from models.people import roles as people_roles
from models.stages import check_in, kickoff
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step

NETWORK = ("Nätverk", "Network")


@step("Anteckna vilka som sagt ja", "Record who said yes")
async def confirm(form: KickoffForm, at: datetime) -> int:
    with transaction() as session:
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        if form.signature:
            by_signature(session, form.signature, localized("Din signatur", "Your signature"))
        field = localized("Har sagt ja", "Said yes")
        roles = [people_roles.role_by_code(session, network, code, field) for code in form.confirmed]
        return sum(kickoff.confirm(session, role, at, run_id()) for role in roles)


@step("Boka första träffen och bjud in", "Book the first meeting and invite")
async def book(form: KickoffForm, at: datetime) -> int:
    starts_at = form.starts_at()
    if starts_at is None:
        return 0
    with transaction() as session:
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        convener = people_roles.role_by_code(session, network, form.convener, localized("Sammankallande", "Convener"))
        meeting, change = booking.book_meeting(session, network, convener, starts_at, form.meeting_form, at)
        if change == "same":
            return 0
        rest.wake_if_resting(session, network, meeting, Cause("meeting-booked", Actor.member, at, None, run_id()))
        return booking.invite(session, network, meeting, change, at)


@step("Kontrollera datum: har minst två sagt ja?", "Check dates: have at least two said yes?")
async def check_dates(at: datetime, only: int) -> int:
    with transaction() as session:
        return kickoff.check_dates(session, at, only)


@step("Skicka checklistor 14 dagar före", "Send checklists 14 days before")
async def checklists(at: datetime, only: int) -> int:
    with transaction() as session:
        return kickoff.checklists(session, at, only)


@step("Fråga om träffar som ingen berättat om", "Ask about meetings nobody told of")
async def ask_unreported(at: datetime) -> int:
    with transaction() as session:
        return check_in.ask_unreported(session, at)
