"""The server around the founders' pages: uvicorn, with an end to whatever a client draws out."""

import resource

import uvicorn
from starlette.types import ASGIApp

from deployments.web.connections import KEEP_LINE_SECONDS, Connections
from models.settings import settings

FILES = 4096  # all who knocked while we were away are let in at one blow, before the first of them goes
LOOK_ROUND_SECONDS = 0  # uvicorn looks at its clock once a second


def make_server(app: ASGIApp) -> uvicorn.Server:
    """A server for `app`, to be run on a socket that listens."""
    connections = Connections(settings().trusted_proxies, _open_files())
    config = uvicorn.Config(
        app,
        http=connections.connection,  # type: ignore[arg-type]  # called as a class would be
        ws="none",  # a line that is no request's any more would have no end
        log_config=None,  # log.py's, in a process of its own
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # trusted_proxy.py reads them: the proxy's own address must be seen first
        timeout_keep_alive=KEEP_LINE_SECONDS,
        callback_notify=connections.look_round,
        timeout_notify=LOOK_ROUND_SECONDS,
    )
    return uvicorn.Server(config)


def _open_files() -> int:
    """How many files and connections this process may have open, after it was raised as far as it may be and helps."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft if soft != resource.RLIM_INFINITY else most
