"""The daily round: what time alone changes, and the list of what waits on whom."""

from datetime import datetime

from prefect.events import emit_event

from models.dates.local_time import local
from models.db.engine import reading, transaction
from models.i18n import localized
from models.networks import never_started, rest
from models.networks.leavers import part_with_leavers
from models.operation.alarms import Alarm
from models.reference.places import region_names
from models.requests import near_neighbour, waiting_list
from models.settings import settings
from models.stages import support_request, web_request, work_list
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step
from tasks.staff_ui.form_links import FormLinks, find_forms
from tasks.staff_ui.work_lists import show_lists, where_lists_are
from templates.vocabulary.tasks import alarm_text

SHOWN = 200
OVERDUE = "natverkslots.overdue"


@step("Pröva ofullständiga förfrågningar igen", "Look at incomplete requests again")
async def retry_incomplete(at: datetime) -> int:
    """Look again at requests whose person is known by now. Returns how many were settled."""
    with transaction() as session:
        return support_request.retry_incomplete(session, _cause(at))


@step("Ge förfrågningar från webben till någon", "Give requests from the web to somebody")
async def assign_untaken(at: datetime) -> int:
    """Take on what came in on the web while Prefect was away. Returns how many."""
    with transaction() as session:
        return web_request.assign_untaken(session, at)


@step("Avsluta roller för dem som lämnat facket", "End the roles of those who left the union")
async def end_roles_of_leavers(at: datetime) -> int:
    """End the roles of who left the union, and withdraw their requests. Returns how many roles."""
    with transaction() as session:
        return part_with_leavers(session, _cause(at))


@step("Kön: erbjudanden som gått ut, nya och för gamla", "The queue: offers lapsed, made, and waits too long")
async def tend_queue(at: datetime) -> dict[str, int]:
    """Offers that lapsed, new ones, and waits that are too long. Returns how many of each."""
    with transaction() as session:
        return {
            "named_asked": waiting_list.ask_named_of_waiting(session, at),
            "lapsed": waiting_list.lapse_offers(session, at),
            "expired": waiting_list.expire(session, _cause(at)),
            "offered": waiting_list.make_offers(session, at),
        }


@step("Fråga nätverk som vilar", "Ask networks that rest")
async def wake(at: datetime) -> int:
    """Ask networks that rest whether to wake, and propose to close those that were asked twice. Returns how many."""
    with transaction() as session:
        asked = rest.send_wake_mails(session, at)
        rest.propose_closing(session, at)
        return asked


@step("Fråga planerade nätverk", "Ask networks still planned")
async def ask_still_planned(at: datetime) -> int:
    """Ask networks that have not met yet, and propose to close the oldest. Returns how many."""
    with transaction() as session:
        asked = never_started.ask_still_planned(session, at)
        never_started.propose_closing_planned(session, at)
        return asked


@step("Presentera grannar som båda sagt ja", "Introduce neighbours who both said yes")
async def introduce(at: datetime) -> int:
    """Give the two sides of each pair that both said yes each other's address. Returns how many mails."""
    with transaction() as session:
        return near_neighbour.introduce(session, at)


@step("Leta upp formulären", "Find the forms")
async def forms() -> FormLinks:
    """Where the forms are in the Prefect UI, for links into them."""
    return await find_forms()


@step("Larma om det som är försenat", "Raise alarms for what is overdue")
async def alarm(at: datetime, found: FormLinks) -> int:
    """A mail to whoever acts on it, and an event that an office's own automations can listen to; once to each."""
    with transaction() as session:
        late = [one for one in work_list.to_alarm(session, at) if one.overdue]
        queued = work_list.alarm(session, at, found.link)
    for one in late[:SHOWN]:
        resource = {"prefect.resource.id": f"natverkslots.{one.what}.{one.key}", "prefect.resource.name": one.subject}
        about = {"what": one.what, "due": str(one.due), "region": one.region}
        emit_event(OVERDUE, resource=resource, payload=about)
    return queued


@step("Skicka veckolistan", "Send the weekly list")
async def digest(at: datetime, found: FormLinks) -> int:
    """The week's list, to each negotiator and the office. Returns how many mails."""
    with reading() as session:
        regions = [code for code, _ in region_names(session)]
    lists = await where_lists_are(found.ui_url, regions)
    with transaction() as session:
        return work_list.digest(session, at, found.link, lists)


@step("Visa listan per region", "Show the list per region")
async def show(at: datetime, found: FormLinks, alarms: list[Alarm]) -> dict[str, int]:
    """The list of each region as a page in the UI. Returns how many wait, are overdue, and stand still."""
    with reading() as session:
        things = work_list.what_waits(session, at)
        names = region_names(session)
    await show_lists(things, names, local(at).date(), found.link, _still(at, alarms))
    return {"waiting": len(things), "overdue": sum(one.overdue for one in things), "stands_still": len(alarms)}


def _still(at: datetime, alarms: list[Alarm]) -> list[str]:
    """What stands still stands above every list: whoever works with it is to know why nothing happens."""
    if not alarms:
        return []
    told = localized(
        "Något står still. Säg till den som sköter systemet", "Something stands still. Tell whoever runs it"
    )
    language = settings().language
    lines = [alarm_text(one.fault, language, one.minutes, one.count, one.flows) for one in alarms]
    return [f"**{told} (`lots doctor`, {local(at):%H:%M}):**", "", *(f"- {line}" for line in lines), ""]


def _cause(at: datetime) -> Cause:
    return Cause("work-list", Actor.rule, at, flow_run_id=run_id())
