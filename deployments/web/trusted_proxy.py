"""Who asks, as a trusted proxy tells it; from anybody else those headers are nothing (LOTS_TRUSTED_PROXY)."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.web.addresses import forwarded_address, is_within
from models.settings import settings

IDENTITY = "lots.identity"  # in the scope: the address of whoever the proxy has let in, or an empty text


class TrustedProxy:
    """Puts the caller's own address in the proxy's place, and who they are beside it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.trusted, self.header = settings().trusted_proxies, settings().identity_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            trusts = is_within((scope.get("client") or ("",))[0], self.trusted)
            scope = {**scope, IDENTITY: self._identity(headers) if trusts else ""}
            if trusts:
                scope |= self._forwarded(headers)
        await self.app(scope, receive, send)

    def _identity(self, headers: Headers) -> str:
        """Of one that comes twice, nobody knows which the proxy set."""
        given = headers.getlist(self.header) if self.header else []
        return given[0].strip() if len(given) == 1 else ""

    def _forwarded(self, headers: Headers) -> dict[str, object]:
        caller = self._caller([one.strip() for line in headers.getlist("x-forwarded-for") for one in line.split(",")])
        scheme = headers.get("x-forwarded-proto", "").strip().lower()
        found: dict[str, object] = {"client": (caller, 0)} if caller else {}
        return found | ({"scheme": scheme} if scheme in ("http", "https") else {})

    def _caller(self, listed: list[str]) -> str:
        """The last address in the list that is no proxy of ours: whoever stands before it could have been made up.

        Where that is no address, nobody knows who called: an empty text, and the proxy itself is counted.
        """
        for told in reversed(listed):
            address = forwarded_address(told)
            if address is None:
                return ""
            if not is_within(str(address), self.trusted):
                return str(address)
        return ""
