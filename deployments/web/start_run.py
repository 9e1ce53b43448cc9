"""Starts what Prefect is to take further, after the reader has had their answer; Prefect may be away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from models.forms.outbox import SEND

log = logging.getLogger("natverkslots.web")

START_SECONDS = 60  # nobody waits for it
OUTBOX = "outbox/outbox"
Start = Callable[[str, dict[str, object]], Awaitable[str]]


async def start_quietly(start: Start, deployment: str, parameters: dict[str, Any]) -> None:
    """Start a deployment. What it is about is saved already, so a Prefect that does not answer costs only time."""
    try:
        await asyncio.wait_for(start(deployment, parameters), START_SECONDS)
    except Exception as error:  # whatever Prefect or the network threw
        log.warning("%s could not be started now: %s", deployment, type(error).__name__)


async def let_mail_go(start: Start) -> None:
    """Start the outbox: what a page has queued need not wait for the next quarter of an hour."""
    await start_quietly(start, OUTBOX, SEND)
