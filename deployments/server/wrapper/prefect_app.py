"""Prefect's server with a door of our own before it: `python -m deployments.server.wrapper.prefect_app --port 4200`.

It does what `prefect server start` does, and besides: an unknown Host is refused, pages run no foreign script, a write
that met a locked database is tried again, what is wrong with a form is told when it is sent, and the UI does not
advertise. Prefect's own password and CSRF token are
asked for behind it.
"""

import argparse
import os
import socket
from pathlib import Path

import uvicorn
from prefect.server.api.server import create_app
from starlette.types import ASGIApp

from deployments.server.environment import HOME_ID, close_inside, home_id
from deployments.server.keys import take_over
from deployments.server.wrapper.door import Door, allowed_hosts
from deployments.server.wrapper.form_check import FormCheck
from deployments.server.wrapper.prefect_sqlite import use_immediate_transactions
from deployments.server.wrapper.second_try import SecondTry
from deployments.server.wrapper.ui_script import UiScript
from models.settings import settings

KEEP_LINE_SECONDS = 5  # as Prefect's own start
STOP_SECONDS = 3  # a browser's event stream never ends by itself


def wrapped(app: ASGIApp, hosts: frozenset[str], home: str) -> ASGIApp:
    """Prefect's `app` behind the door: for requests from the outside in, host, UI script, the
    form before its run, second try."""
    return Door(UiScript(FormCheck(SecondTry(app))), hosts, {HOME_ID: home})


def main() -> None:
    """Serve until stopped, on a port or on a listening socket that is handed over as a file descriptor."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=4200)
    arguments.add_argument("--fd", type=int, help="a socket that listens already, instead of host and port")
    arguments.add_argument("--keys", type=int, help="a file descriptor to take the keys of our database from")
    asked = arguments.parse_args()
    if asked.keys is not None:
        take_over(asked.keys)
    use_immediate_transactions()
    app = wrapped(create_app(final=True), allowed_hosts(settings()), home_id(settings()))
    if folder := os.environ.get("PREFECT_UI_STATIC_DIRECTORY"):
        close_inside(Path(folder))  # the UI's files come with the modes that they had in Prefect's package
    config = uvicorn.Config(
        app,
        host=asked.host,
        port=asked.port,
        log_level=os.environ.get("PREFECT_SERVER_LOGGING_LEVEL", "warning").lower(),
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_LINE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    sockets = None if asked.fd is None else [socket.socket(fileno=asked.fd)]
    uvicorn.Server(config).run(sockets)


if __name__ == "__main__":
    main()
