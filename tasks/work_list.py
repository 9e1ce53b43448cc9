"""The daily round: what time alone changes, and the list of what waits on whom."""

from datetime import datetime

from prefect.artifacts import acreate_markdown_artifact
from prefect.events import emit_event
from sqlmodel import col, select

from models.dates.local_time import local
from models.db.engine import reading, transaction
from models.i18n import localized
from models.networks import never_started, rest
from models.networks.leavers import part_with_leavers
from models.operation.alarms import Alarm
from models.requests import near_neighbour, waiting_list
from models.settings import settings
from models.stages import support_request, web_request, work_list
from models.tables.place import Region
from models.tables.transition import Actor, Cause
from models.views.work_item import WorkItem
from tasks.runtime.step import run_id, step
from tasks.staff_ui.form_links import FormLinks, find_forms
from templates.vocabulary.tasks import alarm_text, task_name

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
    with transaction() as session:
        return work_list.digest(session, at, found.link)


@step("Visa listan per region", "Show the list per region")
async def show(at: datetime, found: FormLinks, alarms: list[Alarm]) -> dict[str, int]:
    """The list of each region as a page in the UI. Returns how many wait, are overdue, and stand still."""
    with reading() as session:
        things = work_list.what_waits(session, at)
        names = session.exec(select(Region.code, Region.name).where(col(Region.active))).all()
    still = _still(at, alarms)
    regions = dict(names) | {"": localized("Utan region", "Without a region")}
    for code, name in regions.items():
        # A broken-off run has no region of its own: whoever sent the form looks at theirs.
        markdown = _table(name, [one for one in things if one.region == code or one.run], at, found, still)
        key = f"work-list-{code.lower() or 'other'}"
        await acreate_markdown_artifact(
            markdown, key=key, description=f"{localized('Arbetslista', 'Work list')} {name}"
        )
    return {"waiting": len(things), "overdue": sum(one.overdue for one in things), "stands_still": len(alarms)}


def _table(region: str, things: list[WorkItem], at: datetime, found: FormLinks, still: list[str]) -> str:
    title, day = localized("Arbetslista", "Work list"), f"{local(at):%Y-%m-%d}"
    late = sum(one.overdue for one in things)
    lines = [f"# {title} {region}", "", *still]
    if not things:
        return "\n".join(
            [*lines, localized(f"{day}: ingenting väntar på kansliet.", f"{day}: nothing waits on the office.")]
        )
    lines += [
        localized(f"{day}: {len(things)} väntar, {late} försenade.", f"{day}: {len(things)} wait, {late} overdue."),
        "",
    ]
    lines += [localized("| Gör | Om | Hos | Sedan | Senast |", "| Do | About | With | Since | Due |"), "|-|-|-|-|-|"]
    lines += [_line(one, found) for one in things[:SHOWN]]
    if len(things) > SHOWN:
        lines += ["", localized(f"… och {len(things) - SHOWN} till.", f"… and {len(things) - SHOWN} more.")]
    return "\n".join(lines)


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


def _line(one: WorkItem, found: FormLinks) -> str:
    name, link = task_name(one.what, settings().language), found.link(one)
    due = f"**{one.due} {localized('försenat', 'overdue')}**" if one.overdue else one.due or ""
    name = name[:1].upper() + name[1:]
    what = f"[{name}]({link})" if link else name
    return f"| {what} | {one.subject} | {one.with_whom} | {one.since} | {due} |"


def _cause(at: datetime) -> Cause:
    return Cause("work-list", Actor.rule, at, flow_run_id=run_id())
