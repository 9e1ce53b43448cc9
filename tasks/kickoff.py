"""Who said yes, when the first meeting is, and what is sent before it."""

from datetime import datetime

from models.db.engine import transaction
from models.forms.kickoff import KickoffForm
from models.stages import check_in, kickoff
from tasks.runtime.step import run_id, step


@step("Anteckna vilka som sagt ja", "Record who said yes")
async def confirm(form: KickoffForm, at: datetime) -> int:
    """Record who said yes. Returns how many are new. Raises UserError for a code that nobody goes by."""
    with transaction() as session:
        return kickoff.confirm_told(session, form, at, run_id())


@step("Boka första träffen och bjud in", "Book the first meeting and invite")
async def book(form: KickoffForm, at: datetime) -> int:
    """Book the first meeting, if one was given. Returns how many calendars got it."""
    with transaction() as session:
        return kickoff.book_told(session, form, at, run_id())


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
