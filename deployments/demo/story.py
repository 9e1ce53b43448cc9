"""The story: managers in Luleå start a network and come to stand by themselves; one in Skövde falls silent."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

import httpx

from deployments.cli.run_flow import flow_named
from deployments.demo import plan
from deployments.demo.home import Clock
from deployments.demo.mail_catcher import Catcher
from models.dates.local_time import STOCKHOLM
from models.db.engine import reading
from models.stages.outbox import count_due

Happening = Callable[[], Awaitable[str]]
LULEA = "ake.ohman@"


@dataclass
class Story:
    """Tells it: staff's forms go through the worker, sweeps run here, members use the pages their mails link to."""

    clock: Clock
    catcher: Catcher
    progress: Callable[[str, float], None]
    run_on_worker: Callable[[str, dict[str, object]], Awaitable[str]]
    events: list[tuple[date, str, str]] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)

    async def tell(self) -> None:
        """Thirteen months, moment by moment; after each the mail that may go goes."""
        happenings = self._happenings()
        for count, (moment, name, happening) in enumerate(happenings, start=1):
            self.clock.moment = moment
            self.progress(f"{moment:%Y-%m-%d} {name}", count / len(happenings))
            told = await happening()
            if told:
                self.events.append((moment.date(), name, told))
            following = happenings[count][0] if count < len(happenings) else None
            if following is None or following.date() != moment.date():
                await self._mail_goes()

    def _happenings(self) -> list[tuple[datetime, str, Happening]]:
        """Everything that happens, in order of time."""
        everything: list[tuple[datetime, str, Happening]] = [
            *((moment, flow, partial(self._staff, flow, form)) for moment, flow, form in plan.STAFF),
            *((moment, "organiser", partial(self._say_yes, address)) for moment, address in plan.SAY_YES),
            *((moment, name, partial(self._sweep, name)) for moment, name in plan.sweeps()),
        ]
        for day in plan.LULEA_MEETS:
            evening = datetime.combine(day, plan.MEETING_ENDS_AT, STOCKHOLM)
            everything.append((evening, "meeting-report", partial(self._lulea_meets, day)))
        for moment, name in plan.sweeps():
            if name == "check-in":
                later = (moment + timedelta(days=1)).replace(hour=plan.ANSWER_AT.hour)
                everything.append((later, "check-in", self._lulea_answers))
        return sorted(everything, key=lambda happening: happening[0])

    async def _staff(self, flow: str, form: dict[str, object]) -> str:
        """A form that staff fill in, run by the worker."""
        return await self.run_on_worker(flow, {"form": form, "as_of": self.clock.moment.isoformat()})

    async def _sweep(self, name: str) -> str:
        """A sweep as its schedule would start it, in this process."""
        counts = await flow_named(name)(as_of=self.clock.moment.isoformat())
        return ", ".join(f"{what} {count}" for what, count in counts.items() if count)

    async def _mail_goes(self) -> None:
        """The outbox in the afternoon, on days on which something waits to go."""
        self.clock.moment = max(self.clock.moment, self.clock.moment.replace(hour=14, minute=45))
        with reading() as session:
            waiting = count_due(session, self.clock.moment)
        if waiting:
            await self._sweep("outbox")

    async def _say_yes(self, address: str) -> str:
        await self._press(self._newest_link(address, "organiser"), {})
        return "ja, jag är med (på sidan i mejlet)"

    async def _lulea_meets(self, day: date) -> str:
        """The founder reports the evening's meeting on the page that the mails link to."""
        attended, carriers, following = plan.LULEA_MEETS[day]
        form = {
            "status": "held",
            "on": day.isoformat(),
            "attended": attended,
            "branches": 3,
            "companies": 5,
            "next_on": following.isoformat(),
            "next_time": "17:30",
            **dict(zip(plan.DUTIES, carriers, strict=True)),
        }
        await self._press(self._newest_link(LULEA, "meeting"), form)
        return f"{attended} kom, nästa {following} (på sidan i mejlet)"

    async def _lulea_answers(self) -> str:
        """Luleå answers each check-in the day after it came; Skövde never does."""
        link = self._newest_link(LULEA, "check-in")
        if not link or link in self.answered:
            return ""
        self.answered.add(link)
        met_on = max(day for day in plan.LULEA_MEETS if day <= self.clock.moment.date())
        answers = {"met": "yes", "met_on": met_on.isoformat(), "met_attended": 9, "next_on": ""}
        await self._press(link, {**answers, "sharing": "3", "motivation": 4, "wish": "nothing"})
        return "svarat på en minut (på sidan i mejlet)"

    def _newest_link(self, address: str, page: str) -> str:
        for text in self.catcher.texts_to(address):
            if found := re.search(rf"http://127\.0\.0\.1:\d+/{page}/[\w.~-]+", text):
                return found[0]
        return ""

    async def _press(self, link: str, form: dict[str, object]) -> None:
        """Open a link and send the form that stands there, as a browser does."""
        async with httpx.AsyncClient(timeout=60, follow_redirects=True) as browser:
            (await browser.get(link)).raise_for_status()
            (await browser.post(link, data=form)).raise_for_status()
