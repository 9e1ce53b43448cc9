"""Which mail server the office uses: the block that staff fill in in Prefect's UI, else LOTS_SMTP_*."""

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from pydantic import Field, SecretStr, ValidationError

from models.errors import SettingsError
from models.i18n import localized
from models.loopback import LOOPBACK
from tasks.smtp.delivery import MailServer, Tls, server_of_settings

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
    password = block.password.get_secret_value()
    return MailServer(block.host, block.port, block.username, password, block.tls, FROM_BLOCK)


async def _kept_block() -> dict[str, object] | None:
    async with get_client() as client:
        try:
            found = await client.read_block_document_by_name(BLOCK_NAME, BLOCK_TYPE, include_secrets=True)
        except ObjectNotFound:
            return None
    return dict(found.data)
