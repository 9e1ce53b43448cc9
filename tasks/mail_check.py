"""The check of the office's mail server."""

from tasks.runtime.step import step
from tasks.smtp.login import connect
from tasks.smtp.server_config import mail_server


@step("Logga in på e-postservern", "Log in to the mail server")
async def check() -> str:
    """Log in and out again, sending nothing. Returns where, in words; raises as `connect` does when it cannot."""
    server = await mail_server()
    client = await connect(server)
    await client.quit()
    return f"{server.where} ({server.kept_in})"
