"""Where mail goes out, and how one logs in there."""

from dataclasses import dataclass, field
from typing import Literal

from models.oauth.client import OAuthClient, oauth_client
from models.settings import settings
from tasks.oauth.mailbox import Mailbox

Tls = Literal["none", "starttls", "tls"]
FROM_SETTINGS = "LOTS_SMTP_*"


@dataclass(frozen=True)
class MailServer:
    """A mail server; `kept_in` is where to correct it. With `oauth` the login is by a token, else by the password."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: Tls
    kept_in: str = FROM_SETTINGS
    oauth: OAuthClient | None = None

    @property
    def where(self) -> str:
        """Host and port, as staff read them."""
        return f"{self.host}:{self.port}"

    @property
    def mailbox(self) -> Mailbox:
        """As whom one logs in there."""
        username_in, auth_in = (self._named(name) for name in ("username", "auth"))
        return Mailbox(self.username, username_in, auth_in)

    def _named(self, setting: str) -> str:
        return f"LOTS_SMTP_{setting.upper()}" if self.kept_in == FROM_SETTINGS else f"{self.kept_in}: {setting}"


def server_of_settings() -> MailServer:
    """The mail server of LOTS_SMTP_*."""
    told = settings()
    oauth = oauth_client(told.oauth) if told.smtp_auth == "oauth2" else None
    login = told.smtp_username, told.smtp_password
    return MailServer(told.smtp_host, told.smtp_port, *login, told.smtp_tls, oauth=oauth)
