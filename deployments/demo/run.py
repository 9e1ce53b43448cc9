"""Starts the demo's parts, tells the story, sums it up, and stops everything."""

import asyncio
import json
import os
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deployments.demo.home import MAIL_PAGE_PORT, Clock, ServedPage, enter_demo_home
from deployments.demo.mail_catcher import Catcher, mail_pages, start_catcher
from deployments.demo.summary import sum_up
from deployments.server.processes import (
    ProcessGroup,
    free_port,
    start_deploying,
    start_server,
    start_worker,
    stopping,
    wait_for,
)
from models.db.engine import close_database
from models.errors import ServiceUnavailable
from models.reference.file_import import DATA
from models.settings import Settings

HERE = DATA.parents[2] / "deployments" / "demo"
PREFECT_PORT = 4200
RUN_PATIENCE = timedelta(seconds=120)


def run_demo(*, stay: bool, as_json: bool) -> None:
    """The whole demo. Ends by itself unless `stay`; with `as_json` the last line on stdout is the summary."""
    began = time.monotonic()
    home = enter_demo_home()
    screen = Console(stderr=as_json)
    parts = ProcessGroup(home.home / "log")
    try:
        with stopping(parts):
            world = DemoWorld(home, parts, screen)
            try:
                world.start()
                events = asyncio.run(world.tell())
                document = asyncio.run(sum_up(len(world.catcher.mails), world.urls))
                document = {"seconds": round(time.monotonic() - began, 1), **document}
                _show(screen, events, document)
                if stay:
                    screen.print("\nCtrl-C avslutar och lämnar inget igång.")
                    _stay(parts)
            finally:
                world.stop()
    except KeyboardInterrupt:
        if not stay:
            raise
        print("avslutat", file=sys.stderr)
    finally:
        close_database()
    if as_json:
        print(json.dumps(document, ensure_ascii=False))


def _stay(parts: ProcessGroup) -> None:
    while True:
        parts.check()
        time.sleep(0.5)


class DemoWorld:
    """The embedded parts of one demo."""

    def __init__(self, settings: Settings, parts: ProcessGroup, screen: Console) -> None:
        self.settings, self.parts, self.screen = settings, parts, screen
        self.clock = Clock()
        self.catcher = Catcher(settings.home / "mail")
        self.urls: dict[str, str] = {}
        self.pages: list[ServedPage] = []
        self.controller: Any = None
        self.loading = threading.Thread(target=_load_office)
        self.is_telling = True

    def start(self) -> None:
        """Server, worker and deployments start while the office's data is loaded."""
        with self.screen.status("Startar Prefect, arbetare, webb och e-postfångare …"):
            api_url = start_server(self.parts, free_port(PREFECT_PORT))
            os.environ["PREFECT_API_URL"] = api_url
            self.loading.start()
            self.controller = start_catcher(self.catcher, self.settings.smtp_port)
            self.loading.join()
            start_deploying(self.parts)
            wait_for(self.parts, f"{api_url}/health")
            start_worker(self.parts)
            self._open_pages(api_url)
            self.parts.wait("deploy")

    def _open_pages(self, api_url: str) -> None:
        from deployments.web.app import create_app, start_run

        async def start(name: str, parameters: dict[str, object]) -> str:
            # While the story is told it sends the mail itself; after it, whoever tries the pages gets a run.
            if self.is_telling:
                return ""
            return await start_run(name, {**parameters, "as_of": self.clock.moment.isoformat()})

        self.pages = [
            ServedPage(create_app(now=self.clock, start=start), self.settings.web_port),
            ServedPage(mail_pages(self.catcher), free_port(MAIL_PAGE_PORT)),
        ]
        self.urls = {
            "prefect": api_url.removesuffix("/api"),
            "web": self.pages[0].url,
            "mail": self.pages[1].url,
        }

    async def tell(self) -> list[tuple[Any, str, str]]:
        """The story, with a progress bar. Returns what happened."""
        from deployments.demo.story import Story

        columns = (TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.screen, transient=True) as bar:
            line = bar.add_task("", total=1.0)

            def progress(what: str, done: float) -> None:
                self.parts.check()
                bar.update(line, description=what, completed=done)

            story = Story(self.clock, self.catcher, progress, _run_on_worker)
            await story.tell()
        self.is_telling = False
        return story.events

    def stop(self) -> None:
        """Close the pages and the catcher; the parts stop by themselves afterwards."""
        _hand_over_events()
        for page in self.pages:
            page.stop()
        if self.controller:
            self.controller.stop()
        if self.loading.is_alive():
            self.loading.join()  # interrupted at the start: it may still be writing


def _hand_over_events() -> None:
    """Let Prefect's client send what it still holds (states of steps, logs) while the server is there to take it."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for service in (EventsWorker, APILogWorker):
        service.drain_all(timeout=10)


def _load_office() -> None:
    from deployments.server.up import upgrade_database
    from models.db.engine import transaction
    from models.db.trial import mark_trial
    from models.reference.file_import import import_file
    from models.reference.register_import import import_members

    upgrade_database()
    with transaction() as session:
        mark_trial(session)
        import_file(session, "staff", HERE / "staff.csv")
    import_members(HERE / "members.csv", datetime.now(UTC))


async def _run_on_worker(flow: str, parameters: dict[str, object]) -> str:
    """Run a deployment on the worker and wait. Returns its closing line; raises ServiceUnavailable when it failed."""
    from prefect.deployments import run_deployment

    started: Any = run_deployment(
        f"{flow}/{flow}",
        parameters=parameters,
        timeout=RUN_PATIENCE.total_seconds(),
        poll_interval=0.2,
        as_subflow=False,
    )
    run = await started
    if run.state is None or not run.state.is_completed():
        told = run.state.message if run.state else "no state"
        raise ServiceUnavailable(f"{flow} did not complete: {told}")
    return run.state.message or ""


def _show(screen: Console, events: list[tuple[Any, str, str]], document: dict[str, Any]) -> None:
    table = Table(title="Vad som hände", title_justify="left")
    for name in ("Dag", "Steg", "Resultat"):
        table.add_column(name)
    for day, name, told in events:
        table.add_row(str(day), name, told)
    screen.print(table)
    totals = Table(title="Så här ser det ut nu", title_justify="left", show_header=False)
    for name in ("requests", "networks", "health", "mails"):
        totals.add_row(name, ", ".join(f"{what} {count}" for what, count in document[name].items() if count))
    runs: Counter[str] = Counter()
    for states in document["flow_runs"].values():
        runs.update(states)
    totals.add_row("flow_runs", ", ".join(f"{state} {count}" for state, count in runs.items()))
    totals.add_row("caught", str(document["caught"]))
    totals.add_row("seconds", str(document["seconds"]))
    for name, url in document["urls"].items():
        totals.add_row(name, url)
    screen.print(totals)
