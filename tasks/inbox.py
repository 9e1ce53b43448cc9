"""Reading what came in: each message followed up once, then moved aside."""

import asyncio
from collections import Counter
from datetime import datetime
from hashlib import sha256

from models.db.crypto import keyed_hash
from models.db.engine import transaction
from models.settings import settings
from models.stages.inbox import handle
from models.tables.incoming_mail import IncomingKind
from tasks.mailbox.message_parser import parse_message
from tasks.mailbox.sources import Inbox, open_inbox
from tasks.runtime.step import step

BATCH = 200
COUNTED_AS = {
    IncomingKind.bounce: "bounces",
    IncomingKind.not_delivered: "not_delivered",
    IncomingKind.soft: "soft",
    IncomingKind.auto_reply: "auto_replies",
    IncomingKind.answer: "answers",
    IncomingKind.staff: "staff",
    IncomingKind.ignored: "ignored",
}
COUNTS = tuple(COUNTED_AS.values())


@step("Läs det som kommit in", "Read what came in", tries=1)
async def read_batch(at: datetime, batch: int) -> dict[str, int]:
    """Follow up to BATCH messages. Returns how many were what; empty when none was waiting or no inbox is chosen.

    Raises InboxUnavailable when it cannot be reached. What was handled by then stays handled.
    """
    return await asyncio.to_thread(_read_batch, at) if settings().inbox else {}


def _read_batch(at: datetime) -> dict[str, int]:
    with open_inbox(settings()) as inbox:
        return _work(inbox, at)


def _work(inbox: Inbox, at: datetime) -> dict[str, int]:
    """Each message has a transaction of its own, and is moved when that is committed.

    A process that dies in between finds its messages still lying there, and known: they are only moved then ("seen").
    """
    outcomes: Counter[str] = Counter()
    done: dict[bool, list[str]] = {True: [], False: []}
    for key in inbox.waiting(BATCH):
        raw = inbox.read(key)
        if raw is None:
            continue
        kind, is_new = _follow(raw, at)
        done[kind == IncomingKind.staff].append(key)
        outcomes[COUNTED_AS[kind] if is_new else "seen"] += 1
    for for_staff, keys in done.items():
        inbox.put_aside(keys, for_staff=for_staff)
    return dict(outcomes)


def _follow(raw: bytes, at: datetime) -> tuple[IncomingKind, bool]:
    key, incoming = keyed_hash("incoming mail", sha256(raw).hexdigest()), parse_message(raw, settings())
    with transaction() as session:
        return handle(session, key, incoming, at)
