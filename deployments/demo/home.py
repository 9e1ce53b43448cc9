"""The demo's own world: a folder of its own, and the web and mail pages in threads of this process."""

import os
import shutil
import threading
import time
from datetime import UTC, datetime

import uvicorn
from starlette.types import ASGIApp

from deployments.server.environment import close_home, lock_own_server, prefect_environment
from deployments.server.processes import free_port
from models.errors import ServiceUnavailable
from models.settings import Settings, settings

MAIL_PORT, MAIL_PAGE_PORT = 2525, 8025


class Clock:
    """The day that the demo plays. The web pages ask it, as they ask the real clock otherwise."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


def enter_demo_home() -> Settings:
    """Empty LOTS_HOME/demo and make it this process's whole world, for its children too.

    LOTS_DATABASE_URL, LOTS_SMTP_* and whatever is set for Prefect are put aside: the demo touches nothing real.
    """
    home = Settings().home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    close_home(home)
    for name in [name for name in os.environ if name.startswith(("PREFECT_", "LOTS_")) and name != "LOTS_LANGUAGE"]:
        del os.environ[name]
    web_port = free_port(8080)
    os.environ.update(
        LOTS_HOME=str(home),
        LOTS_DATABASE_URL="",
        LOTS_SMTP_HOST="127.0.0.1",
        LOTS_SMTP_PORT=str(free_port(MAIL_PORT)),
        LOTS_SMTP_USERNAME="",
        LOTS_SMTP_PASSWORD="",
        LOTS_SMTP_TLS="none",
        LOTS_SMTP_AUTH="password",
        LOTS_SMTP_CONNECTIONS="2",
        LOTS_SMTP_RATE="0",
        LOTS_MAIL_FROM="Natverkslots <natverk@kansliet.example.org>",
        LOTS_MAIL_REPLY_TO="natverk@kansliet.example.org",
        LOTS_MAIL_RETURN_PATH="",
        LOTS_INBOX="",
        LOTS_INBOX_USERNAME="",
        LOTS_INBOX_PASSWORD="",
        LOTS_INBOX_AUTH="password",
        LOTS_PUBLIC_URL=f"http://127.0.0.1:{web_port}",
        LOTS_WEB_PORT=str(web_port),
        LOTS_SECRET_KEY="",
        LOTS_DATA_KEY="",
        LOTS_TRIAL="1",
    )
    settings.cache_clear()
    os.environ.update(prefect_environment(settings()))
    lock_own_server(settings())
    # The story's sweeps are run on the days of the story; the real calendar's must not come in between.
    os.environ["PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"] = "false"
    os.environ["PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"] = "false"
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
    return settings()


class ServedPage:
    """A web application served on loopback by a thread of this process."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.port = port
        self.server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", access_log=False, lifespan="off")
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started:
            if time.monotonic() > deadline or not self.thread.is_alive():
                raise ServiceUnavailable(f"the page on port {port} did not start")
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop serving."""
        self.server.should_exit = True
        self.thread.join(5)
