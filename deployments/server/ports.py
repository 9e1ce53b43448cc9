"""The ports of a home, taken by listening on them and kept by whoever starts the parts.

The sockets are handed to the parts: nobody comes in between, and a part that is started again has its port back.
"""

import errno
import socket

from models.errors import ServiceUnavailable, SettingsError

TRIED = 200
WAITING = 2048  # who knocks while a part is started again waits for it
TAKEN = {errno.EADDRINUSE, errno.EACCES}


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=WAITING)


def listen_for_web(host: str, port: int) -> socket.socket:
    """A socket for the founders' pages on just that port, since links lead there.

    Raises SettingsError when it is taken.
    """
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno not in TAKEN:
            raise SettingsError(f"LOTS_WEB_HOST={host} is no address of this machine: {error.strerror}.") from None
        raise SettingsError(
            f"LOTS_WEB_PORT={port} is taken by another program: stop that one, or set LOTS_WEB_PORT to a free port."
        ) from None


def listen_for_prefect(host: str, port: int, remembered: int | None = None) -> socket.socket:
    """A socket for Prefect on the remembered port, or on `port`, or on the next one that is free.

    Raises SettingsError when this machine has no such address.
    """
    for candidate in (*([remembered] if remembered else []), *range(port, min(port + TRIED, 2**16))):
        try:
            return listen(host, candidate)
        except OSError as error:
            if error.errno not in TAKEN:
                told = f"LOTS_PREFECT_HOST={host} is no address of this machine: {error.strerror}."
                raise SettingsError(told) from None
    raise ServiceUnavailable(f"LOTS_PREFECT_PORT: no port from {port} on is free")


def port_of(listener: socket.socket) -> int:
    """Where it listens."""
    return int(listener.getsockname()[1])
