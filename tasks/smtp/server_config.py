"""Which mail server the office uses: the block that staff fill in in Prefect's UI, else LOTS_SMTP_*."""

from typing import Literal

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from pydantic import Field, SecretStr, ValidationError

from models.errors import SettingsError
from models.i18n import localized
from models.loopback import LOOPBACK
from models.oauth.client import SETTINGS, OAuthChoice, OAuthClient, OAuthUnusable, Provider, oauth_client
from models.settings import Auth, settings
from tasks.smtp.server import MailServer, Tls, server_of_settings

BLOCK_TYPE, BLOCK_NAME = "mail-server", "lots"
FROM_BLOCK = f"Blocks, {BLOCK_TYPE}/{BLOCK_NAME}"


class MailServerBlock(Block):
    """The office's mail server, to be saved under the name `lots`. It then holds instead of LOTS_SMTP_*."""

    _block_type_name = localized("E-postserver", "Mail server")
    _block_type_slug = BLOCK_TYPE
    _description = localized(
        "Servern som kansliets e-post skickas genom. Spara den med namnet lots, och kör sedan mail-check.",
        "The server that the office's mail goes out by. Save it under the name lots, then run mail-check.",
    )

    host: str = Field(min_length=1, title=localized("Server", "Server"), description="smtp.example.org")
    port: int = Field(587, ge=1, le=65535, title="Port", description=localized("oftast 587", "mostly 587"))
    tls: Tls = Field(
        "starttls",
        title=localized("Kryptering", "Encryption"),
        description=localized("none bara till en server på samma dator", "none only to a server on the same machine"),
    )
    username: str = Field("", title=localized("Användarnamn", "User name"))
    password: SecretStr = Field(SecretStr(""), title=localized("Lösenord", "Password"))
    auth: Auth = Field(
        "password",
        title=localized("Inloggning", "Login"),
        description=localized(
            "oauth2 för Microsoft 365 och Google; utan det som följer här gäller LOTS_OAUTH_*",
            "oauth2 for Microsoft 365 and Google; without what follows here, LOTS_OAUTH_* holds",
        ),
    )
    oauth_provider: Literal["microsoft", "google", "other"] = Field(
        "other",
        title=localized("Vems inloggning (OAuth 2)", "Whose login (OAuth 2)"),
        description=localized(
            "other för en annan leverantör: skriv då dess adress under Token-serverns adress. "
            "Vad de övriga fälten ska ha står i driftguiden.",
            "other for another provider: then write its address under Token server's address. "
            "What the other fields want is in the operator's guide.",
        ),
    )
    oauth_tenant: str = Field("", title=localized("Katalog-id (tenant), Microsoft", "Directory (tenant) id, Microsoft"))
    oauth_client_id: str = Field("", title=localized("Klient-id", "Client id"))
    oauth_client_secret: SecretStr = Field(SecretStr(""), title=localized("Klienthemlighet", "Client secret"))
    oauth_client_key: str = Field(
        "",
        title=localized("Nyckelfil", "Key file"),
        description=localized("sökväg på servern, i stället för hemligheten", "a path there, instead of the secret"),
    )
    oauth_refresh_token: SecretStr = Field(
        SecretStr(""), title=localized("Förnyelsenyckel (refresh token)", "Refresh token")
    )
    oauth_token_url: str = Field(
        "",
        title=localized("Token-serverns adress", "Token server's address"),
        description=localized("behövs bara med other", "only needed with other"),
    )
    oauth_scope: str = Field(
        "",
        title=localized("Behörighet (scope)", "Scope"),
        description=localized("lämna tomt för Microsoft och Google", "leave empty for Microsoft and Google"),
    )

    @property
    def oauth(self) -> OAuthChoice:
        """What the block chooses of OAuth 2."""
        provider: Provider = "" if self.oauth_provider == "other" else self.oauth_provider
        secret, refresh = (one.get_secret_value() for one in (self.oauth_client_secret, self.oauth_refresh_token))
        return OAuthChoice(
            provider,
            self.oauth_tenant,
            self.oauth_token_url,
            self.oauth_client_id,
            secret,
            self.oauth_client_key,
            self.oauth_scope,
            refresh,
        )


async def mail_server() -> MailServer:
    """The mail server to use now. Raises SettingsError, in one sentence, when the block cannot be used."""
    kept = await _kept_block()
    if kept is None:
        return server_of_settings()
    try:
        block = MailServerBlock.model_validate(kept)
    except ValidationError as error:
        name = error.errors(include_input=False, include_url=False)[0]["loc"][0]
        raise SettingsError(
            localized(
                f"{FROM_BLOCK}: {name} går inte att använda. Rätta det i blocket; kön är orörd.",
                f"{FROM_BLOCK}: {name} is not usable. Correct it in the block; the queue is untouched.",
            )
        ) from None
    if block.tls == "none" and block.host not in LOOPBACK:
        raise SettingsError(
            localized(
                f"{FROM_BLOCK}: utan kryptering skulle medlemmars e-post gå öppet till {block.host}. "
                "Välj starttls eller tls i blocket; kön är orörd.",
                f"{FROM_BLOCK}: without encryption members' mail would go in the open to {block.host}. "
                "Choose starttls or tls in the block; the queue is untouched.",
            )
        )
    password, oauth = block.password.get_secret_value(), _client(block) if block.auth == "oauth2" else None
    return MailServer(block.host, block.port, block.username, password, block.tls, FROM_BLOCK, oauth)


def _client(block: MailServerBlock) -> OAuthClient:
    """Who asks for the block's token. Raises SettingsError, naming the field and what to do."""
    if not block.username:
        raise SettingsError(
            localized(
                f"{FROM_BLOCK}: username saknas. Skriv adressen till den brevlåda som token gäller; kön är orörd.",
                f"{FROM_BLOCK}: username is missing. Write the address of the mailbox that the token is for; the queue "
                "is untouched.",
            )
        )
    try:
        if block.oauth == OAuthChoice():
            return oauth_client(settings().oauth, SETTINGS)
        return oauth_client(block.oauth, FROM_BLOCK)
    except OAuthUnusable as error:
        untouched = localized("Kön är orörd.", "The queue is untouched.")
        raise SettingsError(f"{localized(error.swedish, str(error))} {untouched}") from None


async def _kept_block() -> dict[str, object] | None:
    async with get_client() as client:
        try:
            found = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE, include_secrets=True)
        except ObjectNotFound:
            return None
    return dict(found.data)
