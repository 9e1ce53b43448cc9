"""`lots up` and the parts that it runs, each also by itself."""

import os
import sys
from typing import Annotated

from cyclopts import Parameter

from deployments.cli.output import Json, prepare_prefect, show
from models.settings import settings

# The web's writer works beside the thread that answers, and is to let it in at once, not after Python's 5 ms.
WRITER_YIELDS = 0.0005


def up() -> None:
    """Database, Prefect server (unless PREFECT_API_URL is set), deployments, worker and web; Ctrl-C stops all."""
    from deployments.server.up import run_up

    run_up(settings())


def deploy(*, json: Json = False) -> None:
    """Make the work pool and every deployment on the Prefect API."""
    prepare_prefect()
    from deployments.cli.run_flow import entrypoints
    from deployments.server import processes

    processes.deploy_apart()
    show({"deployments": len(entrypoints())}, json)


def worker() -> None:
    """Run what staff and schedules start, until Ctrl-C."""
    import subprocess

    prepare_prefect()
    from deployments.server.processes import worker_command, worker_environment

    raise SystemExit(subprocess.run(worker_command(), env=os.environ | worker_environment()).returncode)


def watch() -> None:
    """Tell Prefect what became of runs whose process is gone, until Ctrl-C; `lots up` has this as a part."""
    prepare_prefect()
    from deployments.server.watch import main

    main()


def web(*, fd: Annotated[int | None, Parameter(show=False)] = None) -> None:
    """Serve the founders' pages on LOTS_WEB_HOST and LOTS_WEB_PORT, until Ctrl-C."""
    import socket
    from threading import Thread

    from deployments.server.ports import listen_for_web

    own = settings()
    # From `lots up` it is handed a socket that listens already.
    listener = listen_for_web(own.web_host, own.web_port) if fd is None else socket.socket(fileno=fd)
    prepare_prefect()
    import prefect.deployments  # noqa: F401 (takes seconds to load: now, and not while founders wait)

    from deployments.web.app import create_app
    from deployments.web.database_watch import watch
    from deployments.web.log import log_by_line
    from deployments.web.server import make_server
    from models.db.engine import engine
    from tasks.runtime.collector import leave_what_is_loaded

    log_by_line()
    watch(engine())
    sys.setswitchinterval(WRITER_YIELDS)
    app = create_app()
    leave_what_is_loaded()
    # Staff's first search would wait for tens of thousands of names to be opened.
    Thread(target=app.state.opened.open_ahead, daemon=True).start()
    make_server(app).run([listener])
