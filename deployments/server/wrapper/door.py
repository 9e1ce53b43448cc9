"""Who may speak to Prefect's server, and what its pages may do in a browser."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.loopback import LOOPBACK
from models.settings import Settings

MISDIRECTED = 421
# Prefect's run graphs need eval and inline style; everything else comes from this server alone.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The names under which Prefect's server may be asked: this machine's own, and those that the settings give it."""
    named = {settings.prefect_host, urlsplit(settings.prefect_ui_url).hostname}
    return frozenset(LOOPBACK | {name.lower() for name in named if name})


class Door:
    """Refuses a Host that is not ours: another page could have its own name point here (DNS rebinding).

    A server that listens to other machines is also known by its address in figures, which nobody can point elsewhere.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], headers: dict[str, str]) -> None:
        self.app, self.hosts, self.headers = app, hosts, HEADERS | headers
        self.is_open = not hosts <= LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if not self._is_ours(Headers(scope=scope).getlist("host")):
            return await _refuse(scope, receive, send)

        async def strict_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, strict_send)

    def _is_ours(self, hosts: list[str]) -> bool:
        try:
            [given] = hosts
            name = urlsplit(f"//{given}").hostname or ""
        except ValueError:
            return False
        return name in self.hosts or (self.is_open and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 1008})
    told = "This server is not known by that name; set LOTS_PREFECT_UI_URL to the address that staff use.\n"
    await PlainTextResponse(told, MISDIRECTED)(scope, receive, send)
